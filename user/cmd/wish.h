/* SPDX-License-Identifier: GPL-2.0 */
/* How often a person has set a knob that netlane holds. */
#ifndef NETLANE_CMD_WISH_H
#define NETLANE_CMD_WISH_H

#include "types.h"

struct wish {
	struct knob knob;
	uint64_t last_ns; /* of his touch: each counts once */
	unsigned int nr;
};

/* All-zero is none. */
struct wishes {
	struct wish *wish;
	unsigned int nr;
};

/* How often @knob was set now, with the touch at @ns; 0: it cannot be counted. */
unsigned int wish_count(struct wishes *w, const struct knob *knob, uint64_t ns);
void wishes_free(struct wishes *w);

#endif /* NETLANE_CMD_WISH_H */
