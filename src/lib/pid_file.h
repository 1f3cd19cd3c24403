/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that name a process. */
#ifndef CYGNET_PID_FILE_H
#define CYGNET_PID_FILE_H

#include <sys/types.h>

int pid_file_write(const char *path, pid_t pid);

#endif
