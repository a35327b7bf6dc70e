/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What netfilter asks for: routes and elements of nft's sets. Each question is counted once, whatever it takes.
 */

#include "event.h"
#include "asker.bpf.h"
#include "fib.bpf.h"
#include "set.bpf.h"
