// SPDX-License-Identifier: GPL-2.0
/* Sums, reasons and link groups by SMC_GEN_NETLINK; see smc_parts.h. */
#include <errno.h>
#include <linux/smc.h>
#include <string.h>

#include "base/smcnl.h"
#include "observe/smc_parts.h"

struct taking {
	struct smc_view *view;
	enum smc_mode mode; /* of link groups */
	bool failed; /* no memory */
};

/* Reads a message's attributes, and those below the one that all of them are in. */
struct nest {
	mnl_attr_cb_t cb;
	void *arg;
};

static int nest_cb(const struct nlattr *attr, void *data)
{
	const struct nest *nest = data;

	return mnl_attr_parse_nested(attr, nest->cb, nest->arg);
}

static int nested(const struct nlmsghdr *nlh, mnl_attr_cb_t cb, void *arg)
{
	struct nest nest = { cb, arg };

	return mnl_attr_parse(nlh, SMCNL_HEADER, nest_cb, &nest);
}

/* ------------------------------------------------------------- sums */

static int tech_attr(const struct nlattr *attr, void *data)
{
	struct smc_sum *sum = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_STATS_T_CLNT_V1_SUCC:
	case SMC_NLA_STATS_T_CLNT_V2_SUCC:
		sum->client += smcnl_uint(attr);
		break;
	case SMC_NLA_STATS_T_SRV_V1_SUCC:
	case SMC_NLA_STATS_T_SRV_V2_SUCC:
		sum->server += smcnl_uint(attr);
		break;
	case SMC_NLA_STATS_T_RX_BYTES:
		sum->rx_bytes = smcnl_uint(attr);
		break;
	case SMC_NLA_STATS_T_TX_BYTES:
		sum->tx_bytes = smcnl_uint(attr);
		break;
	case SMC_NLA_STATS_T_RX_CNT:
		sum->rx_calls = smcnl_uint(attr);
		break;
	case SMC_NLA_STATS_T_TX_CNT:
		sum->tx_calls = smcnl_uint(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int stats_attr(const struct nlattr *attr, void *data)
{
	struct smc_view *view = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_STATS_SMCR_TECH:
		return mnl_attr_parse_nested(attr, tech_attr, &view->sum[SMC_MODE_R]);
	case SMC_NLA_STATS_SMCD_TECH:
		return mnl_attr_parse_nested(attr, tech_attr, &view->sum[SMC_MODE_D]);
	case SMC_NLA_STATS_CLNT_HS_ERR_CNT:
		view->failed_client = smcnl_uint(attr);
		break;
	case SMC_NLA_STATS_SRV_HS_ERR_CNT:
		view->failed_server = smcnl_uint(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int stats_take(const struct nlmsghdr *nlh, void *data)
{
	return nested(nlh, stats_attr, ((struct taking *)data)->view);
}

/* ------------------------------------------------------------- reasons */

struct fallback {
	struct smc_view *view;
	bool server;
	uint32_t code;
	uint64_t nr;
};

static int fallback_attr(const struct nlattr *attr, void *data)
{
	struct fallback *f = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_FBACK_STATS_TYPE:
		f->server = smcnl_uint(attr);
		break;
	case SMC_NLA_FBACK_STATS_SRV_CNT: /* in the first message alone */
		f->view->fallback_server = smcnl_uint(attr);
		break;
	case SMC_NLA_FBACK_STATS_CLNT_CNT:
		f->view->fallback_client = smcnl_uint(attr);
		break;
	case SMC_NLA_FBACK_STATS_RSN_CODE:
		f->code = (uint32_t)smcnl_uint(attr);
		break;
	case SMC_NLA_FBACK_STATS_RSN_CNT:
		f->nr = smcnl_uint(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int fallback_take(const struct nlmsghdr *nlh, void *data)
{
	struct taking *taking = data;
	struct fallback f = { .view = taking->view };
	struct smc_why *why;

	(void)nested(nlh, fallback_attr, &f);
	if (!f.code)
		return MNL_CB_OK;
	why = smc_why_of(taking->view, f.code);
	if (!why)
		taking->failed = true;
	else if (f.server)
		why->as_server += f.nr;
	else
		why->as_client += f.nr;
	return MNL_CB_OK;
}

/* ------------------------------------------------------------- link groups */

static int version_attr(const struct nlattr *attr, void *data)
{
	struct smc_lgr *lgr = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_LGR_V2_VER:
		lgr->version = (unsigned int)smcnl_uint(attr);
		break;
	case SMC_NLA_LGR_V2_NEG_EID:
		smcnl_text(attr, lgr->eid, sizeof(lgr->eid));
		break;
	case SMC_NLA_LGR_V2_PEER_HOST:
		smcnl_text(attr, lgr->peer, sizeof(lgr->peer));
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int lgr_r_attr(const struct nlattr *attr, void *data)
{
	struct smc_lgr *lgr = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_LGR_R_ID:
		lgr->id = (uint32_t)smcnl_uint(attr);
		break;
	case SMC_NLA_LGR_R_ROLE: /* SMC_SERV of net/smc/smc_core.h is 1 */
		lgr->server = smcnl_uint(attr) == 1;
		break;
	case SMC_NLA_LGR_R_PNETID:
		smcnl_text(attr, lgr->pnetid, sizeof(lgr->pnetid));
		break;
	case SMC_NLA_LGR_R_CONNS_NUM:
		lgr->conns = (unsigned int)smcnl_uint(attr);
		break;
	case SMC_NLA_LGR_R_V2_COMMON:
		return mnl_attr_parse_nested(attr, version_attr, lgr);
	default:
		break;
	}
	return MNL_CB_OK;
}

static int lgr_d_attr(const struct nlattr *attr, void *data)
{
	struct smc_lgr *lgr = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_LGR_D_ID:
		lgr->id = (uint32_t)smcnl_uint(attr);
		break;
	case SMC_NLA_LGR_D_PNETID:
		smcnl_text(attr, lgr->pnetid, sizeof(lgr->pnetid));
		break;
	case SMC_NLA_LGR_D_CONNS_NUM:
		lgr->conns = (unsigned int)smcnl_uint(attr);
		break;
	case SMC_NLA_LGR_D_V2_COMMON:
		return mnl_attr_parse_nested(attr, version_attr, lgr);
	default:
		break;
	}
	return MNL_CB_OK;
}

static int link_attr(const struct nlattr *attr, void *data)
{
	struct smc_link *link = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_LINK_IB_DEV:
		smcnl_text(attr, link->dev, sizeof(link->dev));
		break;
	case SMC_NLA_LINK_IB_PORT:
		link->port = (unsigned int)smcnl_uint(attr);
		break;
	case SMC_NLA_LINK_GID:
		smcnl_text(attr, link->gid, sizeof(link->gid));
		break;
	case SMC_NLA_LINK_PEER_GID:
		smcnl_text(attr, link->peer_gid, sizeof(link->peer_gid));
		break;
	case SMC_NLA_LINK_CONN_CNT:
		link->conns = (unsigned int)smcnl_uint(attr);
		break;
	case SMC_NLA_LINK_STATE: /* SMC_LNK_ACTIVE of net/smc/smc_core.h */
		link->active = smcnl_uint(attr) == 3;
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/* With links asked for, each message is a group, or a link of the last one. */
static int lgr_top(const struct nlattr *attr, void *data)
{
	struct taking *taking = data;
	struct smc_view *view = taking->view;
	struct smc_link *link;
	struct smc_lgr *lgr;

	if (mnl_attr_get_type(attr) == SMC_GEN_LINK_SMCR) {
		lgr = view->nr_lgr ? &view->lgr[view->nr_lgr - 1] : NULL;
		link = lgr ? smc_more(&lgr->link, &lgr->nr_link, sizeof(*link)) : NULL;
		if (link)
			return mnl_attr_parse_nested(attr, link_attr, link);
		taking->failed |= lgr != NULL;
		return MNL_CB_OK;
	}
	lgr = smc_more(&view->lgr, &view->nr_lgr, sizeof(*lgr));
	if (!lgr) {
		taking->failed = true;
		return MNL_CB_OK;
	}
	lgr->mode = taking->mode;
	lgr->version = 1; /* unless it says another */
	return mnl_attr_parse_nested(attr, taking->mode == SMC_MODE_R ? lgr_r_attr : lgr_d_attr,
				     lgr);
}

static int lgr_take(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, SMCNL_HEADER, lgr_top, data);
}

int smc_sums_take(struct smc_view *view)
{
	struct taking taking = { .view = view, .mode = SMC_MODE_R };
	struct smcnl s;

	if (smcnl_open(&s, SMC_GENL_FAMILY_NAME))
		return 0; /* 5.10: stats_known stays false */
	view->stats_known = !smcnl_dump(&s, SMC_NETLINK_GET_STATS, stats_take, &taking);
	(void)smcnl_dump(&s, SMC_NETLINK_GET_FBACK_STATS, fallback_take, &taking);
	(void)smcnl_dump(&s, SMC_NETLINK_GET_LINK_SMCR, lgr_take, &taking);
	taking.mode = SMC_MODE_D;
	(void)smcnl_dump(&s, SMC_NETLINK_GET_LGR_SMCD, lgr_take, &taking);
	smcnl_close(&s);
	return taking.failed ? -ENOMEM : 0;
}
