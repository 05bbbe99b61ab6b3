// SPDX-License-Identifier: GPL-2.0
/* netlane smc status' walk; see smc.h. The rule: what is not loaded is not asked. */
#include "observe/smc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/smcnl.h"
#include "observe/blame_parts.h"
#include "observe/holders.h"
#include "observe/smc_parts.h"

_Static_assert(sizeof(((struct smc_conn *)0)->by) == HOLDER_LEN, "a name fits");

void *smc_more(void *list, unsigned int *nr, size_t size)
{
	char **at = list, *more = realloc(*at, (*nr + 1) * size);

	if (!more)
		return NULL;
	*at = more;
	more += *nr * size;
	memset(more, 0, size);
	(*nr)++;
	return more;
}

struct smc_why *smc_why_of(struct smc_view *view, uint32_t code)
{
	struct smc_why *why;
	unsigned int i;

	for (i = 0; i < view->nr_why; i++)
		if (view->why[i].code == code)
			return &view->why[i];
	why = smc_more(&view->why, &view->nr_why, sizeof(*why));
	if (why)
		why->code = code;
	return why;
}

static int socket_cb(const struct nlmsghdr *nlh, void *data)
{
	if (smc_socket_take(nlh, data) != -ENOMEM)
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

/* The unit of the process that a name tells: "nginx (pid 812)". */
static void unit_name(struct smc_conn *conn)
{
	const char *pid = strstr(conn->by, " (pid ");
	struct text text = { 0 };
	char path[1024], unit[sizeof(conn->unit)];
	unsigned int n;

	if (!pid || sscanf(pid, " (pid %u)", &n) != 1)
		return;
	if (!file_slurp("/", &text, "/proc/%u/cgroup", n) && text.s &&
	    blame_cgroup_line(text.s, path, sizeof(path))) {
		blame_unit(path, unit, sizeof(unit));
		text_escape(conn->unit, sizeof(conn->unit), unit);
	}
	text_free(&text);
}

static void conns_name(struct smc_view *view)
{
	struct holder *holder = calloc(view->nr_conn + 1, sizeof(*holder));
	unsigned int i;

	if (!holder)
		return; /* a name is a help, not a promise */
	for (i = 0; i < view->nr_conn; i++)
		holder[i] = (struct holder){ view->conn[i].inode, view->conn[i].by };
	holders_name(holder, view->nr_conn);
	free(holder);
	for (i = 0; i < view->nr_conn; i++)
		unit_name(&view->conn[i]);
}

static int sockets_take(struct smc_view *view)
{
	int ret = smcnl_sockets(socket_cb, view);
	unsigned int i;

	view->diag = !ret ? IS_YES : IS_UNKNOWN;
	for (i = 0; i < view->nr_conn && !ret; i++) {
		const struct smc_conn *conn = &view->conn[i];
		struct smc_why *why;

		if (conn->mode != SMC_MODE_TCP)
			continue;
		why = smc_why_of(view, conn->reason);
		if (why)
			why->now++;
		if (why && conn->peer_reason)
			why = smc_why_of(view, conn->peer_reason);
		if (why && conn->peer_reason)
			why->peer_now++;
		ret = why ? 0 : -ENOMEM;
	}
	if (!ret)
		conns_name(view);
	return ret;
}

int smc_take(struct smc_view *view, struct err *err)
{
	struct smc_module diag;
	char release[128] = "";
	int ret = 0;

	memset(view, 0, sizeof(*view));
	view->diag = IS_NO;
	view->loaded = !smcnl_loaded("/");
	if (!view->loaded)
		return 0;
	(void)file_read("/", release, sizeof(release), "/proc/sys/kernel/osrelease");
	smcnl_module("/", release, "smc_diag", &diag.there, &diag.loaded);
	view->diag_there = diag.there == IS_YES;
	if (diag.loaded == IS_YES)
		ret = sockets_take(view);
	if (ret)
		return err_set(err, ret, "the sockets of SMC cannot be read (smc_diag): %s",
			       strerror(-ret));
	ret = smc_sums_take(view);
	return ret ? err_set(err, ret, "out of memory") : 0;
}
