// SPDX-License-Identifier: GPL-2.0
/* Subtracts samples and adds them up by lane, queue, CPU or NIC; see load.h. */
#include "judge/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NS_PER_S 1e9

/* What is being made, and from what. */
struct maker {
	const struct sample *before; /* NULL: since the loading */
	const struct sample *now;
	const struct plan *plan;
	const struct cpus *cpus;
	struct load *load;
};

uint64_t hist_count(const struct hist *hist)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++)
		sum += hist->bucket[i];
	return sum;
}

uint64_t hist_quantile_ns(const struct hist *hist, unsigned int permille)
{
	uint64_t all = hist_count(hist), rank, below = 0, low, width;
	unsigned int i;

	if (!all)
		return 0;
	rank = (all * permille + 999) / 1000; /* the rank-th of them, counted from 1 */
	rank = rank ? rank : 1;
	for (i = 0; i < HIST_BUCKETS - 1 && below + hist->bucket[i] < rank; i++)
		below += hist->bucket[i];
	low = i ? 1ULL << i : 0;
	width = i ? low : 2;
	return low + width * (rank - below) / hist->bucket[i];
}

/* Counters only grow; where one did not, it began anew and is all of the difference. */
static uint64_t grown(uint64_t before, uint64_t now)
{
	return now >= before ? now - before : now;
}

static void count_add(struct count *sum, const struct count *before, const struct count *now)
{
	static const struct count none;

	if (!before)
		before = &none;
	sum->packets += grown(before->packets, now->packets);
	sum->bytes += grown(before->bytes, now->bytes);
	sum->wire_packets += grown(before->wire_packets, now->wire_packets);
	sum->wire_bytes += grown(before->wire_bytes, now->wire_bytes);
}

static void hist_add(struct hist *sum, const struct hist *before, const struct hist *now)
{
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++)
		sum->bucket[i] += grown(before ? before->bucket[i] : 0, now->bucket[i]);
}

static int node_of(const struct cpus *cpus, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < cpus->nr_cpu; i++)
		if (cpus->cpu[i].id == id)
			return cpus->cpu[i].node;
	return -1;
}

/* The times and drops of one CPU. */
static void cpu_add(const struct maker *m, unsigned int cpu, struct load_row *row)
{
	const struct sample_cpu *b = m->before ? &m->before->cpu[cpu] : NULL;
	const struct sample_cpu *n = &m->now->cpu[cpu];

	hist_add(&row->wait, b ? &b->wait : NULL, &n->wait);
	hist_add(&row->run, b ? &b->run : NULL, &n->run);
	row->run_ns += grown(b ? b->run_ns : 0, n->run_ns);
	row->squeezed += grown(b ? b->squeezed : n->squeezed, n->squeezed);
	row->backlog_drops += grown(b ? b->backlog_drops : n->backlog_drops, n->backlog_drops);
}

/* What the kernel counts a NIC; since boot, so that the loading is no beginning. */
static void drops_add(const struct maker *m, unsigned int nic, struct load_row *row)
{
	const struct sample_nic *n = &m->now->nic[nic];
	const struct sample_nic *b = m->before ? &m->before->nic[nic] : n;

	row->rx_drops += grown(b->rx_drops, n->rx_drops);
	row->tx_drops += grown(b->tx_drops, n->tx_drops);
	/* 32 bits wide in the kernel */
	row->qdisc_drops += (uint32_t)(n->qdisc_drops - b->qdisc_drops);
	row->requeues += (uint32_t)(n->requeues - b->requeues);
}

/* What one CPU did for one queue. */
static void cell_add(const struct maker *m, unsigned int nic, unsigned int q, unsigned int cpu,
		     const struct lane *lane, struct load_row *row)
{
	const struct sample_queue *n = &m->now->nic[nic].queue[q];
	const struct sample_queue *b = m->before ? &m->before->nic[nic].queue[q] : NULL;
	uint64_t rx = row->rx.packets, tx = row->tx.packets;

	count_add(&row->rx, b ? &b->rx[cpu] : NULL, &n->rx[cpu]);
	count_add(&row->tx, b ? &b->tx[cpu] : NULL, &n->tx[cpu]);
	row->crossed += grown(b ? b->crossed[cpu] : 0, n->crossed[cpu]);
	if (!lane)
		return;
	rx = row->rx.packets - rx;
	tx = row->tx.packets - tx;
	row->rx_laned += rx;
	row->tx_laned += tx;
	row->rx_home += lane->cpu == cpu ? rx : 0;
	row->tx_home += cpumask_has(&lane->xps, cpu) ? tx : 0;
}

static const struct lane *lane_of(const struct maker *m, unsigned int nic, unsigned int q)
{
	const struct plan *plan = m->plan;
	unsigned int i;

	for (i = 0; i < plan->nr_nic; i++)
		if (!strcmp(plan->nic[i].ifname, m->now->nic[nic].ifname) &&
		    q < plan->nic[i].nr_lane)
			return &plan->nic[i].lane[q];
	return NULL;
}

static struct load_row *row_begin(const struct maker *m)
{
	struct load_row *row = &m->load->row[m->load->nr_row];

	memset(row, 0, sizeof(*row));
	row->queue = row->cpu = row->node = -1;
	return row;
}

static void queue_rows(const struct maker *m, unsigned int nic, enum load_by by)
{
	const struct sample_nic *sample = &m->now->nic[nic];
	const struct lane *lane;
	struct load_row *row;
	unsigned int q, cpu;

	for (q = 0; q <= sample->nr_queue; q++) {
		lane = lane_of(m, nic, q);
		row = row_begin(m);
		(void)text_copy(row->ifname, sizeof(row->ifname), sample->ifname); /* fits */
		row->queue = (int)q;
		row->unknown_queue = q == sample->nr_queue;
		for (cpu = 0; cpu < m->now->nr_cpu; cpu++)
			cell_add(m, nic, q, cpu, lane, row);
		if (lane) {
			row->cpu = (int)lane->cpu;
			row->node = node_of(m->cpus, lane->cpu);
		}
		if (lane && by == LOAD_BY_LANE && lane->cpu < m->now->nr_cpu)
			cpu_add(m, lane->cpu, row);
		m->load->nr_row += lane || row->rx.packets || row->tx.packets;
	}
}

static void nic_row(const struct maker *m, unsigned int nic)
{
	const struct sample_nic *sample = &m->now->nic[nic];
	struct load_row *row = row_begin(m);
	unsigned int q, cpu;

	(void)text_copy(row->ifname, sizeof(row->ifname), sample->ifname); /* fits */
	for (q = 0; q <= sample->nr_queue; q++)
		for (cpu = 0; cpu < m->now->nr_cpu; cpu++)
			cell_add(m, nic, q, cpu, lane_of(m, nic, q), row);
	drops_add(m, nic, row);
	m->load->nr_row++;
}

static void cpu_row(const struct maker *m, unsigned int cpu)
{
	struct load_row *row = row_begin(m);
	unsigned int nic, q;

	row->cpu = (int)cpu;
	row->node = node_of(m->cpus, cpu);
	for (nic = 0; nic < m->now->nr_nic; nic++)
		for (q = 0; q <= m->now->nic[nic].nr_queue; q++)
			cell_add(m, nic, q, cpu, lane_of(m, nic, q), row);
	cpu_add(m, cpu, row);
	m->load->nr_row += m->now->cpu[cpu].online || row->rx.packets || row->tx.packets;
}

/* The node: all queues of all NICs, and all CPUs. */
static void total_make(const struct maker *m)
{
	struct load_row *row = &m->load->total;
	unsigned int nic, q, cpu;

	memset(row, 0, sizeof(*row));
	row->queue = row->cpu = row->node = -1;
	for (nic = 0; nic < m->now->nr_nic; nic++) {
		for (q = 0; q <= m->now->nic[nic].nr_queue; q++)
			for (cpu = 0; cpu < m->now->nr_cpu; cpu++)
				cell_add(m, nic, q, cpu, lane_of(m, nic, q), row);
		drops_add(m, nic, row);
	}
	for (cpu = 0; cpu < m->now->nr_cpu; cpu++)
		cpu_add(m, cpu, row);
}

static unsigned int rows_at_most(const struct sample *now)
{
	unsigned int i, nr = now->nr_cpu + now->nr_nic;

	for (i = 0; i < now->nr_nic; i++)
		nr += now->nic[i].nr_queue + 1;
	return nr;
}

int load_make(const struct sample *before, const struct sample *now, const struct plan *plan,
	      const struct cpus *cpus, enum load_by by, struct load *load)
{
	struct maker m = { before, now, plan, cpus, load };
	uint64_t from_ns;
	unsigned int i;

	if (before && (before->generation != now->generation || before->nr_nic != now->nr_nic))
		m.before = NULL;
	memset(load, 0, sizeof(*load));
	load->by = by;
	load->since_load = !m.before;
	from_ns = m.before ? m.before->at_ns : now->since_ns;
	load->seconds = now->at_ns > from_ns ? (double)(now->at_ns - from_ns) / NS_PER_S : 0;
	load->softirq = m.before && m.before->softirq && now->softirq;
	load->crossings = now->crossings;
	load->row = calloc(rows_at_most(now) + 1, sizeof(*load->row));
	if (!load->row)
		return -ENOMEM;
	for (i = 0; i < now->nr_nic && by != LOAD_BY_CPU; i++) {
		if (by == LOAD_BY_NIC)
			nic_row(&m, i);
		else
			queue_rows(&m, i, by);
	}
	for (i = 0; i < now->nr_cpu && by == LOAD_BY_CPU; i++)
		cpu_row(&m, i);
	total_make(&m);
	return 0;
}

static void row_add(struct load_row *sum, const struct load_row *row)
{
	count_add(&sum->rx, NULL, &row->rx);
	count_add(&sum->tx, NULL, &row->tx);
	hist_add(&sum->wait, NULL, &row->wait);
	hist_add(&sum->run, NULL, &row->run);
	sum->rx_laned += row->rx_laned;
	sum->rx_home += row->rx_home;
	sum->tx_laned += row->tx_laned;
	sum->tx_home += row->tx_home;
	sum->crossed += row->crossed;
	sum->run_ns += row->run_ns;
	sum->squeezed += row->squeezed;
	sum->backlog_drops += row->backlog_drops;
	sum->rx_drops += row->rx_drops;
	sum->tx_drops += row->tx_drops;
	sum->qdisc_drops += row->qdisc_drops;
	sum->requeues += row->requeues;
}

int load_by_node(const struct load *load, struct load *nodes)
{
	unsigned int i, j;

	*nodes = *load;
	nodes->nr_row = 0;
	nodes->row = calloc(load->nr_row + 1, sizeof(*nodes->row));
	if (!nodes->row)
		return -ENOMEM;
	for (i = 0; i < load->nr_row; i++) {
		for (j = 0; j < nodes->nr_row; j++)
			if (nodes->row[j].node == load->row[i].node)
				break;
		if (j == nodes->nr_row) {
			nodes->row[j].queue = nodes->row[j].cpu = -1;
			nodes->row[j].node = load->row[i].node;
			nodes->nr_row++;
		}
		row_add(&nodes->row[j], &load->row[i]);
	}
	return 0;
}

void load_free(struct load *load)
{
	free(load->row);
	memset(load, 0, sizeof(*load));
}
