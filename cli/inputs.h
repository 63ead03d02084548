/* SPDX-License-Identifier: MIT */
/* A list of texts to read: files and standard input. */
#ifndef SCD_INPUTS_H
#define SCD_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "room.h"

/* Most bytes read of one text. More than a profile may have, so that a profile which is too
 * large is a finding like any other. */
#define SCD_INPUT_MAX ((size_t)16 << 20)

/* The file that is standard input. */
#define SCD_STDIN_OPERAND "-"
#define SCD_STDIN_SHOWN "<stdin>" /* what people see of it */

struct scd_input {
	char *path;	/* what people see: the operand, or below it */
	size_t below;	/* where in .path begins what is below an absolute operand; else 0 */
	char *file;	/* what is opened; differs for stdin and in a ConfigMap volume */
	char *name;	/* relative to the directory operand, as seccompd would install it;
			 * NULL for other operands, and for YAML */
	size_t operand; /* of the command line, from 0 */
	bool found;	/* below a directory; not itself an operand */
	size_t depth;	/* directories between the operand and it */
	struct scd_error fault; /* SCD_OK, or why it cannot be read: SYSTEM, MISSING, NOT_REGULAR */
};

/* Zeroed is empty. */
struct scd_inputs {
	struct scd_input *items;
	size_t count, cap;
};

/* Adds @input and takes its strings over, also when it fails. A NULL path or file is a strdup()
 * that failed. 0, or -1 with SCD_E_NOMEM. */
int scd_inputs_add(struct scd_inputs *inputs, struct scd_input input,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Reads the whole text of an input without a fault. As scd_read_file_at(), but an operand may
 * also be a pipe, like those of the shell's <(...). */
int scd_input_read(const struct scd_input *input, char **text, size_t *len,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* How many of the operands are standard input, which can be read once. */
size_t scd_stdin_count(char *const *operands, size_t count) SCD_NONNULL;

void scd_inputs_done(struct scd_inputs *inputs) SCD_NONNULL;

#define auto_inputs SCD_CLEANUP(scd_inputs_done)

#endif
