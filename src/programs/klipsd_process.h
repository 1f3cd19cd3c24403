/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsd as a process: started, found and ended. */
#ifndef PROGRAMS_KLIPSD_PROCESS_H
#define PROGRAMS_KLIPSD_PROCESS_H

/* Where its process number is kept; $KLIPS_PIDFILE says otherwise. */
#define KLIPS_PIDFILE "/run/klips/klipsd.pid"

/* Both complain and return the exit status. @words: what klipsd gets, ends with NULL. */
int klipsd_start(char *const *words);
int klipsd_stop(void);

#endif
