/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "config_file.h"
#include "fsio.h"
#include "listen.h"

#define ENV_PREFIX "SECCOMPD_"
#define ENV_NAME_MAX 64

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)

static int check_directory(const char *text, struct scd_error *err)
{
	return *text ? 0 : scd_fail(err, SCD_E_CONFIG, 0, "empty: write a directory");
}

static int check_listen(const char *text, struct scd_error *err)
{
	return *text ? scd_listen_check(text, err) : 0;
}

static const struct scd_choice removal_policies[] = { { "Retain", SCD_RETAIN },
						      { "AfterGrace", SCD_AFTER_GRACE },
						      { NULL, 0 } };
static const struct scd_choice ready_policies[] = { { "synced", SCD_READY_SYNCED },
						    { "strict", SCD_READY_STRICT },
						    { NULL, 0 } };
static const struct scd_choice log_formats[] = { { "json", SCD_LOG_JSON },
						 { "text", SCD_LOG_TEXT },
						 { NULL, 0 } };

#define FIELD(member) .offset = offsetof(struct scd_config, member)

static const struct scd_option options[] = {
	{ .name = "config",
	  .type = SCD_OPT_STRING,
	  FIELD(config),
	  .metavar = "FILE",
	  .help = "read FILE; flags and environment override it",
	  .not_in_file = true },
	{ .name = "source",
	  .type = SCD_OPT_STRING,
	  FIELD(source),
	  .metavar = "DIR",
	  .fallback = "/profiles",
	  .help = "directory to read profiles from",
	  .check = check_directory },
	{ .name = "destination",
	  .type = SCD_OPT_STRING,
	  FIELD(destination),
	  .metavar = "DIR",
	  .fallback = "/host/seccomp/profiles",
	  .help = "directory to install profiles into",
	  .check = check_directory },
	{ .name = "listen",
	  .type = SCD_OPT_STRING,
	  FIELD(listen),
	  .metavar = "ADDRESS",
	  .fallback = ":8080",
	  .help = "serve health, status and metrics at [HOST]:PORT; empty: serve nothing",
	  .check = check_listen },
	{ .name = "resync-period",
	  .type = SCD_OPT_DURATION,
	  FIELD(resync_period_ms),
	  .metavar = "DURATION",
	  .fallback = "60s",
	  .help = "longest time between two looks at the source",
	  .min = 5 * SECOND,
	  .max = 24 * HOUR },
	{ .name = "one-time",
	  .type = SCD_OPT_BOOL,
	  FIELD(one_time),
	  .fallback = "false",
	  .help = "exit after one sync; 1 if a profile is not installed" },
	{ .name = "dry-run",
	  .type = SCD_OPT_BOOL,
	  FIELD(dry_run),
	  .fallback = "false",
	  .help = "judge and plan, write nothing" },
	{ .name = "removal-policy",
	  .type = SCD_OPT_CHOICE,
	  FIELD(removal_policy),
	  .metavar = "POLICY",
	  .fallback = "Retain",
	  .choices = removal_policies,
	  .help = "what becomes of an installed profile that left the source" },
	{ .name = "removal-grace-period",
	  .type = SCD_OPT_DURATION,
	  FIELD(removal_grace_period_ms),
	  .metavar = "DURATION",
	  .fallback = "72h",
	  .help = "how long AfterGrace waits",
	  .max = 8760 * HOUR },
	{ .name = "max-removals-percent",
	  .type = SCD_OPT_UINT,
	  FIELD(max_removals_percent),
	  .metavar = "N",
	  .fallback = "50",
	  .help = "withhold removals when more of the profiles vanish at once",
	  .max = 100 },
	{ .name = "ready-policy",
	  .type = SCD_OPT_CHOICE,
	  FIELD(ready_policy),
	  .metavar = "POLICY",
	  .fallback = "synced",
	  .choices = ready_policies,
	  .help = "whether an invalid profile makes the pod unready (strict)" },
	{ .name = "runtime",
	  .type = SCD_OPT_CHOICE,
	  FIELD(judge.runtime),
	  .metavar = "NAME",
	  .fallback = "any",
	  .choices = scd_runtime_choices,
	  .help = "judge for the runtime that parses profiles" },
	{ .name = "oci-runtime",
	  .type = SCD_OPT_CHOICE,
	  FIELD(judge.oci_runtime),
	  .metavar = "NAME",
	  .fallback = "any",
	  .choices = scd_oci_runtime_choices,
	  .help = "judge for the OCI runtime that loads them" },
	{ .name = "arch",
	  .type = SCD_OPT_STRINGS,
	  FIELD(judge.archs),
	  .metavar = "ARCH",
	  .help = "judge for this architecture (default this machine's); may be repeated",
	  .check = scd_check_arch_word },
	{ .name = "disable",
	  .type = SCD_OPT_STRINGS,
	  FIELD(judge.disable),
	  .metavar = "RULE",
	  .help = "never report this rule, such as SCP031; may be repeated",
	  .check = scd_check_rule_word },
	{ .name = "strict",
	  .type = SCD_OPT_BOOL,
	  FIELD(judge.strict),
	  .fallback = "false",
	  .help = "make errors of warnings" },
	{ .name = "trial-load",
	  .type = SCD_OPT_BOOL,
	  FIELD(judge.trial_load),
	  .fallback = "true",
	  .help = "load each filter into this kernel, in a process of its own" },
	{ .name = "landlock",
	  .type = SCD_OPT_BOOL,
	  FIELD(landlock),
	  .fallback = "true",
	  .help = "keep this process to its directories, where the kernel can" },
	{ .name = "seccomp-filter",
	  .type = SCD_OPT_BOOL,
	  FIELD(seccomp_filter),
	  .fallback = "true",
	  .help = "keep this process to the system calls that it needs" },
	{ .name = "v",
	  .letter = 'v',
	  .type = SCD_OPT_UINT,
	  FIELD(verbosity),
	  .metavar = "N",
	  .fallback = "2",
	  .help = "verbosity of the log, 0 to 6",
	  .max = 6 },
	{ .name = "logging-format",
	  .type = SCD_OPT_CHOICE,
	  FIELD(logging_format),
	  .metavar = "FORMAT",
	  .fallback = "json",
	  .choices = log_formats,
	  .help = "how to write the log" },
	{ .name = "help",
	  .letter = 'h',
	  .type = SCD_OPT_ACTION,
	  FIELD(help),
	  .help = "print this text",
	  .flag_only = true },
	{ .name = "version",
	  .type = SCD_OPT_ACTION,
	  FIELD(version),
	  .help = "print the version",
	  .flag_only = true },
};
#define COUNT (sizeof(options) / sizeof(options[0]))

const struct scd_option *scd_config_options(size_t *count)
{
	*count = COUNT;
	return options;
}

static int load_file(const char *path, struct scd_config *config, struct scd_error *err)
{
	auto_free char *text = NULL;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, path, false, SCD_CONFIG_MAX, &text, &len, err) < 0) {
		/* What is no file of ours is wrong usage; what cannot be read is trouble. */
		if (err->code == SCD_E_TOO_LARGE || err->code == SCD_E_NOT_REGULAR)
			err->code = SCD_E_CONFIG;
		return scd_wrap(err, "configuration");
	}
	return scd_config_file_read(path, text, len, config, err);
}

/*
 * The environment
 */

/* "resync-period" → "SECCOMPD_RESYNC_PERIOD" */
static void env_name(const struct scd_option *option, char *buf, size_t size)
{
	(void)snprintf(buf, size, ENV_PREFIX "%s", option->name);
	for (char *p = buf; *p; p++) {
		if (*p == '-')
			*p = '_';
		else if (*p >= 'a' && *p <= 'z')
			*p &= 0x5f; /* ASCII upper case */
	}
}

static const char *find_env(char **env, const char *name)
{
	const size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static int apply_env(char **env, struct scd_config *config, struct scd_error *err)
{
	char name[ENV_NAME_MAX];

	for (size_t i = 0; i < COUNT; i++) {
		const char *text;

		if (options[i].flag_only)
			continue;
		env_name(&options[i], name, sizeof(name));
		text = find_env(env, name);
		if (!text)
			continue;
		if (options[i].type == SCD_OPT_STRINGS)
			scd_option_clear(&options[i], config);
		if (scd_option_set(&options[i], text, config, err) < 0)
			return scd_wrap(err, "%s", name);
	}
	return 0;
}

static bool is_option_env(const char *entry)
{
	char name[ENV_NAME_MAX];

	for (size_t i = 0; i < COUNT; i++) {
		size_t len;

		env_name(&options[i], name, sizeof(name));
		len = strlen(name);
		if (!options[i].flag_only && strncmp(entry, name, len) == 0 && entry[len] == '=')
			return true;
	}
	return false;
}

/* The first SECCOMPD_* that is no option's. Of a Service called seccompd the kubelet makes
 * SECCOMPD_SERVICE_HOST, SECCOMPD_PORT_8080_TCP and more: nobody misspelled those. */
static const char *find_unknown_env(char **env)
{
	static const char *const links[] = { ENV_PREFIX "SERVICE_",
					     ENV_PREFIX "PORT=", ENV_PREFIX "PORT_" };

	for (; *env; env++) {
		bool known = strncmp(*env, ENV_PREFIX, strlen(ENV_PREFIX)) != 0;

		for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
			known |= strncmp(*env, links[i], strlen(links[i])) == 0;
		if (!known && !is_option_env(*env))
			return *env;
	}
	return NULL;
}

/*
 * All together
 */

static int parse_flags(int argc, char **argv, struct scd_config *config, struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN];
	int first;

	if (scd_options_parse(options, COUNT, argc, argv, config, &first, err) < 0)
		return -1;
	if (first < argc && strcmp(argv[first], "run") == 0)
		first++; /* the one thing that seccompd does */
	if (first < argc)
		return scd_fail(err, SCD_E_USAGE, 0, "unexpected word %s, see --help",
				scd_value_show(argv[first], shown));
	return 0;
}

/* Later layers override earlier ones. */
static int apply_layers(int argc, char **argv, char **env, const char *path,
			struct scd_config *config, struct scd_error *err)
{
	struct scd_check_opts opts;

	if (scd_options_defaults(options, COUNT, config, err) < 0)
		return -1;
	if (path && *path && load_file(path, config, err) < 0)
		return -1;
	if (apply_env(env, config, err) < 0 || parse_flags(argc, argv, config, err) < 0)
		return -1;
	return scd_check_opts_make(&config->judge, &opts, err);
}

int scd_config_load(int argc, char **argv, char **env, struct scd_config *config,
		    const char **unknown_env, struct scd_error *err)
{
	auto_config struct scd_config flags = { 0 }, all = { 0 };
	const char *path;

	/* Once for --config and the questions, once more over the other layers. */
	if (parse_flags(argc, argv, &flags, err) < 0)
		return -1;
	if (flags.help || flags.version) {
		config->help = flags.help;
		config->version = flags.version;
		*unknown_env = NULL;
		return 0;
	}
	path = flags.config ? flags.config : find_env(env, ENV_PREFIX "CONFIG");
	if (apply_layers(argc, argv, env, path, &all, err) < 0)
		return -1;
	*config = all;
	all = (struct scd_config){ 0 }; /* the caller's now */
	*unknown_env = find_unknown_env(env);
	return 0;
}

void scd_config_done(struct scd_config *config)
{
	scd_options_done(options, COUNT, config);
}

void scd_config_help(FILE *out)
{
	(void)fputs("Usage: seccompd [OPTION...]\n"
		    "\n"
		    "Installs the valid seccomp profiles of a directory on this node, and keeps\n"
		    "doing so.\n"
		    "\n"
		    "Options:\n",
		    out);
	scd_options_help(options, COUNT, out);
	(void)fputs(
		"\n"
		"Durations are written 60s, 5m, 1h30m or 250ms. Of a flag given twice the last\n"
		"one counts; lists add up.\n"
		"\n"
		"Each option but --help and --version can be set in the environment, where\n"
		"--resync-period is SECCOMPD_RESYNC_PERIOD, and each but --config in the file,\n"
		"where it is resyncPeriod: see seccompd.yaml(5). Flags override the environment,\n"
		"which overrides the file.\n"
		"\n"
		"Exit status:\n"
		"  0  stopped by a signal; with --one-time: every profile is installed\n"
		"  1  with --one-time: a profile is not installed, or it was stopped before\n"
		"  2  wrong usage or configuration\n"
		"  3  cannot go on\n"
		"  4  the mount of the source or destination is detached: start again\n",
		out);
}
