/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The object: one unit, because the hooks share maps and linking BPF objects would need bpftool. */

#include "kernel_types.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "tablesnoop_abi.h"
#include "maps.bpf.h"
#include "record.bpf.h"
#include "kinds/route/failed_destination.bpf.h"
#include "event.bpf.h"
#include "kinds/route/pending.bpf.h"
#include "context.bpf.h"
#include "kinds/route/nexthop.bpf.h"
#include "table_netns.bpf.h"

#include "context.bpf.c"
#include "kinds/route/fib4.bpf.c"
#include "kinds/route/fib6.bpf.c"
#include "kinds/rule/rule.bpf.c"
#include "table_netns.bpf.c"
#include "inventory.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
