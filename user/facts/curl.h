/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libcurl, loaded when the metadata service is asked and not before: it brings
 * thirty libraries along, which is most of what starting a program takes, and
 * most commands never ask.
 */
#ifndef NETLANE_FACTS_CURL_H
#define NETLANE_FACTS_CURL_H

#include <curl/curl.h>

/* The functions that netlane uses, under libcurl's own names without their "curl_". */
struct curl_calls {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_global_cleanup) *global_cleanup;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_reset) *easy_reset;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_perform) *easy_perform;
	CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *curl, CURLINFO info, ...);
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/* NULL where there is no libcurl, or one without these. Stays loaded. */
const struct curl_calls *curl_calls(void);

#endif /* NETLANE_FACTS_CURL_H */
