/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The contract between netlane.ko and userspace: the generic netlink family
 * "netlane". Includes nothing. The rule: numbers are only added at an end;
 * what is removed leaves its number unused.
 *
 * What the module does: virtio-net writes its own XPS masks and interrupt
 * affinities whenever a CPU comes or goes and whenever the number of channels
 * changes. The module is told the masks that are wanted instead (SET), sees
 * the driver write, and puts the wanted ones back at once. It decides nothing:
 * where what it was told no longer fits, it touches nothing and says so.
 *
 * - All commands are for CAP_NET_ADMIN of the initial user namespace, in the
 *   initial network namespace. The kernel itself refuses the others (EPERM,
 *   ENOENT), without a sentence; every refusal of the module has one (extack).
 * - SET changes no mask by itself. Write the masks, SET, and then read them
 *   again: a rewrite between the first two is not seen by the module.
 * - What was SET stays until CLEAR, until the device is unregistered (removed,
 *   unbound from its driver, moved to another namespace), or until rmmod; also
 *   when the process that sent it is gone. A rename changes nothing.
 * - A CPU of a mask that is offline is left out until it is back. A mask whose
 *   CPUs are all offline is not written: the driver's own stays for that time.
 */
#ifndef NETLANE_KMOD_UAPI_H
#define NETLANE_KMOD_UAPI_H

#define NETLANE_GENL_NAME "netlane"
#define NETLANE_GENL_VERSION 1
/* Its only multicast group; joining it takes CAP_NET_ADMIN. */
#define NETLANE_GENL_EVENTS "events"

/* Limits of the policy. */
#define NETLANE_QUEUES_MAX 4096
#define NETLANE_MASK_BYTES_MAX 1024 /* 8192 CPUs */

enum netlane_cmd {
	NETLANE_CMD_UNSPEC,
	/*
	 * Without IFINDEX: CAPS, NR_DEVICES and the counters since the module was
	 * loaded. With IFINDEX: NR_QUEUES, NR_MASKS and the counters of that
	 * device; ENODEV when nothing was SET for it. As a dump: every device.
	 */
	NETLANE_CMD_GET,
	/*
	 * IFINDEX, NR_QUEUES and a QUEUE for each queue that has a wanted mask:
	 * replaces all that was SET for this device, or nothing if refused.
	 */
	NETLANE_CMD_SET,
	/* With IFINDEX: forget that device (ENODEV: nothing was SET). Without: all. */
	NETLANE_CMD_CLEAR,

	/* Events. */
	/*
	 * The driver rewrote the masks of IFINDEX: PUT_BACK of them were written
	 * again, LEFT_OUT not since their CPUs are all offline, FAILURES not for
	 * an error (ERRNO is the first one's). REASON says the worst of it.
	 */
	NETLANE_CMD_REWRITTEN,
	/* Nothing was written for IFINDEX, REASON says why; it is for userspace to act. */
	NETLANE_CMD_LEFT,
};

enum netlane_attr {
	NETLANE_A_UNSPEC,
	NETLANE_A_PAD, /* before a u64 where needed */
	NETLANE_A_IFINDEX, /* u32, from 1 */
	/*
	 * u32, 1 to NETLANE_QUEUES_MAX: the number of active transmit queues that
	 * the masks are for. While another number is active nothing is written.
	 */
	NETLANE_A_NR_QUEUES,
	NETLANE_A_QUEUE, /* nest of enum netlane_queue_attr, once a queue */
	NETLANE_A_CAPS, /* u32, bits of enum netlane_cap */
	NETLANE_A_NR_DEVICES, /* u32, that something was SET for */
	NETLANE_A_NR_MASKS, /* u32, that are kept */
	NETLANE_A_REWRITES, /* u64, writes of the driver that were seen */
	NETLANE_A_PUT_BACK, /* u64, masks written again */
	NETLANE_A_LEFT_OUT, /* u64, masks not written: all CPUs offline, or another queue count */
	NETLANE_A_FAILURES, /* u64, masks that the kernel did not take */
	NETLANE_A_MISSED, /* u64, writes of the driver that the probe had no room for */
	NETLANE_A_REASON, /* u32, enum netlane_reason */
	NETLANE_A_ERRNO, /* u32, positive */
	NETLANE_A_COUNT,
};

#define NETLANE_A_MAX (NETLANE_A_COUNT - 1)

/*
 * A mask is a bitmap in bytes, 1 to NETLANE_MASK_BYTES_MAX of them: CPU n is
 * bit n % 8 (1 << (n % 8)) of byte n / 8, on every architecture. Missing bytes
 * are zero. It names one CPU at least, and none that the machine cannot have.
 * A mask that is not sent is not kept.
 */
enum netlane_queue_attr {
	NETLANE_QUEUE_A_UNSPEC,
	NETLANE_QUEUE_A_INDEX, /* u32, below NR_QUEUES */
	NETLANE_QUEUE_A_XPS, /* mask: CPUs that transmit by this queue */
	/*
	 * u32, from 1: this boot's interrupt number of the receive queue, which
	 * must be one of this device's own (MSI); with it goes IN_MASK. After a
	 * suspend the numbers may be others: SET again.
	 */
	NETLANE_QUEUE_A_IN_IRQ,
	NETLANE_QUEUE_A_IN_MASK, /* mask: its affinity */
	NETLANE_QUEUE_A_OUT_IRQ, /* the same of the transmit queue */
	NETLANE_QUEUE_A_OUT_MASK,
	NETLANE_QUEUE_A_COUNT,
};

#define NETLANE_QUEUE_A_MAX (NETLANE_QUEUE_A_COUNT - 1)

/* What this module can do on this kernel. */
enum netlane_cap {
	/* It sees the driver's rewrites. Without it SET is refused: it would keep nothing. */
	NETLANE_CAP_REWRITE_PROBE = 1 << 0,
	/* It can set interrupts. Without it SET refuses interrupts and keeps XPS alone. */
	NETLANE_CAP_IRQ_AFFINITY = 1 << 1,
	/* The group of events is there. Without it there is only GET. */
	NETLANE_CAP_EVENTS = 1 << 2,
};

enum netlane_reason {
	NETLANE_REASON_NONE, /* all was put back */
	NETLANE_REASON_OFFLINE, /* all CPUs of a mask are offline */
	NETLANE_REASON_FAILED, /* the kernel did not take a mask */
	NETLANE_REASON_QUEUE_COUNT, /* another number of queues is active */
	NETLANE_REASON_UNREGISTERED, /* the device is gone and its masks forgotten */
};

#endif /* NETLANE_KMOD_UAPI_H */
