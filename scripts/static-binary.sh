#!/usr/bin/env bash
# Builds one static binary (x86_64, musl) and proves that it needs nothing.
#
#   rustup target add x86_64-unknown-linux-musl
#   apt-get install musl-tools        # musl-gcc, for the C parts (SQLite, zstd, ring)
#   scripts/static-binary.sh          # prints the binary's path; PROFILE=dev builds faster, for a try
set -euo pipefail
cd "$(dirname "$0")/.."
target=x86_64-unknown-linux-musl
profile=${PROFILE:-release}

rustup target list --installed | grep -qx "$target" || { echo "missing: rustup target add $target" >&2; exit 1; }
command -v musl-gcc >/dev/null || { echo "missing: musl-gcc (Debian: apt-get install musl-tools)" >&2; exit 1; }

# musl-gcc compiles the C parts; linking is left to Rust's own start files, because musl-gcc's would ask for musl's loader.
CC_x86_64_unknown_linux_musl=musl-gcc \
    cargo build --profile "$profile" --locked --target "$target" --bin ado2entra >&2
binary=target/$target/$([ "$profile" = dev ] && echo debug || echo "$profile")/ado2entra

# A static binary names no interpreter and asks for no library.
if readelf -l "$binary" | grep -q 'INTERP' || readelf -d "$binary" | grep -q '(NEEDED)'; then
    echo "$binary is not static" >&2
    exit 1
fi
"$binary" --version >&2
echo "$binary"
