# Test programs: every tests/unit/test_*.c becomes build/tests/unit/test_*.
#
# The rule: a unit test links all of netlane but main.o, built again with the
# address and undefined-behaviour sanitizers, so that a stray byte is red, and
# with the fault points of base/fault.h. The same with main.o is
# build/tests/netlane, for tests of the whole program. A .c file in tests/unit
# that is not test_*.c helps all of them.

# clang's sanitizers are a package of their own; gcc's come with it.
SAN_CC = $(if $(findstring clang,$(CC)),gcc,$(CC))
# What gcc guesses from the flow of the program goes wrong under them; the plain
# build has judged that already.
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_WARN := -Wno-format-truncation -Wno-maybe-uninitialized -Wno-stringop-truncation
UNIT_SRC  := $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB  := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
UNIT_BIN  := $(UNIT_SRC:%.c=$(O)/%)
ASAN_OBJ  := $(patsubst %.c,$(O)/asan/%.o,$(USER_SRC))
UNIT_OBJ  := $(filter-out %/user/main.o,$(ASAN_OBJ)) $(UNIT_LIB:%.c=$(O)/asan/%.o)

$(O)/asan/%.o: %.c $(O)/user.flags | $(SKELETONS)
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(SAN_CC) $(SAN) -DNETLANE_FAULT -O1 $(filter-out -O%,$(USER_CFLAGS)) $(SAN_WARN) -MMD -MP -c -o $@ $<

# cmocka's runner is wrapped: names, selection and listing, see tests/unit/unit.c
$(UNIT_BIN): $(O)/%: $(O)/asan/%.o $(UNIT_OBJ) $(O)/user.list
	$(call say,LINK,$@)mkdir -p $(@D) && \
	$(SAN_CC) $(SAN) -Wl,--wrap=_cmocka_run_group_tests -o $@ $< $(UNIT_OBJ) $(PC_LIBS) -lcmocka

$(O)/tests/netlane: $(ASAN_OBJ) $(O)/user.list
	$(call say,LINK,$@)mkdir -p $(@D) && $(SAN_CC) $(SAN) -o $@ $(ASAN_OBJ) $(PC_LIBS)

tests: $(UNIT_BIN) $(if $(wildcard user/main.c),$(O)/tests/netlane)
	@:

-include $(patsubst %.c,$(O)/asan/%.d,$(USER_SRC) $(UNIT_SRC) $(UNIT_LIB))
