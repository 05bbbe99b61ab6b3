// SPDX-License-Identifier: GPL-2.0
/*
 * build/tests/keeper: the client of the keeper (user/apply/keeper.h) by hand,
 * for suites that drive netlane.ko without the daemon, and for people.
 *
 *   keeper present | get | get IFINDEX | clear | clear IFINDEX
 *   keeper list                     a line a device: number, queues, masks
 *   keeper set IFINDEX QUEUE...     a QUEUE is XPS[/IN-IRQ:MASK/OUT-IRQ:MASK]
 *   keeper events                   a line each, until killed; "listening" first
 *   keeper fuzz IFINDEX COUNT       COUNT spoilt messages; how many were taken
 *
 * Masks are hex as in sysfs, "-" is none. The rule: what the client says is
 * printed as it is, on stdout; a refusal is exit status 1 and its sentence.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/keeper_talk.h"

#define QUEUES 64

static int refuse(int ret, const struct err *err)
{
	printf("%s (%d)\n", err->text, ret);
	return 1;
}

static bool mask_read(const char *text, struct cpumask *mask)
{
	cpumask_clear(mask);
	return !strcmp(text, "-") || !cpumask_parse_hex(text, mask);
}

static bool irq_read(char *word, int *irq, struct cpumask *mask)
{
	char *colon = word ? strchr(word, ':') : NULL;

	*irq = 0;
	if (!word)
		return true;
	if (!colon)
		return false;
	*colon = 0;
	*irq = atoi(word);
	return mask_read(colon + 1, mask);
}

static bool queue_read(char *text, struct keeper_queue *queue)
{
	char *xps = strsep(&text, "/");

	memset(queue, 0, sizeof(*queue));
	return mask_read(xps, &queue->xps) &&
	       irq_read(strsep(&text, "/"), &queue->in_irq, &queue->in) &&
	       irq_read(strsep(&text, "/"), &queue->out_irq, &queue->out);
}

static int set(unsigned int ifindex, char **text, unsigned int nr)
{
	static struct keeper_queue queue[QUEUES];
	struct err err = { 0 };
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++)
		if (i >= QUEUES || !queue_read(text[i], &queue[i])) {
			printf("keeper: cannot read queue %u\n", i);
			return 2;
		}
	ret = keeper_set(ifindex, queue, nr, &err);
	return ret ? refuse(ret, &err) : 0;
}

static void counts_print(const struct keeper_counts *counts)
{
	printf("rewrites %llu\nput_back %llu\nleft_out %llu\nfailures %llu\n",
	       (unsigned long long)counts->rewrites, (unsigned long long)counts->put_back,
	       (unsigned long long)counts->left_out, (unsigned long long)counts->failures);
}

static int get(unsigned int ifindex)
{
	struct keeper_counts counts;
	struct keeper_state state;
	struct err err = { 0 };
	int ret = ifindex ? keeper_get_device(ifindex, &counts, &err) : keeper_get(&state, &err);

	if (ret)
		return refuse(ret, &err);
	if (!ifindex) {
		printf("rewrite_probe %d\nirq_affinity %d\nevents %d\ndevices %u\nmissed %llu\n",
		       state.has_rewrite_probe, state.has_irq_affinity, state.has_events,
		       state.nr_devices, (unsigned long long)state.missed);
		counts = state.counts;
	}
	counts_print(&counts);
	return 0;
}

static int events(void)
{
	struct keeper_event event;
	struct err err = { 0 };
	struct pollfd pfd = { .events = POLLIN };
	int ret;

	pfd.fd = keeper_events_open(&err);
	if (pfd.fd < 0)
		return refuse(pfd.fd, &err);
	setlinebuf(stdout);
	puts("listening");
	while (poll(&pfd, 1, -1) > 0) {
		ret = keeper_events_read(pfd.fd, &event);
		if (ret < 0 && ret != -ENOBUFS)
			break;
		if (ret > 0)
			printf("%s ifindex %u reason %s put_back %u left_out %u failures %u errno %d\n",
			       event.cmd == NETLANE_CMD_LEFT ? "left" : "rewritten", event.ifindex,
			       keeper_reason(event.reason), event.put_back, event.left_out,
			       event.failures, event.error);
	}
	return 1;
}

static int list_attr(const struct nlattr *attr, void *data)
{
	unsigned int *value = data;

	if (mnl_attr_get_type(attr) < NETLANE_A_COUNT && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		value[mnl_attr_get_type(attr)] = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int list_cb(const struct nlmsghdr *nlh, void *data)
{
	unsigned int value[NETLANE_A_COUNT] = { 0 };

	if (mnl_attr_parse(nlh, sizeof(struct genlmsghdr), list_attr, value) < 0)
		return MNL_CB_ERROR;
	printf("%u queues %u masks %u\n", value[NETLANE_A_IFINDEX], value[NETLANE_A_NR_QUEUES],
	       value[NETLANE_A_NR_MASKS]);
	return MNL_CB_OK;
}

static int list(void)
{
	_Alignas(struct nlmsghdr) char buf[KEEPER_REQUEST_BYTES] = { 0 };
	struct keeper_talk talk;
	struct err err = { 0 };
	int ret = keeper_talk_open(&talk, &err);

	if (ret)
		return refuse(ret, &err);
	keeper_message(buf, &talk, NETLANE_CMD_GET)->nlmsg_flags |= NLM_F_DUMP;
	ret = keeper_talk(&talk, buf, list_cb, NULL, &err);
	keeper_talk_close(&talk);
	return ret ? refuse(ret, &err) : 0;
}

/* Any byte behind the headers may be another, and the end may be missing. */
static void spoil(struct nlmsghdr *nlh)
{
	size_t head = sizeof(*nlh) + sizeof(struct genlmsghdr);
	size_t body = nlh->nlmsg_len - head;
	int i;

	for (i = rand() % 6; i > 0; i--)
		((unsigned char *)nlh)[head + (size_t)rand() % body] = (unsigned char)rand();
	if (rand() % 4 == 0)
		nlh->nlmsg_len = (uint32_t)(head + (size_t)rand() % body);
}

/* The same messages each time: the seed is fixed. */
static int fuzz(unsigned int ifindex, unsigned int count)
{
	static const enum netlane_cmd cmds[] = { NETLANE_CMD_SET, NETLANE_CMD_SET, NETLANE_CMD_SET,
						 NETLANE_CMD_GET, NETLANE_CMD_CLEAR };
	_Alignas(struct nlmsghdr) static char buf[4096];
	static struct keeper_queue queue[4];
	unsigned int i, refused = 0;
	struct keeper_talk talk;
	struct err err = { 0 };
	int ret;

	ret = keeper_talk_open(&talk, &err);
	if (ret)
		return refuse(ret, &err);
	for (i = 0; i < 4; i++)
		cpumask_add(&queue[i].xps, i);
	srand(1);
	for (i = 0; i < count; i++) {
		struct nlmsghdr *nlh;

		memset(buf, 0, sizeof(buf));
		nlh = keeper_message(buf, &talk, cmds[rand() % 5]);
		keeper_set_message(nlh, ifindex, queue, 4, true);
		spoil(nlh);
		refused += keeper_talk(&talk, buf, NULL, NULL, &err) != 0;
	}
	keeper_talk_close(&talk);
	printf("taken %u\nrefused %u\n", count - refused, refused);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int ifindex = argc > 2 ? (unsigned int)atoi(argv[2]) : 0;
	const char *what = argc > 1 ? argv[1] : "";
	struct err err = { 0 };
	int ret;

	if (!strcmp(what, "present"))
		return !keeper_present();
	if (!strcmp(what, "get"))
		return get(ifindex);
	if (!strcmp(what, "events"))
		return events();
	if (!strcmp(what, "list"))
		return list();
	if (!strcmp(what, "fuzz") && argc > 3)
		return fuzz(ifindex, (unsigned int)atoi(argv[3]));
	if (!strcmp(what, "set") && argc > 3)
		return set(ifindex, argv + 3, (unsigned int)argc - 3);
	if (strcmp(what, "clear"))
		return 2;
	ret = keeper_clear(ifindex, &err);
	return ret ? refuse(ret, &err) : 0;
}
