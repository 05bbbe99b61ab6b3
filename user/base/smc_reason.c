// SPDX-License-Identifier: GPL-2.0
/*
 * The codes of net/smc/smc_clc.h; see smc_reason.h. The rule: a code stands here
 * with one meaning in all kernels that have it, or not at all: 0x0303000c, which
 * is two things in two trees, is unknown.
 */
#include "base/smc_reason.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TRANSIENT "if it comes again, look at the kernel's log"

const struct smc_reason smc_reasons[] = {
	{ 0x01010000, "no-memory", "no memory for buffers or a link group",
	  "free memory, or smaller buffers: net.smc.wmem, net.smc.rmem" },
	{ 0x02010000, "link-timeout", "the other end did not confirm the RDMA link in time",
	  "see that RDMA packets reach it (RoCE v2 is UDP port 4791): security group, firewall" },
	{ 0x02020000, "add-link-timeout", "the other end did not answer about a second link",
	  "see that RDMA packets reach it (RoCE v2 is UDP port 4791): security group, firewall" },
	{ 0x03000000, "configuration", "the configurations of both ends do not fit", TRANSIENT },
	{ 0x03010000, "peer-without-smc", "the other end did not offer SMC: plain TCP there",
	  "SMC there as well, if that end is yours; a middlebox may take the TCP option out" },
	{ 0x03020000, "ipsec", "the socket has an IPsec policy, which SMC would pass by",
	  "leave this program with TCP" },
	{ 0x03030000, "no-smc-device", "no SMC device for this connection, or no EID in common",
	  "netlane smc check says which part is missing" },
	{ 0x03030001, "no-smcd-device", "no SMC-D device (ISM, loopback)", "" },
	{ 0x03030002, "no-smcr-device", "no SMC-R (RDMA) device for this connection",
	  "an RDMA device that is up, on the way to the other end or with its PNETID" },
	{ 0x03030003, "no-ism2", "the hardware has no ISM of version 2", "" },
	{ 0x03030004, "peer-without-v2", "the other end offers no SMC version 2",
	  "a kernel with SMC version 2 there (5.16 for SMC-R), and a UEID at both ends" },
	{ 0x03030005, "peer-without-smcd2", "the other end offers no SMC-D version 2", "" },
	{ 0x03030006, "peer-without-seid", "the other end sent no system EID", "" },
	{ 0x03030007, "no-smcd2-device", "no SMC-D device of version 2", "" },
	{ 0x03030008, "no-common-ueid", "no user EID (UEID) in common with the other end",
	  "the same UEID at both ends" },
	{ 0x03030009, "release", "no SMC release in common with the other end", "" },
	{ 0x0303000a, "max-conns", "the ends do not agree on connections a link group",
	  "net.smc.smcr_max_conns_per_lgr, 16 to 255, alike at both ends" },
	{ 0x0303000b, "max-links", "the ends do not agree on links a link group",
	  "net.smc.smcr_max_links_per_lgr, 1 or 2, alike at both ends" },
	{ 0x03040000, "no-common-mode", "one end has SMC-R only, the other SMC-D only", "" },
	{ 0x03050000, "eyecatcher", "the other end marks its buffers, which is not supported", "" },
	{ 0x03060000, "option", "the program uses what SMC does not have, as TCP fast open",
	  "leave this program with TCP, or have it do without TCP_FASTOPEN" },
	{ 0x03070000, "other-subnet", "the ends are in different IP subnets: SMC-R version 1",
	  "a UEID at both ends: SMC-R version 2 crosses subnets" },
	{ 0x03080000, "vlan", "the VLAN of the network interface cannot be told", TRANSIENT },
	{ 0x03090000, "ism-vlan", "the VLAN cannot be set up at the ISM device", TRANSIENT },
	{ 0x030a0000, "no-active-link", "no link of the link group is up",
	  "look at the RDMA device's port: netlane smc check" },
	{ 0x030b0000, "no-server-link", "the server named a link that is not here", TRANSIENT },
	{ 0x030c0000, "version", "the ends speak different versions of SMC", "" },
	{ 0x030d0000, "max-dmb", "the SMC-D device has no buffer left",
	  "fewer SMC connections, or smaller buffers" },
	{ 0x030e0000, "no-rdma-route", "no route from the RDMA device to the other end",
	  "a route to it by the network interface of the RDMA device" },
	{ 0x030f0000, "indirect", "one end reaches the other directly, the other by a router", "" },
	{ 0x04000000, "out-of-step", "the ends disagree on what they share; it begins anew",
	  TRANSIENT },
	{ 0x05000000, "peer-declined", "the other end declined during the handshake",
	  "its reason, where it is known, is told with it; else look there" },
	{ 0x09990000, "internal", "an error inside the kernel's SMC", TRANSIENT },
	{ 0x09990001, "remote-key", "the other end's memory key could not be taken", TRANSIENT },
	{ 0x09990002, "queue-pair", "the queue pair of the RDMA link could not be made ready",
	  "look at the RDMA device and its GIDs; where it is rxe, at netlane smc check" },
	{ 0x09990003, "register-buffer", "the buffers could not be registered at the device",
	  "the device's limits on memory regions, and locked memory" },
	{ 0, NULL, NULL, NULL },
};

const struct smc_reason *smc_reason_find(uint32_t code)
{
	const struct smc_reason *r;

	for (r = smc_reasons; r->word; r++)
		if (r->code == code)
			return r;
	return NULL;
}

const char *smc_reason_word(uint32_t code)
{
	const struct smc_reason *r = smc_reason_find(code);

	return r ? r->word : "unknown";
}

/* Where the handshake ends by an error of the system the code is that, as a negative number. */
static int errno_of(uint32_t code)
{
	const int n = -(int32_t)code;

	return n > 0 && n < 4096 ? n : 0;
}

void smc_reason_text(uint32_t code, char *buf, size_t len)
{
	const struct smc_reason *r = smc_reason_find(code);

	if (r)
		(void)snprintf(buf, len, "0x%08x (%s)", code, r->text);
	else if (errno_of(code))
		(void)snprintf(buf, len, "0x%08x (an error: %s)", code, strerror(errno_of(code)));
	else
		(void)snprintf(buf, len, "0x%08x (unknown)", code);
}
