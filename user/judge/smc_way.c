// SPDX-License-Identifier: GPL-2.0
/* Ways to convert programs, and what is in SMC's way; see smc_parts.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge/smc.h"
#include "judge/smc_parts.h"

#define FASTOPEN_LISTENERS 0x400 /* every listener, without asking for it */

const char *smc_route(const struct smc_node *node)
{
	if (node->fmod_ret == IS_YES && node->inet_smc == IS_YES)
		return "bpf";
	if (node->tcp2smc == IS_YES)
		return "tcp2smc";
	return node->smc_run[0] ? "smc_run" : NULL;
}

/* Why BPF is not the way. */
static const char *bpf_lacks(const struct smc_node *node)
{
	if (node->inet_smc == IS_NO)
		return node->fmod_ret == IS_NO ?
			       "no IPPROTO_SMC (Linux 6.11) and no BPF at update_socket_protocol "
			       "(6.6)" :
			       "no IPPROTO_SMC (Linux 6.11)";
	if (node->fmod_ret == IS_NO)
		return node->fmod_ret_err != ENOENT && node->mptcp == IS_NO ?
			       "built without CONFIG_MPTCP, whose code opens "
			       "update_socket_protocol to BPF" :
			       "no BPF at update_socket_protocol (Linux 6.6)";
	if (node->fmod_ret == IS_UNKNOWN)
		return "whether BPF may at update_socket_protocol is not known: that wants root";
	return "whether it has IPPROTO_SMC is not known";
}

void smc_ways_judge(const struct smc_node *node, struct smc_judged *judged)
{
	const char *route = smc_route(node);

	if (!route) {
		smc_say(judged, SMC_FOUND, "route", "no-route",
			"programs that open SMC sockets themselves, or smc_run of smc-tools",
			"no way to give unchanged programs SMC here: %s; no net.smc.tcp2smc; no "
			"smc_run; netlane's module does not convert yet",
			bpf_lacks(node));
	} else if (!strcmp(route, "bpf")) {
		smc_say(judged, SMC_FINE, "route", "bpf", "",
			"BPF at update_socket_protocol can turn a chosen cgroup's sockets into "
			"IPPROTO_SMC");
	} else if (!strcmp(route, "tcp2smc")) {
		smc_say(judged, SMC_FINE, "route", "tcp2smc", "",
			"net.smc.tcp2smc = %u: 1 turns every new TCP socket of the network "
			"namespace into SMC, of no cgroup alone",
			node->tcp2smc_value);
	} else {
		smc_say(judged, SMC_NOTE, "route", "smc_run", "",
			"%s alone, by LD_PRELOAD: not for static programs, nor Go's; %s",
			node->smc_run, bpf_lacks(node));
	}
	if (node->hs_ctrl == IS_YES)
		smc_say(judged, SMC_FINE, "route", "hs-ctrl", "",
			"net.smc.hs_ctrl: SMC can be offered by port or peer");
}

static void ipsec_judge(const struct smc_node *node, struct smc_judged *judged)
{
	if (node->nr_ipsec)
		smc_say(judged, SMC_FOUND, "ipsec", "ipsec",
			"no SMC toward those that IPsec is for",
			"%u IPsec policies: what SMC moves passes them by, and is not encrypted; "
			"only a socket with a policy of its own stays TCP (0x03020000)",
			node->nr_ipsec);
	else if (node->ipsec_known == IS_UNKNOWN)
		smc_say(judged, SMC_NOTE, "ipsec", "not-known", "",
			"whether there are IPsec policies, which SMC would pass by, is not known "
			"(root may ask, where xfrm_user is loaded)");
}

static void fastopen_judge(const struct smc_node *node, struct smc_judged *judged)
{
	if (node->fastopen & FASTOPEN_LISTENERS)
		smc_say(judged, SMC_NOTE, "tfo", "fastopen-listeners", "",
			"net.ipv4.tcp_fastopen = 0x%x has every listener do TCP fast open, which SMC "
			"does not have: a socket that uses it stays TCP (0x03060000)",
			node->fastopen);
	else if (node->fastopen & 2)
		smc_say(judged, SMC_NOTE, "tfo", "fastopen", "",
			"net.ipv4.tcp_fastopen = %u: a program that uses it (TCP_FASTOPEN, "
			"MSG_FASTOPEN) stays TCP (0x03060000)",
			node->fastopen);
}

/* The kernels of the platform keep them; others have no use for them. */
static bool platform_has_ports(const struct smc_node *node)
{
	unsigned int i;

	for (i = 0; i < node->nr_rdma; i++)
		if (!strcmp(node->rdma[i].driver, SMC_ERDMA))
			return true;
	return node->tcp2smc == IS_YES;
}

static void ports_judge(const struct smc_node *node, struct smc_judged *judged)
{
	if (!platform_has_ports(node))
		return;
	if (node->ports_listened)
		smc_say(judged, SMC_FOUND, "ports", "ports-listened", "other ports for them",
			"%u listening sockets on ports %u to %u, which eRDMA needs for its own "
			"connections",
			node->ports_listened, SMC_PLATFORM_PORT_FIRST, SMC_PLATFORM_PORT_LAST);
	if (node->ports_open)
		smc_say(judged, SMC_FOUND, "ports", "ports-open",
			"add 65500-65515 to net.ipv4.ip_local_reserved_ports",
			"%u of the ports %u to %u, which eRDMA needs for its own connections, may "
			"be chosen by connect(): net.ipv4.ip_local_port_range is %u to %u",
			node->ports_open, SMC_PLATFORM_PORT_FIRST, SMC_PLATFORM_PORT_LAST,
			node->port_first, node->port_last);
}

void smc_obstacles_judge(const struct smc_node *node, struct smc_judged *judged)
{
	unsigned int i;

	ipsec_judge(node, judged);
	fastopen_judge(node, judged);
	ports_judge(node, judged);
	if (node->hs_limited == IS_YES)
		smc_say(judged, SMC_NOTE, "limit", "handshake-limited", "",
			"handshake limitation is on: a listener with many handshakes waiting answers "
			"by plain TCP (0x03010000 at the other end)");
	for (i = 0; i < node->nr_stuck; i++)
		smc_say(judged, SMC_FOUND, "stuck", "stuck", "only a reboot ends it",
			"%s (pid %u) is stuck in %s, and cannot be killed", node->stuck[i].comm,
			node->stuck[i].pid, node->stuck[i].where);
}
