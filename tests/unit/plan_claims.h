/*
 * What a plan keeps whatever the machine is.
 *
 * The rule: what is claimed is computed anew from the facts, never with the
 * plan's own helpers.
 */
#ifndef NETLANE_TESTS_PLAN_CLAIMS_H
#define NETLANE_TESTS_PLAN_CLAIMS_H

#include "tests/unit/machine.h"

extern char what[64]; /* the machine at hand, for messages */

/* Number, CPUs, helpers and XPS of a NIC's lanes. */
void claim_lanes(const struct facts *facts, const struct policy *policy, const struct nic_plan *np);
/* Two NICs share a CPU only when no other is idle, or where the owner wants it. */
void claim_sharing(const struct facts *facts, const struct policy *policy, const struct plan *plan);
void claim_order(const struct plan *plan);
void claim_step(const struct facts *facts, const struct policy *policy, const struct plan *plan,
		const struct step *s);
/* RPS goes to the helpers and to them alone; nowhere when every CPU has a lane. */
void claim_rps(const struct facts *facts, const struct policy *policy, const struct plan *plan,
	       const struct step *s);
/* What stands on the node (@facts) after the plan, not what its steps say. */
void claim_wanted(const struct facts *facts, const struct policy *policy,
		  const struct nic_plan *np);

#endif /* NETLANE_TESTS_PLAN_CLAIMS_H */
