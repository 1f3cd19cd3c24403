/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KLIPS's tables, a row each as JSON, or as text: lib/format.h. */
#ifndef PROGRAMS_FORMAT_H
#define PROGRAMS_FORMAT_H

#include <jansson.h>

#include "../lib/control_client.h"
#include "../lib/format.h"

json_t *json_said(const struct klips_said *said);
json_t *json_eroute(const struct klips_eroute_info *info);
json_t *json_sa(const struct klips_sa_info *info);
json_t *json_dev(const struct klips_dev_info *info);

#endif
