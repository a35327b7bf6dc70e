// SPDX-License-Identifier: BSD-2-Clause
// native/rtnetlink/ as JavaScript sees it; declared in daemon/native/routes.ts. JS thread only.
#pragma once

#include <napi.h>

namespace tablesnoop {

void ExportRouteFunctions(Napi::Env env, Napi::Object exports);

}  // namespace tablesnoop
