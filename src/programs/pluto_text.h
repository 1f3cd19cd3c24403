/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto's status, for people. */
#ifndef PROGRAMS_PLUTO_TEXT_H
#define PROGRAMS_PLUTO_TEXT_H

#include <jansson.h>

/* Each prints what pluto answered under "status". */
void print_pluto_status(const json_t *status);
void print_pluto_traffic(const json_t *status);
void print_pluto_brief(const json_t *status);

#endif
