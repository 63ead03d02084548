/* SPDX-License-Identifier: MIT */
/*
 * seccompctl-status: the one program that links libcurl. `seccompctl status` runs it, so
 * that no other command pays for TLS, and nothing that writes files speaks it.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "buf.h"
#include "cli.h"
#include "error.h"
#include "options.h"
#include "status_table.h"
#include "status_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PROGRAM "seccompctl-status"
#define DEFAULT_URL "http://127.0.0.1:8080/status"
/* Escaping makes text longer; a page of this size is no status. */
#define PRINTED_MAX ((size_t)64 << 20)

struct options {
	bool help;
	bool version;
	int output; /* enum scd_output */
	uint64_t timeout_ms;
};

static const struct scd_choice outputs[] = {
	{ "human", SCD_OUTPUT_HUMAN },
	{ "json", SCD_OUTPUT_JSON },
	{ NULL, 0 },
};

static const struct scd_option table[] = {
	{ .name = "help",
	  .letter = 'h',
	  .type = SCD_OPT_ACTION,
	  .offset = offsetof(struct options, help),
	  .help = "print this and exit" },
	{ .name = "version",
	  .type = SCD_OPT_ACTION,
	  .offset = offsetof(struct options, version),
	  .help = "print the version and exit" },
	{ .name = "output",
	  .letter = 'o',
	  .type = SCD_OPT_CHOICE,
	  .offset = offsetof(struct options, output),
	  .metavar = "FORMAT",
	  .fallback = "human",
	  .help = "how to print it",
	  .choices = outputs },
	{ .name = "timeout",
	  .type = SCD_OPT_DURATION,
	  .offset = offsetof(struct options, timeout_ms),
	  .metavar = "DURATION",
	  .fallback = "5s",
	  .help = "for the whole answer of a URL",
	  .min = 1,
	  .max = 3600000 },
};

static void print_help(FILE *out)
{
	(void)fputs("usage: seccompctl status [OPTION]... [URL|FILE]\n\n"
		    "Print what a node's seccompd says of its profiles: its address (by default\n"
		    "" DEFAULT_URL "), or a file with a saved answer, \"-\" for\n"
		    "standard input. SHA256 is that of the file on disk.\n\n",
		    out);
	scd_options_help(table, COUNT(table), out);
	(void)fputs("\nExit status: 0 all is well, 1 a profile is Invalid, Stale, Conflict or "
		    "Failed,\n2 usage, 3 nothing could be read.\n",
		    out);
}

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void free_curl(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

static void free_curl_text(char **text)
{
	curl_free(*text);
}

static int parse_url(CURLU *url, const char *text, struct scd_error *err)
{
	char *path SCD_CLEANUP(free_curl_text) = NULL;
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);

	if (code != CURLUE_OK)
		return scd_fail(err, SCD_E_USAGE, 0, "'%s': %s", text, curl_url_strerror(code));
	/* The daemon's address alone: what else could be meant? */
	if (curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK && strcmp(path, "/") == 0 &&
	    curl_url_set(url, CURLUPART_PATH, "/status", 0) != CURLUE_OK)
		return scd_fail(err, SCD_E_NOMEM, 0, "'%s'", text);
	return 0;
}

static size_t take(char *data, size_t size, size_t count, void *arg)
{
	struct scd_buf *body = arg;

	scd_buf_add(body, data, size * count);
	return body->failed ? 0 : size * count; /* 0 ends the transfer */
}

static int set_up(CURL *curl, CURLU *url, uint64_t timeout_ms, struct scd_buf *body, char *why)
{
	long ms = (long)timeout_ms;
	int bad = 0;

	bad |= curl_easy_setopt(curl, CURLOPT_CURLU, url) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK;
	/* Whatever *_proxy says: a node's status goes through nobody's hands. */
	bad |= curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, ms) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ms) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_USERAGENT, PROGRAM "/" SCD_VERSION) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, body) != CURLE_OK;
	return bad ? -1 : 0;
}

static int fetch(const char *text, uint64_t timeout_ms, struct scd_buf *body, struct scd_error *err)
{
	CURL *curl SCD_CLEANUP(free_curl) = curl_easy_init();
	CURLU *url SCD_CLEANUP(free_url) = curl_url();
	char why[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	if (!curl || !url)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	if (parse_url(url, text, err) < 0)
		return -1;
	if (set_up(curl, url, timeout_ms, body, why) < 0)
		return scd_fail(err, SCD_E_SYSTEM, 0, "this libcurl cannot read '%s'", text);

	code = curl_easy_perform(curl);
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return scd_fail(err, SCD_E_USAGE, 0, "'%s' is neither http:// nor https://", text);
	if (code == CURLE_WRITE_ERROR && body->failed)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "the answer of '%s' is over %zu bytes",
				text, body->max);
	if (code != CURLE_OK)
		return scd_fail(err, SCD_E_SYSTEM, 0, "read '%s': %s", text,
				why[0] ? why : curl_easy_strerror(code));
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return scd_fail(err, SCD_E_SYSTEM, 0, "'%s' answers with status %ld", text, status);
	return 0;
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

static enum scd_exit show(const struct options *options, const char *where)
{
	auto_buf struct scd_buf body = scd_buf_init(SCD_STATUS_MAX);
	auto_buf struct scd_buf out = scd_buf_init(PRINTED_MAX);
	bool is_url = strstr(where, "://") != NULL;
	struct scd_error err;
	bool well;

	if ((is_url ? fetch(where, options->timeout_ms, &body, &err)
		    : read_file(where, &body, &err)) < 0)
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

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct scd_error err;
	int first;

	if (scd_options_defaults(table, COUNT(table), &options, &err) < 0 ||
	    scd_options_parse(table, COUNT(table), argc, argv, &options, &first, &err) < 0)
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
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)scd_fail(&err, SCD_E_SYSTEM, 0, "libcurl does not start");
		return (int)complain(&err);
	}
	return (int)show(&options, first < argc ? argv[first] : DEFAULT_URL);
}
