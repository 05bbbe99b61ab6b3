// SPDX-License-Identifier: GPL-2.0
/* NetworkManager's file about one NIC; see nmconf.h. */
#include "base/nmconf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/text.h"

#define PREFIX "90-netlane-"
#define SUFFIX ".conf"

/* One of the two places. */
struct place {
	const char *root; /* "" or a test's */
	const char *dir;
	char name[NMCONF_NAME_LEN];
};

enum stands { STANDS_NOT, STANDS_OURS, STANDS_FOREIGN };

/* Two hex digits six times, by @sep. */
static bool is_mac(const char *s, char sep)
{
	unsigned int i;

	for (i = 0; i < MAC_LEN - 1; i++) {
		if (i % 3 == 2 ? s[i] != sep : !s[i] || !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return !s[i];
}

static void sep_replace(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

int nmconf_name(const char *mac, char name[NMCONF_NAME_LEN])
{
	char middle[MAC_LEN];

	name[0] = 0;
	if (!is_mac(mac, ':'))
		return -EINVAL;
	memcpy(middle, mac, sizeof(middle));
	sep_replace(middle, ':', '-');
	(void)snprintf(name, NMCONF_NAME_LEN, PREFIX "%s" SUFFIX, middle); /* fits */
	return 0;
}

int nmconf_name_parse(const char *name, char mac[MAC_LEN])
{
	mac[0] = 0;
	if (strlen(name) != strlen(PREFIX) + MAC_LEN - 1 + strlen(SUFFIX) ||
	    strncmp(name, PREFIX, strlen(PREFIX)) ||
	    strcmp(name + strlen(PREFIX) + MAC_LEN - 1, SUFFIX))
		return -EINVAL;
	(void)snprintf(mac, MAC_LEN, "%s", name + strlen(PREFIX)); /* its first 17 letters */
	if (!is_mac(mac, '-')) {
		mac[0] = 0;
		return -EINVAL;
	}
	sep_replace(mac, '-', ':');
	return 0;
}

/* A netlane that writes another text must know this one as well: what an older one left is ours. */
char *nmconf_text(const char *mac)
{
	struct text t = { 0 };

	text_add(&t,
		 "# netlane wrote this, since its configuration says network_manager = unmanaged\n"
		 "# for the NIC with this address. netlane down removes it, unless it was edited.\n"
		 "[keyfile]\n"
		 "unmanaged-devices+=mac:%s\n",
		 mac);
	return text_take(&t);
}

/* ------------------------------------------------------------- one place */

static int place_path(const struct place *p, const char *name, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s%s/%s", p->root, p->dir, name);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int place_look(const struct place *p, const char *text, enum stands *stands)
{
	struct text found = { 0 };
	char path[PATH_MAX];
	struct stat st;
	int ret = place_path(p, p->name, path);

	*stands = STANDS_NOT;
	if (ret)
		return ret;
	if (lstat(path, &st))
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	*stands = STANDS_FOREIGN;
	if (!S_ISREG(st.st_mode))
		return 0; /* a link to /dev/null, say, which hides one of that name */
	ret = file_slurp(NULL, &found, "%s", path);
	if (!ret && found.s && !strcmp(found.s, text))
		*stands = STANDS_OURS;
	text_free(&found);
	return ret;
}

static int dir_sync(const struct place *p)
{
	char path[PATH_MAX];
	int fd, ret = place_path(p, ".", path);

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

/* The whole of @text in a file of its own, on the disk. */
static int fresh_write(const char *path, const char *text)
{
	int fd, ret = 0;
	ssize_t n;

	(void)unlink(path); /* left by a netlane that was killed */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n != (ssize_t)strlen(text))
		ret = n < 0 ? -errno : -EIO;
	/* whatever the umask: anybody may know what NetworkManager was told */
	if (!ret && (fchmod(fd, 0644) || fsync(fd)))
		ret = -errno;
	close(fd);
	return ret;
}

/* Where the text is written first, by a name that NetworkManager skips. */
static int fresh_path(const struct place *p, char path[PATH_MAX])
{
	char name[NMCONF_NAME_LEN + 8];

	(void)snprintf(name, sizeof(name), ".%s.new", p->name); /* fits */
	return place_path(p, name, path);
}

/* By link(2), which takes nobody's place. */
static int place_put(const struct place *p, const char *text)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	enum stands stands;
	int ret = place_look(p, text, &stands);

	if (ret || stands != STANDS_NOT)
		return ret ? ret : stands == STANDS_OURS ? 0 : -EEXIST;
	ret = place_path(p, p->name, path);
	if (!ret)
		ret = fresh_path(p, fresh);
	if (ret)
		return ret;
	ret = fresh_write(fresh, text);
	if (!ret && link(fresh, path))
		ret = -errno;
	(void)unlink(fresh); /* the first failure is what counts */
	return ret ? ret : dir_sync(p);
}

static int place_drop(const struct place *p, const char *text)
{
	char path[PATH_MAX];
	enum stands stands;
	int ret = place_look(p, text, &stands);

	if (!fresh_path(p, path))
		(void)unlink(path); /* left by a netlane that was killed */
	if (ret || stands == STANDS_NOT)
		return ret;
	if (stands == STANDS_FOREIGN)
		return -EEXIST;
	ret = place_path(p, p->name, path);
	if (!ret && unlink(path) && errno != ENOENT)
		ret = -errno;
	return ret ? ret : dir_sync(p);
}

/* Nobody has made the one in /run before NetworkManager starts, or ever. */
static int run_dir_make(const struct place *p)
{
	char path[PATH_MAX];
	int ret = place_path(p, "..", path);

	if (ret)
		return ret;
	path[strlen(path) - strlen("/conf.d/..")] = 0;
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	ret = place_path(p, "", path);
	return !ret && mkdir(path, 0755) && errno != EEXIST ? -errno : ret;
}

static void run_dir_drop(const struct place *p)
{
	char path[PATH_MAX];

	if (!place_path(p, "", path))
		(void)rmdir(path); /* not empty, or not there: both are well */
}

/* ------------------------------------------------------------- both */

static int places_of(const char *root, const char *mac, struct place *etc, struct place *run,
		     struct err *err)
{
	*etc = (struct place){ .root = root && strcmp(root, "/") ? root : "", .dir = NMCONF_ETC };
	if (nmconf_name(mac, etc->name))
		return err_set(err, -EINVAL, "'%.20s' is no MAC in lower case", mac);
	*run = *etc;
	run->dir = NMCONF_RUN;
	return 0;
}

static int failed(int ret, const struct place *p, const char *doing, struct err *err)
{
	if (ret == -EEXIST)
		return err_set(err, ret, "%s/%s is not netlane's, and is left", p->dir, p->name);
	return err_set(err, ret, "%s/%s cannot be %s: %s", p->dir, p->name, doing, strerror(-ret));
}

int nmconf_read(const char *root, const char *mac, char value[NMCONF_VALUE_LEN], struct err *err)
{
	enum stands in_etc, in_run;
	struct place etc, run;
	char *text;
	int ret;

	(void)text_copy(value, NMCONF_VALUE_LEN, KNOB_ABSENT);
	ret = places_of(root, mac, &etc, &run, err);
	if (ret)
		return ret;
	text = nmconf_text(mac);
	if (!text)
		return err_set(err, -ENOMEM, "out of memory");
	ret = place_look(&etc, text, &in_etc);
	if (ret) {
		(void)failed(ret, &etc, "read", err);
	} else {
		ret = place_look(&run, text, &in_run);
		if (ret)
			(void)failed(ret, &run, "read", err);
	}
	free(text);
	if (ret)
		return ret;
	if (in_etc == STANDS_FOREIGN || in_run == STANDS_FOREIGN)
		(void)snprintf(value, NMCONF_VALUE_LEN, NMCONF_FOREIGN "%s/%s",
			       in_etc == STANDS_FOREIGN ? etc.dir : run.dir, etc.name);
	else if (in_etc == STANDS_OURS)
		(void)text_copy(value, NMCONF_VALUE_LEN, NMCONF_LASTING);
	else if (in_run == STANDS_OURS)
		(void)text_copy(value, NMCONF_VALUE_LEN, NMCONF_UNTIL_BOOT);
	return 0;
}

/* The new one first: NetworkManager must not find neither. */
static int move(const struct place *to, const struct place *from, const char *text, struct err *err)
{
	int ret = place_put(to, text);

	if (ret)
		return failed(ret, to, "written", err);
	ret = place_drop(from, text);
	return ret ? failed(ret, from, "removed", err) : 0;
}

int nmconf_write(const char *root, const char *mac, const char *value, struct err *err)
{
	struct place etc, run;
	int ret = places_of(root, mac, &etc, &run, err);
	char *text;

	if (ret)
		return ret;
	text = nmconf_text(mac);
	if (!text)
		return err_set(err, -ENOMEM, "out of memory");
	if (!strcmp(value, NMCONF_LASTING)) {
		ret = move(&etc, &run, text, err);
	} else if (!strcmp(value, NMCONF_UNTIL_BOOT)) {
		ret = run_dir_make(&run);
		ret = ret ? failed(ret, &run, "written", err) : move(&run, &etc, text, err);
	} else if (!strcmp(value, KNOB_ABSENT)) {
		ret = place_drop(&etc, text);
		if (ret)
			(void)failed(ret, &etc, "removed", err);
		else if ((ret = place_drop(&run, text)))
			(void)failed(ret, &run, "removed", err);
	} else {
		ret = err_set(err, -EINVAL, "'%.60s' cannot be written", value);
	}
	if (strcmp(value, NMCONF_UNTIL_BOOT))
		run_dir_drop(&run);
	free(text);
	return ret;
}
