/* SPDX-License-Identifier: MIT */
/* What an error says is wrong, in terms of what can be tried. */
#ifndef SCD_ORACLE_CLAIMS_H
#define SCD_ORACLE_CLAIMS_H

#include "rules.h"

enum scd_claim {
	SCD_CLAIM_NEVER_STARTS, /* no container starts, with no_new_privs true */
	SCD_CLAIM_NO_PROGRAM,	/* no program of a libc starts */
	SCD_CLAIM_WEAKER,	/* some call is treated less strictly than the text has it */
	SCD_CLAIM_NOT_DECODED,	/* Go's decoder refuses the text */
	SCD_CLAIM_TAKEN		/* not to be seen with this runtime: .why says for what reason */
};

struct scd_claim_row {
	enum scd_claim claim;
	const char *why; /* of SCD_CLAIM_TAKEN */
};

/* The claim of a rule with severity error. */
const struct scd_claim_row *scd_claim_of(unsigned number);

#endif
