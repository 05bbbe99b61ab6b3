// SPDX-License-Identifier: GPL-2.0
/* What is left of a port's connections, as fields; see left.h. */
#include "base/left.h"

const struct field left_port_fields[] = {
	F_UINT(left_port, port),    F_UINT(left_port, open),
	F_UINT(left_port, queued),  F_UINT(left_port, half),
	F_UINT(left_port, closing), F_STR(left_port, by),
	F_UINT(left_port, by_nr),   F_END,
};
