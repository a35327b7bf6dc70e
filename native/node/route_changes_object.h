// SPDX-License-Identifier: BSD-2-Clause
// Changes of routes as JavaScript sees them; declared in daemon/native/route_changes.ts. JS thread of its environment
// only.
#pragma once

#include <napi.h>

#include <memory>

#include "../rtnetlink/route_changes.h"

namespace tablesnoop {

class RouteChangesObject : public Napi::ObjectWrap<RouteChangesObject> {
 public:
  static Napi::Function Define(Napi::Env env);
  // new (session?: Session): begins to hear, and tells the listeners of that session, which it keeps.
  explicit RouteChangesObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value Counts(const Napi::CallbackInfo& info);
  Napi::Value State(const Napi::CallbackInfo& info);
  Napi::Value Newest(const Napi::CallbackInfo& info);
  Napi::Value Cause(const Napi::CallbackInfo& info);
  void Moved(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  // Throws a JavaScript error if closed.
  RouteChanges& Open(Napi::Env env);

  std::unique_ptr<RouteChanges> changes_;
};

}  // namespace tablesnoop
