// SPDX-License-Identifier: BSD-2-Clause
#include "nft_sets.h"

#include <bpf/bpf.h>

#include <cerrno>

#include "kernel_error.h"

namespace tablesnoop {

NftSets::NftSets(const Object& object) : map_(object.Wants(TS_KIND_netfilter) ? object.Map("nft_sets") : nullptr) {}

// In few system calls by file descriptor, which need no capability.
std::vector<NftSetRow> NftSets::Read() const {
  std::vector<NftSetRow> rows;
  if (!map_) return rows;
  std::vector<ts_nft_set> keys(bpf_map__max_entries(map_));
  std::vector<ts_nft_set_names> names(keys.size());
  uint32_t place = 0;
  for (bool is_first = true;; is_first = false) {
    uint32_t size = static_cast<uint32_t>(keys.size());
    int error = bpf_map_lookup_batch(bpf_map__fd(map_), is_first ? nullptr : &place, &place, keys.data(), names.data(),
                                     &size, nullptr);
    if (error && error != -ENOENT) throw KernelError("read", "nft_sets", -error);
    for (uint32_t at = 0; at < size; at++) rows.push_back({keys[at], names[at]});
    if (error == -ENOENT) return rows;
  }
}

}  // namespace tablesnoop
