/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bindings that stand in this network namespace: one sk_lookup program, found
 * by its link. The rule: the kernel alone is asked what stands, by the text that
 * the program's own maps were made from and by the sockets that they have.
 */
#ifndef NETLANE_BASE_BIND_H
#define NETLANE_BASE_BIND_H

#include "base/bindings.h"
#include "base/drain_maps.h"
#include "base/err.h"
#include "types.h"

#define BIND_FOREIGN "of another version"

struct bind_now {
	char *value; /* as the knob's: all bindings with their marks, KNOB_ABSENT, BIND_FOREIGN */
	struct binding_state *bound;
	unsigned int nr_bound;
	struct endpoint *endpoint; /* only if they were asked for */
	unsigned int nr_endpoint;
};

/*
 * What stands. Heap, freed by bind_now_free(). @listeners: also all that listens
 * here. Without root nothing is seen: -EPERM. 0 or -errno with a sentence.
 */
int bind_read(struct bind_now *now, bool listeners, struct err *err);
void bind_now_free(struct bind_now *now);
extern const struct field bound_fields[];
extern const struct field endpoint_fields[];

/*
 * Puts the bindings of @value in the place of those that stand, by one write;
 * KNOB_ABSENT: none. Sockets that listen already are entered, as far as they can
 * be reached. @drained: the maps of a drain that stands here, if one does,
 * which they heed. 0 or -errno with a sentence, and then what stood stands.
 */
int bind_set(const char *value, const struct drain_maps *drained, struct err *err);

/*
 * A drain of namespace @netns that begins takes the maps of the bindings' program there,
 * if one stands, to be closed; else none. 0 or -errno with a sentence.
 */
int bind_drain_maps(unsigned int netns, struct drain_maps *drained, struct err *err);

/* Does @endpoint take what is bound "to" @to, of that protocol and family? */
bool endpoint_takes(const struct endpoint *endpoint, const char *to, bool udp, bool six);
/* Which of them it is: the index, -1: nobody is there. */
int endpoint_find(const struct endpoint *endpoint, unsigned int nr, const char *to, bool udp,
		  bool six);

#endif /* NETLANE_BASE_BIND_H */
