/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "rule_examples.h"
#include "text.h"

#define NEAR 3 /* edits within which a name is a misspelling */

/* The text of a rule says what happens on which consumer; measured with containerd 1.6.20,
 * runc 1.1.5, crun 1.8.1 and libseccomp 2.5.4, or read in their sources. */
#define ROW_OF(is_fixed, n, digits, rule_name, level, rule_title, rule_why, rule_cure)        \
	{                                                                                     \
		.number = (n), .id = "SCP" #digits, .name = (rule_name), .severity = (level), \
		.title = (rule_title), .why = (rule_why), .cure = (rule_cure),                \
		.bad = BAD_##digits, .good = GOOD_##digits, .fixed = (is_fixed)               \
	}
#define ROW(...) ROW_OF(false, __VA_ARGS__)
#define FIXED(...) ROW_OF(true, __VA_ARGS__)

static const struct scd_rule rules[] = {
	FIXED(SCD_PROFILE_EMPTY, 001, "profile-empty", SCD_ERROR,
	      "neither defaultAction nor syscalls",
	      "runc and CRI-O take such a file as \"no seccomp\" and run the container unconfined, "
	      "without a word (Seccomp: 0 in /proc/self/status). crun refuses it.",
	      "Write a defaultAction, such as SCMP_ACT_ERRNO, and the calls to allow under syscalls."),
	FIXED(SCD_PROFILE_WRAPPED, 002, "profile-wrapped", SCD_ERROR,
	      "the profile is inside another document",
	      "Consumers ignore keys that they do not know. Of a SeccompProfile resource or an OCI "
	      "config.json nothing is left, and the container runs unconfined.",
	      "Put only the inner object into the file: what stands under .spec or .linux.seccomp."),
	FIXED(SCD_JSON_SYNTAX, 003, "json-syntax", SCD_ERROR, "not strict JSON",
	      "All consumers parse with Go's encoding/json, which refuses the file: the container "
	      "stays in CreateContainerError. What other parsers accept is no help.",
	      "Write JSON as RFC 8259 has it: UTF-8, no comments, no trailing commas, no NUL."),
	FIXED(SCD_DEFAULT_ACTION_MISSING, 004, "default-action-missing", SCD_ERROR,
	      "no defaultAction",
	      "runc and crun refuse a profile with rules and without a defaultAction.",
	      "Write a defaultAction, such as SCMP_ACT_ERRNO."),
	FIXED(SCD_ACTION_UNKNOWN, 005, "action-unknown", SCD_ERROR, "not an action",
	      "runc and crun refuse the profile: the container does not start.",
	      "Write one of the nine SCMP_ACT_ names, in capitals."),
	FIXED(SCD_TYPE_MISMATCH, 006, "type-mismatch", SCD_ERROR, "wrong type of value",
	      "Go's decoder refuses the file: the container stays in CreateContainerError. Numbers "
	      "must be integers from 0 to 2^64-1 written in digits: 1.0, 1e3, -0 and \"1\" are refused.",
	      "Write a value of the type that the message names."),
	FIXED(SCD_NULL_ELEMENT, 007, "null-element", SCD_ERROR, "null in a list",
	      "CRI-O crashes on it (a nil pointer in the daemon); runc and crun refuse the profile.",
	      "Remove the null."),
	FIXED(SCD_DUPLICATE_KEY, 008, "duplicate-key", SCD_ERROR, "the same key twice",
	      "Go lets the last one win, whatever its letter case, and merges lists element by element; "
	      "other tools take the first. The file means different things to different readers.",
	      "Keep one of the two."),
	ROW(SCD_DOCKER_CONDITIONAL, 009, "docker-conditional", SCD_ERROR,
	    "includes or excludes, which containerd ignores",
	    "containerd drops the condition and keeps the rule: it holds for every container. Docker's "
	    "own default profile then allows bpf, mount, unshare and setns to everybody. CRI-O "
	    "honours caps and arches, and ignores minKernel.",
	    "Write a profile without conditions: keep the rule, or remove it."),
	ROW(SCD_DOCKER_NAME, 010, "docker-name", SCD_ERROR, "name instead of names",
	    "containerd ignores name: with runc the whole rule vanishes, so a denied call is allowed; "
	    "with crun the container does not start. CRI-O understands it, but not beside names.",
	    "Write \"names\": [\"...\"]."),
	ROW(SCD_DOCKER_ARCHMAP, 011, "docker-archmap", SCD_WARNING,
	    "archMap, which containerd ignores",
	    "containerd drops it. Only the node's own architecture is left in the filter, and every "
	    "call of a 32-bit program is killed. CRI-O refuses archMap beside architectures.",
	    "Write \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]."),
	ROW(SCD_CANNOT_START_EXECVE, 012, "cannot-start-execve", SCD_ERROR, "execve is not allowed",
	    "The runtime starts the program with execve under the filter: no container can start.",
	    "Allow execve."),
	ROW(SCD_CANNOT_START_RUNTIME, 013, "cannot-start-runtime", SCD_ERROR,
	    "a call that the OCI runtime itself needs is not allowed",
	    "The runtime makes a few calls of its own between loading the filter and execve; without "
	    "them the container dies in its first moment, often without a message. A condition counts "
	    "for the arguments that the runtime gives, as far as they are known.",
	    "Allow the calls that the message names."),
	ROW(SCD_RULE_SHADOWED_UNCOND, 014, "rule-shadowed-uncond", SCD_WARNING,
	    "a conditional rule beside an unconditional one",
	    "libseccomp keeps the unconditional rule of a call and drops every conditional one, in any "
	    "order and without a word.",
	    "Keep either the unconditional rule or the conditional ones."),
	ROW(SCD_RULE_EQUALS_DEFAULT, 015, "rule-equals-default", SCD_NOTE,
	    "the rule's action is the default action",
	    "runc and crun skip such a rule. It cannot carve an exception out of another rule.",
	    "Remove the rule, or give it another action."),
	FIXED(SCD_RULE_CONFLICT_EEXIST, 016, "rule-conflict-eexist", SCD_ERROR,
	      "rules contradict each other",
	      "libseccomp refuses the second rule (EEXIST): the container does not start.",
	      "Make the conditions of the rules exclude each other."),
	ROW(SCD_RULE_CONFLICT_FIRST_WINS, 017, "rule-conflict-first-wins", SCD_ERROR,
	    "two unconditional rules for one call",
	    "libseccomp keeps the first and ignores the second without a word.",
	    "Keep one of the two."),
	ROW(SCD_RULE_OVERLAP, 018, "rule-overlap", SCD_WARNING,
	    "overlapping conditions with different actions",
	    "libseccomp orders conditions in its own way, not by their place in the file: which of two "
	    "rules for the same call wins depends on operators and values.",
	    "Make the conditions of the rules exclude each other."),
	ROW(SCD_ARGS_SAME_INDEX, 019, "args-same-index", SCD_WARNING,
	    "two conditions on one argument",
	    "runc and crun split such a rule: its conditions are OR-ed, all of them. A range cannot be "
	    "written this way; 1 <= a and a <= 5 together match everything.",
	    "List the values with one SCMP_CMP_EQ rule each, or use SCMP_CMP_MASKED_EQ."),
	ROW(SCD_ARGS_MORE_THAN_6, 020, "args-more-than-6", SCD_ERROR,
	    "more than six conditions in a rule",
	    "crun looks at the first six and drops the others without a word.", "Split the rule."),
	FIXED(SCD_ARG_INDEX, 021, "arg-index", SCD_ERROR, "argument index over 5",
	      "A system call has six arguments, 0 to 5. runc and crun refuse the profile.",
	      "Write an index from 0 to 5."),
	FIXED(SCD_OP_UNKNOWN, 022, "op-unknown", SCD_ERROR, "not a comparison",
	      "runc and crun refuse the profile: the container does not start.",
	      "Write one of SCMP_CMP_NE, LT, LE, EQ, GE, GT, MASKED_EQ, in capitals."),
	ROW(SCD_MASKED_EQ_SWAPPED, 023, "masked-eq-swapped", SCD_ERROR,
	    "SCMP_CMP_MASKED_EQ with mask and value confused",
	    "value is the mask and valueTwo what must be left: it matches when (argument & value) == "
	    "(valueTwo & value). Without valueTwo it matches when no bit of the mask is set: a rule that "
	    "is to deny a flag then denies its absence and allows the flag.",
	    "Write the mask as value, and as valueTwo the bits that must be set."),
	ROW(SCD_ARG_IS_POINTER, 024, "arg-is-pointer", SCD_ERROR, "a condition on a pointer",
	    "A filter sees the address, which the caller chooses, and never what stands there. Such a "
	    "rule restricts nothing, or fails by chance.",
	    "Remove the condition: the flags of openat are argument 2, and those of clone3 and openat2 "
	    "are out of reach."),
	ROW(SCD_ARG_BEYOND_ARITY, 025, "arg-beyond-arity", SCD_ERROR,
	    "a condition on an argument that the call does not have",
	    "The register is unused: the caller sets it at will, and with it what the filter does.",
	    "Remove the condition, or correct the index; the first argument is 0."),
	ROW(SCD_INT_ARG_HIGHBITS, 026, "int-arg-highbits", SCD_WARNING,
	    "bits that the filter reads and the kernel drops",
	    "The kernel reads an int, of 32 bits; the filter compares 64. A program that sets a higher "
	    "bit gets round a rule that denies with SCMP_CMP_EQ, or allows with SCMP_CMP_NE, GT or GE. "
	    "Docker's own block of AF_VSOCK has this hole.",
	    "Deny with SCMP_CMP_MASKED_EQ, value 4294967295, valueTwo the value; or allow single values "
	    "with SCMP_CMP_EQ."),
	ROW(SCD_VALUETWO_IGNORED, 027, "valuetwo-ignored", SCD_NOTE,
	    "valueTwo without SCMP_CMP_MASKED_EQ", "Only SCMP_CMP_MASKED_EQ reads valueTwo.",
	    "Remove valueTwo."),
	ROW(SCD_COND_CONSTANT, 028, "cond-constant", SCD_WARNING,
	    "a condition that is always or never true",
	    "No value is below 0 or above 2^64-1, every value is at least 0, and a mask of 0 leaves "
	    "nothing to compare. A rule that denies and never matches denies nothing: there it is an error.",
	    "Write the value that is meant, or remove the condition."),
	ROW(SCD_VALUE_OVER_32BIT_ARCH, 029, "value-over-32bit-arch", SCD_WARNING,
	    "a value over 32 bits and a 32-bit architecture",
	    "On a 32-bit architecture libseccomp compares the low 32 bits alone: a condition can match "
	    "what it should not.",
	    "Keep values below 2^32, or leave the 32-bit architectures out."),
	ROW(SCD_SOCKETCALL_ARGS, 030, "socketcall-args", SCD_ERROR,
	    "a condition on a call that 32-bit programs make through socketcall or ipc",
	    "On x86 and other 32-bit architectures these calls also go through one call, with their "
	    "arguments in memory. libseccomp adds the rule for it too, with the conditions on the wrong "
	    "registers: a rule that allows then allows every socket (an error), one that denies may deny "
	    "every socket (a warning). A rule without conditions is lost when nothing else is restricted "
	    "there without conditions and the call has no number of its own, such as send.",
	    "Leave the 32-bit architecture out of architectures, or remove the condition."),
	ROW(SCD_SYSCALL_UNKNOWN, 031, "syscall-unknown", SCD_WARNING, "not a system call",
	    "Both runtimes skip a name that their libseccomp does not know, without a word. In a rule "
	    "that denies, the call stays allowed: there it is an error.",
	    "Correct the name, or remove it."),
	ROW(SCD_SYSCALL_TOO_NEW, 032, "syscall-too-new", SCD_NOTE,
	    "a call that libseccomp 2.5 does not know",
	    "A runtime with an older libseccomp skips the name without a word. In a rule that denies, the "
	    "call stays allowed on such a node: there it is a warning.",
	    "Nothing where the nodes are new; else deny by default."),
	ROW(SCD_SYSCALL_NAME_FORMAT, 033, "syscall-name-format", SCD_ERROR,
	    "not the form of a system call's name",
	    "runc refuses an empty name. Any other that is not a kernel name in lower case is skipped.",
	    "Write the kernel's name: getuid, not sys_getuid, GETUID or 102."),
	ROW(SCD_SYSCALL_FOREIGN_ARCH, 034, "syscall-foreign-arch", SCD_NOTE,
	    "a call of another architecture",
	    "The name is known, but the architectures of this filter do not have the call.",
	    "Nothing: the rule has no effect here and may have one elsewhere."),
	ROW(SCD_NAMES_EMPTY, 035, "names-empty", SCD_ERROR, "a rule without names",
	    "runc drops the rule without a word; crun refuses the profile when names is missing or null.",
	    "Write \"names\": [\"...\"], or remove the rule."),
	FIXED(SCD_ERRNO_RANGE, 036, "errno-range", SCD_ERROR, "errnoRet out of range",
	      "libseccomp takes 0 to 4094. 4095 to 65535 keep the container from starting; of more only the "
	      "low 16 bits are left in runc, and crun refuses from 2^32 on.",
	      "Write an error number, such as 1 (EPERM) or 38 (ENOSYS)."),
	ROW(SCD_ERRNO_ON_WRONG_ACTION, 037, "errno-on-wrong-action", SCD_ERROR,
	    "errnoRet with an action that returns none",
	    "crun refuses the profile; runc ignores the number.",
	    "Remove errnoRet, or write SCMP_ACT_ERRNO."),
	ROW(SCD_ERRNO_ZERO, 038, "errno-zero", SCD_WARNING, "errnoRet 0",
	    "The call does nothing and reports success.",
	    "Write an error number, such as 1 (EPERM) or 38 (ENOSYS)."),
	ROW(SCD_ERRNO_STRING, 039, "errno-string", SCD_WARNING,
	    "errno as a name, which containerd ignores",
	    "errno and defaultErrno are keys of CRI-O and podman; containerd drops them and the call "
	    "fails with EPERM.",
	    "Write errnoRet or defaultErrnoRet with the number."),
	ROW(SCD_CLONE3_NOT_ENOSYS, 040, "clone3-not-enosys", SCD_WARNING,
	    "clone3 is denied with another error than ENOSYS",
	    "glibc 2.34 and later try clone3 first and fall back to clone on ENOSYS alone: with EPERM no "
	    "thread starts.",
	    "Add { \"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38 }, or allow "
	    "clone3."),
	ROW(SCD_ENOSYS_FALLBACK, 041, "enosys-fallback", SCD_NOTE,
	    "newer calls are denied with another error than ENOSYS",
	    "Libraries try the newer call and fall back to an older one on ENOSYS alone. With EPERM the "
	    "program sees a failure that no kernel would give it.",
	    "Write \"defaultErrnoRet\": 38, or allow the newer calls beside the older ones."),
	ROW(SCD_RUNTIME_DIVERGENCE, 042, "runtime-divergence", SCD_NOTE,
	    "runc and crun answer a call differently",
	    "runc puts a stub in front of the filter that answers ENOSYS to calls newer than any that "
	    "the profile names, on the architectures that it lists; crun does not. For clone3 the "
	    "difference decides whether threads start: there it is a warning.",
	    "Write \"defaultErrnoRet\": 38, or name the call."),
	FIXED(SCD_ARCH_UNKNOWN, 043, "arch-unknown", SCD_ERROR, "not an architecture",
	      "runc refuses the profile: the container does not start.",
	      "Write one of the SCMP_ARCH_ names that runc knows, in capitals."),
	FIXED(SCD_ARCH_ENDIAN, 044, "arch-endian", SCD_ERROR,
	      "an architecture of the other byte order",
	      "libseccomp refuses to put both byte orders into one filter (EDOM): the container does not "
	      "start on this node.",
	      "Keep a profile of its own for those nodes."),
	ROW(SCD_ARCH_NATIVE_MISSING, 045, "arch-native-missing", SCD_NOTE,
	    "the node's own architecture is not listed",
	    "It is always in the filter, listed or not.",
	    "List it, so that the file says what happens."),
	ROW(SCD_ARCH_32BIT_KILLED, 046, "arch-32bit-killed", SCD_WARNING,
	    "32-bit programs are killed",
	    "Calls of an architecture that is not in the filter are killed, whatever the default action, "
	    "SCMP_ACT_ALLOW too. Where the default action denies it is a note.",
	    "List SCMP_ARCH_X86 (on arm64 SCMP_ARCH_ARM) where 32-bit programs run; else nothing."),
	ROW(SCD_ARCH_VERSION, 047, "arch-version", SCD_WARNING,
	    "an architecture that runc 1.1.5 does not know",
	    "SCMP_ARCH_RISCV64 needs runc 1.1.8, SCMP_ARCH_LOONGARCH64 runc 1.5 and libseccomp 2.6: an "
	    "older runc does not start the container.",
	    "Remove it where no such node is, or make sure of the runtime's version."),
	ROW(SCD_ACTION_VERSION, 048, "action-version", SCD_NOTE,
	    "an action that older runtimes do not know",
	    "runc before 1.1.3 refuses a profile with SCMP_ACT_KILL_PROCESS or SCMP_ACT_KILL_THREAD: the "
	    "container does not start. Every version that a verdict is about, runc 1.1.5 and later, "
	    "knows them.",
	    "Nothing where runc is 1.1.3 or later; else write SCMP_ACT_ERRNO or SCMP_ACT_KILL."),
	ROW(SCD_KILL_IS_THREAD, 049, "kill-is-thread", SCD_WARNING, "kills the calling thread only",
	    "SCMP_ACT_KILL is SCMP_ACT_KILL_THREAD: the other threads live on without it, which often "
	    "hangs the program; as a default action it hangs runc itself.",
	    "Write SCMP_ACT_KILL_PROCESS."),
	ROW(SCD_NOTIFY_DEFAULT, 050, "notify-default", SCD_ERROR,
	    "SCMP_ACT_NOTIFY as the default action",
	    "runc refuses it; with crun the container crashes.",
	    "Use SCMP_ACT_NOTIFY in rules only."),
	ROW(SCD_NOTIFY_NO_LISTENER, 051, "notify-no-listener", SCD_ERROR,
	    "SCMP_ACT_NOTIFY without listenerPath",
	    "runc refuses the profile; with crun the calls fail with ENOSYS.",
	    "Write listenerPath, or another action."),
	ROW(SCD_LISTENER_UNUSED, 052, "listener-unused", SCD_ERROR,
	    "listenerPath and no SCMP_ACT_NOTIFY, or a path that is not absolute",
	    "crun connects to the path all the same and fails to start when nobody listens; it refuses "
	    "a path that is not absolute.",
	    "Remove listenerPath."),
	ROW(SCD_TRACE_NO_TRACER, 053, "trace-no-tracer", SCD_WARNING, "SCMP_ACT_TRACE",
	    "No tracer is attached to an ordinary container: the call fails with ENOSYS.",
	    "Write SCMP_ACT_ERRNO, or SCMP_ACT_LOG to watch."),
	ROW(SCD_FLAGS_UNSUPPORTED, 054, "flags-unsupported", SCD_ERROR,
	    "a filter flag that the runtime does not know",
	    "runc before 1.2 refuses every flag; an unknown one is refused by all. With crun the kernel "
	    "refuses SECCOMP_FILTER_FLAG_TSYNC beside SCMP_ACT_NOTIFY.",
	    "Remove the flag."),
	ROW(SCD_FLAGS_DROP_SSB, 055, "flags-drop-ssb", SCD_NOTE,
	    "flags without SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	    "Without flags the runtimes set SPEC_ALLOW. Listing others turns the Spectre v4 mitigation on, "
	    "which is slower.",
	    "Add SECCOMP_FILTER_FLAG_SPEC_ALLOW, or keep it out on purpose."),
	FIXED(SCD_FILTER_TOO_LARGE, 056, "filter-too-large", SCD_ERROR,
	      "more than 4,096 instructions",
	      "The kernel refuses a longer filter (EINVAL): the container does not start. Counted is the "
	      "program of every selected target, runc's stub included.",
	      "Use fewer conditions or fewer architectures."),
	FIXED(SCD_COMPILE_TOO_EXPENSIVE, 057, "compile-too-expensive", SCD_ERROR,
	      "libseccomp cannot compile it in reasonable time and memory",
	      "The runtime would spend as long at every start of a container, or crash: libseccomp 2.5.4 "
	      "corrupts its memory beyond 65,535 instructions.",
	      "Use fewer conditions per call and fewer conditions per rule."),
	ROW(SCD_DEFAULT_DENY_EMPTY, 058, "default-deny-empty", SCD_ERROR, "everything is denied",
	    "The default action denies and no rule allows anything: the first call of the container fails.",
	    "List the calls to allow under syscalls with SCMP_ACT_ALLOW."),
	ROW(SCD_NO_RESTRICTION, 059, "no-restriction", SCD_WARNING, "nothing is denied",
	    "The default action allows and no rule denies: the filter costs time and stops nothing.",
	    "Deny by default, or list the calls to deny."),
	ROW(SCD_DENYLIST_SIBLING, 060, "denylist-sibling", SCD_WARNING,
	    "a call is restricted and another one that does the same is not",
	    "The filter does what the text says, and a program gets round it with the other call.",
	    "Restrict all the calls that the message names."),
	ROW(SCD_IOURING_ALLOWED, 061, "iouring-allowed", SCD_WARNING,
	    "io_uring is allowed and does what is denied",
	    "io_uring opens files and sockets inside the kernel, past the filter of the calls.",
	    "Deny io_uring_setup, io_uring_enter and io_uring_register."),
	ROW(SCD_UNKNOWN_KEY, 062, "unknown-key", SCD_NOTE, "a key that no consumer reads",
	    "Go's decoder ignores it. A misspelt key, or one that holds rules, is an error: what it says "
	    "does not happen.",
	    "Correct the key, or remove it."),
	ROW(SCD_KEY_CASE, 063, "key-case", SCD_ERROR, "a key in the wrong letter case",
	    "Go's decoder takes it for the key in lower case; other tools do not see it. The file means "
	    "different things to different readers.",
	    "Write the key exactly as in the OCI runtime specification."),
	ROW(SCD_CRUN_CACHE_ERRNO, 064, "crun-cache-errno", SCD_NOTE,
	    "an update that changes error numbers alone",
	    "crun keeps compiled filters under a name that it makes of the profile without errnoRet (from "
	    "1.14 on, and before where it was built with a cache): a node that has the old filter goes on "
	    "with the old error numbers until it reboots.",
	    "Change something else as well, such as the order of two rules, or remove the seccomp files of "
	    "crun's state directory."),
	FIXED(SCD_PATH_RULES, 065, "path-rules", SCD_ERROR,
	      "a name or a file that is never installed",
	      "A localhostProfile is a relative path without \"..\" to a regular file; the API server and "
	      "kubelet refuse others.",
	      "Use components of A-Z a-z 0-9 . _ - that do not begin with a dot, at most four, ending in .json."),
	ROW(SCD_NOTIFY_WRITE, 066, "notify-write", SCD_ERROR, "SCMP_ACT_NOTIFY for write",
	    "runc refuses it: it needs write itself to hand the listener over.",
	    "Take write out of the rule."),
	ROW(SCD_FLAGS_EMPTY, 067, "flags-empty", SCD_NOTE, "an empty list of flags",
	    "containerd and CRI-O lose it on the way, and the runtime sets its default flag.",
	    "Remove it."),
	ROW(SCD_EXIT_MISSING, 068, "exit-missing", SCD_WARNING, "exit_group is not allowed",
	    "A program that cannot exit dies of a signal, or spins at 100 % CPU.",
	    "Allow exit_group and exit."),
	ROW(SCD_ARCH_PRCTL_MISSING, 069, "arch-prctl-missing", SCD_ERROR,
	    "arch_prctl is not allowed",
	    "On x86_64 every program with thread-local storage needs it before main(): neither libc nor Go "
	    "programs start.",
	    "Allow arch_prctl."),
	ROW(SCD_OCI_ARTIFACT, 070, "oci-artifact", SCD_NOTE,
	    "more than a profile in a registry may have",
	    "Kubernetes plans profiles that runtimes pull from a registry (KEP-6061): with "
	    "SCMP_ACT_NOTIFY, listenerPath or listenerMetadata, or more than 128 rules, a runtime will "
	    "refuse them. Today nothing is wrong with it.",
	    "Nothing today; keep rules together that share an action, and listeners out."),
	FIXED(SCD_MANIFEST_SYNTAX, 090, "manifest-syntax", SCD_ERROR, "a manifest that is not YAML",
	      "kubectl refuses the file, and nothing in it reaches the cluster.",
	      "Write YAML as the message says. A template has to be rendered first: `helm template "
	      "... | seccompctl validate -`."),
	ROW(SCD_MANIFEST_REFUSED, 091, "manifest-refused", SCD_ERROR,
	    "a manifest that Kubernetes does not take as it is",
	    "The API server, kubelet or security-profiles-operator refuses the object, or seccompd the "
	    "profile in it.",
	    "Write the field as the message says: profiles as strings under data, a localhostProfile "
	    "exactly when the type is Localhost."),
	ROW(SCD_MANIFEST_IGNORED, 092, "manifest-ignored", SCD_WARNING,
	    "a field that counts for nothing",
	    "The API server drops fields that it does not know, since Kubernetes 1.27 nothing reads "
	    "the seccomp annotations, and no runtime confines a privileged container: what stands "
	    "there does not happen.",
	    "Use the field that the message names, or remove it."),
	ROW(SCD_LOCALHOST_PROFILE_UNKNOWN, 093, "localhost-profile-unknown", SCD_ERROR,
	    "a localhostProfile that is none of the profiles",
	    "The runtime does not find the file: the container stays in CreateContainerError.",
	    "Correct the name, or give seccompctl the profile as well."),
	ROW(SCD_LOCALHOST_PROFILE_PATH, 094, "localhost-profile-path", SCD_ERROR,
	    "a localhostProfile that is no path below the seccomp directory",
	    "kubelet puts /var/lib/kubelet/seccomp/ in front. The API server refuses absolute paths "
	    "and \"..\"; \"localhost/\" was for annotations, and names a directory now.",
	    "Write the path from there: profiles/NAME.json for what seccompd installs."),
};
#define COUNT (sizeof(rules) / sizeof(rules[0]))

static const char *const severities[] = {
	[SCD_NOTE] = "note",
	[SCD_WARNING] = "warning",
	[SCD_ERROR] = "error",
};
static_assert(sizeof(severities) / sizeof(severities[0]) == SCD_SEVERITY_COUNT,
	      "every severity needs a name");

const struct scd_rule *scd_rule_get(unsigned number)
{
	for (size_t i = 0; i < COUNT; i++)
		if (rules[i].number == number)
			return &rules[i];
	return NULL;
}

const struct scd_rule *scd_rule_find(const char *id_or_name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcasecmp(rules[i].id, id_or_name) == 0 ||
		    strcasecmp(rules[i].name, id_or_name) == 0)
			return &rules[i];
	return NULL;
}

static const char *name_at(size_t i)
{
	return i < COUNT ? rules[i].name : NULL;
}

const char *scd_rule_nearest(const char *name)
{
	return scd_text_nearest(name, NEAR, name_at);
}

const struct scd_rule *scd_rules(size_t *count)
{
	*count = COUNT;
	return rules;
}

const char *scd_severity_name(enum scd_severity severity)
{
	return (unsigned)severity < SCD_SEVERITY_COUNT ? severities[severity] : "unknown";
}
