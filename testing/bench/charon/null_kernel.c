// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for strongSwan's charon: an IPsec stack that says yes to everything, as pluto's protostack=none does, so
 * that `make bench-ike` measures the two IKE daemons and no kernel. testing/bench/charon.py compiles it.
 */
#include <kernel/kernel_ipsec.h>
#include <library.h>

typedef struct null_kernel_plugin_t null_kernel_plugin_t;

struct null_kernel_plugin_t {
	plugin_t plugin;
};

static refcount_t spis = 0x100; /* RFC 4303, 2.1: those below are reserved */

METHOD(kernel_ipsec_t, get_features, kernel_feature_t, kernel_ipsec_t *this)
{
	return 0;
}

METHOD(kernel_ipsec_t, get_spi, status_t, kernel_ipsec_t *this, host_t *src, host_t *dst, uint8_t protocol,
	uint32_t *spi)
{
	*spi = htonl(ref_get(&spis));
	return SUCCESS;
}

METHOD(kernel_ipsec_t, get_cpi, status_t, kernel_ipsec_t *this, host_t *src, host_t *dst, uint16_t *cpi)
{
	return NOT_SUPPORTED;
}

METHOD(kernel_ipsec_t, add_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id, kernel_ipsec_add_sa_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, update_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id,
	kernel_ipsec_update_sa_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, query_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id,
	kernel_ipsec_query_sa_t *data, uint64_t *bytes, uint64_t *packets, time_t *time)
{
	return NOT_SUPPORTED;
}

METHOD(kernel_ipsec_t, del_sa, status_t, kernel_ipsec_t *this, kernel_ipsec_sa_id_t *id, kernel_ipsec_del_sa_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, flush, status_t, kernel_ipsec_t *this)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, manage_policy, status_t, kernel_ipsec_t *this, kernel_ipsec_policy_id_t *id,
	kernel_ipsec_manage_policy_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, query_policy, status_t, kernel_ipsec_t *this, kernel_ipsec_policy_id_t *id,
	kernel_ipsec_query_policy_t *data, time_t *use_time)
{
	return NOT_SUPPORTED;
}

METHOD(kernel_ipsec_t, bypass_socket, bool, kernel_ipsec_t *this, int fd, int family)
{
	return TRUE;
}

METHOD(kernel_ipsec_t, enable_udp_decap, bool, kernel_ipsec_t *this, int fd, int family, uint16_t port)
{
	return TRUE;
}

METHOD(kernel_ipsec_t, destroy_kernel, void, kernel_ipsec_t *this)
{
	free(this);
}

static kernel_ipsec_t *create_kernel(void)
{
	kernel_ipsec_t *this;

	INIT(this, .get_features = _get_features, .get_spi = _get_spi, .get_cpi = _get_cpi, .add_sa = _add_sa,
	     .update_sa = _update_sa, .query_sa = _query_sa, .del_sa = _del_sa, .flush_sas = _flush,
	     .add_policy = _manage_policy, .query_policy = _query_policy, .del_policy = _manage_policy,
	     .flush_policies = _flush, .bypass_socket = _bypass_socket, .enable_udp_decap = _enable_udp_decap,
	     .destroy = _destroy_kernel, );
	return this;
}

METHOD(plugin_t, get_name, char *, null_kernel_plugin_t *this)
{
	return "null-kernel";
}

METHOD(plugin_t, get_plugin_features, int, null_kernel_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t provided[] = {
		PLUGIN_CALLBACK(kernel_ipsec_register, create_kernel),
		PLUGIN_PROVIDE(CUSTOM, "kernel-ipsec"),
	};

	*features = provided;
	return countof(provided);
}

METHOD(plugin_t, destroy, void, null_kernel_plugin_t *this)
{
	free(this);
}

/* What the loader looks for. */
plugin_t *null_kernel_plugin_create(void)
{
	null_kernel_plugin_t *this;

	INIT(this,
	     .plugin = {
		     .get_name = _get_name,
		     .get_features = _get_plugin_features,
		     .destroy = _destroy,
	     }, );
	return &this->plugin;
}
