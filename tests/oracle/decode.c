/* SPDX-License-Identifier: MIT */
/*
 * Texts that profiles are read from, and what profile.c reads in them, for comparison with Go:
 *
 *   decode texts SEED N FILE...     N texts, each after its length (decimal, newline): generated
 *                                   profiles and FILEs, most of them with some bytes changed
 *   decode values                   for each text on standard input two lines: the values that
 *                                   containerd and CRI-O have to read, or "rejected"
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fsio.h"
#include "gen.h"
#include "profile.h"

#define TEXT_MAX ((size_t)1 << 20)
#define FILE_MAX ((size_t)16 << 10) /* longer files cost more than they show */

/* Pieces of what parsers disagree about. */
static const char *const pieces[] = {
	"null",
	"\"\\u0000\"",
	"\"\\ud800\"",
	"1e3",
	"1.0",
	"-0",
	"01",
	"18446744073709551615",
	"18446744073709551616",
	"9007199254740993",
	"\"syscalls\":[],",
	"\"Syscalls\":[],",
	"\"\xc5\xbfyscalls\":[],",
	"\"defaultAction\":\"SCMP_ACT_ALLOW\",",
	"\"action\":null,",
	"\"names\":null,",
	"\"args\":[null],",
	"\"errnoRet\":1,",
	"\"errnoret\":1,",
	"\"value\":7,",
	"{}",
	"[]",
	"[null]",
	",",
	"\"",
	"\\",
	"\\u0061",
	"\xff",
	"\xef\xbb\xbf",
	"\n",
	"\x01",
	"/**/",
	"true",
	"\"x\":{\"y\":[1]},",
	"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]},",
	"\"name\":\"bpf\",",
};

/* Copies up to and with the first of @stops; where it then is. */
static size_t copy_past(const char *text, size_t len, size_t at, const char *stops,
			struct scd_buf *out)
{
	while (at < len && !strchr(stops, text[at]))
		scd_buf_putc(out, text[at++]);
	if (at < len)
		scd_buf_putc(out, text[at++]);
	return at;
}

/* One change at @at; where the rest begins. */
static size_t change(struct scd_random *random, const char *text, size_t len, size_t at,
		     struct scd_buf *out)
{
	switch (scd_random_below(random, 4)) {
	case 0: /* a byte less */
		return at + 1;
	case 1: /* a bit */
		scd_buf_putc(out, (char)(text[at] ^ (1 << scd_random_below(random, 8))));
		return at + 1;
	case 2: /* a member or an element more */
		at = copy_past(text, len, at, "{[", out);
		scd_buf_puts(out, SCD_PICK(random, pieces));
		return at;
	default: /* another value */
		at = copy_past(text, len, at, ":", out);
		scd_buf_puts(out, SCD_PICK(random, pieces));
		while (at < len && !strchr(",]}", text[at]))
			at++;
		return at;
	}
}

static void mutate(struct scd_random *random, const char *text, size_t len, struct scd_buf *out)
{
	size_t at = 0;

	for (size_t n = scd_random_below(random, 4); n > 0 && len > at; n--) {
		const size_t to = at + scd_random_below(random, len - at);

		scd_buf_add(out, text + at, to - at);
		at = change(random, text, len, to, out);
	}
	scd_buf_add(out, text + at, len - at);
}

static bool read_one(const char *path, struct scd_buf *out)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, path, false, FILE_MAX, &text, &len, &err) < 0)
		return err.code == SCD_E_TOO_LARGE;
	scd_buf_add(out, text, len);
	return true;
}

static int texts(uint64_t seed, size_t count, char *const *files, size_t file_count)
{
	struct scd_random random = scd_random_seed(seed);

	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf text = scd_buf_init(TEXT_MAX),
					changed = scd_buf_init(TEXT_MAX);

		if (file_count == 0 || scd_random_percent(&random, 50))
			scd_gen_profile(&random, &text);
		else if (!read_one(files[scd_random_below(&random, file_count)], &text))
			return EXIT_FAILURE;
		mutate(&random, scd_buf_text(&text), text.len, &changed);
		(void)printf("%zu\n", changed.len);
		(void)fwrite(scd_buf_text(&changed), 1, changed.len, stdout);
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void print_hex(const char *text)
{
	for (; *text; text++)
		(void)printf("%02x", (unsigned char)*text);
}

static const char *word(const struct scd_json_value *object, const char *key)
{
	const struct scd_json_value *value = scd_json_get(object, key);

	return value && value->string ? value->string : "";
}

static void print_rule(const struct scd_profile_rule *rule)
{
	(void)printf(" rule ");
	print_hex(rule->action->name);
	if (rule->has_errno)
		(void)printf(" %" PRIu64, rule->errno_ret);
	else
		(void)printf(" -");
	if (rule->name) { /* Docker's form, which only CRI-O reads */
		(void)printf(" ");
		print_hex(rule->name->string);
	}
	for (const struct scd_json_value *v = rule->names ? rule->names->child : NULL; v;
	     v = v->next) {
		(void)printf(" ");
		print_hex(v->string);
	}
	for (size_t i = 0; i < rule->arg_count; i++) {
		(void)printf(" arg %u %" PRIu64 " %" PRIu64 " ", rule->args[i].arg,
			     (uint64_t)rule->args[i].datum_a, (uint64_t)rule->args[i].datum_b);
		print_hex(word(rule->args_at[i], "op"));
	}
}

static void print_profile(const struct scd_profile *profile)
{
	const struct scd_json_value *archs = scd_json_get(profile->root, "architectures");

	print_hex(profile->default_action->name);
	if (profile->has_default_errno)
		(void)printf(" %" PRIu64, profile->default_errno);
	else
		(void)printf(" -");
	for (const struct scd_json_value *v = archs ? archs->child : NULL; v; v = v->next) {
		(void)printf(" arch ");
		print_hex(v->string);
	}
	for (size_t i = 0; i < profile->rule_count; i++)
		print_rule(&profile->rules[i]);
}

/* What a runtime must read in an accepted text. */
static void print_values(const char *text, size_t len, unsigned runtime)
{
	const struct scd_check_opts opts = { .runtimes = runtime,
					     .oci_runtimes = SCD_OCI_RUNTIME_ANY,
					     .archs = { SCMP_ARCH_X86_64 },
					     .arch_count = 1 };
	auto_json struct scd_json json = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .text = text, .len = len, .opts = &opts, .report = &report };
	struct scd_error err;

	/* Without a syntax or form error: what the runtime then does is for others to judge. */
	if (scd_json_parse(text, len, &json, &err) < 0 || json.fault_count > 0 ||
	    scd_profile_read(scd_json_root(&json), &judge, &profile, &err) < 0 ||
	    !scd_report_accepts(&report) || !profile.default_action)
		(void)printf("rejected");
	else
		print_profile(&profile);
	(void)printf("\n");
}

static int values(void)
{
	auto_free char *text = malloc(TEXT_MAX + 1);
	char line[32];

	while (text && fgets(line, sizeof(line), stdin)) {
		const size_t len = strtoul(line, NULL, 10);

		if (len > TEXT_MAX || fread(text, 1, len, stdin) != len)
			return EXIT_FAILURE;
		print_values(text, len, SCD_CONTAINERD);
		print_values(text, len, SCD_CRI_O);
	}
	return text && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	scd_check_init();
	if (argc >= 4 && strcmp(argv[1], "texts") == 0)
		return texts(strtoull(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv + 4,
			     (size_t)argc - 4);
	if (argc == 2 && strcmp(argv[1], "values") == 0)
		return values();
	(void)fputs("usage: decode texts SEED N FILE... | decode values\n", stderr);
	return 2;
}
