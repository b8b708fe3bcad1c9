"""A LightGBM model as the file that the program reads (`src/article/extract/forest.rs`)."""
import struct

import numpy as np


# As in `forest.rs`.
PAUSE, DECIDED, FARTHER, MOST, REST = 10, 2.0, 0.2, 3.5, 3.0


def floor32(value):
    """The largest f32 that is not above the value, so that `<=` means the same."""
    low = np.float32(value)
    return low if float(low) <= value else np.nextafter(low, np.float32(-np.inf))


def flat(tree):
    """Splits with parents first, and leaves."""
    splits, leaves = [], []

    def number(node):
        if "leaf_value" in node:
            leaves.append(node["leaf_value"])
            return -len(leaves)
        at = len(splits)
        splits.append(None)
        assert node["decision_type"] == "<="
        children = number(node["left_child"]), number(node["right_child"])
        splits[at] = (node["split_feature"], floor32(node["threshold"]), *children)
        return at

    number(tree["tree_structure"])
    return splits, leaves


def glance(booster, rows):
    """Probabilities as the program's first look gives them: `Forest::glance` in `forest.rs`."""
    sums, trees = np.zeros(len(rows)), booster.num_trees()
    left = np.arange(len(rows))
    for pause, start in enumerate(range(0, trees, PAUSE)):
        count = min(PAUSE, trees - start)
        sums[left] += booster.predict(rows[left], start_iteration=start, num_iteration=count, raw_score=True)
        limit = min(DECIDED + FARTHER * (pause - 1), MOST)
        decided = np.abs(sums[left]) > limit if pause else np.zeros(len(left), bool)
        sums[left[decided]] += np.copysign(REST, sums[left[decided]])
        left = left[~decided]
    return 1 / (1 + np.exp(-sums))


def write(booster, path):
    model = booster.dump_model()
    out = [b"FNWS\x01", struct.pack("<HH", model["max_feature_idx"] + 1, len(model["tree_info"]))]
    for tree in model["tree_info"]:
        splits, leaves = flat(tree)
        out.append(struct.pack("<H", len(splits)))
        out += [struct.pack("<Hfhh", *split) for split in splits]
        out += [struct.pack("<f", leaf) for leaf in leaves]
    data = b"".join(out)
    open(path, "wb").write(data)
    return len(data)
