# shellcheck shell=bash disable=SC2154,SC2086
# A camera that misbehaves, by the faults that vivid injects. The program must survive each, say
# so in the ledger when it lost the camera, and get it back.
restart_kuzet
expect "kuzet is up before the faults" 60 active
sleep 5
pid=$(main_pid)

for control in wrap_sequence_number wrap_timestamp; do
    fault $control
    sleep 3
    fault $control 0
    survives "$control"
done
for _ in 1 2 3 4 5; do fault inject_v4l2_buf_flag_error; sleep 0.1; done
survives "corrupt buffers"
damaged() { systemctl show -p StatusText --value kuzet | sed -n 's/.* \([0-9]*\) damaged.*/\1/p'; }
expect "corrupt buffers: they are counted" 15 more_than 0 damaged
fault percentage_of_dropped_buffers 60
sleep 5
fault percentage_of_dropped_buffers 0
survives "dropped buffers"

before=$(count_of cameraLost)
fault percentage_of_dropped_buffers 100
expect "no frames: the loss is in the ledger" 30 lost
fault percentage_of_dropped_buffers 0
expect "no frames: so is that they came back" 60 closed cameraLost
survives "no frames"

for control in inject_fatal_streaming_error inject_vidioc_qbuf_error; do
    before=$(count_of cameraLost)
    fault $control
    loses $control
done

# The next two strike while the camera is opened again.
before=$(count_of cameraLost)
fault inject_vidioc_streamon_error
fault inject_fatal_streaming_error
loses "streaming refused at the first retry"
before=$(count_of cameraLost)
fault inject_vidioc_reqbufs_error
fault inject_fatal_streaming_error
loses "buffers refused at the first retry"

expect "the red lamp goes out when the camera is back" 60 red_is_out
scene covered
begun=$(now_ms)
expect "after all that a covered lens still lights the red lamp" 60 lit lamp-red "$begun"
scene venue
