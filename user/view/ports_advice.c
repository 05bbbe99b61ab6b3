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
		       "ended, if the other end uses timestamps, too; about %u ports would be enough",
		       census->tw_reuse_ms, row->with_reuse.levels_at);
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
		return;
	remedy(out, width,
	       "net.ipv4.ip_local_port_range = %u 65535, with what is served there in "
	       "ip_local_reserved_ports: up to %u ports, enough for %u a second beside the %u that "
	       "are held",
	       first, more, outlook->lasts_s ? (more - held) / outlook->lasts_s : more - held,
	       held);
}

static void address_remedy(struct text *out, const struct outlook *outlook, unsigned int width)
{
	unsigned int more;

	if (!outlook->usable)
		return;
	more = outlook->levels_at / outlook->usable; /* that many full ones, and one */
	if (more)
		remedy(out, width,
		       "%u more source %s: each has %u ports of its own toward it; so has each "
		       "further address or port of the destination",
		       more, more == 1 ? "address" : "addresses", outlook->usable);
}

static const char *fails(const struct census_row *row)
{
	return row->bound ? "bind() fails with EADDRINUSE" : "connect() fails with EADDRNOTAVAIL";
}

/* Why: one sentence, which is true of this outlook. */
static void why(const struct census_row *row, const char *to, char *line, size_t len)
{
	const struct outlook *o = &row->outlook;

	if (outlook_taken(o) >= o->usable)
		(void)snprintf(line, len, "%s: none of the %u ports is left; %s", to, o->usable,
			       fails(row));
	else if (o->per_s && o->levels_at >= o->usable)
		(void)snprintf(line, len,
			       "%s: %u connections a second, each %u s in TIME_WAIT, come to %u "
			       "ports, and there are %u; then %s",
			       to, o->per_s, o->lasts_s, o->levels_at, o->usable, fails(row));
	else if (o->others)
		(void)snprintf(line, len,
			       "%s: %u ports of %u are in use, and %u more are not free for it: "
			       "connections to elsewhere have them%s",
			       to, o->in_use, o->usable, o->others,
			       row->bound ? "" : ", and bind() chose those");
	else if (o->full_s_early >= 0)
		(void)snprintf(
			line, len,
			"%s: %u connections a second in the mean, but in bursts: %u ports may "
			"not be enough",
			to, o->per_s, o->usable);
	else
		(void)snprintf(
			line, len,
			"%s: %u of %u ports are in use; a burst of connections finds no more", to,
			o->in_use, o->usable);
}

void advice_row(struct text *out, const struct census *census, const struct census_row *row,
		unsigned int width)
{
	unsigned int held = row->established + row->opening + row->closing;
	const struct outlook *outlook = &row->outlook;
	char to[ADDR_LEN + 16], line[400];

	ports_to(row, to, sizeof(to));
	why(row, to, line, sizeof(line));
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
	if (outlook->in_use > 2 * held)
		remedy(out, width,
		       "keep connections to it open and use them again (keep-alive, a pool): a "
		       "connection a second less is %u %s less",
		       outlook->lasts_s, outlook->lasts_s == 1 ? "port" : "ports");
	else
		remedy(out, width,
		       "%u connections are open, being opened or being closed at once: fewer, or "
		       "shared ones, free as many ports",
		       held);
	if (outlook->others)
		remedy(out, width,
		       "IP_BIND_ADDRESS_NO_PORT where a program binds an address before it connects: "
		       "without it a port serves one destination, and %u that serve others are not "
		       "free for this one",
		       outlook->others);
	reuse_remedy(out, census, row, width);
	range_remedy(out, census, row, width);
	address_remedy(out, outlook, width);
}

void advice_unanswered(struct text *out, const struct census_row *row, unsigned int width)
{
	char to[ADDR_LEN + 16], line[500];

	ports_to(row, to, sizeof(to));
	(void)snprintf(
		line, sizeof(line),
		"%s: %u SYNs were sent again and have no answer, while %u of %u ports are in "
		"use here and other connections to it came about: not the ports of this "
		"node",
		to, row->unanswered, row->outlook.in_use, row->outlook.usable);
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
		       "IP_BIND_ADDRESS_NO_PORT, and has %u ports so: no other connect() on this "
		       "node can have those; bind() has %u for all its destinations, %u of them in "
		       "use, and fails with EADDRINUSE when none is left",
		       source->local, source->bound, census->usable, source->ports);
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
}
