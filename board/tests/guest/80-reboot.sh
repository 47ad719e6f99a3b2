# shellcheck shell=bash disable=SC2154,SC2086
# A reboot in the middle of an alarm, with the program kept from starting again.
use_config siren
scene venue
restart_kuzet
within 60 active
sleep 10
begun=$(now_ms)
scene covered
expect "the siren sounds before the reboot" 60 lit siren "$begun"
systemctl mask kuzet.service > /dev/null 2>&1
remember boot "$(cat /proc/sys/kernel/random/boot_id)"
say "reboot"
systemctl --force reboot
sleep 600
