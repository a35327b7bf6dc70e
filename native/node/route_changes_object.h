// SPDX-License-Identifier: BSD-2-Clause
// Changes of routes as JavaScript sees them; declared in daemon/native/route_changes.ts. JS thread of its environment
// only.
#pragma once

#include <napi.h>

#include <memory>

#include "../kinds/change/elsewhere.h"
#include "../probe/session.h"
#include "../rtnetlink/route_changes.h"

namespace tablesnoop {

class RouteChangesObject : public Napi::ObjectWrap<RouteChangesObject> {
 public:
  static Napi::Function Define(Napi::Env env);
  // new (session: Session): begins to hear, and tells the listeners of that session, which it keeps until it is closed.
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

  std::shared_ptr<Session> session_;
  std::unique_ptr<ChangesElsewhere> elsewhere_;
  // Destroyed first: its thread tells the session's listeners.
  std::unique_ptr<RouteChanges> changes_;
};

}  // namespace tablesnoop
