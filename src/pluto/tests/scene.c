// SPDX-License-Identifier: GPL-2.0-or-later
#include "../../klips/tests/test.h"

#include "scene.h"

struct world world;

int scene_make(void **state)
{
	(void)state;
	world_make(&world);
	return 0;
}

int scene_free(void **state)
{
	(void)state;
	world_free(&world);
	return 0;
}

void scene_up(void)
{
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_non_null(side_child(&world.west));
	assert_non_null(side_child(&world.east));
}

struct ike_sa *side_established(struct side *side)
{
	struct ike_sa *sa = side_sa(side, IKE_SA_ESTABLISHED);

	assert_non_null(sa);
	return sa;
}
