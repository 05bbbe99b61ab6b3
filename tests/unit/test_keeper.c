// SPDX-License-Identifier: GPL-2.0
/* The messages to and from netlane.ko: built as uapi.h wants them, and read with suspicion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/netlink.h>

#include "apply/keeper_talk.h"

static void keeper__masks__are_bytes_of_eight_cpus(void **state)
{
	static const struct {
		const char *list;
		size_t len;
		unsigned int at;
		unsigned char byte;
	} cases[] = {
		{ "0", 1, 0, 0x01 },	{ "7", 1, 0, 0x80 },	   { "8", 2, 1, 0x01 },
		{ "0-15", 2, 1, 0xff }, { "64", 9, 8, 0x01 },	   { "2047", 256, 255, 0x80 },
		{ "3,9", 2, 0, 0x08 },	{ "3,100", 13, 12, 0x10 }, { "", 0, 0, 0 },
	};
	unsigned char bytes[NETLANE_MASK_BYTES_MAX];
	struct cpumask mask;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cpumask_parse_list(cases[i].list, &mask), 0);
		assert_int_equal(keeper_mask_bytes(&mask, bytes), cases[i].len);
		assert_int_equal(bytes[cases[i].at], cases[i].byte);
	}
}

/* Types of a nest's attributes, in order. */
static unsigned int types_of(const struct nlattr *nest, uint16_t *type, unsigned int max)
{
	const struct nlattr *attr;
	unsigned int nr = 0;

	mnl_attr_for_each_nested(attr, nest)
	{
		assert_true(nr < max);
		type[nr++] = mnl_attr_get_type(attr);
	}
	return nr;
}

static struct nlmsghdr *set_build(char *buf, bool with_irqs)
{
	struct keeper_talk talk = { .family = 40 };
	static struct keeper_queue queue[3];
	struct nlmsghdr *nlh;

	memset(queue, 0, sizeof(queue));
	cpumask_add(&queue[0].xps, 2);
	queue[0].in_irq = 24;
	cpumask_add(&queue[0].in, 2);
	queue[0].out_irq = 25; /* without a mask: not kept */
	queue[2].out_irq = 29;
	cpumask_add(&queue[2].out, 1);
	nlh = keeper_message(buf, &talk, NETLANE_CMD_SET);
	keeper_set_message(nlh, 7, queue, 3, with_irqs);
	return nlh;
}

static void keeper__set__sends_only_what_is_kept(void **state)
{
	_Alignas(struct nlmsghdr) char buf[2048] = { 0 };
	const struct nlattr *attr, *nest[3];
	unsigned int nr = 0, i;
	uint16_t type[8];
	static const uint16_t first[] = { NETLANE_QUEUE_A_INDEX, NETLANE_QUEUE_A_XPS,
					  NETLANE_QUEUE_A_IN_IRQ, NETLANE_QUEUE_A_IN_MASK };

	mnl_attr_for_each(attr, set_build(buf, true), sizeof(struct genlmsghdr))
	{
		switch (mnl_attr_get_type(attr)) {
		case NETLANE_A_IFINDEX:
			assert_int_equal(mnl_attr_get_u32(attr), 7);
			break;
		case NETLANE_A_NR_QUEUES:
			assert_int_equal(mnl_attr_get_u32(attr), 3);
			break;
		default:
			assert_int_equal(mnl_attr_get_type(attr), NETLANE_A_QUEUE);
			assert_true(attr->nla_type & NLA_F_NESTED);
			assert_true(nr < 3);
			nest[nr++] = attr;
		}
	}
	assert_int_equal(nr, 2); /* the second queue has nothing to keep */
	assert_int_equal(types_of(nest[0], type, 8), 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(type[i], first[i]);
	assert_int_equal(types_of(nest[1], type, 8), 3);
	assert_int_equal(type[1], NETLANE_QUEUE_A_OUT_IRQ);
}

static void keeper__set_without_interrupts__keeps_xps_alone(void **state)
{
	_Alignas(struct nlmsghdr) char buf[2048] = { 0 };
	const struct nlattr *attr;
	unsigned int nr = 0;
	uint16_t type[8];

	mnl_attr_for_each(attr, set_build(buf, false), sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) != NETLANE_A_QUEUE)
			continue;
		nr++;
		assert_int_equal(types_of(attr, type, 8), 2);
	}
	assert_int_equal(nr, 1);
}

static struct nlmsghdr *error_build(char *buf, const char *text)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | (text ? NLM_F_ACK_TLVS : 0);
	error->error = -22;
	error->msg.nlmsg_len = 4000; /* of the request, which is not in a capped answer */
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	return nlh;
}

static void keeper__refusal__has_the_modules_sentence(void **state)
{
	_Alignas(struct nlmsghdr) char buf[512] = { 0 };
	struct nlmsghdr *nlh;

	assert_string_equal(keeper_extack(error_build(buf, "no such thing")), "no such thing");
	memset(buf, 0, sizeof(buf));
	assert_null(keeper_extack(error_build(buf, NULL)));
	/* one that says it holds the request, and does not */
	memset(buf, 0, sizeof(buf));
	nlh = error_build(buf, "no such thing");
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	assert_null(keeper_extack(nlh));
}

static void keeper__events__are_read_or_passed_over(void **state)
{
	_Alignas(struct nlmsghdr) char buf[512] = { 0 };
	struct keeper_talk talk = { .family = 40 };
	struct keeper_event event;
	struct nlmsghdr *nlh = keeper_message(buf, &talk, NETLANE_CMD_REWRITTEN);

	mnl_attr_put_u32(nlh, NETLANE_A_IFINDEX, 3);
	mnl_attr_put_u32(nlh, NETLANE_A_REASON, NETLANE_REASON_OFFLINE);
	mnl_attr_put_u64(nlh, NETLANE_A_PUT_BACK, 9);
	mnl_attr_put_u64(nlh, NETLANE_A_LEFT_OUT, 3);
	assert_true(keeper_event_parse(nlh, &event));
	assert_int_equal(event.ifindex, 3);
	assert_int_equal(event.put_back, 9);
	assert_int_equal(event.left_out, 3);
	assert_string_equal(keeper_reason(event.reason), "offline");
	assert_int_equal(event.error, 0);

	memset(buf, 0, sizeof(buf));
	nlh = keeper_message(buf, &talk, NETLANE_CMD_GET);
	mnl_attr_put_u32(nlh, NETLANE_A_IFINDEX, 3);
	assert_false(keeper_event_parse(nlh, &event));

	memset(buf, 0, sizeof(buf));
	nlh = keeper_message(buf, &talk, NETLANE_CMD_LEFT);
	mnl_attr_put_u8(nlh, NETLANE_A_IFINDEX, 3);
	assert_false(keeper_event_parse(nlh, &event));
	nlh->nlmsg_len = sizeof(*nlh);
	assert_false(keeper_event_parse(nlh, &event));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeper__masks__are_bytes_of_eight_cpus),
		cmocka_unit_test(keeper__set__sends_only_what_is_kept),
		cmocka_unit_test(keeper__set_without_interrupts__keeps_xps_alone),
		cmocka_unit_test(keeper__refusal__has_the_modules_sentence),
		cmocka_unit_test(keeper__events__are_read_or_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
