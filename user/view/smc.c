// SPDX-License-Identifier: GPL-2.0
/* The words of `netlane smc check`; see smc.h. The rule: a topic's name stands once. */
#include "view/smc.h"

#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "view/view.h"

static unsigned int count(const struct smc_judged *judged, enum smc_level level)
{
	unsigned int i, nr = 0;

	for (i = 0; i < judged->nr_verdict; i++)
		nr += judged->verdict[i].level == level;
	return nr;
}

static void summary(const struct smc_judged *judged, char *buf, size_t len)
{
	unsigned int missing = count(judged, SMC_MISSING), found = count(judged, SMC_FOUND);
	char beside[48] = "";

	if (found)
		(void)snprintf(beside, sizeof(beside), "; %u %s found (!)", found,
			       view_word(found, "thing was", "things were"));
	if (judged->worst == SMC_NEVER)
		(void)snprintf(buf, len, "not on this kernel%s", beside);
	else if (missing)
		(void)snprintf(buf, len, "not as it is: %u %s missing (-)%s", missing,
			       view_word(missing, "thing is", "things are"), beside);
	else
		(void)snprintf(buf, len, "this node can%s", beside);
}

void view_smc_check(struct text *out, const struct smc_judged *judged, unsigned int width)
{
	static const char marks[SMC_LEVEL_COUNT] = { ' ', ' ', '!', '-', '-' };
	const char *before = "";
	char line[sizeof(judged->verdict->text) + 8];
	unsigned int i;

	summary(judged, line, sizeof(line));
	view_labelled(out, "smc", line, width);
	for (i = 0; i < judged->nr_verdict; i++) {
		const struct smc_verdict *v = &judged->verdict[i];

		text_add(out, "%-7s%c ", strcmp(before, v->topic) ? v->topic : "", marks[v->level]);
		view_wrap(out, v->text, 9, 9, width);
		if (v->todo[0]) {
			text_add(out, "%11s", "> ");
			view_wrap(out, v->todo, 11, 11, width);
		}
		before = v->topic;
	}
}

/* ------------------------------------------------------------- JSON */

static const char *const level_names[] = { "fine", "note", "found", "missing", "never", NULL };

static const struct field verdict_fields[] = {
	F_ENUM(smc_verdict, level, level_names),
	F_STR(smc_verdict, topic),
	F_STR(smc_verdict, why),
	F_STR(smc_verdict, text),
	F_STR(smc_verdict, todo),
	F_END,
};

static const struct field judged_fields[] = {
	F_ENUM(smc_judged, worst, level_names),
	F_LIST(smc_judged, verdict, nr_verdict, verdict_fields),
	F_END,
};

static const struct field module_fields[] = {
	F_ENUM(smc_module, there, tri_names),
	F_ENUM(smc_module, loaded, tri_names),
	F_END,
};

static const struct field rdma_fields[] = {
	F_STR(smc_rdma, dev),	     F_UINT(smc_rdma, port),
	F_STR(smc_rdma, driver),     F_BOOL(smc_rdma, iwarp),
	F_STR(smc_rdma, link_layer), F_STR(smc_rdma, state),
	F_UINT(smc_rdma, gids_v1),   F_UINT(smc_rdma, gids_v2),
	F_STR(smc_rdma, netdev),     F_ENUM(smc_rdma, taken, tri_names),
	F_STR(smc_rdma, pnetid),     F_END,
};

static const struct field ism_fields[] = {
	F_STR(smc_ism, dev),
	F_STR(smc_ism, pnetid),
	F_END,
};

static const struct field pnet_fields[] = {
	F_STR(smc_pnet, pnetid),
	F_STR(smc_pnet, netdev),
	F_STR(smc_pnet, ibdev),
	F_UINT(smc_pnet, port),
	F_END,
};

static const struct field line_fields[] = {
	F_STR(smc_line, from),
	F_STR(smc_line, text),
	F_STR(smc_line, key),
	F_BOOL(smc_line, exists),
	F_END,
};

static const struct field task_fields[] = {
	F_UINT(smc_task, pid),
	F_STR(smc_task, comm),
	F_STR(smc_task, where),
	F_END,
};

static const struct field node_fields[] = {
	F_STR(smc_node, release),
	F_STR(smc_node, build),
	F_OBJECT(smc_node, smc, module_fields),
	F_OBJECT(smc_node, diag, module_fields),
	F_ENUM(smc_node, config_smc, tri_names),
	F_ENUM(smc_node, config_dibs, tri_names),
	F_LIST(smc_node, blocked, nr_blocked, line_fields),
	F_ENUM(smc_node, inet_smc, tri_names),
	F_ENUM(smc_node, fmod_ret, tri_names),
	F_INT(smc_node, fmod_ret_err),
	F_ENUM(smc_node, mptcp, tri_names),
	F_ENUM(smc_node, tcp2smc, tri_names),
	F_UINT(smc_node, tcp2smc_value),
	F_ENUM(smc_node, hs_ctrl, tri_names),
	F_STR(smc_node, smc_run),
	F_LIST(smc_node, rdma, nr_rdma, rdma_fields),
	F_LIST(smc_node, ism, nr_ism, ism_fields),
	F_ENUM(smc_node, pnet_known, tri_names),
	F_LIST(smc_node, pnet, nr_pnet, pnet_fields),
	F_ENUM(smc_node, genl, tri_names),
	F_ENUM(smc_node, smcr_v2, tri_names),
	F_LINES(smc_node, ueid, nr_ueid),
	F_STR(smc_node, seid),
	F_ENUM(smc_node, hs_limited, tri_names),
	F_UINT(smc_node, fastopen),
	F_ENUM(smc_node, ipsec_known, tri_names),
	F_UINT(smc_node, nr_ipsec),
	F_UINT(smc_node, port_first),
	F_UINT(smc_node, port_last),
	F_UINT(smc_node, ports_open),
	F_UINT(smc_node, ports_listened),
	F_LIST(smc_node, sysctl, nr_sysctl, line_fields),
	F_LIST(smc_node, stuck, nr_stuck, task_fields),
	F_END,
};

struct json_object *view_smc_check_json(const struct smc_node *node,
					const struct smc_judged *judged)
{
	struct json_object *json = fields_to_json(judged_fields, judged);
	struct json_object *facts = json ? fields_to_json(node_fields, node) : NULL;

	if (json && (!facts || json_object_object_add(json, "facts", facts))) {
		json_object_put(facts);
		json_object_put(json);
		return NULL;
	}
	return json;
}
