# Makes a small repository in the format of Void's mirrors: packages, their signatures and the index. Sourced.
# shellcheck shell=bash disable=SC2034,SC2154

# new_key NAME: an RSA key pair, $keys/NAME.pem and .pub
new_key() {
    openssl genrsa -out "$keys/$1.pem" 2048 2>/dev/null
    openssl rsa -in "$keys/$1.pem" -pubout -out "$keys/$1.pub" 2>/dev/null
}

plist() { # plist BODY
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n<dict>\n%s\n</dict>\n</plist>\n' "$1"
}
escaped() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' <<<"$1"; }
string() { printf '<key>%s</key><string>%s</string>\n' "$1" "$(escaped "$2")"; }
list() { # list KEY ITEM...
    local key=$1 item
    shift
    printf '<key>%s</key><array>\n' "$key"
    for item in "$@"; do
        printf '<string>%s</string>\n' "$(escaped "$item")"
    done
    printf '</array>\n'
}

# pack FOLDER PKGVER [PROPERTIES]: the package of a tree (with INSTALL at its top, if it has a script), as xbps-create
# makes it: scripts and lists first, then files, without folders.
pack() {
    local tree=$1 pkgver=$2 file=$repo/$2.x86_64.xbps members=()
    plist "$(string architecture x86_64)$(string pkgver "$pkgver")<key>installed_size</key><integer>$(du -sb "$tree" | cut -f1)</integer>
${3:-}" >"$tree/props.plist"
    plist "<key>files</key><array></array>" >"$tree/files.plist"
    [ ! -f "$tree/INSTALL" ] || members+=(./INSTALL)
    members+=(./props.plist ./files.plist)
    (cd "$tree" && find . -mindepth 1 ! -type d ! -name props.plist ! -name files.plist ! -path ./INSTALL) | LC_ALL=C sort >"$tree.list"
    tar -C "$tree" --owner=0 --group=0 --numeric-owner --no-recursion --no-unquote -cf - "${members[@]}" -T "$tree.list" | zstd -q -1 -f -o "$file"
    entry "$pkgver" "${3:-}"
}

# entry PKGVER [PROPERTIES]: what the index says of a package that lies in the repository; signs it.
entry() {
    local file=$repo/$1.x86_64.xbps
    openssl dgst -sha256 -sign "$keys/mirror.pem" -out "$file.sig2" "$file"
    plist_entry "$1" "$(sha256sum "$file" | cut -d' ' -f1)" "$(stat -c %s "$file")" "${2:-}" >"$repo/.${1%-*}.entry"
}
plist_entry() { # PKGVER SHA256 SIZE PROPERTIES
    printf '<key>%s</key>\n<dict>%s%s<key>filename-sha256</key><string>%s</string><key>filename-size</key><integer>%s</integer>\n%s</dict>\n' \
        "${1%-*}" "$(string architecture x86_64)" "$(string pkgver "$1")" "$2" "$3" "$4"
}

# index [KEY]: x86_64-repodata of the entries there are.
index() {
    local work=$scratch/index signer=${1-mirror}
    rm -rf "$work" && mkdir "$work"
    plist "$(cat "$repo"/.*.entry)" >"$work/index.plist"
    if [ -n "$signer" ]; then
        plist "<key>public-key</key><data>$(base64 -w0 <"$keys/$signer.pub")</data><key>public-key-size</key><integer>2048</integer>$(string signature-by Test)" >"$work/index-meta.plist"
    else
        : >"$work/index-meta.plist"
    fi
    : >"$work/stage.plist"
    tar -C "$work" --owner=0 --group=0 -cf - index.plist index-meta.plist stage.plist | zstd -q -f -o "$repo/x86_64-repodata"
}

# serve: the repository over HTTP on loopback; sets $url and $server.
serve() {
    cat >"$scratch/answer" <<'SH'
#!/bin/bash
read -r _ path _
while read -r line && [ "$line" != $'\r' ]; do :; done
file=$ROOT$path
case $path in *..*) file=/nonexistent ;; esac
if [ -f "$file" ]; then
    printf 'HTTP/1.0 200 OK\r\nContent-Length: %s\r\n\r\n' "$(stat -c %s "$file")"
    cat "$file"
else
    printf 'HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n'
fi
SH
    chmod +x "$scratch/answer"
    local port
    for _ in $(seq 20); do
        port=$((20000 + RANDOM % 20000))
        ROOT=$repo socat "TCP-LISTEN:$port,bind=127.0.0.1,fork" "EXEC:$scratch/answer" 2>/dev/null &
        server=$!
        sleep 0.3
        if kill -0 $server 2>/dev/null; then
            url=http://127.0.0.1:$port
            return
        fi
    done
    return 1
}
