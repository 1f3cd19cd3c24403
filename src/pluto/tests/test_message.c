// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 messages: what is on the wire, there and back, and what is refused. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "pluto/notify.h"
#include "rebuild.h"

#define HEADER(next, length) "\1\2\3\4\5\6\7\10\21\22\23\24\25\26\27\30" next "\x20\x25\x20\0\0\0\7\0\0\0" length

static const struct ike_header header = {
	.spi_i = { 1, 2, 3, 4, 5, 6, 7, 8 },
	.spi_r = { 17, 18, 19, 20, 21, 22, 23, 24 },
	.major = 2,
	.exchange = INFORMATIONAL,
	.flags = IKE_FLAG_RESPONSE,
	.id = 7,
};

static const struct ike_slice none;

/* In memory of its own, so that a byte read behind it is found. */
static int parse(struct ike_message *message, struct ike_slice data, const char **why, uint8_t **memory)
{
	uint8_t *copy = malloc(data.length);

	*memory = copy;
	if (data.length)
		memcpy(copy, data.data, data.length);
	*why = NULL;
	return ike_message_parse(message, (struct ike_slice){ copy, data.length }, why);
}

static void refused(struct ike_slice data, const char *expected)
{
	struct ike_message message;
	const char *why;
	uint8_t *memory;

	assert_int_equal(parse(&message, data, &why, &memory), -1);
	assert_string_equal(why, expected);
	free(memory);
}

static void test_header(void **state)
{
	struct ike_slice data = TEXT(HEADER("\0", "\x1c"));
	struct ike_message message;
	const char *why;

	(void)state;
	assert_int_equal(ike_message_parse(&message, data, &why), 0);
	assert_memory_equal(message.header.spi_i, header.spi_i, 8);
	assert_memory_equal(message.header.spi_r, header.spi_r, 8);
	assert_int_equal(message.header.next, 0);
	assert_int_equal(message.header.major, 2);
	assert_int_equal(message.header.minor, 0);
	assert_int_equal(message.header.exchange, INFORMATIONAL);
	assert_int_equal(message.header.flags, IKE_FLAG_RESPONSE);
	assert_int_equal(message.header.id, 7);
	assert_int_equal(message.header.length, 28);
	assert_int_equal(message.count, 0);
}

/* RFC 7296, 2.5: the minor version says nothing; of another major one the header is there. */
static void test_version(void **state)
{
	uint8_t data[] = HEADER("\0", "\x1c");
	struct ike_slice slice = { data, 28 };
	struct ike_message message;
	const char *why;

	(void)state;
	data[17] = 0x2f;
	assert_int_equal(ike_message_parse(&message, slice, &why), 0);
	assert_int_equal(message.header.minor, 15);
	data[17] = 0x31;
	data[27] = 99;
	assert_int_equal(ike_header_parse(&message.header, slice, &why), 0);
	assert_int_equal(message.header.major, 3);
	assert_int_equal(message.header.minor, 1);
	assert_int_equal(ike_message_parse(&message, slice, &why), -1);
	assert_string_equal(why, "it is not of IKEv2");
	assert_int_equal(message.header.id, 7);
}

static void test_refused(void **state)
{
	(void)state;
	refused(none, "it is shorter than the header of IKE");
	refused((struct ike_slice){ TEXT(HEADER("\0", "\x1c")).data, 27 }, "it is shorter than the header of IKE");
	refused(TEXT(HEADER("\0", "\x1c") "x"), "its length is not the one in its header");
	refused(TEXT(HEADER("\0", "\x1d")), "its length is not the one in its header");
	refused(TEXT(HEADER("\0", "\x20") "\0\0\0\4"), "bytes follow its last payload");
	refused(TEXT(HEADER("\53", "\x1c")), "it ends where another payload is to follow");
	refused(TEXT(HEADER("\53", "\x20") "\53\0\0\4"), "it ends where another payload is to follow");
	refused(TEXT(HEADER("\53", "\x1f") "\0\0\0"), "it ends within a header");
	refused(TEXT(HEADER("\53", "\x20") "\0\0\0\3"), "a length is shorter than the header it is in");
	refused(TEXT(HEADER("\53", "\x20") "\0\0\0\0"), "a length is shorter than the header it is in");
	refused(TEXT(HEADER("\53", "\x20") "\0\0\0\5"), "a length exceeds what it is in");
	refused(TEXT(HEADER("\53", "\x20") "\0\0\xff\xff"), "a length exceeds what it is in");
	/* An SK payload is the last one: its next is what is inside. */
	refused(TEXT(HEADER("\56", "\x24") "\53\0\0\4\0\0\0\4"), "bytes follow its last payload");
	refused(TEXT(HEADER("\65", "\x24") "\53\0\0\4\0\0\0\4"), "bytes follow its last payload");
}

static void test_unknown(void **state)
{
	struct ike_message message;
	const char *why;

	(void)state;
	/* Payload 200, then 201 and 202 with the critical bit, then a Vendor ID with it. */
	assert_int_equal(ike_message_parse(&message,
					   TEXT(HEADER("\xc8", "\x2d") "\xc9\0\0\4\xca\x80\0\4\x2b\x80\0\4\0\xff\0\5x"),
					   &why),
			 0);
	assert_int_equal(message.count, 4);
	assert_int_equal(message.unknown, 201);
	assert_false(message.payloads[0].critical);
	assert_true(message.payloads[3].critical);
	assert_ptr_equal(ike_payload_find(&message, IKE_P_VENDOR), &message.payloads[3]);
	assert_int_equal(message.payloads[3].body.length, 1);
	assert_null(ike_payload_find(&message, IKE_P_SA));
}

static void test_too_many(void **state)
{
	uint8_t data[28 + 4 * (IKE_PAYLOADS_MAX + 1)];
	struct ike_message message;
	struct ike_builder builder;
	const char *why;
	size_t i;
	int length;

	(void)state;
	ike_build_start(&builder, data, sizeof(data), &header);
	for (i = 0; i < IKE_PAYLOADS_MAX; i++)
		ike_put_payload(&builder, IKE_P_VENDOR, none);
	length = ike_build_end(&builder);
	assert_int_equal(ike_message_parse(&message, (struct ike_slice){ data, (size_t)length }, &why), 0);
	assert_int_equal(message.count, IKE_PAYLOADS_MAX);
	ike_put_payload(&builder, IKE_P_VENDOR, none);
	length = ike_build_end(&builder);
	assert_int_equal(ike_message_parse(&message, (struct ike_slice){ data, (size_t)length }, &why), -1);
	assert_string_equal(why, "it has too many payloads");
}

/* What a put function writes after the header, byte for byte. */
static void written(struct ike_builder *builder, struct ike_slice expected)
{
	assert_int_equal(ike_build_end(builder), 28 + (int)expected.length);
	assert_memory_equal(builder->data + 28, expected.data, expected.length);
	assert_int_equal(builder->data[27], 28 + (int)expected.length);
}

static void start(struct ike_builder *builder)
{
	static uint8_t data[256];

	memset(data, 0xee, sizeof(data));
	ike_build_start(builder, data, sizeof(data), &header);
}

static void test_wire(void **state)
{
	struct ike_builder builder;

	(void)state;
	start(&builder);
	written(&builder, none);
	assert_memory_equal(builder.data, HEADER("\0", "\x1c"), 28);
	start(&builder);
	ike_put_ke(&builder, 0x1f, TEXT("key"));
	assert_int_equal(builder.data[16], IKE_P_KE);
	written(&builder, TEXT("\0\0\0\x0b\0\x1f\0\0key"));
	start(&builder);
	ike_put_notify(&builder, 3, N_REKEY_SA, TEXT("\1\2\3\4"), TEXT("ab"));
	written(&builder, TEXT("\0\0\0\x0e\3\4\x40\x09\1\2\3\4"
			       "ab"));
	start(&builder);
	ike_put_delete(&builder, IKE_PROTO_ESP, 4, (const uint8_t *)"\1\2\3\4\5\6\7\10", 2);
	written(&builder, TEXT("\0\0\0\x10\3\4\0\2\1\2\3\4\5\6\7\10"));
	start(&builder);
	ike_put_delete(&builder, IKE_PROTO_IKE, 0, NULL, 0);
	written(&builder, TEXT("\0\0\0\x08\1\0\0\0"));
	start(&builder);
	ike_put_id(&builder, IKE_P_IDR, 2, TEXT("east"));
	assert_int_equal(builder.data[16], IKE_P_IDR);
	written(&builder, TEXT("\0\0\0\x0c\2\0\0\0east"));
	start(&builder);
	ike_put_auth(&builder, 2, TEXT("mac"));
	written(&builder, TEXT("\0\0\0\x0b\2\0\0\0mac"));
	start(&builder);
	ike_put_cert(&builder, IKE_P_CERTREQ, 4, TEXT("hash"));
	ike_put_payload(&builder, IKE_P_VENDOR, TEXT("v"));
	assert_int_equal(builder.data[16], IKE_P_CERTREQ);
	written(&builder, TEXT("\x2b\0\0\x09\4hash\0\0\0\5v"));
}

static void test_wire_sealed(void **state)
{
	struct ike_builder builder;
	uint8_t *at;

	(void)state;
	start(&builder);
	at = ike_put_sealed(&builder, IKE_P_IDI, 3);
	assert_ptr_equal(at, builder.data + 32);
	memcpy(at, "icv", 3);
	assert_int_equal(builder.data[16], IKE_P_SK);
	written(&builder, TEXT("\x23\0\0\7icv"));
	ike_put_payload(&builder, IKE_P_VENDOR, none);
	assert_int_equal(ike_build_end(&builder), -1);
	start(&builder);
	at = ike_put_fragment(&builder, IKE_P_IDI, 1, 0x203, 2);
	assert_ptr_equal(at, builder.data + 36);
	memcpy(at, "ab", 2);
	written(&builder, TEXT("\x23\0\0\x0a\0\1\2\3ab"));
}

/* No byte is written behind the room, and the error stays. */
static void test_no_room(void **state)
{
	uint8_t whole[2048];
	int length = rebuild_sa_init(whole, sizeof(whole));
	size_t room;

	(void)state;
	assert_true(length > 28);
	for (room = 0; room < (size_t)length; room++) {
		uint8_t *data = malloc(room);

		assert_int_equal(rebuild_sa_init(data, room), -1);
		free(data);
	}
}

static void test_too_long(void **state)
{
	static uint8_t data[200000], big[70000];
	struct ike_builder builder;

	(void)state;
	ike_build_start(&builder, data, sizeof(data), &header);
	ike_put_payload(&builder, IKE_P_VENDOR, (struct ike_slice){ big, 65532 });
	assert_int_equal(ike_build_end(&builder), -1);
	ike_build_start(&builder, data, sizeof(data), &header);
	ike_put_payload(&builder, IKE_P_VENDOR, (struct ike_slice){ big, 40000 });
	ike_put_payload(&builder, IKE_P_VENDOR, (struct ike_slice){ big, 40000 });
	assert_int_equal(ike_build_end(&builder), -1);
	ike_build_start(&builder, data, sizeof(data), &header);
	ike_put_notify(&builder, 3, 1, (struct ike_slice){ big, 256 }, none);
	assert_int_equal(ike_build_end(&builder), -1);
	ike_build_start(&builder, data, sizeof(data), &header);
	ike_put_delete(&builder, 3, 4, big, 17000);
	assert_int_equal(ike_build_end(&builder), -1);
}

static void round_trip(const struct ike_message *message, struct ike_slice data)
{
	uint8_t again[2048];
	uint64_t readable;

	assert_int_equal(rebuild_message(again, sizeof(again), message, &readable), data.length);
	assert_memory_equal(again, data.data, data.length);
}

static void test_sa_init(void **state)
{
	struct ike_message message;
	struct ike_proposals proposals = { 0 };
	struct ike_notify notify;
	struct ike_slice nonce;
	struct ike_ke_body ke;
	uint8_t data[2048];
	const char *why;
	size_t length = (size_t)rebuild_sa_init(data, sizeof(data));

	(void)state;
	assert_int_equal(ike_message_parse(&message, (struct ike_slice){ data, length }, &why), 0);
	assert_int_equal(message.count, 8);
	round_trip(&message, (struct ike_slice){ data, length });
	assert_int_equal(ike_sa_read(&proposals, ike_payload_find(&message, IKE_P_SA), &why), 0);
	assert_int_equal(proposals.count, 2);
	assert_int_equal(ike_ke_read(&ke, ike_payload_find(&message, IKE_P_KE), &why), 0);
	assert_int_equal(ke.method, 31);
	assert_int_equal(ke.value.length, 32);
	assert_int_equal(ike_nonce_read(&nonce, ike_payload_find(&message, IKE_P_NONCE), &why), 0);
	assert_int_equal(nonce.length, 32);
	assert_non_null(ike_notify_find(&message, N_SIGNATURE_HASH_ALGORITHMS, &notify));
	assert_int_equal(notify.data.length, 8);
	assert_non_null(ike_notify_find(&message, N_IKEV2_FRAGMENTATION_SUPPORTED, NULL));
	assert_null(ike_notify_find(&message, N_COOKIE, &notify));
}

static void test_auth(void **state)
{
	struct ike_message message = { .header = { .major = 2 } };
	uint8_t data[2048], again[2048], first, first_again;
	size_t i, length = (size_t)rebuild_auth_chain(data, sizeof(data), &first);
	struct ike_builder builder;
	const char *why;

	(void)state;
	assert_int_equal(first, IKE_P_IDI);
	assert_int_equal(ike_payloads_parse(&message, first, (struct ike_slice){ data, length }, &why), 0);
	assert_int_equal(message.count, 14);
	ike_build_chain(&builder, again, sizeof(again), &first_again);
	/* All but EAP, whose body only its methods read. */
	for (i = 0; i < message.count; i++)
		assert_int_equal(rebuild_payload(&builder, &message.payloads[i]),
				 message.payloads[i].type != IKE_P_EAP);
	assert_int_equal(ike_build_end(&builder), length);
	assert_memory_equal(again, data, length);
	assert_int_equal(first_again, first);
}

/* Whatever is cut off, and whether or not the header's length says so. */
static void test_sa_init_cut(void **state)
{
	struct ike_message message;
	uint8_t data[2048], *memory;
	const char *why;
	size_t cut, length = (size_t)rebuild_sa_init(data, sizeof(data));

	(void)state;
	for (cut = 0; cut < length; cut++) {
		assert_int_equal(parse(&message, (struct ike_slice){ data, cut }, &why, &memory), -1);
		assert_non_null(why);
		free(memory);
	}
	for (cut = 28; cut < length; cut++) {
		data[26] = (uint8_t)(cut >> 8);
		data[27] = (uint8_t)cut;
		assert_int_equal(parse(&message, (struct ike_slice){ data, cut }, &why, &memory), -1);
		assert_non_null(why);
		free(memory);
	}
}

static void test_auth_cut(void **state)
{
	uint8_t data[2048], first;
	size_t cut, length = (size_t)rebuild_auth_chain(data, sizeof(data), &first);
	const char *why;

	(void)state;
	for (cut = 0; cut < length; cut++) {
		struct ike_message message = { .count = 3, .unknown = 0 };
		uint8_t *memory = malloc(cut);

		memcpy(memory, data, cut);
		why = NULL;
		assert_int_equal(ike_payloads_parse(&message, first, (struct ike_slice){ memory, cut }, &why), -1);
		assert_non_null(why);
		assert_int_equal(message.count, 3);
		free(memory);
	}
}

/* Each body, cut off at each byte, is read or refused, but never read over its end. */
static void test_bodies_cut(void **state)
{
	struct ike_message message = { .count = 0 };
	uint8_t data[2048], again[2048], first;
	size_t i, cut, length = (size_t)rebuild_auth_chain(data, sizeof(data), &first);
	struct ike_builder builder;
	const char *why;

	(void)state;
	assert_int_equal(ike_payloads_parse(&message, first, (struct ike_slice){ data, length }, &why), 0);
	for (i = 0; i < message.count; i++) {
		for (cut = 0; cut < message.payloads[i].body.length; cut++) {
			struct ike_payload payload = message.payloads[i];
			uint8_t *memory = malloc(cut);

			memcpy(memory, payload.body.data, cut);
			payload.body = (struct ike_slice){ memory, cut };
			ike_build_chain(&builder, again, sizeof(again), &first);
			rebuild_payload(&builder, &payload);
			assert_true(ike_build_end(&builder) > 0);
			free(memory);
		}
	}
}

static void test_inside(void **state)
{
	struct ike_message message;
	const char *why;

	(void)state;
	assert_int_equal(ike_message_parse(&message, TEXT(HEADER("\56", "\x23") "\53\0\0\7abc"), &why), 0);
	assert_int_equal(message.payloads[0].type, IKE_P_SK);
	assert_int_equal(message.payloads[0].next, IKE_P_VENDOR);
	assert_memory_equal(message.payloads[0].body.data, "abc", 3);
	assert_int_equal(ike_payloads_parse(&message, IKE_P_VENDOR, TEXT("\310\0\0\5x\0\200\0\4"), &why), 0);
	assert_int_equal(message.count, 3);
	assert_int_equal(message.unknown, 200);
	/* An empty INFORMATIONAL request has nothing inside. */
	assert_int_equal(ike_payloads_parse(&message, IKE_P_NONE, none, &why), 0);
	assert_int_equal(message.count, 3);
	/* OpenIKED's has, and that is nothing too. */
	assert_int_equal(ike_payloads_parse(&message, IKE_P_NONE, TEXT("\0\0\0\4"), &why), 0);
	assert_int_equal(message.count, 3);
	assert_int_equal(ike_payloads_parse(&message, IKE_P_SK, TEXT("\53\0\0\4"), &why), -1);
	assert_string_equal(why, "an encrypted payload is inside of another");
	assert_int_equal(message.count, 3);
}

static void body_refused(int (*read)(void *to, const struct ike_payload *from, const char **why), struct ike_slice body,
			 const char *expected)
{
	struct ike_payload payload = { .body = body };
	const char *why = NULL;
	char to[256];

	assert_int_equal(read(to, &payload, &why), -1);
	assert_string_equal(why, expected);
}

#define READER(name, type)                                                          \
	static int name(void *to, const struct ike_payload *from, const char **why) \
	{                                                                           \
		return ike_##name##_read((type *)to, from, why);                    \
	}

READER(ke, struct ike_ke_body)
READER(notify, struct ike_notify)
READER(delete, struct ike_delete)
READER(auth, struct ike_auth_body)
READER(cert, struct ike_cert_body)
READER(id, struct ike_id_body)
READER(nonce, struct ike_slice)
READER(fragment, struct ike_fragment)

#define SHORT	 "it is too short for its fields"
#define NONCE_16 "0123456789abcdef"
#define NONCE_64 NONCE_16 NONCE_16 NONCE_16 NONCE_16

static void test_bodies_refused(void **state)
{
	static const char number[] = "its fragment's number is not one of its total";
	static const char address[] = "its address has not the length of an address";

	(void)state;
	body_refused(ke, TEXT("\0\1\0"), SHORT);
	body_refused(ke, TEXT("\0\1\0\0"), "its public value is empty");
	body_refused(notify, TEXT("\0\0\1"), SHORT);
	body_refused(notify, TEXT("\3\4\0\1abc"), SHORT);
	body_refused(delete, TEXT("\3\4\0"), SHORT);
	body_refused(delete, TEXT("\3\4\0\2abcd"), "it has not as many SPIs as it says");
	body_refused(delete, TEXT("\3\4\0\1abcde"), "it has not as many SPIs as it says");
	body_refused(delete, TEXT("\2\10\0\1abcdefgh"), "SPIs of AH and ESP have four bytes");
	body_refused(delete, TEXT("\1\10\0\1abcdefgh"), "to delete an IKE SA takes no SPI");
	body_refused(auth, TEXT("\2\0\0"), SHORT);
	body_refused(cert, TEXT(""), SHORT);
	body_refused(id, TEXT("\2\0\0"), SHORT);
	body_refused(id, TEXT("\1\0\0\0abc"), address);
	body_refused(id, TEXT("\5\0\0\0abcd"), address);
	body_refused(nonce, TEXT("0123456789abcde"), "a nonce has 16 to 256 bytes");
	body_refused(nonce, TEXT(NONCE_64 NONCE_64 NONCE_64 NONCE_64 "x"), "a nonce has 16 to 256 bytes");
	body_refused(fragment, TEXT("\0\1\0"), SHORT);
	body_refused(fragment, TEXT("\0\0\0\1"), number);
	body_refused(fragment, TEXT("\0\3\0\2"), number);
	body_refused(fragment, TEXT("\0\0\0\0"), number);
}

static void test_fragment(void **state)
{
	struct ike_payload payload = { .body = TEXT("\0\2\1\0abc") };
	struct ike_fragment fragment;
	const char *why;

	(void)state;
	assert_int_equal(ike_fragment_read(&fragment, &payload, &why), 0);
	assert_int_equal(fragment.number, 2);
	assert_int_equal(fragment.total, 256);
	assert_int_equal(fragment.sealed.length, 3);
}

static void test_find(void **state)
{
	/* A notification that is too short for its SPI, two cookies, with a Vendor ID between them. */
	struct ike_slice data = TEXT(HEADER("\x29", "\x3c") "\x29\0\0\10\3\4\x40\6\x2b\0\0\11\0\0\x40\6"
							    "a\x29\0\0\5v\0\0\0\12\0\0\x40\6"
							    "bc");
	const struct ike_payload *payload;
	struct ike_message message;
	struct ike_notify notify;
	const char *why;

	(void)state;
	assert_int_equal(ike_message_parse(&message, data, &why), 0);
	payload = ike_notify_find(&message, N_COOKIE, &notify);
	assert_ptr_equal(payload, &message.payloads[1]);
	assert_int_equal(notify.data.length, 1);
	payload = ike_payload_next(&message, payload);
	assert_ptr_equal(payload, &message.payloads[3]);
	assert_null(ike_payload_next(&message, payload));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),	    cmocka_unit_test(test_version),
		cmocka_unit_test(test_refused),	    cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_too_many),    cmocka_unit_test(test_wire),
		cmocka_unit_test(test_wire_sealed), cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_too_long),    cmocka_unit_test(test_sa_init),
		cmocka_unit_test(test_auth),	    cmocka_unit_test(test_sa_init_cut),
		cmocka_unit_test(test_auth_cut),    cmocka_unit_test(test_bodies_cut),
		cmocka_unit_test(test_inside),	    cmocka_unit_test(test_bodies_refused),
		cmocka_unit_test(test_fragment),    cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
