# SPDX-License-Identifier: GPL-2.0-or-later
# what charon does after it tells that the SA is up may be told or not
swanctl --initiate --child net | grep 'IKE\|initiate'
