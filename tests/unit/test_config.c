/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <seccomp.h>

#include "bounds.h"
#include "config.h"
#include "fsio.h"
#include "tmpdir.h"

#define WORDS_MAX 12
#define HEADER "apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\n"

/* A command line, an environment and what became of them. */
static struct {
	char text[WORDS_MAX * 2][128];
	char *argv[WORDS_MAX + 1], *env[WORDS_MAX + 1];
	int argc;
	struct scd_config config;
	const char *unknown_env;
	struct scd_error err;
} t;

static int setup(void **state)
{
	memset(&t, 0, sizeof(t));
	return tmpdir_setup(state);
}

static int teardown(void **state)
{
	scd_config_done(&t.config);
	return tmpdir_teardown(state);
}

/* Loads flags up to NULL, then environment up to NULL. */
static int load(const char *const *words)
{
	size_t used = 0, n;

	scd_config_done(&t.config);
	t.config = (struct scd_config){ 0 };
	(void)snprintf(t.text[used], sizeof(t.text[0]), "seccompd");
	t.argv[0] = t.text[used++];
	for (t.argc = 1; *words; words++) {
		(void)snprintf(t.text[used], sizeof(t.text[0]), "%s", *words);
		t.argv[t.argc++] = t.text[used++];
	}
	for (n = 0, words++; *words; words++) {
		(void)snprintf(t.text[used], sizeof(t.text[0]), "%s", *words);
		t.env[n++] = t.text[used++];
	}
	t.env[n] = NULL;
	return scd_config_load(t.argc, t.argv, t.env, &t.config, &t.unknown_env, &t.err);
}

/* Flags, and after THEN_ENV the environment. */
#define LOAD(...) load((const char *const[]){ __VA_ARGS__, NULL, NULL })
#define THEN_ENV NULL

static const char *write_file(const char *text)
{
	static char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/seccompd.yaml", tmpdir.path);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	return path;
}

/* Loads @text as --config and nothing else. */
static int load_text(const char *text)
{
	char flag[80];

	(void)snprintf(flag, sizeof(flag), "--config=%s", write_file(text));
	return LOAD(flag);
}

/* Of a message, what follows the path of the file. */
static const char *after_path(void)
{
	const char *found = strstr(t.err.msg, "seccompd.yaml:");

	return found ? found + strlen("seccompd.yaml:") : t.err.msg;
}

#define assert_text_refused(text, message)                  \
	do {                                                \
		assert_int_equal(load_text(text), -1);      \
		assert_string_equal(after_path(), message); \
		assert_int_equal(t.err.code, SCD_E_CONFIG); \
	} while (0)

static void defaults_are_those_of_the_manual(void **state)
{
	(void)state;
	assert_int_equal(LOAD(NULL), 0);
	assert_null(t.config.config);
	assert_string_equal(t.config.source, "/profiles");
	assert_string_equal(t.config.destination, "/host/seccomp/profiles");
	assert_string_equal(t.config.listen, ":8080");
	assert_int_equal(t.config.resync_period_ms, 60000);
	assert_false(t.config.one_time);
	assert_false(t.config.dry_run);
	assert_int_equal(t.config.removal_policy, SCD_RETAIN);
	assert_int_equal(t.config.removal_grace_period_ms, UINT64_C(72) * 3600 * 1000);
	assert_int_equal(t.config.max_removals_percent, 50);
	assert_int_equal(t.config.ready_policy, SCD_READY_SYNCED);
	assert_int_equal(t.config.judge.runtime, SCD_RUNTIME_ANY);
	assert_int_equal(t.config.judge.oci_runtime, SCD_OCI_RUNTIME_ANY);
	assert_int_equal(t.config.judge.archs.count, 0);
	assert_int_equal(t.config.judge.disable.count, 0);
	assert_false(t.config.judge.strict);
	assert_true(t.config.judge.trial_load);
	assert_int_equal(t.config.verbosity, 2);
	assert_int_equal(t.config.logging_format, SCD_LOG_JSON);
	assert_null(t.unknown_env);
}

static void a_file_sets_every_key(void **state)
{
	(void)state;
	assert_int_equal(load_text(HEADER "source: /src\n"
					  "destination: '/dst'\n"
					  "listen: :9090\n"
					  "resyncPeriod: 5m\n"
					  "oneTime: true\n"
					  "dryRun: true\n"
					  "removalPolicy: AfterGrace\n"
					  "removalGracePeriod: 1h30m\n"
					  "maxRemovalsPercent: 100\n"
					  "readyPolicy: strict\n"
					  "runtime: cri-o\n"
					  "ociRuntime: crun\n"
					  "arch: [x86_64, SCMP_ARCH_AARCH64]\n"
					  "disable:\n- SCP031\n- unknown-key\n"
					  "strict: true\n"
					  "trialLoad: false\n"
					  "landlock: false\n"
					  "seccompFilter: false\n"
					  "v: 4\n"
					  "loggingFormat: text\n"),
			 0);
	assert_string_equal(t.config.source, "/src");
	assert_string_equal(t.config.destination, "/dst");
	assert_string_equal(t.config.listen, ":9090");
	assert_int_equal(t.config.resync_period_ms, 300000);
	assert_true(t.config.one_time);
	assert_true(t.config.dry_run);
	assert_int_equal(t.config.removal_policy, SCD_AFTER_GRACE);
	assert_int_equal(t.config.removal_grace_period_ms, 5400000);
	assert_int_equal(t.config.max_removals_percent, 100);
	assert_int_equal(t.config.ready_policy, SCD_READY_STRICT);
	assert_int_equal(t.config.judge.runtime, SCD_CRI_O);
	assert_int_equal(t.config.judge.oci_runtime, SCD_CRUN);
	assert_int_equal(t.config.judge.archs.count, 2);
	assert_string_equal(t.config.judge.archs.items[1], "SCMP_ARCH_AARCH64");
	assert_int_equal(t.config.judge.disable.count, 2);
	assert_true(t.config.judge.strict);
	assert_false(t.config.judge.trial_load);
	assert_false(t.config.landlock);
	assert_false(t.config.seccomp_filter);
	assert_int_equal(t.config.verbosity, 4);
	assert_int_equal(t.config.logging_format, SCD_LOG_TEXT);
}

/* Every row that belongs into files is tried: a row that a_file_sets_every_key() forgets
 * shows here. */
static void every_option_has_a_key_a_variable_and_a_flag(void **state)
{
	static const char *const samples[] = {
		[SCD_OPT_BOOL] = "true",   [SCD_OPT_STRING] = "/x", [SCD_OPT_DURATION] = "7s",
		[SCD_OPT_UINT] = "1",	   [SCD_OPT_CHOICE] = NULL, [SCD_OPT_STRINGS] = NULL,
		[SCD_OPT_ACTION] = "true",
	};
	const struct scd_option *options;
	size_t count;

	(void)state;
	options = scd_config_options(&count);
	assert_in_range(count, 20, 64);
	for (size_t i = 0; i < count; i++) {
		const struct scd_option *option = &options[i];
		const char *value = samples[option->type];
		char key[64], flag[128], env[128] = "SECCOMPD_", text[256];

		if (option->flag_only || option->not_in_file)
			continue;
		if (option->choices)
			value = option->choices[0].name;
		else if (strcmp(option->name, "listen") == 0)
			value = "[::1]:80";
		else if (option->type == SCD_OPT_STRINGS)
			value = strcmp(option->name, "arch") == 0 ? "x86" : "SCP031";
		scd_option_key(option, key, sizeof(key));
		(void)snprintf(text, sizeof(text), HEADER "%s: %s%s%s\n", key,
			       option->type == SCD_OPT_STRINGS	? "["
			       : option->type == SCD_OPT_STRING ? "'"
								: "",
			       value,
			       option->type == SCD_OPT_STRINGS	? "]"
			       : option->type == SCD_OPT_STRING ? "'"
								: "");
		assert_int_equal(load_text(text), 0);

		(void)snprintf(flag, sizeof(flag), "--%s=%s", option->name, value);
		assert_int_equal(LOAD(flag), 0);
		for (const char *p = option->name; *p; p++)
			(void)snprintf(env + strlen(env), 2, "%c",
				       *p == '-' ? '_' : *p - ('a' - 'A'));
		(void)snprintf(env + strlen(env), sizeof(env) - strlen(env), "=%s", value);
		assert_int_equal(LOAD(THEN_ENV, env), 0);
		assert_null(t.unknown_env);
	}
}

static void flags_beat_environment_beats_file_beats_defaults(void **state)
{
	const char *path = write_file(HEADER "v: 3\nlisten: ':1'\nsource: /file\n"
					     "disable: [SCP031]\narch: [x86]\n");
	char flag[80];

	(void)state;
	(void)snprintf(flag, sizeof(flag), "--config=%s", path);
	assert_int_equal(LOAD(flag, "--v=5", "--disable=SCP062", "--disable", "SCP063", THEN_ENV,
			      "SECCOMPD_V=4", "SECCOMPD_LISTEN=:2", "SECCOMPD_DISABLE=SCP033",
			      "SECCOMPD_ARCH=arm,x32"),
			 0);
	assert_int_equal(t.config.verbosity, 5);
	assert_string_equal(t.config.listen, ":2");
	assert_string_equal(t.config.source, "/file");
	assert_string_equal(t.config.destination, "/host/seccomp/profiles");
	/* A list is replaced as a whole by the next layer. */
	assert_int_equal(t.config.judge.disable.count, 2);
	assert_string_equal(t.config.judge.disable.items[0], "SCP062");
	assert_int_equal(t.config.judge.archs.count, 2);
	assert_string_equal(t.config.judge.archs.items[0], "arm");
}

static void the_file_can_be_named_in_the_environment(void **state)
{
	char env[80], flag[] = "--config=";

	(void)state;
	(void)snprintf(env, sizeof(env), "SECCOMPD_CONFIG=%s", write_file(HEADER "v: 3\n"));
	assert_int_equal(LOAD(THEN_ENV, env), 0);
	assert_int_equal(t.config.verbosity, 3);
	assert_string_equal(t.config.config, env + strlen("SECCOMPD_CONFIG="));
	assert_int_equal(LOAD(flag, THEN_ENV, env), 0); /* no file at all */
	assert_int_equal(t.config.verbosity, 2);
}

static void a_file_may_be_json(void **state)
{
	(void)state;
	assert_int_equal(load_text("{\"apiVersion\": \"seccompd.dev/v1alpha1\",\n"
				   "\t\"kind\": \"SeccompdConfiguration\", \"strict\": true,\n"
				   "\t\"arch\": [\"x86_64\"], \"listen\": \"\"}\n"),
			 0);
	assert_true(t.config.judge.strict);
	assert_string_equal(t.config.listen, "");
	assert_int_equal(t.config.judge.archs.count, 1);
}

static void a_file_says_what_it_is(void **state)
{
	(void)state;
	assert_text_refused("kind: SeccompdConfiguration\n",
			    "1:1: apiVersion is missing: write apiVersion: seccompd.dev/v1alpha1");
	assert_text_refused("apiVersion: seccompd.dev/v1alpha1\n",
			    "1:1: kind is missing: write kind: SeccompdConfiguration");
	assert_text_refused("apiVersion: seccompd.dev/v1\nkind: SeccompdConfiguration\n",
			    "1:13: apiVersion is \"seccompd.dev/v1\", and has to be "
			    "seccompd.dev/v1alpha1");
	assert_text_refused("apiVersion: seccompd.dev/v1alpha1\nkind: ConfigMap\n",
			    "2:7: kind is \"ConfigMap\", and has to be SeccompdConfiguration");
	assert_text_refused("apiVersion: 1\nkind: x\n",
			    "1:13: apiVersion has to be a string, and is a number");
	assert_text_refused("- a\n", "1:1: the file has to be a mapping, and is a list");
	assert_text_refused("", "1:1: empty: a document is missing");
}

static void unknown_keys_name_their_nearest_neighbour(void **state)
{
	(void)state;
	assert_text_refused(HEADER "resyncPerod: 5m\n",
			    "3:1: unknown key \"resyncPerod\", did you mean resyncPeriod?");
	assert_text_refused(HEADER "resync-period: 5m\n",
			    "3:1: unknown key \"resync-period\", did you mean resyncPeriod?");
	assert_text_refused(HEADER "RemovalPolicy: Retain\n",
			    "3:1: unknown key \"RemovalPolicy\", did you mean removalPolicy?");
	assert_text_refused(HEADER "apiversion: x\n",
			    "3:1: unknown key \"apiversion\", did you mean apiVersion?");
	assert_text_refused(HEADER "tomato: 1\n", "3:1: unknown key \"tomato\"");
	assert_text_refused(HEADER "config: /x\n", "3:1: \"config\" cannot be set in a file");
	assert_text_refused(HEADER "help: true\n", "3:1: \"help\" cannot be set in a file");
}

static void values_have_the_type_of_their_key(void **state)
{
	(void)state;
	assert_text_refused(HEADER "strict: \"true\"\n",
			    "3:9: strict has to be true or false, and is a string");
	assert_text_refused(HEADER "strict: yes\n",
			    "3:9: strict: \"yes\" is not a boolean: write true or false");
	assert_text_refused(HEADER "strict:\n",
			    "3:8: strict has to be true or false, and is nothing");
	assert_text_refused(HEADER "listen: 8080\n",
			    "3:9: listen has to be a string (in quotes), and is a number");
	assert_text_refused(HEADER "source: no\n",
			    "3:9: source has to be a string (in quotes), and is a boolean");
	assert_text_refused(HEADER "resyncPeriod: 60\n",
			    "3:15: resyncPeriod has to be a duration such as 60s, and is a number");
	assert_text_refused(HEADER "v: '2'\n", "3:4: v has to be a number, and is a string");
	assert_text_refused(HEADER "v: 2.0\n",
			    "3:4: v: \"2.0\" is not a number: write digits, such as 2");
	assert_text_refused(HEADER "runtime: [any]\n",
			    "3:10: runtime has to be a word, and is a list");
	assert_text_refused(HEADER "arch: x86\n", "3:7: arch has to be a list, and is a string");
	assert_text_refused(HEADER "arch: [x86, 386]\n",
			    "3:13: an item of the list has to be a string (in quotes), and is a "
			    "number");
	assert_text_refused(HEADER "disable:\n- a: b\n",
			    "4:3: an item of the list has to be a string (in quotes), and is a "
			    "mapping");
}

static void wrong_values_are_refused_at_their_place(void **state)
{
	(void)state;
	assert_text_refused(HEADER "resyncPeriod: 1s\n",
			    "3:15: resyncPeriod: \"1s\" is out of range: from 5s to 24h");
	assert_text_refused(HEADER "maxRemovalsPercent: 101\n",
			    "3:21: maxRemovalsPercent: \"101\" is out of range: from 0 to 100");
	assert_text_refused(HEADER "v: 7\n", "3:4: v: \"7\" is out of range: from 0 to 6");
	assert_text_refused(HEADER "removalPolicy: Never\n",
			    "3:16: removalPolicy: \"Never\" is none of: Retain, AfterGrace");
	assert_text_refused(HEADER "source: ''\n", "3:9: source: empty: write a directory");
	assert_text_refused(HEADER "listen: 'localhost:80'\n",
			    "3:9: listen: 'localhost:80' is not an address to listen on: write "
			    ":8080, 127.0.0.1:8080 or [::1]:8080");
	assert_text_refused(HEADER "arch:\n- x86\n- vax\n",
			    "5:3: arch: 'vax' is not an architecture; write x86_64, aarch64, ...");
	assert_text_refused(HEADER "disable: ['a,b']\n",
			    "3:11: disable: 'a,b' is not a rule; `seccompctl rules` lists them");
	assert_text_refused(HEADER "disable: ['']\n", "3:11: disable: an empty word in the list");
	assert_text_refused(HEADER "v: 1\nv: 1\n",
			    "4:1: the key \"v\" is already there, in line 3");
	assert_text_refused(HEADER "arch: &a [x86]\n", "3:7: anchors (&name) are not accepted");
}

static void rules_that_hold_a_profile_together_cannot_be_disabled(void **state)
{
	(void)state;
	assert_int_equal(LOAD("--disable=json-syntax"), -1);
	assert_int_equal(t.err.code, SCD_E_USAGE);
	assert_non_null(strstr(t.err.msg, "--disable: rule SCP003 json-syntax cannot be disabled"));
}

static void a_wrong_variable_is_an_error_of_configuration(void **state)
{
	(void)state;
	assert_int_equal(LOAD(THEN_ENV, "SECCOMPD_RESYNC_PERIOD=1m30"), -1);
	assert_int_equal(t.err.code, SCD_E_CONFIG);
	assert_string_equal(t.err.msg, "SECCOMPD_RESYNC_PERIOD: \"1m30\" is not a duration: write "
				       "one such as 60s, 5m, 1h30m or 250ms");
	assert_int_equal(LOAD(THEN_ENV, "SECCOMPD_STRICT="), -1);
	assert_int_equal(LOAD(THEN_ENV, "SECCOMPD_LISTEN="), 0);
	assert_string_equal(t.config.listen, "");
}

static void unknown_variables_are_told_but_service_links_are_not(void **state)
{
	(void)state;
	assert_int_equal(LOAD(THEN_ENV, "PATH=/bin", "SECCOMPD_SERVICE_HOST=10.0.0.1",
			      "SECCOMPD_SERVICE_PORT_HTTP=8080", "SECCOMPD_PORT=tcp://10.0.0.1:80",
			      "SECCOMPD_PORT_80_TCP_ADDR=10.0.0.1", "SECCOMPD_V=1"),
			 0);
	assert_null(t.unknown_env);
	assert_int_equal(LOAD(THEN_ENV, "SECCOMPD_V=1", "SECCOMPD_SORCE=/x", "SECCOMPD_Z=1"), 0);
	assert_string_equal(t.unknown_env, "SECCOMPD_SORCE=/x");
	assert_int_equal(LOAD(THEN_ENV, "SECCOMPD_HELP=true"), 0);
	assert_string_equal(t.unknown_env, "SECCOMPD_HELP=true");
	assert_int_equal(LOAD(THEN_ENV, "SECCOMPD_VV=1"), 0);
	assert_string_equal(t.unknown_env, "SECCOMPD_VV=1");
}

static void help_and_version_ask_nothing_of_the_rest(void **state)
{
	(void)state;
	assert_int_equal(LOAD("--help", "--config=/nonexistent", THEN_ENV, "SECCOMPD_V=x"), 0);
	assert_true(t.config.help);
	assert_false(t.config.version);
	assert_int_equal(LOAD("--version"), 0);
	assert_true(t.config.version);
	assert_int_equal(LOAD("-h"), 0);
	assert_true(t.config.help);
	assert_int_equal(LOAD("--help", "--tomato"), -1);
}

static void words_that_are_no_flags_are_refused(void **state)
{
	(void)state;
	assert_int_equal(LOAD("run", "--v=1"), 0);
	assert_int_equal(t.config.verbosity, 1);
	assert_int_equal(LOAD("--strict", "false"), -1);
	assert_string_equal(t.err.msg, "unexpected word \"false\", see --help");
	assert_int_equal(t.err.code, SCD_E_USAGE);
	assert_int_equal(LOAD("run", "run"), -1);
}

static void files_that_are_none_are_refused(void **state)
{
	auto_free char *big = malloc(SCD_CONFIG_MAX + 2);
	char flag[80];

	(void)state;
	(void)snprintf(flag, sizeof(flag), "--config=%s/none.yaml", tmpdir.path);
	assert_int_equal(LOAD(flag), -1);
	assert_int_equal(t.err.code, SCD_E_SYSTEM);
	assert_int_equal(t.err.sys, ENOENT);
	(void)snprintf(flag, sizeof(flag), "--config=%s", tmpdir.path);
	assert_int_equal(LOAD(flag), -1);
	assert_int_equal(t.err.code, SCD_E_CONFIG);
	assert_int_equal(mkfifoat(tmpdir.fd, "fifo", 0600), 0);
	(void)snprintf(flag, sizeof(flag), "--config=%s/fifo", tmpdir.path);
	assert_int_equal(LOAD(flag), -1); /* and does not wait for a writer */
	assert_int_equal(t.err.code, SCD_E_CONFIG);

	assert_non_null(big);
	memset(big, '#', SCD_CONFIG_MAX + 1);
	big[SCD_CONFIG_MAX + 1] = '\0';
	assert_int_equal(load_text(big), -1);
	assert_int_equal(t.err.code, SCD_E_CONFIG);
	assert_non_null(strstr(t.err.msg, "is over 65536 bytes"));
	memcpy(big, HEADER, strlen(HEADER));
	big[SCD_CONFIG_MAX] = '\0';
	assert_int_equal(load_text(big), 0); /* exactly the limit */
}

/* SIGHUP loads again, with the same words. */
static void loading_twice_gives_the_same(void **state)
{
	char flag[80];

	(void)state;
	(void)snprintf(flag, sizeof(flag), "--config=%s", write_file(HEADER "v: 3\n"));
	assert_int_equal(LOAD("run", flag, "--", THEN_ENV, "SECCOMPD_STRICT=true"), 0);
	scd_config_done(&t.config);
	(void)write_file(HEADER "v: 4\n");
	t.config = (struct scd_config){ 0 };
	assert_int_equal(scd_config_load(t.argc, t.argv, t.env, &t.config, &t.unknown_env, &t.err),
			 0);
	assert_int_equal(t.config.verbosity, 4);
	assert_true(t.config.judge.strict);
	/* A broken file leaves what the caller holds. */
	(void)write_file(HEADER "v: x\n");
	struct scd_config other = { .verbosity = 42 };
	assert_int_equal(scd_config_load(t.argc, t.argv, t.env, &other, &t.unknown_env, &t.err),
			 -1);
	assert_int_equal(other.verbosity, 42);
}

static void judging_options_follow_the_configuration(void **state)
{
	struct scd_check_opts opts;

	(void)state;
	assert_int_equal(LOAD("--runtime=containerd", "--oci-runtime=runc", "--arch=x86_64,arm64",
			      "--arch=SCMP_ARCH_X86_64", "--disable=SCP031", "--strict",
			      "--trial-load=false"),
			 0);
	assert_int_equal(scd_check_opts_make(&t.config.judge, &opts, &t.err), 0);
	assert_int_equal(opts.runtimes, SCD_CONTAINERD);
	assert_int_equal(opts.oci_runtimes, SCD_RUNC);
	assert_int_equal(opts.arch_count, 2);
	assert_int_equal(opts.archs[0], SCMP_ARCH_X86_64);
	assert_int_equal(opts.archs[1], SCMP_ARCH_AARCH64);
	assert_int_equal(opts.disabled[SCD_SYSCALL_UNKNOWN], 1);
	assert_int_equal(opts.disabled[SCD_SYSCALL_TOO_NEW], 0);
	assert_true(opts.strict);
	assert_false(opts.trial_load);
}

static void more_architectures_than_a_check_takes_are_refused(void **state)
{
	(void)state;
	assert_int_equal(LOAD("--arch=x86,x86_64,x32,arm,aarch64,mips,mips64,s390,s390x"), -1);
	assert_string_equal(t.err.msg, "arch: more than 8 architectures");
	assert_int_equal(t.err.code, SCD_E_CONFIG);
}

static void help_names_every_option_and_exit_status(void **state)
{
	auto_free char *text = NULL;
	const struct scd_option *options;
	size_t len = 0, count, line = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	scd_config_help(out);
	assert_int_equal(fclose(out), 0);
	options = scd_config_options(&count);
	for (size_t i = 0; i < count; i++) {
		char flag[64];

		(void)snprintf(flag, sizeof(flag), " --%s", options[i].name);
		assert_non_null(strstr(text, flag));
	}
	for (int status = 0; status <= 4; status++) {
		char row[16];

		(void)snprintf(row, sizeof(row), "\n  %d ", status);
		assert_non_null(strstr(text, row));
	}
	for (const char *p = text; *p; p++) {
		line = *p == '\n' ? 0 : line + 1;
		assert_in_range(line, 0, 80);
	}
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(defaults_are_those_of_the_manual),
		TEST(a_file_sets_every_key),
		TEST(every_option_has_a_key_a_variable_and_a_flag),
		TEST(flags_beat_environment_beats_file_beats_defaults),
		TEST(the_file_can_be_named_in_the_environment),
		TEST(a_file_may_be_json),
		TEST(a_file_says_what_it_is),
		TEST(unknown_keys_name_their_nearest_neighbour),
		TEST(values_have_the_type_of_their_key),
		TEST(wrong_values_are_refused_at_their_place),
		TEST(rules_that_hold_a_profile_together_cannot_be_disabled),
		TEST(a_wrong_variable_is_an_error_of_configuration),
		TEST(unknown_variables_are_told_but_service_links_are_not),
		TEST(help_and_version_ask_nothing_of_the_rest),
		TEST(words_that_are_no_flags_are_refused),
		TEST(files_that_are_none_are_refused),
		TEST(loading_twice_gives_the_same),
		TEST(judging_options_follow_the_configuration),
		TEST(more_architectures_than_a_check_takes_are_refused),
		TEST(help_names_every_option_and_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
