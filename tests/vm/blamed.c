// SPDX-License-Identifier: GPL-2.0
/*
 * Prints one line for each touch that observe/blame tells, so that a suite can
 * look at it. The rule: all that the reader says, nothing more.
 *
 *   blamed [syscalls]
 *
 * First a line "way FACT: WAY" for each fact, then "ready"; a line for each
 * touch as it comes, its words KEY=VALUE separated by tabs, and "closed" at the
 * end. It takes lines from its standard input and answers each with "did":
 *
 *   own FILE VALUE   writes to that file itself
 *   stop, go         reads no more, and again
 *   lost             prints "lost N"
 *   end              reads what is left, and closes
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "observe/blame.h"

#define PAST 4096

static struct blame past[PAST];
static unsigned int nr_past;

static void print(const struct blame *b, void *data)
{
	const struct blame *behind = NULL;
	struct text who = { 0 }, what = { 0 }, by = { 0 };
	unsigned int i;

	blame_who(b, &who);
	blame_what(b, &what);
	if (nr_past < PAST)
		past[nr_past++] = *b;
	printf("touch\tcomm=%s\tunit=%s\tparent=%s\twhat=%s\tkind=%d\tqueue=%d\tirq=%d\tcpu=%d\t"
	       "if=%s\tindex=%u\tbus=%s\ttext=%s\tvalue=%d\tret=%d\tours=%d\tknown=%d\ttty=%d\t"
	       "pid=%u\tppid=%u\tuid=%u\tnetns=%d\tspan=%d\twho=%s\n",
	       b->comm, b->unit, b->parent, what.s, (int)b->kind, (int)b->queue, b->irq,
	       b->kind == BLAMED_CPU ? (int)b->queue : -1, b->ifname, b->ifindex, b->bus, b->text,
	       (int)b->value, b->ret, b->ours, b->known, b->tty, b->pid, b->ppid, b->uid,
	       b->this_netns, b->done_ns >= b->ns, who.s);
	/* a call that has ended: what did drivers write because of it? */
	for (i = 0; i + 1 < nr_past; i++) {
		if (past[i].kind != BLAMED_DRIVER_XPS && past[i].kind != BLAMED_DRIVER_IRQ)
			continue;
		behind = blame_behind(&past[i], past, nr_past);
		if (behind != &past[nr_past - 1])
			continue;
		text_free(&by);
		blame_who(behind, &by);
		printf("behind\tdriver=%s\tkthread=%d\twho=%s\n", past[i].comm, past[i].kthread,
		       by.s);
	}
	text_free(&by);
	text_free(&who);
	text_free(&what);
	fflush(stdout);
}

/* "own FILE VALUE" */
static void write_own(char *line)
{
	char *file = strtok(line, " "), *value = strtok(NULL, "\n");

	if (!file || !value || file_write(NULL, value, "%s", file))
		printf("own write failed\n");
	fflush(stdout);
}

/* False when there are no more. */
static bool command(const struct blame_reader *reader, bool *stopped)
{
	static char line[512];

	if (!fgets(line, sizeof(line), stdin) || !strcmp(line, "end\n"))
		return false;
	if (!strncmp(line, "own ", 4))
		write_own(line + 4);
	else if (!strcmp(line, "stop\n") || !strcmp(line, "go\n"))
		*stopped = line[0] == 's';
	else if (!strcmp(line, "lost\n"))
		printf("lost %llu\n", (unsigned long long)blame_lost(reader));
	puts("did");
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	struct blame_reader *reader;
	struct err err = { 0 };
	const struct blame_way *way;
	struct pollfd fds[2];
	unsigned int i, nr;
	bool stopped = false;

	setvbuf(stdin, NULL, _IONBF, 0);
	if (blame_open(argc > 1 && !strcmp(argv[1], "syscalls"), &reader, &err)) {
		printf("failed: %s\n", err.text);
		return 1;
	}
	way = blame_ways(reader, &nr);
	for (i = 0; i < nr; i++)
		printf("way\t%s\t%s\n", way[i].fact, way[i].way ?: strerror(way[i].err));
	puts("ready");
	fflush(stdout);
	fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	for (;;) {
		fds[1] = (struct pollfd){ .fd = stopped ? -1 : blame_fd(reader), .events = POLLIN };
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents && blame_read(reader, print, NULL) < 0)
			break;
		if (fds[0].revents && !command(reader, &stopped))
			break;
	}
	(void)blame_read(reader, print, NULL);
	blame_close(reader);
	puts("closed");
	return 0;
}
