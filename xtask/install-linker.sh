#!/bin/sh
# Installs a C compiler on Debian. It is the one thing that has to be there
# before xtask, which installs everything else, can be built.
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
    echo "error: no C compiler found (looked for cc on PATH); install gcc and the C library headers with this system's package manager" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "error: no C compiler found and no sudo to install one; run as root: apt-get install gcc libc6-dev" >&2
    exit 1
fi

echo "Rust needs a C compiler to link programs and there is none here."
echo "Installing with ${as_root:+$as_root }apt-get: gcc libc6-dev"
$as_root apt-get -qq update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends gcc libc6-dev
