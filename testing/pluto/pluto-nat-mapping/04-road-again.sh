# SPDX-License-Identifier: GPL-2.0-or-later
# what is sent has no answer
echo cygnet >/dev/udp/192.0.2.254/2000
