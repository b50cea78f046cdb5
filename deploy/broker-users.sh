#!/bin/sh
# Give broker users their passwords: reads lines `user:password` from standard input, so that none is seen in a
# process list, and replaces or adds them in the password file. Tell mosquitto afterwards: kill -HUP its pid.
#
#   printf '%s\n' 'meter-1:secret' | deploy/broker-users.sh PASSWORD_FILE
set -eu
umask 077

[ $# -eq 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
file=$1
fresh=$(mktemp "$file.XXXXXX")
trap 'rm -f "$fresh" "$fresh.all"' EXIT

cat >"$fresh"
if grep -Evq '^[A-Za-z0-9_.-]{1,64}:.+$' "$fresh"; then
    echo "each line must be user:password, the user of letters, digits, _ . -" >&2
    exit 1
fi
mosquitto_passwd -U "$fresh"
cut -d: -f1 "$fresh" | while read -r user; do
    [ ! -e "$file" ] || sed -i "/^$(printf %s "$user" | sed 's/[.]/\\./g'):/d" "$file"
done
[ ! -e "$file" ] || cat "$file" >"$fresh.all"
cat "$fresh" >>"$fresh.all"
if [ -e "$file" ]; then
    cat "$fresh.all" >"$file" # keeps owner and mode
else
    mv "$fresh.all" "$file"
fi
