/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs, and processes of ours that outlive this one. */
#ifndef NETLANE_CMD_SPAWN_H
#define NETLANE_CMD_SPAWN_H

/* Runs @argv with output to nowhere; its exit status, or -errno. */
int spawn_wait(const char *const argv[]);
/*
 * @child in a process with its own session and no terminal, parent, working folder or open
 * file of ours; its return ends that one. Returns when it lives: 0 or -errno.
 */
int spawn_detached(int (*child)(void *arg), void *arg);
/*
 * `sh -c @command` with @env (NAME=VALUE, NULL at its end) added, and output to nowhere; it
 * and all it began are killed after @seconds. Its exit status, -ETIMEDOUT, or -errno.
 */
int spawn_shell(const char *command, const char *const env[], unsigned int seconds);

#endif /* NETLANE_CMD_SPAWN_H */
