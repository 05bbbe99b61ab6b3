// SPDX-License-Identifier: GPL-2.0
/* From JSON to a request; see request.h. */
#include "cmd/request.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include "base/text.h"
#include "cmd/config_steer.h"

#define SECONDS_MAX (366LL * 24 * 3600)

static int not_understood(const char *key, struct err *err)
{
	char shown[64];

	text_escape(shown, sizeof(shown), key);
	return err_set(err, -EPROTO,
		       "the service does not understand the request at '%s'; is it of another "
		       "version? systemctl restart netlane changes nothing on the node",
		       shown);
}

static bool read_command(struct json_object *value, enum request_command *command)
{
	static const char *const words[] = {
		[REQUEST_UP] = "up",
		[REQUEST_DOWN] = "down",
		[REQUEST_IF_DUE] = "if-due",
		[REQUEST_DRAIN] = "drain",
		[REQUEST_STEER_START] = "steer-start",
		[REQUEST_STEER_STOP] = "steer-stop",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (json_object_is_type(value, json_type_string) &&
		    !strcmp(json_object_get_string(value), words[i])) {
			*command = (enum request_command)i;
			return true;
		}
	return false;
}

static bool read_seconds(struct json_object *value, unsigned int *seconds)
{
	int64_t n = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || n < 0 || n > SECONDS_MAX)
		return false;
	*seconds = (unsigned int)n;
	return true;
}

static bool read_nics(struct json_object *value, struct request *request)
{
	unsigned int i;

	if (!json_object_is_type(value, json_type_array))
		return false;
	request_free(request); /* a key that is there twice: the last one counts */
	request->nr_nics = (unsigned int)json_object_array_length(value);
	request->nics = calloc(request->nr_nics + 1, sizeof(*request->nics));
	for (i = 0; request->nics && i < request->nr_nics; i++) {
		struct json_object *nic = json_object_array_get_idx(value, i);

		if (!json_object_is_type(nic, json_type_string))
			return false;
		request->nics[i] = (char *)(uintptr_t)json_object_get_string(nic); /* read only */
	}
	return request->nics;
}

/* As a section of the configuration would say it. */
static bool read_steer(struct json_object *value, struct steer_policy *steer)
{
	memset(steer, 0, sizeof(*steer));
	if (!json_object_is_type(value, json_type_object))
		return false;
	json_object_object_foreach(value, key, text) {
		struct err unused = { 0 };

		if (!json_object_is_type(text, json_type_string) ||
		    config_steer_key(steer, key, json_object_get_string(text), &unused))
			return false;
	}
	return true;
}

static bool read_one(const char *key, struct json_object *value, struct request *request)
{
	if (!strcmp(key, "command"))
		return read_command(value, &request->command);
	if (!strcmp(key, "confirm_s"))
		return read_seconds(value, &request->confirm_s);
	if (!strcmp(key, "for_s"))
		return read_seconds(value, &request->for_s);
	if (!strcmp(key, "nics"))
		return read_nics(value, request);
	if (!strcmp(key, "salvage")) {
		request->salvage = json_object_get_boolean(value);
		return json_object_is_type(value, json_type_boolean);
	}
	if (!strcmp(key, "netns")) {
		int64_t netns = json_object_get_int64(value);

		request->netns = (unsigned int)netns;
		return json_object_is_type(value, json_type_int) && netns > 0 && netns <= UINT_MAX;
	}
	if (!strcmp(key, "value")) {
		request->value = json_object_get_string(value);
		return json_object_is_type(value, json_type_string);
	}
	if (!strcmp(key, "steer"))
		return read_steer(value, &request->steer);
	if (!strcmp(key, "config")) {
		request->config = json_object_get_string(value);
		return json_object_is_type(value, json_type_string);
	}
	return false; /* it may change what is meant */
}

int request_read(struct json_object *json, struct request *request, struct err *err)
{
	struct err unused = { 0 };

	memset(request, 0, sizeof(*request));
	if (!json_object_is_type(json, json_type_object) ||
	    !json_object_object_get_ex(json, "command", NULL))
		return not_understood("command", err);
	json_object_object_foreach(json, key, value) {
		if (!read_one(key, value, request))
			return not_understood(key, err);
	}
	if ((request->command == REQUEST_DRAIN && (!request->value || !request->netns)) ||
	    (request->command == REQUEST_STEER_STOP && !request->netns) ||
	    (request->command == REQUEST_STEER_START &&
	     (!request->netns || config_steer_check(&request->steer, &unused))))
		return not_understood("command", err);
	return 0;
}

void request_free(struct request *request)
{
	free(request->nics);
	request->nics = NULL;
	request->nr_nics = 0;
}
