// SPDX-License-Identifier: GPL-2.0
/* Programs that do nothing, on the hooks of bpf/traffic.bpf.c: what a hook costs by itself. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define NOTHING(hook)               \
	SEC("tp_btf/" #hook)        \
	int empty_##hook(void *ctx) \
	{                           \
		return 0;           \
	}

NOTHING(napi_gro_receive_entry)
NOTHING(netif_rx_entry)
NOTHING(netif_receive_skb_entry)
NOTHING(net_dev_start_xmit)
