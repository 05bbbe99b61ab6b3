// SPDX-License-Identifier: GPL-2.0
/*
 * The sysctls that matter to a network node. The rule: a name in the list is
 * read as it is; one that this kernel does not have is ENOENT, not missing.
 */
#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "facts/gather.h"

static const char *const names[] = {
	"net.core.rps_sock_flow_entries",
	"net.core.rps_default_mask",
	"net.core.netdev_max_backlog",
	"net.core.netdev_budget",
	"net.core.netdev_budget_usecs",
	"net.core.dev_weight",
	"net.core.default_qdisc",
	"net.core.busy_poll",
	"net.core.busy_read",
	"net.core.rmem_default",
	"net.core.wmem_default",
	"net.core.rmem_max",
	"net.core.wmem_max",
	"net.core.optmem_max",
	"net.core.somaxconn",
	"net.core.gro_normal_batch",
	"net.core.flow_limit_table_len",
	"net.core.flow_limit_cpu_bitmap",
	"net.ipv4.tcp_congestion_control",
	"net.ipv4.tcp_available_congestion_control",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_wmem",
	"net.ipv4.tcp_mem",
	"net.ipv4.tcp_moderate_rcvbuf",
	"net.ipv4.tcp_limit_output_bytes",
	"net.ipv4.tcp_notsent_lowat",
	"net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_fastopen",
	"net.ipv4.tcp_mtu_probing",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.tcp_tw_reuse",
	"net.ipv4.tcp_tw_reuse_delay",
	"net.ipv4.tcp_tw_timeout", /* Alibaba Cloud Linux 2 and 3 only */
	"net.ipv4.tcp_max_tw_buckets",
	"net.ipv4.tcp_max_orphans",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_timestamps",
	"net.ipv4.tcp_max_syn_backlog",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_synack_retries",
	"net.ipv4.tcp_abort_on_overflow",
	"net.ipv4.tcp_migrate_req",
	"net.netfilter.nf_conntrack_max", /* only with the module */
};

static void sysctl_read(const char *root, struct sysctl *sysctl, const char *name)
{
	char path[sizeof(sysctl->name)], *p;

	(void)text_copy(sysctl->name, sizeof(sysctl->name), name); /* fits, see the list */
	(void)text_copy(path, sizeof(path), name); /* likewise */
	for (p = path; *p; p++)
		if (*p == '.')
			*p = '/';
	/* rps_default_mask and port bitmaps of large nodes are cut, not refused */
	sysctl->err = -file_read(root, sysctl->value, sizeof(sysctl->value), "/proc/sys/%s", path);
	for (p = sysctl->value; *p; p++)
		if (*p == '\t')
			*p = ' ';
}

int sysctls_gather(const struct gather *g, struct facts *facts)
{
	struct sysctl *sysctl;
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sysctl = facts_more(&facts->sysctl, &facts->nr_sysctl, sizeof(*sysctl));
		if (!sysctl)
			return -ENOMEM;
		sysctl_read(g->root, sysctl, names[i]);
	}
	return 0;
}
