/*
 * Connections and requests between two namespaces, timed by the clock of the machine;
 * in a VM with --icount that clock counts instructions.
 *
 *   load crr COUNT NETNS ADDRESS    connect, request of 64 bytes, response of 64, close
 *   load rr COUNT NETNS ADDRESS     requests and responses on one connection
 *   load mb COUNT NETNS ADDRESS     megabytes on one connection
 *   load pkt COUNT NETNS ADDRESS    datagrams of 64 bytes that nobody reads
 *
 * The server is in network namespace NETNS (a path) and has ADDRESS there.
 *
 * The rule: one warm-up of a tenth, then COUNT, then "ns a unit" as a number.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BYTES 64
#define PORT 4000
#define MB 1000000
#define BLOCK 50000

static char block[BLOCK];
static struct sockaddr_in address = { .sin_family = AF_INET };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Answers every 64 bytes with 64; a connection that begins with 'm' is only read. */
static void serve(int listener)
{
	ssize_t n;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		while ((n = recv(fd, block, BYTES, 0)) > 0) {
			if (*block == 'm')
				while (recv(fd, block, BLOCK, 0) > 0)
					;
			else if (send(fd, block, (size_t)n, MSG_NOSIGNAL) != n)
				break;
		}
		close(fd);
	}
}

static int connected(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void request(int fd)
{
	if (send(fd, block, BYTES, 0) != BYTES || recv(fd, block, BYTES, MSG_WAITALL) != BYTES)
		die("request");
}

static void crr(unsigned long count)
{
	while (count--) {
		int fd = connected();

		request(fd);
		close(fd);
	}
}

static void rr(unsigned long count)
{
	int fd = connected();

	while (count--)
		request(fd);
	close(fd);
}

static void mb(unsigned long count)
{
	unsigned long left;
	int fd = connected();

	*block = 'm';
	for (left = count * (MB / BLOCK); left; left--)
		if (send(fd, block, BLOCK, 0) != BLOCK)
			die("send");
	shutdown(fd, SHUT_WR);
	if (recv(fd, block, 1, 0))
		die("end");
	close(fd);
	*block = 0;
}

static void pkt(unsigned long count)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	while (count--)
		if (send(fd, block, BYTES, 0) != BYTES)
			die("send");
	close(fd);
}

static double ns_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
	int ready[2], listener;
	unsigned long count;
	char c;
	void (*run)(unsigned long);
	double from;
	pid_t server;

	if (argc != 5)
		return 2;
	run = !strcmp(argv[1], "crr") ? crr :
	      !strcmp(argv[1], "rr")  ? rr :
	      !strcmp(argv[1], "mb")  ? mb :
					pkt;
	count = strtoul(argv[2], NULL, 10);
	address.sin_addr.s_addr = inet_addr(argv[4]);
	address.sin_port = htons(PORT);
	if (pipe(ready))
		die("pipe");
	server = fork();
	if (!server) {
		int one = 1;

		if (setns(open(argv[3], O_RDONLY), CLONE_NEWNET))
			die(argv[3]);
		listener = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
		    listen(listener, 128))
			die("listen");
		/* of the same number, and never read: the kernel drops what does not fit */
		if (bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&address,
			 sizeof(address)))
			die("bind");
		if (write(ready[1], "r", 1) != 1)
			die("ready");
		serve(listener);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		return 1;
	run(count / 10 + 1);
	from = ns_now();
	run(count);
	printf("%.0f\n", (ns_now() - from) / (double)count);
	kill(server, 9);
	waitpid(server, NULL, 0);
	return 0;
}
