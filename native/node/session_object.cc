// SPDX-License-Identifier: BSD-2-Clause
#include "session_object.h"

#include <string>

#include "to_js.h"

namespace tablesnoop {

namespace {

constexpr uint32_t kMostCounters = 1 << 20;

// Runs `act` with KernelError turned into what JavaScript throws.
template <typename Act>
auto Guard(Napi::Env env, Act act) {
  try {
    return act();
  } catch (const KernelError& error) {
    throw ToJs(env, error);
  }
}

BackendChoice ReadBackend(Napi::Env env, const Napi::Value& value) {
  std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "auto") return BackendChoice::kAuto;
  if (name == "tracepoint") return BackendChoice::kTracepoint;
  if (name == "trampoline") return BackendChoice::kTrampoline;
  throw Napi::TypeError::New(env, "open: options.backend must be auto, tracepoint or trampoline");
}

SessionSettings ReadOptions(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!info[0].IsObject()) throw Napi::TypeError::New(env, "open: options must be an object");
  Napi::Object options = info[0].As<Napi::Object>();
  Napi::Value object = options["object"];
  Napi::Value counters = options["maxCounters"];
  if (!object.IsString()) throw Napi::TypeError::New(env, "open: options.object must be a path");
  if (!counters.IsNumber()) throw Napi::TypeError::New(env, "open: options.maxCounters must be a number");
  int64_t most = counters.As<Napi::Number>().Int64Value();
  if (most < 1 || most > kMostCounters) {
    throw Napi::RangeError::New(env, "open: options.maxCounters must be from 1 to " + std::to_string(kMostCounters));
  }
  return {
      .object = {object.As<Napi::String>(), static_cast<uint32_t>(most) + TS_OVERFLOW_INDICES},
      .backend = ReadBackend(env, options["backend"]),
      .routes = options.Get("routes").ToBoolean(),
      .rules = options.Get("rules").ToBoolean(),
  };
}

Napi::Uint32Array ReadIndices(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array) {
    throw Napi::TypeError::New(info.Env(), "indices must be a Uint32Array");
  }
  return info[0].As<Napi::Uint32Array>();
}

}  // namespace

Napi::Function SessionObject::Define(Napi::Env env) {
  return DefineClass(env, "Session",
                     {
                         InstanceAccessor<&SessionObject::Backend>("backend"),
                         InstanceAccessor<&SessionObject::FallbackReason>("fallbackReason"),
                         InstanceMethod<&SessionObject::Probes>("probes"),
                         InstanceMethod<&SessionObject::Counters>("counters"),
                         InstanceMethod<&SessionObject::Inventory>("inventory"),
                         InstanceMethod<&SessionObject::Retire>("retire"),
                         InstanceMethod<&SessionObject::Release>("release"),
                         InstanceMethod<&SessionObject::Close>("close"),
                     });
}

SessionObject::SessionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionObject>(info) {
  SessionSettings settings = ReadOptions(info);
  Guard(info.Env(), [&] { session_ = std::make_unique<Session>(settings); });
}

Session& SessionObject::Open(Napi::Env env) {
  if (!session_) throw Napi::Error::New(env, "the session is closed");
  return *session_;
}

Napi::Value SessionObject::Backend(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), BackendName(Open(info.Env()).Backend()));
}

Napi::Value SessionObject::FallbackReason(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), Open(info.Env()).FallbackReason());
}

Napi::Value SessionObject::Probes(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  return Guard(info.Env(), [&] { return ToJs(info.Env(), session.Probes()); });
}

Napi::Value SessionObject::Counters(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  return Guard(info.Env(), [&] { return ToJs(info.Env(), session.Counters().Read(), session.Counters().Overflow()); });
}

Napi::Value SessionObject::Inventory(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  return Guard(info.Env(), [&] { return ToJs(info.Env(), session.Inventory().Walk()); });
}

void SessionObject::Retire(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  Napi::Uint32Array indices = ReadIndices(info);
  Guard(info.Env(), [&] { session.Counters().Retire(indices.Data(), indices.ElementLength()); });
}

void SessionObject::Release(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  Napi::Uint32Array indices = ReadIndices(info);
  Guard(info.Env(), [&] { session.Counters().Release(indices.Data(), indices.ElementLength()); });
}

void SessionObject::Close(const Napi::CallbackInfo&) { session_.reset(); }

}  // namespace tablesnoop
