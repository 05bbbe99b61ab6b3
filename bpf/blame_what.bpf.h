/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is touched: a file by its name and place, a device by an ethtool
 * request. Include after blame_touch.bpf.h, from blame.bpf.c alone.
 */
#ifndef NETLANE_BPF_BLAME_WHAT_H
#define NETLANE_BPF_BLAME_WHAT_H

#define ETHTOOL_SRINGPARAM 0x11 /* include/uapi/linux/ethtool.h */
#define ETHTOOL_SRXFHINDIR 0x39
#define ETHTOOL_SCHANNELS 0x3d
#define ETHTOOL_SRSSH 0x47
#define ETHTOOL_A_HEADER 1 /* include/uapi/linux/ethtool_netlink.h: of each request */
#define ETHTOOL_A_HEADER_DEV_INDEX 1
#define ETHTOOL_A_HEADER_DEV_NAME 2
#define ETHTOOL_A_CHANNELS_COMBINED 9
#define HEADER_ATTRS 4 /* in the header, at most */
#define NLA_TYPE 0x3fff /* without the bits that say nested and big-endian */

/* ---- what: a file */

/* A name with zeros behind its end; the longest that matters is rps_sock_flow_entries. */
struct name {
	union {
		char s[24];
		__u64 word[3];
	};
};

#define IS(given, literal) same_name(&(given), &(const struct name){ .s = literal })
static __always_inline bool same_name(const struct name *a, const struct name *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2];
}

static __always_inline void name_of(struct name *name, struct dentry *dentry)
{
	__builtin_memset(name, 0, sizeof(*name));
	(void)bpf_probe_read_kernel_str(name->s, sizeof(name->s),
					BPF_CORE_READ(dentry, d_name.name));
}

/* A knob by its file in sysfs; its folder decides where names are not unique. */
static __always_inline __u32 sysfs_touch(struct dentry *dentry)
{
	struct name name, dir;

	name_of(&name, dentry);
	if (IS(name, "xps_cpus"))
		return BLAME_XPS;
	if (IS(name, "xps_rxqs"))
		return BLAME_XPS_RXQS;
	if (IS(name, "rps_cpus"))
		return BLAME_RPS;
	if (IS(name, "rps_flow_cnt"))
		return BLAME_RPS_FLOW;
	if (IS(name, "online")) {
		name_of(&dir, BPF_CORE_READ(dentry, d_parent));
		return dir.s[0] == 'c' && dir.s[1] == 'p' && dir.s[2] == 'u' ? BLAME_CPU :
									       BLAME_NOTHING;
	}
	if (!IS(name, "bind") && !IS(name, "unbind"))
		return BLAME_NOTHING;
	name_of(&dir, BPF_CORE_READ(dentry, d_parent, d_parent));
	if (!IS(dir, "drivers"))
		return BLAME_NOTHING;
	return name.s[0] == 'b' ? BLAME_BIND : BLAME_UNBIND;
}

static __always_inline __u32 proc_touch(struct dentry *dentry)
{
	struct name name, dir;

	name_of(&name, dentry);
	if (IS(name, "smp_affinity") || IS(name, "smp_affinity_list")) {
		name_of(&dir, BPF_CORE_READ(dentry, d_parent, d_parent));
		return IS(dir, "irq") ? BLAME_IRQ : BLAME_NOTHING;
	}
	return IS(name, "rps_sock_flow_entries") ? BLAME_RPS_SOCK_FLOW : BLAME_NOTHING;
}

static __always_inline void what_device(struct blame_record *r, struct net_device *dev)
{
	r->ifindex = BPF_CORE_READ(dev, ifindex);
	r->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	(void)bpf_probe_read_kernel_str(r->ifname, sizeof(r->ifname), dev->name);
}

/* The device of a queue, from the folder that stands for it. */
static __always_inline struct net_device *queue_device(struct dentry *dir, bool tx)
{
	void *inode_private = BPF_CORE_READ(dir, d_inode, i_private);
	void *kobj = BPF_CORE_READ((struct kernfs_node *)inode_private, priv);
	struct netdev_rx_queue *rx;
	struct netdev_queue *queue;

	if (!kobj)
		return NULL;
	if (tx) {
		queue = kobj - bpf_core_field_offset(struct netdev_queue, kobj);
		return BPF_CORE_READ(queue, dev);
	}
	rx = kobj - bpf_core_field_offset(struct netdev_rx_queue, kobj);
	return BPF_CORE_READ(rx, dev);
}

static __always_inline void what_text(struct blame_record *r, const void *text, __u64 len,
				      bool from_user)
{
	__u32 bytes = len < sizeof(r->text) ? (__u32)len : sizeof(r->text);
	long ret;

	/* all that fits, also beyond what was written: a bound that every verifier sees */
	ret = from_user ? bpf_probe_read_user(r->text, sizeof(r->text), text) :
			  bpf_probe_read_kernel(r->text, sizeof(r->text), text);
	if (ret) /* the end of a mapping, maybe */
		ret = from_user ? bpf_probe_read_user_str(r->text, sizeof(r->text), text) < 0 :
				  bpf_probe_read_kernel_str(r->text, sizeof(r->text), text) < 0;
	r->text_len = ret ? 0 : bytes;
}

static __always_inline void what_file(struct blame_record *r, struct dentry *dentry)
{
	struct dentry *dir = BPF_CORE_READ(dentry, d_parent);
	struct net_device *dev;

	(void)bpf_probe_read_kernel_str(r->dir, sizeof(r->dir), BPF_CORE_READ(dir, d_name.name));
	if (r->touch > BLAME_RPS_FLOW)
		return;
	dev = queue_device(dir, r->touch == BLAME_XPS || r->touch == BLAME_XPS_RXQS);
	if (dev)
		what_device(r, dev);
}

static __always_inline int touch_file(__u32 fact, __u32 touch, struct dentry *dentry,
				      const void *text, __u64 len, bool from_user)
{
	struct blame_record *r;

	if (!touch)
		return 0;
	r = begin(fact, touch);
	if (!r)
		return 0;
	what_file(r, dentry);
	what_text(r, text, len, from_user);
	return 0;
}

/* ---- what: a device */

static __always_inline __u32 ioctl_touch(__u32 cmd)
{
	switch (cmd) {
	case ETHTOOL_SCHANNELS:
		return BLAME_CHANNELS;
	case ETHTOOL_SRINGPARAM:
		return BLAME_RINGS;
	case ETHTOOL_SRXFHINDIR:
	case ETHTOOL_SRSSH:
		return BLAME_RSS;
	default:
		return BLAME_NOTHING;
	}
}

/* @data is the caller's struct, which begins with the command. */
static __always_inline struct blame_record *touch_ioctl(const void *data)
{
	struct ethtool_channels channels = { 0 };
	struct blame_record *r;
	__u32 cmd = 0, touch;

	if (bpf_probe_read_user(&cmd, sizeof(cmd), data))
		return NULL;
	touch = ioctl_touch(cmd);
	if (!touch)
		return NULL;
	r = begin(BLAME_FACT_IOCTL, touch);
	if (r && touch == BLAME_CHANNELS && !bpf_probe_read_user(&channels, sizeof(channels), data))
		r->value = channels.combined_count;
	return r;
}

/* The interface that an ethtool request is for, by number or name, from its header. */
static __always_inline void what_header(struct blame_record *r, struct nlattr *header)
{
	__u32 left = BPF_CORE_READ(header, nla_len), i, len;
	char *at = (char *)header + sizeof(*header);
	struct nlattr attr;

	left = left > sizeof(attr) ? left - sizeof(attr) : 0;
	for (i = 0; i < HEADER_ATTRS; i++) {
		if (left < sizeof(attr) || bpf_probe_read_kernel(&attr, sizeof(attr), at))
			return;
		if ((attr.nla_type & NLA_TYPE) == ETHTOOL_A_HEADER_DEV_INDEX)
			(void)bpf_probe_read_kernel(&r->ifindex, sizeof(r->ifindex),
						    at + sizeof(attr));
		if ((attr.nla_type & NLA_TYPE) == ETHTOOL_A_HEADER_DEV_NAME)
			(void)bpf_probe_read_kernel_str(r->ifname, sizeof(r->ifname),
							at + sizeof(attr));
		len = (attr.nla_len + 3) & ~3U;
		if (len < sizeof(attr) || len > left)
			return;
		left -= len;
		at += len;
	}
}

static __always_inline int touch_genl(__u32 fact, __u32 touch, struct genl_info *info)
{
	struct nlattr **attrs = BPF_CORE_READ(info, attrs), *attr = NULL;
	struct blame_record *r = begin(fact, touch);

	if (!r)
		return 0;
	r->netns = BPF_CORE_READ(info, _net.net, ns.inum);
	(void)bpf_probe_read_kernel(&attr, sizeof(attr), attrs + ETHTOOL_A_HEADER);
	if (attr)
		what_header(r, attr);
	attr = NULL;
	if (touch == BLAME_CHANNELS)
		(void)bpf_probe_read_kernel(&attr, sizeof(attr),
					    attrs + ETHTOOL_A_CHANNELS_COMBINED);
	if (attr)
		(void)bpf_probe_read_kernel(&r->value, sizeof(r->value), attr + 1);
	return 0;
}

#endif /* NETLANE_BPF_BLAME_WHAT_H */
