// SPDX-License-Identifier: GPL-2.0
/* Nouns in /run/netlane; see runfile.h. */
#include "base/runfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/files.h"
#include "base/text.h"

bool runfile_write(const char *name, const struct field *fields, const void *data)
{
	struct json_object *json = fields_to_json(fields, data);
	const char *text = json ? json_object_to_json_string(json) : NULL;
	char path[PATH_MAX];
	bool ok;

	(void)snprintf(path, sizeof(path), RUN_DIR "/%s", name);
	ok = text && (!mkdir(RUN_DIR, 0755) || errno == EEXIST) && !file_replace(path, text);
	json_object_put(json);
	return ok;
}

bool runfile_read(const char *name, const struct field *fields, void *data)
{
	struct json_object *json = NULL;
	struct text text = { 0 };
	bool ok;

	if (!file_slurp("/", &text, RUN_DIR "/%s", name) && text.s)
		json = json_tokener_parse(text.s);
	text_free(&text);
	ok = json && !fields_from_json(fields, data, json, NULL);
	json_object_put(json);
	return ok;
}

void runfile_remove(const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), RUN_DIR "/%s", name);
	(void)unlink(path); /* none is as good */
}
