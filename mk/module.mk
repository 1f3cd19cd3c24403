# SPDX-License-Identifier: GPL-2.0-or-later
# KLIPS as a kernel module: ipsec.ko.

# For which kernels: names of the lab's, or folders; KERNELSRC= is what others call the folder of a kernel's source or headers.
KERNEL ?= $(or $(KERNELSRC),/lib/modules/$(shell uname -r)/build)
# A header of settings, such as packaging/ocf/config-all.h; MODULE_DEFCONFIG is an old word for it.
MODULE_DEF_INCLUDE ?=
MODULE_DEFCONFIG ?=
# What DKMS calls it.
CYGNET_VERSION ?= 0
# For which `make check` builds it, with all warnings, and for which `make module-check-all`.
MODULE_KERNELS ?= 6.1 6.12
MODULE_KERNELS_ALL ?= 6.1 6.1-cloud 6.1-rt 6.12 6.12-cloud 6.12-rt uml-6.1 uml-6.12

MODULE_SETTINGS := $(if $(MODULE_DEF_INCLUDE),--include '$(MODULE_DEF_INCLUDE)') \
	$(if $(MODULE_DEFCONFIG),--defconfig '$(MODULE_DEFCONFIG)')

CHECKS += 'kernel module: $(MAKE) module-check'

.PHONY: module module_install module-check module-check-all dkms-source nattpatch

module: deps-klips ## build ipsec.ko (KERNELSRC=DIR, or KERNEL="6.12 uml-6.12" as 'lab kernels list' names them)
	@$(PYTHON) tools/module.py $(MODULE_SETTINGS) $(KERNEL)

module_install: ## install what 'make module' built, and run depmod (DESTDIR= INSTALL_MOD_PATH= KERNELSRC= KERNEL=)
	@$(PYTHON) tools/module.py --install '$(DESTDIR)$(INSTALL_MOD_PATH)' $(KERNEL)

module-check: deps-klips
	@$(PYTHON) tools/module.py --check $(MODULE_KERNELS)

module-check-all: deps-klips ## build ipsec.ko for all sorts of kernels: no warning with W=1, of sparse, of checkpatch; have DKMS build it
	@tools/checkpatch.py
	@$(PYTHON) tools/module.py --check --sparse $(MODULE_KERNELS_ALL)
	@tools/dkms_check.py $(MODULE_KERNELS)

dkms-source: ## put what DKMS builds ipsec.ko of into DESTDIR/usr/src (CYGNET_VERSION=1.0)
	@$(PYTHON) tools/module.py --source '$(DESTDIR)/usr/src/cygnet-klips-$(CYGNET_VERSION)' --release '$(CYGNET_VERSION)'

nattpatch: ## say why no patch is needed for NAT traversal
	@echo "no patch is needed: ESP in UDP reaches KLIPS by the kernel's own UDP_ENCAP socket option (udp(7))"
