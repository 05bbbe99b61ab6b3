// SPDX-License-Identifier: GPL-2.0
/* Pinned objects and their links; see kept.h. */
#include "observe/kept.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "observe/pins.h"

#define KINDS_MAX 4
#define GONE_MS 3000

/* How one of them stands while the lock is held. */
struct standing {
	struct object object;
	bool pinned; /* something of that name is */
	bool open; /* adopted or loaded */
	bool goes_on; /* adopted, and what is wanted */
};

/* Links of a new object: all that always count, or none of it is kept. */
static int links_new(const struct keeping *k, const struct object *o, const char *dir,
		     struct err *err)
{
	unsigned int i;
	int fd, ret = 0;

	for (i = 0; i < k->kind->nr_prog && !ret; i++) {
		if (o->prog[i] < 0 || (k->always && !k->always(i, k->arg)))
			continue;
		fd = object_attach(o, i);
		if (fd < 0)
			return object_attach_failed(fd, err);
		ret = object_pin_link(o, i, fd, dir, err);
		close(fd);
	}
	return ret;
}

/* Links of one that goes on: as they are, in the new folder too. */
static int links_same(const struct object *o, const char *dir, struct err *err)
{
	unsigned int i;
	int fd, ret = 0;

	for (i = 0; i < o->kind->nr_prog && !ret; i++) {
		fd = object_link(o, i);
		if (fd < 0)
			continue; /* not one of those that always count */
		ret = object_pin_link(o, i, fd, dir, err);
		close(fd);
	}
	return ret;
}

static int load_new(struct keeping *k, struct standing *s, bool functions)
{
	const unsigned int slots = k->slots ? k->slots : 1;
	int ret;

	ret = functions ? object_load(k->kind, slots, &s->object, &k->err) :
			  object_load_plain(k->kind, slots, &s->object, &k->err);
	if (!ret && k->configure) {
		ret = k->configure(&s->object, k->arg, &k->err);
		if (ret)
			object_close(&s->object);
	}
	s->open = !ret;
	return ret;
}

/* Finds what is pinned, and loads what is not or is not what is wanted. */
static void stand(struct keeping *k, struct standing *s)
{
	int ret = object_adopt(k->kind, &s->object);

	s->pinned = ret != -ENOENT;
	s->open = !ret;
	s->goes_on = s->open && object_is_ours(&s->object) &&
		     (!k->suits || k->suits(&s->object, k->arg));
	if (s->goes_on)
		return;
	if (s->open)
		object_close(&s->object);
	k->ret = load_new(k, s, true);
}

/* Puts it into the folder, or takes out again what is of it there. */
static int put(struct keeping *k, const struct standing *s, const char *dir)
{
	int ret = object_pin(&s->object, dir, &k->err);

	if (!ret)
		ret = s->goes_on ? links_same(&s->object, dir, &k->err) :
				   links_new(k, &s->object, dir, &k->err);
	if (ret)
		object_unpin(k->kind, dir);
	return ret;
}

static void settle(struct keeping *k, struct standing *s, const char *dir)
{
	k->ret = put(k, s, dir);
	/* programs of functions may load and attach nowhere (arm64 before 6.4) */
	if (k->ret && !s->goes_on) {
		object_close(&s->object);
		k->ret = load_new(k, s, false);
		if (!k->ret)
			k->ret = put(k, s, dir);
	}
	k->began = !k->ret && !s->goes_on;
}

/* A folder with all of it, in the place of the one that is in force. */
static int folder_make(struct keeping *keeping, struct standing *s, unsigned int nr,
		       struct err *err)
{
	unsigned int i, settled = 0;
	char dir[128];
	int ret;

	ret = pins_begin(dir, sizeof(dir), err);
	for (i = 0; i < nr && !ret; i++) {
		if (s[i].open)
			settle(&keeping[i], &s[i], dir);
		settled += s[i].open && !keeping[i].ret;
	}
	if (ret)
		return ret;
	ret = settled ? pins_commit(dir, err) : pins_remove_all(err);
	/* half of it is gone by then */
	if (ret && pins_remove_all(NULL))
		err_prefix(err, "what was loaded could not be taken back; ");
	return ret;
}

static int begin(struct keeping *keeping, struct standing *s, unsigned int nr, struct err *err)
{
	bool changed = false, any = false;
	unsigned int i;
	int ret;

	ret = pins_prepare(err);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		stand(&keeping[i], &s[i]);
		any |= s[i].open;
		changed |= s[i].open ? !s[i].goes_on : s[i].pinned;
	}
	if (!any)
		ret = pins_remove_all(err);
	else
		ret = changed ? folder_make(keeping, s, nr, err) : pins_sweep(err);
	for (i = 0; i < nr; i++)
		if (s[i].open)
			object_close(&s[i].object);
	return ret;
}

int kept_begin(struct keeping *keeping, unsigned int nr)
{
	struct standing s[KINDS_MAX] = { 0 };
	struct err err = { 0 };
	unsigned int i;
	int lock, ret;

	if (nr > KINDS_MAX)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		keeping[i].began = false;
		keeping[i].ret = 0;
	}
	lock = pins_lock(&err);
	ret = lock < 0 ? lock : begin(keeping, s, nr, &err);
	if (lock >= 0)
		close(lock);
	for (i = 0; i < nr && ret; i++) {
		keeping[i].began = false;
		keeping[i].ret = ret;
		keeping[i].err = err;
	}
	return ret;
}

int kept_end(struct err *err)
{
	struct gone gone = { 0 };
	int ret, lock;

	ret = bpffs_visible(err);
	if (ret)
		return ret;
	if (!bpffs_any())
		return 0;
	lock = pins_lock(err);
	if (lock < 0)
		return lock;
	pins_note(&gone);
	ret = pins_remove_all(err);
	close(lock);
	gone_wait(&gone, GONE_MS);
	return ret;
}

int kept_is(const struct object_kind *kind)
{
	struct object o;
	int ret = object_adopt(kind, &o);

	if (!ret)
		object_close(&o);
	else if (ret == -EACCES)
		ret = -EPERM;
	else if (ret == -ENOENT && pins_of_others())
		ret = -ESTALE;
	return ret;
}
