/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What control messages may hold, and how one that holds something else is refused. */
#ifndef LIB_CONTROL_POLICY_H
#define LIB_CONTROL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

enum klips_attr_type {
	KLIPS_TYPE_U8,
	KLIPS_TYPE_U16,
	KLIPS_TYPE_U32,
	KLIPS_TYPE_U64,
	KLIPS_TYPE_FLAG,
	KLIPS_TYPE_STRING,
	KLIPS_TYPE_BINARY,
	KLIPS_TYPE_NEST,
};

#define KLIPS_ATTR_EXACT 0x01 /* exactly as long as it may be */
#define KLIPS_ATTR_MULTI 0x02 /* may be there more than once */

/**
 * struct klips_attr_policy - one attribute
 * @length: bytes of its payload: exactly that of a number, else at most (a string: without its end)
 * @max: of a number in host byte order; 0: any
 * @nested: KLIPS_SET_ of a nest
 */
struct klips_attr_policy {
	const char *name;
	uint8_t type;
	uint16_t length;
	uint32_t max;
	uint8_t nested;
	uint8_t flags;
};

/**
 * struct klips_set_policy - an attribute set
 * @end: one past the highest attribute
 */
struct klips_set_policy {
	const char *name;
	const struct klips_attr_policy *attrs;
	uint16_t end;
};

#define KLIPS_ATTR_BIT(attr) (UINT64_C(1) << (attr))

#define KLIPS_OP_REQUEST     0x01 /* others are events */
#define KLIPS_OP_DUMP	     0x02
#define KLIPS_OP_ADMIN	     0x04 /* changes something */

/**
 * struct klips_op_policy - an operation
 * @takes: KLIPS_ATTR_BIT of each attribute that a request may have
 */
struct klips_op_policy {
	const char *name;
	uint8_t set;
	uint8_t flags;
	uint64_t takes;
};

extern const struct klips_set_policy klips_set_policies[];
extern const struct klips_op_policy klips_op_policies[];

/* More than any set has. */
#define KLIPS_ATTRS_MAX 64

/**
 * struct klips_refusal - why a message was refused; all zero: it was not
 * @error: a negative errno
 * @attr: the attribute at fault, inside the message; NULL: none
 * @name: its name; of one that is not there too; NULL: none
 * @text: for users
 */
struct klips_refusal {
	int error;
	const struct nlattr *attr;
	const char *name;
	char text[160];
};

int klips_refuse(struct klips_refusal *refusal, int error, const struct nlattr *attr, const char *name,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));
int klips_refuse_missing(struct klips_refusal *refusal, unsigned int set, unsigned int attr);
int klips_refuse_value(struct klips_refusal *refusal, unsigned int set, const struct nlattr *attr, const char *why);

int klips_attrs_parse(const struct nlattr **table, unsigned int set, uint64_t takes, const void *data, size_t length,
		      struct klips_refusal *refusal);
int klips_nest_parse(const struct nlattr **table, unsigned int set, const struct nlattr *nest,
		     struct klips_refusal *refusal);

#endif
