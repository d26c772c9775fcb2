#!/bin/bash
# Makes a Debian root with Swift in it, for machines that have no Swift of their own:
#   root.sh [DIR]          DIR defaults to plumbline/swift-root in the user's cache
#
# Safe to call every time: a root that is ready is left alone, one that was interrupted is finished or made anew, and of
# two that run at once one waits. Exit 0 ready, 77 this machine does not permit it (the last line says why), else it
# failed. Needs root, about 560 MB of download and 2.8 GB of disk; takes some minutes. What the tools said: DIR.log
set -euo pipefail

suite=trixie # the first Debian that has Swift (6.0.3)
packages="swiftlang swiftlang-dev libc6-dev libstdc++-14-dev git" # SwiftPM does not start without git
content="1: $suite $packages" # another number makes every root anew

here=$(realpath "$0")
dir=$(realpath -m "${1:-${XDG_CACHE_HOME:-$HOME/.cache}/plumbline/swift-root}")
stamp=$dir/.plumbline-root
log=$dir.log

say() { echo "swift root: $*"; }
cannot() { say "$*"; exit 77; }
is_ready() { [ "$(cat "$stamp" 2>/dev/null)" = "$content" ]; }

inside() {
  chroot "$dir" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# The address of the Debian mirror that apt uses here, in either of the forms in which apt keeps it; not the security one.
mirror() {
  cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -n 's/^URIs:[[:space:]]*//p; s/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}//p' |
    awk '!found && $1 ~ /\/debian\/?$/ { print $1; found = 1 }' || true
}

check() {
  [ "$(id -u)" = 0 ] || cannot "only root can make one"
  command -v apt-get >/dev/null && [ -f /etc/debian_version ] || cannot "only a Debian system can make one"
  [ -n "$(mirror)" ] || cannot "apt names no Debian mirror on this machine"
  # All mounts live in a namespace of this process alone, so they end with it, however it ends.
  if [ -z "${PLUMBLINE_NAMESPACE-}" ]; then
    unshare -m --propagation private true 2>/dev/null || cannot "this machine does not permit mount namespaces"
    PLUMBLINE_NAMESPACE=1 exec unshare -m --propagation private "$BASH" "$here" "$dir"
  fi
}

check_folder() {
  local probe=$dir.probe free
  rm -f "$probe"
  { mknod "$probe" c 1 3 && echo >"$probe"; } 2>/dev/null || { rm -f "$probe"; cannot "no device files beside $dir"; }
  rm -f "$probe"
  free=$(df --output=avail -BM "$(dirname "$dir")" | tail -1 | tr -dc 0-9)
  [ -e "$dir" ] || [ "$free" -ge 5000 ] || cannot "5000 MB must be free beside $dir, $free MB are"
}

# A bare system, made beside and moved into place whole.
bootstrap() {
  local part=$dir.part
  say "1 of 3: a bare Debian $suite"
  rm -rf --one-file-system "$dir" "$part"
  if ! command -v debootstrap >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update >>"$log" 2>&1
    apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=400 debootstrap >>"$log" 2>&1
  fi
  debootstrap --variant=minbase --include=ca-certificates --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    "$suite" "$part" "$(mirror)" >>"$log" 2>&1
  ! mountpoint -q "$part/proc" || umount -R "$part/proc"
  cp /etc/ssl/certs/ca-certificates.crt "$part/etc/ssl/certs/"
  printf '#!/bin/sh\nexit 101\n' >"$part/usr/sbin/policy-rc.d" # nothing may start a service
  chmod +x "$part/usr/sbin/policy-rc.d"
  # How this machine reaches its mirror: proxies, and whether old indexes are taken.
  { apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date)[: ]' | grep -v ' "";' || true; } \
    >"$part/etc/apt/apt.conf.d/90host"
  printf 'path-exclude=/usr/share/%s/*\n' doc man locale >"$part/etc/dpkg/dpkg.cfg.d/90slim"
  mv "$part" "$dir"
}

# The packages; apt goes on where an earlier run was cut off.
fill() {
  local apt="apt-get -q -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0"
  say "2 of 3: Swift (the long one)"
  cp /etc/resolv.conf /etc/hosts "$dir/etc/" &&
    mount --rbind /proc "$dir/proc" && mount --rbind /dev "$dir/dev" || return 1
  inside dpkg --configure -a >>"$log" 2>&1 || true # what is half unpacked is the next line's
  # shellcheck disable=SC2086 # words, not a name
  inside $apt update >>"$log" 2>&1 && inside $apt -f install >>"$log" 2>&1 &&
    inside $apt install --no-install-recommends $packages >>"$log" 2>&1 && inside apt-get clean || return 1
  say "3 of 3: a first program"
  inside sh -ec 'mkdir -p /plumbline; cd /tmp; echo "import Foundation; print(UUID())" >first.swift
    swiftc first.swift -o first; ./first; rm first first.swift' >>"$log" 2>&1 || return 1
  umount -l "$dir/proc" "$dir/dev"
}

if is_ready; then say "ready: $dir"; exit 0; fi
check
mkdir -p "$(dirname "$dir")"
exec 9>"$dir.lock"
flock -n 9 || { say "another run makes it, waiting"; flock 9; }
if is_ready; then say "ready: $dir"; exit 0; fi
check_folder
if [ -e "$dir/usr/sbin/policy-rc.d" ] && [ ! -e "$stamp" ]; then
  say "going on with one that was not finished"
else
  : >"$log"
  bootstrap || { tail -5 "$log"; say "failed: $log"; exit 1; }
fi
fill || { tail -5 "$log"; say "failed: $log; call this again to go on"; exit 1; }
echo "$content" >"$stamp"
say "ready: $dir"
