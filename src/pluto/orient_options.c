// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's own stack has beside IPsec: marks, devices, network cards. And of each SA: padding, DSCP, DF. */
#include <stdio.h>
#include <string.h>

#include "orient_own.h"

#define IF_ID_OF_ZERO 16384 /* of ipsec0: an if_id of 0 is none. It is what libreswan has */

static uint64_t number(const struct orientation *orientation, const char *name)
{
	return orient_number(orientation, KEYWORD_BOTH, name, 0);
}

/* A number of their own is the reqid, which no two connections share. */
static struct backend_mark mark_of(const struct orientation *orientation, const char *name)
{
	uint64_t value;

	if (!orient_text(orientation, KEYWORD_BOTH, name))
		name = "mark";
	value = number(orientation, name);
	if (value == UINT64_MAX)
		return (struct backend_mark){ orientation->to->reqid, UINT32_MAX };
	return (struct backend_mark){ (uint32_t)value, (uint32_t)(value >> 32) };
}

static int set_xfrm_device(struct orientation *orientation, uint64_t which)
{
	struct backend_options *options = &orientation->to->options;

	if (orient_text(orientation, KEYWORD_BOTH, "mark-in"))
		return orient_refuse(orientation, "mark-in=: what comes by ipsec-interface= is known by that");
	if (options->device[0])
		return orient_refuse(orientation, "ipsec-interface= and vti-interface= are both there");
	options->if_id = which ? (uint32_t)which : IF_ID_OF_ZERO;
	snprintf(options->device, sizeof(options->device), "ipsec%u", (unsigned int)which);
	return 0;
}

/* A VTI device goes by marks: without, all that the host sends and gets would be its. */
static int set_vti_device(struct orientation *orientation, const char *name)
{
	struct backend_options *options = &orientation->to->options;

	if (!*name || strlen(name) >= sizeof(options->device) || strpbrk(name, "/ \t"))
		return orient_refuse(orientation, "vti-interface=%s: not the name of a device", name);
	if (!options->mark[0].mask || !options->mark[1].mask)
		return orient_refuse(orientation, "vti-interface=%s: it needs mark=, or mark-in= and mark-out=", name);
	snprintf(options->device, sizeof(options->device), "%s", name);
	options->keep = number(orientation, "vti-shared");
	orientation->extra->no_device_routes = !number(orientation, "vti-routing");
	return 0;
}

static int set_device_addr(struct orientation *orientation)
{
	const char *of_xfrm = orient_text(orientation, orientation->side, "interface-ip"),
		   *of_vti = orient_text(orientation, orientation->side, "vti"), *text = of_xfrm ? of_xfrm : of_vti;
	const struct backend_options *options = &orientation->to->options;

	if (of_xfrm && !options->if_id)
		return orient_refuse(orientation,
				     "%sinterface-ip=%s: without ipsec-interface=", orient_side(orientation->side),
				     of_xfrm);
	if (of_vti && (options->if_id || !options->device[0]))
		return orient_refuse(orientation, "%svti=%s: without vti-interface=", orient_side(orientation->side),
				     of_vti);
	if (text)
		snprintf(orientation->extra->device_addr, sizeof(orientation->extra->device_addr), "%s", text);
	return 0;
}

/* The first packet of what a trap brings up is of nobody yet: no mark says whose it is. */
static int set_overlap(struct orientation *orientation)
{
	const char *track = orient_text(orientation, KEYWORD_BOTH, "sareftrack");

	orientation->to->options.overlap = number(orientation, "overlapip");
	orientation->extra->no_tracking = track && !number(orientation, "sareftrack");
	if (orientation->to->options.overlap && orientation->to->at_start == CONNECTION_ONDEMAND)
		return orient_refuse(orientation, "overlapip=yes: only peers bring it up, not packets (auto=ondemand)");
	if (orientation->extra->no_tracking && !orientation->to->options.overlap)
		orient_warn(orientation, "sareftrack=%s: without overlapip=yes, and ignored", track);
	return 0;
}

int orient_options(struct orientation *orientation)
{
	const char *vti = orient_text(orientation, KEYWORD_BOTH, "vti-interface");
	uint64_t device = orient_number(orientation, KEYWORD_BOTH, "ipsec-interface", UINT64_MAX);
	struct connection *to = orientation->to;
	int err = 0;

	to->tfc = (uint32_t)number(orientation, "tfc");
	to->options = (struct backend_options){
		.decap_dscp = number(orientation, "decap-dscp"),
		.no_encap_dscp = !number(orientation, "encap-dscp"),
		.no_pmtu_disc = number(orientation, "nopmtudisc"),
		.offload = (enum backend_offload)number(orientation, "nic-offload"),
		.mark = { mark_of(orientation, "mark-in"), mark_of(orientation, "mark-out") },
	};
	err = set_overlap(orientation);
	if (!err && vti)
		err = set_vti_device(orientation, vti);
	if (!err && device != UINT64_MAX)
		err = set_xfrm_device(orientation, device);
	return err ? err : set_device_addr(orientation);
}
