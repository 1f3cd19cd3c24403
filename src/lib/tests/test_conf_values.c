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

/* A value, and what it becomes; with @why, that it is refused, and at which word. An array ends with a NULL. */
struct row {
	const char *name, *text, *result;
	uint64_t number;
	const char *why;
};

static void check_rows(void **state)
{
	const struct row *row = *state;

	for (; row->name; row++) {
		if (row->why)
			assert_wrong(row->name, row->text, row->result, row->why);
		else
			assert_value(row->name, row->text, row->result, row->number);
	}
}

#define ROWS(rows)                                            \
	{                                                     \
#rows, check_rows, NULL, NULL, (void *)(rows) \
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

static const struct row truth_has_many_words[] = {
	{ "pfs", "yes", "yes", 1, NULL },
	{ "pfs", "true", "yes", 1, NULL },
	{ "pfs", "on", "yes", 1, NULL },
	{ "pfs", "1", "yes", 1, NULL },
	{ "pfs", "y", "yes", 1, NULL },
	{ "pfs", "t", "yes", 1, NULL },
	{ "pfs", "YES", "yes", 1, NULL },
	{ "pfs", "True", "yes", 1, NULL },
	{ "pfs", "no", "no", 0, NULL },
	{ "pfs", "false", "no", 0, NULL },
	{ "pfs", "off", "no", 0, NULL },
	{ "pfs", "0", "no", 0, NULL },
	{ "pfs", "n", "no", 0, NULL },
	{ "pfs", "f", "no", 0, NULL },
	{ "pfs", "No", "no", 0, NULL },
	{ "pfs", "maybe", "maybe", 0, "not one of yes, no" },
	{ "pfs", "", "", 0, "its value is missing" },
	{ "fragmentation", "true", "yes", 1, NULL },
	{ "fragmentation", "force", "force", 2, NULL },
	{ "esn", "0", "no", 0, NULL },
	{ 0 },
};

static const struct row numbers_have_ranges[] = {
	{ "ikeport", "500", "500", 500, NULL },
	{ "ikeport", "65535", "65535", 65535, NULL },
	{ "ikeport", "65536", "65536", 0, "not from 1 to 65535" },
	{ "ikeport", "0", "0", 0, "not from 1 to 65535" },
	{ "ikeport", "-1", "-1", 0, "not a number" },
	{ "ikeport", "5x", "5x", 0, "not a number" },
	{ "ikeport", "99999999999999999999999999", "99999999999999999999999999", 0, "too high a number" },
	{ "ikeport", "18446744073709551616", "18446744073709551616", 0, "too high a number" },
	{ "nhelpers", "-1", "auto", UINT64_MAX, NULL },
	{ "keyingtries", "0", "%forever", 0, NULL },
	{ "keyingtries", "%forever", "%forever", 0, NULL },
	{ "keyingtries", "3", "3", 3, NULL },
	{ "rekeyfuzz", "50", "50%", 50, NULL },
	{ "rekeyfuzz", "100%", "100%", 100, NULL },
	{ "rekeyfuzz", "100s", "s", 0, "not a unit: there are %" },
	{ "ipsec-interface", "yes", "yes", 1, NULL },
	{ "ipsec-interface", "7", "7", 7, NULL },
	{ 0 },
};

static const struct row times_have_units[] = {
	{ "ikelifetime", "3600", "3600", 3600, NULL },
	{ "ikelifetime", "3600s", "3600", 3600, NULL },
	{ "ikelifetime", "60m", "3600", 3600, NULL },
	{ "ikelifetime", "24h", "86400", 86400, NULL },
	{ "ikelifetime", "2D", "172800", 172800, NULL },
	{ "ikelifetime", "1w", "604800", 604800, NULL },
	{ "ikelifetime", "31d", "31d", 0, "not from 1 to 2592000" },
	{ "ikelifetime", "1y", "y", 0, "not a unit: there are s, m, h, d and w" },
	{ "ikelifetime", "h", "h", 0, "not a number" },
	{ "retransmit-interval", "500", "500", 500, NULL },
	{ "retransmit-interval", "500ms", "500", 500, NULL },
	{ "retransmit-interval", "2s", "2000", 2000, NULL },
	{ "retransmit-interval", "2h", "h", 0, "not a unit: there are ms, s and m" },
	{ "rekeymargin", "18446744073709551615w", "18446744073709551615w", 0, "too high a number" },
	{ 0 },
};

static const struct row amounts_have_binary_units[] = {
	{ "ipsec-max-bytes", "1000", "1000", 1000, NULL },
	{ "ipsec-max-bytes", "1KiB", "1024", 1024, NULL },
	{ "ipsec-max-bytes", "2MiB", "2097152", 2097152, NULL },
	{ "ipsec-max-bytes", "4Gi", "4294967296", 4294967296, NULL },
	{ "ipsec-max-bytes", "15EiB", "17293822569102704640", 15ULL << 60, NULL },
	{ "ipsec-max-bytes", "16EiB", "16EiB", 0, "too high a number" },
	{ "ipsec-max-bytes", "1MB", "MB", 0, "not a unit: there are B, KiB, MiB, GiB, TiB, PiB and EiB" },
	{ "ipsec-max-packets", "1Mi", "1048576", 1048576, NULL },
	{ "ipsec-max-packets", "1M", "M", 0, "not a unit: there are Ki, Mi, Gi, Ti, Pi and Ei" },
	{ 0 },
};

static const struct row words_have_synonyms[] = {
	{ "auto", "route", "ondemand", 2, NULL },
	{ "auto", "up", "start", 3, NULL },
	{ "auto", "Start", "start", 3, NULL },
	{ "auto", "perhaps", "perhaps", 0, "not one of ignore, add, ondemand, start, keep" },
	{ "protostack", "xfrm", "netkey", 2, NULL },
	{ "protostack", "mast", "mast", 4, NULL },
	{ "protostack", "native", "netkey", 2, NULL },
	{ "dpdaction", "restart_by_peer", "restart", 2, NULL },
	{ "type", "pass", "passthrough", 2, NULL },
	{ "leftsendcert", "sendifasked", "ifasked", 1, NULL },
	{ 0 },
};

static const struct row sets_are_in_order[] = {
	{ "authby", "secret", "secret", 1, NULL },
	{ "authby", "ecdsa,rsasig", "rsasig,ecdsa", 0x7e, NULL },
	{ "authby", "rsa-sha2_512, rsa-sha2_256", "rsa-sha2-256,rsa-sha2-512", 0xa, NULL },
	{ "authby", "secret,magic", "magic", 0,
	  "not one of secret, rsasig, ecdsa, eddsa, null, never, rsa-sha1, rsa-sha2-256, rsa-sha2-384, "
	  "rsa-sha2-512, ecdsa-sha2-256, ecdsa-sha2-384, ecdsa-sha2-512" },
	{ "authby", ",", ",", 0, "the list is empty" },
	{ "plutodebug", "", "none", 0, NULL },
	{ "plutodebug", "none", "none", 0, NULL },
	{ "plutodebug", "all", "all", 0x77fff, NULL },
	{ "klipsdebug", "xmit pfkey", "tunnel-xmit,netlink", 6, NULL },
	{ 0 },
};

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

/* Of all addresses the longest text; it is no longer one with something after it. */
#define LONGEST "0000:0000:0000:0000:0000:0000:255.255.255.255"

static const struct row hosts_are_read[] = {
	{ "left", "192.1.2.23", "192.1.2.23", 0, NULL },
	{ "left", "2001:DB8:0::1", "2001:db8::1", 0, NULL },
	{ "left", "%any", "%any", 1, NULL },
	{ "left", "0.0.0.0", "%any4", 6, NULL },
	{ "left", "%defaultroute", "%defaultroute", 2, NULL },
	{ "right", "%opportunisticgroup", "%opportunisticgroup", 5, NULL },
	{ "left", "%eth0", "%eth0", 0, NULL },
	{ "left", "east.example.net", "east.example.net", 0, NULL },
	{ "left", "192.1.2.300", "192.1.2.300", 0, "not an address, a name, %any or %DEVICE" },
	{ "left", "192.1.2", "192.1.2", 0, "not an address, a name, %any or %DEVICE" },
	{ "left", "a b", "a b", 0, "not an address, a name, %any or %DEVICE" },
	{ "left", "%abcdefghijklmnop", "%abcdefghijklmnop", 0, "not an address, a name, %any or %DEVICE" },
	{ "left", "%", "%", 0, "not an address, a name, %any or %DEVICE" },
	{ "leftnexthop", "%direct", "%direct", 1, NULL },
	{ "leftnexthop", "192.1.2.254", "192.1.2.254", 0, NULL },
	{ "leftnexthop", "gateway", "gateway", 0, "not an IP address" },
	{ "leftsourceip", "192.0.2.254,2001:db8::1", "192.0.2.254,2001:db8::1", 0, NULL },
	{ "leftsourceip", "192.0.2.254,x", "x", 0, "not an IP address" },
	{ "leftinterface-ip", "10.0.0.1/24", "10.0.0.1/24", 0, NULL },
	{ "left-interface-ip", "10.0.0.1", "10.0.0.1/32", 0, NULL },
	{ "leftvti", "10.0.0.1/33", "33", 0, "not a length that fits the address" },
	{ "leftvti", LONGEST "9/96", LONGEST "9", 0, "not an IP address" },
	{ 0 },
};

static const struct row subnets_are_lists[] = {
	{ "leftsubnet", "192.0.2.0/24", "192.0.2.0/24", 0, NULL },
	{ "leftsubnet", "192.0.2.0/255.255.255.0", "192.0.2.0/24", 0, NULL },
	{ "leftsubnet", "192.0.2.1", "192.0.2.1/32", 0, NULL },
	{ "leftsubnet", "0/0", "0.0.0.0/0", 0, NULL },
	{ "leftsubnet", "::/0", "::/0", 0, NULL },
	{ "leftsubnets", "192.0.2.0/24 10.0.0.0/8, 2001:db8::/32", "192.0.2.0/24,10.0.0.0/8,2001:db8::/32", 0, NULL },
	{ "leftsubnet", "192.0.2.0/24[tcp/80]", "192.0.2.0/24[6/80]", 0, NULL },
	{ "leftsubnet", "10.0.0.1-10.0.0.9[17]", "10.0.0.1-10.0.0.9[17]", 0, NULL },
	{ "rightsubnet", "vhost:%priv,%no", "vhost:%priv,%no", 0, NULL },
	{ "rightsubnet", "vnet:%v4:10.0.0.0/8,%v4:!10.1.0.0/16", "vnet:%v4:10.0.0.0/8,%v4:!10.1.0.0/16", 0, NULL },
	{ "rightsubnet", "vhost:%mine", "%mine", 0, "not %no, %priv, %all or a net" },
	{ "leftsubnet", "192.0.2.1/24", "192.0.2.0/24", 0, NULL },
	{ "leftaddresspool", "192.0.2.1/24", "192.0.2.1/24", 0, "its address has bits that its mask leaves out" },
	{ "leftsubnet", "192.0.2.0/24:80", "192.0.2.0/24:80", 0, "its mask is not a length that fits the address" },
	{ "leftsubnets", "10.0.0.0/8,192.0.2.0/40", "192.0.2.0/40", 0,
	  "its mask is not a length that fits the address" },
	{ "leftsubnet", "10.0.0.9-10.0.0.1", "10.0.0.9-10.0.0.1", 0, "its end is before its beginning" },
	{ "leftsubnet", LONGEST "9-ff::", LONGEST "9", 0, "not an IP address" },
	{ "leftsubnet", "10.0.0.9-::1", "10.0.0.9-::1", 0, "its ends are of different versions of IP" },
	{ "leftsubnet", "10.0.0.0/8[tcp/80", "[tcp/80", 0, "not [PROTOCOL/PORT]" },
	{ "leftsubnet", "10.0.0.0/8[]", "[]", 0, "not [PROTOCOL/PORT]" },
	{ "leftsubnet", "10.0.0.0/8[tcp/99999]", "tcp/99999", 0, "its port is not a number up to 65535" },
	{ "leftaddresspool", "10.0.0.1-10.0.0.9,2001:db8::/112", "10.0.0.1-10.0.0.9,2001:db8::/112", 0, NULL },
	{ "virtual-private", "%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fc00::/7",
	  "%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fc00::/7", 0, NULL },
	{ "virtual-private", "10.0.0.0/8", "10.0.0.0/8", 0, "it does not begin with %v4: or %v6:" },
	{ "virtual-private", "%v6:10.0.0.0/8", "%v6:10.0.0.0/8", 0, "an address of the other version of IP" },
	{ 0 },
};

static const struct row ports_have_protocols[] = {
	{ "leftprotoport", "tcp/80", "6/80", 6ULL << 32 | 80 << 16 | 80, NULL },
	{ "leftprotoport", "17/1701", "17/1701", 17ULL << 32 | 1701 << 16 | 1701, NULL },
	{ "leftprotoport", "udp", "17", 17ULL << 32 | 65535, NULL },
	{ "leftprotoport", "17/0", "17", 17ULL << 32 | 65535, NULL },
	{ "leftprotoport", "17/%any", "17/%any", 17ULL << 32 | 65535, NULL },
	{ "leftprotoport", "17/%opaque", "17/%opaque", 17ULL << 32 | 0xffff0000, NULL },
	{ "leftprotoport", "tcp/1000-2000", "6/1000-2000", 6ULL << 32 | 1000 << 16 | 2000, NULL },
	{ "leftprotoport", "%any", "0", 65535, NULL },
	{ "leftprotoport", "tcp/2000-1000", "tcp/2000-1000", 0, "its last port is before its first" },
	{ "leftprotoport", "%any/80", "%any/80", 0, "a port without a protocol" },
	{ "leftprotoport", "nosuch/80", "nosuch/80", 0, "not a protocol's number or name" },
	{ "leftprotoport", "tcp/", "tcp/", 0, "its port is not a number up to 65535" },
	{ 0 },
};

static const struct row identities_are_read[] = {
	{ "leftid", "@east.example", "@east.example", 0, NULL },
	{ "leftid", "C=CA, O=Some thing, CN=east", "C=CA, O=Some thing, CN=east", 0, NULL },
	{ "leftid", "@#0x0a0B", "@#0x0a0B", 0, NULL },
	{ "leftid", "%fromcert", "%fromcert", 0, NULL },
	{ "leftca", "%same", "%same", 1, NULL },
	{ "leftid", "%fromm", "%fromm", 0, "not %fromcert, %any or %none" },
	{ "leftid", "@", "@", 0, "a name is missing after @" },
	{ "leftid", "@#0xabc", "@#0xabc", 0, "not whole bytes of two digits after @#" },
	{ "leftid", "@#xyz", "xyz", 0, "not hexadecimal" },
	{ "leftid", "@[a b]", "@[a b]", 0, NULL },
	{ "leftid", "C=CA/O=*, CN=*", "C=CA/O=*, CN=*", 0, NULL },
	{ "leftid", "@[]", "@[]", 0, "an identity without a name" },
	{ "leftid", "@~0102", "@~0102", 0, "not the DER of a distinguished name" },
	{ "leftid", "C=CA, XX=1", "C=CA, XX=1", 0, "not a distinguished name" },
	{ "leftid", "a\x01z", "a\x01z", 0, "not text in UTF-8" },
	{ "leftid", "\xc3(", "\xc3(", 0, "not text in UTF-8" },
	{ "leftckaid", "0xAB:cd", "abcd", 0, NULL },
	{ "leftckaid", "abc", "abc", 0, "not whole bytes of two digits" },
	{ "leftckaid", "abxd", "x", 0, "not hexadecimal" },
	{ "leftckaid", "ab\xc3\xb6", "\xc3\xb6", 0, "not hexadecimal" },
	{ 0 },
};

static const struct row keys_are_read[] = {
	{ "leftrsasigkey", "%cert", "%cert", 1, NULL },
	{ "leftrsasigkey", "0sAQO9bJbr33+/Yw==", "0sAQO9bJbr33+/Yw==", 0, NULL },
	{ "leftpubkey", "east.pub", "east.pub", 0, NULL },
	{ "leftrsasigkey", "0sAQ!x", "!x", 0, "not base64" },
	{ "leftrsasigkey", "0x01zz", "zz", 0, "not hexadecimal" },
	{ "leftrsasigkey", "0s", "0s", 0, "the key is empty" },
	{ "leftrsasigkey", "%swan", "%swan", 0, "not %cert, %dnsondemand, %dnsonload or %none" },
	{ 0 },
};

static const struct row marks_have_masks[] = {
	{ "mark", "5", "0x5/0xffffffff", 0xffffffff00000005, NULL },
	{ "mark", "0x10/0xff", "0x10/0xff", 0xff00000010, NULL },
	{ "mark", "-1", "-1", UINT64_MAX, NULL },
	{ "mark", "5/1", "5/1", 0, "it has bits that its mask leaves out" },
	{ "mark", "x", "x", 0, "not a number of 32 bits, or two with / between them" },
	{ "mark", "1/", "", 0, "not a number of 32 bits" },
	{ "interfaces", "ipsec0=eth1 ipsec12=ppp0", "ipsec0=eth1,ipsec12=ppp0", 0, NULL },
	{ "interfaces", "%defaultroute", "%defaultroute", 1, NULL },
	{ "interfaces", "ipsec0", "ipsec0", 0, "not ipsecN=DEVICE" },
	{ "interfaces", "ipsec=eth0", "ipsec=eth0", 0, "not ipsecN=DEVICE" },
	{ "interfaces", "eth0=ipsec0", "eth0=ipsec0", 0, "not ipsecN=DEVICE" },
	{ 0 },
};

static void lists_end_somewhere(void **state)
{
	char item[400];

	(void)state;
	memset(item, 'a', sizeof(item) - 1);
	item[sizeof(item) - 1] = '\0';
	assert_wrong("leftsubnet", item, "aaaaaaaaaaaaaaaa", "too long");
	assert_wrong("leftvti", item, "aaaaaaaaaaaaaaaa", "too long");
	/* No half of a character is quoted. */
	memcpy(item + 15, "\xc3\xb6", 2);
	assert_wrong("leftsubnet", item, "aaaaaaaaaaaaaaa\xc3\xb6", "too long");
	assert_value("also", "a, b c", "a,b,c", 0);
	assert_wrong("also", "a %default", "%default", "not a conn's name");
	assert_value("leftupdown", "", "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fallbacks_are_values),
		cmocka_unit_test(names_are_unique),
		ROWS(truth_has_many_words),
		ROWS(numbers_have_ranges),
		ROWS(times_have_units),
		ROWS(amounts_have_binary_units),
		ROWS(words_have_synonyms),
		ROWS(sets_are_in_order),
		cmocka_unit_test(algorithms_are_checked_where_they_stand),
		ROWS(hosts_are_read),
		ROWS(subnets_are_lists),
		ROWS(ports_have_protocols),
		ROWS(identities_are_read),
		ROWS(keys_are_read),
		ROWS(marks_have_masks),
		cmocka_unit_test(lists_end_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
