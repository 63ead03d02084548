/* SPDX-License-Identifier: MIT */
/* Loading a configuration with the n-th allocation failing, for every n: told as such, and
 * nothing leaks. The allocator of the whole program is replaced, libyaml's use included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "tmpdir.h"

#ifdef __SANITIZE_ADDRESS__

/* It has an allocator of its own. */
static void every_failed_allocation_is_told(void **state)
{
	(void)state;
	skip();
}

#else

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void __libc_free(void *ptr);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* Exported, or libc and libyaml would not call them. */
#define EXPORTED __attribute__((__visibility__("default")))

static struct {
	bool on;
	long fail_at; /* the allocation that fails; 0: none */
	long count;   /* allocations since the start */
	long live;    /* blocks */
} heap;

static bool fails(void)
{
	return heap.on && ++heap.count == heap.fail_at;
}

static void *counted(void *ptr)
{
	if (heap.on && ptr)
		heap.live++;
	return ptr;
}

EXPORTED void *malloc(size_t size)
{
	return fails() ? NULL : counted(__libc_malloc(size));
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
EXPORTED void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : counted(__libc_calloc(count, size));
}

EXPORTED void *realloc(void *ptr, size_t size)
{
	void *bigger = fails() ? NULL : __libc_realloc(ptr, size);

	return ptr ? bigger : counted(bigger);
}

EXPORTED void free(void *ptr)
{
	if (heap.on && ptr)
		heap.live--;
	__libc_free(ptr);
}

static char file[] = "apiVersion: seccompd.dev/v1alpha1\n"
		     "kind: SeccompdConfiguration\n"
		     "source: /src\n"
		     "arch: [x86_64, x86]\n"
		     "disable:\n- SCP031\n- \"unknown-key\"\n"
		     "v: 3\n";

static void every_failed_allocation_is_told(void **state)
{
	char flag[64], source[] = "--source=/flag", disable[] = "--disable=SCP033,SCP062";
	char program[] = "seccompd", env_arch[] = "SECCOMPD_ARCH=arm";
	char *argv[] = { program, flag, source, disable, NULL };
	char *env[] = { env_arch, NULL };
	const int fd = openat(*(int *)*state, "c.yaml", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	long n = 0;

	assert_int_equal(write(fd, file, strlen(file)), (ssize_t)strlen(file));
	assert_int_equal(close(fd), 0);
	(void)snprintf(flag, sizeof(flag), "--config=%s/c.yaml", tmpdir.path);
	do {
		struct scd_config config = { 0 };
		const char *unknown = "untouched";
		struct scd_error err = { 0 };
		int result;

		memset(&heap, 0, sizeof(heap));
		heap.fail_at = ++n;
		heap.on = true;
		result = scd_config_load(4, argv, env, &config, &unknown, &err);
		scd_config_done(&config);
		heap.on = false;

		assert_int_equal(heap.live, 0);
		if (result < 0) {
			assert_int_equal(err.code, SCD_E_NOMEM);
			assert_string_equal(unknown, "untouched");
		}
	} while (heap.count >= n);
	assert_in_range(n, 100, 100000); /* it was a real load */
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_failed_allocation_is_told, tmpdir_setup,
						tmpdir_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
