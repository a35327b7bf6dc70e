// SPDX-License-Identifier: BSD-2-Clause
// What failed by destination, as bpf/failed_destination.bpf.h samples them. Used by one thread.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <vector>

#include "../../bpf/tablesnoop_abi.h"
#include "mapping.h"
#include "object.h"

namespace tablesnoop {

struct FailedDestinationRow {
  ts_failed_destination key;
  uint64_t lookups;
};

struct FailedDestinationRows {
  std::vector<FailedDestinationRow> rows;  // the most frequent, in no order
  uint64_t lookups;                        // failed ones in all, with those that have no row
  uint64_t sampled_one_in;                 // the coarsest sampling there was meanwhile
};

class FailedDestinations {
 public:
  // The object must outlive this.
  explicit FailedDestinations(const Object& object);

  // What was counted since the last call; a lookup counted at this very moment may be missed. Throws KernelError.
  FailedDestinationRows Drain();

  // Takes one of so many failed lookups from now on: a power of two, at most kMostOneIn.
  void Sample(uint32_t one_in);
  static constexpr uint32_t kMostOneIn = TS_SAMPLE_ALL / TS_SAMPLE_LEAST - 1;

 private:
  std::vector<FailedDestinationRow> ReadAndDelete();

  bpf_map* map_;
  Mapping<ts_sampling> sampling_;
  Mapping<ts_shared> shared_;
  uint64_t drained_lookups_ = 0;
  std::vector<ts_failed_destination> keys_;
  std::vector<uint64_t> counts_;
};

}  // namespace tablesnoop
