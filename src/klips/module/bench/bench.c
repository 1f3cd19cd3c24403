// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipsec_bench.ko: measures the cryptography that SAs of KLIPS have on this machine, by ipsec.ko's own calls and with
 * what its parameter offload says, tells it in the kernel's log, and then refuses to load, as ocf_bench did.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/semaphore.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "../../core/crypto.h"

#define PACKET_MOST  65000U
#define QUEUE_MOST   1024U
#define PACKETS_MOST 10000000U

static unsigned int size = 1488;
module_param(size, uint, 0);
MODULE_PARM_DESC(size, "bytes of a packet that are encrypted, 16 to 65000 (default: 1488)");

static unsigned int packets = 4096;
module_param(packets, uint, 0);
MODULE_PARM_DESC(packets, "how many of each sort, 1 to 10000000 (default: 4096)");

static unsigned int queue = 32;
module_param(queue, uint, 0);
MODULE_PARM_DESC(queue, "how many are under way at once, 1 to 1024 (default: 32)");

static char *only = "";
module_param(only, charp, 0);
MODULE_PARM_DESC(only, "those whose name has this in it (default: all)");

static const struct {
	const char *name;
	enum klips_encr encr;
	enum klips_auth auth;
	u8 encr_length; /* bytes, with the salt */
	u8 auth_length;
	u8 iv;
} sorts[] = {
	{ "aes-gcm-16-128", KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16 + 4, 0, 8 },
	{ "aes-gcm-16-256", KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 32 + 4, 0, 8 },
	{ "chacha20-poly1305", KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, 32 + 4, 0, 8 },
	{ "aes-cbc-128, hmac-sha1-96", KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16, 20, 16 },
	{ "aes-cbc-256, hmac-sha2-256-128", KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_256_128, 32, 32, 16 },
	{ "3des-cbc, hmac-sha1-96", KLIPS_ENCR_3DES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 24, 20, 8 },
	{ "null, hmac-sha2-256-128", KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA2_256_128, 0, 32, 0 },
};

struct run;

/**
 * struct slot - a packet that is, or may be, under way
 * @job: what is done to it; first, so that done() finds the slot
 * @run: in which measurement
 * @next: in its list of those that are free
 * @result: of opening it
 */
struct slot {
	struct klips_job job;
	struct run *run;
	struct slot *next;
	int result;
};

/**
 * struct run - one sort in one direction
 * @crypto: an SA's transform
 * @slots: as many as may be under way
 * @sealed: what is opened, again and again
 * @length: bytes of @sealed
 * @lock: of @free and @failed
 * @free: slots that are not under way
 * @there: how many these are
 * @failed: packets that were not sealed or opened
 * @err: what the last of them failed with
 */
struct run {
	struct klips_crypto *crypto;
	struct slot *slots;
	u8 *sealed;
	u32 length;
	spinlock_t lock;
	struct slot *free;
	struct semaphore there;
	unsigned int failed;
	int err;
};

static struct slot *take(struct run *run)
{
	struct slot *slot;

	down(&run->there); /* without a limit: what is under way cannot be called back */
	spin_lock_bh(&run->lock);
	slot = run->free;
	run->free = slot->next;
	spin_unlock_bh(&run->lock);
	return slot;
}

static void give(struct slot *slot, int err)
{
	struct run *run = slot->run;

	spin_lock_bh(&run->lock);
	if (err) {
		run->failed++;
		run->err = err;
	}
	slot->next = run->free;
	run->free = slot;
	spin_unlock_bh(&run->lock);
	up(&run->there);
}

static void sealed(struct klips_job *job, int err)
{
	give((struct slot *)job, err);
}

static void opened(struct klips_job *job, int err)
{
	struct slot *slot = (struct slot *)job;

	give(slot, err ? err : slot->result);
}

/* Packets are handed in where bottom halves are off, as they are when they travel. */
static void pass(struct run *run, bool seal)
{
	struct slot *slot = take(run);
	int err;

	local_bh_disable();
	if (seal) {
		slot->job.done = sealed;
		err = klips_crypto_seal(run->crypto, &slot->job, 1);
	} else {
		slot->job.done = opened;
		memcpy(slot->job.skb->data, run->sealed, run->length);
		err = klips_crypto_open(run->crypto, &slot->job, &slot->result, 1);
	}
	local_bh_enable();
	if (err != -EINPROGRESS)
		give(slot, err ? err : seal ? 0 : slot->result);
}

/* Microseconds for all packets. */
static u64 passes(struct run *run, bool seal, unsigned int count)
{
	ktime_t began = ktime_get();
	unsigned int i;

	for (i = 0; i < count; i++) {
		pass(run, seal);
		cond_resched();
	}
	for (i = 0; i < queue; i++)
		down(&run->there);
	for (i = 0; i < queue; i++)
		up(&run->there);
	return max_t(u64, ktime_us_delta(ktime_get(), began), 1);
}

static void measure(struct run *run, const char *name, u32 bytes, bool seal)
{
	u64 took = passes(run, seal, packets);
	u64 rate = div64_u64((u64)packets * bytes * 8000, took); /* kbit/s */
	u32 rest;

	rate = div_u64_rem(rate, 1000, &rest);
	if (run->failed)
		pr_err("ipsec_bench: %s: %u of %u packets failed: error %d\n", name, run->failed, packets, run->err);
	else
		pr_info("ipsec_bench: %s: %s %u packets of %u bytes in %llu us (%llu.%03u Mbit/s)\n", name,
			seal ? "sealed" : "opened", packets, bytes, took, rate, rest);
}

static void free_slots(struct run *run)
{
	unsigned int i;

	for (i = 0; run->slots && i < queue; i++)
		kfree_skb(run->slots[i].job.skb);
	kfree(run->slots);
	kfree(run->sealed);
}

static int make_slots(struct run *run, u32 bytes, u32 iv)
{
	unsigned int i;

	run->length = 8 + iv + bytes + KLIPS_ICV_MAX;
	run->slots = kcalloc(queue, sizeof(*run->slots), GFP_KERNEL);
	run->sealed = kmalloc(run->length, GFP_KERNEL);
	if (!run->slots || !run->sealed)
		return -ENOMEM;
	for (i = 0; i < queue; i++) {
		struct slot *slot = &run->slots[i];

		slot->job.skb = alloc_skb(run->length, GFP_KERNEL);
		if (!slot->job.skb)
			return -ENOMEM;
		memset(skb_put(slot->job.skb, run->length), 0, run->length);
		slot->job.length = bytes;
		slot->run = run;
		slot->next = run->free;
		run->free = slot;
	}
	spin_lock_init(&run->lock);
	sema_init(&run->there, queue);
	return 0;
}

static int measure_sort(unsigned int sort)
{
	struct klips_keys keys = { .encr = sorts[sort].encr,
				   .auth = sorts[sort].auth,
				   .encr_length = sorts[sort].encr_length,
				   .auth_length = sorts[sort].auth_length };
	u32 bytes = size & ~15U; /* whole blocks of any of them */
	struct run run = { 0 };
	unsigned int i;
	int err;

	for (i = 0; i < KLIPS_KEY_MAX; i++) /* 3DES wants its three keys to differ */
		keys.encr_key[i] = keys.auth_key[i] = i;
	err = klips_crypto_new(&run.crypto, &keys, false);
	if (err == -ENOENT) {
		pr_info("ipsec_bench: %s: this kernel has it not\n", sorts[sort].name);
		return 0;
	}
	if (err)
		return err;
	err = make_slots(&run, bytes, sorts[sort].iv);
	if (!err) {
		pr_info("ipsec_bench: %s: by %s\n", sorts[sort].name, klips_crypto_driver(run.crypto));
		measure(&run, sorts[sort].name, bytes, true);
		passes(&run, true, 1);
		memcpy(run.sealed, run.free->job.skb->data, run.length); /* what was given back last */
		measure(&run, sorts[sort].name, bytes, false);
	}
	free_slots(&run);
	klips_crypto_free(run.crypto);
	return err;
}

static int __init start(void)
{
	unsigned int i, count = 0;
	int err = 0;

	if (size < 16 || size > PACKET_MOST || !packets || packets > PACKETS_MOST || !queue || queue > QUEUE_MOST) {
		pr_err("ipsec_bench: size is 16 to %u, packets 1 to %u, queue 1 to %u\n", PACKET_MOST, PACKETS_MOST,
		       QUEUE_MOST);
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(sorts) && !err; i++) {
		if (!strstr(sorts[i].name, only))
			continue;
		err = measure_sort(i);
		count++;
	}
	if (err)
		return err;
	if (!count) {
		pr_err("ipsec_bench: only=%s: no algorithm has that in its name\n", only);
		return -EINVAL;
	}
	pr_info("ipsec_bench: measured, so it does not stay loaded\n");
	return -EAGAIN;
}

module_init(start);

MODULE_DESCRIPTION("KLIPS: measures cryptography, and does not stay loaded");
MODULE_LICENSE("GPL");
