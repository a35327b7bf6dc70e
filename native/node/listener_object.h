// SPDX-License-Identifier: BSD-2-Clause
// A listener as JavaScript sees it: take lines, see drops, close. on_lines comes to the JS thread through a thread-safe
// function that holds one call at most; the lines themselves wait in the Listener. JS thread of its environment only.
#pragma once

#include <napi.h>

#include <memory>

#include "../probe/listener.h"
#include "../probe/session.h"

namespace tablesnoop {

class ListenerObject : public Napi::ObjectWrap<ListenerObject> {
 public:
  static Napi::Function Define(Napi::Env env);
  // Makes one on an open session. options and on_lines as in daemon/native/session.ts. The session lives on as long as
  // a listener of it does.
  static Napi::Object Create(const Napi::FunctionReference& constructor, std::shared_ptr<Session> session,
                             const Napi::Object& options, const Napi::Function& on_lines);

  explicit ListenerObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ListenerObject>(info) {}
  ~ListenerObject() override;

 private:
  // What the thread-safe function needs too, which ends before or after this object.
  struct Hearing;

  Napi::Value Take(const Napi::CallbackInfo& info);
  Napi::Value Dropped(const Napi::CallbackInfo& info);
  void SetFilter(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  std::shared_ptr<Hearing> hearing_;
};

}  // namespace tablesnoop
