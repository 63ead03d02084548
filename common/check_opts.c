/* SPDX-License-Identifier: MIT */
#include "check_opts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "names.h"
#include "text.h"

const struct scd_choice scd_runtime_choices[] = {
	{ "any", SCD_RUNTIME_ANY },
	{ "containerd", SCD_CONTAINERD },
	{ "cri-o", SCD_CRI_O },
	{ NULL, 0 },
};

const struct scd_choice scd_oci_runtime_choices[] = {
	{ "any", SCD_OCI_RUNTIME_ANY },
	{ "runc", SCD_RUNC },
	{ "crun", SCD_CRUN },
	{ NULL, 0 },
};

#define ARCH_PREFIX "SCMP_ARCH_"
#define ARCH_PREFIX_LEN (sizeof(ARCH_PREFIX) - 1)

/* What Go and Debian call them. */
static const struct {
	const char *name;
	const char *short_name;
} other_names[] = {
	{ "amd64", "x86_64" }, { "arm64", "aarch64" },	 { "386", "x86" },
	{ "i386", "x86" },     { "i686", "x86" },	 { "armhf", "arm" },
	{ "armv7l", "arm" },   { "ppc64el", "ppc64le" }, { "powerpc", "ppc" },
};

static const struct scd_arch *find_arch(const char *name)
{
	char full[ARCH_PREFIX_LEN + 32] = ARCH_PREFIX;

	if (strncasecmp(name, ARCH_PREFIX, ARCH_PREFIX_LEN) == 0)
		name += ARCH_PREFIX_LEN;
	for (size_t i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++)
		if (strcasecmp(other_names[i].name, name) == 0)
			name = other_names[i].short_name;
	for (size_t i = 0; name[i]; i++) {
		if (i >= sizeof(full) - ARCH_PREFIX_LEN - 1)
			return NULL;
		full[ARCH_PREFIX_LEN + i] = (char)toupper((unsigned char)name[i]);
	}
	return scd_arch_find(full);
}

static const char *other_name(size_t i)
{
	return i < sizeof(other_names) / sizeof(other_names[0]) ? other_names[i].name : NULL;
}

static int unknown_arch(const char *word, struct scd_error *err)
{
	const char *near = scd_text_nearest(word, 1, other_name);
	const size_t half = strlen(word) / 2; /* more makes another word of it */
	char full[ARCH_PREFIX_LEN + 32], lower[32];
	size_t n = 0;

	(void)snprintf(full, sizeof(full), ARCH_PREFIX "%s", word);
	if (!near && scd_arch_nearest(full)) {
		for (near = scd_arch_nearest(full) + ARCH_PREFIX_LEN; near[n]; n++)
			lower[n] = (char)tolower((unsigned char)near[n]);
		lower[n] = '\0';
		near = scd_text_distance(word, lower, half) <= half ? lower : NULL;
	}
	if (near)
		return scd_fail(err, SCD_E_CONFIG, 0,
				"'%s' is not an architecture; did you mean '%s'?", word, near);
	return scd_fail(err, SCD_E_CONFIG, 0,
			"'%s' is not an architecture; write x86_64, aarch64, ...", word);
}

int scd_check_opts_add_arch(struct scd_check_opts *opts, const char *name, struct scd_error *err)
{
	const struct scd_arch *arch = find_arch(name);

	if (!arch)
		return unknown_arch(name, err);
	if (!arch->in_libseccomp)
		return scd_fail(err, SCD_E_CONFIG, 0, "libseccomp does not compile for '%s'", name);
	for (size_t i = 0; i < opts->arch_count; i++)
		if (opts->archs[i] == arch->token)
			return 0;
	if (opts->arch_count == SCD_CHECK_ARCHS_MAX)
		return scd_fail(err, SCD_E_CONFIG, 0, "more than %zu architectures",
				SCD_CHECK_ARCHS_MAX);
	opts->archs[opts->arch_count++] = arch->token;
	return 0;
}

static int unknown_rule(const char *word, struct scd_error *err)
{
	const char *near = scd_rule_nearest(word);

	if (near)
		return scd_fail(err, SCD_E_CONFIG, 0, "'%s' is not a rule; did you mean '%s'?",
				word, near);
	return scd_fail(err, SCD_E_CONFIG, 0, "'%s' is not a rule; `seccompctl rules` lists them",
			word);
}

int scd_check_opts_disable(struct scd_check_opts *opts, const char *rule, struct scd_error *err)
{
	const struct scd_rule *row = scd_rule_find(rule);

	if (!row)
		return unknown_rule(rule, err);
	if (row->fixed)
		return scd_fail(
			err, SCD_E_CONFIG, 0,
			"rule %s %s cannot be disabled: no container starts with such a profile",
			row->id, row->name);
	opts->disabled[row->number] = 1;
	return 0;
}

int scd_check_arch_word(const char *name, struct scd_error *err)
{
	struct scd_check_opts opts = { 0 };

	return scd_check_opts_add_arch(&opts, name, err);
}

int scd_check_rule_word(const char *rule, struct scd_error *err)
{
	struct scd_check_opts opts = { 0 };

	return scd_check_opts_disable(&opts, rule, err);
}

int scd_check_opts_make(const struct scd_check_words *words, struct scd_check_opts *opts,
			struct scd_error *err)
{
	struct scd_check_opts made = {
		.runtimes = (unsigned)words->runtime,
		.oci_runtimes = (unsigned)words->oci_runtime,
		.strict = words->strict,
		.trial_load = words->trial_load,
	};

	for (size_t i = 0; i < words->archs.count; i++)
		if (scd_check_opts_add_arch(&made, words->archs.items[i], err) < 0)
			return scd_wrap(err, "arch");
	for (size_t i = 0; i < words->disable.count; i++)
		if (scd_check_opts_disable(&made, words->disable.items[i], err) < 0)
			return scd_wrap(err, "disable");
	*opts = made;
	return 0;
}

void scd_arch_add_short_name(struct scd_buf *out, uint32_t token)
{
	const struct scd_arch *arch = scd_arch_of(token);

	if (!arch) {
		scd_buf_printf(out, "0x%08x", token);
		return;
	}
	for (const char *c = arch->name + ARCH_PREFIX_LEN; *c; c++)
		scd_buf_putc(out, (char)tolower((unsigned char)*c));
}

struct scd_check_opts scd_check_opts_complete(const struct scd_check_opts *opts)
{
	struct scd_check_opts all = *opts;

	if (!all.runtimes)
		all.runtimes = SCD_RUNTIME_ANY;
	if (!all.oci_runtimes)
		all.oci_runtimes = SCD_OCI_RUNTIME_ANY;
	if (all.arch_count == 0)
		all.archs[all.arch_count++] = seccomp_arch_native();
	return all;
}

bool scd_check_opts_equal(const struct scd_check_opts *a, const struct scd_check_opts *b)
{
	const struct scd_check_opts x = scd_check_opts_complete(a), y = scd_check_opts_complete(b);

	return x.runtimes == y.runtimes && x.oci_runtimes == y.oci_runtimes &&
	       x.arch_count == y.arch_count &&
	       memcmp(x.archs, y.archs, x.arch_count * sizeof(x.archs[0])) == 0 &&
	       x.strict == y.strict && x.trial_load == y.trial_load &&
	       x.seccomp_kills == y.seccomp_kills &&
	       memcmp(x.disabled, y.disabled, sizeof(x.disabled)) == 0;
}
