// SPDX-License-Identifier: BSD-2-Clause
// The counters the probes raise: read as memory, without a lock. Owned and used by one thread.
#pragma once

#include <bpf/libbpf.h>

#include <array>
#include <cstdint>
#include <vector>

#include "../../bpf/tablesnoop_abi.h"
#include "mapping.h"
#include "object.h"

namespace tablesnoop {

struct CounterRow {
  ts_key key;
  uint32_t index;
  uint64_t count;  // since load, summed over CPUs
};

class Counters {
 public:
  // Gives all indices to the kernel's side. The object must outlive this.
  explicit Counters(const Object& object);

  // First has lookups counted that have waited in vain for what tells whose they are. Throws KernelError.
  std::vector<CounterRow> Read() const;
  std::array<uint64_t, TS_OVERFLOW_INDICES> Overflow() const;

  // Takes the keys of these indices away; lookups under way may still count under them for a moment.
  void Retire(const uint32_t* indices, size_t size);
  // Zeroes the counters and frees the indices. Only for retired ones, at least a second later.
  void Release(const uint32_t* indices, size_t size);

  // Asks the kernel to delete a key that is not there, which it must allow. Throws KernelError.
  void Rehearse() const;

 private:
  uint64_t Sum(uint32_t index) const;
  void GiveUp() const;
  bool IsGiven(uint32_t index) const;
  void Free(uint32_t index);
  void ForgetCaches();

  const Object& object_;
  bpf_map* key_index_;
  bpf_map* free_index_;
  Mapping<ts_key> keys_;
  Mapping<uint64_t> counters_;
  Mapping<ts_shared> shared_;
  uint32_t cpus_;
};

}  // namespace tablesnoop
