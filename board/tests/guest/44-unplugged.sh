# shellcheck shell=bash disable=SC2154,SC2086
# A camera that goes away altogether, and comes back.
restart_kuzet
expect "kuzet is up before the camera goes" 60 active
sleep 5
pid=$(main_pid)

# vivid plugs itself in again when nobody holds it any more, set up as it was; the appliance may
# have it before the pictures are there again.
systemctl stop board-player
before=$(count_of cameraLost)
fault disconnect
expect "disconnect: the loss is in the ledger" 30 lost
systemctl start board-player
expect "disconnect: so is that it came back" 90 closed cameraLost
survives disconnect

# Unplugged for real: the device node vanishes, and comes back, perhaps under another number.
systemctl stop board-player
before=$(count_of cameraLost)
echo vivid.0 > /sys/bus/platform/drivers/vivid/unbind
expect "unplugged: the loss is in the ledger" 30 lost
echo vivid.0 > /sys/bus/platform/drivers/vivid/bind
systemctl restart board-camera && systemctl start board-player ||
    not_ok "the camera is plugged in" "$(journalctl -q -b -u board-camera -o cat -n 3)"
expect "unplugged: so is that it came back" 90 closed cameraLost
survives unplugged

sleep 8
expect "the red lamp goes out when the camera is plugged in" 60 red_is_out
scene covered
begun=$(now_ms)
expect "the camera that came back still sees a covered lens" 60 lit lamp-red "$begun"
scene venue
