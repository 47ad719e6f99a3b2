# shellcheck shell=bash disable=SC2154,SC2086
# The second boot: the program is masked, and the lines are idle all the same.
if [ "$(recall boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then
    not_ok "the board was rebooted" "it is the same boot"
fi
same "the main program does not run" "$(systemctl is-active kuzet)" inactive
same "kuzet-lines.service ran at boot" "$(systemctl is-active kuzet-lines)" active
expect "after a reboot lamps and siren are off" 5 all_dark
systemctl unmask kuzet.service > /dev/null 2>&1
use_config
scene venue
systemctl start kuzet
expect "and the appliance starts again" 90 active
