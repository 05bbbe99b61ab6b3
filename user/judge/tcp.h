/* SPDX-License-Identifier: GPL-2.0 */
/* Connections in groups, and those who accept them -> what is wrong with them. Pure. */
#ifndef NETLANE_JUDGE_TCP_H
#define NETLANE_JUDGE_TCP_H

#include "base/tcp.h"

/*
 * When a group is a finding: a share, and a number below which a share says
 * nothing.
 */
#define TCP_LOSS_PCT 10 /* of its connections are in Loss now: a timeout, unanswered so far */
#define TCP_LOSS_MIN 5
#define TCP_RESENT_PCT 5 /* of the segments were sent again, since the connections began */
#define TCP_RESENT_MIN 1000 /* segments sent */
#define TCP_UNANSWERED_PCT 50 /* of its SYNs were sent again and have no answer */
#define TCP_UNANSWERED_MIN 5
#define TCP_WINDOW_PCT 10 /* have something to send, and the other end's window is 0 */
#define TCP_WINDOW_MIN 5
#define TCP_FORGOTTEN_PCT 10 /* were closed by the other end a minute ago, and not here */
#define TCP_FORGOTTEN_MIN 20

/* Fills what is judged of each group, and the findings. Their number, or -ENOMEM. */
int tcp_judge(struct tcp_view *view);
/* Keeps the first @nr groups by themselves; the others are added up in view->other. */
void tcp_fold(struct tcp_view *view, unsigned int nr);
/* A finding for each listener that has a socket whose queue takes no more. */
int listeners_judge(struct listeners *listeners);

#endif /* NETLANE_JUDGE_TCP_H */
