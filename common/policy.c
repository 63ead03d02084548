/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <string.h>

#include "call_text.h"
#include "check_opts.h"
#include "constants.h"
#include "meaning.h"
#include "text.h"

#define API_VERSION "seccompd.dev/v1alpha1"
#define KIND "ProfileTest"

/* The file that is being read. */
struct reader {
	const struct scd_yaml *doc;
	struct scd_policy *policy;
	size_t calls;
	struct scd_error *err;
};

static const char *const file_keys[] = { "apiVersion",	"kind",	 "profile", "architectures",
					 "ociRuntimes", "tests", NULL };
static const char *const case_keys[] = { "name",	"expect", "calls",	   "run",
					 "exit",	"signal", "timeout",	   "architectures",
					 "ociRuntimes", "denied", "deniedAtLeast", NULL };

/* For scd_text_nearest(), which has no room for the list. */
static const char *file_key(size_t i)
{
	return file_keys[i];
}

static const char *case_key(size_t i)
{
	return case_keys[i];
}

/* No other keys than these. */
static int check_keys(struct reader *r, const struct scd_yaml_node *mapping,
		      const char *(*known)(size_t i))
{
	if (scd_yaml_kind(mapping) != SCD_YAML_MAPPING)
		return scd_yaml_fail(r->doc, mapping, r->err, "%s where a mapping belongs",
				     scd_yaml_kind_name(scd_yaml_kind(mapping)));
	for (size_t i = 0; i < scd_yaml_count(mapping); i++) {
		const struct scd_yaml_node *key = scd_yaml_key(r->doc, mapping, i);
		const char *text = scd_yaml_text(key);
		const char *near = scd_text_nearest(text, 3, known);
		char shown[SCD_VALUE_SHOWN];

		if (near && strcmp(near, text) == 0)
			continue;
		return scd_yaml_fail(r->doc, key, r->err, "unknown key %s%s%s%s",
				     scd_value_show(text, shown), near ? "; did you mean " : "",
				     near ? near : "", near ? "?" : "");
	}
	return 0;
}

/* The text of a string, number or boolean; NULL with a message for anything else. */
static const char *scalar(struct reader *r, const struct scd_yaml_node *node, const char *what)
{
	const char *text = scd_yaml_text(node);

	if (text && *text && scd_yaml_kind(node) != SCD_YAML_NULL)
		return text;
	(void)scd_yaml_fail(r->doc, node, r->err, "%s is %s; write a word", what,
			    scd_yaml_kind_name(scd_yaml_kind(node)));
	return NULL;
}

/* Items of a list of at least one. */
static int list(struct reader *r, const struct scd_yaml_node *node, const char *what, size_t max)
{
	if (scd_yaml_kind(node) != SCD_YAML_SEQUENCE || scd_yaml_count(node) == 0)
		return scd_yaml_fail(r->doc, node, r->err, "%s is to be a list of at least one",
				     what);
	if (scd_yaml_count(node) > max)
		return scd_yaml_fail(r->doc, node, r->err, "%s has %zu items; at most %zu", what,
				     scd_yaml_count(node), max);
	return 0;
}

static int read_archs(struct reader *r, const struct scd_yaml_node *node,
		      struct scd_check_opts *where)
{
	if (!node)
		return 0;
	if (list(r, node, "architectures", SCD_CHECK_ARCHS_MAX) < 0)
		return -1;
	for (size_t i = 0; i < scd_yaml_count(node); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(r->doc, node, i);
		const char *text = scalar(r, item, "an architecture");

		if (!text)
			return -1;
		if (scd_check_opts_add_arch(where, text, r->err) < 0)
			return scd_yaml_wrap(r->doc, item, r->err, "architectures");
	}
	return 0;
}

static int read_runtimes(struct reader *r, const struct scd_yaml_node *node,
			 struct scd_check_opts *where)
{
	if (!node)
		return 0;
	if (list(r, node, "ociRuntimes", 2) < 0)
		return -1;
	for (size_t i = 0; i < scd_yaml_count(node); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(r->doc, node, i);
		const char *text = scalar(r, item, "an OCI runtime");
		const struct scd_choice *choice = scd_oci_runtime_choices;

		if (!text)
			return -1;
		while (choice->name && strcmp(choice->name, text) != 0)
			choice++;
		if (!choice->name)
			return scd_yaml_fail(r->doc, item, r->err,
					     "an OCI runtime is runc or crun");
		where->oci_runtimes |= (unsigned)choice->value;
	}
	return 0;
}

static int read_expect(struct reader *r, const struct scd_yaml_node *node,
		       struct scd_policy_case *test)
{
	bool any;

	test->expect = scalar(r, node, "expect");
	if (!test->expect)
		return -1;
	if (strcmp(test->expect, "DENY") == 0) {
		test->want = SCD_WANT_DENY;
		return 0;
	}
	if (scd_action_read(test->expect, &test->action, &any, r->err) < 0)
		return scd_yaml_wrap(r->doc, node, r->err, "expect");
	test->want = any ? SCD_WANT_KIND : SCD_WANT_ACTION;
	return 0;
}

static int read_calls(struct reader *r, const struct scd_yaml_node *node,
		      struct scd_policy_case *test)
{
	if (list(r, node, "calls", SCD_POLICY_CALLS_MAX - r->calls) < 0)
		return -1;
	test->calls = calloc(scd_yaml_count(node), sizeof(*test->calls));
	if (!test->calls)
		return scd_fail(r->err, SCD_E_NOMEM, 0, "calls");
	for (size_t i = 0; i < scd_yaml_count(node); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(r->doc, node, i);
		const char *text = scalar(r, item, "a call");
		char name[SCD_CALL_NAME_SIZE];
		struct scd_known known;
		int nr;

		if (!text)
			return -1;
		if (scd_call_read(SCMP_ARCH_X86_64, text, name, &nr, &known, r->err) < 0)
			return scd_yaml_wrap(r->doc, item, r->err, "calls");
		test->calls[test->call_count++] =
			(struct scd_policy_call){ text, scd_yaml_line(item),
						  scd_yaml_column(item) };
	}
	r->calls += test->call_count;
	return 0;
}

static int read_argv(struct reader *r, const struct scd_yaml_node *node,
		     struct scd_policy_case *test)
{
	if (list(r, node, "run", SCD_POLICY_ARGV_MAX) < 0)
		return -1;
	for (size_t i = 0; i < scd_yaml_count(node); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(r->doc, node, i);
		const char *text = scd_yaml_text(item);

		if (!text)
			return scd_yaml_fail(r->doc, item, r->err, "a word of run is %s",
					     scd_yaml_kind_name(scd_yaml_kind(item)));
		test->argv[i] = text;
	}
	return 0;
}

/* A number at @key, where there is one. */
static int read_number(struct reader *r, const struct scd_yaml_node *mapping, const char *key,
		       uint64_t max, uint64_t *value)
{
	const struct scd_yaml_node *node = scd_yaml_get(r->doc, mapping, key);
	const char *text;

	if (!node)
		return 0;
	text = scalar(r, node, key);
	if (!text)
		return -1;
	if (scd_value_uint(text, 0, max, value, r->err) < 0)
		return scd_yaml_wrap(r->doc, node, r->err, "%s", key);
	return 0;
}

/* How the command is to end: exit, 0 when nothing is said, or signal. */
static int read_end(struct reader *r, const struct scd_yaml_node *node,
		    struct scd_policy_case *test)
{
	const struct scd_yaml_node *signal = scd_yaml_get(r->doc, node, "signal");
	uint64_t code = 0, seconds = SCD_POLICY_SECONDS, number;
	const char *text;

	if (read_number(r, node, "exit", 255, &code) < 0 ||
	    read_number(r, node, "timeout", SCD_POLICY_SECONDS_MAX, &seconds) < 0)
		return -1;
	test->exit = (int)code;
	test->seconds = (unsigned)seconds;
	if (!signal)
		return 0;
	if (scd_yaml_get(r->doc, node, "exit"))
		return scd_yaml_fail(r->doc, signal, r->err, "exit and signal exclude each other");
	text = scalar(r, signal, "signal");
	if (!text)
		return -1;
	if (scd_constants_parse(seccomp_arch_native(), text, &number, r->err) < 0 ||
	    (number == 0 || number > 64 ? scd_fail(r->err, SCD_E_CONFIG, 0, "no such signal") : 0))
		return scd_yaml_wrap(r->doc, signal, r->err, "signal");
	test->exit = -1;
	test->signal = (int)number;
	return 0;
}

/* Unlike other lists, that of denied may be empty. */
static int read_denied_calls(struct reader *r, const struct scd_yaml_node *node, const char *what,
			     struct scd_policy_case *test)
{
	const bool none = scd_yaml_kind(node) == SCD_YAML_SEQUENCE && scd_yaml_count(node) == 0 &&
			  test->denials == SCD_DENIED_EXACTLY;

	if (!none && list(r, node, what, SCD_POLICY_DENIED_MAX) < 0)
		return -1;
	test->denied = calloc(scd_yaml_count(node) + 1, sizeof(*test->denied));
	if (!test->denied)
		return scd_fail(r->err, SCD_E_NOMEM, 0, "%s", what);
	for (size_t i = 0; i < scd_yaml_count(node); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(r->doc, node, i);
		const char *text = scalar(r, item, "a call");
		char name[SCD_CALL_NAME_SIZE];
		int nr;

		if (!text)
			return -1;
		if (strchr(text, '('))
			return scd_yaml_fail(r->doc, item, r->err,
					     "%s: calls stand without arguments here", what);
		if (scd_call_find(seccomp_arch_native(), text, name, &nr, r->err) < 0)
			return scd_yaml_wrap(r->doc, item, r->err, "%s", what);
		test->denied[test->denied_count++] =
			(struct scd_policy_call){ text, scd_yaml_line(item),
						  scd_yaml_column(item) };
	}
	return 0;
}

static int read_denied(struct reader *r, const struct scd_yaml_node *node,
		       struct scd_policy_case *test)
{
	const struct scd_yaml_node *exactly = scd_yaml_get(r->doc, node, "denied");
	const struct scd_yaml_node *least = scd_yaml_get(r->doc, node, "deniedAtLeast");

	if (exactly && least)
		return scd_yaml_fail(r->doc, least, r->err,
				     "denied and deniedAtLeast exclude each other");
	if (!exactly && !least)
		return 0;
	test->denials = exactly ? SCD_DENIED_EXACTLY : SCD_DENIED_AT_LEAST;
	return read_denied_calls(r, exactly ? exactly : least, exactly ? "denied" : "deniedAtLeast",
				 test);
}

static int read_command(struct reader *r, const struct scd_yaml_node *run,
			const struct scd_yaml_node *node, struct scd_policy_case *test)
{
	if (read_argv(r, run, test) < 0 || read_end(r, node, test) < 0)
		return -1;
	return read_denied(r, node, test);
}

static int read_case(struct reader *r, const struct scd_yaml_node *node,
		     struct scd_policy_case *test)
{
	static const char *const only_run[] = { "exit",	  "signal",	   "timeout",
						"denied", "deniedAtLeast", NULL };
	const struct scd_yaml_node *name, *calls, *run, *expect;

	if (check_keys(r, node, case_key) < 0)
		return -1;
	test->line = scd_yaml_line(node);
	test->column = scd_yaml_column(node);
	name = scd_yaml_get(r->doc, node, "name");
	calls = scd_yaml_get(r->doc, node, "calls");
	run = scd_yaml_get(r->doc, node, "run");
	expect = scd_yaml_get(r->doc, node, "expect");
	if (!name)
		return scd_yaml_fail(r->doc, node, r->err, "a test needs a name");
	test->name = scalar(r, name, "name");
	if (!test->name)
		return -1;
	if (!calls == !run)
		return scd_yaml_fail(r->doc, node, r->err,
				     "a test has either expect and calls, or run");
	if (!calls != !expect)
		return scd_yaml_fail(r->doc, node, r->err, "expect and calls belong together");
	if (read_archs(r, scd_yaml_get(r->doc, node, "architectures"), &test->where) < 0 ||
	    read_runtimes(r, scd_yaml_get(r->doc, node, "ociRuntimes"), &test->where) < 0)
		return -1;
	if (run)
		return read_command(r, run, node, test);
	for (size_t i = 0; only_run[i]; i++) {
		const struct scd_yaml_node *wrong = scd_yaml_get(r->doc, node, only_run[i]);

		if (wrong)
			return scd_yaml_fail(r->doc, wrong, r->err, "%s belongs to run",
					     only_run[i]);
	}
	return read_expect(r, expect, test) < 0 ? -1 : read_calls(r, calls, test);
}

/* A key that has to be there with one value. */
static int want_word(struct reader *r, const char *key, const char *wanted)
{
	const struct scd_yaml_node *root = scd_yaml_root(r->doc);
	const struct scd_yaml_node *node = scd_yaml_get(r->doc, root, key);
	const char *text = node ? scd_yaml_text(node) : NULL;

	if (text && strcmp(text, wanted) == 0)
		return 0;
	return scd_yaml_fail(r->doc, node ? node : root, r->err, "%s is to be %s", key, wanted);
}

static int read_file(struct reader *r)
{
	const struct scd_yaml_node *root = scd_yaml_root(r->doc), *node;
	struct scd_policy *policy = r->policy;

	if (check_keys(r, root, file_key) < 0 || want_word(r, "apiVersion", API_VERSION) < 0 ||
	    want_word(r, "kind", KIND) < 0)
		return -1;
	node = scd_yaml_get(r->doc, root, "profile");
	if (node) {
		policy->profile = scalar(r, node, "profile");
		if (!policy->profile)
			return -1;
	}
	if (read_archs(r, scd_yaml_get(r->doc, root, "architectures"), &policy->where) < 0 ||
	    read_runtimes(r, scd_yaml_get(r->doc, root, "ociRuntimes"), &policy->where) < 0)
		return -1;
	node = scd_yaml_get(r->doc, root, "tests");
	if (!node)
		return scd_yaml_fail(r->doc, root, r->err, "tests are missing");
	if (list(r, node, "tests", SCD_POLICY_CASES_MAX) < 0)
		return -1;
	policy->cases = calloc(scd_yaml_count(node), sizeof(*policy->cases));
	if (!policy->cases)
		return scd_fail(r->err, SCD_E_NOMEM, 0, "tests");
	for (size_t i = 0; i < scd_yaml_count(node); i++) {
		policy->count++;
		if (read_case(r, scd_yaml_item(r->doc, node, i), &policy->cases[i]) < 0)
			return -1;
	}
	return 0;
}

int scd_policy_read(const char *name, const char *text, size_t len, struct scd_policy *policy,
		    struct scd_error *err)
{
	const struct scd_yaml_limits limits = { .bytes = SCD_POLICY_BYTES_MAX,
						.depth = SCD_POLICY_DEPTH_MAX };
	struct reader r = { .policy = policy, .err = err };

	if (scd_yaml_load(name, text, len, &limits, &policy->doc, err) < 0)
		return -1;
	r.doc = policy->doc;
	return read_file(&r);
}

bool scd_policy_meets(const struct scd_policy_case *test, uint32_t action)
{
	switch (test->want) {
	case SCD_WANT_ACTION:
		return action == test->action;
	case SCD_WANT_KIND:
		return (action & 0xffff0000U) == (test->action & 0xffff0000U);
	default:
		return scd_action_strictness(action) >= scd_action_strictness(SCMP_ACT_ERRNO(0));
	}
}

static void case_done(struct scd_policy_case *test)
{
	free(test->calls);
	free(test->denied);
}

void scd_policy_keep(struct scd_policy *policy, bool (*wanted)(const char *name, const void *data),
		     const void *data)
{
	size_t kept = 0;

	for (size_t i = 0; i < policy->count; i++)
		if (wanted(policy->cases[i].name, data))
			policy->cases[kept++] = policy->cases[i];
		else
			case_done(&policy->cases[i]);
	policy->count = kept;
}

void scd_policy_done(struct scd_policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		case_done(&policy->cases[i]);
	free(policy->cases);
	scd_yaml_free(&policy->doc);
	*policy = (struct scd_policy){ 0 };
}
