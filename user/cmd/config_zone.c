// SPDX-License-Identifier: GPL-2.0
/*
 * Zones: names for remote networks. The rule: a prefix is in one zone; what is
 * kept is its canonical text, so that two of them compare as strings.
 */
#include "cmd/config_zone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "base/text.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define WORD_LEN 64

static struct zone *zone_of(struct policy *policy, const char *name)
{
	struct zone *zone;
	unsigned int i;

	for (i = 0; i < policy->nr_zone; i++)
		if (!strcmp(policy->zone[i].name, name))
			return &policy->zone[i];
	zone = realloc(policy->zone, (policy->nr_zone + 1) * sizeof(*zone));
	if (!zone)
		return NULL;
	policy->zone = zone;
	zone += policy->nr_zone++;
	memset(zone, 0, sizeof(*zone));
	(void)text_copy(zone->name, sizeof(zone->name), name); /* length checked by the caller */
	return zone;
}

/* The zone that has @prefix, and how many prefixes there are in all. */
static const struct zone *zone_with(const struct policy *policy, const char *prefix,
				    unsigned int *all)
{
	const struct zone *found = NULL;
	unsigned int i, j;

	*all = 0;
	for (i = 0; i < policy->nr_zone; i++) {
		*all += policy->zone[i].nr_prefix;
		for (j = 0; j < policy->zone[i].nr_prefix && !found; j++)
			if (!strcmp(policy->zone[i].prefix[j], prefix))
				found = &policy->zone[i];
	}
	return found;
}

int config_network_parse(const char *word, char text[ADDR_LEN])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct prefix prefix, net;
	char buf[PREFIX_TEXT_LEN];

	if (prefix_parse(word, &prefix))
		return -EINVAL;
	net = prefix;
	prefix_network(&net);
	if (memcmp(net.addr, prefix.addr, sizeof(net.addr)) ||
	    (net.family == AF_INET6 && !memcmp(net.addr, mapped, sizeof(mapped))))
		return -EINVAL;
	return text_copy(text, ADDR_LEN, prefix_text(&net, buf)) ? 0 : -EINVAL;
}

static int prefix_add(struct policy *policy, const char *name, const char *word, struct err *err)
{
	char shown[96], text[ADDR_LEN], (*list)[ADDR_LEN];
	const struct zone *other;
	struct zone *zone;
	unsigned int all;

	text_escape(shown, sizeof(shown), word);
	if (config_network_parse(word, text))
		return err_set(err, -EINVAL,
			       "prefix = '%s': allowed are networks such as 10.0.0.0/8 and "
			       "fd00::/8, with no bit set behind the length, and a comma between "
			       "two",
			       shown);
	other = zone_with(policy, text, &all);
	if (other && strcmp(other->name, name))
		return err_set(err, -EINVAL, "prefix = '%s': it is in [zone %s] already", shown,
			       other->name);
	if (other)
		return 0;
	if (all == CONFIG_PREFIXES_MAX)
		return err_set(err, -EINVAL, "prefix = '%s': allowed are %u in all zones", shown,
			       CONFIG_PREFIXES_MAX);
	zone = zone_of(policy, name);
	list = zone ? realloc(zone->prefix, (zone->nr_prefix + 1) * sizeof(*list)) : NULL;
	if (!list)
		return err_set(err, -ENOMEM, "out of memory");
	zone->prefix = list;
	memcpy(zone->prefix[zone->nr_prefix++], text, sizeof(text));
	return 0;
}

bool config_name_is_good(const char *name, unsigned long len)
{
	return *name && !name[strspn(name, NAME_CHARS)] && strlen(name) < len;
}

int config_zone_take(struct policy *policy, const char *zone, const char *key, const char *value,
		     struct err *err)
{
	char shown[96], word[WORD_LEN];
	size_t len;
	int ret = 0;

	text_escape(shown, sizeof(shown), zone);
	if (!config_name_is_good(zone, sizeof(((struct zone *)0)->name)))
		return err_set(err, -EINVAL,
			       "section '[zone %s]': allowed in a name are letters, digits, '.', "
			       "'_' and '-', 31 at most",
			       shown);
	if (strcmp(key, "prefix")) {
		char unknown[96];

		text_escape(unknown, sizeof(unknown), key);
		return err_set(err, -EINVAL, "unknown key '%s' in [zone %s]; known: prefix",
			       unknown, shown);
	}
	do {
		len = strcspn(value, ",");
		/* one that is too long is cut, and what is left is no prefix, or said as it is */
		(void)text_copy(word, len + 1 < sizeof(word) ? len + 1 : sizeof(word), value);
		ret = prefix_add(policy, zone, text_trim(word), err);
		value += len;
	} while (!ret && *value++ == ',');
	return ret;
}

int config_zones_copy(const struct policy *from, struct policy *to)
{
	unsigned int i;

	to->nr_zone = 0;
	to->zone = calloc(from->nr_zone + 1, sizeof(*to->zone));
	if (!to->zone)
		return -ENOMEM;
	for (i = 0; i < from->nr_zone; i++) {
		struct zone *zone = &to->zone[i];

		*zone = from->zone[i];
		zone->prefix = malloc((zone->nr_prefix + 1) * sizeof(*zone->prefix));
		if (!zone->prefix)
			return -ENOMEM;
		to->nr_zone = i + 1;
		memcpy(zone->prefix, from->zone[i].prefix, zone->nr_prefix * sizeof(*zone->prefix));
	}
	return 0;
}

void config_zones_free(struct policy *policy)
{
	while (policy->nr_zone)
		free(policy->zone[--policy->nr_zone].prefix);
	free(policy->zone);
	policy->zone = NULL;
}
