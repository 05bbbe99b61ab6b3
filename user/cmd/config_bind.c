// SPDX-License-Identifier: GPL-2.0
/*
 * Which addresses and ports go to which listener. The rule: what is kept is in its
 * canonical order, so that the same bindings are the same text however they are
 * written down.
 */
#include "cmd/config_bind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bind_table.h"
#include "base/bindings.h"
#include "base/names.h"
#include "base/prefix.h"
#include "base/text.h"
#include "bpf/abi_lookup.h"
#include "cmd/config_steer.h"
#include "cmd/config_zone.h"

static struct binding *bind_of(struct policy *policy, const char *name, struct err *err)
{
	struct binding *bind;
	unsigned int i;

	for (i = 0; i < policy->nr_bind; i++)
		if (!strcmp(policy->bind[i].name, name))
			return &policy->bind[i];
	if (policy->nr_bind == BIND_MAX) {
		(void)err_set(err, -EINVAL, "[bind %s]: allowed are %u of them", name, BIND_MAX);
		return NULL;
	}
	bind = realloc(policy->bind, (policy->nr_bind + 1) * sizeof(*bind));
	if (!bind) {
		(void)err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	policy->bind = bind;
	bind += policy->nr_bind++;
	memset(bind, 0, sizeof(*bind));
	(void)text_copy(bind->name, sizeof(bind->name), name); /* length checked by the caller */
	return bind;
}

static unsigned int prefixes_of_all(const struct policy *policy)
{
	unsigned int i, nr = 0;

	for (i = 0; i < policy->nr_bind; i++)
		nr += policy->bind[i].nr_prefix;
	return nr;
}

/* Kept ascending, each once. */
static int prefix_put(struct binding *bind, const char *text)
{
	char(*more)[ADDR_LEN];
	unsigned int i;

	for (i = 0; i < bind->nr_prefix && strcmp(bind->prefix[i], text) < 0; i++)
		;
	if (i < bind->nr_prefix && !strcmp(bind->prefix[i], text))
		return 0;
	more = realloc(bind->prefix, (bind->nr_prefix + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	bind->prefix = more;
	memmove(&more[i + 1], &more[i], (bind->nr_prefix++ - i) * sizeof(*more));
	(void)text_copy(more[i], sizeof(*more), text); /* same sizes */
	return 0;
}

static int prefixes_take(struct policy *policy, struct binding *bind, const char *value,
			 struct err *err)
{
	char word[64], shown[96], text[ADDR_LEN];
	size_t len;

	do {
		len = strcspn(value, ",");
		/* one that is too long is cut, and what is left is no prefix, or said as it is */
		(void)text_copy(word, len + 1 < sizeof(word) ? len + 1 : sizeof(word), value);
		text_escape(shown, sizeof(shown), text_trim(word));
		if (config_network_parse(text_trim(word), text))
			return err_set(err, -EINVAL,
				       "prefix = '%s': allowed are networks and addresses such as "
				       "10.0.0.0/8 and fd00::1, with no bit set behind the length, "
				       "and a comma between two; 0.0.0.0/0 and ::/0 are all",
				       shown);
		if (prefixes_of_all(policy) == BIND_PREFIXES_MAX)
			return err_set(err, -EINVAL, "prefix = '%s': allowed are %u in all [bind]s",
				       shown, BIND_PREFIXES_MAX);
		if (prefix_put(bind, text))
			return err_set(err, -ENOMEM, "out of memory");
		value += len;
	} while (*value++ == ',');
	return 0;
}

/* The last word wins, as with every key that is one value. */
static int ports_take(struct binding *bind, const char *value, const char *shown, struct err *err)
{
	struct port_range *ports;
	unsigned int nr;
	int ret = port_ranges_parse(value, &ports, &nr);

	if (ret == -ENOMEM)
		return err_set(err, ret, "out of memory");
	if (ret)
		return err_set(
			err, ret,
			"ports = '%s': allowed are ports from 1 to 65535 and ranges of them, "
			"such as 80, 8000-8999, with a comma between two, or any",
			shown);
	free(bind->ports);
	bind->ports = ports;
	bind->nr_ports = nr;
	return 0;
}

static int protocol_take(struct binding *bind, const char *value, const char *shown,
			 struct err *err)
{
	int protocol = name_find(bind_protocol_names, value);

	if (protocol < 0)
		return err_set(err, -EINVAL, "protocol = '%s': allowed are tcp, udp and both",
			       shown);
	bind->protocol = (enum bind_protocol)protocol;
	return 0;
}

static int to_take(struct binding *bind, const char *value, const char *shown, struct err *err)
{
	char listen[ADDR_LEN];
	unsigned int port;

	if (config_listen_parse(value, listen, &port))
		return err_set(
			err, -EINVAL,
			"to = '%s': allowed is a port, such as 80, or an address and a port "
			"as ss -lntu shows them, such as 10.0.0.1:80, 0.0.0.0:80, [::]:80 or "
			"*:80",
			shown);
	if (listen[0])
		memcpy(bind->to, listen, sizeof(bind->to));
	else
		(void)snprintf(bind->to, sizeof(bind->to), "%u", port);
	return 0;
}

int config_bind_take(struct policy *policy, const char *name, const char *key, const char *value,
		     struct err *err)
{
	static const char *const keys[] = { "prefix", "ports", "protocol", "to", NULL };
	char section[96], shown[96];
	struct binding *bind;
	int at = name_find(keys, key);

	text_escape(section, sizeof(section), name);
	if (!config_name_is_good(name, sizeof(bind->name)))
		return err_set(err, -EINVAL,
			       "section '[bind %s]': allowed in a name are letters, digits, '.', "
			       "'_' and '-', 31 at most",
			       section);
	text_escape(shown, sizeof(shown), at < 0 ? key : value);
	if (at < 0)
		return err_set(err, -EINVAL,
			       "unknown key '%s' in [bind %s]; known: prefix, ports, protocol, to",
			       shown, section);
	bind = bind_of(policy, name, err);
	if (!bind)
		return policy->nr_bind == BIND_MAX ? -EINVAL : -ENOMEM;
	switch (at) {
	case 0:
		return prefixes_take(policy, bind, value, err);
	case 1:
		return ports_take(bind, value, shown, err);
	case 2:
		return protocol_take(bind, value, shown, err);
	default:
		return to_take(bind, value, shown, err);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct binding *)a)->name, ((const struct binding *)b)->name);
}

static const char *what_lacks(const struct binding *bind)
{
	if (!bind->nr_prefix)
		return "prefix, such as prefix = 10.0.0.0/24";
	if (!bind->nr_ports)
		return "ports, such as ports = 80, 8000-8999 or ports = any";
	return bind->to[0] ? NULL : "to, such as to = 80";
}

int config_binds_check(struct policy *policy, const char *file, struct err *err)
{
	unsigned int i, j;
	char what[128];

	if (policy->nr_bind)
		qsort(policy->bind, policy->nr_bind, sizeof(*policy->bind), by_name);
	for (i = 0; i < policy->nr_bind; i++) {
		const char *lacks = what_lacks(&policy->bind[i]);

		if (lacks)
			return err_set(err, -EINVAL, "%s: [bind %s] has no %s", file,
				       policy->bind[i].name, lacks);
		for (j = 0; j < i; j++)
			if (bindings_clash(&policy->bind[j], &policy->bind[i], what, sizeof(what)))
				return err_set(
					err, -EINVAL,
					"%s: [bind %s] and [bind %s] both claim %s, and "
					"neither is the narrower: allowed is one of them, or "
					"a longer prefix or a narrower range in one",
					file, policy->bind[j].name, policy->bind[i].name, what);
	}
	return 0;
}

int config_binds_copy(const struct policy *from, struct policy *to)
{
	unsigned int i;

	to->nr_bind = 0;
	to->bind = calloc(from->nr_bind + 1, sizeof(*to->bind));
	if (!to->bind)
		return -ENOMEM;
	for (i = 0; i < from->nr_bind; i++) {
		to->nr_bind = i + 1;
		if (binding_copy(&from->bind[i], &to->bind[i]))
			return -ENOMEM;
	}
	return 0;
}

void config_binds_free(struct policy *policy)
{
	bindings_free(policy->bind, policy->nr_bind);
	policy->bind = NULL;
	policy->nr_bind = 0;
}
