# SPDX-License-Identifier: GPL-2.0-or-later
# The manual of ipsec.conf has the parser's own tables of keywords.

CHECKS += 'keywords: $(MAKE) lint-keywords'

.PHONY: keywords lint-keywords

keywords: $(KLIPS)/plain/programs/ipsec ## put the tables of keywords into docs/man/ipsec.conf.5
	@$(PYTHON) src/lib/generate_conf_man.py $<

lint-keywords: $(KLIPS)/plain/programs/ipsec
	@$(PYTHON) src/lib/generate_conf_man.py --check $<
