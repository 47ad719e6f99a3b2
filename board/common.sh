# Sourced by the scripts beside it: where things are kept, how they speak, what must be installed.
# shellcheck shell=bash disable=SC2034

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${KUZET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kuzet}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd -P)
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# as_root COMMAND...: runs it with root rights, ours or sudo's.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo --preserve-env=DEBIAN_FRONTEND,LC_ALL "$@"
    else
        fail "$1: needs root: neither root nor sudo here; run as root or install sudo"
    fi
}

# need PACKAGE...: installs the Debian packages that are missing, and only those.
need() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "this machine: install ${missing[*]}: apt-get not found; Debian 12 or 13 is needed"
    say "installing ${missing[*]}"
    # One at a time: steps that run side by side may each miss something.
    exec 8>"$cache/apt.lock"
    flock 8
    install_packages "${missing[@]}" >"$cache/apt.log" 2>&1 && { exec 8>&- && return 0; }
    # The lists may be absent or old: refresh them once, then let a second failure stand.
    { as_root apt-get -q update && install_packages "${missing[@]}"; } >>"$cache/apt.log" 2>&1 ||
        { tail -n 15 "$cache/apt.log" >&2 && fail "apt-get: install ${missing[*]}: see above"; }
    exec 8>&-
}

# need_build: what the sources need to be built for this computer.
need_build() {
    need git g++ libc6-dev libv4l-dev libjpeg-dev libgpiod-dev libsqlite3-dev libssl-dev \
        libtomlplusplus-dev
}

install_packages() {
    as_root apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

# debian_mirror: prints the mirror that this machine's own apt already uses.
debian_mirror() {
    local uri
    uri=${KUZET_DEBIAN_MIRROR:-$(main_archive)}
    if [ -z "$uri" ]; then
        as_root apt-get -q update >"$cache/apt.log" 2>&1
        uri=$(main_archive)
    fi
    [ -n "$uri" ] || fail "apt: find the Debian mirror: this machine's apt sources name none;" \
        "set KUZET_DEBIAN_MIRROR to the address of one"
    printf '%s\n' "${uri%/}"
}

main_archive() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
        'Label: Debian' | head -n 1
}

# root_key: names the state of the recipe in board/root.
root_key() { cat "$clone"/board/root/* | sha256sum | cut -c 1-12; }

# fetch_packages SCRATCH: makes the Swift packages ready for a build in the Debian 13 root.
# They are fetched out here, where there is a network; the SwiftPM in there makes working copies
# of its own. It must not read our state: a newer SwiftPM writes one that it cannot.
fetch_packages() {
    local scratch=$1
    command -v swift >/dev/null || fail "swift: resolve packages: no Swift toolchain on PATH;" \
        "Debian 13: apt install swiftlang"
    need git
    [ "$(cat "$scratch/key" 2>/dev/null)" = "$(root_key)" ] || rm -rf "$scratch"
    mkdir -p "$scratch" "$clone/.build-home"
    (cd "$clone" && swift package --scratch-path .build-packages resolve) >"$scratch/log" 2>&1 ||
        { tail -n 20 "$scratch/log" >&2 && fail "Swift packages: resolve: see above"; }
    if ! cmp -s "$clone/Package.resolved" "$scratch/resolved"; then
        rm -rf "$scratch/checkouts" "$scratch/repositories" "$scratch/workspace-state.json"
        cp -a "$clone/.build-packages/repositories" "$scratch/"
        cp "$clone/Package.resolved" "$scratch/resolved"
    fi
    root_key >"$scratch/key"
}
