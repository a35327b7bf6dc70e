// SPDX-License-Identifier: BSD-2-Clause
// The one place where rows become JavaScript values. Shapes are declared in daemon/native/session.ts. JS thread only.
#pragma once

#include <napi.h>

#include "../probe/kernel_error.h"
#include "../probe/session.h"

namespace tablesnoop {

Napi::Value ToJs(Napi::Env env, const std::vector<CounterRow>& rows,
                 const std::array<uint64_t, TS_OVERFLOW_INDICES>& overflow);
Napi::Value ToJs(Napi::Env env, const InventoryRows& rows);
Napi::Value ToJs(Napi::Env env, const std::vector<ProbeState>& states);
Napi::Value ToJs(Napi::Env env, const std::vector<UnseenKind>& kinds);
Napi::Value ToJs(Napi::Env env, const FailedDestinationRows& drained);
Napi::Value ToJs(Napi::Env env, const EventPump::Totals& totals);
Napi::Error ToJs(Napi::Env env, const KernelError& error);

}  // namespace tablesnoop
