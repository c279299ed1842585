#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a minimal Debian 12 in a folder (debootstrap), clones this repository into it, and runs the two
# commands of the README there: what they need and a minimal Debian lacks, they must install. As root.
# Arguments are passed on to tests/run.sh:
#
#   bash tests/bare.sh                    # quickstart.sh and the whole suite
#   bash tests/bare.sh -R system/pages    # quickstart.sh and some tests
#
# Packages come from where this machine's come from, or from HG_MIRROR. TMPDIR is the place of the
# folder, which takes 4 GB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mirror=${HG_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)}

[ "$(id -u)" -eq 0 ] || { echo "bare.sh: only root can make a Debian and enter it" >&2; exit 1; }
for tool in debootstrap unshare git; do
    command -v $tool >/dev/null ||
        { echo "bare.sh: $tool is missing; on Debian: apt-get install debootstrap util-linux git" >&2; exit 1; }
done

root=$(mktemp -d "${TMPDIR:-/tmp}/happygene-bare-XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase bookworm "$root" "$mirror"
git clone -q --no-hardlinks . "$root/root/happygene"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" # proxies, if any

# Mounts and processes are the folder's own (unshare), and end with the last command.
in_bare() { # COMMAND...
    # shellcheck disable=SC2016 # the inner shell expands
    unshare --mount --pid --fork --kill-child bash -euc '
        mount -t proc proc "$0/proc"
        mount --rbind /sys "$0/sys"
        mount --rbind /dev "$0/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm"
        exec chroot "$0" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "cd /root/happygene && exec \"\$@\"" sh "$@"' "$root" "$@"
}
in_bare bash jobs/quickstart.sh
in_bare bash tests/run.sh "$@"
echo "bare.sh: both commands of the README work on a bare Debian 12"
