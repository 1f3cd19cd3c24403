# SPDX-License-Identifier: GPL-2.0-or-later
# Cygnet as it is installed: on a machine, or into build/stage, the tree that tests lay over their hosts (testing/lab/stack.py).

PREFIX ?= /usr/local
# The build that is installed: plain, asan or tsan. Tests take another one's tree with CYGNET_STAGE=build/stage-asan.
VARIANT ?= plain
STAGE := build/stage$(if $(filter-out plain,$(VARIANT)),-$(VARIANT))
STAGE_PROGRAMS := $(KLIPS_PROGRAMS:%=$(KLIPS)/$(VARIANT)/%)

.PHONY: build install stage

build: deps-klips ## build Cygnet, and the tree of it that tests use (VARIANT=asan: with sanitizers)
	@$(MAKE) -s -j$(KLIPS_JOBS) stage

# Last of all the stamp: a tree without one was not finished.
stage: $(STAGE_PROGRAMS)
	@rm -f $(STAGE).stamp
	@$(MAKE) -s install DESTDIR=$(STAGE) VARIANT=$(VARIANT)
	@touch $(STAGE).stamp

install: $(STAGE_PROGRAMS) ## install Cygnet (DESTDIR=/ PREFIX=/usr/local)
	install -C -D -t $(DESTDIR)$(PREFIX)/sbin $(STAGE_PROGRAMS)
	install -C -D -t $(DESTDIR)$(PREFIX)/libexec/ipsec $(PLUTO_SCRIPTS)
	install -d -m 755 $(DESTDIR)/etc/ipsec.d/policies
	$(if $(wildcard docs/man/*.8),install -C -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 $(wildcard docs/man/*.8))
	$(if $(wildcard docs/man/*.5),install -C -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 $(wildcard docs/man/*.5))
