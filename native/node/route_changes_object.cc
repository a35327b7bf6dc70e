// SPDX-License-Identifier: BSD-2-Clause
#include "route_changes_object.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "../kinds/change/conversion.h"
#include "../lines/printable.h"
#include "../probe/clock.h"
#include "guard.h"
#include "session_object.h"

namespace tablesnoop {

namespace {

std::string Text(uint8_t family, const RouteAddress& address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, address.data(), text, sizeof(text));
}

// As the numbers of FAMILIES in daemon/fib/lookup.ts.
uint32_t Number(uint8_t family) { return family == AF_INET ? 0 : 1; }

Napi::Object ToJs(Napi::Env env, const RouteChange& change) {
  const Route& route = change.route;
  Napi::Object object = Napi::Object::New(env);
  object["netns"] = Napi::BigInt::New(env, change.netns);
  object["unixMs"] = static_cast<double>(change.unix_ms);
  object["change"] = static_cast<uint32_t>(change.change);
  object["isFound"] = Napi::Boolean::New(env, change.is_found);
  object["family"] = Number(route.key.family);
  object["table"] = route.key.table;
  object["metric"] = route.key.metric;
  object["protocol"] = static_cast<uint32_t>(route.protocol);
  object["type"] = static_cast<uint32_t>(route.type);
  object["destination"] = Text(route.key.family, route.key.destination);
  object["length"] = static_cast<uint32_t>(route.key.length);
  bool has_gateway = route.nexthop.gateway_family != 0;
  object["gateway"] = has_gateway ? Text(route.nexthop.gateway_family, route.nexthop.gateway) : "";
  std::string device;
  AppendPrintable(device, change.device);
  object["device"] = device;
  object["nexthops"] = static_cast<uint32_t>(route.nexthops);
  return object;
}

double ReadNumber(const Napi::CallbackInfo& info, size_t at, const char* what) {
  if (!info[at].IsNumber()) throw Napi::TypeError::New(info.Env(), std::string(what) + " must be a number");
  return info[at].As<Napi::Number>().DoubleValue();
}

void Tell(EventPump& events, uint32_t inode, const RouteChange& change) {
  ts_change_event event = EventOf(change);
  event.head.time = static_cast<uint64_t>(Nanoseconds(CLOCK_MONOTONIC));
  event.head.inode = inode;
  EventPump::Subject subject = {.table = event.table, .dst = {}};
  memcpy(subject.dst, event.dst, sizeof(subject.dst));
  events.Tell(event.head, sizeof(event), subject);
}

std::shared_ptr<Session> SessionOf(const Napi::CallbackInfo& info) {
  AddonState* state = info.Env().GetInstanceData<AddonState>();
  if (!info[0].IsObject() || !info[0].As<Napi::Object>().InstanceOf(state->session_constructor.Value())) {
    throw Napi::TypeError::New(info.Env(), "session must be a Session");
  }
  std::shared_ptr<Session> session = SessionObject::Unwrap(info[0].As<Napi::Object>())->Shared();
  if (!session) throw Napi::Error::New(info.Env(), "the session is closed");
  return session;
}

RouteChanges::Hear ToListenersOf(Session& session) {
  struct stat own;
  uint32_t inode = stat("/proc/self/ns/net", &own) == 0 ? static_cast<uint32_t>(own.st_ino) : 0;
  return [&session, inode](const RouteChange& change) { Tell(session.Events(), inode, change); };
}

}  // namespace

Napi::Function RouteChangesObject::Define(Napi::Env env) {
  return DefineClass(env, "RouteChanges",
                     {
                         InstanceMethod<&RouteChangesObject::Counts>("counts"),
                         InstanceMethod<&RouteChangesObject::State>("state"),
                         InstanceMethod<&RouteChangesObject::Newest>("newest"),
                         InstanceMethod<&RouteChangesObject::Cause>("cause"),
                         InstanceMethod<&RouteChangesObject::Moved>("moved"),
                         InstanceMethod<&RouteChangesObject::Close>("close"),
                     });
}

RouteChangesObject::RouteChangesObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<RouteChangesObject>(info) {
  session_ = SessionOf(info);
  Guard(info.Env(), [&] {
    elsewhere_ = std::make_unique<ChangesElsewhere>(session_->Loaded());
    changes_ = std::make_unique<RouteChanges>(session_->Loaded(), ToListenersOf(*session_));
  });
}

RouteChanges& RouteChangesObject::Open(Napi::Env env) {
  if (!changes_) throw Napi::Error::New(env, "the changes of routes are closed");
  return *changes_;
}

Napi::Value RouteChangesObject::Counts(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  RouteChanges& changes = Open(env);
  auto groups = changes.Counts().Read();
  Napi::Uint8Array family = Napi::Uint8Array::New(env, groups.size());
  Napi::Uint32Array table = Napi::Uint32Array::New(env, groups.size());
  Napi::Uint8Array protocol = Napi::Uint8Array::New(env, groups.size());
  Napi::Float64Array count = Napi::Float64Array::New(env, groups.size() * 3);
  for (size_t row = 0; row < groups.size(); row++) {
    const auto& [group, counts] = groups[row];
    family[row] = static_cast<uint8_t>(Number(group.family));
    table[row] = group.table;
    protocol[row] = group.protocol;
    for (size_t change = 0; change < 3; change++) count[row * 3 + change] = static_cast<double>(counts.of[change]);
  }
  Napi::Object columns = Napi::Object::New(env);
  columns["netns"] = Napi::BigInt::New(env, changes.NetnsCookie());
  columns["family"] = family;
  columns["table"] = table;
  columns["protocol"] = protocol;
  columns["count"] = count;
  return columns;
}

Napi::Value RouteChangesObject::State(const Napi::CallbackInfo& info) {
  RouteChanges::State state = Open(info.Env()).Read();
  Napi::Object object = Napi::Object::New(info.Env());
  object["notices"] = static_cast<double>(state.notices);
  object["overruns"] = static_cast<double>(state.overruns);
  object["routes"] = static_cast<double>(state.routes);
  object["isCompared"] = Napi::Boolean::New(info.Env(), state.is_compared);
  object["fault"] = state.fault;
  return object;
}

Napi::Value RouteChangesObject::Newest(const Napi::CallbackInfo& info) {
  RouteChanges& changes = Open(info.Env());
  double most = ReadNumber(info, 0, "most");
  if (!(most >= 0)) throw Napi::RangeError::New(info.Env(), "most must not be negative");
  size_t wanted = static_cast<size_t>(std::min(most, static_cast<double>(2 * ChangeLog::kMostKept)));
  std::vector<RouteChange> own = changes.Log().Newest(wanted);
  std::vector<RouteChange> others = elsewhere_->Read().Newest(wanted);
  std::vector<RouteChange> newest;
  std::ranges::merge(own, others, std::back_inserter(newest), std::greater(), &RouteChange::unix_ms,
                     &RouteChange::unix_ms);
  if (newest.size() > wanted) newest.erase(newest.begin() + static_cast<ptrdiff_t>(wanted), newest.end());
  Napi::Array array = Napi::Array::New(info.Env(), newest.size());
  for (uint32_t at = 0; at < newest.size(); at++) {
    Napi::HandleScope scope(info.Env());
    array[at] = ToJs(info.Env(), newest[at]);
  }
  return array;
}

Napi::Value RouteChangesObject::Cause(const Napi::CallbackInfo& info) {
  RouteChanges& changes = Open(info.Env());
  if (!info[0].IsBigInt()) throw Napi::TypeError::New(info.Env(), "netns must be a bigint");
  bool is_exact;
  LostRoute lost = {
      .netns = info[0].As<Napi::BigInt>().Uint64Value(&is_exact),
      .family = static_cast<uint8_t>(ReadNumber(info, 1, "family") == 0 ? AF_INET : AF_INET6),
      .destination = {},
      .table = static_cast<uint32_t>(ReadNumber(info, 3, "table")),
      .since_unix_ms = static_cast<int64_t>(ReadNumber(info, 4, "sinceUnixMs")),
  };
  if (!info[2].IsString()) throw Napi::TypeError::New(info.Env(), "destination must be a string");
  std::string destination = info[2].As<Napi::String>();
  if (inet_pton(lost.family, destination.c_str(), lost.destination.data()) != 1) return info.Env().Undefined();
  const ChangeLog& log = lost.netns == changes.NetnsCookie() ? changes.Log() : elsewhere_->Read();
  std::optional<RouteChange> cause = log.Cause(lost);
  return cause ? ToJs(info.Env(), *cause) : info.Env().Undefined();
}

void RouteChangesObject::Moved(const Napi::CallbackInfo& info) { Open(info.Env()).Moved(); }

void RouteChangesObject::Close(const Napi::CallbackInfo&) {
  changes_.reset();
  elsewhere_.reset();
  session_.reset();
}

}  // namespace tablesnoop
