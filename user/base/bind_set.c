// SPDX-License-Identifier: GPL-2.0
/*
 * Bindings made so. The rule: program and maps are new each time and whole before
 * they are seen; counts alone are handed on, by name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/bind.h"
#include "base/bind_kernel.h"
#include "base/bind_parts.h"
#include "base/bind_table.h"
#include "base/bpf.h"
#include "base/netns.h"
#include "bpf/abi_lookup.h"
#include "skel/bind.skel.h"

/* What is made, until it is seen. */
struct making {
	struct binding *binding;
	unsigned int nr;
	const char *text;
	struct bind_table table;
	const struct bind_kernel *kernel; /* that stands */
	const struct drain_maps *drained;
	struct bind_bpf *skel;
};

static unsigned int nr_texts(const char *text)
{
	return (unsigned int)(strlen(text) / BIND_TEXT + 1);
}

static int load(struct making *m)
{
	struct bind_bpf *skel = m->skel = bind_bpf__open();
	int ret;

	if (!skel)
		return -errno;
	ret = bpf_map__set_max_entries(skel->maps.lane_bind_nets, m->table.nr_net);
	if (!ret)
		ret = bpf_map__set_max_entries(skel->maps.lane_bind_sets, m->table.nr_set);
	if (!ret)
		ret = bpf_map__set_max_entries(skel->maps.lane_bind_pages, m->table.nr_page);
	if (!ret)
		ret = bpf_map__set_max_entries(skel->maps.lane_bind_secs, m->nr);
	if (!ret)
		ret = bpf_map__set_max_entries(skel->maps.lane_bind_socks, BIND_SLOT(m->nr, 0, 0));
	if (!ret)
		ret = bpf_map__set_max_entries(skel->maps.lane_bind_text, nr_texts(m->text));
	if (!ret && m->kernel->known)
		ret = bpf_map__reuse_fd(skel->maps.lane_bind_cnts,
					m->kernel->map[BIND_COUNTERS].fd);
	if (!ret) /* not those of the program that stands: its drain may have gone another way */
		ret = drain_maps_share(DRAIN_MAPS_OF(skel), m->drained);
	return ret ? ret : bind_bpf__load(skel);
}

static int table_fill(const struct making *m)
{
	const struct bind_table *table = &m->table;
	int nets = bpf_map__fd(m->skel->maps.lane_bind_nets);
	int sets = bpf_map__fd(m->skel->maps.lane_bind_sets);
	int pages = bpf_map__fd(m->skel->maps.lane_bind_pages);
	int texts = bpf_map__fd(m->skel->maps.lane_bind_text);
	struct bind_text part;
	unsigned int i;

	for (i = 0; i < table->nr_page; i++)
		if (bpf_map_update_elem(pages, &i, &table->page[i], BPF_ANY))
			return -errno;
	for (i = 0; i < table->nr_set; i++)
		if (bpf_map_update_elem(sets, &i, &table->set[i], BPF_ANY))
			return -errno;
	for (i = 0; i < table->nr_net; i++)
		if (bpf_map_update_elem(nets, &table->net[i].net, &table->net[i].set, BPF_ANY))
			return -errno;
	for (i = 0; i < nr_texts(m->text); i++) {
		memset(&part, 0, sizeof(part));
		/* a full part has no end of its own */
		memcpy(part.s, m->text + i * BIND_TEXT,
		       strnlen(m->text + i * BIND_TEXT, BIND_TEXT));
		if (bpf_map_update_elem(texts, &i, &part, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* ------------------------------------------------------------- counts */

/* Where @name was counted until now, -1: nowhere. */
static int counted_at(const struct making *m, const char *name)
{
	struct bind_section section;
	unsigned int i;

	for (i = 0; m->kernel->known && i < m->kernel->map[BIND_SECTIONS].nr; i++)
		if (!bpf_map_lookup_elem(m->kernel->map[BIND_SECTIONS].fd, &i, &section) &&
		    !strncmp(section.name, name, sizeof(section.name)))
			return (int)section.count;
	return -1;
}

/* Places that the program which stands counts in are not free either. */
static void places_take(const struct making *m, bool *used)
{
	struct bind_section section;
	unsigned int i;

	for (i = 0; m->kernel->known && i < m->kernel->map[BIND_SECTIONS].nr; i++)
		if (!bpf_map_lookup_elem(m->kernel->map[BIND_SECTIONS].fd, &i, &section) &&
		    section.count < BIND_COUNTS)
			used[section.count] = true;
}

static int sections_fill(const struct making *m)
{
	int sections = bpf_map__fd(m->skel->maps.lane_bind_secs);
	int counts = bpf_map__fd(m->skel->maps.lane_bind_cnts), nr_cpu = libbpf_num_possible_cpus();
	struct bind_count *zero = calloc(nr_cpu > 0 ? (unsigned int)nr_cpu : 1, sizeof(*zero));
	bool used[BIND_COUNTS] = { false };
	unsigned int i, place = 0;
	int ret = zero ? 0 : -ENOMEM;

	places_take(m, used);
	for (i = 0; i < m->nr && !ret; i++) {
		struct bind_section section = { .zero = 0 };
		int at = counted_at(m, m->binding[i].name);

		memcpy(section.name, m->binding[i].name, sizeof(section.name));
		section.count = (unsigned int)at;
		if (at < 0) {
			while (used[place]) /* there are twice as many as bindings */
				place++;
			used[place] = true;
			section.count = place;
			if (bpf_map_update_elem(counts, &place, zero, BPF_ANY))
				ret = -errno;
		}
		if (!ret && bpf_map_update_elem(sections, &i, &section, BPF_ANY))
			ret = -errno;
	}
	free(zero);
	return ret;
}

/* ------------------------------------------------------------- sockets */

struct wanted {
	struct listen_group group; /* the sockets */
	unsigned int *slot; /* where each is to be */
};

static int wanted_list(const struct making *m, const struct bind_sockets *sockets,
		       struct wanted *wanted)
{
	const struct bind_socket *found[BIND_WIDTH];
	unsigned int i, part, k, nr, room = BIND_SLOT(m->nr, 0, 0);

	wanted->group.socket = calloc(room, sizeof(*wanted->group.socket));
	wanted->slot = calloc(room, sizeof(*wanted->slot));
	if (!wanted->group.socket || !wanted->slot)
		return -ENOMEM;
	for (i = 0; i < m->nr; i++)
		for (part = 0; part < 4; part++) {
			bool udp = part & 1, six = part & 2;

			if (!binding_has(&m->binding[i], udp, six))
				continue;
			nr = bind_sockets_of(sockets, m->binding[i].to, udp, six, found);
			for (k = 0; k < nr; k++) {
				wanted->slot[wanted->group.nr_socket] = BIND_SLOT(i, udp, six) + k;
				wanted->group.socket[wanted->group.nr_socket++].inode =
					found[k]->inode;
			}
		}
	return 0;
}

/*
 * A socket that stands for several bindings is in the list as often, and found once:
 * what was found of it is for all.
 */
static void found_spread(struct listen_group *group)
{
	unsigned int i, j;

	for (i = 0; i < group->nr_socket; i++)
		for (j = 0; j < group->nr_socket && !group->socket[i].pid; j++)
			if (group->socket[j].inode == group->socket[i].inode &&
			    group->socket[j].pid) {
				group->socket[i].pid = group->socket[j].pid;
				group->socket[i].fd = group->socket[j].fd;
			}
}

/* As far as each can be reached: of the others it is said that they are not there. */
static int sockets_enter(const struct making *m, struct wanted *wanted, struct err *err)
{
	int map = bpf_map__fd(m->skel->maps.lane_bind_socks), ret = 0;
	unsigned int i;

	groups_serve(&wanted->group, 1, false);
	found_spread(&wanted->group);
	for (i = 0; i < wanted->group.nr_socket && !ret; i++) {
		struct err why = { 0 };
		int fd = group_borrow(&wanted->group, i, &why);
		uint64_t value = (uint64_t)fd;

		if (fd < 0)
			continue;
		if (bpf_map_update_elem(map, &wanted->slot[i], &value, BPF_ANY) &&
		    errno != EOPNOTSUPP) /* it listens no longer */
			ret = err_set(err, -errno, "a socket of pid %u cannot be entered: %s",
				      wanted->group.socket[i].pid, strerror(errno));
		close(fd);
	}
	return ret;
}

static int sockets_fill(const struct making *m, struct err *err)
{
	struct bind_sockets sockets;
	struct wanted wanted = { 0 };
	int ret = bind_sockets_read(&sockets, err);

	if (ret)
		return ret;
	if (wanted_list(m, &sockets, &wanted))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret)
		ret = sockets_enter(m, &wanted, err);
	free(wanted.group.socket);
	free(wanted.slot);
	bind_sockets_free(&sockets);
	return ret;
}

/* ------------------------------------------------------------- all of it */

static int make(struct making *m, struct err *err)
{
	int ret = bind_table_make(m->binding, m->nr, &m->table, err);

	if (ret)
		return ret;
	ret = load(m);
	if (ret) {
		ret = bpf_load_failed(ret, "bindings cannot be made", err);
		goto destroy;
	}
	ret = table_fill(m);
	if (!ret)
		ret = sections_fill(m);
	if (ret)
		(void)err_set(err, ret, "the tables of the bindings cannot be filled: %s",
			      strerror(-ret));
	if (!ret)
		ret = sockets_fill(m, err);
	if (!ret)
		ret = bind_kernel_attach(m->kernel, bpf_program__fd(m->skel->progs.lane_bind), err);
destroy:
	bind_bpf__destroy(m->skel); /* what is attached goes on */
	bind_table_free(&m->table);
	return ret;
}

int bind_set(const char *value, const struct drain_maps *drained, struct err *err)
{
	struct bind_kernel kernel;
	struct making m = { .kernel = &kernel, .drained = drained };
	char *text = NULL;
	int ret;

	bpf_quiet();
	ret = bindings_parse(value, &m.binding, &m.nr);
	if (ret)
		return err_set(err, ret, "'%.60s' cannot be set", value);
	ret = bind_kernel_open(netns_own(), &kernel, err);
	if (ret)
		goto free_binding;
	m.text = text = bindings_text(m.binding, m.nr); /* without marks */
	if (!text)
		ret = err_set(err, -ENOMEM, "out of memory");
	else
		ret = m.nr ? make(&m, err) : bind_kernel_end(&kernel, err);
	bind_kernel_close(&kernel);
	free(text);
free_binding:
	bindings_free(m.binding, m.nr);
	return ret;
}
