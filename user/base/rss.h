/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The receive hash's indirection table as the text that a step carries. The
 * one rule: one table has one text, so that plan and kernel compare as strings.
 */
#ifndef NETLANE_BASE_RSS_H
#define NETLANE_BASE_RSS_H

/*
 * "equal N" where entry i is queue i mod N, as `ethtool -X equal N` makes it;
 * else the queue of each entry, by blanks: "0 0 1 3". KNOB_ABSENT for no
 * table. Heap, NULL: no memory.
 */
char *rss_text(const unsigned int *table, unsigned int nr);
/* The text of a table of @nr entries that is spread over @queues. Heap, NULL: no memory. */
char *rss_equal_text(unsigned int queues, unsigned int nr);

#endif /* NETLANE_BASE_RSS_H */
