// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec verify: what runs: pluto, a stack, and who else wants IKE's ports. */
#include "verify.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/control_client.h"
#include "../lib/parse.h"
#include "../pluto/natd.h"
#include "../pluto/netkey.h"
#include "pluto_client.h"

#define NAME_MAX_COMM 32

/* Daemons of IKE, by the names of their processes. */
static const char *const daemons[] = { "charon", "charon-systemd", "charon-nm", "iked", "isakmpd",
				       "racoon", "ikev2d",	   "pluto",	NULL };

/* What /proc calls a process; empty: it has gone. */
static void name_of(pid_t pid, char name[NAME_MAX_COMM])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file || !fgets(name, NAME_MAX_COMM, file))
		*name = '\0';
	if (file)
		fclose(file);
	name[strcspn(name, "\n")] = '\0';
}

/* Calls @look for each process until it says true; that process, or 0. */
static pid_t find_process(bool (*look)(pid_t pid, const void *arg), const void *arg)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;
	u64 pid;

	while (directory && !found && (entry = readdir(directory))) {
		if (!klips_parse_number(&pid, entry->d_name, INT32_MAX) && pid && look((pid_t)pid, arg))
			found = (pid_t)pid;
	}
	if (directory)
		closedir(directory);
	return found;
}

/* A status of pluto's, which the caller frees; NULL: it does not run. */
static json_t *ask_pluto(struct verify *verify)
{
	struct pluto_client client;
	json_t *answer = NULL;

	if (pluto_client_open(&client))
		return NULL;
	verify->pluto = client.pid;
	pluto_ask(&client, json_pack("{s:s}", "command", "status"), NULL, &answer);
	pluto_client_close(&client);
	return answer;
}

void verify_pluto(struct verify *verify)
{
	json_t *answer = ask_pluto(verify);
	const json_t *status = json_object_get(answer, "status");
	const char *stack = json_string_value(json_object_get(status, "stack"));

	if (!verify->pluto)
		verify_say(verify, VERIFY_WARNING, "pluto", "ipsec start", "it does not run");
	else if (!status)
		verify_say(verify, VERIFY_FAILED, "pluto", "ipsec restart", "process %d does not answer",
			   (int)verify->pluto);
	else
		verify_say(verify, VERIFY_OK, "pluto", NULL, "it runs");
	if (stack)
		snprintf(verify->stack, sizeof(verify->stack), "%s", stack);
	json_decref(answer);
}

/* The kernel has no ESP, or this user may not ask: @why */
static bool has_netkey(char *why, size_t size)
{
	struct netkey *netkey = netkey_open_calls(why, size);
	int err;

	if (!netkey)
		return false;
	err = netkey_probe(netkey);
	snprintf(why, size, "%s", netkey->why);
	netkey->backend.ops->close(&netkey->backend);
	return !err;
}

static bool has_klips(char *why, size_t size)
{
	struct klips_refusal refusal = { 0 };
	struct klips_client client;

	if (klips_client_open(&client, NULL, &refusal)) {
		snprintf(why, size, "%s", refusal.text);
		return false;
	}
	klips_client_close(&client);
	return true;
}

/* By the rules of protostack=; and ipsec start starts KLIPS where it is wanted, or nothing else is there. */
static void guess_stack(struct verify *verify, const char *protostack)
{
	const bool is_auto = !strcmp(protostack, "auto"), is_klips = !strcmp(protostack, "klips");
	char klips[256] = "", netkey[256] = "";

	if (!strcmp(protostack, "none")) {
		snprintf(verify->stack, sizeof(verify->stack), "none");
		verify_say(verify, VERIFY_WARNING, "stack", "protostack=auto protects traffic",
			   "none, by protostack=none");
	} else if ((is_auto || is_klips) && has_klips(klips, sizeof(klips))) {
		snprintf(verify->stack, sizeof(verify->stack), "klips");
		verify_say(verify, VERIFY_OK, "stack", NULL, "klips runs");
	} else if (!is_klips && has_netkey(netkey, sizeof(netkey))) {
		snprintf(verify->stack, sizeof(verify->stack), "netkey");
		verify_say(verify, VERIFY_OK, "stack", NULL, "netkey: the kernel has IPsec%s",
			   is_auto ? ", and KLIPS does not run" : "");
	} else if (is_auto || is_klips) {
		snprintf(verify->stack, sizeof(verify->stack), "klips");
		verify_say(verify, VERIFY_OK, "stack", NULL, "ipsec start will start KLIPS%s%s", *netkey ? ": " : "",
			   netkey);
	} else {
		verify_say(verify, VERIFY_FAILED, "stack", "protostack=auto, or a kernel with IPsec",
			   "protostack=%s: %s", protostack, netkey);
	}
}

void verify_stack(struct verify *verify)
{
	const char *protostack = verify->conf ? conf_text(&verify->conf->setup, "protostack") : NULL;

	protostack = protostack ? protostack : "auto";
	if (verify->stack[0])
		verify_say(verify, VERIFY_OK, "stack", NULL, "%s, which pluto chose (protostack=%s)", verify->stack,
			   protostack);
	else
		guess_stack(verify, protostack);
}

/* Other network namespaces have their own. */
static bool is_here(pid_t pid)
{
	char path[64], other[64], own[64];
	ssize_t length, own_length;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	length = readlink(path, other, sizeof(other));
	own_length = readlink("/proc/self/ns/net", own, sizeof(own));
	return length > 0 && length == own_length && !memcmp(other, own, (size_t)length);
}

/* 0: it has gone. */
static pid_t parent_of(pid_t pid)
{
	char path[64], line[512] = "", *rest;
	FILE *file;
	int parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	rest = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	if (file)
		fclose(file);
	/* NOLINTNEXTLINE(cert-err34-c): the kernel's own digits */
	return rest && sscanf(rest, ") %*c %d", &parent) == 1 ? parent : 0;
}

/* What pluto has just forked is called as pluto is, for a moment. */
static bool is_pluto(const struct verify *verify, pid_t pid)
{
	return verify->pluto && (pid == verify->pluto || parent_of(pid) == verify->pluto);
}

static bool is_rival(pid_t pid, const void *arg)
{
	const struct verify *verify = arg;
	char name[NAME_MAX_COMM];
	const char *const *one;

	name_of(pid, name);
	for (one = daemons; *one; one++) {
		if (!strcmp(*one, name))
			return !is_pluto(verify, pid) && is_here(pid);
	}
	return false;
}

void verify_daemons(struct verify *verify)
{
	const pid_t pid = find_process(is_rival, verify);
	char name[NAME_MAX_COMM];

	if (!pid) {
		verify_say(verify, VERIFY_OK, "other daemons", NULL, "no other daemon of IKE runs");
		return;
	}
	name_of(pid, name);
	verify_say(verify, VERIFY_WARNING, "other daemons", "stop it: two cannot share a host's IPsec",
		   "%s runs, as process %d", name, (int)pid);
}

/* The sockets of a UDP port: their numbers. */
struct holders {
	unsigned long inodes[64];
	size_t count;
};

static void read_table(struct holders *holders, const char *path, unsigned int port)
{
	FILE *file = fopen(path, "re");
	unsigned long inode;
	unsigned int local;
	char line[512];

	while (file && fgets(line, sizeof(line), file) && holders->count < ARRAY_SIZE(holders->inodes)) {
		/* NOLINTNEXTLINE(cert-err34-c): the kernel's own digits */
		if (sscanf(line, " %*u: %*[0-9A-F]:%4x %*s %*x %*s %*s %*s %*u %*u %lu", &local, &inode) == 2 &&
		    local == port)
			holders->inodes[holders->count++] = inode;
	}
	if (file)
		fclose(file);
}

static bool is_holder(const struct holders *holders, const char *link)
{
	char name[64];
	size_t i;

	for (i = 0; i < holders->count; i++) {
		snprintf(name, sizeof(name), "socket:[%lu]", holders->inodes[i]);
		if (!strcmp(name, link))
			return true;
	}
	return false;
}

static bool holds(pid_t pid, const void *arg)
{
	char folder[64], path[384], link[64];
	struct dirent *entry;
	bool found = false;
	ssize_t length;
	DIR *directory;

	snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)pid);
	directory = opendir(folder);
	while (directory && !found && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		length = readlink(path, link, sizeof(link) - 1);
		if (length <= 0)
			continue;
		link[length] = '\0';
		found = is_holder(arg, link);
	}
	if (directory)
		closedir(directory);
	return found;
}

/* klipsd may have the ports beside pluto (--share-udp), for ESP in UDP. */
static bool is_ours(const struct verify *verify, pid_t pid, const char *name)
{
	return pid == verify->pluto || !strcmp(name, "klipsd");
}

/* Of several pluto; 0: nobody has it, or this user may not see who. */
static pid_t find_holder(const struct verify *verify, const struct holders *holders)
{
	if (!holders->count)
		return 0;
	return verify->pluto && holds(verify->pluto, holders) ? verify->pluto : find_process(holds, holders);
}

static void say_port(struct verify *verify, unsigned int port)
{
	char name[NAME_MAX_COMM] = "";
	struct holders holders = { .count = 0 };
	pid_t pid;

	read_table(&holders, "/proc/net/udp", port);
	read_table(&holders, "/proc/net/udp6", port);
	pid = find_holder(verify, &holders);
	if (pid)
		name_of(pid, name);
	if (pid && is_ours(verify, pid, name))
		verify_say(verify, VERIFY_OK, "ports", NULL, "UDP %u: %s has it", port,
			   pid == verify->pluto ? "pluto" : name);
	else if (holders.count && (pid || !verify->pluto))
		verify_say(verify, VERIFY_FAILED, "ports",
			   "stop that program, or set ikeport=", "UDP %u: %s has it already", port,
			   *name ? name : "another program");
	else if (verify->pluto && !holders.count)
		verify_say(verify, VERIFY_FAILED, "ports", "see listen=, and pluto's log",
			   "UDP %u: pluto does not listen", port);
	else
		verify_say(verify, VERIFY_OK, "ports", NULL, "UDP %u: %s", port,
			   verify->pluto ? "there is a listener" : "it is free");
}

static unsigned int port_of(const struct verify *verify, const char *name, unsigned int usual)
{
	const char *text = verify->conf ? conf_text(&verify->conf->setup, name) : NULL;
	u64 number;

	return text && !klips_parse_number(&number, text, UINT16_MAX) ? (unsigned int)number : usual;
}

void verify_ports(struct verify *verify)
{
	say_port(verify, port_of(verify, "ikeport", IKE_PORT));
	say_port(verify, port_of(verify, "nat-ikeport", IKE_NAT_PORT));
}
