# shellcheck shell=bash disable=SC2154,SC2086
# Lamps and siren are off however the program ended.
alarmed() { # waits until the red lamp is lit and the siren sounds
    scene venue
    restart_kuzet
    within 60 active
    sleep 10
    begun=$(now_ms)
    scene covered
    expect "$1: the siren sounds beforehand" 60 lit siren "$begun"
}
ended() { systemctl is-active kuzet | grep -q -e failed -e inactive; }
dark_and_free() { all_dark && [ -z "$(held siren)$(held lamp-red)" ]; }

use_config siren
drop_in $'[Service]\nRestart=no'
alarmed "kill -9"
systemctl kill --signal=KILL --kill-whom=main kuzet
expect "kill -9 ends it" 20 ended
expect "kill -9 leaves lamps and siren off" 10 dark_and_free

alarmed SIGSTOP
stopped=$(now_ms)
systemctl kill --signal=STOP --kill-whom=main kuzet
expect "a hang is ended by the watchdog" 40 ended
say "a hang was ended after $(($(now_ms) - stopped)) ms"
expect "a hang leaves lamps and siren off" 10 dark_and_free

alarmed "systemctl stop"
systemctl stop kuzet
expect "a stop in order leaves lamps and siren off" 10 dark_and_free

drop_in ""
use_config
restart_kuzet
within 60 active
pid=$(main_pid)
systemctl kill --signal=KILL --kill-whom=main kuzet
again() { active && [ "$(main_pid)" != "$pid" ] && [ "$(main_pid)" != 0 ]; }
expect "after kill -9 it is started again" 60 again

# Whatever left a line high, the boot-time unit idles it although the program does not run.
systemctl stop kuzet
gpioset -c gpiochip0 -t0 4=1 2=1
within 5 test $(($(register 0x3fc) & 0x14)) -eq 20
systemctl restart kuzet-lines
same "kuzet-lines.service succeeds" "$(systemctl is-active kuzet-lines)" active
expect "kuzet-lines.service idles lines that something left high" 5 all_dark
systemctl start kuzet
scene venue
