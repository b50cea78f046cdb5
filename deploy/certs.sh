#!/bin/sh
# Make a private certificate authority and the broker's certificate for a first run, and client certificates for
# devices that hold keys. What exists is kept: run it again to add a client or to renew the server (remove server.crt).
#
#   deploy/certs.sh FOLDER HOST [HOST…]        authority and server certificate for these names and addresses
#   deploy/certs.sh FOLDER --client DEVICE     a client certificate whose common name is the device's
set -eu
umask 077

if [ $# -lt 2 ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
folder=$1
shift
mkdir -p "$folder"
days=${CITYGAS_CERT_DAYS:-825}

quiet() { # quiet COMMAND…: openssl talks on standard error even when all is well
    if ! said=$("$@" 2>&1); then
        printf '%s\n' "$said" >&2
        exit 1
    fi
}

sign() { # sign NAME SUBJECT EXTENSIONS: a key and a certificate of our authority
    quiet openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -keyout "$folder/$1.key" -out "$folder/$1.csr" -subj "/O=citygas/CN=$2"
    printf '%s\n' "$3" >"$folder/$1.ext"
    quiet openssl x509 -req -in "$folder/$1.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial \
        -days "$days" -sha256 -extfile "$folder/$1.ext" -out "$folder/$1.crt"
    rm -f "$folder/$1.csr" "$folder/$1.ext"
    chmod 644 "$folder/$1.crt"
    echo "$folder/$1.crt"
}

if [ ! -e "$folder/ca.crt" ]; then
    quiet openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -sha256 \
        -keyout "$folder/ca.key" -out "$folder/ca.crt" -subj "/O=citygas/CN=citygas private CA" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
    chmod 644 "$folder/ca.crt"
    echo "$folder/ca.crt"
fi

if [ "$1" = --client ]; then
    [ $# -eq 2 ] || { echo "name one device" >&2; exit 2; }
    case $2 in
        *[!A-Za-z0-9_.-]* | "") echo "not a device name: $2" >&2; exit 2 ;;
    esac
    sign "client-$2" "$2" "extendedKeyUsage = clientAuth
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:FALSE"
elif [ ! -e "$folder/server.crt" ]; then
    names=
    for host in "$@"; do
        case $host in
            *:*) names="$names,IP:$host" ;;
            *[!0-9.]*) names="$names,DNS:$host" ;;
            *) names="$names,IP:$host" ;;
        esac
    done
    sign server "$1" "subjectAltName = ${names#,}
extendedKeyUsage = serverAuth
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:FALSE"
fi
