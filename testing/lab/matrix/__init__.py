# SPDX-License-Identifier: GPL-2.0-or-later
"""lab matrix: the same tests in many cells; which cells there are (cells), running them (play), and the table (table)."""
