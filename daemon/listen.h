/* SPDX-License-Identifier: MIT */
/* A listening TCP socket from its text. */
#ifndef SCD_LISTEN_H
#define SCD_LISTEN_H

#include "error.h"

/**
 * scd_listen_open() - bind and listen.
 * @text: "ADDRESS:PORT", "[ADDRESS]:PORT" with an IPv6 one, or ":PORT": all addresses of
 *        both families, or of IPv4 where there is no IPv6. Names are not looked up.
 *
 * Return: a non-blocking descriptor, or -1 with SCD_E_CONFIG (not such a text) or
 * SCD_E_SYSTEM.
 */
int scd_listen_open(const char *text, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether @text is such a text; nothing is opened. 0, or -1 with SCD_E_CONFIG. */
int scd_listen_check(const char *text, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The port that @fd is bound to; 0 when it is not. */
unsigned scd_listen_port(int fd);

#endif
