/* SPDX-License-Identifier: MIT */
#include "constants.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "names.h"
#include "text.h"
#include "value.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* How wrong a name may be and still be recognised. */
#define NEAR ((size_t)3)

/* Numbers below are shown in decimal. */
#define SMALL 1024

enum family {
	GENERIC, /* x86, riscv, s390 */
	ARM,
	MIPS,
	PPC
};

struct row {
	enum scd_constant_kind kind;
	const char *name;
	uint64_t value, mask; /* it is this one if the bits of mask have the value */
};

#define VALUE(kind, name, value) { SCD_CONST_##kind, #name, (uint64_t)(value), UINT64_MAX },
#define FLAG(kind, name, value) { SCD_CONST_##kind, #name, (value), (value) },
#define FIELD(kind, name, value, mask) { SCD_CONST_##kind, #name, (value), (mask) },
#define OTHER(family, name, value)
static const struct row rows[] = {
#include "constant_rows.h"
};

#define ABSENT UINT64_MAX
#define VALUE(kind, name, value)
#define FLAG(kind, name, value)
#define FIELD(kind, name, value, mask)
#define OTHER(family, name, value) { family, #name, (value) },
static const struct {
	enum family family;
	const char *name;
	uint64_t value;
} others[] = {
#include "constant_rows.h"
};

#define KIND_NAME(kind, name) [SCD_CONST_##kind] = (name),
static const char *const kind_names[] = { SCD_CONSTANT_KINDS(KIND_NAME) };

/* What a kind has beside its own rows. */
static const struct {
	enum scd_constant_kind kind, also; /* the rows of another kind */
	uint64_t field;			   /* bits that hold a value of */
	enum scd_constant_kind field_kind;
	bool octal; /* the rest is a file mode */
} extras[] = {
	{ .kind = SCD_CONST_CLONE, .field = 0xff, .field_kind = SCD_CONST_SIGNAL },
	{ .kind = SCD_CONST_NAMESPACE, .also = SCD_CONST_CLONE },
	{ .kind = SCD_CONST_IPC, .octal = true },
};

/* The masks of FIELD rows, by the name that the headers have for them. */
static const struct {
	enum scd_constant_kind kind;
	const char *name;
	uint64_t mask;
} field_masks[] = {
	{ SCD_CONST_OPEN, "O_ACCMODE", 3 },
	{ SCD_CONST_SOCK, "SOCK_TYPE_MASK", 0xf },
	{ SCD_CONST_MAP, "MAP_TYPE", 0xf },
	{ SCD_CONST_CLONE, "CSIGNAL", 0xff },
};

static enum family family_of(uint32_t arch)
{
	switch (arch) {
	case SCMP_ARCH_ARM:
	case SCMP_ARCH_AARCH64:
		return ARM;
	case SCMP_ARCH_MIPS:
	case SCMP_ARCH_MIPS64:
	case SCMP_ARCH_MIPS64N32:
	case SCMP_ARCH_MIPSEL:
	case SCMP_ARCH_MIPSEL64:
	case SCMP_ARCH_MIPSEL64N32:
		return MIPS;
	case SCMP_ARCH_PPC:
	case SCMP_ARCH_PPC64:
	case SCMP_ARCH_PPC64LE:
		return PPC;
	default:
		return GENERIC;
	}
}

/* The row as the family has it; false when it does not. */
static bool row_for(const struct row *row, enum family family, struct row *out)
{
	*out = *row;
	for (size_t i = 0; family != GENERIC && i < COUNT(others); i++) {
		if (others[i].family != family || strcmp(others[i].name, row->name) != 0)
			continue;
		out->value = others[i].value;
		if (row->mask == row->value)
			out->mask = out->value;
		return out->value != ABSENT;
	}
	return true;
}

bool scd_constants_row(size_t index, uint32_t arch, const char **name, uint64_t *value)
{
	struct row row;

	if (index >= COUNT(rows))
		return false;
	*name = row_for(&rows[index], family_of(arch), &row) ? rows[index].name : NULL;
	*value = row.value;
	return true;
}

enum scd_constant_kind scd_constant_kind_find(const char *name, size_t len)
{
	for (int i = SCD_CONST_NONE + 1; i < SCD_CONSTANT_KIND_COUNT; i++)
		if (strlen(kind_names[i]) == len && memcmp(kind_names[i], name, len) == 0)
			return (enum scd_constant_kind)i;
	return SCD_CONST_NONE;
}

static const char *row_name(size_t i)
{
	return i < COUNT(rows) ? rows[i].name : NULL;
}

static int parse_name(enum family family, const char *word, uint64_t *value, struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN];
	const char *near;
	struct row row;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].name, word) != 0)
			continue;
		if (!row_for(&rows[i], family, &row))
			return scd_fail(err, SCD_E_CONFIG, 0, "this architecture has no %s", word);
		*value = row.value;
		return 0;
	}
	near = scd_text_nearest(word, NEAR, row_name);
	if (near)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s is not a known value; did you mean %s?",
				scd_value_show(word, shown), near);
	return scd_fail(err, SCD_E_CONFIG, 0,
			"%s is not a known value; write the number (10, 0x1f, 0755)",
			scd_value_show(word, shown));
}

static int parse_number(const char *word, uint64_t *value, struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN], *end;

	errno = 0;
	*value = strtoumax(word, &end, 0);
	if (*end || errno == ERANGE)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s is not a number of at most 64 bits",
				scd_value_show(word, shown));
	return 0;
}

/* One word between two "|". */
static int parse_word(enum family family, const char *word, uint64_t *value, struct scd_error *err)
{
	const char sign = *word;

	if (sign == '~' || sign == '-')
		word++;
	if (!*word)
		return scd_fail(err, SCD_E_CONFIG, 0,
				"a value is missing; write one as 10, 0x1f or O_RDONLY|O_CREAT");
	if ((isdigit((unsigned char)*word) ? parse_number(word, value, err)
					   : parse_name(family, word, value, err)) < 0)
		return -1;
	if (sign == '~')
		*value = ~*value;
	else if (sign == '-')
		*value = 0 - *value;
	return 0;
}

int scd_constants_parse(uint32_t arch, const char *text, uint64_t *value, struct scd_error *err)
{
	const enum family family = family_of(arch);
	char word[SCD_CONSTANT_TEXT_MAX];
	uint64_t all = 0, one = 0;

	if (strlen(text) >= sizeof(word))
		return scd_fail(err, SCD_E_CONFIG, 0, "a value has at most %zu bytes",
				sizeof(word) - 1);
	for (const char *at = text;; at++) {
		const size_t len = strcspn(at, "|");
		size_t first = strspn(at, " "), last = len;

		first = first < len ? first : len;
		while (last > first && at[last - 1] == ' ')
			last--;
		memcpy(word, at + first, last - first);
		word[last - first] = '\0';
		if (parse_word(family, word, &one, err) < 0)
			return -1;
		all |= one;
		at += len;
		if (!*at)
			break;
	}
	*value = all;
	return 0;
}

static void add_separator(struct scd_buf *out, size_t start)
{
	if (out->len > start)
		scd_buf_putc(out, '|');
}

static void add_number(struct scd_buf *out, uint64_t value)
{
	/* Small negative numbers, as -1 or AT_FDCWD in 64 bits and in 32. */
	if (value >= UINT64_MAX - SMALL)
		scd_buf_printf(out, "-%" PRIu64, 0 - value);
	else if (value < SMALL)
		scd_buf_printf(out, "%" PRIu64, value);
	else
		scd_buf_printf(out, "0x%" PRIx64, value);
}

/* The extras of a kind, or NULL. */
static size_t extra_of(enum scd_constant_kind kind)
{
	size_t i = 0;

	while (i < COUNT(extras) && extras[i].kind != kind)
		i++;
	return i;
}

/* Whether the row names the value; also a negative one of which an int was left. */
static bool is_value(const struct row *row, uint64_t value)
{
	return row->value == value || (row->value > INT64_MAX && value <= UINT32_MAX &&
				       (uint32_t)row->value == (uint32_t)value);
}

/* Adds the names of the kind's bits, and takes those out of @value. @fields: also those of fields
 * that are 0. */
static void add_flags(struct scd_buf *out, enum scd_constant_kind kind, enum family family,
		      uint64_t *value, bool fields, size_t start)
{
	uint64_t named = 0;
	struct row row;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].kind != kind || !row_for(&rows[i], family, &row))
			continue;
		if (row.mask & named || (*value & row.mask) != row.value ||
		    (row.value == 0 && !fields))
			continue;
		add_separator(out, start);
		scd_buf_puts(out, row.name);
		named |= row.mask;
	}
	*value &= ~named;
}

/* Whether the kind is an enumeration; *@found is the row of the value, or NULL. */
static bool is_enumeration(enum scd_constant_kind kind, enum family family, uint64_t value,
			   const struct row **found)
{
	bool whole = false;
	struct row row;

	*found = NULL;
	for (size_t i = 0; i < COUNT(rows) && !*found; i++) {
		if (rows[i].kind != kind || rows[i].mask != UINT64_MAX)
			continue;
		whole = true;
		if (row_for(&rows[i], family, &row) && is_value(&row, value))
			*found = &rows[i];
	}
	return whole;
}

/* Adds the value's name, or the number that has none; false when the kind is no enumeration. */
static bool add_enumerated(struct scd_buf *out, enum scd_constant_kind kind, enum family family,
			   uint64_t value)
{
	const struct row *found;

	if (!is_enumeration(kind, family, value, &found))
		return false;
	if (found)
		scd_buf_puts(out, found->name);
	else
		add_number(out, value);
	return true;
}

/* The bits that no name was found for. */
static void add_rest(struct scd_buf *out, uint64_t rest, bool octal, size_t start)
{
	if (rest == 0 && out->len > start)
		return;
	add_separator(out, start);
	if (octal && rest)
		scd_buf_printf(out, "0%" PRIo64, rest);
	else
		add_number(out, rest);
}

/* A mode as everybody writes it: the type by name, the bits in octal. */
static void add_mode(struct scd_buf *out, uint64_t value)
{
	const size_t start = out->len;
	struct row row;

	for (size_t i = 0; i < COUNT(rows); i++) {
		row = rows[i];
		if (row.kind == SCD_CONST_MODE && row.mask != row.value &&
		    (value & row.mask) == row.value) {
			scd_buf_puts(out, row.name);
			value &= ~row.mask;
			break;
		}
	}
	if (value || out->len == start) {
		add_separator(out, start);
		scd_buf_printf(out, "0%" PRIo64, value);
	}
}

void scd_constants_add(struct scd_buf *out, uint32_t arch, enum scd_constant_kind kind,
		       uint64_t value)
{
	const enum family family = family_of(arch);
	const size_t start = out->len, extra = extra_of(kind);

	if (kind == SCD_CONST_NONE) {
		add_number(out, value);
	} else if (kind == SCD_CONST_MODE) {
		add_mode(out, value);
	} else if (add_enumerated(out, kind, family, value)) {
		return;
	} else if (extra < COUNT(extras)) {
		const uint64_t field = value & extras[extra].field;

		value &= ~field;
		add_flags(out, kind, family, &value, true, start);
		if (extras[extra].also)
			add_flags(out, extras[extra].also, family, &value, true, start);
		if (field) {
			add_separator(out, start);
			(void)add_enumerated(out, extras[extra].field_kind, family, field);
		}
		add_rest(out, value, extras[extra].octal, start);
	} else {
		add_flags(out, kind, family, &value, true, start);
		add_rest(out, value, false, start);
	}
}

/* Takes the kind's whole field out of a mask, by name. */
static void add_field(struct scd_buf *out, enum scd_constant_kind kind, uint64_t *mask,
		      size_t start)
{
	for (size_t i = 0; i < COUNT(field_masks); i++) {
		if (field_masks[i].kind != kind ||
		    (*mask & field_masks[i].mask) != field_masks[i].mask)
			continue;
		add_separator(out, start);
		scd_buf_puts(out, field_masks[i].name);
		*mask &= ~field_masks[i].mask;
	}
}

void scd_constants_add_mask(struct scd_buf *out, uint32_t arch, enum scd_constant_kind kind,
			    uint64_t mask)
{
	const size_t start = out->len, extra = extra_of(kind);
	const enum family family = family_of(arch);
	const struct row *found;

	if (kind == SCD_CONST_NONE || kind == SCD_CONST_MODE ||
	    is_enumeration(kind, family, mask, &found)) {
		scd_buf_printf(out, "0x%" PRIx64, mask);
		return;
	}
	add_field(out, kind, &mask, start);
	add_flags(out, kind, family, &mask, false, start);
	if (extra < COUNT(extras) && extras[extra].also)
		add_flags(out, extras[extra].also, family, &mask, false, start);
	if (mask || out->len == start) {
		add_separator(out, start);
		scd_buf_printf(out, "0x%" PRIx64, mask);
	}
}
