// SPDX-License-Identifier: GPL-2.0-or-later
/* Known answers: the RFCs' own vectors, through both libraries. */
#include "test.h"
#include "transform.h"
#include "user/crypto_driver.h"

static const char *const libraries[] = { "openssl", "ipsec-mb" };

/* A packet: ESP header and IV, and what comes of the text; NULL: not known. */
struct vector {
	const char *of;
	enum klips_encr encr;
	enum klips_auth auth;
	const char *key;
	const char *esp;
	const char *esn;
	const char *iv;
	const char *plain;
	const char *sealed;
	const char *icv;
};

static const struct vector vectors[] = {
	{ "RFC 3602, 4, case 1", KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, "06a9214036b8a15b512e03d534120006",
	  "0000432100000001", NULL, "3dafba429d9eb430b422da802c9fac41", "53696e676c6520626c6f636b206d7367",
	  "e353779c1079aeb82708942dbe77181a", NULL },
	{ "RFC 3602, 4, case 5: ESP's text", KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_256_128,
	  "90d382b410eeba7ad938c46cec1a82bf", "0000432100000001", NULL, "e96e8c08ab465763fd098d45dd3ff893",
	  "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d"
	  "2e2f30313233343536370102030405060708090a0b0c0d0e0e01",
	  "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34"
	  "ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a6",
	  NULL },
	{ "RFC 3686, 6, vector 1", KLIPS_ENCR_AES_CTR, KLIPS_AUTH_HMAC_SHA1_96,
	  "ae6852f8121067cc4bf7a5765577f39e 00000030", "0000432100000001", NULL, "0000000000000000",
	  "53696e676c6520626c6f636b206d7367", "e4095d4fb7a7b3792d6175a3261311b8", NULL },
	{ "RFC 3686, 6, vector 2", KLIPS_ENCR_AES_CTR, KLIPS_AUTH_HMAC_SHA2_384_192,
	  "7e24067817fae0d743d6ce1f32539163 006cb6db", "0000432100000001", NULL, "c0543b59da48d90b",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28", NULL },
	{ "RFC 3686, 6, vector 7", KLIPS_ENCR_AES_CTR, KLIPS_AUTH_HMAC_SHA2_512_256,
	  "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104 00000060", "0000432100000001", NULL,
	  "db5672c97aa8f0b2", "53696e676c6520626c6f636b206d7367", "145ad01dbf824ec7560863dc71e3e0c0", NULL },
	{ "SP 800-67, B.1: the first block", KLIPS_ENCR_3DES_CBC, KLIPS_AUTH_HMAC_MD5_96,
	  "0123456789abcdef23456789abcdef01456789abcdef0123", "0000432100000001", NULL, "0000000000000000",
	  "5468652071756663", "a826fd8ce53b855f", NULL },
	{ "draft-mcgrew-gcm-test-01, page 6", KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE,
	  "4c80cdefbb5d10da906ac73c3613a634 2e443b68", "0000432100000000", "87654321", "4956ed7e3b244cfe",
	  "45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f736970045f7564700373697009637962"
	  "65726369747902646b000021000101020201",
	  "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5"
	  "ff6247aeabb786b93bce61bc17d768fd9732",
	  "459018148f6cbe722fd04796562dfdb4" },
	{ "the same, page 7", KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, "feffe9928665731c6d6a8f9467308308 cafebabe",
	  "0000a5f80000000a", NULL, "facedbaddecaf888",
	  "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100000100000000000003736970096379626572"
	  "6369747902"
	  "646b00000100010001",
	  "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642cfbb"
	  "85a5b47e48"
	  "a4ec3b9ba95d918bd1",
	  "83b70d3aa8bc6ee4c309e9d85a41ad4a" },
	{ "the same, ICV of 12 bytes", KLIPS_ENCR_AES_GCM_12, KLIPS_AUTH_NONE,
	  "feffe9928665731c6d6a8f9467308308 cafebabe", "0000a5f80000000a", NULL, "facedbaddecaf888",
	  "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100000100000000000003736970096379626572"
	  "6369747902"
	  "646b00000100010001",
	  NULL, "83b70d3aa8bc6ee4c309e9d8" },
	{ "the same, ICV of 8 bytes", KLIPS_ENCR_AES_GCM_8, KLIPS_AUTH_NONE,
	  "feffe9928665731c6d6a8f9467308308 cafebabe", "0000a5f80000000a", NULL, "facedbaddecaf888",
	  "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100000100000000000003736970096379626572"
	  "6369747902"
	  "646b00000100010001",
	  NULL, "83b70d3aa8bc6ee4" },
	{ "the same, page 8: 256 bits", KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE,
	  "abbccddef00112233445566778899aababbccddef00112233445566778899aab 11223344", "4a2cbfe300000002", NULL,
	  "0102030405060708",
	  "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b40101040201020201",
	  "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99def842d8e",
	  "b335f4eecfdbf831824b4c4915956c96" },
	{ "the same, page 11: 192 bits", KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE,
	  "feffe9928665731c6d6a8f9467308308feffe9928665731c cafebabe", "0000a5f80000000a", NULL, "facedbaddecaf888",
	  "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
	  "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc77",
	  "95457b9652037f5318027b5b4cd7a636" },
	{ "the same, page 18: RFC 4543", KLIPS_ENCR_AES_GMAC, KLIPS_AUTH_NONE,
	  "4c80cdefbb5d10da906ac73c3613a634 22433c64", "0000432100000007", NULL, "0000000000000000",
	  "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f707172737401020201",
	  "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f707172737401020201",
	  "f2a9a836e155106aa8dcd618e4099aaa" },
	/* RFC 4309 has none. */
	{ "Linux, crypto/testmgr.h, rfc4309(ccm(aes)), 2: 128 bits", KLIPS_ENCR_AES_CCM_16, KLIPS_AUTH_NONE,
	  "feffe9928665731c6d6a8f9467308308 000000", "0000000000000000", NULL, "0000000000000001",
	  "00000000000000000000000000000000", "cfb99917c8860e7f7e76f8e6f8cc1f17", "6ae0539f4b737eda08094ec41eadc6b0" },
	{ "Linux, crypto/testmgr.h, rfc4309(ccm(aes)), 14: 192 bits", KLIPS_ENCR_AES_CCM_16, KLIPS_AUTH_NONE,
	  "feffe9928665731c6d6a8f9467308308feffe9928665731c cafeba", "0000a5f80000000a", NULL, "facedbaddecaf888",
	  "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
	  "052215d152568504a85c5d6d7e6ef5faea163750f3df843b2f321857342a8c2367df6d357b540dfb",
	  "34a59f6c48301e22feb12217178ab95b" },
	{ "Linux, crypto/testmgr.h, rfc4309(ccm(aes)), 16: 256 bits, with ESN", KLIPS_ENCR_AES_CCM_16, KLIPS_AUTH_NONE,
	  "abbccddef00112233445566778899aababbccddef00112233445566778899aab 73616c", "17405e67dd0db99b", "156f3126",
	  "616e640169766563", "45080028732c00004006e9f90a0106120a01038f06b88023dd6bafbecb71260250101f646d540001",
	  "cc74b7d3b03850422c6487461e341005296bbb36e969ad9282a1106aeb0fdc7d08baf391caaa61da",
	  "62f414615c9db5a7eed7b97e87999b7d" },
	{ "RFC 7634, appendix A", KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE,
	  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f a0a1a2a3", "0102030400000005", NULL,
	  "1011121314151617",
	  "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f10111213141516171819"
	  "1a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363701020204",
	  "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f"
	  "64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e0",
	  "76aaa8266b7fb0f7b11b369907e1ad43" },
};

static void build(const struct vector *v, const char *text, struct sk_buff *skb, struct klips_job *job)
{
	u8 bytes[256];
	u32 n;

	memset(job, 0, sizeof(*job));
	n = transform_hex(v->esp, bytes, sizeof(bytes));
	memcpy(skb_put(skb, n), bytes, n);
	n = transform_hex(v->iv, bytes, sizeof(bytes));
	memcpy(skb_put(skb, n), bytes, n);
	job->length = transform_hex(text, bytes, sizeof(bytes));
	memcpy(skb_put(skb, job->length), bytes, job->length);
	memset(skb_put(skb, KLIPS_ICV_MAX), 0, KLIPS_ICV_MAX);
	job->skb = skb;
	job->esn = v->esn;
	if (v->esn)
		transform_hex(v->esn, (u8 *)&job->esn_high, 4);
}

static struct klips_crypto *transform_of(const struct vector *v)
{
	struct klips_crypto *crypto;
	struct klips_keys keys;

	transform_keys(&keys, v->encr, v->auth, 0);
	keys.encr_length = (u8)transform_hex(v->key, keys.encr_key, sizeof(keys.encr_key));
	assert_int_equal(klips_crypto_new(&crypto, &keys, false), 0);
	return crypto;
}

static void check_vector(const struct vector *v)
{
	struct klips_crypto *crypto = transform_of(v);
	struct sk_buff *skb = klips_skb_new(0, 512);
	u32 head = 8 + klips_encr(v->encr)->iv, n;
	struct klips_job job;
	u8 expected[256];
	int result = 1;

	build(v, v->plain, skb, &job);
	assert_int_equal(klips_crypto_seal(crypto, &job, 1), 0);
	if (v->sealed) {
		n = transform_hex(v->sealed, expected, sizeof(expected));
		assert_int_equal(n, job.length);
		assert_memory_equal(skb->data + head, expected, n);
	}
	if (v->icv) {
		n = transform_hex(v->icv, expected, sizeof(expected));
		assert_memory_equal(skb->data + head + job.length, expected, n);
	}
	assert_int_equal(klips_crypto_open(crypto, &job, &result, 1), 0);
	assert_int_equal(result, 0);
	n = transform_hex(v->plain, expected, sizeof(expected));
	assert_memory_equal(skb->data + head, expected, n);
	kfree_skb(skb);
	klips_crypto_free(crypto);
}

static void test_packets(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(libraries); i++) {
		if (klips_crypto_choose(libraries[i]))
			continue;
		for (j = 0; j < ARRAY_SIZE(vectors); j++) {
			print_message("%s: %s\n", libraries[i], vectors[j].of);
			check_vector(&vectors[j]);
		}
	}
	assert_int_equal(klips_crypto_choose("auto"), 0);
}

/* Authenticators alone. @text NULL: @length bytes that count from 0, or of @fill. */
struct mac_vector {
	const char *of;
	enum klips_auth auth;
	const char *key;
	const char *text;
	u32 length;
	int fill;
	const char *icv;
};

#define COUNTING (-1)
#define X20(x)	 x x x x x x x x x x x x x x x x x x x x
#define X16(x)	 x x x x x x x x x x x x x x x x
#define XCBC_KEY "000102030405060708090a0b0c0d0e0f"
#define CMAC_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define CMAC_TEXT                                                                                          \
	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef" \
	"f69f2445df4f9b17ad2b417be66c3710"

static const struct mac_vector macs[] = {
	{ "RFC 2202, 2, case 1", KLIPS_AUTH_HMAC_MD5_96, X16("0b"), "4869205468657265", 8, 0,
	  "9294727a3638bb1c13f48ef8" },
	{ "RFC 2202, 2, case 3", KLIPS_AUTH_HMAC_MD5_96, X16("aa"), NULL, 50, 0xdd, "56be34521d144c88dbb8c733" },
	{ "RFC 2202, 2, case 5: RFC 2403", KLIPS_AUTH_HMAC_MD5_96, X16("0c"),
	  "546573742057697468205472756e636174696f6e", 20, 0, "56461ef2342edc00f9bab995" },
	{ "RFC 2202, 3, case 1", KLIPS_AUTH_HMAC_SHA1_96, X20("0b"), "4869205468657265", 8, 0,
	  "b617318655057264e28bc0b6" },
	{ "RFC 2202, 3, case 3", KLIPS_AUTH_HMAC_SHA1_96, X20("aa"), NULL, 50, 0xdd, "125d7342b9ac11cd91a39af4" },
	{ "RFC 2202, 3, case 5: RFC 2404", KLIPS_AUTH_HMAC_SHA1_96, X20("0c"),
	  "546573742057697468205472756e636174696f6e", 20, 0, "4c1a03424b55e07fe7f27be1" },
	{ "RFC 4868, 2.7.2.1, AUTH256-1", KLIPS_AUTH_HMAC_SHA2_256_128, X16("0b0b"), "4869205468657265", 8, 0,
	  "198a607eb44bfbc69903a0f1cf2bbdc5" },
	{ "RFC 4868, 2.7.2.2, AUTH384-1", KLIPS_AUTH_HMAC_SHA2_384_192, X16("0b0b0b"), "4869205468657265", 8, 0,
	  "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973" },
	{ "RFC 4868, 2.7.2.3, AUTH512-1", KLIPS_AUTH_HMAC_SHA2_512_256, X16("0b0b0b0b"), "4869205468657265", 8, 0,
	  "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8" },
	{ "RFC 3566, 4.6, case 1", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 0, COUNTING, "75f0251d528ac01c4573dfd5" },
	{ "RFC 3566, 4.6, case 2", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 3, COUNTING, "5b376580ae2f19afe7219cee" },
	{ "RFC 3566, 4.6, case 3", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 16, COUNTING, "d2a246fa349b68a79998a439" },
	{ "RFC 3566, 4.6, case 4", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 20, COUNTING, "47f51b4564966215b8985c63" },
	{ "RFC 3566, 4.6, case 5", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 32, COUNTING, "f54f0ec8d2b9f3d36807734b" },
	{ "RFC 3566, 4.6, case 6", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 34, COUNTING, "becbb3bccdb518a30677d548" },
	{ "RFC 3566, 4.6, case 7", KLIPS_AUTH_AES_XCBC_96, XCBC_KEY, NULL, 1000, 0, "f0dafee895db30253761103b" },
	{ "RFC 4494, 4, case 1", KLIPS_AUTH_AES_CMAC_96, CMAC_KEY, CMAC_TEXT, 0, 0, "bb1d6929e95937287fa37d12" },
	{ "RFC 4494, 4, case 2", KLIPS_AUTH_AES_CMAC_96, CMAC_KEY, CMAC_TEXT, 16, 0, "070a16b46b4d4144f79bdd9d" },
	{ "RFC 4494, 4, case 3", KLIPS_AUTH_AES_CMAC_96, CMAC_KEY, CMAC_TEXT, 40, 0, "dfa66747de9ae63030ca3261" },
	{ "RFC 4494, 4, case 4", KLIPS_AUTH_AES_CMAC_96, CMAC_KEY, CMAC_TEXT, 64, 0, "51f0bebf7e3b9d92fc497417" },
};

static void fill_text(const struct mac_vector *v, u8 *text)
{
	u32 i;

	if (v->text) {
		transform_hex(v->text, text, 1000);
		return;
	}
	for (i = 0; i < v->length; i++)
		text[i] = (u8)(v->fill == COUNTING ? (int)i : v->fill);
}

/* In one piece, and in two, cut anywhere. */
static void check_mac(const struct mac_vector *v)
{
	u8 text[1000], expected[KLIPS_ICV_MAX], icv[KLIPS_ICV_MAX];
	u32 cut, length = transform_hex(v->icv, expected, sizeof(expected));
	struct klips_crypto *crypto;
	struct klips_keys keys;

	memset(&keys, 0, sizeof(keys));
	keys.auth = v->auth;
	keys.auth_length = (u8)transform_hex(v->key, keys.auth_key, sizeof(keys.auth_key));
	assert_int_equal(klips_crypto_new(&crypto, &keys, false), 0);
	assert_int_equal(klips_auth(v->auth)->icv, length);
	fill_text(v, text);
	for (cut = 0; cut <= v->length; cut++) {
		const struct klips_piece pieces[] = { { text, cut }, { text + cut, v->length - cut } };

		memset(icv, 0, sizeof(icv));
		assert_int_equal(klips_crypto_mac(crypto, pieces, 2, icv), 0);
		assert_memory_equal(icv, expected, length);
	}
	klips_crypto_free(crypto);
}

static void test_macs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(macs); i++) {
		print_message("%s\n", macs[i].of);
		check_mac(&macs[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
