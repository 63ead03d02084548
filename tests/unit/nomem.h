/* SPDX-License-Identifier: MIT */
/* Allocations that fail when a test says so. One program includes this once. */
#ifndef SCD_TEST_NOMEM_H
#define SCD_TEST_NOMEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

/* Allocations until the one that fails; below 0: none does. */
static long countdown = -1;
static bool failed;

static bool fails(void)
{
	if (countdown < 0 || countdown-- > 0)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

/* The names are those of the linker and of the C library. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
/* A sanitizer's functions must stay. */
#ifdef __SANITIZE_ADDRESS__
#define NOMEM_WRAPPED
#endif

#ifdef NOMEM_WRAPPED
/* The Makefile has the linker divert the calls of our objects, and cJSON has hooks. The
 * libraries are not disturbed. */
#define DEFINE(name) __wrap_##name
#define EXPORTED
#define REAL(name) __real_##name
#else
/* The program's definitions win over the C library's, for every library: they must be seen there,
 * whatever -fvisibility says. */
#define DEFINE(name) name
#define EXPORTED __attribute__((visibility("default")))
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t nmemb, size_t size);
void *REAL(realloc)(void *ptr, size_t size);
EXPORTED void *DEFINE(malloc)(size_t size);
EXPORTED void *DEFINE(calloc)(size_t nmemb, size_t size);
EXPORTED void *DEFINE(realloc)(void *ptr, size_t size);

void *DEFINE(malloc)(size_t size)
{
	return fails() ? NULL : REAL(malloc)(size);
}

void *DEFINE(calloc)(size_t nmemb, size_t size)
{
	return fails() ? NULL : REAL(calloc)(nmemb, size);
}

void *DEFINE(realloc)(void *ptr, size_t size)
{
	return fails() ? NULL : REAL(realloc)(ptr, size);
}

#ifdef NOMEM_WRAPPED
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strndup(const char *text, size_t max);
char *__real_strdup(const char *text);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strndup(const char *text, size_t max);
char *__wrap_strdup(const char *text);

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strndup(const char *text, size_t max)
{
	return fails() ? NULL : __real_strndup(text, max);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}
#endif
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* cJSON's allocations as well: set-up of a group of tests. */
static inline int hook_cjson(void **state)
{
	cJSON_Hooks hooks = { .malloc_fn = DEFINE(malloc), .free_fn = free };

	(void)state;
	cJSON_InitHooks(&hooks);
	return 0;
}

#endif
