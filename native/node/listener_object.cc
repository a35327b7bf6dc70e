// SPDX-License-Identifier: BSD-2-Clause
#include "listener_object.h"

#include <utility>

#include "from_js.h"
#include "to_js.h"

namespace tablesnoop {

Napi::Function ListenerObject::Define(Napi::Env env) {
  return DefineClass(env, "Listener",
                     {
                         InstanceMethod<&ListenerObject::Take>("take"),
                         InstanceMethod<&ListenerObject::Dropped>("dropped"),
                         InstanceMethod<&ListenerObject::SetFilter>("setFilter"),
                         InstanceMethod<&ListenerObject::Close>("close"),
                     });
}

Napi::Object ListenerObject::Create(const Napi::FunctionReference& constructor, std::shared_ptr<Session> session,
                                    const Napi::Object& options, const Napi::Function& on_lines) {
  Napi::Env env = options.Env();
  ListenerSettings settings = ReadListenerSettings(options);
  Napi::Object object = constructor.New({});
  ListenerObject* self = Unwrap(object);
  self->announce_ = Napi::ThreadSafeFunction::New(env, on_lines, "tablesnoop lines", 1, 1);
  Napi::ThreadSafeFunction announce = self->announce_;
  // One call waiting is enough, it takes everything; a full queue (of one) says there is one.
  self->listener_ = session->Events().Open(settings, [announce] { announce.NonBlockingCall(); });
  self->session_ = std::move(session);
  return object;
}

Napi::Value ListenerObject::Take(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Listener::Lines lines = listener_ ? listener_->Take() : Listener::Lines();
  Napi::Object taken = Napi::Object::New(env);
  taken["lines"] = static_cast<double>(lines.count);
  // The text is handed over, not copied: freed when the Buffer is collected.
  auto* text = new std::string(std::move(lines.text));
  taken["bytes"] = Napi::Buffer<char>::NewOrCopy(
      env, text->data(), text->size(), [](Napi::Env, char*, std::string* owner) { delete owner; }, text);
  return taken;
}

Napi::Value ListenerObject::Dropped(const Napi::CallbackInfo& info) {
  tablesnoop::Dropped drops = listener_ ? listener_->Drops() : tablesnoop::Dropped();
  Napi::Object object = Napi::Object::New(info.Env());
  object["ringbuf"] = static_cast<double>(drops.ringbuf);
  object["queue"] = static_cast<double>(drops.queue);
  return object;
}

void ListenerObject::SetFilter(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "setFilter: the filter must be an object");
  ts_filter filter = ReadFilter(info[0].As<Napi::Object>());
  if (listener_) session_->Events().ChangeFilter(listener_, filter);
}

void ListenerObject::Close(const Napi::CallbackInfo&) { Stop(); }

void ListenerObject::Stop() {
  if (!session_) return;
  session_->Events().Close(listener_);
  announce_.Abort();
  session_.reset();
}

}  // namespace tablesnoop
