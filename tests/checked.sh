#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tests in checked builds: the ordinary suite under AddressSanitizer (with leak checking) and
# UndefinedBehaviorSanitizer, then the threads' ways through a generation under ThreadSanitizer.
# Arguments are passed on to the suite's ctest:
#
#   bash tests/checked.sh -L unit    # of the suite, the unit tests only
#
# ThreadSanitizer needs clang-14 and libomp-14-dev, whose OpenMP tells it what waits for what.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmake --preset asan-ubsan
cmake --build --preset asan-ubsan --parallel 2
ctest --preset asan-ubsan --no-tests=error -L checked
ctest --preset asan-ubsan --no-tests=error "$@"

if ! command -v clang-14 >/dev/null || [ ! -e /usr/lib/llvm-14/lib/libarcher.so ]; then
    echo "checked.sh: ThreadSanitizer needs clang-14 and libomp-14-dev (apt-get install" \
         "clang-14 libomp-14-dev)" >&2
    exit 1
fi
cmake --preset tsan
cmake --build --preset tsan --parallel 2
ctest --preset tsan --no-tests=error -L checked
