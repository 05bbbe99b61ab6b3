// SPDX-License-Identifier: GPL-2.0
/* JSON out of and into structs, from one table a noun; see fields.h. */
#include "base/fields.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpumask.h"
#include "base/text.h"

/* What a facts file may hold of one list: far above any machine, far below a memory bomb. */
#define LIST_MAX 65536

const char *const tri_names[] = { "unknown", "no", "yes", NULL };

static unsigned int *nr_of(const struct field *f, const void *data)
{
	return (unsigned int *)((char *)data + f->nr_offset);
}

static void *at(const struct field *f, const void *data)
{
	return (char *)data + f->offset;
}

/* A name from outside may be no UTF-8, which no JSON reader would take. */
static struct json_object *string_to_json(const char *s)
{
	struct json_object *json;
	char *copy = strdup(s);

	if (!copy)
		return NULL;
	text_utf8(copy);
	json = json_object_new_string(copy);
	free(copy);
	return json;
}

static struct json_object *list_to_json(const struct field *f, const void *data)
{
	struct json_object *array = json_object_new_array(), *item;
	unsigned int i, nr = *nr_of(f, data);

	for (i = 0; array && i < nr; i++) {
		char *base = *(char **)at(f, data);

		if (f->type == FIELD_UINTS)
			item = json_object_new_int64(((unsigned int *)base)[i]);
		else if (f->type == FIELD_LINES)
			item = string_to_json(base + i * f->size);
		else
			item = fields_to_json(f->sub, base + i * f->size);
		if (!item || json_object_array_add(array, item)) {
			json_object_put(item);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *cpus_to_json(const struct cpumask *mask)
{
	char list[CPUMASK_TEXT_LEN];

	(void)cpumask_format_list(mask, list, sizeof(list)); /* always fits */
	return json_object_new_string(list);
}

static struct json_object *field_to_json(const struct field *f, const void *data)
{
	const void *p = at(f, data);

	switch (f->type) {
	case FIELD_BOOL:
		return json_object_new_boolean(*(const bool *)p);
	case FIELD_INT:
		return json_object_new_int(*(const int *)p);
	case FIELD_UINT:
		return json_object_new_int64(*(const unsigned int *)p);
	case FIELD_U64:
		return json_object_new_uint64(*(const uint64_t *)p);
	case FIELD_STR:
		return string_to_json(p);
	case FIELD_HEAP:
		return string_to_json(*(char *const *)p);
	case FIELD_CPUS:
		return cpus_to_json(p);
	case FIELD_ENUM:
		return json_object_new_string(f->names[*(const int *)p]);
	case FIELD_OBJECT:
		return fields_to_json(f->sub, p);
	case FIELD_UINTS:
	case FIELD_LINES:
	case FIELD_LIST:
		return list_to_json(f, data);
	case FIELD_END:
		break;
	}
	return NULL;
}

struct json_object *fields_to_json(const struct field *fields, const void *data)
{
	struct json_object *object = json_object_new_object(), *value;
	const struct field *f;

	for (f = fields; object && f->type != FIELD_END; f++) {
		bool null = f->type == FIELD_HEAP && !*(char *const *)at(f, data);

		value = null ? NULL : field_to_json(f, data);
		if ((!value && !null) || json_object_object_add(object, f->key, value)) {
			json_object_put(object);
			return NULL;
		}
	}
	return object;
}

static int wrong(const struct field *f, const char *wanted, struct json_object *value,
		 struct err *err)
{
	char shown[80];

	text_escape(shown, sizeof(shown), json_object_to_json_string(value));
	return err_set(err, -EINVAL, "%s: %s is not %s", f->key, shown, wanted);
}

/* A word that we do not know may be a newer netlane's. */
static int wrong_name(const struct field *f, struct json_object *value, struct err *err)
{
	struct text wanted = { 0 };
	int i;

	text_add(&wanted, "one of");
	for (i = 0; f->names[i]; i++)
		text_add(&wanted, "%s %s", i ? "," : "", f->names[i]);
	(void)wrong(f, wanted.failed ? "one of the known names" : wanted.s, value, err);
	text_free(&wanted);
	return -ENOTSUP;
}

static int number_from_json(const struct field *f, struct json_object *value, int64_t min,
			    int64_t max, int64_t *out, struct err *err)
{
	if (!json_object_is_type(value, json_type_int))
		return wrong(f, "a whole number", value, err);
	*out = json_object_get_int64(value);
	if (*out < min || *out > max)
		return wrong(f, "in range", value, err);
	return 0;
}

static int text_from_json(const struct field *f, void *p, struct json_object *value,
			  struct err *err)
{
	char **heap = p;
	int i;

	if (!json_object_is_type(value, json_type_string))
		return wrong(f, "a string", value, err);
	switch (f->type) {
	case FIELD_STR:
		if (!text_copy(p, f->size, json_object_get_string(value)))
			return wrong(f, "short enough", value, err);
		return 0;
	case FIELD_HEAP:
		*heap = strdup(json_object_get_string(value));
		return *heap ? 0 : err_set(err, -ENOMEM, "out of memory");
	case FIELD_CPUS:
		if (cpumask_parse_list(json_object_get_string(value), p))
			return wrong(f, "a list of numbers such as \"0-3,5\", below 2048", value,
				     err);
		return 0;
	default:
		for (i = 0; f->names[i]; i++) {
			if (strcmp(f->names[i], json_object_get_string(value)))
				continue;
			*(int *)p = i;
			return 0;
		}
		return wrong_name(f, value, err);
	}
}

static int item_from_json(const struct field *f, char *item, struct json_object *value,
			  struct err *err)
{
	int64_t number;
	int ret;

	switch (f->type) {
	case FIELD_UINTS:
		ret = number_from_json(f, value, 0, UINT_MAX, &number, err);
		if (!ret)
			*(unsigned int *)item = (unsigned int)number;
		return ret;
	case FIELD_LINES:
		if (!json_object_is_type(value, json_type_string) ||
		    !text_copy(item, f->size, json_object_get_string(value)))
			return wrong(f, "a short string", value, err);
		return 0;
	default:
		return fields_from_json(f->sub, item, value, err);
	}
}

static int list_from_json(const struct field *f, void *data, struct json_object *value,
			  struct err *err)
{
	size_t size = f->type == FIELD_UINTS ? sizeof(unsigned int) : f->size;
	char **list = at(f, data);
	size_t i, nr;
	int ret;

	if (!json_object_is_type(value, json_type_array))
		return wrong(f, "an array", value, err);
	nr = json_object_array_length(value);
	if (nr > LIST_MAX)
		return err_set(err, -E2BIG, "%s: %zu elements, at most %d", f->key, nr, LIST_MAX);
	if (!nr)
		return 0;
	*list = calloc(nr, size);
	if (!*list)
		return err_set(err, -ENOMEM, "out of memory");
	/* set at once: whatever fails below, fields_free() sees the zeroed rest */
	*nr_of(f, data) = (unsigned int)nr;
	for (i = 0; i < nr; i++) {
		ret = item_from_json(f, *list + i * size, json_object_array_get_idx(value, i), err);
		if (ret) {
			err_prefix(err, "%s[%zu].", f->key, i);
			return ret;
		}
	}
	return 0;
}

static int field_from_json(const struct field *f, void *data, struct json_object *value,
			   struct err *err)
{
	void *p = at(f, data);
	int64_t number = 0;
	int ret;

	switch (f->type) {
	case FIELD_BOOL:
		if (!json_object_is_type(value, json_type_boolean))
			return wrong(f, "true or false", value, err);
		*(bool *)p = json_object_get_boolean(value);
		return 0;
	case FIELD_INT:
		ret = number_from_json(f, value, INT_MIN, INT_MAX, &number, err);
		*(int *)p = (int)number;
		return ret;
	case FIELD_UINT:
		ret = number_from_json(f, value, 0, UINT_MAX, &number, err);
		*(unsigned int *)p = (unsigned int)number;
		return ret;
	case FIELD_U64:
		/* signed it reads up to INT64_MAX, so that only a negative one is below 0 */
		if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
			return wrong(f, "a whole number from 0", value, err);
		*(uint64_t *)p = json_object_get_uint64(value);
		return 0;
	case FIELD_OBJECT:
		ret = fields_from_json(f->sub, p, value, err);
		if (ret)
			err_prefix(err, "%s.", f->key);
		return ret;
	case FIELD_UINTS:
	case FIELD_LINES:
	case FIELD_LIST:
		return list_from_json(f, data, value, err);
	default:
		return text_from_json(f, p, value, err);
	}
}

int fields_from_json(const struct field *fields, void *data, struct json_object *json,
		     struct err *err)
{
	struct json_object *value;
	const struct field *f;
	int ret;

	if (!json_object_is_type(json, json_type_object))
		return err_set(err, -EINVAL, "a JSON object is expected here");
	for (f = fields; f->type != FIELD_END; f++) {
		if (!json_object_object_get_ex(json, f->key, &value) || !value)
			continue;
		ret = field_from_json(f, data, value, err);
		if (ret)
			return ret;
	}
	return 0;
}

void fields_free(const struct field *fields, void *data)
{
	const struct field *f;
	unsigned int i;

	for (f = fields; f->type != FIELD_END; f++) {
		char **p = at(f, data);

		switch (f->type) {
		case FIELD_OBJECT:
			fields_free(f->sub, p);
			break;
		case FIELD_LIST:
			for (i = 0; i < *nr_of(f, data); i++)
				fields_free(f->sub, *p + i * f->size);
			/* fall through */
		case FIELD_UINTS:
		case FIELD_LINES:
			*nr_of(f, data) = 0;
			/* fall through */
		case FIELD_HEAP:
			free(*p);
			*p = NULL;
			break;
		default:
			break;
		}
	}
}
