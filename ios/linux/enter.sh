#!/bin/bash
# Runs a command in a root that root.sh made:
#   enter.sh DIR [-b OUTSIDE=INSIDE]... COMMAND...
# Each -b shows a folder inside under another name. The command starts in / with a clean environment (`env A=b COMMAND`
# brings more); the mounts end with it, and its exit code comes back. Inside, no public authority is known: a test may write
# its own into PLUMBLINE_AUTHORITIES, because URLSession on Linux trusts those of the system alone.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: enter.sh DIR [-b OUTSIDE=INSIDE]... COMMAND..." >&2; exit 2; }
if [ -z "${PLUMBLINE_NAMESPACE-}" ]; then
  PLUMBLINE_NAMESPACE=1 exec unshare -m --propagation private "$BASH" "$(realpath "$0")" "$@"
fi
dir=$(realpath "$1")
shift
[ -x "$dir/usr/bin/env" ] || { echo "$dir is no root: call root.sh first" >&2; exit 2; }
mount --rbind /proc "$dir/proc"
mount --rbind /dev "$dir/dev"
mount -t tmpfs authorities "$dir/etc/ssl/certs"
while [ "${1-}" = -b ]; do
  mkdir -p "$dir${2#*=}"
  mount --bind "$(realpath "${2%%=*}")" "$dir${2#*=}"
  shift 2
done
exec chroot "$dir" env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/bin:/bin:/usr/sbin:/sbin \
  PLUMBLINE_AUTHORITIES=/etc/ssl/certs/ca-certificates.crt "$@"
