/*
 * One machine, one policy, one plan: the fixture of the plan's examples.
 *
 * The rule: a test changes the machine and asks again; nothing is kept between
 * tests.
 */
#ifndef NETLANE_TESTS_PLANNED_H
#define NETLANE_TESTS_PLANNED_H

#include "base/err.h"
#include "tests/unit/machine.h"

struct planned {
	struct facts facts;
	struct policy policy;
	struct plan plan;
	struct err err;
};

int planned_setup_empty(void **state); /* no CPU, no NIC */
int planned_setup_four(void **state); /* four CPUs and a straight NIC of four queues */
int planned_teardown(void **state);

#define TEST_EMPTY(name) \
	cmocka_unit_test_setup_teardown(name, planned_setup_empty, planned_teardown)
#define TEST_FOUR(name) cmocka_unit_test_setup_teardown(name, planned_setup_four, planned_teardown)

/* Plans anew; red when that fails. */
void planned_build(struct planned *p);
bool planned_has_note(const struct planned *p, const char *note);
/* Does any note have these words in it? */
bool planned_says(const struct planned *p, const char *words);
/* The step of that knob on the first NIC, or the node; red when there is none. */
const struct step *planned_step(const struct planned *p, enum knob_kind kind, unsigned int queue);

#endif /* NETLANE_TESTS_PLANNED_H */
