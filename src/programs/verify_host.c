// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec verify: the machine: privileges, folders, the clock, random numbers, cryptography, programs. */
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../lib/capabilities.h"
#include "../lib/ike_crypto.h"
#include "pluto_client.h"
#include "program_path.h"

#define TUN_DEVICE   "/dev/net/tun"
#define FIRST_YEAR   2024
#define SELFTEST_KEY 36 /* bytes: of AES-GCM-16 with 256 bits, and its salt */

void verify_privileges(struct verify *verify)
{
	if (capabilities_has(CAP_NET_ADMIN))
		verify_say(verify, VERIFY_OK, "privileges", NULL, "this user may change the network");
	else
		verify_say(verify, VERIFY_WARNING, "privileges", "run it as root",
			   "without CAP_NET_ADMIN some checks see nothing");
}

/* The folder of the control socket: that is made by pluto, if its own parent is there. */
void verify_folder(struct verify *verify)
{
	const char *folder = pluto_rundir();
	struct stat status;

	if (stat(folder, &status)) {
		verify_say(verify, errno == ENOENT ? VERIFY_OK : VERIFY_FAILED, "run folder",
			   errno == ENOENT ? NULL : "pluto needs it for its control socket", "%s: %s", folder,
			   errno == ENOENT ? "pluto will make it" : strerror(errno));
		return;
	}
	if (!S_ISDIR(status.st_mode))
		verify_say(verify, VERIFY_FAILED, "run folder", "move it away", "%s is no folder", folder);
	else if (status.st_mode & S_IWOTH)
		verify_say(verify, VERIFY_WARNING, "run folder", "chmod 755 it", "%s: anybody may write there", folder);
	else
		verify_say(verify, VERIFY_OK, "run folder", NULL, "%s", folder);
}

/* Certificates have their own check; a clock that was never set is the reason if all of them fail. */
void verify_clock(struct verify *verify)
{
	const time_t now = time(NULL);
	struct tm utc;

	if (!gmtime_r(&now, &utc) || utc.tm_year + 1900 < FIRST_YEAR)
		verify_say(verify, VERIFY_FAILED, "clock", "set it, or let NTP do that",
			   "it is before %u: no certificate will be valid", FIRST_YEAR);
	else
		verify_say(verify, VERIFY_OK, "clock", NULL, "it is after %u", FIRST_YEAR);
}

void verify_random(struct verify *verify)
{
	uint8_t bytes[32];

	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) == sizeof(bytes))
		verify_say(verify, VERIFY_OK, "random numbers", NULL, "the kernel has them");
	else
		verify_say(verify, VERIFY_FAILED, "random numbers", "wait, or give the machine a source (virtio-rng)",
			   "%s", strerror(errno));
	explicit_bzero(bytes, sizeof(bytes));
}

/* RFC 4231, 4.2. */
static bool prf_works(void)
{
	static const uint8_t expected[] = { 0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf,
					    0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83,
					    0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7 };
	const struct ike_slice text = { (const uint8_t *)"Hi There", 8 };
	uint8_t key[20], out[IKE_KEY_MAX];

	memset(key, 0x0b, sizeof(key));
	return ike_prf(ike_alg_by_id(IKE_PRF, 5), (struct ike_slice){ key, sizeof(key) }, &text, 1, out) ==
		       sizeof(expected) &&
	       !memcmp(out, expected, sizeof(expected));
}

/* What two ends compute is the same. */
static bool exchange_works(const struct ike_alg *method)
{
	struct ike_ke *one = ike_ke_new(method), *other = ike_ke_new(method);
	uint8_t public[IKE_KE_MAX], shared[2][IKE_KE_MAX] = { { 0 } };
	int length = -EINVAL, again = -EINVAL;

	if (one && other) {
		length = ike_ke_public(other, public);
		if (length > 0)
			length = ike_ke_shared(one, (struct ike_slice){ public, (size_t)length }, shared[0]);
		again = ike_ke_public(one, public);
		if (again > 0)
			again = ike_ke_shared(other, (struct ike_slice){ public, (size_t)again }, shared[1]);
	}
	ike_ke_free(one);
	ike_ke_free(other);
	return length > 0 && length == again && !memcmp(shared[0], shared[1], (size_t)length);
}

/* What is sealed can be opened, and not if one bit of it is another. */
static bool seal_works(void)
{
	const struct ike_suite suite = { .protocol = IKE_PROTO_IKE,
					 .encr = ike_alg_by_id(IKE_ENCR, 20),
					 .encr_bits = 256 };
	const struct ike_key key = { .length = SELFTEST_KEY };
	const struct ike_slice plain = { (const uint8_t *)"payload", 7 }, aad = { (const uint8_t *)"header", 6 };
	uint8_t sealed[128], opened[128];
	const int length = ike_seal(&suite, &key, NULL, aad, 1, plain, sealed);
	bool works;

	if (length <= 0)
		return false;
	works = ike_open(&suite, &key, NULL, aad, (struct ike_slice){ sealed, (size_t)length }, opened) ==
			(int)plain.length &&
		!memcmp(opened, plain.data, plain.length);
	sealed[length - 1] ^= 1;
	return works &&
	       ike_open(&suite, &key, NULL, aad, (struct ike_slice){ sealed, (size_t)length }, opened) == -EBADMSG;
}

void verify_cryptography(struct verify *verify)
{
	const char *broken = NULL;

	if (!prf_works())
		broken = "HMAC_SHA2_256 is not that of RFC 4231";
	else if (!exchange_works(ike_alg_by_id(IKE_KE, 31)) && !exchange_works(ike_alg_by_id(IKE_KE, 19)))
		broken = "neither CURVE25519 nor ECP_256 works";
	else if (!seal_works())
		broken = "AES_GCM_16_256 does not work";
	if (broken)
		verify_say(verify, VERIFY_FAILED, "cryptography", "mend OpenSSL, or its configuration", "%s", broken);
	else
		verify_say(verify, VERIFY_OK, "cryptography", NULL, "HMAC_SHA2_256, CURVE25519 and AES_GCM_16 work");
}

/* Of KLIPS in user space; the kernel's IPsec needs none. */
void verify_tun(struct verify *verify)
{
	int fd;

	if (strcmp(verify->stack, "klips") != 0)
		return;
	fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		verify_say(verify, VERIFY_FAILED, "tun", "modprobe tun; in a container, let it have that device",
			   TUN_DEVICE ": %s: klipsd needs it", strerror(errno));
		return;
	}
	close(fd);
	verify_say(verify, VERIFY_OK, "tun", NULL, TUN_DEVICE " is there");
}

/* A program of $PATH. */
static bool has_program(const char *name)
{
	const char *folders = getenv("PATH");
	char copy[4096], path[4352], *rest = copy, *folder;

	snprintf(copy, sizeof(copy), "%s", folders ? folders : "/usr/sbin:/usr/bin:/sbin:/bin");
	while ((folder = strsep(&rest, ":"))) {
		snprintf(path, sizeof(path), "%s/%s", *folder ? folder : ".", name);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

void verify_updown(struct verify *verify)
{
	static const char name[] = "_updown";
	const char *folder = getenv("IPSEC_EXECDIR");
	char path[4096] = "";

	if (folder)
		snprintf(path, sizeof(path), "%s/%s", folder, name);
	else if (program_path(path, sizeof(path) - sizeof(name), "../libexec/ipsec/"))
		memcpy(path + strlen(path), name, sizeof(name));
	if (access(path, X_OK))
		verify_say(verify, VERIFY_FAILED, "updown", "install Cygnet again, or set IPSEC_EXECDIR", "%s: %s",
			   path, strerror(errno));
	else if (!has_program("ip"))
		verify_say(verify, VERIFY_FAILED, "updown", "install iproute2",
			   "there is no ip(8), which makes routes");
	else
		verify_say(verify, VERIFY_OK, "updown", NULL, "_updown and ip are there");
}
