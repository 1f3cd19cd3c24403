# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Commands that run side by side, as many as there are processors; to be read by '.'. They end with the script: by itself bash has
# what it runs in the background overlook a Ctrl-C.

beside=$(mktemp -d) || exit 2
trap 'end_all; rm -rf "$beside"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
processors=$(nproc)
names=()

# start NAME COMMAND...: runs it beside those that run already, as soon as there is a processor for it
start() {
    local at=$beside/${#names[@]}
    names+=("$1")
    shift
    while (($(jobs -rp | wc -l) >= processors)); do
        wait -n
    done
    set -m  # a process group of its own, with all that it starts
    {
        "$@" >"$at" 2>&1 </dev/null
        echo "$?" >"$at.status"
    } &
    set +m
}

end_all() {
    local group
    for group in $(jobs -rp); do
        kill -- "-$group"
    done
}

# finish FUNCTION: waits for all of them, and calls FUNCTION NAME STATUS OUTPUT for each, in the order of their start
finish() {
    local number
    wait
    for number in "${!names[@]}"; do
        "$1" "${names[number]}" "$(<"$beside/$number.status")" "$(<"$beside/$number")"
    done
}
