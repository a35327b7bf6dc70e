// SPDX-License-Identifier: BSD-2-Clause
#include "kind_ops.h"

namespace tablesnoop {

namespace {

constexpr const KindOps* kOps[] = {
#define TS_KIND(word, number) &kinds::word,
#include "../../bpf/kinds.def"
#undef TS_KIND
};

}  // namespace

const KindOps& OpsOf(uint8_t kind) { return *kOps[kind]; }

}  // namespace tablesnoop
