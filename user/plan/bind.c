// SPDX-License-Identifier: GPL-2.0
/* Bindings as a step; see bind.h. */
#include "plan/bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bind.h"
#include "base/prefix.h"
#include "base/text.h"
#include "plan/notes.h"

/* "TCP over IPv4" of a part that has no listener; NULL: each has one. */
static const char *part_missing(const struct binding *binding, const struct facts *facts)
{
	static const char *const parts[] = { "TCP over IPv4", "UDP over IPv4", "TCP over IPv6",
					     "UDP over IPv6" };
	unsigned int part;

	for (part = 0; part < 4; part++) {
		bool udp = part & 1, six = part & 2;

		if (binding_has(binding, udp, six) &&
		    endpoint_find(facts->endpoint, facts->nr_endpoint, binding->to, udp, six) < 0)
			return parts[part];
	}
	return NULL;
}

bool bind_waits(const struct policy *policy, const struct facts *facts)
{
	unsigned int i;

	for (i = 0; i < policy->nr_bind && facts->binds_known == IS_YES; i++)
		if (part_missing(&policy->bind[i], facts))
			return true;
	return false;
}

/* Would the kernel give what the binding claims to that listener now? Its address in text. */
static bool shadows(const struct binding *binding, const struct endpoint *endpoint)
{
	const char *colon = strrchr(endpoint->listen, ':');
	bool bracket = endpoint->listen[0] == '[', any;
	char addr[ADDR_LEN];
	struct prefix own, prefix;
	unsigned int i;
	size_t len = colon ? (size_t)(colon - endpoint->listen) : 0;

	if (len <= 2U * bracket)
		return false;
	(void)text_copy(addr, len + 1 - 2 * bracket, endpoint->listen + bracket);
	any = !strcmp(addr, "*") || !strcmp(addr, "0.0.0.0") || !strcmp(addr, "::");
	if (!any && prefix_parse(addr, &own))
		return false;
	for (i = 0; i < binding->nr_prefix; i++) {
		if (prefix_parse(binding->prefix[i], &prefix))
			continue;
		/* of a wildcard's addresses all are certainly claimed by a prefix of all */
		if (any ? !prefix.len &&
				    (prefix.family == AF_INET6 ? endpoint->six :
								 !endpoint->six || endpoint->dual) :
			  prefix_contains(&prefix, &own))
			return true;
	}
	return false;
}

static bool claims_port(const struct binding *binding, const struct endpoint *endpoint)
{
	unsigned int i;

	if (!(binding->protocol == BIND_BOTH || (binding->protocol == BIND_UDP) == endpoint->udp))
		return false;
	for (i = 0; i < binding->nr_ports; i++)
		if (binding->ports[i].from <= endpoint->port &&
		    endpoint->port <= binding->ports[i].to)
			return true;
	return false;
}

/* Whose connections a binding takes, beside those of nobody. */
static void shadows_say(struct work *w, const struct binding *binding)
{
	const struct endpoint *first = NULL;
	unsigned int i, more = 0;
	char others[32] = "";

	for (i = 0; i < w->facts->nr_endpoint; i++) {
		const struct endpoint *endpoint = &w->facts->endpoint[i];

		/* sockets of clients are UDP without a connection as well */
		if (endpoint->udp || !claims_port(binding, endpoint) ||
		    endpoint_takes(endpoint, binding->to, false, false) ||
		    endpoint_takes(endpoint, binding->to, false, true) ||
		    !shadows(binding, endpoint))
			continue;
		more += !!first;
		first = first ? first : endpoint;
	}
	if (!first)
		return;
	if (more)
		(void)snprintf(others, sizeof(others), " and %u more", more);
	note_add(w, "bind %s: it takes new connections to %s%s, which listen%s themselves",
		 binding->name, first->listen, others, more ? "" : "s");
}

static const struct binding_state *bound_of(const struct facts *facts, const char *name)
{
	unsigned int i;

	for (i = 0; i < facts->nr_bound; i++)
		if (!strcmp(facts->bound[i].binding.name, name))
			return &facts->bound[i];
	return NULL;
}

static void binding_say(struct work *w, const struct binding *binding)
{
	const struct binding_state *bound = bound_of(w->facts, binding->name);
	const char *missing = part_missing(binding, w->facts);

	if (missing)
		note_add(w,
			 "bind %s: nobody listens on %s for %s: until somebody does, the "
			 "kernel's own lookup decides",
			 binding->name, binding->to, missing);
	if (bound && bound->reach_err)
		note_add(w,
			 "bind %s: a socket that listens on %s cannot be reached (%s): Yama, a "
			 "security module, a missing CAP_SYS_PTRACE, or of another PID namespace",
			 binding->name, binding->to, strerror(bound->reach_err));
	shadows_say(w, binding);
}

/* Who else looks sockets up here. */
bool bind_is_beside(const struct foreign *foreign)
{
	return !strcmp(foreign->hook, FOREIGN_SK_LOOKUP) && !strcmp(foreign->where, FOREIGN_HERE);
}

static void others_say(struct work *w)
{
	unsigned int i;

	for (i = 0; i < w->facts->nr_foreign; i++) {
		const struct foreign *foreign = &w->facts->foreign[i];

		if (!bind_is_beside(foreign))
			continue;
		note_add(w,
			 "bind: program %u (%s) looks sockets up here as well: all of them run, "
			 "in the order in which they were attached; what one before netlane's "
			 "has chosen stays",
			 foreign->prog, foreign->name);
	}
}

static void step_add(struct work *w, char *before, char *after)
{
	struct plan *plan = w->plan;
	struct step *step;

	if (!work_grow(w, &plan->step, plan->nr_step, &w->step_room, sizeof(*step))) {
		free(before);
		free(after);
		return;
	}
	step = &plan->step[plan->nr_step++];
	memset(step, 0, sizeof(*step));
	step->knob.kind = KNOB_BIND;
	step->before = before;
	step->after = after;
	(void)snprintf(step->why, sizeof(step->why), "%s",
		       strstr(before, BIND_STALE) ?
			       "a listener has sockets that are not known yet" :
		       w->policy->nr_bind ?
			       "each address and port goes to the listener that is named for it" :
			       "no [bind NAME] is in the configuration any more");
}

void bind_build(struct work *w)
{
	const struct facts *facts = w->facts;
	char *before, *after;
	unsigned int i;

	if (facts->binds_known != IS_YES) {
		if (w->policy->nr_bind)
			note_add(w,
				 "bind: what stands of bindings is not known (errno %d): nothing "
				 "is bound",
				 facts->binds_err);
		return;
	}
	for (i = 0; i < w->policy->nr_bind; i++)
		binding_say(w, &w->policy->bind[i]);
	if (w->policy->nr_bind)
		others_say(w);
	before = strdup(facts->bind_value ? facts->bind_value : KNOB_ABSENT);
	after = bindings_text(w->policy->bind, w->policy->nr_bind);
	w->failed |= !before || !after;
	if (w->failed || !strcmp(before, after)) {
		free(before);
		free(after);
		return;
	}
	step_add(w, before, after);
}
