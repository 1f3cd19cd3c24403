// SPDX-License-Identifier: GPL-2.0-or-later
/* Deflate for IPCOMP (RFC 2394) over zlib, without its header and checksum. Each thread keeps its streams. */
#include <zlib.h>
#include "../core/crypto.h"

/* The window that any receiver has (Linux's own inflates with no more), and all that most packets can use. */
#define WINDOW_BITS 11

/* What a packet gains by a higher level is not worth its time: RFC 3173 is for links slower than this. */
#define LEVEL Z_BEST_SPEED

struct streams {
	z_stream out;
	z_stream in;
};

static pthread_key_t all_streams;
static pthread_once_t streams_once = PTHREAD_ONCE_INIT;

static void end_streams(void *arg)
{
	struct streams *streams = arg;

	deflateEnd(&streams->out);
	inflateEnd(&streams->in);
	free(streams);
}

static void make_key(void)
{
	pthread_key_create(&all_streams, end_streams);
}

static struct streams *new_streams(void)
{
	struct streams *streams = calloc(1, sizeof(*streams));

	if (!streams)
		return NULL;
	if (deflateInit2(&streams->out, LEVEL, Z_DEFLATED, -WINDOW_BITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		goto free;
	if (inflateInit2(&streams->in, -MAX_WBITS) != Z_OK)
		goto end;
	pthread_setspecific(all_streams, streams);
	return streams;
end:
	deflateEnd(&streams->out);
free:
	free(streams);
	return NULL;
}

static struct streams *get_streams(void)
{
	struct streams *streams;

	pthread_once(&streams_once, make_key);
	streams = pthread_getspecific(all_streams);
	return streams ? streams : new_streams();
}

static void set_buffers(z_stream *stream, const void *in, u32 length, void *out, u32 room)
{
	stream->next_in = (Bytef *)in;
	stream->avail_in = length;
	stream->next_out = out;
	stream->avail_out = room;
}

/**
 * klips_deflate() - compress
 * @in: bytes
 * @length: how many
 * @out: gets the result; not within @in
 * @room: bytes of it
 *
 * Return: bytes written, -ENOSPC: it would be @room or more (zlib wants a byte to spare to be sure of its end), or
 * -ENOMEM.
 */
int klips_deflate(const void *in, u32 length, void *out, u32 room)
{
	struct streams *streams = get_streams();

	if (!streams)
		return -ENOMEM;
	deflateReset(&streams->out);
	set_buffers(&streams->out, in, length, out, room);
	if (deflate(&streams->out, Z_FINISH) != Z_STREAM_END)
		return -ENOSPC;
	return (int)(room - streams->out.avail_out);
}

/**
 * klips_inflate() - decompress
 * @in: a whole deflate stream; what follows it is ignored, since ESP may have padded it (RFC 4303, 2.7)
 * @length: bytes of it
 * @out: gets the result
 * @room: bytes of it
 *
 * Return: bytes written, -ENOSPC: it would be more than @room, or is as much and cut short, -EINVAL: not deflate, or
 * cut short before, or -ENOMEM.
 */
int klips_inflate(const void *in, u32 length, void *out, u32 room)
{
	struct streams *streams = get_streams();
	int err;

	if (!streams)
		return -ENOMEM;
	inflateReset(&streams->in);
	set_buffers(&streams->in, in, length, out, room);
	err = inflate(&streams->in, Z_FINISH);
	if (err == Z_STREAM_END)
		return (int)(room - streams->in.avail_out);
	/* All of @in may have been read although bytes of a match are still to come. */
	if (err == Z_BUF_ERROR && !streams->in.avail_out)
		return -ENOSPC;
	return -EINVAL;
}
