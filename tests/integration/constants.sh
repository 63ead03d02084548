#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What headers say of the names in common/constant_rows.h, "NAME VALUE" a line:
#   constants.sh kernel|libc [TRIPLET]
# The kernel's headers are those of linux-libc-dev, or of linux-libc-dev-ARCH-cross for a TRIPLET;
# names that they do not have are left out.
set -eu
export LC_ALL=C # the compiler's messages are read
root=$(cd "$(dirname "$0")/../.." && pwd)
which=$1 triplet=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $which in
kernel)
  headers="asm/termios.h asm/fcntl.h linux/fcntl.h linux/sched.h asm/mman.h linux/mman.h linux/prctl.h
    asm/ioctls.h asm/signal.h linux/mount.h linux/personality.h linux/keyctl.h linux/bpf.h
    linux/ptrace.h linux/seccomp.h linux/futex.h linux/eventpoll.h linux/signalfd.h linux/inotify.h
    linux/timerfd.h linux/memfd.h linux/random.h linux/wait.h linux/time.h linux/resource.h
    linux/membarrier.h linux/userfaultfd.h linux/ipc.h linux/shm.h linux/reboot.h linux/kexec.h
    linux/module.h linux/perf_event.h linux/fanotify.h linux/stat.h linux/falloc.h linux/xattr.h
    linux/io_uring.h linux/kcmp.h linux/fs.h linux/vt.h linux/kd.h linux/fuse.h linux/if_tun.h
    linux/sockios.h linux/landlock.h linux/close_range.h linux/mempolicy.h linux/pidfd.h linux/net.h"
  [ -n "$triplet" ] || headers+=" linux/kvm.h linux/in.h asm/prctl.h"
  ;;
libc)
  headers="sys/socket.h netinet/in.h netinet/tcp.h netinet/udp.h sys/mount.h sys/eventfd.h sys/stat.h
    unistd.h"
  ;;
esac

flags=(-w -fmax-errors=0 -D_GNU_SOURCE)
if [ -n "$triplet" ]; then
  # The kernel's headers want a little of a C library, which no foreign one is installed of.
  mkdir "$work/libc"
  touch "$work/libc/unistd.h" "$work/libc/string.h"
  echo 'typedef __SIZE_TYPE__ size_t;' > "$work/libc/stddef.h"
  cat > "$work/libc/stdint.h" <<'END'
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
END
  flags+=(-nostdinc -isystem "$work/libc" -isystem "/usr/$triplet/include" -D__LITTLE_ENDIAN_BITFIELD)
  case $triplet in
  mips*) flags+=(-D__MIPSEL__ -D_MIPS_SZLONG=64) ;;
  powerpc*) flags+=(-D__powerpc64__) ;;
  esac
fi

# program NAME NAME...: C that prints them; each name stands twice, as string and as expression.
program() {
  [ -z "$triplet" ] || echo 'typedef long long loff_t;'
  for header in $headers; do echo "#include <$header>"; done
  echo 'int printf(const char *, ...);'
  echo 'int main(void) {'
  printf 'printf("%%s %%lld\\n", "%s", (long long)(%s));\n' "$@"
  echo 'return 0; }'
}

mapfile -t names < <(sed -nE 's/^(VALUE|FLAG|FIELD)\([A-Z_]+, ([A-Za-z_0-9]+), .*/\2/p' \
  "$root/common/constant_rows.h" | sort -u)
for name in "${names[@]}"; do printf '%s\n%s\n' "$name" "$name"; done > "$work/twice"
mapfile -t twice < "$work/twice"
program "${twice[@]}" > "$work/all.c"
if ! ${CC:-cc} "${flags[@]}" -o "$work/print" "$work/all.c" 2> "$work/errors"; then
  sed -nE 's/.*error: .([A-Za-z_0-9]+). undeclared.*/\1/p' "$work/errors" | sort -u > "$work/unknown"
  mapfile -t twice < <(grep -vxFf "$work/unknown" "$work/twice")
  program "${twice[@]}" > "$work/known.c"
  ${CC:-cc} "${flags[@]}" -o "$work/print" "$work/known.c" 2> "$work/errors" ||
    { head -20 "$work/errors" >&2; exit 1; }
fi
"$work/print"
