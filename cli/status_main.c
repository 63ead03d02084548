/* SPDX-License-Identifier: MIT */
/*
 * seccompctl-status: the one program that links libcurl. `seccompctl status` runs it, so
 * that no other command pays for TLS, and nothing that writes files speaks it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "buf.h"
#include "cli.h"
#include "error.h"
#include "fetch.h"
#include "options.h"
#include "status_options.h"
#include "status_table.h"
#include "status_watch.h"
#include "status_words.h"
#include "terminal.h"

#define PROGRAM "seccompctl-status"
#define DEFAULT_URL "http://127.0.0.1:8080/status"
/* Escaping makes text longer; a page of this size is no status. */
#define PRINTED_MAX ((size_t)64 << 20)

static void print_help(FILE *out)
{
	(void)fputs("usage: seccompctl status [OPTION]... [URL|FILE]\n\n"
		    "Print what a node's seccompd says of its profiles: its address (by default\n"
		    "" DEFAULT_URL "), or a file with a saved answer, \"-\" for\n"
		    "standard input. SHA256 is that of the file on disk.\n\n",
		    out);
	scd_options_help(scd_status_options, SCD_STATUS_OPTION_COUNT, out);
	(void)fputs("\nExit status: 0 all is well, 1 a profile is Invalid, Stale, Conflict or "
		    "Failed,\n2 usage, 3 nothing could be read.\n",
		    out);
}

/* Of any kind of file: a pipe is as good. */
static int read_file(const char *name, struct scd_buf *body, struct scd_error *err)
{
	auto_close int fd =
		strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char piece[16384];
	ssize_t n;

	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open '%s'", name);
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return scd_fail(err, SCD_E_SYSTEM, errno, "read '%s'", name);
		scd_buf_add(body, piece, (size_t)n);
		if (body->failed)
			return scd_fail(err, SCD_E_TOO_LARGE, 0, "'%s' is over %zu bytes", name,
					body->max);
	}
	return 0;
}

/* A server's words may be in it, and a terminal obeys some. */
static enum scd_exit complain(const struct scd_error *err)
{
	auto_buf struct scd_buf shown = scd_buf_init(4 * sizeof(err->msg));

	scd_status_show(&shown, err->msg, sizeof(err->msg));
	(void)fprintf(stderr, PROGRAM ": %s%s%s\n", scd_buf_text(&shown), err->sys ? ": " : "",
		      err->sys ? strerror(err->sys) : "");
	return err->code == SCD_E_USAGE ? SCD_EXIT_USAGE : SCD_EXIT_TROUBLE;
}

static int look(const char *where, const struct scd_status_asked *options, struct scd_buf *body,
		struct scd_error *err)
{
	if (strstr(where, "://"))
		return scd_fetch(where, options->timeout_ms,
				 options->watch ? scd_status_watch_ends : NULL, body, err);
	return read_file(where, body, err);
}

static enum scd_exit show(const struct scd_status_asked *options, const char *where)
{
	auto_buf struct scd_buf body = scd_buf_init(SCD_STATUS_MAX);
	auto_buf struct scd_buf out = scd_buf_init(PRINTED_MAX);
	struct scd_error err;
	bool well;

	if (look(where, options, &body, &err) < 0)
		return complain(&err);
	if (scd_status_print(scd_buf_text(&body), body.len, (enum scd_output)options->output, &out,
			     &well, &err) < 0) {
		(void)scd_wrap(&err, "'%s'", where);
		return complain(&err);
	}
	if (fwrite(scd_buf_text(&out), 1, out.len, stdout) != out.len || fflush(stdout) != 0) {
		(void)scd_fail(&err, SCD_E_SYSTEM, errno, "write");
		return complain(&err);
	}
	return well ? SCD_EXIT_OK : SCD_EXIT_FOUND;
}

/* What the watch looks at. */
struct target {
	const struct scd_status_asked *options;
	const char *where;
};

static int look_at_target(void *arg, struct scd_buf *body, struct scd_error *err)
{
	const struct target *target = arg;

	return look(target->where, target->options, body, err);
}

static enum scd_exit watch(const struct scd_status_asked *options, const char *where)
{
	struct target target = { options, where };
	struct scd_status_watch watch = {
		.where = where,
		.output = (enum scd_output)options->output,
		.interval_ms = options->interval_ms,
		.terminal = options->output == SCD_OUTPUT_HUMAN && scd_is_terminal(stdout),
		.look = look_at_target,
		.arg = &target,
	};
	struct scd_error err;
	enum scd_exit code;

	if (strcmp(where, "-") == 0) {
		(void)scd_fail(&err, SCD_E_USAGE, 0, "standard input cannot be watched");
		return complain(&err);
	}
	if (scd_status_watch(&watch, &code, &err) < 0)
		return complain(&err);
	return code;
}

int main(int argc, char **argv)
{
	struct scd_status_asked options = { 0 };
	struct scd_error err;
	const char *where;
	int first;

	if (scd_options_defaults(scd_status_options, SCD_STATUS_OPTION_COUNT, &options, &err) < 0 ||
	    scd_options_parse(scd_status_options, SCD_STATUS_OPTION_COUNT, argc, argv, &options,
			      &first, &err) < 0)
		return (int)complain(&err);
	if (options.help) {
		print_help(stdout);
		return SCD_EXIT_OK;
	}
	if (options.version)
		return puts(PROGRAM " v" SCD_VERSION) < 0 ? SCD_EXIT_TROUBLE : SCD_EXIT_OK;
	if (argc - first > 1) {
		(void)scd_fail(&err, SCD_E_USAGE, 0, "one URL or FILE is enough, '%s' is too much",
			       argv[first + 1]);
		return (int)complain(&err);
	}
	where = first < argc ? argv[first] : DEFAULT_URL;
	if (scd_fetch_init(&err) < 0)
		return (int)complain(&err);
	return (int)(options.watch ? watch(&options, where) : show(&options, where));
}
