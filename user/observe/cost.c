// SPDX-License-Identifier: GPL-2.0
/* What the programs cost; see cost.h. */
#include "observe/cost.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "observe/reader.h"

static void runs_add(const struct traffic *t, uint64_t *run_ns, uint64_t *runs)
{
	unsigned int i;

	*run_ns = *runs = 0;
	for (i = 0; i < PROG_COUNT; i++) {
		struct bpf_prog_info info = { 0 };
		unsigned int len = sizeof(info);

		if (t->programs.prog[i] < 0 ||
		    bpf_obj_get_info_by_fd(t->programs.prog[i], &info, &len))
			continue;
		*run_ns += info.run_time_ns;
		*runs += info.run_cnt;
	}
}

int cost_begin(const struct traffic *traffic, struct cost *cost)
{
	cost->fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (cost->fd < 0)
		return -errno;
	runs_add(traffic, &cost->run_ns, &cost->runs);
	cost->from_ns = clock_mono_ns();
	return 0;
}

int cost_end(const struct traffic *traffic, struct cost *cost, double *percent, double *ns_a_run)
{
	uint64_t run_ns, runs, ns;

	if (cost->fd < 0)
		return -EBADF;
	runs_add(traffic, &run_ns, &runs);
	ns = clock_mono_ns() - cost->from_ns;
	close(cost->fd);
	cost->fd = -1;
	run_ns -= cost->run_ns;
	runs -= cost->runs;
	*percent = ns ? 100.0 * (double)run_ns / (double)ns : 0;
	*ns_a_run = runs ? (double)run_ns / (double)runs : 0;
	return 0;
}
