// SPDX-License-Identifier: GPL-2.0
/* Maintenance that the cloud has planned, in a line each; see maintenance.h. */
#include "judge/maintenance.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#define EVENTS_MAX 8
#define SHOWN 120 /* of a member */

/* What a line is made of, in this order; a member is known by how its name ends. */
static const struct {
	const char *end; /* small letters, without what joins words */
	const char *before;
} parts[] = {
	{ "type", "" },
	{ "typecode", "" },
	{ "name", "" },
	{ "state", ", " },
	{ "status", ", " },
	{ "notbefore", ", not before " },
	{ "endtime", ", until " },
	{ "id", ", " },
};

static bool ends_with(const char *name, const char *end)
{
	char plain[64];
	size_t i, len = 0, want = strlen(end);

	for (i = 0; name[i] && len < sizeof(plain) - 1; i++)
		if (isalnum((unsigned char)name[i]))
			plain[len++] = (char)tolower((unsigned char)name[i]);
	plain[len] = '\0';
	return len >= want && !strcmp(plain + len - want, end);
}

static void value_add(struct text *lines, const char *value)
{
	char shown[SHOWN];

	text_escape(shown, sizeof(shown), value);
	text_add(lines, "%s", shown);
}

static void event_add(struct text *lines, struct json_object *event)
{
	unsigned int i, nr = 0;

	for (i = 0;
	     json_object_is_type(event, json_type_object) && i < sizeof(parts) / sizeof(parts[0]);
	     i++) {
		json_object_object_foreach(event, name, value) {
			if (!json_object_is_type(value, json_type_string) ||
			    !ends_with(name, parts[i].end))
				continue;
			text_add(lines, "%s", nr++ ? parts[i].before : "");
			value_add(lines, json_object_get_string(value));
			break;
		}
	}
	if (!nr)
		value_add(lines, json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN));
	text_add(lines, "\n");
}

bool maintenance_verdict(int ret, const char *json, struct text *lines)
{
	struct json_object *list;
	size_t i, nr;

	if (ret == -ENOENT || ret == -ENODATA)
		return true;
	list = ret || !json ? NULL : json_tokener_parse(json);
	if (!json_object_is_type(list, json_type_array)) {
		json_object_put(list);
		return false;
	}
	nr = json_object_array_length(list);
	for (i = 0; i < nr && i < EVENTS_MAX; i++)
		event_add(lines, json_object_array_get_idx(list, i));
	if (nr > EVENTS_MAX)
		text_add(lines, "and %zu more\n", nr - EVENTS_MAX);
	json_object_put(list);
	return !lines->failed;
}
