// SPDX-License-Identifier: GPL-2.0
/* A client of irqbalance's socket; see irqbalance.h. */
#include "base/irqbalance.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"

#define SOCKET_DIR "/run/irqbalance"
#define BAN "settings ban irqs "
#define ANSWER_MAX_BYTES (1 << 20)
#define MESSAGE_SAFE_BYTES 499 /* what every version takes; 1.9.5 and later take 16383 */
#define MESSAGE_MAX_BYTES 16383

/* Is a process of that name there at all? */
static bool is_running(const char *root)
{
	char **names, comm[32];
	bool found = false;
	unsigned int i, nr;

	if (files_list(root, &names, &nr, "/proc"))
		return false;
	for (i = 0; i < nr && !found; i++)
		found = isdigit((unsigned char)names[i][0]) &&
			!file_read(root, comm, sizeof(comm), "/proc/%s/comm", names[i]) &&
			!strcmp(comm, "irqbalance");
	files_free(names, nr);
	return found;
}

static int socket_connect(const char *root, const char *name, unsigned int wait_ms)
{
	const struct timeval wait = { wait_ms / 1000, wait_ms % 1000 * 1000 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, n, ret;

	n = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s" SOCKET_DIR "/%s",
		     root && strcmp(root, "/") ? root : "", name);
	if (n < 0 || (size_t)n >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* bounds connect(2), which waits for a place in the daemon's short queue */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ||
	    connect(fd, (const struct sockaddr *)&addr, sizeof(addr))) {
		ret = errno == EAGAIN ? -ETIMEDOUT : -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/* Connects to the irqbalance that listens; a dead one leaves its socket behind. */
static int daemon_connect(const char *root, unsigned int wait_ms, struct err *err)
{
	char **names;
	unsigned int i, nr;
	int fd = -ENOENT;

	if (files_list(root, &names, &nr, SOCKET_DIR)) {
		names = NULL;
		nr = 0;
	}
	for (i = 0; i < nr && fd < 0; i++) {
		if (strncmp(names[i], "irqbalance", strlen("irqbalance")))
			continue;
		fd = socket_connect(root, names[i], wait_ms);
		if (fd == -EACCES || fd == -EPERM || fd == -ETIMEDOUT)
			break;
	}
	files_free(names, nr);
	if (fd >= 0)
		return fd;
	if (fd == -EACCES || fd == -EPERM)
		return err_set(err, -EACCES, "irqbalance: its socket is for root only");
	if (fd == -ETIMEDOUT)
		return err_set(err, fd, "irqbalance does not answer: too many wait for it");
	if (!is_running(root))
		return err_set(err, -ENOENT, "irqbalance does not run");
	return err_set(err, -EOPNOTSUPP,
		       "irqbalance runs, but has no socket in " SOCKET_DIR
		       " (1.6 and later have): it cannot be told to leave interrupts alone");
}

/* One write(2) with our credentials: the daemon obeys root alone. */
static int message_send(int fd, const char *message)
{
	union {
		char room[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control = { .room = { 0 } };
	struct ucred me = { .pid = getpid(), .uid = geteuid(), .gid = getegid() };
	struct iovec iov = { (void *)(uintptr_t)message, strlen(message) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_CREDENTIALS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(me));
	memcpy(CMSG_DATA(cmsg), &me, sizeof(me));
	n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == iov.iov_len ? 0 : -EMSGSIZE;
}

/*
 * Up to 1.9.5 and maybe later, the daemon dies of SIGPIPE when who asked has
 * hung up before the answer (seen with 1.9.2). So the connection is left to a
 * child without any other descriptor, which ends when the daemon closes.
 */
static void abandon(int fd)
{
	char sink[512];

	if (fork())
		return;
	files_close_all_but(fd);
	(void)setsid(); /* a Ctrl-C is not meant for it */
	(void)prctl(PR_SET_NAME, "netlane-linger"); /* the name is a courtesy */
	while (recv(fd, sink, sizeof(sink), 0) > 0)
		;
	_exit(0);
}

static int64_t now_ms(void)
{
	return (int64_t)(clock_mono_ns() / 1000000);
}

/* Until the daemon closes, which it does after every message. */
static int answer_read(int fd, unsigned int wait_ms, struct text *answer)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int64_t end_ms = now_ms() + wait_ms, left_ms;
	char buf[4096];
	ssize_t n;

	for (;;) {
		left_ms = end_ms - now_ms();
		n = poll(&poller, 1, left_ms > 0 ? (int)left_ms : 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ETIMEDOUT;
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		/* what it did not read of a long message resets the connection */
		if (n < 0 && errno == ECONNRESET)
			return 0;
		if (n < 0)
			return -errno;
		if (!n)
			return answer->failed ? -ENOMEM : 0;
		buf[n] = 0;
		if (answer->len < ANSWER_MAX_BYTES)
			text_add(answer, "%s", buf);
	}
}

static int ask(const char *root, unsigned int wait_ms, const char *message, struct text *answer,
	       struct err *err)
{
	int fd, ret;

	fd = daemon_connect(root, wait_ms, err);
	if (fd < 0)
		return fd;
	ret = message_send(fd, message);
	if (!ret)
		ret = answer_read(fd, wait_ms, answer);
	if (ret == -ETIMEDOUT)
		abandon(fd);
	close(fd);
	if (ret == -ETIMEDOUT)
		return err_set(err, ret,
			       "irqbalance gave no answer in %u ms; it gives none while it scans "
			       "anew, for 10 s (its --interval) after every change",
			       wait_ms);
	if (ret)
		return err_set(err, ret, "irqbalance does not answer: %s", strerror(-ret));
	return 0;
}

static int number_compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

/* "SLEEP 10 IRQ 24 LOAD 0 DIFF 0 CLASS 0 IRQ 25 ... BANNED 00" -> "24 25". */
static char *answer_to_list(char *answer)
{
	unsigned int *irq = NULL, *more, nr = 0, i;
	struct text list = { 0 };
	char *word, *rest;
	unsigned long n;

	for (word = strtok_r(answer, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
		if (strcmp(word, "IRQ"))
			continue;
		word = strtok_r(NULL, " \n", &rest);
		if (!word || text_uint(word, 0, 1U << 20, &n))
			break;
		more = realloc(irq, (nr + 1) * sizeof(*irq));
		if (!more)
			goto free_irq;
		irq = more;
		irq[nr++] = (unsigned int)n;
	}
	if (nr)
		qsort(irq, nr, sizeof(*irq), number_compare);
	for (i = 0; i < nr; i++)
		if (!i || irq[i] != irq[i - 1])
			text_add(&list, "%s%u", list.len ? " " : "", irq[i]);
	free(irq);
	return text_take(&list);
free_irq:
	free(irq);
	return NULL;
}

int irqbalance_get(const char *root, unsigned int wait_ms, char **irqs, struct err *err)
{
	struct text answer = { 0 };
	int ret;

	*irqs = NULL;
	ret = ask(root, wait_ms, "setup", &answer, err);
	if (!ret && (!answer.s || strncmp(answer.s, "SLEEP ", strlen("SLEEP "))))
		ret = err_set(err, geteuid() ? -EACCES : -EPROTO,
			      "irqbalance gives no answer to \"setup\"%s",
			      geteuid() ? ": it answers root only" : "");
	if (!ret) {
		*irqs = answer_to_list(answer.s);
		if (!*irqs)
			ret = err_set(err, -ENOMEM, "out of memory");
	}
	text_free(&answer);
	return ret;
}

static int list_send(const char *root, unsigned int wait_ms, const char *irqs, struct err *err)
{
	struct text message = { 0 }, answer = { 0 };
	int ret;

	text_add(&message, BAN "%s", *irqs ? irqs : "NONE");
	ret = message.failed ? err_set(err, -ENOMEM, "out of memory") :
			       ask(root, wait_ms, message.s, &answer, err);
	text_free(&message);
	text_free(&answer);
	return ret;
}

/* Longer than every version takes: only the daemon itself knows whether this one does. */
static int list_try(const char *root, unsigned int wait_ms, const char *irqs, struct err *err)
{
	char *before = NULL, *now = NULL;
	int ret;

	ret = irqbalance_get(root, wait_ms, &before, err);
	if (!ret)
		ret = list_send(root, wait_ms, irqs, err);
	if (!ret)
		ret = irqbalance_get(root, wait_ms, &now, err);
	if (!ret && strcmp(now, irqs)) {
		ret = list_send(root, wait_ms, before, err);
		if (!ret)
			ret = -E2BIG;
		(void)err_set(
			err, ret,
			"irqbalance takes only about 120 interrupts to leave alone before "
			"version 1.9.5; start it with --banmod=virtio, or set irqbalance = no "
			"in the configuration");
	}
	free(before);
	free(now);
	return ret;
}

int irqbalance_set(const char *root, unsigned int wait_ms, const char *irqs, struct err *err)
{
	size_t len = strlen(BAN) + strlen(irqs);

	if (len > MESSAGE_MAX_BYTES)
		return err_set(err, -E2BIG, "irqbalance takes no list of %zu bytes", len);
	if (len > MESSAGE_SAFE_BYTES)
		return list_try(root, wait_ms, irqs, err);
	return list_send(root, wait_ms, irqs, err);
}
