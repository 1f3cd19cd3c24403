# SPDX-License-Identifier: GPL-2.0-or-later
# What KLIPS and the kernel's own IPsec count in different ways: of what comes in, KLIPS counts the octets of the outer packet,
# the kernel those of the inner one. That there were some, or none, stays.
s/\b(inBytes)=[1-9][0-9]*/\1=BYTES/g
