#!/usr/bin/env bash
# Verifies with OpenSSL 3 and nothing else: the signatures under a checkpoint, and one act.
# Usage: openssl.sh <log directory>. Ends with 0 when all is good, with 1 and a reason when not.
set -euo pipefail
export LC_ALL=C # lengths are bytes

[ $# -eq 1 ] || { echo "usage: openssl.sh <log directory>" >&2; exit 2; }
log=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

refuse() { echo "refused: $*" >&2; exit 1; }

# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) is these twelve bytes and the key.
spki() { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; cat; }

# verify <key, 32 bytes> <signature, 64 bytes> <message>
verify() {
    spki < "$1" > "$work/spki"
    openssl pkeyutl -verify -pubin -inkey "$work/spki" -keyform DER -rawin \
        -sigfile "$2" -in "$3" > /dev/null 2>&1
}

# The key of one signer, by name: the last 32 of the 33 bytes at the end of its verifier key.
key_of() {
    local vkey
    vkey=$(grep -F "$1+" "$log/proof/vkeys" | head -n 1) || return 1
    vkey=${vkey#*+}
    printf %s "${vkey#*+}" | openssl base64 -d -A | tail -c 32
}

verify_cosignatures() {
    local good=0 name encoded time
    # The text ends at the empty line, and its last newline belongs to it.
    sed '/^$/,$d' "$log/checkpoint" > "$work/text"
    sed '1,/^$/d' "$log/checkpoint" > "$work/lines"
    while read -r _ name encoded; do
        case $name in */mirror | */witness) ;; *) continue ;; esac
        printf %s "$encoded" | openssl base64 -d -A > "$work/line" # key id 4, time 8, signature 64
        key_of "$name" > "$work/key" || refuse "no key of $name"
        time=$((16#$(od -An -v -tx1 -j 4 -N 8 "$work/line" | tr -d ' \n')))
        tail -c 64 "$work/line" > "$work/signature"
        { printf 'cosignature/v1\ntime %d\n' "$time"; cat "$work/text"; } > "$work/message"
        verify "$work/key" "$work/signature" "$work/message" || refuse "cosignature of $name"
        good=$((good + 1))
    done < "$work/lines"
    [ "$good" -gt 0 ] || refuse "there is no cosignature"
    echo "cosignatures: $good good"
}

# An act: tag and array, 2 bytes; protected header, 40; empty map, 1; payload as a byte string;
# signature as one of 64, so 66. What is signed: ["Signature1", protected, "mohar/act/1", payload].
verify_act() {
    local act=$log/proof/act size
    size=$(stat -c %s "$act")
    {
        printf '\x84\x6aSignature1'
        tail -c +3 "$act" | head -c 40
        printf '\x4bmohar/act/1'
        tail -c +44 "$act" | head -c $((size - 43 - 66))
    } > "$work/message"
    tail -c 64 "$act" > "$work/signature"
    # The last 32 bytes of the protected header are the hash of the key.
    tail -c +11 "$act" | head -c 32 > "$work/kid"
    openssl dgst -sha256 -binary "$log/proof/act.key" | cmp -s - "$work/kid" || refuse "act of another key"
    verify "$log/proof/act.key" "$work/signature" "$work/message" || refuse "signature of the act"
    echo "act: signature good, id $(openssl dgst -sha256 -r "$work/message" | cut -d ' ' -f 1)"
}

verify_cosignatures
verify_act
