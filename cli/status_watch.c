/* SPDX-License-Identifier: MIT */
#include "status_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "status_table.h"
#include "status_words.h"

#define PRINTED_MAX ((size_t)64 << 20)
#define ROWS_UNKNOWN 24

/* Escape sequences that every terminal of today knows. */
#define HOME "\033[H"
#define ERASE_LINE_END "\033[K"
#define ERASE_BELOW "\033[J"
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"

static volatile sig_atomic_t ended;

static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

bool scd_status_watch_ends(void)
{
	return ended;
}

/* What the last looks found. */
struct seen {
	const struct scd_status_watch *watch;
	struct scd_buf shown; /* the last document that could be read, as it is printed */
	struct scd_buf last;  /* the last that was printed without a terminal */
	enum scd_exit code;
	bool drawn;
};

static int print(const char *text, size_t len, struct scd_error *err)
{
	if (fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0)
		return 0;
	return scd_fail(err, SCD_E_SYSTEM, errno, "write");
}

static void put_now(struct scd_buf *out)
{
	const time_t now = time(NULL);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	scd_buf_puts(out, text);
}

static void put_trouble(struct scd_buf *out, const struct scd_error *trouble)
{
	scd_buf_puts(out, "no status: ");
	scd_status_show(out, trouble->msg, sizeof(trouble->msg));
	if (trouble->sys)
		scd_buf_printf(out, ": %s", strerror(trouble->sys));
}

static size_t terminal_rows(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
		return ROWS_UNKNOWN;
	return size.ws_row;
}

/* Adds as many lines as there are rows for, and says how many are not there. */
static void put_lines(struct scd_buf *out, const char *text, size_t rows)
{
	size_t lines = 0, left = 0;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	if (lines > rows)
		left = lines - rows + 1;
	for (lines -= left; lines > 0; lines--) {
		const size_t len = strcspn(text, "\n");

		scd_buf_add(out, text, len);
		scd_buf_puts(out, ERASE_LINE_END "\n");
		text += len + 1;
	}
	if (left > 0)
		scd_buf_printf(out, "... %zu more lines" ERASE_LINE_END "\n", left);
}

/* In place: every line is written over the old one, so that nothing flickers. */
static int draw(struct seen *seen, const struct scd_error *trouble, struct scd_error *err)
{
	auto_buf struct scd_buf out = scd_buf_init(PRINTED_MAX);
	const size_t rows = terminal_rows();

	/* The first one has the screen for itself. */
	scd_buf_puts(&out, seen->drawn ? WRAP_OFF HOME : WRAP_OFF HOME ERASE_BELOW);
	seen->drawn = true;
	put_now(&out);
	scd_buf_printf(&out, ", every %.1f s: ", (double)seen->watch->interval_ms / 1000);
	scd_status_word(&out, seen->watch->where);
	scd_buf_puts(&out, ERASE_LINE_END "\n");
	if (trouble)
		put_trouble(&out, trouble);
	scd_buf_puts(&out, ERASE_LINE_END "\n");
	put_lines(&out, scd_buf_text(&seen->shown), rows > 4 ? rows - 3 : 1);
	scd_buf_puts(&out, ERASE_BELOW WRAP_ON);
	if (out.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	return print(scd_buf_text(&out), out.len, err);
}

/* Without a terminal: only what differs from what was printed last. */
static int print_change(struct seen *seen, const struct scd_error *trouble, struct scd_error *err)
{
	auto_buf struct scd_buf out = scd_buf_init(PRINTED_MAX);
	auto_buf struct scd_buf now = scd_buf_init(PRINTED_MAX);

	if (trouble) {
		put_trouble(&now, trouble);
		scd_buf_putc(&now, '\n');
	} else {
		scd_buf_add(&now, scd_buf_text(&seen->shown), seen->shown.len);
	}
	if (strcmp(scd_buf_text(&now), scd_buf_text(&seen->last)) == 0)
		return 0;
	seen->last.len = 0;
	scd_buf_add(&seen->last, scd_buf_text(&now), now.len);
	if (now.failed || seen->last.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	/* What reads documents shall not find a sentence among them. */
	if (seen->watch->output == SCD_OUTPUT_JSON && trouble) {
		(void)fprintf(stderr, "seccompctl-status: %s", scd_buf_text(&now));
		return 0;
	}
	if (seen->watch->output == SCD_OUTPUT_HUMAN) {
		put_now(&out);
		scd_buf_putc(&out, ' ');
	}
	scd_buf_add(&out, scd_buf_text(&now), now.len);
	return print(scd_buf_text(&out), out.len, err);
}

/* One look; *@trouble says why there is no document. -1: there will never be one. */
static int look(struct seen *seen, struct scd_error *trouble)
{
	const struct scd_status_watch *watch = seen->watch;
	auto_buf struct scd_buf body = scd_buf_init(SCD_STATUS_MAX);
	auto_buf struct scd_buf out = scd_buf_init(PRINTED_MAX);
	bool well = false;
	int failed;

	failed = watch->look(watch->arg, &body, trouble);
	if (failed == 0 && watch->output == SCD_OUTPUT_HUMAN && !watch->terminal)
		failed = scd_status_line(scd_buf_text(&body), body.len, &out, &well, trouble);
	else if (failed == 0)
		failed = scd_status_print(scd_buf_text(&body), body.len, watch->output, &out, &well,
					  trouble);
	if (failed < 0)
		return trouble->code == SCD_E_USAGE ? -1 : 0;
	seen->code = well ? SCD_EXIT_OK : SCD_EXIT_FOUND;
	scd_buf_done(&seen->shown);
	seen->shown = out;
	out = scd_buf_init(0); /* the watch's now */
	return 0;
}

/* Sleeps, unless the signal has come already. */
static void wait_for_next(uint64_t interval_ms)
{
	const struct timespec interval = { .tv_sec = (time_t)(interval_ms / 1000),
					   .tv_nsec = (long)(interval_ms % 1000) * 1000000 };
	sigset_t signals, before;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	if (!ended)
		(void)ppoll(NULL, 0, &interval, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static int watch_until_ended(struct seen *seen, struct scd_error *err)
{
	while (!ended) {
		struct scd_error trouble = { 0 };
		const struct scd_error *why = &trouble;

		if (look(seen, &trouble) < 0) {
			*err = trouble;
			return -1;
		}
		if (ended && trouble.code != SCD_OK)
			break; /* the signal cut this look short */
		if (trouble.code == SCD_OK)
			why = NULL;
		else
			seen->code = SCD_EXIT_TROUBLE;
		if ((seen->watch->terminal ? draw(seen, why, err) : print_change(seen, why, err)) <
		    0)
			return -1;
		wait_for_next(seen->watch->interval_ms);
	}
	return 0;
}

int scd_status_watch(const struct scd_status_watch *watch, enum scd_exit *code,
		     struct scd_error *err)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct seen seen = { .watch = watch,
			     .shown = scd_buf_init(PRINTED_MAX),
			     .last = scd_buf_init(PRINTED_MAX),
			     .code = SCD_EXIT_TROUBLE };
	int failed;

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	failed = watch_until_ended(&seen, err);
	*code = seen.code;
	scd_buf_done(&seen.shown);
	scd_buf_done(&seen.last);
	return failed;
}
