// SPDX-License-Identifier: GPL-2.0
/* The configuration files into a policy; see config.h. */
#include "cmd/config.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/text.h"
#include "cmd/config_bind.h"
#include "cmd/config_drain.h"
#include "cmd/config_keys.h"
#include "cmd/config_steer.h"
#include "cmd/config_zone.h"
#include "cmd/steer_wish.h"

#define SWEEP_DEFAULT_S 30

struct reading {
	struct policy *policy;
	const char *path;
	FILE *stream;
	unsigned int line; /* that libinih is at */
	unsigned int section_line; /* where its section began */
	int ret; /* of the first line that was refused */
	unsigned int bad_line;
	struct err *err; /* about that line */
};

/* The section's policy; a section that is named again goes on where it was. */
static struct nic_policy *nic_section(struct reading *r, const char *match)
{
	struct policy *policy = r->policy;
	struct nic_policy *nic;

	nic = policy->nr_nic ? &policy->nic[policy->nr_nic - 1] : NULL;
	if (nic && !strcmp(nic->match, match))
		return nic;
	nic = realloc(policy->nic, (policy->nr_nic + 1) * sizeof(*nic));
	if (!nic)
		return NULL;
	policy->nic = nic;
	nic += policy->nr_nic++;
	memset(nic, 0, sizeof(*nic));
	nic->rps = nic->rss = nic->allow_risk = -1;
	(void)text_copy(nic->match, sizeof(nic->match), match); /* length checked by the caller */
	return nic;
}

static void keys_list(const struct config_key *keys, char *buf, size_t len)
{
	size_t at = 0;

	buf[0] = 0;
	for (; keys->name && at < len; keys++)
		at += (size_t)snprintf(buf + at, len - at, "%s%s", at ? ", " : "", keys->name);
}

static int key_set(struct reading *r, const struct config_key *keys, struct nic_policy *nic,
		   const char *section, const char *name, const char *value)
{
	char known[160], shown[96];
	const struct config_key *key;

	for (key = keys; key->name && strcmp(key->name, name); key++)
		;
	text_escape(shown, sizeof(shown), key->name ? value : name);
	if (!key->name) {
		keys_list(keys, known, sizeof(known));
		return err_set(r->err, -EINVAL, "%s:%u: unknown key '%s' in [%s]; known: %s",
			       r->path, r->line, shown, section, known);
	}
	if (key->parse(r->policy, nic, value))
		return err_set(r->err, -EINVAL, "%s:%u: %s = '%s': allowed is %s", r->path, r->line,
			       name, shown, key->allowed);
	if (nic)
		(void)snprintf(nic->from, sizeof(nic->from), "%.140s:%u", r->path, r->line);
	return 0;
}

/* libinih's handler: returns 1 to go on, 0 for an error. */
static int entry_take(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	struct nic_policy *nic = NULL;
	const char *match;
	char shown[96];

	if (r->ret)
		return 0;
	r->bad_line = r->line; /* in case */
	if (!strcmp(section, "netlane")) {
		r->ret = key_set(r, config_node_keys, NULL, section, name, value);
		return !r->ret;
	}
	if (!strncmp(section, "zone ", 5)) {
		r->ret = config_zone_take(r->policy, section + 5 + strspn(section + 5, " \t"), name,
					  value, r->err);
		if (r->ret)
			err_prefix(r->err, "%s:%u: ", r->path, r->line);
		return !r->ret;
	}
	if (!strncmp(section, "steer ", 6)) {
		r->ret = config_steer_take(r->policy, section + 6 + strspn(section + 6, " \t"),
					   name, value, r->err);
		if (r->ret)
			err_prefix(r->err, "%s:%u: ", r->path, r->line);
		return !r->ret;
	}
	if (!strcmp(section, "drain")) {
		r->ret = config_drain_take(&r->policy->drain, name, value, r->err);
		if (r->ret)
			err_prefix(r->err, "%s:%u: ", r->path, r->line);
		return !r->ret;
	}
	if (!strncmp(section, "bind ", 5)) {
		r->ret = config_bind_take(r->policy, section + 5 + strspn(section + 5, " \t"), name,
					  value, r->err);
		if (r->ret)
			err_prefix(r->err, "%s:%u: ", r->path, r->line);
		return !r->ret;
	}
	match = !strncmp(section, "nic ", 4) ? section + 4 + strspn(section + 4, " \t") : "";
	if (*match && strlen(match) < sizeof(nic->match)) {
		nic = nic_section(r, match);
		r->ret = nic ? key_set(r, config_nic_keys, nic, section, name, value) :
			       err_set(r->err, -ENOMEM, "out of memory");
		return !r->ret;
	}
	text_escape(shown, sizeof(shown), section);
	if (!*section) {
		r->ret = err_set(r->err, -EINVAL,
				 "%s:%u: a key before any section such as "
				 "[netlane]",
				 r->path, r->line);
		return 0;
	}
	r->ret = err_set(r->err, -EINVAL,
			 "%s:%u: section '[%s]' is unknown; known: [netlane], "
			 "[nic NAME], where NAME is an interface, a MAC, a bus path or *, "
			 "[steer NAME], [bind NAME], [zone NAME] and [drain]",
			 r->path, r->section_line, shown);
	return 0;
}

/* libinih's reader: counts lines, and refuses those that it would cut in two. */
static char *line_take(char *buf, int len, void *arg)
{
	struct reading *r = arg;
	char *line = fgets(buf, len, r->stream);

	if (!line)
		return NULL;
	r->line++;
	if (line[strspn(line, " \t")] == '[')
		r->section_line = r->line;
	if (!strchr(line, '\n') && !feof(r->stream) && !r->ret) {
		r->bad_line = r->line;
		r->ret = err_set(r->err, -EINVAL,
				 "%s:%u: longer than the %d characters a line may have", r->path,
				 r->line, len - 2);
	}
	return line;
}

static int file_take(struct policy *policy, const char *path, struct err *err)
{
	struct err refused = { 0 };
	struct reading r = { .policy = policy, .err = &refused, .path = path };
	struct stat st;
	int at;

	if (!stat(path, &st) && (S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode)))
		return err_set(err, -EINVAL, "%s cannot be read: it is a %s, not a file", path,
			       S_ISDIR(st.st_mode) ? "folder" : "pipe");
	r.stream = fopen(path, "re");
	if (!r.stream)
		return err_set(err, -errno, "%s cannot be read: %s", path, strerror(errno));
	at = ini_parse_stream(line_take, &r, entry_take, &r);
	if (!r.ret && ferror(r.stream))
		r.ret = err_set(&refused, -EIO, "%s cannot be read", path);
	fclose(r.stream);
	/* libinih goes on behind a line that it cannot parse; the first one is to be named */
	if (at && (!r.ret || (unsigned int)at < r.bad_line))
		return err_set(err, -EINVAL, "%s:%d: this is neither '[section]' nor 'key = value'",
			       path, at);
	return r.ret ? err_set(err, r.ret, "%s", refused.text) : 0;
}

static int folder_take(struct policy *policy, const char *root, struct err *err)
{
	char **names, path[PATH_MAX];
	unsigned int i, nr;
	int ret = files_list(root, &names, &nr, CONFIG_PATH ".d");

	if (ret == -ENOENT)
		return 0;
	if (ret)
		return err_set(err, ret, "%s.d cannot be read: %s", CONFIG_PATH, strerror(-ret));
	for (i = 0; i < nr && !ret; i++) {
		size_t len = strlen(names[i]);

		if (len < 6 || strcmp(names[i] + len - 5, ".conf"))
			continue;
		(void)snprintf(path, sizeof(path), "%s" CONFIG_PATH ".d/%s",
			       root && strcmp(root, "/") ? root : "", names[i]);
		ret = file_take(policy, path, err);
	}
	files_free(names, nr);
	return ret;
}

int config_read(const char *root, const char *path, struct policy *policy, struct err *err)
{
	struct policy fresh = { .irqbalance = true,
				.counters = true,
				.sweep_s = SWEEP_DEFAULT_S,
				.drain.grace_s = DRAIN_GRACE_S };
	char main_path[PATH_MAX];
	int ret = 0;

	(void)snprintf(main_path, sizeof(main_path), "%s" CONFIG_PATH,
		       root && strcmp(root, "/") ? root : "");
	if (path)
		ret = file_take(&fresh, path, err);
	else if (file_exists(NULL, "%s", main_path))
		ret = file_take(&fresh, main_path, err);
	if (!ret && !path)
		ret = folder_take(&fresh, root, err);
	if (!ret)
		ret = config_steers_check(&fresh, path ? path : main_path, err);
	if (!ret)
		ret = config_binds_check(&fresh, path ? path : main_path, err);
	if (!ret && (!root || !strcmp(root, "/")) && steer_wishes_take(&fresh))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (ret) {
		config_free(&fresh);
		return ret;
	}
	*policy = fresh;
	return 0;
}

void config_free(struct policy *policy)
{
	while (policy->nr_nic)
		free(policy->nic[--policy->nr_nic].cpus);
	free(policy->nic);
	free(policy->steer);
	config_binds_free(policy);
	config_zones_free(policy);
	memset(policy, 0, sizeof(*policy));
}

int config_copy(const struct policy *from, struct policy *to)
{
	unsigned int i;

	*to = *from;
	to->nr_nic = 0;
	to->steer = NULL;
	to->nr_steer = 0;
	to->bind = NULL;
	to->nr_bind = 0;
	to->nic = calloc(from->nr_nic + 1, sizeof(*to->nic));
	if (config_zones_copy(from, to) || config_steers_copy(from, to) ||
	    config_binds_copy(from, to) || !to->nic) {
		config_free(to);
		return -ENOMEM;
	}
	for (i = 0; i < from->nr_nic; i++) {
		struct nic_policy *nic = &to->nic[i];

		*nic = from->nic[i];
		to->nr_nic = i + 1;
		if (!nic->cpus)
			continue;
		nic->cpus = malloc(nic->nr_cpus * sizeof(*nic->cpus));
		if (!nic->cpus) {
			config_free(to);
			return -ENOMEM;
		}
		memcpy(nic->cpus, from->nic[i].cpus, nic->nr_cpus * sizeof(*nic->cpus));
	}
	return 0;
}
