// SPDX-License-Identifier: GPL-2.0
/* From a record to a sample, and from samples to sentences; pure. See blame.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe/blame_parts.h"

#define BLAME_NAME(id, name) name,
static const char *const kind_names[] = { "nothing", BLAME_LIST(BLAME_NAME) };

_Static_assert((int)BLAMED_COUNT == (int)BLAME_TOUCHES && (int)BLAMED_XPS == (int)BLAME_XPS &&
		       (int)BLAMED_RPS_SOCK_FLOW == (int)BLAME_RPS_SOCK_FLOW &&
		       (int)BLAMED_CPU == (int)BLAME_CPU &&
		       (int)BLAMED_UNBIND == (int)BLAME_UNBIND &&
		       (int)BLAMED_RSS == (int)BLAME_RSS &&
		       (int)BLAMED_DRIVER_IRQ == (int)BLAME_DRIVER_IRQ,
	       "kinds are touches");

/* The number behind @prefix, which is all of the name. */
static unsigned int number_behind(const char *name, const char *prefix)
{
	unsigned long number;
	size_t len = strlen(prefix);

	if (strncmp(name, prefix, len) || text_uint(name + len, 0, BLAME_UNKNOWN - 1, &number))
		return BLAME_UNKNOWN;
	return (unsigned int)number;
}

/* Bytes that need not end with a NUL. */
static void take_bytes(char *dst, size_t len, const char *src, size_t src_len)
{
	size_t n = src_len < len - 1 ? src_len : len - 1;

	memcpy(dst, src, n);
	dst[n] = '\0';
}

static void parse_text(const struct blame_record *r, struct blame *b)
{
	size_t len;

	take_bytes(b->text, sizeof(b->text), r->text,
		   r->text_len < sizeof(r->text) ? r->text_len : sizeof(r->text));
	len = strlen(b->text);
	while (len && (b->text[len - 1] == '\n' || b->text[len - 1] == ' '))
		b->text[--len] = '\0';
}

static void parse_where(const char *dir, struct blame *b)
{
	switch (b->kind) {
	case BLAMED_XPS:
	case BLAMED_XPS_RXQS:
		b->queue = number_behind(dir, "tx-");
		break;
	case BLAMED_RPS:
	case BLAMED_RPS_FLOW:
		b->queue = number_behind(dir, "rx-");
		break;
	case BLAMED_CPU:
		b->queue = number_behind(dir, "cpu");
		break;
	case BLAMED_IRQ:
		b->irq = (int)number_behind(dir, ""); /* BLAME_UNKNOWN is -1 */
		break;
	default:
		break;
	}
}

void blame_parse(const struct blame_record *r, struct blame *b)
{
	char dir[sizeof(r->dir) + 1];

	memset(b, 0, sizeof(*b));
	b->kind = r->touch < BLAME_TOUCHES ? (enum blame_kind)r->touch : BLAMED_NOTHING;
	b->within = r->within < BLAME_TOUCHES ? (enum blame_kind)r->within : BLAMED_NOTHING;
	b->queue = b->kind == BLAMED_DRIVER_XPS ? r->number : BLAME_UNKNOWN;
	b->irq = b->kind == BLAMED_DRIVER_IRQ ? (int)r->number : -1;
	b->ifindex = r->ifindex;
	b->value = r->value;
	b->ns = r->ns;
	b->done_ns = r->done_ns;
	b->ret = r->ret;
	b->ours = r->flags & BLAME_BY_US;
	b->kthread = r->flags & BLAME_BY_KTHREAD;
	b->known = !b->kthread;
	b->tty = r->flags & BLAME_BY_TTY;
	b->pid = r->tgid;
	b->tid = r->tid;
	b->uid = r->uid;
	b->ppid = r->parent_tgid;
	b->cgroup = r->cgroup;
	take_bytes(b->comm, sizeof(b->comm), r->comm, sizeof(r->comm));
	take_bytes(b->parent, sizeof(b->parent), r->parent_comm, sizeof(r->parent_comm));
	take_bytes(b->ifname, sizeof(b->ifname), r->ifname, sizeof(r->ifname));
	take_bytes(dir, sizeof(dir), r->dir, sizeof(r->dir));
	parse_where(dir, b);
	parse_text(r, b);
}

/* ---- cgroups */

static bool ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !memcmp(s + len - n, end, n);
}

void blame_unit(const char *path, char *unit, size_t len)
{
	const char *end = path + strlen(path), *part, *last = NULL;
	size_t n, last_len = 0;

	unit[0] = '\0';
	while (end > path) {
		for (part = end; part > path && part[-1] != '/'; part--)
			;
		n = (size_t)(end - part);
		if (!last && n) {
			last = part;
			last_len = n;
		}
		if (ends_with(part, n, ".service") || ends_with(part, n, ".scope")) {
			take_bytes(unit, len, part, n);
			return;
		}
		end = part > path ? part - 1 : path;
	}
	if (last)
		take_bytes(unit, len, last, last_len);
}

/* A line is "0::PATH" or "NUMBER:CONTROLLERS:PATH". */
bool blame_cgroup_line(const char *text, char *path, size_t len)
{
	static const char *const wanted[] = { "0::", "name=systemd:" };
	const char *line, *end, *at;
	unsigned int i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		for (line = text; *line; line = *end ? end + 1 : end) {
			end = strchrnul(line, '\n');
			at = i ? strchr(line, ':') : line;
			if (!at || at >= end)
				continue;
			at += i ? 1 : 0;
			if (strncmp(at, wanted[i], strlen(wanted[i])))
				continue;
			at += strlen(wanted[i]);
			/* version 2 without units in it: systemd has them elsewhere */
			if (!i && end - at <= 1)
				continue;
			take_bytes(path, len, at, (size_t)(end - at));
			return true;
		}
	}
	return false;
}

bool blame_start_ticks(const char *stat, unsigned long long *ticks)
{
	const char *at = strrchr(stat, ')'); /* the name may have blanks and brackets in it */
	unsigned int field;
	char *end;

	for (field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return false;
	*ticks = strtoull(at + 1, &end, 10);
	return end > at + 1;
}

/* ---- who is behind a driver's rewrite */

static bool can_make_a_driver_write(enum blame_kind kind)
{
	switch (kind) {
	case BLAMED_CPU:
	case BLAMED_BIND:
	case BLAMED_UNBIND:
	case BLAMED_CHANNELS:
	case BLAMED_RINGS:
	case BLAMED_RSS:
	case BLAMED_LINK:
		return true;
	default:
		return false;
	}
}

/* A kernel thread in CPU hotplug works for who asked for that; any other for nobody known. */
static bool may_be_behind(const struct blame *rewrite, const struct blame *past)
{
	if (!can_make_a_driver_write(past->kind) || !past->known)
		return false;
	if (past->ns > rewrite->ns || past->done_ns < rewrite->ns)
		return false;
	if (past->kind != rewrite->within)
		return false;
	return rewrite->kthread ? past->kind == BLAMED_CPU : past->tid == rewrite->tid;
}

const struct blame *blame_behind(const struct blame *rewrite, const struct blame *past,
				 unsigned int nr)
{
	const struct blame *found = NULL;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!may_be_behind(rewrite, &past[i]))
			continue;
		if (found)
			return NULL;
		found = &past[i];
	}
	return found;
}

/* ---- sentences */

/* Names are one line each: what text_add_safe() would let through is written out as well. */
static void add_name(struct text *t, const char *name)
{
	char safe[4 * 160 + 1];

	text_escape(safe, sizeof(safe), name);
	text_add(t, "%s", safe);
}

void blame_who(const struct blame *blame, struct text *t)
{
	if (!blame->known || !blame->comm[0]) {
		text_add(t, "unknown");
		return;
	}
	add_name(t, blame->comm);
	text_add(t, " (pid %u", blame->pid);
	if (blame->uid)
		text_add(t, ", uid %u", blame->uid);
	if (blame->unit[0]) {
		text_add(t, ", unit ");
		add_name(t, blame->unit);
	}
	if (blame->ppid && blame->parent[0]) {
		text_add(t, ", by ");
		add_name(t, blame->parent);
	}
	text_add(t, "%s)", blame->tty ? ", at a terminal" : "");
}

static void add_value(const struct blame *blame, struct text *t)
{
	if (blame->kind == BLAMED_LINK) {
		text_add(t, blame->value == 1 ? " up" : " down");
	} else if (blame->text[0]) {
		text_add(t, " = ");
		add_name(t, blame->text);
	} else if (blame->value != BLAME_UNKNOWN) {
		text_add(t, " = %u", blame->value);
	}
}

void blame_what(const struct blame *blame, struct text *t)
{
	const bool tx = blame->kind == BLAMED_XPS || blame->kind == BLAMED_XPS_RXQS ||
			blame->kind == BLAMED_DRIVER_XPS;

	if (blame->ifname[0]) {
		add_name(t, blame->ifname);
		text_add(t, " ");
	}
	if (blame->irq >= 0)
		text_add(t, "irq %d ", blame->irq);
	text_add(t, "%s", kind_names[blame->kind < BLAMED_COUNT ? blame->kind : BLAMED_NOTHING]);
	if (blame->queue != BLAME_UNKNOWN)
		text_add(t, " %s%u",
			 blame->kind == BLAMED_CPU ? "" :
			 tx			   ? "tx-" :
						     "rx-",
			 blame->queue);
	add_value(blame, t);
}
