// SPDX-License-Identifier: GPL-2.0
/* The metadata service, asked by libcurl; see metadata.h. */
#include "facts/metadata.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "facts/curl.h"

#define REQUEST_MS 1000
#define TOTAL_MS 1000
#define TOKEN_TTL "X-aliyun-ecs-metadata-token-ttl-seconds: 60"
#define TOKEN_HEADER "X-aliyun-ecs-metadata-token: "
#define TOKEN_LEN 1024
#define ANSWER_MAX 16384 /* hundreds of addresses; a token has less */

/* All that netlane ever asks; a path that ends in a slash stands for what is below it, too. */
#define MAINTENANCE "maintenance/"
static const char *const words[] = { "instance/instance-type", "instance-id",
				     "network/interfaces/macs/", "instance/spot/termination-time",
				     MAINTENANCE "active-system-events" };

struct metadata_session {
	const struct curl_calls *calls;
	CURL *curl;
	const char *base;
	long end_ms;
	char header[sizeof(TOKEN_HEADER) + TOKEN_LEN];
};

struct answer {
	struct text body;
	bool huge;
	long status; /* HTTP */
};

static long now_ms(void)
{
	return (long)(clock_mono_ns() / 1000000);
}

/* Refusing what is too long ends the transfer. */
static size_t body_take(char *data, size_t size, size_t nr, void *arg)
{
	struct answer *answer = arg;
	size_t len = size * nr;

	answer->huge |= answer->body.len + len > ANSWER_MAX;
	/* a NUL would hide what follows it: then it is not text */
	if (answer->huge || memchr(data, 0, len))
		return 0;
	text_add(&answer->body, "%.*s", (int)len, data);
	return answer->body.failed ? 0 : len;
}

static int verdict_of(CURLcode code, const struct answer *answer)
{
	if (answer->body.failed)
		return -ENOMEM;
	if (answer->huge)
		return -EFBIG;
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return -EHOSTUNREACH;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	default:
		return -EBADMSG;
	}
}

/* One request. 0 with a status, or the verdict that there is no whole answer. */
static int request(struct metadata_session *s, const char *method, const char *path,
		   const char *header, struct answer *answer)
{
	const struct curl_calls *c = s->calls;
	struct curl_slist *headers = c->slist_append(NULL, header);
	long left_ms = s->end_ms - now_ms();
	char url[256];
	CURLcode code;

	memset(answer, 0, sizeof(*answer));
	if (left_ms <= 0 || !headers) {
		c->slist_free_all(headers);
		return left_ms <= 0 ? -ETIMEDOUT : -ENOMEM;
	}
	(void)snprintf(url, sizeof(url), "%s/latest/%s", s->base, path); /* paths are short */
	c->easy_reset(s->curl); /* keeps the connection */
	(void)c->easy_setopt(s->curl, CURLOPT_URL, url); /* ENOMEM shows at perform */
	(void)c->easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, method);
	(void)c->easy_setopt(s->curl, CURLOPT_HTTPHEADER, headers);
	(void)c->easy_setopt(s->curl, CURLOPT_PROXY, ""); /* whatever the environment says */
	(void)c->easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	(void)c->easy_setopt(s->curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)c->easy_setopt(s->curl, CURLOPT_TIMEOUT_MS,
			     left_ms < REQUEST_MS ? left_ms : REQUEST_MS);
	(void)c->easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, body_take);
	(void)c->easy_setopt(s->curl, CURLOPT_WRITEDATA, answer);
	code = c->easy_perform(s->curl);
	c->slist_free_all(headers);
	if (code == CURLE_OK)
		(void)c->easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	return verdict_of(code, answer);
}

/* The header with a token, or one that says nothing where the service wants none. */
static int token_get(struct metadata_session *s)
{
	struct answer answer;
	const char *p;
	int ret;

	(void)text_copy(s->header, sizeof(s->header), "Accept: text/plain");
	ret = request(s, "PUT", "api/token", TOKEN_TTL, &answer);
	p = answer.body.s;
	while (p && *p > 0x20 && *p < 0x7f)
		p++;
	/* anything but a token: nothing that belongs into a header */
	if (!ret && answer.status == 200 && p && !*p && answer.body.len <= TOKEN_LEN)
		(void)snprintf(s->header, sizeof(s->header), TOKEN_HEADER "%s", answer.body.s);
	text_free(&answer.body);
	/* refused, or a service without it: that is what the plain way is for */
	return ret == -ETIMEDOUT || ret == -EHOSTUNREACH || ret == -ENOMEM ? ret : 0;
}

int metadata_open(const char *base, unsigned int total_ms, struct metadata_session **session)
{
	const struct curl_calls *calls = curl_calls();
	struct metadata_session *s;
	int ret = -ENOMEM;

	*session = NULL;
	if (!calls)
		return -ELIBACC;
	s = calloc(1, sizeof(*s));
	/* without TLS, which takes longer to set up than the questions */
	if (!s || calls->global_init(CURL_GLOBAL_NOTHING)) {
		free(s);
		return ret;
	}
	s->calls = calls;
	s->base = base;
	s->end_ms = now_ms() + (long)total_ms;
	s->curl = calls->easy_init();
	if (s->curl)
		ret = token_get(s);
	if (ret)
		metadata_close(s);
	else
		*session = s;
	return ret;
}

void metadata_close(struct metadata_session *session)
{
	if (!session)
		return;
	session->calls->easy_cleanup(session->curl);
	session->calls->global_cleanup();
	free(session);
}

static bool may_ask(const char *path)
{
	size_t i, len;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if (!strcmp(path, words[i]) ||
		    (words[i][len - 1] == '/' && !strncmp(path, words[i], len) &&
		     !strstr(path, "..")))
			return true;
	}
	return false;
}

static int status_verdict(long status)
{
	if (status == 200)
		return 0;
	if (status == 404)
		return -ENOENT;
	if (status == 401 || status == 403)
		return -EACCES;
	return status == 429 || status >= 500 ? -EAGAIN : -EBADMSG;
}

static int text_verdict(const char *s)
{
	if (!s || !*s)
		return -ENODATA;
	for (; *s; s++)
		if (!isprint((unsigned char)*s) && !isspace((unsigned char)*s))
			return -EBADMSG;
	return 0;
}

int metadata_get(struct metadata_session *session, const char *path, struct text *text)
{
	struct answer answer;
	const char *above = strncmp(path, MAINTENANCE, strlen(MAINTENANCE)) ? "meta-data/" : "";
	char full[160];
	int ret;

	if (!may_ask(path) ||
	    snprintf(full, sizeof(full), "%s%s", above, path) >= (int)sizeof(full))
		return -EPERM;
	ret = request(session, "GET", full, session->header, &answer);
	if (!ret)
		ret = status_verdict(answer.status);
	if (!ret && answer.body.s)
		text_add(text, "%s", text_trim(answer.body.s));
	if (!ret)
		ret = text->failed ? -ENOMEM : text_verdict(text->s);
	text_free(&answer.body);
	return ret;
}

/* A type or an id: letters, digits, and what joins them. Anything else is an error page. */
static bool is_word(const char *s)
{
	const char *p;

	for (p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return false;
	return p > s;
}

static int word_get(struct metadata_session *session, const char *path, char word[40])
{
	struct text text = { 0 };
	int ret = metadata_get(session, path, &text);

	if (!ret && (!is_word(text.s) || !text_copy(word, 40, text.s)))
		ret = -EBADMSG;
	if (ret)
		word[0] = 0;
	text_free(&text);
	return ret;
}

int metadata_fetch(const char *base, struct metadata *out)
{
	struct metadata_session *session;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = metadata_open(base, TOTAL_MS, &session);
	if (!ret)
		ret = word_get(session, "instance/instance-type", out->instance_type);
	if (!ret)
		ret = word_get(session, "instance-id", out->instance_id);
	metadata_close(session);
	return ret;
}
