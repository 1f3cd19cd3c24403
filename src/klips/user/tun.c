// SPDX-License-Identifier: GPL-2.0-or-later
/* TUN devices: one queue a thread, with super packets in both directions. */
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
	while (tun->count < queues) {
		err = open_queue(tun);
		if (err < 0)
			goto fail;
		tun->fds[tun->count++] = err;
	}
	err = klips_link_get(name, &link);
	if (err)
		goto fail;
	tun->ifindex = link.ifindex;
	*result = tun;
	return 0;
fail:
	klips_tun_close(tun);
	return err;
}

/**
 * klips_tun_close() - end a TUN device
 * @tun: it; no thread reads or writes it any more
 */
void klips_tun_close(struct klips_tun *tun)
{
	while (tun->count)
		close(tun->fds[--tun->count]);
	kfree(tun);
}
