// SPDX-License-Identifier: GPL-2.0
/* The health answer over HTTP; see health.h. */
#include "cmd/health.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/text.h"
#include "cmd/drain_state.h"

#define CLIENTS_MAX 32 /* one more takes the place of the one that came first */

static struct {
	char listen[64]; /* where it listens, "": nowhere */
	sd_event_source *listener;
	sd_event_source *client[CLIENTS_MAX];
	unsigned int next;
} health;

static void answer(int fd)
{
	struct drain_state state;
	char request[2048], reply[256];
	const bool drained = drain_state_read(netns_own(), &state);
	const char *word = drained ? "draining\n" : "in service\n";
	ssize_t len = recv(fd, request, sizeof(request), MSG_DONTWAIT);
	bool head = len >= 5 && !memcmp(request, "HEAD ", 5);

	if (len <= 0)
		return;
	(void)snprintf(reply, sizeof(reply),
		       "HTTP/1.0 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
		       "Cache-Control: no-store\r\nConnection: close\r\n\r\n%s",
		       drained ? "503 Service Unavailable" : "200 OK", strlen(word),
		       head ? "" : word);
	/* one who does not read it has asked for nothing */
	(void)send(fd, reply, strlen(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
}

static int on_request(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	unsigned int i;

	answer(fd);
	for (i = 0; i < CLIENTS_MAX; i++)
		if (health.client[i] == source)
			health.client[i] = sd_event_source_disable_unref(source);
	return 0;
}

static int on_connect(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	sd_event_source **slot = &health.client[health.next++ % CLIENTS_MAX];
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0)
		return 0;
	*slot = sd_event_source_disable_unref(*slot);
	if (sd_event_add_io(sd_event_source_get_event(source), slot, client, EPOLLIN, on_request,
			    NULL) < 0)
		close(client);
	else
		(void)sd_event_source_set_io_fd_own(*slot, 1);
	return 0;
}

/* @listen as config_listen_parse() leaves it. The size of @addr. */
static socklen_t address_of(const char *listen, struct sockaddr_storage *addr)
{
	struct sockaddr_in *four = (struct sockaddr_in *)addr;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)addr;
	const char *colon = strrchr(listen, ':');
	const bool bracket = *listen == '[';
	char text[64];

	memset(addr, 0, sizeof(*addr));
	(void)snprintf(text, sizeof(text), "%.*s", (int)(colon - listen) - 2 * bracket,
		       listen + bracket);
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	(void)inet_pton(AF_INET6, text,
			&six->sin6_addr); /* else "*": any, which is what is there */
	return sizeof(*six);
}

void health_end(void)
{
	unsigned int i;

	health.listener = sd_event_source_disable_unref(health.listener);
	for (i = 0; i < CLIENTS_MAX; i++)
		health.client[i] = sd_event_source_disable_unref(health.client[i]);
	health.listen[0] = '\0';
}

int health_listen(sd_event *event, const char *where, struct err *err)
{
	struct sockaddr_storage addr;
	const int on = 1, off = *where != '*';
	socklen_t len;
	int fd, ret = 0;

	if (!strcmp(where, health.listen))
		return 0;
	health_end();
	if (!*where)
		return 0;
	len = address_of(where, &addr);
	fd = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (addr.ss_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off))) ||
	    bind(fd, (struct sockaddr *)&addr, len) || listen(fd, CLIENTS_MAX))
		ret = -errno;
	if (!ret)
		ret = sd_event_add_io(event, &health.listener, fd, EPOLLIN, on_connect, NULL);
	if (ret < 0) {
		if (fd >= 0)
			close(fd);
		return err_set(err, ret, "health_listen = %s: %s", where, strerror(-ret));
	}
	(void)sd_event_source_set_io_fd_own(health.listener, 1);
	(void)text_copy(health.listen, sizeof(health.listen), where); /* an address and a port */
	return 0;
}
