"""The annotated pages: truth, sites, labels of blocks. See README.md."""
import gzip
import json
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

CJK = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f\U00020000-\U0002ffff"
TOKEN = re.compile(f"[{CJK}]|[^\\W{CJK}]+")
SHORT = 6  # words of a block that is no evidence by itself
HEAD = 40  # blocks before the first long one that may be the article's
SECOND_LEVEL = {"co", "com", "org", "gov", "net", "edu", "ac", "gob", "go", "or", "ne", "nhs"}
ADDRESS = re.compile(
    rb"""<(?:link|meta)\b[^>]*(?:canonical|og:url)[^>]*(?:href|content)=["']?(https?://[^"'\s>]+)""", re.I
)


def tokens(text):
    return TOKEN.findall(text or "")


def shingles(words, n=4):
    return Counter(tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))) if words else Counter()


def site(address):
    """The registrable domain, closely enough."""
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    parts = host.split(".")
    if len(parts) > 2 and parts[-2] in SECOND_LEVEL and len(parts[-1]) == 2:
        return ".".join(parts[-3:])
    return ".".join(parts[-2:])


class Page:
    def __init__(self, folder, name, first, texts):
        self.name, self.corpus = name, name.split("/")[0]
        self.first, self.texts = first, texts
        self.rows = slice(first, first + len(texts))
        self.known = json.loads((Path(folder) / (name + ".json")).read_text("utf8"))
        address = self.known.get("url") or ""
        if not address or "fakehost" in address:
            head = gzip.open(Path(folder) / (name + ".html.gz")).read()
            found = ADDRESS.search(head)
            address = found[1].decode("utf8", "replace") if found else ""
        self.site = site(address) or name
        self.truths = [t for t in (self.known.get("body_text"), self.known.get("body_text_alt")) if t]
        self.tokens = [tokens(text) for text in texts]

    def labels(self):
        """1, 0 or nan (unknown) for each block, and its weight."""
        if not self.truths:
            return self.passages()
        # The truth without a copied title, where there is one.
        truth = tokens(self.truths[-1])
        labels = match(self.tokens, truth)
        weights = np.array([max(1, sum(map(len, words))) for words in self.tokens]) ** 0.5
        return labels, weights / max(weights.sum(), 1)

    def passages(self):
        """Only the blocks that hold a passage are known."""
        squeeze = lambda text: re.sub(r"\s+", " ", text or "").strip()
        labels = np.full(len(self.texts), np.nan)
        for key, label in (("without", 0.0), ("with", 1.0)):
            for passage in map(squeeze, self.known.get(key, [])):
                for at, text in enumerate(self.texts):
                    if passage and passage in squeeze(text):
                        labels[at] = label
        weights = np.where(np.isnan(labels), 0.0, 1.0)
        return labels, weights / max(weights.sum(), 1) * 0.5


def match(blocks, truth):
    """Whether most of each block stands in the truth; short ones only at the place where it should be."""
    whole = shingles(truth)
    places = defaultdict(list)
    for at in range(len(truth) - 3):
        places[tuple(truth[at : at + 4])].append(at)
    labels, known, cursor = np.zeros(len(blocks)), [], 0
    for at, words in enumerate(blocks):
        if len(words) < SHORT:
            continue
        own = shingles(words)
        if sum((own & whole).values()) > 0.5 * sum(own.values()):
            labels[at] = 1
            cursor = place(words, places, cursor)
            known.append((at, cursor, cursor + len(words)))
    ends = [(max(-1, (known[0][0] if known else 0) - HEAD - 1), 0, 0), *known, (len(blocks), len(truth), len(truth))]
    for (before, _, low), (after, high, _) in zip(ends, ends[1:]):
        short = [at for at in range(before + 1, after) if 0 < len(blocks[at]) < SHORT]
        for at in between(short, blocks, truth[max(0, low) : max(low, high)]):
            labels[at] = 1
    return labels


def place(words, places, cursor):
    """Where in the truth a block begins: as most of its runs say, and not before the last one where that is equal."""
    votes = Counter(p - k for k in range(len(words) - 3) for p in places.get(tuple(words[k : k + 4]), ()))
    return max(votes, key=lambda start: (votes[start], start >= cursor, -abs(start - cursor)), default=cursor)


def between(short, blocks, part):
    """Those of the short blocks that stand in a part of the truth in their order, as many words as can be."""
    if not part:
        return []
    first = defaultdict(list)
    for at, word in enumerate(part):
        first[word].append(at)
    # best[n]: the most words that end at or before n, and the blocks as a chain.
    ends, best = [0], [(0, None)]
    for at in short:
        words, found = blocks[at], []
        for start in first.get(words[0], ()):
            if part[start : start + len(words)] == words:
                count, chain = best[bisect_right(ends, start) - 1]
                found.append((start + len(words), count + len(words), (at, chain)))
        for end, count, chain in reversed(found):
            slot = bisect_right(ends, end)
            if count <= best[slot - 1][0]:
                continue
            if ends[slot - 1] == end:
                slot -= 1
                ends.pop(slot), best.pop(slot)
            ends.insert(slot, end), best.insert(slot, (count, chain))
            while slot + 1 < len(ends) and best[slot + 1][0] <= count:
                ends.pop(slot + 1), best.pop(slot + 1)
    chosen, chain = [], best[-1][1]
    while chain:
        at, chain = chain
        chosen.append(at)
    return chosen


def load(folder, dump):
    names, texts, pages = [], [], []
    for line in open(Path(dump) / "blocks.jsonl", encoding="utf8"):
        name, text = json.loads(line)
        names.append(name)
        texts.append(text)
    start = 0
    for at in range(1, len(names) + 1):
        if at == len(names) or names[at] != names[start]:
            pages.append(Page(folder, names[start], start, texts[start:at]))
            start = at
    rows = np.fromfile(Path(dump) / "features.f32", "<f4").reshape(len(names), -1)
    return pages, rows


def parts(truth, found):
    both = sum((truth & found).values())
    wrong, missed = sum(found.values()) - both, sum(truth.values()) - both
    total = both + wrong + missed
    return (both / total, wrong / total, missed / total) if total else (0.0, 0.0, 0.0)


def ratio(a, b):
    return a / (a + b) if a + b else 0.0


def page_score(page, words):
    """As the scorer of the corpus: the better of the two truths."""
    best = None
    found = shingles(words)
    for truth in page.truths:
        tp, fp, fn = parts(shingles(tokens(truth)), found)
        p, r = (ratio(tp, fp) if tp + fp else None), (ratio(tp, fn) if tp + fn else None)
        f = 2 * p * r / (p + r) if p and r else 0.0
        if best is None or f > best[0]:
            best = (f, p, r)
    return best


def summary(pages, kept):
    """F1 of each corpus, from each page's kept blocks."""
    scores, segments = defaultdict(list), defaultdict(lambda: [0, 0, 0])
    for page in pages:
        chosen = [at for at, keep in enumerate(kept[page.rows]) if keep]
        if page.truths:
            scores[page.corpus].append(page_score(page, [w for at in chosen for w in page.tokens[at]]))
        elif page.known.get("with"):
            text = re.sub(r"\s+", " ", "\n".join(page.texts[at] for at in chosen))
            have = lambda key: sum(re.sub(r"\s+", " ", x).strip() in text for x in page.known.get(key, []))
            tp, fp = have("with"), have("without")
            for at, n in enumerate((tp, fp, len(page.known["with"]) - tp)):
                segments[page.corpus][at] += n
    out = {}
    for corpus, found in sorted(scores.items()):
        p = [x[1] for x in found if x[1] is not None]
        r = [x[2] for x in found if x[2] is not None]
        p, r = sum(p) / max(len(p), 1), sum(r) / max(len(r), 1)
        out[corpus] = (2 * p * r / (p + r) if p + r else 0.0, p, r)
    for corpus, (tp, fp, fn) in segments.items():
        p, r = ratio(tp, fp), ratio(tp, fn)
        out[corpus] = (2 * p * r / (p + r), p, r)
    return out
