// SPDX-License-Identifier: GPL-2.0
/*
 * What the node is: names, kernel, memory, ids. The rule: files below the
 * root first; uname(2) only of this node and where there is no file.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/files.h"
#include "facts/gather.h"

static void taken_now(char *buf, size_t len)
{
	time_t now = time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(buf, len, "%Y-%m-%dT%H:%M:%SZ", &tm))
		buf[0] = 0;
}

static void uname_read(const struct gather *g, struct node *node)
{
	struct utsname u;

	if (file_read(g->root, node->hostname, sizeof(node->hostname), "/proc/sys/kernel/hostname"))
		node->hostname[0] = 0;
	if (file_read(g->root, node->kernel, sizeof(node->kernel), "/proc/sys/kernel/osrelease"))
		node->kernel[0] = 0;
	/* since 6.1 there is a file for it; before, and under another root, unknown */
	if (file_read(g->root, node->arch, sizeof(node->arch), "/proc/sys/kernel/arch"))
		node->arch[0] = 0;
	if (g->live && !node->arch[0] && !uname(&u))
		(void)text_copy(node->arch, sizeof(node->arch), u.machine); /* short ones only */
}

/* The module parameter's manner: bare, or with a true value. The last wins, as in the kernel. */
static void cmdline_read(const char *root, struct node *node)
{
	char buf[4096], *word, *rest;

	if (file_read(root, buf, sizeof(buf), "/proc/cmdline"))
		return;
	for (word = strtok_r(buf, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
		const char *value = word + strlen("netlane.off");

		if (strncmp(word, "netlane.off", strlen("netlane.off")))
			continue;
		if (!*value || !strcmp(value, "=1") || !strcasecmp(value, "=y") ||
		    !strcasecmp(value, "=yes") || !strcasecmp(value, "=on") ||
		    !strcasecmp(value, "=true"))
			(void)text_copy(node->cmdline_off, sizeof(node->cmdline_off), "1");
		else if (*value == '=')
			node->cmdline_off[0] = 0;
	}
}

static void memory_read(const char *root, struct node *node)
{
	unsigned long long kib;
	char buf[256], *line;

	if (file_read(root, buf, sizeof(buf), "/proc/meminfo"))
		return;
	line = strstr(buf, "MemTotal:");
	if (line && sscanf(line, "MemTotal: %llu kB", &kib) == 1)
		node->mem_bytes = kib * 1024;
}

static void id_read(const char *root, char *buf, size_t len, const char *path)
{
	if (file_read(root, buf, len, "%s", path))
		buf[0] = 0;
}

void node_gather(const struct gather *g, struct node *node)
{
	char product[128];

	taken_now(node->taken, sizeof(node->taken));
	uname_read(g, node);
	id_read(g->root, node->boot_id, sizeof(node->boot_id), "/proc/sys/kernel/random/boot_id");
	id_read(g->root, node->machine_id, sizeof(node->machine_id), "/etc/machine-id");
	if (!file_read(g->root, product, sizeof(product), "/sys/class/dmi/id/product_name"))
		(void)text_copy(node->product, sizeof(node->product), text_trim(product));
	cmdline_read(g->root, node);
	memory_read(g->root, node);
}
