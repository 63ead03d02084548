# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# guest.sh - on an emulated arm64 machine with its own kernel: what run and record see there. A line "ok - ..." for each
# thing that holds; the last line is "all of them" if all do.

passed=0
failed=0

# holds NAME STATUS COMMAND...: its exit status, and its output in ./out.
holds() {
  name=$1 want=$2
  shift 2
  "$@" > out 2>&1
  got=$?
  if [ "$got" = "$want" ]; then
    passed=$((passed + 1))
    echo "ok - $name"
  else
    failed=$((failed + 1))
    echo "not ok - $name: exit status $got, and not $want"
    cat out
  fi
}

said() { holds "$1" 0 grep -q "$2" out.kept; }
keep() { cp out out.kept; }

words='mkdir threads fork own-filter stop euid orphan exec-thread'

for test in bpf confine traceable observe; do
  [ ! -x "./test_$test" ] || holds "test_$test" 0 "./test_$test"
done

# shellcheck disable=SC2086 # words
{
  holds 'record' 0 seccompctl record -o p.json -- ./calls $words
  holds 'the profile is good' 0 seccompctl validate p.json
  holds 'run under it' 0 seccompctl run --fail-on-denied p.json -- ./calls $words
}

cat > deny.json << 'END'
{ "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    { "names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13 },
    { "names": ["sync"], "action": "SCMP_ACT_KILL_PROCESS" },
    { "names": ["unlinkat"], "action": "SCMP_ACT_TRAP" } ] }
END
holds 'run what is denied' 5 seccompctl run deny.json -- busybox sh -c 'mkdir /tmp/x; busybox sync; rm p.json; exit 5'
keep
said 'an errno is given' "mkdir: can't create directory '/tmp/x': Permission denied"
said 'it is listed with its arguments' 'ERRNO 13 (EACCES)   mkdirat(AT_FDCWD, "/tmp/x", 0777)'
said 'death is listed' 'KILL_PROCESS        sync()'
said 'SIGSYS is listed' 'TRAP                unlinkat(AT_FDCWD, "p.json", 0)'

busybox sh -c 'while :; do mkdir /tmp/q; rmdir /tmp/q; usleep 50000; done' > /dev/null 2>&1 &
looping=$!
holds 'a process that runs already' 0 timeout -s INT 5 seccompctl run --log --pid "$looping" deny.json
keep
said 'its calls are seen' 'mkdirat(AT_FDCWD, "/tmp/q", 0777)'
holds 'it goes on' 0 kill "$looping"

for uid in 0 1000; do
  for runtime in crun runc; do
    who="$runtime, uid $uid"
    holds "record a bundle: $who" 7 seccompctl record --bundle "b$uid" --oci-runtime "$runtime" -o b.json
    keep
    said "the runtime's calls are told apart: $who" "$runtime itself made [0-9]* kinds of calls"
    holds "all of them are on our lists: $who" 1 grep -q 'not known to need' out.kept
    holds "run it: $who" 7 seccompctl run --bundle "b$uid" --oci-runtime "$runtime" b.json
    keep
    said "nothing is denied: $who" 'b.json denied nothing'
    sed 's/"capset",//' b.json > less.json
    holds "without capset: $who" 126 seccompctl run --bundle "b$uid" --oci-runtime "$runtime" less.json
    keep
    said "it is named: $who" 'ERRNO 38 (ENOSYS)   capset('
  done
done
holds 'nothing is left' 1 sh -c 'ls -d /tmp/seccompctl.*'

echo "$passed passed, $failed failed"
[ "$failed" != 0 ] || [ "$passed" -lt 40 ] || echo 'all of them'
