// SPDX-License-Identifier: BSD-2-Clause
// Which BPF programs of this kernel are still there: of the ids given, prints those that exist.
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int at, fd;

	for (at = 1; at < argc; at++) {
		fd = bpf_prog_get_fd_by_id(strtoul(argv[at], NULL, 10));
		if (fd < 0)
			continue;
		puts(argv[at]);
		close(fd);
	}
	return 0;
}
