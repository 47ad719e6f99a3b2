# shellcheck shell=bash disable=SC2154,SC2086
# Faces: off until an authority lists and authorises, then one who is listed is told, sealed, and nobody
# else; on this board alone, from the key to the picture that the authority opens.
if ! [ -e /board/footage/photograph1.jpg ]; then
    say "skipped: faces on the emulated board: no ../shared/data beside the clone"
else
    desk=/tmp/authority
    mkdir -p $desk
    finds() { kuzet watchlist finds --json; }
    say_when() { date -u -d "$1" +%Y-%m-%dT%H:%M; }
    rm -f $desk/*
    public() { sed -n 's/.*"publicKey":"\([^"]*\)".*/\1/p'; }
    own=$(kuzet watchlist key $desk/key --json | public)
    other=$(kuzet watchlist key $desk/other --json | public)
    same "keys of two authorities are not alike" \
        "$([ -n "$own" ] && [ "$own" != "$other" ] && echo yes)" yes
    kuzet watchlist enroll /board/footage/photograph{1,2,3}.jpg --draft $desk/draft.json --number 17 \
        --category wanted --reference "case 4711" --law "a law" --until "$(say_when '+30 days')" \
        > $desk/enrolled 2>&1
    same "photographs become an entry" $? 0
    kuzet watchlist pack $desk/draft.json --issue 1 --any-clock --out $desk/list
    kuzet watchlist sign $desk/list --key $desk/key
    kuzet watchlist authorise --key $desk/key --issue 1 --authority City --person "A. Judge" \
        --law "a law" --place "the board" --device "emulated board" --category wanted \
        --from "$(say_when '-1 day')" --until "$(say_when '+10 days')" --out $desk/right
    kuzet watchlist install $desk/list > $desk/refused 2>&1
    same "without an authority in the configuration a list is refused" $? 69
    cat >> $config <<END
[[watchlist.authority]]
name = "city"
key = "$own"
lists = ["wanted"]
authorises = ["wanted"]
END
    kuzet config check $config > $desk/check 2>&1
    same "the configuration with an authority is right" $? 0
    scene "clip stranger"
    restart_kuzet
    expect "kuzet watches a stranger" 60 active
    sleep 5
    since=$(wall)
    expect "the list is taken over" 20 kuzet watchlist install $desk/list
    never "a list without a right switches nothing on" 3 logged "faces: looked for: 1 entry" "$since"
    expect "the right is taken over" 20 kuzet watchlist install $desk/right
    expect "faces are looked for, and it is said" 10 logged "faces: looked for: 1 entry" "$since"
    before=$(count_of wanted)
    never "a stranger is nobody to look at" 25 more_than "$before" count_of wanted
    if logged "networks take too long here: nobody is" "$since"; then
        say "skipped: who is listed on the emulated board: it is too slow for networks here"
    else
        scene "clip listed"
        begun=$(now_ms)
        expect "one who is listed is told" 60 more_than "$before" count_of wanted
        never "no lamp is red for a likeness" 5 lit lamp-red "$begun"
        incident=$(incidents | grep '"kind":"wanted"' | tail -n 1 |
            sed 's/.*"identity":"\([^"]*\)".*/\1/')
        expect "its picture is sealed" 20 ls /var/lib/kuzet/evidence/*-find.sealed
        same "and it is its only evidence" \
            "$(kuzet incidents show "$incident" | grep -c -e snapshot.jpg -e clip.mkv)" 0
        kuzet watchlist open /var/lib/kuzet/evidence/*-find.sealed --key $desk/key \
            --incident "$incident" --out $desk/face.jpg
        same "the authority opens it" "$(head -c 2 $desk/face.jpg | od -An -tx1)" " ff d8"
        kuzet watchlist open /var/lib/kuzet/evidence/*-find.sealed --key $desk/other \
            --incident "$incident" --out $desk/none.jpg 2> $desk/closed
        same "and nobody else does" $? 65
        same "what was found is counted" "$(finds | grep -c '"entry":17,.*"told":1,')" 1
    fi
    same "the list is unreadable on the disk" "$(grep -rl "case 4711" /var/lib/kuzet/watch | wc -l)" 0
    kuzet watchlist revoke $desk/list 17 --issue 2 --key $desk/key --out $desk/list2 \
        --diff $desk/diff
    since=$(wall)
    expect "a revocation is taken over" 20 kuzet watchlist install $desk/diff
    expect "and nobody is looked for any more" 10 logged "faces: not looked for" "$since"
    use_config
    scene venue
    restart_kuzet
    expect "without the authority kuzet watches as before" 60 active
fi
