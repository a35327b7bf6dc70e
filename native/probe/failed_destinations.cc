// SPDX-License-Identifier: BSD-2-Clause
#include "failed_destinations.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>

#include "kernel_error.h"

namespace tablesnoop {

namespace {

// Rows handed on from one drain: the rest is a long tail that no list of the top would show.
constexpr size_t kMostRows = 1024;

}  // namespace

FailedDestinations::FailedDestinations(const Object& object)
    : map_(object.Map("failed_destinations")),
      sampling_(object.Map(".data.sampling")),
      shared_(object.Map(".data.shared")),
      keys_(bpf_map__max_entries(map_)),
      counts_(bpf_map__max_entries(map_)) {}

FailedDestinationRows FailedDestinations::Drain() {
  uint64_t lookups = __atomic_load_n(&sampling_[0].lookups, __ATOMIC_ACQUIRE);
  FailedDestinationRows drained = {
      .rows = {},
      .lookups = lookups - drained_lookups_,
      .sampled_one_in = (1ULL << 32) / (1ULL + __atomic_load_n(&shared_[0].sample_limit, __ATOMIC_RELAXED)),
  };
  if (drained.lookups == 0) return drained;
  drained.rows = ReadAndDelete();
  drained_lookups_ = lookups;
  if (drained.rows.size() > kMostRows) {
    std::nth_element(drained.rows.begin(), drained.rows.begin() + kMostRows, drained.rows.end(),
                     [](const auto& one, const auto& other) { return one.lookups > other.lookups; });
    drained.rows.resize(kMostRows);
  }
  return drained;
}

void FailedDestinations::Sample(uint32_t one_in) {
  __atomic_store_n(&shared_[0].sample_limit, static_cast<uint32_t>((1ULL << 32) / one_in - 1), __ATOMIC_RELAXED);
}

// In a few system calls by file descriptor, which need no capability (before 5.19 only if unprivileged BPF is allowed).
std::vector<FailedDestinationRow> FailedDestinations::ReadAndDelete() {
  std::vector<FailedDestinationRow> rows;
  uint32_t place = 0;
  for (bool is_first = true;; is_first = false) {
    uint32_t size = static_cast<uint32_t>(keys_.size());
    int error = bpf_map_lookup_and_delete_batch(bpf_map__fd(map_), is_first ? nullptr : &place, &place, keys_.data(),
                                                counts_.data(), &size, nullptr);
    if (error && error != -ENOENT) {
      if (rows.empty()) throw KernelError("read and empty", "failed_destinations", -error);
      // What was taken out would be lost; if the error stays, the next call tells.
      return rows;
    }
    for (uint32_t at = 0; at < size; at++) rows.push_back({keys_[at], counts_[at]});
    if (error == -ENOENT) return rows;
  }
}

}  // namespace tablesnoop
