// SPDX-License-Identifier: GPL-2.0
/*
 * Remedies; see ports_advice.h. The rule: one that would not work here is not
 * named, and each says what it would come to.
 */
#include "view/ports_advice.h"

#include <stdarg.h>
#include <stdio.h>

#include "view/view.h"

#define PORTS_ALL 65536u

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
	if (row->outlook.reuse || census->tw_reuse < 0)
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
			 const struct outlook *outlook, unsigned int width)
{
	unsigned int first = census->unprivileged > 1024 ? census->unprivileged : 1024, more;

	if (first >= census->first && census->last == PORTS_ALL - 1)
		return;
	more = census->usable + (census->first > first ? census->first - first : 0) + PORTS_ALL -
	       1 - census->last;
	if (more > outlook->levels_at)
		remedy(out, width,
		       "net.ipv4.ip_local_port_range = %u 65535, with what is served there in "
		       "ip_local_reserved_ports: up to %u ports, enough for %u a second",
		       first, more, census->tw_s ? more / census->tw_s : more);
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

void advice_row(struct text *out, const struct census *census, const struct census_row *row,
		unsigned int width)
{
	const struct outlook *outlook = &row->outlook;
	char to[ADDR_LEN + 16], line[400];

	ports_to(row, to, sizeof(to));
	if (outlook->full_s_early >= 0)
		(void)snprintf(line, sizeof(line),
			       "%s: %u connections a second, each %u s in TIME_WAIT, come to %u "
			       "ports, and there are %u; connect() then fails with EADDRNOTAVAIL",
			       to, outlook->per_s, census->tw_s, outlook->levels_at,
			       outlook->usable);
	else
		(void)snprintf(
			line, sizeof(line),
			"%s: %u of %u ports are in use; a burst of connections finds no more", to,
			outlook->in_use, outlook->usable);
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
	if (row->time_wait > row->established)
		remedy(out, width,
		       "keep connections to it open and use them again (keep-alive, a pool): a "
		       "connection a second less is %u ports less",
		       census->tw_s);
	else
		remedy(out, width,
		       "%u connections are open at once: fewer, or shared ones, free as many ports",
		       row->established);
	reuse_remedy(out, census, row, width);
	range_remedy(out, census, outlook, width);
	address_remedy(out, outlook, width);
}

void advice_source(struct text *out, const struct census *census,
		   const struct census_source *source, unsigned int width)
{
	char line[400];

	(void)snprintf(
		line, sizeof(line),
		"%s: no port of its %u sockets is used twice, for any destination: a program "
		"binds the address before it connects, without IP_BIND_ADDRESS_NO_PORT; all "
		"its destinations share %u ports, %u of them in use",
		source->local, source->sockets, census->usable, source->ports);
	text_add(out, "\n");
	view_wrap(out, line, 0, 2, width);
}
