// SPDX-License-Identifier: GPL-2.0
/*
 * The facts as JSON, out and in. The rule: a key is the member's name, and
 * what is not in a table here does not exist outside the process.
 */
#include "base/fields.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>

#include "base/bind.h"
#include "base/files.h"
#include "base/groups.h"
#include "base/names.h"
#include "facts/facts.h"
#include "facts/gather.h"

#define FACTS_VERSION 1
#define VERSION_KEY "netlane_facts"
/* A node of 2048 CPUs and 200 NICs is some 5 MB. */
#define FACTS_FILE_MAX_BYTES (64UL << 20)

static const struct field node_fields[] = {
	F_STR(node, taken),
	F_STR(node, hostname),
	F_STR(node, kernel),
	F_STR(node, arch),
	F_STR(node, boot_id),
	F_STR(node, machine_id),
	F_STR(node, product),
	F_STR(node, instance_type),
	F_STR(node, instance_type_from),
	F_STR(node, instance_id),
	F_STR(node, cmdline_off),
	F_U64(node, mem_bytes),
	F_END,
};

static const struct field cpu_fields[] = {
	F_UINT(cpu, id),  F_INT(cpu, node),    F_INT(cpu, package),
	F_INT(cpu, core), F_UINT(cpu, thread), F_END,
};

static const struct field cpus_fields[] = {
	F_CPUS(cpus, possible),
	F_CPUS(cpus, online),
	F_CPUS(cpus, isolated),
	F_CPUS(cpus, nohz_full),
	F_LIST(cpus, cpu, nr_cpu, cpu_fields),
	F_END,
};

static const struct field irq_fields[] = {
	F_INT(irq, number), F_CPUS(irq, affinity), F_CPUS(irq, effective), F_U64(irq, count), F_END,
};

static const struct field queue_fields[] = {
	F_UINT(queue, index),
	F_OBJECT(queue, in, irq_fields),
	F_OBJECT(queue, out, irq_fields),
	F_BOOL(queue, has_xps),
	F_CPUS(queue, xps),
	F_BOOL(queue, has_xps_rxqs),
	F_CPUS(queue, xps_rxqs),
	F_BOOL(queue, has_rps),
	F_CPUS(queue, rps),
	F_UINT(queue, rps_flow_cnt),
	F_END,
};

static const struct field channels_fields[] = {
	F_ENUM(channels, known, tri_names),
	F_INT(channels, err),
	F_UINT(channels, max),
	F_UINT(channels, now),
	F_END,
};

static const struct field rss_fields[] = {
	F_ENUM(rss, offered, tri_names),
	F_INT(rss, err),
	F_UINTS(rss, table, nr_table),
	F_END,
};

static const struct field address_fields[] = { F_STR(address, ip), F_UINT(address, prefix), F_END };

const struct field eni_fields[] = {
	F_ENUM(eni, known, tri_names),
	F_INT(eni, err),
	F_STR(eni, gateway),
	F_STR(eni, gateway6),
	F_STR(eni, cidr),
	F_STR(eni, cidr6),
	F_LINES(eni, ip, nr_ip),
	F_END,
};

static const struct field rule_fields[] = {
	F_STR(source_rule, from),
	F_STR(source_rule, value),
	F_UINT(source_rule, table),
	F_BOOL(source_rule, ours),
	F_END,
};

static const struct field route_fields[] = {
	F_UINT(own_route, table),
	F_STR(own_route, to),
	F_STR(own_route, ifname),
	F_STR(own_route, value),
	F_END,
};

static const struct field routing_fields[] = {
	F_ENUM(routing, known, tri_names),
	F_INT(routing, err),
	F_STR(routing, proto_taken),
	F_LIST(routing, rule, nr_rule, rule_fields),
	F_LIST(routing, route, nr_route, route_fields),
	F_UINTS(routing, table, nr_table),
	F_LINES(routing, local, nr_local),
	F_END,
};

static const struct field nic_fields[] = {
	F_STR(nic, ifname),
	F_UINT(nic, ifindex),
	F_STR(nic, bus),
	F_STR(nic, mac),
	F_STR(nic, driver),
	F_BOOL(nic, up),
	F_UINT(nic, mtu),
	F_INT(nic, node),
	F_STR(nic, features),
	F_STR(nic, master),
	F_STR(nic, upper),
	F_STR(nic, owner),
	F_BOOL(nic, default_route),
	F_BOOL(nic, main_default),
	F_BOOL(nic, metadata_route),
	F_BOOL(nic, login),
	F_ENUM(nic, nm_managed, tri_names),
	F_UINT(nic, lease_s),
	F_STR(nic, qdisc),
	F_UINT(nic, xdp_prog),
	F_OBJECT(nic, channels, channels_fields),
	F_ENUM(nic, vectors, vectors_names),
	F_OBJECT(nic, rss, rss_fields),
	F_LIST(nic, queue, nr_queue, queue_fields),
	F_LIST(nic, addr, nr_addr, address_fields),
	F_OBJECT(nic, eni, eni_fields),
	F_END,
};

static const struct field owner_fields[] = {
	F_STR(owner, name),
	F_ENUM(owner, active, tri_names),
	F_STR(owner, evidence),
	F_STR(owner, touches),
	F_END,
};

static const struct field nm_entry_fields[] = {
	F_STR(nm_entry, mac),
	F_STR(nm_entry, ifname),
	F_STR(nm_entry, value),
	F_END,
};

static const struct field cap_fields[] = {
	F_STR(cap, name), F_ENUM(cap, is, tri_names), F_INT(cap, err), F_STR(cap, note), F_END,
};

static const struct field foreign_fields[] = {
	F_STR(foreign, hook),
	F_STR(foreign, where),
	F_UINT(foreign, prog),
	F_STR(foreign, name),
	F_END,
};

static const struct field sysctl_fields[] = {
	F_STR(sysctl, name),
	F_STR(sysctl, value),
	F_INT(sysctl, err),
	F_END,
};

const struct field facts_fields[] = {
	F_OBJECT(facts, node, node_fields),
	F_OBJECT(facts, cpus, cpus_fields),
	F_LIST(facts, nic, nr_nic, nic_fields),
	F_LIST(facts, owner, nr_owner, owner_fields),
	F_LIST(facts, cap, nr_cap, cap_fields),
	F_LIST(facts, foreign, nr_foreign, foreign_fields),
	F_OBJECT(facts, routing, routing_fields),
	F_LIST(facts, sysctl, nr_sysctl, sysctl_fields),
	F_ENUM(facts, nm_folder, tri_names),
	F_LIST(facts, nm_entry, nr_nm_entry, nm_entry_fields),
	F_ENUM(facts, groups_known, tri_names),
	F_INT(facts, groups_err),
	F_ENUM(facts, groups_heed_cpu, tri_names),
	F_ENUM(facts, groups_heed_cpu_udp, tri_names),
	F_LIST(facts, group, nr_group, group_fields),
	F_LIST(facts, netns, nr_netns, named_netns_fields),
	F_ENUM(facts, binds_known, tri_names),
	F_INT(facts, binds_err),
	F_HEAP(facts, bind_value),
	F_LIST(facts, bound, nr_bound, bound_fields),
	F_LIST(facts, endpoint, nr_endpoint, endpoint_fields),
	F_HEAP(facts, irqbalance_banned),
	F_END,
};

struct json_object *facts_to_json(const struct facts *facts)
{
	struct json_object *all = json_object_new_object();
	struct json_object *body = fields_to_json(facts_fields, facts);
	bool ok = all && body &&
		  !json_object_object_add(all, VERSION_KEY, json_object_new_int(FACTS_VERSION));

	if (ok) {
		json_object_object_foreach(body, key, value)
			ok = ok && !json_object_object_add(all, key, json_object_get(value));
	}
	json_object_put(body);
	if (ok)
		return all;
	json_object_put(all);
	return NULL;
}

static int version_check(struct json_object *json, struct err *err)
{
	struct json_object *version;

	if (!json_object_is_type(json, json_type_object) ||
	    !json_object_object_get_ex(json, VERSION_KEY, &version))
		return err_set(err, -EINVAL,
			       "no key \"" VERSION_KEY
			       "\": this is not what `netlane facts --json` writes");
	if (!json_object_is_type(version, json_type_int) || json_object_get_int64(version) < 1)
		return err_set(err, -EINVAL, VERSION_KEY ": %s is not a version; %d is allowed",
			       json_object_to_json_string(version), FACTS_VERSION);
	if (json_object_get_int64(version) > FACTS_VERSION)
		return err_set(err, -EPROTO,
			       VERSION_KEY
			       ": version %lld is from a newer netlane; this one reads up to %d",
			       (long long)json_object_get_int64(version), FACTS_VERSION);
	return 0;
}

static int stdin_slurp(struct text *t)
{
	char buf[8192];
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf, sizeof(buf) - 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf[n] = 0;
		text_add(t, "%s", buf);
		if (t->len > FACTS_FILE_MAX_BYTES)
			return -EFBIG;
	}
	return t->failed ? -ENOMEM : 0;
}

static int json_parse(const struct text *t, struct json_object **json, struct err *err)
{
	struct json_tokener *tok = json_tokener_new();
	enum json_tokener_error why;
	int ret = 0;

	if (!tok)
		return err_set(err, -ENOMEM, "out of memory");
	/* with the NUL, so that a lone number or an open object is an end, not "go on" */
	*json = json_tokener_parse_ex(tok, t->s ? t->s : "", (int)t->len + 1);
	why = json_tokener_get_error(tok);
	if (why != json_tokener_success || !*json)
		ret = err_set(err, -EINVAL, "not JSON at byte %zu: %s",
			      json_tokener_get_parse_end(tok),
			      why == json_tokener_success ? "null" : json_tokener_error_desc(why));
	json_tokener_free(tok);
	return ret;
}

int facts_load(const char *path, struct facts *facts, struct err *err)
{
	bool in = !strcmp(path, "-");
	struct json_object *json = NULL;
	struct text text = { 0 };
	int ret;

	memset(facts, 0, sizeof(*facts));
	ret = in ? stdin_slurp(&text) : file_slurp("/", &text, "%s", path);
	if (ret)
		(void)err_set(err, ret, "%s", strerror(-ret)); /* prefixed below */
	if (!ret)
		ret = json_parse(&text, &json, err);
	if (!ret)
		ret = version_check(json, err);
	if (!ret)
		ret = fields_from_json(facts_fields, facts, json, err);
	if (ret == -ENOTSUP)
		ret = -EINVAL; /* its version is ours: the word is nobody's */
	json_object_put(json);
	text_free(&text);
	if (!ret)
		return 0;
	err_prefix(err, "%s: ", in ? "standard input" : path);
	facts_free(facts);
	return ret;
}
