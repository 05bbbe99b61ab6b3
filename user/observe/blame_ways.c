// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks each fact of bpf/blame.bpf.c by the best way that this kernel allows.
 * The rule: what works is found by doing it; first all at once, and only if
 * that fails one fact after the other.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/bpf.h"
#include "base/files.h"
#include "observe/blame_parts.h"
#include "skel/blame.skel.h"

enum way { WAY_FEXIT, WAY_KPROBE, WAY_SYSCALLS, WAY_NONE };

static const char *const way_names[] = { "fexit", "kprobe", "syscalls" };

/* The functions that tell a fact, @ends: and what came of it; and whether system calls can. */
static const struct {
	const char *name;
	const char *function[2];
	bool ends;
	bool syscalls;
} facts[BLAME_FACTS] = {
	[BLAME_FACT_SYSFS] = { "sysfs", { "sysfs_kf_write" }, true, true },
	[BLAME_FACT_IRQ] = { "irq affinity",
			     { "irq_affinity_proc_write", "irq_affinity_list_proc_write" },
			     true,
			     true },
	[BLAME_FACT_SYSCTL] = { "sysctl", { "rps_sock_flow_sysctl" }, true, true },
	[BLAME_FACT_IOCTL] = { "ethtool ioctl", { "dev_ethtool" }, true, true },
	[BLAME_FACT_CHANNELS] = { "ethtool channels", { "ethnl_set_channels" }, true, false },
	[BLAME_FACT_RINGS] = { "ethtool rings", { "ethnl_set_rings" }, true, false },
	[BLAME_FACT_RSS] = { "ethtool rss", { "ethnl_rss_set" }, true, false },
	[BLAME_FACT_LINK] = { "link", { "__dev_change_flags" }, true, false },
	[BLAME_FACT_DRIVER_XPS] = { "driver xps", { "__netif_set_xps_queue" }, false, false },
	[BLAME_FACT_DRIVER_IRQ] = { "driver irq", { "irq_set_affinity_locked" }, false, false },
	[BLAME_FACT_LISTEN] = { "listen", { "inet_csk_listen_start" }, true, false },
};
#define FUNCTIONS(fact) (sizeof(facts[fact].function) / sizeof(facts[fact].function[0]))

/* What is to be tried, and what the kernel's types tell of it. */
struct ways {
	enum way way[BLAME_FACTS];
	unsigned int nr_args[BLAME_FACTS];
	bool has_btf[BLAME_FACTS]; /* all functions of the fact are in the kernel's types */
};

/* Arguments of a function of the kernel, or -ENOENT. */
static int args_of(const struct btf *btf, const char *function)
{
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;

	type = type ? btf__type_by_id(btf, type->type) : NULL;
	return type && btf_is_func_proto(type) ? (int)btf_vlen(type) : -ENOENT;
}

static void types_ask(struct ways *c)
{
	struct btf *btf = btf__load_vmlinux_btf();
	unsigned int i, j;
	int nr;

	for (i = 0; i < BLAME_FACTS; i++) {
		c->has_btf[i] = btf;
		for (j = 0; btf && j < FUNCTIONS(i) && facts[i].function[j]; j++) {
			nr = args_of(btf, facts[i].function[j]);
			c->has_btf[i] = c->has_btf[i] && nr >= 0;
			c->nr_args[i] = nr >= 0 ? (unsigned int)nr : 0;
		}
	}
	btf__free(btf);
}

/* ---- trying */

static struct bpf_program *program_of(struct blame_bpf *skel, enum way way, const char *direction,
				      const char *function)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%c_%s_%s", way == WAY_FEXIT ? 'f' : 'k', direction,
		       function);
	return bpf_object__find_program_by_name(skel->obj, name);
}

/* Is something told of drivers? Then also whether CPU hotplug made them. */
static bool by_driver(const struct ways *c)
{
	return c->way[BLAME_FACT_DRIVER_XPS] < WAY_NONE || c->way[BLAME_FACT_DRIVER_IRQ] < WAY_NONE;
}

static bool by_syscall(const struct ways *c)
{
	unsigned int i;

	for (i = 0; i < BLAME_FACTS; i++)
		if (c->way[i] == WAY_SYSCALLS)
			return true;
	return false;
}

/* Exactly the programs that the choice needs are loaded. */
static void programs_choose(struct blame_bpf *skel, const struct ways *c)
{
	struct bpf_program *prog;
	unsigned int i, j;

	bpf_object__for_each_program(prog, skel->obj)(void) bpf_program__set_autoload(prog, false);
	for (i = 0; i < BLAME_FACTS; i++) {
		skel->rodata->nr_args[i] = c->nr_args[i];
		if (c->way[i] == WAY_SYSCALLS)
			skel->rodata->by_syscall |= 1U << i;
		if (c->way[i] > WAY_KPROBE)
			continue;
		for (j = 0; j < FUNCTIONS(i) && facts[i].function[j]; j++) {
			const char *function = facts[i].function[j];

			prog = program_of(skel, c->way[i], "in", function);
			(void)bpf_program__set_autoload(prog, true);
			if (facts[i].ends) {
				prog = program_of(skel, c->way[i], "out", function);
				(void)bpf_program__set_autoload(prog, true);
			}
		}
	}
	(void)bpf_program__set_autoload(skel->progs.call_in, by_syscall(c));
	(void)bpf_program__set_autoload(skel->progs.call_out, by_syscall(c));
	(void)bpf_program__set_autoload(skel->progs.hotplug_in, by_driver(c));
	(void)bpf_program__set_autoload(skel->progs.hotplug_out, by_driver(c));
	skel->rodata->own_tgid = (unsigned int)getpid();
}

static int attach_one(struct blame_programs *p, struct bpf_program *prog)
{
	struct bpf_link *link = bpf_program__attach(prog);

	if (!link)
		return -errno;
	p->link[p->nr_link++] = link;
	return 0;
}

/* The end first: what begins will be seen to end. */
static int attach_pair(struct blame_programs *p, struct bpf_program *out, struct bpf_program *in)
{
	int ret = attach_one(p, out);

	return ret ? ret : attach_one(p, in);
}

static int attach_fact(struct blame_programs *p, enum way way, unsigned int fact)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < FUNCTIONS(fact) && facts[fact].function[i] && !ret; i++) {
		const char *function = facts[fact].function[i];
		struct bpf_program *in = program_of(p->skel, way, "in", function);

		ret = facts[fact].ends ?
			      attach_pair(p, program_of(p->skel, way, "out", function), in) :
			      attach_one(p, in);
	}
	return ret;
}

static void links_drop(struct blame_programs *p)
{
	while (p->nr_link)
		(void)bpf_link__destroy(p->link[--p->nr_link]);
	blame_bpf__destroy(p->skel);
	p->skel = NULL;
}

/* Loads and attaches all that is chosen, or nothing. 0 or -errno. */
static int try_choice(const struct ways *c, struct blame_programs *p)
{
	unsigned int i;
	int ret;

	p->nr_link = 0;
	p->skel = blame_bpf__open();
	if (!p->skel)
		return -errno;
	programs_choose(p->skel, c);
	ret = blame_bpf__load(p->skel);
	if (!ret && by_driver(c))
		ret = attach_pair(p, p->skel->progs.hotplug_out, p->skel->progs.hotplug_in);
	for (i = 0; i < BLAME_FACTS && !ret; i++)
		if (c->way[i] <= WAY_KPROBE)
			ret = attach_fact(p, c->way[i], i);
	if (!ret && by_syscall(c))
		ret = attach_pair(p, p->skel->progs.call_out, p->skel->progs.call_in);
	if (ret)
		links_drop(p);
	return ret;
}

/* ---- choosing */

/* The best way that is tried: a test takes the better ones away. */
static enum way best_way(void)
{
#ifdef NETLANE_FAULT
	const char *wanted = getenv("NETLANE_BLAME");
	enum way way;

	for (way = WAY_FEXIT; wanted && way < WAY_NONE; way++)
		if (!strcmp(wanted, way_names[way]))
			return way;
#endif
	return WAY_FEXIT;
}

static bool is_alternative(const struct ways *c, unsigned int fact, enum way way, bool syscalls)
{
	if (way < best_way())
		return false;
	switch (way) {
	case WAY_FEXIT:
		return c->has_btf[fact];
	case WAY_KPROBE:
		return true;
	case WAY_SYSCALLS:
		return syscalls && facts[fact].syscalls;
	default:
		return false;
	}
}

/* The best way of one fact that works when tried alone; the error of the first that did not. */
static int choose_alone(struct ways *c, unsigned int fact, bool syscalls)
{
	struct blame_programs p = { 0 };
	struct ways alone = *c;
	unsigned int i;
	enum way way;
	int ret, first = c->has_btf[fact] ? 0 : -ENOENT;

	for (i = 0; i < BLAME_FACTS; i++)
		alone.way[i] = WAY_NONE;
	for (way = WAY_FEXIT; way < WAY_NONE; way++) {
		if (!is_alternative(c, fact, way, syscalls))
			continue;
		alone.way[fact] = way;
		ret = try_choice(&alone, &p);
		if (!ret)
			break;
		first = first ? first : ret;
	}
	links_drop(&p);
	c->way[fact] = way;
	return way < WAY_NONE ? 0 : first;
}

static int choose(struct ways *c, bool syscalls, int errors[BLAME_FACTS], struct blame_programs *p)
{
	unsigned int i;
	int ret;

	for (i = 0; i < BLAME_FACTS; i++) {
		errors[i] = c->has_btf[i] ? 0 : -ENOENT;
		c->way[i] = c->has_btf[i] ? best_way() : WAY_NONE;
	}
	ret = try_choice(c, p);
	if (!ret)
		return 0;
	for (i = 0; i < BLAME_FACTS; i++)
		errors[i] = choose_alone(c, i, syscalls);
	return try_choice(c, p);
}

static int nothing_works(int ret, struct err *err)
{
	if (geteuid())
		return err_set(err, -EPERM, "seeing who touches a knob needs root");
	if (!file_exists(NULL, "/sys/kernel/btf/vmlinux"))
		return err_set(err, -EOPNOTSUPP,
			       "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing; "
			       "CONFIG_DEBUG_INFO_BTF): who touches a knob cannot be seen");
	return err_set(err, -EOPNOTSUPP, "who touches a knob cannot be seen on this kernel: %s",
		       strerror(-ret));
}

int blame_attach(bool syscalls, struct blame_programs *p, struct err *err)
{
	int errors[BLAME_FACTS], ret, first = 0;
	struct ways c = { 0 };
	unsigned int i, seen = 0;

	bpf_quiet();
	types_ask(&c);
	ret = choose(&c, syscalls, errors, p);
	for (i = 0; i < BLAME_FACTS; i++) {
		p->way[i].fact = facts[i].name;
		p->way[i].way = c.way[i] < WAY_NONE ? way_names[c.way[i]] : NULL;
		p->way[i].err = c.way[i] < WAY_NONE ? 0 : -errors[i];
		seen += c.way[i] < WAY_NONE;
		if (!first && errors[i] != -ENOENT)
			first = errors[i];
	}
	if (!ret && seen)
		return 0;
	blame_detach(p);
	return nothing_works(ret ? ret : first ? first : -ENOENT, err);
}

/* The beginnings first: none is seen whose end is not. */
void blame_detach(struct blame_programs *p)
{
	links_drop(p);
}
