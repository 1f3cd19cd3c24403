// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_group.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_source.h"
#include "parse.h"

#define BLANKS	  " \t"
#define WORDS_MAX 4 /* a net, its protocol, and two ports */

/**
 * struct reader - what is being read
 * @words: of the line; @columns: where each begins, from 1
 * @full: that there are too many has been complained of
 */
struct reader {
	struct policy_nets *nets;
	struct conf_source from;
	struct conf_names names;
	char *words[WORDS_MAX];
	unsigned int columns[WORDS_MAX];
	unsigned int count;
	bool full;
};

/* Of a word, which is shown; @word: WORDS_MAX: of the line */
static void complain(struct reader *reader, unsigned int word, const char *why)
{
	struct conf_place place = reader->from.place;

	if (word < reader->count) {
		place.column = reader->columns[word];
		conf_complain(reader->from.errors, place, "%s: %s", reader->words[word], why);
	} else {
		conf_complain(reader->from.errors, place, "%s", why);
	}
}

/* Up to a comment, which begins where a word could. False: there are too many. */
static bool split(struct reader *reader, char *line)
{
	char *at = line;

	for (reader->count = 0; *(at += strspn(at, BLANKS)) && *at != '#'; reader->count++) {
		if (reader->count == WORDS_MAX) {
			reader->from.place.column = (unsigned int)(at - line) + 1;
			complain(reader, WORDS_MAX, "a net is followed by nothing, or by a protocol and two ports");
			return false;
		}
		reader->words[reader->count] = at;
		reader->columns[reader->count] = (unsigned int)(at - line) + 1;
		at += strcspn(at, BLANKS);
		if (*at)
			*at++ = '\0';
	}
	return true;
}

static const char *read_net(struct policy_net *net, const char *text)
{
	const char *wrong;
	u16 port;

	if (!strncmp(text, "default", strlen("default")))
		return "not an IP address";
	wrong = klips_parse_net(&net->addr, &net->bits, &port, text);
	if (!wrong && port)
		wrong = "its ports go after its protocol";
	return wrong;
}

/* What IKE's own SAs are made of is not for a policy. */
static const char *read_protocol(struct policy_net *net, const char *text)
{
	const char *wrong = klips_parse_protocol(&net->protocol, text);

	if (wrong)
		return wrong;
	if (!net->protocol)
		return "protocol 0 is any: leave it out, with the ports";
	if (net->protocol == IPPROTO_ESP || net->protocol == IPPROTO_AH)
		return "ESP and AH are what IPsec itself sends";
	return NULL;
}

static bool has_ports(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP || protocol == IPPROTO_UDPLITE;
}

static const char *read_port(const struct policy_net *net, u16 *port, const char *text)
{
	const char *wrong = klips_parse_port(port, text);

	return wrong || !*port || has_ports(net->protocol) ? wrong : "its protocol has no ports: write 0";
}

/* Whether all words are right; else that is complained of. */
static bool read_words(struct reader *reader, struct policy_net *net)
{
	const char *wrong = read_net(net, reader->words[0]);
	unsigned int word = 0;

	if (!wrong && reader->count > 1)
		wrong = read_protocol(net, reader->words[word = 1]);
	if (!wrong && reader->count > 1 && reader->count < WORDS_MAX) {
		complain(reader, WORDS_MAX, "a protocol is followed by two ports, this host's and the net's; 0 is any");
		return false;
	}
	if (!wrong && reader->count > 1)
		wrong = read_port(net, &net->own_port, reader->words[word = 2]);
	if (!wrong && reader->count > 1)
		wrong = read_port(net, &net->peer_port, reader->words[word = 3]);
	if (wrong)
		complain(reader, word, wrong);
	return !wrong;
}

static int keep(struct policy_nets *nets, const struct policy_net *net)
{
	struct policy_net *grown;

	if (nets->count == nets->room) {
		grown = reallocarray(nets->list, nets->room ? 2 * nets->room : 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		nets->list = grown;
		nets->room = nets->room ? 2 * nets->room : 16;
	}
	nets->list[nets->count++] = *net;
	return 0;
}

static int add(struct reader *reader, const struct policy_net *net)
{
	const struct policy_net *there = policy_nets_find(reader->nets, net);
	bool full = reader->nets->count == POLICY_NETS_MAX;
	char why[128] = "";

	if (there)
		snprintf(why, sizeof(why), "it is in line %u already", there->line);
	else if (full && !reader->full)
		snprintf(why, sizeof(why), "more than %d nets: this one and those after it are left out",
			 POLICY_NETS_MAX);
	if (*why)
		complain(reader, 0, why);
	reader->full |= full;
	return there || full ? 0 : keep(reader->nets, net);
}

static int read_line(void *arg, char *line)
{
	struct reader *reader = arg;
	struct policy_net net = { .line = reader->from.place.line };

	if (!split(reader, line) || !reader->count || !read_words(reader, &net))
		return 0;
	return add(reader, &net);
}

static void complain_line(void *arg)
{
	struct reader *reader = arg;

	reader->count = 0;
	complain(reader, WORDS_MAX, "not text in UTF-8");
}

static const struct conf_grammar grammar = { .line = read_line, .garbage = complain_line };

static void begin(struct reader *reader, struct policy_nets *nets, struct conf_errors *errors)
{
	*nets = (struct policy_nets){ 0 };
	*reader = (struct reader){ .nets = nets };
	reader->from = (struct conf_source){ &grammar, reader, errors, &reader->names, .depth = -1 };
}

static int end(struct reader *reader, int err)
{
	conf_names_free(&reader->names);
	if (err)
		policy_nets_free(reader->nets);
	return err;
}

/**
 * policy_nets_load - reads a group's file
 * @nets: gets its nets, for policy_nets_free(); none if there is no such file, which is no error
 * @errors: gets what is wrong, with the line and the word; lines that it concerns are left out, and the others count
 *
 * Return: 0; -EIO: the file cannot be read, and @errors has the reason; -ENOMEM.
 */
int policy_nets_load(struct policy_nets *nets, const char *path, struct conf_errors *errors)
{
	struct reader reader;
	int err;

	begin(&reader, nets, errors);
	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	err = conf_source_file(&reader.from, path);
	/* Without a place no line was read. */
	return end(&reader, err || reader.from.place.file ? err : -EIO);
}

/**
 * policy_nets_parse - the same from memory
 * @name: for the errors
 */
int policy_nets_parse(struct policy_nets *nets, const char *name, const char *text, size_t length,
		      struct conf_errors *errors)
{
	struct reader reader;

	begin(&reader, nets, errors);
	return end(&reader, conf_source_text(&reader.from, name, text, length));
}

/**
 * policy_nets_free - frees what is in it
 */
void policy_nets_free(struct policy_nets *nets)
{
	free(nets->list);
	*nets = (struct policy_nets){ 0 };
}

bool policy_net_equal(const struct policy_net *one, const struct policy_net *other)
{
	return one->bits == other->bits && one->protocol == other->protocol && one->own_port == other->own_port &&
	       one->peer_port == other->peer_port && klips_addr_equal(&one->addr, &other->addr);
}

/**
 * policy_nets_find - the same net in a group
 *
 * Return: it, or NULL.
 */
const struct policy_net *policy_nets_find(const struct policy_nets *nets, const struct policy_net *net)
{
	size_t i;

	for (i = 0; i < nets->count; i++)
		if (policy_net_equal(&nets->list[i], net))
			return &nets->list[i];
	return NULL;
}

bool policy_net_is_host(const struct policy_net *net)
{
	return net->bits == klips_addr_bits(&net->addr);
}

int policy_net_print(char *text, size_t size, const struct policy_net *net)
{
	char prefix[KLIPS_NET_TEXT];

	klips_print_net(prefix, sizeof(prefix), &net->addr, net->bits, 0);
	if (!net->protocol)
		return snprintf(text, size, "%s", prefix);
	return snprintf(text, size, "%s-(%u--%u--%u)", prefix, net->own_port, net->protocol, net->peer_port);
}
