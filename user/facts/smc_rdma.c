// SPDX-License-Identifier: GPL-2.0
/* The ports of RDMA devices by sysfs; see smc_parts.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "facts/gather.h"
#include "facts/smc_parts.h"

#define CLASS "/sys/class/infiniband"
#define NODE_RNIC 4 /* iWARP; include/rdma/ib_verbs.h */

/* "4: ACTIVE" -> "ACTIVE". */
static void after_number(char *s)
{
	const char *name = strchr(s, ':');

	if (name)
		memmove(s, name + 1 + (name[1] == ' '), strlen(name + 1 + (name[1] == ' ')) + 1);
}

/*
 * A device in software has no device below it but says whose parent it is. Which of
 * them it is, only its name and its kind of node tell: siw is iWARP.
 */
static void driver_read(const char *root, struct smc_rdma *r)
{
	char link[256], parent[IFNAME_LEN];
	const char *name;

	if (!file_link(root, link, sizeof(link), CLASS "/%s/device/driver", r->dev)) {
		name = strrchr(link, '/');
		text_escape(r->driver, sizeof(r->driver), name ? name + 1 : link);
	} else if (!file_read(root, parent, sizeof(parent), CLASS "/%s/parent", r->dev)) {
		(void)text_copy(r->driver, sizeof(r->driver), r->iwarp ? "siw" : "rxe");
	}
}

/* Slots that are empty are zeroes, and their type cannot be read. */
static void gids_read(const char *root, struct smc_rdma *r)
{
	char type[32], gid[64], netdev[IFNAME_LEN];
	unsigned int i, nr;
	char **slots;

	if (files_list(root, &slots, &nr, CLASS "/%s/ports/%u/gids", r->dev, r->port))
		return;
	for (i = 0; i < nr; i++) {
		if (file_read(root, gid, sizeof(gid), CLASS "/%s/ports/%u/gids/%s", r->dev, r->port,
			      slots[i]) ||
		    strspn(gid, "0:") == strlen(gid) ||
		    file_read(root, type, sizeof(type), CLASS "/%s/ports/%u/gid_attrs/types/%s",
			      r->dev, r->port, slots[i]))
			continue;
		r->gids_v1 += !strcmp(type, "IB/RoCE v1");
		r->gids_v2 += !strcmp(type, "RoCE v2");
		if (!r->netdev[0] &&
		    !file_read(root, netdev, sizeof(netdev),
			       CLASS "/%s/ports/%u/gid_attrs/ndevs/%s", r->dev, r->port, slots[i]))
			text_escape(r->netdev, sizeof(r->netdev), netdev);
	}
	files_free(slots, nr);
}

static int port_read(const char *root, const char *dev, const char *port, struct smc_node *node)
{
	struct smc_rdma *r = facts_more(&node->rdma, &node->nr_rdma, sizeof(*r));
	unsigned int type;
	char kind[32];

	if (!r)
		return -ENOMEM;
	(void)text_copy(r->dev, sizeof(r->dev), dev); /* the kernel's names are of 64 bytes */
	r->port = (unsigned int)strtoul(port, NULL, 10);
	if (!file_read(root, kind, sizeof(kind), CLASS "/%s/node_type", dev) &&
	    sscanf(kind, "%u:", &type) == 1)
		r->iwarp = type == NODE_RNIC;
	(void)file_read(root, r->state, sizeof(r->state), CLASS "/%s/ports/%s/state", dev, port);
	after_number(r->state);
	(void)file_read(root, r->link_layer, sizeof(r->link_layer), CLASS "/%s/ports/%s/link_layer",
			dev, port);
	driver_read(root, r);
	gids_read(root, r);
	return 0;
}

int smc_rdma_gather(const char *root, struct smc_node *node)
{
	unsigned int i, j, nr_dev, nr_port;
	char **devs, **ports;
	int ret = 0;

	if (files_list(root, &devs, &nr_dev, CLASS))
		return 0; /* no RDMA in this kernel, or not loaded: no device */
	for (i = 0; i < nr_dev && !ret; i++) {
		if (files_list(root, &ports, &nr_port, CLASS "/%s/ports", devs[i]))
			continue;
		for (j = 0; j < nr_port && !ret; j++)
			ret = port_read(root, devs[i], ports[j], node);
		files_free(ports, nr_port);
	}
	files_free(devs, nr_dev);
	return ret;
}
