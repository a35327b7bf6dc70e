/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Route lookups: what is asked of one routing table and what it answers. */

#include "event.h"
#include "../encap/encap.bpf.h"
#include "../netfilter/asker.bpf.h"
#include "failed_lookup.bpf.h"
#include "nexthop.bpf.h"
#include "pending.bpf.h"

struct cache_map route4_cache SEC(".maps");

#include "unowned.bpf.h"
#include "unowned_hit.bpf.h"
#include "unowned_drop.bpf.h"
#include "unowned_end.bpf.h"

#include "fib4.bpf.c"
#include "fib6.bpf.c"
