# shellcheck shell=bash disable=SC2154,SC2086
# Real footage through a real V4L2 device: tampered clips must alarm, a quiet one must not.
if ! [ -e /board/footage/none.yuyv ]; then
    say "skipped: footage on the emulated board: no ../shared/data beside the clone"
else
    for kind in cover freeze; do
        case $kind in cover) wanted=covered ;; freeze) wanted=frozen ;; esac
        scene "clip $kind"
        restart_kuzet
        expect "kuzet watches the clip '$kind' before its onset" 60 active
        sleep 10
        before=$(count_of $wanted)
        begun=$(now_ms)
        scene "play $kind"
        expect "the clip '$kind' lights the red lamp" 40 lit lamp-red "$begun"
        expect "the clip '$kind' is in the ledger as $wanted" 15 \
            more_than "$before" count_of $wanted
    done
    scene "clip none"
    restart_kuzet
    expect "kuzet watches the quiet clip" 60 active
    before=$(count_all)
    begun=$(now_ms)
    never "the quiet clip lights no red lamp" 25 lit lamp-red "$begun"
    never "the quiet clip lights no amber lamp" 1 lit lamp-amber "$begun"
    same "the quiet clip leaves no incident in the ledger" "$(count_all)" "$before"
fi
scene venue
