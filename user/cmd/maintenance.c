// SPDX-License-Identifier: GPL-2.0
/* Planned maintenance, asked and shown; see maintenance.h. */
#include "cmd/maintenance.h"

#include <stdlib.h>
#include <string.h>

#include "base/fields.h"
#include "base/runfile.h"
#include "cmd/cmd.h"
#include "cmd/run.h"
#include "facts/metadata.h"
#include "judge/maintenance.h"

#define ASK_MS 1500 /* the loop waits for it */
#define NAME "maintenance"

struct planned {
	char events[2048]; /* a line each */
};

static const struct field planned_fields[] = {
	F_STR(planned, events),
	F_END,
};

/* What was said; the file is for who looks from outside. */
static char *known;

static void lines_say(const char *lines)
{
	const char *end;

	for (; *lines; lines = end + 1) {
		end = strchr(lines, '\n');
		say("maintenance: %.*s\n", (int)(end - lines), lines);
	}
}

static void change(char *lines)
{
	struct planned planned = { "" };

	if (!*lines && known)
		say("maintenance: nothing is planned any more\n");
	lines_say(lines);
	free(known);
	known = lines;
	(void)text_copy(planned.events, sizeof(planned.events), lines); /* cut still helps */
	if (*lines)
		(void)runfile_write(NAME, planned_fields, &planned);
	else
		runfile_remove(NAME);
}

void maintenance_look(void)
{
	struct metadata_session *session;
	struct text answer = { 0 }, lines = { 0 };
	int ret = metadata_open(METADATA_BASE, ASK_MS, &session);
	char *now = NULL;

	if (!ret)
		ret = metadata_get(session, MAINTENANCE_PATH, &answer);
	metadata_close(session);
	if (maintenance_verdict(ret, answer.s, &lines))
		now = lines.s ? text_take(&lines) : strdup("");
	if (now && (!known || strcmp(now, known)))
		change(now);
	else
		free(now);
	text_free(&answer);
	text_free(&lines);
}

void maintenance_end(void)
{
	if (known)
		runfile_remove(NAME);
	free(known);
	known = NULL;
}

void maintenance_add(struct text *out)
{
	struct planned planned = { "" };
	const char *line, *end;

	if (!run_is_alive() || !runfile_read(NAME, planned_fields, &planned))
		return;
	for (line = planned.events; (end = strchr(line, '\n')); line = end + 1)
		text_add(out, "cloud   plans: %.*s\n", (int)(end - line), line);
}
