# Words for the board tests. Sourced; every test reports through ok and not_ok alone.
# shellcheck shell=bash
report=/dev/virtio-ports/kuzet.report
memory=/var/lib/kuzet-board-tests # survives reboots and power cuts
config=/etc/kuzet/kuzet.toml
capture=/dev/v4l/by-path/platform-vivid.0-video-index0

say() { echo "# $*" > $report; }
ok() { echo "ok $*" > $report; }
not_ok() { # NAME REASON...
    local name=$1
    shift
    echo "not ok $name: $*" | tr '\n' ' ' | cut -c1-800 > $report
}
remember() { # KEY VALUE, durably
    echo "$2" > "$memory/$1.new"
    sync "$memory/$1.new"
    mv "$memory/$1.new" "$memory/$1"
    sync "$memory"
}
recall() { cat "$memory/$1" 2>/dev/null; }
now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }

# within SECONDS COMMAND...: true as soon as the command is; false when the time has passed.
within() {
    local deadline=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        if [ "$(now_ms)" -ge $deadline ]; then return 1; fi
        sleep 0.2
    done
}

# expect NAME SECONDS COMMAND...: a test that the command comes true in time.
expect() {
    local name=$1 limit=$2
    shift 2
    if within "$limit" "$@"; then
        ok "$name"
    else
        not_ok "$name" "not within $limit s: $*; lines: $(lines_now); $(last_words)"
        return 1
    fi
}
# never NAME SECONDS COMMAND...: a test that the command stays false all that time.
never() {
    local name=$1 limit=$2
    shift 2
    if within "$limit" "$@"; then
        not_ok "$name" "it came true: $*; lines: $(lines_now); $(last_words)"
    else
        ok "$name"
    fi
}
# same NAME FOUND WANTED
same() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "found '$2', wanted '$3'"; fi; }

# --- GPIO, seen from outside the program ----------------------------------------------------

# What the kernel's debug view says of a line now: "out hi", "in lo"; empty when nobody holds it.
held() {
    sed -n "s/^ gpio-[0-9]* *($1 *|[^)]*) *\(out\|in\) *\(hi\|lo\).*/\1 \2/p" \
        /sys/kernel/debug/gpio
}
# was LINE STATE SINCE: the debug view showed the line so at some time since then (see watch).
was() {
    awk -v line="$1" -v state="$2" -v since="$3" '
        { here = $3 " " $4; if (here ~ /^free/) here = "free" }
        $2 == line { if ($1 >= since && here == state) found = 1; last = here }
        END { exit !(found || last == state) }' /run/board/lines
}
# first_lit LINE SINCE: how many milliseconds after SINCE it was first lit.
first_lit() {
    awk -v line="$1" -v since="$2" \
        '$2 == line && $1 >= since && $4 == "hi" { print $1 - since; exit }' /run/board/lines
}
# beats LINE SINCE: it went on and off again more than once since then.
beats() {
    awk -v line="$1" -v since="$2" '$2 == line && $1 >= since { n++ } END { exit n < 4 }' \
        /run/board/lines
}
lit() { was "$1" "out hi" "$2"; } # LINE SINCE

# The chip's own registers, also for lines that nobody holds: the kernel shows no level for those.
register() { busybox devmem $((0x09030000 + $1)) 8; } # 0x3fc data, 0x400 direction
# Lamps 0, 1, 2 and siren 4: none driven high.
all_dark() { [ $(($(register 0x3fc) & 0x17)) -eq 0 ]; }
lines_now() {
    local line
    for line in lamp-green lamp-amber lamp-red siren; do printf '%s %s, ' $line "$(held $line)"; done
    printf 'data register %s' "$(register 0x3fc)"
}

# --- Camera -----------------------------------------------------------------------------------

scene() { echo "$*" > /run/board/scene.new && mv /run/board/scene.new /run/board/scene; }
fault() { v4l2-ctl -d $capture -c "$1=${2:-1}"; } # CONTROL [VALUE]: one of vivid's
# The mean luma, 0 ... 255, of one picture out of the capture device, while no kuzet holds it.
mean_luma() {
    v4l2-ctl -d $capture --stream-mmap=2 --stream-count=2 --stream-to=/tmp/frame > /dev/null 2>&1
    tail -c 614400 /tmp/frame | busybox od -An -v -tu1 -w1280 |
        awk 'NR % 16 == 1 { for (i = 1; i <= NF; i += 16) { sum += $i; n++ } }
             END { printf "%d\n", n ? sum / n : -1 }'
}
between() { local value; value=$($3); [ "$value" -ge "$1" ] && [ "$value" -le "$2" ]; }

# --- The program ------------------------------------------------------------------------------

active() { [ "$(systemctl is-active kuzet)" = active ]; }
main_pid() { systemctl show -p MainPID --value kuzet; }
logged() { journalctl -q -b -u kuzet -o cat --since "@$2" | grep -qi -e "$1"; } # PATTERN SINCE
wall() { date +%s; }
last_words() { echo "journal: $(journalctl -q -b -u kuzet -o cat -n 4 | tr '\n' '|')"; }
restart_kuzet() {
    systemctl reset-failed kuzet 2>/dev/null
    systemctl restart kuzet
}
drop_in() { # TEXT: for this boot only; empty takes it away
    mkdir -p /run/systemd/system/kuzet.service.d
    printf '%s\n' "$1" > /run/systemd/system/kuzet.service.d/test.conf
    systemctl daemon-reload
}
incidents() { kuzet incidents list --json 2>&1; } # one JSON object per line, oldest first
count_of() { incidents | grep -c "\"kind\":\"$1\""; }
count_all() { incidents | grep -c '"kind":'; }
closed() { # KIND: the newest incident of that kind is over
    incidents | grep "\"kind\":\"$1\"" | tail -n 1 | grep -q '"state":"closed"'
}
red_is_out() { [ "$(held lamp-red)" = "out lo" ]; }
# Nothing is open and the red lamp is out.
calm() {
    red_is_out &&
        [ "$(incidents | grep '"kind":' | grep -vc '"state":"closed"')" -eq 0 ]
}
# use_config [NAME]: the configuration of the board, or that one of board/tests/guest.
use_config() { cp "/board/tests/kuzet${1:+-$1}.toml" $config; }
more_than() { # NUMBER COMMAND...: prints more than that
    local limit=$1
    shift
    [ "$("$@")" -gt "$limit" ]
}

# --- What a camera's fault must lead to -------------------------------------------------------

# $before is the count of losses until then, $pid the process.
lost() { more_than "$before" count_of cameraLost; }
survives() { # FAULT: the same process still decides frames
    if [ "$(main_pid)" != "$pid" ]; then
        not_ok "$1: the program survives" "it was started again; $(last_words)"
        pid=$(main_pid)
        return
    fi
    begun=$(now_ms)
    expect "$1: the program survives and the green lamp beats" 60 beats lamp-green "$begun"
}
loses() { # FAULT: the camera is lost and comes back
    expect "$1: the loss is in the ledger" 30 lost
    expect "$1: so is that it came back" 60 closed cameraLost
    survives "$1"
}
