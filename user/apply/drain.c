// SPDX-License-Identifier: GPL-2.0
/*
 * Drained ports of a network namespace; see drain.h. The rule: programs are
 * attached and pinned before they do anything, and one write puts them in force.
 */
#include "apply/drain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "apply/apply.h"
#include "apply/drain_parts.h"
#include "apply/knobs.h"
#include "base/bind.h"
#include "base/bpf.h"
#include "base/bpffs.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "bpf/abi_lookup.h"

#define FOLDER "drain-%u" /* inode of the namespace */
/* Attached, and not in force: a netlane was killed. */
#define HALF "half made"

const char *const drain_pins[] = {
	[DRAIN_PORTS] = "ports",
	[DRAIN_SETTINGS] = "settings",
	[DRAIN_COUNTS] = "counts",
};

void drain_path(char *path, size_t len, unsigned int netns, const char *name)
{
	(void)snprintf(path, len, "%s" BPFFS_DIR "/" FOLDER "/%s", bpffs_root(), netns, name);
}

static bool is_pinned(unsigned int netns, const char *name)
{
	char path[256];

	drain_path(path, sizeof(path), netns, name);
	return !access(path, F_OK);
}

int drain_maps_open(unsigned int netns, struct drain_maps *maps)
{
	char path[256];
	unsigned int i;
	int ret = 0;

	for (i = 0; i < DRAIN_MAPS; i++) {
		drain_path(path, sizeof(path), netns, drain_pins[i]);
		maps->fd[i] = bpf_obj_get(path);
		if (maps->fd[i] < 0)
			ret = errno == EPERM || errno == EACCES ? -EPERM : -ENOENT;
	}
	if (ret)
		drain_maps_close(maps);
	return ret;
}

/* ------------------------------------------------------------- reading */

static int settings_read(const struct drain_maps *maps, struct drain_settings *s)
{
	const unsigned int zero = 0;

	return bpf_map_lookup_elem(maps->fd[DRAIN_SETTINGS], &zero, s) ? -errno : 0;
}

static int ports_read(const struct drain_maps *maps, struct portset *ports)
{
	unsigned int i;

	for (i = 0; i < DRAIN_WORDS; i++)
		if (bpf_map_lookup_elem(maps->fd[DRAIN_PORTS], &i, &ports->word[i]))
			return -errno;
	return 0;
}

static int counts_read(const struct drain_maps *maps, struct drain_now *now)
{
	struct drain_count count;
	int ret = bpf_sum(maps->fd[DRAIN_COUNTS], 0, (uint64_t *)&count,
			  sizeof(count) / sizeof(uint64_t));

	now->refused = count.refused;
	now->dropped = count.dropped;
	return ret;
}

int drain_read(unsigned int netns, struct drain_now *now, struct err *err)
{
	struct drain_settings s;
	struct drain_maps maps;
	int ret;

	memset(now, 0, sizeof(*now));
	ret = drain_maps_open(netns, &maps);
	if (ret)
		return ret == -ENOENT ? ret :
					err_set(err, ret, "reading what is drained needs root");
	ret = settings_read(&maps, &s);
	if (!ret)
		ret = ports_read(&maps, &now->ports);
	if (!ret)
		ret = counts_read(&maps, now);
	drain_maps_close(&maps);
	if (ret)
		return err_set(err, ret, "what is drained cannot be read: %s", strerror(-ret));
	now->active = s.active;
	now->drops = s.drops;
	now->guarded = is_pinned(netns, DRAIN_GUARD);
	return 0;
}

static unsigned int netns_of(const struct knob *knob)
{
	return (unsigned int)strtoul(knob->addr, NULL, 10);
}

static int drain_value(const char *root, const struct knob *knob, const char *ifname, char **value,
		       struct err *err)
{
	struct drain_now now;
	struct text t = { 0 };
	int ret;

	if (root && strcmp(root, "/"))
		return knob_value(value, DRAIN_OPEN, err);
	ret = drain_read(netns_of(knob), &now, err);
	if (ret == -ENOENT)
		return knob_value(value, is_pinned(netns_of(knob), "") ? HALF : DRAIN_OPEN, err);
	if (ret)
		return ret;
	if (!now.active)
		return knob_value(value, HALF, err);
	text_add(&t, "%s", now.drops ? DRAIN_DROP : DRAIN_REFUSE);
	portset_add_text(&t, &now.ports);
	*value = text_take(&t);
	return *value ? 0 : err_set(err, -ENOMEM, "out of memory");
}

/* ------------------------------------------------------------- writing */

/* Ports first: what is put in force is whole. */
static int in_force(unsigned int netns, bool drops, const struct portset *ports, struct err *err)
{
	const bool guarded = is_pinned(netns, DRAIN_GUARD);
	struct drain_settings s = {
		.refuse_from_ns = clock_mono_ns() + (guarded ? DRAIN_COOKIES_NS : 0),
		.netns = netns,
		.active = 1,
		.drops = drops,
	};
	unsigned int i, zero = 0;
	struct drain_maps maps;
	int ret = drain_maps_open(netns, &maps);

	if (ret)
		return err_set(err, ret, "its pinned maps cannot be opened: %s", strerror(-ret));
	for (i = 0; i < DRAIN_WORDS && !ret; i++)
		if (bpf_map_update_elem(maps.fd[DRAIN_PORTS], &i, &ports->word[i], BPF_ANY))
			ret = -errno;
	if (!ret && bpf_map_update_elem(maps.fd[DRAIN_SETTINGS], &zero, &s, BPF_ANY))
		ret = -errno;
	drain_maps_close(&maps);
	return ret ? err_set(err, ret, "what is drained cannot be written: %s", strerror(-ret)) : 0;
}

static int folder_end(const char *name, struct err *err)
{
	int ret = bpffs_folder_remove(name, err);

	return ret ? ret : bpffs_release(err);
}

/* What the bindings of the namespace refuse with it is taken again, even if its pins are gone. */
static int bindings_reopen(unsigned int netns, struct err *err)
{
	const struct drain_settings none = { .active = 0 };
	const unsigned int zero = 0;
	struct drain_maps maps;
	int ret = bind_drain_maps(netns, &maps, err);

	if (!ret && maps.fd[DRAIN_SETTINGS] >= 0 &&
	    bpf_map_update_elem(maps.fd[DRAIN_SETTINGS], &zero, &none, BPF_ANY))
		ret = err_set(err, -errno, "the bindings cannot be told of its end: %s",
			      strerror(errno));
	drain_maps_close(&maps);
	return ret;
}

static int drain_end(unsigned int netns, struct err *err)
{
	char name[64];
	int ret = bindings_reopen(netns, err);

	if (ret)
		return ret;
	(void)snprintf(name, sizeof(name), FOLDER, netns);
	return folder_end(name, err);
}

/* "refuse PORTS" or "drop PORTS". */
static int value_parse(const char *value, bool *drops, struct portset *ports)
{
	*drops = !strncmp(value, DRAIN_DROP, strlen(DRAIN_DROP));
	if (!*drops && strncmp(value, DRAIN_REFUSE, strlen(DRAIN_REFUSE)))
		return -EINVAL;
	return portset_parse(strchr(value, ' ') + 1, ports);
}

static int drain_write(const char *root, const struct knob *knob, const char *ifname,
		       const char *value, struct err *err)
{
	struct portset ports;
	struct drain_now now;
	bool drops;
	int ret;

	if (root && strcmp(root, "/"))
		return 0;
	if (!strcmp(value, DRAIN_OPEN))
		return drain_end(netns_of(knob), err);
	if (value_parse(value, &drops, &ports))
		return err_set(err, -EINVAL, "'%.40s' is no list of ports to refuse or to drop",
			       value);
	ret = drain_read(netns_of(knob), &now, err);
	if (ret && ret != -ENOENT)
		return ret;
	if (ret || now.drops != drops) { /* the other way has other links */
		ret = drain_end(netns_of(knob), err);
		if (!ret)
			ret = drain_attach(netns_of(knob), drops, err);
	}
	return ret ? ret : in_force(netns_of(knob), drops, &ports, err);
}

/* Nobody else makes such pins. */
static bool drain_is_ours(const char *now, const char *ours)
{
	return strcmp(now, DRAIN_OPEN);
}

int drain_mend(unsigned int netns, struct err *err)
{
	struct drain_now now;
	int ret = folder_end(DRAIN_NEW, err);

	if (ret)
		return ret;
	if (!is_pinned(netns, ""))
		return bindings_reopen(netns, err);
	ret = drain_read(netns, &now, err);
	if (ret && ret != -ENOENT)
		return ret;
	return ret || !now.active ? drain_end(netns, err) : 0;
}

int drains_end(unsigned int *nr, struct err *err)
{
	unsigned int i, nr_names;
	char **names;
	int ret = 0;

	*nr = 0;
	if (files_list(bpffs_root(), &names, &nr_names, BPFFS_DIR))
		return 0; /* none is there */
	for (i = 0; i < nr_names && !ret; i++) {
		unsigned int netns;
		bool is = sscanf(names[i], FOLDER, &netns) == 1;

		if (is)
			ret = drain_end(netns, err);
		else if (!strcmp(names[i], DRAIN_NEW))
			ret = bpffs_folder_remove(names[i], err);
		*nr += is && !ret;
	}
	files_free(names, nr_names);
	return ret ? ret : bpffs_release(err);
}

const struct knob_ops drain_ops = {
	.read = drain_value,
	.write = drain_write,
	.is_ours = drain_is_ours,
};
