# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests: kernels of their own in which a test runs just as it does on this machine.

A guest's root is the machine's, read only. Its first process (init) runs the test's unit of work there, with hosts in
the guest's namespaces, and leaves the results in the output folder, which is the only part of the machine it can
write. So tests cannot tell, and nothing has to be asked of a guest while it runs, which would disturb its virtual time.
"""
