// SPDX-License-Identifier: GPL-2.0
/* What there is in bpf/timewait.bpf.c, and how it is opened; see timewait.h. */
#include "observe/timewait.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "observe/timewait_maps.h"
#include "skel/timewait.skel.h"

/* X(id, name) */
#define PROG_LIST(X)                \
	X(BORN, lane_tw_born)       \
	X(DIED, lane_tw_died)       \
	X(CONNECT, lane_tw_connect) \
	X(CONNECT6, lane_tw_conn6)  \
	X(BIND, lane_tw_bind)       \
	X(LISTEN, lane_tw_listen)   \
	X(LISTEN2, lane_tw_listen2) \
	X(DEAF, lane_tw_deaf)       \
	X(GUESS, lane_tw_guess)

#define PROG_ID(id, name) PROG_##id,
enum { PROG_LIST(PROG_ID) PROG_COUNT };
#define PROG_NAME(id, name) #name,
static const char *const progs[] = { PROG_LIST(PROG_NAME) };

#define KEY sizeof(struct lane_tw_key)
#define ROW sizeof(struct lane_tw)

static const struct object_map maps[] = {
	[TIMEWAIT_MAP_INFO] = { "lane_tw_info", "lane_tw_info", sizeof(__u32),
				sizeof(struct lane_info), 1 },
	[TIMEWAIT_MAP_OUT] = { "lane_tw_out", "lane_tw_out", KEY, ROW, LANE_TW_OUT },
	[TIMEWAIT_MAP_IN] = { "lane_tw_in", "lane_tw_in", KEY, ROW, LANE_TW_IN },
	[TIMEWAIT_MAP_REST] = { "lane_tw_other", "lane_tw_other", sizeof(__u32), ROW,
				LANE_TW_NETS },
	[TIMEWAIT_MAP_LISTENED] = { "lane_listened", "lane_listened",
				    sizeof(struct lane_listened_key), sizeof(struct lane_listened),
				    LANE_LISTENED },
	[TIMEWAIT_MAP_SEED] = { "lane_tw_seed", "lane_tw_seed", KEY, sizeof(struct lane_tw_seed),
				LANE_TW_OUT + LANE_TW_IN },
	[TIMEWAIT_MAP_PAST] = { "lane_tw_past", "lane_tw_past", sizeof(__u32), ROW, LANE_TW_NETS },
};

_Static_assert(TIMEWAIT_MAPS <= OBJECT_MAPS_MAX, "");
_Static_assert(PROG_COUNT <= OBJECT_PROGS_MAX, "");

/*
 * Both functions, or a guess by changes of state; never one of each kind, which
 * would count twice. What hooks a missing function has been left out already.
 */
static int timewait_suit(void *arg, const struct btf *btf)
{
	struct timewait_bpf *skel = arg;
	const bool exact = bpf_program__autoload(skel->progs.lane_tw_born) &&
			   bpf_program__autoload(skel->progs.lane_tw_died);
	const unsigned int listen = object_arguments(btf, "inet_csk_listen_start", BTF_KIND_FUNC);
	struct bpf_program *prog;
	int ret = 0;

	bpf_object__for_each_program(prog, skel->obj)
	{
		if (!ret && (prog == skel->progs.lane_tw_guess) == exact)
			ret = bpf_program__set_autoload(prog, false);
	}
	if (!ret && listen != 1)
		ret = bpf_program__set_autoload(skel->progs.lane_tw_listen, false);
	if (!ret && listen != 2)
		ret = bpf_program__set_autoload(skel->progs.lane_tw_listen2, false);
	return ret;
}

static struct bpf_object *timewait_object(void **skel)
{
	struct timewait_bpf *timewait = timewait_bpf__open();

	*skel = timewait;
	return timewait ? timewait->obj : NULL;
}

static void timewait_destroy(void *skel)
{
	timewait_bpf__destroy(skel);
}

static const struct object_kind timewait_kind = {
	.missing = "TIME_WAITs are not counted as they happen",
	.map = maps,
	.nr_map = TIMEWAIT_MAPS,
	.prog = progs,
	.nr_prog = PROG_COUNT,
	.open = timewait_object,
	.close = timewait_destroy,
	.bytes = timewait_bpf__elf_bytes,
	.suit = timewait_suit,
};

void timewait_keeping(struct keeping *keeping)
{
	*keeping = (struct keeping){ .kind = &timewait_kind };
}

int timewait_open(struct timewait_reader **reader)
{
	struct timewait_reader *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return -ENOMEM;
	ret = object_adopt(&timewait_kind, &r->programs);
	if (ret) {
		free(r);
		return ret == -EACCES ? -EPERM : ret;
	}
	r->exact = r->programs.prog[PROG_BORN] >= 0;
	*reader = r;
	return 0;
}

void timewait_close(struct timewait_reader *reader)
{
	if (!reader)
		return;
	object_close(&reader->programs);
	free(reader);
}
