// SPDX-License-Identifier: GPL-2.0
/* The words about loading BPF programs; see bpf.h. */
#include "base/bpf.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/files.h"

static int silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

void bpf_quiet(void)
{
	(void)libbpf_set_print(silent);
}

int bpf_load_failed(int ret, const char *missing, struct err *err)
{
	if ((ret == -EPERM || ret == -EACCES) && geteuid())
		return err_set(err, -EPERM, "loading BPF programs needs root");
	if (!file_exists(NULL, "/sys/kernel/btf/vmlinux"))
		return err_set(err, -EOPNOTSUPP,
			       "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing; "
			       "CONFIG_DEBUG_INFO_BTF): %s, everything else works",
			       missing);
	return err_set(err, -EOPNOTSUPP, "this kernel does not take the BPF programs: %s",
		       strerror(-ret));
}
