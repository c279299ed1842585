#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the program prints about itself: manual pages that mandoc and groff have nothing to say
# about, and completion of command lines. pages.sh PROGRAM SOURCE FOLDER
set -uo pipefail
program=$1 source=$2 folder=$3
checks=0 failures=0
check() { # WHAT COMMAND...
    checks=$((checks + 1))
    "${@:2}" || { failures=$((failures + 1)); echo "FAILED: $1"; }
}
for tool in mandoc groff; do
    command -v $tool >/dev/null ||
        { echo "FAILED: $tool is missing; on Debian: apt-get install mandoc groff-base"; exit 1; }
done
rm -rf "$folder" && mkdir -p "$folder" && cd "$folder" || exit 1

# --- manual pages ---
commands=$("$program" help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' | grep -v happygene)
check "commands: $commands" test "$(wc -w <<<"$commands")" -ge 8
lint() { # PAGE
    local said
    said=$(mandoc -T lint -W style "$1"; groff -ww -man -T utf8 "$1" 2>&1 >/dev/null)
    [ -z "$said" ] || { echo "$said"; return 1; }
}
page() { # PAGE [COMMAND]: what is written and what is shown
    local shown option
    check "$1 is clean" lint "$1"
    shown=$(mandoc -T utf8 "$1" | col -bx)
    for section in NAME SYNOPSIS DESCRIPTION "EXAMPLES?" "SEE ALSO"; do
        check "$1 has $section" grep -qxE "$section" <<<"$shown"
    done
    # every word of the help is in the page, in the same number
    shown=$(tr -cs '[:alnum:]' '\n' <<<"$shown" | sort | uniq)
    for option in $("$program" help "${@:2}" | tr -cs '[:alnum:]' '\n' | sort -u); do
        case $option in usage | Example | Examples | Options) continue ;; esac
        check "$1 says $option" grep -qix -- "$option" <<<"$shown"
    done
}
"$program" help --man >happygene.1
page happygene.1
for command in $commands; do
    check "happygene.1 names $command" grep -q "happygene.-$command" happygene.1
    "$program" help --man "$command" >"happygene-$command.1"
    page "happygene-$command.1" "$command"
    check "$command takes --quiet and --verbose" \
        sh -c "'$program' $command --quiet --verbose --frobnicate 2>&1 | grep -q frobnicate"
    # every option that the program takes is in its help
    for option in $(cat "$source/src/cli/$command.c" "$source/src/cli/$command/$command.c" 2>/dev/null | grep -oE '\.name = "--[a-z-]+' | cut -d'"' -f2); do
        { "$program" help; "$program" help "$command"; } >help.txt
        check "help $command tells of $option" grep -qE -- "(^|[ ,|\[])$option\b" help.txt
    done
done
check "a page of nothing is refused" sh -c "! '$program' help --man nothing 2>/dev/null"

# --- completion, asked as bash asks ---
"$program" help --completion >completion.bash
# shellcheck source=/dev/null
source completion.bash || exit 1
mkdir -p place/folder && cd place || exit 1
touch my.yaml my.h5 other.h5 'two words.h5' notes.txt network.tsv
complete_words() { # WORD...: what the last of these may become, one a line
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _happygene happygene "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}" | sort -u
}
offers() { # "WHAT WHAT", or "+WHAT" where there may be more: WORD...
    local offered wanted
    offered=$(complete_words "${@:2}")
    checks=$((checks + 1))
    if [[ $1 == +* ]]; then
        grep -qxF -- "${1#+}" <<<"$offered" && return
    else
        wanted=$(printf '%s' "$1" | tr ',' '\n' | sort -u)
        [ "$offered" = "$wanted" ] && return
    fi
    failures=$((failures + 1))
    echo "FAILED: ${*:2}: offers ${offered//$'\n'/,} instead of $1"
}
check "bash knows the function" sh -c "grep -q '^complete -F _happygene happygene$' ../completion.bash"
offers validate happygene val
offers +--version happygene --
for command in $commands; do offers +"$command" happygene ''; done
offers 'my.yaml,my.h5' happygene run my
offers 'folder' happygene run fol
offers 'my.h5' happygene info my
offers 'my.h5,other.h5,two words.h5,folder' happygene diff my.h5 ''
offers '--force' happygene run my.yaml --fo
offers +--quiet happygene info --
offers +--help happygene example --
offers 'baseline,avx2,avx512' happygene run --kernels ''
offers 'size,threads,ranks' happygene profile --scaling ''
offers 'my.h5,other.h5,two words.h5,folder' happygene run my.yaml -o ''
offers 'population.ploidy=' happygene run my.yaml --set population.pl
offers 'population.ploidy=' happygene run my.yaml --set = population.pl
offers 'wright_fisher' happygene run my.yaml --set selection.scheme = wri
offers 'additive' happygene run my.yaml --set = regulation.model = add
offers 'true,false' happygene run --set mating.selfing =
offers '' happygene run --threads ''
offers '' happygene run --threads = ''
offers 'quickstart' happygene example qui
offers 'fixation' happygene verify --quick fix
offers phenotypes happygene plot my.h5 --what phen
offers +fitness,phenotypes happygene plot my.h5 --what fitness,phen
offers +fitness,optimum,all happygene plot my.h5 --what fitness,optimum,
offers '' happygene plot my.h5 --what fitness,x
offers '' happygene plot my.h5 --generation 1,
offers statistics happygene export my.h5 --table stat
offers 'csv,tsv' happygene export my.h5 --format ''
offers '' happygene export my.h5 --generation ''
offers 'my.yaml,network.tsv,notes.txt,my.h5,other.h5,two words.h5,folder' happygene network ''
offers 'my.h5' happygene plot my
offers +keys happygene help ''
offers +profile happygene help p
offers 'expression.k' happygene help expression.k
offers '' happygene frobnicate ''
"$program" help keys | grep -oE '^  [a-z_0-9]+(\.[a-z_0-9]+)+$' | grep -v '^  fitness\.' |
    while read -r key; do
        complete_words happygene run my.yaml --set "$key" | grep -qxF "$key=" ||
            echo "$key"
    done >../unknown
check "all keys are offered: $(head -3 ../unknown)" test ! -s ../unknown

cd / && rm -rf "$folder"
echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
