/*
 * A known number of connections that end in a known way, both ends in this
 * process, for suites that count TIME_WAITs.
 *
 *   waits client|server|both|half|reset COUNT ADDRESS PORT [SOURCES]
 *       COUNT connections to ADDRESS:PORT, one after another; the end that is
 *       named closes first, both at once, or the client alone and the server's
 *       ends stay open until standard input ends, or by a reset. With SOURCES from so many
 *       addresses by turns, 127.1.0.0 and on.
 *   waits bound COUNT ADDRESS PORT
 *       as client, but each one is bound to 127.0.0.1 and any port beforehand
 *   waits fail TIMES ADDRESS PORT
 *       connections that stay open, until connect() has failed TIMES times
 *   waits bind TIMES ADDRESS
 *       sockets bound to ADDRESS and any port, until bind() has failed TIMES times
 *   waits spread PER ADDRESSES PORT
 *       PER connections, closed by the client, to each of so many addresses,
 *       127.2.0.0 and on; the listener is on all
 *
 * The rule: what it says it did is what the kernel's calls returned, and it
 * ends when every end is closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static union {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
} to;
static socklen_t to_len;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void address(const char *text, int port)
{
	memset(&to, 0, sizeof(to));
	if (inet_pton(AF_INET, text, &to.in.sin_addr) == 1) {
		to.in.sin_family = AF_INET;
		to.in.sin_port = htons((uint16_t)port);
		to_len = sizeof(to.in);
	} else if (inet_pton(AF_INET6, text, &to.in6.sin6_addr) == 1) {
		to.in6.sin6_family = AF_INET6;
		to.in6.sin6_port = htons((uint16_t)port);
		to_len = sizeof(to.in6);
	} else {
		exit(2);
	}
}

static int listen_at(void)
{
	int fd = socket(to.sa.sa_family, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, &to.sa, to_len) || listen(fd, 1000))
		die("listen");
	return fd;
}

/* From 127.1.0.0 + @source; -1: whatever the kernel takes; -2: bound to 127.0.0.1 before. */
static int connect_from(int source)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd = socket(to.sa.sa_family, SOCK_STREAM, 0), one = 1;

	if (fd < 0)
		die("socket");
	if (source != -1) {
		from.sin_addr.s_addr =
			htonl(source < 0 ? INADDR_LOOPBACK : 0x7f010000u + (unsigned int)source);
		if (source >= 0)
			setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
			die("bind");
	}
	if (!connect(fd, &to.sa, to_len))
		return fd;
	close(fd);
	return -1;
}

/* Closes @first and, when its FIN is there, @second. */
static void close_in_turn(int first, int second)
{
	char c;

	close(first);
	if (recv(second, &c, 1, 0))
		die("no end");
	close(second);
}

static void end(const char *how, int client, int server)
{
	if (!strcmp(how, "server")) {
		close_in_turn(server, client);
	} else if (!strcmp(how, "both")) {
		close(client);
		close(server);
	} else if (!strcmp(how, "half")) {
		close(client);
	} else if (!strcmp(how, "reset")) {
		struct linger none = { .l_onoff = 1 };

		/* in FIN_WAIT2, which a reset ends without a TIME_WAIT */
		shutdown(client, SHUT_WR);
		setsockopt(server, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		close(server);
		close(client);
	} else {
		close_in_turn(client, server);
	}
}

static void pairs(const char *how, int count, int sources)
{
	int listener = listen_at(), client, server, i;
	char c;

	for (i = 0; i < count; i++) {
		client = connect_from(!strcmp(how, "bound") ? -2 : sources ? i % sources : -1);
		if (client < 0)
			die("connect");
		server = accept(listener, NULL, NULL);
		if (server < 0)
			die("accept");
		end(how, client, server);
	}
	printf("%d\n", count);
	fflush(stdout);
	if (!strcmp(how, "half") && read(0, &c, 1) < 0)
		die("read");
}

static void spread(int per, int addresses, int port)
{
	int listener, client, server, i, n;

	address("0.0.0.0", port);
	listener = listen_at();
	for (n = 0; n < per; n++)
		for (i = 0; i < addresses; i++) {
			to.in.sin_addr.s_addr = htonl(0x7f020000u + (unsigned int)i);
			client = connect_from(-1);
			if (client < 0)
				die("connect");
			server = accept(listener, NULL, NULL);
			if (server < 0)
				die("accept");
			close_in_turn(client, server);
		}
	printf("%d\n", per * addresses);
}

static void fail(int times)
{
	int made = 0, failed = 0;

	(void)listen_at();
	while (failed < times)
		if (connect_from(-1) >= 0)
			made++;
		else if (errno == EADDRNOTAVAIL)
			failed++;
		else
			die("connect");
	printf("%d %d\n", made, failed);
}

static void bind_all(int times)
{
	int made = 0, failed = 0, fd;

	while (failed < times) {
		fd = socket(to.sa.sa_family, SOCK_STREAM, 0);
		if (fd < 0)
			die("socket");
		if (!bind(fd, &to.sa, to_len))
			made++;
		else if (errno == EADDRINUSE)
			failed++;
		else
			die("bind");
	}
	printf("%d %d\n", made, failed);
}

int main(int argc, char **argv)
{
	struct rlimit many = { 60000, 60000 };
	int count;

	if (argc < 4)
		return 2;
	(void)setrlimit(RLIMIT_NOFILE, &many);
	count = atoi(argv[2]);
	if (!strcmp(argv[1], "spread")) {
		spread(count, atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	address(argv[3], argc > 4 ? atoi(argv[4]) : 0);
	if (!strcmp(argv[1], "fail"))
		fail(count);
	else if (!strcmp(argv[1], "bind"))
		bind_all(count);
	else
		pairs(argv[1], count, argc > 5 ? atoi(argv[5]) : 0);
	return 0;
}
