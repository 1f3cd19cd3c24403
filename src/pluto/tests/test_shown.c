// SPDX-License-Identifier: GPL-2.0-or-later
/* Which pairs of selectors are up, as updown scripts know it. */
#include "../../klips/tests/test.h"

#include "../shown.h"

static struct shown shown;
static struct connection one, other;

static void pair(struct ike_ts ts[2], const char *local, const char *remote)
{
	assert_null(ike_ts_parse(&ts[0], local));
	assert_null(ike_ts_parse(&ts[1], remote));
}

static void test_each_only_once(void **state)
{
	struct ike_ts ts[2];

	(void)state;
	shown_init(&shown, 1);
	pair(ts, "192.0.1.0/24", "192.0.2.0/24");
	assert_false(shown_is_up(&shown, &one, &ts[0], &ts[1]));
	assert_false(shown_set(&shown, &one, &ts[0], &ts[1], false));
	assert_true(shown_set(&shown, &one, &ts[0], &ts[1], true));
	assert_false(shown_set(&shown, &one, &ts[0], &ts[1], true));
	assert_true(shown_is_up(&shown, &one, &ts[0], &ts[1]));
	assert_false(shown_is_up(&shown, &one, &ts[1], &ts[0]));
	assert_false(shown_leads_to(&shown, &ts[0]));
	ts[1].first_port = ts[1].last_port = 80;
	assert_false(shown_is_up(&shown, &one, &ts[0], &ts[1]));
	assert_true(shown_leads_to(&shown, &ts[1]));
	ts[1].first_port = 0;
	ts[1].last_port = 65535;
	assert_true(shown_set(&shown, &one, &ts[0], &ts[1], false));
	assert_false(shown_is_up(&shown, &one, &ts[0], &ts[1]));
	shown_free(&shown);
}

static void test_a_connection_is_forgotten(void **state)
{
	struct ike_ts ts[2];

	(void)state;
	shown_init(&shown, 2);
	pair(ts, "192.0.1.0/24", "2001:db8::/64");
	assert_true(shown_set(&shown, &one, &ts[0], &ts[1], true));
	assert_true(shown_set(&shown, &other, &ts[0], &ts[1], true));
	shown_forget(&shown, &one);
	assert_false(shown_is_up(&shown, &one, &ts[0], &ts[1]));
	assert_true(shown_is_up(&shown, &other, &ts[0], &ts[1]));
	shown_free(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_only_once),
		cmocka_unit_test(test_a_connection_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
