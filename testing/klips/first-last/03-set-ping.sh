# SPDX-License-Identifier: GPL-2.0-or-later
ping -q -n -c 8 -i 0.1 -W 0.2 192.0.2.12
