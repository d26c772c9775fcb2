#!/bin/sh
# Stands in for another system's C compiler and archiver while `cargo check` looks at the Rust code alone: it makes the files
# that it is asked for and compiles nothing. What a header says of itself it asks this machine's own compiler.
out= prev= reads= seen=
for word in "$@"; do
    case $word in
        -E) reads=yes ;;
        -I*) seen="$seen $word" ;;
        *.c) seen="$seen $word" ;;
        *.a) out=$word ;;
        --version) echo "clang version 17.0.0"; exit ;;
    esac
    case $prev in
        -o) out=$word ;;
        -I) seen="$seen $word" ;;
    esac
    prev=$word
done
if [ "$reads" ]; then
    exec cc -E $seen
fi
[ -z "$out" ] || : >"$out"
