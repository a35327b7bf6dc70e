// SPDX-License-Identifier: BSD-2-Clause
// What the addon exports: Session, RouteChanges, the version of libbpf, what a service needs of its process, and routes
// asked for by rtnetlink. Its state belongs to the environment, so every thread may load it.
#include <bpf/libbpf.h>
#include <napi.h>

#include "listener_object.h"
#include "route_changes_object.h"
#include "route_functions.h"
#include "service_functions.h"
#include "session_object.h"

namespace {

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  auto* state = new tablesnoop::AddonState;
  state->listener_constructor = Napi::Persistent(tablesnoop::ListenerObject::Define(env));
  env.SetInstanceData(state);
  Napi::Function session = tablesnoop::SessionObject::Define(env);
  state->session_constructor = Napi::Persistent(session);
  exports["Session"] = session;
  exports["RouteChanges"] = tablesnoop::RouteChangesObject::Define(env);
  exports["libbpf"] = std::to_string(libbpf_major_version()) + "." + std::to_string(libbpf_minor_version());
  tablesnoop::ExportServiceFunctions(env, exports);
  tablesnoop::ExportRouteFunctions(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(tablesnoop, Initialize)
