// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the module's table of SAs, from /proc/net/ipsec and by a dump, a little at a time while it changes:
 * table_reader COUNT. Of COUNT SAs a half stays, and must be told once each; the others go and new ones come meanwhile,
 * and may be told or not, but in whole lines.
 *
 * table_reader held: the module is not unloaded while a dump is half read, is unloaded while /proc is, and what is left
 * of that is an error then. Exits with 1 if it is otherwise.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/genetlink.h>

#include "guest/netns.h"
#include "lib/control_client.h"
#include "tests/transform.h"

#define TABLE	"/proc/self/net/ipsec/spi/all"
#define SPI	0x10000
#define PIECE	97 /* bytes of a read: no line is so short */
#define WAIT_MS 5000

/**
 * struct reader - who reads while the table changes
 * @client: changes it
 * @count: of SAs at first; those with even numbers stay
 * @next: the next odd one to go
 * @seen: of each of the first, how often it was told
 */
struct reader {
	struct klips_client client;
	u32 count, next;
	u8 *seen;
};

static void must(int err, const char *what, const struct klips_refusal *why)
{
	if (!err)
		return;
	fprintf(stderr, "table_reader: %s: %s\n", what, why->text);
	exit(1);
}

static void add(struct klips_client *client, u32 number)
{
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;

	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA1_96, 0);
	config.said.spi = cpu_to_be32(SPI + number);
	must(klips_client_sa_add(client, &config, &why), "SA", &why);
}

/* One goes and another comes. */
static void change(struct reader *reader)
{
	struct klips_said said = { .proto = KLIPS_PROTO_ESP, .dst = transform_addr(KLIPS_V4, 2) };
	struct klips_refusal why = { 0 };

	if (reader->next >= reader->count)
		return;
	said.spi = cpu_to_be32(SPI + reader->next);
	must(klips_client_sa_delete(&reader->client, &said, &why), "SA", &why);
	add(&reader->client, reader->count + reader->next);
	reader->next += 2;
}

static void tell(struct reader *reader, u32 spi)
{
	if (spi >= SPI && spi - SPI < reader->count && reader->seen[spi - SPI] < UINT8_MAX)
		reader->seen[spi - SPI]++;
}

/* esp0x10000@192.0.2.2 ESP_NULL_HMAC_SHA1: dir=out ... refhim=0 */
static void read_line(struct reader *reader, char *line)
{
	char *rest, *end = strrchr(line, ' ');
	u32 spi = strncmp(line, "esp0x", 5) ? 0 : (u32)strtoul(line + 5, &rest, 16);

	if (!spi || strncmp(rest, "@192.0.2.2 ESP_NULL_HMAC_SHA1: dir=out", 38) || !end ||
	    strncmp(end, " refhim=", 8)) {
		fprintf(stderr, "table_reader: a line is '%s'\n", line);
		exit(1);
	}
	tell(reader, spi);
}

static void read_proc(struct reader *reader)
{
	static char text[8192];
	int fd = open(TABLE, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t more;
	char *end;

	if (fd < 0)
		guest_fail(TABLE);
	while ((more = read(fd, text + size, PIECE)) > 0) {
		size += (size_t)more;
		text[size] = 0;
		end = strchr(text, '\n');
		if (end) {
			*end++ = 0;
			read_line(reader, text);
			size -= (size_t)(end - text);
			memmove(text, end, size + 1);
			change(reader);
		}
		if (size + PIECE >= sizeof(text))
			break;
	}
	if (more || size)
		guest_fail(TABLE);
	close(fd);
}

static int take(const struct klips_sa_info *info, void *arg)
{
	struct reader *reader = arg;

	tell(reader, be32_to_cpu(info->config.said.spi));
	change(reader);
	return 0;
}

static void read_dump(struct reader *reader)
{
	struct klips_refusal why = { 0 };
	struct klips_client other;

	must(klips_client_open(&other, NULL, &why), "connection", &why);
	must(klips_client_sa_list(&other, take, reader, &why), "dump", &why);
	klips_client_close(&other);
}

/* Returns how many of those that stay were not told once. */
static u32 check(struct reader *reader, const char *name, void (*read_all)(struct reader *reader))
{
	struct klips_refusal why = { 0 };
	u32 number, wrong = 0, told = 0;

	must(klips_client_sa_flush(&reader->client, &why), "SAs", &why);
	for (number = 0; number < reader->count; number++)
		add(&reader->client, number);
	memset(reader->seen, 0, reader->count);
	reader->next = 1;
	read_all(reader);
	for (number = 0; number < reader->count; number++) {
		told += reader->seen[number];
		if (number % 2 ? reader->seen[number] > 1 : reader->seen[number] != 1)
			wrong++;
	}
	printf("table_reader: %s: %u SAs told, %u gone and come meanwhile, %u wrong\n", name, told, reader->next / 2,
	       wrong);
	if (reader->next == 1)
		wrong++; /* nothing changed while it was read */
	must(klips_client_sa_flush(&reader->client, &why), "SAs", &why);
	return wrong;
}

static int read_all(u32 count)
{
	struct reader reader = { .count = count, .seen = calloc(count, 1) };
	struct klips_refusal why = { 0 };
	u32 wrong;

	if (!reader.seen)
		guest_fail("memory");
	must(klips_client_open(&reader.client, NULL, &why), "connection", &why);
	wrong = check(&reader, "/proc", read_proc) + check(&reader, "dump", read_dump);
	klips_client_close(&reader.client);
	free(reader.seen);
	return wrong ? 1 : 0;
}

/* Begins a dump, and reads nothing of it. */
static int begin_dump(const struct klips_client *client)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct klips_message message;
	char buffer[256] __aligned(8);

	klips_message_begin(&message, buffer, sizeof(buffer), client->type, NLM_F_REQUEST | NLM_F_DUMP, 1);
	klips_message_put_extra(&message, &(struct genlmsghdr){ .cmd = KLIPS_CMD_SA_GET, .version = 1 }, GENL_HDRLEN);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ 1 }, sizeof(int)) ||
	    send(fd, buffer, message.head->nlmsg_len, 0) < 0)
		guest_fail("dump");
	return fd;
}

/* What holds it may go a moment after its socket was closed. */
static void unload(int expected, const char *when)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int tries, err = 0;

	for (tries = 0; tries < WAIT_MS; tries++) {
		err = syscall(SYS_delete_module, "ipsec", O_NONBLOCK) ? errno : 0;
		if (err == expected)
			return;
		if (err != EWOULDBLOCK)
			break;
		nanosleep(&moment, NULL);
	}
	fprintf(stderr, "table_reader: %s: unloading: %s, and not %s\n", when, strerror(err), strerror(expected));
	exit(1);
}

static int hold(void)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;
	char text[PIECE];
	int fd, dump;
	u32 number;

	must(klips_client_open(&client, NULL, &why), "connection", &why);
	for (number = 0; number < 1000; number++)
		add(&client, number);
	dump = begin_dump(&client);
	unload(EWOULDBLOCK, "a dump is half read");
	close(dump);
	klips_client_close(&client);
	fd = open(TABLE, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text)) != (ssize_t)sizeof(text))
		guest_fail(TABLE);
	unload(0, TABLE " is half read");
	if (read(fd, text, sizeof(text)) != -1 || errno != EIO) {
		fprintf(stderr, "table_reader: " TABLE " can still be read\n");
		return 1;
	}
	close(fd);
	if (!access(TABLE, F_OK)) {
		fprintf(stderr, "table_reader: " TABLE " is still there\n");
		return 1;
	}
	printf("table_reader: the module went while its table was open\n");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "held"))
		return hold();
	if (argc == 2 && guest_number(argv[1]) >= 2 && guest_number(argv[1]) <= 1U << 20)
		return read_all((u32)guest_number(argv[1]));
	fprintf(stderr, "usage: table_reader COUNT|held\n");
	return 2;
}
