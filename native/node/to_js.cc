// SPDX-License-Identifier: BSD-2-Clause
#include "to_js.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "../lines/append.h"
#include "../lines/printable.h"

namespace tablesnoop {

namespace {

// One column of rows as a typed array: `field` takes it from a row.
template <typename Array, typename Rows, typename Field>
Array Column(Napi::Env env, const Rows& rows, Field field) {
  Array column = Array::New(env, rows.size());
  for (size_t at = 0; at < rows.size(); at++) column[at] = field(rows[at]);
  return column;
}

// What the kernel does not have is not a number.
double Number(uint64_t value) {
  return value == ts_absent ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(value);
}

// One object for each row, which `fill` fills.
template <typename Row, typename Fill>
Napi::Array Objects(Napi::Env env, const std::vector<Row>& rows, Fill fill) {
  Napi::Array array = Napi::Array::New(env, rows.size());
  for (uint32_t at = 0; at < rows.size(); at++) {
    Napi::HandleScope scope(env);
    Napi::Object object = Napi::Object::New(env);
    fill(object, rows[at]);
    array[at] = object;
  }
  return array;
}

// The numbers `of` gives a pointer to, `columns` of each row, one row behind the other.
template <typename Row, typename Of>
Napi::Float64Array Numbers(Napi::Env env, const std::vector<Row>& rows, size_t columns, Of of) {
  Napi::Float64Array numbers = Napi::Float64Array::New(env, rows.size() * columns);
  double* to = numbers.Data();
  for (const Row& row : rows) to = std::transform(of(row), of(row) + columns, to, Number);
  return numbers;
}

Napi::Array NetnsToJs(Napi::Env env, const std::vector<ts_netns_row>& rows) {
  return Objects(env, rows, [env](Napi::Object& object, const ts_netns_row& row) {
    Napi::BigUint64Array no_route = Napi::BigUint64Array::New(env, 4);
    for (int family : {TS_IPV4, TS_IPV6}) {
      for (int column : {TS_MIB_IN_NO_ROUTES, TS_MIB_OUT_NO_ROUTES}) {
        uint64_t packets = row.mib[family][column];
        no_route[family * 2 + column] = packets == ts_absent ? 0 : packets;
      }
    }
    object["cookie"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.cookie));
    object["inode"] = row.inode;
    object["isFirst"] = Napi::Boolean::New(env, row.is_first != 0);
    object["noRoute"] = no_route;
  });
}

Napi::String Name(Napi::Env env, const char (&name)[16]) {
  std::string text;
  AppendName(text, name);
  return Napi::String::New(env, text);
}

// Names of nft's, which end in a NUL.
template <size_t size>
Napi::String LongName(Napi::Env env, const char (&name)[size]) {
  std::string text;
  AppendPrintable(text, std::string_view(name, strnlen(name, size)));
  return Napi::String::New(env, text);
}

Napi::Array NeighbourTablesToJs(Napi::Env env, const ts_neighbour_tables& tables) {
  Napi::Array array = Napi::Array::New(env);
  for (uint32_t family = 0; family < 2; family++) {
    const ts_neighbour_table& table = tables.of[family];
    if (!table.is_known) continue;
    Napi::Object object = Napi::Object::New(env);
    object["family"] = family;
    object["entries"] = table.entries;
    object["entriesMax"] = table.entries_max;
    object["full"] = static_cast<double>(table.full);
    array[array.Length()] = object;
  }
  return array;
}

}  // namespace

Napi::Value ToJs(Napi::Env env, const std::vector<CounterRow>& rows,
                 const std::array<uint64_t, TS_OVERFLOW_INDICES>& overflow) {
  using Row = const CounterRow&;
  Napi::Object columns = Napi::Object::New(env);
  columns["netns"] = Column<Napi::BigUint64Array>(env, rows, [](Row row) { return row.key.netns; });
  columns["first"] = Column<Napi::Uint32Array>(env, rows, [](Row row) { return row.key.words[0]; });
  columns["second"] = Column<Napi::Uint32Array>(env, rows, [](Row row) { return row.key.words[1]; });
  columns["kind"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.kind; });
  columns["family"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.family; });
  columns["error"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.error; });
  columns["code"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.code; });
  columns["index"] = Column<Napi::Uint32Array>(env, rows, [](Row row) { return row.index; });
  columns["count"] = Column<Napi::BigUint64Array>(env, rows, [](Row row) { return row.count; });
  columns["overflow"] = Column<Napi::BigUint64Array>(env, overflow, [](uint64_t count) { return count; });
  return columns;
}

Napi::Value ToJs(Napi::Env env, const InventoryRows& rows) {
  Napi::Object inventory = Napi::Object::New(env);
  inventory["netns"] = NetnsToJs(env, rows.netns);
  inventory["mib"] = Numbers(env, rows.netns, 2 * TS_MIBS, [](const ts_netns_row& row) { return &row.mib[0][0]; });
  inventory["fibChanges"] = Numbers(env, rows.netns, 2, [](const ts_netns_row& row) { return row.fib_changes; });
  inventory["devices"] = Objects(env, rows.devices, [env](Napi::Object& object, const ts_device_row& row) {
    object["netns"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.netns));
    object["ifindex"] = row.ifindex;
    object["name"] = Name(env, row.name);
    object["vrfTable"] = row.vrf_table;
  });
  inventory["tunnels"] = Objects(env, rows.tunnels, [env](Napi::Object& object, const ts_tunnel_row& row) {
    object["netns"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.netns));
    object["name"] = Name(env, row.name);
    object["kind"] = Name(env, row.kind);
    object["noRoute"] = static_cast<double>(row.no_route);
    object["loop"] = static_cast<double>(row.loop);
    object["dropped"] = static_cast<double>(row.dropped);
  });
  inventory["mpls"] = Objects(env, rows.mpls, [env](Napi::Object& object, const ts_mpls_row& row) {
    object["netns"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.netns));
    object["name"] = Name(env, row.name);
    object["noRoute"] = static_cast<double>(row.no_route);
  });
  inventory["defaultRoutes"] =
      Objects(env, rows.default_routes, [env](Napi::Object& object, const ts_default_route_row& row) {
        object["netns"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.netns));
        object["family"] = row.family;
        object["table"] = row.table;
        object["routes"] = row.routes;
      });
  inventory["nftSets"] = Objects(env, rows.nft_sets, [env](Napi::Object& object, const NftSetRow& row) {
    object["netns"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.of.netns));
    object["table"] = row.of.table;
    object["set"] = row.of.set;
    object["family"] = row.names.family;
    object["tableName"] = LongName(env, row.names.table);
    object["setName"] = LongName(env, row.names.set);
    object["isGone"] = Napi::Boolean::New(env, row.names.is_gone != 0);
  });
  inventory["neighbourTables"] = NeighbourTablesToJs(env, rows.neighbour_tables);
  inventory["omitted"] = rows.omitted;
  inventory["omittedOthers"] = rows.omitted_others;
  return inventory;
}

Napi::Value ToJs(Napi::Env env, const std::vector<ProbeState>& states) {
  Napi::Array array = Napi::Array::New(env, states.size());
  for (uint32_t at = 0; at < states.size(); at++) {
    const ProbeState& state = states[at];
    Napi::Object object = Napi::Object::New(env);
    object["probe"] = state.probe;
    object["backend"] = MechanismName(state.backend);
    object["attached"] = Napi::Boolean::New(env, state.attached);
    object["isMissing"] = Napi::Boolean::New(env, state.missing);
    object["reason"] = state.reason;
    object["skipped"] = Napi::BigInt::New(env, state.skipped);
    array[at] = object;
  }
  return array;
}

Napi::Value ToJs(Napi::Env env, const std::vector<UnseenKind>& kinds) {
  Napi::Array array = Napi::Array::New(env, kinds.size());
  for (uint32_t at = 0; at < kinds.size(); at++) {
    Napi::Object object = Napi::Object::New(env);
    object["kind"] = static_cast<uint32_t>(kinds[at].kind);
    object["reason"] = kinds[at].reason;
    object["part"] = kinds[at].part;
    object["isElsewhere"] = Napi::Boolean::New(env, kinds[at].is_elsewhere);
    array[at] = object;
  }
  return array;
}

Napi::Value ToJs(Napi::Env env, const FailedDestinationRows& drained) {
  using Row = const FailedDestinationRow&;
  const std::vector<FailedDestinationRow>& rows = drained.rows;
  Napi::Array destinations = Napi::Array::New(env, rows.size());
  std::string text;
  for (uint32_t at = 0; at < rows.size(); at++) {
    Napi::HandleScope scope(env);
    text.clear();
    AppendAddress(text, rows[at].key.family, rows[at].key.destination);
    destinations[at] = text;
  }
  Napi::Object columns = Napi::Object::New(env);
  columns["kind"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.kind; });
  columns["netns"] = Column<Napi::BigUint64Array>(env, rows, [](Row row) { return row.key.netns; });
  columns["table"] = Column<Napi::Uint32Array>(env, rows, [](Row row) { return row.key.table; });
  columns["family"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.family; });
  columns["error"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.error; });
  columns["code"] = Column<Napi::Uint8Array>(env, rows, [](Row row) { return row.key.code; });
  columns["destination"] = destinations;
  columns["count"] = Column<Napi::Float64Array>(env, rows, [](Row row) { return static_cast<double>(row.lookups); });
  columns["lookups"] = static_cast<double>(drained.lookups);
  columns["sampledOneIn"] = static_cast<double>(drained.sampled_one_in);
  return columns;
}

Napi::Value ToJs(Napi::Env env, const EventPump::Totals& totals) {
  Napi::Object object = Napi::Object::New(env);
  object["ringbuf"] = static_cast<double>(totals.ringbuf);
  object["queue"] = static_cast<double>(totals.queue);
  object["decode"] = static_cast<double>(totals.decode);
  object["fault"] = totals.fault;
  return object;
}

Napi::Error ToJs(Napi::Env env, const KernelError& error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  js.Set("act", error.act());
  js.Set("object", error.object());
  js.Set("code", error.Code());
  js.Set("log", error.log());
  return js;
}

}  // namespace tablesnoop
