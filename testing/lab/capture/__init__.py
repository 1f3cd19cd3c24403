# SPDX-License-Identifier: GPL-2.0-or-later
"""What went over a wire: pcap files written and read, packets turned into one line of text each."""
