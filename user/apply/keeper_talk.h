/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink with the module's own sentences (extack). Only keeper*.c and
 * their unit tests include it.
 */
#ifndef NETLANE_APPLY_KEEPER_TALK_H
#define NETLANE_APPLY_KEEPER_TALK_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stddef.h>

#include "apply/keeper.h"

/* Room for a request without queues. */
#define KEEPER_REQUEST_BYTES 256

/* A socket, and what the family is called today. */
struct keeper_talk {
	struct mnl_socket *nl;
	unsigned int seq;
	uint16_t family;
	uint32_t events; /* group number, 0: there is none */
};

/* 0; -ENOENT: the module is not loaded, or not visible from here. */
int keeper_talk_open(struct keeper_talk *talk, struct err *err);
void keeper_talk_close(struct keeper_talk *talk);
/* The start of a request in @buf. */
struct nlmsghdr *keeper_message(char *buf, struct keeper_talk *talk, enum netlane_cmd cmd);
/* Sends the message in @buf, runs @cb over the answers. 0 or -errno with the sentence. */
int keeper_talk(struct keeper_talk *talk, char *buf, mnl_cb_t cb, void *data, struct err *err);

/* The sentence of an NLMSG_ERROR, NULL if it has none; it lives as long as @nlh. */
const char *keeper_extack(const struct nlmsghdr *nlh);
/* Takes @attr into @counts if it is one of them. */
void keeper_count_attr(const struct nlattr *attr, struct keeper_counts *counts);
/* As uapi.h wants a mask; @bytes has NETLANE_MASK_BYTES_MAX. Returns how many are used. */
size_t keeper_mask_bytes(const struct cpumask *mask, unsigned char *bytes);
/* The attributes of a SET, behind @nlh's headers. */
void keeper_set_message(struct nlmsghdr *nlh, unsigned int ifindex,
			const struct keeper_queue *queue, unsigned int nr_queues, bool with_irqs);
/* An event's message; false if it is none that is known. */
bool keeper_event_parse(const struct nlmsghdr *nlh, struct keeper_event *event);

#endif /* NETLANE_APPLY_KEEPER_TALK_H */
