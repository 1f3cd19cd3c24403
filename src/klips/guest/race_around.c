// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes on around a tunnel: its devices, and the wrappers of its cryptography. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "guest/race.h"

#define OFFLOAD "/sys/module/ipsec/parameters/offload"

static void run(const char *command)
{
	int status = system(command); /* NOLINT(cert-env33-c): ip(8), in a guest */

	if (status)
		tunnel_fail(NULL, command, "failed");
}

/* The wire goes, with what is attached to it at both ends, and comes back. */
static void change_wire(void)
{
	run("ip -n own link delete own0");
	run("ip -n own link add own0 mtu 9000 type veth peer name peer0 mtu 9000 netns peer && "
	    "ip -n own address add 192.0.2.2/24 dev own0 && ip -n peer address add 192.0.2.1/24 dev peer0 && "
	    "ip -n own link set own0 up && ip -n peer link set peer0 up");
}

void race_device_back(struct race *race)
{
	struct tunnel_end *end = race->end;

	race_took(race, tunnel_device(end, KLIPS_CMD_DEV_CREATE, NULL), "dev-create");
	race_took(race, tunnel_device(end, KLIPS_CMD_DEV_ATTACH, end->phys), "dev-attach");
	tunnel_set_address(end, TUNNEL_DEVICE, end->inner, 32);
	tunnel_set_up(end, TUNNEL_DEVICE, true);
	tunnel_set_route(end, race->other);
}

void race_devices(struct race *race)
{
	struct tunnel_end *end = race->end;
	bool owner = end == &tunnel_ends[0];

	switch (chance_below(&race->chance, owner ? 33 : 32) / 4) {
	case 0:
		race_took(race, tunnel_device(end, KLIPS_CMD_DEV_DELETE, NULL), "dev-delete");
		break;
	case 1:
		race_took(race, tunnel_device(end, KLIPS_CMD_DEV_DETACH, NULL), "dev-detach");
		break;
	case 2:
		tunnel_set_up(end, TUNNEL_DEVICE, false);
		break;
	case 3:
		tunnel_set_up(end, end->phys, false);
		race_pause(race, 1000);
		tunnel_set_up(end, end->phys, true);
		break;
	case 4:
		tunnel_set_mtu(end, end->phys, 600 + (int)chance_below(&race->chance, 8400));
		break;
	case 5:
		tunnel_set_mtu(end, TUNNEL_DEVICE, 576 + (int)chance_below(&race->chance, 8400));
		break;
	case 8:
		change_wire();
		break;
	default:
		break;
	}
	race_device_back(race);
	race_pause(race, 50000);
}

/*
 * padata, which pcrypt is made of, takes the lock of a list of one kind while it holds that of another (6.12). Lockdep
 * takes both for one, reports a deadlock that cannot be, and looks no further. Processors must be several for it.
 */
static bool is_misread(void)
{
	return !access("/proc/lockdep", F_OK) && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

/* What the kernel has not is refused; the module may be gone just then. */
void race_offload(struct race *race)
{
	static const char *const words[] = { "none", "cryptd", "pcrypt" };
	const char *word = words[chance_below(&race->chance, ARRAY_SIZE(words) - is_misread())];
	int fd = open(OFFLOAD, O_WRONLY | O_CLOEXEC);

	race->count->tried++;
	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		race->count->refused++;
	if (fd >= 0)
		close(fd);
	race_pause(race, 2000000); /* what is asked for the first time the kernel has to look for, which takes long */
}
