// SPDX-License-Identifier: GPL-2.0
/* One line of the journal; see record.h. */
#include "journal/record.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json_tokener.h>
#include <zlib.h>

#include "base/names.h"
#include "base/step.h"
#include "journal/journal.h"

#define CRC_DIGITS 8

#define RECORD_NAME(id, name) name,
static const char *const record_names[] = { RECORD_LIST(RECORD_NAME) NULL };

static const struct field entry_fields[] = {
	F_OBJECT(entry, step, step_fields),
	F_HEAP(entry, earlier),
	F_BOOL(entry, done),
	F_HEAP(entry, prior_after),
	F_HEAP(entry, prior_earlier),
	F_BOOL(entry, prior_done),
	F_BOOL(entry, prior_yielded),
	F_HEAP(entry, found),
	F_BOOL(entry, yielded),
	F_BOOL(entry, undone),
	F_ENUM(entry, outcome, outcome_names),
	F_STR(entry, now),
	F_STR(entry, note),
	F_END,
};

const struct field journal_state_fields[] = {
	F_STR(journal_state, boot_id),
	F_STR(journal_state, machine_id),
	F_STR(journal_state, instance_id),
	F_STR(journal_state, opened),
	F_LIST(journal_state, entry, nr_entry, entry_fields),
	F_BOOL(journal_state, open),
	F_BOOL(journal_state, complete),
	F_U64(journal_state, deadline_boot_ms),
	F_BOOL(journal_state, confirm),
	F_END,
};

static const struct field kept_fields[] = {
	F_UINT(kept, entry),
	F_HEAP(kept, found),
	F_END,
};

#define F_HEAD F_ENUM(record, record, record_names), F_STR(record, time)

static const struct field head_fields[] = { F_HEAD, F_END };
static const struct field open_fields[] = {
	F_HEAD,
	F_UINT(record, version),
	F_STR(record, boot_id),
	F_STR(record, machine_id),
	F_STR(record, instance_id),
	F_END,
};
static const struct field intents_fields[] = {
	F_HEAD,
	F_STR(record, who),
	F_STR(record, why),
	F_U64(record, deadline_boot_ms),
	F_BOOL(record, confirm),
	F_LIST(record, step, nr_step, step_fields),
	F_END,
};
static const struct field deadline_fields[] = {
	F_HEAD, F_STR(record, who), F_U64(record, deadline_boot_ms), F_BOOL(record, confirm), F_END,
};
static const struct field entry_of_fields[] = { F_HEAD, F_UINT(record, entry), F_END };
static const struct field undoing_fields[] = {
	F_HEAD,
	F_LIST(record, kept, nr_kept, kept_fields),
	F_END,
};
static const struct field undone_fields[] = {
	F_HEAD,
	F_UINT(record, entry),
	F_ENUM(record, outcome, outcome_names),
	F_STR(record, now),
	F_STR(record, note),
	F_END,
};
static const struct field yielded_fields[] = {
	F_HEAD, F_UINT(record, entry), F_STR(record, now), F_STR(record, note), F_END,
};
static const struct field state_fields[] = {
	F_HEAD,
	F_OBJECT(record, state, journal_state_fields),
	F_END,
};
static const struct field finish_fields[] = {
	F_HEAD,
	F_STR(record, who),
	F_STR(record, why),
	F_END,
};

static const struct field *const fields_of[RECORD_COUNT] = {
	[RECORD_OPEN] = open_fields,	     [RECORD_INTENTS] = intents_fields,
	[RECORD_DONE] = entry_of_fields,     [RECORD_COMPLETE] = head_fields,
	[RECORD_DEADLINE] = deadline_fields, [RECORD_UNDOING] = undoing_fields,
	[RECORD_UNDONE] = undone_fields,     [RECORD_REVERTED] = entry_of_fields,
	[RECORD_YIELDED] = yielded_fields,   [RECORD_STATE] = state_fields,
	[RECORD_FINISH] = finish_fields,     [RECORD_VOID] = head_fields,
};

int record_line(const struct record *record, struct text *out)
{
	struct json_object *json = fields_to_json(fields_of[record->record], record);
	const char *text;
	int ret = -ENOMEM;

	if (!json)
		return ret;
	text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text) {
		text_add(out, "%08lx %s\n",
			 crc32(0, (const unsigned char *)text, (unsigned int)strlen(text)), text);
		ret = out->failed ? -ENOMEM : 0;
	}
	json_object_put(json);
	return ret;
}

int record_short(const struct journal_state *state, struct text *out)
{
	struct record record = { .record = RECORD_OPEN, .version = RECORD_VERSION };
	int ret;

	memcpy(record.boot_id, state->boot_id, sizeof(state->boot_id));
	memcpy(record.machine_id, state->machine_id, sizeof(state->machine_id));
	memcpy(record.instance_id, state->instance_id, sizeof(state->instance_id));
	memcpy(record.time, state->opened, sizeof(state->opened));
	ret = record_line(&record, out);
	if (ret)
		return ret;
	record.record = RECORD_STATE;
	record_stamp(record.time);
	record.state = *state; /* borrowed */
	return record_line(&record, out);
}

/* The JSON text after a checksum that fits it, or NULL. */
static const char *line_text(const char *line)
{
	unsigned long crc;
	char *end;
	int i;

	for (i = 0; i < CRC_DIGITS; i++)
		if (!isxdigit((unsigned char)line[i]))
			return NULL;
	crc = strtoul(line, &end, 16);
	if (end != line + CRC_DIGITS || *end != ' ')
		return NULL;
	line = end + 1;
	if (crc != crc32(0, (const unsigned char *)line, (unsigned int)strlen(line)))
		return NULL;
	return line;
}

static int record_from_json(struct json_object *json, struct record *record, struct err *err)
{
	struct json_object *kind;
	char shown[40];
	int i, ret;

	if (!json_object_object_get_ex(json, "record", &kind))
		return err_set(err, -EPROTO, "it names no record");
	i = name_find(record_names, json_object_get_string(kind));
	if (i < 0) {
		text_escape(shown, sizeof(shown), json_object_get_string(kind));
		return err_set(err, -ENOTSUP,
			       "a newer netlane wrote the record '%s' there; give the node back "
			       "with that one (netlane down)",
			       shown);
	}
	ret = fields_from_json(fields_of[i], record, json, err);
	if (ret == -ENOTSUP)
		err_prefix(err, "a newer netlane may have written it, give the node back with that "
				"one (netlane down): ");
	if (ret)
		return ret == -ENOMEM || ret == -ENOTSUP ? ret : -EPROTO;
	if (record->record == RECORD_OPEN && record->version > RECORD_VERSION)
		return err_set(err, -ENOTSUP,
			       "a newer netlane wrote it (version %u, this one reads %u); give the "
			       "node back with that one (netlane down)",
			       record->version, RECORD_VERSION);
	return 0;
}

int record_parse(const char *line, struct record *record, struct err *err)
{
	const char *text = line_text(line);
	struct json_object *json;
	int ret;

	memset(record, 0, sizeof(*record));
	if (!text)
		return err_set(err, -EBADMSG, "the checksum does not fit");
	json = json_tokener_parse(text);
	if (!json_object_is_type(json, json_type_object)) {
		json_object_put(json);
		return err_set(err, -EPROTO, "it is no JSON object");
	}
	ret = record_from_json(json, record, err);
	json_object_put(json);
	if (ret)
		record_free(record);
	return ret;
}

void record_free(struct record *record)
{
	fields_free(fields_of[record->record], record);
	memset(record, 0, sizeof(*record));
}

void record_stamp(char stamp[32])
{
	time_t now = time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(stamp, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		stamp[0] = 0;
}
