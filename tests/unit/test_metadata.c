/*
 * The client of the metadata service, against one that answers badly in every
 * way: a thread of the test, on loopback.
 *
 * The rule: each way to fail has a verdict of its own, and only a whole, sound
 * answer makes an ENI known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "facts/enis.h"
#include "facts/metadata.h"

#define MAC "00:16:3e:00:00:01"
#define AT "/latest/meta-data/network/interfaces/macs/"
#define TOKEN_HEAD "X-aliyun-ecs-metadata-token: t0ken\r\n"

struct page {
	const char *path;
	const char *reply; /* as it goes over the wire; NULL: none ever comes */
};

/* One connection a request; @more of the pages win over the usual ones. */
struct server {
	int fd;
	pthread_t thread;
	char base[40];
	const struct page *more;
	bool wants_token;
	bool gives_token;
	bool saw_forbidden; /* a path or a method that must not be asked */
	unsigned int nr;
};

#define OK(body) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body
#define NO(status) "HTTP/1.1 " status " No\r\nConnection: close\r\n\r\n<html>no</html>"

static const struct page usual[] = {
	{ "/latest/meta-data/instance-id", OK("i-1\n") },
	{ AT " ", OK(MAC "/\n00:16:3e:00:00:02/\n") },
	{ AT MAC "/primary-ip-address", OK("10.0.0.5") },
	{ AT MAC "/private-ipv4s", OK("[\"10.0.0.5\", \"10.0.0.6\"]") },
	{ AT MAC "/gateway", OK("10.0.0.253") },
	{ AT MAC "/vswitch-cidr-block", OK("10.0.0.0/24") },
	{ AT MAC "/ipv6s", OK("[2408:0:0::5]") },
	{ AT MAC "/ipv6-gateway", OK("2408::fffd") },
	{ AT MAC "/vswitch-ipv6-cidr-block", OK("2408::/64") },
	{ NULL, NULL },
};

static const struct page *page_find(const struct page *pages, const char *request)
{
	const char *path = strchr(request, ' ') + 1;

	for (; pages && pages->path; pages++)
		if (!strncmp(path, pages->path, strlen(pages->path)))
			return pages;
	return NULL;
}

static void answer(struct server *s, int fd, const char *request)
{
	const struct page *page;

	s->nr++;
	if (!strncmp(request, "PUT /latest/api/token ", 22)) {
		const char *reply = s->gives_token ? OK("t0ken") : NO("404");

		s->saw_forbidden |= !strstr(request, "X-aliyun-ecs-metadata-token-ttl-seconds: ");
		(void)!write(fd, reply, strlen(reply));
		return;
	}
	s->saw_forbidden |= strncmp(request, "GET /latest/meta-data/", 22) ||
			    strstr(request, "security-credentials");
	page = page_find(s->more, request);
	if (!page)
		page = page_find(usual, request);
	if (s->wants_token && !strstr(request, TOKEN_HEAD))
		(void)!write(fd, NO("403"), strlen(NO("403")));
	else if (!page)
		(void)!write(fd, NO("404"), strlen(NO("404")));
	else if (page->reply)
		(void)!write(fd, page->reply, strlen(page->reply));
	else
		(void)poll(&(struct pollfd){ .fd = fd, .events = POLLRDHUP }, 1, 10000);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	char request[2048];
	ssize_t n;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		n = read(fd, request, sizeof(request) - 1);
		if (n > 0) {
			request[n] = 0;
			answer(s, fd, request);
		}
		(void)shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

static void server_start(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->gives_token = true;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->fd, 16), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(s->base, sizeof(s->base), "http://127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	close(s->fd);
	assert_false(s->saw_forbidden);
}

static void ask(struct server *s, struct eni *eni)
{
	static const char mac[1][MAC_LEN] = { MAC };

	enis_ask(s->base, 3000, mac, eni, 1);
}

static void metadata__a_whole_answer__is_known(void **state)
{
	struct server s;
	struct eni eni;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		server_start(&s);
		s.gives_token = i;
		s.wants_token = i == 2;
		ask(&s, &eni);
		server_stop(&s);
		assert_int_equal(eni.known, IS_YES);
		assert_int_equal(eni.nr_ip, 3);
		assert_string_equal(eni.ip[0], "10.0.0.5");
		assert_string_equal(eni.ip[1], "10.0.0.6");
		assert_string_equal(eni.ip[2], "2408::5"); /* as the kernel writes it */
		assert_string_equal(eni.gateway, "10.0.0.253");
		assert_string_equal(eni.gateway6, "2408::fffd");
		assert_string_equal(eni.cidr6, "2408::/64");
		free(eni.ip);
	}
}

static void metadata__each_way_to_fail__has_its_verdict(void **state)
{
	static const struct {
		const char *reply;
		int err;
	} ways[] = {
		{ OK(""), ENODATA },
		{ OK("\n\n"), ENODATA },
		{ NO("404"), ENOENT },
		{ NO("403"), EACCES },
		{ NO("401"), EACCES },
		{ NO("500"), EAGAIN },
		{ NO("429"), EAGAIN },
		{ "HTTP/1.1 302 Found\r\nLocation: /latest/meta-data/ram/security-credentials/x\r\n"
		  "Connection: close\r\n\r\n",
		  EBADMSG },
		{ OK("<html>10.0.0.5</html>"), EBADMSG },
		{ OK("10.0.0.5 \001"), EBADMSG },
		{ OK("10.0.0.5/24"), EBADMSG },
		{ OK("0"), EBADMSG },
		{ OK("fe80::1"), EBADMSG },
		{ OK("10.0.0.9"), EBADMSG }, /* without the primary one */
		{ "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[\"10.0.0.5\"]", EBADMSG },
		{ "no HTTP at all", EBADMSG },
		{ "", EBADMSG },
		{ NULL, ETIMEDOUT },
	};
	struct page more[2] = { { AT MAC "/private-ipv4s", NULL }, { NULL, NULL } };
	struct server s;
	struct eni eni;
	unsigned int i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		more[0].reply = ways[i].reply;
		server_start(&s);
		s.more = more;
		ask(&s, &eni);
		server_stop(&s);
		if (eni.known != IS_UNKNOWN || eni.err != ways[i].err || eni.nr_ip)
			fail_msg("'%.40s': known %d, errno %d, wanted %d", ways[i].reply ?: "late",
				 eni.known, eni.err, ways[i].err);
	}
}

static void metadata__any_word_that_fails__is_no_knowledge(void **state)
{
	static const char *const words[] = {
		"/primary-ip-address", "/private-ipv4s", "/gateway",
		"/vswitch-cidr-block", "/ipv6-gateway",	 "/vswitch-ipv6-cidr-block"
	};
	static const char *const replies[] = { OK(""), NO("404"), NO("500"), OK("0"), OK("x") };
	struct page more[2] = { { NULL, NULL }, { NULL, NULL } };
	char path[128];
	struct server s;
	struct eni eni;
	unsigned int i, j;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (j = 0; j < sizeof(replies) / sizeof(replies[0]); j++) {
			(void)snprintf(path, sizeof(path), AT MAC "%s", words[i]);
			more[0] = (struct page){ path, replies[j] };
			server_start(&s);
			s.more = more;
			ask(&s, &eni);
			server_stop(&s);
			if (eni.known != IS_UNKNOWN || !eni.err)
				fail_msg("%s is '%s': known %d", words[i], replies[j], eni.known);
		}
}

static void metadata__an_eni_without_ipv6__is_known(void **state)
{
	static const char *const replies[] = { OK(""), NO("404") };
	struct page more[2] = { { AT MAC "/ipv6s", NULL }, { NULL, NULL } };
	struct server s;
	struct eni eni;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		more[0].reply = replies[i];
		server_start(&s);
		s.more = more;
		ask(&s, &eni);
		server_stop(&s);
		assert_int_equal(eni.known, IS_YES);
		assert_int_equal(eni.nr_ip, 2);
		assert_string_equal(eni.gateway6, "");
		free(eni.ip);
	}
}

static void metadata__the_list__decides_who_is_there(void **state)
{
	static const struct {
		const char *reply;
		enum tri known;
		int err;
	} lists[] = {
		{ OK("00:16:3e:00:00:02/\n"), IS_NO, 0 },
		{ OK("00:16:3E:00:00:01/"), IS_YES, 0 },
		{ OK(""), IS_UNKNOWN, ENODATA },
		{ OK("00:16:3e:00:00:02/\n00:16:3e:00:"), IS_UNKNOWN, EBADMSG },
		{ OK("<html>busy</html>"), IS_UNKNOWN, EBADMSG },
		{ NO("404"), IS_UNKNOWN, ENOENT },
	};
	struct page more[2] = { { AT " ", NULL }, { NULL, NULL } };
	struct server s;
	struct eni eni;
	unsigned int i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		more[0].reply = lists[i].reply;
		server_start(&s);
		s.more = more;
		ask(&s, &eni);
		server_stop(&s);
		if (eni.known != lists[i].known || eni.err != lists[i].err)
			fail_msg("'%s': known %d, errno %d", lists[i].reply, eni.known, eni.err);
		free(eni.ip);
	}
}

static void metadata__a_huge_answer__is_refused(void **state)
{
	char *reply = malloc(200000);
	struct page more[2] = { { AT MAC "/private-ipv4s", reply }, { NULL, NULL } };
	struct server s;
	struct eni eni;

	assert_non_null(reply);
	memset(reply, '1', 199999);
	reply[199999] = 0;
	memcpy(reply, OK(""), strlen(OK("")));
	server_start(&s);
	s.more = more;
	ask(&s, &eni);
	server_stop(&s);
	free(reply);
	assert_int_equal(eni.known, IS_UNKNOWN);
	assert_int_equal(eni.err, EFBIG);
}

static void metadata__nobody_there__is_said(void **state)
{
	struct server s;
	struct eni eni;

	server_start(&s);
	server_stop(&s);
	ask(&s, &eni);
	assert_int_equal(eni.known, IS_UNKNOWN);
	assert_int_equal(eni.err, EHOSTUNREACH);
}

static void metadata__a_credential__is_never_asked(void **state)
{
	static const char *const paths[] = { "ram/security-credentials/", "ram/",
					     "network/interfaces/macs/../../../ram/", "",
					     "user-data" };
	struct metadata_session *session;
	struct text text = { 0 };
	struct server s;
	unsigned int i, nr;

	server_start(&s);
	assert_int_equal(metadata_open(s.base, 3000, &session), 0);
	nr = s.nr;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(metadata_get(session, paths[i], &text), -EPERM);
	assert_int_equal(s.nr, nr);
	assert_int_equal(metadata_get(session, "instance-id", &text), 0);
	assert_string_equal(text.s, "i-1");
	text_free(&text);
	metadata_close(session);
	server_stop(&s);
}

static void metadata__a_proxy_of_the_environment__is_not_used(void **state)
{
	struct server s;
	struct eni eni;

	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	server_start(&s);
	ask(&s, &eni);
	server_stop(&s);
	(void)unsetenv("http_proxy");
	assert_int_equal(eni.known, IS_YES);
	free(eni.ip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata__a_whole_answer__is_known),
		cmocka_unit_test(metadata__each_way_to_fail__has_its_verdict),
		cmocka_unit_test(metadata__any_word_that_fails__is_no_knowledge),
		cmocka_unit_test(metadata__an_eni_without_ipv6__is_known),
		cmocka_unit_test(metadata__the_list__decides_who_is_there),
		cmocka_unit_test(metadata__a_huge_answer__is_refused),
		cmocka_unit_test(metadata__nobody_there__is_said),
		cmocka_unit_test(metadata__a_credential__is_never_asked),
		cmocka_unit_test(metadata__a_proxy_of_the_environment__is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
