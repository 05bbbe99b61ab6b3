/* Holds the programs of empty.bpf.c attached until its standard input ends. */
#include <stdio.h>
#include <unistd.h>

#include "bench/skel/empty.skel.h"

int main(void)
{
	struct empty_bpf *skel = empty_bpf__open_and_load();
	char c;

	if (!skel || empty_bpf__attach(skel))
		return 1;
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	empty_bpf__destroy(skel);
	return 0;
}
