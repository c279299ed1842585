#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file of tests/data/broken must be refused with exit code 65, at the place and with
# the words that its first line says, by `validate` and by `run`, and leave nothing behind.
# usage: broken.sh HAPPYGENE FOLDER-OF-BROKEN-FILES
set -u
program=$(realpath "$1")
folder=$(realpath "$2")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r "$folder" "$work/broken"
cp -r "$folder/../networks" "$work/networks"
cd "$work/broken" || exit 1
ls -R "$work" > "$work.before"
failures=0
count=0
for file in *.yaml; do
    count=$((count + 1))
    expected=$(head -n 1 "$file" | sed 's/^# expect: //')
    place=${expected%% *}
    words=${expected#* }
    [ "$place" = "-" ] && start="" || start=":$place: "
    for command in validate run; do
        "$program" $command "$file" > "$work.out" 2> "$work.err"
        status=$?
        if [ $status -ne 65 ] || [ -s "$work.out" ] ||
            ! grep -F -- "$words" "$work.err" | grep -qF -- "$start"; then
            echo "$command $file: exit $status, expected 65 and '$start$words', got:"
            cat "$work.err"
            failures=$((failures + 1))
        fi
    done
done
ls -R "$work" > "$work.after"
if ! cmp -s "$work.before" "$work.after"; then
    echo "files were left behind:"
    diff "$work.before" "$work.after"
    failures=$((failures + 1))
fi
rm -f "$work.before" "$work.after" "$work.out" "$work.err"
[ "$count" -ge 45 ] || { echo "only $count broken files were found"; failures=1; }
echo "$count broken run files, $failures failures"
[ "$failures" -eq 0 ]
