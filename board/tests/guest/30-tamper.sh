# shellcheck shell=bash disable=SC2154,SC2086
# A covered lens and a frozen picture, drawn: they need no footage.
for kind in covered frozen; do
    scene venue
    expect "before the lens is $kind no red lamp is lit" 60 calm
    sleep 8 # the detectors get to know the scene
    before=$(count_of $kind)
    begun=$(now_ms)
    scene $kind
    expect "a $kind camera lights the red lamp" 40 lit lamp-red "$begun"
    say "the red lamp was lit $(first_lit lamp-red "$begun") ms after the picture changed"
    expect "a $kind camera is in the ledger" 15 more_than "$before" count_of $kind
    scene venue
    expect "the $kind incident closes when the picture is back" 60 closed $kind
done
