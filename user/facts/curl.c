// SPDX-License-Identifier: GPL-2.0
/* libcurl by dlopen(3); see curl.h. */
#include "facts/curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The library's name since 2006, with whichever TLS it was built. */
static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4" };

#define CALL(name)                                               \
	{                                                        \
		"curl_" #name, offsetof(struct curl_calls, name) \
	}

static const struct {
	const char *name;
	size_t at;
} calls[] = {
	CALL(global_init),  CALL(global_cleanup), CALL(easy_init),   CALL(easy_reset),
	CALL(easy_cleanup), CALL(easy_perform),	  CALL(easy_setopt), CALL(easy_getinfo),
	CALL(slist_append), CALL(slist_free_all),
};

static bool calls_find(void *lib, struct curl_calls *found)
{
	unsigned int i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		void *call = dlsym(lib, calls[i].name);

		if (!call)
			return false;
		memcpy((char *)found + calls[i].at, &call, sizeof(call));
	}
	return true;
}

const struct curl_calls *curl_calls(void)
{
	static struct curl_calls found;
	unsigned int i;
	void *lib;

	for (i = 0; !found.global_init && i < sizeof(names) / sizeof(names[0]); i++) {
		lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
		if (lib && !calls_find(lib, &found)) {
			memset(&found, 0, sizeof(found));
			dlclose(lib);
		}
	}
	return found.global_init ? &found : NULL;
}
