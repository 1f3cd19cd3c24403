// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec verify: this host's addresses, and what the kernel does with packets of each interface. */
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 256

/* Names of devices, each once: "all", and those that have addresses. */
struct devices {
	const char *names[DEVICES_MAX];
	size_t count;
};

static void add_device(struct devices *devices, const char *name)
{
	size_t i;

	for (i = 0; i < devices->count; i++) {
		if (!strcmp(devices->names[i], name))
			return;
	}
	if (devices->count < DEVICES_MAX && strcmp(name, "lo") != 0)
		devices->names[devices->count++] = name;
}

static void list_devices(struct devices *devices, const struct verify *verify)
{
	size_t i;

	devices->count = 0;
	for (i = 0; i < verify->addresses.count; i++)
		add_device(devices, verify->addresses.list[i].device);
}

/* /proc/sys/net/FAMILY/conf/DEVICE/NAME; -1: there is none */
static long read_sysctl(const char *family, const char *device, const char *name)
{
	char path[256], text[32] = "", *end;
	FILE *file;
	long value;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, device, name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	value = strtol(text, &end, 10);
	return end == text ? -1 : value;
}

void verify_addresses(struct verify *verify)
{
	if (host_addresses_read(&verify->addresses))
		memset(&verify->addresses, 0, sizeof(verify->addresses));
	if (verify->addresses.count > 1)
		verify_say(verify, VERIFY_OK, "addresses", NULL, "this host has %zu", verify->addresses.count);
	else
		verify_say(verify, VERIFY_FAILED, "addresses", "configure an interface",
			   "this host has no address but its own");
}

/* As the kernel has it: of send_redirects one of the two is enough; where packets are forwarded, both must be on. */
static bool is_on(const char *device, const char *name, bool both)
{
	const bool all = read_sysctl("ipv4", "all", name) > 0, own = read_sysctl("ipv4", device, name) > 0;

	return both && read_sysctl("ipv4", device, "forwarding") > 0 ? all && own : all || own;
}

/* The names of devices where a sysctl is on; how many. */
static size_t find_on(const struct verify *verify, const char *name, bool both, char *text, size_t size)
{
	struct devices devices;
	size_t i, used = 0, count = 0;

	*text = '\0';
	list_devices(&devices, verify);
	for (i = 0; i < devices.count; i++) {
		if (!is_on(devices.names[i], name, both))
			continue;
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", count ? ", " : "", devices.names[i]);
		count++;
	}
	return count;
}

/* RFC 3704's strict check asks where an answer would go: for what came out of a tunnel, often elsewhere. 2 is loose. */
void verify_rp_filter(struct verify *verify)
{
	const long all = read_sysctl("ipv4", "all", "rp_filter");
	struct devices devices;
	char names[512] = "";
	size_t i, used = 0;
	long value;

	list_devices(&devices, verify);
	for (i = 0; i < devices.count && used < sizeof(names); i++) {
		value = read_sysctl("ipv4", devices.names[i], "rp_filter");
		value = value > all ? value : all;
		if (value == 1)
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
						 devices.names[i]);
	}
	if (used)
		verify_say(verify, VERIFY_WARNING, "rp_filter",
			   "sysctl net.ipv4.conf.IF.rp_filter=2 (loose) or 0, and that of all",
			   "strict, which may drop what comes out of tunnels: %s", names);
	else
		verify_say(verify, VERIFY_OK, "rp_filter", NULL, "no interface is strict");
}

/* With the kernel's IPsec, packets go out by the interface that they came in by: it would tell their senders so. */
void verify_redirects(struct verify *verify)
{
	char sends[512], accepts[512];
	size_t send = find_on(verify, "send_redirects", false, sends, sizeof(sends));
	size_t accept = find_on(verify, "accept_redirects", true, accepts, sizeof(accepts));

	if (send && strcmp(verify->stack, "netkey") == 0)
		verify_say(verify, VERIFY_WARNING, "redirects",
			   "sysctl net.ipv4.conf.IF.send_redirects=0, and that of all",
			   "ICMP redirects are sent by: %s", sends);
	if (accept)
		verify_say(verify, VERIFY_WARNING, "redirects",
			   "sysctl net.ipv4.conf.IF.accept_redirects=0, and that of all",
			   "ICMP redirects, which can lead packets past tunnels, are believed by: %s", accepts);
	else
		verify_say(verify, VERIFY_OK, "redirects", NULL, "none are believed");
}

/* Whether any conn has a net, of that version of IP, on both of its ends: this host is a gateway then. */
static bool is_gateway(const struct verify *verify, bool v6)
{
	static const char *const names[] = { "leftsubnet", "rightsubnet", "leftsubnets", "rightsubnets" };
	const char *text;
	size_t i, k;

	for (i = 0; verify->conf && i < verify->conf->count; i++) {
		for (k = 0; k < sizeof(names) / sizeof(*names); k++) {
			text = conf_text(verify->conf->conns[i], names[k]);
			if (text && !strchr(text, ':') == !v6)
				return true;
		}
	}
	return false;
}

static bool say_forwarding(struct verify *verify, const char *family, bool v6)
{
	struct devices devices;
	char names[512] = "";
	size_t i, used = 0;

	if (!is_gateway(verify, v6))
		return false;
	list_devices(&devices, verify);
	for (i = 0; i < devices.count && used < sizeof(names); i++) {
		if (!read_sysctl(family, devices.names[i], "forwarding"))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
						 devices.names[i]);
	}
	if (used)
		verify_say(verify, VERIFY_WARNING, "forwarding",
			   v6 ? "sysctl net.ipv6.conf.all.forwarding=1" : "sysctl net.ipv4.ip_forward=1",
			   "conns have nets, but %s is not forwarded by: %s", v6 ? "IPv6" : "IPv4", names);
	return used;
}

void verify_forwarding(struct verify *verify)
{
	const bool v4 = say_forwarding(verify, "ipv4", false), v6 = say_forwarding(verify, "ipv6", true);

	if (!v4 && !v6)
		verify_say(verify, VERIFY_OK, "forwarding", NULL, "%s",
			   is_gateway(verify, false) || is_gateway(verify, true) ?
				   "packets of conns' nets are forwarded" :
				   "no conn has a net");
}
