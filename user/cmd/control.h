/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: while the service lives, it is the only writer, and
 * whoever wants a change asks it here. The rule: root only, by the peer's
 * credentials; one request a connection; what the command would print comes
 * back as it is said, its exit code last.
 *
 * Messages (SOCK_SEQPACKET): the request is JSON,
 *   {"command": "up", "nics": ["eth0"], "confirm_s": 60, "for_s": 0, "config": "/etc/..."}
 *   {"command": "down", "salvage": false}  {"command": "if-due"}
 *   {"command": "drain", "netns": 4026531840, "value": "refuse 80,443"}
 * an answer is a letter and text: "h" it is taken on, "o" standard output, "e" standard
 * error, "x" the exit code, which ends it.
 */
#ifndef NETLANE_CMD_CONTROL_H
#define NETLANE_CMD_CONTROL_H

#include <json-c/json_object.h>
#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/files.h"

#define CONTROL_PATH RUN_DIR "/control.sock"

/* ---- the service's side */

/* Carries out @request on behalf of @who with say() and fail(); returns the exit code. */
typedef int (*control_do)(void *arg, struct json_object *request, const char *who);

/* Listens until the loop ends; called again: anew. 0 or -errno. */
int control_listen(sd_event *event, control_do act, void *arg, struct err *err);

/* ---- the side of who asks */

/*
 * Asks the service, prints what it says and returns its exit code in *code.
 * 0; -ENOENT: no service lives, do it yourself; -ETIMEDOUT: it lives and does
 * not answer; else -errno. @request is freed.
 */
int control_ask(struct json_object *request, int *code, struct err *err);

#endif /* NETLANE_CMD_CONTROL_H */
