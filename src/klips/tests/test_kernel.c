// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include <sys/wait.h>
#include <unistd.h>
#include "core/port.h"

static void memneq_sees_each_byte(void **state)
{
	u8 a[67], b[67];
	unsigned int i, bit;

	(void)state;
	memset(a, 0xa5, sizeof(a));
	memcpy(b, a, sizeof(b));
	assert_int_equal(crypto_memneq(a, b, sizeof(a)), 0);
	assert_int_equal(crypto_memneq(a, b, 0), 0);
	for (i = 0; i < sizeof(a); i++) {
		for (bit = 0; bit < 8; bit++) {
			b[i] ^= (u8)(1 << bit);
			assert_int_not_equal(crypto_memneq(a, b, sizeof(a)), 0);
			assert_int_equal(crypto_memneq(a, b, i), 0);
			b[i] = a[i];
		}
	}
}

/* 64 bits drawn 100,000 times, in all sizes of draws, never come twice, and each bit is set half the time. */
static void random_bytes_do_not_repeat(void **state)
{
	enum {
		DRAWS = 100000
	};
	unsigned int n, ones = 0, twice = 0, size;
	u64 *drawn = malloc(DRAWS * sizeof(*drawn)), last = 0;
	u8 buffer[1500];

	(void)state;
	for (n = 0; n < DRAWS; n++) {
		get_random_bytes(&drawn[n], sizeof(drawn[n]));
		ones += (unsigned int)__builtin_popcountll(drawn[n]);
		twice += drawn[n] == last;
		last = drawn[n];
	}
	assert_int_equal(twice, 0);
	assert_in_range(ones, 32 * DRAWS - 20000, 32 * DRAWS + 20000);
	free(drawn);
	for (size = 0; size <= sizeof(buffer); size++) {
		memset(buffer, 0, sizeof(buffer));
		get_random_bytes(buffer, (int)size);
		/* 16 bytes of zeros at the end of a draw would mean that they were left out */
		if (size >= 16)
			assert_true(crypto_memneq(buffer + size - 16, (u8[16]){ 0 }, 16));
		if (size < sizeof(buffer))
			assert_int_equal(buffer[size], 0);
	}
	get_random_bytes(buffer, -1);
}

/* A child that is forked while there are bytes in store does not get the same as its parent, nor as another child. */
static void random_bytes_differ_over_fork(void **state)
{
	u64 drawn[3];
	int pipes[2], status, i;
	pid_t child;

	(void)state;
	get_random_bytes(&drawn[0], sizeof(drawn[0])); /* now there is a store */
	for (i = 1; i < 3; i++) {
		assert_int_equal(pipe(pipes), 0);
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			get_random_bytes(&drawn[0], sizeof(drawn[0]));
			_exit(write(pipes[1], &drawn[0], sizeof(drawn[0])) != sizeof(drawn[0]));
		}
		assert_int_equal(read(pipes[0], &drawn[i], sizeof(drawn[i])), sizeof(drawn[i]));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		close(pipes[0]);
		close(pipes[1]);
	}
	get_random_bytes(&drawn[0], sizeof(drawn[0]));
	assert_true(drawn[0] != drawn[1] && drawn[1] != drawn[2] && drawn[0] != drawn[2]);
}

static void *draw(void *to)
{
	get_random_bytes(to, sizeof(u64));
	return NULL;
}

static void random_bytes_differ_between_threads(void **state)
{
	pthread_t threads[8];
	u64 drawn[8];
	int i, k;

	(void)state;
	for (i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, draw, &drawn[i]), 0);
	for (i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		for (k = 0; k < i; k++)
			assert_true(drawn[i] != drawn[k]);
	}
}

static void secrets_can_be_freed(void **state)
{
	u8 *key = kmalloc(33, GFP_KERNEL);

	(void)state;
	memset(key, 1, 33);
	kfree_sensitive(key);
	kfree_sensitive(NULL);
}

static void byte_orders(void **state)
{
	u8 bytes[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	assert_int_equal(get_unaligned_be16(bytes + 1), 0x0102);
	assert_int_equal(get_unaligned_be32(bytes + 1), 0x01020304);
	assert_true(get_unaligned_be64(bytes + 1) == 0x0102030405060708ULL);
	assert_true(get_unaligned_le64(bytes + 1) == 0x0807060504030201ULL);
	put_unaligned_be64(0x1112131415161718ULL, bytes + 1);
	put_unaligned_be32(0x21222324, bytes + 3);
	put_unaligned_be16(0x3132, bytes + 1);
	assert_memory_equal(bytes, "\x00\x31\x32\x21\x22\x23\x24\x17\x18", 9);
	assert_int_equal(round_up(17u, 8), 24);
	assert_int_equal(round_up(16u, 8), 16);
	assert_int_equal(DIV_ROUND_UP(17, 8), 3);
}

static void references_end_at_zero(void **state)
{
	refcount_t refs;

	(void)state;
	refcount_set(&refs, 1);
	assert_true(refcount_inc_not_zero(&refs));
	assert_int_equal(refcount_read(&refs), 2);
	assert_false(refcount_dec_and_test(&refs));
	assert_true(refcount_dec_and_test(&refs));
	assert_false(refcount_inc_not_zero(&refs));
	assert_int_equal(refcount_read(&refs), 0);
}

struct item {
	struct list_head list;
	struct hlist_node node;
	int n;
	struct rcu_head rcu;
};

static void lists_keep_their_order(void **state)
{
	struct item items[4], *item, *next;
	struct list_head head = LIST_HEAD_INIT(head);
	int i, sum = 0;

	(void)state;
	assert_true(list_empty(&head));
	for (i = 0; i < 4; i++) {
		items[i].n = i;
		list_add_tail(&items[i].list, &head);
	}
	list_del_init(&items[1].list);
	list_add(&items[1].list, &head);
	list_for_each_entry(item, &head, list)
		sum = 10 * sum + item->n;
	assert_int_equal(sum, 1023);
	assert_ptr_equal(list_first_entry(&head, struct item, list), &items[1]);
	list_for_each_entry_safe(item, next, &head, list)
		list_del(&item->list);
	assert_true(list_empty(&head));
}

static void hash_lists_replace_in_place(void **state)
{
	struct item items[4], *item;
	struct hlist_head head = { NULL };
	struct hlist_node *next;
	int i, sum = 0;

	(void)state;
	for (i = 0; i < 4; i++) {
		items[i].n = i;
		INIT_HLIST_NODE(&items[i].node);
		assert_true(hlist_unhashed(&items[i].node));
	}
	for (i = 0; i < 3; i++)
		hlist_add_head_rcu(&items[i].node, &head);
	hlist_replace_rcu(&items[1].node, &items[3].node);
	hlist_for_each_entry_rcu(item, &head, node)
		sum = 10 * sum + item->n;
	assert_int_equal(sum, 230);
	hlist_del_init_rcu(&items[2].node);
	hlist_del_init_rcu(&items[2].node);
	assert_true(hlist_unhashed(&items[2].node));
	hlist_for_each_entry_safe(item, next, &head, node) {
		sum = 10 * sum + item->n;
		hlist_del_init_rcu(&item->node);
	}
	assert_int_equal(sum, 23030);
	assert_true(hlist_empty(&head));
}

static struct item *published;
static bool writing_done;

static void free_item(struct rcu_head *rcu)
{
	struct item *item = container_of(rcu, struct item, rcu);

	item->n = -1; /* a reader that still saw it would tell */
	free(item);
}

static void *read_items(void *bad)
{
	rcu_register_thread();
	while (!READ_ONCE(writing_done)) {
		rcu_read_lock();
		if (rcu_dereference(published)->n < 0)
			*(int *)bad += 1;
		rcu_read_unlock();
	}
	rcu_unregister_thread();
	return NULL;
}

static struct item *new_item(int n)
{
	struct item *item = calloc(1, sizeof(*item));

	assert_non_null(item);
	item->n = n;
	return item;
}

/* Under ThreadSanitizer this also shows that it follows RCU. */
static void readers_never_see_what_is_freed(void **state)
{
	pthread_t readers[2];
	int bad[2] = { 0 }, n;

	(void)state;
	published = new_item(0);
	for (n = 0; n < 2; n++)
		assert_int_equal(pthread_create(&readers[n], NULL, read_items, &bad[n]), 0);
	for (n = 1; n < 2000; n++) {
		struct item *old = published;

		rcu_assign_pointer(published, new_item(n));
		call_rcu(&old->rcu, free_item);
	}
	WRITE_ONCE(writing_done, true);
	for (n = 0; n < 2; n++) {
		pthread_join(readers[n], NULL);
		assert_int_equal(bad[n], 0);
	}
	rcu_barrier();
	free(published);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memneq_sees_each_byte),	 cmocka_unit_test(random_bytes_do_not_repeat),
		cmocka_unit_test(random_bytes_differ_over_fork), cmocka_unit_test(random_bytes_differ_between_threads),
		cmocka_unit_test(secrets_can_be_freed),		 cmocka_unit_test(byte_orders),
		cmocka_unit_test(references_end_at_zero),	 cmocka_unit_test(lists_keep_their_order),
		cmocka_unit_test(hash_lists_replace_in_place),	 cmocka_unit_test(readers_never_see_what_is_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
