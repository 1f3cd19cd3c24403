// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "klips_control.h"

/**
 * klips_refuse() - say why a message is refused
 * @refusal: gets why, if it is refused
 * @error: a negative errno
 * @attr: the attribute at fault, or NULL
 * @name: its name, or NULL
 * @format: the reason, as printf() has it
 *
 * The first reason stays. Returns the error that stays.
 */
int klips_refuse(struct klips_refusal *refusal, int error, const struct nlattr *attr, const char *name,
		 const char *format, ...)
{
	va_list args;

	if (refusal->error)
		return refusal->error;
	refusal->error = error;
	refusal->attr = attr;
	refusal->name = name;
	va_start(args, format);
	vsnprintf(refusal->text, sizeof(refusal->text), format, args);
	va_end(args);
	return error;
}

/**
 * klips_refuse_missing() - refuse a message for what it lacks
 * @refusal: gets why, if it is refused
 * @set: KLIPS_SET_
 * @attr: the attribute
 */
int klips_refuse_missing(struct klips_refusal *refusal, unsigned int set, unsigned int attr)
{
	const struct klips_set_policy *policy = &klips_set_policies[set];

	return klips_refuse(refusal, -EINVAL, NULL, policy->attrs[attr].name, "attribute %s of %s is missing",
			    policy->attrs[attr].name, policy->name);
}

/**
 * klips_refuse_value() - refuse a message for the value of an attribute
 * @refusal: gets why, if it is refused
 * @set: KLIPS_SET_
 * @attr: the attribute
 * @why: what is wrong with it
 */
int klips_refuse_value(struct klips_refusal *refusal, unsigned int set, const struct nlattr *attr, const char *why)
{
	const struct klips_set_policy *policy = &klips_set_policies[set];
	const char *name = policy->attrs[mnl_attr_get_type(attr)].name;

	return klips_refuse(refusal, -EINVAL, attr, name, "attribute %s of %s: %s", name, policy->name, why);
}

static uint64_t number(const struct klips_attr_policy *policy, const struct nlattr *attr)
{
	switch (policy->length) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	default:
		return mnl_attr_get_u64(attr);
	}
}

static bool string_is_well(const struct klips_attr_policy *policy, const struct nlattr *attr)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t length = mnl_attr_get_payload_len(attr);

	return length && length <= (size_t)policy->length + 1 && strnlen(text, length) == length - 1;
}

static const char *fault(const struct klips_attr_policy *policy, const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	switch (policy->type) {
	case KLIPS_TYPE_STRING:
		return string_is_well(policy, attr) ? NULL : "not a string, or too long";
	case KLIPS_TYPE_BINARY:
		if (length > policy->length || ((policy->flags & KLIPS_ATTR_EXACT) && length != policy->length))
			return "its length is wrong";
		return NULL;
	case KLIPS_TYPE_NEST:
		return NULL;
	default:
		if (length != policy->length)
			return "its length is wrong";
		return policy->max && number(policy, attr) > policy->max ? "too high" : NULL;
	}
}

static int take(const struct nlattr **table, unsigned int set, uint64_t takes, const struct nlattr *attr,
		struct klips_refusal *refusal)
{
	const struct klips_set_policy *policy = &klips_set_policies[set];
	unsigned int type = mnl_attr_get_type(attr);
	const struct klips_attr_policy *one;
	const char *why;

	if (!type || type >= policy->end)
		return klips_refuse(refusal, -EINVAL, attr, NULL, "unknown attribute %u of %s", type, policy->name);
	one = &policy->attrs[type];
	if (!(takes & KLIPS_ATTR_BIT(type)))
		return klips_refuse(refusal, -EINVAL, attr, one->name, "attribute %s of %s has no place here",
				    one->name, policy->name);
	why = fault(one, attr);
	if (!why && table[type] && !(one->flags & KLIPS_ATTR_MULTI))
		why = "there twice";
	if (why)
		return klips_refuse_value(refusal, set, attr, why);
	if (!table[type])
		table[type] = attr;
	return 0;
}

/**
 * klips_attrs_parse() - check attributes by their policy and find each
 * @table: KLIPS_ATTRS_MAX pointers; gets those that are there, by type (of several the first), NULL for others
 * @set: KLIPS_SET_
 * @takes: KLIPS_ATTR_BIT of those that may be there
 * @data: what
 * @length: bytes of @data
 * @refusal: gets why, if it is refused
 *
 * Nests are checked when they are parsed. Returns 0 or what @refusal says.
 */
int klips_attrs_parse(const struct nlattr **table, unsigned int set, uint64_t takes, const void *data, size_t length,
		      struct klips_refusal *refusal)
{
	const struct nlattr *attr = data;
	const char *end = (const char *)data + length;
	int err;

	memset(table, 0, KLIPS_ATTRS_MAX * sizeof(*table));
	while ((const char *)attr < end) {
		if (!mnl_attr_ok(attr, (int)(end - (const char *)attr)))
			return klips_refuse(refusal, -EINVAL, NULL, NULL, "%s ends within an attribute",
					    klips_set_policies[set].name);
		err = take(table, set, takes, attr, refusal);
		if (err)
			return err;
		attr = mnl_attr_next(attr);
	}
	return 0;
}

/**
 * klips_nest_parse() - the same of the attributes in a nest
 * @table: gets the attributes
 * @set: KLIPS_SET_
 * @nest: the attribute
 * @refusal: gets why, if it is refused
 */
int klips_nest_parse(const struct nlattr **table, unsigned int set, const struct nlattr *nest,
		     struct klips_refusal *refusal)
{
	return klips_attrs_parse(table, set, UINT64_MAX, mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
				 refusal);
}
