/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The life of IPv4 tables, for table_netns.bpf.h. Rare events; inventory.bpf.c learns the tables there were before. */

SEC("fexit/fib_new_table")
int BPF_PROG(fib_new_table, struct net *net, __u32 id, struct fib_table *table)
{
	struct table_owner owner = { .cookie = net->net_cookie, .net = (__u64)net };

	if (table)
		learn_table((__u64)table, &owner);
	return 0;
}

/* The first rule change splits local from main: table 255 is another object from then on. */
SEC("fexit/fib_unmerge")
int BPF_PROG(fib_unmerge, struct net *net, int ret)
{
	learn_tables(net);
	return 0;
}

SEC("fentry/fib_free_table")
int BPF_PROG(fib_free_table, struct fib_table *table)
{
	__u64 address = (__u64)table;

	bpf_map_delete_elem(&table_netns, &address);
	return 0;
}
