# shellcheck shell=bash disable=SC2154,SC2086
# The appliance under systemd: it starts, says so, decides frames, and stays small.
systemctl stop kuzet
scene venue
sleep 2
since=$(wall)
begun=$(now_ms)
systemctl start kuzet
expect "kuzet.service becomes active by its own notice" 90 active
expect "the green lamp shows that frames are decided" 30 lit lamp-green "$begun"
same "it runs as the user kuzet" "$(ps -o user= -p "$(main_pid)")" kuzet
same "it listens on no network port" \
    "$(cat /proc/"$(main_pid)"/net/{tcp,tcp6,udp,udp6} | grep -vc local_address)" 0

# Every verdict of systemd's own checks that is not a word about the emulated board's units.
complaints=$(systemd-analyze verify /usr/lib/systemd/system/kuzet{,-lines}.service 2>&1 |
    grep -e kuzet)
same "systemd-analyze verify finds nothing wrong with the units" "$complaints" ""
exposure=$(systemd-analyze security --no-pager kuzet.service | grep 'Overall exposure')
say "security of kuzet.service: $exposure"
exposure=$(echo "$exposure" | sed 's/.*: \([0-9]*\)\.\([0-9]\).*/\1\2/')
if [ "$exposure" -lt 20 ]; then ok "its exposure is below 2.0"; else
    not_ok "its exposure is below 2.0" "$exposure tenths"; fi

# From the program's own start to its first decision, as the journal has them.
entry() { # MESSAGE: microseconds of its first entry since the start
    journalctl -q -b -u kuzet -o json --output-fields=__MONOTONIC_TIMESTAMP,MESSAGE \
        --since "@$since" | grep -e "$1" | head -n 1 |
        sed 's/.*"__MONOTONIC_TIMESTAMP":"\([0-9]*\)".*/\1/'
}
ticks=$(sed 's/.*) //' /proc/"$(main_pid)"/stat | cut -d' ' -f20) # 10 ms each, since boot
decided=$(entry 'first frame decided')
say "first decision $((decided / 1000 - ticks * 10)) ms after the program's start, emulated"

sleep 15
status() { sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" /proc/"$(main_pid)"/status; }
peak=$(status VmHWM)
say "resident memory: peak $peak kB, now $(status VmRSS) kB: anonymous $(status RssAnon)," \
    "file $(status RssFile)"
if [ "$peak" -lt 49152 ]; then ok "resident memory stays under 48 MB"; else
    not_ok "resident memory stays under 48 MB" "$peak kB"; fi
say "processor: $(systemctl show -p CPUUsageNSec --value kuzet) ns used," \
    "$(busybox uptime | sed 's/.*load/load/')"
