/*
 * Makes delays of known size on one CPU; see delay.bpf.c.
 *
 *   delay CPU MICROSECONDS COUNT
 *
 * The rule: "ready" when it has begun, then the number of delays made when all
 * are, or when its standard input ends.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "tests/skel/delay.skel.h"

struct delay {
	uint64_t ns, left, made;
	uint32_t cpu, pad;
};

static int silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

int main(int argc, char **argv)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	struct delay d = { 0 };
	struct delay_bpf *skel;
	uint32_t zero = 0;
	int fd;

	if (argc != 4)
		return 2;
	d.cpu = (uint32_t)atoi(argv[1]);
	d.ns = strtoull(argv[2], NULL, 10) * 1000;
	d.left = strtoull(argv[3], NULL, 10);
	libbpf_set_print(silent);
	skel = delay_bpf__open_and_load();
	if (!skel) {
		perror("delay: load");
		return 1;
	}
	fd = bpf_map__fd(skel->maps.delay);
	if (bpf_map_update_elem(fd, &zero, &d, BPF_ANY) || delay_bpf__attach(skel))
		return 1;
	puts("ready");
	fflush(stdout);
	do {
		poll(&in, 1, 20);
		if (bpf_map_lookup_elem(fd, &zero, &d))
			return 1;
	} while (d.left && !in.revents);
	printf("%llu\n", (unsigned long long)d.made);
	delay_bpf__destroy(skel);
	return 0;
}
