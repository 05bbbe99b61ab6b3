// SPDX-License-Identifier: GPL-2.0
/* What is steered by command, in /run/netlane; see steer_wish.h. */
#include "cmd/steer_wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/netns.h"
#include "base/runfile.h"
#include "base/text.h"

#define FILE_NAME "steered"

struct wished {
	struct steer_policy *steer;
	unsigned int nr_steer;
};

static const struct field wish_fields[] = {
	F_UINT(steer_policy, asked_in),
	F_STR(steer_policy, listen),
	F_UINT(steer_policy, port),
	F_STR(steer_policy, netns),
	F_BOOL(steer_policy, udp),
	F_BOOL(steer_policy, stateless),
	F_ENUM(steer_policy, way, steer_way_names),
	F_BOOL(steer_policy, pin),
	F_BOOL(steer_policy, spill_said),
	F_UINT(steer_policy, spill),
	F_END,
};

static const struct field wished_fields[] = {
	F_LIST(wished, steer, nr_steer, wish_fields),
	F_END,
};

/* What cannot be read is as good as none. */
static void wished_read(struct wished *wished)
{
	memset(wished, 0, sizeof(*wished));
	if (runfile_read(FILE_NAME, wished_fields, wished))
		return;
	fields_free(wished_fields, wished);
	memset(wished, 0, sizeof(*wished));
}

static bool wished_write(const struct wished *wished)
{
	if (wished->nr_steer)
		return runfile_write(FILE_NAME, wished_fields, wished);
	steer_wishes_forget();
	return true;
}

static bool is_same(const struct steer_policy *a, const struct steer_policy *b)
{
	return a->asked_in == b->asked_in && a->port == b->port && a->udp == b->udp &&
	       !strcmp(a->listen, b->listen) && !strcmp(a->netns, b->netns);
}

/* Room for one more at the end of a list, zeroed. */
static struct steer_policy *one_more(struct steer_policy **list, unsigned int *nr)
{
	struct steer_policy *more = realloc(*list, (*nr + 1) * sizeof(*more));

	if (!more)
		return NULL;
	*list = more;
	more += (*nr)++;
	memset(more, 0, sizeof(*more));
	return more;
}

int steer_wishes_take(struct policy *policy)
{
	const unsigned int netns = netns_own();
	struct steer_policy *steer;
	struct wished wished;
	unsigned int i, nr = 0;
	int ret = 0;

	for (i = 0; i < policy->nr_steer; i++)
		if (!policy->steer[i].asked_in)
			policy->steer[nr++] = policy->steer[i];
	policy->nr_steer = nr;
	wished_read(&wished);
	for (i = 0; i < wished.nr_steer && !ret; i++) {
		if (!netns || wished.steer[i].asked_in != netns)
			continue;
		steer = one_more(&policy->steer, &policy->nr_steer);
		if (!steer) {
			ret = -ENOMEM;
			break;
		}
		*steer = wished.steer[i];
		(void)text_copy(steer->name, sizeof(steer->name), STEER_BY_COMMAND); /* fits */
	}
	fields_free(wished_fields, &wished);
	return ret;
}

bool steer_wish_add(const struct steer_policy *wish)
{
	struct steer_policy *steer = NULL;
	struct wished wished;
	unsigned int i;
	bool ok;

	wished_read(&wished);
	for (i = 0; i < wished.nr_steer && !steer; i++)
		if (is_same(&wished.steer[i], wish))
			steer = &wished.steer[i];
	if (!steer)
		steer = one_more(&wished.steer, &wished.nr_steer);
	if (steer)
		*steer = *wish;
	ok = steer && wished_write(&wished);
	fields_free(wished_fields, &wished);
	return ok;
}

bool steer_wish_remove(const struct steer_policy *wish)
{
	struct wished wished;
	unsigned int i, nr = 0;
	bool ok;

	wished_read(&wished);
	for (i = 0; i < wished.nr_steer; i++)
		if (!is_same(&wished.steer[i], wish))
			wished.steer[nr++] = wished.steer[i];
	wished.nr_steer = nr;
	ok = wished_write(&wished);
	fields_free(wished_fields, &wished);
	return ok;
}

void steer_wishes_mend(const struct policy *policy)
{
	unsigned int i;

	for (i = 0; i < policy->nr_steer; i++)
		if (policy->steer[i].asked_in)
			(void)steer_wish_add(&policy->steer[i]); /* the next sweep tries again */
}

void steer_wishes_forget(void)
{
	runfile_remove(FILE_NAME);
}
