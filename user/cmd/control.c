// SPDX-License-Identifier: GPL-2.0
/* The service's side of the control socket; see control.h. */
#include "cmd/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json_tokener.h>

#include "cmd/cmd.h"

#define REQUEST_MAX 65536
#define PATIENCE_S 2 /* for a client that does not read */
#define ANSWER_MAX 4096
#define WAITING_MAX 8

struct control {
	control_do act;
	void *arg;
	sd_event_source *listener;
	/* who is connected and has not said yet what he wants; the oldest gives way */
	sd_event_source *waiting[WAITING_MAX];
	unsigned int next;
};

static int answer(int fd, char kind, const char *text)
{
	char buf[ANSWER_MAX];
	int len = snprintf(buf, sizeof(buf), "%c%s", kind, text);

	if (len >= (int)sizeof(buf))
		len = sizeof(buf) - 1;
	return send(fd, buf, (size_t)len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* One client that goes away, or does not read, must not stop a change half-way. */
static void sink(void *arg, bool error, const char *text)
{
	int *fd = arg;
	size_t at, len = strlen(text);

	for (at = 0; *fd >= 0 && at < len; at += ANSWER_MAX - 8) {
		char part[ANSWER_MAX - 7];

		(void)snprintf(part, sizeof(part), "%s", text + at);
		if (answer(*fd, error ? 'e' : 'o', part))
			*fd = -1;
	}
}

/* "root by sshd (pid 812)", as far as the peer can be known. */
static void peer_name(const struct ucred *peer, char *buf, size_t len)
{
	char comm[32] = "", shown[64];

	if (file_read(NULL, comm, sizeof(comm), "/proc/%d/comm", (int)peer->pid))
		comm[0] = '\0';
	text_escape(shown, sizeof(shown), comm[0] ? comm : "a process");
	(void)snprintf(buf, len, "%s by %s (pid %d), through the service",
		       peer->uid ? "somebody" : "root", shown, (int)peer->pid);
}

static void serve(struct control *control, int fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct json_object *request = NULL;
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	char *text = malloc(REQUEST_MAX + 1), who[128], code[16];
	int to = fd;
	ssize_t n;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!text || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) || peer.uid) {
		(void)answer(fd, 'e', "netlane: only root may ask the service for a change\n");
		(void)answer(fd, 'x', "1");
		goto out;
	}
	n = recv(fd, text, REQUEST_MAX, MSG_DONTWAIT);
	if (n <= 0)
		goto out;
	text[n] = '\0';
	request = json_tokener_parse(text);
	if (answer(fd, 'h', ""))
		goto out; /* gone before it began: nothing is done for nobody */
	peer_name(&peer, who, sizeof(who));
	print_to(sink, &to);
	n = request ? control->act(control->arg, request, who) :
		      fail("the request is no JSON; is the service of another version?");
	print_to(NULL, NULL);
	(void)snprintf(code, sizeof(code), "%d", (int)n);
	(void)answer(fd, 'x', code);
out:
	json_object_put(request);
	free(text);
}

/* Only who has said something is served: nobody keeps the service from its work by silence. */
static int on_request(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct control *control = arg;
	unsigned int i;

	serve(control, fd);
	for (i = 0; i < WAITING_MAX; i++)
		if (control->waiting[i] == source)
			control->waiting[i] = sd_event_source_disable_unref(source);
	return 0;
}

static int on_connect(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct control *control = arg;
	sd_event_source **slot = &control->waiting[control->next++ % WAITING_MAX];
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0)
		return 0;
	*slot = sd_event_source_disable_unref(*slot);
	if (sd_event_add_io(sd_event_source_get_event(source), slot, client, EPOLLIN, on_request,
			    control) < 0)
		close(client);
	else
		(void)sd_event_source_set_io_fd_own(*slot, 1);
	return 0;
}

int control_listen(sd_event *event, control_do act, void *arg, struct err *err)
{
	static struct control control; /* one service a process */
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = CONTROL_PATH };
	int fd, ret;

	control.act = act;
	control.arg = arg;
	control.listener = sd_event_source_disable_unref(control.listener);
	(void)unlink(CONTROL_PATH); /* of a service that was killed: we hold the pid file's lock */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    chmod(CONTROL_PATH, 0600) || listen(fd, 8)) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return err_set(err, ret, CONTROL_PATH " cannot be made: %s", strerror(-ret));
	}
	ret = sd_event_add_io(event, &control.listener, fd, EPOLLIN, on_connect, &control);
	if (ret < 0) {
		close(fd);
		return err_set(err, ret, "the event loop does not take " CONTROL_PATH);
	}
	(void)sd_event_source_set_io_fd_own(control.listener, 1);
	return 0;
}
