// What is known and what of it is shown: entities, facts, articles and places by number, filters, selection.

/** @typedef {{name: string, kind: number, klass: string, aliases: string[], code: string | null, place: number, size: number, id: string, total: number}} Entity */
/** @typedef {{doc: number, quote: string, marks: [number, number][], sure: number, rule: string, start: number, end: number}} Telling */
/** @typedef {{title: string | null, date: string | null, source: string | null, url: string | null, id: string, paragraphs: [number, string, [number, number, number][]][] | null}} Article */
/** @typedef {{id: string, name: string, level: string | null, parent: number}} Place */
/** @typedef {{relation: string, from: number, to: number, directed: boolean}} Link */
/** @typedef {{id: string, c: number, klass: string | null, roles: [string, number][], members: number[], links: Link[] | null, label: string | null, date: string | null, words: string | null, first: string | null, last: string | null, amount: string | null, upper: string | null, worth: number | null, money: string | null, bound: string | null, currency: string | null, status: string, extra: [string, string][], sure: number, told: Telling[]}} Fact */
/** @typedef {{name: string, zh: string, en: string, colour: string, shape: string}} Kind */
/** A drawn line between two keys (an entity's number, or ~number for the own node of a fact) with all facts that it stands for.
 * @typedef {{a: number, b: number, parts: {f: number, relation: string, from: number, to: number, directed: boolean}[], on: number, sig: number}} Line */
/** @typedef {{kind: 'node', node: number} | {kind: 'facts', facts: number[], lines: number[], title: string, doc?: number} | {kind: 'path', nodes: number[], steps: number[][], lines: number[], way: number}} Chosen */

/** @param {string} id @returns {any} */
const $ = id => document.getElementById(id);
/** @param {string} id @returns {any} */
const jsonOf = id => JSON.parse($(id).textContent);
/** What came with the page, without what `absorb` has taken out of it. @type {any} */ const D = {};
/** Read what came with the page: as text, or where there is much of it, packed. */
async function unpack() {
  const box = $('kg-data');
  if (box.type !== 'application/gzip') { Object.assign(D, jsonOf('kg-data')); return; }
  if (typeof DecompressionStream === 'undefined') throw new Error('This browser is too old for a graph of this size; it takes Chromium 80, Firefox 113, Safari 16.4 or later. 浏览器版本过旧，打不开这样大的图谱；请用 Chromium 80、Firefox 113、Safari 16.4 或更新的版本。');
  const text = atob(box.textContent), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  Object.assign(D, await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json());
}
const FIRST = jsonOf('kg-first');

/** @type {Entity[]} */ const entities = [];
/** @type {Fact[]} */ const facts = [];
/** @type {Article[]} */ const articles = [];
/** @type {Place[]} */ const places = [];
/** @type {Kind[]} */ const kinds = [];
/** @type {Kind[]} */ const factKinds = [];
/** @type {Record<string, [string, string]>} */ const labels = {};
/** @type {Record<string, string>} */ const sounds = {};
/** @type {number[][]} */ const factsOf = [];
/** @type {Map<string, number>} */ const entityById = new Map();
/** @type {Map<string, number>} */ const factById = new Map();
/** @type {Map<string, number>} */ const articleById = new Map();
/** @type {Map<string, number>} */ const placeById = new Map();

/** Take in a part: the whole of a file at its start, or what a server adds later; what is known already stays.
 * @param {any} part @returns {{nodes: number[], facts: number[]}} the numbers of what the part holds */
function absorb(part) {
  /** @param {Kind[]} known @param {any[]} given */
  const kindsOf = (known, given) => given.map(k => { let i = known.findIndex(x => x.name === k.name); if (i < 0) i = known.push(k) - 1; return i; });
  const kindAt = kindsOf(kinds, part.classes), factKindAt = kindsOf(factKinds, part.factClasses);
  Object.assign(labels, part.labels);
  Object.assign(sounds, part.sounds);
  /** @type {number[]} */
  const placeAt = part.places.map((/** @type {any[]} */ row) => {
    let i = placeById.get(row[0]);
    if (i === undefined) { i = places.push({ id: row[0], name: row[1], level: row[2], parent: -1 }) - 1; placeById.set(row[0], i); }
    return i;
  });
  part.places.forEach((/** @type {any[]} */ row, /** @type {number} */ k) => { if (row[3] >= 0) places[placeAt[k]].parent = placeAt[row[3]]; });
  /** @type {number[]} */
  const nodeAt = part.nodes.map((/** @type {any[]} */ row) => {
    const [name, kind, klass, aliases, code, place, size, id, total] = row;
    let n = entityById.get(id);
    if (n === undefined) {
      n = entities.push({ name, kind: kindAt[kind], klass, aliases, code, place: place >= 0 ? placeAt[place] : -1, size, id, total: total || 0 }) - 1;
      entityById.set(id, n);
      factsOf.push([]);
    } else {
      entities[n].total = Math.max(entities[n].total, total || 0);
      if (place >= 0 && entities[n].place < 0) entities[n].place = placeAt[place];
    }
    return n;
  });
  /** @type {number[]} */
  const articleAt = part.documents.map((/** @type {any[]} */ row) => {
    let i = articleById.get(row[4]);
    const paragraphs = row[5] && row[5].map((/** @type {any[]} */ p) => [p[0], p[1], p[2].map((/** @type {number[]} */ m) => [m[0], m[1], nodeAt[m[2]]])]);
    if (i === undefined) { i = articles.push({ title: row[0], date: row[1], source: row[2], url: row[3], id: row[4], paragraphs }) - 1; articleById.set(row[4], i); } else if (paragraphs) articles[i].paragraphs = paragraphs;
    return i;
  });
  const found = part.facts.map((/** @type {any} */ row) => {
    const known = factById.get(row.i);
    if (known !== undefined) return known;
    const roles = row.r;
    for (const role of roles) role[1] = nodeAt[role[1]];
    /** @type {Fact} */
    const fact = {
      id: row.i, c: factKindAt[row.c], klass: row.k || null, roles, members: roles.length === 2 && roles[0][1] !== roles[1][1] ? [roles[0][1], roles[1][1]] : [...new Set(/** @type {number[]} */ (roles.map((/** @type {[string, number]} */ r) => r[1])))],
      links: row.e ? row.e.map((/** @type {any[]} */ e) => ({ relation: e[0], from: nodeAt[e[1]], to: nodeAt[e[2]], directed: e[3] === 1 })) : null,
      label: row.l || null, date: row.d || null, words: row.w || null, first: row.p ? row.p[0] : null, last: row.p ? row.p[1] : null,
      amount: row.a || null, upper: row.u || null, worth: row.a ? Number(row.u || row.a) : null, money: row.x || null, bound: row.b || null, currency: row.m || null,
      status: row.s || 'done', extra: row.q || [], sure: row.f,
      told: row.t.map((/** @type {any[]} */ t) => ({ doc: articleAt[t[0]], quote: t[1], marks: t[2], sure: t[3], rule: t[4], start: t[5], end: t[6] })),
    };
    const f = facts.push(fact) - 1;
    factById.set(fact.id, f);
    fact.members.forEach(n => factsOf[n].push(f));
    return f;
  });
  nearCache.clear();
  lines = null;
  named.clear();
  for (const entity of entities) named.set(entity.name, (named.get(entity.name) || 0) + 1);
  return { nodes: nodeAt, facts: found };
}

/** @type {Map<number, number[]>} */ const nearCache = new Map();
/** The entities that share a fact with one, the important first. @param {number} n @returns {number[]} */
function near(n) {
  let list = nearCache.get(n);
  if (!list) {
    const set = new Set();
    for (const f of factsOf[n]) for (const m of facts[f].members) if (m !== n) set.add(m);
    list = [...set].sort((a, b) => entities[b].size - entities[a].size || a - b);
    nearCache.set(n, list);
  }
  return list;
}
/** How many facts an entity takes part in, here or on the server. @param {number} n */
const factCount = n => Math.max(entities[n].total, factsOf[n].length);

// ---------------------------------------------------------------- places

/** A place and everything above it, the nearest first. @param {number} p @returns {number[]} */
function above(p) {
  const chain = [];
  for (let at = p; at >= 0 && chain.length < 12; at = places[at].parent) chain.push(at);
  return chain;
}
/** Where an entity is, from the top down, without itself. @param {number} n */
function whereOf(n) { return above(entities[n].place).filter(p => places[p].id !== entities[n].id).reverse().map(p => places[p].name); }
/** @param {number} n @param {number} place */
const inside = (n, place) => entities[n].place >= 0 && above(entities[n].place).includes(place);
/** How many bear a name. @type {Map<string, number>} */ const named = new Map();
/** The name of an entity as it is shown: of several of one name (白云区 of 广州 and of 贵阳) with where each is. @param {number} n */
function called(n) {
  const name = entities[n].name, where = (named.get(name) || 0) > 1 ? whereOf(n) : [];
  return where.length ? `${name}(${where[where.length - 1]})` : name;
}
const LEVELS = ['province', 'prefecture', 'county'];
/** The region of an entity at a level: its own or the one above; where the level is missing (a district right under
 * a municipality) the next one up. @param {number} n @param {string} level @returns {number} */
function regionOf(n, level) {
  const chain = above(entities[n].place), most = LEVELS.indexOf(level);
  const at = chain.find(p => places[p].level !== null && LEVELS.includes(/** @type {string} */ (places[p].level)) && LEVELS.indexOf(/** @type {string} */ (places[p].level)) <= most);
  return at === undefined ? -1 : at;
}

// ---------------------------------------------------------------- state

/** @typedef {{sel: Chosen | null, off: Set<number>, offFacts: Set<number>, place: number, least: number, sure: number, by: string, from: string, to: string, undated: boolean, many: boolean, shown: Set<number>, hidden: Set<number>, pinned: Set<number>, base: 'first' | 'all' | 'ego', egos: number[], view: string, theme: string | null, route: number | null, level: string, relation: string, sort: [number, boolean]}} State */
/** @type {State} */
const state = {
  sel: null,
  // Filters.
  off: new Set(), offFacts: new Set(), place: -1, least: 0, sure: 0, by: 'event', from: '', to: '', undated: true, many: false,
  // What is in the picture: a base (the first picture, everything, or what is around some entities) and what was changed since.
  base: 'first', egos: [], shown: new Set(), hidden: new Set(), pinned: new Set(),
  view: 'map', theme: null, route: null, level: 'province', relation: 'all', sort: [3, true],
};
let factOn = new Uint8Array(0), nodeOn = new Uint8Array(0), hubOn = new Uint8Array(0);
/** @type {Line[] | null} */ let lines = null;
/** @type {Map<number, number[]>} */ let linesOf = new Map();

/** Facts of an own node: those without links, and where wanted all of three parties or more. @param {number} f */
const isHub = f => facts[f].links === null || (state.many && facts[f].members.length > 2);

/** All lines of the graph; made again when facts come or many parties become nodes. @returns {Line[]} */
function allLines() {
  if (lines) return lines;
  /** @type {Line[]} */ const made = [];
  /** @type {Map<number, number>} */ const at = new Map();
  linesOf = new Map();
  // Two keys as one number: a text for each of fifty thousand lines takes four times as long.
  const base = facts.length, width = base + entities.length;
  /** @param {number} a @param {number} b @param {Line['parts'][0]} part */
  const put = (a, b, part) => {
    const key = (Math.min(a, b) + base) * width + Math.max(a, b) + base;
    let i = at.get(key);
    if (i === undefined) {
      i = made.push({ a, b, parts: [], on: 0, sig: -1 }) - 1;
      at.set(key, i);
      for (const end of [a, b]) { const list = linesOf.get(end); if (list) list.push(i); else linesOf.set(end, [i]); }
    }
    made[i].parts.push(part);
  };
  facts.forEach((fact, f) => {
    if (isHub(f)) fact.roles.forEach(([role, n]) => put(n, ~f, { f, relation: role, from: ~f, to: n, directed: false }));
    else /** @type {Link[]} */ (fact.links).forEach(k => put(k.from, k.to, { f, relation: k.relation, from: k.from, to: k.to, directed: k.directed }));
  });
  lines = made;
  return made;
}
/** @param {number} key */
const linesAt = key => linesOf.get(key) || [];

/** First and last day for the bars of the filter of time; null where none is known. @param {Fact} fact @returns {[string, string] | null} */
function timeOf(fact) {
  if (state.by === 'event') return fact.first === null ? null : [fact.first, /** @type {string} */ (fact.last)];
  const days = fact.told.map(t => articles[t.doc].date).filter(d => d !== null).sort();
  return days.length ? [firstDay(/** @type {string} */ (days[0])), lastDay(/** @type {string} */ (days[days.length - 1]))] : null;
}
/** Does a fact stand in the time asked for: its own, or any day on which it was published? @param {Fact} fact */
function inTime(fact) {
  const from = state.from && firstDay(state.from), to = state.to && lastDay(state.to);
  if (state.by === 'event') return fact.first === null ? state.undated : (!from || String(fact.last) >= from) && (!to || fact.first <= to);
  const days = fact.told.map(t => articles[t.doc].date).filter(d => d !== null);
  return days.length ? days.some(d => (!from || lastDay(String(d)) >= from) && (!to || firstDay(String(d)) <= to)) : state.undated;
}
/** @param {string} d */ const firstDay = d => d + '-01-01'.slice(d.length - 4);
/** @param {string} d */ const lastDay = d => d + '-12-31'.slice(d.length - 4);

/** The currency that most sums are in: a limit on amounts compares within it. */
function commonCurrency() {
  /** @type {Record<string, number>} */ const count = {};
  for (const fact of facts) if (fact.currency) count[fact.currency] = (count[fact.currency] || 0) + 1;
  return Object.keys(count).sort((a, b) => count[b] - count[a] || (a < b ? -1 : 1))[0] || 'CNY';
}
const narrowed = () => state.offFacts.size > 0 || state.place >= 0 || state.least > 0 || state.sure > 0 || state.from !== '' || state.to !== '' || !state.undated;

/** Decide what is on, by filters and by what is in the picture. */
function evaluate() {
  const all = allLines(), F = facts.length, N = entities.length, currency = commonCurrency();
  if (factOn.length !== F) { factOn = new Uint8Array(F); hubOn = new Uint8Array(F); }
  if (nodeOn.length !== N) nodeOn = new Uint8Array(N);
  const here = state.place >= 0 ? entities.map((_, n) => inside(n, state.place)) : null;
  const timed = state.from !== '' || state.to !== '' || !state.undated;
  for (let f = 0; f < F; f++) {
    const fact = facts[f];
    let on = !state.offFacts.has(fact.c) && fact.sure >= state.sure - 1e-9;
    if (on && timed) on = inTime(fact);
    if (on && state.least > 0) on = fact.worth !== null && fact.worth >= state.least && fact.currency === currency;
    if (on && here) on = fact.members.some(n => here[n]);
    factOn[f] = on ? 1 : 0;
  }
  const cut = narrowed();
  for (let n = 0; n < N; n++) nodeOn[n] = state.shown.has(n) && !state.hidden.has(n) && !state.off.has(entities[n].kind) && (!cut || state.pinned.has(n) || factsOf[n].some(f => factOn[f])) ? 1 : 0;
  for (let f = 0; f < F; f++) hubOn[f] = factOn[f] && isHub(f) && facts[f].members.filter(n => nodeOn[n]).length > 1 ? 1 : 0;
  for (const line of all) {
    let on = 0;
    if (keyOn(line.a) && keyOn(line.b)) for (const part of line.parts) on += factOn[part.f];
    line.on = on;
    line.sig = on ? signOf(line) : -1;
  }
  outsideCache.clear();
}
/** @param {number} key */
const keyOn = key => (key >= 0 ? nodeOn[key] === 1 : hubOn[~key] === 1);
/** A fact is seen where all its participants are. @param {number} f */
const factSeen = f => factOn[f] === 1 && facts[f].members.every(n => nodeOn[n] === 1);

/** How a line is drawn, as one number: class of its facts (the last one stands for several) and dash. @param {Line} line */
function signOf(line) {
  let c = -2, planned = true, refused = true;
  for (const { f } of line.parts) {
    if (!factOn[f]) continue;
    const fact = facts[f];
    c = c === -2 || c === fact.c ? fact.c : factKinds.length;
    planned = planned && fact.status === 'planned';
    refused = refused && (fact.status === 'denied' || fact.status === 'ended');
  }
  return c * 3 + (refused ? 2 : planned ? 1 : 0);
}
/** The facts of a line that are on. @param {number} i */
const factsOn = i => [...new Set(allLines()[i].parts.map(p => p.f))].filter(f => factOn[f]);

/** @type {Map<number, number[]>} */ const outsideCache = new Map();
/** Neighbours that could be unfolded: not in the picture, by facts that pass the filters. @param {number} n @returns {number[]} */
function outside(n) {
  let list = outsideCache.get(n);
  if (!list) { list = near(n).filter(m => !nodeOn[m] && !state.hidden.has(m) && !state.off.has(entities[m].kind) && factsOf[m].some(f => factOn[f] && facts[f].members.includes(n))); outsideCache.set(n, list); }
  return list;
}
/** The same by class of the fact that ties them. @param {number} n @returns {[number, number[]][]} */
function outsideByKind(n) {
  const wanted = new Set(outside(n));
  /** @type {Map<number, Set<number>>} */ const found = new Map();
  for (const f of factsOf[n]) {
    if (!factOn[f]) continue;
    for (const m of facts[f].members) if (wanted.has(m)) { const c = facts[f].c; if (!found.has(c)) found.set(c, new Set()); /** @type {Set<number>} */ (found.get(c)).add(m); }
  }
  return [...found].sort((a, b) => a[0] - b[0]).map(([c, set]) => [c, [...set].sort((a, b) => entities[b].size - entities[a].size || a - b)]);
}

/** What the selection lights: keys of nodes, and lines; null where nothing is selected. @returns {{keys: Set<number>, lines: Set<number>} | null} */
function lit() {
  const sel = state.sel, all = allLines();
  if (!sel) return null;
  /** @type {Set<number>} */ const keys = new Set(), on = new Set();
  /** @param {number} i */
  const add = i => { if (!all[i].on) return; on.add(i); keys.add(all[i].a); keys.add(all[i].b); };
  if (sel.kind === 'node') {
    keys.add(sel.node);
    for (const i of linesAt(sel.node)) { add(i); const hub = Math.min(all[i].a, all[i].b); if (hub < 0 && all[i].on) linesAt(hub).forEach(add); }
  } else sel.lines.forEach(add);
  if (sel.kind === 'path') sel.nodes.forEach(n => keys.add(n));
  return { keys, lines: on };
}

// ---------------------------------------------------------------- facts in order

/** Newest first, undated last. @param {number} a @param {number} b */
const newer = (a, b) => (facts[b].last || '').localeCompare(facts[a].last || '') || (facts[b].date || '').localeCompare(facts[a].date || '') || facts[b].sure - facts[a].sure || a - b;

/** Facts of the same class, name and participants that other documents tell otherwise (date, sum, status). @param {number} f @returns {number[]} */
function differing(f) {
  const one = facts[f];
  if (one.members.length < 2) return [];
  // What is alike has the same participants: it is among the facts of that one who is in fewest.
  const rare = one.members.reduce((least, n) => (factsOf[n].length < factsOf[least].length ? n : least)), alike = likeness(one);
  return factsOf[rare].filter(g => {
    if (g === f || facts[g].c !== one.c || facts[g].members.length !== one.members.length || likeness(facts[g]) !== alike) return false;
    const other = facts[g];
    // What one document tells twice are two events; what two tell of one day or of one sum is one that they tell differently.
    const apart = !other.told.some(t => one.told.some(u => u.doc === t.doc));
    const meet = one.first === null || other.first === null || (one.first <= /** @type {string} */ (other.last) && other.first <= /** @type {string} */ (one.last)) || (one.amount !== null && one.amount === other.amount);
    return apart && meet && (one.amount !== other.amount || one.date !== other.date || one.status !== other.status);
  });
}
/** @param {Fact} fact */
const likeness = fact => fact.c + '|' + (fact.klass || '') + '|' + (fact.label || '') + '|' + fact.roles.map(r => r.join(':')).sort().join('|');
