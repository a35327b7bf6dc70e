// SPDX-License-Identifier: BSD-2-Clause
// All namespaces and devices of the machine, by a walk in the kernel (bpf/inventory.bpf.c). Used by one thread.
#pragma once

#include <bpf/libbpf.h>

#include <vector>

#include "../../bpf/tablesnoop_abi.h"
#include "mapping.h"
#include "nft_sets.h"
#include "object.h"

namespace tablesnoop {

struct InventoryRows {
  std::vector<ts_netns_row> netns;
  std::vector<ts_device_row> devices;
  std::vector<ts_tunnel_row> tunnels;
  std::vector<ts_mpls_row> mpls;
  std::vector<ts_default_route_row> default_routes;
  std::vector<NftSetRow> nft_sets;  // that were looked up
  ts_neighbour_tables neighbour_tables;
  uint32_t omitted;         // namespaces and devices the maps had no room for
  uint32_t omitted_others;  // so for the others
};

class Inventory {
 public:
  // The object must outlive this. Walks once, so that probes attached later can tell a struct net.
  explicit Inventory(const Object& object);

  // Throws KernelError if the kernel refuses, or namespaces change so fast that no walk ends where it began.
  InventoryRows Walk() const;

  // Whether more than one namespace has been met since load.
  bool HasSeveral() const { return shared_[0].several_netns != 0; }

  // One walk that also tells the probes which IPv4 table belongs to which namespace.
  void LearnTables();

 private:
  bpf_program* program_;
  Mapping<ts_netns_row> netns_;
  Mapping<ts_device_row> devices_;
  Mapping<ts_tunnel_row> tunnels_;
  Mapping<ts_mpls_row> mpls_;
  Mapping<ts_default_route_row> default_routes_;
  Mapping<ts_neighbour_tables> neighbour_tables_;
  Mapping<ts_shared> shared_;
  NftSets nft_sets_;
};

}  // namespace tablesnoop
