# build/netlane-fault: netlane with places where a test may kill or fail it
# (user/base/fault.h), for tests/vm/suite-undo.sh.
#
# The rule: the same sources and flags but for NETLANE_FAULT, and never installed.

FAULT_OBJ := $(USER_SRC:%.c=$(O)/fault/%.o)

$(O)/fault/%.o: %.c $(O)/user.flags | $(SKELETONS)
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(CC) -DNETLANE_FAULT $(HARDEN) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/fault/user/profiles/instance-types.o: user/profiles/instance-types.csv

$(O)/netlane-fault: $(FAULT_OBJ) $(O)/user.list $(O)/user.flags
	$(call say,LINK,$@)$(CC) $(USER_LDFLAGS) -o $@ $(FAULT_OBJ) $(PC_LIBS)

tests: $(O)/netlane-fault

-include $(FAULT_OBJ:.o=.d)

# build/netlane-next: a version with another LANE_ABI, for tests/vm/suite-upgrade.sh.
# Only user/observe knows the number; the rest are the very same objects.
NEXT_ABI := 1000
NEXT_OBJ := $(patsubst user/observe/%.c,$(O)/next/%.o,$(filter user/observe/%,$(USER_SRC)))

$(O)/next/%.o: user/observe/%.c $(O)/user.flags | $(SKELETONS)
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(CC) -DLANE_ABI=$(NEXT_ABI) $(HARDEN) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/netlane-next: $(NEXT_OBJ) $(USER_OBJ) $(O)/user.list $(O)/user.flags
	$(call say,LINK,$@)$(CC) $(USER_LDFLAGS) -o $@ $(NEXT_OBJ) \
		$(filter-out $(O)/user/observe/%,$(USER_OBJ)) $(PC_LIBS)

tests: $(O)/netlane-next

-include $(NEXT_OBJ:.o=.d)

# build/tests/known: a known amount of traffic, for suites that count.
$(O)/tests/known: tests/vm/known.c
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -O1 $(WARN) -o $@ $<

tests: $(O)/tests/known

# build/tests/waits: a known number of connections that end in a known way.
$(O)/tests/waits: tests/vm/waits.c
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -O1 $(WARN) -o $@ $<

tests: $(O)/tests/waits

# build/tests/delay: delays of known size, for the histogram of softirq waits.
$(O)/tests/delay.bpf.o: tests/vm/delay.bpf.c $(O)/vmlinux.h $(O)/bpf.flags
	$(call say,BPF,$@)mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -c -o $@ $< && llvm-strip -g $@

$(O)/tests/skel/delay.skel.h: $(O)/tests/delay.bpf.o
	$(call say,SKEL,$@)mkdir -p $(@D) && $(BPFTOOL) gen skeleton $< name delay_bpf >$@

$(O)/tests/delay: tests/vm/delay.c $(O)/tests/skel/delay.skel.h
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(CC) -std=gnu11 -D_GNU_SOURCE -O1 $(WARN) -I$(O) $(PC_CFLAGS) -o $@ $< $(PC_LIBS)

tests: $(O)/tests/delay

# build/tests/blamed: what observe/blame tells, a line a touch; a test may take ways away.
$(O)/tests/blamed: tests/vm/blamed.c $(FAULT_OBJ) $(O)/user.list $(O)/user.flags
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(USER_CFLAGS) $(USER_LDFLAGS) -o $@ $< \
		$(filter-out %/user/main.o,$(FAULT_OBJ)) $(PC_LIBS)

tests: $(O)/tests/blamed

# build/tests/keeper: netlane.ko's client by hand.
$(O)/tests/keeper: tests/vm/keeper.c $(filter-out %/user/main.o,$(USER_OBJ)) $(O)/user.flags
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(HARDEN) $(USER_CFLAGS) $(USER_LDFLAGS) \
	-o $@ $< $(filter %/apply/keeper.o %/apply/keeper_talk.o %/apply/keeper_events.o,$(USER_OBJ)) \
	$(filter $(O)/user/base/%,$(USER_OBJ)) $(PC_LIBS)

tests: $(O)/tests/keeper
