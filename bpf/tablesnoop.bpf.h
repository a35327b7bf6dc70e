/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What every kind's probes build on. The Makefile puts it before the kinds, and those before tablesnoop.bpf.c. */
#ifndef TABLESNOOP_BPF_H
#define TABLESNOOP_BPF_H

#include "kernel_types.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "tablesnoop_abi.h"
#include "maps.bpf.h"
#include "compat.bpf.h"
#include "record.bpf.h"
#include "event.bpf.h"
#include "device.bpf.h"
#include "gateway.bpf.h"
#include "flow.bpf.h"
#include "decision.bpf.h"
#include "failed_destination.bpf.h"
#include "context.bpf.h"
#include "table_netns.bpf.h"

#endif
