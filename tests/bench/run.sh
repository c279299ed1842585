#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The benchmark in one command: installs what is missing and builds (unless --program names a
# happygene), measures, prints a table and writes it as JSON. Options as in bench.py:
#
#   bash tests/bench/run.sh                        # some ten minutes; results in bench.json
#   bash tests/bench/run.sh --quick                # a minute or two
#   python3 tests/bench/compare.py OLD.json NEW.json
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
case " $* " in
    *" --program"*) ;;
    *) bash "$here/../../jobs/setup.sh" --tests >&2 ;;
esac
python=/usr/bin/python3 # Debian's, to which Debian's NumPy belongs
[ -x "$python" ] || python=python3
exec "$python" "$here/bench.py" "$@"
