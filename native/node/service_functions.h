// SPDX-License-Identifier: BSD-2-Clause
// native/service/ as JavaScript sees it; declared in daemon/native/process.ts. JS thread only.
#pragma once

#include <napi.h>

namespace tablesnoop {

void ExportServiceFunctions(Napi::Env env, Napi::Object exports);

}  // namespace tablesnoop
