# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: runs scripted IPsec scenarios on hosts and compares what they print and send."""
