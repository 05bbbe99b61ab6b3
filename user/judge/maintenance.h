/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which maintenance the cloud has planned for this instance. The rule: the form of the
 * answer is documented no further than as a JSON list, so that members are recognised by
 * their names, and what is not is shown as it came, never left out.
 */
#ifndef NETLANE_JUDGE_MAINTENANCE_H
#define NETLANE_JUDGE_MAINTENANCE_H

#include <stdbool.h>

#include "base/text.h"

#define MAINTENANCE_PATH "maintenance/active-system-events"

/*
 * @ret and @json of MAINTENANCE_PATH, as metadata_get() has them: a line for each event into
 * @lines, none for a 404, nothing or an empty list. False: what is planned is not known.
 */
bool maintenance_verdict(int ret, const char *json, struct text *lines);

#endif /* NETLANE_JUDGE_MAINTENANCE_H */
