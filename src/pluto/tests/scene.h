/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world that a program's tests play in, each in a new one. */
#ifndef PLUTO_TESTS_SCENE_H
#define PLUTO_TESTS_SCENE_H

#include "world.h"

extern struct world world;

/* For cmocka, before and after each test; a test that needs more of its world calls them in its own. 0 */
int scene_make(void **state);
int scene_free(void **state);
/* West initiates, and both have a Child SA. */
void scene_up(void);
/* A side's only IKE SA that is established; there must be one. */
struct ike_sa *side_established(struct side *side);

#endif
