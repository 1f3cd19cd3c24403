/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A filter of system calls, seccomp= of config setup: who takes pluto over has but those that pluto needs. */
#ifndef PLUTO_FILTER_H
#define PLUTO_FILTER_H

/* The numbers of the keyword's words (keywords_setup.c). */
enum filter_mode {
	FILTER_DISABLED,
	FILTER_TOLERANT, /* other calls fail with EACCES; the kernel logs them, if it logs such things */
	FILTER_ENABLED,	 /* other calls end the process */
};

/* Of all threads, those that there are and those to come. 0 or a negative errno: -EINVAL: this kernel has none */
int filter_start(enum filter_mode mode);
/* What filter_start() has started. */
enum filter_mode filter_started(void);
const char *filter_name(enum filter_mode mode);
/* Makes a call that pluto has no need of. 0, or the errno that it failed with; FILTER_ENABLED: it does not return. */
int filter_try(void);

#endif
