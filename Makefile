# netlane: one make over all folders, none of them called by itself.
#
# The rule: this file knows targets and tools; which files there are is known
# by the folder's own NAME/NAME.mk alone. Nothing is written outside build/.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

# ---- what it is built for: make ARCH=arm64 cross-builds into build/arm64
HOST_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,amd64,$(shell uname -m)))
ifneq ($(origin ARCH),command line)
ARCH := $(HOST_ARCH)
endif
ifneq ($(filter-out $(HOST_ARCH) arm64,$(ARCH)),)
$(error ARCH=$(ARCH): this machine builds $(HOST_ARCH), and arm64 across)
endif
O := build$(if $(filter-out $(HOST_ARCH),$(ARCH)),/$(ARCH))

ifneq ($(filter default undefined,$(origin CC)),)
CC := $(if $(filter build,$(O)),,aarch64-linux-gnu-)gcc
endif
CLANG ?= clang
BPFTOOL ?= $(or $(shell PATH=$$PATH:/usr/sbin:/sbin command -v bpftool),bpftool)
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local

# ---- how it is said: one line a file; V=1 shows the commands
say = $(if $(V),,@printf '  %-8s%s\n' '$1' '$2';)
Q := $(if $(V),,@)

# A file that changes only when its text does. What is made with these flags,
# or from this list of files, depends on it and is made again when they change.
define remember
$1: FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$2' | cmp -s - $$@ || printf '%s\n' '$2' >$$@
endef

# Where the caller gave no -j, a target that builds before it acts uses all CPUs.
SUBMAKE = +$(Q)$(MAKE) $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

all:	## build everything that this machine can build
deps:	## install what building needs (root); DEPS='build check demo lint arm64'
	$(Q)scripts/deps $(or $(DEPS),build)

check:	## run every test that can run here; T='name or pattern' selects
	$(Q)scripts/deps check
	$(SUBMAKE) all tests
	$(SUBMAKE) arm64
	$(Q)scripts/kmod-build || [ -z "$$CI" ]	# where it cannot be had, its suite is skipped
	$(Q)tests/run '$(T)'

demo:	## run the product in a disposable VM
	$(Q)scripts/deps demo
	$(SUBMAKE) all
	$(Q)scripts/demo

soak:	## the long loop: 1,000 rounds of hotplug and channel change (ROUNDS=N), a million sources
	$(Q)scripts/deps check
	$(SUBMAKE) all tests
	@echo "a round takes 2 to 4 seconds where a VM is emulated: 1,000 take an hour, in silence"
	$(Q)NETLANE_ROUNDS=$(or $(ROUNDS),1000) NETLANE_FLOOD=1000000 NETLANE_TIMEOUT=36000 \
		tests/run --kernel 6.1 keep.rounds timewait-guess.flood

lint:	## shellcheck, formatting, static analysis and the rules of the house
	$(Q)scripts/deps lint
	$(Q)scripts/lint

fmt:	## format all C and BPF sources
	$(Q)scripts/lint --fix

arm64:	## cross-build into build/arm64
	$(Q)scripts/deps arm64
	$(Q)scripts/sysroot-arm64 build/arm64/sysroot
	$(SUBMAKE) ARCH=arm64 all

install: all	## install below DESTDIR= with PREFIX=/usr/local; enables nothing

clean:	## remove what was built; what was fetched stays (distclean: all of it)
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name vm ! -name arm64 -exec rm -rf {} + 2>/dev/null || :
	$(Q)find build/arm64 -mindepth 1 -maxdepth 1 ! -name 'sysroot*' -exec rm -rf {} + 2>/dev/null || :

distclean:
	$(Q)rm -rf build

help:	## this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: all deps check soak demo lint fmt arm64 install clean distclean help tests FORCE
FORCE:

# What others are built from comes first; then whatever folder has a .mk file.
FIRST := bpf/bpf.mk user/user.mk
include $(FIRST) $(filter-out $(FIRST),$(sort $(wildcard */*.mk)))
