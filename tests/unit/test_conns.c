/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#include "conns.h"

#define PLACES SCD_HTTP_CONNECTIONS_MAX

/* ends[i][0] is the server's, as accept(2) would give it. */
static struct {
	struct scd_conns conns;
	int ends[PLACES + 1][2];
} t;

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.conns.timeout_ms = 5000;
	for (size_t i = 0; i <= PLACES; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, t.ends[i]) < 0)
			return -1;
	return 0;
}

static void close_end(int *fd)
{
	(void)close(*fd);
	*fd = -1;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i <= PLACES; i++) {
		scd_close_fd(&t.ends[i][0]);
		scd_close_fd(&t.ends[i][1]);
	}
	return 0;
}

static bool was_shut_down(size_t i)
{
	char byte;

	return recv(t.ends[i][1], &byte, 1, MSG_DONTWAIT) == 0;
}

static void fill(int64_t now_ms)
{
	for (size_t i = 0; i < PLACES; i++)
		scd_conns_add(&t.conns, t.ends[i][0], now_ms);
	assert_int_equal(t.conns.count, PLACES);
}

static void the_oldest_without_a_request_goes_even_in_the_same_millisecond(void **state)
{
	(void)state;
	fill(1000);
	scd_conns_answer(&t.conns, t.ends[0][0], 10, 1000);
	scd_conns_add(&t.conns, t.ends[PLACES][0], 1000);
	assert_int_equal(t.conns.count, PLACES);
	assert_false(was_shut_down(0)); /* it has asked */
	assert_true(was_shut_down(1));
	for (size_t i = 2; i <= PLACES; i++)
		assert_false(was_shut_down(i));
}

static void a_newcomer_goes_when_all_have_asked(void **state)
{
	(void)state;
	fill(1000);
	for (size_t i = 0; i < PLACES; i++)
		scd_conns_answer(&t.conns, t.ends[i][0], 10, 1000);
	scd_conns_add(&t.conns, t.ends[PLACES][0], 1000);
	assert_int_equal(t.conns.count, PLACES);
	assert_true(was_shut_down(PLACES));
	for (size_t i = 0; i < PLACES; i++)
		assert_false(was_shut_down(i));
}

static void a_closed_connection_gives_its_place_back(void **state)
{
	(void)state;
	fill(1000);
	close_end(&t.ends[5][0]);
	scd_conns_add(&t.conns, t.ends[PLACES][0], 1000);
	assert_int_equal(t.conns.count, PLACES);
	for (size_t i = 0; i <= PLACES; i++)
		assert_true(i == 5 || !was_shut_down(i));
}

static void a_reused_number_is_another_connection(void **state)
{
	int other[2];

	(void)state;
	scd_conns_add(&t.conns, t.ends[0][0], 1000);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, other), 0);
	/* evhttp closed the first one, and the number came back for something else. */
	assert_int_equal(dup2(other[0], t.ends[0][0]), t.ends[0][0]);
	(void)close(other[0]);

	assert_int_equal(scd_conns_expire(&t.conns, 100000), -1);
	assert_int_equal(t.conns.count, 0);
	assert_int_equal(send(other[1], "x", 1, MSG_NOSIGNAL), 1); /* not shut down */
	(void)close(other[1]);
}

static void time_runs_for_the_request_and_anew_for_the_answer(void **state)
{
	(void)state;
	scd_conns_add(&t.conns, t.ends[0][0], 1000);
	scd_conns_add(&t.conns, t.ends[1][0], 2000);
	assert_int_equal(scd_conns_expire(&t.conns, 2500), 3500);
	scd_conns_answer(&t.conns, t.ends[0][0], 10, 5999);
	assert_int_equal(scd_conns_expire(&t.conns, 6000), 1000);
	assert_int_equal(scd_conns_expire(&t.conns, 7000), 3999);
	assert_false(was_shut_down(0));
	assert_true(was_shut_down(1));
	assert_int_equal(scd_conns_expire(&t.conns, 10999), -1);
	assert_true(was_shut_down(0));
}

static void bytes_under_way_are_those_of_open_connections(void **state)
{
	(void)state;
	fill(1000);
	assert_int_equal(scd_conns_answer_bytes(&t.conns), 0);
	scd_conns_answer(&t.conns, t.ends[0][0], 1000, 1000);
	scd_conns_answer(&t.conns, t.ends[1][0], 234, 1000);
	assert_int_equal(scd_conns_answer_bytes(&t.conns), 1234);
	close_end(&t.ends[0][0]);
	assert_int_equal(scd_conns_answer_bytes(&t.conns), 234);
}

#define WITH_PAIRS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIRS(the_oldest_without_a_request_goes_even_in_the_same_millisecond),
		WITH_PAIRS(a_newcomer_goes_when_all_have_asked),
		WITH_PAIRS(a_closed_connection_gives_its_place_back),
		WITH_PAIRS(a_reused_number_is_another_connection),
		WITH_PAIRS(time_runs_for_the_request_and_anew_for_the_answer),
		WITH_PAIRS(bytes_under_way_are_those_of_open_connections),
	};

	return cmocka_run_group_tests_name("conns", tests, NULL, NULL);
}
