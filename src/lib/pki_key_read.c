// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys from files, certificates, DNS and configurations. */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "conf_file.h"
#include "parse.h"
#include "pki_own.h"

/* What a file's passphrase was asked for with. */
struct pass {
	const char *phrase;
	bool asked;
};

static int tell_passphrase(char *to, int room, int write, void *arg)
{
	struct pass *pass = arg;
	size_t length = pass->phrase ? strlen(pass->phrase) : 0;

	(void)write;
	pass->asked = true;
	if (!pass->phrase || length > (size_t)room)
		return -1;
	memcpy(to, pass->phrase, length);
	return (int)length;
}

/* Any form that OpenSSL knows: PEM or DER, PKCS#8, PKCS#1, SEC1, SubjectPublicKeyInfo. */
static EVP_PKEY *decode(struct ike_slice data, int selection, struct pass *pass)
{
	EVP_PKEY *evp = NULL;
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&evp, NULL, NULL, NULL, selection, NULL, NULL);

	if (ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, tell_passphrase, pass) == 1)
		OSSL_DECODER_from_data(ctx, &data.data, &data.length);
	OSSL_DECODER_CTX_free(ctx);
	return evp;
}

/**
 * pki_key_read() - a key from a file's bytes
 * @data: PEM or DER; PKCS#8, also encrypted, or a form of one sort of keys; a private key, or else a public one
 * @passphrase: NULL: none
 *
 * Return: 0, -ENOKEY: it needs another passphrase, -EINVAL: it is no key, or of no use; @why says so
 */
int pki_key_read(struct pki_key **key, struct ike_slice data, const char *passphrase, struct pki_why *why)
{
	struct pass pass = { .phrase = passphrase };
	bool is_private = true;
	EVP_PKEY *evp;

	if (data.length > PKI_KEY_FILE_MAX)
		return pki_refuse(why, EFBIG, "too long for a key");
	evp = decode(data, EVP_PKEY_KEYPAIR, &pass);
	if (!evp && pass.asked) {
		ERR_clear_error();
		return pki_refuse(why, ENOKEY, passphrase ? "the passphrase is wrong" : "it needs a passphrase");
	}
	if (!evp) {
		is_private = false;
		evp = decode(data, EVP_PKEY_PUBLIC_KEY, &pass);
	}
	ERR_clear_error();
	return evp ? pki_key_adopt(key, evp, is_private, why) : pki_refuse(why, EINVAL, "there is no key in it");
}

/**
 * pki_key_load() - the key in a file
 *
 * Return: what pki_key_read() does, or another negative errno
 */
int pki_key_load(struct pki_key **key, const char *path, const char *passphrase, struct pki_why *why)
{
	struct conf_file file;
	int err = conf_file_read(&file, path);

	if (err)
		return pki_refuse(why, -err, "%s", strerror(-err));
	err = pki_key_read(key, (struct ike_slice){ (uint8_t *)file.text, file.length }, passphrase, why);
	conf_file_free(&file);
	return err;
}

/**
 * pki_key_from_spki() - a public key from a SubjectPublicKeyInfo (RFC 5280, 4.1), as in a CERT payload (RFC 7670)
 * @spki: DER, nothing after it
 *
 * Return: 0, or -EINVAL, -ENOMEM and @why
 */
int pki_key_from_spki(struct pki_key **key, struct ike_slice spki, struct pki_why *why)
{
	const uint8_t *at = spki.data;
	EVP_PKEY *evp =
		spki.length && spki.length <= PKI_KEY_FILE_MAX ? d2i_PUBKEY(NULL, &at, (long)spki.length) : NULL;

	if (evp && at == spki.data + spki.length)
		return pki_key_adopt(key, evp, false, why);
	EVP_PKEY_free(evp);
	return pki_refuse_openssl(why, EINVAL, "not a SubjectPublicKeyInfo");
}

static int make_public(struct pki_key **key, const char *type, OSSL_PARAM_BLD *build, struct pki_why *why)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *evp = NULL;

	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &evp, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return evp ? pki_key_adopt(key, evp, false, why) : pki_refuse_openssl(why, EINVAL, "not a public key");
}

static int make_rsa(struct pki_key **key, struct ike_slice exponent, struct ike_slice modulus, struct pki_why *why)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.length, NULL);
	BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.length, NULL);
	int err;

	if (e && n && (!BN_is_odd(e) || BN_is_one(e) || !BN_is_odd(n)))
		err = pki_refuse(why, EINVAL, "an RSA key whose numbers are even");
	else if (build && e && n && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1)
		err = make_public(key, "RSA", build, why);
	else
		err = pki_refuse(why, ENOMEM, "no memory");
	OSSL_PARAM_BLD_free(build);
	BN_free(e);
	BN_free(n);
	return err;
}

/* The exponent's length is one byte; or a zero byte and two. */
int pki_rsa_from_dns(struct pki_key **key, struct ike_slice data, struct pki_why *why)
{
	size_t head = data.length && !data.data[0] ? 3 : 1, length;

	if (data.length < head)
		return pki_refuse(why, EINVAL, "not an RSA key of RFC 3110");
	length = head == 1 ? data.data[0] : (size_t)data.data[1] << 8 | data.data[2];
	if (!length || data.length - head <= length || data.length - head - length > PKI_KEY_FILE_MAX)
		return pki_refuse(why, EINVAL, "not an RSA key of RFC 3110");
	return make_rsa(key, (struct ike_slice){ data.data + head, length },
			(struct ike_slice){ data.data + head + length, data.length - head - length }, why);
}

/* RFC 6605, 4: x and y; or with the 04 of SEC 1 before them. */
static int ecdsa_from_point(struct pki_key **key, struct ike_slice data, struct pki_why *why)
{
	uint8_t point[1 + 2 * 66] = { 4 };
	size_t bare = data.length - data.length % 2;
	unsigned int bits = bare == 64 ? 256 : bare == 96 ? 384 : bare == 132 ? 521 : 0;
	OSSL_PARAM_BLD *build;
	int err;

	if (!bits || (bare < data.length && data.data[0] != 4))
		return pki_refuse(why, EINVAL, "neither a SubjectPublicKeyInfo nor a point of a curve");
	memcpy(point + 1, data.data + (data.length - bare), bare);
	build = OSSL_PARAM_BLD_new();
	if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, pki_curve_name(bits), 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, bare + 1) == 1)
		err = make_public(key, "EC", build, why);
	else
		err = pki_refuse(why, ENOMEM, "no memory");
	OSSL_PARAM_BLD_free(build);
	return err;
}

/* What is in configurations has no type but by its form. */
static int key_from_bytes(struct pki_key **key, struct ike_slice data, struct pki_why *why)
{
	const uint8_t *at = data.data;
	EVP_PKEY *evp = data.length > 1 && *at == 0x30 ? d2i_PUBKEY(NULL, &at, (long)data.length) : NULL;

	if (evp && at == data.data + data.length)
		return pki_key_adopt(key, evp, false, why);
	ERR_clear_error();
	EVP_PKEY_free(evp);
	if (data.length == 64 || data.length == 65 || data.length == 96 || data.length == 97 || data.length == 132 ||
	    data.length == 133)
		return ecdsa_from_point(key, data, why);
	return pki_rsa_from_dns(key, data, why);
}

/* Base64 with its padding; 0: it is none. @out has room for 3/4 of the text. */
static size_t from_base64(uint8_t *out, const char *text)
{
	size_t length = strlen(text), padding = 0;
	int got;

	while (padding < 2 && length > padding && text[length - padding - 1] == '=')
		padding++;
	if (!length || length % 4 || length > PKI_KEY_FILE_MAX)
		return 0;
	got = EVP_DecodeBlock(out, (const uint8_t *)text, (int)length);
	return got < (int)padding ? 0 : got - padding;
}

/**
 * pki_key_from_text() - a public key as leftrsasigkey=, leftecdsakey= and leftpubkey= have it
 * @text: 0s and base64 or 0x and hexadecimal, of an RSA key as in RFC 3110, of the point of an ECDSA key or of a
 *	SubjectPublicKeyInfo; or a file's name
 *
 * Return: 0, or a negative errno and @why
 */
int pki_key_from_text(struct pki_key **key, const char *text, struct pki_why *why)
{
	bool hex = !strncmp(text, "0x", 2);
	const char *wrong = NULL;
	uint8_t *data;
	size_t length;
	int err;

	if (!hex && strncmp(text, "0s", 2) != 0)
		return pki_key_load(key, text, NULL, why);
	data = malloc(strlen(text) + 4);
	if (!data)
		return pki_refuse(why, ENOMEM, "no memory");
	if (hex)
		wrong = klips_parse_key(data, strlen(text), &length, text);
	else if (!(length = from_base64(data, text + 2)))
		wrong = "not base64";
	if (wrong)
		err = pki_refuse(why, EINVAL, "%s", wrong);
	else
		err = key_from_bytes(key, (struct ike_slice){ data, length }, why);
	free(data);
	return err;
}

/* RFC 3110, 2: of keys such as there are here (pki_key_adopt()), the exponent's length fits a byte. */
#define DNS_MAX (1 + PKI_EXPONENT_MOST / 8 + PKI_RSA_MOST / 8)

/* Returns its length. */
static size_t rsa_to_dns(const struct pki_key *key, uint8_t *out)
{
	BIGNUM *e = NULL, *n = NULL;
	size_t at = 0;

	if (EVP_PKEY_get_bn_param(key->evp, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    EVP_PKEY_get_bn_param(key->evp, OSSL_PKEY_PARAM_RSA_N, &n) == 1) {
		out[at++] = (uint8_t)BN_num_bytes(e);
		at += BN_bn2bin(e, out + at);
		at += BN_bn2bin(n, out + at);
	}
	BN_free(e);
	BN_free(n);
	return at;
}

/* @before: what is before the base64. */
static char *to_base64(const char *before, struct ike_slice data)
{
	size_t length = strlen(before);
	char *text = data.length ? malloc(length + (data.length + 2) / 3 * 4 + 1) : NULL;

	if (text) {
		memcpy(text, before, length);
		EVP_EncodeBlock((uint8_t *)text + length, data.data, (int)data.length);
	}
	return text;
}

/**
 * pki_key_text() - a public key for leftrsasigkey= (of RSA, as in RFC 3110) or leftpubkey= (SubjectPublicKeyInfo)
 *
 * Return: "0s" and base64, for free(); NULL: no memory
 */
char *pki_key_text(const struct pki_key *key)
{
	uint8_t dns[DNS_MAX] = { 0 };
	struct ike_slice data = key->info.spki;

	if (key->info.type == PKI_RSA)
		data = (struct ike_slice){ dns, rsa_to_dns(key, dns) };
	return to_base64("0s", data);
}

/**
 * pki_key_spki_text() - a public key of any sort for leftpubkey= (SubjectPublicKeyInfo)
 *
 * Return: "0s" and base64, for free(); NULL: no memory
 */
char *pki_key_spki_text(const struct pki_key *key)
{
	return to_base64("0s", key->info.spki);
}

/**
 * pki_key_dns() - a public key for DNS: RFC 3110 of RSA, RFC 6605 of ECDSA, RFC 8080 of EdDSA
 *
 * Return: base64, for free(); NULL: no memory
 */
char *pki_key_dns(const struct pki_key *key)
{
	uint8_t dns[DNS_MAX] = { 0 };
	size_t length = 0, skipped = key->info.type == PKI_ECDSA; /* the 04 of SEC 1 */

	if (key->info.type == PKI_RSA)
		length = rsa_to_dns(key, dns);
	else if (EVP_PKEY_get_octet_string_param(key->evp, OSSL_PKEY_PARAM_PUB_KEY, dns, sizeof(dns), &length) != 1)
		return NULL;
	return to_base64("", (struct ike_slice){ dns + skipped, length - skipped });
}
