// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of the node's files that are about SMC; see smc_parts.h. The rule: a line is
 * shown with its file and number, what it is worth is for the judge.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "facts/gather.h"
#include "facts/smc_parts.h"

#define PREFIX "net.smc."

struct look {
	const char *root;
	struct smc_node *node;
	/* fills @line and says whether it is one */
	bool (*is)(const struct look *look, const char *text, struct smc_line *line);
	struct smc_line **list;
	unsigned int *nr;
};

static int look_text(const struct look *look, const char *path, char *text)
{
	struct smc_line line, *one;
	unsigned int nr = 0;
	char *s;

	while ((s = strsep(&text, "\n"))) {
		nr++;
		s = text_trim(s);
		memset(&line, 0, sizeof(line));
		if (s[0] == '#' || s[0] == ';' || !look->is(look, s, &line))
			continue;
		one = facts_more(look->list, look->nr, sizeof(*one));
		if (!one)
			return -ENOMEM;
		*one = line;
		(void)snprintf(one->from, sizeof(one->from), "%s:%u", path, nr);
		text_escape(one->text, sizeof(one->text), s);
	}
	return 0;
}

/* Files that cannot be read are none. */
static int look_file(const struct look *look, const char *path)
{
	struct text text = { 0 };
	int ret = 0;

	if (!file_slurp(look->root, &text, "%s", path) && text.s)
		ret = look_text(look, path, text.s);
	text_free(&text);
	return ret;
}

static bool ends_with(const char *s, const char *end)
{
	const size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

/* What is there by two names is looked through once. */
static bool is_link(const char *root, const char *path)
{
	char target[256];

	return !file_link(root, target, sizeof(target), "%s", path);
}

static int look_folder(const struct look *look, const char *dir, const char *end)
{
	char path[SMC_FROM_LEN], **names;
	unsigned int i, nr;
	int ret = 0;

	if (files_list(look->root, &names, &nr, "%s", dir))
		return 0;
	for (i = 0; i < nr && !ret; i++) {
		if (!ends_with(names[i], end) ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, names[i]) >= sizeof(path) ||
		    is_link(look->root, path)) /* as Debian's 99-sysctl.conf to /etc/sysctl.conf */
			continue;
		ret = look_file(look, path);
	}
	files_free(names, nr);
	return ret;
}

/* ------------------------------------------------------------- sysctl */

/* "net.smc.KEY", also as net/smc/KEY, anywhere in the line: a script's line counts as well. */
static bool is_sysctl(const struct look *look, const char *text, struct smc_line *line)
{
	static const char *const prefixes[] = { PREFIX, "net/smc/" };
	const char *at = NULL;
	unsigned int i;
	size_t len;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) && !at; i++)
		at = strstr(text, prefixes[i]);
	if (!at)
		return false;
	at += strlen(PREFIX);
	len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (!len || len >= sizeof(line->key))
		return false;
	memcpy(line->key, at, len);
	line->exists = file_exists(look->root, "/proc/sys/net/smc/%s", line->key);
	return true;
}

static int sysctls_look(const char *root, struct smc_node *node)
{
	static const char *const folders[] = { "/etc/sysctl.d", "/run/sysctl.d",
					       "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d" };
	static const char *const files[] = { "/etc/sysctl.conf", "/etc/rc.local",
					     "/etc/rc.d/rc.local" };
	const struct look look = { root, node, is_sysctl, &node->sysctl, &node->nr_sysctl };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 3 && !ret; i++)
		ret = is_link(root, files[i]) ? 0 : look_file(&look, files[i]);
	for (i = 0; i < 4 && !ret; i++)
		ret = look_folder(&look, folders[i], ".conf");
	if (!ret)
		ret = look_folder(&look, "/etc/systemd/system", ".service");
	return ret;
}

/* ------------------------------------------------------------- modprobe.d */

/* "install smc /bin/false" keeps it out; a blacklist does where an alias asks for it. */
static bool is_block(const struct look *look, const char *text, struct smc_line *line)
{
	char verb[16], module[32], rest[64] = "";

	if (sscanf(text, "%15s %31s %63[^\n]", verb, module, rest) < 2 || strcmp(module, "smc"))
		return false;
	return !strcmp(verb, "blacklist") ||
	       (!strcmp(verb, "install") && (strstr(rest, "/false") || strstr(rest, "/true")));
}

static int blocks_look(const char *root, struct smc_node *node)
{
	static const char *const folders[] = { "/etc/modprobe.d", "/run/modprobe.d",
					       "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					       "/lib/modprobe.d" };
	const struct look look = { root, node, is_block, &node->blocked, &node->nr_blocked };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 5 && !ret; i++)
		if (i < 4 || !is_link(root, "/lib"))
			ret = look_folder(&look, folders[i], ".conf");
	return ret;
}

int smc_lines_gather(const char *root, struct smc_node *node)
{
	int ret = sysctls_look(root, node);

	return ret ? ret : blocks_look(root, node);
}
