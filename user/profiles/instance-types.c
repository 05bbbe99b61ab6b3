// SPDX-License-Identifier: GPL-2.0
/*
 * The table of instance types travels inside the program.
 *
 * The rule: the text is user/profiles/instance-types.csv, byte for byte; it
 * is read by user/facts/instances.c, which declares these two symbols.
 */
__asm__(".pushsection .rodata\n"
	".globl netlane_instance_types_csv, netlane_instance_types_csv_len\n"
	".type netlane_instance_types_csv, %object\n"
	".type netlane_instance_types_csv_len, %object\n"
	"netlane_instance_types_csv:\n"
	".incbin \"user/profiles/instance-types.csv\"\n"
	".size netlane_instance_types_csv, . - netlane_instance_types_csv\n"
	".Lend: .byte 0\n"
	".balign 4\n"
	"netlane_instance_types_csv_len:\n"
	".long .Lend - netlane_instance_types_csv\n"
	".size netlane_instance_types_csv_len, 4\n"
	".popsection\n");
