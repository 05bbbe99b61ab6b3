// SPDX-License-Identifier: GPL-2.0
/* Masks for the kernel module; see tell.h. */
#include "cmd/tell.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/hash.h"
#include "cmd/cmd.h"
#include "facts/facts.h"
#include "journal/journal.h"

extern char **environ;

/* Says that the module was loaded by netlane, and is to be unloaded by it. */
#define LOADED_PATH RUN_DIR "/module-is-ours"

/* Only lanes that stand as planned are the module's: it repairs, it does not make. */
static bool is_straight(const struct nic_plan *plan)
{
	return plan->nr_lane && plan->verdict != NIC_LEFT && plan->bus[0];
}

/* Somebody has a mask of this queue, and keeps it. */
static bool is_yielded(const struct journal_state *state, const struct nic_plan *nic,
		       enum knob_kind kind, unsigned int queue)
{
	struct knob knob = { .kind = kind, .queue = queue };
	const struct entry *entry;

	memcpy(knob.bus, nic->bus, sizeof(knob.bus));
	memcpy(knob.mac, nic->mac, sizeof(knob.mac));
	entry = keep_entry(state, &knob);
	return entry && entry->yielded;
}

static void queue_fill(struct keeper_queue *to, const struct journal_state *state,
		       const struct nic_plan *plan, const struct lane *lane,
		       const struct queue *queue)
{
	to->in_irq = to->out_irq = -1;
	if (queue->has_xps && !is_yielded(state, plan, KNOB_XPS, lane->index))
		to->xps = lane->xps;
	if (queue->in.number > 0 && !is_yielded(state, plan, KNOB_IRQ_IN, lane->index)) {
		to->in_irq = queue->in.number;
		cpumask_add(&to->in, lane->cpu);
	}
	if (queue->out.number > 0 && !is_yielded(state, plan, KNOB_IRQ_OUT, lane->index)) {
		to->out_irq = queue->out.number;
		cpumask_add(&to->out, lane->cpu);
	}
}

/* With another number of channels just now the module waits by itself until they fit. */
static bool is_let_go(const struct journal_state *state, const struct nic_plan *plan)
{
	return !is_straight(plan) || is_yielded(state, plan, KNOB_CHANNELS, 0);
}

struct told_nic {
	unsigned int ifindex;
	unsigned int nr;
	struct keeper_queue *queue;
};

static int nic_fill(struct told_nic *told, const struct journal_state *state,
		    const struct nic_plan *plan, const struct nic *nic)
{
	unsigned int i;

	told->ifindex = nic->ifindex;
	told->nr = plan->nr_lane;
	told->queue = calloc(plan->nr_lane, sizeof(*told->queue));
	if (!told->queue)
		return -ENOMEM;
	for (i = 0; i < plan->nr_lane; i++)
		queue_fill(&told->queue[i], state, plan, &plan->lane[i],
			   &nic->queue[plan->lane[i].index]);
	return 0;
}

static bool nic_tell(const struct told_nic *told, const char *ifname)
{
	struct err err = { 0 };
	int ret = keeper_set(told->ifindex, told->queue, told->nr, &err);

	if (ret && ret != -ENOENT)
		say("%s: the module does not keep it (%s); the service does\n", ifname, err.text);
	return !ret;
}

void tell_module(struct keep *keep, const struct flow *flow)
{
	struct err ignored = { 0 }; /* it is there or not */
	struct keeper_state module;
	bool there = !keeper_get(&module, &ignored);
	struct journal_state state = { 0 };
	uint64_t hash = HASH_SEED;
	struct told_nic *told;
	const struct nic *nic;
	unsigned int i;

	if (there != keep->module_there || (there && module.nr_devices < keep->told_nr))
		keep->told = 0;
	keep->module_there = there;
	if (!there)
		return;
	told = calloc(flow->plan.nr_nic + 1, sizeof(*told));
	(void)journal_read(JOURNAL_DIR, &state, NULL); /* without it nothing is known as yielded */
	for (i = 0; told && i < flow->plan.nr_nic; i++) {
		const struct nic_plan *plan = &flow->plan.nic[i];

		nic = facts_nic(&flow->facts, plan->ifname);
		if (!is_straight(plan) || !nic || nic->channels.now != plan->nr_lane ||
		    nic_fill(&told[i], &state, plan, nic))
			continue;
		hash = hash_bytes(hash, &told[i].ifindex, sizeof(told[i].ifindex));
		hash = hash_bytes(hash, told[i].queue, told[i].nr * sizeof(*told[i].queue));
	}
	if (told && keep->told != hash)
		keep->told_nr = 0;
	for (i = 0; told && keep->told != hash && i < flow->plan.nr_nic; i++)
		if (told[i].queue)
			keep->told_nr += nic_tell(&told[i], flow->plan.nic[i].ifname);
		else if (is_let_go(&state, &flow->plan.nic[i]) &&
			 (nic = facts_nic(&flow->facts, flow->plan.nic[i].ifname)))
			(void)keeper_clear(nic->ifindex, NULL); /* it may have had it */
	keep->told = hash;
	for (i = 0; told && i < flow->plan.nr_nic; i++)
		free(told[i].queue);
	free(told);
	journal_state_free(&state);
}

void tell_nothing(struct keep *keep)
{
	keep->told = 0;
	keep->told_nr = 0;
	(void)keeper_clear(0, NULL); /* not loaded: nothing to forget */
}

static int modprobe(const char *option)
{
	const char *argv[] = { "modprobe", option, "netlane", NULL };
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, (char **)(uintptr_t)argv, environ))
		return -ENOENT;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ENOENT;
}

int tell_load(struct err *err)
{
	int ret;

	if (keeper_present())
		return 0;
	ret = file_replace(LOADED_PATH, "");
	if (ret)
		return err_set(err, ret, LOADED_PATH " cannot be written: %s", strerror(-ret));
	if (!modprobe("-q") && keeper_present())
		return 0;
	(void)unlink(LOADED_PATH);
	return err_set(err, -ENOENT,
		       "module = yes, but netlane.ko cannot be loaded (dkms status netlane says "
		       "whether it is built for this kernel); the service keeps the lanes alone");
}

void tell_unload(void)
{
	if (!file_exists(NULL, LOADED_PATH))
		return;
	if (keeper_present() && modprobe("-r"))
		(void)fail("netlane.ko cannot be unloaded; modprobe -r netlane says why");
	else
		(void)unlink(LOADED_PATH);
}
