// SPDX-License-Identifier: GPL-2.0
/* The keys of [drain]; see config_drain.h. The rule: a value is taken whole or refused. */
#include "cmd/config_drain.h"

#include <errno.h>
#include <string.h>

#include "base/names.h"
#include "base/portset.h"
#include "base/text.h"
#include "cmd/config_steer.h"

static int ports_parse(struct drain_policy *drain, const char *value)
{
	struct portset ports;

	return portset_parse(value, &ports) ||
			       !text_copy(drain->ports, sizeof(drain->ports), value) ?
		       -EINVAL :
		       0;
}

static int by_parse(struct drain_policy *drain, const char *value)
{
	drain->drops = !strcmp(value, "drop");
	return drain->drops || !strcmp(value, "refuse") ? 0 : -EINVAL;
}

static int grace_parse(struct drain_policy *drain, const char *value)
{
	drain->grace_s = 0;
	return strcmp(value, "0") ? text_seconds(value, &drain->grace_s) : 0;
}

static int deadline_parse(struct drain_policy *drain, const char *value)
{
	drain->deadline_s = 0;
	return strcmp(value, "none") ? text_seconds(value, &drain->deadline_s) : 0;
}

static int then_parse(struct drain_policy *drain, const char *value)
{
	drain->then_reset = !strcmp(value, "reset");
	return drain->then_reset || !strcmp(value, "leave") ? 0 : -EINVAL;
}

static int path_parse(struct drain_policy *drain, const char *value)
{
	return *value != '/' || !text_copy(drain->health_file, sizeof(drain->health_file), value) ?
		       -EINVAL :
		       0;
}

static int listen_parse(struct drain_policy *drain, const char *value)
{
	unsigned int port;

	return config_listen_parse(value, drain->health_listen, &port) || !drain->health_listen[0] ?
		       -EINVAL :
		       0;
}

static int on_start_parse(struct drain_policy *drain, const char *value)
{
	return text_copy(drain->on_start, sizeof(drain->on_start), value) ? 0 : -EINVAL;
}

static int on_end_parse(struct drain_policy *drain, const char *value)
{
	return text_copy(drain->on_end, sizeof(drain->on_end), value) ? 0 : -EINVAL;
}

static int on_spot_parse(struct drain_policy *drain, const char *value)
{
	int on_spot = name_find(on_spot_names, value);

	if (on_spot < 0)
		return -EINVAL;
	drain->on_spot = (enum on_spot)on_spot;
	return 0;
}

static const struct {
	const char *name;
	const char *allowed;
	int (*parse)(struct drain_policy *drain, const char *value);
} keys[] = {
	{ "ports", "ports and ranges of ports such as 80,443,8000-8100", ports_parse },
	{ "by", "refuse or drop", by_parse },
	{ "grace", "a time such as 30, 90s or 2m, or 0", grace_parse },
	{ "deadline", "a time such as 30, 90s or 2m, or none", deadline_parse },
	{ "then", "leave or reset", then_parse },
	{ "health_file", "a path from / on, 127 characters at most", path_parse },
	{ "health_listen", "an address and a port such as 0.0.0.0:9181 or [::]:9181",
	  listen_parse },
	{ "on_start", "a command for sh, 255 characters at most", on_start_parse },
	{ "on_end", "a command for sh, 255 characters at most", on_end_parse },
	{ "on_spot", "ignore, tell or drain", on_spot_parse },
};
#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

int config_drain_take(struct drain_policy *drain, const char *key, const char *value,
		      struct err *err)
{
	struct text known = { 0 };
	char shown[96];
	unsigned int i;
	int ret;

	for (i = 0; i < NR_KEYS && strcmp(key, keys[i].name); i++)
		;
	text_escape(shown, sizeof(shown), i < NR_KEYS ? value : key);
	if (i < NR_KEYS)
		return keys[i].parse(drain, value) ?
			       err_set(err, -EINVAL, "%s = '%s': allowed is %s", key, shown,
				       keys[i].allowed) :
			       0;
	for (i = 0; i < NR_KEYS; i++)
		text_add(&known, "%s%s", i ? ", " : "", keys[i].name);
	ret = err_set(err, -EINVAL, "unknown key '%s' in [drain]; known: %s", shown,
		      known.s ? known.s : "");
	text_free(&known);
	return ret;
}
