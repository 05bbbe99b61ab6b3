/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of smc_judge(). */
#ifndef NETLANE_JUDGE_SMC_PARTS_H
#define NETLANE_JUDGE_SMC_PARTS_H

#include "base/smc.h"

/* One verdict; @todo may be "". */
void smc_say(struct smc_judged *judged, enum smc_level level, const char *topic, const char *why,
	     const char *todo, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* smc_device.c: devices, EIDs, PNETIDs */
void smc_devices_judge(const struct smc_node *node, struct smc_judged *judged);
/* smc_way.c: conversion, and what is in the way */
void smc_ways_judge(const struct smc_node *node, struct smc_judged *judged);
void smc_obstacles_judge(const struct smc_node *node, struct smc_judged *judged);
/* smc_known.c: what no probe finds out, by the kernel's number */
void smc_known_judge(const struct smc_node *node, struct smc_judged *judged);
/* smc_lines.c: settings that do nothing */
void smc_lines_judge(const struct smc_node *node, struct smc_judged *judged);

#endif /* NETLANE_JUDGE_SMC_PARTS_H */
