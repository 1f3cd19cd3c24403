# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-sas
ip xfrm policy | sed -n '/^src 192.0/,+3p'
