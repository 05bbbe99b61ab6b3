// SPDX-License-Identifier: GPL-2.0
/* What the kernel's SMC tells of itself, by netlink; see smc_parts.h. Asked where it is loaded. */
#include <errno.h>
#include <linux/smc.h>
#include <stdio.h>
#include <string.h>

#include "base/smcnl.h"
#include "facts/gather.h"
#include "facts/smc_parts.h"

#define NONE "n/a" /* the kernel's word in its table of PNETIDs */

struct taking {
	struct smc_node *node;
	bool failed; /* no memory */
};

/* ------------------------------------------------------------- the table of PNETIDs */

static int pnet_attr(const struct nlattr *attr, void *data)
{
	struct smc_pnet *p = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_PNETID_NAME:
		smcnl_text(attr, p->pnetid, sizeof(p->pnetid));
		break;
	case SMC_PNETID_ETHNAME:
		smcnl_text(attr, p->netdev, sizeof(p->netdev));
		break;
	case SMC_PNETID_IBNAME:
		smcnl_text(attr, p->ibdev, sizeof(p->ibdev));
		break;
	case SMC_PNETID_IBPORT:
		p->port = (unsigned int)smcnl_uint(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int pnet_take(const struct nlmsghdr *nlh, void *data)
{
	struct taking *taking = data;
	struct smc_node *node = taking->node;
	struct smc_pnet *p = facts_more(&node->pnet, &node->nr_pnet, sizeof(*p));

	if (!p) {
		taking->failed = true;
		return MNL_CB_ERROR;
	}
	(void)mnl_attr_parse(nlh, SMCNL_HEADER, pnet_attr, p);
	if (!strcmp(p->netdev, NONE))
		p->netdev[0] = '\0';
	if (!strcmp(p->ibdev, NONE))
		p->ibdev[0] = '\0';
	if (!p->ibdev[0])
		p->port = 0;
	return MNL_CB_OK;
}

static void pnets_read(struct taking *taking)
{
	struct smc_node *node = taking->node;
	struct smcnl s;

	if (smcnl_open(&s, SMCR_GENL_FAMILY_NAME))
		return;
	if (!smcnl_dump(&s, SMC_PNETID_GET, pnet_take, taking))
		node->pnet_known = IS_YES;
	smcnl_close(&s);
}

/* ------------------------------------------------------------- devices */

struct device {
	char name[SMC_DEV_LEN];
	char pci[SMC_DEV_LEN];
	char pnetid[2][SMC_PNETID_LEN]; /* by port */
};

static int port_attr(const struct nlattr *attr, void *data)
{
	char *pnetid = data;

	if (mnl_attr_get_type(attr) == SMC_NLA_DEV_PORT_PNETID)
		smcnl_text(attr, pnetid, SMC_PNETID_LEN);
	return MNL_CB_OK;
}

static int device_attr(const struct nlattr *attr, void *data)
{
	struct device *dev = data;

	switch (mnl_attr_get_type(attr)) {
	case SMC_NLA_DEV_IB_NAME:
		smcnl_text(attr, dev->name, sizeof(dev->name));
		break;
	case SMC_NLA_DEV_PCI_ID:
		smcnl_text(attr, dev->pci, sizeof(dev->pci));
		break;
	case SMC_NLA_DEV_PORT:
		(void)mnl_attr_parse_nested(attr, port_attr, dev->pnetid[0]);
		break;
	case SMC_NLA_DEV_PORT2:
		(void)mnl_attr_parse_nested(attr, port_attr, dev->pnetid[1]);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int device_nest(const struct nlattr *attr, void *data)
{
	return mnl_attr_parse_nested(attr, device_attr, data);
}

/* Those that SMC has taken, among those of sysfs. */
static int rdma_take(const struct nlmsghdr *nlh, void *data)
{
	struct smc_node *node = ((struct taking *)data)->node;
	struct device dev = { 0 };
	unsigned int i;

	(void)mnl_attr_parse(nlh, SMCNL_HEADER, device_nest, &dev);
	for (i = 0; i < node->nr_rdma; i++) {
		struct smc_rdma *r = &node->rdma[i];

		if (strcmp(r->dev, dev.name))
			continue;
		r->taken = IS_YES;
		if (r->port >= 1 && r->port <= 2)
			(void)text_copy(r->pnetid, sizeof(r->pnetid), dev.pnetid[r->port - 1]);
	}
	return MNL_CB_OK;
}

static int ism_take(const struct nlmsghdr *nlh, void *data)
{
	struct taking *taking = data;
	struct smc_node *node = taking->node;
	struct smc_ism *ism = facts_more(&node->ism, &node->nr_ism, sizeof(*ism));
	struct device dev = { 0 };

	if (!ism) {
		taking->failed = true;
		return MNL_CB_ERROR;
	}
	(void)mnl_attr_parse(nlh, SMCNL_HEADER, device_nest, &dev);
	(void)text_copy(ism->dev, sizeof(ism->dev), dev.pci[0] ? dev.pci : dev.name);
	(void)text_copy(ism->pnetid, sizeof(ism->pnetid), dev.pnetid[0]);
	return MNL_CB_OK;
}

/* ------------------------------------------------------------- names and settings */

static int ueid_attr(const struct nlattr *attr, void *data)
{
	struct taking *taking = data;
	char(*ueid)[SMC_EID_LEN];

	if (mnl_attr_get_type(attr) != SMC_NLA_EID_TABLE_ENTRY)
		return MNL_CB_OK;
	ueid = facts_more(&taking->node->ueid, &taking->node->nr_ueid, sizeof(*ueid));
	if (ueid)
		smcnl_text(attr, *ueid, sizeof(*ueid));
	else
		taking->failed = true;
	return MNL_CB_OK;
}

static int ueid_take(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, SMCNL_HEADER, ueid_attr, data);
}

struct seid {
	char name[SMC_EID_LEN];
	bool on;
};

static int seid_attr(const struct nlattr *attr, void *data)
{
	struct seid *seid = data;

	if (mnl_attr_get_type(attr) == SMC_NLA_SEID_ENTRY)
		smcnl_text(attr, seid->name, sizeof(seid->name));
	if (mnl_attr_get_type(attr) == SMC_NLA_SEID_ENABLED)
		seid->on = smcnl_uint(attr);
	return MNL_CB_OK;
}

static int seid_take(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, SMCNL_HEADER, seid_attr, data);
}

static int limited_attr(const struct nlattr *attr, void *data)
{
	enum tri *limited = data;

	if (mnl_attr_get_type(attr) == SMC_NLA_HS_LIMITATION_ENABLED)
		*limited = smcnl_uint(attr) ? IS_YES : IS_NO;
	return MNL_CB_OK;
}

static int limited_take(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, SMCNL_HEADER, limited_attr, data);
}

static int system_attr(const struct nlattr *attr, void *data)
{
	struct smc_node *node = data;

	if (mnl_attr_get_type(attr) == SMC_NLA_SYS_IS_SMCR_V2)
		node->smcr_v2 = smcnl_uint(attr) ? IS_YES : IS_NO;
	return MNL_CB_OK;
}

static int system_nest(const struct nlattr *attr, void *data)
{
	return mnl_attr_parse_nested(attr, system_attr, data);
}

static int system_take(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, SMCNL_HEADER, system_nest, ((struct taking *)data)->node);
}

static void rest_read(struct smcnl *s, struct taking *taking)
{
	struct smc_node *node = taking->node;
	struct seid seid = { 0 };
	unsigned int i;

	/* a kernel that knows the attribute sends it; an older one is without version 2 */
	if (!smcnl_dump(s, SMC_NETLINK_GET_SYS_INFO, system_take, taking) &&
	    node->smcr_v2 == IS_UNKNOWN)
		node->smcr_v2 = IS_NO;
	if (!smcnl_dump(s, SMC_NETLINK_GET_DEV_SMCR, rdma_take, taking))
		for (i = 0; i < node->nr_rdma; i++)
			if (node->rdma[i].taken == IS_UNKNOWN)
				node->rdma[i].taken = IS_NO;
	(void)smcnl_dump(s, SMC_NETLINK_GET_DEV_SMCD, ism_take, taking);
	(void)smcnl_dump(s, SMC_NETLINK_DUMP_UEID, ueid_take, taking);
	if (!smcnl_dump(s, SMC_NETLINK_DUMP_SEID, seid_take, &seid) && seid.on)
		(void)text_copy(node->seid, sizeof(node->seid), seid.name);
	(void)smcnl_dump(s, SMC_NETLINK_DUMP_HS_LIMITATION, limited_take, &node->hs_limited);
}

/* Where SMC itself does not tell a port's PNETID, the table does. */
static void pnets_join(struct smc_node *node)
{
	unsigned int i, j;

	for (i = 0; i < node->nr_rdma; i++)
		for (j = 0; j < node->nr_pnet; j++)
			if (!node->rdma[i].pnetid[0] && node->rdma[i].port == node->pnet[j].port &&
			    !strcmp(node->rdma[i].dev, node->pnet[j].ibdev))
				(void)text_copy(node->rdma[i].pnetid, SMC_PNETID_LEN,
						node->pnet[j].pnetid);
}

int smc_kernel_gather(struct smc_node *node)
{
	struct taking taking = { .node = node };
	struct smcnl s;
	int ret;

	pnets_read(&taking);
	ret = smcnl_open(&s, SMC_GENL_FAMILY_NAME);
	node->genl = !ret ? IS_YES : ret == -ENOENT ? IS_NO : IS_UNKNOWN;
	if (!ret) {
		rest_read(&s, &taking);
		smcnl_close(&s);
	} else if (ret == -ENOENT) {
		node->smcr_v2 = IS_NO; /* came after the family did */
	}
	pnets_join(node);
	return taking.failed ? -ENOMEM : 0;
}
