// Where nodes stand: the places that came with the page, rings around one entity, free spots for what unfolds.

/** Places by key: an entity's number, or ~number for the own node of a fact. @type {Map<number, [number, number]>} */
const spots = new Map();

/** The place of a key; a fact's own node stands amid its participants until it is moved. @param {number} key @returns {[number, number]} */
function spot(key) {
  const known = spots.get(key);
  if (known) return known;
  if (key < 0) {
    let x = 0, y = 0, count = 0;
    for (const n of facts[~key].members) { const p = spots.get(n); if (p && nodeOn[n]) { x += p[0]; y += p[1]; count++; } }
    return count ? [x / count, y / count] : [0, 0];
  }
  return [0, 0];
}
function placesOfFirst() {
  spots.clear();
  for (const { id, x, y } of FIRST.nodes) spots.set(typeof id === 'number' ? id : ~Number(id.slice(1)), [x, y]);
}
function placesOfAll() {
  if (!D.all) return placesOfFirst();
  spots.clear();
  for (let n = 0; 2 * n < D.all.length; n++) spots.set(n, [D.all[2 * n], D.all[2 * n + 1]]);
  return undefined;
}

/** How much room a node and its name take, in pixels at scale 1. @param {number} n @returns {[number, number]} */
function roomOf(n) {
  if (n < 0) return [16, 16];
  const letters = Math.min(Array.from(entities[n].name).length, 14);
  return [Math.max(letters * 13 + 12, 2 * entities[n].size + 4), 2 * entities[n].size + 22];
}

/** Put entities in rings around some: by class of the fact that ties them, so that what is alike stands together.
 * @param {number[]} centres @param {number[]} members */
function rings(centres, members) {
  const fixed = new Set(members.filter(n => state.pinned.has(n) && spots.has(n)));
  centres.forEach((n, k) => { if (!fixed.has(n)) spots.set(n, centres.length === 1 ? [0, 0] : [(k - (centres.length - 1) / 2) * 420, 0]); });
  /** @type {Map<number, number[]>} */ const byCentre = new Map(centres.map(n => [n, []]));
  const rest = members.filter(n => !centres.includes(n));
  rest.forEach(n => { const home = centres.find(c => near(c).includes(n)); (byCentre.get(home === undefined ? centres[0] : home) || []).push(n); });
  for (const [centre, list] of byCentre) {
    /** @param {number} n */
    const kindTo = n => { const f = factsOf[n].find(x => facts[x].members.includes(centre)); return f === undefined ? 99 : facts[f].c; };
    list.sort((a, b) => kindTo(a) - kindTo(b) || entities[a].kind - entities[b].kind || a - b);
    const [cx, cy] = /** @type {[number, number]} */ (spots.get(centre));
    for (let ring = 1, at = 0; at < list.length; ring++) {
      // An ellipse as wide as windows are; each ring takes what its circumference holds.
      const radius = 90 + ring * 80, room = Math.max(6, Math.floor((2 * Math.PI * radius * 1.2) / 104)), here = list.slice(at, at + Math.min(room, Math.ceil((list.length - at) / Math.max(1, Math.ceil((list.length - at) / room)))));
      here.forEach((n, k) => { if (!fixed.has(n)) { const angle = -Math.PI / 2 + (2 * Math.PI * (k + 0.5 * (ring % 2))) / here.length; spots.set(n, [cx + Math.cos(angle) * radius * 1.45, cy + Math.sin(angle) * radius]); } });
      at += here.length;
    }
  }
  part(members, new Set([...centres, ...fixed]));
}

/** Take the boxes of names apart, moving each as little as possible; what is fixed stays. @param {number[]} list @param {Set<number>} fixed */
function part(list, fixed) {
  if (list.length > 260) return;
  const boxes = list.map(n => { const p = spot(n), r = roomOf(n); return { n, x: p[0], y: p[1], w: r[0] + 8, h: r[1] + 4, fixed: fixed.has(n) }; });
  for (let round = 0; round < 120; round++) {
    let hit = false;
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const a = boxes[i], b = boxes[j], ox = (a.w + b.w) / 2 - Math.abs(a.x - b.x), oy = (a.h + b.h) / 2 - Math.abs(a.y - b.y);
      if (ox <= 0.5 || oy <= 0.5 || (a.fixed && b.fixed)) continue;
      hit = true;
      const share = a.fixed || b.fixed ? 1 : 0.5;
      if (ox < oy) { const d = (ox * share + 0.2) * (a.x < b.x || (a.x === b.x && i < j) ? -1 : 1); if (!a.fixed) a.x += d; if (!b.fixed) b.x -= d; } else { const d = (oy * share + 0.2) * (a.y < b.y || (a.y === b.y && i < j) ? -1 : 1); if (!a.fixed) a.y += d; if (!b.fixed) b.y -= d; }
    }
    if (!hit) break;
  }
  boxes.forEach(b => { if (!b.fixed) spots.set(b.n, [Math.round(b.x), Math.round(b.y)]); });
}

/** Find places for what comes into the picture beside an entity that is there. @param {number[]} list @param {number} beside */
function settle(list, beside) {
  const centre = spot(beside), taken = [];
  for (let n = 0; n < nodeOn.length; n++) if (nodeOn[n] && !list.includes(n) && spots.has(n)) { const p = spot(n); if (Math.abs(p[0] - centre[0]) < 1800 && Math.abs(p[1] - centre[1]) < 1800) taken.push({ p, r: roomOf(n) }); }
  // Away from the middle of what is there already, so that the new ones stand on the outer side.
  const mid = taken.reduce((sum, t) => [sum[0] + t.p[0] / taken.length, sum[1] + t.p[1] / taken.length], [0, 0]), out = Math.atan2(centre[1] - mid[1], centre[0] - mid[0]);
  for (const n of list) {
    const room = roomOf(n);
    let found = null, crossing = null;
    for (let ring = 1; !found && ring < 70 && !(crossing && ring > 14); ring++) {
      const count = 10 + ring * 4;
      for (let k = 0; !found && k < count; k++) {
        const angle = out + ((k % 2 ? 1 : -1) * Math.ceil(k / 2) * 2 * Math.PI) / count, x = centre[0] + Math.cos(angle) * (70 + ring * 34) * 1.25, y = centre[1] + Math.sin(angle) * (70 + ring * 34);
        if (!taken.every(t => Math.abs(t.p[0] - x) > (t.r[0] + room[0]) / 2 + 4 || Math.abs(t.p[1] - y) > (t.r[1] + room[1]) / 2 + 2)) continue;
        // A line that runs under another node looks as if it ended there.
        if (taken.some(t => (t.p[0] !== centre[0] || t.p[1] !== centre[1]) && offLine(t.p, centre, [x, y]) < 24)) crossing = crossing || /** @type {[number, number]} */ ([Math.round(x), Math.round(y)]); else found = /** @type {[number, number]} */ ([Math.round(x), Math.round(y)]);
      }
    }
    const p = found || crossing || centre;
    spots.set(n, p);
    taken.push({ p, r: room });
  }
}
/** How far a point is from the line between two others. @param {number[]} p @param {number[]} a @param {number[]} b */
function offLine(p, a, b) {
  const dx = b[0] - a[0], dy = b[1] - a[1], along = Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(p[0] - a[0] - along * dx, p[1] - a[1] - along * dy);
}
