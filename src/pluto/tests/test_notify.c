// SPDX-License-Identifier: GPL-2.0-or-later
/* What logs call notifications, exchanges and payloads. */
#include "tests/test.h"

#include <string.h>

#include "pluto/message.h"
#include "pluto/notify.h"

static void test_notify(void **state)
{
	(void)state;
	assert_string_equal(ike_notify_name(1), "UNSUPPORTED_CRITICAL_PAYLOAD");
	assert_string_equal(ike_notify_name(14), "NO_PROPOSAL_CHOSEN");
	assert_string_equal(ike_notify_name(44), "CHILD_SA_NOT_FOUND");
	assert_string_equal(ike_notify_name(47), "STATE_NOT_FOUND");
	/* Not N_ERRORS_END, which has the same number. */
	assert_string_equal(ike_notify_name(16384), "INITIAL_CONTACT");
	assert_string_equal(ike_notify_name(16388), "NAT_DETECTION_SOURCE_IP");
	assert_string_equal(ike_notify_name(16430), "IKEV2_FRAGMENTATION_SUPPORTED");
	assert_string_equal(ike_notify_name(16441), "ADDITIONAL_KEY_EXCHANGE");
	assert_string_equal(ike_notify_name(16446), "PPK_IDENTITY_KEY");
}

/* What IANA has assigned is one row after the other, with no gap and no name twice. */
static void test_complete(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = N_INITIAL_CONTACT; i <= N_IKE_SA_INIT_FULL_TRANSCRIPT_AUTH; i++) {
		const char *name = ike_notify_name((uint16_t)i);

		assert_true(*name > '9');
		for (j = N_INITIAL_CONTACT; j < i; j++)
			assert_string_not_equal(name, ike_notify_name((uint16_t)j));
	}
	for (i = N_SINGLE_PAIR_REQUIRED; i <= N_REGISTRATION_FAILED; i++)
		assert_true(*ike_notify_name((uint16_t)i) > '9');
}

static void test_numbers(void **state)
{
	const char *a = ike_notify_name(40960), *b = ike_exchange_name(240), *c = ike_payload_name(200);

	(void)state;
	assert_string_equal(a, "40960");
	assert_string_equal(b, "240");
	assert_string_equal(c, "200");
	assert_string_equal(ike_notify_name(65535), "65535");
	assert_string_equal(ike_notify_name(0), "0");
}

static void test_others(void **state)
{
	(void)state;
	assert_string_equal(ike_exchange_name(34), "IKE_SA_INIT");
	assert_string_equal(ike_exchange_name(37), "INFORMATIONAL");
	assert_string_equal(ike_exchange_name(43), "IKE_INTERMEDIATE");
	assert_string_equal(ike_payload_name(33), "SA");
	assert_string_equal(ike_payload_name(41), "N");
	assert_string_equal(ike_payload_name(44), "TSi");
	assert_string_equal(ike_payload_name(53), "SKF");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
