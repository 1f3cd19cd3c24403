// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "core/debug.h"

static char caught[4096];
static int caught_priority;

static void catch (int priority, const char *text)
{
	caught_priority = priority;
	snprintf(caught + strlen(caught), sizeof(caught) - strlen(caught), "%s", text);
}

static void names_find_their_categories(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < KLIPS_DEBUG_COUNT; i++)
		assert_int_equal(klips_debug_find(klips_debug_name((enum klips_debug)i)), i);
	assert_null(klips_debug_name(KLIPS_DEBUG_COUNT));
	assert_null(klips_debug_name((enum klips_debug) - 1));
	assert_int_equal(klips_debug_find("xmit"), KLIPS_DEBUG_XMIT);
	assert_int_equal(klips_debug_find("comp"), KLIPS_DEBUG_IPCOMP);
	assert_int_equal(klips_debug_find("pfkey"), KLIPS_DEBUG_NETLINK);
	assert_int_equal(klips_debug_find("all"), -ENOENT);
	assert_int_equal(klips_debug_find(""), -ENOENT);
}

static int evaluated;

static int costly(void)
{
	return ++evaluated;
}

/* What is off is not even computed. */
static void only_what_is_on_is_said(void **state)
{
	(void)state;
	caught[0] = '\0';
	klips_log_to(catch);
	klips_trace(ESP, "%d", costly());
	assert_int_equal(evaluated, 0);
	WRITE_ONCE(klips_debug_flags, 1U << KLIPS_DEBUG_ESP);
	klips_trace(AH, "%d", costly());
	assert_string_equal(caught, "");
	klips_trace(ESP, "%d bytes", costly());
	assert_int_equal(evaluated, 1);
	assert_string_equal(caught, "klips_debug:only_what_is_on_is_said: 1 bytes\n");
	assert_int_equal(caught_priority, 7);
	WRITE_ONCE(klips_debug_flags, 0);
	klips_log_to(NULL);
}

static void messages_have_their_priority(void **state)
{
	char text[3000];

	(void)state;
	klips_log_to(catch);
	caught[0] = '\0';
	pr_err("no %s\n", "memory");
	assert_string_equal(caught, "no memory\n");
	assert_int_equal(caught_priority, 3);
	pr_warn("-");
	assert_int_equal(caught_priority, 4);
	pr_info("-");
	assert_int_equal(caught_priority, 6);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	caught[0] = '\0';
	pr_info("%s", text);
	assert_int_equal(strlen(caught), 1023);
	klips_log_to(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_find_their_categories),
		cmocka_unit_test(only_what_is_on_is_said),
		cmocka_unit_test(messages_have_their_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
