// SPDX-License-Identifier: GPL-2.0
/* The link of the bindings' program; see bind_kernel.h. */
#include "base/bind_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/bpffs.h"
#include "base/fault.h"
#include "base/files.h"
#include "base/netns.h"
#include "bpf/abi_lookup.h"

#define PROGRAM "lane_bind"
/* A folder for each network namespace, by its number, and in it the link. */
#define FOLDER "bind-"
#define LINK "link"
#define LINKS_MAX 65536

static const struct bpf_part parts[BIND_MAPS] = {
	[BIND_SECTIONS] = { "lane_bind_secs", sizeof(struct bind_section) },
	[BIND_SOCKETS] = { "lane_bind_socks", sizeof(uint64_t) },
	[BIND_COUNTERS] = { "lane_bind_cnts", sizeof(struct bind_count) },
	[BIND_TEXTS] = { "lane_bind_text", sizeof(struct bind_text) },
	[BIND_DRAIN + DRAIN_PORTS] = { "drain_ports", sizeof(uint64_t) },
	[BIND_DRAIN + DRAIN_SETTINGS] = { "drain_settings", sizeof(struct drain_settings) },
	[BIND_DRAIN + DRAIN_COUNTS] = { "drain_counts", sizeof(struct drain_count) },
};

/* ------------------------------------------------------------- finding */

/* Is program @id ours? Then with its maps. */
static bool program_take(struct bind_kernel *kernel, unsigned int id)
{
	int ret = bpf_parts_open(id, PROGRAM, parts, kernel->map, BIND_MAPS);

	kernel->known = !ret;
	if (ret == -ENOENT)
		bpf_parts_close(kernel->map, BIND_MAPS);
	return ret != -ENOENT;
}

/* The program of a link on sk_lookup of that namespace, 0: it is another one's. */
static unsigned int program_of(int link, unsigned int netns)
{
	struct bpf_link_info info = { 0 };
	unsigned int len = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &len) || info.type != BPF_LINK_TYPE_NETNS ||
	    info.netns.attach_type != BPF_SK_LOOKUP || info.netns.netns_ino != netns)
		return 0;
	return info.prog_id;
}

int bind_kernel_open(unsigned int netns, struct bind_kernel *kernel, struct err *err)
{
	unsigned int id = 0, i, program;

	*kernel = (struct bind_kernel){ .link = -1 };
	for (i = 0; i < BIND_MAPS; i++)
		kernel->map[i].fd = -1;
	if (!netns)
		return err_set(err, -ENOENT, "the own network namespace is not to be known");
	for (i = 0; i < LINKS_MAX && !bpf_link_get_next_id(id, &id); i++) {
		int link = bpf_link_get_fd_by_id(id);

		if (link < 0)
			continue; /* gone meanwhile */
		program = program_of(link, netns);
		if (program && program_take(kernel, program)) {
			kernel->link = link;
			return 0;
		}
		close(link);
	}
	if (errno == ENOENT)
		return 0;
	return err_set(err, -errno, "the BPF links of this node cannot be read%s: %s",
		       errno == EPERM ? " without root" : "", strerror(errno));
}

int bind_drain_maps(unsigned int netns, struct drain_maps *drained, struct err *err)
{
	struct bind_kernel kernel;
	int ret = bind_kernel_open(netns, &kernel, err);
	unsigned int i;

	for (i = 0; i < DRAIN_MAPS; i++) {
		drained->fd[i] = !ret && kernel.known ? kernel.map[BIND_DRAIN + i].fd : -1;
		if (drained->fd[i] >= 0)
			kernel.map[BIND_DRAIN + i].fd = -1; /* handed over */
	}
	if (!ret)
		bind_kernel_close(&kernel);
	return ret;
}

void bind_kernel_close(struct bind_kernel *kernel)
{
	bpf_parts_close(kernel->map, BIND_MAPS);
	if (kernel->link >= 0)
		close(kernel->link);
	kernel->link = -1;
}

/* ------------------------------------------------------------- pinning */

static void folder_name(char *name, size_t len)
{
	(void)snprintf(name, len, FOLDER "%u", netns_own());
}

static void pin_path(const char *folder, char *path, size_t len)
{
	(void)snprintf(path, len, "%s" BPFFS_DIR "/%.40s/" LINK, bpffs_root(), folder);
}

/* Is what is pinned there attached to nothing, its namespace being gone? */
static bool is_dead(const char *folder)
{
	struct bpf_link_info info = { 0 };
	unsigned int len = sizeof(info);
	char path[256];
	bool dead;
	int fd;

	pin_path(folder, path, sizeof(path));
	fd = bpf_obj_get(path);
	if (fd < 0)
		return false;
	dead = !bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == BPF_LINK_TYPE_NETNS &&
	       !info.netns.netns_ino;
	close(fd);
	return dead;
}

/* What namespaces that are gone have left. */
static void folders_tidy(void)
{
	char **names;
	unsigned int i, nr;

	if (files_list(bpffs_root(), &names, &nr, BPFFS_DIR))
		return;
	for (i = 0; i < nr; i++)
		if (!strncmp(names[i], FOLDER, strlen(FOLDER)) && is_dead(names[i]))
			(void)bpffs_folder_remove(names[i], NULL); /* the next one tries again */
	files_free(names, nr);
}

static int link_pin(int link, struct err *err)
{
	char name[32], path[256], *slash;
	int ret = bpffs_prepare(err);

	folder_name(name, sizeof(name));
	pin_path(name, path, sizeof(path));
	folders_tidy();
	if (!ret) /* of a namespace with the same number, or of one that was killed */
		ret = bpffs_folder_remove(name, err);
	if (ret)
		return ret;
	slash = strrchr(path, '/');
	*slash = '\0';
	if (mkdir(path, 0700))
		return err_set(err, -errno, "%s cannot be made: %s", path, strerror(errno));
	*slash = '/';
	if (bpf_obj_pin(link, path))
		return err_set(err, -errno, "%s cannot be pinned: %s", path, strerror(errno));
	return 0;
}

static int begin(int prog, struct err *err)
{
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), link, ret;
	char name[32];

	if (netns < 0)
		return err_set(err, -errno, "/proc/self/ns/net cannot be opened: %s",
			       strerror(errno));
	link = bpf_link_create(prog, netns, BPF_SK_LOOKUP, NULL);
	ret = link < 0 ? -errno : 0;
	close(netns);
	if (ret)
		return err_set(err, ret, "this network namespace takes no sk_lookup program: %s",
			       strerror(-ret));
	ret = fault_point("after bindings are attached");
	ret = ret ? err_set(err, ret, "failed by a test") : link_pin(link, err);
	close(link); /* what is not pinned ends here */
	if (!ret)
		return 0;
	folder_name(name, sizeof(name)); /* the cause is said already */
	(void)bpffs_folder_remove(name, NULL);
	(void)bpffs_release(NULL);
	return ret;
}

int bind_kernel_attach(const struct bind_kernel *kernel, int prog, struct err *err)
{
	if (fault_point("before bindings are attached"))
		return err_set(err, -EIO, "failed by a test");
	if (kernel->link < 0)
		return begin(prog, err);
	if (bpf_link_update(kernel->link, prog, NULL))
		return err_set(err, -errno, "the program of the bindings cannot be replaced: %s",
			       strerror(errno));
	return 0;
}

int bind_kernel_end(const struct bind_kernel *kernel, struct err *err)
{
	char name[32];
	int ret;

	/* first: whoever else holds the link, nothing is looked up any more */
	if (kernel->link >= 0 && bpf_link_detach(kernel->link))
		return err_set(err, -errno, "the program of the bindings cannot be detached: %s",
			       strerror(errno));
	if (fault_point("after bindings are detached"))
		return err_set(err, -EIO, "failed by a test");
	folder_name(name, sizeof(name));
	ret = bpffs_folder_remove(name, err);
	folders_tidy();
	return ret ? ret : bpffs_release(err);
}
