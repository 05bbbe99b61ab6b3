// SPDX-License-Identifier: GPL-2.0
/*
 * Nanoseconds a run of each loaded program whose name begins with PREFIX, by
 * the kernel's own clock (BPF_ENABLE_STATS), over the time from the start until
 * standard input ends: "NAME RUNS NS-A-RUN". The two readings of the clock are
 * in it: only the difference of two programs in one run means something.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define MAX_PROGS 64

struct ran {
	char name[BPF_OBJ_NAME_LEN];
	unsigned int id;
	unsigned long long runs, ns;
};

static unsigned int list(char **prefixes, struct ran *ran)
{
	struct bpf_prog_info info;
	unsigned int id = 0, nr = 0, len;
	char **prefix;
	int fd;

	while (nr < MAX_PROGS && !bpf_prog_get_next_id(id, &id)) {
		fd = bpf_prog_get_fd_by_id(id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		if (bpf_obj_get_info_by_fd(fd, &info, &len))
			info.name[0] = '\0';
		close(fd);
		for (prefix = prefixes; *prefix; prefix++) {
			if (strncmp(info.name, *prefix, strlen(*prefix)))
				continue;
			memcpy(ran[nr].name, info.name, sizeof(info.name));
			ran[nr].id = id;
			ran[nr].runs = info.run_cnt;
			ran[nr++].ns = info.run_time_ns;
			break;
		}
	}
	return nr;
}

int main(int argc, char **argv)
{
	struct ran before[MAX_PROGS], after[MAX_PROGS];
	unsigned int nr_before, nr_after, i, j;
	unsigned long long runs, ns;
	int stats;
	char c;

	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (argc < 2 || stats < 0) {
		fprintf(stderr, "fired: PREFIX..., and BPF_ENABLE_STATS: %s\n", strerror(errno));
		return 1;
	}
	nr_before = list(argv + 1, before);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	nr_after = list(argv + 1, after);
	for (i = 0; i < nr_after; i++) {
		runs = after[i].runs;
		ns = after[i].ns;
		for (j = 0; j < nr_before; j++) {
			if (before[j].id != after[i].id)
				continue;
			runs -= before[j].runs;
			ns -= before[j].ns;
		}
		if (runs)
			printf("%s %llu %.1f\n", after[i].name, runs, (double)ns / (double)runs);
	}
	close(stats);
	return 0;
}
