// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures, made and verified. */
#include <errno.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "pki_own.h"

static const char *digest_of(const struct pki_scheme *scheme)
{
	static const char *const names[] = { [PKI_SHA1] = "SHA1",
					     [PKI_SHA2_256] = "SHA2-256",
					     [PKI_SHA2_384] = "SHA2-384",
					     [PKI_SHA2_512] = "SHA2-512",
					     [PKI_IDENTITY] = NULL };

	return names[scheme->hash];
}

/* The two numbers of methods 9 to 11 are as long as the curve's order. */
static size_t number_size(const struct pki_scheme *scheme)
{
	return scheme->method == 14 ? 0 : (scheme->bits + 7) / 8;
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct pki_scheme *scheme)
{
	if (!scheme->pss)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static EVP_MD_CTX *begin(const struct pki_key *key, const struct pki_scheme *scheme, bool sign)
{
	int (*const init)(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, OSSL_LIB_CTX *, const char *, EVP_PKEY *,
			  const OSSL_PARAM *) = sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *detail;

	if (ctx && init(ctx, &detail, digest_of(scheme), NULL, NULL, key->evp, NULL) == 1 &&
	    set_padding(detail, scheme))
		return ctx;
	EVP_MD_CTX_free(ctx);
	return NULL;
}

/* EdDSA wants all at once, and IKE's signed octets are short. free() is due. */
static uint8_t *join(const struct ike_slice *parts, size_t count, size_t *length)
{
	uint8_t *all;
	size_t i;

	for (*length = 0, i = 0; i < count; i++)
		*length += parts[i].length;
	all = malloc(*length + 1);
	for (*length = 0, i = 0; all && i < count; i++) {
		if (parts[i].length)
			memcpy(all + *length, parts[i].data, parts[i].length);
		*length += parts[i].length;
	}
	return all;
}

/* RFC 4754, 7: r and s one after the other, each filled up with zeros before it. */
static int raw_from_der(uint8_t *out, size_t size, const uint8_t *der, size_t length)
{
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)length);
	bool good = numbers && BN_bn2binpad(ECDSA_SIG_get0_r(numbers), out, (int)size) == (int)size &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(numbers), out + size, (int)size) == (int)size;

	ECDSA_SIG_free(numbers);
	return good ? (int)(2 * size) : -EIO;
}

static int der_from_raw(uint8_t *out, size_t room, size_t size, struct ike_slice raw)
{
	ECDSA_SIG *numbers;
	BIGNUM *r, *s;
	int length = -1;

	if (raw.length != 2 * size)
		return -EBADMSG;
	numbers = ECDSA_SIG_new();
	r = BN_bin2bn(raw.data, (int)size, NULL);
	s = BN_bin2bn(raw.data + size, (int)size, NULL);
	if (numbers && r && s && ECDSA_SIG_set0(numbers, r, s) == 1) {
		r = s = NULL;
		length = i2d_ECDSA_SIG(numbers, NULL);
		length = length > 0 && (size_t)length <= room ? i2d_ECDSA_SIG(numbers, &out) : -1;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(numbers);
	return length > 0 ? length : -EBADMSG;
}

/**
 * pki_sign() - sign
 * @key: a private one
 * @scheme: that fits it
 * @parts: what is signed, one after the other
 * @out: gets the signature, of method 14 without the AlgorithmIdentifier
 *
 * Return: its length, -EINVAL: the key is not private or the scheme does not fit it, -ENOMEM, -EIO.
 */
int pki_sign(const struct pki_key *key, const struct pki_scheme *scheme, const struct ike_slice *parts, size_t count,
	     uint8_t out[PKI_SIGNATURE_MAX])
{
	size_t length, size = PKI_SIGNATURE_MAX, raw = number_size(scheme);
	EVP_MD_CTX *ctx;
	uint8_t *all;
	int result = -EIO;

	if (!key->info.is_private || !pki_scheme_fits(scheme, key))
		return -EINVAL;
	all = join(parts, count, &length);
	ctx = all ? begin(key, scheme, true) : NULL;
	if (!all)
		result = -ENOMEM;
	else if (ctx && EVP_DigestSign(ctx, out, &size, all, length) == 1)
		result = (int)size;
	EVP_MD_CTX_free(ctx);
	free(all);
	ERR_clear_error();
	if (result > 0 && raw) {
		uint8_t der[PKI_SIGNATURE_MAX];

		memcpy(der, out, result);
		result = raw_from_der(out, raw, der, result);
	}
	return result;
}

static int verify(const struct pki_key *key, const struct pki_scheme *scheme, const struct ike_slice *parts,
		  size_t count, struct ike_slice signature)
{
	size_t length;
	uint8_t *all = join(parts, count, &length);
	EVP_MD_CTX *ctx = all ? begin(key, scheme, false) : NULL;
	int result = all && !ctx ? -EIO : -ENOMEM;

	if (ctx)
		result = EVP_DigestVerify(ctx, signature.data, signature.length, all, length) == 1 ? 0 : -EBADMSG;
	EVP_MD_CTX_free(ctx);
	free(all);
	ERR_clear_error();
	return result;
}

/**
 * pki_verify() - whether a signature is right
 * @key: of who signed
 * @scheme, @parts, @count: as for pki_sign()
 *
 * Return: 0, -EINVAL: the scheme does not fit the key, -EBADMSG: it is not right, -ENOMEM, -EIO.
 */
int pki_verify(const struct pki_key *key, const struct pki_scheme *scheme, const struct ike_slice *parts, size_t count,
	       struct ike_slice signature)
{
	uint8_t der[PKI_SIGNATURE_MAX];
	size_t raw = number_size(scheme);
	int length;

	if (!pki_scheme_fits(scheme, key))
		return -EINVAL;
	if (!signature.length || signature.length > PKI_SIGNATURE_MAX)
		return -EBADMSG;
	if (!raw)
		return verify(key, scheme, parts, count, signature);
	length = der_from_raw(der, sizeof(der), raw, signature);
	if (length < 0)
		return length;
	return verify(key, scheme, parts, count, (struct ike_slice){ der, length });
}
