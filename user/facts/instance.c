// SPDX-License-Identifier: GPL-2.0
/*
 * Which cloud instance this is: cloud-init's own file first, then our cache,
 * then the metadata service. The rule: the service is asked only on an ECS
 * node and when wanted, and its answer, also that there was none, is kept in
 * /run so that the first screen stays fast and the service is left in peace.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "facts/facts.h"
#include "facts/gather.h"
#include "facts/metadata.h"

#define PRODUCT "Alibaba Cloud ECS"
#define CLOUD_INIT "/run/cloud-init/instance-data.json"
#define CACHE_DIR "/run/netlane"
#define CACHE CACHE_DIR "/metadata"
#define FRESH_S 3600
#define FRESH_FAILED_S 300

static void node_set(struct node *node, const char *type, const char *id, const char *from)
{
	if (*type && text_copy(node->instance_type, sizeof(node->instance_type), type))
		(void)text_copy(node->instance_type_from, sizeof(node->instance_type_from), from);
	else
		node->instance_type[0] = 0; /* too long to be one */
	if (!text_copy(node->instance_id, sizeof(node->instance_id), id))
		node->instance_id[0] = 0;
}

/* The string at a path of keys, or "". */
static const char *json_at(struct json_object *json, const char *const *keys)
{
	for (; *keys; keys++)
		if (!json_object_is_type(json, json_type_object) ||
		    !json_object_object_get_ex(json, *keys, &json))
			return "";
	return json_object_is_type(json, json_type_string) ? json_object_get_string(json) : "";
}

static const char *json_first(struct json_object *json, const char *const keys[][5],
			      unsigned int nr)
{
	const char *value = "";
	unsigned int i;

	for (i = 0; i < nr && !*value; i++)
		value = json_at(json, keys[i]);
	return value;
}

/* True when cloud-init knows the type. Its file is world-readable and without secrets. */
static bool cloud_init_read(const char *root, struct node *node)
{
	static const char *const type[][5] = {
		{ "ds", "meta_data", "instance", "instance-type", NULL },
		{ "ds", "meta_data", "instance-type", NULL },
		{ "ds", "meta_data", "instance_type", NULL },
	};
	static const char *const id[][5] = {
		{ "v1", "instance_id", NULL },
		{ "v1", "instance-id", NULL },
		{ "ds", "meta_data", "instance-id", NULL },
	};
	struct json_object *json = NULL;
	struct text text = { 0 };

	if (!file_slurp(root, &text, CLOUD_INIT) && text.s)
		json = json_tokener_parse(text.s);
	if (json)
		node_set(node, json_first(json, type, 3), json_first(json, id, 3), "cloud-init");
	json_object_put(json);
	text_free(&text);
	return node->instance_type[0];
}

/* Three lines: time (s since 1970), type, id; empty ones where nothing was learned. */
static bool cache_read(struct node *node)
{
	char buf[256], *rest = buf, *line[3] = { 0 };
	unsigned long taken, now = (unsigned long)time(NULL);
	unsigned int i;

	if (file_read("/", buf, sizeof(buf), CACHE))
		return false;
	for (i = 0; i < 3; i++)
		line[i] = strsep(&rest, "\n");
	if (!line[0] || !line[1] || !line[2] || text_uint(line[0], 0, now, &taken) ||
	    now - taken > (line[1][0] ? FRESH_S : FRESH_FAILED_S))
		return false;
	node_set(node, line[1], line[2], "metadata");
	return true;
}

/* For root only to write; whoever cannot asks again next time. */
static void cache_write(const struct metadata *metadata)
{
	char tmp[sizeof(CACHE) + 32];
	int fd, ok;

	if (mkdir(CACHE_DIR, 0755) && errno != EEXIST)
		return;
	(void)snprintf(tmp, sizeof(tmp), CACHE ".%d", (int)getpid());
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	ok = dprintf(fd, "%lld\n%s\n%s\n", (long long)time(NULL), metadata->instance_type,
		     metadata->instance_id) > 0;
	close(fd);
	if (!ok || rename(tmp, CACHE))
		(void)unlink(tmp); /* nothing more can be done about it */
}

void instance_gather(const struct gather *g, struct node *node)
{
	struct metadata metadata;

	if (cloud_init_read(g->root, node) || !g->live || strcmp(node->product, PRODUCT) ||
	    cache_read(node) || !(g->what & FACTS_METADATA))
		return;
	/* what failed is unknown: "" */
	(void)metadata_fetch(METADATA_BASE, &metadata);
	node_set(node, metadata.instance_type, metadata.instance_id, "metadata");
	cache_write(&metadata);
}
