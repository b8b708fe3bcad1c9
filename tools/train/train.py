"""Trains the extractor's two models and cross-validates them by site. See README.md.

train.py PAGES WORK DUMPER [--write DIR] [--leave-out]
"""
import argparse
import hashlib
import subprocess
from pathlib import Path

import lightgbm as lgb
import numpy as np

import forest
import pages as annotated

FOLDS = 5
FAR = 120  # blocks of a page that are far from its article and yet are learned from
COMMON = dict(
    objective="binary", learning_rate=0.06, num_leaves=31, min_data_in_leaf=60, lambda_l2=5,
    feature_fraction=0.3, max_bin=63, verbose=-1, seed=7, deterministic=True, num_threads=2,
)
ROUNDS = {"first": 250, "second": 120}


def fold_of(site):
    return int(hashlib.md5(site.encode()).hexdigest(), 16) % FOLDS


class Data:
    def __init__(self, folder, work):
        self.pages, self.rows = annotated.load(folder, work)
        size = len(self.rows)
        self.labels, self.weights = np.full(size, np.nan), np.zeros(size)
        for page in self.pages:
            self.labels[page.rows], self.weights[page.rows] = page.labels()
        self.used = self.sample()

    def sample(self):
        """Not all of the many blocks far from any article; those that are taken count for the rest."""
        random, used = np.random.default_rng(1), np.zeros(len(self.rows), bool)
        for page in self.pages:
            known = ~np.isnan(self.labels[page.rows]) & (self.weights[page.rows] > 0)
            near = np.zeros(len(known), bool)
            for at in np.where(self.labels[page.rows] == 1)[0]:
                near[max(0, at - 12) : at + 13] = True
            far, chosen = np.where(known & ~near)[0], near & known
            if len(far) > FAR:
                picked = random.choice(far, FAR, replace=False)
                self.weights[page.first + picked] *= len(far) / FAR
                far = picked
            chosen[far] = True
            used[page.rows] = chosen
        return used

    def groups(self, key):
        """For each row the number of its group, and the groups."""
        names = sorted({key(page) for page in self.pages})
        numbers = np.zeros(len(self.rows), int)
        for page in self.pages:
            numbers[page.rows] = names.index(key(page))
        return numbers, names


def cross(data, rows, groups, rounds, only=None):
    """Scores of each group's rows by a model trained without it, and the models."""
    used = np.where(data.used)[0]
    whole = lgb.Dataset(
        rows[used], data.labels[used], weight=data.weights[used] * 1000, params=COMMON, free_raw_data=False
    )
    whole.construct()
    scores, models = np.zeros(len(rows)), {}
    for group in np.unique(groups) if only is None else only:
        subset = whole.subset(np.where(groups[used] != group)[0]) if group >= 0 else whole
        models[group] = lgb.train(COMMON, subset, rounds)
        inside = groups == group
        if inside.any():
            scores[inside] = forest.glance(models[group], rows[inside])
    return scores, models


def second_rows(options, work, scores):
    """The second look's rows, made by the program itself."""
    scores.astype("<f4").tofile(work / "first.f32")
    subprocess.run([options.dumper, options.pages, work], check=True)
    (work / "first.f32").unlink()
    return np.fromfile(work / "second.f32", "<f4").reshape(len(scores), -1)


def validate(options, data, name, key):
    """Writes models for `read_pages`, each page with those that were trained without its group."""
    work, out = Path(options.work), Path(options.work) / name
    out.mkdir(exist_ok=True)
    groups, names = data.groups(key)
    scores, first = cross(data, data.rows, groups, ROUNDS["first"])
    rows = second_rows(options, work, scores)
    _, second = cross(data, rows, groups, ROUNDS["second"])
    for group in first:
        forest.write(first[group], out / f"{group}.first.bin")
        forest.write(second[group], out / f"{group}.second.bin")
    lines = [f"{page.name}\t{names.index(key(page))}\n" for page in data.pages]
    (out / "pages.tsv").write_text("".join(lines))
    return rows


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pages")
    arguments.add_argument("work")
    arguments.add_argument("dumper")
    arguments.add_argument("--write")
    arguments.add_argument("--leave-out", action="store_true")
    options = arguments.parse_args()
    work = Path(options.work)
    work.mkdir(exist_ok=True)
    (work / "first.f32").unlink(missing_ok=True)
    subprocess.run([options.dumper, options.pages, work], check=True)
    data = Data(options.pages, work)
    rows = validate(options, data, "by-site", lambda page: fold_of(page.site))
    if options.leave_out:
        validate(options, data, "by-corpus", lambda page: page.corpus)
    if options.write:
        everywhere = np.zeros(len(data.rows), int)
        for look, table in (("first", data.rows), ("second", rows)):
            _, models = cross(data, table, everywhere, ROUNDS[look], only=[-1])
            size = forest.write(models[-1], Path(options.write) / f"{look}.bin")
            print(look, size, "bytes")


if __name__ == "__main__":
    main()
