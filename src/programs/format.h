/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables: a row as text, the way KLIPS always wrote it, or as JSON. */
#ifndef PROGRAMS_FORMAT_H
#define PROGRAMS_FORMAT_H

#include <jansson.h>

#include "../lib/control_client.h"

/* The longest row with its end. */
#define ROW_TEXT 1536

int format_eroute(char *text, size_t size, const struct klips_eroute_info *info);
int format_sa(char *text, size_t size, const struct klips_sa_info *info);
int format_group(char *text, size_t size, const struct klips_sa_info *info);
int format_dev(char *text, size_t size, const struct klips_dev_info *info);

json_t *json_said(const struct klips_said *said);
json_t *json_eroute(const struct klips_eroute_info *info);
json_t *json_sa(const struct klips_sa_info *info);
json_t *json_dev(const struct klips_dev_info *info);

#endif
