// SPDX-License-Identifier: GPL-2.0
/* Which CPU accepted what; see accepts.h. The rule: sums are made here, of each CPU's own. */
#include "observe/accepts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "observe/rows.h"

static int serve_take(const struct tcp_serve *serve, unsigned int nr_cpu,
		      struct event_accept *accept)
{
	unsigned int cpu;

	accept->by_cpu = calloc(nr_cpu, sizeof(*accept->by_cpu));
	if (!accept->by_cpu)
		return -ENOMEM;
	for (cpu = 0; cpu < nr_cpu && serve; cpu++) {
		accept->by_cpu[cpu].accepted = serve[cpu].accepted;
		accept->by_cpu[cpu].local = serve[cpu].local;
		accept->accepted += serve[cpu].accepted;
		accept->local += serve[cpu].local;
	}
	return 0;
}

int accepts_serve(int fd, const struct tcp_accept_key *keys, struct event_accept *accept,
		  unsigned int nr)
{
	const int nr_cpu = libbpf_num_possible_cpus();
	const struct tcp_accept_key *key;
	const struct tcp_serve *serve;
	unsigned int i, k;
	struct rows rows;
	int ret;

	if (nr_cpu <= 0)
		return -EIO;
	ret = rows_read(fd, TCP_ACCEPTS_MAX, sizeof(*key), sizeof(*serve) * (unsigned int)nr_cpu,
			&rows);
	key = rows.keys;
	for (i = 0; i < nr && !ret; i++) {
		for (k = 0, serve = NULL; k < rows.nr && !serve; k++)
			if (!memcmp(&key[k], &keys[i], sizeof(*key)))
				serve = (const struct tcp_serve *)rows.values +
					(size_t)k * (unsigned int)nr_cpu;
		ret = serve_take(serve, (unsigned int)nr_cpu, &accept[i]);
	}
	rows_free(&rows);
	return ret;
}

int accepts_matrix(int fd, struct event_matrix *matrix)
{
	const int nr = libbpf_num_possible_cpus();
	unsigned int row;

	if (nr <= 0)
		return -EIO;
	matrix->nr_cpu = (unsigned int)nr;
	matrix->nr_receiver = matrix->nr_cpu < TCP_RECEIVERS ? matrix->nr_cpu : TCP_RECEIVERS;
	matrix->accepted =
		calloc((size_t)matrix->nr_receiver * matrix->nr_cpu, sizeof(*matrix->accepted));
	if (!matrix->accepted)
		return -ENOMEM;
	for (row = 0; row < matrix->nr_receiver; row++)
		if (bpf_map_lookup_elem(fd, &row, &matrix->accepted[(size_t)row * matrix->nr_cpu]))
			return -errno;
	return 0;
}
