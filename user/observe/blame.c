// SPDX-License-Identifier: GPL-2.0
/* The reader of who touched a knob; see blame.h. */
#include "observe/blame.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/nicdev.h"
#include "observe/blame_parts.h"
#include "skel/blame.skel.h"

struct blame_reader {
	struct blame_programs programs;
	struct ring_buffer *ring;
	int cgroups; /* the cgroup2 mount, or -errno */
	unsigned int netns; /* inode of ours */
	blame_cb cb; /* while blame_read() runs */
	void *data;
};

/* Number, name and bus path of the interface, as far as it is here and now. */
static void resolve_interface(const struct blame_reader *reader, const struct blame_record *r,
			      struct blame *b)
{
	const bool none = !b->ifname[0] && !b->ifindex;
	char name[IF_NAMESIZE];

	b->this_netns = r->netns ? r->netns == reader->netns : none;
	if (none || !b->this_netns)
		return;
	if (!b->ifname[0] && if_indextoname(b->ifindex, name))
		(void)text_copy(b->ifname, sizeof(b->ifname), name);
	if (!b->ifindex)
		b->ifindex = if_nametoindex(b->ifname);
	if (!b->ifindex || if_nametoindex(b->ifname) != b->ifindex ||
	    nicdev_bus(NULL, b->ifname, b->bus))
		b->bus[0] = '\0';
}

static int record_take(void *ctx, void *data, size_t size)
{
	const struct blame_reader *reader = ctx;
	const struct blame_record *r = data;
	struct blame b;

	if (size < sizeof(*r))
		return 0;
	blame_parse(r, &b);
	resolve_interface(reader, r, &b);
	blame_resolve_unit(reader->cgroups, r, &b);
	reader->cb(&b, reader->data);
	return 0;
}

int blame_open(bool syscalls, struct blame_reader **reader, struct err *err)
{
	struct blame_reader *b = calloc(1, sizeof(*b));
	struct stat netns;
	int ret;

	if (!b)
		return err_set(err, -ENOMEM, "out of memory");
	b->cgroups = -1;
	ret = blame_attach(syscalls, &b->programs, err);
	if (ret)
		goto close;
	b->cgroups = blame_cgroups_open();
	if (!stat("/proc/self/ns/net", &netns))
		b->netns = (unsigned int)netns.st_ino;
	b->ring = ring_buffer__new(bpf_map__fd(b->programs.skel->maps.blame_records), record_take,
				   b, NULL);
	if (!b->ring) {
		ret = err_set(err, -errno, "the BPF ring buffer cannot be read: %s",
			      strerror(errno));
		goto close;
	}
	*reader = b;
	return 0;

close:
	blame_close(b);
	return ret;
}

void blame_close(struct blame_reader *reader)
{
	if (!reader)
		return;
	ring_buffer__free(reader->ring);
	blame_detach(&reader->programs);
	if (reader->cgroups >= 0)
		close(reader->cgroups);
	free(reader);
}

const struct blame_way *blame_ways(const struct blame_reader *reader, unsigned int *nr)
{
	*nr = BLAME_FACTS;
	return reader->programs.way;
}

int blame_fd(const struct blame_reader *reader)
{
	return ring_buffer__epoll_fd(reader->ring);
}

int blame_read(struct blame_reader *reader, blame_cb cb, void *data)
{
	reader->cb = cb;
	reader->data = data;
	return ring_buffer__consume(reader->ring);
}

uint64_t blame_lost(const struct blame_reader *reader)
{
	return *(volatile __u64 *)&reader->programs.skel->bss->lost;
}
