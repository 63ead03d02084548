/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"

#define TICK_MS 100
#define BLIND_MS 10 /* between two looks at a child that no descriptor tells of */

struct scd_pool_slot {
	struct scd_jail jail; /* .pid 0: free */
	int fd;		      /* readable when the child has ended; -1: the kernel has none */
	uint64_t deadline_ms;
	bool timed_out;
	void *job;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

size_t scd_pool_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (size_t)CPU_COUNT(&set);
}

int scd_pool_init(struct scd_pool *pool, size_t jobs, struct scd_error *err)
{
	pool->size = jobs < SCD_POOL_JOBS_MAX ? jobs : SCD_POOL_JOBS_MAX;
	pool->busy = 0;
	pool->slots = calloc(pool->size, sizeof(*pool->slots));
	return pool->slots ? 0 : scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

static void finish(struct scd_pool *pool, struct scd_pool_slot *slot, int status)
{
	struct scd_report report = { 0 };
	struct scd_error err = { .code = SCD_OK };
	enum scd_jail_result result;
	bool degraded = false;

	if (scd_jail_finish(&slot->jail, status, slot->timed_out, &report, &result, &degraded,
			    &err) == 0)
		err.code = SCD_OK;
	if (slot->fd >= 0)
		(void)close(slot->fd);
	pool->busy--;
	pool->done(pool->context, slot->job, &report, degraded, &err);
}

/* Ends what has had its time, and takes what has ended. */
static void look(struct scd_pool *pool)
{
	const uint64_t now = now_ms();

	for (size_t i = 0; i < pool->size; i++) {
		struct scd_pool_slot *slot = &pool->slots[i];
		int status = 0;
		pid_t pid;

		if (!slot->jail.pid)
			continue;
		if (now >= slot->deadline_ms && !slot->timed_out)
			slot->timed_out = kill(slot->jail.pid, SIGKILL) == 0;
		pid = waitpid(slot->jail.pid, &status, WNOHANG);
		if (pid == slot->jail.pid || (pid < 0 && errno != EINTR))
			finish(pool, slot, status);
	}
}

static void wait_a_while(struct scd_pool *pool)
{
	struct pollfd ends[SCD_POOL_JOBS_MAX];
	int timeout = TICK_MS;
	nfds_t count = 0;

	for (size_t i = 0; i < pool->size; i++) {
		if (!pool->slots[i].jail.pid)
			continue;
		if (pool->slots[i].fd < 0)
			timeout = BLIND_MS;
		else
			ends[count++] =
				(struct pollfd){ .fd = pool->slots[i].fd, .events = POLLIN };
	}
	(void)poll(ends, count, timeout);
	look(pool);
	if (pool->tick)
		pool->tick(pool->tick_context);
}

int scd_pool_add(struct scd_pool *pool, const char *json, size_t len,
		 const struct scd_check_opts *opts, void *job, struct scd_error *err)
{
	struct scd_pool_slot *slot = pool->slots;

	while (pool->busy == pool->size)
		wait_a_while(pool);
	while (slot->jail.pid)
		slot++;
	if (scd_jail_start(json, len, opts, &slot->jail, err) < 0)
		return -1;
	slot->fd = (int)syscall(__NR_pidfd_open, slot->jail.pid, 0U);
	slot->deadline_ms = now_ms() + (uint64_t)SCD_CHECK_WALL_SECONDS * 1000;
	slot->timed_out = false;
	slot->job = job;
	pool->busy++;
	return 0;
}

void scd_pool_drain(struct scd_pool *pool)
{
	while (pool->busy > 0)
		wait_a_while(pool);
}

void scd_pool_done(struct scd_pool *pool)
{
	free(pool->slots);
	*pool = (struct scd_pool){ 0 };
}
