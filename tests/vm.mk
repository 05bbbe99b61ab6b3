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

# build/tests/known: a known amount of traffic, for suites that count.
$(O)/tests/known: tests/vm/known.c
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -O1 $(WARN) -o $@ $<

tests: $(O)/tests/known
