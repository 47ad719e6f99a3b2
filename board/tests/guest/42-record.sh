# shellcheck shell=bash disable=SC2154,SC2086
# A recording of the real camera replays to the same decisions, bit for bit; so does one that a
# power cut shortened, up to there.
systemctl stop kuzet
scene venue
recording=/var/tmp/board.kzr
record() { kuzet record --camera "$1" --out $recording --seconds 2 2>&1; }
pictures() { sed -n 's/.*: \([0-9]*\) pictures.*/\1/p'; }
replayed() { kuzet replay --json $recording 2>/dev/null | tail -n 1; }

said=$(record $capture)
count=$(pictures <<< "$said")
if [ "${count:-0}" -gt 2 ]; then
    ok "kuzet record takes the camera's pictures"
else
    not_ok "kuzet record takes the camera's pictures" "$said"
fi
first=$(replayed)
case $first in
"{\"frames\":$count,"*) ok "each picture is replayed" ;;
*) not_ok "each picture is replayed" "$count recorded; $first" ;;
esac
same "two replays decide the same" "$(replayed)" "$first"

truncate -s -1000 $recording
cut=$(replayed)
case $cut in
"{\"frames\":$((count - 1)),"*) ok "a recording cut short gives what is whole" ;;
*) not_ok "a recording cut short gives what is whole" "$cut" ;;
esac

said=$(record vivid)
count=$(pictures <<< "$said")
if [ "${count:-0}" -gt 2 ]; then
    ok "a camera is found by its own name"
else
    not_ok "a camera is found by its own name" "$said"
fi
said=$(record nobody)
case $said in
*"camera nobody: find: connected are: vivid at /dev/video0"*) ok "and what is connected is told" ;;
*) not_ok "and what is connected is told" "$said" ;;
esac
rm -f $recording
restart_kuzet
