// SPDX-License-Identifier: GPL-2.0
/* Which NICs are counted, by which programs, and for how long; see traffic.h. */
#include "observe/traffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/text.h"
#include "observe/programs.h"
#include "observe/reader.h"
#include "observe/wanted.h"

/* ---- keeping */

/* RPS came or went since: its counting follows, all other counters go on. */
static bool crossings_adopt(const struct object *o, const struct wanted_list *list)
{
	struct err err;
	char path[256];
	int fd, ret;

	if (wanted_write(o, list, &err))
		return false;
	object_link_path(o, PROG_CROSS, path, sizeof(path));
	fd = object_link(o, PROG_CROSS);
	if (fd >= 0) {
		close(fd);
		return list->crossings || !unlink(path);
	}
	if (!list->crossings)
		return true;
	fd = object_attach(o, PROG_CROSS);
	if (fd < 0)
		return false;
	ret = bpf_obj_pin(fd, path);
	close(fd);
	return !ret;
}

static bool traffic_suits(const struct object *o, void *arg)
{
	return wanted_are_counted(o, arg, true) && crossings_adopt(o, arg);
}

static int traffic_configure(const struct object *o, void *arg, struct err *err)
{
	return wanted_write(o, arg, err);
}

static bool traffic_always(unsigned int prog, void *arg)
{
	return wanted_always(prog, arg);
}

int traffic_keeping(const struct facts *facts, struct keeping *keeping)
{
	struct wanted_list *list = calloc(1, sizeof(*list));
	int ret;

	*keeping = (struct keeping){
		.kind = &traffic_kind,
		.arg = list,
		.suits = traffic_suits,
		.configure = traffic_configure,
		.always = traffic_always,
	};
	if (!list)
		return err_set(&keeping->err, -ENOMEM, "out of memory");
	ret = wanted_make(facts, NULL, 0, list, &keeping->err);
	keeping->slots = list->slots;
	return ret;
}

void traffic_keeping_done(struct keeping *keeping)
{
	struct wanted_list *list = keeping->arg;

	if (list)
		free(list->wanted);
	free(list);
}

/* ---- reading */

int traffic_kept(void)
{
	return kept_is(&traffic_kind);
}

static int private_start(struct traffic *t, const struct wanted_list *list, struct err *err)
{
	unsigned int i;
	int ret;

	ret = object_load(&traffic_kind, list->slots ? list->slots : 1, &t->programs, err);
	if (!ret)
		ret = wanted_write(&t->programs, list, err);
	for (i = 0; i < PROG_COUNT && !ret; i++) {
		if (!wanted_always(i, list))
			continue;
		t->link[i] = object_attach(&t->programs, i);
		if (t->link[i] < 0)
			ret = object_attach_failed(t->link[i], err);
	}
	return ret;
}

static int nics_take(struct traffic *t, const struct wanted_list *list)
{
	unsigned int i;

	t->nic = calloc(list->nr + 1, sizeof(*t->nic));
	if (!t->nic)
		return -ENOMEM;
	for (i = 0; i < list->nr; i++) {
		(void)text_copy(t->nic[i].ifname, sizeof(t->nic[i].ifname),
				list->wanted[i].nic->ifname); /* the same length */
		t->nic[i].ifindex = list->wanted[i].nic->ifindex;
		t->nic[i].where = list->wanted[i].where;
	}
	t->nr_nic = list->nr;
	t->crossings = list->crossings;
	return 0;
}

int traffic_open(const struct facts *facts, char **names, unsigned int nr_names,
		 struct traffic **traffic, struct err *err)
{
	struct traffic *t = calloc(1, sizeof(*t));
	struct wanted_list list;
	unsigned int i;
	int ret;

	if (!t)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < PROG_COUNT; i++)
		t->link[i] = -1;
	ret = wanted_make(facts, names, nr_names, &list, err);
	if (ret)
		goto close;
	t->nr_cpu = (unsigned int)libbpf_num_possible_cpus();
	ret = object_open(&traffic_kind, &t->programs);
	if (ret == -EPERM || ret == -EACCES) {
		ret = err_set(err, -EPERM, "reading BPF maps needs root");
		goto close;
	}
	t->kept = !ret && wanted_are_counted(&t->programs, &list, false);
	if (!t->kept) {
		if (!ret)
			object_close(&t->programs);
		ret = private_start(t, &list, err);
	}
	if (!ret && nics_take(t, &list))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (ret)
		goto close;
	free(list.wanted);
	*traffic = t;
	return 0;

close:
	free(list.wanted);
	traffic_close(t);
	return ret;
}

void traffic_close(struct traffic *traffic)
{
	unsigned int i;

	if (!traffic)
		return;
	for (i = 0; i < PROG_COUNT; i++)
		if (traffic->link[i] >= 0)
			close(traffic->link[i]);
	object_close(&traffic->programs);
	free(traffic->nic);
	free(traffic);
}

bool traffic_is_kept(const struct traffic *traffic)
{
	return traffic->kept;
}

bool traffic_in_force(const struct traffic *traffic)
{
	return !traffic->kept || object_in_force(&traffic->programs);
}

/* ---- watching for a while */

static int watch_attach(struct traffic *t, enum lane_prog prog)
{
	if (t->link[prog] < 0)
		t->link[prog] = object_attach(&t->programs, prog);
	/* older kernels attach a program once only: another reader of the same pins does it */
	return t->link[prog] == -EEXIST || t->link[prog] >= 0 ? 0 : t->link[prog];
}

int traffic_watch(struct traffic *traffic, unsigned int what, struct err *err)
{
	static const enum lane_prog softirq[] = { PROG_SOFTIRQ_LEAVE, PROG_SOFTIRQ_ENTER,
						  PROG_SOFTIRQ_RAISE };
	const unsigned int zero = 0;
	struct lane_info *info = &traffic->programs.info;
	unsigned int i;
	int ret = 0;

	if (what & WATCH_SOFTIRQ && !(traffic->watched & WATCH_SOFTIRQ)) {
		info->softirq_since_ns = clock_mono_ns();
		if (bpf_map_update_elem(traffic->programs.map[MAP_INFO], &zero, info, BPF_ANY))
			ret = -errno;
	}
	for (i = 0; what & WATCH_SOFTIRQ && i < sizeof(softirq) / sizeof(softirq[0]) && !ret; i++)
		ret = watch_attach(traffic, softirq[i]);
	if (!ret && what & WATCH_DROPS) {
		ret = watch_attach(traffic, PROG_DROP);
		if (ret == -EOPNOTSUPP || ret == -ENOENT)
			return err_set(err, -EOPNOTSUPP,
				       "this kernel says no reason of a drop (5.17 and later do)");
	}
	if (ret)
		return object_attach_failed(ret, err);
	traffic->watched |= what;
	return 0;
}
