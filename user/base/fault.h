/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places where a test may end or fail the process. The product is built
 * without NETLANE_FAULT and has none of this.
 */
#ifndef NETLANE_BASE_FAULT_H
#define NETLANE_BASE_FAULT_H

#ifdef NETLANE_FAULT
/*
 * Counts its calls. Environment NETLANE_FAULT="kill@N": SIGKILL to itself at
 * the N-th (from 1); "kill:WHERE": where it is called with that text;
 * "stop:WHERE": SIGSTOP there, each time; "fail:WHERE": -EIO there, once;
 * "fail@N": returns -EIO at the N-th; "count": at exit the number of calls is
 * written to the file named by NETLANE_FAULT_COUNT.
 */
int fault_point(const char *where);
/* @value, or what environment NETLANE_@name says instead: for times that are too long to test. */
unsigned int fault_value(const char *name, unsigned int value);
#else
static inline int fault_point(const char *where)
{
	(void)where;
	return 0;
}
static inline unsigned int fault_value(const char *name, unsigned int value)
{
	(void)name;
	return value;
}
#endif

#endif /* NETLANE_BASE_FAULT_H */
