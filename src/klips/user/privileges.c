// SPDX-License-Identifier: GPL-2.0-or-later
/* What klipsd keeps of its rights after the start: it reads packets of strangers. */
#define _GNU_SOURCE
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../../lib/capabilities.h"
#include "daemon.h"

static int become(const char *user)
{
	const struct passwd *entry = getpwnam(user);

	if (!entry)
		return -ENOENT;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || initgroups(user, entry->pw_gid) || setgid(entry->pw_gid) ||
	    setuid(entry->pw_uid))
		return -errno;
	return 0;
}

/**
 * klips_privileges_drop() - keep CAP_NET_ADMIN and CAP_NET_RAW alone
 * @user: whom to become; NULL: nobody else
 *
 * To be called before there are threads.
 *
 * Return: 0; -ENOENT: there is no such user; or another negative errno.
 */
int klips_privileges_drop(const char *user)
{
	static const cap_value_t kept[] = { CAP_NET_ADMIN, CAP_NET_RAW };
	int err = user ? become(user) : 0;

	if (!err)
		err = capabilities_keep(kept, ARRAY_SIZE(kept));
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = -errno;
	return err;
}

/* AddressSanitizer looks for leaks at the end in ways that a filter would not let it. */
#ifdef __SANITIZE_ADDRESS__
int klips_filter_start(void)
{
	return 0;
}
#else
static const int allowed[] = {
	/* packets */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_create1),
	/* control, rtnetlink, TUN devices, syslog */
	SCMP_SYS(accept4),
	SCMP_SYS(getsockopt),
	SCMP_SYS(getsockname),
	SCMP_SYS(geteuid),
	SCMP_SYS(socket),
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(openat),
	SCMP_SYS(ioctl),
	SCMP_SYS(close),
	SCMP_SYS(fcntl),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(lseek),
	/* memory, threads, time */
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(membarrier),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(tgkill),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom),
	SCMP_SYS(prctl),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/**
 * klips_filter_start() - have the kernel refuse (EPERM) all system calls that klipsd does not need
 *
 * To be called before there are threads: they inherit it.
 *
 * Return: 0 or a negative errno; -EINVAL: this kernel has no such filters.
 */
int klips_filter_start(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	unsigned int i;
	int err = 0;

	if (!filter)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(allowed) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
#endif
