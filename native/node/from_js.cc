// SPDX-License-Identifier: BSD-2-Clause
#include "from_js.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string>

#include "../lines/printable.h"

namespace tablesnoop {

namespace {

constexpr uint32_t kMostCounters = 1 << 20;
constexpr uint32_t kLeastRing = 1 << 12;
constexpr uint32_t kMostRing = 1 << 30;
constexpr uint32_t kAllKinds = (1U << TS_KINDS) - 1;

uint32_t ReadNumber(const Napi::Object& from, const char* key, uint32_t least, uint32_t most) {
  Napi::Value value = from.Get(key);
  if (!value.IsNumber()) throw Napi::TypeError::New(from.Env(), std::string(key) + " must be a number");
  double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= least && number <= most) || number != static_cast<uint32_t>(number)) {
    throw Napi::RangeError::New(from.Env(), std::string(key) + " must be a whole number from " + std::to_string(least) +
                                                " to " + std::to_string(most));
  }
  return static_cast<uint32_t>(number);
}

std::string ReadString(const Napi::Object& from, const char* key) {
  Napi::Value value = from.Get(key);
  if (!value.IsString()) throw Napi::TypeError::New(from.Env(), std::string(key) + " must be a string");
  return value.As<Napi::String>();
}

bool ReadBoolean(const Napi::Object& from, const char* key) {
  Napi::Value value = from.Get(key);
  if (!value.IsBoolean()) throw Napi::TypeError::New(from.Env(), std::string(key) + " must be true or false");
  return value.As<Napi::Boolean>();
}

// Position of the string among `choices`.
template <size_t Size>
size_t ReadChoice(const Napi::Object& from, const char* key, const char* const (&choices)[Size]) {
  std::string text = ReadString(from, key);
  auto found = std::find(std::begin(choices), std::end(choices), text);
  if (found == std::end(choices)) throw Napi::TypeError::New(from.Env(), std::string(key) + ": unknown value " + text);
  return static_cast<size_t>(found - std::begin(choices));
}

std::optional<Mechanism> ReadBackend(const Napi::Object& options) {
  std::string text = ReadString(options, "backend");
  if (text == "auto") return std::nullopt;
  for (Mechanism mechanism : kMechanisms) {
    if (text == MechanismName(mechanism)) return mechanism;
  }
  throw Napi::TypeError::New(options.Env(), "backend: unknown value " + text);
}

template <typename Array>
Array ReadTypedArray(const Napi::Object& from, const char* key, napi_typedarray_type type) {
  Napi::Value value = from.Get(key);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    throw Napi::TypeError::New(from.Env(), std::string(key) + " must be a typed array of the declared type");
  }
  return value.As<Array>();
}

template <typename Key>
std::vector<std::string> ReadStrings(const Napi::Object& from, Key key) {
  Napi::Value value = from.Get(key);
  if (!value.IsArray()) throw Napi::TypeError::New(from.Env(), "names must be an array of strings");
  Napi::Array array = value.As<Napi::Array>();
  std::vector<std::string> strings;
  for (uint32_t at = 0; at < array.Length(); at++) strings.push_back(array.Get(at).ToString());
  return strings;
}

ts_prefix ReadPrefix(const Napi::Object& filter, const char* key) {
  Napi::Uint8Array bytes = ReadTypedArray<Napi::Uint8Array>(filter, key, napi_uint8_array);
  ts_prefix prefix;
  if (bytes.ElementLength() != sizeof(prefix)) {
    throw Napi::RangeError::New(filter.Env(), std::string(key) + " must be 16 bytes of address and 16 of mask");
  }
  memcpy(&prefix, bytes.Data(), sizeof(prefix));
  return prefix;
}

}  // namespace

SessionSettings ReadSessionSettings(const Napi::Object& options) {
  uint32_t ring_bytes = ReadNumber(options, "ringBytes", kLeastRing, kMostRing);
  if ((ring_bytes & (ring_bytes - 1)) != 0) {
    throw Napi::RangeError::New(options.Env(), "ringBytes must be a power of two");
  }
  return {
      .object = {.path = ReadString(options, "object"),
                 .counters = ReadNumber(options, "maxCounters", 1, kMostCounters) + TS_OVERFLOW_INDICES,
                 .ring_bytes = ring_bytes,
                 .kinds = ReadNumber(options, "kinds", 0, kAllKinds)},
      .backend = ReadBackend(options),
      .refuse = options.Has("refuse") ? ReadStrings(options, "refuse") : std::vector<std::string>(),
  };
}

ListenerSettings ReadListenerSettings(const Napi::Object& options) {
  static const char* const formats[] = {"text", "json", "sse"};
  static constexpr LineFormat choices[] = {LineFormat::kText, LineFormat::kJson, LineFormat::kServerSentEvents};
  Napi::Value filter = options.Get("filter");
  if (!filter.IsObject()) throw Napi::TypeError::New(options.Env(), "filter must be an object");
  return {
      .filter = ReadFilter(filter.As<Napi::Object>()),
      .format = choices[ReadChoice(options, "format", formats)],
      .style = {.verbose = static_cast<uint8_t>(ReadNumber(options, "verbose", 0, TextStyle::kDetails)),
                .colour = ReadBoolean(options, "colour")},
      .tells_drops = ReadBoolean(options, "tellsDrops"),
      .queue_bytes = ReadNumber(options, "queueBytes", 1, kMostRing),
  };
}

ts_filter ReadFilter(const Napi::Object& from) {
  ts_filter filter = {};
  Napi::Value netns = from.Get("netns");
  if (netns.IsBigInt()) {
    bool lossless;
    filter.netns = netns.As<Napi::BigInt>().Uint64Value(&lossless);
    filter.conditions |= TS_MATCH_NETNS;
  }
  if (from.Get("table").IsNumber()) {
    filter.table = ReadNumber(from, "table", 0, 0xffffffff);
    filter.conditions |= TS_MATCH_TABLE;
  }
  if (from.Get("egress").IsString()) {
    std::string egress = BytesOf(ReadString(from, "egress"));
    if (egress.size() >= sizeof(filter.device)) {
      throw Napi::RangeError::New(from.Env(), "egress must be a device name of at most 15 bytes");
    }
    memcpy(filter.device, egress.data(), egress.size());
    filter.conditions |= TS_MATCH_DEVICE;
  }
  filter.kinds = ReadNumber(from, "kinds", 0, kAllKinds);
  filter.families = static_cast<uint8_t>(ReadNumber(from, "families", 0, (1 << TS_FAMILIES) - 1));
  filter.results = static_cast<uint8_t>(ReadNumber(from, "results", 0, 3));
  filter.src = ReadPrefix(from, "src");
  filter.dst = ReadPrefix(from, "dst");
  const ts_prefix any = {};
  if (memcmp(&filter.src, &any, sizeof(any)) != 0) filter.conditions |= TS_MATCH_SRC;
  if (memcmp(&filter.dst, &any, sizeof(any)) != 0) filter.conditions |= TS_MATCH_DST;
  return filter;
}

std::shared_ptr<const Vocabulary> ReadVocabulary(const Napi::Object& from) {
  auto words = std::make_shared<Vocabulary>();
  Napi::Value result = from.Get("result"), codes = from.Get("codes");
  if (!result.IsFunction()) throw Napi::TypeError::New(from.Env(), "result must be a function");
  if (!codes.IsArray()) throw Napi::TypeError::New(from.Env(), "codes must be an array");
  for (uint32_t kind = 0; kind < TS_KINDS; kind++) {
    words->codes.push_back(ReadStrings(codes.As<Napi::Array>(), kind));
    for (uint32_t error = 0; error < Vocabulary::kErrors; error++) {
      for (uint32_t code = 0; code < Vocabulary::kCodes; code++) {
        Napi::HandleScope scope(from.Env());
        auto number = [&](uint32_t value) { return Napi::Number::New(from.Env(), value); };
        words->SetResult(
            kind, error, code,
            result.As<Napi::Function>().Call(from, {number(kind), number(error), number(code)}).ToString());
      }
    }
  }
  return words;
}

std::shared_ptr<const Names> ReadNames(const Napi::Object& from) {
  auto names = std::make_shared<Names>();
  Napi::BigUint64Array cookies = ReadTypedArray<Napi::BigUint64Array>(from, "cookies", napi_biguint64_array);
  Napi::Uint32Array inodes = ReadTypedArray<Napi::Uint32Array>(from, "inodes", napi_uint32_array);
  std::vector<std::string> netns = ReadStrings(from, "netns");
  Napi::BigUint64Array owners = ReadTypedArray<Napi::BigUint64Array>(from, "tableNetns", napi_biguint64_array);
  Napi::Uint32Array ids = ReadTypedArray<Napi::Uint32Array>(from, "tableIds", napi_uint32_array);
  std::vector<std::string> tables = ReadStrings(from, "tables");
  if (cookies.ElementLength() != netns.size() || inodes.ElementLength() != netns.size() ||
      owners.ElementLength() != tables.size() || ids.ElementLength() != tables.size()) {
    throw Napi::RangeError::New(from.Env(), "columns of names must be of one length");
  }
  for (size_t at = 0; at < netns.size(); at++) names->netns[cookies[at]] = {inodes[at], netns[at]};
  for (size_t at = 0; at < tables.size(); at++) {
    if (owners[at] == TS_NETNS_UNKNOWN) {
      names->tables[ids[at]] = tables[at];
    } else {
      names->vrfs[{owners[at], ids[at]}] = tables[at];
    }
  }
  return names;
}

Napi::Uint32Array ReadIndices(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array) {
    throw Napi::TypeError::New(value.Env(), "indices must be a Uint32Array");
  }
  return value.As<Napi::Uint32Array>();
}

uint32_t ReadOneIn(const Napi::Value& value) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), "oneIn must be a number");
  double number = value.As<Napi::Number>().DoubleValue();
  constexpr uint32_t kMost = FailedDestinations::kMostOneIn;
  if (!(number >= 1 && number <= kMost) || !std::has_single_bit(static_cast<uint32_t>(number)) ||
      number != static_cast<uint32_t>(number)) {
    throw Napi::RangeError::New(value.Env(), "oneIn must be a power of two, at most " + std::to_string(kMost));
  }
  return static_cast<uint32_t>(number);
}

uint64_t ReadCapabilities(const Napi::Value& value) {
  if (!value.IsBigInt()) throw Napi::TypeError::New(value.Env(), "capabilities must be a bigint");
  bool lossless;
  uint64_t bits = value.As<Napi::BigInt>().Uint64Value(&lossless);
  if (!lossless) throw Napi::RangeError::New(value.Env(), "capabilities must fit in 64 bits");
  return bits;
}

}  // namespace tablesnoop
