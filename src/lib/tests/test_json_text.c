// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as JSON: nothing is lost because of one byte. */
#include "../../klips/tests/test.h"

#include "../json_text.h"

static void assert_text(const char *text, const char *wanted)
{
	json_t *json = json_text(text);

	assert_non_null(json);
	assert_string_equal(json_string_value(json), wanted);
	json_decref(json);
}

static void test_what_is_utf8_stays(void **state)
{
	(void)state;
	assert_text("", "");
	assert_text("caf\xc3\xa9.pem", "caf\xc3\xa9.pem");
}

static void test_other_bytes_are_shown_as_such(void **state)
{
	(void)state;
	assert_text("caf\xe9.pem", "caf?.pem");
	assert_text("cut: \xc3", "cut: ?");
	assert_text("\xff\x80", "??");
}

static void test_nothing(void **state)
{
	json_t *json = json_text(NULL);

	(void)state;
	assert_true(json_is_null(json));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_utf8_stays),
		cmocka_unit_test(test_other_bytes_are_shown_as_such),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
