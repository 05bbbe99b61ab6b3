// SPDX-License-Identifier: GPL-2.0
/*
 * Remedies; see ports_advice.h. The rule: one that would not work here is not
 * named, and each says what it would come to.
 */
#include "view/ports_advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "view/view.h"

#define PORTS_ALL 65536u

void ports_to(const struct census_row *row, char *buf, size_t len)
{
	(void)snprintf(buf, len, strchr(row->remote, ':') ? "[%s]:%u" : "%s:%u", row->remote,
		       row->remote_port);
}

/* A line that begins with "  - ", broken at @width. */
static void remedy(struct text *out, unsigned int width, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void remedy(struct text *out, unsigned int width, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap); /* ours, and short */
	va_end(ap);
	text_add(out, "  - ");
	view_wrap(out, line, 4, 4, width);
}

static void reuse_remedy(struct text *out, const struct census *census,
			 const struct census_row *row, unsigned int width)
{
	/* where none waits, or too few for it to matter, there is nothing to be taken again */
	if (row->outlook.reuse || census->tw_reuse < 0 ||
	    row->with_reuse.in_use >= row->outlook.in_use)
		return;
	if (!census->timestamps) {
		remedy(out, width,
		       "net.ipv4.tcp_timestamps = 1, which taking ports in TIME_WAIT again needs, "
		       "then net.ipv4.tcp_tw_reuse = 1");
		return;
	}
	if (row->with_reuse.full_s_early < 0)
		remedy(out, width,
		       "net.ipv4.tcp_tw_reuse = 1: a port is taken again %u ms after its connection "
		       "ended, if the other end uses timestamps, too; about %u %s would be enough",
		       census->tw_reuse_ms, row->with_reuse.levels_at,
		       view_word(row->with_reuse.levels_at, "port", "ports"));
}

static void range_remedy(struct text *out, const struct census *census,
			 const struct census_row *row, unsigned int width)
{
	unsigned int first = census->unprivileged > 1024 ? census->unprivileged : 1024, more;
	unsigned int held = row->established + row->opening + row->closing;
	const struct outlook *outlook = &row->outlook;

	if (first >= census->first && census->last == PORTS_ALL - 1)
		return;
	more = census->usable + (census->first > first ? census->first - first : 0) + PORTS_ALL -
	       1 - census->last;
	if (more <= outlook->levels_at || more <= held)
		return; /* so it is two ports at least */
	remedy(out, width,
	       "net.ipv4.ip_local_port_range = %u 65535, with what is served there in "
	       "ip_local_reserved_ports: up to %u ports, enough for %u a second beside the %u that "
	       "%s held",
	       first, more, outlook->lasts_s ? (more - held) / outlook->lasts_s : more - held, held,
	       view_word(held, "is", "are"));
}

static void address_remedy(struct text *out, const struct outlook *outlook, unsigned int width)
{
	unsigned int more;

	if (!outlook->usable)
		return;
	more = outlook->levels_at / outlook->usable; /* that many full ones, and one */
	if (more)
		remedy(out, width,
		       "%u more source %s %u %s of its own toward it; so has each further address "
		       "or port of the destination",
		       more, view_word(more, "address: it has", "addresses: each has"),
		       outlook->usable, view_word(outlook->usable, "port", "ports"));
}

static const char *fails(const struct census_row *row)
{
	return row->bound ? "bind() fails with EADDRINUSE" : "connect() fails with EADDRNOTAVAIL";
}

/* Of ports that are its own and ports that are not: connections to elsewhere have those. */
static void why_others(const struct census_row *row, const char *to, char *line, size_t len)
{
	const struct outlook *o = &row->outlook;
	const char *chosen = o->others == 1 ? ", and bind() chose it" : ", and bind() chose those";

	(void)snprintf(line, len, "%s: %u %s of %u %s in use, and %u more %s for it: %s%s", to,
		       o->in_use, view_word(o->in_use, "port", "ports"), o->usable,
		       view_word(o->in_use, "is", "are"), o->others,
		       view_word(o->others, "is not free", "are not free"),
		       view_word(o->others, "a connection to elsewhere has it",
				 "connections to elsewhere have them"),
		       row->bound ? "" : chosen);
}

/* Why: one sentence, which is true of this outlook. */
static void why(const struct census_row *row, const char *to, char *line, size_t len)
{
	const struct outlook *o = &row->outlook;
	const char *connections = view_word(o->per_s, "connection", "connections");
	const char *ports = view_word(o->usable, "port", "ports");

	if (outlook_taken(o) >= o->usable && o->usable == 1)
		(void)snprintf(line, len, "%s: the only port is not free; %s", to, fails(row));
	else if (outlook_taken(o) >= o->usable)
		(void)snprintf(line, len, "%s: none of the %u ports is left; %s", to, o->usable,
			       fails(row));
	else if (o->per_s && o->levels_at >= o->usable)
		(void)snprintf(line, len,
			       "%s: %u %s a second, each %u s in TIME_WAIT, %s to %u %s, and "
			       "there %s %u; then %s",
			       to, o->per_s, connections, o->lasts_s,
			       view_word(o->per_s, "comes", "come"), o->levels_at,
			       view_word(o->levels_at, "port", "ports"),
			       view_word(o->usable, "is", "are"), o->usable, fails(row));
	else if (o->others)
		why_others(row, to, line, len);
	else if (o->full_s_early >= 0)
		(void)snprintf(line, len,
			       "%s: %u %s a second in the mean, but in bursts: %u %s may not be "
			       "enough",
			       to, o->per_s, connections, o->usable, ports);
	else
		(void)snprintf(line, len,
			       "%s: %u of %u %s %s in use; a burst of connections finds no more",
			       to, o->in_use, o->usable, ports, view_word(o->in_use, "is", "are"));
}

/* What the program itself can do. */
static void own_remedy(struct text *out, const struct census_row *row, unsigned int width)
{
	unsigned int held = row->established + row->opening + row->closing;
	const struct outlook *outlook = &row->outlook;

	if (outlook->in_use > 2 * held)
		remedy(out, width,
		       "keep connections to it open and use them again (keep-alive, a pool): a "
		       "connection a second less is %u %s less",
		       outlook->lasts_s, view_word(outlook->lasts_s, "port", "ports"));
	else
		remedy(out, width,
		       "%u %s open, being opened or being closed at once: fewer, or shared ones, "
		       "free as many ports",
		       held, view_word(held, "connection is", "connections are"));
	if (outlook->others)
		remedy(out, width,
		       "IP_BIND_ADDRESS_NO_PORT where a program binds an address before it connects: "
		       "without it a port serves one destination, and %u that %s not free for this "
		       "one",
		       outlook->others,
		       view_word(outlook->others, "serves another is", "serve others are"));
}

void advice_row(struct text *out, const struct census *census, const struct census_row *row,
		unsigned int width)
{
	char to[ADDR_LEN + 16], line[400];

	ports_to(row, to, sizeof(to));
	why(row, to, line, sizeof(line));
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
	own_remedy(out, row, width);
	reuse_remedy(out, census, row, width);
	range_remedy(out, census, row, width);
	address_remedy(out, &row->outlook, width);
}

void advice_unanswered(struct text *out, const struct census_row *row, unsigned int width)
{
	char to[ADDR_LEN + 16], line[500];

	ports_to(row, to, sizeof(to));
	(void)snprintf(line, sizeof(line),
		       "%s: %u SYNs were sent again and have no answer, while %u of %u ports %s in "
		       "use here and other connections to it came about: not the ports of this "
		       "node",
		       to, row->unanswered, row->outlook.in_use, row->outlook.usable,
		       view_word(row->outlook.in_use, "is", "are"));
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
	remedy(out, width,
	       "is there a source NAT on the way (NAT gateway, SNAT of a container network)? Its "
	       "ports toward %s may be used up by all nodes behind it: look at its connection and "
	       "port limits, give it more addresses, or go past it",
	       to);
	remedy(out, width,
	       "if not: the other end's SYN queue or a connection limit before it; netlane tcp "
	       "--listeners tells there");
}

void advice_source(struct text *out, const struct census *census,
		   const struct census_source *source, unsigned int width)
{
	char line[400];

	(void)snprintf(line, sizeof(line),
		       "%s: a program binds it before it connects, without "
		       "IP_BIND_ADDRESS_NO_PORT, and has %u %s so: no other connect() on this "
		       "node can have %s; bind() has %u for all its destinations, %u of them in "
		       "use, and fails with EADDRINUSE when none is left",
		       source->local, source->bound, view_word(source->bound, "port", "ports"),
		       view_word(source->bound, "it", "those"), census->usable, source->ports);
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
}
