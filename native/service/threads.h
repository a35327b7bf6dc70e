// SPDX-License-Identifier: BSD-2-Clause
// Credentials belong to each thread in Linux; a process that is to lose one must ask every thread to. glibc does so for
// setuid(2) alone, so this does what it does there: a signal to each thread, one after the other.
#pragma once

namespace tablesnoop {

// 0: there was nothing to change, 1: changed, negative errno: refused. Runs in a signal handler: async-signal-safe
// only.
using ThreadAct = int (*)();

// Runs `act` on every thread, the calling one first, until a round over all threads finds nothing to change: a thread
// born meanwhile has what its parent had, so none escapes. One caller at a time. Throws KernelError (with `what`) if an
// act is refused or a thread does not answer for five seconds; threads asked before keep the change.
void OnEveryThread(const char* what, ThreadAct act);

}  // namespace tablesnoop
