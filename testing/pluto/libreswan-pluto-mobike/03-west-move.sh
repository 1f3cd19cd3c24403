# SPDX-License-Identifier: GPL-2.0-or-later
# the old address and its routes go and the new ones come in one step
ip -batch /etc/move
