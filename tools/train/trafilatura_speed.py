"""CPU milliseconds a page of trafilatura's standard mode: trafilatura_speed.py FOLDER (of *.html.gz)."""
import gzip
import sys
import time
from pathlib import Path

import trafilatura

pages = [gzip.open(path).read() for path in sorted(Path(sys.argv[1]).glob("*.html.gz"))]
best = [float("inf")] * len(pages)
for _ in range(3):
    for at, page in enumerate(pages):
        begin = time.process_time()
        trafilatura.extract(page)
        best[at] = min(best[at], time.process_time() - begin)
print(f"{len(pages)} pages, mean {1000 * sum(best) / len(best):.1f} ms, p99 {1000 * sorted(best)[len(best) * 99 // 100]:.1f} ms")
