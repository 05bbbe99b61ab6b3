/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file by which NetworkManager is told to leave one NIC alone: one a NIC,
 * named after its MAC, in the conf.d of /etc (it stays over a reboot) or of
 * /run. The rule: a file that is not to the byte what netlane writes is
 * somebody's: it is neither written over nor removed.
 */
#ifndef NETLANE_BASE_NMCONF_H
#define NETLANE_BASE_NMCONF_H

#include <stddef.h>

#include "base/err.h"
#include "types.h"

#define NMCONF_ETC "/etc/NetworkManager/conf.d"
#define NMCONF_RUN "/run/NetworkManager/conf.d"

/* Values of the knob, beside KNOB_ABSENT. */
#define NMCONF_LASTING "unmanaged" /* in /etc */
#define NMCONF_UNTIL_BOOT "unmanaged until boot" /* in /run */
#define NMCONF_FOREIGN "foreign " /* and the path: somebody else's text has that name */

#define NMCONF_NAME_LEN 48
#define NMCONF_VALUE_LEN 96

/* "90-netlane-52-54-00-12-34-56.conf" and back. -EINVAL: it is no such MAC, or no such name. */
int nmconf_name(const char *mac, char name[NMCONF_NAME_LEN]);
int nmconf_name_parse(const char *name, char mac[MAC_LEN]);
/* What the file says, heap, NULL: no memory. */
char *nmconf_text(const char *mac);

/* What stands there for the NIC with @mac. 0 or -errno. */
int nmconf_read(const char *root, const char *mac, char value[NMCONF_VALUE_LEN], struct err *err);
/* Makes it @value. Does not tell NetworkManager: nmbus.h does. */
int nmconf_write(const char *root, const char *mac, const char *value, struct err *err);

#endif /* NETLANE_BASE_NMCONF_H */
