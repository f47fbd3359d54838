#!/bin/sh
# Process 1 of a test board: finds the disk with the test's script, runs it there, says how it
# ended, and switches the board off. boards.py reads the two lines that start with "pidoctor-test".
export PATH=/bin
busybox mkdir -p /proc /sys /dev /disk
busybox mount -t devtmpfs devtmpfs /dev
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
echo 3 >/proc/sys/kernel/printk # only errors of the kernel go to the console
for module in $(busybox cat /modules/order); do
    busybox insmod "/modules/$module.ko" || echo "no module $module"
done
for _ in $(busybox seq 60); do
    for disk in /dev/vda /dev/mmcblk0 /dev/mmcblk1; do
        [ -b "$disk" ] && busybox mount -t ext4 "$disk" /disk 2>/dev/null && break 2
    done
    busybox sleep 0.5
done
for folder in dev proc sys; do
    busybox mount --move "/$folder" "/disk/$folder"
done
for folder in tmp run dev/shm; do
    busybox mkdir -p "/disk/$folder"
    busybox mount -t tmpfs tmpfs "/disk/$folder"
done
echo "pidoctor-test begins"
busybox chroot /disk /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh /test.sh
echo "pidoctor-test ends $?"
busybox sync
busybox poweroff -f
