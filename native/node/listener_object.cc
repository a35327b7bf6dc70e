// SPDX-License-Identifier: BSD-2-Clause
#include "listener_object.h"

#include <memory>
#include <utility>

#include "from_js.h"
#include "to_js.h"

namespace tablesnoop {

struct ListenerObject::Hearing {
  std::shared_ptr<Session> session;  // null once it was stopped
  std::shared_ptr<Listener> listener;
  napi_threadsafe_function announce = nullptr;  // null once it must not be used any more

  // JS thread. No call comes after this.
  void Stop() {
    if (listener && session) session->Events().Close(listener);
    session.reset();
    if (announce) napi_release_threadsafe_function(std::exchange(announce, nullptr), napi_tsfn_abort);
  }

  static napi_threadsafe_function MakeAnnounce(Napi::Env env, const Napi::Function& on_lines,
                                               const std::shared_ptr<Hearing>& hearing);
  static void Call(napi_env env, napi_value on_lines, void* context, void* data);
  static void End(napi_env env, void* hearing, void* hint);
};

// Not by Napi::ThreadSafeFunction: when a call fails because its environment is being ended, that one ends the process.
napi_threadsafe_function ListenerObject::Hearing::MakeAnnounce(Napi::Env env, const Napi::Function& on_lines,
                                                               const std::shared_ptr<Hearing>& hearing) {
  auto owner = std::make_unique<std::shared_ptr<Hearing>>(hearing);
  napi_threadsafe_function announce;
  // One call waiting is enough, it takes everything; a full queue (of one) says there is one.
  napi_status status =
      napi_create_threadsafe_function(env, on_lines, nullptr, Napi::String::New(env, "tablesnoop lines"), 1, 1,
                                      owner.get(), End, nullptr, Call, &announce);
  if (status != napi_ok) throw Napi::Error::New(env);
  owner.release();
  return announce;
}

// JS thread. What on_lines throws is an uncaught exception, as in a callback of Node's own.
void ListenerObject::Hearing::Call(napi_env env, napi_value on_lines, void*, void*) {
  if (!env) return;
  napi_value receiver, error;
  napi_get_undefined(env, &receiver);
  napi_call_function(env, receiver, on_lines, 0, nullptr, nullptr);
  // A call that failed without an exception came too late: a worker is being terminated.
  bool has_thrown = false;
  napi_is_exception_pending(env, &has_thrown);
  if (has_thrown && napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

// JS thread, once, as the last thing before the thread-safe function is freed: also when its environment ends, which is
// before the ListenerObject goes. The pump must not call it any more.
void ListenerObject::Hearing::End(napi_env, void* hearing, void*) {
  std::unique_ptr<std::shared_ptr<Hearing>> owner(static_cast<std::shared_ptr<Hearing>*>(hearing));
  (*owner)->announce = nullptr;
  (*owner)->Stop();
}

ListenerObject::~ListenerObject() {
  if (hearing_) hearing_->Stop();
}

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
  auto hearing = std::make_shared<Hearing>();
  hearing->announce = Hearing::MakeAnnounce(env, on_lines, hearing);
  hearing->session = std::move(session);
  napi_threadsafe_function announce = hearing->announce;
  try {
    hearing->listener = hearing->session->Events().Open(
        settings, [announce] { napi_call_threadsafe_function(announce, nullptr, napi_tsfn_nonblocking); });
  } catch (...) {
    hearing->Stop();
    throw;
  }
  Unwrap(object)->hearing_ = std::move(hearing);
  return object;
}

Napi::Value ListenerObject::Take(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Listener::Lines lines = hearing_ ? hearing_->listener->Take() : Listener::Lines();
  Napi::Object taken = Napi::Object::New(env);
  taken["lines"] = static_cast<double>(lines.count);
  // The text is handed over, not copied: freed when the Buffer is collected.
  auto* text = new std::string(std::move(lines.text));
  taken["bytes"] = Napi::Buffer<char>::NewOrCopy(
      env, text->data(), text->size(), [](Napi::Env, char*, std::string* owner) { delete owner; }, text);
  return taken;
}

Napi::Value ListenerObject::Dropped(const Napi::CallbackInfo& info) {
  tablesnoop::Dropped drops = hearing_ ? hearing_->listener->Drops() : tablesnoop::Dropped();
  Napi::Object object = Napi::Object::New(info.Env());
  object["ringbuf"] = static_cast<double>(drops.ringbuf);
  object["queue"] = static_cast<double>(drops.queue);
  return object;
}

void ListenerObject::SetFilter(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "setFilter: the filter must be an object");
  ts_filter filter = ReadFilter(info[0].As<Napi::Object>());
  if (hearing_ && hearing_->session) hearing_->session->Events().ChangeFilter(hearing_->listener, filter);
}

void ListenerObject::Close(const Napi::CallbackInfo&) {
  if (hearing_) hearing_->Stop();
}

}  // namespace tablesnoop
