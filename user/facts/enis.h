/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the metadata service says of the instance's ENIs. The rule: an ENI is
 * known when every one of its words came whole and makes sense, else it is
 * unknown with the errno of the first that did not.
 */
#ifndef NETLANE_FACTS_ENIS_H
#define NETLANE_FACTS_ENIS_H

#include "types.h"

/* Asks @base for the ENI of each of @nr MACs; eni[i] is that of mac[i]. Never fails as a whole. */
void enis_ask(const char *base, unsigned int total_ms, const char (*mac)[MAC_LEN], struct eni *eni,
	      unsigned int nr);

/*
 * Addresses of @family (AF_INET, AF_INET6) out of an answer, added to @eni: one
 * or several, parted by blanks, commas or line ends, or a JSON list of them. 0,
 * -EBADMSG when any word is none, -ENODATA when there is none, -ENOMEM.
 */
int enis_addresses(const char *text, int family, struct eni *eni);

#endif /* NETLANE_FACTS_ENIS_H */
