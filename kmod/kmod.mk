# netlane.ko: make kmod for the running kernel, or KDIR=/lib/modules/X/build;
# scripts/kmod-build for the kernels of the VM suites.
#
# The rule: the module is optional. Nothing else is built with it, `make` alone
# never builds it, and installing puts its source where DKMS looks, no more.

KDIR ?= /lib/modules/$(shell uname -r)/build
KMOD_FILES := $(wildcard kmod/*.[ch]) kmod/Kbuild
KMOD_VERSION = $(shell sed -n 's/^\#define NETLANE_VERSION "\(.*\)"/\1/p' user/cmd/cmd.h)
# DKMS knows one place alone. Under another PREFIX it is for the owner to link it there.
KMOD_SRCDIR = $(if $(filter /usr,$(PREFIX)),/usr/src,$(PREFIX)/src)/netlane-$(KMOD_VERSION)
# The kernel's make is told CC only where somebody chose one.
KMOD_MAKE = $(MAKE) -C '$(KDIR)' M='$(CURDIR)/$(O)/kmod/here' W=1 \
	$(if $(V),,-s) CONFIG_DEBUG_INFO_BTF_MODULES= NETLANE_VERSION=$(KMOD_VERSION) \
	$(if $(NETLANE_ABSENT),NETLANE_ABSENT='$(abspath $(NETLANE_ABSENT))')

# Built in a copy, so that nothing is written outside build/.
kmod:	## build the kernel module for KDIR, by default the running kernel's headers
	$(Q)[ -f '$(KDIR)/Makefile' ] || { echo "kmod: no kernel headers at $(KDIR);" \
		"install linux-headers-$$(uname -r) (RHEL: kernel-devel), or name others with KDIR=" >&2; exit 1; }
	$(Q)mkdir -p $(O)/kmod/here && cp -p $(KMOD_FILES) $(O)/kmod/here/
	$(call say,KMOD,$(O)/kmod/here/netlane.ko)$(KMOD_MAKE) modules

install: install-kmod
install-kmod:
	$(Q)for f in $(KMOD_FILES); do \
		$(INSTALL) $$f $(DESTDIR)$(KMOD_SRCDIR)/$${f##*/} || exit; done
	$(Q)sed 's|@VERSION@|$(KMOD_VERSION)|g' kmod/dkms.conf | \
		$(INSTALL) /dev/stdin $(DESTDIR)$(KMOD_SRCDIR)/dkms.conf

.PHONY: kmod install-kmod

check-debug:	## the module's suite in a kernel with KASAN, lockdep and kmemleak; the first time builds it, an hour
	$(Q)scripts/deps debug
	$(SUBMAKE) all tests
	$(Q)tests/vm/check-debug

.PHONY: check-debug
