#!/bin/sh
# Publishes a site to an S3 server that is not ours (moto, from PyPI) and compares every object,
# with its type and cache header, with the published folder.
#
#     tools/serve/objects.sh [target/release/finews]
#
# Needs python3 with venv, curl, and PyPI or its cache for the first run.
set -eu
finews=$(realpath "${1:-target/release/finews}")
here=$(dirname "$(realpath "$0")")
home=$(mktemp -d)
children=
trap 'for child in $children; do kill $child 2>/dev/null || true; done; wait; rm -rf "$home"' EXIT
cd "$home"
python3 -m venv venv
venv/bin/pip install --quiet 'moto[server,s3]'
venv/bin/moto_server -H 127.0.0.1 -p 18792 > moto.log 2>&1 &
children="$children $!"
python3 "$here/origin.py" 130 > port &
children="$children $!"
while [ ! -s port ] || ! curl -fs -o /dev/null http://127.0.0.1:18792/; do sleep 0.2; done
cat > finews.toml <<EOF
[site]
title = "Measured"
url = "https://news.example/"
[store]
url = "sqlite:$home/state/finews.db"
[publish]
dir = "s3://feeds/site"
copy = "$home/feeds"
[fetch]
gap = "0s"
[defaults]
allow_private = ["127.0.0.0/8"]
[[source]]
id = "source"
kind = "feed"
url = "http://127.0.0.1:$(cat port)/feed.json"
categories = ["新闻", "{label}"]
most_new = 1000
[[category]]
id = "新闻"
slug = "新闻"
EOF
export AWS_ENDPOINT=http://127.0.0.1:18792 AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=a-very-secret-key
curl -fs -X PUT "$AWS_ENDPOINT/feeds" > /dev/null
"$finews" fetch --config finews.toml
"$finews" publish --config finews.toml 2> again.log
grep -q 's3://feeds/site`: 0 files written' again.log || { cat again.log; exit 1; }
venv/bin/python - "$home/feeds" <<'EOF'
import pathlib
import sys

import boto3

folder = pathlib.Path(sys.argv[1])
client = boto3.client("s3", endpoint_url="http://127.0.0.1:18792")
there = {}
for page in client.get_paginator("list_objects_v2").paginate(Bucket="feeds", Prefix="site/"):
    for one in page["Contents"]:
        there[one["Key"].removeprefix("site/")] = one["Key"]
files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
files = {path for path in files if not path.startswith(".finews")}
assert there.keys() == files, there.keys() ^ files
types = set()
for path, key in there.items():
    answer = client.get_object(Bucket="feeds", Key=key)
    assert answer["Body"].read() == (folder / path).read_bytes(), path
    assert answer["CacheControl"].startswith("public, max-age="), path
    types.add((path.rsplit(".", 1)[-1], answer["ContentType"]))
print(f"{len(there)} objects, as the folder has them")
for ending, name in sorted(types):
    print(f"  .{ending}: {name}")
EOF
