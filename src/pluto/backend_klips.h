/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the KLIPS backend share. */
#ifndef PLUTO_BACKEND_KLIPS_H
#define PLUTO_BACKEND_KLIPS_H

#include "backend_flow.h"
#include "../lib/control_client.h"

#define KLIPS_BACKEND_PORTS 32

/**
 * struct klips_backend - KLIPS, be it klipsd or the module
 * @client: for requests; closed while KLIPS does not run
 * @listener: for events, likewise
 * @epoll: what is waited for: it has @listener, whichever that is now
 * @there: as was told last; @retry: a timer in @epoll, set while it is not there
 * @was_there: it has been there, so that it went: the kernel is not to load it again
 * @traps: a tree of the %traps, which events name by their selectors; see backend_klips_policy.c
 * @ports: of IKE that KLIPS was told of, and which of them ESP has too
 * @why: of the last error
 */
struct klips_backend {
	struct backend backend;
	const struct backend_events *events;
	void *arg;
	struct klips_client client;
	struct klips_client listener;
	int epoll, retry;
	bool there, was_there;
	void *traps;
	struct klips_ike_port {
		uint16_t number;
		bool encapsulation;
	} ports[KLIPS_BACKEND_PORTS];
	unsigned int port_count;
	char why[256];
};

int backend_klips_ready(struct klips_backend *klips);
int backend_klips_fail(struct klips_backend *klips, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int backend_klips_refused(struct klips_backend *klips, const struct klips_refusal *why);
uint8_t backend_klips_proto(uint8_t protocol);
int backend_klips_selector(struct klips_selector *to, const struct backend_flow *flow, const char **why);

int backend_klips_policy_set(struct backend *backend, const struct backend_policy *policy);
int backend_klips_policy_delete(struct backend *backend, const struct backend_policy *policy);
bool backend_klips_trap_reqid(const struct klips_backend *klips, const struct klips_selector *trap, uint32_t *reqid);
void backend_klips_traps_free(struct klips_backend *klips);

/* mast0, which is made if need be, and up. @id: gets what KLIPS knows it by. 0, or a negative errno, with a text. */
int backend_klips_mast(struct klips_backend *klips, uint32_t *id);
int backend_klips_attach(struct backend *backend, const struct backend_policy *like, char device[16]);
int backend_klips_check(struct backend *backend, const struct backend_options *options);
int backend_klips_bypass_socket(struct backend *backend, int fd, uint8_t version);
int backend_klips_encap_socket(struct backend *backend, int fd, uint8_t version, uint16_t port);
/* KLIPS hears again of all ports that it was told of: it is another one. */
int backend_klips_ports_again(struct klips_backend *klips, struct klips_refusal *why);

#endif
