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

// Copies the rows that a walk wrote; returns how many more it saw.
template <typename Row>
uint32_t Take(std::vector<Row>& rows, const Mapping<Row>& mapping, uint32_t seen) {
  uint32_t written = std::min<uint32_t>(seen, mapping.Size());
  rows.assign(&mapping[0], &mapping[0] + written);
  return seen - written;
}

}  // namespace

Inventory::Inventory(const Object& object)
    : program_(object.Program("inventory")),
      netns_(object.Map("netns_rows")),
      devices_(object.Map("device_rows")),
      tunnels_(object.Map("tunnel_rows")),
      mpls_(object.Map("mpls_rows")),
      default_routes_(object.Map("default_route_rows")),
      neighbour_tables_(object.Map(".data.neighbours")),
      shared_(object.Map(".data.shared")),
      nft_sets_(object) {
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

  InventoryRows rows;
  rows.omitted = Take(rows.netns, netns_, end.netns_seen) + Take(rows.devices, devices_, end.devices_seen);
  rows.omitted_others = Take(rows.tunnels, tunnels_, end.tunnels_seen) + Take(rows.mpls, mpls_, end.mpls_seen) +
                        Take(rows.default_routes, default_routes_, end.default_routes_seen);
  rows.neighbour_tables = neighbour_tables_[0];
  rows.nft_sets = nft_sets_.Read();
  return rows;
}

void Inventory::LearnTables() {
  shared_[0].learn_tables = 1;
  Walk();
  shared_[0].learn_tables = 0;
}

}  // namespace tablesnoop
