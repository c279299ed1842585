#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The benchmark in one command: installs what is missing and builds (unless --program names a
# happygene), measures, prints a table and writes it as JSON. Options as in bench.py:
#
#   bash tests/bench/run.sh                        # two to ten minutes; results in bench.json
#   bash tests/bench/run.sh --quick                # a minute or two
#   python3 tests/bench/compare.py OLD.json NEW.json
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# NumPy's products of matrices deserve an optimised BLAS. Without one the benchmark runs all the
# same, and says that its comparison with NumPy is none.
install_blas() {
    local package=libopenblas0-pthread root=()
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed && return
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || return 0
        root=(sudo)
    fi
    echo "run.sh: installing $package" >&2
    "${root[@]}" apt-get update -qq >&2 &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
            --no-install-recommends "$package" >&2 ||
        echo "run.sh: $package could not be installed" >&2
}

case " $* " in
    *" --program"*) ;;
    *)
        bash "$here/../../jobs/setup.sh" --tests >&2
        install_blas
        ;;
esac
python=/usr/bin/python3 # Debian's, to which Debian's NumPy belongs
[ -x "$python" ] || python=python3
exec "$python" "$here/bench.py" "$@"
