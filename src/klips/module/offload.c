// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which of the CryptoAPI's asynchronous wrappers new SAs of ESP are encrypted through: what OCF was. pcrypt has each
 * packet encrypted on a processor of its own and keeps their order; cryptd has it done by a kernel thread, later.
 *
 * Whoever instantiates a wrapper for an algorithm gives it, by its higher priority, to all of the kernel that ask for
 * that algorithm from then on, XFRM too. So what is asked for here is always named by its driver, wrapped or not.
 */
#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

#include "module.h"

/* The default, which MODULE_DEF_INCLUDE=packaging/ocf/config-all.h changes. */
#ifndef CONFIG_KLIPS_OFFLOAD
#define CONFIG_KLIPS_OFFLOAD "none"
#endif

#define WORD_MOST    16
#define MISSING_MOST 16

enum offload {
	OFFLOAD_NONE,
	OFFLOAD_PCRYPT,
	OFFLOAD_CRYPTD,
	OFFLOAD_COUNT
};

static const char *const words[OFFLOAD_COUNT] = {
	[OFFLOAD_NONE] = "none",
	[OFFLOAD_PCRYPT] = "pcrypt",
	[OFFLOAD_CRYPTD] = "cryptd",
};

static int chosen = -1; /* nothing yet: the default */

/*
 * Wrapped algorithms that the kernel has not. Asked for one, it looks for modules each time, which takes milliseconds;
 * each SA would wait for that, and all requests behind it. Forgotten when a wrapper is chosen, or for newer ones.
 */
static DEFINE_MUTEX(missing_lock);
static char missing[MISSING_MOST][CRYPTO_MAX_ALG_NAME];
static unsigned int missing_next;

static bool is_missing(const char *name)
{
	bool found = false;
	unsigned int i;

	mutex_lock(&missing_lock);
	for (i = 0; i < MISSING_MOST && !found; i++)
		found = !strcmp(missing[i], name);
	mutex_unlock(&missing_lock);
	return found;
}

static void remember_missing(const char *name)
{
	mutex_lock(&missing_lock);
	strscpy(missing[missing_next++ % MISSING_MOST], name, sizeof(missing[0]));
	mutex_unlock(&missing_lock);
}

static void forget_missing(void)
{
	mutex_lock(&missing_lock);
	memset(missing, 0, sizeof(missing));
	mutex_unlock(&missing_lock);
}

static int find(const char *word)
{
	unsigned int i;

	for (i = 0; i < OFFLOAD_COUNT; i++)
		if (sysfs_streq(word, words[i]))
			return i;
	return -EINVAL;
}

static enum offload wanted(void)
{
	int now = READ_ONCE(chosen);

	if (now < 0)
		now = find(CONFIG_KLIPS_OFFLOAD);
	return now < 0 ? OFFLOAD_NONE : now;
}

/* Whether the kernel has it; its module is loaded if there is one. */
static bool is_there(enum offload offload)
{
	struct crypto_template *template;

	if (offload == OFFLOAD_NONE)
		return true;
	template = crypto_lookup_template(words[offload]);
	if (!template)
		return false;
	module_put(template->module);
	return true;
}

static int set(const char *text, const struct kernel_param *param)
{
	int found = find(text);

	if (found < 0) {
		pr_err("klips: offload=%.*s: not none, pcrypt or cryptd\n",
		       (int)min_t(size_t, strcspn(text, "\n"), WORD_MOST), text);
		return found;
	}
	/* On the kernel's own command line it is read before any algorithm is there. */
	if (system_state == SYSTEM_RUNNING && !is_there(found)) {
		pr_err("klips: offload=%s: this kernel has no %s\n", words[found], words[found]);
		return -ENOENT;
	}
	WRITE_ONCE(chosen, found);
	forget_missing();
	return 0;
}

static int get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n", words[wanted()]);
}

static const struct kernel_param_ops param_ops = { .set = set, .get = get };
module_param_cb(offload, &param_ops, NULL, 0644);
MODULE_PARM_DESC(offload,
		 "how new SAs of ESP are encrypted: none, pcrypt or cryptd (default: " CONFIG_KLIPS_OFFLOAD ")");

/**
 * klips_offload_is_on() - whether new SAs are encrypted through a wrapper
 *
 * Return: true if one was chosen, be it there or not.
 */
bool klips_offload_is_on(void)
{
	return wanted() != OFFLOAD_NONE;
}

/* The driver behind the wrappers in a driver's name. */
static void unwrap(char *inner, size_t size, const char *driver)
{
	unsigned int i;
	size_t length;

	strscpy(inner, driver, size);
	for (i = OFFLOAD_NONE + 1; i < OFFLOAD_COUNT;) {
		length = strlen(words[i]);
		if (strncmp(inner, words[i], length) || inner[length] != '(') {
			i++;
			continue;
		}
		memmove(inner, inner + length + 1, strlen(inner + length)); /* with its end */
		inner[strlen(inner) - 1] = 0;				    /* ) */
		i = OFFLOAD_NONE + 1;
	}
}

/* @plain: is freed unless it is what is returned */
static struct crypto_aead *wrap(struct crypto_aead *plain, enum offload offload)
{
	const char *driver = crypto_tfm_alg_driver_name(crypto_aead_tfm(plain));
	char inner[CRYPTO_MAX_ALG_NAME], name[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *wrapped;

	unwrap(inner, sizeof(inner), driver);
	if (offload == OFFLOAD_NONE)
		strscpy(name, inner, sizeof(name));
	else if (snprintf(name, sizeof(name), "%s(%s)", words[offload], inner) >= (int)sizeof(name))
		return plain;
	if (!strcmp(name, driver) || is_missing(name))
		return plain;
	wrapped = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(wrapped)) {
		if (PTR_ERR(wrapped) == -ENOENT || PTR_ERR(wrapped) == -EINVAL)
			remember_missing(name);
		pr_warn_once("klips: offload=%s: there is no %s: error %ld\n", words[offload], name, PTR_ERR(wrapped));
		return plain;
	}
	crypto_free_aead(plain);
	return wrapped;
}

/**
 * klips_offload_aead() - an AEAD as it was chosen: asynchronous or as the kernel has it
 * @name: the algorithm, as the CryptoAPI calls it
 *
 * Where a wrapper cannot be had, which is told once, there is none.
 *
 * Return: the AEAD, which crypto_free_aead() frees, or an ERR_PTR().
 */
struct crypto_aead *klips_offload_aead(const char *name)
{
	struct crypto_aead *plain = crypto_alloc_aead(name, 0, 0);

	return IS_ERR(plain) ? plain : wrap(plain, wanted());
}
