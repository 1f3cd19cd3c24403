# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --status | grep -o 'authenticated by [^;]*' | sort
