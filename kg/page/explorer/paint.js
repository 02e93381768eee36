// How the picture looks, for both engines, for the image and for the drawing: lines, shapes, names that never overlap.

const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
/** Screen = place × k + (x, y). @typedef {{k: number, x: number, y: number, w: number, h: number}} View */
/** What names are drawn: node or line, and the box on the screen. @typedef {{key: number, text: string, x0: number, y0: number, x1: number, y1: number}} LabelBox */
/** A canvas context, or what writes SVG in its place. @typedef {any} Pen */

/** @param {string} name */
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const look = { fg: '', mute: '', stage: '', accent: '', card: '', line: '', dark: false };
function readLook() { Object.assign(look, { fg: css('--fg'), mute: css('--mute'), stage: css('--stage'), accent: css('--accent'), card: css('--card'), line: css('--line'), dark: document.documentElement.dataset.theme === 'dark' }); mixed.clear(); }
/** @type {Map<string, string>} */ const mixed = new Map();
/** @param {string} colour @param {string} other @param {number} share */
function mix(colour, other, share) {
  const key = colour + other + share;
  let found = mixed.get(key);
  if (!found) {
    /** @param {string} text @param {number} at */
    const part = (text, at) => parseInt(text.slice(at, at + 2), 16);
    found = '#' + [1, 3, 5].map(at => Math.round(part(colour, at) * (1 - share) + part(other, at) * share).toString(16).padStart(2, '0')).join('');
    mixed.set(key, found);
  }
  return found;
}
/** Relative luminance, as WCAG reckons it. @param {string} colour */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map(at => { const v = parseInt(colour.slice(at, at + 2), 16) / 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** @param {string} a @param {string} b */
function contrast(a, b) { const x = luminance(a), y = luminance(b); return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); }
// The palette is made for a light ground; on a dark one every colour is lifted. On either it is moved away from the ground until
// it stands out from it by 3 to 1, which is what WCAG AA asks of lines and shapes.
/** @param {string} colour @returns {string} */
function shade(colour) {
  let found = mixed.get(colour);
  if (!found) {
    const start = look.dark ? mix(colour, '#ffffff', 0.3) : colour;
    found = start;
    for (let share = 0.05; contrast(found, look.stage) < 3 && share < 1; share += 0.05) found = mix(start, look.dark ? '#ffffff' : '#000000', share);
    mixed.set(colour, found);
  }
  return found;
}
// Faded things stay where they are, as a shadow of themselves.
/** @param {string} colour */
const fade = (colour, share = 0.8) => mix(colour, look.stage, share);

/** A picture of many nodes is seen from afar: then nodes are drawn larger. */
let grow = 1;
/** Names are larger on very wide screens, which stand further away. */
const letter = () => (innerWidth >= 3400 ? 1.6 : innerWidth >= 2500 ? 1.3 : 1);
/** @param {number} key */
const sizeOf = key => (key < 0 ? 5 : entities[key].size) * grow;
/** @param {number} key @param {View} v */
const radius = (key, v) => Math.max(1.6, Math.min(34 * letter(), sizeOf(key) * v.k));
/** @param {number} key @returns {string} */
const shapeOf = key => (key < 0 ? 'dot' : kinds[entities[key].kind].shape);
/** @param {number} key */
const colourOf = key => shade(key < 0 ? factKinds[facts[~key].c].colour : kinds[entities[key].kind].colour);
/** @param {number} c */
const lineColour = c => (c < factKinds.length ? shade(factKinds[c].colour) : look.mute);

/** @type {Record<string, number[]>} corners of the shapes, as angle and distance for a radius of 1 */
const CORNERS = {
  square: [45, 1.22, 135, 1.22, 225, 1.22, 315, 1.22], diamond: [0, 1.25, 90, 1.25, 180, 1.25, 270, 1.25], hexagon: [0, 1.12, 60, 1.12, 120, 1.12, 180, 1.12, 240, 1.12, 300, 1.12],
  pentagon: [270, 1.25, 342, 1.2, 54, 1.2, 126, 1.2, 198, 1.2], page: [57, 1.42, 123, 1.42, 237, 1.42, 303, 1.42], burst: [0, 1.35, 22.5, 0.8, 45, 1.35, 67.5, 0.8, 90, 1.35, 112.5, 0.8, 135, 1.35, 157.5, 0.8, 180, 1.35, 202.5, 0.8, 225, 1.35, 247.5, 0.8, 270, 1.35, 292.5, 0.8, 315, 1.35, 337.5, 0.8],
  plus: [-18.5, 1.3, 18.5, 1.3, 45, 0.58, 71.5, 1.3, 108.5, 1.3, 135, 0.58, 161.5, 1.3, 198.5, 1.3, 225, 0.58, 251.5, 1.3, 288.5, 1.3, 315, 0.58], cross: [26.5, 1.3, 63.5, 1.3, 90, 0.58, 116.5, 1.3, 153.5, 1.3, 180, 0.58, 206.5, 1.3, 243.5, 1.3, 270, 0.58, 296.5, 1.3, 333.5, 1.3, 360, 0.58],
  triangle: [270, 1.35, 30, 1.25, 150, 1.25], triangleDown: [90, 1.35, 210, 1.25, 330, 1.25], star: [270, 1.4, 306, 0.62, 342, 1.4, 18, 0.62, 54, 1.4, 90, 0.62, 126, 1.4, 162, 0.62, 198, 1.4, 234, 0.62],
};
/** @param {Pen} g @param {string} shape @param {number} x @param {number} y @param {number} r */
function trace(g, shape, x, y, r) {
  const corners = r < 2.6 ? null : CORNERS[shape];
  if (!corners) { g.moveTo(x + r, y); g.arc(x, y, r, 0, 2 * Math.PI); return; }
  for (let i = 0; i < corners.length; i += 2) {
    const a = (corners[i] * Math.PI) / 180, px = x + Math.cos(a) * corners[i + 1] * r, py = y + Math.sin(a) * corners[i + 1] * r;
    if (i === 0) g.moveTo(px, py); else g.lineTo(px, py);
  }
  g.closePath();
}
const DASHES = [[], [7, 5], [2, 5]];

/** The mark of a class of facts, on its lines beside the colour, for those who cannot tell colours: its outline at a place on a line
 * with the direction (ux, uy), and whether it is filled, hollow or of strokes. @param {Pen} g @param {string} mark @param {number} x @param {number} y
 * @param {number} ux @param {number} uy @param {number} s half its size @returns {'filled' | 'hollow' | 'strokes' | null} */
function traceMark(g, mark, x, y, ux, uy, s) {
  /** @param {number[]} at pairs along and across the line */
  const corners = at => { for (let i = 0; i < at.length; i += 2) { const px = x + (at[i] * ux - at[i + 1] * uy) * s, py = y + (at[i] * uy + at[i + 1] * ux) * s; if (i) g.lineTo(px, py); else g.moveTo(px, py); } };
  if (mark === 'dot' || mark === 'ring') { g.moveTo(x + s, y); g.arc(x, y, s, 0, 2 * Math.PI); return mark === 'dot' ? 'filled' : 'hollow'; }
  if (mark === 'square' || mark === 'frame') { corners([-0.95, -0.95, 0.95, -0.95, 0.95, 0.95, -0.95, 0.95]); g.closePath(); return mark === 'square' ? 'filled' : 'hollow'; }
  if (mark === 'diamond' || mark === 'gem') { corners([-1.35, 0, 0, -1.35, 1.35, 0, 0, 1.35]); g.closePath(); return mark === 'diamond' ? 'filled' : 'hollow'; }
  // Upright whatever the line: on the line it would pass for an arrow.
  if (mark === 'triangle') { g.moveTo(x, y - 1.3 * s); g.lineTo(x + 1.25 * s, y + 0.9 * s); g.lineTo(x - 1.25 * s, y + 0.9 * s); g.closePath(); return 'filled'; }
  if (mark === 'bar') { corners([0, -1.5, 0, 1.5]); return 'strokes'; }
  if (mark === 'bars') { corners([-0.7, -1.5, -0.7, 1.5]); corners([0.7, -1.5, 0.7, 1.5]); return 'strokes'; }
  if (mark === 'cross') { corners([-1.1, -1.1, 1.1, 1.1]); corners([-1.1, 1.1, 1.1, -1.1]); return 'strokes'; }
  return null;
}
/** Marks on the lines that are seen, by class, where there is room; a line of several classes has none. @param {Pen} g @param {View} v @param {ReturnType<typeof lit>} light */
function lineMarks(g, v, light) {
  const all = allLines(), box = screenBox(v), big = letter();
  /** @type {Map<number, number[]>} */ const heaps = new Map();
  let seen = 0;
  for (let i = 0; i < all.length; i++) {
    const line = all[i];
    if (!line.on || (light && !light.lines.has(i))) continue;
    const c = Math.floor(line.sig / 3);
    if (c >= factKinds.length || factKinds[c].shape === 'plain') continue;
    box.at(line.a, 0); box.at(line.b, 1);
    const ra = radius(line.a, v), free = Math.hypot(box.x[1] - box.x[0], box.y[1] - box.y[0]) - ra - radius(line.b, v);
    if (free < 30 * big || Math.max(box.x[0], box.x[1]) < 0 || Math.max(box.y[0], box.y[1]) < 0 || Math.min(box.x[0], box.x[1]) > v.w || Math.min(box.y[0], box.y[1]) > v.h) continue;
    if (++seen > 1500) return;
    const heap = heaps.get(c);
    if (heap) heap.push(i); else heaps.set(c, [i]);
  }
  g.globalAlpha = 1;
  for (const [c, heap] of heaps) {
    let how = null, least = Infinity;
    g.beginPath();
    for (const i of heap) {
      box.at(all[i].a, 0); box.at(all[i].b, 1);
      // Seen from afar marks shrink with the nodes: larger ones would pass for nodes.
      const size = Math.max(1.7, Math.min(3.6 * big, 0.62 * Math.min(radius(all[i].a, v), radius(all[i].b, v))));
      const dx = box.x[1] - box.x[0], dy = box.y[1] - box.y[0], length = Math.hypot(dx, dy), ra = radius(all[i].a, v), along = (ra + (length - ra - radius(all[i].b, v)) * 0.3) / length;
      // What a line says stands in its middle, an arrow at its end: the mark stands between its start and its middle.
      how = traceMark(g, factKinds[c].shape, box.x[0] + dx * along, box.y[0] + dy * along, dx / length, dy / length, size);
      least = Math.min(least, size);
    }
    const colour = lineColour(c);
    g.lineWidth = (how === 'strokes' ? 0.62 : 0.45) * least;
    g.strokeStyle = how === 'filled' ? look.stage : colour;
    g.fillStyle = how === 'hollow' ? look.stage : colour;
    if (how !== 'strokes') g.fill();
    g.stroke();
  }
}

/** The whole picture. @param {Pen} g @param {View} v @param {{ground?: boolean}} [options] @returns {LabelBox[]} */
function paint(g, v, options) {
  const light = lit(), all = allLines();
  if (!options || options.ground !== false) { g.globalAlpha = 1; g.fillStyle = look.stage; g.fillRect(0, 0, v.w, v.h); }
  g.lineCap = 'round';
  // Lines of one look are drawn in one go: a stroke for each would take a second for fifty thousand.
  /** @type {Map<number, number[]>} */ const heaps = new Map();
  let seen = 0;
  const box = screenBox(v), margin = 20;
  for (let i = 0; i < all.length; i++) {
    const line = all[i];
    if (!line.on) continue;
    box.at(line.a, 0); box.at(line.b, 1);
    if ((box.x[0] < -margin && box.x[1] < -margin) || (box.x[0] > v.w + margin && box.x[1] > v.w + margin) || (box.y[0] < -margin && box.y[1] < -margin) || (box.y[0] > v.h + margin && box.y[1] > v.h + margin)) continue;
    seen++;
    const chosen = light ? (light.lines.has(i) ? 1 : 2) : 0, key = (line.sig * 3 + chosen) * 4 + Math.min(3, Math.floor(Math.log2(line.on)));
    const heap = heaps.get(key);
    if (heap) heap.push(i); else heaps.set(key, [i]);
  }
  const dense = seen > 6000 ? 0.45 : seen > 1500 ? 0.75 : 1;
  const order = [...heaps.keys()].sort((a, b) => layer(a) - layer(b) || a - b);
  for (const key of order) {
    const heap = /** @type {number[]} */ (heaps.get(key)), weight = key % 4, chosen = Math.floor(key / 4) % 3, sign = Math.floor(key / 12), base = lineColour(Math.floor(sign / 3));
    const colour = chosen === 1 ? base : chosen === 2 ? fade(base, 0.86) : dense < 1 ? mix(base, look.stage, 0.45) : base;
    g.strokeStyle = colour;
    g.globalAlpha = 1;
    g.lineWidth = (chosen === 1 ? 2.2 : 1.4 * dense) + weight * 0.7 * dense;
    g.setLineDash(DASHES[sign % 3]);
    const arrows = seen < 3000 && chosen !== 2;
    for (let from = 0; from < heap.length; from += 400) {
      g.beginPath();
      for (const i of heap.slice(from, from + 400)) { box.at(all[i].a, 0); box.at(all[i].b, 1); g.moveTo(box.x[0], box.y[0]); g.lineTo(box.x[1], box.y[1]); }
      g.stroke();
    }
    g.setLineDash([]);
    if (!arrows) continue;
    g.fillStyle = colour;
    g.beginPath();
    for (const i of heap) for (const end of arrowEnds(all[i])) {
      box.at(end === all[i].a ? all[i].b : all[i].a, 0); box.at(end, 1);
      const dx = box.x[1] - box.x[0], dy = box.y[1] - box.y[0], length = Math.hypot(dx, dy), r = radius(end, v) + 2;
      if (length < r + 12) continue;
      const ux = dx / length, uy = dy / length, x = box.x[1] - ux * r, y = box.y[1] - uy * r, s = 6 + weight;
      g.moveTo(x, y); g.lineTo(x - ux * s - uy * s * 0.5, y - uy * s + ux * s * 0.5); g.lineTo(x - ux * s + uy * s * 0.5, y - uy * s - ux * s * 0.5); g.closePath();
    }
    g.fill();
  }
  if (seen < 3000) lineMarks(g, v, light);
  paintNodes(g, v, light);
  return names(g, v, light);
}
/** What is faded lies below, what is chosen on top. @param {number} key */
const layer = key => [1, 2, 0][Math.floor(key / 4) % 3];
/** The ends that get an arrow: where any fact that is on points to. @param {Line} line */
function arrowEnds(line) {
  const ends = new Set();
  for (const p of line.parts) if (p.directed && factOn[p.f]) ends.add(p.to);
  return ends;
}
/** Two places on the screen without making an array for each of fifty thousand lines. @param {View} v */
function screenBox(v) {
  const x = new Float64Array(2), y = new Float64Array(2);
  /** @param {number} key @param {number} i */
  const at = (key, i) => { const p = spot(key); x[i] = p[0] * v.k + v.x; y[i] = p[1] * v.k + v.y; };
  return { x, y, at };
}
/** @param {Pen} g @param {View} v @param {ReturnType<typeof lit>} light */
function paintNodes(g, v, light) {
  for (let pass = light ? 0 : 1; pass < 2; pass++) {
    /** @type {Map<string, number[]>} */ const heaps = new Map();
    eachKey(key => {
      if (light && light.keys.has(key) !== (pass === 1)) return;
      const p = spot(key), r = radius(key, v), x = p[0] * v.k + v.x, y = p[1] * v.k + v.y;
      if (x < -r || x > v.w + r || y < -r || y > v.h + r) return;
      const id = colourOf(key) + shapeOf(key), heap = heaps.get(id);
      if (heap) heap.push(key); else heaps.set(id, [key]);
    });
    for (const heap of heaps.values()) {
      const colour = colourOf(heap[0]), shape = shapeOf(heap[0]);
      g.fillStyle = pass === 0 ? fade(colour) : colour;
      g.strokeStyle = look.stage;
      g.lineWidth = 1.2;
      for (let from = 0; from < heap.length; from += 300) {
        g.beginPath();
        let border = false;
        for (const key of heap.slice(from, from + 300)) { const p = spot(key), r = radius(key, v); border = border || r > 4; trace(g, shape, p[0] * v.k + v.x, p[1] * v.k + v.y, r * 0.94); }
        g.fill();
        if (border && pass === 1) g.stroke();
      }
    }
  }
}
/** @param {(key: number) => void} action every node of the picture, facts' own nodes last */
function eachKey(action) {
  for (let n = 0; n < nodeOn.length; n++) if (nodeOn[n]) action(n);
  for (let f = 0; f < hubOn.length; f++) if (hubOn[f]) action(~f);
}

// ---------------------------------------------------------------- names

/** @type {Map<string, number>} */ const widths = new Map();
/** @param {Pen} g @param {string} text @param {string} font */
function textWidth(g, text, font) { const key = font + text; let w = widths.get(key); if (w === undefined) { if (widths.size > 20000) widths.clear(); g.font = font; w = /** @type {number} */ (g.measureText(text).width); widths.set(key, w); } return w; }
/** A width that no text is narrower than: Chinese characters are as wide as the letters are high. @param {string} text @param {number} size */
function leastWidth(text, size) { let w = 0; for (let i = 0; i < text.length; i++) w += text.charCodeAt(i) > 0x2e80 ? 0.9 : 0.2; return w * size; }
/** @param {string} text @param {number} most */
const short = (text, most) => { const chars = Array.from(text); return chars.length > most ? chars.slice(0, most - 1).join('') + '…' : text; };

/** Boxes of the screen in rows, so that only near ones are compared. */
class Taken {
  constructor() { /** @type {Map<number, number[][]>} */ this.rows = new Map(); }
  /** @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  hit(x0, y0, x1, y1) { for (let r = Math.floor(y0 / 20); r <= Math.floor(y1 / 20); r++) for (const b of this.rows.get(r) || []) if (b[0] < x1 && b[2] > x0 && b[1] < y1 && b[3] > y0) return true; return false; }
  /** @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  take(x0, y0, x1, y1) { const b = [x0, y0, x1, y1]; for (let r = Math.floor(y0 / 20); r <= Math.floor(y1 / 20); r++) { const row = this.rows.get(r); if (row) row.push(b); else this.rows.set(r, [b]); } }
}

/** Names in screen space: readable at every zoom, never one on another or cut by the edge, important ones first; then what lines
 * say, and how many neighbours are not in the picture. @param {Pen} g @param {View} v @param {ReturnType<typeof lit>} light @returns {LabelBox[]} */
function names(g, v, light) {
  const texts = new Taken(), discs = new Taken(), heavy = new Taken(), big = letter();
  /** @type {LabelBox[]} */ const boxes = [];
  /** @type {[number, number, number, number, boolean][]} */ const list = [];
  const chosen = state.sel && state.sel.kind === 'node' ? state.sel.node : -1;
  g.textAlign = 'left'; g.textBaseline = 'middle'; g.lineJoin = 'round';
  eachKey(key => {
    const p = spot(key), x = p[0] * v.k + v.x, y = p[1] * v.k + v.y, r = radius(key, v);
    if (x < -80 || x > v.w + 80 || y < -30 || y > v.h + 30) return;
    const bright = !light || light.keys.has(key);
    if (bright && r > 2.4) (key >= 0 && entities[key].size > 15 ? heavy : discs).take(x - r * 0.85, y - r * 0.85, x + r * 0.85, y + r * 0.85);
    if (key >= 0) list.push([key, x, y, r, bright]);
  });
  // Entities are in order of importance; the selected and its neighbours come before all others.
  list.sort((a, b) => Number(b[0] === chosen) - Number(a[0] === chosen) || Number(b[4]) - Number(a[4]) || entities[b[0]].size - entities[a[0]].size || a[0] - b[0]);
  /** @param {string} text @param {string} font @param {number} x @param {number} y @param {string} colour @param {number} alpha @param {number} halo */
  const write = (text, font, x, y, colour, alpha, halo) => { g.font = font; g.globalAlpha = alpha; g.lineWidth = halo; g.strokeStyle = look.stage; g.strokeText(text, x, y); g.fillStyle = colour; g.fillText(text, x, y); };
  let drawn = 0;
  const most = Math.min(400, Math.max(60, (v.w * v.h) / 3600)), weighty = new Set(list.slice(0, 24).map(item => item[0]));
  for (const [n, x, y, r, bright] of list) {
    if (drawn >= most) break;
    const size = big * (n === chosen ? 15 : Math.max(11.5, Math.min(15, 10.6 + entities[n].size * 0.2)) - (v.k < 0.8 ? 0.6 : 0));
    const font = (entities[n].size > 15 || n === chosen ? '600 ' : '') + size.toFixed(1) + 'px ' + FONT, text = short(called(n), bright && light ? 24 : 14), h = size + 3, gap = r + 2;
    /** A place for a name of a width: of six beside its node the first that is free. In a crowd a name of weight may cover lesser nodes, that of a
     * large node any; a lesser name is left out. @param {number} w */
    const place = w => {
      const at = [[x - w / 2, y + gap + h / 2], [x + gap + 2, y], [x - gap - 2 - w, y], [x - w / 2, y - gap - h / 2], [x + gap * 0.5, y + gap * 0.8 + h / 2], [x - gap * 0.5 - w, y + gap * 0.8 + h / 2]];
      /** @param {number[]} p */ const free = p => p[0] > 2 && p[0] + w < v.w - 2 && p[1] - h / 2 > 2 && p[1] + h / 2 < v.h - 2 && !texts.hit(p[0] - 2, p[1] - h / 2, p[0] + w + 2, p[1] + h / 2);
      /** @param {Taken} of @param {number[]} p */ const onDisc = (of, p) => of.hit(p[0], p[1] - h / 2 + 1, p[0] + w, p[1] + h / 2 - 1);
      return at.find(p => free(p) && !onDisc(heavy, p) && !onDisc(discs, p)) || at.find(p => weighty.has(n) && free(p) && !onDisc(heavy, p)) || (entities[n].size > 15 || (light && bright) ? at.find(free) : undefined);
    };
    // Where not even its narrowest form has room a name is not measured: measuring thousands takes longer than drawing hundreds.
    if (!place(leastWidth(text, size))) continue;
    const w = textWidth(g, text, font), free = place(w);
    if (!free) continue;
    texts.take(free[0] - 2, free[1] - h / 2, free[0] + w + 2, free[1] + h / 2);
    boxes.push({ key: n, text, x0: free[0], y0: free[1] - h / 2, x1: free[0] + w, y1: free[1] + h / 2 });
    write(text, font, free[0], free[1], look.fg, bright ? 1 : 0.3, 3.5 * big);
    drawn++;
  }
  for (const [n, x, y, r, bright] of list) {
    if (n === chosen) { g.globalAlpha = 1; g.beginPath(); g.arc(x, y, r + 5, 0, 2 * Math.PI); g.lineWidth = 2.5; g.strokeStyle = look.accent; g.stroke(); }
    if (state.pinned.has(n) && bright) { g.globalAlpha = 1; g.beginPath(); g.arc(x, y, Math.max(2, r * 0.3), 0, 2 * Math.PI); g.fillStyle = look.stage; g.fill(); }
  }
  if (state.route !== null && nodeOn[state.route]) { const p = spot(state.route); g.setLineDash([4, 3]); g.beginPath(); g.arc(p[0] * v.k + v.x, p[1] * v.k + v.y, radius(state.route, v) + 7, 0, 2 * Math.PI); g.lineWidth = 2; g.strokeStyle = look.accent; g.stroke(); g.setLineDash([]); }
  lineNames(g, v, light, texts, discs, heavy, boxes, write);
  // How many neighbours are not in the picture yet.
  for (const [n, x, y, r, bright] of list.slice(0, 300)) {
    const count = bright ? outside(n).length : 0;
    if (count < 3 && (count === 0 || n !== chosen)) continue;
    const text = '+' + count, font = (9.5 * big).toFixed(1) + 'px ' + FONT, w = textWidth(g, text, font), px = x + r * 0.75 + (n === chosen ? 6 : 0), py = y - r * 0.95 - (n === chosen ? 7 : 3);
    if (px + w > v.w - 2 || py < 8 || texts.hit(px, py - 5, px + w, py + 5)) continue;
    texts.take(px, py - 5, px + w, py + 5);
    write(text, font, px, py, look.mute, 1, 3);
  }
  g.globalAlpha = 1;
  return boxes;
}
/** What lines say, where there is room: the name of the fact, or how many there are. In a large picture only for the selection.
 * @param {Pen} g @param {View} v @param {ReturnType<typeof lit>} light @param {Taken} texts @param {Taken} discs @param {Taken} heavy @param {LabelBox[]} boxes
 * @param {(text: string, font: string, x: number, y: number, colour: string, alpha: number, halo: number) => void} write */
function lineNames(g, v, light, texts, discs, heavy, boxes, write) {
  const all = allLines(), big = letter();
  const active = light ? [...light.lines] : all.map((_, i) => i).filter(i => all[i].on);
  if (!light && (active.length > 260 || v.k < 0.5)) return;
  if (active.length > 600) return;
  for (const i of active.sort((a, b) => all[b].on - all[a].on)) {
    const line = all[i], on = factsOn(i), fact = facts[on[0]], relation = (line.parts.find(p => p.f === on[0]) || line.parts[0]).relation;
    if (!line.on || (!light && factKinds[fact.c].name === 'PartOf')) continue;
    const same = on.every(f => facts[f].c === fact.c), said = T.states[fact.status];
    const text = on.length > 1 ? (same ? short(label(factKinds[fact.c]), 8) + ' ×' + on.length : t('lines', on.length)) : short(line.a < 0 || line.b < 0 ? word(relation) : fact.label || word(relation), 11) + (said ? ` (${said})` : '');
    const p = spot(line.a), q = spot(line.b), x = ((p[0] + q[0]) / 2) * v.k + v.x, y = ((p[1] + q[1]) / 2) * v.k + v.y, font = (10.5 * big).toFixed(1) + 'px ' + FONT, w = textWidth(g, text, font), h = 7 * big;
    if (x - w / 2 < 2 || x + w / 2 > v.w - 2 || y - h < 2 || y + h > v.h - 2 || Math.hypot(p[0] - q[0], p[1] - q[1]) * v.k < w * 0.8 || texts.hit(x - w / 2 - 2, y - h, x + w / 2 + 2, y + h) || discs.hit(x - w / 2, y - h + 1, x + w / 2, y + h - 1) || heavy.hit(x - w / 2, y - h + 1, x + w / 2, y + h - 1)) continue;
    texts.take(x - w / 2 - 2, y - h, x + w / 2 + 2, y + h);
    boxes.push({ key: -1, text, x0: x - w / 2, y0: y - h, x1: x + w / 2, y1: y + h });
    write(text, font, x - w / 2, y, mix(lineColour(same ? fact.c : factKinds.length), look.fg, 0.4), 1, 4 * big);
  }
}
