/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 1000
#define WIDTH 30 /* cells of a bar without its brackets */
#define WORDS 25 /* cells for " 123456 of 123456 files" */
#define CLEAR_LINE "\r\033[K"

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void scd_progress_start(struct scd_progress *progress, bool wanted, size_t total)
{
	*progress = (struct scd_progress){ .wanted = wanted, .total = total };
	if (wanted)
		progress->started_ms = now_ms();
}

/* How long the bar may be: one that goes on in a second line cannot be taken away again. */
static int bar_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH;
	if (size.ws_col <= WORDS + 2)
		return 0;
	return size.ws_col - WORDS - 2 < WIDTH ? size.ws_col - WORDS - 2 : WIDTH;
}

void scd_progress_show(struct scd_progress *progress)
{
	static const char full[] = "##############################";
	static const char empty[] = "..............................";
	int filled, width;

	if (!progress->wanted || now_ms() - progress->started_ms < PATIENCE_MS)
		return;
	width = bar_width();
	filled = progress->total ? (int)((size_t)width * progress->done / progress->total) : width;
	(void)fputs(CLEAR_LINE, stderr);
	if (width > 0)
		(void)fprintf(stderr, "[%.*s%.*s] ", filled, full, width - filled, empty);
	(void)fprintf(stderr, "%zu of %zu files", progress->done, progress->total);
	(void)fflush(stderr);
	progress->drawn = true;
}

void scd_progress_end(struct scd_progress *progress)
{
	if (progress->drawn)
		(void)fputs(CLEAR_LINE, stderr);
	progress->drawn = false;
}
