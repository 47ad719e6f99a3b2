# shellcheck shell=bash disable=SC2154,SC2086
# A bad configuration is refused and the one in force stays.
scene venue
within 60 active
pid=$(main_pid)
since=$(wall)
sleep 1
use_config broken
systemctl reload kuzet
expect "a bad configuration is refused with its line and key" 20 \
    logged "kuzet.toml:[0-9]*: .*frames_per_second" "$since"
same "the refusal is logged as an error" \
    "$(journalctl -q -b -u kuzet -p err -o cat --since "@$since" | grep -c frames_per_second)" 1
begun=$(now_ms)
expect "after the refusal frames are still decided" 20 beats lamp-green "$begun"
same "and by the same process" "$(main_pid)" "$pid"
kuzet config check $config > /tmp/check 2>&1
same "kuzet config check ends with 78" $? 78
use_config
since=$(wall)
sleep 1
systemctl reload kuzet
expect "a good configuration is taken up" 20 logged "configuration: replaced" "$since"
same "still by the same process" "$(main_pid)" "$pid"
