// SPDX-License-Identifier: GPL-2.0-or-later
/* Pseudo-random functions. */
#include <errno.h>
#include <string.h>

#include "ike_own.h"

/**
 * ike_prf() - RFC 7296, 2.13: prf(key, parts)
 * @prf: an IKE_PRF
 * @key: of any length, also none
 * @parts: the data
 * @count: how many parts
 * @out: gets the value; IKE_KEY_MAX bytes
 *
 * Return: bytes of the value, which is @prf->size, -EINVAL: no PRF, -ENOENT: OpenSSL does not have it, -ENOMEM, -EIO.
 */
int ike_prf(const struct ike_alg *prf, struct ike_slice key, const struct ike_slice *parts, size_t count, uint8_t *out)
{
	struct ike_mac *mac;
	int result;

	if (!prf || prf->type != IKE_PRF)
		return -EINVAL;
	result = ike_mac_new(&mac, prf, key);
	if (result)
		return result;
	result = ike_mac_compute(mac, parts, count, out);
	ike_mac_free(mac);
	return result;
}

/* T1 = prf(K, S | 0x01), T2 = prf(K, T1 | S | 0x02), ... */
static int expand(struct ike_mac *mac, const struct ike_slice *seed, size_t count, uint8_t *out, size_t length)
{
	uint8_t last[IKE_KEY_MAX], number = 1;
	struct ike_slice parts[1 + IKE_SEED_PARTS + 1] = { { last, 0 } };
	size_t done, n;
	int size = 0;

	if (count)
		memcpy(parts + 1, seed, count * sizeof(*seed));
	parts[count + 1] = (struct ike_slice){ &number, 1 };
	for (done = 0; done < length; done += n, number++) {
		size = ike_mac_compute(mac, parts, count + 2, last);
		if (size <= 0)
			break;
		parts[0].length = (size_t)size;
		n = length - done < (size_t)size ? length - done : (size_t)size;
		memcpy(out + done, last, n);
	}
	ike_wipe(last, sizeof(last));
	return size < 0 ? size : 0;
}

/**
 * ike_prf_expand() - RFC 7296, 2.13: prf+(key, seed)
 * @prf: an IKE_PRF
 * @key: of any length
 * @seed: the parts of the seed
 * @count: how many, at most IKE_SEED_PARTS
 * @out: gets the key material
 * @length: bytes of it, at most 255 times @prf->size
 *
 * Return: 0, -EINVAL: no PRF, too many parts or bytes, -ENOENT: OpenSSL does not have it, -ENOMEM, -EIO.
 */
int ike_prf_expand(const struct ike_alg *prf, struct ike_slice key, const struct ike_slice *seed, size_t count,
		   uint8_t *out, size_t length)
{
	struct ike_mac *mac;
	int err;

	if (!prf || prf->type != IKE_PRF || count > IKE_SEED_PARTS || length > 255 * (size_t)prf->size)
		return -EINVAL;
	err = ike_mac_new(&mac, prf, key);
	if (err)
		return err;
	err = expand(mac, seed, count, out, length);
	ike_mac_free(mac);
	return err;
}
