// SPDX-License-Identifier: BSD-2-Clause
// BPF maps of this kernel: of the ids given, prints those that exist, each with its name and, of a hash, how many entries it has.
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_KEY_BYTES 512

/* A key that is deleted meanwhile makes the walk begin anew; callers that want an exact number see to it that none is. */
static long count_entries(int fd)
{
	char key[MOST_KEY_BYTES], next[MOST_KEY_BYTES];
	void *at = NULL;
	long entries = 0;

	while (!bpf_map_get_next_key(fd, at, next)) {
		__builtin_memcpy(key, next, sizeof(key));
		at = key;
		entries++;
	}
	return entries;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(strtoul(argv[i], NULL, 10));

		if (fd < 0)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &info, &size)) {
			perror("maps: read the state of a map");
			return 1;
		}
		printf("%s %s %ld\n", argv[i], info.name,
		       info.type == BPF_MAP_TYPE_HASH && info.key_size <= MOST_KEY_BYTES ? count_entries(fd) : -1);
		close(fd);
	}
	return 0;
}
