/*
 * Sends or receives a known amount of traffic, so that others can be held to
 * it. The rule: it prints what it really did, and ends with 1 where that is
 * not what was asked for.
 *
 *   known udp ADDRESS PORT COUNT SIZE [SEGMENT]   COUNT datagrams of SIZE bytes; with
 *                                                 SEGMENT by GSO: each is cut into those
 *   known tcp ADDRESS PORT BYTES                  one connection, BYTES sent, closed
 *   known sink PORT [CONNECTIONS]                 takes connections (1) and reads each to
 *                                                 its end; prints the bytes of each
 *   known tagged DEVICE MAC COUNT SIZE            frames with a VLAN tag, SIZE bytes in all
 *
 * Datagrams and frames are sent no faster than a small receive ring is emptied,
 * and a sink's window fits into one: what is sent also arrives.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netpacket/packet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_BYTES 65536
#define WINDOW_BYTES 65536
#define BURST 16
#define PAUSE_NS 10000000

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* include/uapi/linux/udp.h, since 4.18 */
#endif

static char block[BLOCK_BYTES];

static int fail(const char *what)
{
	fprintf(stderr, "known: %s: %s\n", what, strerror(errno));
	return 1;
}

/* After each burst a pause, in which the other end may take it. */
static void pace(unsigned long i)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	if (i % BURST == BURST - 1)
		nanosleep(&pause, NULL);
}

static struct addrinfo *address_of(const char *address, const char *port, int type)
{
	struct addrinfo hints = { .ai_socktype = type, .ai_flags = AI_NUMERICHOST }, *found;

	return getaddrinfo(address, port, &hints, &found) ? NULL : found;
}

/* Unconnected: nobody listens, and the ICMP that says so would fail a later send. */
static int udp(const char *address, const char *port, unsigned long count, size_t size, int segment)
{
	struct addrinfo *to = address_of(address, port, SOCK_DGRAM);
	int fd = to ? socket(to->ai_family, SOCK_DGRAM, 0) : -1;
	unsigned long i;

	if (fd < 0)
		return fail(address);
	if (segment && setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
		return fail("UDP_SEGMENT");
	for (i = 0; i < count; i++) {
		if (sendto(fd, block, size, 0, to->ai_addr, to->ai_addrlen) != (ssize_t)size)
			return fail("send");
		/* one that is cut into segments is a burst by itself */
		pace(segment ? BURST - 1 : i);
	}
	printf("%lu\n", count);
	return 0;
}

static int tcp(const char *address, const char *port, unsigned long bytes)
{
	struct addrinfo *to = address_of(address, port, SOCK_STREAM);
	int fd = to ? socket(to->ai_family, SOCK_STREAM, 0) : -1;
	unsigned long left = bytes;
	ssize_t n;

	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen))
		return fail(address);
	for (; left; left -= (unsigned long)n) {
		n = send(fd, block, left < sizeof(block) ? left : sizeof(block), MSG_NOSIGNAL);
		if (n < 0)
			return fail("send");
	}
	if (shutdown(fd, SHUT_WR) || recv(fd, block, sizeof(block), 0))
		return fail("close"); /* the other end closes after us: everything has arrived */
	printf("%lu\n", bytes);
	return 0;
}

static int sink(const char *port, unsigned long connections)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	int listener = socket(AF_INET6, SOCK_STREAM, 0), one = 1, window = WINDOW_BYTES, fd;
	unsigned long long bytes;
	ssize_t n;

	if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window)) ||
	    bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 8))
		return fail(port);
	while (connections--) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			return fail("accept");
		for (bytes = 0; (n = recv(fd, block, sizeof(block), 0)) > 0;)
			bytes += (unsigned long long)n;
		close(fd);
		printf("%llu\n", bytes);
		fflush(stdout);
		if (n)
			return fail("receive");
	}
	return 0;
}

static int tagged(const char *device, const char *mac, unsigned long count, size_t size)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	/* behind the two addresses: 802.1Q, VLAN 7, and a type that nobody handles */
	static const unsigned char tag[] = { 0x81, 0x00, 0x00, 0x07, 0x88, 0xb5 };
	struct ether_addr *dst = ether_aton(mac);
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	unsigned long i;

	to.sll_ifindex = (int)if_nametoindex(device);
	if (!dst || !to.sll_ifindex || fd < 0)
		return fail(device);
	memcpy(block, dst, ETH_ALEN);
	memcpy(block + ETH_ALEN, "\x02\0\0\0\0\x07", ETH_ALEN);
	memcpy(block + 2 * ETH_ALEN, tag, sizeof(tag));
	for (i = 0; i < count; i++) {
		if (sendto(fd, block, size, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)size)
			return fail("send");
		pace(i);
	}
	printf("%lu\n", count);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 6 && !strcmp(argv[1], "udp"))
		return udp(argv[2], argv[3], strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10),
			   argc > 6 ? atoi(argv[6]) : 0);
	if (argc == 5 && !strcmp(argv[1], "tcp"))
		return tcp(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	if (argc >= 3 && !strcmp(argv[1], "sink"))
		return sink(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : 1);
	if (argc == 6 && !strcmp(argv[1], "tagged"))
		return tagged(argv[2], argv[3], strtoul(argv[4], NULL, 10),
			      strtoul(argv[5], NULL, 10));
	fprintf(stderr, "usage: known udp|tcp|sink|tagged ...\n");
	return 2;
}
