// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `test_message_oracle serve` reads and builds messages for test_message_scapy.py: one request a line, one answer a
 * line. Without that word it tests itself.
 *
 *	read HEX	what is in a message, as words: "N.type=16390 N.data=6162"; or "error" and what
 *	rebuild HEX	the message as it is built of what was read, in HEX
 *	init, auth	the messages of rebuild.c, in HEX; auth with what is inside SK as if it were not encrypted
 */
#include "tests/test.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rebuild.h"

#define LINE 65536

struct text {
	char at[4 * LINE];
	size_t length;
};

static void say(struct text *text, const char *prefix, const char *field, uint64_t number)
{
	text->length += (size_t)sprintf(text->at + text->length, " %s.%s=%" PRIu64, prefix, field, number);
}

static void say_bytes(struct text *text, const char *prefix, const char *field, struct ike_slice bytes)
{
	size_t i;

	text->length += (size_t)sprintf(text->at + text->length, " %s.%s=", prefix, field);
	for (i = 0; i < bytes.length; i++)
		text->length += (size_t)sprintf(text->at + text->length, "%02x", bytes.data[i]);
}

static int say_sa(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	static struct ike_proposals all;
	uint8_t i, j;

	if (ike_sa_read(&all, payload, why))
		return -1;
	for (i = 0; i < all.count; i++) {
		const struct ike_proposal *one = &all.proposals[i];

		say(text, name, "number", one->number);
		say(text, name, "protocol", one->protocol);
		say_bytes(text, name, "spi", (struct ike_slice){ one->spi, one->spi_size });
		for (j = 0; j < one->count; j++) {
			say(text, name, "transform", one->transforms[j].type);
			say(text, name, "id", one->transforms[j].id);
			say(text, name, "bits", one->transforms[j].key_bits);
		}
	}
	return 0;
}

static int say_ke(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_ke_body body;

	if (ike_ke_read(&body, payload, why))
		return -1;
	say(text, name, "method", body.method);
	say_bytes(text, name, "value", body.value);
	return 0;
}

static int say_id(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_id_body body;

	if (ike_id_read(&body, payload, why))
		return -1;
	say(text, name, "type", body.type);
	say_bytes(text, name, "data", body.data);
	return 0;
}

static int say_cert(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_cert_body body;

	if (ike_cert_read(&body, payload, why))
		return -1;
	say(text, name, "encoding", body.encoding);
	say_bytes(text, name, "data", body.data);
	return 0;
}

static int say_auth(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_auth_body body;

	if (ike_auth_read(&body, payload, why))
		return -1;
	say(text, name, "method", body.method);
	say_bytes(text, name, "data", body.data);
	return 0;
}

static int say_notify(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_notify body;

	if (ike_notify_read(&body, payload, why))
		return -1;
	say(text, name, "protocol", body.protocol);
	say(text, name, "type", body.type);
	say_bytes(text, name, "spi", body.spi);
	say_bytes(text, name, "data", body.data);
	return 0;
}

static int say_delete(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_delete body;

	if (ike_delete_read(&body, payload, why))
		return -1;
	say(text, name, "protocol", body.protocol);
	say(text, name, "count", body.count);
	say_bytes(text, name, "spis", body.spis);
	return 0;
}

static int say_ts(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_ts_list all;
	uint8_t i;

	if (ike_ts_read(&all, payload, why))
		return -1;
	for (i = 0; i < all.count; i++) {
		size_t length = all.ts[i].version == 6 ? 16 : 4;

		say(text, name, "protocol", all.ts[i].protocol);
		say(text, name, "first-port", all.ts[i].first_port);
		say(text, name, "last-port", all.ts[i].last_port);
		say_bytes(text, name, "first", (struct ike_slice){ all.ts[i].first, length });
		say_bytes(text, name, "last", (struct ike_slice){ all.ts[i].last, length });
	}
	return 0;
}

static int say_cp(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_cp cp;
	uint8_t i;

	if (ike_cp_read(&cp, payload, why))
		return -1;
	say(text, name, "type", cp.type);
	for (i = 0; i < cp.count; i++) {
		say(text, name, "attribute", cp.attributes[i].type);
		say_bytes(text, name, "value", cp.attributes[i].value);
	}
	return 0;
}

static int say_fragment(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	struct ike_fragment body;

	if (ike_fragment_read(&body, payload, why))
		return -1;
	say(text, name, "inside", payload->next);
	say(text, name, "number", body.number);
	say(text, name, "total", body.total);
	say_bytes(text, name, "sealed", body.sealed);
	return 0;
}

static int say_body(struct text *text, const char *name, const struct ike_payload *payload, const char **why)
{
	(void)why;
	if (payload->type == IKE_P_SK)
		say(text, name, "inside", payload->next);
	say_bytes(text, name, "body", payload->body);
	return 0;
}

static int (*const says[])(struct text *text, const char *name, const struct ike_payload *payload, const char **why) = {
	[IKE_P_SA] = say_sa,	     [IKE_P_KE] = say_ke,	 [IKE_P_IDI] = say_id,	  [IKE_P_IDR] = say_id,
	[IKE_P_CERT] = say_cert,     [IKE_P_CERTREQ] = say_cert, [IKE_P_AUTH] = say_auth, [IKE_P_NOTIFY] = say_notify,
	[IKE_P_DELETE] = say_delete, [IKE_P_TSI] = say_ts,	 [IKE_P_TSR] = say_ts,	  [IKE_P_CP] = say_cp,
	[IKE_P_SKF] = say_fragment,
};

static int say_message(struct text *text, const struct ike_message *message, const char **why)
{
	const struct ike_header *header = &message->header;
	size_t i;

	say_bytes(text, "header", "spi-i", BYTES(header->spi_i));
	say_bytes(text, "header", "spi-r", BYTES(header->spi_r));
	say(text, "header", "exchange", header->exchange);
	say(text, "header", "flags", header->flags);
	say(text, "header", "id", header->id);
	for (i = 0; i < message->count; i++) {
		const struct ike_payload *payload = &message->payloads[i];
		bool known = payload->type < ARRAY_SIZE(says) && says[payload->type];

		if ((known ? says[payload->type] : say_body)(text, ike_payload_name(payload->type), payload, why))
			return -1;
	}
	return 0;
}

static size_t read_hex(uint8_t *to, const char *hex)
{
	char pair[3] = "";
	size_t length = 0;

	for (; isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]); hex += 2) {
		memcpy(pair, hex, 2);
		to[length++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return length;
}

static void say_hex(struct text *text, const uint8_t *data, int length)
{
	int i;

	for (i = 0; i < length; i++)
		text->length += (size_t)sprintf(text->at + text->length, "%02x", data[i]);
}

static void build_auth(struct text *text)
{
	struct ike_header header = {
		.spi_i = "initiat", .spi_r = "respond", .major = 2, .exchange = IKE_AUTH, .id = 1
	};
	uint8_t data[REBUILD_MAX], *payloads;
	struct ike_builder builder;
	int length;

	ike_build_start(&builder, data, sizeof(data), &header);
	payloads = data + IKE_HEADER;
	length = rebuild_auth_chain(payloads, sizeof(data) - IKE_HEADER, builder.next);
	builder.length += (size_t)length;
	say_hex(text, data, ike_build_end(&builder));
}

static void answer(struct text *text, const char *line)
{
	static uint8_t data[LINE], again[LINE];
	struct ike_message message;
	const char *why = "it is no request";
	uint64_t readable;

	text->length = 0;
	if (!strncmp(line, "init", 4)) {
		say_hex(text, data, rebuild_sa_init(data, sizeof(data)));
	} else if (!strncmp(line, "auth", 4)) {
		build_auth(text);
	} else if (!strncmp(line, "rebuild ", 8)) {
		if (!ike_message_parse(&message, (struct ike_slice){ data, read_hex(data, line + 8) }, &why))
			say_hex(text, again, rebuild_message(again, sizeof(again), &message, &readable));
		else
			text->length = (size_t)sprintf(text->at, "error %s", why);
	} else if (strncmp(line, "read ", 5) ||
		   ike_message_parse(&message, (struct ike_slice){ data, read_hex(data, line + 5) }, &why) ||
		   say_message(text, &message, &why)) {
		text->length = (size_t)sprintf(text->at, "error %s", why);
	}
	text->at[text->length] = 0;
}

static struct text answered;

static int serve(void)
{
	static char line[2 * LINE];

	while (fgets(line, sizeof(line), stdin)) {
		answer(&answered, line);
		puts(answered.at);
		fflush(stdout);
	}
	return 0;
}

#define HEADER "01020304050607080000000000000000"

static void test_read(void **state)
{
	(void)state;
	answer(&answered, "read " HEADER "292025080000000000000026"
			  "0000000a00004006616200");
	assert_string_equal(answered.at, "error its length is not the one in its header");
	answer(&answered, "read " HEADER "292025080000000000000026"
			  "0000000a000040066162");
	assert_string_equal(answered.at, " header.spi-i=0102030405060708 header.spi-r=0000000000000000"
					 " header.exchange=37 header.flags=8 header.id=0"
					 " N.protocol=0 N.type=16390 N.spi= N.data=6162");
	answer(&answered, "nonsense");
	assert_string_equal(answered.at, "error it is no request");
}

static void test_rebuild(void **state)
{
	static char line[LINE];

	(void)state;
	answer(&answered, "auth");
	snprintf(line, sizeof(line), "rebuild %.*s", 2 * REBUILD_MAX, answered.at);
	answer(&answered, line);
	assert_string_equal(answered.at, line + 8);
	answer(&answered, "rebuild 00");
	assert_string_equal(answered.at, "error it is shorter than the header of IKE");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_rebuild),
	};

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
