// SPDX-License-Identifier: GPL-2.0
/* One ethtool ioctl; see ethtool.h. */
#include "apply/ethtool.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "base/text.h"

int ethtool_call(const char *ifname, void *data)
{
	struct ifreq req = { .ifr_data = data };
	int fd, ret;

	if (!text_copy(req.ifr_name, sizeof(req.ifr_name), ifname))
		return -ENAMETOOLONG;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ret = ioctl(fd, SIOCETHTOOL, &req) ? -errno : 0;
	close(fd);
	return ret;
}
