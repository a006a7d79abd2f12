#!/usr/bin/env bash
# Builds a Debian package with nothing but dpkg-deb: the program, its manual page, completions, the example of the configuration, docs.
#
#   scripts/package-deb.sh [--dynamic]     # prints the package's path
#
# Without an argument the static binary of scripts/static-binary.sh is packed (BINARY=PATH: one that was built before); with
# --dynamic one for this machine's C library.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1-}" in
'') binary=${BINARY:-$(scripts/static-binary.sh)}; depends= ;;
--dynamic)
    cargo build --release --locked --bin ado2entra >&2
    binary=target/release/ado2entra
    # The newest version of the C library that a symbol of it asks for.
    glibc=$(objdump -T "$binary" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1 | cut -d_ -f2)
    depends="libc6 (>= ${glibc:?})" ;;
*) echo "usage: $0 [--dynamic]" >&2; exit 2 ;;
esac

version=$("$binary" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
out=target/debian
root=$out/ado2entra
rm -rf "$root"
install -Dm755 "$binary" "$root/usr/bin/ado2entra"

share=$root/usr/share
mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
"$binary" man | gzip -9n > "$share/man/man1/ado2entra.1.gz"
"$binary" completions bash > "$share/bash-completion/completions/ado2entra"
"$binary" completions zsh > "$share/zsh/vendor-completions/_ado2entra"
"$binary" completions fish > "$share/fish/vendor_completions.d/ado2entra.fish"

doc=$share/doc/ado2entra
mkdir -p "$doc"
install -m644 README.md config.example.toml "$doc"
cp -r docs "$doc/docs"
gzip -9n < CHANGELOG.md > "$doc/changelog.gz"
{
    printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: ado2entra\n\n'
    printf 'Files: *\nCopyright: the authors of ado2entra\nLicense: MIT or Apache-2.0\n'
    printf ' Either the MIT license below or the Apache License, Version 2.0\n (/usr/share/common-licenses/Apache-2.0), at your option.\n .\n'
    sed 's/^$/./; s/^/ /' LICENSE-MIT
} > "$doc/copyright"
find "$root" -type d -exec chmod 755 {} +
find "$share" -type f -exec chmod 644 {} +

mkdir -p "$root/DEBIAN"
{
    printf 'Package: ado2entra\nVersion: %s\nArchitecture: %s\n' "$version" "$architecture"
    printf 'Maintainer: The ado2entra developers <ado2entra@example.com>\nSection: admin\nPriority: optional\n'
    [ -z "$depends" ] || printf 'Depends: %s\n' "$depends"
    printf 'Recommends: ca-certificates\nInstalled-Size: %s\n' "$(du -sk --exclude=DEBIAN "$root" | cut -f1)"
    printf 'Description: takes an Azure DevOps organization to a Microsoft Entra tenant\n'
    printf ' Checks the prerequisites, says beforehand what happens to each person, watches\n'
    printf ' the connection, and maps people one by one, each result read back.\n'
} > "$root/DEBIAN/control"
(cd "$root" && find usr -type f -exec md5sum {} + | sort -k2) > "$root/DEBIAN/md5sums"

package=$out/ado2entra_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$root" "$package" >&2
dpkg-deb --info "$package" >&2
echo "$package"
