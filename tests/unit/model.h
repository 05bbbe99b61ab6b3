/*
 * The node as the tests believe it: facts that steps act upon, and a driver
 * that resets what virtio-net resets.
 *
 * The rule: it shares no code with the plan but the driver's own spread
 * (base/driver.h), so that both would have to be wrong in the same way.
 */
#ifndef NETLANE_TESTS_MODEL_H
#define NETLANE_TESTS_MODEL_H

#include "types.h"

/* The value of a knob as the kernel would show it, heap. */
char *model_read(const struct facts *facts, const struct knob *knob);
/* Every step's after, or (undo) before, in the order of the plan. */
void model_apply(struct facts *facts, const struct plan *plan);
void model_undo(struct facts *facts, const struct plan *plan);
/* A copy that is freed by facts_free(); of NICs, sysctls and irqbalance only what steps touch. */
void model_copy(struct facts *dst, const struct facts *src);
/* NULL when equal, else the name of what differs. */
const char *model_differs(const struct facts *a, const struct facts *b);

#endif /* NETLANE_TESTS_MODEL_H */
