/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <time.h>

#define PATIENCE_MS 1000
#define WIDTH 30
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

void scd_progress_show(struct scd_progress *progress)
{
	static const char full[] = "##############################";
	static const char empty[] = "..............................";
	int filled;

	if (!progress->wanted || now_ms() - progress->started_ms < PATIENCE_MS)
		return;
	filled = progress->total ? (int)(WIDTH * progress->done / progress->total) : WIDTH;
	(void)fprintf(stderr, CLEAR_LINE "[%.*s%.*s] %zu of %zu files", filled, full,
		      WIDTH - filled, empty, progress->done, progress->total);
	(void)fflush(stderr);
	progress->drawn = true;
}

void scd_progress_end(struct scd_progress *progress)
{
	if (progress->drawn)
		(void)fputs(CLEAR_LINE, stderr);
	progress->drawn = false;
}
