/* SPDX-License-Identifier: GPL-2.0 */
/* Whose sockets they are. */
#ifndef NETLANE_OBSERVE_HOLDERS_H
#define NETLANE_OBSERVE_HOLDERS_H

#define HOLDER_LEN 64 /* "nginx (pid 812)" */

/* A socket and whose it is: found by the links in /proc/PID/fd, as far as we may look. */
struct holder {
	unsigned long inode; /* 0: none, stays without a name */
	char *by; /* HOLDER_LEN bytes, "" where it was not found; several may share it */
};

/* Sorts @holder. One look through /proc, which ends when all are found. */
void holders_name(struct holder *holder, unsigned int nr);

#endif /* NETLANE_OBSERVE_HOLDERS_H */
