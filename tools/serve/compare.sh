#!/bin/sh
# Requests a second of `finews serve` beside nginx, on a category feed of 50 items and 200 kB.
#
#     tools/serve/compare.sh [target/release/finews]
#
# Makes a site in a temporary folder, gives nginx the same documents with the same compressed
# forms beside them, and asks both in turns with wrk: 200 with gzip, 304, and 200 while one
# publication follows the other. Prints medians and ratios. Needs nginx, wrk, python3 and curl
# (Debian: `apt-get install nginx-light wrk`). ROUNDS and SECONDS may be given (5 and 4).
set -eu
finews=$(realpath "${1:-target/release/finews}")
here=$(dirname "$(realpath "$0")")
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-4} threads=2 connections=${CONNECTIONS:-64}
items=${ITEMS:-1000} ours=18790 theirs=18791
home=$(mktemp -d)
children=
trap 'for child in $children; do kill $child 2>/dev/null || true; done; wait; rm -rf "$home"' EXIT
cd "$home"

python3 "$here/origin.py" "$items" > port &
children="$children $!"
while [ ! -s port ]; do sleep 0.1; done
cat > finews.toml <<EOF
[site]
title = "Measured"
url = "https://news.example/"
[store]
url = "sqlite:$home/state/finews.db"
[publish]
dir = "$home/feeds"
[fetch]
gap = "0s"
[defaults]
allow_private = ["127.0.0.0/8"]
[[category]]
id = "tech"
title = "Technology"
[[source]]
id = "source"
kind = "feed"
url = "http://127.0.0.1:$(cat port)/feed.json"
every = "1d"
categories = ["tech", "{label}"]
most_new = 100000
EOF
"$finews" fetch --config finews.toml > /dev/null
FINEWS_LOG=warn "$finews" serve --config finews.toml --listen 127.0.0.1:$ours 2> serve.log &
server=$!
children="$children $server"
until curl -fs "http://127.0.0.1:$ours/readyz" > /dev/null; do sleep 0.2; done

path=category/tech.atom
mkdir -p peer/category
curl -fs "http://127.0.0.1:$ours/$path" -o peer/$path
curl -fs -H 'Accept-Encoding: gzip' "http://127.0.0.1:$ours/$path" -o peer/$path.gz
touch -r peer/$path peer/$path.gz
cat > nginx.conf <<EOF
worker_processes $(nproc);
pid $home/nginx.pid;
error_log $home/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_body_temp_path $home/t1; proxy_temp_path $home/t2; fastcgi_temp_path $home/t3;
  uwsgi_temp_path $home/t4; scgi_temp_path $home/t5;
  server {
    listen 127.0.0.1:$theirs;
    root $home/peer;
    gzip_static on;
    types { application/atom+xml atom; }
    add_header Cache-Control "public, max-age=3600";
    add_header X-Content-Type-Options nosniff;
  }
}
EOF
chmod 755 "$home"
nginx -e "$home/nginx.log" -c "$home/nginx.conf" -g 'daemon off; user root;' &
children="$children $!"
until curl -fs "http://127.0.0.1:$theirs/$path" -o /dev/null; do sleep 0.2; done

tag() {
    curl -fsI -H 'Accept-Encoding: gzip' "http://127.0.0.1:$1/$path" |
        tr -d '\r' | sed -n 's/^etag: //Ip'
}
# Requests a second, p50 and p99 in microseconds.
ask() {
    port=$1
    shift
    wrk -t$threads -c$connections -d"${seconds}s" --latency -H 'Accept-Encoding: gzip' "$@" \
        "http://127.0.0.1:$port/$path" > wrk.out
    awk 'function us(text) {
             if (text ~ /us$/) return text + 0
             if (text ~ /ms$/) return text * 1000
             return text * 1000000
         }
         $1 == "50%" { p50 = us($2) } $1 == "99%" { p99 = us($2) }
         $1 == "Requests/sec:" { rate = $2 }
         /Non-2xx/ { print "not all well: " $0 > "/dev/stderr" }
         END { printf "%.0f %.0f %.0f\n", rate, p50, p99 }' wrk.out
}
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
column() { cut -d' ' -f"$2" "$1" | median; }

echo "feed: $(stat -c %s peer/$path) bytes, in gzip $(stat -c %s peer/$path.gz);" \
    "$(nproc) cores for servers and wrk; $connections connections; $rounds rounds of ${seconds} s"
for port in $ours $theirs; do ask $port > /dev/null; done
round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    ask $ours >> ours.200
    ask $theirs >> theirs.200
    ask $ours -H "If-None-Match: $(tag $ours)" >> ours.304
    ask $theirs -H "If-None-Match: $(tag $theirs)" >> theirs.304
done
while :; do "$finews" fetch --all --config finews.toml > /dev/null 2>> fetch.log; echo >> done; done &
publishing=$!
children="$children $publishing"
round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    ask $ours >> ours.publishing
done
kill $publishing
echo "| | finews | nginx | ratio |"
echo "|---|---:|---:|---:|"
for what in 200 304; do
    a=$(column ours.$what 1) b=$(column theirs.$what 1)
    echo "| $what, requests a second | $a | $b | $(echo "$a $b" | awk '{ printf "%.2f", $1 / $2 }') |"
    a=$(column ours.$what 3) b=$(column theirs.$what 3)
    echo "| $what, p99 in µs | $a | $b | $(echo "$a $b" | awk '{ printf "%.2f", $1 / $2 }') |"
done
idle=$(column ours.200 3) busy=$(column ours.publishing 3)
echo "p99 of 200 while publishing ($(wc -l < done) publications): $busy µs," \
    "idle $idle µs, ratio $(echo "$busy $idle" | awk '{ printf "%.2f", $1 / $2 }')"
echo "memory of the server: $(sed -n 's/^VmHWM:\s*//p' /proc/$server/status)"
