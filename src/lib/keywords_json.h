/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_KEYWORDS_JSON_H
#define LIB_KEYWORDS_JSON_H

#include <jansson.h>

json_t *keywords_json(void);

#endif
