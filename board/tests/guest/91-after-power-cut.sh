# shellcheck shell=bash disable=SC2154,SC2086
# The next boot on the same disk: what lit a lamp is in the ledger, and the chain holds.
if [ "$(recall boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then
    not_ok "the plug was pulled" "it is the same boot"
fi
expect "after a power cut the appliance starts" 90 active
verdict=$(kuzet incidents verify 2>&1)
same "kuzet incidents verify passes: $(echo "$verdict" | tail -n 1)" $? 0
more_than "$(recall covered)" count_of covered && ok "the incident that lit the lamp is there" ||
    not_ok "the incident that lit the lamp is there" "$(incidents | tail -n 3)"
