// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that check at the same time: the CRL is fetched once, and all of them have it. The server is in this process.
 */
#include "ike_bytes.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../pki_make.h"
#include "../pki_online.h"

#define THREADS 4

static char directory[] = "/tmp/pki-online-XXXXXX";
static int listener, asked;
static uint8_t *crl;
static int crl_length;

/* Answers one after the other, and each only after a while: those who come meanwhile must wait. */
static void *serve(void *arg)
{
	const struct timespec moment = { .tv_nsec = 100000000 };
	char request[1024];
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (read(fd, request, sizeof(request)) > 0) {
			asked++;
			nanosleep(&moment, NULL);
			dprintf(fd, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n", crl_length);
			if (write(fd, crl, crl_length) != crl_length)
				abort();
		}
		close(fd);
	}
	return arg;
}

static unsigned int start_server(pthread_t *thread)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, THREADS), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(pthread_create(thread, NULL, serve, NULL), 0);
	return ntohs(address.sin_port);
}

static struct pki_cert *make_cert(struct pki_terms *terms)
{
	struct pki_cert *cert = NULL;
	struct pki_why why;
	uint8_t *der = NULL;
	int length;

	terms->from = time(NULL) - 60;
	terms->until = terms->from + 3600;
	length = pki_make_cert(&der, terms, &why);
	assert_true(length > 0);
	assert_int_equal(pki_cert_parse(&cert, (struct ike_slice){ der, length }, &why), 0);
	free(der);
	return cert;
}

static void trust(const struct pki_cert *ca)
{
	char path[128];
	FILE *file;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/cacerts", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/cacerts/ca", directory);
	file = fopen(path, "we");
	assert_non_null(file);
	fwrite(pki_cert_info(ca)->der.data, 1, pki_cert_info(ca)->der.length, file);
	fclose(file);
}

static void forget(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cacerts/ca", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/cacerts", directory);
	rmdir(path);
	rmdir(directory);
}

struct work {
	struct pki_online *online;
	struct pki_store *store;
	const struct pki_cert *leaf;
	struct pki_why why;
	int result;
};

static void *check(void *arg)
{
	struct work *work = arg;
	const struct pki_check check = { .leaf = work->leaf, .now = time(NULL) };

	work->result = pki_online_check(work->online, work->store, &check, &work->why);
	return NULL;
}

static void check_all(struct pki_online *online, struct pki_store *store, const struct pki_cert *leaf)
{
	struct work work[THREADS];
	pthread_t threads[THREADS];
	int at;

	for (at = 0; at < THREADS; at++) {
		work[at] = (struct work){ .online = online, .store = store, .leaf = leaf };
		assert_int_equal(pthread_create(&threads[at], NULL, check, &work[at]), 0);
	}
	for (at = 0; at < THREADS; at++)
		pthread_join(threads[at], NULL);
	for (at = 0; at < THREADS; at++)
		if (work[at].result)
			fail_msg("%s", work[at].why.text);
}

static void make_crl(const struct pki_cert *ca, const struct pki_key *key)
{
	const struct pki_crl_terms terms = {
		.issuer = ca, .issuer_key = key, .from = time(NULL) - 60, .until = time(NULL) + 3600
	};
	struct pki_why why;

	crl_length = pki_make_crl(&crl, &terms, &why);
	assert_true(crl_length > 0);
}

static void test_fetched_once(void **state)
{
	const struct pki_online_options options = { .crl_strict = true, .crl_interval = 3600, .crl_timeout = 5 };
	struct pki_terms terms = { .subject = "CN=ca", .is_ca = true, .path_length = -1 };
	struct pki_online *online = pki_online_new(&options);
	struct conf_errors errors = { 0 };
	struct pki_cert *ca, *leaf;
	struct pki_key *key = NULL;
	struct pki_store *store;
	struct pki_why why;
	pthread_t server;
	char uri[64];

	(void)state;
	snprintf(uri, sizeof(uri), "http://127.0.0.1:%u/crl", start_server(&server));
	assert_int_equal(pki_key_generate(&key, PKI_ED25519, 0, &why), 0);
	terms.key = terms.issuer_key = key;
	ca = make_cert(&terms);
	terms = (struct pki_terms){ .subject = "CN=leaf", .key = key, .issuer = ca, .issuer_key = key, .crl_uri = uri };
	leaf = make_cert(&terms);
	make_crl(ca, key);
	trust(ca);
	store = pki_store_load(directory, &errors);
	assert_int_equal(errors.count, 0);
	check_all(online, store, leaf);
	assert_int_equal(asked, 1);
	shutdown(listener, SHUT_RDWR);
	pthread_join(server, NULL);
	close(listener);
	forget();
	pki_online_free(online);
	pki_store_put(store);
	pki_cert_put(leaf);
	pki_cert_put(ca);
	pki_key_put(key);
	free(crl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetched_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
