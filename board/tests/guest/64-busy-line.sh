# shellcheck shell=bash disable=SC2154,SC2086
# A GPIO line that someone else holds: a clear error, everything else works, and the line is
# taken as soon as it is free.
systemctl stop kuzet
use_config siren
gpioset -c gpiochip0 4=0 &
held_by_other() { [ "$(held siren)" = "out lo" ]; }
within 10 held_by_other
since=$(wall)
scene venue
systemctl start kuzet
expect "a line that someone else holds is named in the log" 60 logged "siren.*busy" "$since"
sleep 8
begun=$(now_ms)
scene covered
expect "a line that someone else holds: the red lamp is lit all the same" 60 lit lamp-red "$begun"
kill %1
wait %1 2> /dev/null
expect "a line that was let go is taken, and the siren sounds" 60 lit siren "$begun"
use_config
scene venue
restart_kuzet
