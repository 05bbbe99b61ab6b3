// SPDX-License-Identifier: GPL-2.0
/* What stands of bindings; see bind.h. */
#include "base/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/bind_kernel.h"
#include "base/bind_parts.h"
#include "base/netns.h"
#include "bpf/abi_lookup.h"

const struct field bound_fields[] = {
	F_OBJECT(binding_state, binding, binding_fields),
	F_UINT(binding_state, sockets),
	F_BOOL(binding_state, stale),
	F_INT(binding_state, reach_err),
	F_U64(binding_state, connections),
	F_U64(binding_state, datagrams),
	F_U64(binding_state, missed),
	F_U64(binding_state, others),
	F_END,
};

const struct field endpoint_fields[] = {
	F_STR(endpoint, listen),
	F_UINT(endpoint, port),
	F_BOOL(endpoint, udp),
	F_BOOL(endpoint, six),
	F_BOOL(endpoint, dual),
	F_UINT(endpoint, sockets),
	F_END,
};

/* All of lane_bind_text. Heap. */
static int text_read(const struct bind_kernel *kernel, char **text)
{
	struct text t = { 0 };
	struct bind_text part;
	unsigned int i;

	for (i = 0; i < kernel->map[BIND_TEXTS].nr; i++) {
		if (bpf_map_lookup_elem(kernel->map[BIND_TEXTS].fd, &i, &part)) {
			text_free(&t);
			return -errno;
		}
		text_add(&t, "%.*s", BIND_TEXT, part.s);
	}
	*text = text_take(&t);
	return *text ? 0 : -ENOMEM;
}

static void counts_read(const struct bind_kernel *kernel, unsigned int binding,
			struct binding_state *bound)
{
	struct bind_section section;
	struct bind_count count;

	if (bpf_map_lookup_elem(kernel->map[BIND_SECTIONS].fd, &binding, &section) ||
	    bpf_sum(kernel->map[BIND_COUNTERS].fd, section.count, (uint64_t *)&count,
		    sizeof(count) / sizeof(uint64_t)))
		return;
	bound->connections = count.connections;
	bound->datagrams = count.datagrams;
	bound->missed = count.missed;
	bound->others = count.others;
}

/* Is a socket with that cookie in one of the slots of the part? */
static bool has_socket(const struct bind_kernel *kernel, unsigned int slot, uint64_t cookie)
{
	unsigned int i;
	uint64_t there;

	for (i = 0; i < BIND_WIDTH; i++, slot++)
		if (!bpf_map_lookup_elem(kernel->map[BIND_SOCKETS].fd, &slot, &there) &&
		    there == cookie)
			return true;
	return false;
}

static unsigned int entered(const struct bind_kernel *kernel, unsigned int slot)
{
	unsigned int i, nr = 0;
	uint64_t there;

	for (i = 0; i < BIND_WIDTH; i++, slot++)
		nr += !bpf_map_lookup_elem(kernel->map[BIND_SOCKETS].fd, &slot, &there);
	return nr;
}

/* Could the sockets in @missing be entered? */
static void reach(struct listen_group *missing, struct binding_state *bound)
{
	unsigned int i;

	groups_serve(missing, 1, false);
	for (i = 0; i < missing->nr_socket; i++) {
		const struct group_socket *s = &missing->socket[i];

		if (s->pid && !s->reach_err)
			bound->stale = true;
		else if (!bound->reach_err)
			bound->reach_err = s->pid ? s->reach_err : ESRCH;
	}
}

static void sockets_look(const struct bind_kernel *kernel, const struct bind_sockets *sockets,
			 unsigned int binding, struct binding_state *bound)
{
	struct group_socket missed[4 * BIND_WIDTH] = { 0 };
	struct listen_group missing = { .socket = missed };
	const struct bind_socket *found[BIND_WIDTH];
	unsigned int part, i, nr, slot;

	for (part = 0; part < 4; part++) {
		bool udp = part & 1, six = part & 2;

		if (!binding_has(&bound->binding, udp, six))
			continue;
		slot = BIND_SLOT(binding, udp, six);
		bound->sockets += entered(kernel, slot);
		nr = bind_sockets_of(sockets, bound->binding.to, udp, six, found);
		for (i = 0; i < nr; i++)
			if (!has_socket(kernel, slot, found[i]->cookie))
				missed[missing.nr_socket++].inode = found[i]->inode;
	}
	if (missing.nr_socket)
		reach(&missing, bound);
}

/* The bindings of @text, with what the kernel says of each. */
static int bound_read(const struct bind_kernel *kernel, const struct bind_sockets *sockets,
		      const char *text, struct bind_now *now)
{
	struct binding *binding;
	unsigned int i, nr;
	int ret = bindings_parse(text, &binding, &nr);

	if (ret)
		return ret;
	now->bound = calloc(nr + 1, sizeof(*now->bound));
	if (!now->bound) {
		bindings_free(binding, nr);
		return -ENOMEM;
	}
	now->nr_bound = nr;
	for (i = 0; i < nr; i++) {
		now->bound[i].binding = binding[i]; /* handed over */
		counts_read(kernel, i, &now->bound[i]);
		sockets_look(kernel, sockets, i, &now->bound[i]);
	}
	free(binding);
	return 0;
}

static char *value_of(const struct bind_now *now)
{
	struct text t = { 0 };
	unsigned int i;

	for (i = 0; i < now->nr_bound; i++) {
		text_add(&t, "%s", i ? "; " : "");
		binding_text(&now->bound[i].binding, &t);
		if (now->bound[i].stale)
			text_add(&t, BIND_STALE);
	}
	return text_take(&t);
}

static int what_stands(const struct bind_kernel *kernel, const struct bind_sockets *sockets,
		       struct bind_now *now)
{
	char *text = NULL;
	int ret;

	if (kernel->link < 0 || !kernel->known) {
		now->value = strdup(kernel->link < 0 ? KNOB_ABSENT : BIND_FOREIGN);
		return now->value ? 0 : -ENOMEM;
	}
	ret = text_read(kernel, &text);
	if (!ret)
		ret = bound_read(kernel, sockets, text, now);
	free(text);
	if (ret)
		return ret;
	now->value = value_of(now);
	return now->value ? 0 : -ENOMEM;
}

int bind_read(struct bind_now *now, bool listeners, struct err *err)
{
	struct bind_sockets sockets = { 0 };
	struct bind_kernel kernel;
	int ret;

	memset(now, 0, sizeof(*now));
	ret = bind_kernel_open(netns_own(), &kernel, err);
	if (ret)
		return ret;
	if (kernel.link >= 0 || listeners)
		ret = bind_sockets_read(&sockets, err);
	if (!ret) {
		ret = what_stands(&kernel, &sockets, now);
		if (ret)
			(void)err_set(err, ret, "the bindings that stand cannot be read: %s",
				      strerror(-ret));
	}
	if (!ret && listeners) {
		now->endpoint = sockets.endpoint; /* handed over */
		now->nr_endpoint = sockets.nr_endpoint;
		sockets.endpoint = NULL;
	}
	bind_sockets_free(&sockets);
	bind_kernel_close(&kernel);
	if (ret)
		bind_now_free(now);
	return ret;
}

void bind_now_free(struct bind_now *now)
{
	unsigned int i;

	for (i = 0; i < now->nr_bound; i++)
		binding_clear(&now->bound[i].binding);
	free(now->bound);
	free(now->endpoint);
	free(now->value);
	memset(now, 0, sizeof(*now));
}
