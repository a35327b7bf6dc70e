// SPDX-License-Identifier: BSD-2-Clause
#include "counters.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>

#include "../../bpf/kinds/route/event.h"
#include "kernel_error.h"

namespace tablesnoop {

namespace {

bool IsChoice(const ts_key& key) {
  return key.kind == TS_KIND_route && key.error == 0 && key.code == TS_ROUTE_SELECTED;
}

}  // namespace

Counters::Counters(const Object& object)
    : object_(object),
      key_index_(object.Map("key_index")),
      free_index_(object.Map("free_index")),
      keys_(object.Map("index_key")),
      counters_(object.Map("counters")),
      shared_(object.Map(".data.shared")),
      cpus_(static_cast<uint32_t>(counters_.Size() / keys_.Size())) {
  for (uint32_t index = TS_OVERFLOW_INDICES; index < keys_.Size(); index++) Free(index);
}

uint64_t Counters::Sum(uint32_t index) const {
  uint64_t sum = 0;
  for (uint32_t cpu = 0; cpu < cpus_; cpu++) {
    sum += __atomic_load_n(&counters_[cpu * keys_.Size() + index], __ATOMIC_RELAXED);
  }
  return sum;
}

void Counters::GiveUp() const {
  int error = object_.GiveUp();
  if (error) throw KernelError("run", "give_up", -error);
}

bool Counters::IsGiven(uint32_t index) const {
  // Pairs with the exchange in find_index() (bpf/record.bpf.h): whoever sees the mark sees the key.
  return index >= TS_OVERFLOW_INDICES && index < keys_.Size() &&
         __atomic_load_n(&keys_[index].generation, __ATOMIC_ACQUIRE) == 1;
}

std::vector<CounterRow> Counters::Read() const {
  GiveUp();
  std::vector<CounterRow> rows;
  for (uint32_t index = TS_OVERFLOW_INDICES; index < keys_.Size(); index++) {
    if (IsGiven(index)) rows.push_back({keys_[index], index, 0});
  }
  // A choice comes after its lookup. Reading the lookups first, no lookup seems unchosen only because we were slow.
  std::stable_partition(rows.begin(), rows.end(), [](const CounterRow& row) { return !IsChoice(row.key); });
  for (CounterRow& row : rows) row.count = Sum(row.index);
  return rows;
}

std::array<uint64_t, TS_OVERFLOW_INDICES> Counters::Overflow() const {
  std::array<uint64_t, TS_OVERFLOW_INDICES> sums;
  for (uint32_t index = 0; index < TS_OVERFLOW_INDICES; index++) sums[index] = Sum(index);
  return sums;
}

void Counters::Retire(const uint32_t* indices, size_t size) {
  for (size_t at = 0; at < size; at++) {
    if (!IsGiven(indices[at])) continue;
    ts_key identity = keys_[indices[at]];
    identity.generation = 0;
    int error = bpf_map_delete_elem(bpf_map__fd(key_index_), &identity);
    if (error && error != -ENOENT) throw KernelError("delete a key from", "key_index", -error);
  }
  ForgetCaches();
}

void Counters::Release(const uint32_t* indices, size_t size) {
  for (size_t at = 0; at < size; at++) {
    uint32_t index = indices[at];
    if (!IsGiven(index)) continue;
    for (uint32_t cpu = 0; cpu < cpus_; cpu++) counters_[cpu * keys_.Size() + index] = 0;
    __atomic_store_n(&keys_[index].generation, 0, __ATOMIC_RELEASE);
    Free(index);
  }
  // Slots that hold a key found without room must look again.
  ForgetCaches();
}

void Counters::Free(uint32_t index) {
  int error = bpf_map_update_elem(bpf_map__fd(free_index_), nullptr, &index, 0);
  if (error) throw KernelError("push an index to", "free_index", -error);
}

void Counters::Rehearse() const {
  GiveUp();
  // No counted key has a generation: it is the mark of a given index.
  ts_key absent = {};
  absent.generation = 1;
  int error = bpf_map_delete_elem(bpf_map__fd(key_index_), &absent);
  if (error && error != -ENOENT) throw KernelError("delete a key from", "key_index", -error);
}

void Counters::ForgetCaches() { __atomic_fetch_add(&shared_[0].generation, 1, __ATOMIC_RELEASE); }

}  // namespace tablesnoop
