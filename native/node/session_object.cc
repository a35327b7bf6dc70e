// SPDX-License-Identifier: BSD-2-Clause
#include "session_object.h"

#include <exception>
#include <string>
#include <thread>

#include "../service/privileges.h"
#include "from_js.h"
#include "guard.h"
#include "listener_object.h"
#include "to_js.h"

namespace tablesnoop {

namespace {

Napi::Object ReadObject(const Napi::CallbackInfo& info, size_t at, const char* what) {
  if (!info[at].IsObject()) throw Napi::TypeError::New(info.Env(), std::string(what) + " must be an object");
  return info[at].As<Napi::Object>();
}

}  // namespace

Napi::Function SessionObject::Define(Napi::Env env) {
  return DefineClass(env, "Session",
                     {
                         InstanceAccessor<&SessionObject::Backend>("backend"),
                         InstanceAccessor<&SessionObject::FallbackReason>("fallbackReason"),
                         InstanceMethod<&SessionObject::Unseen>("unseen"),
                         InstanceMethod<&SessionObject::Probes>("probes"),
                         InstanceMethod<&SessionObject::Counters>("counters"),
                         InstanceMethod<&SessionObject::Inventory>("inventory"),
                         InstanceMethod<&SessionObject::FailedDestinations>("failedDestinations"),
                         InstanceMethod<&SessionObject::SampleFailures>("sampleFailures"),
                         InstanceMethod<&SessionObject::Events>("events"),
                         InstanceMethod<&SessionObject::Retire>("retire"),
                         InstanceMethod<&SessionObject::Release>("release"),
                         InstanceMethod<&SessionObject::Listen>("listen"),
                         InstanceMethod<&SessionObject::RefusalWithout>("refusalWithout"),
                         InstanceMethod<&SessionObject::SetVocabulary>("setVocabulary"),
                         InstanceMethod<&SessionObject::SetNames>("setNames"),
                         InstanceMethod<&SessionObject::Close>("close"),
                     });
}

SessionObject::SessionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionObject>(info) {
  SessionSettings settings = ReadSessionSettings(ReadObject(info, 0, "options"));
  Guard(info.Env(), [&] { session_ = std::make_shared<Session>(settings); });
}

Session& SessionObject::Open(Napi::Env env) {
  if (!session_) throw Napi::Error::New(env, "the session is closed");
  return *session_;
}

Napi::Value SessionObject::Backend(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), MechanismName(Open(info.Env()).Backend()));
}

Napi::Value SessionObject::FallbackReason(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), Open(info.Env()).FallbackReason());
}

Napi::Value SessionObject::Unseen(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), Open(info.Env()).Unseen());
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
  return Guard(info.Env(), [&] { return ToJs(info.Env(), session.Walk()); });
}

Napi::Value SessionObject::FailedDestinations(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  return Guard(info.Env(), [&] { return ToJs(info.Env(), session.FailedDestinations().Drain()); });
}

void SessionObject::SampleFailures(const Napi::CallbackInfo& info) {
  Open(info.Env()).FailedDestinations().Sample(ReadOneIn(info[0]));
}

Napi::Value SessionObject::Events(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), Open(info.Env()).Events().Read());
}

void SessionObject::Retire(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  Napi::Uint32Array indices = ReadIndices(info[0]);
  Guard(info.Env(), [&] { session.Counters().Retire(indices.Data(), indices.ElementLength()); });
}

void SessionObject::Release(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  Napi::Uint32Array indices = ReadIndices(info[0]);
  Guard(info.Env(), [&] { session.Counters().Release(indices.Data(), indices.ElementLength()); });
}

Napi::Value SessionObject::Listen(const Napi::CallbackInfo& info) {
  Open(info.Env());
  Napi::Object options = ReadObject(info, 0, "options");
  if (!info[1].IsFunction()) throw Napi::TypeError::New(info.Env(), "onLines must be a function");
  AddonState* state = info.Env().GetInstanceData<AddonState>();
  return Guard(info.Env(), [&] {
    return ListenerObject::Create(state->listener_constructor, session_, options, info[1].As<Napi::Function>());
  });
}

Napi::Value SessionObject::RefusalWithout(const Napi::CallbackInfo& info) {
  Session& session = Open(info.Env());
  uint64_t keep = ReadCapabilities(info[0]);
  std::string refusal;
  // A thread can give up its own capabilities and leave the others theirs. This one waits, so the session is not
  // shared.
  std::thread rehearsal([&] {
    try {
      DropCapabilitiesOfThread(keep);
      session.Rehearse();
    } catch (const std::exception& error) {
      refusal = error.what();
    }
  });
  rehearsal.join();
  return Napi::String::New(info.Env(), refusal);
}

void SessionObject::SetVocabulary(const Napi::CallbackInfo& info) {
  Open(info.Env()).Events().SetVocabulary(ReadVocabulary(ReadObject(info, 0, "vocabulary")));
}

void SessionObject::SetNames(const Napi::CallbackInfo& info) {
  Open(info.Env()).Events().SetNames(ReadNames(ReadObject(info, 0, "names")));
}

void SessionObject::Close(const Napi::CallbackInfo&) { session_.reset(); }

}  // namespace tablesnoop
