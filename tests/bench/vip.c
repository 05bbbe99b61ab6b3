// SPDX-License-Identifier: GPL-2.0
/*
 * Connections between two network namespaces from one thread, which opens, accepts
 * and closes each, so that all of it (softirqs of a veth pair as well) is in the CPU
 * time of this process, whatever else the machine does.
 *
 *   vip CLIENT SERVER LISTEN     listens, then for each line "ADDRESS PORT NUMBER EXCHANGES"
 *                                ns of CPU for a connection
 *
 * The rule: each is ended by a reset, so that no TIME_WAIT makes the next one dearer.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void enter(const char *name)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static int listens(unsigned int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)) || listen(fd, 128))
		err(1, "listening on port %u", port);
	return fd;
}

static void exchange(int from, int to)
{
	char byte = 'x';

	if (write(from, &byte, 1) != 1 || read(to, &byte, 1) != 1)
		err(1, "an exchange");
}

static void connection(int listener, const struct sockaddr_in *to, unsigned int exchanges)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server, one = 1;

	if (client < 0 || setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ||
	    setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) ||
	    connect(client, (const struct sockaddr *)to, sizeof(*to)))
		err(1, "connecting");
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0 || setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		err(1, "accepting");
	while (exchanges--) {
		exchange(client, server);
		exchange(server, client);
	}
	close(client);
	close(server);
}

static double cpu_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* All of them, and the time of one. */
static double measure(int listener, const struct sockaddr_in *to, unsigned int number,
		      unsigned int exchanges)
{
	unsigned int i;
	double began;

	for (i = 0; i < number / 10; i++) /* warm */
		connection(listener, to, exchanges);
	began = cpu_ns();
	for (i = 0; i < number; i++)
		connection(listener, to, exchanges);
	return (cpu_ns() - began) / number;
}

int main(int argc, char **argv)
{
	unsigned int port, number, exchanges;
	struct sockaddr_in to = { .sin_family = AF_INET };
	char line[256], address[64];
	int listener;

	if (argc != 4)
		errx(2, "usage: vip CLIENT SERVER LISTEN");
	enter(argv[2]);
	listener = listens((unsigned int)atoi(argv[3]));
	enter(argv[1]);
	puts("ready");
	(void)fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%63s %u %u %u", address, &port, &number, &exchanges) != 4 ||
		    inet_pton(AF_INET, address, &to.sin_addr) != 1 || !number)
			errx(2, "'%s' is not ADDRESS PORT NUMBER EXCHANGES", line);
		to.sin_port = htons((uint16_t)port);
		printf("%.0f\n", measure(listener, &to, number, exchanges));
		(void)fflush(stdout);
	}
	return 0;
}
