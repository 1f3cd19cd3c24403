# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips --offload
cat /proc/net/ipsec/ocf
ipsec klips --offload nobody
ipsec klips --offload cryptd
ipsec klips --offload
cat /proc/net/ipsec/ocf
