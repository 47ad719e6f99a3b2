# shellcheck shell=bash disable=SC2154,SC2086
# The emulated board itself: what the other tests rely on.
systemctl stop kuzet # it holds what is looked at here
systemctl start board-watch board-player
begun=$(now_ms)
within 20 test -s /run/board/lines || true
gpioset -c gpiochip0 0=1 &
expect "the kernel's debug view shows a lit lamp" 10 lit lamp-green "$begun"
same "the chip's data register shows it too" $(($(register 0x3fc) & 0x17)) 1
kill %1 && wait %1 2>/dev/null
gpioset -c gpiochip0 -t0 0=0
expect "an idle lamp is dark in the data register" 5 all_dark

scene venue
expect "the camera shows the venue" 30 between 80 180 mean_luma
scene covered
expect "the camera shows a covered lens" 30 between 40 64 mean_luma
scene venue
