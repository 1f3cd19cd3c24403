# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels of guests: which there are (catalog), and how they are made (build). Never installed on the machine."""
