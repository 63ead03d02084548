/* SPDX-License-Identifier: MIT */
/*
 * deny CALL=ANSWER... PROGRAM [ARGUMENT...] - run a program where system calls are denied,
 * as in a container with such a profile, or on a kernel that does not have them. ANSWER is the
 * name of an errno, or KILL.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	uint32_t action;
} answers[] = {
	{ "ENOSYS", SCMP_ACT_ERRNO(ENOSYS) }, { "EPERM", SCMP_ACT_ERRNO(EPERM) },
	{ "EACCES", SCMP_ACT_ERRNO(EACCES) }, { "EMFILE", SCMP_ACT_ERRNO(EMFILE) },
	{ "KILL", SCMP_ACT_KILL_PROCESS },
};

static int usage(const char *word)
{
	(void)fprintf(stderr, "deny: %s: CALL=ENOSYS|EPERM|EACCES|EMFILE|KILL... PROGRAM\n", word);
	return 125;
}

static int deny(scmp_filter_ctx ctx, char *word)
{
	char *answer = strchr(word, '=');
	int nr;

	*answer++ = '\0';
	nr = seccomp_syscall_resolve_name(word);
	for (size_t i = 0; nr != __NR_SCMP_ERROR && i < sizeof(answers) / sizeof(answers[0]); i++)
		if (strcmp(answers[i].name, answer) == 0)
			return seccomp_rule_add(ctx, answers[i].action, nr, 0);
	return -1;
}

int main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int i = 1;

	if (!ctx)
		return 125;
	for (; i < argc && strchr(argv[i], '='); i++)
		if (deny(ctx, argv[i]) < 0)
			return usage(argv[i]);
	if (i == argc)
		return usage("nothing to run");
	if (seccomp_load(ctx) < 0) {
		perror("deny: seccomp_load");
		return 125;
	}
	seccomp_release(ctx);
	(void)execvp(argv[i], &argv[i]);
	perror(argv[i]);
	return 127;
}
