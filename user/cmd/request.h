/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What somebody asks the service for, read from his JSON. The rule: all of it
 * is understood, or nothing is done; he may be of another version.
 */
#ifndef NETLANE_CMD_REQUEST_H
#define NETLANE_CMD_REQUEST_H

#include <stdbool.h>

#include <json-c/json_object.h>

#include "base/err.h"
#include "types.h"

enum request_command {
	REQUEST_UP,
	REQUEST_DOWN,
	REQUEST_IF_DUE,
	REQUEST_DRAIN,
	REQUEST_STEER_START,
	REQUEST_STEER_STOP,
};

struct request {
	enum request_command command;
	bool salvage;
	unsigned int confirm_s, for_s;
	const char *config; /* NULL: the service's own. Strings are of the JSON. */
	/* inode of the namespace of a drain, or of who asks for steering */
	unsigned int netns;
	const char *value; /* of a drain: what is to be there */
	struct steer_policy steer; /* to be started; or stopped, with port 0 for all */
	char **nics;
	unsigned int nr_nics;
};

/* 0, or -EPROTO with a sentence. request_free() in any case. */
int request_read(struct json_object *json, struct request *request, struct err *err);
void request_free(struct request *request);

#endif /* NETLANE_CMD_REQUEST_H */
