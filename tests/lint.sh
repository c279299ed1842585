#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cppcheck and clang-tidy over src; fails at the first tool that finds something. On Debian:
#   apt-get install cppcheck clang-tidy clang libomp-dev
#
#   bash tests/lint.sh [FILE...]      # all of src where no file is named
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for tool in cppcheck clang-tidy; do
    command -v "$tool" >/dev/null || { echo "lint.sh: $tool is missing: apt-get install $tool" >&2; exit 1; }
done
files=("$@")
[ "${#files[@]}" -gt 0 ] || files=(src/*/*.c src/cli/*/*.c)
build=build/lint
cmake -S . -B "$build" -DCMAKE_C_COMPILER="${HG_CLANG:-clang}" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DHG_BUILD_TESTS=OFF -DHG_BASELINE_ONLY=ON >/dev/null
cmake --build "$build" --target hg_build_header >/dev/null

# Errors, and warnings of what may be undefined. Left out: what needs the sources of the
# libraries, and style; variableScope and the like are matters of taste.
echo "cppcheck"
cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability,performance \
    --inline-suppr --suppress=missingIncludeSystem --suppress=missingInclude \
    -D_POSIX_C_SOURCE=200809L -DHG_VARIANT=baseline -Isrc -Iinclude -I"$build/generated" \
    -j "$(nproc)" "${files[@]}"
echo "clang-tidy"
printf '%s\n' "${files[@]}" | grep -v '/lanes/' |
    xargs -P "$(nproc)" -n 8 clang-tidy --quiet -p "$build" 2> >(grep -v 'warnings generated' >&2)
