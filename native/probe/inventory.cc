// SPDX-License-Identifier: BSD-2-Clause
#include "inventory.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>

#include "kernel_error.h"

namespace tablesnoop {

namespace {

// A walk takes about a millisecond for a thousand namespaces; one that met a removal is torn and done again.
constexpr int kAttempts = 20;

}  // namespace

Inventory::Inventory(const Object& object)
    : program_(object.Program("inventory")),
      netns_(object.Map("netns_rows")),
      devices_(object.Map("device_rows")),
      shared_(object.Map(".data.shared")) {
  Walk();
}

InventoryRows Inventory::Walk() const {
  const ts_inventory_end& end = shared_[0].inventory;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    LIBBPF_OPTS(bpf_test_run_opts, options);
    int error = bpf_prog_test_run_opts(bpf_program__fd(program_), &options);
    if (error) throw KernelError("run", "the inventory walk", -error);
    if (end.complete) break;
  }
  if (!end.complete)
    throw KernelError("walk", "the network namespaces", EAGAIN, "they change faster than they can be read");

  uint32_t netns = std::min<uint32_t>(end.netns_seen, netns_.Size());
  uint32_t devices = std::min<uint32_t>(end.devices_seen, devices_.Size());
  InventoryRows rows;
  rows.netns.assign(&netns_[0], &netns_[0] + netns);
  rows.devices.assign(&devices_[0], &devices_[0] + devices);
  rows.omitted = (end.netns_seen - netns) + (end.devices_seen - devices);
  return rows;
}

void Inventory::LearnTables() {
  shared_[0].learn_tables = 1;
  Walk();
  shared_[0].learn_tables = 0;
}

}  // namespace tablesnoop
