/* SPDX-License-Identifier: MIT */
/* hold_inotify N: takes up to N inotify instances and keeps them until it is killed, so that
 * nobody else of this user gets one (fs.inotify.max_user_instances). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long wanted = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (wanted <= 0) {
		(void)fprintf(stderr, "usage: hold_inotify N\n");
		return 2;
	}
	while (wanted-- > 0)
		if (inotify_init1(IN_CLOEXEC) < 0)
			break; /* that was the last one, or the last descriptor */
	for (;;)
		(void)pause();
}
