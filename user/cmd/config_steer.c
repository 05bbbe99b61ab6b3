// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners are steered. The rule: what is kept is the canonical text, as
 * the groups of the node are named, so that the two compare as strings.
 */
#include "cmd/config_steer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/netns.h"
#include "base/prefix.h"
#include "base/text.h"
#include "cmd/config_zone.h"

static struct steer_policy *steer_of(struct policy *policy, const char *name)
{
	struct steer_policy *steer;
	unsigned int i;

	for (i = 0; i < policy->nr_steer; i++)
		if (!strcmp(policy->steer[i].name, name))
			return &policy->steer[i];
	if (policy->nr_steer == CONFIG_STEERS_MAX)
		return NULL;
	steer = realloc(policy->steer, (policy->nr_steer + 1) * sizeof(*steer));
	if (!steer)
		return NULL;
	policy->steer = steer;
	steer += policy->nr_steer++;
	memset(steer, 0, sizeof(*steer));
	(void)text_copy(steer->name, sizeof(steer->name), name); /* length checked by the caller */
	return steer;
}

/* "*" before the port: every IPv6 and IPv4 address, by one socket, as ss writes it. */
static int address_parse(const char *addr, char text[PREFIX_TEXT_LEN])
{
	size_t len = strlen(addr);
	char bare[PREFIX_TEXT_LEN];
	struct prefix prefix;
	bool six = len > 2 && addr[0] == '[' && addr[len - 1] == ']';

	if (!strcmp(addr, "*")) {
		(void)text_copy(text, PREFIX_TEXT_LEN, "*");
		return 0;
	}
	if (!text_copy(bare, sizeof(bare), six ? addr + 1 : addr))
		return -EINVAL;
	if (six)
		bare[len - 2] = '\0';
	if (strchr(bare, '/') || prefix_parse(bare, &prefix) || six != (prefix.family == AF_INET6))
		return -EINVAL;
	(void)snprintf(text, PREFIX_TEXT_LEN, six ? "[%.39s]" : "%.39s",
		       prefix_addr_text(&prefix, bare));
	return 0;
}

int config_listen_parse(const char *value, char listen[ADDR_LEN], unsigned int *port)
{
	const char *colon = strrchr(value, ':');
	char addr[PREFIX_TEXT_LEN], text[PREFIX_TEXT_LEN];
	unsigned long number;

	if (text_uint(colon ? colon + 1 : value, 1, 65535, &number))
		return -EINVAL;
	*port = (unsigned int)number;
	listen[0] = '\0';
	if (!colon)
		return 0;
	if (colon == value || (size_t)(colon - value) >= sizeof(addr))
		return -EINVAL;
	(void)text_copy(addr, (size_t)(colon - value) + 1, value);
	if (address_parse(addr, text))
		return -EINVAL;
	(void)snprintf(listen, ADDR_LEN, "%.44s:%lu", text, number);
	return 0;
}

static int take_listen(struct steer_policy *steer, const char *value)
{
	return config_listen_parse(value, steer->listen, &steer->port);
}

static int take_by(struct steer_policy *steer, const char *value)
{
	int way = name_find(steer_way_names, value);

	if (way < 0)
		return -EINVAL;
	steer->way = (enum steer_way)way;
	return 0;
}

static int take_spill(struct steer_policy *steer, const char *value)
{
	unsigned long n = 0;

	if (strcmp(value, "off") && text_uint(value, 1, 100, &n))
		return -EINVAL;
	steer->spill_said = true;
	steer->spill = (unsigned int)n;
	return 0;
}

static int take_pin(struct steer_policy *steer, const char *value)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return -EINVAL;
	steer->pin = !strcmp(value, "yes");
	return 0;
}

/* As ip netns names it where it does, so that one namespace is one text. */
static int take_netns(struct steer_policy *steer, const char *value)
{
	static const char *const dirs[] = { NETNS_NAMES, "/var" NETNS_NAMES };
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (!strncmp(value, dirs[i], strlen(dirs[i])))
			value += strlen(dirs[i]);
	if (value[0] != '/' && !config_name_is_good(value, sizeof(steer->netns)))
		return -EINVAL;
	return text_copy(steer->netns, sizeof(steer->netns), value) ? 0 : -EINVAL;
}

static int take_protocol(struct steer_policy *steer, const char *value)
{
	if (strcmp(value, "tcp") && strcmp(value, "udp"))
		return -EINVAL;
	steer->udp = !strcmp(value, "udp");
	return 0;
}

static int take_udp(struct steer_policy *steer, const char *value)
{
	if (strcmp(value, "stateless"))
		return -EINVAL;
	steer->stateless = true;
	return 0;
}

static const struct steer_key {
	const char *name;
	int (*take)(struct steer_policy *steer, const char *value);
	const char *allowed;
} keys[] = {
	{ "listen", take_listen,
	  "is a port, such as 80, or an address and a port as ss -lnt shows them, such as "
	  "10.0.0.1:80, 0.0.0.0:80, [::]:80 or *:80" },
	{ "by", take_by, "are auto, incoming-cpu and program" },
	{ "spill", take_spill, "are off, and 1 to 100 percent of a listening socket's backlog" },
	{ "pin", take_pin, "is yes or no" },
	{ "protocol", take_protocol, "is tcp or udp" },
	{ "udp", take_udp, "is stateless, where any worker may get any datagram" },
	{ "netns", take_netns,
	  "is a name of ip netns, such as web, or a path, such as /proc/812/ns/net, of 63 "
	  "characters at most" },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

static int unknown_key(const char *key, const char *section, struct err *err)
{
	struct text known = { 0 };
	char shown[96];
	unsigned int i;

	for (i = 0; i < NR_KEYS; i++)
		text_add(&known, "%s%s", i ? ", " : "", keys[i].name);
	text_escape(shown, sizeof(shown), key);
	(void)err_set(err, -EINVAL, "unknown key '%s' in [steer %s]; known: %s", shown, section,
		      known.s ? known.s : "");
	text_free(&known);
	return -EINVAL;
}

static const struct steer_key *key_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_KEYS; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

int config_steer_key(struct steer_policy *steer, const char *key, const char *value,
		     struct err *err)
{
	const struct steer_key *known = key_find(key);
	char shown[96];

	if (!known)
		return unknown_key(key, steer->name, err);
	if (!known->take(steer, value))
		return 0;
	text_escape(shown, sizeof(shown), value);
	return err_set(err, -EINVAL, "%s = '%s': allowed %s", key, shown, known->allowed);
}

int config_steer_take(struct policy *policy, const char *name, const char *key, const char *value,
		      struct err *err)
{
	struct steer_policy tried = { 0 }, *kept;
	char shown[96];
	int ret;

	text_escape(shown, sizeof(shown), name);
	if (!config_name_is_good(name, sizeof(tried.name)))
		return err_set(err, -EINVAL,
			       "section '[steer %s]': allowed in a name are letters, digits, '.', "
			       "'_' and '-', 31 at most",
			       shown);
	if (!key_find(key))
		return unknown_key(key, shown, err);
	ret = config_steer_key(&tried, key, value, err); /* before there is a section to hold it */
	if (ret)
		return ret;
	kept = steer_of(policy, name);
	if (!kept && policy->nr_steer == CONFIG_STEERS_MAX)
		return err_set(err, -EINVAL, "[steer %s]: allowed are %u of them", shown,
			       CONFIG_STEERS_MAX);
	if (!kept)
		return err_set(err, -ENOMEM, "out of memory");
	return config_steer_key(kept, key, value, err);
}

int config_steer_check(const struct steer_policy *steer, struct err *err)
{
	if (!steer->port)
		return err_set(err, -EINVAL, "no listen, such as listen = 80");
	if (steer->way == STEER_INCOMING_CPU && steer->spill)
		return err_set(err, -EINVAL,
			       "by = incoming-cpu, which cannot spill: allowed are spill = off, "
			       "and by = auto or program");
	if (steer->udp && !steer->stateless)
		return err_set(
			err, -EINVAL,
			"protocol = udp without udp = stateless: datagrams of one flow come "
			"to another worker when steering begins or ends, or the flow changes "
			"CPUs, so only servers that keep nothing of a flow (DNS, not QUIC) "
			"are steered");
	if (!steer->udp && steer->stateless)
		return err_set(err, -EINVAL, "udp = stateless without protocol = udp");
	if (steer->udp && steer->spill)
		return err_set(err, -EINVAL,
			       "spill with protocol = udp, whose sockets have no backlog: allowed "
			       "is spill = off");
	return 0;
}

bool config_steer_has(const struct steer_policy *steer, const struct steer_policy *of)
{
	return steer->port == of->port && steer->udp == of->udp &&
	       !strcmp(steer->netns, of->netns) &&
	       (!steer->listen[0] || !strcmp(steer->listen, of->listen));
}

int config_steers_check(const struct policy *policy, const char *file, struct err *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < policy->nr_steer; i++) {
		ret = config_steer_check(&policy->steer[i], err);
		if (ret)
			return err_prefix(err, "%s: [steer %s] has ", file, policy->steer[i].name),
			       ret;
	}
	return 0;
}

int config_steers_copy(const struct policy *from, struct policy *to)
{
	to->nr_steer = 0;
	to->steer = calloc(from->nr_steer + 1, sizeof(*to->steer));
	if (!to->steer)
		return -ENOMEM;
	for (; to->nr_steer < from->nr_steer; to->nr_steer++)
		to->steer[to->nr_steer] = from->steer[to->nr_steer];
	return 0;
}
