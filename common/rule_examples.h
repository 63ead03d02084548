/* SPDX-License-Identifier: MIT */
/* For each rule of rules.c the smallest profile or manifest that it reports, and the same repaired:
 * whole texts, judged for x86_64. Included by rules.c alone. */
#ifndef SCD_RULE_EXAMPLES_H
#define SCD_RULE_EXAMPLES_H

/* JSON without escapes: the preprocessor makes a string of it. */
#define TEXT(...) #__VA_ARGS__

#define X86 "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"], "

/* What a container needs to start, but for the calls that examples leave out. */
#define START_NAMES                                                                                           \
	"\"capget\", \"capset\", \"chdir\", \"close\", \"epoll_ctl\", \"exit\", \"faccessat2\", \"fchown\", " \
	"\"fstat\", \"futex\", \"getcwd\", \"getdents64\", \"getpid\", \"getppid\", "                         \
	"\"newfstatat\", \"openat\", \"prctl\", \"pselect6\", \"read\", \"rt_sigaction\", "                   \
	"\"rt_sigprocmask\", \"rt_sigreturn\", \"setgid\", \"setgroups\", \"setresgid\", "                    \
	"\"setresuid\", \"setuid\", \"write\""

/* Parts of profiles: an object of what stands beside syscalls, then the rules. */
#define WITH(top, ...) "{" top "\"syscalls\": [" #__VA_ARGS__ "]}"
#define STARTS(top, names)                                       \
	"{" top "\"syscalls\": [{\"names\": [" START_NAMES names \
	"], \"action\": \"SCMP_ACT_ALLOW\"}"

#define DEFAULT_ALLOW "\"defaultAction\": \"SCMP_ACT_ALLOW\", "
#define DEFAULT_EPERM "\"defaultAction\": \"SCMP_ACT_ERRNO\", "
#define DEFAULT_ENOSYS "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38, "

/* A list of what is denied, a list of what is allowed beside what every container needs, and one
 * that allows just @names beside START_NAMES. */
#define DENY(...) WITH(DEFAULT_ALLOW X86, __VA_ARGS__)
#define ALLOW(...)                                                                              \
	STARTS(DEFAULT_ENOSYS X86, ", \"arch_prctl\", \"execve\", \"exit_group\", \"fstatfs\"") \
	", " #__VA_ARGS__ "]}"
#define ALLOW_ONLY(names) STARTS(DEFAULT_ENOSYS X86, names) "]}"

/* clang-format off */
#define GOOD_DENY DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_ALLOW ALLOW({"names": ["readv", "writev"], "action": "SCMP_ACT_ALLOW"})

#define BAD_001 TEXT({})
#define GOOD_001 GOOD_DENY
#define BAD_002 TEXT({"spec": {"defaultAction": "SCMP_ACT_ERRNO"}})
#define GOOD_002 GOOD_DENY
#define BAD_003 TEXT({"defaultAction": "SCMP_ACT_LOG",})
#define GOOD_003 GOOD_DENY
#define BAD_004 TEXT({"syscalls": [{"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}]})
#define GOOD_004 GOOD_DENY
#define BAD_005 DENY({"names": ["bpf"], "action": "SCMP_ACT_DENY"})
#define GOOD_005 GOOD_DENY
#define BAD_006 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1.0})
#define GOOD_006 GOOD_036
#define BAD_007 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}, null)
#define GOOD_007 GOOD_DENY
#define BAD_008 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "action": "SCMP_ACT_LOG"})
#define GOOD_008 GOOD_DENY
#define BAD_009 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", \
		      "excludes": {"caps": ["CAP_BPF"]}})
#define GOOD_009 GOOD_DENY
#define BAD_010 DENY({"name": "bpf", "action": "SCMP_ACT_ERRNO"})
#define GOOD_010 GOOD_DENY
#define BAD_011 WITH(DEFAULT_ALLOW X86 \
		     "\"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\"}], ", \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_011 GOOD_DENY
#define BAD_012 ALLOW_ONLY(", \"arch_prctl\", \"exit_group\", \"fstatfs\"")
#define GOOD_012 GOOD_ALLOW
#define BAD_013 ALLOW_ONLY(", \"arch_prctl\", \"execve\", \"exit_group\"")
#define GOOD_013 GOOD_ALLOW
#define BAD_014 DENY({"names": ["personality"], "action": "SCMP_ACT_LOG"}, \
		     {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 0, "op": "SCMP_CMP_NE", "value": 0}]})
#define GOOD_014 DENY({"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 0, "op": "SCMP_CMP_NE", "value": 0}]})
#define BAD_015 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}, \
		     {"names": ["reboot"], "action": "SCMP_ACT_ALLOW"})
#define GOOD_015 GOOD_DENY
#define BAD_016 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 1}]}, \
		     {"names": ["mlock"], "action": "SCMP_ACT_TRAP", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 1}]})
#define GOOD_016 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 1}]}, \
		      {"names": ["mlock"], "action": "SCMP_ACT_TRAP", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 2}]})
#define BAD_017 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}, \
		     {"names": ["bpf"], "action": "SCMP_ACT_TRAP"})
#define GOOD_017 GOOD_DENY
#define BAD_018 DENY({"names": ["mremap"], "action": "SCMP_ACT_TRAP", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 0}]}, \
		     {"names": ["mremap"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 2, "op": "SCMP_CMP_EQ", "value": 0}]})
#define GOOD_018 DENY({"names": ["mremap"], "action": "SCMP_ACT_TRAP", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 0}]}, \
		      {"names": ["mremap"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 1}]})
#define BAD_019 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_GE", "value": 1}, \
		       {"index": 1, "op": "SCMP_CMP_LE", "value": 2}]})
#define GOOD_019 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 1}]}, \
		      {"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 2}]})
#define BAD_020 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 1}, \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 2}, \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 3}, \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 4}, \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 5}, \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 6}, \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 7}]})
#define GOOD_020 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 1, "op": "SCMP_CMP_GE", "value": 1}]})
#define BAD_021 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 6, "op": "SCMP_CMP_GE", "value": 1}]})
#define GOOD_021 GOOD_020
#define BAD_022 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_GTE", "value": 1}]})
#define GOOD_022 GOOD_020
#define BAD_023 DENY({"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": 262144}]})
#define GOOD_023 DENY({"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": 262144, \
			 "valueTwo": 262144}]})
#define BAD_024 ALLOW({"names": ["mq_open"], "action": "SCMP_ACT_ALLOW", "args": [ \
			{"index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": 3}]})
#define GOOD_024 ALLOW({"names": ["mq_open"], "action": "SCMP_ACT_ALLOW", "args": [ \
			 {"index": 1, "op": "SCMP_CMP_MASKED_EQ", "value": 3}]})
#define BAD_025 ALLOW({"names": ["getpgid"], "action": "SCMP_ACT_ALLOW", "args": [ \
			{"index": 1, "op": "SCMP_CMP_EQ", "value": 0}]})
#define GOOD_025 ALLOW({"names": ["getpgid"], "action": "SCMP_ACT_ALLOW", "args": [ \
			 {"index": 0, "op": "SCMP_CMP_EQ", "value": 0}]})
#define BAD_026 DENY({"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 21522}]})
#define GOOD_026 DENY({"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "args": [ \
			{"index": 1, "op": "SCMP_CMP_MASKED_EQ", "value": 4294967295, \
			 "valueTwo": 21522}]})
#define BAD_027 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_GE", "value": 1, "valueTwo": 9}]})
#define GOOD_027 GOOD_020
#define BAD_028 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_LT", "value": 0}]})
#define GOOD_028 GOOD_020
#define BAD_029 DENY({"names": ["mlock"], "action": "SCMP_ACT_ERRNO", "args": [ \
		       {"index": 1, "op": "SCMP_CMP_EQ", "value": 4294967297}]})
#define GOOD_029 GOOD_016
#define BAD_030 ALLOW({"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [ \
			{"index": 0, "op": "SCMP_CMP_EQ", "value": 1}]})
#define GOOD_030 ALLOW({"names": ["socket"], "action": "SCMP_ACT_ALLOW"})
#define BAD_031 ALLOW({"names": ["opennat"], "action": "SCMP_ACT_ALLOW"})
#define GOOD_031 GOOD_ALLOW
#define BAD_032 ALLOW({"names": ["mseal"], "action": "SCMP_ACT_ALLOW"})
#define GOOD_032 GOOD_ALLOW
#define BAD_033 DENY({"names": ["sys_bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_033 GOOD_DENY
#define BAD_034 ALLOW({"names": ["arm_fadvise64_64"], "action": "SCMP_ACT_ALLOW"})
#define GOOD_034 ALLOW({"names": ["fadvise64"], "action": "SCMP_ACT_ALLOW"})
#define BAD_035 DENY({"action": "SCMP_ACT_ERRNO"})
#define GOOD_035 GOOD_DENY
#define BAD_036 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4095})
#define GOOD_036 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1})
#define BAD_037 DENY({"names": ["bpf"], "action": "SCMP_ACT_TRAP", "errnoRet": 1})
#define GOOD_037 GOOD_036
#define BAD_038 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0})
#define GOOD_038 GOOD_036
#define BAD_039 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errno": "EACCES"})
#define GOOD_039 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13})
#define BAD_040 DENY({"names": ["clone3"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_040 DENY({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38})
#define BAD_041 STARTS(DEFAULT_EPERM X86, \
		       ", \"arch_prctl\", \"execve\", \"exit_group\", \"fstatfs\", " \
		       "\"futex_waitv\"") "]}"
#define GOOD_041 GOOD_ALLOW
#define BAD_042 STARTS(DEFAULT_EPERM X86, \
		       ", \"arch_prctl\", \"execve\", \"exit_group\", \"fstatfs\", " \
		       "\"futex_time64\", \"pselect6_time64\", \"statx\"") "]}"
#define GOOD_042 GOOD_ALLOW
#define BAD_043 WITH(DEFAULT_ALLOW "\"architectures\": [\"SCMP_ARCH_AMD64\"], ", \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_043 GOOD_DENY
#define BAD_044 WITH(DEFAULT_ALLOW \
		     "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_S390X\"], ", \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_044 GOOD_DENY
#define BAD_045 WITH(DEFAULT_ALLOW "\"architectures\": [\"SCMP_ARCH_X86\"], ", \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_045 GOOD_DENY
#define BAD_046 WITH(DEFAULT_ALLOW, {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_046 GOOD_DENY
#define BAD_047 WITH(DEFAULT_ALLOW "\"architectures\": [\"SCMP_ARCH_X86_64\", " \
		     "\"SCMP_ARCH_X86\", \"SCMP_ARCH_RISCV64\"], ", \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_047 GOOD_DENY
#define BAD_048 GOOD_049
#define GOOD_048 GOOD_DENY
#define BAD_049 DENY({"names": ["bpf"], "action": "SCMP_ACT_KILL"})
#define GOOD_049 DENY({"names": ["bpf"], "action": "SCMP_ACT_KILL_PROCESS"})
#define BAD_050 WITH("\"defaultAction\": \"SCMP_ACT_NOTIFY\", \"listenerPath\": " \
		     "\"/run/agent.sock\", " X86, \
		     {"names": ["read"], "action": "SCMP_ACT_ALLOW"})
#define GOOD_050 WITH(DEFAULT_ALLOW "\"listenerPath\": \"/run/agent.sock\", " X86, \
		      {"names": ["mount"], "action": "SCMP_ACT_NOTIFY"})
#define BAD_051 DENY({"names": ["mount"], "action": "SCMP_ACT_NOTIFY"})
#define GOOD_051 GOOD_050
#define BAD_052 WITH(DEFAULT_ALLOW "\"listenerPath\": \"/run/agent.sock\", " X86, \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_052 GOOD_DENY
#define BAD_053 DENY({"names": ["bpf"], "action": "SCMP_ACT_TRACE"})
#define GOOD_053 GOOD_DENY
#define BAD_054 WITH(DEFAULT_ALLOW "\"flags\": [\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\", " \
		     "\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"], " X86, \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_054 GOOD_DENY
#define BAD_055 WITH(DEFAULT_ALLOW "\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"], " X86, \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_055 GOOD_DENY
/* Nothing small is too large: tests/data has files. */
#define BAD_056 NULL
#define GOOD_056 NULL
#define BAD_057 NULL
#define GOOD_057 NULL
#define BAD_058 TEXT({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []})
#define GOOD_058 GOOD_ALLOW
#define BAD_059 TEXT({"defaultAction": "SCMP_ACT_ALLOW", "architectures": \
		      ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]})
#define GOOD_059 GOOD_DENY
#define BAD_060 DENY({"names": ["chmod", "fchmod"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_060 DENY({"names": ["chmod", "fchmod", "fchmodat", "fchmodat2"], \
		       "action": "SCMP_ACT_ERRNO"})
#define BAD_061 DENY({"names": ["connect"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_061 DENY({"names": ["connect", "io_uring_setup"], "action": "SCMP_ACT_ERRNO"})
#define BAD_062 WITH("\"_comment\": \"bpf is for root\", " DEFAULT_ALLOW X86, \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_062 GOOD_DENY
#define BAD_063 DENY({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "ErrnoRet": 1})
#define GOOD_063 GOOD_036
/* A name, or the text before, is needed to show these. */
#define BAD_064 NULL
#define GOOD_064 NULL
#define BAD_065 NULL
#define GOOD_065 NULL
#define BAD_066 WITH(DEFAULT_ALLOW "\"listenerPath\": \"/run/agent.sock\", " X86, \
		     {"names": ["mount", "write"], "action": "SCMP_ACT_NOTIFY"})
#define GOOD_066 GOOD_050
#define BAD_067 WITH(DEFAULT_ALLOW "\"flags\": [], " X86, \
		     {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"})
#define GOOD_067 GOOD_DENY
#define BAD_068 ALLOW_ONLY(", \"arch_prctl\", \"execve\", \"fstatfs\"")
#define GOOD_068 GOOD_ALLOW
#define BAD_069 ALLOW_ONLY(", \"execve\", \"exit_group\", \"fstatfs\"")
#define GOOD_069 GOOD_ALLOW
#define BAD_070 GOOD_050
#define GOOD_070 GOOD_DENY
/* Manifests: YAML, a line each. */
#define POD(profile)                                \
	"apiVersion: v1\n"                          \
	"kind: Pod\n"                               \
	"metadata: {name: web}\n"                   \
	"spec:\n"                                   \
	"  containers: [{name: web, image: web}]\n" \
	"  securityContext:\n"                      \
	"    seccompProfile:" profile
#define LOCALHOST(path) "\n      type: Localhost\n      localhostProfile: " path
#define WEB_AND(pod)                                                                              \
	"apiVersion: v1\n"                                                                        \
	"kind: ConfigMap\n"                                                                       \
	"metadata: {name: profiles}\n"                                                            \
	"data:\n"                                                                                 \
	"  web.json: |\n"                                                                         \
	"    {\"defaultAction\": \"SCMP_ACT_ALLOW\",\n"                                           \
	"     \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"],\n" \
	"     \"syscalls\": [{\"names\": [\"bpf\"], \"action\": \"SCMP_ACT_ERRNO\"}]}\n---\n"     \
	pod

#define BAD_090 POD(" {type: Localhost, localhostProfile: profiles/web.json")
#define GOOD_090 POD(" {type: Localhost, localhostProfile: profiles/web.json}")
#define BAD_091 POD("\n      type: RuntimeDefault\n      localhostProfile: profiles/web.json")
#define GOOD_091 POD(LOCALHOST("profiles/web.json"))
#define BAD_092                                                                       \
	"apiVersion: v1\n"                                                            \
	"kind: Pod\n"                                                                 \
	"metadata:\n"                                                                 \
	"  name: web\n"                                                               \
	"  annotations:\n"                                                            \
	"    seccomp.security.alpha.kubernetes.io/pod: localhost/profiles/web.json\n" \
	"spec:\n"                                                                     \
	"  containers: [{name: web, image: web}]"
#define GOOD_092 GOOD_091
#define BAD_093 WEB_AND(POD(LOCALHOST("profiles/wep.json")))
#define GOOD_093 WEB_AND(POD(LOCALHOST("profiles/web.json")))
#define BAD_094 POD(LOCALHOST("/var/lib/kubelet/seccomp/profiles/web.json"))
#define GOOD_094 GOOD_091
/* clang-format on */

#endif
