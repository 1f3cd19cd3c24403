// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands as users type them, against a true control socket with a KLIPS without packets behind it. */
#define _GNU_SOURCE
#include "../../klips/tests/test.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "run_command.h"
#include "../../klips/tests/control_rig.h"
#include "../../lib/parse.h"

static struct klips_control_server *server;
static char folder[] = "/tmp/klips-test-XXXXXX";
static char socket_path[64];
static pthread_t thread;
static int stop_fd;

static void *serve(void *arg)
{
	struct pollfd fds[2] = { { .fd = klips_control_server_fd(server), .events = POLLIN },
				 { .fd = stop_fd, .events = POLLIN } };

	rcu_register_thread();
	while (!(fds[1].revents & POLLIN)) {
		poll(fds, 2, -1);
		klips_control_server_run(server);
	}
	rcu_unregister_thread();
	return arg;
}

static int set_up(void **state)
{
	(void)state;
	rig_begin();
	memcpy(folder + sizeof(folder) - sizeof("XXXXXX"), "XXXXXX", sizeof("XXXXXX"));
	assert_non_null(mkdtemp(folder));
	snprintf(socket_path, sizeof(socket_path), "%s/control", folder);
	assert_int_equal(setenv("KLIPS_CONTROL", socket_path, 1), 0);
	assert_int_equal(setenv("PLUTO_RUNDIR", folder, 1), 0);
	assert_int_equal(klips_control_server_new(&server, &rig_control, socket_path), 0);
	stop_fd = eventfd(0, 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	uint64_t one = 1;

	(void)state;
	assert_int_equal(write(stop_fd, &one, sizeof(one)), sizeof(one));
	pthread_join(thread, NULL);
	close(stop_fd);
	klips_control_server_free(server);
	assert_int_not_equal(access(socket_path, F_OK), 0);
	assert_int_equal(rmdir(folder), 0);
	rig_end();
	return 0;
}

/* What klipsd, in a thread of this program, says for debugging is not the command's. */
static void drop_traces(char *text)
{
	static const char mark[] = "klips_debug:";
	char *end;

	while ((text = strstr(text, mark))) {
		end = strchr(text, '\n');
		end = end ? end + 1 : text + strlen(text);
		memmove(text, end, strlen(end) + 1);
	}
}

static void run(int (*command)(int argc, char **argv), const char *line)
{
	run_command(command, line);
	drop_traces(command_err);
}

static void run_well(int (*command)(int argc, char **argv), const char *line)
{
	run(command, line);
	if (command_status || command_err[0])
		fail_msg("%s: exit status %d, %s", line, command_status, command_err);
}

#define KEY16 "0x000102030405060708090a0b0c0d0e0f"
#define KEY20 KEY16 "10111213"
#define KEY24 KEY20 "14151617"

static void eroutes_are_a_table(void **state)
{
	(void)state;
	run_well(run_eroute, "eroute");
	assert_string_equal(command_out, "");
	run_well(run_eroute,
		 "eroute --add --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24 --said tun0x1004@192.1.2.23");
	run_well(run_eroute, "eroute");
	assert_string_equal(command_out,
			    "0          192.0.1.0/24       -> 192.0.2.0/24       => tun0x1004@192.1.2.23\n");
	run_well(run_eroute, "eroute --replace --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap");
	run_well(run_eroute, "eroute");
	assert_string_equal(command_out, "0          192.0.1.0/24       -> 192.0.2.0/24       => %trap\n");
	run_well(run_eroute, "eroute --del --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24");
	run_well(run_eroute, "eroute --add --src 192.0.1.1/32:1025 --dst 192.0.2.1/32 --dst-port 80 --transport-proto 6"
			     " --af inet --edst 192.1.2.23 --spi 0x5 --proto esp");
	run_well(run_eroute, "eroute");
	assert_string_equal(command_out,
			    "0          192.0.1.1/32:1025  -> 192.0.2.1/32:80    => esp0x5@192.1.2.23:6\n");
	run_well(run_eroute, "eroute --clear");
	run_well(run_eroute, "eroute --add --eraf inet6 --src 2001:db8:1::/64 --dst default6 --said %drop");
	run_well(run_eroute, "eroute");
	assert_string_equal(command_out, "0          2001:db8:1::/64    -> ::/0               => %drop\n");
}

static void eroutes_are_json(void **state)
{
	json_t *rows, *row;

	(void)state;
	run_well(run_eroute, "eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %hold");
	run_well(run_eroute, "eroute --json");
	rows = json_loads(command_out, 0, NULL);
	assert_non_null(rows);
	assert_int_equal(json_array_size(rows), 1);
	row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_object_get(row, "said")), "%hold");
	assert_string_equal(json_string_value(json_object_get(json_object_get(row, "selector"), "dst")),
			    "192.0.2.0/24");
	assert_true(json_is_integer(json_object_get(row, "count")));
	json_decref(rows);
}

static void sas_are_a_table(void **state)
{
	(void)state;
	run_well(run_spi, "spi --said esp0x1@192.1.2.23 --esp 3des-md5-96 --enckey " KEY24 " --authkey " KEY16
			  " --src 192.1.2.45 --dir in --life soft-bytes=1000,hard-bytes=2000");
	run_well(run_spi, "spi");
	assert_non_null(strstr(command_out, "esp0x1@192.1.2.23 ESP_3DES_HMAC_MD5: dir=in "));
	assert_non_null(strstr(command_out, " src=192.1.2.45 iv_bits=64bits ooowin=64 flags=0x1 alen=96 aklen=128"));
	assert_non_null(strstr(command_out, " life(c,s,h)=bytes(0,1000,2000)"));
	assert_non_null(strstr(command_out, " natencap=none natsport=0 natdport=0 refcount="));
	run_well(run_spi, "spi --af inet --edst 192.1.2.23 --spi 0x2 --proto ah --ah hmac-sha1-96 --authkey " KEY20);
	run_well(run_spi, "spi --said ah.2@192.1.2.23 --get");
	assert_non_null(strstr(command_out, "ah0x2@192.1.2.23 AH_HMAC_SHA1: dir=out src=0.0.0.0"));
	run_well(run_spi, "spi --said tun0x3@192.1.2.23 --ip4 --src 192.1.2.45 --dst 192.1.2.23 --dumpsaref");
	assert_true(strtol(command_out, NULL, 10) > 0);
	run_well(run_spi, "spi --said comp0x4@192.1.2.23 --comp deflate");
	run_well(run_spi, "spi --said esp0x5@192.1.2.23 --esp aes-gcm-16 --enckey " KEY20
			  " --natt nonesp --sport 4500 --dport 1025");
	run_well(run_spi, "spi --said esp0x5@192.1.2.23 --get");
	assert_non_null(strstr(command_out, "ESP_AES_GCM_16: dir=out"));
	assert_non_null(strstr(command_out, "natencap=nonesp natsport=4500 natdport=1025"));
	run_well(run_spi, "spi --said esp0x6@192.1.2.23 --esp aes-cbc --authalg hmac-sha2-256-128 --enckey " KEY16
			  " --authkey " KEY16 "101112131415161718191a1b1c1d1e1f");
	run_well(run_spi, "spi --said esp0x6@192.1.2.23 --update --life hard-packets=9");
	run_well(run_spi, "spi --said esp0x6@192.1.2.23 --get");
	assert_non_null(strstr(command_out, "packets(0,0,9)"));
	run_well(run_spi, "spi --said esp0x6@192.1.2.23 --del");
	run_well(run_spigrp, "spigrp --said tun0x3@192.1.2.23 esp0x5@192.1.2.23");
	run_well(run_spigrp, "spigrp");
	assert_non_null(strstr(command_out, "tun0x3@192.1.2.23 esp0x5@192.1.2.23\n"));
	run_well(run_spigrp, "spigrp inet 192.1.2.23 0x3 tun");
	run_well(run_spigrp, "spigrp");
	assert_null(strstr(command_out, "tun0x3@192.1.2.23 esp"));
	run_well(run_spi, "spi --clear");
	run_well(run_spi, "spi");
	assert_string_equal(command_out, "");
}

static void an_sa_to_this_host_is_inbound(void **state)
{
	(void)state;
	run_well(run_spi, "spi --said esp0x1@127.0.0.1 --esp aes-gcm-16 --enckey " KEY20);
	run_well(run_spi, "spi --json");
	assert_non_null(strstr(command_out, "\"inbound\""));
	assert_non_null(strstr(command_out, "\"window\": 64"));
	assert_null(strstr(command_out, "00010203"));
}

static void devices_are_a_table(void **state)
{
	(void)state;
	run_well(run_tncfg, "tncfg --attach --virtual ipsec0 --physical eth1");
	run_well(run_tncfg, "tncfg --create ipsec1");
	run_well(run_tncfg, "tncfg");
	assert_string_equal(command_out, "ipsec0 -> eth1 mtu=1500(1500) -> 1500\nipsec1 -> NULL mtu=0(0) -> 0\n");
	run_well(run_tncfg, "tncfg --clear");
	run_well(run_tncfg, "tncfg");
	assert_string_equal(command_out, "ipsec0 -> NULL mtu=0(0) -> 0\nipsec1 -> NULL mtu=0(0) -> 0\n");
	run(run_tncfg, "tncfg --attach --virtual ipsec0 --physical wlan0");
	assert_int_equal(command_status, EXIT_REFUSED);
	assert_string_equal(command_err, "ipsec tncfg: --physical: there is no wlan0 to attach to\n");
}

static void debugging_is_a_table(void **state)
{
	(void)state;
	run_well(run_klipsdebug, "klipsdebug --all");
	run_well(run_klipsdebug, "klipsdebug --clear esp");
	run_well(run_klipsdebug, "klipsdebug");
	assert_non_null(strstr(command_out, "debug_tunnel=00000003.\n"));
	assert_non_null(strstr(command_out, "debug_esp=00000000.\n"));
	assert_non_null(strstr(command_out, "debug_verbose=00000000.\n"));
	assert_non_null(strstr(command_out, "debug_ah=00000200.\n"));
	run_well(run_klipsdebug, "klipsdebug --none");
	run_well(run_klipsdebug, "klipsdebug --json");
	assert_null(strstr(command_out, "true"));
	assert_non_null(strstr(command_out, "\"radij\": false"));
}

static void klips_tells_its_state(void **state)
{
	(void)state;
	run_well(run_klips, "klips status");
	assert_non_null(strstr(command_out, "Cygnet KLIPS version: 0.0-test\ncrypto: of the rig\nSAs: 0\n"));
	run_well(run_klips, "klips settings tos=0 acquire-rate=5");
	run_well(run_klips, "klips settings");
	assert_string_equal(command_out, "icmp=1\ninbound-policy-check=1\ntos=0\nacquire-rate=5\nacquire-burst=50\n"
					 "keepalive=20\n");
	/* All or none. */
	run(run_klips, "klips settings tos=1 shape=round");
	assert_int_equal(command_status, EXIT_USAGE);
	run(run_klips, "klips settings acquire-rate=6 tos=2");
	assert_int_equal(command_status, EXIT_REFUSED);
	run_well(run_klips, "klips settings");
	assert_string_equal(command_out, "icmp=1\ninbound-policy-check=1\ntos=0\nacquire-rate=5\nacquire-burst=50\n"
					 "keepalive=20\n");
}

/* Each eroute with its whole bundle, then the devices, then the SAs. */
static void look_shows_all_tables(void **state)
{
	const char *eroute, *dev, *sa;

	(void)state;
	run_well(run_spi, "spi --said tun0x3@192.1.2.23 --ip4 --src 192.1.2.45");
	run_well(run_spi, "spi --said esp0x5@192.1.2.23 --esp aes-gcm-16 --enckey " KEY20);
	run_well(run_spigrp, "spigrp --said tun0x3@192.1.2.23 esp0x5@192.1.2.23");
	run_well(run_eroute, "eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --said tun0x3@192.1.2.23");
	run_well(run_tncfg, "tncfg --create ipsec1");
	run_well(run_look, "look");
	eroute = strstr(command_out, " => tun0x3@192.1.2.23 esp0x5@192.1.2.23\n");
	assert_non_null(eroute);
	dev = strstr(eroute, "\nipsec1 -> NULL mtu=0(0) -> 0\n");
	assert_non_null(dev);
	sa = strstr(dev, "\nesp0x5@192.1.2.23 ESP_AES_GCM_16: ");
	assert_non_null(sa);
	assert_non_null(strstr(sa, "\ntun0x3@192.1.2.23 IPIP: "));
}

/* What all commands take. */
static void labels_come_before_complaints(void **state)
{
	(void)state;
	run(run_tncfg, "tncfg --debug --label conn --attach");
	assert_int_equal(command_status, EXIT_USAGE);
	assert_string_equal(command_err, "ipsec tncfg: conn: --virtual is missing\n");
	run_well(run_klipsdebug, "klipsdebug --help --frobnicate");
	assert_non_null(strstr(command_out, "usage: ipsec klipsdebug"));
}

/* A line that is refused, with its exit status and words that are said of it. */
struct complaint {
	int (*run)(int argc, char **argv);
	const char *line;
	int status;
	const char *words;
};

static void assert_complaints(const struct complaint *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		run(rows[i].run, rows[i].line);
		if (command_status != rows[i].status || !strstr(command_err, rows[i].words) || command_out[0])
			fail_msg("%s: exit status %d, %s", rows[i].line, command_status, command_err);
	}
}

/* What is for pluto, which does not run here. */
static void connections_and_actions_are_named(void **state)
{
	static const struct complaint rows[] = {
		{ run_auto, "auto", 2, "what is to be done? --help lists it" },
		{ run_auto, "auto east", 2, "what is to be done? --help lists it" },
		{ run_auto, "auto --up", 2, "which connection?" },
		{ run_auto, "auto --up east west", 2, "west: what is this for?" },
		{ run_auto, "auto --status east", 2, "east: what is this for?" },
		{ run_auto, "auto --up --down east", 2, "only one thing at a time" },
		{ run_auto, "auto --re", 2, "--re: there is no such option, or it is not clear which" },
		{ run_auto, "auto east --asynchronous --up", 1, "pluto does not run" },
		{ run_whack, "whack", 2, "what is to be done? --help lists it" },
		{ run_whack, "whack --initiate", 2, "--name is missing" },
		{ run_whack, "whack --name", 2, "--name: its value is missing" },
		{ run_whack, "whack --listen --shutdown", 2, "only one thing at a time" },
		{ run_whack, "whack --status east", 2, "east: what is this for?" },
		{ run_whack, "whack --name east --initiate", 1, "pluto does not run" },
	};

	(void)state;
	assert_complaints(rows, ARRAY_SIZE(rows));
}

/* The words at fault are named, and what cannot be is told from what KLIPS does not want. */
static void complaints_name_the_argument(void **state)
{
	static const struct complaint rows[] = {
		{ run_eroute, "eroute --add --src 192.0.1.1/24 --dst 192.0.2.0/24 --said %trap", 2,
		  "--src 192.0.1.1/24: " },
		{ run_eroute, "eroute --add --src 192.0.1.0/24 --said %trap", 2, "--dst is missing" },
		{ run_eroute, "eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24", 2, "--said is missing" },
		{ run_eroute, "eroute --add --src 192.0.1.0/24 --dst ::/0 --said %trap", 2,
		  "--dst ::/0: not of the same" },
		{ run_eroute, "eroute --add --eraf inet6 --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap", 2,
		  "--src" },
		{ run_eroute, "eroute --add --del --src 192.0.1.0/24 --dst 192.0.2.0/24", 2, "only one of" },
		{ run_eroute, "eroute --src 192.0.1.0/24", 2, "--add, --replace or --del is missing" },
		{ run_eroute, "eroute --add --src 192.0.1.0/24:5 --dst 192.0.2.0/24 --said %trap", 2,
		  "--transport-proto" },
		{ run_eroute, "eroute --frobnicate", 2, "--frobnicate" },
		{ run_eroute, "eroute --src", 2, "--src: its value is missing" },
		{ run_eroute, "eroute word", 2, "word: what is this for" },
		{ run_eroute, "eroute --addin --src 192.0.1.0/24 --dst 192.0.2.0/24 --said tun0x1@1.2.3.4", 2,
		  "--policy-src" },
		{ run_eroute, "eroute --del --src 192.0.1.0/24 --dst 192.0.2.0/24", 1, "no such eroute" },
		{ run_eroute,
		  "eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --transport-proto 50 --src-port 5 --said %trap",
		  1, "ports need a protocol" },
		{ run_spi, "spi --said esp0x1@1.2.3.4", 2, "is missing" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp rot13", 2, "--esp rot13: there is no such algorithm" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp aes-gcm-16", 2, "--enckey is missing" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp aes-gcm-16 --enckey " KEY16, 1, "--enckey: " },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp aes256-sha1-96 --enckey " KEY16, 2,
		  "256 bits are needed, not 128" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp aes-cbc --enckey " KEY16, 2, "--authalg is missing" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp aes128-sha1-96 --enckey " KEY16, 2,
		  "--authkey is missing" },
		{ run_spi, "spi --said ah0x1@1.2.3.4 --esp aes-gcm-16 --enckey " KEY20, 2, "--esp: not what" },
		{ run_spi, "spi --said tun0x1@1.2.3.4 --ip6 --src ::1", 2, "--ip6: the SA's address" },
		{ run_spi, "spi --said tun0x1@1.2.3.4 --ip4", 2, "--src is missing" },
		{ run_spi, "spi --said tun0x1@1.2.3.4 --ip4 --src 1.1.1.1 --dst 1.2.3.5", 2,
		  "--dst 1.2.3.5: not the SA's" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --del", 1, "--said: there is no esp0x1@1.2.3.4" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --spi 5 --del", 2, "do not go together" },
		{ run_spi, "spi --spi 5 --proto esp --del", 2, "--edst is missing" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --del --update", 2, "--update does not go with --del" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --update --life hard-packets=9", 1, "there is no esp0x1" },
		{ run_spi, "spi --af ipx --edst 1.2.3.4 --spi 5 --proto esp --del", 2, "--af ipx: not inet or inet6" },
		{ run_eroute, "eroute --eraf ipx", 2, "--eraf ipx: not inet or inet6" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp none", 2, "--esp none: there is no such algorithm" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --replay_window 5000 --get", 2, "--replay_window 5000" },
		{ run_spi, "spi --said esp0x1@1.2.3.4 --esp null --outif ipsec9 --authalg md5-96 --authkey " KEY16, 1,
		  "--outif" },
		{ run_spigrp, "spigrp --said", 2, "which SAs" },
		{ run_spigrp, "spigrp --said esp0x1@1.2.3.4 nonsense", 2, "nonsense: " },
		{ run_spigrp, "spigrp inet 1.2.3.4 0x1", 2, "four words" },
		{ run_spigrp, "spigrp ipx 1.2.3.4 0x1 esp", 2, "ipx: not inet or inet6" },
		{ run_spigrp, "spigrp inet6 1.2.3.4 0x1 esp", 2, "1.2.3.4: not of this family" },
		{ run_spigrp, "spigrp --said esp0x1@1.2.3.4 esp0x2@1.2.3.4", 1, "not there" },
		{ run_tncfg, "tncfg --attach --virtual ipsec0", 2, "--physical is missing" },
		{ run_tncfg, "tncfg --detach --virtual ipsec0", 1, "--virtual: " },
		{ run_klipsdebug, "klipsdebug --set everything", 2, "--set everything" },
		{ run_klips, "klips settings tos=2", 1, "tos of settings: too high" },
		{ run_klips, "klips settings shape=round", 2, "shape=round" },
		{ run_klips, "klips restart", 2, "restart" },
		{ run_klips, "klips --offload none cryptd", 2, "cryptd: --offload takes one word" },
		{ run_look, "look closely", 2, "closely" },
	};

	(void)state;
	assert_complaints(rows, ARRAY_SIZE(rows));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
	assert_int_equal(klips_sadb_count(rig_klips.sadb), 0);
}

static void a_bad_key_is_not_repeated(void **state)
{
	(void)state;
	run(run_spi, "spi --said esp0x1@1.2.3.4 --esp aes-gcm-16 --enckey 0xc0ffeez");
	assert_int_equal(command_status, EXIT_USAGE);
	assert_null(strstr(command_err, "c0ffee"));
	assert_non_null(strstr(command_err, "--enckey: not all of it is hexadecimal"));
}

static void without_klips_that_is_said(void **state)
{
	(void)state;
	setenv("KLIPS_CONTROL", "/nonexistent/control", 1);
	run(run_eroute, "eroute --clear");
	assert_int_equal(command_status, EXIT_REFUSED);
	assert_string_equal(command_err, "ipsec eroute: KLIPS does not run: nobody answers at /nonexistent/control\n");
	setenv("KLIPS_CONTROL", socket_path, 1);
}

/* A file in place of the module's parameter: the kernel answers bad words. */
static void offload_is_the_modules(void **state)
{
	char path[80];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/offload", folder);
	setenv("KLIPS_OFFLOAD", path, 1);
	run(run_klips, "klips --offload pcrypt");
	assert_int_equal(command_status, EXIT_REFUSED);
	assert_string_equal(command_err, "ipsec klips: ipsec.ko is not loaded: klipsd's cryptography has no offload\n");
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs("none  \n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	run_well(run_klips, "klips --offload pcrypt");
	run_well(run_klips, "klips --offload");
	assert_string_equal(command_out, "pcrypt\n");
	assert_int_equal(unlink(path), 0);
	run(run_klips, "klips --offload");
	assert_int_equal(command_status, EXIT_REFUSED);
	unsetenv("KLIPS_OFFLOAD");
}

static int count_sa(const struct klips_sa_info *info, void *arg)
{
	assert_int_equal(info->config.said.proto, KLIPS_PROTO_IPIP);
	++*(unsigned int *)arg;
	return 0;
}

/* Many SAs: the table takes packets enough to fill the socket, whose reader is slower. */
static void big_tables_come_whole(void **state)
{
	struct klips_sa_config config = { .mode = KLIPS_MODE_TUNNEL, .state = KLIPS_SA_MATURE };
	struct klips_refusal why = { 0 };
	struct klips_client client;
	unsigned int i, count = 0;

	(void)state;
	assert_null(klips_parse_said(&config.said, "tun0x1@192.1.2.23"));
	assert_null(klips_parse_addr(&config.src, "192.1.2.45"));
	for (i = 1; i <= 5000; i++) {
		config.said.spi = cpu_to_be32(i);
		assert_int_equal(klips_sadb_add(rig_klips.sadb, &config), 0);
	}
	assert_int_equal(klips_client_open(&client, NULL, &why), 0);
	assert_int_equal(klips_client_sa_list(&client, count_sa, &count, &why), 0);
	assert_int_equal(count, 5000);
	klips_client_close(&client);
}

/* Of a DNS request that met a trap for two nets. */
static struct klips_acquire make_acquire(u32 id)
{
	struct klips_acquire acquire = { .id = id };
	u16 port;

	assert_null(klips_parse_addr(&acquire.flow.src, "192.0.1.1"));
	assert_null(klips_parse_addr(&acquire.flow.dst, "192.0.2.1"));
	acquire.flow.proto = 17;
	acquire.flow.dport = cpu_to_be16(53);
	assert_null(klips_parse_net(&acquire.trap.src, &acquire.trap.src_bits, &port, "192.0.1.0/24"));
	assert_null(klips_parse_net(&acquire.trap.dst, &acquire.trap.dst_bits, &port, "192.0.2.0/24"));
	return acquire;
}

static void events_reach_subscribers(void **state)
{
	struct klips_acquire acquire = make_acquire(5);
	struct klips_refusal why = { 0 };
	struct klips_client client;
	struct klips_event event;
	struct klips_said said;

	(void)state;
	assert_int_equal(klips_client_open(&client, NULL, &why), 0);
	assert_false(klips_control_acquire(server, &acquire));
	assert_int_equal(klips_client_subscribe(&client, 1U << KLIPS_MCGRP_ACQUIRE | 1U << KLIPS_MCGRP_MAPPING, &why),
			 0);
	assert_true(klips_control_acquire(server, &acquire));
	assert_int_equal(klips_client_event(&client, &event, &why), 0);
	assert_int_equal(event.op, KLIPS_CMD_ACQUIRE);
	assert_int_equal(event.id, 5);
	assert_true(klips_addr_equal(&event.flow.dst, &acquire.flow.dst));
	assert_int_equal(event.flow.dport, cpu_to_be16(53));
	assert_int_equal(event.flow.src_bits, 32);
	assert_int_equal(event.trap.dst_bits, 24);
	assert_null(klips_parse_said(&said, "esp0x1@192.1.2.23"));
	assert_true(klips_control_mapping(server, &said, &acquire.flow.src, 4501));
	assert_int_equal(klips_client_event(&client, &event, &why), 0);
	assert_int_equal(event.op, KLIPS_CMD_MAPPING);
	assert_int_equal(event.port, 4501);
	assert_true(klips_said_equal(&event.said, &said));
	client.timeout = 0;
	assert_int_equal(klips_client_event(&client, &event, &why), -ETIMEDOUT);
	klips_client_close(&client);
}

/* Who does not read is told that there was more. */
static void lost_events_are_told(void **state)
{
	struct klips_acquire acquire = make_acquire(1);
	struct klips_refusal why = { 0 };
	struct klips_client client;
	struct klips_event event;
	unsigned int sent = 0, received = 0;
	int result;

	(void)state;
	assert_int_equal(klips_client_open(&client, NULL, &why), 0);
	assert_int_equal(klips_client_subscribe(&client, 1U << KLIPS_MCGRP_ACQUIRE, &why), 0);
	while (klips_control_acquire(server, &acquire) && sent < 1000000)
		sent++;
	assert_in_range(sent, 1, 999999);
	client.timeout = 0;
	while (!(result = klips_client_event(&client, &event, &why)))
		received++;
	assert_int_equal(result, -ETIMEDOUT);
	assert_int_equal(received, sent);
	memset(&why, 0, sizeof(why));
	assert_true(klips_control_acquire(server, &acquire));
	assert_int_equal(klips_client_event(&client, &event, &why), -ENOBUFS);
	memset(&why, 0, sizeof(why));
	assert_int_equal(klips_client_event(&client, &event, &why), 0);
	klips_client_close(&client);
}

static void one_server_a_socket(void **state)
{
	struct klips_control_server *other;

	(void)state;
	assert_int_equal(klips_control_server_new(&other, &rig_control, socket_path), -EADDRINUSE);
	run_well(run_klips, "klips status");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(eroutes_are_a_table),
		CASE(eroutes_are_json),
		CASE(sas_are_a_table),
		CASE(an_sa_to_this_host_is_inbound),
		CASE(devices_are_a_table),
		CASE(debugging_is_a_table),
		CASE(klips_tells_its_state),
		CASE(complaints_name_the_argument),
		CASE(a_bad_key_is_not_repeated),
		CASE(without_klips_that_is_said),
		CASE(offload_is_the_modules),
		CASE(big_tables_come_whole),
		CASE(events_reach_subscribers),
		CASE(lost_events_are_told),
		CASE(one_server_a_socket),
		CASE(look_shows_all_tables),
		CASE(labels_come_before_complaints),
		CASE(connections_and_actions_are_named),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
