// SPDX-License-Identifier: BSD-2-Clause
// The BPF helpers that every probe needs, asked for by name in the kernel's types: a distribution may have brought one
// back to an older release.
#pragma once

#include <bpf/btf.h>

#include <string>

namespace tablesnoop {

// Which of them the kernel lacks, and since which release Linux has each; empty if none, or if its types do not say.
std::string MissingHelpers(const btf* vmlinux);

// Throws KernelError if it lacks any.
void RequireHelpers(const btf* vmlinux);

}  // namespace tablesnoop
