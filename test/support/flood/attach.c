// SPDX-License-Identifier: BSD-2-Clause
// Attaches every program of some BPF objects, says "attached", and keeps them until its standard input ends.
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

/* The links end with the process. */
static int attach_all(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object)
		return fail("open", path, errno);
	if (bpf_object__load(object))
		return fail("load", path, errno);
	bpf_object__for_each_program(program, object)
	{
		if (!bpf_program__attach(program))
			return fail("attach", bpf_program__name(program), errno);
	}
	return 0;
}

int main(int argc, char **argv)
{
	char byte;
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: attach OBJECT...\n");
		return 2;
	}
	for (i = 1; i < argc; i++) {
		if (attach_all(argv[i]))
			return 1;
	}
	puts("attached");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0) {
	}
	return 0;
}
