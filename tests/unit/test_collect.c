/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "collect.h"
#include "fsio.h"
#include "tmpdir.h"

static void put(const char *name, const char *text)
{
	int fd = openat(tmpdir.fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(scd_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(close(fd), 0);
}

static void put_dir(const char *name)
{
	assert_int_equal(mkdirat(tmpdir.fd, name, 0755), 0);
}

static void put_link(const char *target, const char *name)
{
	assert_int_equal(symlinkat(target, tmpdir.fd, name), 0);
}

/* The list of the directory as "name " for a file, "name!code " for one with a fault. */
static void expect_names(const char *wanted)
{
	char *operands[] = { tmpdir.path };
	auto_inputs struct scd_inputs inputs = { 0 };
	auto_buf struct scd_buf names = scd_buf_init(65536);
	struct scd_error err;

	assert_int_equal(scd_collect_inputs(operands, 1, &inputs, &err), 0);
	for (size_t i = 0; i < inputs.count; i++) {
		const struct scd_input *input = &inputs.items[i];

		assert_memory_equal(input->path, tmpdir.path, strlen(tmpdir.path));
		if (input->name)
			assert_string_equal(input->path + strlen(tmpdir.path) + 1, input->name);
		scd_buf_puts(&names, input->name ? input->name : "-");
		if (input->fault.code != SCD_OK)
			scd_buf_printf(&names, "!%s", scd_code_name(input->fault.code));
		scd_buf_putc(&names, ' ');
	}
	assert_string_equal(scd_buf_text(&names), wanted);
}

static void a_directory_gives_its_profiles_sorted(void **state)
{
	(void)state;
	put("b.json", "");
	put("a.json", "");
	put("README.md", "");
	put("json", "");
	put_dir("sub");
	put("sub/c.json", "");
	put_dir("sub/empty");
	put_dir("a");
	put("a/z.json", "");
	put_dir("dir.json");
	expect_names("a.json a/z.json b.json sub/c.json ");
}

static void hidden_files_are_looked_at_and_hidden_directories_are_not(void **state)
{
	(void)state;
	put(".web.json", "");
	put_dir(".git");
	put(".git/x.json", "");
	expect_names(".web.json ");
}

static void links_below_a_directory_are_not_followed(void **state)
{
	(void)state;
	put("a.json", "");
	put_link("a.json", "link.json");
	put_link("nowhere", "dangling.json");
	put_link(".", "loop");
	put_link("/etc", "etc");
	expect_names("a.json dangling.json!not_regular link.json!not_regular ");
}

static void what_is_not_a_regular_file_is_a_fault(void **state)
{
	(void)state;
	assert_int_equal(mkfifoat(tmpdir.fd, "fifo.json", 0644), 0);
	expect_names("fifo.json!not_regular ");
}

static void a_volume_is_read_through_its_data_link(void **state)
{
	char *operands[] = { tmpdir.path };
	auto_inputs struct scd_inputs inputs = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	put_dir("base");
	put_dir("base/..2026_08_23");
	put("base/..2026_08_23/web.json", "new");
	put_dir("base/..2026_08_23/sub");
	put("base/..2026_08_23/sub/db.json", "db");
	put_dir("base/..2026_08_22");
	put("base/..2026_08_22/old.json", "old");
	put_link("..2026_08_23", "base/..data");
	put_link("..data/web.json", "base/web.json");
	put_link("..data/sub", "base/sub");
	expect_names("base/sub/db.json base/web.json ");

	assert_int_equal(scd_collect_inputs(operands, 1, &inputs, &err), 0);
	assert_int_equal(scd_input_read(&inputs.items[1], &text, &len, &err), 0);
	assert_string_equal(text, "new");
}

/* Not what the kubelet makes, and possibly a loop. */
static void other_data_links_are_not_followed(void **state)
{
	static const char *const targets[] = { ".", "..", "..data", "/etc", "../..", "..x/y" };

	(void)state;
	put("a.json", "");
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		put_link(targets[i], "..data");
		expect_names("a.json ");
		assert_int_equal(unlinkat(tmpdir.fd, "..data", 0), 0);
	}
}

static void a_data_link_that_leads_nowhere_is_a_fault(void **state)
{
	(void)state;
	put("a.json", "");
	put_link("..2026_08_23", "..data");
	expect_names("-!system ");
}

static void manifests_are_found_but_hidden_ones(void **state)
{
	char *operands[] = { tmpdir.path };
	auto_inputs struct scd_inputs inputs = { 0 };
	struct scd_error err;

	(void)state;
	put("b.yaml", "");
	put_dir("sub");
	put("sub/a.yml", "");
	put(".seccompctl.yaml", "");
	put_link("b.yaml", "link.yaml");
	put_dir("dir.yaml");
	assert_int_equal(scd_collect_inputs(operands, 1, &inputs, &err), 0);
	assert_int_equal(inputs.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(scd_is_yaml_name(inputs.items[i].path));
		assert_null(inputs.items[i].name);
		assert_true(inputs.items[i].found);
		assert_int_equal(inputs.items[i].depth, i);
	}
}

static void a_directory_without_profiles_is_a_fault(void **state)
{
	(void)state;
	put("web.txt", "");
	expect_names("-!missing ");
}

static void deep_directories_are_walked_without_recursion(void **state)
{
	char path[2000] = "";
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		len += (size_t)snprintf(path + len, sizeof(path) - len, "%sd", i ? "/" : "");
		put_dir(path);
	}
	(void)snprintf(path + len, sizeof(path) - len, "/x.json");
	put(path, "");
	(void)snprintf(path + len, sizeof(path) - len, "/x.json ");
	expect_names(path);
}

static void operands_keep_their_order_and_have_no_name(void **state)
{
	char file[64];
	char stdin_operand[] = "-", gone[] = "/nonexistent/x.json";
	char *operands[] = { stdin_operand, gone, file };
	auto_inputs struct scd_inputs inputs = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	put("b.txt", "hello");
	(void)snprintf(file, sizeof(file), "%s/b.txt", tmpdir.path);
	assert_int_equal(scd_collect_inputs(operands, 3, &inputs, &err), 0);
	assert_int_equal(inputs.count, 3);
	assert_string_equal(inputs.items[0].path, "<stdin>");
	assert_string_equal(inputs.items[1].path, gone);
	for (size_t i = 0; i < 3; i++) {
		assert_null(inputs.items[i].name);
		assert_int_equal(inputs.items[i].fault.code, SCD_OK);
	}
	assert_int_equal(scd_input_read(&inputs.items[1], &text, &len, &err), -1);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(scd_input_read(&inputs.items[2], &text, &len, &err), 0);
	assert_int_equal(len, 5);
	assert_string_equal(text, "hello");
}

/* What a shell makes of <(command): a path that is a pipe. */
static void a_pipe_is_read_to_its_end(void **state)
{
	struct scd_input input = { 0 };
	auto_free char *text = NULL;
	char path[32];
	struct scd_error err;
	int ends[2];
	size_t len;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(scd_write_all(ends[1], "{}\n", 3), 0);
	assert_int_equal(close(ends[1]), 0);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	input.path = input.file = path;
	assert_int_equal(scd_input_read(&input, &text, &len, &err), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(len, 3);
	assert_string_equal(text, "{}\n");
}

static void an_endless_text_is_refused(void **state)
{
	char path[] = "/dev/zero";
	struct scd_input input = { .path = path, .file = path };
	char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	assert_int_equal(scd_input_read(&input, &text, &len, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
	assert_null(text);
}

static void what_became_a_link_after_the_walk_is_not_followed(void **state)
{
	char *operands[] = { tmpdir.path };
	auto_inputs struct scd_inputs inputs = { 0 };
	char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	put("a.json", "");
	assert_int_equal(scd_collect_inputs(operands, 1, &inputs, &err), 0);
	assert_int_equal(unlinkat(tmpdir.fd, "a.json", 0), 0);
	put_link("/etc/passwd", "a.json");
	assert_int_equal(scd_input_read(&inputs.items[0], &text, &len, &err), -1);
	assert_int_equal(err.sys, ELOOP);
}

static void a_read_error_says_why(void **state)
{
	struct scd_input input = { .path = tmpdir.path, .file = tmpdir.path };
	char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	assert_int_equal(scd_input_read(&input, &text, &len, &err), -1);
	assert_int_equal(err.code, SCD_E_SYSTEM);
	assert_int_equal(err.sys, EISDIR);
}

#define TMPDIR_TEST(f) cmocka_unit_test_setup_teardown(f, tmpdir_setup, tmpdir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TMPDIR_TEST(a_directory_gives_its_profiles_sorted),
		TMPDIR_TEST(hidden_files_are_looked_at_and_hidden_directories_are_not),
		TMPDIR_TEST(links_below_a_directory_are_not_followed),
		TMPDIR_TEST(what_is_not_a_regular_file_is_a_fault),
		TMPDIR_TEST(a_volume_is_read_through_its_data_link),
		TMPDIR_TEST(other_data_links_are_not_followed),
		TMPDIR_TEST(a_data_link_that_leads_nowhere_is_a_fault),
		TMPDIR_TEST(manifests_are_found_but_hidden_ones),
		TMPDIR_TEST(a_directory_without_profiles_is_a_fault),
		TMPDIR_TEST(deep_directories_are_walked_without_recursion),
		TMPDIR_TEST(operands_keep_their_order_and_have_no_name),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
		cmocka_unit_test(an_endless_text_is_refused),
		TMPDIR_TEST(what_became_a_link_after_the_walk_is_not_followed),
		TMPDIR_TEST(a_read_error_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
