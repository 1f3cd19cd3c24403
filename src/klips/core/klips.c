// SPDX-License-Identifier: GPL-2.0-or-later
/* One KLIPS: its tables and devices come and go. */
#include "debug.h"
#include "hold.h"
#include "keepalive.h"
#include "klips.h"

/**
 * klips_init() - make empty tables and no devices
 * @klips: what is made; its memory is the caller's
 * @ops: what the platform does for it
 * @own: the platform's
 *
 * Return: 0 or -ENOMEM, with nothing left.
 */
int klips_init(struct klips *klips, const struct klips_ops *ops, void *own)
{
	memset(klips, 0, sizeof(*klips));
	if (klips_busy_init(&klips->busy))
		return -ENOMEM;
	klips->ops = ops;
	klips->own = own;
	klips->settings.icmp = 1;
	klips->settings.inbound_policy_check = 1;
	klips->settings.tos = 1;
	klips->settings.acquire_rate = KLIPS_ACQUIRE_RATE;
	klips->settings.acquire_burst = KLIPS_ACQUIRE_BURST;
	klips->settings.keepalive = KLIPS_KEEPALIVE;
	klips->ike_ports[0] = 500;
	klips->ike_ports[1] = 4500;
	klips_holds_init(&klips->holds);
	klips_acquires_init(&klips->acquires, KLIPS_ACQUIRE_BURST, ktime_get_ns());
	klips->passed = alloc_percpu(u64);
	klips->sadb = klips_sadb_new();
	klips->eroutes = klips_eroutes_new();
	if (klips->passed && klips->sadb && klips->eroutes)
		return 0;
	klips_exit(klips);
	return -ENOMEM;
}

/* 0: it is too long or empty */
static unsigned int name_length(const char *name)
{
	unsigned int length = 0;

	while (name[length])
		if (++length >= KLIPS_NAME_MAX)
			return 0;
	return length;
}

static void set_name(char *to, const char *from)
{
	memset(to, 0, KLIPS_NAME_MAX);
	memcpy(to, from, name_length(from));
}

static struct klips_dev *new_device(const char *name)
{
	struct klips_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->traffic = alloc_percpu(struct klips_traffic);
	if (!dev->traffic) {
		kfree(dev);
		return NULL;
	}
	set_name(dev->name, name);
	return dev;
}

static void free_device(struct klips_dev *dev)
{
	if (!dev)
		return;
	free_percpu(dev->traffic);
	kfree(dev);
}

/* Those whose packets are on their way may count still, which does not matter. */
static void reset_counters(struct klips_dev *dev)
{
	int cpu;

	memset(&dev->stats, 0, sizeof(dev->stats));
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(dev->traffic, cpu), 0, sizeof(*dev->traffic));
}

/**
 * klips_dev_traffic() - what passed an ipsecN
 * @dev: it
 * @sum: gets that of all CPUs, each as it was at some moment of this call
 */
void klips_dev_traffic(const struct klips_dev *dev, struct klips_traffic *sum)
{
	const struct klips_traffic *one;
	unsigned int way;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		one = per_cpu_ptr(dev->traffic, cpu);
		for (way = 0; way < ARRAY_SIZE(sum->packets); way++) {
			sum->packets[way] += READ_ONCE(one->packets[way]);
			sum->bytes[way] += READ_ONCE(one->bytes[way]);
		}
	}
}

/**
 * klips_passed() - how many packets %pass let out
 * @klips: where
 *
 * Return: that of all CPUs, each as it was at some moment of this call.
 */
u64 klips_passed(const struct klips *klips)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(klips->passed, cpu));
	return sum;
}

/**
 * klips_exit() - free all tables and devices
 * @klips: it; no packet is given to it any more. Those whose cryptography has not ended are waited for
 */
void klips_exit(struct klips *klips)
{
	unsigned int i;

	klips_busy_wait(&klips->busy);
	klips_holds_clear(klips);
	for (i = 0; i < KLIPS_DEVICES; i++)
		free_device(klips_dev_held(klips, i));
	while (klips->removed) {
		struct klips_dev *dev = klips->removed;

		klips->removed = dev->next;
		free_device(dev);
	}
	if (klips->eroutes)
		klips_eroutes_free(klips->eroutes);
	if (klips->sadb)
		klips_sadb_free(klips->sadb);
	free_percpu(klips->passed);
	memset(klips, 0, sizeof(*klips));
}

static bool is_same_name(const char *a, const char *b)
{
	unsigned int i;

	for (i = 0; i < KLIPS_NAME_MAX; i++) {
		if (a[i] != b[i])
			return false;
		if (!a[i])
			return true;
	}
	return false;
}

/**
 * klips_dev_find() - an ipsecN by name
 * @klips: where
 * @name: its name
 *
 * Return: the device, valid until it is removed (the caller holds what keeps others from that); NULL: there is none.
 */
struct klips_dev *klips_dev_find(struct klips *klips, const char *name)
{
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		struct klips_dev *dev = klips_dev_held(klips, i);

		if (dev && is_same_name(dev->name, name))
			return dev;
	}
	return NULL;
}

/* One that was removed comes back with its counters at zero: packets that were held then may name it still. */
static struct klips_dev *find_removed(struct klips *klips, const char *name)
{
	struct klips_dev **at, *dev;

	for (at = &klips->removed; *at; at = &(*at)->next)
		if (is_same_name((*at)->name, name)) {
			dev = *at;
			*at = dev->next;
			reset_counters(dev);
			return dev;
		}
	return NULL;
}

static int add_device(struct klips *klips, struct klips_dev *dev)
{
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++)
		if (!rcu_access_pointer(klips->devices[i])) {
			dev->id = i + 1;
			rcu_assign_pointer(klips->devices[i], dev);
			WRITE_ONCE(klips->devices_end, max(klips->devices_end, i + 1));
			return 0;
		}
	return -ENOSPC;
}

static void remember_removed(struct klips *klips, struct klips_dev *dev)
{
	dev->next = klips->removed;
	klips->removed = dev;
}

/**
 * klips_dev_create() - make an ipsecN that is not attached
 * @klips: where
 * @name: its name
 * @own: the platform's handle of it
 *
 * Changes of devices are the caller's to serialise.
 *
 * Return: 0; -EEXIST; -EINVAL the name is empty or too long; -ENOSPC; -ENOMEM.
 */
int klips_dev_create(struct klips *klips, const char *name, void *own)
{
	struct klips_dev *dev;
	int err;

	if (!name_length(name))
		return -EINVAL;
	if (klips_dev_find(klips, name))
		return -EEXIST;
	dev = find_removed(klips, name);
	if (!dev)
		dev = new_device(name);
	if (!dev)
		return -ENOMEM;
	dev->mast = false;
	dev->phys_mtu = 0;
	rcu_assign_pointer(dev->own, own);
	err = add_device(klips, dev);
	if (err)
		remember_removed(klips, dev);
	return err;
}

/**
 * klips_mast_create() - make a mastN
 * @klips: where
 * @name: its name
 * @own: the platform's handle of it
 * @phys_mtu: bytes, not 0: of any device that its packets may leave by
 *
 * Return: what klips_dev_create() does.
 */
int klips_mast_create(struct klips *klips, const char *name, void *own, u32 phys_mtu)
{
	int err = phys_mtu ? klips_dev_create(klips, name, own) : -EINVAL;
	struct klips_dev *dev;

	if (err)
		return err;
	dev = klips_dev_find(klips, name);
	WRITE_ONCE(dev->mast, true);
	WRITE_ONCE(dev->phys_mtu, phys_mtu);
	return 0;
}

/**
 * klips_dev_remove() - take an ipsecN or a mastN away
 * @klips: where
 * @name: its name
 *
 * After a grace period the platform may free its handle. The struct itself stays, since packets that are held name it;
 * it is used again for a device of this name.
 *
 * Return: 0; -ENODEV there is none; -EBUSY it is attached.
 */
int klips_dev_remove(struct klips *klips, const char *name)
{
	struct klips_dev *dev = klips_dev_find(klips, name);

	if (!dev)
		return -ENODEV;
	if (dev->phys_mtu && !dev->mast)
		return -EBUSY;
	rcu_assign_pointer(klips->devices[dev->id - 1], NULL);
	rcu_assign_pointer(dev->own, NULL);
	remember_removed(klips, dev);
	return 0;
}

/**
 * klips_attach() - bind an ipsecN, which is made if there is none of that name, to a physical device
 * @klips: where
 * @name: ipsecN
 * @phys_name: the physical device
 * @phys: the platform's handle of that
 * @own: the platform's handle of ipsecN; ignored if the device is there already
 * @phys_mtu: bytes, not 0
 *
 * Changes of devices are the caller's to serialise.
 *
 * Return: 0; -EBUSY it is attached already; -EINVAL a name is empty or too long; -ENOSPC; -ENOMEM.
 */
int klips_attach(struct klips *klips, const char *name, const char *phys_name, void *phys, void *own, u32 phys_mtu)
{
	struct klips_dev *dev = klips_dev_find(klips, name);
	int err;

	if (!name_length(name) || !name_length(phys_name) || !phys_mtu)
		return -EINVAL;
	if (dev && dev->phys_mtu)
		return -EBUSY;
	if (!dev) {
		err = klips_dev_create(klips, name, own);
		if (err)
			return err;
		dev = klips_dev_find(klips, name);
	}
	set_name(dev->phys_name, phys_name);
	WRITE_ONCE(dev->phys, phys);
	WRITE_ONCE(dev->phys_mtu, phys_mtu);
	return 0;
}

/**
 * klips_detach() - an ipsecN sends and receives nothing more; it stays
 * @klips: where
 * @name: its name
 *
 * Return: 0; -ENODEV there is none, or it is not attached.
 */
int klips_detach(struct klips *klips, const char *name)
{
	struct klips_dev *dev = klips_dev_find(klips, name);

	if (!dev || !dev->phys_mtu || dev->mast)
		return -ENODEV;
	WRITE_ONCE(dev->phys_mtu, 0);
	WRITE_ONCE(dev->phys, NULL);
	memset(dev->phys_name, 0, KLIPS_NAME_MAX);
	return 0;
}

/* What lets packets out, so that their order matters. */
static bool is_way_out(const struct klips_said *said)
{
	if (said->proto == KLIPS_PROTO_INT)
		return be32_to_cpu(said->spi) == KLIPS_SHUNT_PASS;
	return said->spi;
}

/* Empties a %hold that is about to be replaced; how many packets were sent. */
static unsigned int drain(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said)
{
	struct klips_eroute *er;
	unsigned int sent = 0;

	if (!is_way_out(said))
		return 0;
	rcu_read_lock();
	er = klips_eroute_exact(klips->eroutes, sel);
	if (er && klips_is_hold(&er->said))
		sent = klips_hold_drain(klips, er, said);
	rcu_read_unlock();
	return sent;
}

static void count(struct klips *klips, const struct klips_selector *sel, unsigned int packets)
{
	struct klips_eroute *er;

	rcu_read_lock();
	er = klips_eroute_exact(klips->eroutes, sel);
	if (er) {
		atomic64_add(packets, &er->count);
		WRITE_ONCE(er->used, ktime_get_ns());
	}
	rcu_read_unlock();
}

/**
 * klips_set_eroute() - add or replace an eroute; packets that the old one held are sent through the new one
 * @klips: where
 * @sel: its selector
 * @said: where it leads
 * @replace: in one step, if there is one with this selector; otherwise that is an error
 *
 * Return: 0; -EEXIST; -EINVAL the selector; -ENOMEM.
 */
int klips_set_eroute(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said, bool replace)
{
	struct klips_held held = { NULL, NULL, 0 };
	unsigned int sent;
	int err;

	klips_trace(EROUTE, "to protocol %u, SPI %x", said->proto, be32_to_cpu(said->spi));
	if (!replace)
		return klips_eroute_add(klips->eroutes, sel, said);
	sent = drain(klips, sel, said);
	err = klips_eroute_replace(klips->eroutes, sel, said, &held);
	if (err)
		return err;
	if (sent)
		count(klips, sel, sent);
	klips_held_send(klips, &held);
	klips_holds_release(klips, sel);
	return 0;
}

/**
 * klips_unset_eroute() - remove an eroute, and drop what it held; what its %holds held meets the eroutes that are left
 * @klips: where
 * @sel: its selector
 *
 * Return: 0; -ENOENT.
 */
int klips_unset_eroute(struct klips *klips, const struct klips_selector *sel)
{
	struct klips_held held = { NULL, NULL, 0 };
	int err = klips_eroute_delete(klips->eroutes, sel, &held);

	if (err)
		return err;
	klips_held_drop(klips, &held);
	klips_holds_release(klips, sel);
	return 0;
}

/* 0 is never. */
static u64 sooner(u64 a, u64 b)
{
	return a && b ? min(a, b) : a + b;
}

/**
 * klips_run_timers() - end what is past its time, and send what keeps NATs awake; one caller at a time
 * @klips: where
 * @now: monotonic nanoseconds
 *
 * Return: when to be called again, in monotonic nanoseconds; 0: not before an SA is added or first used.
 */
u64 klips_run_timers(struct klips *klips, u64 now)
{
	u64 sa = klips_sadb_run_timers(klips->sadb, now, klips->ops->expire, klips);
	u64 hold = klips_holds_run_timers(klips, now);

	if (now >= klips->keepalive.due)
		klips->keepalive.due = klips_keepalive_run(klips, now);
	return sooner(sooner(sa, hold), klips->keepalive.due);
}

/**
 * klips_ike_port_add() - IKE has that port too
 * @klips: whose; changes come one after the other
 * @port: of UDP, not 0
 *
 * Return: 0, also if it has it already; -ENOSPC: there are too many.
 */
int klips_ike_port_add(struct klips *klips, u16 port)
{
	u32 at;

	for (at = 0; at < KLIPS_IKE_PORTS - 1; at++) {
		if (klips->ike_ports[at] == port)
			return 0;
		if (klips->ike_ports[at])
			continue;
		WRITE_ONCE(klips->ike_ports[at], port);
		return 0;
	}
	return -ENOSPC;
}

/**
 * klips_ike_port_remove() - IKE no longer has the port that came last
 * @klips: whose
 * @port: that one; another stays
 */
void klips_ike_port_remove(struct klips *klips, u16 port)
{
	u32 at;

	for (at = 0; at < KLIPS_IKE_PORTS - 1 && klips->ike_ports[at]; at++)
		if (klips->ike_ports[at] == port && !klips->ike_ports[at + 1])
			WRITE_ONCE(klips->ike_ports[at], 0);
}
