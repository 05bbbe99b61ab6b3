// SPDX-License-Identifier: GPL-2.0
/* Connections that only grow, as told by the service; see growing.h. */
#include "base/growing.h"

#include <string.h>

#include "base/clock.h"
#include "base/netns.h"
#include "base/runfile.h"

static const struct field growing_row_fields[] = {
	F_STR(growing_row, remote),
	F_UINT(growing_row, remote_port),
	F_UINT(growing_row, before),
	F_UINT(growing_row, now),
	F_UINT(growing_row, for_s),
	F_UINT(growing_row, per_min),
	F_UINT(growing_row, full_min),
	F_STR(growing_row, by),
	F_END,
};

const struct field growing_fields[] = {
	F_U64(growing, until_ns),
	F_UINT(growing, netns),
	F_LIST(growing, row, nr_row, growing_row_fields),
	F_END,
};

void growing_read(struct growing *growing)
{
	memset(growing, 0, sizeof(*growing));
	if (!runfile_read(GROWING_FILE, growing_fields, growing) ||
	    growing->until_ns < clock_boot_ns() || growing->netns != netns_own())
		growing_free(growing);
}

void growing_free(struct growing *growing)
{
	fields_free(growing_fields, growing);
	memset(growing, 0, sizeof(*growing));
}
