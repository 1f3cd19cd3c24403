# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'IKE_SA .* established between.*' /var/log/charon.log
