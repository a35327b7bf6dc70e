// SPDX-License-Identifier: BSD-2-Clause
#include "object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "../../bpf/tablesnoop_abi.h"
#include "../kinds/probes.h"
#include "kernel_error.h"
#include "module_function.h"

namespace tablesnoop {

namespace {

// Rows of the inventory. A machine with more says so through InventoryRows.
constexpr uint32_t kNetnsRows = 16 * 1024;
constexpr uint32_t kDeviceRows = 64 * 1024;
constexpr uint32_t kTunnelRows = 8 * 1024;
constexpr uint32_t kMplsRows = 8 * 1024;
constexpr uint32_t kDefaultRouteRows = 2 * kNetnsRows;

// By enum ts_mib, and the name before 6.7, which renamed what counts a packet when it is made and gave the old name to
// one that counts it when it leaves.
struct MibName {
  const char* name;
  const char* old_name = nullptr;
};
constexpr MibName kMibNames[TS_MIBS] = {
    {"IPSTATS_MIB_INNOROUTES"},       {"IPSTATS_MIB_OUTNOROUTES"},
    {"IPSTATS_MIB_OUTFORWDATAGRAMS"}, {"IPSTATS_MIB_OUTREQUESTS", "IPSTATS_MIB_OUTPKTS"},
    {"IPSTATS_MIB_INDELIVERS"},       {"IPSTATS_MIB_INADDRERRORS"},
    {"IPSTATS_MIB_INHDRERRORS"},      {"IPSTATS_MIB_INDISCARDS"},
    {"IPSTATS_MIB_OUTDISCARDS"},      {"IPSTATS_MIB_INTOOBIGERRORS"},
    {"IPSTATS_MIB_FRAGFAILS"},        {"LINUX_MIB_IPRPFILTER"},
};

// The part of the ring that, when filled, wakes the reader.
constexpr uint32_t kWakeShare = 8;

// Destinations of failed lookups. The kernel keeps up to 128 spare entries for each CPU (LOCAL_FREE_TARGET), which are
// full for all others.
constexpr uint32_t kFailedDestinations = 4096;
constexpr uint32_t kSpareForCpu = 128;

constexpr char kMismatch[] = "the BPF object does not match this addon; build both again";

// Fills in the values of enumerators of the kernel's anonymous enums, 0 for one it does not have.
void FindMibs(const btf* types, uint32_t (&mibs)[TS_MIBS]) {
  uint32_t old[TS_MIBS] = {};
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    const btf_type* type = btf__type_by_id(types, id);
    if (!btf_is_enum(type) || type->name_off != 0) continue;
    const struct btf_enum* members = btf_enum(type);
    for (uint32_t member = 0; member < btf_vlen(type); member++) {
      std::string_view name = btf__name_by_offset(types, members[member].name_off);
      if (name.find("_MIB_") == name.npos) continue;
      for (uint32_t at = 0; at < TS_MIBS; at++) {
        if (name == kMibNames[at].name) mibs[at] = members[member].val;
        if (kMibNames[at].old_name && name == kMibNames[at].old_name) old[at] = members[member].val;
      }
    }
  }
  for (uint32_t at = 0; at < TS_MIBS; at++) {
    if (mibs[at] == 0) mibs[at] = old[at];
  }
}

// A function that the kernel lacks is looked for in the types of its modules, which only CAP_SYS_ADMIN may list; libbpf
// before 1.3 takes the refusal for a failure of the load. It asks once for each object, though: so have it ask now, for
// a name nobody has, and let it fail. `program` is any one with a tracepoint or function; it stays as it is.
void AskForModulesInVain(bpf_program* program) { bpf_program__set_attach_target(program, 0, "no function's name"); }

}  // namespace

Btf LoadVmlinuxBtf() {
  Btf types(btf__load_vmlinux_btf());
  if (!types) {
    throw KernelError("read", "/sys/kernel/btf/vmlinux", errno,
                      "the kernel must be built with CONFIG_DEBUG_INFO_BTF=y");
  }
  return types;
}

Object::Object(const ObjectSettings& settings, btf* vmlinux, const std::vector<Mechanism>& mechanisms,
               const Reasons& refused)
    : kinds_(settings.kinds), mechanisms_(mechanisms), refused_(refused) {
  LibbpfLog log;
  object_.reset(bpf_object__open_file(settings.path.c_str(), nullptr));
  if (!object_) throw KernelError("open", settings.path, errno, "", log.Text());

  uint32_t cpus = static_cast<uint32_t>(libbpf_num_possible_cpus());
  ts_settings knobs = {
      .possible_cpus = cpus,
      .counters_per_cpu = settings.counters,
      .has_rdonly_cast = btf__find_by_name_kind(vmlinux, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0,
      .wake_bytes = settings.ring_bytes / kWakeShare,
      .kinds = settings.kinds,
      .mib = {},
  };
  FindMibs(vmlinux, knobs.mib);
  SetReadOnly(".rodata.settings", &knobs, sizeof(knobs));
  for (const KindProbes* kind : kKindProbes) {
    if (kind->prepare) kind->prepare(*this, vmlinux);
  }

  bpf_map__set_max_entries(Map("key_index"), settings.counters);
  bpf_map__set_max_entries(Map("index_key"), settings.counters);
  bpf_map__set_max_entries(Map("free_index"), settings.counters);
  bpf_map__set_max_entries(Map("counters"), settings.counters * cpus);
  bpf_map__set_max_entries(Map("percpu_offset"), cpus);
  bpf_map__set_max_entries(Map("events"), settings.ring_bytes);
  bpf_map__set_max_entries(Map("events_lost"), TS_LOST_COLUMNS * cpus);
  bpf_map__set_max_entries(Map("failed_destinations"), kFailedDestinations + kSpareForCpu * cpus);
  bpf_map__set_max_entries(Map("netns_rows"), kNetnsRows);
  bpf_map__set_max_entries(Map("device_rows"), kDeviceRows);
  bpf_map__set_max_entries(Map("tunnel_rows"), kTunnelRows);
  bpf_map__set_max_entries(Map("mpls_rows"), kMplsRows);
  bpf_map__set_max_entries(Map("default_route_rows"), kDefaultRouteRows);

  for (const Hook& hook : Hooks()) {
    bpf_program__set_autoload(Program(hook.program), IsToLoad(hook, vmlinux));
  }
  if (!knobs.has_rdonly_cast) AskForModulesInVain(Program(Hooks().front().program));
  int error = bpf_object__load(object_.get());
  if (error) throw KernelError("load", "the BPF programs", -error, "", log.Text());
}

// Of a module's function only if the kind is asked for, as the program holds the module.
bool Object::IsToLoad(const Hook& hook, btf* vmlinux) {
  if (!Uses(hook.mechanism) || IsRefused(hook)) return false;
  if (IsPresent(hook, vmlinux)) return true;
  if (!hook.module || !Wants(hook.purpose.kind)) return false;
  std::string refusal = ModuleRefusal(hook, vmlinux);
  if (refusal.empty()) return true;
  left_out_[hook.program] = std::move(refusal);
  return false;
}

std::string Object::WhyLeftOut(const Hook& hook) const {
  for (const Reasons* reasons : {&refused_, &left_out_}) {
    if (auto known = reasons->find(hook.program); known != reasons->end()) return known->second;
  }
  return "";
}

int Object::GiveUp() const {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  return bpf_prog_test_run_opts(bpf_program__fd(Program("give_up")), &options);
}

bpf_map* Object::Map(const char* name) const {
  bpf_map* map = bpf_object__find_map_by_name(object_.get(), name);
  if (!map) throw KernelError("find map", name, ENOENT, kMismatch);
  return map;
}

void Object::SetReadOnly(const char* name, const void* value, size_t bytes) const {
  int error = bpf_map__set_initial_value(Map(name), value, bytes);
  if (error) throw KernelError("set", name, -error, kMismatch);
}

bpf_program* Object::Program(const char* name) const {
  bpf_program* program = bpf_object__find_program_by_name(object_.get(), name);
  if (!program) throw KernelError("find program", name, ENOENT, kMismatch);
  return program;
}

}  // namespace tablesnoop
