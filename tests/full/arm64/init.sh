#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# init.sh - the first program of an emulated arm64 machine (tests/full/arm64.sh machine): containers cannot be made on
# the kernel's first file system, so that it moves into another, runs guest.sh, and turns the machine off.
if [ ! -e /moved ]; then
  /bin/busybox --install /bin
  mkdir /root2
  mount -t tmpfs -o size=900m tmpfs /root2
  for dir in bin etc lib usr work init; do [ ! -e "/$dir" ] || cp -a "/$dir" /root2/; done
  (cd /root2 && mkdir -p proc sys dev tmp run var root && touch moved)
  exec switch_root /root2 /init
fi
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec > /dev/console 2>&1 < /dev/null
cd /work && sh ./guest.sh
poweroff -f
