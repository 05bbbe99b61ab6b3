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
#include "observe/pins.h"
#include "observe/programs.h"
#include "observe/reader.h"
#include "observe/wanted.h"

/* Where the links of programs that count all the time are pinned, beside the programs. */
#define LINK_NAME "link_%s"

static int attach_failed(int ret, struct err *err)
{
	return err_set(err, ret == -EPERM ? ret : -EOPNOTSUPP,
		       "the BPF programs cannot be attached: %s", strerror(-ret));
}

/* ---- keeping */

static int links_pin(const struct programs *p, const struct wanted_list *list, const char *dir,
		     struct err *err)
{
	char path[256];
	unsigned int i;
	int fd, ret = 0;

	for (i = 0; i < PROG_COUNT && !ret; i++) {
		if (!wanted_always(i, list))
			continue;
		fd = programs_attach(p, i);
		if (fd < 0)
			return attach_failed(fd, err);
		(void)snprintf(path, sizeof(path), "%s/" LINK_NAME, dir, programs_name(i));
		if (bpf_obj_pin(fd, path))
			ret = err_set(err, -errno, "%s cannot be made: %s", path, strerror(errno));
		close(fd);
	}
	return ret;
}

/* RPS came or went since: its counting follows, all other counters go on. */
static int crossings_adopt(const struct programs *p, const struct wanted_list *list,
			   struct err *err)
{
	char name[32], path[256];
	bool pinned;
	int fd, ret;

	ret = wanted_write(p, list, err);
	if (ret)
		return ret;
	(void)snprintf(name, sizeof(name), LINK_NAME, programs_name(PROG_CROSS));
	fd = pins_open(name);
	pinned = fd >= 0;
	if (pinned)
		close(fd);
	pins_path(name, path, sizeof(path));
	if (pinned && !list->crossings && unlink(path))
		return err_set(err, -errno, "%s cannot be removed: %s", path, strerror(errno));
	if (pinned || !list->crossings)
		return 0;
	fd = programs_attach(p, PROG_CROSS);
	if (fd < 0)
		return attach_failed(fd, err);
	ret = bpf_obj_pin(fd, path) ?
		      err_set(err, -errno, "%s cannot be made: %s", path, strerror(errno)) :
		      0;
	close(fd);
	return ret;
}

static int load_and_pin(const struct wanted_list *list, struct err *err)
{
	struct programs p;
	char dir[128];
	int ret;

	ret = programs_load(list->slots ? list->slots : 1, &p, err);
	if (ret)
		return ret;
	ret = wanted_write(&p, list, err); /* configure, then attach */
	if (!ret)
		ret = pins_begin(dir, sizeof(dir), err);
	if (!ret)
		ret = programs_pin(&p, dir, err);
	if (!ret)
		ret = links_pin(&p, list, dir, err);
	if (!ret)
		ret = pins_commit(dir, err);
	programs_close(&p);
	return ret;
}

int traffic_keep(const struct facts *facts, bool *began, struct err *err)
{
	struct wanted_list list;
	struct programs p;
	int lock, ret;

	*began = false;
	lock = pins_lock(err);
	if (lock < 0)
		return lock;
	ret = wanted_make(facts, NULL, 0, &list, err);
	if (!ret)
		ret = pins_prepare(err);
	if (ret)
		goto unlock;
	if (!programs_adopt(&p)) {
		bool ours = programs_are_ours(&p) && wanted_are_counted(&p, &list, true);

		ret = ours ? crossings_adopt(&p, &list, err) : 0;
		if (ours && !ret)
			ret = pins_sweep(err);
		programs_close(&p);
		if (ours)
			goto unlock;
	}
	ret = load_and_pin(&list, err);
	*began = !ret;
	if (ret && pins_remove_all(NULL))
		err_prefix(err, "what was loaded could not be taken back; ");
unlock:
	free(list.wanted);
	close(lock);
	return ret;
}

int traffic_drop(struct err *err)
{
	int ret, lock;

	if (access(PINS_DIR, F_OK) && errno == ENOENT)
		return 0;
	lock = pins_lock(err);
	if (lock < 0)
		return lock;
	ret = pins_remove_all(err);
	close(lock);
	return ret;
}

/* ---- reading */

int traffic_kept(void)
{
	struct programs p;
	int ret = programs_adopt(&p);

	if (!ret)
		programs_close(&p);
	else if (ret == -EACCES)
		ret = -EPERM;
	else if (ret == -ENOENT && pins_of_others())
		ret = -ESTALE;
	return ret;
}

static int private_start(struct traffic *t, const struct wanted_list *list, struct err *err)
{
	unsigned int i;
	int ret;

	ret = programs_load(list->slots ? list->slots : 1, &t->programs, err);
	if (!ret)
		ret = wanted_write(&t->programs, list, err);
	for (i = 0; i < PROG_COUNT && !ret; i++) {
		if (!wanted_always(i, list))
			continue;
		t->link[i] = programs_attach(&t->programs, i);
		if (t->link[i] < 0)
			ret = attach_failed(t->link[i], err);
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
	ret = programs_adopt(&t->programs);
	if (ret == -EPERM || ret == -EACCES) {
		ret = err_set(err, -EPERM, "reading BPF maps needs root");
		goto close;
	}
	t->kept = !ret && wanted_are_counted(&t->programs, &list, false);
	if (!t->kept) {
		if (!ret)
			programs_close(&t->programs);
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
	programs_close(&traffic->programs);
	free(traffic->nic);
	free(traffic);
}

bool traffic_is_kept(const struct traffic *traffic)
{
	return traffic->kept;
}

bool traffic_in_force(const struct traffic *traffic)
{
	return !traffic->kept || programs_in_force(&traffic->programs);
}

/* ---- watching for a while */

static int watch_attach(struct traffic *t, enum lane_prog prog)
{
	if (t->link[prog] < 0)
		t->link[prog] = programs_attach(&t->programs, prog);
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
		return attach_failed(ret, err);
	traffic->watched |= what;
	return 0;
}
