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

    `pairs` are the indices that a link joins; `widths` and `heights` the size of each node with its label. Up to 400
    nodes no two boxes overlap. `aspect` is width through height of the window that should be filled.
    """
    if count == 0:
        return np.zeros((0, 2))
    boxes = np.stack([np.asarray(widths, dtype=float), np.asarray(heights, dtype=float)], axis=1)
    edges = np.array(sorted({(min(a, b), max(a, b)) for a, b in pairs if a != b}), dtype=np.int64).reshape(-1, 2)
    positions = np.zeros((count, 2))
    groups = _components(count, edges)
    for members in groups:
        if len(members) == 1:
            continue
        index = np.full(count, -1, dtype=np.int64)
        index[members] = np.arange(len(members))
        own = index[edges[np.isin(edges[:, 0], members)]]
        spread = _forces(len(members), own, iterations)
        positions[members] = _roomy(_upright(spread, aspect), boxes[members])
    packed = _pack(positions, boxes, groups, aspect)
    low, high = (packed - boxes / 2).min(axis=0), (packed + boxes / 2).max(axis=0)
    return np.asarray(np.round(packed - (low + high) / 2, 1) + 0.0)


def _components(count: int, edges: Indices) -> list[Indices]:
    """Indices of the nodes of each connected part, the largest first."""
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for a, b in edges.tolist():
        root[find(b)] = find(a)
    groups: dict[int, list[int]] = {}
    for i in range(count):
        groups.setdefault(find(i), []).append(i)
    ordered = sorted(groups.values(), key=lambda g: (-len(g), g[0]))
    return [np.array(g, dtype=np.int64) for g in ordered]


# ---------------------------------------------------------------- forces


def _forces(count: int, edges: Indices, iterations: int) -> Points:
    """ForceAtlas2 of one connected part (Jacomy and others, 2014): repulsion by degree, attraction by distance."""
    mass: Points = 1.0 + np.bincount(edges.ravel(), minlength=count).astype(np.float64)
    at = _start(count, edges) * np.sqrt(count) * 10
    first, second = edges[:, 0], edges[:, 1]
    # A hub's many leaves must not pull it together more than its own repulsion can bear.
    pull = 1.0 / np.sqrt(np.minimum(mass[first], mass[second]))
    repulsion = _repulsion_exact if count <= EXACT else _repulsion_grid
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
        hops = np.full(count, -1.0)
        hops[pivot] = 0
        front = [pivot]
        while len(front) > 0:
            following = []
            for i in front:
                for j in ends[starts[i] : starts[i + 1], 1].tolist():
                    if hops[j] < 0:
                        hops[j] = hops[i] + 1
                        following.append(j)
            front = following
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


def _repulsion_exact(at: Points, mass: Points) -> Points:
    gap = at[:, None, :] - at[None, :, :]
    square = (gap**2).sum(axis=2)
    np.fill_diagonal(square, 1.0)
    strength = mass[:, None] * mass[None, :] / np.maximum(square, 1e-6)
    return np.asarray((gap * strength[:, :, None]).sum(axis=1))


def _repulsion_grid(at: Points, mass: Points) -> Points:
    """The same by a particle mesh: masses on a grid, convolved with 1/r by Fourier transform."""
    grid = 128 if len(at) < 3000 else 256
    size = 2 * grid
    low, high = np.percentile(at, 0.2, axis=0), np.percentile(at, 99.8, axis=0)
    cell = float((high - low).max()) * 1.1 / (grid - 2) + 1e-9
    spot = np.clip((at - (low + high) / 2) / cell + grid / 2, 1, grid - 2.001)
    corner = np.floor(spot).astype(np.int64)
    part = spot - corner
    offsets = (np.arange(size) + grid) % size - grid
    x, y = np.meshgrid(offsets, offsets, indexing="ij")
    square = (x**2 + y**2).astype(float)
    square[0, 0] = 1
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
    for axis, kernel in enumerate((x / square, y / square)):
        flat = np.fft.irfft2(spectrum * np.fft.rfft2(kernel), (size, size)).ravel()
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
    if len(at) > 400:
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


# ---------------------------------------------------------------- packing


def _pack(at: Points, boxes: Points, groups: Sequence[Indices], aspect: float) -> Points:
    """Put the connected parts beside each other, the largest in the middle and each next where it widens least.

    Parts are compared as cells of a grid (polyomino packing, Freivalds and others, 2002), so that small ones find
    room in the corners of large ones.
    """
    if len(groups) == 1:
        return at
    out = at.copy()
    cell = max(16.0, float(np.sqrt((boxes[:, 0] * boxes[:, 1]).sum() / 2500)))
    taken: set[tuple[int, int]] = set()
    low, high = np.zeros(2), np.zeros(2)
    for number, members in enumerate(groups):
        middle = (at[members] - boxes[members] / 2).min(axis=0) / 2 + (at[members] + boxes[members] / 2).max(axis=0) / 2
        local = at[members] - middle
        shape = _cells(local, boxes[members], cell)
        extent_low = (local - boxes[members] / 2).min(axis=0)
        extent_high = (local + boxes[members] / 2).max(axis=0)
        shift = np.zeros(2)
        if number > 0:
            best: tuple[float, float, int, int] | None = None
            reach = int((high - low).max() / cell / 2 + max(extent_high) / cell) + 3
            for i in range(-reach, reach + 1):
                for j in range(-reach, reach + 1):
                    offset = np.array([i, j]) * cell
                    wide = np.maximum(high, extent_high + offset) - np.minimum(low, extent_low + offset)
                    key = (
                        round(float(max(wide[0], wide[1] * aspect)), 1),
                        round(float(np.hypot(i, j * aspect)), 3),
                        i,
                        j,
                    )
                    if (best is None or key < best) and not any((x + i, y + j) in taken for x, y in shape):
                        best = key
            if best is not None:
                shift = np.array([best[2], best[3]]) * cell
        out[members] = local + shift
        low, high = np.minimum(low, extent_low + shift), np.maximum(high, extent_high + shift)
        i, j = (round(float(v) / cell) for v in shift)
        taken.update((x + i + dx, y + j + dy) for x, y in shape for dx in (-1, 0, 1) for dy in (-1, 0, 1))
    return out


def _cells(at: Points, boxes: Points, cell: float) -> list[tuple[int, int]]:
    """The grid cells that boxes cover; a part is held to cover its middle, so that nothing nests inside a ring."""
    cells: set[tuple[int, int]] = set()
    low = np.floor((at - boxes / 2) / cell).astype(int)
    high = np.floor((at + boxes / 2) / cell).astype(int)
    for a, b in zip(low.tolist(), high.tolist(), strict=True):
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
