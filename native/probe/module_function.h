// SPDX-License-Identifier: BSD-2-Clause
// Functions of kernel modules. Programs hang on them as on the kernel's own, but the kernel hands out the types of a
// module, which the load needs, to CAP_SYS_ADMIN alone. A program that is loaded keeps its module from being unloaded.
#pragma once

#include <bpf/btf.h>

#include <string>

#include "hooks.h"

namespace tablesnoop {

// Why no program can hang on the hook, whose function is a module's; empty if one can. Tries it.
std::string ModuleRefusal(const Hook& hook, btf* vmlinux);

// What has become of such a refusal: of a module that was not there, but has come since, that is another one.
std::string RefusalNow(const Hook& hook, const std::string& refusal);

}  // namespace tablesnoop
