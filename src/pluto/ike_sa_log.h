/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log calls IKE SAs, and lines about them. */
#ifndef PLUTO_IKE_SA_LOG_H
#define PLUTO_IKE_SA_LOG_H

#include <stdarg.h>

#include "pluto.h"

/* Bytes for the name of a connection that is for many peers, with the instance's number and its peer. */
#define IKE_SA_NAME 400
/* "road"[1] 192.1.3.209, or "west-east", with the quotation marks. @connection: the SA's, or one that shares it */
void ike_sa_name(const struct ike_sa *sa, const struct connection *connection, char name[IKE_SA_NAME]);
/* A line of an IKE SA, in the name of its connection or of one that shares it. */
void ike_sa_vlog(const struct ike_sa *sa, const struct connection *connection, enum pluto_log_level level,
		 const char *format, va_list args) __attribute__((format(printf, 4, 0)));
void ike_sa_log(const struct ike_sa *sa, enum pluto_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
