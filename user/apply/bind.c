// SPDX-License-Identifier: GPL-2.0
/*
 * All bindings of this network namespace as one knob: a change of them is one
 * write. The rule: whatever of netlane's stands there is netlane's, for nobody else
 * makes it.
 */
#include "base/bind.h"

#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/drain.h"
#include "apply/knobs.h"
#include "base/netns.h"

static int bind_knob_read(const char *root, const struct knob *knob, const char *ifname,
			  char **value, struct err *err)
{
	struct bind_now now;
	int ret;

	if (root && strcmp(root, "/"))
		return knob_value(value, KNOB_ABSENT, err);
	ret = bind_read(&now, false, err);
	if (ret)
		return ret;
	*value = now.value;
	now.value = NULL;
	bind_now_free(&now);
	return 0;
}

static int bind_knob_write(const char *root, const struct knob *knob, const char *ifname,
			   const char *value, struct err *err)
{
	struct drain_maps drained;
	int ret;

	if (drain_maps_open(netns_own(), &drained))
		drained = DRAIN_MAPS_NONE;
	ret = bind_set(value, &drained, err);
	drain_maps_close(&drained);
	return ret;
}

static bool bind_is_ours(const char *now, const char *ours)
{
	return strcmp(now, KNOB_ABSENT) && strcmp(ours, KNOB_ABSENT);
}

int bind_orphans_end(char **value, struct err *err)
{
	struct bind_now now;
	int ret;

	*value = NULL;
	if (bind_read(&now, false, NULL))
		return 0; /* what cannot be read could not be made either */
	/* also where none stands: a down that was killed may have left the pin */
	ret = bind_set(KNOB_ABSENT, &DRAIN_MAPS_NONE, err);
	if (!ret && strcmp(now.value, KNOB_ABSENT)) {
		*value = now.value;
		now.value = NULL;
		ret = 1;
	}
	bind_now_free(&now);
	return ret;
}

const struct knob_ops bind_ops = {
	.read = bind_knob_read,
	.write = bind_knob_write,
	.is_ours = bind_is_ours,
};
