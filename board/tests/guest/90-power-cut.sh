# shellcheck shell=bash disable=SC2154,SC2086
# The plug is pulled as soon as the lamp is lit, with the disk busy.
scene venue
within 90 active
sleep 10
while :; do dd if=/dev/zero of=/var/tmp/load bs=64k count=64 conv=fsync 2> /dev/null; done &
remember covered "$(count_of covered)"
remember boot "$(cat /proc/sys/kernel/random/boot_id)"
begun=$(now_ms)
scene covered
expect "the red lamp is lit before the power cut" 60 lit lamp-red "$begun"
say power-cut
sleep 600
