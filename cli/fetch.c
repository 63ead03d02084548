/* SPDX-License-Identifier: MIT */
#include "fetch.h"

#include <curl/curl.h>
#include <string.h>

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

/* Called about once a second, and whenever something happens. */
static int on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
		       curl_off_t up)
{
	bool (*const *stop)(void) = arg;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	return *stop && (*stop)();
}

static int set_up(CURL *curl, CURLU *url, uint64_t timeout_ms, struct scd_buf *body)
{
	long ms = (long)timeout_ms;
	int bad = 0;

	bad |= curl_easy_setopt(curl, CURLOPT_CURLU, url) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK;
	/* Whatever *_proxy says: a node's status goes through nobody's hands. */
	bad |= curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, ms) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ms) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "seccompctl-status/" SCD_VERSION) !=
	       CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) != CURLE_OK;
	bad |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, body) != CURLE_OK;
	return bad ? -1 : 0;
}

int scd_fetch(const char *text, uint64_t timeout_ms, bool (*stop)(void), struct scd_buf *body,
	      struct scd_error *err)
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
	if (set_up(curl, url, timeout_ms, body) < 0 ||
	    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop) != CURLE_OK)
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

int scd_fetch_init(struct scd_error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return scd_fail(err, SCD_E_SYSTEM, 0, "libcurl does not start");
	return 0;
}
