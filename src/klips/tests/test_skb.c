// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/port.h"

static void room_is_as_asked(void **state)
{
	struct sk_buff *skb = klips_skb_new(64, 100);

	(void)state;
	assert_non_null(skb);
	assert_int_equal(skb->len, 0);
	assert_int_equal(skb_headroom(skb), 64);
	assert_int_equal(skb_tailroom(skb), 100);
	assert_int_equal((uintptr_t)skb->cb % 8, 0);
	memset(skb_put(skb, 100), 1, 100);
	assert_int_equal(skb_tailroom(skb), 0);
	memset(skb_push(skb, 64), 2, 64);
	assert_int_equal(skb_headroom(skb), 0);
	assert_int_equal(skb->len, 164);
	assert_int_equal(skb->data[63], 2);
	assert_int_equal(skb->data[64], 1);
	kfree_skb(skb);
	kfree_skb(NULL);
	assert_null(klips_skb_new(0xffffffff, 1));
}

static void pull_and_trim(void **state)
{
	struct sk_buff *skb = klips_skb_new(0, 20);

	(void)state;
	skb_put(skb, 20);
	assert_ptr_equal(skb_pull(skb, 5), skb->head + 5);
	assert_int_equal(skb->len, 15);
	assert_null(skb_pull(skb, 16));
	assert_int_equal(skb->len, 15);
	skb_trim(skb, 30);
	assert_int_equal(skb->len, 15);
	skb_trim(skb, 10);
	assert_int_equal(skb->len, 10);
	assert_int_equal(skb_tailroom(skb), 5);
	assert_int_equal(skb_headroom(skb), 5);
	kfree_skb(skb);
}

static void copies_are_alike(void **state)
{
	struct sk_buff *skb = klips_skb_new(10, 50), *copy;

	(void)state;
	memset(skb_put(skb, 30), 7, 30);
	memset(skb->cb, 3, sizeof(skb->cb));
	skb->mark = 0x80010000;
	copy = skb_copy(skb, GFP_ATOMIC);
	assert_non_null(copy);
	assert_int_equal(copy->len, 30);
	assert_memory_equal(copy->data, skb->data, 30);
	assert_memory_equal(copy->cb, skb->cb, sizeof(skb->cb));
	assert_int_equal(copy->mark, skb->mark);
	assert_int_equal(skb_headroom(copy), 10);
	assert_int_equal(skb_tailroom(copy), 20);
	copy->data[0] = 8;
	assert_int_equal(skb->data[0], 7);
	kfree_skb(skb);
	kfree_skb(copy);
}

static void copies_may_have_other_room(void **state)
{
	struct sk_buff *skb = klips_skb_new(10, 50), *copy;

	(void)state;
	memset(skb_put(skb, 30), 7, 30);
	skb->mark = 5;
	copy = skb_copy_expand(skb, 100, 0, GFP_ATOMIC);
	assert_non_null(copy);
	assert_int_equal(skb_headroom(copy), 100);
	assert_int_equal(skb_tailroom(copy), 0);
	assert_int_equal(copy->len, 30);
	assert_int_equal(copy->mark, 5);
	assert_memory_equal(copy->data, skb->data, 30);
	assert_null(skb_copy_expand(skb, -1, 0, GFP_ATOMIC));
	assert_null(skb_copy_expand(skb, 0, -1, GFP_ATOMIC));
	kfree_skb(skb);
	kfree_skb(copy);
}

static int released;

static void release(struct sk_buff *skb)
{
	assert_ptr_equal(skb->owner, &released);
	released++;
}

static void owners_get_theirs_back(void **state)
{
	u8 memory[100];
	struct sk_buff skb = {
		.head = memory, .data = memory + 10, .len = 20, .size = 100, .owner = &released, .release = release
	};
	struct sk_buff *copy = skb_copy(&skb, GFP_ATOMIC);

	(void)state;
	assert_null(copy->owner);
	kfree_skb(copy);
	assert_int_equal(released, 0);
	kfree_skb(&skb);
	assert_int_equal(released, 1);
}

static void exceed(bool front)
{
	struct sk_buff *skb = klips_skb_new(8, 8);

	close(STDERR_FILENO);
	signal(SIGABRT, SIG_DFL);
	if (front)
		skb_push(skb, 9);
	else
		skb_put(skb, 9);
	_exit(0);
}

/* As in the kernel: memory that is not the packet's is never handed out. */
static void nobody_gets_more_than_there_is(void **state)
{
	int front, status;
	pid_t child;

	(void)state;
	for (front = 0; front < 2; front++) {
		child = fork();
		assert_true(child >= 0);
		if (!child)
			exceed(front);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_as_asked),	  cmocka_unit_test(pull_and_trim),
		cmocka_unit_test(copies_are_alike),	  cmocka_unit_test(copies_may_have_other_room),
		cmocka_unit_test(owners_get_theirs_back), cmocka_unit_test(nobody_gets_more_than_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
