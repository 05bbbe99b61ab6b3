// SPDX-License-Identifier: GPL-2.0
/* Addresses and prefixes; see prefix.h. */
#include "base/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

unsigned int prefix_full(const struct prefix *prefix)
{
	return prefix->family == AF_INET6 ? 128 : 32;
}

int prefix_parse(const char *text, struct prefix *prefix)
{
	char addr[PREFIX_TEXT_LEN];
	unsigned long len;
	char *slash;

	memset(prefix, 0, sizeof(*prefix));
	if (!text_copy(addr, sizeof(addr), text))
		return -EINVAL;
	slash = strchr(addr, '/');
	if (slash)
		*slash++ = 0;
	prefix->family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(prefix->family, addr, prefix->addr) != 1)
		return -EINVAL;
	len = prefix_full(prefix);
	if (slash && text_uint(slash, 0, len, &len))
		return -EINVAL;
	prefix->len = (unsigned int)len;
	return 0;
}

static char *byte_text(unsigned char byte, char *to)
{
	if (byte >= 100)
		*to++ = (char)('0' + byte / 100);
	if (byte >= 10)
		*to++ = (char)('0' + byte / 10 % 10);
	*to++ = (char)('0' + byte % 10);
	return to;
}

/* inet_ntop() takes a printf() for each IPv4 address: a third of the time to read a table. */
const char *addr_text(int family, const void *addr, char buf[PREFIX_TEXT_LEN])
{
	const unsigned char *byte = addr;
	unsigned int i;
	char *to = buf;

	if (family != AF_INET) {
		if (!inet_ntop(family, addr, buf, PREFIX_TEXT_LEN))
			buf[0] = 0;
		return buf;
	}
	for (i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = byte_text(byte[i], to);
	}
	*to = 0;
	return buf;
}

const char *prefix_addr_text(const struct prefix *prefix, char buf[PREFIX_TEXT_LEN])
{
	return addr_text(prefix->family, prefix->addr, buf);
}

const char *prefix_text(const struct prefix *prefix, char buf[PREFIX_TEXT_LEN])
{
	size_t at = strlen(prefix_addr_text(prefix, buf));

	(void)snprintf(buf + at, PREFIX_TEXT_LEN - at, "/%u", prefix->len); /* fits */
	return buf;
}

void prefix_network(struct prefix *prefix)
{
	unsigned int i;

	for (i = prefix->len; i < prefix_full(prefix); i++)
		prefix->addr[i / 8] &= (unsigned char)~(0x80 >> i % 8);
}

bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	struct prefix cut = *inner, net = *outer;

	if (outer->family != inner->family || inner->len < outer->len)
		return false;
	cut.len = outer->len;
	prefix_network(&cut);
	prefix_network(&net);
	return !memcmp(cut.addr, net.addr, sizeof(cut.addr));
}

bool prefix_is_link_local(const struct prefix *prefix)
{
	const unsigned char *a = prefix->addr;

	if (prefix->family == AF_INET6)
		return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
	return a[0] == 169 && a[1] == 254;
}
