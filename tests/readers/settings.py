"""Prints settings with a source for each feed below a folder, filed by its folder and its labels."""

import pathlib
import sys
from urllib.parse import quote

root, origin, port = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]

print(f"""[site]
title = "Read back"
url = "http://127.0.0.1:{port}/"
language = "zh-CN"
timezone = "Asia/Shanghai"

[publish]
items = 1000

[fetch]
gap = "0s"

[defaults]
every = "1d"
allow_private = ["127.0.0.0/8"]
""")
feeds = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".json")
for folder in sorted({path.relative_to(root).parts[0] for path in feeds}):
    print(f'[[category]]\nid = "{folder}"\n')
for number, path in enumerate(feeds):
    place = path.relative_to(root)
    print(f"""[[source]]
id = "real-{number}"
title = "{place}"
url = "http://127.0.0.1:{origin}/{quote(str(place))}"
categories = ["{place.parts[0]}", "{{label}}"]
""")
