// SPDX-License-Identifier: GPL-2.0
/*
 * What this kernel can do, found out by doing the smallest thing of the kind:
 * loading a program of two instructions, making a map of one page. The rule:
 * a refusal for lack of rights or memory is "unknown", never "no", and nothing
 * is attached.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "facts/facts.h"
#include "facts/gather.h"

struct probe {
	const char *name;
	/* 0: yes; -errno. */
	int (*run)(const struct probe *probe, struct btf *btf);
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	const char *target; /* tracepoint, function */
};

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};
/* r0 = 1; exit: where 0 is not among the allowed answers */
static const struct bpf_insn one[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int fd_drop(int fd)
{
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int probe_syscall(const struct probe *probe, struct btf *btf)
{
	return fd_drop(bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 4, 1, NULL));
}

static int probe_ringbuf(const struct probe *probe, struct btf *btf)
{
	unsigned int bytes = (unsigned int)sysconf(_SC_PAGESIZE);

	return fd_drop(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "probe", 0, 0, bytes, NULL));
}

static int load(const struct probe *probe, const struct bpf_insn *insns, unsigned int btf_id)
{
	const struct bpf_prog_load_opts opts = {
		.sz = sizeof(opts),
		.expected_attach_type = probe->attach,
		.attach_btf_id = btf_id,
	};

	return fd_drop(bpf_prog_load(probe->type, "probe", "GPL", insns, 2, &opts));
}

static int probe_prog(const struct probe *probe, struct btf *btf)
{
	bool wants_one = probe->type == BPF_PROG_TYPE_SK_LOOKUP ||
			 probe->type == BPF_PROG_TYPE_CGROUP_SOCK ||
			 probe->type == BPF_PROG_TYPE_CGROUP_SOCK_ADDR;

	return load(probe, wants_one ? one : nothing, 0);
}

/* A tracepoint by its BTF: there is a typedef btf_trace_NAME for each. */
static int probe_tracepoint(const struct probe *probe, struct btf *btf)
{
	char type[96];
	int id;

	if (!btf)
		return -ENODATA;
	(void)snprintf(type, sizeof(type), "btf_trace_%s", probe->target);
	id = btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF);
	return id < 0 ? -ENOENT : load(probe, nothing, (unsigned int)id);
}

static int probe_function(const struct probe *probe, struct btf *btf)
{
	int id;

	if (!btf)
		return -ENODATA;
	id = btf__find_by_name_kind(btf, probe->target, BTF_KIND_FUNC);
	return id < 0 ? -ENOENT : load(probe, nothing, (unsigned int)id);
}

/* Asked for what comes after the highest id: ENOENT is the answer of who can count. */
static int probe_links(const struct probe *probe, struct btf *btf)
{
	unsigned int next;

	if (!bpf_link_get_next_id(INT_MAX - 1, &next))
		return 0;
	return errno == ENOENT ? 0 : -errno;
}

#define PROG(name_, type_, attach_)                                                            \
	{                                                                                      \
		.name = "prog-" name_, .run = probe_prog, .type = (type_), .attach = (attach_) \
	}
#define TP(name_, target_)                                                                       \
	{                                                                                        \
		.name = "tp-btf-" name_, .run = probe_tracepoint, .type = BPF_PROG_TYPE_TRACING, \
		.attach = BPF_TRACE_RAW_TP, .target = (target_)                                  \
	}
#define FUNCTION(name_, target_, attach_)                                              \
	{                                                                              \
		.name = (name_), .run = probe_function, .type = BPF_PROG_TYPE_TRACING, \
		.attach = (attach_), .target = (target_)                               \
	}

static const struct probe probes[] = {
	{ .name = "bpf-syscall", .run = probe_syscall },
	{ .name = "map-ringbuf", .run = probe_ringbuf },
	{ .name = "link-iteration", .run = probe_links },
	PROG("xdp", BPF_PROG_TYPE_XDP, 0),
	PROG("sched-cls", BPF_PROG_TYPE_SCHED_CLS, 0),
	PROG("sk-lookup", BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP),
	PROG("sk-reuseport", BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT),
	PROG("sock-ops", BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS),
	PROG("cgroup-sock", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE),
	PROG("cgroup-connect", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT),
	PROG("kprobe", BPF_PROG_TYPE_KPROBE, 0),
	TP("napi-gro-receive-entry", "napi_gro_receive_entry"),
	TP("netif-receive-skb", "netif_receive_skb"),
	TP("net-dev-start-xmit", "net_dev_start_xmit"),
	TP("net-dev-queue", "net_dev_queue"),
	TP("softirq-entry", "softirq_entry"),
	TP("irq-handler-entry", "irq_handler_entry"),
	TP("tcp-retransmit-skb", "tcp_retransmit_skb"),
	TP("inet-sock-set-state", "inet_sock_set_state"),
	TP("tcp-cong-state-set", "tcp_cong_state_set"),
	FUNCTION("fentry", "tcp_v4_rcv", BPF_TRACE_FENTRY),
	FUNCTION("fexit", "tcp_v4_rcv", BPF_TRACE_FEXIT),
	FUNCTION("fentry-tcp-time-wait", "tcp_time_wait", BPF_TRACE_FENTRY),
	FUNCTION("iter-tcp", "bpf_iter_tcp", BPF_TRACE_ITER),
	FUNCTION("fmod-ret-update-socket-protocol", "update_socket_protocol", BPF_MODIFY_RETURN),
};

/* Rights and memory say nothing about the kernel; nor does the BTF that could not be read. */
static enum tri judge(int ret)
{
	switch (-ret) {
	case 0:
		return IS_YES;
	case EPERM:
	case EACCES:
	case ENOMEM:
	case ENODATA:
	case EAGAIN:
	case EINTR:
	case EMFILE:
	case ENFILE:
	case ENOTSUP:
		return IS_UNKNOWN;
	default:
		return IS_NO;
	}
}

static const char *note_of(const struct probe *probe, enum tri is, int err)
{
	if (is == IS_YES)
		return "";
	if (err == ENOENT && probe->target)
		return "this kernel's BTF has no such target";
	if (err == ENODATA)
		return "the kernel's BTF could not be read";
	if (err == EPERM || err == EACCES)
		return "not permitted: not root, lockdown, or a security module";
	return "";
}

static int cap_add(struct facts *facts, const char *name, enum tri is, int err, const char *note)
{
	struct cap *cap = facts_more(&facts->cap, &facts->nr_cap, sizeof(*cap));

	if (!cap)
		return -ENOMEM;
	(void)text_copy(cap->name, sizeof(cap->name), name); /* tables: they fit */
	(void)text_copy(cap->note, sizeof(cap->note), note);
	cap->is = is;
	cap->err = err;
	return 0;
}

static int btf_add(const struct gather *g, struct facts *facts)
{
	char byte[2];
	int ret = file_read(g->root, byte, sizeof(byte), "/sys/kernel/btf/vmlinux");

	return cap_add(facts, "btf", ret == -ENOENT ? IS_NO : judge(ret), -ret, "");
}

static int probes_run(const struct gather *g, struct btf *btf, struct facts *facts)
{
	unsigned int i;
	enum tri is;
	int ret = 0, err;

	for (i = 0; i < sizeof(probes) / sizeof(probes[0]) && !ret; i++) {
		err = g->live ? -probes[i].run(&probes[i], btf) : ENOTSUP;
		is = judge(-err);
		ret = cap_add(facts, probes[i].name, is, err, note_of(&probes[i], is, err));
	}
	return ret;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

int caps_gather(const struct gather *g, struct facts *facts)
{
	libbpf_print_fn_t print;
	struct btf *btf;
	int ret;

	if (!(g->what & FACTS_CAPS))
		return 0;
	ret = btf_add(g, facts);
	if (ret)
		return ret;
	print = libbpf_set_print(quiet);
	btf = g->live ? btf__load_vmlinux_btf() : NULL;
	ret = probes_run(g, btf, facts);
	btf__free(btf);
	(void)libbpf_set_print(print); /* what it was */
	return ret;
}

enum tri cap_probe(const char *name, int *err)
{
	libbpf_print_fn_t print = libbpf_set_print(quiet);
	struct btf *btf = btf__load_vmlinux_btf();
	unsigned int i;

	*err = ENOENT; /* no such probe */
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (!strcmp(probes[i].name, name))
			*err = -probes[i].run(&probes[i], btf);
	btf__free(btf);
	(void)libbpf_set_print(print); /* what it was */
	return judge(-*err);
}
