// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `test_oracle serve` seals and opens packets for test_oracle.py, which compares with scapy: one request a line, one
 * answer a line. Without that word it tests itself.
 *
 *	seal|open proto=esp|ah|ipcomp|ipip mode=transport|tunnel|beet encr=NAME auth=NAME
 *		ekey=HEX akey=HEX spi=N seq=N esn=0|1 src=HEX dst=HEX tfc=N packet=HEX
 *
 * @seq is the last number that was sent, or received. The answer is a packet in HEX, or "error" and what.
 */
#include "test.h"
#include "transform.h"

#define LINE 65536

struct request {
	struct klips_sa_config config;
	u64 seq;
	u8 packet[LINE / 2];
	u32 length;
	bool seal;
};

static struct klips_addr read_addr(const char *value)
{
	struct klips_addr none = { .version = 0 };
	u8 bytes[16];

	switch (transform_hex(value, bytes, sizeof(bytes))) {
	case 4:
		return klips_addr_v4(cpu_to_be32(get_unaligned_be32(bytes)));
	case 16:
		return klips_addr_v6(bytes);
	default:
		return none;
	}
}

static int read_name(const char *value, const char *const *names, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (names[i] && !strcmp(value, names[i]))
			return (int)i;
	return -1;
}

static bool set_proto(struct request *r, const char *value)
{
	static const char *const names[] = { "esp", "ah", "ipcomp", "ipip" };
	static const u8 protos[] = { KLIPS_PROTO_ESP, KLIPS_PROTO_AH, KLIPS_PROTO_COMP, KLIPS_PROTO_IPIP };
	int i = read_name(value, names, ARRAY_SIZE(names));

	r->config.said.proto = i < 0 ? 0 : protos[i];
	return i >= 0;
}

static bool set_mode(struct request *r, const char *value)
{
	static const char *const names[] = { "transport", "tunnel", "beet" };
	int i = read_name(value, names, ARRAY_SIZE(names));

	r->config.mode = i < 0 ? 0 : i;
	return i >= 0;
}

static bool set_key(struct request *r, const char *key, const char *value)
{
	struct klips_keys *keys = &r->config.keys;

	if (!strcmp(key, "ekey")) {
		keys->encr_length = (u8)transform_hex(value, keys->encr_key, sizeof(keys->encr_key));
	} else if (!strcmp(key, "akey")) {
		keys->auth_length = (u8)transform_hex(value, keys->auth_key, sizeof(keys->auth_key));
	} else if (!strcmp(key, "encr")) {
		keys->encr = klips_encr_find(value);
		return klips_encr(keys->encr);
	} else if (!strcmp(key, "auth")) {
		keys->auth = klips_auth_find(value);
		return klips_auth(keys->auth);
	} else {
		return false;
	}
	return true;
}

static bool set_number(struct request *r, const char *key, const char *value)
{
	u64 n = strtoull(value, NULL, 0);

	if (!strcmp(key, "spi"))
		r->config.said.spi = cpu_to_be32((u32)n);
	else if (!strcmp(key, "seq"))
		r->seq = n;
	else if (!strcmp(key, "esn"))
		r->config.flags = n ? KLIPS_SA_ESN : 0;
	else if (!strcmp(key, "tfc"))
		r->config.tfc = (u32)n;
	else
		return false;
	return true;
}

static bool set(struct request *r, const char *key, const char *value)
{
	if (!strcmp(key, "proto"))
		return set_proto(r, value);
	if (!strcmp(key, "mode"))
		return set_mode(r, value);
	if (!strcmp(key, "packet")) {
		r->length = transform_hex(value, r->packet, sizeof(r->packet));
		return r->length > 0;
	}
	if (!strcmp(key, "src")) {
		r->config.src = read_addr(value);
		return r->config.src.version;
	}
	if (!strcmp(key, "dst")) {
		r->config.said.dst = read_addr(value);
		return r->config.said.dst.version;
	}
	return set_key(r, key, value) || set_number(r, key, value);
}

static const char *parse(struct request *r, char *line)
{
	char *save = NULL, *word = strtok_r(line, " \n", &save), *value;

	memset(r, 0, sizeof(*r));
	r->config.state = KLIPS_SA_MATURE;
	r->config.window = 64;
	if (!word || (strcmp(word, "seal") && strcmp(word, "open")))
		return "verb";
	r->seal = !strcmp(word, "seal");
	while ((word = strtok_r(NULL, " \n", &save))) {
		value = strchr(word, '=');
		if (!value)
			return word;
		*value = 0;
		if (!set(r, word, value + 1))
			return word;
	}
	return NULL;
}

static int run(const struct request *r, struct sk_buff **skb)
{
	struct klips_sa *sa;
	int err = klips_sa_new(&sa, &r->config);

	if (err)
		return err;
	atomic64_set(&sa->seq, (s64)r->seq);
	if (!r->seal && r->seq)
		klips_replay_accept(&sa->replay, r->seq);
	err = r->seal ? transform_seal(sa, *skb) : transform_open(sa, skb);
	klips_sa_put(sa);
	return err;
}

/* @answer gets a line without its end, and must have room for twice the packet and more. */
static void respond(char *line, char *answer)
{
	static struct request request;
	const char *what = parse(&request, line);
	struct sk_buff *skb;
	int err;
	u32 i;

	if (what) {
		sprintf(answer, "error %s", what);
		return;
	}
	skb = transform_skb(request.packet, request.length);
	err = skb ? run(&request, &skb) : -ENOMEM;
	if (err)
		sprintf(answer, "error %d", err);
	for (i = 0; skb && !err && i < skb->len; i++)
		sprintf(answer + 2 * i, "%02x", skb->data[i]);
	kfree_skb(skb);
}

static int serve(void)
{
	static char line[2 * LINE], answer[4 * LINE];

	while (fgets(line, sizeof(line), stdin)) {
		respond(line, answer);
		puts(answer);
		fflush(stdout);
	}
	return 0;
}

static const char *ask(const char *text)
{
	static char line[LINE], answer[2 * LINE];

	snprintf(line, sizeof(line), "%s", text);
	respond(line, answer);
	return answer;
}

#define PACKET "450000200000000040117bcac0000201c000020b0001000200000000deadbeef"
#define GCM                                                                                               \
	"proto=esp mode=tunnel encr=aes-gcm-16 ekey=000102030405060708090a0b0c0d0e0f10111213 spi=0x1000 " \
	"src=c0000201 dst=c0000202 "

static void test_round(void **state)
{
	char request[1024];

	(void)state;
	snprintf(request, sizeof(request), "open " GCM "packet=%s", ask("seal " GCM "seq=6 packet=" PACKET));
	assert_non_null(strstr(request, "0000100000000007"));
	assert_string_equal(ask(request), PACKET);
	request[strlen(request) - 1] ^= 1;
	assert_string_equal(ask(request), "error -74");
}

static void test_bad_requests(void **state)
{
	(void)state;
	assert_string_equal(ask(""), "error verb");
	assert_string_equal(ask("shut packet=00"), "error verb");
	assert_string_equal(ask("seal encr=rot13"), "error encr");
	assert_string_equal(ask("seal proto=foo"), "error proto");
	assert_string_equal(ask("seal nonsense"), "error nonsense");
	assert_string_equal(ask("seal packet="), "error packet");
	assert_string_equal(ask("seal " GCM "ekey=00 packet=" PACKET), "error -22");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_bad_requests),
	};

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
