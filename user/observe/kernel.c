// SPDX-License-Identifier: GPL-2.0
/* The kernel's own counters; see kernel.h. */
#include "observe/kernel.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/netlink.h"

/* Columns of /proc/net/softnet_stat (net/core/net-procfs.c), all hexadecimal. */
#define COLUMN_DROPPED 1
#define COLUMN_SQUEEZED 2
#define COLUMN_FLOW_LIMIT 10
#define COLUMN_CPU 12 /* since 5.10; lines of offline CPUs are left out */
#define COLUMNS_MAX 16

static void softnet_line(const char *line, unsigned int nr, struct sample *sample)
{
	unsigned long column[COLUMNS_MAX] = { 0 };
	unsigned int i;
	char *end;

	for (i = 0; i < COLUMNS_MAX; i++) {
		column[i] = strtoul(line, &end, 16);
		if (end == line || *line == '\n')
			break;
		line = end;
	}
	if (i > COLUMN_CPU)
		nr = (unsigned int)column[COLUMN_CPU];
	if (i <= COLUMN_FLOW_LIMIT || nr >= sample->nr_cpu)
		return;
	sample->cpu[nr].online = true;
	sample->cpu[nr].backlog_drops = column[COLUMN_DROPPED] + column[COLUMN_FLOW_LIMIT];
	sample->cpu[nr].squeezed = column[COLUMN_SQUEEZED];
}

int kernel_softnet(const char *root, struct sample *sample)
{
	struct text text = { 0 };
	char *line, *rest;
	unsigned int nr = 0;
	int ret;

	ret = file_slurp(root, &text, "/proc/net/softnet_stat");
	if (!ret && text.s)
		for (line = strtok_r(text.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			softnet_line(line, nr++, sample);
	text_free(&text);
	return ret;
}

static struct sample_nic *nic_of(struct sample *sample, int ifindex)
{
	unsigned int i;

	for (i = 0; i < sample->nr_nic; i++)
		if ((int)sample->nic[i].ifindex == ifindex)
			return &sample->nic[i];
	return NULL;
}

static int link_take(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct rtnl_link_stats64 stats;
	const struct nlattr *attr;
	struct sample_nic *nic;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	nic = nic_of(data, info->ifi_index);
	if (!nic)
		return MNL_CB_OK;
	nic->gone = false;
	mnl_attr_for_each(attr, nlh, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) != IFLA_STATS64)
			continue;
		memset(&stats, 0, sizeof(stats)); /* older kernels know fewer */
		memcpy(&stats, mnl_attr_get_payload(attr),
		       mnl_attr_get_payload_len(attr) < sizeof(stats) ?
			       mnl_attr_get_payload_len(attr) :
			       sizeof(stats));
		/* as /proc/net/dev adds them up */
		nic->rx_drops = stats.rx_dropped + stats.rx_missed_errors;
		nic->tx_drops = stats.tx_dropped;
	}
	return MNL_CB_OK;
}

static void qdisc_stats(const struct nlattr *nest, struct sample_nic *nic)
{
	struct gnet_stats_queue queue;
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) != TCA_STATS_QUEUE ||
		    mnl_attr_get_payload_len(attr) < sizeof(queue))
			continue;
		memcpy(&queue, mnl_attr_get_payload(attr), sizeof(queue));
		nic->qdisc_drops = queue.drops;
		nic->requeues = queue.requeues;
	}
}

/* The root alone: it adds up what is below it. */
static int qdisc_take(const struct nlmsghdr *nlh, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct sample_nic *nic;

	if (nlh->nlmsg_type != RTM_NEWQDISC || tc->tcm_parent != TC_H_ROOT)
		return MNL_CB_OK;
	nic = nic_of(data, tc->tcm_ifindex);
	if (!nic)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*tc)) if (mnl_attr_get_type(attr) == TCA_STATS2)
		qdisc_stats(attr, nic);
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *nl, unsigned int type, size_t extra, unsigned int seq,
		mnl_cb_t cb, struct sample *sample)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	(void)mnl_nlmsg_put_extra_header(nlh, extra); /* all zero: any */
	return netlink_talk(nl, nlh, seq, cb, sample);
}

int kernel_drops(struct sample *sample)
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	unsigned int i;
	int ret;

	if (!nl)
		return -errno;
	for (i = 0; i < sample->nr_nic; i++)
		sample->nic[i].gone = true;
	ret = dump(nl, RTM_GETLINK, sizeof(struct ifinfomsg), 1, link_take, sample);
	if (!ret)
		ret = dump(nl, RTM_GETQDISC, sizeof(struct tcmsg), 2, qdisc_take, sample);
	mnl_socket_close(nl);
	return ret;
}
