"""Where nodes stand in a picture: forces, then room for every label, then the parts of the network packed together.

Input are counts and indices, output an array of positions in pixels at scale 1; nothing here knows what a node is.
Nothing is drawn from a random source, so the same network has the same picture.

    place(3, [(0, 1), (1, 2)], widths=[60, 60, 60], heights=[30, 30, 30])   →  three boxes in a row, none on another
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

#: Up to here every pair is computed; above it repulsion goes over a grid, which is coarser and much faster.
EXACT = 700

#: Up to here the boxes of labels are taken apart; above it only the dots, and the page shows the labels that fit.
ROOMY = 400

#: The share of the picture that nodes and labels should cover; the rest is for links and for seeing groups.
FILL = 0.33


def place(
    count: int,
    pairs: Sequence[tuple[int, int]],
    *,
    widths: Sequence[float],
    heights: Sequence[float],
    aspect: float = 1.25,
    iterations: int = 300,
) -> Points:
    """Positions of `count` boxes, shape (count, 2), in pixels, the middle of the picture at (0, 0).

    `pairs` are the indices that a link joins; `widths` and `heights` the size of each node with its label. Up to ROOMY
    nodes no two boxes overlap; of more no two dots, whose size is the height of the box. `aspect` is width through
    height of the window that should be filled.
    """
    if count == 0:
        return np.zeros((0, 2))
    boxes = np.stack([np.asarray(widths, dtype=float), np.asarray(heights, dtype=float)], axis=1)
    edges = _distinct(pairs)
    positions = np.zeros((count, 2))
    parts = _parts(count, edges)
    known: dict[tuple[int, bytes], Points] = {}
    for members, own in parts:
        if len(members) == 1:
            continue
        # A large network has hundreds of small parts of a few shapes: each shape is laid out once.
        shape = (len(members), own.tobytes())
        spread = known.get(shape)
        if spread is None:
            simple = count > EXACT and len(members) <= 30
            spread = _rings(len(members), own) if simple else _forces(len(members), own, iterations)
            if len(members) <= 30:
                known[shape] = spread
        positions[members] = _roomy(_upright(spread, aspect), boxes[members])
    packed = _pack(positions, boxes, [members for members, _ in parts], aspect)
    if count > ROOMY:
        packed = part_dots(packed, boxes[:, 1])
    low, high = (packed - boxes / 2).min(axis=0), (packed + boxes / 2).max(axis=0)
    return np.asarray(np.round(packed - (low + high) / 2, 1) + 0.0)


def _distinct(pairs: Sequence[tuple[int, int]]) -> Indices:
    """Pairs without direction, each once, none of a node with itself, in order."""
    ends = np.sort(np.array(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.asarray(np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0), dtype=np.int64)


def _components(count: int, edges: Indices) -> Indices:
    """A number for each node, the same for all nodes of one connected part: the least index in it."""
    label = np.arange(count, dtype=np.int64)
    while True:
        first, second = label[edges[:, 0]], label[edges[:, 1]]
        if np.array_equal(first, second):
            return label
        # Every part takes the least number that an edge shows it; then chains of numbers are followed to their end.
        least = np.minimum(first, second)
        np.minimum.at(label, first, least)
        np.minimum.at(label, second, least)
        while not np.array_equal(label, label[label]):
            label = label[label]


def _parts(count: int, edges: Indices) -> list[tuple[Indices, Indices]]:
    """The nodes and edges of each connected part, the largest first; edges are in numbers within the part."""
    label = _components(count, edges)
    order = np.argsort(label, kind="stable")
    _, starts = np.unique(label[order], return_index=True)
    groups = np.split(order, starts[1:])
    within = np.empty(count, dtype=np.int64)
    for members in groups:
        within[members] = np.arange(len(members))
    turn = np.argsort(label[edges[:, 0]], kind="stable")
    sorted_edges = edges[turn]
    owner = label[sorted_edges[:, 0]]
    heads = np.array([group[0] for group in groups], dtype=np.int64)
    low, high = np.searchsorted(owner, heads, "left"), np.searchsorted(owner, heads, "right")
    parts = [(group, within[sorted_edges[a:b]]) for group, a, b in zip(groups, low, high, strict=True)]
    return sorted(parts, key=lambda part: (-len(part[0]), int(part[0][0])))


# ---------------------------------------------------------------- forces


def _forces(count: int, edges: Indices, iterations: int) -> Points:
    """ForceAtlas2 of one connected part (Jacomy and others, 2014): repulsion by degree, attraction by distance."""
    mass: Points = 1.0 + np.bincount(edges.ravel(), minlength=count).astype(np.float64)
    at = _start(count, edges) * np.sqrt(count) * 10
    first, second = edges[:, 0], edges[:, 1]
    # A hub's many leaves must not pull it together more than its own repulsion can bear.
    pull = 1.0 / np.sqrt(np.minimum(mass[first], mass[second]))
    repulsion = _repulsion_exact if count <= EXACT else _Mesh(count)
    speed, efficiency, last = 1.0, 1.0, np.zeros_like(at)
    for _ in range(iterations):
        force = repulsion(at, mass) * 2.0
        gap = (at[second] - at[first]) * pull[:, None]
        for axis in (0, 1):
            force[:, axis] += np.bincount(first, weights=gap[:, axis], minlength=count)
            force[:, axis] -= np.bincount(second, weights=gap[:, axis], minlength=count)
        distance = np.linalg.norm(at, axis=1) + 1e-9
        force -= at * (0.6 * mass / distance)[:, None]
        swing, drift = np.linalg.norm(force - last, axis=1), np.linalg.norm(force + last, axis=1) / 2
        total_swing, total_drift = float((mass * swing).sum()), float((mass * drift).sum())
        ideal = 0.05 * np.sqrt(count)
        tolerance = max(np.sqrt(ideal), min(10.0, ideal * total_drift / count**2))
        if total_swing > 2 * total_drift:
            efficiency = max(efficiency * 0.5, 0.05)
        goal = tolerance * efficiency * total_drift / max(total_swing, 1e-9)
        if total_swing > tolerance * total_drift:
            efficiency = max(efficiency * 0.7, 0.05)
        elif speed < 1000:
            efficiency *= 1.3
        speed += min(goal - speed, 0.5 * speed)
        at = at + force * (speed / (1 + np.sqrt(speed * swing)))[:, None]
        last = force
    return np.asarray(at)


def _start(count: int, edges: Indices) -> Points:
    """PivotMDS (Brandes and Pich, 2006): distances to 30 far apart nodes, projected on two axes."""
    ends = np.concatenate([edges, edges[:, ::-1]])
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(ends[:, 0], minlength=count))])
    nearest = np.full(count, np.inf)
    pivot, columns = int(np.argmax(np.diff(starts))), []
    for _ in range(min(30, count)):
        hops = _hops(pivot, starts, ends[:, 1])
        columns.append(hops)
        nearest = np.minimum(nearest, hops)
        pivot = int(np.argmax(nearest))
    squared = np.stack(columns, axis=1) ** 2
    centred = -0.5 * (squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean())
    _, vectors = np.linalg.eigh(centred.T @ centred)
    if vectors.shape[1] < 2:
        vectors = np.pad(vectors, ((0, 0), (1, 0)))
    at = centred @ vectors[:, -2:]
    for axis in (0, 1):
        # An eigenvector has no sign of its own: the largest entry is made positive.
        at[:, axis] *= 1.0 if at[np.argmax(np.abs(at[:, axis])), axis] >= 0 else -1.0
    at = at / max(float(np.abs(at).max()), 1e-9)
    # Leaves of one hub have the same distances: a sunflower of golden angles takes them apart.
    turn = np.arange(count) * 2.399963229728653
    radius = 0.08 * np.sqrt((np.arange(count) + 0.5) / count)
    return np.asarray(at + np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius[:, None])


def _hops(source: int, starts: Indices, ends: Indices) -> Points:
    """How many edges each node is from one; `ends` are the neighbours of all nodes, `starts` where each one's begin."""
    hops = np.full(len(starts) - 1, -1.0)
    hops[source] = 0
    front, step = np.array([source]), 0.0
    while len(front) > 0:
        step += 1
        counts = starts[front + 1] - starts[front]
        before = np.repeat(starts[front] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        near = ends[before + np.arange(int(counts.sum()))]
        front = np.unique(near[hops[near] < 0])
        hops[front] = step
    return hops


def _rings(count: int, edges: Indices) -> Points:
    """A small part as rings around its best connected node, by distance."""
    ends = np.concatenate([edges, edges[:, ::-1]])
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(ends[:, 0], minlength=count))])
    hops = _hops(int(np.argmax(np.diff(starts))), starts, ends[:, 1])
    at = np.zeros((count, 2))
    for ring in range(1, int(hops.max()) + 1):
        members = np.flatnonzero(hops == ring)
        angle = 2 * np.pi * (np.arange(len(members)) + 0.5 * (ring % 2)) / len(members)
        at[members] = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 10 * ring
    return at


def _repulsion_exact(at: Points, mass: Points) -> Points:
    # Sums over pairs as products of matrices: squares of distances by the cosine rule, then x·Σs - Σs·x.
    norm = (at**2).sum(axis=1)
    square = norm[:, None] + norm[None, :] - 2 * (at @ at.T)
    strength = mass[:, None] * mass[None, :] / np.maximum(square, 1e-4)
    np.fill_diagonal(strength, 0.0)
    return np.asarray(at * strength.sum(axis=1)[:, None] - strength @ at)


class _Mesh:
    """The same by a particle mesh: masses on a grid, convolved with 1/r by Fourier transform."""

    def __init__(self, count: int) -> None:
        self.grid = 128 if count < 3000 else 256 if count < 30_000 else 512
        size = 2 * self.grid
        offsets = (np.arange(size) + self.grid) % size - self.grid
        x, y = np.meshgrid(offsets, offsets, indexing="ij")
        square = (x**2 + y**2).astype(float)
        square[0, 0] = 1
        self.kernels = [np.fft.rfft2(x / square), np.fft.rfft2(y / square)]

    def __call__(self, at: Points, mass: Points) -> Points:
        """The repulsion of all nodes on each."""
        grid, size = self.grid, 2 * self.grid
        low, high = np.percentile(at, 0.2, axis=0), np.percentile(at, 99.8, axis=0)
        cell = float((high - low).max()) * 1.1 / (grid - 2) + 1e-9
        spot = np.clip((at - (low + high) / 2) / cell + grid / 2, 1, grid - 2.001)
        corner = spot.astype(np.int64)
        part = spot - corner
        shares = [
            (np.abs(1 - a - part[:, 0]) * np.abs(1 - b - part[:, 1]), (corner[:, 0] + a) * size + corner[:, 1] + b)
            for a in (0, 1)
            for b in (0, 1)
        ]
        field = np.zeros(size * size)
        for share, where in shares:
            field += np.bincount(where, weights=mass * share, minlength=size * size)
        spectrum = np.fft.rfft2(field.reshape(size, size))
        out = np.zeros_like(at)
        for axis, kernel in enumerate(self.kernels):
            flat = np.fft.irfft2(spectrum * kernel, (size, size)).ravel()
            for share, where in shares:
                out[:, axis] += share * flat[where]
        return np.asarray(out * (mass / cell)[:, None])


# ---------------------------------------------------------------- room for labels


def _upright(at: Points, aspect: float) -> Points:
    """Turn the longest axis to the horizontal (in a tall window the vertical) and stretch towards the aspect."""
    centred = at - at.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1] if aspect >= 1 else vectors
    axes = axes * np.where(np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None, :], axis=0) < 0, -1.0, 1.0)
    turned = centred @ axes
    extent = np.ptp(turned, axis=0) + 1e-9
    stretch = float(np.clip(np.sqrt(aspect * extent[1] / extent[0]), 0.7, 1.45))
    return np.asarray(turned * np.array([stretch, 1 / stretch]))


def _roomy(at: Points, boxes: Points) -> Points:
    """Scale to the room that the boxes need, take them apart, then draw the picture together while they stay apart."""
    area = float((boxes[:, 0] * boxes[:, 1]).sum())
    extent = np.ptp(at, axis=0)
    room = max(float(extent[0] * extent[1]), float(extent.max()) ** 2 * 0.15, 1e-9)
    at = at * np.sqrt(area / FILL / room)
    if len(at) > ROOMY:
        return np.asarray(at)
    at = part_boxes(at, boxes)
    for _ in range(24):
        # Forces leave empty rings between a hub and its leaves: half of a window of nothing makes small print.
        if area / float(np.prod(np.ptp(at, axis=0) + boxes.mean(axis=0))) > FILL:
            break
        at = part_boxes(at * 0.94, boxes, rounds=40, widen=False)
    return part_boxes(at, boxes)


def part_boxes(at: Points, boxes: Points, *, gap: float = 6.0, rounds: int = 400, widen: bool = True) -> Points:
    """Push overlapping boxes apart along the shorter way until none overlap, moving each as little as possible.

    With `widen` the whole picture grows a little now and then, so that a crowd comes to rest.
    """
    at = at.copy()
    size = boxes + gap
    half_x, half_y = ((size[:, None, axis] + size[None, :, axis]) / 2 for axis in (0, 1))
    np.fill_diagonal(half_x, -1.0)
    index = np.arange(len(at))
    order = np.sign(index[:, None] - index[None, :]).astype(float)
    for turn in range(rounds):
        dx, dy = (at[:, None, axis] - at[None, :, axis] for axis in (0, 1))
        over_x, over_y = half_x - np.abs(dx), half_y - np.abs(dy)
        hit = (over_x > 0.05) & (over_y > 0.05)
        if not hit.any():
            break
        sideways = hit & (over_x < over_y)
        upwards = hit & ~sideways
        hits = np.maximum(hit.sum(axis=1), 1)
        # Boxes on the very same spot go apart in the order of their numbers.
        push_x = over_x * np.where(dx == 0, order, np.sign(dx)) * sideways
        push_y = over_y * np.where(dy == 0, order, np.sign(dy)) * upwards
        at += np.stack([push_x.sum(axis=1) / hits, push_y.sum(axis=1) / hits], axis=1) * 0.6
        if widen and turn % 20 == 19:
            at *= 1.03
    return at


def part_dots(at: Points, sizes: Points, *, rounds: int = 40) -> Points:
    """Push dots of some diameters apart until none lies on another; only near ones are compared, by a grid of cells."""
    at = at.copy()
    for round_ in range(rounds):
        first, second = _near(at, float(sizes.max()))
        gap = at[second] - at[first]
        distance = np.hypot(gap[:, 0], gap[:, 1])
        need = (sizes[first] + sizes[second]) / 2 - distance
        hit = need > 0.05
        if not hit.any():
            break
        first, second = first[hit], second[hit]
        gap, distance, need = gap[hit], distance[hit], need[hit]
        # Dots on the very same spot go apart at an angle of their own.
        turn = (first * 2.399963229728653)[:, None] + np.array([0.0, -np.pi / 2])
        way = np.where(distance[:, None] < 1e-6, np.cos(turn), gap / np.maximum(distance, 1e-6)[:, None])
        push = way * (need * 0.55)[:, None]
        for axis in (0, 1):
            moves = np.bincount(second, weights=push[:, axis], minlength=len(at))
            moves -= np.bincount(first, weights=push[:, axis], minlength=len(at))
            # In a crowd the pushes of many add up: none may throw a dot further than its own size.
            at[:, axis] += np.clip(moves, -sizes, sizes)
        if round_ % 4 == 3:
            # A crowd without room comes to rest only when the whole picture grows.
            at *= 1.02 + min(0.2, 0.5 * len(first) / len(at))
    return at


def _near(at: Points, reach: float) -> tuple[Indices, Indices]:
    """All pairs of points that are in the same or in adjoining cells of the width `reach`."""
    cell = np.floor(at / reach).astype(np.int64)
    cell -= cell.min(axis=0)
    rows = int(cell[:, 1].max()) + 3
    key = cell[:, 0] * rows + cell[:, 1]
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    found = []
    for offset in (0, 1, rows - 1, rows, rows + 1):
        low = np.searchsorted(ordered, ordered + offset, "left")
        high = np.searchsorted(ordered, ordered + offset, "right")
        if offset == 0:
            low = np.arange(len(at)) + 1
        counts = np.maximum(high - low, 0)
        before = np.repeat(low - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        found.append((np.repeat(np.arange(len(at)), counts), before + np.arange(int(counts.sum()))))
    first, second = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
    return order[first], order[second]


# ---------------------------------------------------------------- packing


def _pack(at: Points, boxes: Points, groups: Sequence[Indices], aspect: float) -> Points:
    """Put the connected parts beside each other, the largest in the middle and each next where it widens least.

    Parts are cells of a grid (after polyomino packing, Freivalds and others, 2002): the largest by its shape, so that
    small ones find room in its corners, the others by their extent. Sums of areas tell in one step where one fits.
    """
    if len(groups) == 1:
        return at
    out = at.copy()
    extents = []
    for members in groups:
        low, high = (at[members] - boxes[members] / 2).min(axis=0), (at[members] + boxes[members] / 2).max(axis=0)
        out[members] = at[members] - (low + high) / 2
        extents.append(high - low)
    area = float(sum(e[0] * e[1] for e in extents))
    # Cells of about a small part; fewer than half a million in all, so that thousands of parts take a second.
    cell = max(float(np.sqrt(area / 6000)), float(min(e.min() for e in extents)) / 2, 8.0)
    spans = np.ceil(np.array(extents) / cell + 0.6).astype(np.int64)
    side = int(np.ceil(np.sqrt(float((spans[:, 0] * spans[:, 1]).sum())) * 1.6)) + int(spans[0].max()) + 4
    taken = np.zeros((side, side), dtype=bool)
    across, down = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    middle = side / 2
    for number, (members, (wide, tall)) in enumerate(zip(groups, spans.tolist(), strict=True)):
        if number == 0:
            corner = (int(middle - wide / 2), int(middle - tall / 2))
            shift = (np.array(corner) + np.array([wide, tall]) / 2 - middle) * cell
            for x, y in _cells(out[members] + shift + middle * cell, boxes[members], cell):
                taken[max(x, 0) : x + 1, max(y, 0) : y + 1] = True
        else:
            sums = np.zeros((side + 1, side + 1), dtype=np.int64)
            sums[1:, 1:] = taken.cumsum(axis=0).cumsum(axis=1)
            inside = sums[wide:, tall:] - sums[:-wide, tall:] - sums[wide:, :-tall] + sums[:-wide, :-tall]
            # How far the far corner of the part would stand from the middle, in the shape of the window.
            left, top = across[: inside.shape[0], : inside.shape[1]], down[: inside.shape[0], : inside.shape[1]]
            far_x = np.maximum(np.abs(left - middle), np.abs(left + wide - middle))
            far_y = np.maximum(np.abs(top - middle), np.abs(top + tall - middle)) * aspect
            cost = np.where(inside == 0, np.maximum(far_x, far_y) + 0.01 * (far_x + far_y), np.inf)
            corner = divmod(int(np.argmin(cost)), inside.shape[1])
            shift = (np.array(corner) + np.array([wide, tall]) / 2 - middle) * cell
            taken[corner[0] : corner[0] + wide, corner[1] : corner[1] + tall] = True
        out[members] = out[members] + shift
    return out


def _cells(at: Points, boxes: Points, cell: float) -> list[tuple[int, int]]:
    """The grid cells that boxes cover; a part is held to cover its middle, so that nothing nests inside a ring."""
    cells: set[tuple[int, int]] = set()
    low = np.floor((at - boxes / 2) / cell).astype(int)
    high = np.floor((at + boxes / 2) / cell).astype(int)
    for a, b in np.unique(np.concatenate([low, high], axis=1), axis=0).reshape(-1, 2, 2).tolist():
        cells.update((x, y) for x in range(a[0], b[0] + 1) for y in range(a[1], b[1] + 1))
    rows: dict[int, list[int]] = {}
    for x, y in sorted(cells):
        rows.setdefault(y, []).append(x)
    return sorted({(x, y) for y, xs in rows.items() for x in range(xs[0], xs[-1] + 1)})


def extent(at: Points) -> tuple[float, float]:
    """Width and height of a picture in pixels, labels not counted."""
    if len(at) == 0:
        return 0.0, 0.0
    spread: Any = np.ptp(at, axis=0)
    return float(spread[0]), float(spread[1])
