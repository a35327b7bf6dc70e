/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Routes that netfilter asks for. Counted only: the lookups of an answer have lines of their own. */
#ifndef TABLESNOOP_KINDS_NETFILTER_EVENT_H
#define TABLESNOOP_KINDS_NETFILTER_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: 0. ts_key.error: 0 if there is a route as it was asked for, else ENETUNREACH. */
enum ts_netfilter_word {
	TS_NETFILTER_HOOK = 0, /* enum ts_netfilter_hook */
};

/* Where the packet is when netfilter asks. */
enum ts_netfilter_hook {
	TS_NO_HOOK = 0, /* it is routed anew, wherever it is */
	TS_HOOK_PREROUTING = 1,
	TS_HOOK_INPUT = 2,
	TS_HOOK_FORWARD = 3,
	TS_HOOK_OUTPUT = 4,
	TS_HOOK_POSTROUTING = 5,
	TS_HOOK_INGRESS = 6,
	TS_HOOK_EGRESS = 7,
};

#endif
