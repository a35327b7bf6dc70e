// SPDX-License-Identifier: BSD-2-Clause
// What JavaScript hands in, checked and turned into our types. Shapes are declared in daemon/native/session.ts; a value
// of another type throws TypeError, one out of range RangeError. JS thread only.
#pragma once

#include <napi.h>

#include <memory>

#include "../lines/words.h"
#include "../probe/listener.h"
#include "../probe/session.h"

namespace tablesnoop {

SessionSettings ReadSessionSettings(const Napi::Object& options);
ListenerSettings ReadListenerSettings(const Napi::Object& options);
ts_filter ReadFilter(const Napi::Object& filter);
std::shared_ptr<const Vocabulary> ReadVocabulary(const Napi::Object& words);
std::shared_ptr<const Names> ReadNames(const Napi::Object& names);
Napi::Uint32Array ReadIndices(const Napi::Value& value);
// The N of "one in N": a power of two, at most FailedDestinations::kMostOneIn.
uint32_t ReadOneIn(const Napi::Value& value);
// A bigint whose bit n is capability n.
uint64_t ReadCapabilities(const Napi::Value& value);

}  // namespace tablesnoop
