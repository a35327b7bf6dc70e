// SPDX-License-Identifier: BSD-2-Clause
// Attaches every program of a BPF object, says "attached", and keeps them until its standard input ends.
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *act, const char *object, int error)
{
	fprintf(stderr, "attach: %s %s: %s\n", act, object, strerror(error));
	return 1;
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	char byte;

	if (argc != 2) {
		fprintf(stderr, "usage: attach OBJECT\n");
		return 2;
	}
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return fail("open", argv[1], errno);
	if (bpf_object__load(object))
		return fail("load", argv[1], errno);
	bpf_object__for_each_program(program, object) {
		/* The link ends with the process. */
		if (!bpf_program__attach(program))
			return fail("attach", bpf_program__name(program), errno);
	}
	puts("attached");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0) {
	}
	return 0;
}
