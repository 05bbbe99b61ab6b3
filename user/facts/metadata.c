// SPDX-License-Identifier: GPL-2.0
/* The metadata service by libcurl; see metadata.h. */
#include "facts/metadata.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define TOTAL_MS 1000
#define TOKEN_TTL "X-aliyun-ecs-metadata-token-ttl-seconds: 60"
#define TOKEN_HEADER "X-aliyun-ecs-metadata-token: "
#define ANSWER_LEN 1024

struct answer {
	char body[ANSWER_LEN];
	size_t len;
	long status; /* HTTP */
};

static long now_ms(void)
{
	return (long)(clock_mono_ns() / 1000000);
}

/* A longer answer is none of ours: refusing it ends the transfer. */
static size_t body_take(char *data, size_t size, size_t nr, void *arg)
{
	struct answer *answer = arg;
	size_t len = size * nr;

	if (answer->len + len >= sizeof(answer->body))
		return 0;
	memcpy(answer->body + answer->len, data, len);
	answer->len += len;
	answer->body[answer->len] = 0;
	return len;
}

/* One request until @end_ms. 0 with a status, -ETIMEDOUT or -EIO. */
static int request(CURL *curl, const char *method, const char *url, const char *header, long end_ms,
		   struct answer *answer)
{
	struct curl_slist *headers = curl_slist_append(NULL, header);
	long left_ms = end_ms - now_ms();
	CURLcode code;

	memset(answer, 0, sizeof(*answer));
	if (left_ms <= 0 || !headers) {
		curl_slist_free_all(headers);
		return left_ms <= 0 ? -ETIMEDOUT : -ENOMEM;
	}
	curl_easy_reset(curl);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url); /* ENOMEM shows at perform */
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever the environment says */
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left_ms);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	code = curl_easy_perform(curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO;
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	return 0;
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

static int word_get(CURL *curl, const char *base, const char *path, const char *header, long end_ms,
		    char word[40])
{
	struct answer answer;
	char url[256], *body;
	int ret;

	(void)snprintf(url, sizeof(url), "%s/latest/meta-data/%s", base, path);
	ret = request(curl, "GET", url, header, end_ms, &answer);
	if (ret)
		return ret;
	if (answer.status == 401 || answer.status == 403)
		return -EACCES;
	body = text_trim(answer.body);
	if (answer.status != 200 || !is_word(body) || strlen(body) >= 40)
		return -EIO;
	(void)text_copy(word, 40, body); /* measured */
	return 0;
}

/* The header with a token, or one that says nothing where the service wants none. */
static int token_get(CURL *curl, const char *base, long end_ms, char *header, size_t len)
{
	struct answer answer;
	char url[256], *p;
	int ret;

	(void)text_copy(header, len, "Accept: text/plain");
	(void)snprintf(url, sizeof(url), "%s/latest/api/token", base);
	ret = request(curl, "PUT", url, TOKEN_TTL, end_ms, &answer);
	/* refused, or a service without it: that is what the plain way is for */
	if (ret || answer.status != 200)
		return ret == -ETIMEDOUT ? ret : 0;
	for (p = answer.body; *p; p++)
		if (*p < 0x21 || *p > 0x7e)
			return 0; /* not a token: nothing that belongs into a header */
	if (answer.len && len > strlen(TOKEN_HEADER) + answer.len)
		(void)snprintf(header, len, TOKEN_HEADER "%s", answer.body);
	return 0;
}

int metadata_fetch(const char *base, struct metadata *out)
{
	char header[ANSWER_LEN + 64];
	long end_ms;
	CURL *curl;
	int ret;

	memset(out, 0, sizeof(*out));
	/* without TLS, which takes longer to set up than the questions */
	if (curl_global_init(CURL_GLOBAL_NOTHING))
		return -ENOMEM;
	curl = curl_easy_init();
	if (!curl) {
		curl_global_cleanup();
		return -ENOMEM;
	}
	end_ms = now_ms() + TOTAL_MS;
	ret = token_get(curl, base, end_ms, header, sizeof(header));
	if (!ret)
		ret = word_get(curl, base, "instance/instance-type", header, end_ms,
			       out->instance_type);
	if (!ret)
		ret = word_get(curl, base, "instance-id", header, end_ms, out->instance_id);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return ret;
}
