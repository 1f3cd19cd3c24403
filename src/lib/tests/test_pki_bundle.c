// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates by hash and URL: bundles, and what a web server, which is in this process, may answer. */
#include "ike_bytes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../pki_bundle.h"
#include "../pki_make.h"

#define CERTS 3

static struct pki_cert *certs[CERTS];
static struct ike_slice served;
static const char *status_line;
static int listener;
static unsigned int requests, port;
static char request[1024];

static struct pki_cert *make_cert(const struct pki_key *key, const char *subject)
{
	const struct pki_terms terms = {
		.subject = subject, .key = key, .issuer_key = key, .from = time(NULL) - 60, .until = time(NULL) + 3600
	};
	struct pki_cert *cert = NULL;
	struct pki_why why;
	uint8_t *der = NULL;
	int length = pki_make_cert(&der, &terms, &why);

	assert_true(length > 0);
	assert_int_equal(pki_cert_parse(&cert, (struct ike_slice){ der, length }, &why), 0);
	free(der);
	return cert;
}

static void *serve(void *arg)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		ssize_t length = read(fd, request, sizeof(request) - 1);

		request[length > 0 ? length : 0] = '\0';
		requests++;
		dprintf(fd, "HTTP/1.0 %s\r\nContent-Length: %zu\r\n\r\n", status_line, served.length);
		if (write(fd, served.data, served.length) < 0 && errno != EPIPE && errno != ECONNRESET)
			abort();
		close(fd);
	}
	return arg;
}

static pthread_t server;

static int make(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static const char *const names[] = { "CN=one", "CN=two", "CN=three" };
	socklen_t size = sizeof(address);
	struct pki_key *key = NULL;
	struct pki_why why;
	size_t at;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pki_key_generate(&key, PKI_ED25519, 0, &why), 0);
	for (at = 0; at < CERTS; at++)
		certs[at] = make_cert(key, names[at]);
	pki_key_put(key);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	port = ntohs(address.sin_port);
	return pthread_create(&server, NULL, serve, NULL);
}

static int unmake(void **state)
{
	size_t at;

	(void)state;
	shutdown(listener, SHUT_RDWR);
	pthread_join(server, NULL);
	close(listener);
	for (at = 0; at < CERTS; at++)
		pki_cert_put(certs[at]);
	return 0;
}

static void assert_all(struct pki_cert **found, size_t count)
{
	size_t at;

	assert_int_equal(count, CERTS);
	for (at = 0; at < CERTS; at++) {
		assert_true(pki_cert_equal(found[at], certs[at]));
		pki_cert_put(found[at]);
	}
}

static void test_bundle(void **state)
{
	struct pki_cert *found[CERTS];
	struct pki_why why;
	uint8_t *der;
	size_t count;
	int length = pki_bundle_make(&der, certs, CERTS);

	(void)state;
	assert_true(length > 0);
	assert_int_equal(pki_bundle_read(found, CERTS, &count, (struct ike_slice){ der, length }, &why), 0);
	assert_all(found, count);
	assert_int_equal(pki_bundle_read(found, CERTS - 1, &count, (struct ike_slice){ der, length }, &why), -E2BIG);
	assert_int_equal(count, 0);
	free(der);
}

/* Whatever is cut off it, or behind it, it is none any more. */
static void test_not_whole(void **state)
{
	struct pki_cert *found[CERTS];
	struct pki_why why;
	uint8_t *der, *longer;
	size_t count;
	int length = pki_bundle_make(&der, certs, CERTS), at;

	(void)state;
	for (at = 0; at < length; at++) {
		assert_true(pki_bundle_read(found, CERTS, &count, (struct ike_slice){ der, at }, &why) < 0);
		assert_int_equal(count, 0);
	}
	longer = calloc(1, length + 1);
	memcpy(longer, der, length);
	assert_true(pki_bundle_read(found, CERTS, &count, (struct ike_slice){ longer, length + 1 }, &why) < 0);
	free(longer);
	free(der);
}

/* SEQUENCE { [1] {}, ... }: a CRL is passed over; another tag is not, and a bundle of nothing is none. */
static void test_elements(void **state)
{
	static const uint8_t nothing[] = { 0x30, 0x00 }, crl[] = { 0x30, 0x02, 0xa1, 0x00 },
			     other[] = { 0x30, 0x02, 0xa2, 0x00 }, plain[] = { 0x30, 0x02, 0x80, 0x00 },
			     endless[] = { 0x30, 0x80, 0x00, 0x00 }, set[] = { 0x31, 0x02, 0xa0, 0x00 };
	static const struct {
		struct ike_slice der;
		const char *why;
	} cases[] = {
		{ { nothing, sizeof(nothing) }, "no certificate is in the bundle" },
		{ { crl, sizeof(crl) }, "no certificate is in the bundle" },
		{ { other, sizeof(other) }, "something in the bundle is no certificate and no CRL" },
		{ { plain, sizeof(plain) }, "something in the bundle is no certificate and no CRL" },
		{ { endless, sizeof(endless) }, "not a bundle of certificates" },
		{ { set, sizeof(set) }, "not a bundle of certificates" },
	};
	struct pki_cert *found[CERTS];
	struct pki_why why;
	size_t count, at;

	(void)state;
	for (at = 0; at < sizeof(cases) / sizeof(*cases); at++) {
		assert_int_equal(pki_bundle_read(found, CERTS, &count, cases[at].der, &why), -EBADMSG);
		assert_string_equal(why.text, cases[at].why);
	}
}

/* SHA-1 of "abc": FIPS 180-2, A.1. */
static void test_hash(void **state)
{
	static const uint8_t right[] = { 0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
					 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d };
	uint8_t hash[PKI_URL_HASH];

	(void)state;
	pki_url_hash(hash, (struct ike_slice){ (const uint8_t *)"abc", 3 });
	assert_memory_equal(hash, right, sizeof(hash));
}

static int fetch(struct pki_located *to, bool is_bundle, struct ike_slice named, struct pki_why *why)
{
	char uri[64];

	snprintf(uri, sizeof(uri), "http://127.0.0.1:%u/it", port);
	*to = (struct pki_located){ .uri = uri, .is_bundle = is_bundle };
	pki_url_hash(to->hash, named);
	*why = (struct pki_why){ "" };
	return pki_located_fetch(to, 5, why);
}

static void serve_it(const char *line, struct ike_slice data)
{
	status_line = line;
	served = data;
	requests = 0;
}

static void test_fetch(void **state)
{
	const struct ike_slice one = pki_cert_info(certs[0])->der;
	struct pki_located got;
	struct pki_why why;
	uint8_t *der;
	int length = pki_bundle_make(&der, certs, CERTS);

	(void)state;
	serve_it("200 OK", one);
	assert_int_equal(fetch(&got, false, one, &why), 0);
	assert_int_equal(got.count, 1);
	assert_true(pki_cert_equal(got.certs[0], certs[0]));
	pki_cert_put(got.certs[0]);
	assert_memory_equal(request, "GET /it HTTP/1.0\r\n", 18);
	serve_it("200 OK", (struct ike_slice){ der, length });
	assert_int_equal(fetch(&got, true, served, &why), 0);
	assert_all(got.certs, got.count);
	/* A bundle is no certificate, nor the other way round. */
	assert_true(fetch(&got, false, served, &why) < 0);
	serve_it("200 OK", one);
	assert_true(fetch(&got, true, served, &why) < 0);
	free(der);
}

static void test_wrong_answers(void **state)
{
	static uint8_t big[80 * 1024] = { 0x30, 0x83, 0x01, 0x3f, 0xfb };
	const struct ike_slice one = pki_cert_info(certs[0])->der, other = pki_cert_info(certs[1])->der;
	struct pki_located got;
	struct pki_why why;
	char elsewhere[128];

	(void)state;
	serve_it("200 OK", other);
	assert_int_equal(fetch(&got, false, one, &why), -EBADMSG);
	assert_string_equal(why.text, "what is there has another hash");
	serve_it("404 Not Found", one);
	assert_int_equal(fetch(&got, false, one, &why), -EIO);
	serve_it("200 OK", (struct ike_slice){ big, sizeof(big) });
	assert_int_equal(fetch(&got, false, served, &why), -EIO);
	/* One that names another place is not followed there. */
	snprintf(elsewhere, sizeof(elsewhere), "302 Found\r\nLocation: http://127.0.0.1:%u/other", port);
	serve_it(elsewhere, one);
	assert_int_equal(fetch(&got, false, one, &why), -EIO);
	assert_int_equal(requests, 1);
	assert_int_equal(got.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundle), cmocka_unit_test(test_not_whole), cmocka_unit_test(test_elements),
		cmocka_unit_test(test_hash),   cmocka_unit_test(test_fetch),	 cmocka_unit_test(test_wrong_answers),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
