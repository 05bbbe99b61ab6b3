/*
 * Bindings: their text, and the tables that the kernel looks up, compared with a
 * model that knows the rules of precedence and no tables.
 *
 * The rule: the model looks at every claim for one packet and keeps the best.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/bind.h"
#include "base/bind_table.h"
#include "base/prefix.h"
#include "base/text.h"
#include "tests/unit/machine.h"

/* ------------------------------------------------------------- text */

static const char *const texts[] = {
	"-",
	"web tcp 10.0.0.0/24 80 to 8080",
	"a.b both 10.0.0.0/24,fd00::/64 any to *:80; web udp ::/0 53,443,8000-8999 to [fd00::1]:80",
};

static void bind_text__written_and_read__is_the_same(void **state)
{
	unsigned int i, nr;
	struct binding *binding;
	char *text;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(bindings_parse(texts[i], &binding, &nr), 0);
		assert_int_equal(nr, i);
		text = bindings_text(binding, nr);
		assert_string_equal(text, texts[i]);
		free(text);
		bindings_free(binding, nr);
	}
	/* a mark is no part of a binding */
	assert_int_equal(bindings_parse("web tcp ::/0 80 to 1" BIND_STALE, &binding, &nr), 0);
	assert_int_equal(nr, 1);
	assert_string_equal(binding->to, "1");
	bindings_free(binding, nr);
	assert_int_equal(bindings_parse("web tcp 10.0.0.0/24 80", &binding, &nr), -EINVAL);
	assert_int_equal(bindings_parse(BIND_FOREIGN, &binding, &nr), -EINVAL);
}

static void bind_ports__any_order__are_kept_apart(void **state)
{
	static const char *const bad[] = { "",	     "0",	"65536", "90-80", "80-",  "-80",
					   "80,,81", "80 - 90", "all",	 "80;81", "1-2-3" };
	struct port_range *ports;
	struct text t = { 0 };
	unsigned int i, nr;

	/* 80 beside 80-81 says more than 80-81 */
	assert_int_equal(port_ranges_parse("81, 80-81,any, 80,81", &ports, &nr), 0);
	port_ranges_text(ports, nr, &t);
	assert_string_equal(t.s, "any,80,80-81,81");
	text_free(&t);
	free(ports);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (port_ranges_parse(bad[i], &ports, &nr) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
}

static void bind_clash__equal_claims__are_named(void **state)
{
	static const struct {
		const char *text;
		const char *what; /* NULL: none */
	} cases[] = {
		{ "a tcp 10.0.0.0/8 80 to 1; b tcp 10.0.0.0/8 80 to 2", "10.0.0.0/8 tcp 80" },
		{ "a tcp 10.0.0.0/8 80 to 1; b udp 10.0.0.0/8 80 to 2", NULL },
		{ "a both 10.0.0.0/8 80 to 1; b udp 10.0.0.0/8 80 to 2", "10.0.0.0/8 udp 80" },
		{ "a tcp 10.0.0.0/8 80 to 1; b tcp 10.0.0.0/9 80 to 2", NULL },
		{ "a tcp 10.0.0.0/8 80 to 1; b tcp 10.0.0.0/8 80-81 to 2", NULL },
		{ "a tcp 10.0.0.0/8 1-9 to 1; b tcp 10.0.0.0/8 5-13 to 2", "10.0.0.0/8 tcp 5-9" },
		{ "a tcp 10.0.0.0/8 any to 1; b tcp ::/0,10.0.0.0/8 7,any to 2",
		  "10.0.0.0/8 tcp any" },
	};
	struct binding *binding;
	unsigned int i, nr;
	char what[128];

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(bindings_parse(cases[i].text, &binding, &nr), 0);
		assert_int_equal(bindings_clash(&binding[0], &binding[1], what, sizeof(what)),
				 !!cases[i].what);
		if (cases[i].what)
			assert_string_equal(what, cases[i].what);
		bindings_free(binding, nr);
	}
}

/* ------------------------------------------------------------- precedence */

/* The best claim on a packet: its binding and 1, 0: none. */
static unsigned int model_find(const struct binding *binding, unsigned int nr, bool udp,
			       const struct prefix *addr, unsigned int port)
{
	unsigned int i, j, k, best = 0, best_width = 0;
	int best_len = -1;

	for (i = 0; i < nr; i++) {
		const struct binding *b = &binding[i];

		if (b->protocol != BIND_BOTH && (b->protocol == BIND_UDP) != udp)
			continue;
		for (j = 0; j < b->nr_prefix; j++)
			for (k = 0; k < b->nr_ports; k++) {
				unsigned int width = b->ports[k].to - b->ports[k].from;
				struct prefix net;

				assert_int_equal(prefix_parse(b->prefix[j], &net), 0);
				if (!prefix_contains(&net, addr) || port < b->ports[k].from ||
				    port > b->ports[k].to)
					continue;
				if ((int)net.len < best_len ||
				    ((int)net.len == best_len && width > best_width))
					continue;
				best = i + 1;
				best_len = (int)net.len;
				best_width = width;
			}
	}
	return best;
}

/* As bpf/bind.bpf.c looks it up. */
static unsigned int table_find(const struct bind_table *table, bool udp, const struct prefix *addr,
			       unsigned int port)
{
	const struct bind_table_net *best = NULL;
	struct prefix net;
	unsigned int i;

	for (i = 0; i < table->nr_net; i++) {
		const struct bind_net *key = &table->net[i].net;

		net = (struct prefix){ .family = key->family, .len = key->bits - BIND_NET_HEAD };
		memcpy(net.addr, key->addr, sizeof(net.addr));
		if (key->protocol == (udp ? IPPROTO_UDP : IPPROTO_TCP) &&
		    prefix_contains(&net, addr) && (!best || best->net.bits < key->bits))
			best = &table->net[i];
	}
	if (!best)
		return 0;
	i = table->set[best->set].page[port / BIND_PAGE];
	return table->page[i].binding[port % BIND_PAGE];
}

static bool clashes(const struct binding *binding, unsigned int nr)
{
	unsigned int i, j;
	char what[128];

	for (i = 0; i < nr; i++)
		for (j = 0; j < i; j++)
			if (bindings_clash(&binding[i], &binding[j], what, sizeof(what)))
				return true;
	return false;
}

/* Few different numbers, so that they meet: 10.0-3.0-3.x, ports about 256 and 512. */
static void addr_random(struct rng *rng, struct prefix *addr)
{
	*addr = (struct prefix){ .family = rng_below(rng, 3) ? AF_INET : AF_INET6 };
	addr->len = prefix_full(addr);
	addr->addr[0] = addr->family == AF_INET ? 10 : 0xfd;
	addr->addr[1] = (unsigned char)rng_below(rng, 3);
	addr->addr[2] = (unsigned char)rng_below(rng, 3);
	addr->addr[addr->family == AF_INET ? 3 : 15] = (unsigned char)rng_below(rng, 3);
}

static unsigned int port_random(struct rng *rng)
{
	static const unsigned int about[] = { 1, 80, 254, 510, 8000, 65530 };

	return about[rng_below(rng, 6)] + rng_below(rng, 6);
}

static void binding_random(struct rng *rng, unsigned int i, struct text *t)
{
	static const char *const protocols[] = { "tcp", "udp", "both" };
	static const unsigned int lens4[] = { 0, 8, 15, 16, 23, 24, 31, 32 };
	static const unsigned int lens6[] = { 0, 8, 16, 17, 24, 64, 127, 128 };
	unsigned int k, nr = 1 + rng_below(rng, 3);
	char buf[PREFIX_TEXT_LEN];
	struct prefix prefix;

	text_add(t, "%sb%u %s ", i ? "; " : "", i, protocols[rng_below(rng, 3)]);
	for (k = 0; k < nr; k++) {
		addr_random(rng, &prefix);
		prefix.len = (prefix.family == AF_INET ? lens4 : lens6)[rng_below(rng, 8)];
		prefix_network(&prefix);
		text_add(t, "%s%s", k ? "," : "", prefix_text(&prefix, buf));
	}
	text_add(t, " ");
	for (k = 0; k < nr; k++) {
		unsigned int from = port_random(rng), to = from + rng_below(rng, 5) * 100;

		if (!rng_below(rng, 5))
			text_add(t, "%sany", k ? "," : "");
		else
			text_add(t, "%s%u-%u", k ? "," : "", from, to > 65535 ? 65535 : to);
	}
	text_add(t, " to %u", i + 1);
}

static void bind_table__random_bindings__find_as_the_model(void **state)
{
	struct rng rng = { 20261122 };
	unsigned int round, i, nr, made = 0, found = 0;

	for (round = 0; round < 200; round++) {
		unsigned int wanted = 1 + rng_below(&rng, 6);
		struct text t = { 0 };
		struct bind_table table;
		struct binding *binding;
		struct err err = { 0 };

		for (i = 0; i < wanted; i++)
			binding_random(&rng, i, &t);
		assert_int_equal(bindings_parse(t.s, &binding, &nr), 0);
		assert_int_equal(nr, wanted);
		if (clashes(binding, nr)) {
			text_free(&t);
			bindings_free(binding, nr);
			continue;
		}
		assert_int_equal(bind_table_make(binding, nr, &table, &err), 0);
		made++;
		for (i = 0; i < 300; i++) {
			unsigned int port = port_random(&rng), expected, got;
			bool udp = rng_below(&rng, 2);
			struct prefix addr;
			char buf[PREFIX_TEXT_LEN];

			addr_random(&rng, &addr);
			expected = model_find(binding, nr, udp, &addr, port);
			got = table_find(&table, udp, &addr, port);
			found += !!expected;
			if (got != expected)
				fail_msg("%s\n%s %s port %u: %u, not %u", t.s, udp ? "udp" : "tcp",
					 prefix_text(&addr, buf), port, got, expected);
		}
		bind_table_free(&table);
		bindings_free(binding, nr);
		text_free(&t);
	}
	/* or nothing was shown */
	assert_true(made > 50);
	assert_true(found > 3000);
}

static void bind_table__a_thousand_ports__are_a_few_pages(void **state)
{
	static const char text[] = "a tcp 10.0.0.0/8,10.1.0.0/16,fd00::/8 1000-1999 to 1";
	struct bind_table table;
	struct binding *binding;
	struct err err = { 0 };
	unsigned int nr;

	assert_int_equal(bindings_parse(text, &binding, &nr), 0);
	assert_int_equal(bind_table_make(binding, nr, &table, &err), 0);
	assert_int_equal(table.nr_net, 3);
	assert_int_equal(table.nr_set, 1);
	assert_int_equal(table.nr_page, 4); /* none, all, where it begins and where it ends */
	bind_table_free(&table);
	bindings_free(binding, nr);
}

/* ------------------------------------------------------------- which listener */

static void bind_endpoint__of_several__is_the_kernels_own(void **state)
{
	static const struct endpoint endpoint[] = {
		{ "10.0.0.1:80", 80, false, false, false, 1 },
		{ "[::]:80", 80, false, true, false, 1 },
		{ "0.0.0.0:80", 80, false, false, false, 1 },
		{ "*:81", 81, false, true, true, 1 },
		{ "10.0.0.1:82", 82, true, false, false, 1 },
	};

	assert_int_equal(endpoint_find(endpoint, 5, "80", false, false), 2);
	assert_int_equal(endpoint_find(endpoint, 5, "80", false, true), 1);
	assert_int_equal(endpoint_find(endpoint, 5, "10.0.0.1:80", false, false), 0);
	assert_int_equal(endpoint_find(endpoint, 5, "10.0.0.1:80", false, true), -1);
	assert_int_equal(endpoint_find(endpoint, 5, "81", false, false), 3);
	assert_int_equal(endpoint_find(endpoint, 5, "*:81", false, true), 3);
	assert_int_equal(endpoint_find(endpoint, 5, "[::]:80", false, false), -1);
	assert_int_equal(endpoint_find(endpoint, 5, "82", false, false), -1);
	assert_int_equal(endpoint_find(endpoint, 5, "82", true, false), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bind_text__written_and_read__is_the_same),
		cmocka_unit_test(bind_ports__any_order__are_kept_apart),
		cmocka_unit_test(bind_clash__equal_claims__are_named),
		cmocka_unit_test(bind_table__random_bindings__find_as_the_model),
		cmocka_unit_test(bind_table__a_thousand_ports__are_a_few_pages),
		cmocka_unit_test(bind_endpoint__of_several__is_the_kernels_own),
	};

	return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}
