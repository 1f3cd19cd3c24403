/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of files of configuration share: what was wrong in them, and a folder of such files. */
#ifndef LIB_TESTS_CONF_RIG_H
#define LIB_TESTS_CONF_RIG_H

#include "../../klips/tests/test.h"

#include <sys/types.h>

#include "../conf_errors.h"

/* What the last parse found. */
extern struct conf_errors rig_errors;

/* The error or warning of this number, from 0, as it is printed; DIR in it stands for the test's folder. */
void rig_assert_error(unsigned int number, const char *text);
void rig_assert_no_error(void);

#define RIG_PATH 128 /* bytes */

/* The folder of a test, which begins with rig_folder_make(); there is "d" in it, another one. */
extern char rig_folder[];

int rig_folder_make(void **state);
/* With the files that rig_write() has made in it. */
int rig_folder_remove(void);
void rig_path(char path[RIG_PATH], const char *name);
void rig_write(const char *name, const char *text, mode_t mode);

#endif
