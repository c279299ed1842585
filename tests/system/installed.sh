#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs into a prefix of its own and uses the library from there, as another project would:
# installed.sh SOURCE BUILD FOLDER MPIEXEC CC
set -euo pipefail
source=$1 build=$2 folder=$3 mpiexec=$4 cc=$5
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none

rm -rf "$folder"
mkdir -p "$folder"
prefix=$folder/prefix
cmake --install "$build" --prefix "$prefix" >"$folder/install.log"

fail() { echo "FAILED: $*"; exit 1; }
one() { find "$prefix" -path "*$1" | grep -q . || fail "$1 is not installed"; }
for file in bin/happygene include/happygene/happygene.h include/happygene/status.h \
            pkgconfig/happygene.pc happygene-config.cmake happygene-config-version.cmake \
            man1/happygene.1 man1/happygene-run.1 bash-completion/completions/happygene \
            share/happygene/quickstart.yaml; do
    one "$file"
done
[ "$(find "$prefix" -type f -print0 | xargs -0 grep -lF "$build" | wc -l)" -eq 0 ] ||
    fail "an installed file names the build folder: $(grep -rlF "$build" "$prefix")"
"$prefix/bin/happygene" --version | grep -q '^happygene [0-9]*\.[0-9]*\.[0-9]*$' ||
    fail "the installed program does not start"

pc=$(dirname "$(find "$prefix" -name happygene.pc)")
library=$(dirname "$pc")
export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
for header in happygene status; do
    echo "#include <happygene/$header.h>" | "$cc" -std=c11 -pedantic-errors -Wall -Werror \
        $(pkg-config --cflags happygene) -fsyntax-only -xc - || fail "$header.h does not stand alone"
done

# by pkg-config, with nothing else but the mathematics library
"$cc" -std=c11 -Wall -Wextra -Werror "$source/tests/system/evolve.c" \
    $(pkg-config --cflags --libs happygene) -lm -o "$folder/evolve"
# by CMake
cmake -S "$source/tests/system/consumer" -B "$folder/consumer" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_COMPILER="$cc" >"$folder/consumer.log"
cmake --build "$folder/consumer" >>"$folder/consumer.log"

cd "$folder"
./evolve alone.h5 >alone.txt
"$mpiexec" -n 2 ./evolve two.h5 >two.txt
"$mpiexec" -n 2 ./consumer/evolve cmake.h5 >cmake.txt
[ "$(wc -l <alone.txt)" -eq 4 ] || fail "evolve printed $(cat alone.txt)"
cmp alone.txt two.txt || fail "one rank and two differ"
cmp alone.txt cmake.txt || fail "pkg-config and CMake differ"
"$prefix/bin/happygene" diff alone.h5 two.h5 || fail "results differ"

# what the shared library exports is what the header declares
nm -D --defined-only "$library/libhappygene.so" | awk '$2 ~ /[TDB]/ {print $3}' | sort >exported
grep -ohE '\bhg_[a-z0-9_]+\(' "$prefix/include/happygene/"*.h | tr -d '(' | sort -u >declared
while read -r symbol; do
    grep -qx "$symbol" declared || fail "the library exports $symbol, which no header declares"
done <exported
[ "$(wc -l <exported)" -ge 24 ] || fail "the library exports only $(wc -l <exported) functions"
cd /
rm -rf "$folder"
echo "installed, found, linked, run"
