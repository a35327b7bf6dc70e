/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The object: one unit, because the hooks share maps and linking BPF objects would need bpftool. The kinds of kinds.def come
 * before this, by the Makefile.
 */

#include "table_netns.bpf.c"
#include "inventory.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
