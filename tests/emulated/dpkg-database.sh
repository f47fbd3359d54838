#!/bin/sh
# mmdebstrap's extract variant unpacks packages but tells dpkg nothing. This hook writes down what
# dpkg would know after it had installed them, so that dpkg and apt-get work in the root.
set -eu
root=$1
for deb in "$root"/var/cache/apt/archives/*.deb; do
    package=$(dpkg-deb --field "$deb" Package)
    if [ "$(dpkg-deb --field "$deb" Multi-Arch)" = same ]; then
        package=$package:$(dpkg-deb --field "$deb" Architecture)
    fi
    dpkg-deb --field "$deb" | sed '1a Status: install ok installed'
    echo
    dpkg-deb --fsys-tarfile "$deb" | tar --list |
        sed 's|^\.||; s|/$||; s|^$|/.|' >"$root/var/lib/dpkg/info/$package.list"
done >>"$root/var/lib/dpkg/status"
