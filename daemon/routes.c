/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "metrics.h"
#include "status.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A failing answer ends up in a Kubernetes condition: it has to be short. */
#define HEALTH_BYTES_MAX ((size_t)1023)
#define LISTING_BYTES_MAX ((size_t)1023)
#define EXCLUDED_SHOWN ((size_t)64) /* bytes of the name of a check that is not there */

static const char text_plain[] = "text/plain; charset=utf-8";
static const char text_html[] = "text/html; charset=utf-8";
static const char application_json[] = "application/json";

struct route {
	const char *path;
	enum scd_http_path label;
	bool has_checks;			      /* PATH/CHECK is a path too */
	char *(*answer)(struct scd_request *request); /* the text; NULL: out of memory */
};

static char *answer_page(struct scd_request *request);
static char *answer_health(struct scd_request *request);
static char *answer_metrics(struct scd_request *request);
static char *answer_status(struct scd_request *request);
static char *answer_version(struct scd_request *request);

static const struct route routes[] = {
	{ "/", SCD_HTTP_PAGE, false, answer_page },
	{ "/livez", SCD_HTTP_LIVEZ, true, answer_health },
	{ "/readyz", SCD_HTTP_READYZ, true, answer_health },
	{ "/healthz", SCD_HTTP_HEALTHZ, false, answer_health },
	{ "/status", SCD_HTTP_STATUS, false, answer_status },
	{ "/metrics", SCD_HTTP_METRICS, false, answer_metrics },
	{ "/version", SCD_HTTP_VERSION, false, answer_version },
};

/* One parameter of "a&b=c". */
struct parameter {
	const char *key, *value;
	size_t key_len, value_len;
};

static bool is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* Takes the first parameter off *@query. False at the end. */
static bool next_parameter(const char **query, struct parameter *parameter)
{
	const char *text = *query;
	size_t len;

	if (!text || !*text)
		return false;
	len = strcspn(text, "&");
	parameter->key = text;
	parameter->key_len = strcspn(text, "=&");
	parameter->value = text + parameter->key_len + (text[parameter->key_len] == '=');
	parameter->value_len = (size_t)(text + len - parameter->value);
	*query = text + len + (text[len] == '&');
	return true;
}

static bool query_has(const char *query, const char *key)
{
	struct parameter parameter;

	while (next_parameter(&query, &parameter))
		if (is(parameter.key, parameter.key_len, key))
			return true;
	return false;
}

static char *list_paths(const char *title)
{
	auto_buf struct scd_buf text = scd_buf_init(LISTING_BYTES_MAX);

	scd_buf_printf(&text, "%s\n\n", title);
	for (size_t i = 0; i < COUNT(routes); i++)
		scd_buf_printf(&text, "%s\n", routes[i].path);
	return scd_buf_take(&text);
}

static char *answer_page(struct scd_request *request)
{
	request->type = text_html;
	scd_page_policy(request->policy);
	return scd_page_html(request->state);
}

static char *answer_not_found(struct scd_request *request)
{
	request->label = SCD_HTTP_OTHER;
	request->code = SCD_HTTP_NOT_FOUND;
	return list_paths("not found; these are the paths:");
}

static char *answer_not_allowed(struct scd_request *request)
{
	request->label = SCD_HTTP_OTHER;
	request->code = SCD_HTTP_NOT_ALLOWED;
	return strdup("only GET and HEAD are allowed\n");
}

/* Is @check one that this request is about? */
static bool asked(const struct scd_request *request, const struct scd_health_check *check)
{
	bool live = request->label != SCD_HTTP_READYZ;

	if (request->check)
		return check->live == live && strcmp(check->name, request->check) == 0;
	return scd_health_check_counts(check, live, request->state);
}

/* Is @check left out by "exclude=NAME"? As with kube-apiserver, only of the whole. */
static bool excluded(const struct scd_request *request, const struct scd_health_check *check)
{
	const char *query = request->check ? NULL : request->query;
	struct parameter parameter;

	while (next_parameter(&query, &parameter))
		if (is(parameter.key, parameter.key_len, "exclude") &&
		    is(parameter.value, parameter.value_len, check->name))
			return true;
	return false;
}

/* Names the first one that was to be left out and is not there: a typing mistake. */
static void warn_of_exclusions(struct scd_buf *text, const struct scd_request *request)
{
	const char *query = request->check ? NULL : request->query;
	struct parameter parameter;
	size_t count, i;
	const struct scd_health_check *checks = scd_health_checks(&count);

	while (next_parameter(&query, &parameter)) {
		if (!is(parameter.key, parameter.key_len, "exclude"))
			continue;
		for (i = 0; i < count; i++)
			if (asked(request, &checks[i]) &&
			    is(parameter.value, parameter.value_len, checks[i].name))
				break;
		if (i < count)
			continue;
		scd_buf_puts(text, "warn: no check to exclude is called \"");
		scd_text_quote(text, parameter.value, parameter.value_len, EXCLUDED_SHOWN);
		scd_buf_puts(text, "\"\n");
		return;
	}
}

static char *answer_health(struct scd_request *request)
{
	auto_buf struct scd_buf text = scd_buf_init(HEALTH_BYTES_MAX);
	int64_t now_ms = scd_now_ms();
	size_t count, found = 0, failed = 0;
	const struct scd_health_check *checks = scd_health_checks(&count);

	for (size_t i = 0; i < count; i++) {
		const char *failure;

		if (!asked(request, &checks[i]))
			continue;
		found++;
		failure = checks[i].failure(request->state, now_ms);
		if (excluded(request, &checks[i]))
			scd_buf_printf(&text, "[+]%s excluded: ok\n", checks[i].name);
		else if (failure)
			scd_buf_printf(&text, "[-]%s failed: %s\n", checks[i].name, failure);
		else
			scd_buf_printf(&text, "[+]%s ok\n", checks[i].name);
		failed += failure && !excluded(request, &checks[i]);
	}
	if (found == 0)
		return answer_not_found(request);
	if (failed > 0)
		request->code = scd_http_failure(request->label);
	else if (!query_has(request->query, "verbose"))
		return strdup("ok");
	warn_of_exclusions(&text, request);
	scd_buf_printf(&text, "%s check %s\n", scd_http_path_name(request->label),
		       failed ? "failed" : "passed");
	return scd_buf_take(&text);
}

static char *answer_metrics(struct scd_request *request)
{
	enum scd_metrics_format format = scd_metrics_negotiate(request->accept);

	request->type = scd_metrics_content_type(format);
	return scd_metrics_text(request->state, request->counts, format);
}

static char *answer_status(struct scd_request *request)
{
	request->type = application_json;
	return scd_status_json(request->state, query_has(request->query, "pretty"));
}

static char *answer_version(struct scd_request *request)
{
	request->type = application_json;
	return scd_version_json();
}

/* The route of the path; sets the name of the check behind it. */
static const struct route *find_route(struct scd_request *request)
{
	for (size_t i = 0; i < COUNT(routes); i++) {
		size_t len = strlen(routes[i].path);
		const char *rest;

		if (strncmp(request->path, routes[i].path, len) != 0)
			continue;
		rest = request->path + len;
		request->check = *rest == '/' ? rest + 1 : NULL;
		if (*rest == '\0' || (*rest == '/' && routes[i].has_checks))
			return &routes[i];
	}
	return NULL;
}

void scd_routes_answer(struct scd_request *request)
{
	const struct route *route = find_route(request);

	request->code = SCD_HTTP_OK;
	request->type = text_plain;
	if (!request->allowed) {
		request->text = answer_not_allowed(request);
	} else if (!route) {
		request->text = answer_not_found(request);
	} else {
		request->label = route->label;
		request->text = route->answer(request);
	}
	if (!request->text && request->code == SCD_HTTP_OK)
		request->code = scd_http_failure(request->label);
}
