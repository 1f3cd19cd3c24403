# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state | grep -E -o '(enc|aead|auth-trunc) [^ ]*' | sort | uniq -c
awk '$2' /proc/net/xfrm_stat
