# SPDX-License-Identifier: GPL-2.0-or-later
began=$(date +%s)
swanctl --initiate --child net
echo "after $((($(date +%s) - began) / 10))0 seconds"
swanctl --list-sas
ip xfrm state
