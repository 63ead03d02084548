/* SPDX-License-Identifier: MIT */
/* What page is put together from. For page alone. */
#ifndef SCD_PAGE_PARTS_H
#define SCD_PAGE_PARTS_H

#include "buf.h"
#include "state.h"

/* How something is to be looked at; also the name of a class in the style sheet. */
enum scd_tone {
	SCD_TONE_GOOD,
	SCD_TONE_WARN,
	SCD_TONE_BAD,
	SCD_TONE_CALM
};
const char *scd_tone_class(enum scd_tone tone);

/* The style sheet, without the element around it. */
void scd_page_style(struct scd_buf *out) SCD_NONNULL;

/* Does a profile in this state want somebody to do something? */
bool scd_page_unwell(enum scd_phase phase);

enum scd_tone scd_page_tone(enum scd_phase phase);

/* The profiles that want attention, each with its findings; nothing when there is none. */
void scd_page_attention(struct scd_buf *out, const struct scd_state *state) SCD_NONNULL;

/* The table of all profiles. */
void scd_page_profiles(struct scd_buf *out, const struct scd_state *state) SCD_NONNULL;

/* Findings on profiles that are well all the same. */
void scd_page_remarks(struct scd_buf *out, const struct scd_state *state) SCD_NONNULL;

#endif
