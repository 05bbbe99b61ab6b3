/* One machine, one policy, one plan; see planned.h. */
#include "tests/unit/planned.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "facts/facts.h"
#include "plan/plan.h"

int planned_setup_empty(void **state)
{
	struct planned *p = calloc(1, sizeof(*p));

	machine_policy(&p->policy);
	*state = p;
	return 0;
}

int planned_setup_four(void **state)
{
	struct planned *p;

	planned_setup_empty(state);
	p = *state;
	machine_cpus(&p->facts, 4, 1, 1);
	machine_nic(&p->facts, 4, 4);
	return 0;
}

int planned_teardown(void **state)
{
	struct planned *p = *state;

	plan_free(&p->plan);
	facts_free(&p->facts);
	machine_policy_free(&p->policy);
	free(p);
	return 0;
}

void planned_build(struct planned *p)
{
	plan_free(&p->plan);
	CLAIM(!plan_build(&p->facts, &p->policy, &p->plan, &p->err), "%s", p->err.text);
}

bool planned_has_note(const struct planned *p, const char *note)
{
	unsigned int i;

	for (i = 0; i < p->plan.nr_note; i++)
		if (!strcmp(p->plan.note[i], note))
			return true;
	for (i = 0; i < p->plan.nr_note; i++)
		print_error("note: %s\n", p->plan.note[i]);
	return false;
}

bool planned_says(const struct planned *p, const char *words)
{
	unsigned int i;

	for (i = 0; i < p->plan.nr_note; i++)
		if (strstr(p->plan.note[i], words))
			return true;
	return false;
}

const struct step *planned_step(const struct planned *p, enum knob_kind kind, unsigned int queue)
{
	unsigned int i;

	for (i = 0; i < p->plan.nr_step; i++)
		if (p->plan.step[i].knob.kind == kind && p->plan.step[i].knob.queue == queue)
			return &p->plan.step[i];
	fail_msg("no step %s %u", knob_names[kind], queue);
	return NULL;
}
