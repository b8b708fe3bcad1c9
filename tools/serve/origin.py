"""A source for measurements: a JSON feed at a free port of this machine, which it prints.

    origin.py ITEMS

The first answer has ITEMS items of about 4 kB of text, made of words as often as in real texts;
each further answer has one more in front.
"""

import http.server
import json
import random
import sys

ITEMS = int(sys.argv[1])
SHOWN = 60
chance = random.Random(1)
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
WORDS = [
    "".join(chance.choices(LETTERS, range(26, 0, -1), k=chance.randint(2, 10))) for _ in range(8000)
]
WEIGHTS = [1 / (rank + 3) for rank in range(len(WORDS))]


def item(number):
    """An item, the same each time."""
    own = random.Random(number)
    words = own.choices(WORDS, WEIGHTS, k=430)
    text = "".join(f"<p>{' '.join(words[at:at + 80])}.</p>" for at in range(0, 430, 80))
    stamp = 1_700_000_000 + number * 60
    day, rest = divmod(stamp, 86_400)
    return {
        "id": f"item-{number}",
        "url": f"https://example.com/{number}",
        "title": " ".join(words[:8]),
        "content_html": text,
        "date_published": date(day, rest),
        "tags": [f"label {int(40 * own.random() ** 3)}"],
    }


def date(day, rest):
    """Days and seconds since 1970 as RFC 3339."""
    import datetime

    at = datetime.datetime.fromtimestamp(day * 86_400 + rest, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Feed(http.server.BaseHTTPRequestHandler):
    """Answers everything with the feed."""

    newest = ITEMS

    def do_GET(self):
        newest = Feed.newest
        Feed.newest += 1
        oldest = 0 if newest == ITEMS else newest - SHOWN
        items = [item(number) for number in range(newest, oldest, -1)]
        whole = {"version": "https://jsonfeed.org/version/1.1", "title": "Source", "items": items}
        body = json.dumps(whole).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/feed+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
