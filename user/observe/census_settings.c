// SPDX-License-Identifier: GPL-2.0
/* The ports that there are, by the kernel's settings; see census.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "observe/census.h"

#define SYS "/proc/sys/net/ipv4/"
#define TIME_WAIT_S 60 /* TCP_TIMEWAIT_LEN; a few vendors' kernels have it as a setting */
#define RESERVED_BYTES (512u << 10) /* all 65536, each by itself and with a comma */
#define REUSE_MS 1000 /* where there is no tcp_tw_reuse_delay (before 6.14) */

void ports_add(struct ports *ports, unsigned int first, unsigned int last)
{
	unsigned int port;

	for (port = first; port <= last && port < 65536; port++)
		ports->word[port / 32] |= 1u << port % 32;
}

bool ports_has(const struct ports *ports, unsigned int port)
{
	return port < 65536 && ports->word[port / 32] & 1u << port % 32;
}

int ports_parse(const char *list, struct ports *ports)
{
	unsigned long first, last;
	char *end;

	memset(ports, 0, sizeof(*ports));
	while (*list && *list != '\n') {
		first = last = strtoul(list, &end, 10);
		if (end == list)
			return -EINVAL;
		if (*end == '-') {
			list = end + 1;
			last = strtoul(list, &end, 10);
			if (end == list)
				return -EINVAL;
		}
		if (first > last || last > 65535 || (*end && *end != ',' && *end != '\n'))
			return -EINVAL;
		ports_add(ports, (unsigned int)first, (unsigned int)last);
		list = end + (*end == ',');
	}
	return 0;
}

static unsigned int number(const char *root, const char *name, unsigned int otherwise)
{
	unsigned int value;

	return file_read_uint(root, &value, SYS "%s", name) ? otherwise : value;
}

static void ports_count(struct census *census, const struct ports *reserved,
			const struct ports *listened)
{
	unsigned int port, nr = census->last - census->first + 1;
	/* connect() takes ports by pairs: of an odd number the last one is never chosen */
	unsigned int end = census->first + (nr > 1 ? nr & ~1u : nr);

	for (port = census->first; port < end; port++) {
		if (ports_has(reserved, port))
			census->reserved++;
		else if (ports_has(listened, port))
			census->listened++;
		else
			census->usable++;
	}
}

/* The kernel gives the list by one read, as much of it as there is room. */
static int reserved_read(const char *root, struct ports *reserved)
{
	char *list = calloc(1, RESERVED_BYTES);
	int ret;

	memset(reserved, 0, sizeof(*reserved));
	if (!list)
		return -ENOMEM;
	ret = file_read(root, list, RESERVED_BYTES, SYS "ip_local_reserved_ports");
	if (!ret)
		ret = ports_parse(list, reserved);
	free(list);
	return ret == -ENOENT ? 0 : ret;
}

int census_settings(const char *root, const struct ports *listened, struct ports *reserved,
		    struct census *census, struct err *err)
{
	char range[64];
	int ret;

	ret = file_read(root, range, sizeof(range), SYS "ip_local_port_range");
	if (!ret && (sscanf(range, "%u %u", &census->first, &census->last) != 2 ||
		     census->first > census->last || census->last > 65535))
		ret = -EINVAL;
	if (ret)
		return err_set(err, ret, SYS "ip_local_port_range cannot be read: %s",
			       strerror(-ret));
	ret = reserved_read(root, reserved);
	if (ret)
		return err_set(err, ret, SYS "ip_local_reserved_ports cannot be read: %s",
			       strerror(-ret));
	ports_count(census, reserved, listened);
	census->unprivileged = number(root, "ip_unprivileged_port_start", 1024);
	census->tw_reuse = (int)number(root, "tcp_tw_reuse", UINT_MAX);
	census->tw_reuse_ms = number(root, "tcp_tw_reuse_delay", REUSE_MS);
	census->timestamps = number(root, "tcp_timestamps", 0);
	census->tw_s = number(root, "tcp_tw_timeout", TIME_WAIT_S);
	census->tw_max = number(root, "tcp_max_tw_buckets", 0);
	return 0;
}
