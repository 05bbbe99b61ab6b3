// SPDX-License-Identifier: GPL-2.0
/* The sources of events; see wake.h. */
#include "cmd/wake.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "apply/keeper.h"
#include "base/genl.h"
#include "base/nmconf.h"
#include "cmd/cmd.h"
#include "cmd/rtevent.h"

#define RULE6_GROUP (1U << (RTNLGRP_IPV6_RULE - 1)) /* as RTMGRP_IPV4_RULE */

struct wake {
	sd_event *event;
	wake_look look;
	wake_blame blame;
	wake_listens listens;
	void *arg;
	struct blame_reader *reader;
	struct err blame_why; /* why there is no reader */
	uint64_t lost;
	unsigned int sweep_s;
	sd_event_source *sweep;
	sd_event_source *module;
	int module_fd;
};

/* ------------------------------------------------------------- netlink */

/* A socket that is read until it is empty; what it says is only that there was something. */
static bool drain(int fd)
{
	char buf[8192];
	ssize_t n;
	bool any = false;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0 ||
	       (n < 0 && (errno == ENOBUFS || errno == EINTR)))
		any = true; /* lost ones are events, too */
	return any;
}

static int on_rtnetlink(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	_Alignas(struct nlmsghdr) char buf[16384];
	struct wake *wake = arg;
	enum rtevent most = RTEVENT_NONE, one;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0 ||
	       (n < 0 && (errno == ENOBUFS || errno == EINTR))) {
		one = n < 0 ? RTEVENT_ALL : rtevent_of(buf, (size_t)n);
		most = one > most ? one : most;
	}
	if (most)
		wake->look(wake->arg, "a link, an address or a rule changed", most == RTEVENT_ALL);
	return 0;
}

static int on_ethtool(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct wake *wake = arg;

	if (drain(fd))
		wake->look(wake->arg, "ethtool changed a setting", false);
	return 0;
}

/* "online@/devices/system/cpu/cpu3": the first line of a uevent is enough. */
static int on_uevent(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct wake *wake = arg;
	char buf[8192], said[160] = "";
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT)) > 0 ||
	       (n < 0 && errno == ENOBUFS)) {
		if (n < 0)
			(void)snprintf(said, sizeof(said), "uevents were lost");
		if (n <= 0)
			continue;
		buf[n] = '\0';
		if (strstr(buf, "/devices/virtual/")) /* a container's, say: has no lanes */
			continue;
		if (strstr(buf, "/cpu/cpu") || strstr(buf, "/net/") || strstr(buf, "/virtio"))
			(void)snprintf(said, sizeof(said), "%.150s", buf);
	}
	if (said[0])
		wake->look(wake->arg, said, false);
	return 0;
}

static int netlink_listen(int bus, uint32_t groups)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, bus);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

/* The source owns the descriptor. */
static sd_event_source *listen_to(struct wake *wake, int fd, sd_event_io_handler_t on,
				  const char *what)
{
	sd_event_source *source = NULL;

	if (fd < 0 || sd_event_add_io(wake->event, &source, fd, EPOLLIN, on, wake) < 0) {
		if (fd >= 0)
			close(fd);
		say("not seen here: %s (%s); the sweep finds it\n", what,
		    strerror(fd < 0 ? -fd : ENOMEM));
		return NULL;
	}
	(void)sd_event_source_set_io_fd_own(source, 1);
	return source;
}

/* One that lives as long as the loop. */
static void listen_always(struct wake *wake, int fd, sd_event_io_handler_t on, const char *what)
{
	sd_event_source *source = listen_to(wake, fd, on, what);

	if (source)
		(void)sd_event_source_set_floating(source, 1);
	(void)sd_event_source_unref(source);
}

/* ethtool's notifications (5.6): a socket that has joined them, or -errno. */
static int ethtool_listen(void)
{
	struct mnl_socket *nl = netlink_open(NETLINK_GENERIC);
	struct genl_numbers numbers;
	int fd, ret;

	if (!nl)
		return -errno;
	ret = genl_find(nl, 1, ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME, &numbers);
	mnl_socket_close(nl);
	if (ret || !numbers.group)
		return ret ? ret : -ENOENT;
	fd = netlink_listen(NETLINK_GENERIC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &numbers.group,
				  sizeof(numbers.group))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/* ------------------------------------------------------------- blame */

static void blame_one(const struct blame *blame, void *arg)
{
	struct wake *wake = arg;
	char event[96];

	if (blame->kind == BLAMED_LISTEN) {
		if (!blame->ret)
			wake->listens(wake->arg, blame->value, blame->this_netns);
		return;
	}
	wake->blame(wake->arg, blame);
	if (blame->ours || blame->ret)
		return;
	(void)snprintf(event, sizeof(event), "somebody touched a setting (%s)",
		       blame->comm[0] ? blame->comm : "unknown");
	wake->look(wake->arg, event, false);
}

void wake_read_blame(void *arg)
{
	struct wake *wake = arg;
	uint64_t lost;

	if (!wake->reader)
		return;
	(void)blame_read(wake->reader, blame_one, wake); /* a failure is as good as nothing read */
	lost = blame_lost(wake->reader);
	if (lost != wake->lost)
		wake->look(wake->arg, "more was touched than could be followed", false);
	wake->lost = lost;
}

static int on_blame(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	wake_read_blame(arg);
	return 0;
}

void wake_ways(const struct wake *wake, struct text *t)
{
	const struct blame_way *way;
	unsigned int i, j, nr, unseen = 0;

	if (!wake->reader) {
		text_add(t, "nobody can be named: %s", wake->blame_why.text);
		return;
	}
	way = blame_ways(wake->reader, &nr);
	text_add(t, "who touches a knob is seen");
	for (i = 0; i < nr; i++) {
		for (j = 0; j < i && way[i].way; j++)
			if (way[j].way && !strcmp(way[i].way, way[j].way))
				break;
		if (way[i].way && j == i)
			text_add(t, " by %s", way[i].way);
	}
	for (i = 0; i < nr; i++)
		if (!way[i].way)
			text_add(t, "%s%s", unseen++ ? ", " : "; not seen: ", way[i].fact);
}

/* ------------------------------------------------------------- the rest */

/* Readable when somebody sets the clock, as is done after a pause of the node (a migration). */
static int on_clock(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	const struct itimerspec far = { .it_value.tv_sec = 1LL << 40 };
	struct wake *wake = arg;
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) < 0 && errno == ECANCELED)
		wake->look(wake->arg, "the clock was set (a pause of the node?)", true);
	(void)timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
	return 0;
}

static int clock_listen(void)
{
	const struct itimerspec far = { .it_value.tv_sec = 1LL << 40 };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL)) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

/* A package or a person at work among NetworkManager's files, or this netlane itself. */
static int on_files(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct wake *wake = arg;

	wake->look(wake->arg, "NetworkManager's configuration changed", true);
	return 0;
}

static int on_sweep(sd_event_source *source, uint64_t usec, void *arg)
{
	struct wake *wake = arg;

	(void)sd_event_source_set_time_relative(source, wake->sweep_s * 1000000ULL);
	(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	wake->look(wake->arg, "the sweep", true);
	return 0;
}

void wake_sweep(struct wake *wake, unsigned int sweep_s)
{
	wake->sweep = sd_event_source_disable_unref(wake->sweep);
	wake->sweep_s = sweep_s;
	if (sweep_s)
		(void)sd_event_add_time_relative(wake->event, &wake->sweep, CLOCK_BOOTTIME,
						 sweep_s * 1000000ULL, 0, on_sweep, wake);
}

static int on_module(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct keeper_event event;
	struct wake *wake = arg;
	char said[96], name[IF_NAMESIZE];
	int ret;

	while ((ret = keeper_events_read(fd, &event)) == 1) {
		if (!if_indextoname(event.ifindex, name))
			(void)snprintf(name, sizeof(name), "a gone NIC");
		if (event.cmd == NETLANE_CMD_REWRITTEN && event.put_back)
			say("module %s: the driver rewrote its masks, %u put back at once\n", name,
			    event.put_back);
		(void)snprintf(said, sizeof(said), "the module saw the driver rewrite %s", name);
		wake->look(wake->arg, said, false);
	}
	if (ret < 0)
		wake->look(wake->arg, "events of the module were lost", false);
	return 0;
}

void wake_module(struct wake *wake, bool there)
{
	int fd;

	if (there == !!wake->module)
		return;
	wake->module = sd_event_source_disable_unref(wake->module);
	if (!there)
		return;
	fd = keeper_events_open(NULL);
	if (fd >= 0)
		wake->module = listen_to(wake, fd, on_module, "events of the module");
}

/* A family of generic netlink came or went; the socket that heard one is deaf from then on. */
static int on_family(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct wake *wake = arg;

	if (!drain(fd))
		return 0;
	wake_module(wake, false); /* the next look that finds the module opens it again */
	wake->look(wake->arg, "a kernel module came or went", false);
	return 0;
}

struct wake *wake_open(sd_event *event, unsigned int sweep_s, wake_look look, wake_blame blame,
		       wake_listens listens, void *arg)
{
	struct wake *wake = calloc(1, sizeof(*wake));
	int ret;

	if (!wake)
		return NULL;
	wake->event = event;
	wake->look = look;
	wake->blame = blame;
	wake->listens = listens;
	wake->arg = arg;
	listen_always(wake,
		      netlink_listen(NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
							    RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_RULE |
							    RULE6_GROUP),
		      on_rtnetlink, "links");
	listen_always(wake, ethtool_listen(), on_ethtool, "ethtool's changes");
	listen_always(wake, netlink_listen(NETLINK_KOBJECT_UEVENT, 1), on_uevent, "uevents");
	/* the controller's only group has the controller's own number */
	listen_always(wake, netlink_listen(NETLINK_GENERIC, 1u << (GENL_ID_CTRL - 1)), on_family,
		      "modules that come and go");
	listen_always(wake, clock_listen(), on_clock, "jumps of the clock");
	/* where it is not there, no file of netlane's is either */
	(void)sd_event_add_inotify(event, NULL, NMCONF_ETC,
				   IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVE | IN_ONLYDIR,
				   on_files, wake);
	ret = blame_open(false, &wake->reader, &wake->blame_why);
	if (!ret)
		(void)sd_event_add_io(event, NULL, blame_fd(wake->reader), EPOLLIN, on_blame, wake);
	wake_sweep(wake, sweep_s);
	return wake;
}

void wake_close(struct wake *wake)
{
	if (!wake)
		return;
	wake->module = sd_event_source_disable_unref(wake->module);
	wake->sweep = sd_event_source_disable_unref(wake->sweep);
	blame_close(wake->reader);
	free(wake);
}
