// SPDX-License-Identifier: GPL-2.0
/* The instance's ENIs by the metadata service; see enis.h. */
#include "facts/enis.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "facts/gather.h"
#include "facts/metadata.h"

#define MACS "network/interfaces/macs/"

int enis_addresses(const char *text, int family, struct eni *eni)
{
	static const char gaps[] = " \t\r\n,;\"[]";
	char word[ADDR_LEN], (*ip)[ADDR_LEN];
	unsigned int nr = 0;
	struct prefix parsed;

	for (text += strspn(text, gaps); *text; text += strspn(text, gaps)) {
		size_t len = strcspn(text, gaps);

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (len >= sizeof(word) || strchr(word, '/') || prefix_parse(word, &parsed) ||
		    parsed.family != family)
			return -EBADMSG;
		ip = facts_more(&eni->ip, &eni->nr_ip, sizeof(*ip));
		if (!ip)
			return -ENOMEM;
		prefix_addr_text(&parsed, *ip); /* canonical, as the kernel's are written */
		text += len;
		nr++;
	}
	return nr ? 0 : -ENODATA;
}

static int word_get(struct metadata_session *session, const char *mac, const char *word,
		    struct text *text)
{
	char path[96];

	(void)snprintf(path, sizeof(path), MACS "%s/%s", mac, word); /* fits */
	return metadata_get(session, path, text);
}

/* One address, or one prefix where @slash. */
static int one_get(struct metadata_session *session, const char *mac, const char *word, int family,
		   bool slash, char out[ADDR_LEN])
{
	struct text text = { 0 };
	struct prefix prefix;
	int ret = word_get(session, mac, word, &text);

	if (!ret && (prefix_parse(text.s, &prefix) || prefix.family != family ||
		     slash != !!strchr(text.s, '/') || (slash && !prefix.len)))
		ret = -EBADMSG;
	if (!ret && slash)
		prefix_text(&prefix, out);
	else if (!ret)
		prefix_addr_text(&prefix, out);
	text_free(&text);
	return ret;
}

/* An ENI without IPv6 has no such words, or empty ones. */
static int ipv6_get(struct metadata_session *session, const char *mac, struct eni *eni)
{
	struct text text = { 0 };
	int ret = word_get(session, mac, "ipv6s", &text);

	if (!ret)
		ret = enis_addresses(text.s, AF_INET6, eni);
	text_free(&text);
	if (ret == -ENODATA || ret == -ENOENT)
		return 0;
	if (!ret)
		ret = one_get(session, mac, "ipv6-gateway", AF_INET6, false, eni->gateway6);
	if (!ret)
		ret = one_get(session, mac, "vswitch-ipv6-cidr-block", AF_INET6, true, eni->cidr6);
	return ret;
}

static bool has_ip(const struct eni *eni, const char *ip)
{
	unsigned int i;

	for (i = 0; i < eni->nr_ip; i++)
		if (!strcmp(eni->ip[i], ip))
			return true;
	return false;
}

static int ipv4_get(struct metadata_session *session, const char *mac, struct eni *eni)
{
	char primary[ADDR_LEN] = "";
	struct text text = { 0 };
	int ret;

	ret = one_get(session, mac, "primary-ip-address", AF_INET, false, primary);
	if (!ret)
		ret = word_get(session, mac, "private-ipv4s", &text);
	if (!ret)
		ret = enis_addresses(text.s, AF_INET, eni);
	text_free(&text);
	/* the two are written at different times when an ENI comes */
	if (!ret && !has_ip(eni, primary))
		ret = -EBADMSG;
	if (!ret)
		ret = one_get(session, mac, "gateway", AF_INET, false, eni->gateway);
	if (!ret)
		ret = one_get(session, mac, "vswitch-cidr-block", AF_INET, true, eni->cidr);
	return ret;
}

static void eni_get(struct metadata_session *session, const char *mac, struct eni *eni)
{
	/* no word of an ENI that is listed may be missing, except those of IPv6 */
	int ret = ipv4_get(session, mac, eni);

	if (!ret)
		ret = ipv6_get(session, mac, eni);
	if (!ret) {
		eni->known = IS_YES;
		return;
	}
	free(eni->ip);
	memset(eni, 0, sizeof(*eni));
	eni->err = -ret;
}

/* Is @mac in the list, one a line and with a slash behind each? -EBADMSG: it is no such list. */
static int listed(const char *list, const char *mac, bool *is)
{
	char word[MAC_LEN + 1];
	unsigned int b[6];

	*is = false;
	for (list += strspn(list, " \r\n"); *list; list += strspn(list, " \r\n")) {
		size_t len = strcspn(list, " \r\n");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, list);
		word[strcspn(word, "/")] = 0;
		if (len > MAC_LEN || strlen(word) != MAC_LEN - 1 ||
		    sscanf(word, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2], &b[3], &b[4],
			   &b[5]) != 6)
			return -EBADMSG;
		*is |= !strcasecmp(word, mac);
		list += len;
	}
	return 0;
}

void enis_ask(const char *base, unsigned int total_ms, const char (*mac)[MAC_LEN], struct eni *eni,
	      unsigned int nr)
{
	struct metadata_session *session;
	struct text list = { 0 };
	unsigned int i;
	bool is;
	int ret;

	memset(eni, 0, nr * sizeof(*eni));
	ret = metadata_open(base, total_ms, &session);
	if (!ret)
		ret = metadata_get(session, MACS, &list);
	for (i = 0; i < nr; i++) {
		int one = ret ? ret : listed(list.s, mac[i], &is);

		if (one)
			eni[i].err = -one;
		else if (is)
			eni_get(session, mac[i], &eni[i]);
		else
			eni[i].known = IS_NO;
	}
	text_free(&list);
	metadata_close(session);
}
