// SPDX-License-Identifier: GPL-2.0-or-later
/* Each kind of value: what is taken, what it becomes, and what is said of what is not. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../conf_value.h"

static const struct keyword *keyword(const char *name)
{
	enum keyword_side side;
	const struct keyword *found = keyword_find(true, name, &side);

	if (!found)
		found = keyword_find(false, name, &side);
	if (!found)
		fail_msg("%s: no such keyword", name);
	return found;
}

/* A value, and what it becomes, which is then taken as it is. */
static void assert_value(const char *name, const char *text, const char *canonical, uint64_t number)
{
	struct conf_wrong wrong = { 0 };
	struct conf_value value, again;

	if (conf_value_read(&value, keyword(name), text, &wrong))
		fail_msg("%s=%s: %s", name, text, wrong.why);
	assert_string_equal(value.text, canonical);
	if (value.number != number)
		fail_msg("%s=%s: number %llx", name, text, (unsigned long long)value.number);
	if (conf_value_read(&again, keyword(name), value.text, &wrong))
		fail_msg("%s=%s, again: %s", name, value.text, wrong.why);
	assert_string_equal(again.text, canonical);
	assert_true(again.number == number);
	free(value.text);
	free(again.text);
}

/* @at: the word at fault. */
static void assert_wrong(const char *name, const char *text, const char *at, const char *why)
{
	struct conf_wrong wrong = { 0 };
	struct conf_value value;
	char word[128];

	if (!conf_value_read(&value, keyword(name), text, &wrong))
		fail_msg("%s=%s: taken as %s", name, text, value.text);
	assert_null(value.text);
	assert_true(wrong.offset + wrong.length <= strlen(text));
	snprintf(word, sizeof(word), "%.*s", (int)wrong.length, text + wrong.offset);
	assert_string_equal(word, at);
	assert_string_equal(wrong.why, why);
}

static void fallbacks_are_values(void **state)
{
	static const struct keyword_group *const tables[] = { keyword_setup_groups, keyword_conn_groups };
	const struct keyword_group *group;
	const struct keyword *one;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (group = tables[i]; group->title; group++) {
			for (one = group->keywords; one->name; one++) {
				struct conf_wrong wrong = { 0 };
				struct conf_value value;

				if (one->kind < KEYWORD_ALIAS && !one->what)
					fail_msg("%s: the manual has nothing of it", one->name);
				if (!one->fallback)
					continue;
				if (conf_value_read(&value, one, one->fallback, &wrong))
					fail_msg("%s=%s: %s", one->name, one->fallback, wrong.why);
				/* conf_json.c counts on it. */
				if (one->kind < KEYWORD_TIME || one->kind > KEYWORD_PACKETS)
					assert_string_equal(value.text, one->fallback);
				free(value.text);
			}
		}
	}
}

/* Nothing hides behind another keyword, and aliases lead somewhere. */
static void names_are_unique(void **state)
{
	static const struct keyword_group *const tables[] = { keyword_conn_groups, keyword_setup_groups };
	const struct keyword_group *group;
	const struct keyword *one;
	unsigned int setup;

	(void)state;
	for (setup = 0; setup < 2; setup++) {
		for (group = tables[setup]; group->title; group++) {
			for (one = group->keywords; one->name; one++) {
				char name[KEYWORD_TEXT_MAX];
				enum keyword_side side = group->section == KEYWORD_END ? KEYWORD_LEFT : KEYWORD_BOTH;
				enum keyword_side found;

				keyword_print(name, sizeof(name), one, side);
				assert_ptr_equal(keyword_find(setup, name, &found), one);
				assert_int_equal(found, side);
				if (!keyword_successor(setup, one, side))
					fail_msg("%s has no successor", name);
			}
		}
	}
}

static void truth_has_many_words(void **state)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "y", "t", "YES", "True" };
	static const char *const no[] = { "no", "false", "off", "0", "n", "f", "No" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_value("pfs", yes[i], "yes", 1);
	for (i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_value("pfs", no[i], "no", 0);
	assert_wrong("pfs", "maybe", "maybe", "not one of yes, no");
	assert_wrong("pfs", "", "", "its value is missing");
	assert_value("fragmentation", "true", "yes", 1);
	assert_value("fragmentation", "force", "force", 2);
	assert_value("esn", "0", "no", 0);
}

static void numbers_have_ranges(void **state)
{
	(void)state;
	assert_value("ikeport", "500", "500", 500);
	assert_value("ikeport", "65535", "65535", 65535);
	assert_wrong("ikeport", "65536", "65536", "not from 1 to 65535");
	assert_wrong("ikeport", "0", "0", "not from 1 to 65535");
	assert_wrong("ikeport", "-1", "-1", "not a number");
	assert_wrong("ikeport", "5x", "5x", "not a number");
	assert_wrong("ikeport", "99999999999999999999999999", "99999999999999999999999999", "too high a number");
	assert_wrong("ikeport", "18446744073709551616", "18446744073709551616", "too high a number");
	assert_value("nhelpers", "-1", "auto", UINT64_MAX);
	assert_value("keyingtries", "0", "%forever", 0);
	assert_value("keyingtries", "%forever", "%forever", 0);
	assert_value("keyingtries", "3", "3", 3);
	assert_value("rekeyfuzz", "50", "50%", 50);
	assert_value("rekeyfuzz", "100%", "100%", 100);
	assert_wrong("rekeyfuzz", "100s", "s", "not a unit: there are %");
	assert_value("ipsec-interface", "yes", "yes", 1);
	assert_value("ipsec-interface", "7", "7", 7);
}

static void times_have_units(void **state)
{
	(void)state;
	assert_value("ikelifetime", "3600", "3600", 3600);
	assert_value("ikelifetime", "3600s", "3600", 3600);
	assert_value("ikelifetime", "60m", "3600", 3600);
	assert_value("ikelifetime", "24h", "86400", 86400);
	assert_value("ikelifetime", "2D", "172800", 172800);
	assert_value("ikelifetime", "1w", "604800", 604800);
	assert_wrong("ikelifetime", "31d", "31d", "not from 1 to 2592000");
	assert_wrong("ikelifetime", "1y", "y", "not a unit: there are s, m, h, d and w");
	assert_wrong("ikelifetime", "h", "h", "not a number");
	assert_value("retransmit-interval", "500", "500", 500);
	assert_value("retransmit-interval", "500ms", "500", 500);
	assert_value("retransmit-interval", "2s", "2000", 2000);
	assert_wrong("retransmit-interval", "2h", "h", "not a unit: there are ms, s and m");
	assert_wrong("rekeymargin", "18446744073709551615w", "18446744073709551615w", "too high a number");
}

static void amounts_have_binary_units(void **state)
{
	(void)state;
	assert_value("ipsec-max-bytes", "1000", "1000", 1000);
	assert_value("ipsec-max-bytes", "1KiB", "1024", 1024);
	assert_value("ipsec-max-bytes", "2MiB", "2097152", 2097152);
	assert_value("ipsec-max-bytes", "4Gi", "4294967296", 4294967296);
	assert_value("ipsec-max-bytes", "15EiB", "17293822569102704640", 15ULL << 60);
	assert_wrong("ipsec-max-bytes", "16EiB", "16EiB", "too high a number");
	assert_wrong("ipsec-max-bytes", "1MB", "MB", "not a unit: there are B, KiB, MiB, GiB, TiB, PiB and EiB");
	assert_value("ipsec-max-packets", "1Mi", "1048576", 1048576);
	assert_wrong("ipsec-max-packets", "1M", "M", "not a unit: there are Ki, Mi, Gi, Ti, Pi and Ei");
}

static void words_have_synonyms(void **state)
{
	(void)state;
	assert_value("auto", "route", "ondemand", 2);
	assert_value("auto", "up", "start", 3);
	assert_value("auto", "Start", "start", 3);
	assert_wrong("auto", "perhaps", "perhaps", "not one of ignore, add, ondemand, start, keep");
	assert_value("protostack", "xfrm", "netkey", 2);
	assert_value("protostack", "native", "netkey", 2);
	assert_value("dpdaction", "restart_by_peer", "restart", 2);
	assert_value("type", "pass", "passthrough", 2);
	assert_value("leftsendcert", "sendifasked", "ifasked", 1);
}

static void sets_are_in_order(void **state)
{
	(void)state;
	assert_value("authby", "secret", "secret", 1);
	assert_value("authby", "ecdsa,rsasig", "rsasig,ecdsa", 0x7e);
	assert_value("authby", "rsa-sha2_512, rsa-sha2_256", "rsa-sha2-256,rsa-sha2-512", 0xa);
	assert_wrong("authby", "secret,magic", "magic",
		     "not one of secret, rsasig, ecdsa, eddsa, null, never, rsa-sha1, rsa-sha2-256, rsa-sha2-384, "
		     "rsa-sha2-512, ecdsa-sha2-256, ecdsa-sha2-384, ecdsa-sha2-512");
	assert_wrong("authby", ",", ",", "the list is empty");
	assert_value("plutodebug", "", "none", 0);
	assert_value("plutodebug", "none", "none", 0);
	assert_value("plutodebug", "all", "all", 0x77fff);
	assert_value("klipsdebug", "xmit pfkey", "tunnel-xmit,netlink", 6);
}

static void algorithms_are_checked_where_they_stand(void **state)
{
	struct conf_wrong wrong = { 0 };
	struct conf_value value;

	(void)state;
	assert_value("ike", "aes256-sha2_256-modp2048", "aes256-sha2_256-modp2048", 0);
	assert_value("esp", "aes_gcm256", "aes_gcm256", 0);
	assert_int_equal(conf_value_read(&value, keyword("ike"), "aes256-sha2_256,swan-sha1", &wrong), -EINVAL);
	assert_int_equal(wrong.offset, 16);
	assert_int_equal(wrong.length, 4);
	assert_int_equal(conf_value_read(&value, keyword("ah"), "aes256", &wrong), -EINVAL);
}

static void hosts_are_read(void **state)
{
	(void)state;
	assert_value("left", "192.1.2.23", "192.1.2.23", 0);
	assert_value("left", "2001:DB8:0::1", "2001:db8::1", 0);
	assert_value("left", "%any", "%any", 1);
	assert_value("left", "0.0.0.0", "%any4", 6);
	assert_value("left", "%defaultroute", "%defaultroute", 2);
	assert_value("right", "%opportunisticgroup", "%opportunisticgroup", 5);
	assert_value("left", "%eth0", "%eth0", 0);
	assert_value("left", "east.example.net", "east.example.net", 0);
	assert_wrong("left", "192.1.2.300", "192.1.2.300", "not an address, a name, %any or %DEVICE");
	assert_wrong("left", "192.1.2", "192.1.2", "not an address, a name, %any or %DEVICE");
	assert_wrong("left", "a b", "a b", "not an address, a name, %any or %DEVICE");
	assert_wrong("left", "%abcdefghijklmnop", "%abcdefghijklmnop", "not an address, a name, %any or %DEVICE");
	assert_wrong("left", "%", "%", "not an address, a name, %any or %DEVICE");
	assert_value("leftnexthop", "%direct", "%direct", 1);
	assert_value("leftnexthop", "192.1.2.254", "192.1.2.254", 0);
	assert_wrong("leftnexthop", "gateway", "gateway", "not an IP address");
	assert_value("leftsourceip", "192.0.2.254,2001:db8::1", "192.0.2.254,2001:db8::1", 0);
	assert_wrong("leftsourceip", "192.0.2.254,x", "x", "not an IP address");
	assert_value("leftinterface-ip", "10.0.0.1/24", "10.0.0.1/24", 0);
	assert_value("left-interface-ip", "10.0.0.1", "10.0.0.1/32", 0);
	assert_wrong("leftvti", "10.0.0.1/33", "33", "not a length that fits the address");
}

static void subnets_are_lists(void **state)
{
	(void)state;
	assert_value("leftsubnet", "192.0.2.0/24", "192.0.2.0/24", 0);
	assert_value("leftsubnet", "192.0.2.0/255.255.255.0", "192.0.2.0/24", 0);
	assert_value("leftsubnet", "192.0.2.1", "192.0.2.1/32", 0);
	assert_value("leftsubnet", "0/0", "0.0.0.0/0", 0);
	assert_value("leftsubnet", "::/0", "::/0", 0);
	assert_value("leftsubnets", "192.0.2.0/24 10.0.0.0/8, 2001:db8::/32", "192.0.2.0/24,10.0.0.0/8,2001:db8::/32",
		     0);
	assert_value("leftsubnet", "192.0.2.0/24[tcp/80]", "192.0.2.0/24[6/80]", 0);
	assert_value("leftsubnet", "10.0.0.1-10.0.0.9[17]", "10.0.0.1-10.0.0.9[17]", 0);
	assert_value("rightsubnet", "vhost:%priv,%no", "vhost:%priv,%no", 0);
	assert_value("rightsubnet", "vnet:%v4:10.0.0.0/8,%v4:!10.1.0.0/16", "vnet:%v4:10.0.0.0/8,%v4:!10.1.0.0/16", 0);
	assert_wrong("rightsubnet", "vhost:%mine", "%mine", "not %no, %priv, %all or a net");
	assert_wrong("leftsubnet", "192.0.2.1/24", "192.0.2.1/24", "its address has bits that its mask leaves out");
	assert_wrong("leftsubnet", "192.0.2.0/24:80", "192.0.2.0/24:80",
		     "its mask is not a length that fits the address");
	assert_wrong("leftsubnets", "10.0.0.0/8,192.0.2.0/40", "192.0.2.0/40",
		     "its mask is not a length that fits the address");
	assert_wrong("leftsubnet", "10.0.0.9-10.0.0.1", "10.0.0.9-10.0.0.1", "its end is before its beginning");
	assert_wrong("leftsubnet", "10.0.0.9-::1", "10.0.0.9-::1", "its ends are of different versions of IP");
	assert_wrong("leftsubnet", "10.0.0.0/8[tcp/80", "[tcp/80", "not [PROTOCOL/PORT]");
	assert_wrong("leftsubnet", "10.0.0.0/8[]", "[]", "not [PROTOCOL/PORT]");
	assert_wrong("leftsubnet", "10.0.0.0/8[tcp/99999]", "tcp/99999", "its port is not a number up to 65535");
	assert_value("leftaddresspool", "10.0.0.1-10.0.0.9,2001:db8::/112", "10.0.0.1-10.0.0.9,2001:db8::/112", 0);
	assert_value("virtual-private", "%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fc00::/7",
		     "%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fc00::/7", 0);
	assert_wrong("virtual-private", "10.0.0.0/8", "10.0.0.0/8", "it does not begin with %v4: or %v6:");
	assert_wrong("virtual-private", "%v6:10.0.0.0/8", "%v6:10.0.0.0/8", "an address of the other version of IP");
}

static void ports_have_protocols(void **state)
{
	(void)state;
	assert_value("leftprotoport", "tcp/80", "6/80", 6ULL << 32 | 80 << 16 | 80);
	assert_value("leftprotoport", "17/1701", "17/1701", 17ULL << 32 | 1701 << 16 | 1701);
	assert_value("leftprotoport", "udp", "17", 17ULL << 32 | 65535);
	assert_value("leftprotoport", "17/0", "17", 17ULL << 32 | 65535);
	assert_value("leftprotoport", "17/%any", "17/%any", 17ULL << 32 | 65535);
	assert_value("leftprotoport", "17/%opaque", "17/%opaque", 17ULL << 32 | 0xffff0000);
	assert_value("leftprotoport", "tcp/1000-2000", "6/1000-2000", 6ULL << 32 | 1000 << 16 | 2000);
	assert_value("leftprotoport", "%any", "0", 65535);
	assert_wrong("leftprotoport", "tcp/2000-1000", "tcp/2000-1000", "its last port is before its first");
	assert_wrong("leftprotoport", "%any/80", "%any/80", "a port without a protocol");
	assert_wrong("leftprotoport", "nosuch/80", "nosuch/80", "not a protocol's number or name");
	assert_wrong("leftprotoport", "tcp/", "tcp/", "its port is not a number up to 65535");
}

static void identities_are_read(void **state)
{
	(void)state;
	assert_value("leftid", "@east.example", "@east.example", 0);
	assert_value("leftid", "C=CA, O=Some thing, CN=east", "C=CA, O=Some thing, CN=east", 0);
	assert_value("leftid", "@#0x0a0B", "@#0x0a0B", 0);
	assert_value("leftid", "%fromcert", "%fromcert", 0);
	assert_value("leftca", "%same", "%same", 1);
	assert_wrong("leftid", "%fromm", "%fromm", "not %fromcert, %any or %none");
	assert_wrong("leftid", "@", "@", "a name is missing after @");
	assert_wrong("leftid", "@#0xabc", "@#0xabc", "not whole bytes of two digits after @#");
	assert_wrong("leftid", "@#xyz", "xyz", "not hexadecimal");
	assert_wrong("leftid", "a\x01z", "a\x01z", "not text in UTF-8");
	assert_wrong("leftid", "\xc3(", "\xc3(", "not text in UTF-8");
	assert_value("leftckaid", "0xAB:cd", "abcd", 0);
	assert_wrong("leftckaid", "abc", "abc", "not whole bytes of two digits");
	assert_wrong("leftckaid", "abxd", "x", "not hexadecimal");
}

static void keys_are_read(void **state)
{
	(void)state;
	assert_value("leftrsasigkey", "%cert", "%cert", 1);
	assert_value("leftrsasigkey", "0sAQO9bJbr33+/Yw==", "0sAQO9bJbr33+/Yw==", 0);
	assert_value("leftpubkey", "east.pub", "east.pub", 0);
	assert_wrong("leftrsasigkey", "0sAQ!x", "!x", "not base64");
	assert_wrong("leftrsasigkey", "0x01zz", "zz", "not hexadecimal");
	assert_wrong("leftrsasigkey", "0s", "0s", "the key is empty");
	assert_wrong("leftrsasigkey", "%swan", "%swan", "not %cert, %dnsondemand, %dnsonload or %none");
}

static void marks_have_masks(void **state)
{
	(void)state;
	assert_value("mark", "5", "0x5/0xffffffff", 0xffffffff00000005);
	assert_value("mark", "0x10/0xff", "0x10/0xff", 0xff00000010);
	assert_value("mark", "-1", "-1", UINT64_MAX);
	assert_wrong("mark", "5/1", "5/1", "it has bits that its mask leaves out");
	assert_wrong("mark", "x", "x", "not a number of 32 bits, or two with / between them");
	assert_wrong("mark", "1/", "", "not a number of 32 bits");
	assert_value("interfaces", "ipsec0=eth1 ipsec12=ppp0", "ipsec0=eth1,ipsec12=ppp0", 0);
	assert_value("interfaces", "%defaultroute", "%defaultroute", 1);
	assert_wrong("interfaces", "ipsec0", "ipsec0", "not ipsecN=DEVICE");
	assert_wrong("interfaces", "ipsec=eth0", "ipsec=eth0", "not ipsecN=DEVICE");
	assert_wrong("interfaces", "eth0=ipsec0", "eth0=ipsec0", "not ipsecN=DEVICE");
}

static void lists_end_somewhere(void **state)
{
	char item[400];

	(void)state;
	memset(item, 'a', sizeof(item) - 1);
	item[sizeof(item) - 1] = '\0';
	assert_wrong("leftsubnet", item, "aaaaaaaaaaaaaaaa", "too long");
	assert_value("also", "a, b c", "a,b,c", 0);
	assert_wrong("also", "a %default", "%default", "not a conn's name");
	assert_value("leftupdown", "", "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fallbacks_are_values),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(truth_has_many_words),
		cmocka_unit_test(numbers_have_ranges),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(amounts_have_binary_units),
		cmocka_unit_test(words_have_synonyms),
		cmocka_unit_test(sets_are_in_order),
		cmocka_unit_test(algorithms_are_checked_where_they_stand),
		cmocka_unit_test(hosts_are_read),
		cmocka_unit_test(subnets_are_lists),
		cmocka_unit_test(ports_have_protocols),
		cmocka_unit_test(identities_are_read),
		cmocka_unit_test(keys_are_read),
		cmocka_unit_test(marks_have_masks),
		cmocka_unit_test(lists_end_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
