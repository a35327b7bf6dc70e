/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Routes that netfilter asks for: nft's fib expression, the reverse path filter of iptables, and packets that are routed anew
 * because a rule changed what they are routed by.
 */
#ifndef TABLESNOOP_NETFILTER_FIB_BPF_H
#define TABLESNOOP_NETFILTER_FIB_BPF_H

struct cache_map nft_fib4_cache SEC(".maps");
struct cache_map nft_fib4_type_cache SEC(".maps");
struct cache_map nft_fib6_cache SEC(".maps");
struct cache_map nft_fib6_type_cache SEC(".maps");

static __always_inline __u32 netfilter_hook(const struct nf_hook_state *state)
{
	__u8 hook = FOLLOW(state, struct nf_hook_state, hook);

	if (FOLLOW(state, struct nf_hook_state, pf) == NFPROTO_NETDEV)
		return hook == NF_NETDEV_INGRESS ? TS_HOOK_INGRESS : TS_HOOK_EGRESS;
	return hook < TS_HOOK_INGRESS ? TS_HOOK_PREROUTING + hook : TS_NO_HOOK;
}

static __always_inline void fill_question(struct ts_key *key, struct net *net, __u8 family, __u32 hook, bool found)
{
	key->netns = FOLLOW(net, struct net, net_cookie);
	key->words[TS_NETFILTER_HOOK] = hook;
	key->kind = TS_KIND_netfilter;
	key->family = family;
	key->error = found ? 0 : ENETUNREACH;
}

static __always_inline int begin_nft_fib(const void *ctx, const struct nft_pktinfo *info)
{
	struct nft_pktinfo packet = {};

	bpf_probe_read_kernel(&packet, sizeof(packet), info);
	open_question(ctx, TS_BY(TS_ASKED_BY_NFT_FIB, netfilter_hook(packet.state)));
	return 0;
}

/* What nft put into the expression's register. False if the packet was too short to ask anything. */
static __always_inline bool read_answer(__u32 *answer, const void *expression, const struct nft_regs *registers)
{
	struct nft_fib fib = {};
	__u32 verdict = NFT_BREAK;

	bpf_probe_read_kernel(&fib, sizeof(fib), expression + sizeof(struct nft_expr));
	bpf_probe_read_kernel(&verdict, sizeof(verdict), registers);
	return verdict != NFT_BREAK && fib.dreg < NFT_REGISTERS &&
	       !bpf_probe_read_kernel(answer, sizeof(*answer), &registers->data[fib.dreg]);
}

static __always_inline void count_nft_fib(const struct nft_pktinfo *info, __u8 family, bool found,
					  struct cache_map *cache)
{
	struct nft_pktinfo packet = {};
	struct ts_key key = { .code = TS_NETFILTER_FIB_LOOKUP };
	struct net *net;

	if (bpf_probe_read_kernel(&packet, sizeof(packet), info))
		return;
	net = FOLLOW(packet.state, struct nf_hook_state, net);
	fill_question(&key, net, family, netfilter_hook(packet.state), found);
	count(&key, cache);
}

/* A device, by index or name: the register begins with zero if there is none, or none that the rule would have. */
static __always_inline int finish_nft_fib(const void *expression, const struct nft_regs *registers,
					  const struct nft_pktinfo *packet, __u8 family, struct cache_map *cache)
{
	__u32 answer;

	if (read_answer(&answer, expression, registers))
		count_nft_fib(packet, family, answer, cache);
	return 0;
}

/* The type of an address. Those that no packet can be sent to are the last, from RTN_BLACKHOLE on. */
static __always_inline int finish_nft_fib_type(const void *expression, const struct nft_regs *registers,
					       const struct nft_pktinfo *packet, __u8 family, struct cache_map *cache)
{
	__u32 answer;

	if (read_answer(&answer, expression, registers))
		count_nft_fib(packet, family, answer && answer < RTN_BLACKHOLE, cache);
	return 0;
}

SEC("fentry/nft_fib4_eval")
int BPF_PROG(nft_fib4_begins, const void *expression, const void *registers, const struct nft_pktinfo *packet)
{
	return begin_nft_fib(ctx, packet);
}

SEC("fexit/nft_fib4_eval")
int BPF_PROG(nft_fib4, const void *expression, const struct nft_regs *registers, const struct nft_pktinfo *packet)
{
	close_question(ctx);
	return finish_nft_fib(expression, registers, packet, TS_IPV4, &nft_fib4_cache);
}

SEC("fentry/nft_fib4_eval_type")
int BPF_PROG(nft_fib4_type_begins, const void *expression, const void *registers, const struct nft_pktinfo *packet)
{
	return begin_nft_fib(ctx, packet);
}

SEC("fexit/nft_fib4_eval_type")
int BPF_PROG(nft_fib4_type, const void *expression, const struct nft_regs *registers, const struct nft_pktinfo *packet)
{
	close_question(ctx);
	return finish_nft_fib_type(expression, registers, packet, TS_IPV4, &nft_fib4_type_cache);
}

SEC("fentry/nft_fib6_eval")
int BPF_PROG(nft_fib6_begins, const void *expression, const void *registers, const struct nft_pktinfo *packet)
{
	return begin_nft_fib(ctx, packet);
}

SEC("fexit/nft_fib6_eval")
int BPF_PROG(nft_fib6, const void *expression, const struct nft_regs *registers, const struct nft_pktinfo *packet)
{
	close_question(ctx);
	return finish_nft_fib(expression, registers, packet, TS_IPV6, &nft_fib6_cache);
}

SEC("fentry/nft_fib6_eval_type")
int BPF_PROG(nft_fib6_type_begins, const void *expression, const void *registers, const struct nft_pktinfo *packet)
{
	return begin_nft_fib(ctx, packet);
}

SEC("fexit/nft_fib6_eval_type")
int BPF_PROG(nft_fib6_type, const void *expression, const struct nft_regs *registers, const struct nft_pktinfo *packet)
{
	close_question(ctx);
	return finish_nft_fib_type(expression, registers, packet, TS_IPV6, &nft_fib6_type_cache);
}

static __always_inline int count_rare_question(struct net *net, __u8 family, __u32 hook, bool found)
{
	struct ts_key key = { .code = TS_NETFILTER_FIB_LOOKUP };

	fill_question(&key, net, family, hook, found);
	count_rarely(&key);
	return 0;
}

SEC("fentry/rpfilter_lookup_reverse")
int BPF_PROG(rpfilter4_begins)
{
	open_question(ctx, TS_BY(TS_ASKED_BY_RPFILTER, TS_HOOK_PREROUTING));
	return 0;
}

/* Of IPv4. It is asked in prerouting alone; of the bool it returns only the lowest byte means anything. */
SEC("fexit/rpfilter_lookup_reverse")
int BPF_PROG(rpfilter4, struct net *net, void *flow, void *device, __u8 flags, __u8 found)
{
	close_question(ctx);
	return count_rare_question(net, TS_IPV4, TS_HOOK_PREROUTING, found);
}

SEC("fentry/ip_route_me_harder")
int BPF_PROG(reroute4_begins)
{
	open_question(ctx, TS_BY(TS_ASKED_BY_REROUTING, TS_NO_HOOK));
	return 0;
}

SEC("fentry/ip6_route_me_harder")
int BPF_PROG(reroute6_begins)
{
	open_question(ctx, TS_BY(TS_ASKED_BY_REROUTING, TS_NO_HOOK));
	return 0;
}

/* NAT or a mark changed where a packet goes, or netfilter answers it with one of its own. */
SEC("fexit/ip_route_me_harder")
int BPF_PROG(reroute4, struct net *net, void *sock, void *packet, __u32 type, int ret)
{
	close_question(ctx);
	return count_rare_question(net, TS_IPV4, TS_NO_HOOK, ret == 0);
}

SEC("fexit/ip6_route_me_harder")
int BPF_PROG(reroute6, struct net *net, void *sock, void *packet, int ret)
{
	close_question(ctx);
	return count_rare_question(net, TS_IPV6, TS_NO_HOOK, ret == 0);
}

#endif
