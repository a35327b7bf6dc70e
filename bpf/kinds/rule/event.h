/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One walk of the rule list for one flow, and the rule that decided. */
#ifndef TABLESNOOP_KINDS_RULE_EVENT_H
#define TABLESNOOP_KINDS_RULE_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: FR_ACT_* of the rule, 0 if none decided. */
enum ts_rule_word {
	TS_RULE_TABLE = 0, /* it led to */
	TS_RULE_PRIORITY = 1,
};

/* With the selectors of the rule. Its code: as in the key. */
struct ts_rule_event {
	struct ts_event head;
	struct ts_flow flow;
	__u32 table;
	__u32 priority;
	__u32 from[4];
	__u32 to[4];
	__u32 mark;
	__u32 mark_mask;
	__u32 uid_first;
	__u32 uid_last; /* no range: first 0, last 0xffffffff */
	__u8 from_length;
	__u8 to_length;
	__u8 tos;
	__u8 l3mdev;
	__u32 reserved;
	char iif[16];
	char oif[16];
};
TS_ASSERT_SIZE(ts_rule_event, 224);

#endif
