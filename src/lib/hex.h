/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as text. */
#ifndef LIB_HEX_H
#define LIB_HEX_H

#include <stddef.h>
#include <stdint.h>

const char *hex_print(char *text, const uint8_t *data, size_t length);

#endif
