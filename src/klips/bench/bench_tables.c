// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a lookup costs with few and with many eroutes and SAs, and what memory an SA takes. Prints a table; with a
 * file's name as its argument it writes the rows of `make bench-klips` there too, as JSON.
 *
 * Two sorts of traffic are measured. "busy": packets of 64 flows (all, if there are fewer) in random order, so that
 * what is seen is the work of a lookup. "any": each packet of another flow of all those that have an eroute, so that
 * with 1e5 of them what is seen is the memory's latency: no cache has them. There are always the same four shapes:
 * hosts, two lengths of networks, and a catch-all.
 */
#include <malloc.h>
#include "core/eroute.h"
#include "core/sadb.h"

#define RUNS	11
#define LOOKUPS 200000
#define BUSY	64

static const u32 sizes[] = { 10, 1000, 100000 };

static u64 random_state = 1;

static u32 random_below(u32 n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (u32)((random_state * 0x2545f4914f6cdd1dULL >> 32) * n >> 32);
}

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "bench_tables: %s: %s\n", what, strerror(-err));
	exit(1);
}

/* The numbers of the entries that are looked up: of @size, BUSY ones or any. */
static u32 *choose(u32 size, bool busy)
{
	u32 *entries = calloc(LOOKUPS, sizeof(*entries)), some[BUSY], i;

	if (!entries)
		must(-ENOMEM, "entries");
	for (i = 0; i < BUSY; i++)
		some[i] = random_below(size);
	for (i = 0; i < LOOKUPS; i++)
		entries[i] = busy ? some[random_below(BUSY)] : random_below(size);
	return entries;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of what once() measures. */
static double median(double (*once)(void *table, u32 size, bool busy), void *table, u32 size, bool busy)
{
	double runs[RUNS];
	unsigned int i;

	for (i = 0; i < RUNS; i++)
		runs[i] = once(table, size, busy);
	qsort(runs, RUNS, sizeof(runs[0]), by_value);
	return runs[RUNS / 2];
}

static struct klips_addr host(u32 n)
{
	return klips_addr_v4(cpu_to_be32(0x0a000000 + n));
}

static void add_eroute(struct klips_eroutes *all, u32 dst, u8 src_bits, u8 dst_bits)
{
	struct klips_selector sel = { .src = klips_addr_v4(cpu_to_be32(0xc0000201)), .dst = host(dst) };
	struct klips_said said = { .dst = host(dst), .spi = cpu_to_be32(256 + dst), .proto = KLIPS_PROTO_ESP };

	sel.src_bits = src_bits;
	sel.dst_bits = dst_bits;
	must(klips_eroute_add(all, &sel, &said), "adding an eroute");
}

static struct klips_eroutes *many_eroutes(u32 size)
{
	struct klips_eroutes *all = klips_eroutes_new();
	u32 i;

	if (!all)
		must(-ENOMEM, "eroutes");
	add_eroute(all, 0, 0, 0);
	add_eroute(all, 0, 24, 8);
	add_eroute(all, 0, 24, 16);
	for (i = 3; i < size; i++)
		add_eroute(all, i, 32, 32);
	return all;
}

static double look_up_eroutes(void *table, u32 size, bool busy)
{
	struct klips_flow flow = { .src = klips_addr_v4(cpu_to_be32(0xc0000201)), .proto = 6, .ports = true };
	u32 *entries = choose(size - 3, busy), i;
	u64 start, found = 0;

	start = ktime_get_ns();
	for (i = 0; i < LOOKUPS; i++) {
		flow.dst = host(3 + entries[i]);
		rcu_read_lock();
		found += klips_eroute_find(table, &flow)->selector.dst_bits == 32;
		rcu_read_unlock();
	}
	start = ktime_get_ns() - start;
	if (found != LOOKUPS)
		must(-ENOENT, "an eroute");
	free(entries);
	return (double)start / LOOKUPS;
}

static void add_sa(struct klips_sadb *db, u32 n)
{
	struct klips_sa_config config = { .state = KLIPS_SA_MATURE, .hard.addtime = 3600 };

	config.said.dst = host(n % 1000);
	config.said.spi = cpu_to_be32(0x1000 + n);
	config.said.proto = KLIPS_PROTO_IPIP;
	config.window = 64;
	must(klips_sadb_add(db, &config), "adding an SA");
}

static struct klips_sadb *many_sas(u32 size)
{
	struct klips_sadb *db = klips_sadb_new();
	u32 i;

	if (!db)
		must(-ENOMEM, "SADB");
	for (i = 0; i < size; i++)
		add_sa(db, i);
	return db;
}

static double look_up_sas(void *table, u32 size, bool busy)
{
	struct klips_said said = { .proto = KLIPS_PROTO_IPIP };
	u32 *entries = choose(size, busy), i;
	u64 start, found = 0;

	start = ktime_get_ns();
	for (i = 0; i < LOOKUPS; i++) {
		said.dst = host(entries[i] % 1000);
		said.spi = cpu_to_be32(0x1000 + entries[i]);
		rcu_read_lock();
		found += klips_sadb_find(table, &said)->state == KLIPS_SA_MATURE;
		rcu_read_unlock();
	}
	start = ktime_get_ns() - start;
	if (found != LOOKUPS)
		must(-ENOENT, "an SA");
	free(entries);
	return (double)start / LOOKUPS;
}

static size_t memory_in_use(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* All that 1e5 SAs take from the heap, with a window of 64 packets and a timer, without keys. */
static double bytes_per_sa(void)
{
	const u32 size = sizes[ARRAY_SIZE(sizes) - 1];
	const size_t before = memory_in_use();
	struct klips_sadb *db = many_sas(size);
	double bytes;

	rcu_barrier();
	bytes = (double)(memory_in_use() - before) / size;
	klips_sadb_free(db);
	return bytes;
}

struct figures {
	double eroutes[2], sas[2]; /* any, busy; ns */
};

static void measure(struct figures *figures, u32 size)
{
	struct klips_eroutes *all = many_eroutes(size);
	struct klips_sadb *db = many_sas(size);
	unsigned int busy;

	rcu_barrier();
	for (busy = 0; busy < 2; busy++) {
		figures->eroutes[busy] = median(look_up_eroutes, all, size, busy);
		figures->sas[busy] = median(look_up_sas, db, size, busy);
	}
	klips_eroutes_free(all);
	klips_sadb_free(db);
	printf("%-8u %12.1f %12.1f %12.1f %12.1f\n", size, figures->eroutes[1], figures->eroutes[0], figures->sas[1],
	       figures->sas[0]);
}

static void write_row(FILE *file, const char *name, const char *unit, double value, const char *peer, double peer_value,
		      const char *end)
{
	fprintf(file,
		"{\"name\": \"%s\", \"value\": %.1f, \"unit\": \"%s\", \"peer\": \"%s\", \"peer_value\": %.1f, "
		"\"ratio\": %.3f, \"runs\": %d}%s\n",
		name, value, unit, peer, peer_value, value / peer_value, RUNS, end);
}

static void write_rows(const char *path, const struct figures *few, const struct figures *many, double bytes)
{
	FILE *file = fopen(path, "w");

	if (!file) {
		perror(path);
		exit(1);
	}
	fputs("[", file);
	write_row(file, "lookup-1e5", "ns", many->eroutes[1], "10 eroutes", few->eroutes[1], ",");
	write_row(file, "lookup-1e5-any", "ns", many->eroutes[0], "10 eroutes", few->eroutes[0], ",");
	write_row(file, "lookup-sa-1e5", "ns", many->sas[1], "10 SAs", few->sas[1], ",");
	write_row(file, "lookup-sa-1e5-any", "ns", many->sas[0], "10 SAs", few->sas[0], ",");
	write_row(file, "bytes-per-sa", "bytes", bytes, "the bound", 1024, "]");
	if (fclose(file))
		must(-errno, path);
}

int main(int argc, char **argv)
{
	struct figures figures[ARRAY_SIZE(sizes)];
	double bytes;
	unsigned int i;

	rcu_register_thread();
	bytes = bytes_per_sa();
	printf("ns a lookup, median of %d runs\n", RUNS);
	printf("%-8s %12s %12s %12s %12s\n", "entries", "eroutes busy", "any", "SAs busy", "any");
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		measure(&figures[i], sizes[i]);
	printf("an SA takes %.0f bytes\n", bytes);
	if (argc > 1)
		write_rows(argv[1], &figures[0], &figures[ARRAY_SIZE(sizes) - 1], bytes);
	rcu_unregister_thread();
	return 0;
}
