/* SPDX-License-Identifier: MIT */
/* Which verdicts are kept, which are reached again, and which deaths count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>

#include "checker.h"
#include "digest.h"
#include "pin.h"

/* How long a loop waits for what has to come, however slow the machine is. */
#define PATIENCE_SECONDS 120

/* What becomes of a check that is forked from now on: 0 it goes on, a signal kills it, ENDLESS it
 * comes to no end. */
#define ENDLESS (-1)
static volatile int fate;

/* In place of libseccomp's, for our objects: the checks inherit their fate. */
scmp_filter_ctx seccomp_init(uint32_t action)
{
	scmp_filter_ctx (*real)(uint32_t);

	*(void **)&real = dlsym(RTLD_NEXT, "seccomp_init");
	while (fate == ENDLESS)
		;
	if (fate)
		(void)raise(fate);
	return real(action);
}

static struct event_base *base;
static struct scd_children *children;
static struct scd_checker *checker;
static const struct scd_check_opts plain = { .runtimes = SCD_CONTAINERD };

/* What was heard of the checks that ended. */
static unsigned heard[SCD_JAIL_RESULT_COUNT], failures;
static struct scd_error last;

static void on_verdict(enum scd_jail_result result, const struct scd_error *err, void *arg)
{
	assert_ptr_equal(arg, &base);
	last = *err;
	if (err->code == SCD_OK)
		heard[result]++;
	else
		failures++;
}

static int setup(void **state)
{
	struct scd_error err;

	(void)state;
	fate = 0;
	failures = 0;
	memset(heard, 0, sizeof(heard));
	base = event_base_new();
	return base && scd_children_new(base, &children, &err) == 0
		       ? scd_checker_new(children, &plain, on_verdict, &base, &checker, &err)
		       : -1;
}

static int teardown(void **state)
{
	(void)state;
	scd_children_free(&children);
	scd_checker_free(&checker);
	event_base_free(base);
	return 0;
}

/* Profiles that differ in a number. */
struct text {
	char text[128], sha256[SCD_SHA256_HEX];
	size_t len;
};

static struct text profile(int number)
{
	struct text made;
	int len =
		snprintf(made.text, sizeof(made.text),
			 "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"bpf\"],"
			 "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":%d}]}",
			 number);

	made.len = (size_t)len;
	scd_sha256_hex(made.text, made.len, made.sha256);
	return made;
}

static bool is_wanted(const char *sha256, void *arg)
{
	(void)sha256;
	(void)arg;
	return true;
}

/* As a sync does, whose snapshot has these texts: whether there is something to wait for. */
static bool sync_with(const struct text *texts, size_t count)
{
	struct scd_error err;

	scd_checker_forget(checker, is_wanted, NULL);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(scd_checker_want(checker, texts[i].sha256, texts[i].text,
						  texts[i].len, &err),
				 0);
	scd_checker_run(checker);
	return !scd_checker_idle(checker);
}

/* Turns the loop until there is a verdict on @text, or nothing runs when it is NULL. */
static void wait_for(const struct text *text)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	assert_int_equal(event_base_loopexit(base, &patience), 0);
	while (text ? !scd_checker_verdict(checker, text->sha256) : !scd_checker_idle(checker)) {
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_false(event_base_got_exit(base));
	}
}

static void judge(const struct text *text)
{
	assert_true(sync_with(text, 1));
	wait_for(NULL);
}

static bool is_accepted(const struct text *text)
{
	const struct scd_report *report = scd_checker_verdict(checker, text->sha256);

	return report && scd_report_accepts(report);
}

static bool is_too_expensive(const struct text *text)
{
	const struct scd_report *report = scd_checker_verdict(checker, text->sha256);

	return report && report->by_severity[SCD_ERROR] == 1 &&
	       report->items[0].rule->number == SCD_COMPILE_TOO_EXPENSIVE;
}

static void a_verdict_is_kept_while_the_options_are_the_same(void **state)
{
	const struct scd_check_opts same = { .runtimes = SCD_CONTAINERD,
					     .oci_runtimes = SCD_OCI_RUNTIME_ANY };
	struct scd_check_opts others = plain;
	const struct text a = profile(1);

	(void)state;
	judge(&a);
	assert_true(is_accepted(&a));
	assert_false(scd_checker_set_opts(checker, &same));
	assert_true(is_accepted(&a));
	for (int i = 0; i < 4; i++)
		assert_false(sync_with(&a, 1));
	assert_int_equal(heard[SCD_JAIL_ACCEPTED], 1);

	others.strict = true;
	assert_true(scd_checker_set_opts(checker, &others));
	assert_null(scd_checker_verdict(checker, a.sha256));
	judge(&a);
	assert_int_equal(heard[SCD_JAIL_ACCEPTED] + heard[SCD_JAIL_REJECTED], 2);
}

static void what_runs_under_options_that_change_is_nobodys_verdict(void **state)
{
	struct scd_check_opts others = plain;
	const struct text a = profile(1), b = profile(2);

	(void)state;
	fate = SIGXCPU;
	assert_true(sync_with(&a, 1));
	others.oci_runtimes = SCD_RUNC;
	assert_true(scd_checker_set_opts(checker, &others));
	fate = 0;
	assert_true(sync_with(&b, 1));
	wait_for(NULL);
	assert_null(scd_checker_verdict(checker, a.sha256));
	assert_true(is_accepted(&b));
	assert_int_equal(heard[SCD_JAIL_TIMEOUT], 0);
}

static void a_first_crash_is_no_verdict_and_a_second_is(void **state)
{
	const struct text a = profile(1), b = profile(2);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		fate = SIGSEGV;
		judge(&a);
		assert_int_equal(heard[SCD_JAIL_CRASH], i);
		assert_int_equal(failures, 1);
		assert_true(is_too_expensive(&a) == (i == 1));
	}
	/* It has crashed often enough: it is not tried for ever. */
	for (int i = 0; i < 4; i++)
		assert_false(sync_with(&a, 1));

	judge(&b);
	assert_null(scd_checker_verdict(checker, b.sha256));
	assert_int_equal(last.code, SCD_E_SYSTEM);
	fate = 0;
	judge(&b);
	assert_true(is_accepted(&b));
	assert_int_equal(failures, 2);
}

static void a_time_out_counts_at_once_and_is_looked_at_once_more(void **state)
{
	const struct text a = profile(1), b = profile(2);

	(void)state;
	fate = SIGXCPU;
	judge(&a);
	assert_true(is_too_expensive(&a));
	assert_int_equal(failures, 0);
	/* The next sync takes the verdict, the one after has it looked at; it counts meanwhile. */
	assert_false(sync_with(&a, 1));
	assert_true(sync_with(&a, 1));
	assert_true(is_too_expensive(&a));
	wait_for(NULL);
	assert_int_equal(heard[SCD_JAIL_TIMEOUT], 2);
	for (int i = 0; i < 4; i++)
		assert_false(sync_with(&a, 1));

	judge(&b);
	assert_true(is_too_expensive(&b));
	fate = 0;
	assert_false(sync_with(&b, 1));
	assert_true(sync_with(&b, 1));
	wait_for(NULL);
	assert_true(is_accepted(&b));
}

/* As the kernel does where memory is short. */
static void who_is_killed_by_others_has_no_verdict_however_often(void **state)
{
	const struct text a = profile(1);

	(void)state;
	fate = SIGKILL;
	for (int i = 0; i < 4; i++) {
		judge(&a);
		assert_null(scd_checker_verdict(checker, a.sha256));
		assert_int_equal(last.code, SCD_E_NOMEM);
	}
	fate = 0;
	judge(&a);
	assert_true(is_accepted(&a));
}

static void the_same_options_once_more_are_a_reason_to_doubt_deaths(void **state)
{
	const struct text texts[] = { profile(1), profile(2) };

	(void)state;
	judge(&texts[0]);
	fate = SIGSEGV;
	judge(&texts[1]);
	judge(&texts[1]);
	assert_true(is_too_expensive(&texts[1]));
	fate = 0;
	assert_false(scd_checker_set_opts(checker, &plain));
	assert_true(sync_with(texts, 2));
	assert_true(is_too_expensive(&texts[1]));
	wait_for(NULL);
	assert_true(is_accepted(&texts[1]));
	assert_int_equal(heard[SCD_JAIL_ACCEPTED], 2);
}

/* Verdicts that are reached again take one place, and who has none takes the other. */
static void nobody_waits_for_what_is_judged_again(void **state)
{
	const struct text slow[] = { profile(1), profile(2) }, fresh = profile(300);

	(void)state;
	fate = SIGXCPU;
	assert_true(sync_with(slow, 2));
	wait_for(NULL);
	assert_false(sync_with(slow, 2));
	fate = ENDLESS;
	assert_true(sync_with(slow, 2));
	assert_true(scd_checker_has_queue(checker)); /* one of them waits for the other */
	fate = 0;
	assert_true(sync_with(&fresh, 1));
	wait_for(&fresh);
	assert_true(is_accepted(&fresh));
	assert_true(scd_checker_has_queue(checker));
	scd_checker_clear_queue(checker);
	assert_true(is_too_expensive(&slow[0]) && is_too_expensive(&slow[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_CHECKER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
		WITH_CHECKER(a_verdict_is_kept_while_the_options_are_the_same),
		WITH_CHECKER(what_runs_under_options_that_change_is_nobodys_verdict),
		WITH_CHECKER(a_first_crash_is_no_verdict_and_a_second_is),
		WITH_CHECKER(a_time_out_counts_at_once_and_is_looked_at_once_more),
		WITH_CHECKER(who_is_killed_by_others_has_no_verdict_however_often),
		WITH_CHECKER(the_same_options_once_more_are_a_reason_to_doubt_deaths),
		WITH_CHECKER(nobody_waits_for_what_is_judged_again),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}
