// SPDX-License-Identifier: GPL-2.0-or-later
/* Raw deflate for IPCOMP (RFC 3173, RFC 2394), by the kernel's zlib: a workspace of each sort for each CPU. */
#include <linux/percpu.h>
#include <linux/vmalloc.h>
#include <linux/zlib.h>

#include "module.h"

/* Peers may look back as far as deflate can; this end looks back as far as Linux's own IPCOMP understands. */
#define INFLATE_BITS (-MAX_WBITS)
#define DEFLATE_BITS (-11)

/**
 * struct workspace - a CPU's, used with softirqs off
 * @deflate: its own memory is a part of it
 * @inflate: likewise
 */
struct workspace {
	struct z_stream_s deflate;
	struct z_stream_s inflate;
};

static struct workspace __percpu *workspaces;

static int make(struct workspace *workspace)
{
	workspace->deflate.workspace = vzalloc(zlib_deflate_workspacesize(DEFLATE_BITS, MAX_MEM_LEVEL));
	workspace->inflate.workspace = vzalloc(zlib_inflate_workspacesize());
	if (!workspace->deflate.workspace || !workspace->inflate.workspace)
		return -ENOMEM;
	return zlib_deflateInit2(&workspace->deflate, Z_BEST_SPEED, Z_DEFLATED, DEFLATE_BITS, MAX_MEM_LEVEL,
				 Z_DEFAULT_STRATEGY) == Z_OK &&
			       zlib_inflateInit2(&workspace->inflate, INFLATE_BITS) == Z_OK ?
		       0 :
		       -EINVAL;
}

/**
 * klips_deflate_exit() - free the workspaces
 */
void klips_deflate_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu_ptr(workspaces, cpu)->deflate.workspace);
		vfree(per_cpu_ptr(workspaces, cpu)->inflate.workspace);
	}
	free_percpu(workspaces);
}

/**
 * klips_deflate_init() - make the workspaces
 *
 * Return: 0 or -ENOMEM, with nothing left.
 */
int klips_deflate_init(void)
{
	int cpu, err = 0;

	workspaces = alloc_percpu(struct workspace);
	if (!workspaces)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		if (!err)
			err = make(per_cpu_ptr(workspaces, cpu));
	if (err)
		klips_deflate_exit();
	return err;
}

static void set(struct z_stream_s *stream, const void *in, u32 length, void *out, u32 room)
{
	stream->next_in = in;
	stream->avail_in = length;
	stream->next_out = out;
	stream->avail_out = room;
}

/**
 * klips_deflate() - compress
 * @in: what
 * @length: bytes of it
 * @out: gets the result
 * @room: for so many bytes
 *
 * Return: bytes written, fewer than @room; -ENOSPC: they would be as many; or -ENOMEM.
 */
int klips_deflate(const void *in, u32 length, void *out, u32 room)
{
	struct z_stream_s *stream;
	int err, size = -ENOMEM;

	local_bh_disable();
	stream = &this_cpu_ptr(workspaces)->deflate;
	if (zlib_deflateReset(stream) == Z_OK) {
		set(stream, in, length, out, room);
		err = zlib_deflate(stream, Z_FINISH);
		size = err == Z_STREAM_END && stream->total_out < room ? (int)stream->total_out : -ENOSPC;
	}
	local_bh_enable();
	return size;
}

/**
 * klips_inflate() - the reverse
 * @in: what was compressed
 * @length: bytes of it
 * @out: gets what it was before
 * @room: for so many bytes
 *
 * Return: bytes written; -ENOSPC: they would be more than @room; -EINVAL: it is not deflate, or does not end with @in.
 */
int klips_inflate(const void *in, u32 length, void *out, u32 room)
{
	static const u8 zero;
	struct z_stream_s *stream;
	int err, size = -ENOMEM;

	local_bh_disable();
	stream = &this_cpu_ptr(workspaces)->inflate;
	if (zlib_inflateReset(stream) == Z_OK) {
		set(stream, in, length, out, room);
		err = zlib_inflate(stream, Z_SYNC_FLUSH);
		/* The kernel's zlib may want to taste one byte more before it sees that raw deflate has ended. */
		if (err == Z_OK && !stream->avail_in && stream->avail_out) {
			stream->next_in = &zero;
			stream->avail_in = 1;
			err = zlib_inflate(stream, Z_FINISH);
		}
		if (err == Z_STREAM_END)
			size = (int)stream->total_out;
		else
			size = !stream->avail_out ? -ENOSPC : -EINVAL;
	}
	local_bh_enable();
	return size;
}
