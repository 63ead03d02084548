/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "meaning.h"
#include "pin.h"

#define X86_64 SCMP_ARCH_X86_64

/* A profile of x86_64 with default ERRNO 1 and these rules. */
#define PROFILE(rules)                                                  \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"  \
	"\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[" rules \
	"{\"names\":[\"read\",\"clone3\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"
#define ARG(index, op, value, two) \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_" op "\",\"value\":" value ",\"valueTwo\":" two "}"
#define RULE(name, action, args) \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\",\"args\":[" args "]},"

/* One line a case: "when: ACTION". */
static void explains(const char *profile, const char *call, const struct scd_known *known,
		     const char *expected)
{
	auto_subject struct scd_subject subject = { 0 };
	auto_program struct scd_program program = { 0 };
	auto_explained struct scd_explained explained = { 0 };
	auto_buf struct scd_buf text = scd_buf_init(65536);
	const struct scd_loader runc = { SCD_RUNC, SCD_STUB_NATIVE, "runc" };
	const struct scd_call asked = { X86_64, call, scd_call_number(X86_64, call) };
	struct scd_error err;

	assert_int_equal(scd_subject_read(profile, strlen(profile), &subject, &err), 0);
	assert_true(subject.usable);
	assert_int_equal(scd_program_make(&subject, &runc, X86_64, &program, &err), 0);
	assert_int_equal(scd_explain(&program, &asked, known, &explained, &err), 0);
	for (size_t i = 0; i < explained.count; i++) {
		char brief[SCD_ACTION_BRIEF_SIZE];

		scd_buf_printf(&text, "%s: %s\n",
			       explained.items[i].when ? explained.items[i].when : "-",
			       scd_action_brief(explained.items[i].decision.action, brief));
	}
	assert_string_equal(scd_buf_text(&text), expected);
}

static const struct scd_known nothing;

static void one_case_needs_no_words(void **state)
{
	(void)state;
	explains(PROFILE(""), "read", &nothing, "-: ALLOW\n");
	explains(PROFILE(""), "write", &nothing, "-: ERRNO(EPERM)\n");
	explains(PROFILE(RULE("socket", "ALLOW", ARG(0, "GE", "0", "0"))), "socket", &nothing,
		 "-: ALLOW\n");
}

static void each_operator_has_its_words(void **state)
{
	static const struct {
		const char *arg, *words;
	} rows[] = {
		{ ARG(0, "EQ", "2", "0"), "domain is AF_INET" },
		{ ARG(0, "NE", "2", "0"), "domain is not AF_INET" },
		{ ARG(1, "LT", "5", "0"), "type < 5" },
		{ ARG(1, "LE", "4", "0"), "type < 5" },
		{ ARG(1, "GT", "4", "0"), "type >= 5" },
		{ ARG(1, "GE", "5", "0"), "type >= 5" },
		{ ARG(1, "LE", "18446744073709551614", "0"), "type < 0xffffffffffffffff" },
		{ ARG(1, "MASKED_EQ", "2048", "2048"), "type has SOCK_NONBLOCK" },
		{ ARG(1, "MASKED_EQ", "2048", "0"), "type has no SOCK_NONBLOCK" },
		{ ARG(1, "MASKED_EQ", "15", "1"), "type & SOCK_TYPE_MASK is SOCK_STREAM" },
		{ ARG(1, "MASKED_EQ", "526336", "526336"),
		  "type has all of SOCK_NONBLOCK|SOCK_CLOEXEC" },
		{ ARG(1, "MASKED_EQ", "526336", "0"),
		  "type has none of SOCK_NONBLOCK|SOCK_CLOEXEC" },
		{ ARG(0, "MASKED_EQ", "4294967295", "40"), "domain (as 32 bits) is AF_VSOCK" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char profile[1024], expected[256];

		(void)snprintf(profile, sizeof(profile),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":"
			       "[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":[\"socket\"],"
			       "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[%s]}]}",
			       rows[i].arg);
		(void)snprintf(expected, sizeof(expected), "%s: ALLOW\n-: ERRNO(EPERM)\n",
			       rows[i].words);
		explains(profile, "socket", &nothing, expected);
	}
}

static void what_is_known_of_arguments_narrows_the_cases(void **state)
{
	static const char profile[] = PROFILE(
		RULE("socket", "ALLOW", ARG(0, "EQ", "16", "0") "," ARG(2, "EQ", "0", "0")));
	const struct scd_known netlink = { .mask = 1, .args = { 16 } };
	const struct scd_known inet = { .mask = 1, .args = { 2 } };

	(void)state;
	explains(profile, "socket", &nothing,
		 "domain is AF_NETLINK and protocol is IPPROTO_IP: ALLOW\n-: ERRNO(EPERM)\n");
	explains(profile, "socket", &netlink, "protocol is IPPROTO_IP: ALLOW\n-: ERRNO(EPERM)\n");
	explains(profile, "socket", &inet, "-: ERRNO(EPERM)\n");
}

/* Two masks of two rules: a call that meets both is a case of its own. */
static void masks_are_tried_in_every_combination(void **state)
{
	static const char profile[] =
		PROFILE(RULE("unshare", "ALLOW", ARG(0, "MASKED_EQ", "1024", "1024"))
				RULE("unshare", "KILL_PROCESS", ARG(0, "MASKED_EQ", "512", "512")));

	(void)state;
	explains(profile, "unshare", &(struct scd_known){ .mask = 1, .args = { 512 } },
		 "-: KILL_PROCESS\n");
	explains(profile, "unshare", &(struct scd_known){ .mask = 1, .args = { 1024 } },
		 "-: ALLOW\n");
	explains(profile, "unshare", &(struct scd_known){ .mask = 1 }, "-: ERRNO(EPERM)\n");
}

/* A small generator, so that a failure is the same everywhere. */
static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* A random profile of conditions on calls that 32-bit programs make through socketcall(2). */
static void random_sockets(uint32_t *state, char *out, size_t size)
{
	static const char *const names[] = { "socket", "bind", "send", "socketcall" };
	static const char *const operators[] = { "NE", "LT", "EQ", "MASKED_EQ" };
	size_t n = (size_t)snprintf(out, size,
				    "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":"
				    "[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":[");

	for (unsigned r = 0; r < 3; r++)
		n += (size_t)snprintf(out + n, size - n,
				      "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ERRNO\","
				      "\"errnoRet\":%u,\"args\":[{\"index\":%u,\"value\":%u,"
				      "\"op\":\"SCMP_CMP_%s\"}]}",
				      r ? "," : "", names[next(state) % 4], r + 1, next(state) % 3,
				      1 + next(state) % 4, operators[next(state) % 4]);
	(void)snprintf(out + n, size - n, "]}");
}

static bool has_case(const struct scd_explained *explained, uint32_t action)
{
	for (size_t i = 0; i < explained->count; i++)
		if (explained->items[i].decision.action == action)
			return true;
	return false;
}

/* Whatever random arguments of the call end in is among its cases. */
static void probe(const struct scd_program *program, const struct scd_call *call, uint32_t *state,
		  const char *profile)
{
	auto_explained struct scd_explained explained = { 0 };
	struct scd_error err;

	assert_int_equal(scd_explain(program, call, &nothing, &explained, &err), 0);
	for (int i = 0; i < 300; i++) {
		const uint64_t args[6] = { next(state) % 12, next(state) % 6, next(state) % 6 };

		if (!has_case(&explained,
			      scd_effect_run(&program->filter, call->arch, call->nr, args)))
			fail_msg("socketcall(%ju, %ju, %ju) of %s", (uintmax_t)args[0],
				 (uintmax_t)args[1], (uintmax_t)args[2], profile);
	}
}

static void no_case_of_socketcall_is_missed(void **unused)
{
	const int nr = scd_call_number(SCMP_ARCH_X86, "socketcall");
	const struct scd_call asked = { SCMP_ARCH_X86, "socketcall", nr };
	const struct scd_loader crun = { SCD_CRUN, SCD_STUB_LISTED, "crun" };
	uint32_t state = 1;

	(void)unused;
	for (int i = 0; i < 60; i++) {
		auto_subject struct scd_subject subject = { 0 };
		auto_program struct scd_program program = { 0 };
		char profile[2048];
		struct scd_error err;

		random_sockets(&state, profile, sizeof(profile));
		assert_int_equal(scd_subject_read(profile, strlen(profile), &subject, &err), 0);
		if (scd_program_make(&subject, &crun, X86_64, &program, &err) < 0)
			continue; /* two rules that libseccomp does not take together */
		probe(&program, &asked, &state, profile);
	}
}

static void points_reach_beyond_32_bits_and_stay_below_the_limit(void **state)
{
	static const char profile[] = PROFILE(RULE(
		"mmap", "ALLOW",
		ARG(0, "EQ", "1", "0") "," ARG(1, "EQ", "2", "0") "," ARG(
			2, "EQ", "3", "0") "," ARG(3, "EQ", "4",
						   "0") "," ARG(4, "EQ", "5",
								"0") "," ARG(5, "EQ", "6", "0")));
	auto_subject struct scd_subject subject = { 0 };
	auto_points struct scd_points points = { 0 };
	struct scd_known known = { .bits = UINT64_MAX };
	const struct scd_reading_call *call;
	struct scd_error err;
	bool wide = false;

	(void)state;
	assert_int_equal(scd_subject_read(profile, strlen(profile), &subject, &err), 0);
	call = scd_subject_call(&subject, "mmap");
	assert_int_equal(scd_points_make(&call, 1, &known, &points, &err), 0);
	assert_false(points.all); /* 6 values in each of 6 arguments */
	assert_true(points.count > 30 && points.count <= SCD_POINTS_MAX);
	for (size_t p = 0; p < points.count; p++)
		wide |= points.items[p][0] == (UINT64_C(1) << 32 | 1);
	assert_true(wide);
	explains(profile, "mmap", &nothing,
		 "addr is 1 and length is 2 and prot is PROT_READ|PROT_WRITE and flags is 4 and "
		 "fd is 5 and offset is 6: ALLOW\n-: ERRNO(EPERM)\n");
}

static void actions_are_read_and_shown(void **state)
{
	static const struct {
		const char *text;
		uint32_t action;
		bool any;
		const char *brief;
	} rows[] = {
		{ "ALLOW", SCMP_ACT_ALLOW, false, "ALLOW" },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG, false, "LOG" },
		{ "KILL", SCMP_ACT_KILL, false, "KILL_THREAD" },
		{ "KILL_PROCESS", SCMP_ACT_KILL_PROCESS, false, "KILL_PROCESS" },
		{ "ERRNO", SCMP_ACT_ERRNO(0), true, "ERRNO(0)" },
		{ "ERRNO(EPERM)", SCMP_ACT_ERRNO(1), false, "ERRNO(EPERM)" },
		{ "ERRNO(38)", SCMP_ACT_ERRNO(38), false, "ERRNO(ENOSYS)" },
		{ "EACCES", SCMP_ACT_ERRNO(13), false, "ERRNO(EACCES)" },
		{ "TRACE(7)", SCMP_ACT_TRACE(7), false, "TRACE(7)" },
	};
	static const char *const wrong[] = { "",	 "ALLOWED", "ALLOW(1)",	    "ERRNO()",
					     "ERRNO(X)", "ERRNO(1", "ERRNO(65536)", "allow" };
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char brief[SCD_ACTION_BRIEF_SIZE];
		uint32_t action;
		bool any;

		assert_int_equal(scd_action_read(rows[i].text, &action, &any, &err), 0);
		assert_int_equal(action, rows[i].action);
		assert_int_equal(any, rows[i].any);
		assert_string_equal(scd_action_brief(action, brief), rows[i].brief);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint32_t action;
		bool any;

		assert_int_equal(scd_action_read(wrong[i], &action, &any, &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
	}
}

static void every_action_has_words(void **state)
{
	static const struct {
		uint32_t action;
		const char *words;
	} rows[] = {
		{ SCMP_ACT_ERRNO(1), "the call fails with EPERM (Operation not permitted)" },
		{ SCMP_ACT_ERRNO(0), "the call does nothing and reports success" },
		{ SCMP_ACT_ERRNO(4000), "the call fails with error number 4000" },
		{ SCMP_ACT_ALLOW, "the call happens" },
		{ SCMP_ACT_KILL_PROCESS, "the whole process dies of SIGSYS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_buf struct scd_buf out = scd_buf_init(256);

		scd_action_add_meaning(&out, rows[i].action);
		assert_string_equal(scd_buf_text(&out), rows[i].words);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_case_needs_no_words),
		cmocka_unit_test(each_operator_has_its_words),
		cmocka_unit_test(what_is_known_of_arguments_narrows_the_cases),
		cmocka_unit_test(masks_are_tried_in_every_combination),
		cmocka_unit_test(no_case_of_socketcall_is_missed),
		cmocka_unit_test(points_reach_beyond_32_bits_and_stay_below_the_limit),
		cmocka_unit_test(actions_are_read_and_shown),
		cmocka_unit_test(every_action_has_words),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}
