// SPDX-License-Identifier: GPL-2.0
/* Bindings as text; see bindings.h. */
#include "base/bindings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/portset.h"

#define ANY "any"
#define BETWEEN "; "

const char *const bind_protocol_names[] = { "tcp", "udp", "both", NULL };

static const struct field range_fields[] = {
	F_UINT(port_range, from),
	F_UINT(port_range, to),
	F_END,
};

const struct field binding_fields[] = {
	F_STR(binding, name),
	F_LINES(binding, prefix, nr_prefix),
	F_LIST(binding, ports, nr_ports, range_fields),
	F_ENUM(binding, protocol, bind_protocol_names),
	F_STR(binding, to),
	F_END,
};

/* ------------------------------------------------------------- ports */

bool port_range_is_any(const struct port_range *range)
{
	return range->from == 1 && range->to == PORT_LAST;
}

/* Takes ANY or a range, up to the comma or the end. 0 or -EINVAL. */
static int range_take(const char **s, struct port_range *range)
{
	const char *word = *s + strspn(*s, " \t"), *end;

	if (strncmp(word, ANY, strlen(ANY)))
		return port_range_take(s, range);
	end = word + strlen(ANY);
	*s = end + strspn(end, " \t");
	*range = (struct port_range){ 1, PORT_LAST };
	return !**s || **s == ',' ? 0 : -EINVAL;
}

static int range_order(const void *a, const void *b)
{
	const struct port_range *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to == y->to ? 0 : x->to < y->to ? -1 : 1;
}

/* Ascending, each once; not joined, for how wide a range is says who wins. */
static unsigned int ports_order(struct port_range *ports, unsigned int nr)
{
	unsigned int i, kept = 0;

	if (nr)
		qsort(ports, nr, sizeof(*ports), range_order);
	for (i = 0; i < nr; i++)
		if (!kept || range_order(&ports[kept - 1], &ports[i]))
			ports[kept++] = ports[i];
	return kept;
}

int port_ranges_parse(const char *text, struct port_range **ports, unsigned int *nr)
{
	struct port_range *more;
	int ret = 0;

	*ports = NULL;
	*nr = 0;
	do {
		more = realloc(*ports, (*nr + 1) * sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		*ports = more;
		ret = range_take(&text, &more[(*nr)++]);
	} while (!ret && *text++);
	*nr = ports_order(*ports, *nr);
	if (!ret)
		return 0;
	free(*ports);
	*ports = NULL;
	*nr = 0;
	return ret;
}

void port_ranges_text(const struct port_range *ports, unsigned int nr, struct text *out)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		text_add(out, "%s", i ? "," : "");
		if (port_range_is_any(&ports[i]))
			text_add(out, ANY);
		else if (ports[i].from == ports[i].to)
			text_add(out, "%u", ports[i].from);
		else
			text_add(out, "%u-%u", ports[i].from, ports[i].to);
	}
}

/* ------------------------------------------------------------- a binding */

bool binding_has(const struct binding *binding, bool udp, bool six)
{
	unsigned int i;

	if (binding->protocol != BIND_BOTH && (binding->protocol == BIND_UDP) != udp)
		return false;
	for (i = 0; i < binding->nr_prefix; i++)
		if (!!strchr(binding->prefix[i], ':') == six)
			return true;
	return false;
}

unsigned int binding_port(const char *to)
{
	const char *colon = strrchr(to, ':');

	return (unsigned int)strtoul(colon ? colon + 1 : to, NULL, 10);
}

void binding_text(const struct binding *binding, struct text *out)
{
	unsigned int i;

	text_add(out, "%s %s ", binding->name, bind_protocol_names[binding->protocol]);
	for (i = 0; i < binding->nr_prefix; i++)
		text_add(out, "%s%s", i ? "," : "", binding->prefix[i]);
	text_add(out, " ");
	port_ranges_text(binding->ports, binding->nr_ports, out);
	text_add(out, " to %s", binding->to);
}

char *bindings_text(const struct binding *binding, unsigned int nr)
{
	struct text t = { 0 };
	unsigned int i;

	for (i = 0; i < nr; i++) {
		text_add(&t, "%s", i ? BETWEEN : "");
		binding_text(&binding[i], &t);
	}
	if (!nr)
		text_add(&t, KNOB_ABSENT);
	return text_take(&t);
}

static int prefixes_parse(char *list, struct binding *binding)
{
	char *word, *rest = list, (*more)[ADDR_LEN];

	while ((word = strsep(&rest, ","))) {
		more = realloc(binding->prefix, (binding->nr_prefix + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		binding->prefix = more;
		if (!text_copy(more[binding->nr_prefix], sizeof(*more), word))
			return -EINVAL;
		binding->nr_prefix++;
	}
	return 0;
}

/* One, at whose end the text is cut. */
static int binding_parse(char *text, struct binding *binding)
{
	enum { NAME, PROTOCOL, PREFIXES, PORTS, TO, LISTENER, WORDS };
	char *word[WORDS], *rest = text;
	unsigned int i;
	int ret, protocol;

	for (i = 0; i < WORDS; i++) {
		word[i] = strsep(&rest, " ");
		if (!word[i])
			return -EINVAL;
	}
	protocol = name_find(bind_protocol_names, word[PROTOCOL]);
	if (protocol < 0 || strcmp(word[TO], "to") ||
	    !text_copy(binding->name, sizeof(binding->name), word[NAME]) ||
	    !text_copy(binding->to, sizeof(binding->to), word[LISTENER]))
		return -EINVAL;
	binding->protocol = (enum bind_protocol)protocol;
	ret = prefixes_parse(word[PREFIXES], binding);
	return ret ? ret : port_ranges_parse(word[PORTS], &binding->ports, &binding->nr_ports);
}

int bindings_parse(const char *text, struct binding **binding, unsigned int *nr)
{
	char *copy = strdup(text), *rest = copy, *end;
	struct binding *more;
	int ret = copy ? 0 : -ENOMEM;

	*binding = NULL;
	*nr = 0;
	if (!ret && !strcmp(text, KNOB_ABSENT))
		rest = NULL;
	while (!ret && rest) {
		char *one = rest;

		end = strstr(rest, BETWEEN);
		rest = end ? end + strlen(BETWEEN) : NULL;
		if (end)
			*end = '\0';
		more = realloc(*binding, (*nr + 1) * sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		*binding = more;
		memset(&more[*nr], 0, sizeof(*more));
		ret = binding_parse(one, &more[(*nr)++]);
	}
	free(copy);
	if (!ret)
		return 0;
	bindings_free(*binding, *nr);
	*binding = NULL;
	*nr = 0;
	return ret;
}

int binding_copy(const struct binding *from, struct binding *to)
{
	*to = *from;
	to->prefix = malloc((from->nr_prefix + 1) * sizeof(*to->prefix));
	to->ports = malloc((from->nr_ports + 1) * sizeof(*to->ports));
	if (!to->prefix || !to->ports)
		return -ENOMEM;
	if (from->nr_prefix)
		memcpy(to->prefix, from->prefix, from->nr_prefix * sizeof(*to->prefix));
	if (from->nr_ports)
		memcpy(to->ports, from->ports, from->nr_ports * sizeof(*to->ports));
	return 0;
}

void binding_clear(struct binding *binding)
{
	free(binding->prefix);
	free(binding->ports);
	memset(binding, 0, sizeof(*binding));
}

void bindings_free(struct binding *binding, unsigned int nr)
{
	while (nr)
		binding_clear(&binding[--nr]);
	free(binding);
}

/* ------------------------------------------------------------- two of them */

/* Equally wide ranges that meet: neither is the narrower one. */
static bool ranges_clash(const struct binding *a, const struct binding *b, struct port_range *both)
{
	unsigned int i, j;

	for (i = 0; i < a->nr_ports; i++)
		for (j = 0; j < b->nr_ports; j++) {
			const struct port_range *x = &a->ports[i], *y = &b->ports[j];

			if (x->to - x->from != y->to - y->from || x->from > y->to ||
			    y->from > x->to)
				continue;
			both->from = x->from > y->from ? x->from : y->from;
			both->to = x->to < y->to ? x->to : y->to;
			return true;
		}
	return false;
}

bool bindings_clash(const struct binding *a, const struct binding *b, char *what, size_t len)
{
	struct port_range both;
	struct text ports = { 0 };
	unsigned int i, j;

	if ((a->protocol != b->protocol && a->protocol != BIND_BOTH && b->protocol != BIND_BOTH) ||
	    !ranges_clash(a, b, &both))
		return false;
	for (i = 0; i < a->nr_prefix; i++)
		for (j = 0; j < b->nr_prefix; j++) {
			if (strcmp(a->prefix[i], b->prefix[j]))
				continue;
			port_ranges_text(&both, 1, &ports);
			(void)snprintf(what, len, "%s %s %s", a->prefix[i],
				       bind_protocol_names[a->protocol == BIND_BOTH ? b->protocol :
										      a->protocol],
				       ports.s ? ports.s : "");
			text_free(&ports);
			return true;
		}
	return false;
}
