# shellcheck shell=bash disable=SC2154,SC2086
# The processor is too hot: clips first, then frames are left out; lamps and records go on.
scene venue
systemctl stop kuzet
zone=/run/board/thermal/thermal_zone0
mkdir -p $zone
echo cpu-thermal > $zone/type
temperature() { echo "$1" > $zone/temp; }
temperature 60000
mount --bind /run/board/thermal /sys/class/thermal
since=$(wall)
systemctl start kuzet
expect "kuzet starts beside a thermometer" 60 active
temperature 82000
expect "hot: the log says what is left undone" 20 logged "heat: 82 °C: no clips" "$since"
temperature 91000
expect "very hot: frames are left out, too" 20 logged "10 frames a second" "$since"
before=$(count_of covered)
begun=$(now_ms)
scene covered
expect "very hot: the red lamp is lit" 40 lit lamp-red "$begun"
expect "very hot: the incident is in the ledger" 20 more_than "$before" count_of covered
scene venue
expect "very hot: the incident ends" 40 closed covered
if incidents | grep '"kind":"covered"' | tail -n 1 | grep -q clip; then
    not_ok "very hot: it has no clip" "$(incidents | tail -n 1)"
else
    ok "very hot: it has no clip"
fi
temperature 60000
expect "cooled down for a minute: all is done again" 90 logged "all is done again" "$since"
systemctl stop kuzet
umount /sys/class/thermal
systemctl start kuzet
expect "kuzet starts without a thermometer" 60 active
