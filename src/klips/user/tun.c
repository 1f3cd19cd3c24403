// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TUN devices: one queue a thread to read, with super packets in both directions, and one more to write to.
 *
 * The kernel moves a flow to the queue where packets of its other direction are written: whatever waits in the old one
 * is overtaken then. It leaves flows alone for a queue that is detached, which can be written to all the same. So a
 * flow stays in the queue, and with the thread, that the kernel's hash chose at first.
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon.h"

/* Of linux/if_tun.h 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#define TUN_DEVICE "/dev/net/tun"

/* What is not known to an older kernel is left away. */
static int set_offloads(int fd)
{
	static const unsigned long offloads[] = {
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offloads); i++)
		if (!ioctl(fd, TUNSETOFFLOAD, offloads[i]))
			return 0;
	return -errno;
}

static int open_queue(struct klips_tun *tun)
{
	int fd = open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct ifreq request;
	int size = sizeof(struct virtio_net_hdr);
	int err;

	if (fd < 0)
		return -errno;
	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, tun->name, KLIPS_NAME_MAX);
	request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
	if (ioctl(fd, TUNSETIFF, &request) || ioctl(fd, TUNSETVNETHDRSZ, &size)) {
		err = -errno;
		close(fd);
		return err;
	}
	err = set_offloads(fd);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/* The writer comes first, so that the number that it keeps is one of a queue that there is. */
static int open_queues(struct klips_tun *tun, unsigned int queues)
{
	struct ifreq request = { .ifr_flags = IFF_DETACH_QUEUE };
	int fd = open_queue(tun);

	if (fd < 0)
		return fd;
	tun->writer = fd;
	while (tun->count < queues) {
		fd = open_queue(tun);
		if (fd < 0)
			return fd;
		tun->fds[tun->count++] = fd;
	}
	return ioctl(tun->writer, TUNSETQUEUE, &request) ? -errno : 0;
}

/**
 * klips_tun_open() - make a TUN device, which lives as long as this program holds it
 * @result: gets it
 * @name: shorter than KLIPS_NAME_MAX
 * @queues: 1 to KLIPS_WORKERS_MAX
 *
 * Return: 0 or a negative errno: -EBUSY or -EINVAL if another has a device of that name.
 */
int klips_tun_open(struct klips_tun **result, const char *name, unsigned int queues)
{
	struct klips_tun *tun = kzalloc(sizeof(*tun), GFP_KERNEL);
	struct klips_link link;
	int err;

	if (!tun)
		return -ENOMEM;
	memcpy(tun->name, name, strlen(name));
	tun->writer = -1;
	err = open_queues(tun, queues);
	if (!err)
		err = klips_link_get(name, &link);
	if (err) {
		klips_tun_close(tun);
		return err;
	}
	tun->ifindex = link.ifindex;
	*result = tun;
	return 0;
}

/**
 * klips_tun_close() - end a TUN device
 * @tun: it; no thread reads or writes it any more
 */
void klips_tun_close(struct klips_tun *tun)
{
	while (tun->count)
		close(tun->fds[--tun->count]);
	if (tun->writer >= 0)
		close(tun->writer);
	kfree(tun);
}
