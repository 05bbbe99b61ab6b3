/*
 * NetworkManager in the plan: when it is told to leave a NIC, when not, and
 * what is said of it.
 *
 * The rule: nothing without being asked, and nothing over somebody's file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/nmconf.h"
#include "facts/facts.h"
#include "plan/plan.h"
#include "tests/unit/planned.h"

#define OTHER "02:00:00:00:00:99"

static int nm_setup(void **state)
{
	int ret = planned_setup_four(state);
	struct planned *p = *state;

	p->facts.nm_folder = IS_YES;
	machine_owner(&p->facts, "NetworkManager", IS_YES);
	return ret;
}

static void asked(struct planned *p)
{
	machine_section(&p->policy, "eth0")->network_manager = NM_UNMANAGED;
}

static void entry(struct planned *p, const char *mac, const char *ifname, const char *value)
{
	struct nm_entry *e = realloc(p->facts.nm_entry, (p->facts.nr_nm_entry + 1) * sizeof(*e));

	assert_non_null(e);
	p->facts.nm_entry = e;
	e += p->facts.nr_nm_entry++;
	memset(e, 0, sizeof(*e));
	strcpy(e->mac, mac);
	strcpy(e->ifname, ifname);
	strcpy(e->value, value);
}

/* The only step, from and to these. */
static const struct step *only_step(const struct planned *p, const char *before, const char *after)
{
	const struct step *step = &p->plan.step[0];

	assert_int_equal(p->plan.nr_step, 1);
	assert_int_equal(step->knob.kind, KNOB_NM);
	assert_string_equal(step->knob.bus, "");
	assert_string_equal(step->before, before);
	assert_string_equal(step->after, after);
	return step;
}

static void nm_plan__not_asked__nothing(void **state)
{
	struct planned *p = *state;

	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	machine_section(&p->policy, "eth0")->network_manager = NM_LEAVE;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	/* the later section wins */
	machine_section(&p->policy, "*")->network_manager = NM_UNMANAGED;
	machine_section(&p->policy, "eth0")->network_manager = NM_LEAVE;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
}

static void nm_plan__asked__one_step_by_the_mac(void **state)
{
	struct planned *p = *state;
	const struct step *step;

	asked(p);
	p->facts.nic[0].lease_s = 3580;
	planned_build(p);
	step = only_step(p, KNOB_ABSENT, NMCONF_LASTING);
	assert_string_equal(step->knob.mac, p->facts.nic[0].mac);
	assert_string_equal(step->ifname, "eth0");
	assert_int_equal(step->risk, RISK_BLIP);
	assert_false(step->needs_confirm);
	assert_string_equal(
		step->why, "NetworkManager lets go of it, after a reboot too: it sets no address "
			   "and renews none (DHCP), others must (a static one, another client); an "
			   "address of it ends in 3580 s");
	assert_int_equal(p->plan.nic[0].verdict, NIC_STRAIGHT); /* that is about lanes */
	p->facts.nic[0].nm_managed = IS_NO;
	planned_build(p);
	step = only_step(p, KNOB_ABSENT, NMCONF_LASTING);
	assert_int_equal(step->risk, RISK_NONE);
	assert_string_equal(step->why,
			    "NetworkManager leaves it just now, and is to, after a reboot too");
}

static void nm_plan__guarded_nic__can_cut_off(void **state)
{
	struct planned *p = *state;
	bool *guards[] = { &p->facts.nic[0].default_route, &p->facts.nic[0].metadata_route,
			   &p->facts.nic[0].login };
	unsigned int i;

	asked(p);
	for (i = 0; i < 3; i++) {
		*guards[i] = true;
		p->policy.nic[0].allow_risk = RISK_BLIP;
		planned_build(p);
		assert_int_equal(p->plan.step[0].risk, RISK_CAN_CUT_OFF);
		assert_true(p->plan.step[0].needs_confirm);
		p->policy.nic[0].allow_risk = RISK_CAN_CUT_OFF;
		planned_build(p);
		assert_int_equal(p->plan.step[0].risk, RISK_CAN_CUT_OFF);
		assert_false(p->plan.step[0].needs_confirm);
		*guards[i] = false;
	}
}

/* What a time runs for must not outlive it by a reboot. */
static void nm_plan__an_up_with_a_time__writes_until_boot(void **state)
{
	struct planned *p = *state;

	asked(p);
	p->facts.nic[0].default_route = true;
	p->policy.until_boot = true;
	planned_build(p);
	(void)only_step(p, KNOB_ABSENT, NMCONF_UNTIL_BOOT);
	entry(p, p->facts.nic[0].mac, "eth0", NMCONF_UNTIL_BOOT);
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	/* confirmed */
	p->policy.until_boot = false;
	planned_build(p);
	assert_int_equal(only_step(p, NMCONF_UNTIL_BOOT, NMCONF_LASTING)->risk, RISK_NONE);
	/* and the next one with a time does not take that back */
	strcpy(p->facts.nm_entry[0].value, NMCONF_LASTING);
	p->policy.until_boot = true;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
}

static void nm_plan__keeping__takes_what_stands_over(void **state)
{
	struct planned *p = *state;
	const struct step *step;

	asked(p);
	entry(p, p->facts.nic[0].mac, "eth0", NMCONF_LASTING);
	p->policy.keeping = true;
	planned_build(p);
	step = &p->plan.step[p->plan.nr_step - 1];
	assert_int_equal(step->knob.kind, KNOB_NM);
	assert_true(step->carried);
	assert_string_equal(step->before, KNOB_ABSENT); /* a down is to take it away */
	assert_string_equal(step->after, NMCONF_LASTING);
}

static void nm_plan__left__says_why(void **state)
{
	struct planned *p = *state;
	struct nic *nic = &p->facts.nic[0];

	asked(p);
	entry(p, nic->mac, "eth0", NMCONF_FOREIGN NMCONF_ETC "/90-netlane-x.conf");
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(
		p, "eth0: network_manager = unmanaged (test.conf:1) is not done: " NMCONF_ETC
		   "/90-netlane-x.conf is not netlane's"));
	p->facts.nr_nm_entry = 0;
	p->facts.nm_folder = IS_NO;
	planned_build(p);
	assert_true(planned_says(p, "is not done: there is no " NMCONF_ETC " here"));
	p->facts.nm_folder = IS_YES;
	strcpy(nic->master, "bond0");
	planned_build(p);
	assert_true(planned_says(p, "is not done: it is part of bond0"));
	strcpy(nic->owner, "terway (eni)");
	planned_build(p);
	assert_true(planned_says(p, "is not done: it belongs to terway (eni)"));
	assert_int_equal(p->plan.nr_step, 0);
	p->policy.nic[0].manage = IS_NO; /* as for those that up does not name */
	planned_build(p);
	assert_false(planned_says(p, "network_manager"));
	assert_int_equal(p->plan.nr_step, 0);
}

static void nm_plan__something_on_top__is_not_done(void **state)
{
	struct planned *p = *state;
	struct nic *nic = &p->facts.nic[0];

	asked(p);
	strcpy(nic->upper, "eth0.7");
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "is not done: eth0.7 is on top of it"));
	nic->nm_managed = IS_NO; /* nothing is taken away then */
	planned_build(p);
	(void)only_step(p, KNOB_ABSENT, NMCONF_LASTING);
	nic->nm_managed = IS_YES;
	entry(p, nic->mac, "eth0", NMCONF_UNTIL_BOOT); /* let go already */
	planned_build(p);
	(void)only_step(p, NMCONF_UNTIL_BOOT, NMCONF_LASTING);
}

static void nm_plan__no_longer_asked__stays_and_is_said(void **state)
{
	struct planned *p = *state;

	entry(p, p->facts.nic[0].mac, "eth0", NMCONF_LASTING);
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	assert_true(planned_says(p, "eth0: network_manager = unmanaged is no longer said"));
}

static void nm_plan__a_nic_that_left__takes_its_entry_along(void **state)
{
	struct planned *p = *state;
	const struct step *step;

	asked(p);
	entry(p, p->facts.nic[0].mac, "eth0", NMCONF_LASTING);
	entry(p, OTHER, "", NMCONF_LASTING);
	planned_build(p);
	step = only_step(p, NMCONF_LASTING, KNOB_ABSENT);
	assert_string_equal(step->knob.mac, OTHER);
	assert_string_equal(step->ifname, "");
	assert_int_equal(step->risk, RISK_NONE);
	/* here by a name that the plan does not show, or edited: left */
	strcpy(p->facts.nm_entry[1].ifname, "?");
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	strcpy(p->facts.nm_entry[1].ifname, "eth7");
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
	strcpy(p->facts.nm_entry[1].value, NMCONF_FOREIGN NMCONF_ETC "/x");
	p->facts.nm_entry[1].ifname[0] = 0;
	planned_build(p);
	assert_int_equal(p->plan.nr_step, 0);
}

static void nm_plan__not_running__is_said(void **state)
{
	struct planned *p = *state;

	asked(p);
	p->facts.owner[0].active = IS_NO;
	planned_build(p);
	(void)only_step(p, KNOB_ABSENT, NMCONF_LASTING);
	assert_true(planned_says(
		p, "eth0: NetworkManager does not run; it reads the entry when it starts"));
}

/* A script could not put back what NetworkManager takes away. */
static void nm_plan__as_shell__is_left_to_up(void **state)
{
	struct planned *p = *state;
	char *shell, name[NMCONF_NAME_LEN];

	asked(p);
	planned_build(p);
	shell = plan_as_shell(&p->plan);
	assert_int_equal(nmconf_name(p->facts.nic[0].mac, name), 0);
	assert_non_null(shell);
	assert_non_null(strstr(shell, name));
	assert_non_null(strstr(shell, "\nfail() {"));
	assert_non_null(strstr(shell, "do this one with netlane up"));
	assert_null(strstr(shell, "nmcli"));
	free(shell);
	/* to remove one is */
	entry(p, p->facts.nic[0].mac, "eth0", NMCONF_LASTING);
	entry(p, OTHER, "", NMCONF_LASTING);
	planned_build(p);
	shell = plan_as_shell(&p->plan);
	assert_non_null(shell);
	assert_non_null(strstr(shell, "rm -f " NMCONF_ETC "/90-netlane-"));
	assert_non_null(strstr(shell, "nmcli general reload conf\n"));
	assert_null(strstr(shell, "fail()"));
	free(shell);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, nm_setup, planned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nm_plan__not_asked__nothing),
		TEST(nm_plan__asked__one_step_by_the_mac),
		TEST(nm_plan__guarded_nic__can_cut_off),
		TEST(nm_plan__an_up_with_a_time__writes_until_boot),
		TEST(nm_plan__keeping__takes_what_stands_over),
		TEST(nm_plan__left__says_why),
		TEST(nm_plan__something_on_top__is_not_done),
		TEST(nm_plan__no_longer_asked__stays_and_is_said),
		TEST(nm_plan__a_nic_that_left__takes_its_entry_along),
		TEST(nm_plan__not_running__is_said),
		TEST(nm_plan__as_shell__is_left_to_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
