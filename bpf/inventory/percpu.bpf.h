/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Reads what the kernel keeps for each CPU, without any symbol of its own. Only the inventory walk does, one at a time. */
#ifndef TABLESNOOP_INVENTORY_PERCPU_BPF_H
#define TABLESNOOP_INVENTORY_PERCPU_BPF_H

/* Nothing but an address in every CPU's per-CPU area: its distance to the per-CPU pointer is that CPU's offset. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} percpu_anchor SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, __u64);
} percpu_offset SEC(".maps");

/* The verifier forbids arithmetic on these as pointers; what went through a map comes back as a number. */
struct percpu_addresses {
	__u64 anchor_map;
	__u64 anchor;
};
struct percpu_addresses percpu_scratch SEC(".data.scratch");

static long find_percpu_offset(__u32 cpu, void *unused)
{
	volatile struct percpu_addresses *scratch = &percpu_scratch;
	__u64 base = 0, *offset;
	__u32 zero = 0;

	offset = bpf_map_lookup_elem(&percpu_offset, &cpu);
	if (!offset)
		return 1;
	scratch->anchor = (__u64)bpf_map_lookup_percpu_elem(&percpu_anchor, &zero, cpu);
	bpf_probe_read_kernel(&base, sizeof(base),
			      (void *)(scratch->anchor_map + bpf_core_field_offset(struct bpf_array, pptrs)));
	*offset = scratch->anchor ? scratch->anchor - base : 0;
	return 0;
}

static __always_inline void find_percpu_offsets(void)
{
	percpu_scratch.anchor_map = (__u64)&percpu_anchor;
	bpf_loop(settings.possible_cpus, find_percpu_offset, 0, 0);
}

struct percpu_sum {
	__u64 address; /* of a __u64, as a per-CPU pointer */
	__u64 sum;
};

static long add_percpu(__u32 cpu, struct percpu_sum *sum)
{
	__u64 *offset = bpf_map_lookup_elem(&percpu_offset, &cpu);
	__u64 value = 0;

	if (!offset)
		return 1;
	bpf_probe_read_kernel(&value, sizeof(value), (void *)(sum->address + *offset));
	sum->sum += value;
	return 0;
}

/* Of the member at `offset` of what `pointer`, a per-CPU one, points to; 0 if it points to nothing. */
__noinline __u64 sum_percpu(__u64 pointer, __u64 offset)
{
	struct percpu_sum sum = { .address = pointer + offset };

	if (pointer)
		bpf_loop(settings.possible_cpus, add_percpu, &sum, 0);
	return sum.sum;
}

#endif
