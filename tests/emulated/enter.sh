#!/bin/sh
# enter.sh ROOT OVERLAY [HOST GUEST]... -- COMMAND...
# Runs a command in a root. OVERLAY is the mount options of an overlay to mount there first, or
# empty. roots.py calls this under unshare: all the mounts go away with the command, and the shell
# stays as process 1, because a process 1 that kills itself (an abort) does not die of it.
set -eu
root=$1
overlay=$2
shift 2
[ -z "$overlay" ] || mount -t overlay -o "$overlay" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then
        mkdir -p "$root$2"
    else
        [ -e "$root$2" ] || : >"$root$2"
    fi
    mount --bind "$1" "$root$2"
    shift 2
done
shift
status=0
chroot "$root" "$@" || status=$?
exit "$status"
