// The shell: engine, search, filters, keys, address, and what happens on a click.

/** @typedef {{key?: number, line?: number} | null} Hit */
/** @typedef {{click: (hit: Hit, shift: boolean) => void, twice: (key: number) => void, hover: (hit: Hit, x: number, y: number) => void, dragged: (key: number) => void, moved: () => void}} Host */
/** @typedef {{name: string, view: () => View, draw: () => void, resize: () => void, look: (cx: number, cy: number, k: number) => void, boxes: () => LabelBox[], frames: () => number}} Engine */
/** What a page that is served knows of its server. @typedef {{lazy: boolean, home: string, sparql: string, entity: string, fact: string, document: string, tail: string, counts: Record<string, number>, total: {entities: number, facts: number, documents: number, more: boolean}, partial: boolean, near: (n: number, only: Record<string, string>) => Promise<number>, find: (text: string) => Promise<number[]>, path: (a: number, b: number) => Promise<number>, read: (doc: number) => Promise<void>, fetchEntity: (id: string) => Promise<number>, fetchDocument: (id: string) => Promise<number>}} Server */

/** @param {string} message */
const fault = message => { const box = $('fault'); box.textContent = message; box.hidden = false; };
addEventListener('error', event => fault(event.message));
addEventListener('unhandledrejection', event => fault(String(event.reason && event.reason.message ? event.reason.message : event.reason)));
/** @param {string} text */
const say = text => { $('status').textContent = text; };
/** @param {number} k */
const clampScale = k => Math.max(0.01, Math.min(6, k));
/** @type {Server | null} */ let server = null;
/** @type {Engine} */ let engine;
/** The ways that were found last, of which one is shown. @type {Way[]} */ let found = [];
/** A server that has more than the page holds. */
const lazy = () => server !== null && server.lazy;
let moved = false, ready = false, reading = false;

// ---------------------------------------------------------------- what is in the picture

/** @type {{shown: Set<number>, hidden: Set<number>, pinned: Set<number>, base: 'first' | 'all' | 'ego', egos: number[], spots: Map<number, [number, number]>}[]} */
const past = [];
/** Keep what is in the picture, so that it can be undone. */
function remember() {
  if (reading) return;
  past.push({ shown: new Set(state.shown), hidden: new Set(state.hidden), pinned: new Set(state.pinned), base: state.base, egos: state.egos, spots: new Map(spots) });
  if (past.length > (entities.length > 5000 ? 5 : 40)) past.shift();
}
function undo() {
  const last = past.pop();
  if (!last) return;
  Object.assign(state, { shown: last.shown, hidden: last.hidden, pinned: last.pinned, base: last.base, egos: last.egos });
  spots.clear();
  last.spots.forEach((p, key) => spots.set(key, p));
  refresh(true);
  fit();
}
/** @param {number[]} list @param {number} beside */
function bring(list, beside) {
  const fresh = list.filter(n => !state.shown.has(n) || !spots.has(n) || state.hidden.has(n) || state.off.has(entities[n].kind));
  list.forEach(n => { state.shown.add(n); state.hidden.delete(n); state.off.delete(entities[n].kind); });
  evaluate();
  if (fresh.length) settle(fresh, beside);
}
/** Neighbours into the picture: at most 24 at once, the best connected first. @param {number} n @param {number[]} list */
async function unfold(n, list) {
  await more(n);
  const some = (list.length ? list : outside(n)).slice(0, 24);
  if (!some.length) return;
  remember();
  bring(some, n);
  refresh(true);
  fit([n, ...some, ...near(n).filter(m => nodeOn[m])], 1.2);
  say(t('unfolded', some.length));
}
/** Neighbours that have no other tie in the picture leave it. @param {number} n */
function fold(n) {
  const gone = near(n).filter(m => nodeOn[m] && !state.pinned.has(m) && !state.egos.includes(m) && !near(m).some(x => x !== n && nodeOn[x] && !near(n).includes(x)));
  if (!gone.length) { say(t('noFold')); return; }
  remember();
  gone.forEach(m => state.shown.delete(m));
  refresh(true);
  say(t('folded', gone.length));
}
/** The picture becomes some entities and what is around them. @param {number[]} list */
async function centre(list) {
  for (const n of list) await more(n);
  remember();
  state.base = 'ego';
  state.egos = list;
  found = [];
  const room = Math.max(12, Math.floor(64 / list.length)), around = new Set([...list, ...state.pinned]);
  list.forEach(n => near(n).filter(m => factsOf[m].some(f => factOn[f] && facts[f].members.includes(n))).slice(0, room).forEach(m => around.add(m)));
  state.shown = around;
  list.forEach(n => { state.hidden.delete(n); state.off.delete(entities[n].kind); });
  evaluate();
  rings(list, [...around].filter(n => nodeOn[n]));
  grow = 1;
  if (list.length === 1) state.sel = { kind: 'node', node: list[0] };
  refresh(true);
  fit();
}
function toFirst() {
  state.base = 'first'; state.egos = [];
  state.shown = new Set(D.shown);
  placesOfFirst();
  stretch();
}
function toAll() {
  state.base = 'all'; state.egos = [];
  state.shown = new Set(entities.map((_, n) => n));
  placesOfAll();
  stretch();
}
/** @param {number} n */
function pin(n) { remember(); if (state.pinned.has(n)) state.pinned.delete(n); else state.pinned.add(n); refresh(true); }
/** @param {number} n */
function hide(n) { remember(); state.hidden.add(n); state.pinned.delete(n); select(null, false); }
/** What was asked for already, by entity and filters. @type {Set<string>} */ const askedFor = new Set();
/** What is around an entity on the server: the newest facts, of the time and the one class that the filters leave. @param {number} n */
async function more(n) {
  if (!server || !server.lazy || factsOf[n].length >= entities[n].total) return;
  const on = factKinds.filter((_, c) => !state.offFacts.has(c));
  /** @type {Record<string, string>} */ const only = on.length === 1 && factKinds.length > 1 ? { type: on[0].name } : {};
  if (state.by === 'event' && state.from) only.since = state.from;
  if (state.by === 'event' && state.to) only.until = state.to;
  const key = JSON.stringify([n, only]);
  if (askedFor.has(key)) return;
  say(t('loading'));
  try { await server.near(n, only); askedFor.add(key); } catch (error) { fault(t('offline', /** @type {Error} */ (error).message)); }
  evaluate();
}
let waiting = 0;
/** A filter was changed: on a server there may be more that passes it around the selected entity than is here. */
function sift() {
  refresh();
  if (!lazy() || !state.sel || state.sel.kind !== 'node') return;
  const n = state.sel.node, before = facts.length;
  clearTimeout(waiting);
  waiting = window.setTimeout(async () => { await more(n); if (facts.length > before) refresh(); }, 300);
}
function moreNodes() {
  const next = entities.map((_, n) => n).filter(n => !state.shown.has(n) && near(n).some(m => state.shown.has(m))), list = (next.length ? next : entities.map((_, n) => n).filter(n => !state.shown.has(n))).slice(0, 60);
  remember();
  list.forEach(n => { const beside = near(n).find(m => nodeOn[m]); bring([n], beside === undefined ? 0 : beside); });
  refresh(true);
  fit();
}

// ---------------------------------------------------------------- selection

/** @param {Chosen | null} sel @param {boolean} focus @param {boolean} [stay] keep the view as it is (a mark of the timeline) */
function select(sel, focus, stay) {
  if (sel && sel.kind === 'node' && !nodeOn[sel.node]) {
    const n = sel.node, here = near(n).filter(m => nodeOn[m]);
    if (entities.length > 300 && !here.length) { state.sel = sel; void centre([n]); return; }
    remember();
    bring([n, ...(here.length ? [] : near(n).slice(0, 24))], here.length ? here[0] : n);
  }
  if (focus && sel && sel.kind === 'node') {
    // Who stands there nearly alone says nothing: a few neighbours come with it.
    const few = outside(sel.node);
    if (few.length && few.length <= 12 && near(sel.node).filter(m => nodeOn[m]).length < 3) { remember(); bring(few, sel.node); }
  }
  state.sel = sel;
  $('tip').hidden = true;
  if (stay) { panel(); engine.draw(); writeHash(false); return; }
  refresh(true);
  if (!focus || !sel || state.view !== 'map') return;
  if (sel.kind === 'node') fit([sel.node, ...near(sel.node).filter(m => nodeOn[m])], 1.2);
  if (sel.kind === 'path') fit(sel.nodes, 1.2);
}
/** @param {number} n @param {boolean} focus */
async function choose(n, focus) {
  if (state.route !== null && state.route !== n) { const from = state.route; state.route = null; await route(from, n); return; }
  select({ kind: 'node', node: n }, focus);
  if (lazy()) { await more(n); if (state.sel && state.sel.kind === 'node' && state.sel.node === n) refresh(false); }
}
/** @param {number} i */
function chooseLine(i) {
  const line = allLines()[i], list = factsOn(i), hub = Math.min(line.a, line.b);
  const name = hub < 0 ? facts[~hub].label || kindName(facts[~hub]) : entities[line.a].name + ' — ' + entities[line.b].name;
  select({ kind: 'facts', facts: list, lines: hub < 0 ? linesAt(hub) : [i], title: name }, false);
}
/** @param {number} n */
function startRoute(n) { state.route = n; panel(); engine.draw(); $('q').focus(); }
/** @param {number} from @param {number} to */
async function route(from, to) {
  if (server && server.lazy) { say(t('loading')); try { await server.path(from, to); } catch (error) { fault(t('offline', /** @type {Error} */ (error).message)); } evaluate(); }
  found = ways(from, to);
  if (!found.length) { select({ kind: 'node', node: from }, true); say(t('noPath', entities[from].name, entities[to].name)); fault(t('noPath', entities[from].name, entities[to].name)); setTimeout(() => { $('fault').hidden = true; }, 5000); return; }
  setView('map');
  remember();
  showWay(0);
}
/** @param {number} k */
function showWay(k) {
  const way = found[k];
  // What is not there yet stands beside a neighbour on the path that is.
  way.nodes.forEach((n, i) => { if (nodeOn[n]) return; const beside = [way.nodes[i - 1], way.nodes[i + 1]].find(m => m !== undefined && nodeOn[m]); bring([n], beside === undefined ? way.nodes[Math.max(0, i - 1)] : beside); });
  evaluate();
  const all = allLines(), on = new Set(way.nodes), chosen = new Set(way.steps.reduce((/** @type {number[]} */ list, s) => list.concat(s), []));
  const list = all.map((_, i) => i).filter(i => all[i].on && all[i].parts.some(p => chosen.has(p.f)) && [all[i].a, all[i].b].every(e => e < 0 || on.has(e)));
  // What a path passes outside of the lines that are drawn is drawn by facts of its own node.
  select({ kind: 'path', nodes: way.nodes, steps: way.steps, lines: list, way: k }, true);
}

/** The facts of one document as the picture, by the id of the document. @param {string} id */
async function showDocument(id) {
  if (server && (server.lazy || !articleById.has(id))) { try { await server.fetchDocument(id); } catch (error) { /* said below */ } }
  const doc = articleById.get(id), list = facts.map((_, f) => f).filter(f => facts[f].told.some(x => x.doc === doc));
  if (doc === undefined || !list.length) { fault(t('wrongHash', id)); return; }
  const members = new Set();
  list.forEach(f => facts[f].members.forEach(n => members.add(n)));
  const first = [...members].sort((a, b) => factsOf[b].length - factsOf[a].length || a - b)[0];
  Object.assign(state, { base: 'ego', egos: [first], shown: new Set([...members, ...state.pinned]) });
  evaluate();
  rings([first], [...state.shown].filter(n => nodeOn[n]));
  grow = 1;
  select({ kind: 'facts', facts: list, lines: linesOfFacts(list), title: titleOf(articles[doc]), doc }, false);
  fit();
}

// ---------------------------------------------------------------- view

/** Fit some nodes, by default all in the picture, with room for their names. @param {number[]} [some] @param {number} [most] */
function fit(some, most = 1.35) {
  const v = engine.view();
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  /** @param {number} n */
  const add = n => { if (!nodeOn[n]) return; const p = spot(n); x0 = Math.min(x0, p[0]); x1 = Math.max(x1, p[0]); y0 = Math.min(y0, p[1]); y1 = Math.max(y1, p[1]); };
  if (some) some.forEach(add); else for (let n = 0; n < nodeOn.length; n++) add(n);
  if (x0 > x1 || !v.w) return;
  // Below stands what is shown, over the picture: on a phone in two rows.
  const left = Math.min(66, v.w * 0.1) * letter(), low = $('foot').offsetHeight + 34, high = 36, scale = Math.min(most * letter(), (v.w - 2 * left) / Math.max(x1 - x0, 1), Math.max(v.h - low - high, 80) / Math.max(y1 - y0, 1));
  engine.look((x0 + x1) / 2, (y0 + y1) / 2 + (low - high) / 2 / scale, scale);
}
/** @param {number} by */
function zoom(by) { const v = engine.view(); moved = true; engine.look((v.w / 2 - v.x) / v.k, (v.h / 2 - v.y) / v.k, v.k * by); }
/** Stretch a computed picture a little to the shape of this window, before anything has been moved. */
function stretch() {
  const box = $('net'), all = [...spots.values()];
  if (all.length < 3 || !box.clientWidth) return;
  const wide = span(all, 0), high = Math.max(span(all, 1), 1), by = Math.max(0.72, Math.min(1.4, (box.clientWidth - 132) / Math.max(box.clientHeight - 84, 1) / (wide / high)));
  for (const [key, p] of spots) spots.set(key, by > 1 ? [Math.round(p[0] * by), p[1]] : [p[0], Math.round(p[1] / by)]);
  const scale = Math.min((box.clientWidth - 132) / (by > 1 ? wide * by : wide), (box.clientHeight - 84) / (by > 1 ? high : high / by));
  grow = box.clientWidth < 600 ? 1 : Math.round(10 * Math.max(1, Math.min(1.6, Math.pow(1 / scale, 0.5)))) / 10;
}
/** @param {[number, number][]} list @param {0 | 1} axis */
function span(list, axis) { let low = Infinity, high = -Infinity; for (const p of list) { low = Math.min(low, p[axis]); high = Math.max(high, p[axis]); } return high - low; }
/** The next entity in a direction from the selected one. @param {number} dx @param {number} dy */
function step(dx, dy) {
  const sel = state.sel && state.sel.kind === 'node' ? state.sel.node : -1;
  if (sel < 0 || !nodeOn[sel]) { const first = nodeOn.indexOf(1); if (first >= 0) void choose(first, false); return; }
  const here = spot(sel);
  let best = -1, least = Infinity;
  for (let n = 0; n < nodeOn.length; n++) {
    if (!nodeOn[n] || n === sel) continue;
    const p = spot(n), x = p[0] - here[0], y = p[1] - here[1], along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 4 && along + across * 2 < least) { least = along + across * 2; best = n; }
  }
  if (best < 0) return;
  void choose(best, false);
  const v = engine.view(), p = spot(best), x = p[0] * v.k + v.x, y = p[1] * v.k + v.y;
  if (x < 40 || y < 40 || x > v.w - 40 || y > v.h - 40) engine.look(p[0], p[1], v.k);
}

/** Everything anew: what is on, the picture, the panel, the other view, the address. @param {boolean} [entry] a new entry of the history */
function refresh(entry) {
  evaluate();
  if (state.view === 'map') engine.draw();
  panel();
  filterActs();
  let nodes = 0, seen = 0;
  for (let n = 0; n < nodeOn.length; n++) nodes += nodeOn[n];
  for (let f = 0; f < facts.length; f++) if (factSeen(f)) seen++;
  const total = server && server.lazy ? server.total : { entities: entities.length, facts: facts.length }, listed = drawView();
  // A table or a matrix shows facts of entities that are not in the picture.
  const named = new Set();
  for (const f of listed || []) facts[f].members.forEach(n => named.add(n));
  say(listed ? t('status', named.size, total.entities, listed.length, total.facts) : t('status', nodes, total.entities, seen, total.facts));
  $('more').hidden = state.view !== 'map' || lazy() || state.base === 'ego' || state.shown.size >= entities.length || nodes === 0;
  $('whole').hidden = state.view !== 'map' || (lazy() && state.base === 'first') || (state.base === 'first' && state.shown.size >= entities.length);
  $('whole').textContent = state.base === 'all' || (state.base === 'ego' && D.shown.length === entities.length) ? t('first') : state.base === 'ego' ? t('first') : t('whole', entities.length);
  const empty = $('empty');
  empty.hidden = nodes > 0 || state.view !== 'map';
  if (nodes === 0) { empty.replaceChildren(el('p', '', entities.length ? t('empty') : t('nothing'))); if (entities.length) empty.append(button('pill', t('reset'), clearFilters)); }
  tools();
  writeHash(entry === true);
}
/** The view that takes the place of the picture. @returns {number[] | null} the facts that it shows; null for the picture */
function drawView() {
  const root = $('view'), other = state.view !== 'map';
  root.hidden = !other;
  $('zoom').hidden = other;
  $('app').classList.toggle('wide', other && !state.sel);
  if (!other) return null;
  root.replaceChildren();
  root.setAttribute('aria-label', t(state.view));
  partOnly(root);
  return state.view === 'table' ? tableView(root) : state.view === 'regions' ? regionView(root) : timeView(root);
}
/** @param {string} view */
function setView(view) {
  if (state.view === view) return;
  state.view = view;
  refresh(true);
  if (view === 'map') { engine.resize(); engine.draw(); }
}

// ---------------------------------------------------------------- search

/** @type {[number, string | null][]} */ let hits = [];
let current = 0, searches = 0, partial = false;
function search() {
  const text = $('q').value, list = $('hits'), open = plain(text) !== '', turn = ++searches;
  list.replaceChildren();
  hits = [];
  current = 0;
  list.hidden = !open;
  $('q').setAttribute('aria-expanded', String(open));
  if (!open) { $('q').removeAttribute('aria-activedescendant'); return; }
  hits = findEntities(text, 30);
  showHits(lazy());
  if (lazy()) setTimeout(async () => { if (turn !== searches || !server) return; try { const more = await server.find(text); if (turn !== searches) return; partial = server.partial; hits = [...hits, ...more.filter(n => !hits.some(h => h[0] === n)).map(n => /** @type {[number, null]} */ ([n, null]))].slice(0, 30); evaluate(); showHits(false); } catch (error) { /* what the page knows is found all the same */ showHits(false); } }, 180);
}
/** @param {boolean} waiting the server has not answered yet */
function showHits(waiting) {
  const list = $('hits');
  list.replaceChildren();
  if (!hits.length && waiting) { list.append(el('li', 'none', t('loading'))); return; }
  if (!hits.length && partial) { list.append(el('li', 'none', t('indexing'))); say(t('indexing')); return; }
  if (!hits.length) { list.append(el('li', 'none', t('noHit', $('q').value), el('br'), el('small', '', t('noHitHint')))); say(t('noHit', $('q').value)); return; }
  hits.forEach(([n, by], k) => {
    const item = el('li', '', iconOf(n), el('span', '', entities[n].name, by ? el('em', '', ` (${by})`) : ''), el('small', '', [word(entities[n].klass), t('facts', factCount(n)), ...whereOf(n).slice(-2)].join(' · ')));
    item.id = 'hit' + k;
    item.setAttribute('role', 'option');
    item.addEventListener('mousedown', (/** @type {MouseEvent} */ event) => { event.preventDefault(); go(k); });
    list.append(item);
  });
  if (partial && !waiting) list.append(el('li', 'none', t('indexing')));
  markHit();
}
function markHit() { [...$('hits').querySelectorAll('[role=option]')].forEach((item, k) => { item.setAttribute('aria-selected', String(k === current)); if (k === current) item.scrollIntoView({ block: 'nearest' }); }); $('q').setAttribute('aria-activedescendant', 'hit' + current); }
function closeSearch() { $('q').value = ''; search(); }
/** @param {number} k */
function go(k) { if (!hits[k]) return; const n = hits[k][0]; closeSearch(); $('q').blur(); if (state.view === 'regions') setView('map'); void choose(n, true); }

// ---------------------------------------------------------------- filters

/** @param {Kind[]} items @param {Set<number>} off @param {number[]} count @param {(kind: Kind) => Node} icon */
function toggles(items, off, count, icon) {
  return items.map((item, i) => {
    const box = el('input'), row = el('label', 'key', box, icon(item), el('span', '', label(item)), el('b', '', number(count[i])));
    box.type = 'checkbox';
    box.checked = !off.has(i);
    row.classList.toggle('off', off.has(i));
    box.addEventListener('change', () => { if (box.checked) off.delete(i); else off.add(i); row.classList.toggle('off', !box.checked); sift(); });
    const only = button('only', t('only'), event => { event.preventDefault(); off.clear(); items.forEach((_, k) => { if (k !== i) off.add(k); }); filters(); sift(); });
    only.setAttribute('aria-label', `${t('only')} ${label(item)}`);
    row.append(only);
    return row;
  });
}
const AMOUNTS = [1e6, 1e7, 5e7, 1e8, 5e8, 1e9, 1e10, 1e11];
/** @param {number} value */
const amountName = value => (lang === 'zh' ? (value >= 1e8 ? value / 1e8 + ' 亿' : value / 1e4 + ' 万') : value >= 1e9 ? value / 1e9 + ' bn' : value / 1e6 + ' m');
/** Steps of the filter of time: years, or months where all is within four years. */
function timeSteps() {
  const known = facts.map(timeOf).filter(x => x !== null);
  let first = '9999', last = '';
  for (const x of known) { const [a, b] = /** @type {[string, string]} */ (x); if (a < first) first = a; if (b > last) last = b; }
  if (!last) return null;
  /** @type {string[]} */ const steps = [];
  const y1 = Number(last.slice(0, 4));
  let y0 = Number(first.slice(0, 4));
  // A few facts of long ago would press all others into a corner: they share the first step.
  if (y1 - y0 > 40) { const years = known.map(x => Number(/** @type {[string, string]} */ (x)[0].slice(0, 4))).sort((a, b) => a - b); y0 = Math.max(y0, Math.min(years[Math.floor(years.length * 0.02)], y1 - 20)); }
  const early = y0 > Number(first.slice(0, 4));
  // What is known by its year alone would stand in January.
  const monthly = y1 - y0 < 4 && known.some(x => x && x[0].slice(0, 7) === x[1].slice(0, 7));
  for (let y = y0; y <= y1; y++) for (let m = 1; m <= (monthly ? 12 : 1); m++) steps.push(monthly ? `${y}-${String(m).padStart(2, '0')}` : String(y));
  const counts = steps.map(() => 0), at = new Map(steps.map((s, i) => [s, i])), length = monthly ? 7 : 4;
  known.forEach(x => { const day = /** @type {[string, string]} */ (x)[0].slice(0, length), i = day < steps[0] ? 0 : at.get(day); if (i !== undefined) counts[i]++; });
  return { steps, counts, undated: facts.length - known.length, names: steps.map((s, i) => (early && i === 0 ? '≤ ' + s : s)) };
}
function filters() {
  const root = $('filters');
  root.replaceChildren();
  /** @param {string} title @param {Set<number>} off @param {Kind[]} items */
  const section = (title, off, items) => { const all = button('', off.size ? t('all') : t('none'), () => { if (off.size) off.clear(); else items.forEach((_, i) => off.add(i)); filters(); refresh(); }); root.append(el('h2', '', title, items.length > 1 ? all : '')); };
  const perKind = kinds.map(() => 0), perFact = factKinds.map(() => 0);
  entities.forEach(n => perKind[n.kind]++);
  facts.forEach(f => perFact[f.c]++);
  section(t('kinds'), state.offFacts, factKinds);
  root.append(...toggles(factKinds, state.offFacts, perFact, lineIcon));
  section(t('entities'), state.off, kinds);
  root.append(...toggles(kinds, state.off, perKind, c => shapeIcon(c.shape, shade(c.colour))));

  const steps = timeSteps();
  const by = el('select');
  [['event', t('byEvent')], ['published', t('byPublished')]].forEach(([value, text]) => { const o = el('option', '', text); o.value = value; o.selected = state.by === value; by.append(o); });
  by.setAttribute('aria-label', t('when'));
  by.addEventListener('change', () => { Object.assign(state, { by: by.value, from: '', to: '' }); filters(); refresh(); });
  root.append(el('h2', '', t('when'), by));
  if (steps && steps.steps.length > 1) {
    const last = steps.steps.length - 1, bars = el('div'), range = el('div', 'range'), from = el('input'), to = el('input'), ends = el('div', 'ends', el('span'), el('span')), most = Math.max(1, ...steps.counts);
    bars.id = 'bars';
    const cells = steps.steps.map((_, i) => { const cell = el('i'); cell.style.height = Math.round((100 * steps.counts[i]) / most) + '%'; cell.title = `${steps.names[i]}: ${steps.counts[i]}`; bars.append(cell); return cell; });
    const place = (/** @type {string} */ value, /** @type {number} */ otherwise) => { const i = steps.steps.findIndex(s => s.startsWith(value) || value.startsWith(s)); return value && i >= 0 ? i : otherwise; };
    const show = () => { const a = Math.min(+from.value, +to.value), b = Math.max(+from.value, +to.value); cells.forEach((cell, i) => cell.classList.toggle('out', i < a || i > b)); ends.firstChild.textContent = steps.names[a]; ends.lastChild.textContent = steps.names[b]; return [a, b]; };
    [[from, place(state.from, 0), t('from')], [to, place(state.to, last), t('to')]].forEach(([input, value, name]) => {
      Object.assign(input, { type: 'range', min: 0, max: last, step: 1, value });
      input.setAttribute('aria-label', name);
      input.addEventListener('input', () => { const [a, b] = show(); input.setAttribute('aria-valuetext', steps.steps[+input.value]); state.from = a > 0 ? steps.steps[a] : ''; state.to = b < last ? steps.steps[b] : ''; sift(); });
    });
    range.append(from, to);
    root.append(bars, range, ends);
    show();
  } else if (steps) root.append(el('p', 'hint', steps.steps[0]));
  if (steps && steps.undated) { const box = el('input'); box.type = 'checkbox'; box.checked = state.undated; box.addEventListener('change', () => { state.undated = box.checked; refresh(); }); root.append(el('label', 'check', box, t(state.by === 'event' ? 'undated' : 'undatedPublished'), el('b', '', steps.undated))); }

  if (places.length) {
    const input = el('input'), list = el('datalist'), names = placeNames();
    input.id = 'place'; input.setAttribute('list', 'places'); input.placeholder = t('anyPlace'); input.value = state.place >= 0 ? names.find(x => x[1] === state.place)?.[0] || places[state.place].name : ''; input.setAttribute('aria-label', t('place'));
    list.id = 'places';
    names.slice(0, 1500).forEach(([name]) => { const o = el('option'); o.value = name; list.append(o); });
    input.addEventListener('change', () => { const wanted = input.value.trim(), hit = names.find(x => x[0] === wanted) || names.find(x => places[x[1]].name === wanted) || names.find(x => wanted && fitness(plain(wanted), places[x[1]].name, /^[a-z0-9]+$/.test(plain(wanted)))); state.place = wanted && hit ? hit[1] : -1; input.value = state.place >= 0 && hit ? hit[0] : ''; refresh(); });
    root.append(el('h2', '', t('place')), el('div', 'field', input, list));
  }
  if (facts.some(f => f.worth !== null)) {
    const choice = el('select'), currency = commonCurrency();
    [0, ...AMOUNTS].forEach(value => { const o = el('option', '', value ? amountName(value) : t('anyAmount')); o.value = String(value); o.selected = value === state.least; choice.append(o); });
    choice.setAttribute('aria-label', t('amount'));
    choice.addEventListener('change', () => { state.least = Number(choice.value); filters(); refresh(); });
    root.append(el('h2', '', t('amount')), el('div', 'field', choice));
    if (state.least) root.append(el('p', 'hint', t('amountNote', currency)));
  }
  const low = facts.reduce((least, f) => Math.min(least, f.sure), 1);
  if (low < 1) {
    const range = el('div', 'range'), input = el('input'), value = el('span'), floor = Math.floor(low * 20) / 20;
    Object.assign(input, { type: 'range', min: floor, max: 1, step: 0.05, value: Math.max(state.sure, floor) });
    input.setAttribute('aria-label', t('sure'));
    value.textContent = Math.max(state.sure, floor).toFixed(2);
    input.addEventListener('input', () => { state.sure = +input.value > floor ? +input.value : 0; value.textContent = (+input.value).toFixed(2); refresh(); });
    range.append(input);
    root.append(el('h2', '', t('sure'), value), range);
  }
  if (facts.some(f => f.links !== null && f.members.length > 2)) {
    const box = el('input');
    box.type = 'checkbox'; box.checked = state.many;
    box.addEventListener('change', () => { state.many = box.checked; lines = null; refresh(); });
    root.append(el('h2', '', t('many')), el('label', 'check', box, t('manyAsNodes')));
  }
  const acts = el('div', 'acts');
  acts.id = 'filter-acts';
  root.append(acts);
  filterActs();
}
/** Names of places with what they lie in where two share a name. @returns {[string, number][]} */
function placeNames() {
  /** @type {Map<string, number>} */ const count = new Map();
  places.forEach(p => count.set(p.name, (count.get(p.name) || 0) + 1));
  const order = places.map((p, i) => /** @type {[string, number]} */ ([(count.get(p.name) || 0) > 1 && p.parent >= 0 ? `${p.name} (${places[p.parent].name})` : p.name, i]));
  return order.sort((a, b) => above(a[1]).length - above(b[1]).length || a[0].localeCompare(b[0]));
}
function filterActs() {
  const acts = $('filter-acts');
  if (!acts) return;
  acts.replaceChildren();
  if (narrowed() || state.off.size) acts.append(button('pill', t('reset'), clearFilters));
  if (state.hidden.size) acts.append(button('pill', t('restore', state.hidden.size), () => { remember(); state.hidden.clear(); refresh(true); }));
}
function clearFilters() { state.off.clear(); state.offFacts.clear(); Object.assign(state, { undated: true, sure: 0, from: '', to: '', least: 0, place: -1 }); state.hidden.clear(); filters(); refresh(true); fit(); }

// ---------------------------------------------------------------- address

/** @param {boolean} entry */
function writeHash(entry) {
  if (!ready || reading) return;
  const p = new URLSearchParams(), names = (/** @type {Set<number>} */ set, /** @type {Kind[]} */ items) => [...set].sort((a, b) => a - b).map(i => items[i].name).join('.'), ids = (/** @type {Iterable<number>} */ list) => [...list].map(n => entities[n].id).join('~');
  const sel = state.sel;
  if (sel && sel.kind === 'node') p.set('e', entities[sel.node].id);
  if (sel && sel.kind === 'path') { p.set('path', ids([sel.nodes[0], sel.nodes[sel.nodes.length - 1]])); if (sel.way) p.set('way', String(sel.way + 1)); }
  if (sel && sel.kind === 'facts' && sel.doc !== undefined) p.set('d', articles[sel.doc].id); else if (sel && sel.kind === 'facts' && sel.facts.length <= 12) p.set('f', sel.facts.map(f => facts[f].id).join('~'));
  if (state.base === 'ego') p.set('ego', ids(state.egos));
  if (state.base === 'all' && D.all) p.set('all', '1');
  const base = new Set(baseShown()), added = [...state.shown].filter(n => !base.has(n)), gone = [...base].filter(n => !state.shown.has(n));
  if (added.length && added.length <= 80) p.set('with', ids(added));
  if (gone.length && gone.length <= 80) p.set('gone', ids(gone));
  if (state.hidden.size && state.hidden.size <= 80) p.set('hidden', ids(state.hidden));
  if (state.pinned.size && state.pinned.size <= 40) p.set('pin', ids(state.pinned));
  if (state.off.size) p.set('hide', names(state.off, kinds));
  if (state.offFacts.size) p.set('without', names(state.offFacts, factKinds));
  if (state.from) p.set('from', state.from);
  if (state.to) p.set('to', state.to);
  if (state.by !== 'event') p.set('by', state.by);
  if (!state.undated) p.set('dated', '1');
  if (state.place >= 0) p.set('in', places[state.place].id);
  if (state.least) p.set('least', String(state.least));
  if (state.sure) p.set('sure', String(state.sure));
  if (state.many) p.set('many', '1');
  if (state.view !== 'map') p.set('view', state.view);
  if (state.view === 'regions') { p.set('level', state.level); p.set('ties', state.relation); }
  if (lang !== D.language) p.set('lang', lang);
  if (state.theme) p.set('theme', state.theme);
  const text = '#' + p.toString().replace(/%2F/g, '/').replace(/%7E/g, '~');
  if (text === location.hash || (text === '#' && !location.hash)) return;
  try { if (entry) history.pushState(null, '', text); else history.replaceState(null, '', text); } catch (error) { /* a page inside a frame may not have a history */ }
}
/** What the picture holds before anything unfolds. @returns {number[]} */
function baseShown() {
  if (state.base === 'all') return entities.map((_, n) => n);
  if (state.base === 'first') return D.shown;
  const room = Math.max(12, Math.floor(64 / Math.max(1, state.egos.length)));
  return [...new Set(state.egos.reduce((/** @type {number[]} */ l, n) => l.concat(n, near(n).filter(m => factsOf[m].some(f => factOn[f] && facts[f].members.includes(n))).slice(0, room)), []))];
}
/** @param {string} id */
function numberOf(id) { const n = entityById.get(id); if (n !== undefined) return n; const named = entities.findIndex(x => x.name === id || x.code === id); return named >= 0 ? named : entities.findIndex(x => x.aliases.includes(id)); }
/** Make the state what the address says: at the start, and when the reader goes back. */
async function readHash() {
  // Nothing that happens on the way is an entry of the history.
  reading = true;
  try { await follow(); } finally { reading = false; }
  writeHash(false);
}
async function follow() {
  const p = new URLSearchParams(location.hash.slice(1)), was = { lang, theme: state.theme };
  const list = (/** @type {string} */ key) => (p.get(key) || '').split('~').filter(Boolean);
  if (server && server.lazy) for (const id of [...list('e'), ...list('ego'), ...list('path'), ...list('with')].slice(0, 30)) if (numberOf(id) < 0) { try { await server.fetchEntity(id); } catch (error) { /* said below */ } }
  const numbers = (/** @type {string} */ key) => list(key).map(id => { const n = numberOf(id); if (n < 0) fault(t('wrongHash', id)); return n; }).filter(n => n >= 0);
  const pick = (/** @type {string} */ key, /** @type {Kind[]} */ items) => new Set((p.get(key) || '').split('.').map(name => items.findIndex(x => x.name === name)).filter(i => i >= 0));
  const place = p.get('in'), placeNumber = place ? placeById.get(place) ?? places.findIndex(x => x.name === place) : -1;
  if (place && placeNumber < 0) fault(t('wrongHash', place));
  const asked = p.get('lang'), theme_ = p.get('theme'), view = p.get('view') || 'map', many = p.get('many') === '1';
  lang = asked && WORDS[asked] ? asked : WORDS[D.language] ? D.language : 'zh';
  if (many !== state.many) lines = null;
  Object.assign(state, {
    off: pick('hide', kinds), offFacts: pick('without', factKinds), from: /^\d{4}(-\d\d)?$/.test(p.get('from') || '') ? p.get('from') : '', to: /^\d{4}(-\d\d)?$/.test(p.get('to') || '') ? p.get('to') : '', by: p.get('by') === 'published' ? 'published' : 'event',
    undated: p.get('dated') !== '1', place: placeNumber, least: Math.max(0, Number(p.get('least')) || 0), sure: Math.max(0, Math.min(1, Number(p.get('sure')) || 0)), many, theme: theme_ === 'dark' || theme_ === 'light' ? theme_ : null,
    view: ['table', 'time', 'regions'].includes(view) ? view : 'map', level: LEVELS.includes(p.get('level') || '') ? p.get('level') : 'province', relation: T.relations[p.get('ties') || ''] ? p.get('ties') : 'all', route: null,
  });
  if (!ready || lang !== was.lang || state.theme !== was.theme) { theme(); language(); }
  state.pinned = new Set(numbers('pin'));
  evaluate();
  const egos = numbers('ego');
  if (egos.length) for (const n of egos) await more(n);
  if (egos.length) { state.base = 'ego'; state.egos = egos; state.shown = new Set(baseShown()); state.shown = new Set([...state.shown, ...state.pinned]); evaluate(); rings(egos, [...state.shown].filter(n => nodeOn[n])); grow = 1; } else if (p.get('all') === '1' && D.all) toAll(); else toFirst();
  state.hidden = new Set(numbers('hidden'));
  numbers('gone').forEach(n => state.shown.delete(n));
  evaluate();
  numbers('with').forEach(n => { const beside = near(n).find(m => nodeOn[m]); bring([n], beside === undefined ? n : beside); });
  state.sel = null;
  filters();
  refresh();
  if (!moved) fit();
  const path = numbers('path'), one = numbers('e'), some = list('f').map(id => factById.get(id)).filter(f => f !== undefined);
  if (path.length === 2) { await route(path[0], path[1]); const k = Number(p.get('way')) - 1; if (k > 0 && found[k]) showWay(k); } else if (one.length) await choose(one[0], true); else if (some.length) select({ kind: 'facts', facts: /** @type {number[]} */ (some), lines: linesOfFacts(/** @type {number[]} */ (some)), title: facts[/** @type {number} */ (some[0])].label || kindName(facts[/** @type {number} */ (some[0])]) }, false);
  else if (p.get('d')) await showDocument(String(p.get('d')));
  else if (!ready && D.focus.length === 1) await choose(D.focus[0], true);
  const query = p.get('q');
  if (query) { $('q').value = query; search(); }
}

// ---------------------------------------------------------------- look and language

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
function theme() { document.documentElement.dataset.theme = state.theme || (prefersDark.matches ? 'dark' : 'light'); readLook(); }
function restyle() { theme(); filters(); refresh(); engine.draw(); }
prefersDark.addEventListener('change', restyle);
function tools() {
  const dark = document.documentElement.dataset.theme === 'dark', root = $('tools');
  const tabs = ['map', 'table', 'time', 'regions'].map((view, k) => { const b = button('tool', t(view), () => setView(view)); b.setAttribute('aria-pressed', String(state.view === view)); b.setAttribute('aria-keyshortcuts', String(k + 1)); return b; });
  $('views').replaceChildren(...(places.length ? tabs : tabs.slice(0, 3)));
  $('views').setAttribute('aria-label', t('views'));
  /** @param {string} text @param {() => void} action @param {string} [hint] */
  const tool = (text, action, hint) => { const b = button('tool', text, action); if (hint) { b.title = hint; b.setAttribute('aria-label', hint); } return b; };
  const save = button('tool', t('save') + ' ▾', () => menu(save));
  save.setAttribute('aria-haspopup', 'menu');
  const back = tool('↶', undo, t('undo'));
  back.disabled = past.length === 0;
  root.replaceChildren(back, save, tool(dark ? '☀' : '☾', () => { state.theme = dark ? 'light' : 'dark'; restyle(); }, dark ? t('light') : t('dark')), tool(t('other'), () => { lang = lang === 'zh' ? 'en' : 'zh'; language(); restyle(); }), tool('?', showKeys, t('help')));
  if (server) { const a = el('a', 'tool', 'SPARQL'); a.href = server.sparql; root.append(a); }
}
/** @param {HTMLElement} by */
function menu(by) {
  const box = $('menu'), r = by.getBoundingClientRect();
  if (!box.hidden) { box.hidden = true; return; }
  box.replaceChildren(...Object.keys(SAVES).map(name => { const b = button('', t(name), () => { box.hidden = true; by.focus(); void SAVES[name](); }); b.setAttribute('role', 'menuitem'); return b; }));
  box.hidden = false;
  box.style.top = r.bottom + 4 + 'px';
  box.style.left = Math.max(8, Math.min(r.left, innerWidth - box.offsetWidth - 8)) + 'px';
  box.firstChild.focus();
}
$('menu').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  const all = [...$('menu').children], at = all.indexOf(document.activeElement);
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); event.stopPropagation(); all[(at + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length].focus(); }
});
addEventListener('pointerdown', event => { const box = $('menu'); if (!box.hidden && !box.contains(event.target) && !$('tools').contains(event.target)) box.hidden = true; });
function language() {
  T = WORDS[lang];
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  $('q').placeholder = t('search'); $('q').setAttribute('aria-label', t('search')); $('hits').setAttribute('aria-label', t('search')); $('search').setAttribute('aria-label', t('search'));
  const total = server ? server.total : { entities: entities.length, facts: facts.length, documents: articles.length };
  // Until a server has read all of a large store it knows of a part only.
  // A page without a name of its own is called what it is, in the language of the reader.
  if (Object.values(WORDS).some(words => words.title === D.title)) document.title = $('title').textContent = t('title');
  $('summary').textContent = server && server.total.more ? t('summaryMore', total.facts) : t('summary', total.entities, total.facts, total.documents);
  $('skip').textContent = t('skip'); $('net').setAttribute('aria-label', t('net')); $('filters').setAttribute('aria-label', t('filters')); $('panel').setAttribute('aria-label', t('panel')); $('tools').setAttribute('aria-label', t('tools')); $('more').textContent = t('more');
  $('zoom').replaceChildren(...(/** @type {[string, string, () => void][]} */ ([['+', 'zoomIn', () => zoom(1.35)], ['−', 'zoomOut', () => zoom(1 / 1.35)], ['⤢', 'fit', () => { moved = false; fit(); }]])).map(([sign, name, action]) => { const b = button('', sign, action); b.setAttribute('aria-label', t(name)); b.title = t(name); return b; }));
}

// ---------------------------------------------------------------- events

/** @type {Host} */
const host = {
  click(hit, shift) {
    if (!hit) { if (state.route !== null) { state.route = null; panel(); engine.draw(); } else select(null, false); return; }
    if (hit.line !== undefined) { chooseLine(hit.line); return; }
    const key = /** @type {number} */ (hit.key);
    if (key < 0) { chooseLine(linesAt(key)[0]); return; }
    if (shift && state.sel && state.sel.kind === 'node' && state.sel.node !== key) { void route(state.sel.node, key); return; }
    void choose(key, false);
  },
  twice(key) { if (key >= 0) void unfold(key, outside(key)); },
  hover(hit, x, y) {
    const tip = $('tip');
    tip.hidden = true;
    if (!hit) return;
    if (hit.line !== undefined) {
      const list = factsOn(hit.line);
      if (!list.length) return;
      tip.replaceChildren(list.length > 1 ? t('facts', list.length) : facts[list[0]].label || kindName(facts[list[0]]), ...list.slice(0, 4).map(f => el('small', '', [kindName(facts[f]), list.length > 1 ? facts[f].label : '', T.states[facts[f].status], facts[f].date || facts[f].words || t('undatedFact'), facts[f].money].filter(Boolean).join(' · '))));
    } else {
      const key = /** @type {number} */ (hit.key), fact = key < 0 ? facts[~key] : null;
      tip.replaceChildren(fact ? fact.label || kindName(fact) : called(key), el('small', '', fact ? [kindName(fact), fact.date || t('undatedFact')].join(' · ') : [word(entities[key].klass), ...whereOf(key).slice(-2), t('facts', factCount(key))].join(' · ')));
    }
    tip.hidden = false;
    const box = $('stage');
    tip.style.left = Math.min(x + 14, box.clientWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = Math.min(y + 14, box.clientHeight - tip.offsetHeight - 8) + 'px';
  },
  dragged(key) { if (key >= 0 && !state.pinned.has(key)) { state.pinned.add(key); writeHash(false); if (state.sel && state.sel.kind === 'node' && state.sel.node === key) panel(); } engine.draw(); },
  moved() { moved = true; $('tip').hidden = true; },
};
$('q').addEventListener('input', search);
$('q').addEventListener('blur', () => { $('hits').hidden = true; $('q').setAttribute('aria-expanded', 'false'); });
$('q').addEventListener('focus', () => { if ($('q').value) search(); });
$('q').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  if (event.isComposing) return; // Enter belongs to the input method while pinyin is being typed
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); if (hits.length) { current = (current + (event.key === 'ArrowDown' ? 1 : hits.length - 1)) % hits.length; markHit(); } }
  if (event.key === 'Enter') go(current);
});
$('more').addEventListener('click', moreNodes);
$('whole').addEventListener('click', () => { remember(); moved = false; state.sel = null; if (state.base === 'first' && D.all) toAll(); else toFirst(); refresh(true); fit(); });
/** One step back, from the innermost. */
function escape() {
  if (!$('menu').hidden) $('menu').hidden = true; else if (!$('reader').hidden) closeReader(); else if ($('q').value) closeSearch(); else if (state.route !== null) { state.route = null; panel(); engine.draw(); } else if (state.sel) select(null, false); else if (state.view !== 'map') setView('map');
  if (document.activeElement === $('q')) $('q').blur();
}
addEventListener('keydown', event => {
  if (event.isComposing || !ready) return;
  const active = /** @type {HTMLElement} */ (document.activeElement || document.body), typing = /TEXTAREA|SELECT/.test(active.tagName) || (active.tagName === 'INPUT' && !/checkbox/.test(/** @type {HTMLInputElement} */ (active).type));
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !typing) { event.preventDefault(); undo(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') { escape(); return; }
  if (typing) return;
  /** @type {Record<string, [number, number]>} */ const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const onPicture = $('net').contains(active) || active === document.body, chosen = state.sel && state.sel.kind === 'node' ? state.sel.node : -1;
  if (arrows[event.key]) { if (onPicture && state.view === 'map') { event.preventDefault(); step(...arrows[event.key]); } return; }
  if (event.key === 'Enter') { if ($('net').contains(active) && state.sel) $('panel').focus(); return; }
  /** @param {(n: number) => void} action */ const withNode = action => () => { if (chosen >= 0) action(chosen); };
  /** @type {Record<string, () => void>} */
  const keys = {
    '/': () => $('q').focus(), f: () => { moved = false; fit(); }, h: withNode(hide), p: withNode(pin), c: withNode(fold), g: withNode(n => void centre([n])), e: withNode(n => void unfold(n, outside(n))), r: withNode(startRoute), u: undo, '?': showKeys,
    1: () => setView('map'), 2: () => setView('table'), 3: () => setView('time'), 4: () => setView('regions'), t: () => setView(state.view === 'table' ? 'map' : 'table'), '+': () => zoom(1.35), '=': () => zoom(1.35), '-': () => zoom(1 / 1.35),
  };
  const action = keys[event.key.toLowerCase()];
  if (action) { event.preventDefault(); action(); }
});

// ---------------------------------------------------------------- the start

let turn = 0;
// The picture fits the window until its reader moves it.
new ResizeObserver(() => { cancelAnimationFrame(turn); turn = requestAnimationFrame(() => { if (!ready) return; engine.resize(); if (!moved && !state.sel) fit(); if (state.view === 'time' || state.view === 'regions') drawView(); }); }).observe($('stage'));
addEventListener('popstate', () => { if (ready) void readHash(); });
void (async () => {
  await unpack();
  absorb(D);
  // What was taken in is not kept twice.
  for (const name of ['nodes', 'facts', 'documents', 'sounds']) delete D[name];
  theme();
  T = WORDS[D.language] || WORDS.zh;
  evaluate();
  if (D.server) {
    server = makeServer(D.server);
    const home = el('a', '', $('title').textContent);
    home.href = server.home;
    $('title').replaceChildren(home);
  }
  engine = makeEngine($('net'), host);
  engine.resize();
  await readHash();
  ready = true;
  writeHash(false);
  past.length = 0;
  tools();
  $('busy').remove();
  document.documentElement.dataset.ready = 'yes';
})();
// What a test can ask.
Object.assign(window, { kg: { screen: (/** @type {number} */ key) => { const v = engine.view(), p = spot(key), r = $('net').getBoundingClientRect(); return [r.left + p[0] * v.k + v.x, r.top + p[1] * v.k + v.y]; }, number: numberOf, known: () => ({ entities: entities.length, facts: facts.length }), boxes: () => engine.boxes(), view: () => ({ ...engine.view() }), frames: () => engine.frames(), engine: () => engine.name, state, counts: () => ({ nodes: nodeOn.reduce((s, x) => s + x, 0), lines: allLines().filter(l => l.on).length, facts: factsInView().length, table: tableFacts().length }), find: (/** @type {string} */ text) => findEntities(text, 30).map(h => entities[h[0]].name), files: { svg: svgText, gexf: gexfText, csv: csvText, sparql: sparqlText, png: pngBlob }, all: toAll, refresh, fit, lineAt: (/** @type {number} */ a, /** @type {number} */ b) => allLines().findIndex(l => (l.a === a && l.b === b) || (l.a === b && l.b === a)) } });
