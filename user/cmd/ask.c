// SPDX-License-Identifier: GPL-2.0
/* Asking the service for a change; see control.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/control.h"
#include "cmd/run.h"

#define HELLO_S 15 /* until it takes the request on: it may be in the middle of a look */
#define WORK_S 180 /* then: a channel change may wait for a busy driver */

static int patience_set(int fd, unsigned int seconds)
{
	const struct timeval patience = { .tv_sec = seconds };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static int service_connect(struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = CONTROL_PATH };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), ret;

	if (fd >= 0 && !connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	ret = -errno;
	if (fd >= 0)
		close(fd);
	if (!run_is_alive())
		return -ENOENT; /* what is left of one that was killed */
	return err_set(err, ret, "netlane run lives, but " CONTROL_PATH " does not answer: %s",
		       strerror(-ret));
}

static int answers_print(int fd, int *code, struct err *err)
{
	char buf[8192];
	bool taken = false;
	ssize_t n;

	for (;;) {
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return err_set(err, -ETIMEDOUT,
				       "the service (netlane run) does not answer%s; systemctl "
				       "status netlane says more, and systemctl kill -s KILL "
				       "netlane ends it without changing the node",
				       taken ? " any more" : "");
		if (n <= 0)
			return err_set(err, -EPIPE,
				       "the service ended in the middle of it; netlane status "
				       "says what stands");
		buf[n] = '\0';
		if (buf[0] == 'x') {
			*code = atoi(buf + 1);
			return 0;
		}
		taken = true;
		(void)patience_set(fd, WORK_S);
		if (buf[0] == 'o' || buf[0] == 'e')
			fputs(buf + 1, buf[0] == 'o' ? stdout : stderr);
		(void)fflush(stdout);
	}
}

int control_ask(struct json_object *request, int *code, struct err *err)
{
	const char *text = json_object_to_json_string(request);
	int fd, ret;

	if (!text) {
		json_object_put(request);
		return err_set(err, -ENOMEM, "out of memory");
	}
	fd = service_connect(err);
	if (fd < 0) {
		json_object_put(request);
		return fd;
	}
	(void)patience_set(fd, HELLO_S);
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		ret = err_set(err, -errno, "the service does not take the request: %s",
			      strerror(errno));
	else
		ret = answers_print(fd, code, err);
	close(fd);
	json_object_put(request);
	if (!ret && output_done() != CODE_DONE && *code == CODE_DONE)
		*code = CODE_FAILED;
	return ret;
}
