/* SPDX-License-Identifier: MIT */
/* cmocka group setup of every test that has libseccomp compile: as the programs do at start. */
#ifndef SCD_TEST_PIN_H
#define SCD_TEST_PIN_H

#include "check.h"

static int pin(void **state)
{
	(void)state;
	scd_check_init();
	return 0;
}

#endif
