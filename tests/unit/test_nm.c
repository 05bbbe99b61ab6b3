/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NetworkManager's file about a NIC: written, given back, kept over a reboot,
 * and never somebody else's. The rule: what is claimed is what the folder has,
 * by its names and bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/knob.h"
#include "base/nicleft.h"
#include "base/nmconf.h"
#include "facts/facts.h"
#include "tests/unit/bench.h"

#define NAME "90-netlane-52-54-00-00-00-01.conf"
#define ETC NMCONF_ETC "/" NAME
#define RUN NMCONF_RUN "/" NAME

static const char text[] =
	"# netlane wrote this, since its configuration says network_manager = unmanaged\n"
	"# for the NIC with this address. netlane down removes it, unless it was edited.\n"
	"[keyfile]\n"
	"unmanaged-devices+=mac:52:54:00:00:00:01\n";

static const struct node later = { .boot_id = "boot-2", .machine_id = "m-1", .instance_id = "i-1" };

static void full_path(struct bench *b, const char *path, char full[256])
{
	(void)snprintf(full, 256, "%s%s", b->box.tree.root, path);
}

/* @wanted NULL: nothing stands there. */
static void claim_file(struct bench *b, const char *path, const char *wanted, const char *when)
{
	char full[256], found[512] = "";
	struct stat st;
	FILE *f;

	full_path(b, path, full);
	f = fopen(full, "r");
	CLAIM(!f == !wanted, "%s: %s is %sthere", when, path, f ? "" : "not ");
	if (!f)
		return;
	CLAIM(!fstat(fileno(f), &st) && (st.st_mode & 0777) == 0644, "%s: mode %o", when,
	      st.st_mode);
	found[fread(found, 1, sizeof(found) - 1, f)] = 0;
	fclose(f);
	CLAIM(!strcmp(found, wanted), "%s: %s has\n%s", when, path, found);
}

static void nothing_left(struct bench *b, const char *when)
{
	char full[256], command[600];

	claim_file(b, ETC, NULL, when);
	claim_file(b, RUN, NULL, when);
	full_path(b, "", full);
	(void)snprintf(command, sizeof(command),
		       "test -z \"$(ls -A %s" NMCONF_ETC ")\" && test ! -e %s" NMCONF_RUN, full,
		       full);
	CLAIM(!system(command), "%s: something is left", when);
}

static int nm_make(void **state)
{
	char full[256], command[600];
	struct bench *b;
	int ret = bench_make(state);

	b = *state;
	full_path(b, NMCONF_ETC, full);
	(void)snprintf(command, sizeof(command), "mkdir -p '%s' '%s/run'", full, b->box.tree.root);
	assert_int_equal(system(command), 0);
	memset(b->step, 0, sizeof(b->step[0]));
	bench_step(&b->step[0], KNOB_NM, 0, KNOB_ABSENT, NMCONF_LASTING);
	b->step[0].knob.bus[0] = 0;
	b->plan.nr_step = 1;
	(void)umask(0077); /* as the unit has it */
	return ret;
}

static void set(struct bench *b, const char *value)
{
	bench_set(b, &b->step[0].knob, value);
}

static void nm__names__go_both_ways(void **state)
{
	static const char *const wrong[] = {
		"90-netlane-52-54-00-00-00-0.conf",  "90-netlane-52-54-00-00-00-0G.conf",
		"90-netlane-52:54:00:00:00:01.conf", "90-netlane-52-54-00-00-00-01.conf~",
		"91-netlane-52-54-00-00-00-01.conf", "",
	};
	char name[NMCONF_NAME_LEN], mac[MAC_LEN];
	unsigned int i;

	assert_int_equal(nmconf_name("52:54:00:00:00:01", name), 0);
	assert_string_equal(name, NAME);
	assert_int_equal(nmconf_name_parse(name, mac), 0);
	assert_string_equal(mac, "52:54:00:00:00:01");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CLAIM(nmconf_name_parse(wrong[i], mac) == -EINVAL, "%s was taken", wrong[i]);
	assert_int_equal(nmconf_name("../../../etc/pass", name), -EINVAL);
	assert_int_equal(nmconf_name("", name), -EINVAL);
}

static void nm__each_value__is_one_file(void **state)
{
	struct bench *b = *state;
	struct knob *knob = &b->step[0].knob;

	bench_claim(b, knob, KNOB_ABSENT, "at first");
	set(b, NMCONF_UNTIL_BOOT);
	bench_claim(b, knob, NMCONF_UNTIL_BOOT, "for a time");
	claim_file(b, RUN, text, "for a time");
	claim_file(b, ETC, NULL, "for a time");
	set(b, NMCONF_LASTING);
	bench_claim(b, knob, NMCONF_LASTING, "for good");
	claim_file(b, ETC, text, "for good");
	claim_file(b, RUN, NULL, "for good");
	set(b, NMCONF_LASTING);
	claim_file(b, ETC, text, "again");
	set(b, KNOB_ABSENT);
	bench_claim(b, knob, KNOB_ABSENT, "in the end");
	nothing_left(b, "in the end");
}

static void nm__a_foreign_file__is_never_touched(void **state)
{
	struct bench *b = *state;
	char *value, full[256];
	struct err err = { 0 };
	const char *root = b->box.tree.root;

	tree_file(&b->box.tree, "[keyfile]\nunmanaged-devices=*\n", ETC);
	full_path(b, ETC, full);
	assert_int_equal(chmod(full, 0644), 0);
	value = bench_get(b, &b->step[0].knob);
	assert_string_equal(value, NMCONF_FOREIGN ETC);
	free(value);
	assert_int_equal(knob_write(root, &b->step[0].knob, NMCONF_LASTING, &err), -EEXIST);
	CLAIM(strstr(err.text, ETC " is not netlane's"), "%s", err.text);
	assert_int_equal(knob_write(root, &b->step[0].knob, KNOB_ABSENT, NULL), -EEXIST);
	claim_file(b, ETC, "[keyfile]\nunmanaged-devices=*\n", "after both");
	/* a link hides a file of that name from NetworkManager: somebody meant that */
	assert_int_equal(unlink(full), 0);
	assert_int_equal(symlink("/dev/null", full), 0);
	assert_int_equal(knob_write(root, &b->step[0].knob, NMCONF_LASTING, NULL), -EEXIST);
	assert_int_equal(unlink(full), 0);
}

static void nm__killed_anywhere__down_leaves_nothing(void **state)
{
	struct bench *b = *state;
	enum ended ended = ENDED_KILLED;
	unsigned int n;
	char when[32];

	for (n = 1; ended == ENDED_KILLED; n++) {
		ended = bench_child(b, bench_up, "kill", n);
		(void)snprintf(when, sizeof(when), "kill@%u", n);
		assert_int_equal(bench_child(b, bench_down, "none", 0), ENDED_WELL);
		nothing_left(b, when);
		bench_claim_closed(b, when);
	}
	CLAIM(n > 4, "only %u points", n);
}

/* What an up made, then the undo of it. */
static void down_finds(struct bench *b, enum outcome wanted, const char *when)
{
	struct undo_report report;
	struct err err = { 0 };

	box_open(&b->box, &box_node);
	CLAIM(!apply_undo(b->box.tree.root, b->box.j, "down", NULL, &report, &err), "%s: %s", when,
	      err.text);
	CLAIM(report.nr[wanted] == 1, "%s: not that outcome", when);
}

static void nm__an_edited_file__is_left_and_named(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	tree_file(&b->box.tree, "# mine now\n", ETC);
	down_finds(b, OUTCOME_FOREIGN, "edited");
	claim_file(b, ETC, "# mine now\n", "edited");
}

static void nm__a_removed_file__is_nothing_to_undo(void **state)
{
	struct bench *b = *state;
	char full[256];

	assert_int_equal(bench_child(b, bench_up, "none", 0), ENDED_WELL);
	full_path(b, ETC, full);
	assert_int_equal(unlink(full), 0);
	/* what a netlane that was killed left goes as well */
	tree_file(&b->box.tree, "half", NMCONF_ETC "/." NAME ".new");
	down_finds(b, OUTCOME_UNTOUCHED, "removed");
	nothing_left(b, "removed");
}

/* ------------------------------------------------------------- over a reboot */

/* A file and a mask by one up, as the journal of the first boot has them. */
static void up_both(struct bench *b, uint64_t deadline_boot_ms)
{
	struct undo_report report;
	struct box *box = &b->box;
	struct step step[2];
	struct plan plan = { .step = step, .nr_step = 2 };

	step[0] = b->step[0];
	bench_step(&step[1], KNOB_XPS, 1, "f", "1");
	bench_set(b, &step[1].knob, "f");
	box_open(box, &box_node);
	OK(apply_plan(box->tree.root, &plan, &box_node, box->j, deadline_boot_ms, true, NULL,
		      &report, &box->err));
	bench_set(b, &step[1].knob, "7"); /* the reboot, and whoever came then */
}

static void nm__a_reboot__leaves_the_file_ours(void **state)
{
	struct bench *b = *state;
	struct box *box = &b->box;
	const struct journal_state *state2;
	struct undo_report report;
	struct journal_event *event;
	unsigned int nr, before;

	up_both(b, 0);
	box_open(box, &later);
	state2 = journal_state(box->j);
	assert_true(state2->open);
	assert_true(state2->complete);
	assert_int_equal(state2->nr_entry, 1);
	assert_int_equal(state2->entry[0].step.knob.kind, KNOB_NM);
	assert_int_equal(journal_origin(state2, &later), JOURNAL_HERE);
	CLAIM(strstr(box->said.text, "(1 changes") && strstr(box->said.text, "void"), "%s",
	      box->said.text);
	box_claim_on_disk(box, "after the reboot");
	claim_file(b, ETC, text, "after the reboot");
	/* once more, with nothing void in it: nothing is said of it */
	memset(&box->said, 0, sizeof(box->said));
	{
		struct node third = later;

		OK(journal_history(box->dir, &event, &before, &box->err));
		free(event);
		(void)snprintf(third.boot_id, sizeof(third.boot_id), "boot-3");
		box_open(box, &third);
		assert_string_equal(box->said.text, "");
		assert_true(journal_state(box->j)->open);
		/* a reboot alone pushes nothing out of the history */
		OK(journal_history(box->dir, &event, &nr, &box->err));
		free(event);
		assert_int_equal(nr, before);
	}
	OK(apply_undo(box->tree.root, box->j, "down", NULL, &report, &box->err));
	assert_int_equal(report.nr[OUTCOME_RESTORED], 1);
	nothing_left(b, "down after reboots");
	OK(journal_history(box->dir, &event, &nr, &box->err));
	assert_string_equal(event[nr - 1].what, "finish");
	free(event);
}

/* A time that was running is over: the node was down for nobody knows how long. */
static void nm__a_reboot__ends_a_time_that_ran(void **state)
{
	struct bench *b = *state;
	const struct journal_state *state2;

	up_both(b, 1ULL << 40);
	box_open(&b->box, &later);
	state2 = journal_state(b->box.j);
	assert_true(state2->open);
	assert_int_equal(state2->deadline_boot_ms, 1);
	assert_true(state2->confirm);
}

/* Who only looks sees the same as who opens it. */
static void nm__a_reboot__is_seen_by_readers(void **state)
{
	struct journal_state seen;
	struct bench *b = *state;
	struct box *box = &b->box;

	up_both(b, 0);
	OK(journal_read(box->dir, &seen, &box->err));
	assert_int_equal(journal_origin(&seen, &later), JOURNAL_OTHER_BOOT);
	journal_outlived(&seen, &later);
	assert_true(seen.open);
	assert_int_equal(seen.nr_entry, 1);
	assert_int_equal(journal_origin(&seen, &later), JOURNAL_HERE);
	journal_state_free(&seen);
}

/* ------------------------------------------------------------- facts */

static void nm__facts__tell_files_and_nics(void **state)
{
	struct bench *b = *state;
	struct facts facts;

	set(b, NMCONF_LASTING);
	tree_file(&b->box.tree, "x\n", NMCONF_ETC "/90-netlane-02-00-00-00-00-09.conf");
	tree_file(&b->box.tree, "x\n", NMCONF_ETC "/20-theirs.conf");
	tree_file(&b->box.tree, "[device]\nmanaged=true\n", "/run/NetworkManager/devices/2");
	assert_int_equal(facts_gather(b->box.tree.root, 0, &facts, NULL), 0);
	assert_int_equal(facts.nm_folder, IS_YES);
	assert_int_equal(facts.nr_nm_entry, 2);
	assert_string_equal(facts.nm_entry[0].mac, "02:00:00:00:00:09");
	assert_string_equal(facts.nm_entry[0].ifname, "");
	assert_string_equal(facts.nm_entry[0].value,
			    NMCONF_FOREIGN NMCONF_ETC "/90-netlane-02-00-00-00-00-09.conf");
	assert_string_equal(facts.nm_entry[1].ifname, "eth0");
	assert_string_equal(facts.nm_entry[1].value, NMCONF_LASTING);
	/* it left that behind and does not run */
	assert_int_equal(facts.nic[0].nm_managed, IS_UNKNOWN);
	assert_string_equal(facts.nic[0].upper, "");
	facts_free(&facts);
	tree_link(&b->box.tree, "../eth0.7", "/sys/class/net/eth0/upper_eth0.7");
	tree_file(&b->box.tree, "NetworkManager\n", "/proc/77/comm");
	assert_int_equal(facts_gather(b->box.tree.root, 0, &facts, NULL), 0);
	assert_int_equal(facts.nic[0].nm_managed, IS_YES);
	assert_string_equal(facts.nic[0].upper, "eth0.7");
	facts_redact(&facts);
	assert_int_equal(facts.nr_nm_entry, 0);
	facts_free(&facts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, nm_make, bench_free)

/* What could not be read back after a kill is not written, and the NIC is not touched. */
static void nm__too_much__is_refused_before_it_is_taken(void **state)
{
	struct nicsave save = { .ifindex = 1, .len = NICLEFT_MAX + 1 };
	struct err err = { 0 };

	save.messages = calloc(1, save.len);
	assert_int_equal(nicleft_write(&save, &err), -EFBIG);
	assert_non_null(strstr(err.text, "16777217 bytes, and 16777216 at most"));
	nicsave_free(&save);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nm__names__go_both_ways),
		TEST(nm__each_value__is_one_file),
		TEST(nm__a_foreign_file__is_never_touched),
		TEST(nm__killed_anywhere__down_leaves_nothing),
		TEST(nm__an_edited_file__is_left_and_named),
		TEST(nm__a_removed_file__is_nothing_to_undo),
		TEST(nm__a_reboot__leaves_the_file_ours),
		TEST(nm__a_reboot__ends_a_time_that_ran),
		TEST(nm__a_reboot__is_seen_by_readers),
		TEST(nm__facts__tell_files_and_nics),
		cmocka_unit_test(nm__too_much__is_refused_before_it_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
