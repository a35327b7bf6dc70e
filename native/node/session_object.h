// SPDX-License-Identifier: BSD-2-Clause
// A session as JavaScript sees it: turns KernelError into a JavaScript error, and dies quietly, by close(), by garbage
// collection or with its environment. JS thread of its environment only.
#pragma once

#include <napi.h>

#include <memory>

#include "../probe/session.h"

namespace tablesnoop {

// What one environment (main thread or worker) keeps of us; freed with it.
struct AddonState {
  Napi::FunctionReference listener_constructor;
  Napi::FunctionReference session_constructor;
};

class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static Napi::Function Define(Napi::Env env);
  // new (options: SessionOptions): loads and attaches.
  explicit SessionObject(const Napi::CallbackInfo& info);

  // Null once it is closed.
  std::shared_ptr<Session> Shared() const { return session_; }

 private:
  Napi::Value Backend(const Napi::CallbackInfo& info);
  Napi::Value FallbackReason(const Napi::CallbackInfo& info);
  Napi::Value Unseen(const Napi::CallbackInfo& info);
  Napi::Value Probes(const Napi::CallbackInfo& info);
  Napi::Value Counters(const Napi::CallbackInfo& info);
  Napi::Value Inventory(const Napi::CallbackInfo& info);
  Napi::Value FailedDestinations(const Napi::CallbackInfo& info);
  void SampleFailures(const Napi::CallbackInfo& info);
  Napi::Value Events(const Napi::CallbackInfo& info);
  void Retire(const Napi::CallbackInfo& info);
  void Release(const Napi::CallbackInfo& info);
  Napi::Value Listen(const Napi::CallbackInfo& info);
  Napi::Value RefusalWithout(const Napi::CallbackInfo& info);
  void SetVocabulary(const Napi::CallbackInfo& info);
  void SetNames(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  // Throws a JavaScript error if closed.
  Session& Open(Napi::Env env);

  // Shared with its listeners, which may outlive close(); they hold it until they are closed themselves.
  std::shared_ptr<Session> session_;
};

}  // namespace tablesnoop
