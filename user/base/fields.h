/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One table a noun: the fields of a struct by name, type and offset. JSON is
 * written and read from the same table, so that the two cannot part; the key
 * is the word that configuration and metrics use as well.
 */
#ifndef NETLANE_BASE_FIELDS_H
#define NETLANE_BASE_FIELDS_H

#include <stddef.h>

#include <json-c/json_object.h>

#include "base/err.h"

enum field_type {
	FIELD_END,
	FIELD_BOOL, /* bool */
	FIELD_INT, /* int */
	FIELD_UINT, /* unsigned int */
	FIELD_U64, /* uint64_t, a JSON number */
	FIELD_STR, /* char[size]; "" is written as "" */
	FIELD_HEAP, /* char *, or null */
	FIELD_CPUS, /* struct cpumask, as a list "0-3,5" */
	FIELD_ENUM, /* an enum (int), by its name in @names */
	FIELD_UINTS, /* unsigned int *, its length at @nr_offset */
	FIELD_LINES, /* char (*)[size], its length at @nr_offset */
	FIELD_OBJECT, /* embedded struct, described by @sub */
	FIELD_LIST, /* pointer to structs of @size bytes, described by @sub, length at @nr_offset */
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t size;
	size_t nr_offset;
	const struct field *sub;
	const char *const *names; /* of an enum, ends with NULL */
};

#define FIELD_(kind, st, member) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define F_BOOL(st, m)                     \
	{                                 \
		FIELD_(FIELD_BOOL, st, m) \
	}
#define F_INT(st, m)                     \
	{                                \
		FIELD_(FIELD_INT, st, m) \
	}
#define F_UINT(st, m)                     \
	{                                 \
		FIELD_(FIELD_UINT, st, m) \
	}
#define F_U64(st, m)                     \
	{                                \
		FIELD_(FIELD_U64, st, m) \
	}
#define F_STR(st, m)                                                          \
	{                                                                     \
		FIELD_(FIELD_STR, st, m), .size = sizeof(((struct st *)0)->m) \
	}
#define F_HEAP(st, m)                     \
	{                                 \
		FIELD_(FIELD_HEAP, st, m) \
	}
#define F_CPUS(st, m)                     \
	{                                 \
		FIELD_(FIELD_CPUS, st, m) \
	}
#define F_ENUM(st, m, tbl)                                \
	{                                                 \
		FIELD_(FIELD_ENUM, st, m), .names = (tbl) \
	}
#define F_UINTS(st, m, nr)                                                       \
	{                                                                        \
		FIELD_(FIELD_UINTS, st, m), .nr_offset = offsetof(struct st, nr) \
	}
#define F_LINES(st, m, nr)                                                        \
	{                                                                         \
		FIELD_(FIELD_LINES, st, m), .size = sizeof(*((struct st *)0)->m), \
					    .nr_offset = offsetof(struct st, nr)  \
	}
#define F_OBJECT(st, m, tbl)                              \
	{                                                 \
		FIELD_(FIELD_OBJECT, st, m), .sub = (tbl) \
	}
#define F_LIST(st, m, nr, tbl)                                                                \
	{                                                                                     \
		FIELD_(FIELD_LIST, st, m), .size = sizeof(*((struct st *)0)->m),              \
					   .nr_offset = offsetof(struct st, nr), .sub = (tbl) \
	}
#define F_END                     \
	{                         \
		.type = FIELD_END \
	}

extern const char *const tri_names[]; /* "unknown", "no", "yes" */

/* A new JSON object of @data; NULL only when memory ran out. */
struct json_object *fields_to_json(const struct field *fields, const void *data);
/*
 * Fills @data (zeroed by the caller) from @json. A missing key leaves zero, an
 * unknown key is ignored (a newer netlane wrote it), a wrong type or value is
 * -EINVAL with the path of keys: "nic[0].channels.max: ...", a word that is none
 * of a key's names -ENOTSUP with the same.
 */
int fields_from_json(const struct field *fields, void *data, struct json_object *json,
		     struct err *err);
/* Frees what fields_from_json() or the owner allocated below @data, not @data itself. */
void fields_free(const struct field *fields, void *data);

#endif /* NETLANE_BASE_FIELDS_H */
