// SPDX-License-Identifier: BSD-2-Clause
// What nft's sets that were looked up are called. Used by one thread.
#pragma once

#include <bpf/libbpf.h>

#include <vector>

#include "../../bpf/kinds/netfilter/event.h"
#include "object.h"

namespace tablesnoop {

struct NftSetRow {
  ts_nft_set of;
  ts_nft_set_names names;
};

class NftSets {
 public:
  // The object must outlive this.
  explicit NftSets(const Object& object);

  // Nothing if the kind was not asked for. Throws KernelError if the kernel refuses.
  std::vector<NftSetRow> Read() const;

 private:
  bpf_map* map_;  // null: the kind was not asked for
};

}  // namespace tablesnoop
