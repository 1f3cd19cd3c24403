/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROGRAMS_PROGRAM_PATH_H
#define PROGRAMS_PROGRAM_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* The path of @name in the folder that this program is in. */
bool program_path(char *path, size_t size, const char *name);

#endif
