/* SPDX-License-Identifier: MIT */
#include "cli.h"

int main(int argc, char **argv)
{
	return scd_cli_main(argc, argv);
}
