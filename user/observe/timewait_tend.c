// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps the counted rows true; see timewait.h. The rule: one walk a
 * namespace, and only where what is counted and what the kernel says
 * (sockstat) part by more than what went on meanwhile explains.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/sockdiag.h"
#include "observe/pins.h"
#include "observe/timewait_maps.h"

#define NETNS_DIR "/run/netns" /* where ip netns has names */
#define NETS_MAX LANE_TW_NETS /* that are entered; more are not kept apart either */
#define WALKS_MAX 256 /* at a time; each passes by every socket of the node */
#define QUIET_NS 60000000000ULL /* until an empty row is removed */
#define LEFT_NS 130000000000ULL /* until a port that nobody listens on is forgotten */
/* Differences up to this are left until the next time. */
#define SLACK 8
#define SLACK_PART 200

static const struct lane_tw no_row;

/* ---- namespaces */

/* Adds it unless it is known; false: there is no room for more. */
static bool net_add(struct net *nets, unsigned int *nr, unsigned int inode, const char *dir,
		    const char *name, const char *rest)
{
	struct net *net = &nets[*nr];
	unsigned int i;

	for (i = 0; i < *nr; i++)
		if (nets[i].inode == inode)
			return true;
	if (*nr == NETS_MAX)
		return false;
	net->inode = inode;
	net->alive = -1;
	(void)snprintf(net->path, sizeof(net->path), "%s/%s%s", dir, name, rest);
	++*nr;
	return true;
}

/* Ours, those of processes, and those that ip netns gave a name. */
static unsigned int nets_find(struct net *nets)
{
	unsigned int i, nr_name, inode, nr = 1;
	char **names, link[64], path[280];
	struct stat st;

	nets[0] = (struct net){ .inode = netns_own(), .alive = -1 };
	if (!files_list("/", &names, &nr_name, "/proc")) {
		for (i = 0; i < nr_name; i++)
			if (!file_link("/", link, sizeof(link), "/proc/%s/ns/net", names[i]) &&
			    sscanf(link, "net:[%u]", &inode) == 1 &&
			    !net_add(nets, &nr, inode, "/proc", names[i], "/ns/net"))
				break;
		files_free(names, nr_name);
	}
	if (!files_list("/", &names, &nr_name, NETNS_DIR)) {
		for (i = 0; i < nr_name; i++) {
			(void)snprintf(path, sizeof(path), NETNS_DIR "/%.250s", names[i]);
			if (!stat(path, &st) &&
			    !net_add(nets, &nr, (unsigned int)st.st_ino, NETNS_DIR, names[i], ""))
				break;
		}
		files_free(names, nr_name);
	}
	return nr;
}

/* Does @act in the namespace; in another one this thread is there for so long. */
static int net_enter(const struct timewait_reader *r, struct net *net,
		     int (*act)(const struct timewait_reader *r, struct net *net))
{
	struct stat st;
	int home, there, ret;

	if (!net->path[0])
		return act(r, net);
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	there = open(net->path, O_RDONLY | O_CLOEXEC);
	/* the process may have ended, and its number be another's; or it is no namespace */
	if (home < 0 || there < 0 || fstat(there, &st) || st.st_ino != net->inode ||
	    setns(there, CLONE_NEWNET)) {
		ret = -ESRCH;
	} else {
		ret = act(r, net);
		if (setns(home, CLONE_NEWNET))
			abort(); /* nothing that follows may happen to another namespace */
	}
	if (there >= 0)
		close(there);
	if (home >= 0)
		close(home);
	return ret;
}

static int alive_read(const struct timewait_reader *r, struct net *net)
{
	net->alive = sockstat_alive();
	return 0;
}

#define PORTS 65536

/* Those that share a port (SO_REUSEPORT, several addresses) end one by one. */
static void listener_take(const struct inet_diag_msg *msg, void *arg)
{
	((__s32 *)arg)[ntohs(msg->id.idiag_sport)]++;
}

/* One that begins or ends during the walk may be missed: its port is off by one. */
static int listeners_walk(const struct timewait_reader *r, struct net *net)
{
	const int map = r->programs.map[TIMEWAIT_MAP_LISTENED];
	__s32 *sockets = calloc(PORTS, sizeof(*sockets));
	struct lane_listened was;
	unsigned int port;
	int ret;

	if (!sockets)
		return -ENOMEM;
	ret = sockdiag_tcp(AF_INET, SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, listener_take, sockets);
	if (!ret)
		ret = sockdiag_tcp(AF_INET6, SOCKDIAG_BIT(SOCKDIAG_LISTEN), 0, listener_take,
				   sockets);
	for (port = 0; port < PORTS && !ret; port++) {
		const struct lane_listened_key key = { .netns = net->inode, .port = port };
		const struct lane_listened is = { .sockets = sockets[port] };

		if (is.sockets &&
		    (bpf_map_lookup_elem(map, &key, &was) || was.sockets < is.sockets))
			(void)bpf_map_update_elem(map, &key, &is, BPF_ANY); /* or it is full */
	}
	free(sockets);
	return ret;
}

/* ---- do they part? */

static const struct timewait_net *net_in(const struct timewait *sample, unsigned int inode)
{
	static const struct timewait_net none;
	unsigned int i;

	for (i = 0; i < sample->nr_net; i++)
		if (sample->net[i].netns == inode)
			return &sample->net[i];
	return &none;
}

static bool parted(const struct timewait *before, const struct timewait *after,
		   const struct net *net)
{
	const struct timewait_net *a = net_in(before, net->inode), *b = net_in(after, net->inode);
	uint64_t low = a->alive < b->alive ? a->alive : b->alive;
	uint64_t high = a->alive < b->alive ? b->alive : a->alive;
	uint64_t meanwhile =
		b->counts.births - a->counts.births + b->counts.deaths - a->counts.deaths;
	uint64_t slack = meanwhile + SLACK + high / SLACK_PART, alive = (uint64_t)net->alive;

	if (net->alive < 0)
		return false;
	if (!meanwhile)
		return alive != a->alive;
	return alive + slack < low || alive > high + slack;
}

static int seeds_mend(struct timewait_reader *r, struct net *nets, unsigned int nr, struct err *err)
{
	struct timewait before = { 0 }, after = { 0 };
	unsigned int i, walks = 0;
	int ret;

	ret = timewait_sample(r, &before, err);
	for (i = 0; i < nr && !ret; i++)
		(void)net_enter(r, &nets[i], alive_read); /* it may be gone */
	if (!ret)
		ret = timewait_sample(r, &after, err);
	/* those beyond still part at the next look, and have their turn then */
	for (i = 0; i < nr && !ret && walks < WALKS_MAX; i++)
		if (parted(&before, &after, &nets[i]) && ++walks)
			(void)net_enter(r, &nets[i], net_seed); /* the same */
	timewait_free(&before);
	timewait_free(&after);
	return ret;
}

/* ---- what is empty */

/* A program may have written @then after @now was read. */
static bool is_older(uint64_t now, uint64_t then, uint64_t ns)
{
	return now > then && now - then > ns;
}

static void past_add(const struct timewait_reader *r, __u32 netns, const struct lane_tw *tw)
{
	const int map = r->programs.map[TIMEWAIT_MAP_PAST];
	struct lane_tw past;

	if (bpf_map_lookup_elem(map, &netns, &past))
		past = no_row;
	past.births += tw->births;
	past.fin_wait2 += tw->fin_wait2;
	past.deaths += tw->deaths;
	past.early += tw->early;
	past.reused += tw->reused;
	past.overflows += tw->overflows;
	past.refused += tw->refused;
	(void)bpf_map_update_elem(map, &netns, &past, BPF_ANY); /* full: those sums are short */
}

/*
 * A program that found the row just now and counts in it when it is gone counts
 * in vain, or in the row that got its place: the sum of the namespace is wrong by
 * one, and the next comparison with sockstat mends it.
 */
static int empty_remove(const struct timewait_reader *r, bool out)
{
	const int map = r->programs.map[out ? TIMEWAIT_MAP_OUT : TIMEWAIT_MAP_IN];
	const struct lane_tw_key *keys;
	const struct lane_tw *values;
	struct lane_tw_seed seed;
	struct rows rows;
	unsigned int i;
	uint64_t now;
	int ret;

	ret = rows_read(map, out ? LANE_TW_OUT : LANE_TW_IN, sizeof(*keys), sizeof(*values), &rows);
	now = clock_mono_ns();
	keys = rows.keys;
	values = rows.values;
	for (i = 0; i < rows.nr && !ret; i++) {
		const struct lane_tw *tw = &values[i];

		if (bpf_map_lookup_elem(r->programs.map[TIMEWAIT_MAP_SEED], &keys[i], &seed))
			seed.alive = 0;
		/* without deaths being seen (an estimate), what is old enough is empty */
		if (r->exact && (int64_t)(tw->births - tw->deaths) + seed.alive > 0)
			continue;
		if (!is_older(now, tw->last_ns, QUIET_NS) ||
		    !is_older(now, tw->refused_ns, QUIET_NS))
			continue;
		past_add(r, keys[i].netns, tw);
		(void)bpf_map_delete_elem(map, &keys[i]); /* nobody else does */
		(void)bpf_map_delete_elem(r->programs.map[TIMEWAIT_MAP_SEED], &keys[i]);
	}
	rows_free(&rows);
	return ret;
}

static int deaf_remove(const struct timewait_reader *r)
{
	const int map = r->programs.map[TIMEWAIT_MAP_LISTENED];
	const struct lane_listened *values;
	const struct lane_listened_key *keys;
	struct rows rows;
	unsigned int i;
	uint64_t now;
	int ret;

	ret = rows_read(map, LANE_LISTENED, sizeof(*keys), sizeof(*values), &rows);
	now = clock_mono_ns();
	keys = rows.keys;
	values = rows.values;
	for (i = 0; i < rows.nr && !ret; i++)
		if (values[i].sockets < 1 && is_older(now, values[i].left_ns, LEFT_NS))
			(void)bpf_map_delete_elem(map, &keys[i]); /* nobody else does */
	rows_free(&rows);
	return ret;
}

static int remove_all(const struct timewait_reader *r, struct err *err)
{
	int ret = empty_remove(r, true);

	if (!ret)
		ret = empty_remove(r, false);
	if (!ret)
		ret = deaf_remove(r);
	return ret ? err_set(err, ret, "the BPF maps cannot be read: %s", strerror(-ret)) : 0;
}

int timewait_tend(struct timewait_reader *reader, bool all, struct err *err)
{
	struct net *nets = calloc(NETS_MAX, sizeof(*nets));
	unsigned int i, nr;
	int lock, ret = 0;

	if (!nets)
		return err_set(err, -ENOMEM, "out of memory");
	lock = pins_lock(err); /* one at a time */
	if (lock < 0) {
		free(nets);
		return lock;
	}
	nr = nets_find(nets);
	for (i = 0; i < nr && all; i++)
		(void)net_enter(reader, &nets[i], listeners_walk); /* it may be gone */
	if (reader->exact)
		ret = seeds_mend(reader, nets, nr, err);
	free(nets);
	if (!ret)
		ret = remove_all(reader, err);
	close(lock);
	return ret;
}
