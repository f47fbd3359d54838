"""Real ARM programs under QEMU: Debian roots of the boards' releases, and whole boards."""
