/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of counting connections, as plain data: who holds how many local
 * ports toward whom (census), and what becomes of that (outlook). observe
 * counts, judge looks ahead, view shows.
 */
#ifndef NETLANE_BASE_CENSUS_H
#define NETLANE_BASE_CENSUS_H

#include "types.h"

#define AGE_SECONDS 64 /* of a TIME_WAIT; the last one counts all above */
#define HOLDERS_MAX 4
#define SOURCE_NONE (~0U) /* there are more source addresses than are kept apart */

/* When the ports of a row are used up, if it goes on as in the last seconds. */
struct outlook {
	unsigned int in_use; /* ports */
	unsigned int others; /* ports that others keep from it; see bound */
	unsigned int usable; /* ports */
	unsigned int per_s; /* connections that ended here, a second: mean of the last ones */
	unsigned int levels_at; /* ports in use when each TIME_WAIT that ends is followed by one */
	bool reuse; /* ports in TIME_WAIT are taken again, and soon not in the way any more */
	unsigned int lasts_s; /* how long a TIME_WAIT is in the way */
	/* seconds until connect() fails, a range because the rate varies; -1: it levels off before */
	int full_s_early;
	int full_s_late;
	bool blind; /* much of it is neither established nor in TIME_WAIT: what grows is not seen */
	bool tight; /* it runs out, or a burst may find none left: worth a word */
};

/*
 * Connections that were opened here, from one local address to one remote
 * address and port: they share the local ports among themselves, each one
 * needs its own.
 */
struct census_row {
	char local[ADDR_LEN]; /* "" in the row of what did not get one of its own */
	char remote[ADDR_LEN]; /* a link-local one with its link: "fe80::1%eth0" */
	unsigned int remote_port;
	bool loopback; /* both ends are on lo's addresses */
	unsigned int established;
	unsigned int opening; /* SYN sent, no answer yet */
	unsigned int unanswered; /* of those: the SYN was sent again already */
	unsigned int closing; /* FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, CLOSING */
	unsigned int time_wait;
	unsigned int age[AGE_SECONDS]; /* of time_wait, by seconds since it began */
	unsigned int source; /* which of the census; SOURCE_NONE */
	unsigned int odd; /* ports of the half of the range that connect() takes last */
	unsigned int odd_waiting; /* of those in TIME_WAIT, and for how many seconds in all */
	uint64_t odd_waiting_s;
	uint64_t waiting_s; /* the same of all in TIME_WAIT */
	bool bound; /* bind() chose them */
	unsigned long inode[HOLDERS_MAX]; /* of some that have a process */
	unsigned int nr_inode;
	char by[64]; /* "php-fpm (pid 812)", "" unknown */
	/* what was counted as it happened, where it is */
	bool counted;
	unsigned int born_per_s; /* TIME_WAITs, in the last seconds */
	uint64_t reused; /* ports that connect() took again from a TIME_WAIT */
	uint64_t overflows; /* closed at once: tcp_max_tw_buckets */
	struct outlook outlook;
	bool nat_suspected; /* see ports_judge() */
	struct outlook with_reuse; /* if ports in TIME_WAIT were taken again */
};

/* Ports that are not free for a new connection of the row. */
static inline unsigned int outlook_taken(const struct outlook *outlook)
{
	return outlook->in_use + outlook->others;
}

/* Each connection of a row has its own local port. */
static inline unsigned int row_ports(const struct census_row *row)
{
	return row->established + row->opening + row->closing + row->time_wait;
}

/* All that leave from one local address, to whomever. */
struct census_source {
	char local[ADDR_LEN];
	unsigned int sockets;
	unsigned int ports; /* different ones */
	unsigned int bound; /* of rows whose ports bind() chose */
	bool tight; /* and then what is left is little */
};

struct census {
	uint64_t at_ns; /* CLOCK_BOOTTIME of the walk's begin */
	struct census_row *row; /* most ports first */
	unsigned int nr_row;
	unsigned int more_rows; /* that are counted, judged, and not shown */
	struct census_row rest; /* of what found no room among the rows */
	unsigned int rest_rows; /* destinations in it, at least */
	struct census_source *source;
	unsigned int nr_source;
	unsigned int bound; /* different ports of rows whose ports bind() chose */

	/* connections that others opened to a port that is listened on */
	unsigned int served;
	unsigned int served_time_wait;
	/* on a port that connect() would not choose and nobody listens on (now) */
	unsigned int fixed;
	unsigned int fixed_time_wait;

	/* what there is: the kernel's settings of this network namespace */
	unsigned int first, last; /* net.ipv4.ip_local_port_range */
	unsigned int reserved; /* ports of that range in net.ipv4.ip_local_reserved_ports */
	unsigned int listened; /* ports of the rest of it that somebody listens on */
	unsigned int usable; /* what is left for connect() to choose from */
	unsigned int unprivileged; /* net.ipv4.ip_unprivileged_port_start */
	int tw_reuse; /* net.ipv4.tcp_tw_reuse: 0 no, 1 yes, 2 on loopback; -1 not read */
	unsigned int tw_reuse_ms; /* after which a port in TIME_WAIT may be taken again */
	bool timestamps; /* net.ipv4.tcp_timestamps */
	unsigned int tw_s; /* how long TIME_WAIT lasts */
	unsigned int tw_max; /* net.ipv4.tcp_max_tw_buckets */
};

#endif /* NETLANE_BASE_CENSUS_H */
