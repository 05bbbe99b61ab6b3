// SPDX-License-Identifier: GPL-2.0
/* What there is in bpf/traffic.bpf.c; see programs.h. */
#include "observe/programs.h"

#include <sys/mman.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "skel/traffic.skel.h"

_Static_assert(MAP_INFO == 0, "the kind's first map");
_Static_assert(MAP_COUNT <= OBJECT_MAPS_MAX, "");
_Static_assert(PROG_COUNT <= OBJECT_PROGS_MAX, "");

/* Does kfree_skb say a reason here (5.17)? Its third argument, behind the hidden first. */
static bool says_reason(const struct btf *btf)
{
	return object_arguments(btf, "btf_trace_kfree_skb", BTF_KIND_TYPEDEF) >= 4;
}

static int traffic_suit(void *arg, const struct btf *btf)
{
	struct traffic_bpf *skel = arg;

	skel->rodata->can_cast = btf &&
				 btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
	return btf && says_reason(btf) ? 0 :
					 bpf_program__set_autoload(skel->progs.lane_drop, false);
}

static struct bpf_object *traffic_object(void **skel)
{
	struct traffic_bpf *traffic = traffic_bpf__open();

	*skel = traffic;
	return traffic ? traffic->obj : NULL;
}

static void traffic_destroy(void *skel)
{
	traffic_bpf__destroy(skel);
}

#define MAP_ROW(id, name, called, size, entries) { #name, called, sizeof(__u32), size, entries },
static const struct object_map maps[] = { MAP_LIST(MAP_ROW) };
#define PROG_NAME(id, name) #name,
static const char *const progs[] = { PROG_LIST(PROG_NAME) };

const struct object_kind traffic_kind = {
	.missing = "packets are not counted by lane",
	.map = maps,
	.nr_map = MAP_COUNT,
	.prog = progs,
	.nr_prog = PROG_COUNT,
	.open = traffic_object,
	.close = traffic_destroy,
	.bytes = traffic_bpf__elf_bytes,
	.suit = traffic_suit,
};

struct lane_nic *programs_nics(const struct object *o)
{
	void *nics = mmap(NULL, maps[MAP_NICS].value_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  o->map[MAP_NICS], 0);

	return nics == MAP_FAILED ? NULL : nics;
}

void programs_nics_done(struct lane_nic *nics)
{
	if (nics)
		(void)munmap(nics, maps[MAP_NICS].value_size); /* it is a mapping of that size */
}
