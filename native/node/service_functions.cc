// SPDX-License-Identifier: BSD-2-Clause
#include "service_functions.h"

#include <string>

#include "../service/notify.h"
#include "../service/privileges.h"
#include "from_js.h"
#include "guard.h"

namespace tablesnoop {

namespace {

void Notify(const Napi::CallbackInfo& info) {
  if (!info[0].IsString() || !info[1].IsString()) {
    throw Napi::TypeError::New(info.Env(), "notify: address and message must be strings");
  }
  std::string address = info[0].As<Napi::String>(), message = info[1].As<Napi::String>();
  Guard(info.Env(), [&] { tablesnoop::Notify(address, message); });
}

void ForbidNewPrivileges(const Napi::CallbackInfo& info) {
  Guard(info.Env(), [] { tablesnoop::ForbidNewPrivileges(); });
}

void DropCapabilities(const Napi::CallbackInfo& info) {
  uint64_t keep = ReadCapabilities(info[0]);
  Guard(info.Env(), [&] { tablesnoop::DropCapabilities(keep); });
}

}  // namespace

void ExportServiceFunctions(Napi::Env env, Napi::Object exports) {
  exports["notify"] = Napi::Function::New<Notify>(env, "notify");
  exports["forbidNewPrivileges"] = Napi::Function::New<ForbidNewPrivileges>(env, "forbidNewPrivileges");
  exports["dropCapabilities"] = Napi::Function::New<DropCapabilities>(env, "dropCapabilities");
}

}  // namespace tablesnoop
