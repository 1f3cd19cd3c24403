// SPDX-License-Identifier: GPL-2.0-or-later
#include "pki_http.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/http.h>
#include <string.h>

#include "pki_own.h"

/* A POST, or a GET, that goes where it is told to and nowhere else. */
static BIO *transfer(const struct pki_request *request, const char *host, const char *port, const char *path)
{
	BIO *answer = NULL, *body = NULL;

	if (request->body.length)
		body = BIO_new_mem_buf(request->body.data, (int)request->body.length);
	if (body || !request->body.length)
		answer = OSSL_HTTP_transfer(NULL, host, port, path, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL,
					    request->type, body, NULL, 1, request->most, (int)request->timeout, 0);
	BIO_free(body);
	return answer;
}

static BIO *ask(const struct pki_request *request)
{
	char *host = NULL, *port = NULL, *path = NULL;
	BIO *answer = NULL;
	int ssl = 0;

	if (OSSL_HTTP_parse_url(request->uri, &ssl, NULL, &host, &port, NULL, &path, NULL, NULL) == 1 && !ssl) {
		if (request->body.length || request->no_redirects)
			answer = transfer(request, host, port, path);
		else
			answer = OSSL_HTTP_get(request->uri, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 1,
					       request->most, (int)request->timeout);
	}
	OPENSSL_free(host);
	OPENSSL_free(port);
	OPENSSL_free(path);
	return answer;
}

BIO *pki_http(const struct pki_request *request, struct pki_why *why)
{
	BIO *answer;

	if (strncmp(request->uri, "http://", 7) != 0) {
		pki_refuse(why, EPROTONOSUPPORT, "only http:// is known");
		return NULL;
	}
	answer = ask(request);
	if (!answer)
		pki_refuse_openssl(why, EIO, "no answer");
	ERR_clear_error();
	return answer;
}
