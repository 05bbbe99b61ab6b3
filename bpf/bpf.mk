# BPF objects and their skeletons: bpf/X.bpf.c -> build/skel/X.skel.h.
#
# The rule: one object runs on every kernel (CO-RE). The types in vmlinux.h are
# only names and guesses that libbpf corrects when it loads, so any kernel's
# BTF will do: the running one's, NETLANE_BTF=FILE, or a stock kernel's.

BPF_SRC   := $(sort $(wildcard bpf/*.bpf.c))
BPF_OBJ   := $(BPF_SRC:%.c=$(O)/%.o)
SKELETONS := $(BPF_SRC:bpf/%.bpf.c=$(O)/skel/%.skel.h)

BPF_ARCH_amd64 := x86
BPF_ARCH_arm64 := arm64
BPF_CFLAGS := --target=bpf -mcpu=v3 -O2 -g -std=gnu11 -Wall -Wextra $(WERROR) \
	-Wno-unused-parameter -Wno-missing-declarations \
	-D__TARGET_ARCH_$(BPF_ARCH_$(ARCH)) -Ibpf -I. -I$(O)

$(eval $(call remember,$(O)/bpf.flags,$$(CLANG) $$(BPF_CFLAGS)))

$(O)/vmlinux.h: scripts/vmlinux-h $(NETLANE_BTF)
	$(call say,BTF,$@)mkdir -p $(@D) && \
	BPFTOOL='$(BPFTOOL)' NETLANE_BTF='$(NETLANE_BTF)' scripts/vmlinux-h $(ARCH) >$@

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(O)/vmlinux.h $(O)/bpf.flags
	$(call say,BPF,$@)mkdir -p $(@D) && \
	$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $< && llvm-strip -g $@

$(O)/skel/%.skel.h: $(O)/bpf/%.bpf.o
	$(call say,SKEL,$@)mkdir -p $(@D) && \
	$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf >$@

# Kept between runs, though nothing names them outside a pattern.
.SECONDARY: $(BPF_OBJ)

all: $(SKELETONS)

-include $(BPF_SRC:%.c=$(O)/%.d)
