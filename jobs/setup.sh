#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what happygene is built from (Debian packages) and builds it into build/release.
#
#   bash jobs/setup.sh            # the program
#   bash jobs/setup.sh --tests    # the program and its tests
#   bash jobs/setup.sh --slurm    # these, and a Slurm for tests/slurm.sh
#
# What is installed already is left alone; building again builds what has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(gcc libc6-dev make cmake pkg-config openmpi-bin libopenmpi-dev libhdf5-openmpi-dev
          libyaml-dev libsleef-dev librandom123-dev libgsl-dev
          libigraph-dev libxml2-dev libsbml5-dev # networks of files, happygene network and export
          gnuplot-nox                # happygene plot
          hdf5-tools)                # the batch scripts
build_tests=OFF
case "${1:-}" in
--tests | --slurm)
    build_tests=ON
    packages+=(check python3-numpy python3-h5py python3-yaml python3-xarray python3-h5netcdf
               python3-netcdf4 netcdf-bin r-base-core r-cran-ncdf4 python3-igraph graphviz
               poppler-utils mandoc groff-base bsdextrautils)
    if [ "$1" = --slurm ]; then packages+=(slurm-wlm munge); fi
    ;;
'') ;;
*)
    echo "setup.sh: unknown argument '$1'; there are --tests and --slurm" >&2
    exit 2
    ;;
esac

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            echo "$package"
    done
}

# As root, or with sudo where that is at hand.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local missing
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        # Not Debian or a relative: CMake names what it does not find.
        echo "setup.sh: no apt-get here. happygene needs a C compiler, CMake >= 3.21, make," \
             "pkg-config, Open MPI, parallel HDF5 (1.10 or later), libyaml, SLEEF, Random123, GSL," \
             "igraph 0.10, libxml2 and libSBML;" \
             "plots need gnuplot; tests need Check, Python with h5py and igraph, Graphviz and" \
             "poppler-utils." >&2
        return
    fi
    mapfile -t missing < <(missing_packages)
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "setup.sh: packages are missing, and only root can install them. As root, run:" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    echo "setup.sh: installing ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        "${missing[@]}" >&2
}

install_packages
cmake --preset release -DHG_BUILD_TESTS=$build_tests >&2
cmake --build build/release --parallel "$(nproc)" >&2
