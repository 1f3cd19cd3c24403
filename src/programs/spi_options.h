/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of ipsec spi. */
#ifndef PROGRAMS_SPI_OPTIONS_H
#define PROGRAMS_SPI_OPTIONS_H

#include "said_option.h"

enum spi_action {
	SPI_LIST,
	SPI_ADD,
	SPI_UPDATE,
	SPI_DELETE,
	SPI_GET,
	SPI_CLEAR,
};

/**
 * struct spi_order - what is to be done
 * @config: the SA; whoever has the order wipes it
 * @kind: the option that says what sort of SA it is, such as --esp; NULL: none
 * @key_bytes: of the encryption key, as its algorithm's name has it; 0: any
 * @device: of --outif
 * @way: of --dir; 0: as the SA's address is this host's or not
 * @sport: of the policy, in host byte order; likewise @dport
 * @update: whether --update is given
 * @windowed: whether --replay_window is given
 * @dump_ref: show the SAref that was given
 */
struct spi_order {
	enum spi_action action;
	unsigned int actions;
	struct said_option said;
	struct klips_sa_config config;
	const char *kind;
	unsigned int key_bytes;
	u8 kind_proto;
	u8 kind_version;
	const char *dst;
	const char *device;
	char way;
	u16 sport;
	u16 dport;
	bool update;
	bool windowed;
	bool dump_ref;
	bool json;
};

/* Of struct command_line; @order is a struct spi_order. */
extern const struct option spi_options[];
int spi_option_take(void *order, int option);
int spi_options_check(void *order);

#endif
