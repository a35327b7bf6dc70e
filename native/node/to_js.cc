// SPDX-License-Identifier: BSD-2-Clause
#include "to_js.h"

#include <cstring>

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
  Napi::Array netns = Napi::Array::New(env, rows.netns.size());
  for (uint32_t at = 0; at < rows.netns.size(); at++) {
    const ts_netns_row& row = rows.netns[at];
    Napi::HandleScope scope(env);
    Napi::BigUint64Array no_route = Napi::BigUint64Array::New(env, 4);
    memcpy(no_route.Data(), row.no_route, sizeof(row.no_route));
    Napi::Object object = Napi::Object::New(env);
    object["cookie"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.cookie));
    object["inode"] = row.inode;
    object["isFirst"] = Napi::Boolean::New(env, row.is_first != 0);
    object["noRoute"] = no_route;
    netns[at] = object;
  }
  Napi::Array devices = Napi::Array::New(env, rows.devices.size());
  for (uint32_t at = 0; at < rows.devices.size(); at++) {
    const ts_device_row& row = rows.devices[at];
    Napi::HandleScope scope(env);
    Napi::Object object = Napi::Object::New(env);
    object["netns"] = Napi::BigInt::New(env, static_cast<uint64_t>(row.netns));
    object["ifindex"] = row.ifindex;
    std::string name;
    AppendName(name, row.name);
    object["name"] = name;
    object["vrfTable"] = row.vrf_table;
    devices[at] = object;
  }
  Napi::Object inventory = Napi::Object::New(env);
  inventory["netns"] = netns;
  inventory["devices"] = devices;
  inventory["omitted"] = rows.omitted;
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
