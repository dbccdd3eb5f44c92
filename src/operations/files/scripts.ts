/**
 * What is asked of a job's shell, as POSIX has it: an image may have nothing else. A path is an argument of the
 * script, never a part of it. The first line that comes back is a word of ours and numbers, what follows is raw.
 */
const PROLOGUE = `LC_ALL=C; export LC_ALL; CDPATH=; p=$1
case $p in "~") p=$HOME;; "~"/*) p=$HOME\${p#"~"};; -*) p=./$p;; esac
has() { command -v "$1" >/dev/null 2>&1; }
need() { for t; do has "$t" || { echo "lacks $t"; exit; }; done; }
end() { echo "$*"; exit; }
size() { if has ls; then set -f; set -- "" $(ls -ldLn "$1"); echo "$6"; else wc -c <"$1"; fi; }
need printf head
`;

/** Arguments: path, offset (from the end below 0), bytes, bytes before them, bytes after them, most entries. */
export const LOOK = `${PROLOGUE}
if [ -d "$p" ]; then
cd "$p" 2>/dev/null && [ -r . ] || end denied
echo folder; n=0; [ $2 -gt 0 ] || set -- "$1" 0 "$3" "$4" "$5" "$6"
for f in * .[!.]* ..?*; do
[ -e "$f" ] || [ -L "$f" ] || continue
n=$((n+1)); [ $n -gt $2 ] && [ $n -le $(($2+$6)) ] || continue
k=other; [ -d "$f" ] && k=folder; [ -f "$f" ] && k=file; [ -L "$f" ] && k=link
printf "%s\\0%s %s\\0" "$f" $k "$(ls -ldn "./$f" 2>/dev/null)"
done
printf "\\0%s" $n; exit
fi
[ -f "$p" ] || [ ! -e "$p" ] || end special
[ -e "$p" ] || [ ! -L "$p" ] || end dangling
[ -e "$p" ] || end missing
[ -r "$p" ] || end denied
s=$(size "$p"); s=$((s)); o=$2
[ $o -lt 0 ] && o=$((s+o)); [ $o -lt 0 ] && o=0
b=$((o-$4)); [ $b -lt 0 ] && b=0; c=$((o-b+$3+$5))
echo "file $s $o $b"
if [ $b = 0 ]; then head -c $c <"$p"
elif has dd; then { dd bs=1 skip=$b count=0 2>/dev/null; head -c $c; } <"$p"
else need tail; tail -c +$((b+1)) "$p" | head -c $c; fi`;

/**
 * Arguments: path, bytes on stdin, and new, append or overwrite. What comes is kept beside the file until all of it
 * is there: a connection that breaks leaves the file as it was.
 */
export const WRITE = `${PROLOGUE}
need cat rm
[ -d "$p" ] && end folder
d=\${p%/*}; [ "$d" = "$p" ] && d=.
[ -d "\${d:-/}" ] || end no_folder
if [ -e "$p" ] || [ -L "$p" ]; then
[ -f "$p" ] || end special
[ $3 = new ] && end exists $(size "$p")
fi
t=$p.$$.part
(umask 077; set -C; cat >"$t") || { rm -f "$t"; end failed; }
[ $(($(size "$t"))) = $2 ] || { rm -f "$t"; end short; }
case $3 in
new) (set -C; cat "$t" >"$p");;
append) cat "$t" >>"$p";;
*) cat "$t" >"$p";;
esac || { rm -f "$t"; end broken; }
rm -f "$t"; c=
has cksum && has tail && c=$(tail -c $2 "$p" | cksum)
end wrote $(size "$p") $c`;

/** Argument: path. The checksum, of POSIX, comes last on stderr. */
export const SEND = `${PROLOGUE}
need cat
[ -d "$p" ] && end folder
[ -f "$p" ] || [ ! -e "$p" ] || end special
[ -e "$p" ] || end missing
[ -r "$p" ] || end denied
s=$(size "$p"); echo "file $((s))"
cat "$p" || exit 1
has cksum && cksum <"$p" >&2
exit 0`;
