// SPDX-License-Identifier: GPL-2.0
/* netlane down: gives the node back as it was found. */
#include "cmd/down.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/drain.h"
#include "apply/keeper.h"
#include "base/names.h"
#include "cmd/cmd.h"
#include "cmd/control.h"
#include "cmd/counting.h"
#include "cmd/drain_drive.h"
#include "cmd/flow.h"
#include "cmd/keep.h"
#include "cmd/steer_wish.h"
#include "cmd/tell.h"
#include "cmd/timer.h"
#include "cmd/writer.h"
#include "facts/facts.h"
#include "journal/journal.h"
#include "view/view.h"

#define DUE_SLACK_MS 5000 /* a timer may fire this much early */
#define DUE_PATIENCE_MS 600000 /* for the writer that has the journal now */
#define DUE_RETRY_MS 100

struct down_opts {
	bool salvage;
	bool if_due;
};

static void entry_said(void *arg, const struct entry *entry, unsigned int i, unsigned int nr)
{
	char label[96], value[80], before[80], shown[320], note[400];

	bool driver = entry->outcome == OUTCOME_DRIVER && strcmp(entry->now, entry->step.before);

	if (entry->outcome != OUTCOME_FOREIGN && entry->outcome != OUTCOME_FAILED && !driver)
		return;
	knob_label(&entry->step.knob, entry->step.ifname, label, sizeof(label));
	view_value(entry->step.knob.kind, entry->now, value, sizeof(value));
	view_value(entry->step.knob.kind, entry->step.before, before, sizeof(before));
	text_escape(note, sizeof(note), entry->note);
	if (entry->outcome == OUTCOME_FOREIGN || driver)
		text_escape(shown, sizeof(shown), value);
	else
		text_escape(shown, sizeof(shown), before);
	if (driver)
		say("%s: now %s, the driver's default (before netlane: %s); %s\n", label, shown,
		    before,
		    note[0] ? note :
			      "the driver set it itself since, as CPUs or channels came or went");
	else if (entry->outcome == OUTCOME_FOREIGN)
		say("%s: now %s, which netlane did not write; left (before netlane: %s)\n", label,
		    shown, before);
	else
		say("%s: could not be given back to %s; it stays in the journal\n", label, shown);
}

const struct apply_watch down_watch = { .undo = entry_said };

void down_report(struct text *out, const struct undo_report *report)
{
	unsigned int i, nr = 0;

	for (i = 0; i < OUTCOME_COUNT; i++)
		if (report->nr[i])
			text_add(out, "%s%u %s", nr++ ? ", " : "", report->nr[i], outcome_names[i]);
	if (!nr)
		text_add(out, "nothing to undo");
}

static int report_print(const struct undo_report *report, const char *before)
{
	struct text text = { 0 };

	text_add(&text, "%s", before);
	down_report(&text, report);
	text_add(&text, "\n");
	return print_text(&text);
}

/* A marker, not a promise: without it the daemon in hold mode would take the lanes again. */
static void hands_off(void)
{
	int fd = open(HANDS_OFF_PATH, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		(void)fail("%s cannot be written (%s): a netlane service in hold mode will take "
			   "the lanes again at its next start",
			   HANDS_OFF_PATH, strerror(errno));
	else
		close(fd);
}

/* What netlane has on a node beside what a journal knows: files that one has lost, and BPF. */
static int rest_end(void)
{
	struct text macs = { 0 }, listens = { 0 };
	unsigned int nr_drains;
	char *bindings = NULL;
	struct err err = { 0 };
	int ret = nm_orphans_remove(&macs, &err), code = ret < 0 ? fail_err(ret, &err) : CODE_DONE;

	if (macs.s && !macs.failed)
		say("NetworkManager was told to leave %s alone by a file of netlane's that no "
		    "journal knew; it is removed\n",
		    macs.s);
	text_free(&macs);
	drain_forget_all(); /* one in its grace has no entry in a journal yet */
	steer_wishes_forget(); /* nor has what waits for its server */
	ret = steer_orphans_end(&listens, &err);
	if (ret < 0)
		code = fail_err(ret, &err);
	if (listens.s && !listens.failed)
		say("a program of netlane's that no journal knew chose among the sockets of %s; it is "
		    "ended\n",
		    listens.s);
	text_free(&listens);
	ret = drains_end(&nr_drains, &err);
	if (ret)
		code = fail_err(ret, &err);
	if (nr_drains)
		say("ports were drained of which no journal knew; they take new connections again\n");
	ret = bind_orphans_end(&bindings, &err);
	if (ret < 0)
		code = fail_err(ret, &err);
	if (ret > 0)
		say("bindings of netlane's that no journal knew were in force: %s; they are ended\n",
		    bindings);
	free(bindings);
	return counting_end() == CODE_DONE ? code : CODE_FAILED;
}

static int undo(struct journal *journal, const char *why, struct err *err)
{
	uint64_t deadline = journal_state(journal)->deadline_boot_ms;
	struct undo_report report = { { 0 } };
	int ret, code;

	drain_forget_all(); /* or one in its grace would refuse when all is given back */
	steer_wishes_forget(); /* or the next look would steer again */
	(void)keeper_clear(0, NULL); /* or the module puts back what is undone */
	ret = apply_undo("/", journal, why, &down_watch, &report, err);
	code = report_print(&report, ret ? "not all is given back: " : "given back: ");

	if (!ret)
		timer_disarm(deadline);
	tell_unload();
	(void)unlink(HELD_CPUS_PATH); /* nothing is held any more, or not by the service */
	if (ret)
		code = fail_err(ret, err);
	/* what could not be given back is not lost: the journal still knows it */
	return (ret ? counting_end() : rest_end()) == CODE_DONE ? code : CODE_FAILED;
}

static int node_read(struct node *node, struct err *err)
{
	struct facts facts;
	int ret = facts_gather("/", 0, &facts, err);

	*node = facts.node;
	facts_free(&facts);
	return ret;
}

/* Nobody is there who could try again, so this waits for another writer to end. */
static int journal_open_patiently(const struct node *node, struct journal **journal,
				  struct err *err)
{
	uint64_t until = boot_ms() + DUE_PATIENCE_MS;
	int ret;

	do {
		memset(err, 0, sizeof(*err));
		ret = writer_open(node, NULL, journal, err);
		if (ret == -EBUSY)
			timer_wait(boot_ms() + DUE_RETRY_MS);
	} while (ret == -EBUSY && boot_ms() < until);
	return ret;
}

int down_if_due(uint64_t deadline_boot_ms)
{
	const struct journal_state *state;
	struct err err = { 0 };
	struct journal_state peek;
	struct journal *journal;
	struct node node;
	int ret, code = CODE_DONE;

	ret = journal_read(JOURNAL_DIR, &peek, &err);
	if (ret)
		return ret == -ENOENT ? CODE_DONE : fail_err(ret, &err);
	if (peek.open && peek.deadline_boot_ms && peek.deadline_boot_ms <= boot_ms() + DUE_SLACK_MS)
		timer_wait(peek.deadline_boot_ms);
	journal_state_free(&peek);
	ret = node_read(&node, &err);
	if (!ret)
		ret = journal_open_patiently(&node, &journal, &err);
	if (ret)
		return fail_err(ret, &err);
	state = journal_state(journal);
	if (state->open && state->deadline_boot_ms && state->deadline_boot_ms <= boot_ms() &&
	    (!deadline_boot_ms || deadline_boot_ms == state->deadline_boot_ms))
		code = undo(journal, state->confirm ? "not confirmed in time" : "its time ran out",
			    &err);
	journal_close(journal);
	return code;
}

/* A damaged journal: what stands before the damage is given back, the file is kept aside. */
static int down_salvage(void)
{
	struct err err = { 0 };
	struct journal *journal;
	char moved_to[256];
	struct node node;
	int ret, code;

	ret = node_read(&node, &err);
	if (!ret)
		ret = journal_set_aside(JOURNAL_DIR, moved_to, &err);
	if (ret == -ENOENT) { /* no journal: nothing was ever changed */
		say("nothing on this node is changed by netlane\n");
		return rest_end();
	}
	if (!ret)
		ret = writer_open(&node, NULL, &journal, &err);
	if (ret)
		return fail_err(ret, &err);
	if (moved_to[0])
		say("the damaged journal is kept as %s\n", moved_to);
	code = undo(journal, "down --salvage", &err);
	journal_close(journal);
	return code;
}

int down_now(bool salvage, const char *who)
{
	struct err err = { 0 };
	struct journal *journal;
	struct node node;
	int ret, code = CODE_DONE;

	if (salvage)
		return down_salvage();
	ret = node_read(&node, &err);
	if (!ret)
		ret = writer_open(&node, who, &journal, &err);
	if (ret)
		return fail_err(ret, &err);
	hands_off();
	if (journal_state(journal)->open)
		code = undo(journal, "down", &err);
	else if (rest_end() == CODE_DONE)
		say("nothing on this node is changed by netlane\n");
	else
		code = CODE_FAILED;
	journal_close(journal);
	return code;
}

int down_quietly(const char *why)
{
	struct err err = { 0 };
	struct journal *journal;
	struct node node;
	int ret, code;

	ret = node_read(&node, &err);
	if (!ret)
		ret = writer_open(&node, "netlane run", &journal, &err);
	if (ret)
		return fail_err(ret, &err);
	code = journal_state(journal)->open ? undo(journal, why, &err) : rest_end();
	journal_close(journal);
	return code;
}

/* The service does it, where one lives; -ENOENT: none does. */
static int down_ask(const struct down_opts *opts, int *code, struct err *err)
{
	struct json_object *request = json_object_new_object();

	if (!request ||
	    json_object_object_add(request, "command",
				   json_object_new_string(opts->if_due ? "if-due" : "down")) ||
	    json_object_object_add(request, "salvage", json_object_new_boolean(opts->salvage))) {
		json_object_put(request);
		return err_set(err, -ENOMEM, "out of memory");
	}
	return control_ask(request, code, err);
}

static int down_run(const void *arg, char **words, unsigned int nr_words)
{
	const struct down_opts *opts = arg;
	struct err err = { 0 };
	int ret, code;

	if (geteuid())
		return fail("down changes the node and needs root");
	ret = down_ask(opts, &code, &err);
	if (!ret)
		return code;
	/* a timer has nobody who could try again: a frozen service does not hold the journal */
	if (opts->if_due && ret != -EPIPE)
		return down_if_due(0);
	if (ret != -ENOENT)
		return fail_err(ret, &err);
	return down_now(opts->salvage, NULL);
}

static const struct option_desc down_options[] = {
	{ "salvage", OPTION_FLAG, offsetof(struct down_opts, salvage), NULL,
	  "the journal is damaged: undo what can be read of it, keep the file aside" },
	{ "if-due", OPTION_FLAG, offsetof(struct down_opts, if_due), NULL,
	  "only if the time of up --for or up --confirm has run out (the timer calls this)" },
	{ NULL, OPTION_END, 0, NULL, NULL },
};

const struct command cmd_down = {
	.name = "down",
	.words = "",
	.summary = "give the node back as it was found",
	.help = "Gives back every knob that netlane changed and still owns. What somebody else\n"
		"set since is left and named. Works after kill -9 and after a failed step; hands\n"
		"off until the next netlane up.",
	.options = down_options,
	.size = sizeof(struct down_opts),
	.run = down_run,
};
