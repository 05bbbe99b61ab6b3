/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal cut, damaged, too long, on a full disk, of a newer netlane. The
 * rule: every byte and every line, not the one that comes to mind.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/unit/box.h"

/* Offset of the last line's first byte. */
static size_t last_line(const char *text, size_t len)
{
	size_t at = len - 1;

	while (at && text[at - 1] != '\n')
		at--;
	return at;
}

static void journal__torn_tail__last_record_dropped(void **state)
{
	struct box *box = box_of(state);
	struct journal_state before, now;
	size_t len, at, cut;
	struct step step[2];
	char *text;

	box_open(box, &box_node);
	box_up(box);
	OK(journal_read(box->dir, &before, &box->err));
	box_steps(step);
	step[1].after = (char *)"8";
	box_intend(box, step, 2);
	text = box_slurp(box->dir, "journal", &len);
	at = last_line(text, len);
	for (cut = at; cut < len; cut++) {
		box_put(box->dir, "journal", text, cut);
		OK(journal_read(box->dir, &now, &box->err));
		box_claim_same(&before, &now, "torn");
		journal_state_free(&now);
		/* and what comes next is sound, however long the tail was */
		box_open(box, &box_node);
		OK(journal_done(box->j, 1, &box->err));
		box_claim_on_disk(box, "after a torn tail");
	}
	for (cut = at; cut < len; cut++) {
		text[cut] ^= 1;
		box_put(box->dir, "journal", text, len);
		text[cut] ^= 1;
		OK(journal_read(box->dir, &now, &box->err));
		box_claim_same(&before, &now, "last line damaged");
		journal_state_free(&now);
	}
	journal_state_free(&before);
	free(text);
}

static void journal__torn_first_line__is_none(void **state)
{
	struct box *box = box_of(state);
	struct journal_state read;
	size_t len, cut;
	char *text;

	box_open(box, &box_node);
	box_up(box);
	text = box_slurp(box->dir, "journal", &len);
	for (cut = 0; text[cut] != '\n'; cut++) {
		box_put(box->dir, "journal", text, cut);
		assert_int_equal(journal_read(box->dir, &read, &box->err), -ENOENT);
		box_open(box, &box_node);
		assert_false(journal_state(box->j)->open);
	}
	box_up(box);
	box_claim_on_disk(box, "after a torn first line");
	free(text);
}

static void journal__damage_in_the_middle__is_named(void **state)
{
	struct box *box = box_of(state);
	struct journal_state read;
	unsigned int line = 1, told;
	size_t len, at, i;
	char *text, want[32];

	box_open(box, &box_node);
	box_up(box);
	journal_close(box->j);
	box->j = NULL;
	text = box_slurp(box->dir, "journal", &len);
	at = last_line(text, len);
	for (i = 0; i < at; i++) {
		if (text[i] == '\n') {
			line++;
			continue;
		}
		text[i] ^= 1;
		box_put(box->dir, "journal", text, len);
		text[i] ^= 1;
		memset(&box->err, 0, sizeof(box->err));
		CLAIM(journal_read(box->dir, &read, &box->err) == -EBADMSG, "byte %zu of line %u",
		      i, line);
		(void)snprintf(want, sizeof(want), "/journal:%u ", line);
		CLAIM(strstr(box->err.text, want) && strstr(box->err.text, "down --salvage"),
		      "line %u: %s", line, box->err.text);
		OK(journal_salvage(box->dir, &read, &told, &box->err));
		assert_int_equal(told, line);
		journal_state_free(&read);
	}
	CLAIM(line > 3, "only %u lines", line);
	assert_int_equal(journal_open(box->dir, &box_node, &box->j, &box->said, &box->err),
			 -EBADMSG);
	free(text);
}

static void journal__damaged__set_aside_keeps_what_is_before(void **state)
{
	struct box *box = box_of(state);
	struct journal_state want;
	char moved_to[256], *text, *copy;
	unsigned int line;
	size_t len, copy_len;

	box_open(box, &box_node);
	box_up(box);
	journal_close(box->j);
	box->j = NULL;
	OK(journal_set_aside(box->dir, moved_to, &box->err));
	assert_int_equal(moved_to[0], 0);
	text = box_slurp(box->dir, "journal", &len);
	text[last_line(text, len) - 20] ^= 1; /* the last but one */
	box_put(box->dir, "journal", text, len);
	OK(journal_salvage(box->dir, &want, &line, &box->err));
	OK(journal_set_aside(box->dir, moved_to, &box->err));
	copy = box_slurp("", moved_to, &copy_len);
	assert_int_equal(copy_len, len);
	assert_memory_equal(copy, text, len);
	box_open(box, &box_node);
	box_claim_same(&want, journal_state(box->j), "salvaged");
	assert_true(journal_state(box->j)->open);
	journal_state_free(&want);
	free(text);
	free(copy);
}

static unsigned long crc_of(const char *line)
{
	return crc32(0, (const unsigned char *)line, (unsigned int)strlen(line));
}

/* What an older netlane began: its builds must not act on what is added to it now. */
static void journal__older_netlane__is_rewritten_by_up(void **state)
{
	struct box *box = box_of(state);
	char *text, *end, *version, older[4096];
	struct journal_state read;
	struct step step[2];
	size_t len;

	box_open(box, &box_node);
	box_up(box);
	text = box_slurp(box->dir, "journal", &len);
	end = strchr(text, '\n');
	*end = 0;
	version = strstr(text, "\"version\":2");
	assert_non_null(version);
	version[strlen("\"version\":")] = '1';
	(void)snprintf(older, sizeof(older), "%08lx %s\n%s", crc_of(text + 9), text + 9, end + 1);
	box_put(box->dir, "journal", older, len);
	free(text);
	box_open(box, &box_node);
	OK(journal_read(box->dir, &read, &box->err));
	box_claim_same(&read, journal_state(box->j), "as the older one left it");
	journal_state_free(&read);
	box_steps(step);
	step[0].after = (char *)"8";
	box_intend(box, step, 1);
	text = box_slurp(box->dir, "journal", &len);
	*strchr(text, '\n') = 0;
	CLAIM(strstr(text, "\"version\":2"), "%s", text);
	free(text);
	box_claim_on_disk(box, "rewritten");
}

static void journal__newer_netlane__is_refused(void **state)
{
	static const char *const lines[] = {
		"{\"record\":\"hologram\"}",
		"{\"record\":\"open\",\"time\":\"t\",\"version\":3}",
		"{\"record\":\"intents\",\"step\":[{\"knob\":{\"kind\":\"hologram\"}}]}",
	};
	struct box *box = box_of(state);
	struct journal_state read;
	size_t len, i;
	char *text, more[4096];

	box_open(box, &box_node);
	box_up(box);
	text = box_slurp(box->dir, "journal", &len);
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		(void)snprintf(more, sizeof(more), "%s%08lx %s\n", text, crc_of(lines[i]),
			       lines[i]);
		box_put(box->dir, "journal", more, strlen(more));
		memset(&box->err, 0, sizeof(box->err));
		CLAIM(journal_read(box->dir, &read, &box->err) == -ENOTSUP, "%zu: %s", i,
		      box->err.text);
		CLAIM(strstr(box->err.text, "newer netlane"), "%s", box->err.text);
	}
	free(text);
}

static void journal__other_boot_damaged__is_void_too(void **state)
{
	struct box *box = box_of(state);
	struct node later = box_node;
	char *text;
	size_t len;

	(void)snprintf(later.boot_id, sizeof(later.boot_id), "boot-2");
	box_open(box, &box_node);
	box_up(box);
	text = box_slurp(box->dir, "journal", &len);
	memset(text + last_line(text, len) - 40, 0, 20); /* a power cut leaves zeros */
	box_put(box->dir, "journal", text, len);
	free(text);
	box_open(box, &later);
	assert_false(journal_state(box->j)->open);
	assert_true(strstr(box->said.text, "damaged"));
	assert_int_equal(box->err.text[0], 0);
}

static void journal__finish_cut_short__is_finished_later(void **state)
{
	struct box *box = box_of(state);
	struct journal_state read;
	char *text;
	size_t len;

	box_open(box, &box_node);
	box_up(box);
	OK(journal_undone(box->j, 0, OUTCOME_RESTORED, NULL, NULL, &box->err));
	OK(journal_undone(box->j, 1, OUTCOME_RESTORED, NULL, NULL, &box->err));
	OK(journal_finish(box->j, "down", &box->err));
	text = box_slurp(box->dir, "journal.1", &len);
	box_put(box->dir, "journal", text, len); /* killed before the rename */
	free(text);
	box_open(box, &box_node);
	assert_false(journal_state(box->j)->open);
	assert_int_equal(journal_read(box->dir, &read, &box->err), -ENOENT);
	box_up(box);
	box_claim_on_disk(box, "next");
}

static void journal__strings_from_outside__are_escaped(void **state)
{
	static const char nasty[] = "a\"b\\c\n\t\x1b[31m\x7f";
	struct box *box = box_of(state);
	struct step step[2];
	size_t len, i;
	char *text;

	box_open(box, &box_node);
	box_steps(step);
	(void)snprintf(step[0].ifname, IFNAME_LEN, "%s", nasty);
	(void)snprintf(step[0].why, sizeof(step[0].why), "%s", nasty);
	step[0].before = (char *)(uintptr_t)nasty;
	box_intend(box, step, 1);
	box_claim_on_disk(box, "nasty");
	text = box_slurp(box->dir, "journal", &len);
	for (i = 0; i < len; i++)
		CLAIM(text[i] == '\n' || (unsigned char)text[i] >= 0x20, "byte %d", text[i]);
	free(text);
}

static void journal__long__is_told_in_short(void **state)
{
	struct box *box = box_of(state);
	struct journal_state want;
	struct step step[2];
	unsigned int i;
	char *text;
	size_t len;

	box_open(box, &box_node);
	box_up(box);
	for (i = 0; i < 13000; i++)
		OK(journal_deadline(box->j, i, false, &box->err));
	OK(journal_read(box->dir, &want, &box->err));
	text = box_slurp(box->dir, "journal", &len);
	CLAIM(len > 1 << 20, "%zu bytes", len);
	free(text);
	box_steps(step);
	step[0].before = (char *)"1";
	step[0].after = (char *)"4";
	box_intend(box, step, 1);
	text = box_slurp(box->dir, "journal", &len);
	CLAIM(len < 1 << 13, "%zu bytes", len);
	free(text);
	box_claim_on_disk(box, "short");
	assert_string_equal(journal_state(box->j)->entry[0].step.before, "f");
	assert_string_equal(journal_state(box->j)->opened, want.opened);
	OK(journal_reverted(box->j, 0, &box->err));
	OK(journal_complete(box->j, &box->err));
	OK(journal_deadline(box->j, want.deadline_boot_ms, false, &box->err));
	box_claim_same(&want, journal_state(box->j), "as before the long one");
	free(box_slurp(box->dir, "journal.1", &len));
	journal_state_free(&want);
}

/* In a child, since a limit on the size of files counts for the test's output too. */
static int full_disk_child(struct box *box, size_t limit)
{
	const struct rlimit small = { limit, limit };
	struct err err = { 0 };
	struct plan plan = { .nr_step = 2 };
	struct step step[2];
	struct journal_state state;

	box_steps(step);
	step[0].before = (char *)"1";
	step[0].after = (char *)"4";
	plan.step = step;
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &small))
		return 10;
	if (journal_intend(box->j, &box_node, &plan, 0, false, &err) != -EFBIG)
		return 11;
	if (!strstr(err.text, "nothing is changed"))
		return 12;
	if (strcmp(journal_state(box->j)->entry[0].step.after, "1"))
		return 13;
	/* no half line stays behind, and what is undone needs no room but its own */
	if (journal_read(box->dir, &state, &err))
		return 14;
	if (state.nr_entry != 2 || strcmp(state.entry[0].step.after, "1"))
		return 15;
	journal_state_free(&state);
	return journal_finish(box->j, "down", &err) ? 16 : 0;
}

static void journal__full_disk__nothing_is_half_written(void **state)
{
	struct box *box = box_of(state);
	struct journal_state read;
	size_t len, room;
	char *text;
	int status;
	pid_t pid;

	for (room = 0; room < 400; room += 57) {
		box_open(box, &box_node);
		box_up(box);
		text = box_slurp(box->dir, "journal", &len);
		free(text);
		pid = fork();
		if (!pid)
			_exit(full_disk_child(box, len + room));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		CLAIM(WIFEXITED(status) && !WEXITSTATUS(status), "%zu bytes of room: status %d",
		      room, WEXITSTATUS(status));
		assert_int_equal(journal_read(box->dir, &read, &box->err), -ENOENT);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, box_make, box_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(journal__torn_tail__last_record_dropped),
		TEST(journal__torn_first_line__is_none),
		TEST(journal__damage_in_the_middle__is_named),
		TEST(journal__damaged__set_aside_keeps_what_is_before),
		TEST(journal__older_netlane__is_rewritten_by_up),
		TEST(journal__newer_netlane__is_refused),
		TEST(journal__other_boot_damaged__is_void_too),
		TEST(journal__finish_cut_short__is_finished_later),
		TEST(journal__strings_from_outside__are_escaped),
		TEST(journal__long__is_told_in_short),
		TEST(journal__full_disk__nothing_is_half_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
