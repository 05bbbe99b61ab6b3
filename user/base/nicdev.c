// SPDX-License-Identifier: GPL-2.0
/* Where a NIC is in sysfs; see nicdev.h. */
#include "base/nicdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ethtool.h"
#include "base/files.h"

/* No virtio-net device has more: VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MAX is 0x8000, ECS gives 64. */
#define QUEUES_MAX 4096

/* "0000:00:05.0": domain, bus, slot, function. */
static bool is_pci_address(const char *s, size_t len)
{
	unsigned int domain, bus, slot, fn;
	char copy[32], rest;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, s, len);
	copy[len] = 0;
	return sscanf(copy, "%x:%x:%x.%x%c", &domain, &bus, &slot, &fn, &rest) == 4;
}

/*
 * The device link of a virtio NIC ends in ".../0000:00:05.0/virtio2" (after
 * resolution), that of another PCI NIC in ".../0000:00:05.0". virtioN counts
 * up in probe order and changes with the boot; the PCI address stays. On a
 * bus without addresses (virtio-mmio) the parent's name is taken.
 */
static void bus_from_path(const char *path, char bus[BUS_LEN])
{
	const char *end = path + strlen(path), *p = end;

	bus[0] = 0;
	while (p > path) {
		const char *part;

		while (p > path && p[-1] != '/')
			p--;
		part = p;
		if (is_pci_address(part, (size_t)(end - part)) ||
		    strncmp(part, "virtio", strlen("virtio"))) {
			(void)snprintf(bus, BUS_LEN, "%.*s", (int)(end - part), part);
			return;
		}
		end = p = p > path ? p - 1 : p;
	}
}

int nicdev_bus(const char *root, const char *ifname, char bus[BUS_LEN])
{
	char real[PATH_MAX];
	int ret;

	bus[0] = 0;
	ret = file_resolve(root, real, sizeof(real), "/sys/class/net/%s/device", ifname);
	if (ret == -ENOENT)
		return file_exists(root, "/sys/class/net/%s", ifname) ? 0 : -ENODEV;
	if (ret)
		return ret;
	bus_from_path(real, bus);
	return 0;
}

/* The address that the device itself has, whatever was set since; "" where none is told. */
static void permanent_mac(const char *ifname, char mac[MAC_LEN])
{
	union {
		struct ethtool_perm_addr head;
		char room[sizeof(struct ethtool_perm_addr) + 32];
	} perm = { .head = { .cmd = ETHTOOL_GPERMADDR, .size = 32 } };
	const unsigned char *b = perm.head.data;

	mac[0] = 0;
	if (!ethtool_call(ifname, &perm) && perm.head.size == 6)
		(void)snprintf(mac, MAC_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
			       b[3], b[4], b[5]);
}

static bool has_mac(const char *root, const char *ifname, const char *mac)
{
	char its[64];

	if (!file_read(root, its, sizeof(its), "/sys/class/net/%s/address", ifname) &&
	    !strcmp(its, mac))
		return true;
	if (root && strcmp(root, "/"))
		return false;
	permanent_mac(ifname, its);
	return !strcmp(its, mac);
}

/* A virtio device that its driver still has, though no interface of it is to be seen. */
static bool is_elsewhere(const char *root, const char *bus)
{
	char **names;
	unsigned int i, nr;
	bool driven = false;

	if (files_list(root, &names, &nr, "/sys/bus/pci/devices/%s", bus))
		return false;
	for (i = 0; i < nr; i++)
		driven |= !strncmp(names[i], "virtio", strlen("virtio")) &&
			  file_exists(root, "/sys/bus/pci/devices/%s/%s/driver", bus, names[i]);
	files_free(names, nr);
	return driven;
}

/* At @bus and with @mac? *bus_seen: at least the former. */
static bool is_it(const char *root, const char *ifname, const char *bus, const char *mac,
		  bool *bus_seen)
{
	char its_bus[BUS_LEN];

	if (nicdev_bus(root, ifname, its_bus) || strcmp(its_bus, bus))
		return false;
	*bus_seen = true;
	return has_mac(root, ifname, mac);
}

int nicdev_find(const char *root, const char *bus, const char *mac, char ifname[IFNAME_LEN],
		struct err *err)
{
	/* who asks, asks for all knobs of a NIC in a row: tried first, and checked like any other */
	static char last[IFNAME_LEN];
	bool bus_seen = false;
	unsigned int i, nr;
	char **names;
	int ret;

	if (last[0] && is_it(root, last, bus, mac, &bus_seen)) {
		memcpy(ifname, last, sizeof(last));
		return 0;
	}
	ret = files_list(root, &names, &nr, "/sys/class/net");
	if (ret)
		return err_set(err, ret, "/sys/class/net cannot be read: %s", strerror(-ret));
	ret = -ENODEV;
	for (i = 0; i < nr && ret; i++) {
		if (is_it(root, names[i], bus, mac, &bus_seen) &&
		    text_copy(ifname, IFNAME_LEN, names[i])) {
			memcpy(last, ifname, sizeof(last));
			ret = 0;
		}
	}
	files_free(names, nr);
	if (ret && !bus_seen && is_elsewhere(root, bus))
		return err_set(err, -EXDEV,
			       "the NIC %s at %s is in another network namespace: bring it back "
			       "first",
			       mac, bus);
	if (ret)
		return err_set(err, ret, "the NIC %s at %s is not on this node any more", mac, bus);
	return 0;
}

int nicdev_of_mac(const char *root, const char *mac, char ifname[IFNAME_LEN])
{
	unsigned int i, nr;
	char **names;
	int ret;

	ifname[0] = 0;
	ret = files_list(root, &names, &nr, "/sys/class/net");
	if (ret)
		return ret;
	ret = -ENODEV;
	for (i = 0; i < nr; i++) {
		/* a VF below a synthetic NIC has the MAC of that one, which has the addresses */
		bool part = file_exists(root, "/sys/class/net/%s/master", names[i]);

		if ((part && !ret) || !file_exists(root, "/sys/class/net/%s/device", names[i]) ||
		    !has_mac(root, names[i], mac) || !text_copy(ifname, IFNAME_LEN, names[i]))
			continue;
		ret = 0;
		if (!part)
			break;
	}
	files_free(names, nr);
	return ret;
}

/* Grows both lists so that index @q exists; new places hold -1. */
static int irqs_grow(struct nicdev_irqs *irqs, unsigned int q)
{
	unsigned int i, nr = q + 1;
	int *in, *out;

	if (q < irqs->nr)
		return 0;
	in = realloc(irqs->in, nr * sizeof(*in));
	if (!in)
		return -ENOMEM;
	irqs->in = in;
	out = realloc(irqs->out, nr * sizeof(*out));
	if (!out)
		return -ENOMEM;
	irqs->out = out;
	for (i = irqs->nr; i < nr; i++)
		in[i] = out[i] = -1;
	irqs->nr = nr;
	return 0;
}

/* One action of an interrupt, such as "virtio0-input.0"; @dev is "virtio0". */
static int action_take(struct nicdev_irqs *irqs, int number, const char *action, const char *dev)
{
	size_t len = strlen(dev);
	char kind[16], rest;
	unsigned int q;
	int ret;

	if (strncmp(action, dev, len))
		return 0;
	action += len;
	if (!*action || !strcmp(action, "-virtqueues")) {
		irqs->vectors = VECTORS_SHARED;
		return 0;
	}
	if (sscanf(action, "-%15[a-z].%u%c", kind, &q, &rest) != 2 || q >= QUEUES_MAX)
		return 0;
	if (strcmp(kind, "input") && strcmp(kind, "output"))
		return 0;
	ret = irqs_grow(irqs, q);
	if (ret)
		return ret;
	*(kind[0] == 'i' ? &irqs->in[q] : &irqs->out[q]) = number;
	if (irqs->vectors == VECTORS_UNKNOWN)
		irqs->vectors = VECTORS_PER_QUEUE;
	return 0;
}

/*
 * The end of one line of /proc/interrupts, cut in words (where a line
 * interrupt is shared, the actions are "virtio0, uhci_hcd:usb1"):
 * " 27:  0  5  PCI-MSIX-0000:00:03.0  1-edge  virtio0-input.0".
 */
static int line_take(struct nicdev_irqs *irqs, int number, char *line, const char *dev)
{
	char *word, *rest;
	int ret = 0;

	for (word = strtok_r(line, " ,", &rest); word && !ret; word = strtok_r(NULL, " ,", &rest))
		ret = action_take(irqs, number, word, dev);
	return ret;
}

/* What stands behind the counts never needs more; the counts are left out. */
#define LINE_TAIL_LEN 512

static int irqs_parse(struct nicdev_irqs *irqs, const char *interrupts, const char *dev)
{
	const char *line, *end;
	char tail[LINE_TAIL_LEN];
	int ret = 0, number;

	for (line = interrupts; line && *line && !ret; line = *end ? end + 1 : end) {
		size_t len;

		end = strchrnul(line, '\n');
		len = (size_t)(end - line);
		if (sscanf(line, " %d:", &number) != 1)
			continue;
		if (len >= sizeof(tail))
			len = sizeof(tail) - 1;
		memcpy(tail, end - len, len);
		tail[len] = 0;
		ret = line_take(irqs, number, tail, dev);
	}
	return ret;
}

/* "virtio0", as the interrupts of that interface are called. */
static int device_name(const char *root, const char *ifname, char name[NAME_MAX + 1])
{
	char link[PATH_MAX], *last;
	int ret = file_link(root, link, sizeof(link), "/sys/class/net/%s/device", ifname);

	last = strrchr(link, '/');
	(void)text_copy(name, NAME_MAX + 1, last ? last + 1 : link); /* a name of a folder */
	return ret;
}

bool nicdev_irq_is(const char *root, const char *ifname, int number, bool in, unsigned int queue)
{
	char dev[NAME_MAX + 1], name[NAME_MAX + 32], actions[NAME_MAX + 32];

	if (number < 0 || device_name(root, ifname, dev) ||
	    file_read(root, actions, sizeof(actions), "/sys/kernel/irq/%d/actions", number))
		return false;
	(void)snprintf(name, sizeof(name), "%s-%s.%u", dev, in ? "input" : "output", queue);
	return !strcmp(text_trim(actions), name);
}

int nicdev_irqs_parse(const char *root, const char *ifname, const char *interrupts,
		      struct nicdev_irqs *irqs)
{
	char dev[NAME_MAX + 1];
	int ret;

	memset(irqs, 0, sizeof(*irqs));
	ret = device_name(root, ifname, dev);
	if (ret)
		return ret == -ENOENT ? -ENODEV : ret;
	ret = irqs_parse(irqs, interrupts, dev);
	if (ret)
		nicdev_irqs_free(irqs);
	return ret;
}

int nicdev_irqs(const char *root, const char *ifname, struct nicdev_irqs *irqs)
{
	struct text text = { 0 };
	int ret;

	memset(irqs, 0, sizeof(*irqs));
	ret = file_slurp(root, &text, "/proc/interrupts");
	if (!ret || ret == -ENOENT)
		ret = nicdev_irqs_parse(root, ifname, text.s, irqs);
	text_free(&text);
	return ret;
}

void nicdev_irqs_free(struct nicdev_irqs *irqs)
{
	free(irqs->in);
	free(irqs->out);
	memset(irqs, 0, sizeof(*irqs));
}
