# make bench NAME=observe: measurements, each printed beside its control.
#
# The rule: tests/bench/NAME.sh is one of them. What is counted is an
# instruction in a VM or a ratio within one run; nothing here gates anything.

$(O)/bench/load: tests/bench/load.c
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -o $@ $<

$(O)/bench/empty.bpf.o: tests/bench/empty.bpf.c $(O)/vmlinux.h $(O)/bpf.flags
	$(call say,BPF,$@)mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -c -o $@ $< && llvm-strip -g $@

$(O)/bench/skel/empty.skel.h: $(O)/bench/empty.bpf.o
	$(call say,SKEL,$@)mkdir -p $(@D) && $(BPFTOOL) gen skeleton $< name empty_bpf >$@

$(O)/bench/empty: tests/bench/empty.c $(O)/bench/skel/empty.skel.h
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -I$(O) $(PC_CFLAGS) -o $@ $< $(PC_LIBS)

$(O)/bench/fired: tests/bench/fired.c
	$(call say,CC,$@)mkdir -p $(@D) && \
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) $(PC_CFLAGS) -o $@ $< $(PC_LIBS)

$(O)/bench/vip: tests/bench/vip.c
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -o $@ $<

$(O)/bench/census: tests/bench/census.c $(filter-out %/user/main.o,$(USER_OBJ)) $(O)/user.flags
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(HARDEN) $(USER_CFLAGS) $(USER_LDFLAGS) \
	-o $@ $< $(filter-out %/user/main.o,$(USER_OBJ)) $(PC_LIBS)

bench-programs: all $(O)/bench/load $(O)/bench/empty $(O)/bench/fired $(O)/bench/census $(O)/bench/vip $(O)/tests/waits
	@:

bench:	## measure; NAME=observe: what counting costs, census: knowing who has TIME_WAITs, ...
	$(Q)scripts/deps bench
	$(SUBMAKE) bench-programs
	$(Q)tests/bench/$(or $(NAME),observe).sh

.PHONY: bench bench-programs
