#!/bin/bash
# SPDX-License-Identifier: MIT
# arm64.sh libraries DIR   - Debian's libraries for arm64 and their headers, unpacked into DIR/root. apt looks at
#                            lists of its own below DIR: the machine's architectures stay as they are.
# arm64.sh tests DIR BUILD - the unit tests of common/, emulated, with DIR/root; in the top directory.
# arm64.sh machine DIR BUILD - boots Debian's kernel for arm64 in an emulated machine, with the programs of BUILD,
#                            crun and runc, and has arm64/guest.sh see what `run` and `record` do there.
set -eu

packages=(libseccomp-dev libseccomp2 libcjson-dev libcjson1 libyaml-dev libyaml-0-2 libmd-dev libmd0 libevent-dev
  libevent-core-2.1-7 libevent-extra-2.1-7 libinotifytools0-dev libinotifytools0 libcurl4-openssl-dev libcurl4
  libcmocka-dev libcmocka0)

# Of common/, which computes, all but what has the kernel load a filter, or counts on its limits.
not_emulated=' bpf fsio jail '

# What the machine has, beyond a kernel.
guest=(busybox-static crun runc libc6 libgcc-s1 libyajl2 libcap2 libsystemd0 liblzma5 libzstd1 liblz4-1 libgcrypt20
  libgpg-error0 libselinux1 libpcre2-8-0 libseccomp2 libcjson1 libyaml-0-2 libmd0 libevent-core-2.1-7 libevent-extra-2.1-7
  libcmocka0)
kernel=linux-image-cloud-arm64

# fetch DIR/NAME PACKAGE...: unpacks them there, once.
fetch() {
  local to=$1 dir apt deb
  shift
  [ ! -e "$to/complete" ] || return 0
  rm -rf "$to" "$to.apt"
  mkdir -p "$to" "$to.apt"/{debs,lists/partial,cache/archives/partial}
  dir=$(cd "$to.apt" && pwd)
  : > "$dir/status"
  apt=(-q -o "Dir::State=$dir" -o "Dir::State::lists=$dir/lists" -o "Dir::State::status=$dir/status"
    -o "Dir::Cache=$dir/cache" -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update
  if [ "$1" = "$kernel" ]; then # its package only names another
    set -- "$(apt-cache "${apt[@]}" depends "$1" | sed -n 's/ *Depends: //p')"
  fi
  (cd "$dir/debs" && apt-get "${apt[@]}" download "$@")
  for deb in "$dir"/debs/*.deb; do dpkg-deb -x "$deb" "$to"; done
  rm -rf "$dir"
  touch "$to/complete"
}

libraries() { fetch "$1/root" "${packages[@]}"; }

# A bundle whose program does little, for user $2.
bundle() {
  # shellcheck source=../e2e/lib.bash disable=SC1091 # read by itself
  source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.bash"
  # shellcheck disable=SC2034 # e2e_bundle reads them
  E2E_WORK=/work E2E_UID=$2
  echo null | e2e_bundle "$1" false sh -c 'ls / > /dev/null; cat /etc/motd; exit 7'
}

machine() {
  local dir=$1 build=$2 here out uid
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  fetch "$dir/guest" "${guest[@]}"
  fetch "$dir/kernel" "$kernel"
  at=$(mktemp -d) # of all: it is removed at the end
  trap 'rm -rf "$at"' EXIT
  cp -a "$dir/guest" "$at/vm"
  rm -rf "$at"/vm/usr/share "$at"/vm/usr/lib/systemd
  mkdir -p "$at"/vm/{proc,sys,dev,tmp,run} "$at"/vm/work/rootfs/{bin,dev,etc,proc,sys,tmp}
  for out in sh ls cat; do ln -s busybox "$at/vm/work/rootfs/bin/$out"; done
  cp "$at/vm/bin/busybox" "$at/vm/work/rootfs/bin/"
  echo 'a file' > "$at/vm/work/rootfs/etc/motd"
  for uid in 0 1000; do bundle "$at/vm/work/b$uid" "$uid"; done
  cp "$build/seccompctl" "$at/vm/bin/"
  cp "$build"/tests/{calls,test_bpf,test_confine,test_traceable} "$here/arm64/guest.sh" "$at/vm/work/"
  install -m 755 "$here/arm64/init.sh" "$at/vm/init"
  (cd "$at/vm" && find . | cpio -o -H newc --quiet | gzip -1) > "$at/initrd"
  timeout 900 qemu-system-aarch64 -M virt -cpu cortex-a72 -smp 2 -m 1536 -nic none -nographic -no-reboot \
    -kernel "$dir"/kernel/boot/vmlinuz-* -initrd "$at/initrd" \
    -append 'console=ttyAMA0 rdinit=/init quiet panic=-1' < /dev/null | tr -d '\r' | tee "$build/machine.log"
  grep -qx 'all of them' "$build/machine.log"
}

tests() {
  local root build=$2 name run=0
  root=$(cd "$1" && pwd)/root
  for source in common/*.c; do
    name=$(basename "$source" .c)
    [ -x "$build/tests/test_$name" ] || continue
    [[ $not_emulated != *" $name "* ]] || continue
    qemu-aarch64-static -E "LD_LIBRARY_PATH=$root/usr/lib/aarch64-linux-gnu:$root/lib/aarch64-linux-gnu" \
      -L /usr/aarch64-linux-gnu "$build/tests/test_$name" > "$build/tests/$name.out" 2>&1 || {
      cat "$build/tests/$name.out"
      echo "not ok - test_$name for arm64"
      return 1
    }
    echo "ok - test_$name for arm64"
    run=$((run + 1))
  done
  [ "$run" -ge 25 ]
}

"$@"
