// SPDX-License-Identifier: GPL-2.0
/*
 * systemd's .link files that set what netlane sets; udev applies one to a NIC
 * when it appears. The rule: as systemd.link(5) says, the first file by name
 * that matches wins and a file in /etc masks its namesakes; a match by what
 * is not known here (the kernel's first name, the path) is "unknown".
 */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/files.h"
#include "facts/gather.h"

/* The first has precedence. */
static const char *const dirs[] = {
	"/etc/systemd/network",	    "/run/systemd/network", "/usr/local/lib/systemd/network",
	"/usr/lib/systemd/network", "/lib/systemd/network",
};

#define NR_DIRS (sizeof(dirs) / sizeof(dirs[0]))

/* What of one file (and its drop-ins) matters here. */
struct link_file {
	char name[NAME_MAX + 1]; /* "10-eth.link" */
	const char *dir;
	struct text match; /* "Key=value\n" of [Match] */
	struct text sets; /* "RxChannels=2, ..." of [Link], our keys only */
	bool told;
};

struct link_files {
	struct link_file *file;
	unsigned int nr;
};

static bool key_is_ours(const char *key)
{
	static const char *const keys[] = {
		"RxChannels",
		"TxChannels",
		"OtherChannels",
		"CombinedChannels",
		"ReceivePacketSteeringCPUMask",
	};
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return !strncmp(key, "IRQAffinity", strlen("IRQAffinity"));
}

static void line_take(struct link_file *file, const char *section, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = 0;
	line = text_trim(line);
	value = text_trim(value);
	if (!strcmp(section, "[Match]"))
		text_add(&file->match, "%s=%s\n", line, value);
	else if (!strcmp(section, "[Link]") && key_is_ours(line))
		text_add(&file->sets, "%s%s=%s", file->sets.len ? ", " : "", line, value);
}

/* 0 or -errno; one that cannot be read sets nothing. */
static int file_parse(const char *root, struct link_file *file, const char *path)
{
	char *line, *rest, section[64] = "";
	struct text text = { 0 };
	int ret;

	ret = file_slurp(root, &text, "%s", path);
	if (ret || !text.s)
		goto free_text;
	for (line = strtok_r(text.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		line = text_trim(line);
		if (*line == '[')
			(void)text_copy(section, sizeof(section), line); /* ours are short */
		else if (*line && *line != '#' && *line != ';')
			line_take(file, section, line);
	}
free_text:
	text_free(&text);
	return ret;
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

static void drop_ins_parse(const char *root, struct link_file *file)
{
	char path[PATH_MAX], **names;
	unsigned int i, j, nr;

	for (i = 0; i < NR_DIRS; i++) {
		if (files_list(root, &names, &nr, "%s/%s.d", dirs[i], file->name))
			continue;
		for (j = 0; j < nr; j++) {
			if (!ends_in(names[j], ".conf") ||
			    (size_t)snprintf(path, sizeof(path), "%s/%s.d/%s", dirs[i], file->name,
					     names[j]) >= sizeof(path))
				continue;
			(void)file_parse(root, file, path); /* unreadable: sets nothing */
		}
		files_free(names, nr);
	}
}

static bool is_listed(const struct link_files *files, const char *name)
{
	unsigned int i;

	for (i = 0; i < files->nr; i++)
		if (!strcmp(files->file[i].name, name))
			return true;
	return false;
}

static int dir_read(const char *root, const char *dir, struct link_files *files)
{
	struct link_file *file;
	char path[PATH_MAX], **names;
	unsigned int i, nr;
	int ret = 0;

	if (files_list(root, &names, &nr, "%s", dir))
		return 0;
	for (i = 0; i < nr && !ret; i++) {
		if (!ends_in(names[i], ".link") || is_listed(files, names[i]) ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, names[i]) >= sizeof(path))
			continue;
		file = facts_more(&files->file, &files->nr, sizeof(*file));
		if (!file) {
			ret = -ENOMEM;
			break;
		}
		(void)text_copy(file->name, sizeof(file->name),
				names[i]); /* a folder has no longer one */
		file->dir = dir;
		(void)file_parse(root, file, path); /* unreadable: sets nothing, but masks */
		drop_ins_parse(root, file);
	}
	files_free(names, nr);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct link_file *)a)->name, ((const struct link_file *)b)->name);
}

/* Does one of the blank-separated patterns (all negated by a first "!") match? */
static bool globs_match(const char *globs, const char *value, bool fold)
{
	bool negated = *globs == '!';
	char copy[512], *word, *rest;

	(void)text_copy(copy, sizeof(copy), globs + negated); /* a longer list is cut */
	for (word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
		if (!fnmatch(word, value, fold ? FNM_CASEFOLD : 0))
			return !negated;
	return negated;
}

static enum tri condition_matches(const char *key, const char *value, const struct nic *nic)
{
	if (!strcmp(key, "MACAddress") || !strcmp(key, "PermanentMACAddress"))
		return globs_match(value, nic->mac, true) ? IS_YES : IS_NO;
	if (!strcmp(key, "Driver"))
		return globs_match(value, nic->driver, false) ? IS_YES : IS_NO;
	if (!strcmp(key, "Type"))
		return globs_match(value, "ether", false) ? IS_YES : IS_NO;
	if (!strcmp(key, "OriginalName") && globs_match(value, nic->ifname, false))
		return IS_YES;
	return IS_UNKNOWN;
}

/* All conditions must hold; a file without any matches nothing. */
static enum tri file_matches(const struct link_file *file, const struct nic *nic)
{
	char copy[1024], *line, *value, *rest;
	enum tri all = IS_YES, one;

	if (!file->match.len)
		return IS_NO;
	(void)text_copy(copy, sizeof(copy), file->match.s); /* a longer one is cut */
	for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = 0;
		one = condition_matches(line, value, nic);
		if (one == IS_NO)
			return IS_NO;
		if (one == IS_UNKNOWN)
			all = IS_UNKNOWN;
	}
	return all;
}

static int owner_add(struct facts *facts, struct link_file *file, enum tri active)
{
	struct text evidence = { 0 };
	struct owner *owner;

	if (!file->sets.len || file->told)
		return 0;
	text_add(&evidence, "%s/%s: %s", file->dir, file->name, file->sets.s);
	owner = facts_more(&facts->owner, &facts->nr_owner, sizeof(*owner));
	if (!owner || evidence.failed) {
		text_free(&evidence);
		return -ENOMEM;
	}
	file->told = true;
	owner->active = active;
	(void)text_copy(owner->name, sizeof(owner->name), "systemd.link");
	(void)text_copy(owner->evidence, sizeof(owner->evidence), evidence.s); /* cut is fine */
	(void)text_copy(owner->touches, sizeof(owner->touches), "channels, rps, irq affinity");
	text_free(&evidence);
	return 0;
}

static int nic_judge(struct facts *facts, const struct nic *nic, struct link_files *files)
{
	enum tri matches;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < files->nr && !ret; i++) {
		matches = file_matches(&files->file[i], nic);
		if (matches != IS_NO)
			ret = owner_add(facts, &files->file[i], matches);
		if (matches == IS_YES)
			break;
	}
	return ret;
}

int links_gather(const struct gather *g, struct facts *facts)
{
	struct link_files files = { 0 };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR_DIRS && !ret; i++)
		ret = dir_read(g->root, dirs[i], &files);
	if (files.nr)
		qsort(files.file, files.nr, sizeof(*files.file), by_name);
	for (i = 0; i < facts->nr_nic && !ret; i++)
		if (facts->nic[i].bus[0])
			ret = nic_judge(facts, &facts->nic[i], &files);
	for (i = 0; i < files.nr; i++) {
		text_free(&files.file[i].match);
		text_free(&files.file[i].sets);
	}
	free(files.file);
	return ret;
}
