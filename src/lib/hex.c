// SPDX-License-Identifier: GPL-2.0-or-later
#include "hex.h"

/**
 * hex_print() - bytes in hexadecimal, two small digits each
 * @text: gets them: 2 * @length + 1 bytes
 * @data: the bytes
 * @length: how many
 *
 * What is secret stays nowhere but in @text.
 *
 * Return: @text.
 */
const char *hex_print(char *text, const uint8_t *data, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	size_t at;

	for (at = 0; at < length; at++) {
		text[2 * at] = digits[data[at] >> 4];
		text[2 * at + 1] = digits[data[at] & 15];
	}
	text[2 * length] = '\0';
	return text;
}
