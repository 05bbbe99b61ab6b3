/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv4 and IPv6 addresses and prefixes as text and as bytes. The rule: text
 * that was written here is canonical, so that two of them compare as strings.
 */
#ifndef NETLANE_BASE_PREFIX_H
#define NETLANE_BASE_PREFIX_H

#include <stdbool.h>

#define PREFIX_TEXT_LEN 52 /* "ffff:...:255.255.255.255/128" */

struct prefix {
	int family; /* AF_INET, AF_INET6 */
	unsigned int len; /* bits */
	unsigned char addr[16];
};

/* "10.0.0.1" (a full-length prefix), "10.0.0.0/24", "fd00::/64". 0 or -EINVAL. */
int prefix_parse(const char *text, struct prefix *prefix);
/* With its length: "10.0.0.1/32", "0.0.0.0/0". */
const char *prefix_text(const struct prefix *prefix, char buf[PREFIX_TEXT_LEN]);
/* The address alone: "10.0.0.1". */
const char *prefix_addr_text(const struct prefix *prefix, char buf[PREFIX_TEXT_LEN]);
/* The text of an address of 4 or 16 bytes; "" of another family. Thousands at a time are cheap. */
const char *addr_text(int family, const void *addr, char buf[PREFIX_TEXT_LEN]);
/* 32 or 128. */
unsigned int prefix_full(const struct prefix *prefix);
/* The bits behind the length are cleared. */
void prefix_network(struct prefix *prefix);
/* Is all of @inner in @outer? */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);
bool prefix_is_link_local(const struct prefix *prefix);

#endif /* NETLANE_BASE_PREFIX_H */
