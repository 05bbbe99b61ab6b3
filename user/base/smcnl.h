/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking the kernel's SMC over generic netlink and sock_diag. The rule: nothing is
 * asked that would have the kernel load a module; smcnl_loaded() is the first question,
 * and whoever was told no opens no family and no socket.
 */
#ifndef NETLANE_BASE_SMCNL_H
#define NETLANE_BASE_SMCNL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/netlink.h"
#include "types.h"

/* Its protocol is in /proc/net/protocols: 0, -ENODATA: it is not, -errno. */
int smcnl_loaded(const char *root);
/* The same of a protocol there: "SMC", "INET_SMC". */
int smcnl_protocol(const char *root, const char *name);
/*
 * A module of this kernel, by /sys/module and the lists below /lib/modules/@release:
 * loaded is yes for what is built in.
 */
void smcnl_module(const char *root, const char *release, const char *name, enum tri *there,
		  enum tri *loaded);
/* The same of smc itself, whose protocol tells what no list need to: that it is built in. */
void smcnl_smc(const char *root, const char *release, enum tri *there, enum tri *loaded);

struct smcnl {
	struct mnl_socket *nl;
	uint16_t family;
	unsigned int seq;
};

/* 0, -ENOENT: there is no such family now, -errno. */
int smcnl_open(struct smcnl *s, const char *family);
void smcnl_close(struct smcnl *s);
#define SMCNL_HEADER 4 /* sizeof(struct genlmsghdr): where an answer's attributes begin */
/* Runs @cb over each answer to @command. 0 or -errno. */
int smcnl_dump(struct smcnl *s, uint8_t command, mnl_cb_t cb, void *arg);

/* An attribute's value, checked; 0 and "" where it is of another kind. */
uint64_t smcnl_uint(const struct nlattr *attr);
void smcnl_text(const struct nlattr *attr, char *buf, unsigned long len);

/* sock_diag of AF_SMC: @cb has messages of struct smc_diag_msg. Not unless smc_diag is loaded. */
int smcnl_sockets(mnl_cb_t cb, void *arg);

#endif /* NETLANE_BASE_SMCNL_H */
