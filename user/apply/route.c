// SPDX-License-Identifier: GPL-2.0
/*
 * Routes in a table of ours, and the rules that lead there. The rule: a route
 * or rule without our protocol number is somebody else's, whatever it says: it
 * is told, and neither replaced nor removed.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "apply/knobs.h"
#include "base/fib.h"
#include "base/nicdev.h"
#include "base/text.h"

/* What stands where a knob is, while it is looked for. */
struct found {
	const struct prefix *at;
	unsigned int table;
	unsigned int oif;
	bool any; /* ours, or somebody's that is in its place */
	bool ours;
	struct fib_route route;
	struct fib_rule rule;
};

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->len == b->len &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static int target_parse(const char *root, const struct knob *knob, struct prefix *to,
			struct err *err)
{
	if (root && strcmp(root, "/"))
		return err_set(err, -ENOTSUP, "routes are those of the running node");
	if (prefix_parse(knob->addr, to))
		return err_set(err, -EINVAL, "'%s' is no address", knob->addr);
	return 0;
}

/* ------------------------------------------------------------- routes */

static int route_take(void *arg, const struct fib_route *r)
{
	bool ours = r->proto == FIB_PROTO;
	struct found *found = arg;

	if (r->cached || r->table != found->table || !same_prefix(&r->to, found->at) ||
	    (ours && r->oif != found->oif) || found->ours)
		return 0;
	found->any = true;
	found->ours = ours;
	found->route = *r;
	return 0;
}

/* A NIC that is gone has taken its routes along: then there is nothing to find. */
static int route_find(const char *root, const struct knob *knob, const struct prefix *to,
		      struct found *found, struct err *err)
{
	char ifname[IFNAME_LEN];
	int ret;

	memset(found, 0, sizeof(*found));
	found->at = to;
	found->table = knob->table;
	if (knob->bus[0] || knob->mac[0]) {
		ret = nicdev_find(root, knob->bus, knob->mac, ifname, err);
		if (ret == -ENODEV || ret == -EXDEV)
			return -ENODEV;
		if (ret)
			return ret;
		found->oif = if_nametoindex(ifname);
		if (!found->oif)
			return -ENODEV;
	}
	ret = fib_routes(to->family, route_take, found);
	return ret ? err_set(err, ret, "the routes cannot be read: %s", strerror(-ret)) : 0;
}

static int route_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		      struct err *err)
{
	struct err why = { 0 };
	struct found found;
	struct prefix to;
	int ret = target_parse(root, knob, &to, err);

	if (ret)
		return ret;
	ret = route_find(root, knob, &to, &found, &why);
	if (ret == -ENODEV)
		return knob_value(value, KNOB_ABSENT, err);
	if (ret)
		return err_set(err, ret, "%s", why.text);
	return knob_value(value, found.any ? found.route.text : KNOB_ABSENT, err);
}

static int route_write(const char *root, const struct knob *knob, const char *ifname,
		       const char *value, struct err *err)
{
	struct found found;
	struct prefix to;
	int ret = target_parse(root, knob, &to, err);

	if (!ret)
		ret = route_find(root, knob, &to, &found, err);
	if (ret == -ENODEV && !strcmp(value, KNOB_ABSENT))
		return 0;
	if (ret)
		return ret;
	if (found.ours)
		ret = fib_route_del(&found.route);
	if (ret && ret != -ESRCH)
		return err_set(err, ret, "removing '%s': %s", found.route.text, strerror(-ret));
	if (!strcmp(value, KNOB_ABSENT))
		return 0;
	found.route = (struct fib_route){ .table = knob->table, .to = to, .oif = found.oif };
	(void)text_copy(found.route.text, sizeof(found.route.text), value);
	ret = fib_route_add(&found.route);
	return ret ? err_set(err, ret, "adding '%.60s': %s", value, strerror(-ret)) : 0;
}

const struct knob_ops route_ops = {
	.read = route_read,
	.write = route_write,
};

/* ------------------------------------------------------------- rules */

static int rule_take(void *arg, const struct fib_rule *r)
{
	struct found *found = arg;

	if (r->proto != FIB_PROTO || !same_prefix(&r->from, found->at) || found->ours)
		return 0;
	found->ours = true;
	found->rule = *r;
	return 0;
}

static int rule_find(const struct prefix *from, struct found *found, struct err *err)
{
	int ret;

	memset(found, 0, sizeof(*found));
	found->at = from;
	ret = fib_rules(from->family, rule_take, found);
	return ret ? err_set(err, ret, "the rules cannot be read: %s", strerror(-ret)) : 0;
}

static int rule_read(const char *root, const struct knob *knob, const char *ifname, char **value,
		     struct err *err)
{
	struct found found;
	struct prefix from;
	int ret = target_parse(root, knob, &from, err);

	if (!ret)
		ret = rule_find(&from, &found, err);
	if (ret)
		return ret;
	return knob_value(value, found.ours ? found.rule.text : KNOB_ABSENT, err);
}

/* The new one first, so that the address is never without a rule. */
static int rule_write(const char *root, const struct knob *knob, const char *ifname,
		      const char *value, struct err *err)
{
	struct fib_rule wanted = { 0 };
	struct found found;
	struct prefix from;
	int ret = target_parse(root, knob, &from, err);

	if (!ret)
		ret = rule_find(&from, &found, err);
	if (ret)
		return ret;
	if (strcmp(value, KNOB_ABSENT)) {
		wanted.from = from;
		ret = fib_rule_parse(value, &wanted);
		if (!ret)
			ret = fib_rule_add(&wanted);
		if (ret)
			return err_set(err, ret, "adding '%.60s': %s", value, strerror(-ret));
	}
	if (!found.ours)
		return 0;
	if (!found.rule.plain)
		return err_set(err, -EPERM, "'%.60s' is not as netlane makes them",
			       found.rule.text);
	ret = fib_rule_del(&found.rule);
	return ret ? err_set(err, ret, "removing '%s': %s", found.rule.text, strerror(-ret)) : 0;
}

const struct knob_ops rule_ops = {
	.read = rule_read,
	.write = rule_write,
};
