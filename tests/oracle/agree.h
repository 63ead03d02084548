/* SPDX-License-Identifier: MIT */
/* Do the runtimes do with a profile what we say of it? */
#ifndef SCD_ORACLE_AGREE_H
#define SCD_ORACLE_AGREE_H

#include "case.h"
#include "contain.h"

/* In what way we were wrong. */
enum scd_discord {
	SCD_AGREED,
	SCD_DISCORD_ACTION,	/* a call met another action than the simulated one */
	SCD_DISCORD_ACCEPTED,	/* accepted, and no container starts */
	SCD_DISCORD_WEAKER,	/* accepted, and weaker than its text somewhere */
	SCD_DISCORD_SILENT,	/* no warning, and stricter than its text somewhere */
	SCD_DISCORD_STARTED,	/* rejected as what cannot start, and it started */
	SCD_DISCORD_NOT_WEAKER, /* rejected as weaker than its text, and it is not */
	SCD_DISCORD_DECODED,	/* rejected as what Go does not decode, and it does */
	SCD_DISCORD_COUNT
};

struct scd_finding_out {
	enum scd_discord discord;
	const char *runtime;
	bool no_new_privs;
	unsigned rule; /* the number of the rule that was wrong; 0: none */
	char what[400];
};

/* How much was done. */
struct scd_tally {
	struct {
		size_t accepted, rejected, containers, started, probes;
	} sides[SCD_SIDES];
	size_t cases, by_reason[SCD_RULE_NUMBER_MAX + 1];
};

/* Part of the targets. */
struct scd_scope {
	size_t side;	      /* that one alone; SCD_SIDES: all */
	bool no_new_privs[2]; /* whether to try false, true */
	bool brief;	      /* no second try */
	bool dry; /* start nothing: what is left is the verdict against the simulation */
};

/* Starts the containers of a case and compares. True when all agrees; else *@found is the first
 * disagreement. */
bool scd_agree(struct scd_yard *yard, const struct scd_case *c, const struct scd_scope *scope,
	       struct scd_tally *tally, struct scd_finding_out *found) SCD_NONNULL;

/* Where a disagreement shows again. */
struct scd_scope scd_scope_of(const struct scd_finding_out *found) SCD_NONNULL;

const char *scd_discord_name(enum scd_discord discord);

#endif
