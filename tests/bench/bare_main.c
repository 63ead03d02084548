/* SPDX-License-Identifier: MIT */
/* bare() as a program of its own, which links cJSON and libseccomp alone: `bare FILE`. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bare.h"

int main(int argc, char **argv)
{
	const int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return EXIT_FAILURE;
	text = malloc((size_t)st.st_size + 1);
	n = text ? read(fd, text, (size_t)st.st_size) : -1;
	if (n < 0)
		return EXIT_FAILURE;
	text[n] = '\0';
	bare(text);
	free(text);
	return EXIT_SUCCESS;
}
