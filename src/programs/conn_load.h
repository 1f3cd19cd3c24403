/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conns of ipsec.conf, sent to pluto. */
#ifndef PROGRAMS_CONN_LOAD_H
#define PROGRAMS_CONN_LOAD_H

#include "../lib/conf.h"
#include "pluto_client.h"

/* What is wrong, as compilers say it, on stderr. */
void conf_errors_say(const struct conf_errors *errors);
/* The configuration that is meant: @given, or $IPSEC_CONF, or CONF_PATH. */
const char *conf_path(const char *given);
/* That one, with complaints about what is wrong in it. NULL: no memory */
struct conf *conf_load_or_complain(const char *path);
/* "add". The exit status: of pluto's answer, or of a complaint. */
int conn_add(struct pluto_client *client, const struct conf *conf, const char *name);
/* All conns that auto= says something about: they are added, and routed or initiated. */
void conns_load(struct pluto_client *client, const struct conf *conf);

#endif
