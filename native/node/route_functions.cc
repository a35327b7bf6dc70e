// SPDX-License-Identifier: BSD-2-Clause
#include "route_functions.h"

#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "../../bpf/tablesnoop_abi.h"
#include "../rtnetlink/route_get.h"
#include "guard.h"

namespace tablesnoop {

namespace {

uint32_t NumberOf(const Napi::Object& from, const char* name) {
  Napi::Value value = from.Get(name);
  if (!value.IsNumber()) throw Napi::TypeError::New(from.Env(), std::string(name) + " must be a number");
  return value.As<Napi::Number>().Uint32Value();
}

RouteAddress AddressOf(const Napi::Object& from) {
  Napi::Value value = from.Get("address");
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(from.Env(), "address must be a Uint8Array");
  }
  RouteAddress address = {};
  Napi::Uint8Array bytes = value.As<Napi::Uint8Array>();
  if (bytes.ElementLength() < address.size()) throw Napi::RangeError::New(from.Env(), "address must have 16 bytes");
  std::copy(bytes.Data(), bytes.Data() + address.size(), address.begin());
  return address;
}

int FamilyOf(const Napi::Object& from) { return NumberOf(from, "family") == TS_IPV4 ? AF_INET : AF_INET6; }

std::vector<Napi::Object> QuestionsOf(const Napi::CallbackInfo& info) {
  if (!info[0].IsArray()) throw Napi::TypeError::New(info.Env(), "questions must be an array");
  Napi::Array array = info[0].As<Napi::Array>();
  std::vector<Napi::Object> questions;
  for (uint32_t at = 0; at < array.Length(); at++) {
    Napi::Value question = array.Get(at);
    if (!question.IsObject()) throw Napi::TypeError::New(info.Env(), "a question must be an object");
    questions.push_back(question.As<Napi::Object>());
  }
  return questions;
}

Napi::Value ToJs(Napi::Env env, const std::optional<RouteAnswer>& answer) {
  if (!answer) return env.Undefined();
  Napi::Object object = Napi::Object::New(env);
  object["length"] = answer->prefix_length;
  object["table"] = answer->table;
  object["egress"] = answer->egress;
  return object;
}

Napi::Value AskRoutes(const Napi::CallbackInfo& info) {
  std::vector<Napi::Object> questions = QuestionsOf(info);
  Napi::Array answers = Napi::Array::New(info.Env(), questions.size());
  Guard(info.Env(), [&] {
    RouteSocket socket;
    for (uint32_t at = 0; at < questions.size(); at++) {
      const Napi::Object& question = questions[at];
      answers[at] = ToJs(info.Env(), socket.Ask(FamilyOf(question), AddressOf(question), NumberOf(question, "vrf")));
    }
  });
  return answers;
}

Napi::Value FindRoutes(const Napi::CallbackInfo& info) {
  if (!info[1].IsNumber()) throw Napi::TypeError::New(info.Env(), "table must be a number");
  std::vector<Napi::Object> questions = QuestionsOf(info);
  Napi::Array answers = Napi::Array::New(info.Env(), questions.size());
  if (questions.empty()) return answers;
  uint32_t table = info[1].As<Napi::Number>().Uint32Value();
  int family = FamilyOf(questions.front());
  std::vector<RouteAddress> addresses;
  for (const Napi::Object& question : questions) {
    if (FamilyOf(question) != family) throw Napi::RangeError::New(info.Env(), "questions must be of one family");
    addresses.push_back(AddressOf(question));
  }
  Guard(info.Env(), [&] {
    std::vector<std::optional<RouteAnswer>> found = RouteSocket().Find(family, table, addresses);
    for (uint32_t at = 0; at < found.size(); at++) answers[at] = ToJs(info.Env(), found[at]);
  });
  return answers;
}

}  // namespace

void ExportRouteFunctions(Napi::Env env, Napi::Object exports) {
  exports["askRoutes"] = Napi::Function::New<AskRoutes>(env, "askRoutes");
  exports["findRoutes"] = Napi::Function::New<FindRoutes>(env, "findRoutes");
}

}  // namespace tablesnoop
