/* SPDX-License-Identifier: GPL-2.0 */
/* A journal in a folder of its own; see box.h. */
#include "tests/unit/box.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct node box_node = { .boot_id = "boot-1", .machine_id = "m-1", .instance_id = "i-1" };

struct box *box_of(void **state)
{
	struct box *box = *state;

	memset(&box->err, 0, sizeof(box->err));
	memset(&box->said, 0, sizeof(box->said));
	return box;
}

int box_make(void **state)
{
	struct box *box = calloc(1, sizeof(*box));

	assert_non_null(box);
	tree_make(&box->tree);
	(void)snprintf(box->dir, sizeof(box->dir), "%s/state", box->tree.root);
	*state = box;
	return 0;
}

int box_free(void **state)
{
	struct box *box = *state;

	journal_close(box->j);
	tree_remove(&box->tree);
	free(box);
	return 0;
}

void box_open(struct box *box, const struct node *node)
{
	int ret;

	journal_close(box->j);
	ret = journal_open(box->dir, node, &box->j, &box->said, &box->err);
	CLAIM(!ret, "open: %d %s", ret, box->err.text);
}

static char before_text[2][8] = { "f", "f" };
static char after_text[2][8] = { "1", "2" };

void box_steps(struct step step[2])
{
	unsigned int i;

	memset(step, 0, 2 * sizeof(*step));
	for (i = 0; i < 2; i++) {
		step[i].knob.kind = KNOB_XPS;
		step[i].knob.queue = i;
		(void)snprintf(step[i].knob.bus, BUS_LEN, "0000:00:03.0");
		(void)snprintf(step[i].knob.mac, MAC_LEN, "52:54:00:00:00:01");
		(void)snprintf(step[i].ifname, IFNAME_LEN, "eth0");
		step[i].before = before_text[i];
		step[i].after = after_text[i];
		(void)snprintf(step[i].why, sizeof(step[i].why), "lane %u", i);
	}
}

void box_intend(struct box *box, struct step *step, unsigned int nr)
{
	const struct plan plan = { .step = step, .nr_step = nr };

	OK(journal_intend(box->j, &box_node, &plan, 0, false, &box->err));
}

/* Two steps are meant and made. */
void box_up(struct box *box)
{
	struct step step[2];

	box_steps(step);
	box_intend(box, step, 2);
	OK(journal_done(box->j, 0, &box->err));
	OK(journal_done(box->j, 1, &box->err));
	OK(journal_complete(box->j, &box->err));
}

char *box_text(const struct journal_state *state)
{
	struct json_object *json = fields_to_json(journal_state_fields, state);
	char *text = strdup(json_object_to_json_string(json));

	json_object_put(json);
	return text;
}

void box_claim_same(const struct journal_state *a, const struct journal_state *b, const char *when)
{
	char *x = box_text(a), *y = box_text(b);

	CLAIM(!strcmp(x, y), "%s:\n%s\nis not\n%s", when, x, y);
	free(x);
	free(y);
}

/* What is on the disk is what the writer holds. */
void box_claim_on_disk(struct box *box, const char *when)
{
	struct journal_state state;

	OK(journal_read(box->dir, &state, &box->err));
	box_claim_same(journal_state(box->j), &state, when);
	journal_state_free(&state);
}

char *box_slurp(const char *dir, const char *name, size_t *len)
{
	char path[160], *text;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	CLAIM(f, "%s: %s", path, strerror(errno));
	text = calloc(1, 1 << 22);
	assert_non_null(text);
	*len = fread(text, 1, (1 << 22) - 1, f);
	fclose(f);
	return text;
}

void box_put(const char *dir, const char *name, const char *text, size_t len)
{
	char path[160];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}
