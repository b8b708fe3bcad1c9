"""Reads what a running finews serves, with readers that are not ours, and counts what holds.

    read_back.py HOME URL REAL EXIT SECONDS

HOME holds `import.json`, `fetch.json`, `again.json` and the published `feeds`; REAL is the folder
whose feeds were polled, each with what a reference reader found in it beside it.
"""

import json
import pathlib
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree

import feedparser

HOME, SITE, REAL = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
EXIT, SECONDS = int(sys.argv[4]), sys.argv[5]
VERSIONS = {"rss": "rss20", "atom": "atom10"}
passed, failures = 0, []


def check(good, what):
    """Counts one claim."""
    global passed
    if good:
        passed += 1
    else:
        failures.append(what)


def get(path, headers=None):
    """Status, headers and body of an address."""
    request = urllib.request.Request(f"{SITE}{path}", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def unique(values):
    """Whether no value comes twice, and none is empty."""
    return all(values) and len(set(values)) == len(values)


def json_feed(stem):
    """The required fields of JSON Feed 1.1; gives the items."""
    status, headers, body = get(f"/{stem}.json")
    check(status == 200 and headers.get_content_type() == "application/feed+json", f"{stem}.json: answer")
    feed = json.loads(body)
    items = feed.get("items", [])
    head = feed.get("version") == "https://jsonfeed.org/version/1.1" and feed.get("title")
    check(head and isinstance(items, list), f"{stem}.json: version, title, items")
    good = all(isinstance(i.get("id"), str) and ("content_html" in i or "content_text" in i) for i in items)
    check(good, f"{stem}.json: an item without id or content")
    check(unique([item["id"] for item in items]), f"{stem}.json: ids")
    return items


def same(text):
    """A text without regard to white space."""
    return " ".join((text or "").split())


def xml_feed(stem, form, items):
    """RSS or Atom as feedparser reads it, beside the JSON feed of the same items."""
    name = f"{stem}.{form}"
    status, headers, body = get(f"/{name}")
    check(status == 200, f"{name}: answers {status}")
    feed = feedparser.parse(body, response_headers={"content-type": headers["content-type"]})
    check(not feed.bozo, f"{name}: bozo: {feed.get('bozo_exception')}")
    check(feed.version == VERSIONS[form], f"{name}: read as `{feed.version}`")
    entries = feed.entries
    check(len(entries) == len(items), f"{name}: {len(entries)} entries, {len(items)} in JSON")
    check(unique([entry.get("id") for entry in entries]), f"{name}: ids")
    check([e.get("id") for e in entries] == [i["id"] for i in items], f"{name}: ids differ from JSON")
    titles = [same(entry.get("title")) for entry in entries]
    # feedparser reads titles as markup where they look like it: those of such items are left out.
    plain = [n for n, item in enumerate(items) if not set("<&") & set(item.get("title") or "")]
    good = all(n < len(titles) and titles[n] == same(items[n].get("title")) for n in plain)
    check(good, f"{name}: titles differ from JSON")
    check(all(entry.get("published_parsed") for entry in entries), f"{name}: an entry without date")
    told = [bool(entry.get("content") or entry.get("summary")) for entry in entries]
    good = all(told[n] for n, item in enumerate(items) if n < len(told) and item.get("content_html"))
    check(good, f"{name}: an entry without its text")
    again, _, rest = get(f"/{name}", {"If-None-Match": headers["etag"]})
    check(again == 304 and not rest, f"{name}: a second visit answers {again}")


def well_formed():
    """Every published XML file through xmllint, many at a time."""
    files = [str(path) for path in sorted((HOME / "feeds").rglob("*")) if path.suffix in (".rss", ".atom", ".xml")]
    for start in range(0, len(files), 200):
        some = files[start : start + 200]
        lint = subprocess.run(["xmllint", "--noout", "--nonet", *some], capture_output=True, text=True)
        for path in some:
            fault = next((line for line in lint.stderr.splitlines() if line.startswith(f"{path}:")), None)
            check(fault is None, f"xmllint: {fault}")
        check(lint.returncode == 0, f"xmllint ends with {lint.returncode}")


def newsboat(form, stems, ids):
    """Every feed of one format through newsboat, twice; it keeps an item of many feeds once."""
    urls, cache, config = HOME / "urls", HOME / f"{form}.db", HOME / "newsboat"
    urls.write_text("".join(f"{SITE}/{stem}.{form}\n" for stem in stems))
    config.write_text("reload-threads 4\nmax-items 0\nrefresh-on-startup no\n")
    command = ["newsboat", "-C", config, "-u", urls, "-c", cache, "-x", "reload"]
    found = []
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        check(done.returncode == 0, f"newsboat: {done.stderr[:300]}")
        with sqlite3.connect(cache) as database:
            found.append(sorted(guid for (guid,) in database.execute("SELECT guid FROM rss_item")))
            feeds = {url for (url,) in database.execute("SELECT rssurl FROM rss_feed WHERE title != ''")}
    missing = {f"{SITE}/{stem}.{form}" for stem in stems} - feeds
    check(not missing, f"newsboat: not read: {sorted(missing)[:5]}")
    lost, more = sorted(ids - set(found[0])), sorted(set(found[0]) - ids)
    check(not lost and not more, f"newsboat: {form}: lost {lost[:5]}, too many {more[:5]}")
    check(unique(found[0]), f"newsboat: {form}: an article twice")
    check(found[0] == found[1], f"newsboat: {form}: the second reload changed something")
    return len(found[0])


def listed():
    """The stems of all category feeds that the OPML names."""
    status, _, body = get("/opml.xml")
    check(status == 200, f"opml.xml answers {status}")
    outlines = ElementTree.fromstring(body).iter("outline")
    urls = [outline.get("xmlUrl") for outline in outlines if outline.get("xmlUrl")]
    check(all(url.startswith(f"{SITE}/") for url in urls), "opml.xml: an address elsewhere")
    return sorted({url.removeprefix(f"{SITE}/").rsplit(".", 1)[0] for url in urls})


def input_read():
    """Every feed that the reference can read was read, with as many entries; gives the report."""
    fetched = json.loads((HOME / "fetch.json").read_text())
    for report in fetched["sources"]:
        check(not report["errors"], f"{report['source']}: {report['errors']}")
    check(EXIT == 0, f"fetch ended with {EXIT}")
    expected = [json.loads(path.read_text())["expect"] for path in REAL.rglob("*.expect.json")]
    check(len(fetched["sources"]) == len(expected), f"{len(expected)} feeds expected")
    again = json.loads((HOME / "again.json").read_text())
    check(again["written"] == again["removed"] == 0, f"publishing again: {again}")
    return fetched, sum(one.get("entry_count") or 0 for one in expected)


def main():
    """Reads everything back, prints the figures, and the sum."""
    begin = time.monotonic()
    fetched, reference = input_read()
    imported = json.loads((HOME / "import.json").read_text())
    stems = sorted({*listed(), "all"})
    ids = set()
    for stem in stems:
        items = json_feed(stem)
        ids.update(item["id"] for item in items)
        for form in VERSIONS:
            xml_feed(stem, form, items)
    well_formed()
    articles = [newsboat(form, stems, ids) for form in VERSIONS]
    sources = fetched["sources"]
    total = {key: sum(source[key] for source in sources) for key in ("entries", "new", "held")}
    faults = sum(len(source["faults"]) for source in sources)
    shares = len(list((HOME / "feeds" / "share").glob("*.html")))
    files = sum(1 for path in (HOME / "feeds").rglob("*") if path.is_file())
    print(f"imported: {imported['files']} files, {imported['new']} items")
    print(f"polled: {len(sources)} sources, {total['entries']} entries ({reference} by the reference),"
          f" {total['new']} new items, {total['held']} held, {faults} faults, {SECONDS} s")
    print(f"published: {shares} items, {len(stems) - 1} categories, {files} files,"
          f" {fetched['published']['written']} written")
    print(f"read back: {len(stems) * len(VERSIONS)} documents with feedparser,"
          f" {' + '.join(map(str, articles))} articles in newsboat,"
          f" {time.monotonic() - begin:.1f} s")
    for failure in failures:
        print(f"failed: {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
