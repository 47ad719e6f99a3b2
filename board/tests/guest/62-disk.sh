# shellcheck shell=bash disable=SC2154,SC2086
# A full and a read-only disk under the ledger: the alarm works all the same.
scene venue
systemctl stop kuzet
mount -t tmpfs -o size=2m,mode=750,uid="$(id -u kuzet)",gid="$(id -g kuzet)" small /var/lib/kuzet
since=$(wall)
systemctl start kuzet
expect "kuzet starts on a small disk" 60 active
sleep 8
pid=$(main_pid)
dd if=/dev/zero of=/var/lib/kuzet/filler bs=4k 2> /dev/null
begun=$(now_ms)
scene covered
expect "full disk: the red lamp is lit" 40 lit lamp-red "$begun"
expect "full disk: the log says so" 20 logged "no space left" "$since"
same "full disk: the program survives" "$(main_pid)" "$pid"
rm /var/lib/kuzet/filler
expect "full disk: what could not be kept is kept when there is room" 60 more_than 0 count_of covered
scene venue
systemctl stop kuzet

mount -o remount,ro /var/lib/kuzet
since=$(wall)
systemctl start kuzet
expect "read-only disk: kuzet starts" 60 active
expect "read-only disk: the log says so" 20 logged read-only "$since"
sleep 8
begun=$(now_ms)
scene covered
expect "read-only disk: the red lamp is lit" 40 lit lamp-red "$begun"
scene venue
systemctl stop kuzet
umount /var/lib/kuzet
systemctl start kuzet
