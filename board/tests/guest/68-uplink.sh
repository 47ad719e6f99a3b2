# shellcheck shell=bash disable=SC2154,SC2086
# A centre that is not there is an incident until it is; what waited is told then.
scene venue
printf '[alarm]\nuplink_timeout_seconds = 5\n' | cat /board/tests/kuzet-cuts.toml - > $config
restart_kuzet
expect "kuzet starts without its centre" 60 active
lost() { more_than 0 count_of uplinkLost; }
expect "a centre that is not reached is an incident" 30 lost
begun=$(now_ms)
expect "it lights the amber lamp" 10 lit lamp-amber "$begun"
same "the red lamp stays dark" "$(held lamp-red)" "out lo"
systemctl start board-centre
expect "it is over when the centre is reached" 60 closed uplinkLost
told() { journalctl -q -b -u board-centre -o cat | grep -q "told .*YC"; }
# After everything that this night had to tell already.
expect "the centre is told that it was not" 120 told
systemctl stop board-centre
use_config
restart_kuzet
expect "kuzet starts without a centre" 60 active
