// The other ways to look: a table of facts, ties between regions as a matrix and a chord diagram, a timeline.

// ---------------------------------------------------------------- table

/** @type {((a: number, b: number) => number)[]} */
const SORTS = [
  (a, b) => facts[a].c - facts[b].c, (a, b) => (facts[a].label || '').localeCompare(facts[b].label || ''), (a, b) => entities[facts[a].members[0]].name.localeCompare(entities[facts[b].members[0]].name),
  (a, b) => -newer(a, b), (a, b) => (facts[a].worth || 0) - (facts[b].worth || 0), (a, b) => facts[a].status.localeCompare(facts[b].status), (a, b) => facts[a].sure - facts[b].sure,
];
/** On a server with more than the page has: say of how much the view speaks. @param {HTMLElement} root */
function partOnly(root) { if (server && server.lazy && facts.length < server.total.facts) root.append(el('p', 'hint', t('partOnly', facts.length, server.total.facts))); }
/** What the table lists: the facts of the selection, else all that pass the filters. @returns {number[]} */
const tableFacts = () => (state.sel ? factsInView() : facts.map((_, f) => f).filter(f => factOn[f] && !facts[f].members.every(n => state.off.has(entities[n].kind)) && !facts[f].members.some(n => state.hidden.has(n))));
/** @param {HTMLElement} root @returns {number[]} the facts in it */
function tableView(root) {
  const [column, down] = state.sort, list = tableFacts().sort((a, b) => (down ? SORTS[column](b, a) : SORTS[column](a, b)) || newer(a, b));
  const table = el('table', '', el('caption', '', t('caption', list.length))), head = el('tr'), body = el('tbody');
  T.cols.forEach((/** @type {string} */ name, /** @type {number} */ k) => {
    const th = el('th', '', SORTS[k] ? button('sort', name + (k === column ? (down ? ' ↓' : ' ↑') : ''), () => { state.sort = [k, k === column ? !down : k === 3 || k === 4 || k === 6]; drawView(); }) : name);
    th.scope = 'col';
    if (k === column) th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    head.append(th);
  });
  table.append(el('thead', '', head), body);
  /** @param {number} start @param {number} end */
  const rows = (start, end) => list.slice(start, end).forEach(f => {
    const fact = facts[f], first = fact.told[0], who = el('td');
    inRoles(fact).forEach(([role, nodes], k) => { if (k) who.append(el('br')); who.append(el('small', '', word(role) + ' '), ...listed(nodes)); });
    body.append(el('tr', '', el('td', 'nowrap', el('span', 'chip', lineIcon(factKinds[fact.c]), kindName(fact))), el('td', '', fact.label), who, el('td', 'nowrap', fact.date || fact.words), el('td', '', fact.money || sum(fact)), el('td', 'nowrap', T.states[fact.status]), el('td', 'nowrap', fact.sure.toFixed(2)), el('td', 'text', first ? quoteOf(first) : ''), el('td', '', first ? sourceOf(first) : '')));
  });
  let end = 150;
  rows(0, end);
  root.append(table);
  if (!list.length) root.append(el('p', 'none', t('empty'), el('br'), narrowed() || state.off.size ? button('pill', t('reset'), clearFilters) : ''));
  if (list.length > end) { const b = button('pill', t('showAll', list.length - end), () => { rows(end, end + 400); end += 400; b.textContent = t('showAll', list.length - end); if (end >= list.length) b.remove(); }); root.append(b); }
  return list;
}

// ---------------------------------------------------------------- regions

/** Classes of facts by the kind of tie. @type {Record<string, string[]>} */
const TIES = { agree: ['Agreement'], invest: ['Investment', 'Acquisition', 'Establishment', 'Construction'], move: ['Settlement'] };
/** Facts between regions at a level: pairs of places that each fact joins, by the lines that are drawn for it; a company counts
 * where its name or what it belongs to puts it. @returns {{pairs: Map<string, number[]>, weight: Map<number, number>, facts: Set<number>}} */
function regionTies() {
  /** @type {Map<string, number[]>} */ const pairs = new Map();
  /** @type {Map<number, number>} */ const weight = new Map();
  /** @type {Set<number>} */ const used = new Set();
  facts.forEach((fact, f) => {
    const name = factKinds[fact.c].name;
    if (!factOn[f] || fact.status === 'denied' || !(state.relation === 'all' ? Object.values(TIES).some(list => list.includes(name)) : TIES[state.relation].includes(name))) return;
    /** @type {Map<string, [number, number]>} */ const joined = new Map();
    /** @param {number} a @param {number} b @param {boolean} directed */
    const join = (a, b, directed) => { if (a < 0 || b < 0) return; const [p, q] = directed || a <= b ? [a, b] : [b, a]; joined.set(p + ' ' + q, [p, q]); };
    const region = (/** @type {number} */ n) => regionOf(n, state.level);
    // A move leads from the place that is left to the place that is gone to.
    const roles = inRoles(fact), at = (/** @type {string} */ role) => (roles.find(r => r[0] === role) || ['', []])[1].map(region);
    if (at('origin').length && at('location').length) at('origin').forEach(a => at('location').forEach(b => join(a, b, true)));
    else if (fact.links) fact.links.forEach(k => join(region(k.from), region(k.to), k.directed));
    else fact.members.forEach((n, i) => fact.members.slice(i + 1).forEach(m => join(region(n), region(m), false)));
    // Who invests and where: a link may end at a company without a place while the fact names the place.
    if (!joined.size) at('location').forEach(b => fact.members.forEach(n => { const a = region(n); if (a >= 0 && a !== b) join(a, b, true); }));
    for (const [key, [a, b]] of joined) {
      const list = pairs.get(key);
      if (list) list.push(f); else pairs.set(key, [f]);
      weight.set(a, (weight.get(a) || 0) + 1);
      if (a !== b) weight.set(b, (weight.get(b) || 0) + 1);
      used.add(f);
    }
  });
  return { pairs, weight, facts: used };
}
/** @param {HTMLElement} root @returns {number[]} the facts in it */
function regionView(root) {
  const bars = el('div', 'switches');
  /** @param {string} name @param {[string, string][]} options @param {string} now @param {(value: string) => void} change */
  const choice = (name, options, now, change) => { const box = el('div', 'choice', el('span', '', name)); box.setAttribute('role', 'group'); box.setAttribute('aria-label', name); options.forEach(([value, text]) => { const b = button('pill', text, () => { change(value); refresh(); }); b.setAttribute('aria-pressed', String(value === now)); box.append(b); }); return box; };
  bars.append(choice(t('level'), Object.entries(T.levels), state.level, value => { state.level = value; }), choice(t('relation'), Object.entries(T.relations), state.relation, value => { state.relation = value; }));
  root.append(bars);
  const ties = regionTies(), all = [...ties.weight].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(x => x[0]);
  // Those that have ties to others come first: what is inside of one place alone says nothing about ties.
  const tied = new Set([...ties.pairs.keys()].map(k => k.split(' ').map(Number)).filter(([a, b]) => a !== b).reduce((/** @type {number[]} */ l, p) => l.concat(p), []));
  const room = root.clientWidth, most = room < 700 ? 12 : room < 1200 ? 15 : room > 2000 ? 36 : 22, first = all.filter(p => tied.has(p)).concat(all.filter(p => !tied.has(p))).slice(0, most);
  // Nor does one say anything whose ties are all to those that found no room.
  const list = first.filter(p => first.some(q => ties.pairs.has(p + ' ' + q) || ties.pairs.has(q + ' ' + p)));
  if (!list.length) { root.append(el('p', 'none', t('noRegions'))); return []; }
  root.append(el('h3', '', t('matrix', T.levels[state.level], ties.facts.size)), el('p', 'hint', t('matrixHint')));
  /** @param {number} a @param {number} b @returns {number[]} */
  const cell = (a, b) => [...new Set([...(ties.pairs.get(a + ' ' + b) || [])])];
  /** @param {number} a @param {number} b */
  const open = (a, b) => { const both = [...new Set([...cell(a, b), ...cell(b, a)])]; select({ kind: 'facts', facts: both, lines: linesOfFacts(both), title: a === b ? `${places[a].name} · ${t('within')}` : t('between', places[a].name, places[b].name) }, false); };
  const table = el('table', 'matrix'), head = el('tr', '', el('td'));
  list.forEach(p => { const th = el('th', 'col', el('span', '', short(places[p].name, 8))); th.scope = 'col'; th.title = places[p].name; head.append(th); });
  const body = el('tbody'), top = Math.max(1, ...[...ties.pairs].filter(([k]) => { const [a, b] = k.split(' '); return a !== b; }).map(x => x[1].length));
  list.forEach(a => {
    const name = button('link', short(places[a].name, 9), () => { const n = entityById.get(places[a].id); if (n !== undefined) choose(n, true); }), row = el('tr', '', el('th', 'row', name));
    row.firstChild.scope = 'row';
    list.forEach(b => {
      // An agreement has no direction: it stands in both halves.
      const directed = cell(a, b), mutual = a === b ? [] : cell(b, a).filter(f => factKinds[facts[f].c].name === 'Agreement'), here = [...new Set([...directed.filter(f => a <= b || factKinds[facts[f].c].name !== 'Agreement'), ...mutual, ...directed])];
      const td = el('td', a === b ? 'own' : '');
      if (here.length) {
        const x = button('cell', String(here.length), () => open(a, b)), share = a === b ? 0.1 : here.length > top * 0.6 ? 1 : 0.15 + 0.5 * Math.sqrt(here.length / top) * 0.6;
        // The strongest have light letters on a full ground, the others dark ones on a pale ground: both can be read.
        x.style.background = mix(look.card, look.accent, Math.round(share * 20) / 20);
        x.style.color = share === 1 ? look.card : look.fg;
        x.setAttribute('aria-label', `${places[a].name} – ${places[b].name}: ${t('facts', here.length)}`);
        x.title = x.getAttribute('aria-label') || '';
        td.append(x);
      }
      row.append(td);
    });
    body.append(row);
  });
  table.setAttribute('aria-label', t('matrix', T.levels[state.level], ties.facts.size));
  table.append(el('thead', '', head), body);
  root.append(el('div', 'two', el('div', 'scroll', table), chord(list.filter(p => tied.has(p)).slice(0, 16), cell, open)));
  if (all.length > list.length) root.append(el('p', 'hint', t('restRegions', all.length - list.length)));
  return [...ties.facts];
}
/** Regions on a circle, bands between those that have ties. @param {number[]} list @param {(a: number, b: number) => number[]} cell @param {(a: number, b: number) => void} open */
function chord(list, cell, open) {
  const box = el('figure', 'chord'), size = 600, mid = size / 2, R = 176, pad = 0.035;
  const w = list.map(a => list.map(b => (a === b ? 0 : new Set([...cell(a, b), ...cell(b, a)]).size))), sums = w.map(r => r.reduce((s, x) => s + x, 0)), total = sums.reduce((s, x) => s + x, 0);
  if (!total) return '';
  const keep = list.map((_, i) => i).filter(i => sums[i] > 0), turn = 2 * Math.PI - pad * keep.length, start = new Map(), used = new Map();
  let angle = -Math.PI / 2;
  keep.forEach(i => { start.set(i, angle); used.set(i, 0); angle += (sums[i] / total) * turn + pad; });
  const colours = factKinds.map((_, k) => lineColour(k)).concat(kinds.map(k => shade(k.colour)));
  /** @param {number} a @param {number} r */ const at = (a, r) => `${(mid + Math.cos(a) * r).toFixed(1)} ${(mid + Math.sin(a) * r).toFixed(1)}`;
  const picture = svg('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': t('chord') }), bands = svg('g', {}), arcs = svg('g', {});
  /** @param {number} i @param {number} share */
  const take = (i, share) => { const from = start.get(i) + (used.get(i) / total) * turn; used.set(i, used.get(i) + share); return [from, from + (share / total) * turn]; };
  // A band has the colour of the end with fewer ties: who has ties with all others would give all of them its own.
  keep.forEach((i, k) => keep.slice(k + 1).forEach(j => {
    if (!w[i][j]) return;
    const [a0, a1] = take(i, w[i][j]), [b0, b1] = take(j, w[i][j]), colour = colours[(sums[i] <= sums[j] ? k : keep.indexOf(j)) % colours.length];
    const path = svg('path', { d: `M${at(a0, R)}A${R} ${R} 0 ${a1 - a0 > Math.PI ? 1 : 0} 1 ${at(a1, R)}Q${mid} ${mid} ${at(b0, R)}A${R} ${R} 0 ${b1 - b0 > Math.PI ? 1 : 0} 1 ${at(b1, R)}Q${mid} ${mid} ${at(a0, R)}Z`, fill: colour, class: 'band' });
    path.append(svg('title', {}, document.createTextNode(`${places[list[i]].name} – ${places[list[j]].name}: ${t('facts', w[i][j])}`)));
    path.addEventListener('click', () => open(list[i], list[j]));
    bands.append(path);
  }));
  keep.forEach((i, k) => {
    const a0 = start.get(i), a1 = a0 + (sums[i] / total) * turn, colour = colours[k % colours.length], p = list[i], m = (a0 + a1) / 2, left = Math.cos(m) < 0;
    const arc = svg('path', { d: `M${at(a0, R + 3)}A${R + 3} ${R + 3} 0 ${a1 - a0 > Math.PI ? 1 : 0} 1 ${at(a1, R + 3)}L${at(a1, R + 15)}A${R + 15} ${R + 15} 0 ${a1 - a0 > Math.PI ? 1 : 0} 0 ${at(a0, R + 15)}Z`, fill: colour, class: 'arc' });
    arc.append(svg('title', {}, document.createTextNode(`${places[p].name}: ${sums[i]}`)));
    const text = svg('text', { x: 0, y: 0, transform: `translate(${at(m, R + 22).replace(' ', ',')}) rotate(${((m * 180) / Math.PI + (left ? 180 : 0)).toFixed(1)})`, 'text-anchor': left ? 'end' : 'start', 'dominant-baseline': 'central' }, document.createTextNode(short(places[p].name, 6) + ' ' + sums[i]));
    const act = () => { const n = entityById.get(places[p].id); if (n !== undefined) choose(n, true); };
    arc.addEventListener('click', act); text.addEventListener('click', act);
    arcs.append(arc, text);
  });
  picture.append(bands, arcs);
  box.append(picture, el('figcaption', 'hint', t('chord')));
  return box;
}

// ---------------------------------------------------------------- timeline

/** A day as a number of days, month ends at most 31. @param {string} day */
const dayNumber = day => { const [y, m, d] = day.split('-').map(Number); return y * 372 + (m - 1) * 31 + (d - 1); };
/** @param {HTMLElement} root @returns {number[]} the facts in it */
function timeView(root) {
  const sel = state.sel, node = sel && sel.kind === 'node' ? sel.node : -1, own = node >= 0 ? placeById.get(entities[node].id) : undefined;
  let list = sel ? factsInView() : facts.map((_, f) => f).filter(f => factOn[f]);
  if (own !== undefined) list = facts.map((_, f) => f).filter(f => factOn[f] && facts[f].members.some(n => inside(n, own)));
  root.append(el('h3', '', node >= 0 ? t('timeOf', entities[node].name) : t('timeAll')), el('p', 'hint', [t('caption', list.length), t('timeHint'), own !== undefined ? t('placeTime') : ''].filter(Boolean).join(' · ')));
  const dated = list.filter(f => facts[f].first !== null).sort((a, b) => String(facts[a].first).localeCompare(String(facts[b].first)) || a - b), undated = list.filter(f => facts[f].first === null);
  if (!dated.length) root.append(el('p', 'none', t('noTime')));
  else {
    const width = Math.max(320, root.clientWidth - 40), y0 = Number(String(facts[dated[0]].first).slice(0, 4)), y1 = dated.reduce((m, f) => Math.max(m, Number(String(facts[f].last).slice(0, 4))), 0) + 1, side = width < 600 ? 8 : 92, span = (y1 - y0) * 372;
    /** @param {number} day */ const x = day => side + ((day - y0 * 372) / span) * (width - side - 12);
    const lanes = svg('g', {}), used = [...new Set(dated.map(f => facts[f].c))].sort((a, b) => a - b), limit = 400;
    let y = 30;
    const font = '11.5px ' + FONT, gauge = new SvgPen(1, 1);
    gauge.font = font;
    for (const c of used) {
      const here = dated.filter(f => facts[f].c === c), rows = /** @type {number[]} */ ([]), top = y;
      for (const f of here.slice(-limit)) {
        const fact = facts[f], from = x(dayNumber(String(fact.first))), to = Math.max(from + 6, x(dayNumber(String(fact.last)) + 1)), precise = (fact.date || '').length, others = fact.members.filter(n => n !== node).map(n => entities[n].name), whole = (fact.label ? fact.label + ' ' : '') + others.join(T.joined);
        // Where neither side has room for the words the larger one takes what it can of them.
        const side0 = from - 8 - side, side1 = width - 12 - to;
        let most = 26, text = short(whole, most), w = gauge.measureText(text).width;
        while (w > Math.max(side0, side1) && most > 4) { text = short(whole, --most); w = gauge.measureText(text).width; }
        // The words stand behind the bar, or before it where the window ends.
        const before = to + 6 + w > width - 4 && from - 6 - w > side, reachFrom = before ? from - w - 8 : from, reachTo = before ? to : to + w + 10;
        let row = rows.findIndex(end => end < reachFrom);
        if (row < 0) row = rows.push(0) - 1;
        rows[row] = reachTo;
        const cy = top + row * 20 + 9, g = svg('g', { class: 'mark', tabindex: 0, role: 'button', 'aria-label': `${fact.date}: ${kindName(fact)} ${text}` });
        // A day is a dot, a month a short bar, a year or a period a pale bar of its whole length.
        if (precise === 10 && fact.first === fact.last) g.append(svg('circle', { cx: from + 3, cy, r: 4.5, fill: lineColour(c) }));
        else g.append(svg('rect', { x: from, y: cy - 5, width: to - from, height: 10, rx: 5, fill: mix(lineColour(c), look.stage, precise === 4 || precise === 0 ? 0.55 : 0.2), stroke: lineColour(c), 'stroke-dasharray': fact.status === 'planned' ? '3 3' : 'none' }));
        g.append(svg('text', { x: before ? from - 6 : to + 5, y: cy, 'text-anchor': before ? 'end' : 'start', 'dominant-baseline': 'central', 'font-size': 11.5, fill: look.fg, 'text-decoration': fact.status === 'denied' ? 'line-through' : 'none' }, document.createTextNode(text)), svg('title', {}, document.createTextNode(`${fact.date} ${kindName(fact)} ${fact.label || ''} ${others.join(T.joined)}`)));
        const act = () => select({ kind: 'facts', facts: [f], lines: linesOfFacts([f]), title: fact.label || kindName(fact) }, false, true);
        g.addEventListener('click', act);
        g.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); event.stopPropagation(); act(); } });
        lanes.append(g);
      }
      const high = Math.max(1, rows.length) * 20;
      if (side > 20) lanes.append(svg('text', { x: 0, y: top + 9, 'dominant-baseline': 'central', 'font-size': 12, fill: mix(lineColour(c), look.fg, 0.35), 'font-weight': 600 }, document.createTextNode(short(label(factKinds[c]), 6) + ' ' + here.length)));
      lanes.append(svg('line', { x1: 0, x2: width, y1: top + high + 4, y2: top + high + 4, stroke: look.line }));
      y = top + high + 10;
    }
    const picture = svg('svg', { width, height: y + 4, class: 'timeline', role: 'group', 'aria-label': t('time') }), ticks = svg('g', {}), step = Math.max(1, Math.ceil(((y1 - y0) * 46) / (width - side)));
    for (let year = y0; year <= y1; year++) { if ((year - y0) % step) continue; const at = x(year * 372); ticks.append(svg('line', { x1: at, x2: at, y1: 20, y2: y, stroke: look.line })); if (year < y1) ticks.append(svg('text', { x: at + 3, y: 12, 'font-size': 11, fill: look.mute }, document.createTextNode(String(year)))); }
    picture.append(ticks, lanes);
    root.append(el('div', 'scroll', picture));
  }
  if (undated.length) {
    root.append(el('h3', '', `${t('undatedList')} · ${undated.length}`));
    const rest = el('div', 'cols');
    cards(rest, undated, 12);
    root.append(rest);
  }
  return list;
}
