/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pluto's status, for people. */
#ifndef PROGRAMS_PLUTO_TEXT_H
#define PROGRAMS_PLUTO_TEXT_H

#include <jansson.h>

/* Each prints what pluto answered under "status". */
void print_pluto_status(const json_t *status);
void print_pluto_traffic(const json_t *status);
void print_pluto_connections(const json_t *status);
void print_pluto_states(const json_t *status);
void print_pluto_shunts(const json_t *status);
void print_pluto_brief(const json_t *status);
void print_pluto_process(const json_t *status);
void print_pluto_expired(const json_t *status); /* keys of connections whose certificates are no longer valid */
void print_pluto_impairments(const json_t *status);
void print_pluto_trust(const json_t *status); /* keys, certificates, CRLs */
void print_pluto_pools(const json_t *status);

#endif
