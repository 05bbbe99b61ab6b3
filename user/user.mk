# The program: every user/**/*.c is an object, main.o and the rest are netlane.
#
# The rule: no list of files here. A new .c file is found; an object never
# depends on which program it will be part of, so that the unit tests link
# the very same sources again under build/asan.

USER_PKGS := libbpf libelf zlib libmnl inih json-c libsystemd libcurl ncursesw libcap-ng
USER_SRC  := $(sort $(shell find user -name '*.c'))
USER_OBJ  := $(USER_SRC:%.c=$(O)/%.o)

ifneq ($(O),build)
SYSROOT := $(O)/sysroot
USER_TARGET = $(if $(findstring clang,$(CC)),--target=aarch64-linux-gnu) --sysroot=$(SYSROOT)
USER_PC := PKG_CONFIG_SYSROOT_DIR=$(CURDIR)/$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(CURDIR)/$(SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(CURDIR)/$(SYSROOT)/usr/share/pkgconfig
endif
# Asked once, and only when something is compiled: help and deps need no library.
pc = $(shell $(USER_PC) $(PKG_CONFIG) $1 $(USER_PKGS))$(if $(filter-out 0,$(.SHELLSTATUS)),$(error \
	libraries are missing, see above; `make deps` installs them))
PC_CFLAGS = $(eval PC_CFLAGS := $$(call pc,--cflags))$(PC_CFLAGS)
PC_LIBS   = $(eval PC_LIBS := $$(call pc,--libs) -lm)$(PC_LIBS)

WERROR ?= -Werror
WARN := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wunused-result -Wformat=2 -Wwrite-strings \
	-Wundef -Wvla -Wno-unused-parameter
HARDEN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS ?= -O2 -g
USER_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN) $(CFLAGS) $(USER_TARGET) \
	-Iuser -I. -I$(O) $(PC_CFLAGS)
USER_LDFLAGS = $(USER_TARGET) -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

$(eval $(call remember,$(O)/user.flags,$$(CC) $$(USER_CFLAGS) $$(USER_LDFLAGS)))
$(eval $(call remember,$(O)/user.list,$$(USER_OBJ)))

$(O)/user/%.o: user/%.c $(O)/user.flags | $(SKELETONS)
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(CC) $(HARDEN) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

# instance-types.c includes the table as it is; the compiler does not see that.
$(O)/user/profiles/instance-types.o $(O)/asan/user/profiles/instance-types.o: user/profiles/instance-types.csv

ifneq ($(wildcard user/main.c),)
all: $(O)/netlane
$(O)/netlane: $(USER_OBJ) $(O)/user.list $(O)/user.flags
	$(call say,LINK,$@)$(CC) $(USER_LDFLAGS) -o $@ $(USER_OBJ) $(PC_LIBS)
endif

# ---- install: puts files in place, enables and starts nothing. A configuration
# that is there already is its owner's; ours is under share/netlane as well. Units
# name the program by its full path, which PREFIX decides.
BINDIR := $(PREFIX)/bin
SHAREDIR := $(PREFIX)/share
UNITDIR := $(PREFIX)/lib/systemd/system
CONF := /etc/netlane/netlane.conf
INSTALL := install -D -m 644
USER_UNITS := $(wildcard user/init/*.service user/init/*.timer user/init/*.path user/init/*.socket)

install:
	$(Q)$(INSTALL) -m 755 $(O)/netlane $(DESTDIR)$(BINDIR)/netlane
	$(Q)for f in $(USER_UNITS); do \
		sed 's|@BINDIR@|$(BINDIR)|g' $$f | $(INSTALL) /dev/stdin $(DESTDIR)$(UNITDIR)/$${f##*/} || exit; done
	$(Q)for f in $(wildcard user/init/*.rules); do \
		$(INSTALL) $$f $(DESTDIR)$(PREFIX)/lib/udev/rules.d/$${f##*/} || exit; done
	$(Q)for f in $(wildcard user/man/*.[1-8]); do \
		$(INSTALL) $$f $(DESTDIR)$(SHAREDIR)/man/man$${f##*.}/$${f##*/} || exit; done
	$(Q)for f in $(wildcard user/completion/*.bash); do f=$${f##*/}; \
		$(INSTALL) user/completion/$$f $(DESTDIR)$(SHAREDIR)/bash-completion/completions/$${f%.bash} || exit; done
	$(Q)for f in $(wildcard user/completion/_*); do \
		$(INSTALL) $$f $(DESTDIR)$(SHAREDIR)/zsh/site-functions/$${f##*/} || exit; done
	$(Q)$(INSTALL) user/init/netlane.conf $(DESTDIR)$(SHAREDIR)/netlane/netlane.conf
	$(Q)if [ -e $(DESTDIR)$(CONF) ]; then cmp -s user/init/netlane.conf $(DESTDIR)$(CONF) || \
		echo "  kept    $(DESTDIR)$(CONF); this version's is $(SHAREDIR)/netlane/netlane.conf"; \
	else $(INSTALL) user/init/netlane.conf $(DESTDIR)$(CONF); fi

-include $(USER_SRC:%.c=$(O)/%.d)
