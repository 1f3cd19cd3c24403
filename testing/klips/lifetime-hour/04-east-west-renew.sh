# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --key second --verb replace --spi '--life soft-addtime=3300,hard-addtime=3600' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
