// The page of one network: search, filters, picture, facts with their sentences, table. No request is ever made.
// Data comes from two JSON elements; text from articles is only ever set as textContent.
(() => {
'use strict';
const $ = id => document.getElementById(id);
const fault = message => { const box = $('fault'); box.textContent = message; box.hidden = false; };
addEventListener('error', event => fault(event.message));
const D = JSON.parse($('kg-data').textContent), V = JSON.parse($('kg-vis').textContent);
const N = D.nodes.length, F = D.facts.length;
const NAME = 0, CLASS = 1, KIND = 2, ALIASES = 3, CODE = 4, WHERE = 5, SIZE = 6, ID = 7;
const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';

// ---------------------------------------------------------------- words

const WORDS = {
zh: {
  search: '搜索名称、拼音或首字母', noHit: q => `没有找到“${q}”`, fit: '全图', table: '表格', map: '图谱', png: '存为图片', dark: '深色', light: '浅色', other: 'EN',
  entities: '实体', kinds: '事实', time: '时间', undated: '包括没有日期的事实', sure: '最低置信度', all: '全选', none: '全不选', reset: '清除筛选',
  summary: (n, f, d) => `${n} 个实体 · ${f} 条事实 · ${d} 篇文章`,
  status: (a, n, b, f) => `显示 ${a} / ${n} 个实体，${b} / ${f} 条事实`,
  partly: '实体较多，先显示联系最多的部分；单击实体后可展开其相邻实体，或在上方搜索。', more: '显示更多',
  empty: '当前筛选下没有可显示的事实', nothing: '还没有事实', hubs: '联系最多', newest: '最新事实', facts: n => `${n} 条事实`,
  expand: n => `展开 ${n} 个相邻实体`, only: '只看周围', back: '返回全图', route: '查找路径', hide: '隐藏', restore: n => `恢复隐藏的 ${n} 个`,
  pick: name => `“${name}”到哪里？请单击或搜索另一个实体，Esc 取消`, noPath: '当前筛选下两者之间没有路径', path: (a, b) => `${a} 到 ${b}`, steps: n => `路径，${n} 步`, close: '关闭',
  alias: '又称', code: '区划代码', at: '所在', amount: '金额', date: '时间', written: w => `原文“${w}”`, confidence: '置信度', undatedFact: '无日期', open: '打开原文',
  told: n => `另有 ${n} 处原文`, showAll: n => `显示其余 ${n} 条`, filtered: n => `另有 ${n} 条被筛选隐藏`,
  cols: ['类别', '名称', '参与者', '时间', '金额', '状态', '置信度', '原文', '出处'], caption: n => `${n} 条事实，新的在前`,
  hint: ['单击实体或连线，查看事实与原文', '双击实体，展开相邻实体', '搜索，方向键选择，Enter 打开', '适应窗口 · 表格 · 隐藏所选'], skip: '跳到事实列表',
  zoomIn: '放大', zoomOut: '缩小', net: '知识图谱：用方向键在实体间移动，Enter 查看事实', states: { planned: '计划', signed: '已签约', started: '已启动', completed: '已完成', ended: '已终止', denied: '已否认', done: '' },
  help: '操作', filters: '筛选', panel: '详情', from: '起始年', to: '截止年', rule: '规则', years: (a, b) => `${a} 至 ${b} 年`,
},
en: {
  search: 'Search by name, pinyin or initials', noHit: q => `Nothing found for “${q}”`, fit: 'Fit', table: 'Table', map: 'Map', png: 'Save image', dark: 'Dark', light: 'Light', other: '中文',
  entities: 'Entities', kinds: 'Facts', time: 'Time', undated: 'Include facts without a date', sure: 'Least confidence', all: 'All', none: 'None', reset: 'Clear filters',
  summary: (n, f, d) => `${n} entities · ${f} facts · ${d} articles`,
  status: (a, n, b, f) => `Showing ${a} / ${n} entities, ${b} / ${f} facts`,
  partly: 'There are many entities: the best connected are shown first. Click one to expand its neighbours, or search above.', more: 'Show more',
  empty: 'No facts match the current filters', nothing: 'No facts yet', hubs: 'Best connected', newest: 'Newest facts', facts: n => `${n} fact${n === 1 ? '' : 's'}`,
  expand: n => `Expand ${n} neighbour${n === 1 ? '' : 's'}`, only: 'Only its surroundings', back: 'Whole picture', route: 'Find a path', hide: 'Hide', restore: n => `Restore ${n} hidden`,
  pick: name => `From “${name}” to where? Click or search another entity, Esc cancels`, noPath: 'No path between the two under the current filters', path: (a, b) => `${a} to ${b}`, steps: n => `Path of ${n} step${n === 1 ? '' : 's'}`, close: 'Close',
  alias: 'Also', code: 'Division code', at: 'In', amount: 'Amount', date: 'Date', written: w => `written “${w}”`, confidence: 'Confidence', undatedFact: 'no date', open: 'Open article',
  told: n => `${n} more passage${n === 1 ? '' : 's'}`, showAll: n => `Show ${n} more`, filtered: n => `${n} more hidden by filters`,
  cols: ['Kind', 'Name', 'Participants', 'Date', 'Amount', 'Status', 'Confidence', 'Sentence', 'Source'], caption: n => `${n} facts, newest first`,
  hint: ['Click an entity or a link for its facts and sentences', 'Double-click an entity to expand its neighbours', 'Search, arrows choose, Enter opens', 'Fit · table · hide the selected'], skip: 'Skip to the facts',
  zoomIn: 'Zoom in', zoomOut: 'Zoom out', net: 'Knowledge graph: arrow keys move between entities, Enter reads the facts', states: { planned: 'planned', signed: 'signed', started: 'started', completed: 'completed', ended: 'ended', denied: 'denied', done: '' },
  help: 'How to', filters: 'Filters', panel: 'Details', from: 'From year', to: 'To year', rule: 'Rule', years: (a, b) => `${a} to ${b}`,
},
};
const params = new URLSearchParams(location.hash.slice(1));
let lang = params.get('lang') || D.language;
if (!WORDS[lang]) lang = 'zh';
let T = WORDS[lang];
const word = name => { const pair = D.labels[name]; return pair ? pair[lang === 'en' ? 1 : 0] : name; };
const label = item => item[lang] || item.zh;

// ---------------------------------------------------------------- elements

function el(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content.filter(c => c !== null && c !== undefined && c !== '').map(c => (c instanceof Node ? c : String(c))));
  return element;
}
function button(className, text, action) {
  const b = el('button', className, text);
  b.type = 'button';
  b.addEventListener('click', action);
  return b;
}
const SHAPES = {
  dot: 'M8 2a6 6 0 1 0 .01 0z', square: 'M2.5 2.5h11v11h-11z', diamond: 'M8 1l7 7-7 7-7-7z', hexagon: 'M4.5 2h7L15 8l-3.500 6h-7L1 8z',
  triangle: 'M8 2l6.500 11.500h-13z', triangleDown: 'M8 14L1.500 2.500h13z', star: 'M8 1l2 4.900 5.200.4-4 3.400 1.300 5.100L8 12l-4.500 2.800 1.300-5.100-4-3.400L6 5.900z',
};
function icon(path, colour, stroke) {
  const space = 'http://www.w3.org/2000/svg', svg = document.createElementNS(space, 'svg'), p = document.createElementNS(space, 'path');
  svg.setAttribute('viewBox', '0 0 16 16'); svg.setAttribute('width', '14'); svg.setAttribute('height', '14'); svg.setAttribute('aria-hidden', 'true');
  p.setAttribute('d', path);
  if (stroke) { p.setAttribute('stroke', colour); p.setAttribute('stroke-width', '3'); p.setAttribute('stroke-linecap', 'round'); p.setAttribute('fill', 'none'); } else p.setAttribute('fill', colour);
  svg.append(p);
  return svg;
}
function dot(colour) { const i = el('i'); i.style.background = colour; return i; }

// ---------------------------------------------------------------- state

const state = {
  sel: null, // {kind: 'node'|'link'|'path', …}
  off: new Set(), offFacts: new Set(), undated: true, sure: 0, from: null, to: null,
  hidden: new Set(), shown: new Set(D.shown), only: null, route: null, view: 'map', theme: null,
};
const factsOf = Array.from({ length: N }, () => []);
D.facts.forEach((fact, i) => new Set(fact.r.map(r => r[1])).forEach(n => factsOf[n].push(i)));
const linksOf = Array.from({ length: N + F }, () => []);
D.links.forEach((link, i) => { linksOf[link[2]].push(i); linksOf[link[3]].push(i); });
const members = D.facts.map(fact => [...new Set(fact.r.map(r => r[1]))]);
const neighbours = Array.from({ length: N }, (_, n) => { const set = new Set(); factsOf[n].forEach(f => members[f].forEach(m => set.add(m))); set.delete(n); return [...set].sort((a, b) => a - b); });
const years = D.facts.map(fact => (fact.p ? [+fact.p[0].slice(0, 4), +fact.p[1].slice(0, 4)] : null));
const known = years.filter(Boolean);
const Y0 = known.reduce((least, y) => Math.min(least, y[0]), 9999), Y1 = known.reduce((most, y) => Math.max(most, y[1]), 0);
state.from = Y0; state.to = Y1;
const least = D.facts.reduce((low, fact) => Math.min(low, fact.f), 1);

let factOn = new Uint8Array(F), nodeOn = new Uint8Array(N), linkOn = new Uint8Array(D.links.length), hubOn = new Uint8Array(F);
const narrowed = () => state.offFacts.size > 0 || !state.undated || state.sure > least || state.from > Y0 || state.to < Y1;

function evaluate() {
  beyond.clear();
  for (let i = 0; i < F; i++) {
    const fact = D.facts[i], y = years[i];
    factOn[i] = !state.offFacts.has(fact.c) && fact.f >= state.sure - 1e-9 && (y ? y[1] >= state.from && y[0] <= state.to : state.undated) ? 1 : 0;
  }
  const cut = narrowed();
  for (let n = 0; n < N; n++) {
    nodeOn[n] = (state.only ? state.only.has(n) : state.shown.has(n)) && !state.hidden.has(n) && !state.off.has(D.nodes[n][CLASS]) && (!cut || factsOf[n].some(f => factOn[f])) ? 1 : 0;
  }
  hubOn.fill(0);
  D.links.forEach(link => { if (link[2] >= N && factOn[link[0]] && nodeOn[link[3]]) hubOn[link[0]]++; });
  for (let f = 0; f < F; f++) hubOn[f] = hubOn[f] > 1 ? 1 : 0;
  D.links.forEach((link, i) => { linkOn[i] = factOn[link[0]] && nodeOn[link[3]] && (link[2] >= N ? hubOn[link[0]] : nodeOn[link[2]]) ? 1 : 0; });
}
const factShown = f => factOn[f] && members[f].every(n => nodeOn[n]);

/** What is lit by the selection: nodes (with the numbers of facts' own nodes), links and facts; null where nothing is selected. */
function lit() {
  const sel = state.sel;
  if (!sel) return null;
  const nodes = new Set(), edges = new Set();
  const addLink = i => { edges.add(i); nodes.add(D.links[i][2]); nodes.add(D.links[i][3]); };
  if (sel.kind === 'node') {
    nodes.add(sel.node);
    linksOf[sel.node].forEach(i => { if (linkOn[i]) { addLink(i); const hub = D.links[i][2]; if (hub >= N) linksOf[hub].forEach(j => { if (linkOn[j]) addLink(j); }); } });
  } else sel.links.forEach(i => { if (linkOn[i]) addLink(i); });
  if (sel.kind === 'path') sel.nodes.forEach(n => nodes.add(n));
  return { nodes, edges };
}

// ---------------------------------------------------------------- picture

const shownAt = new Map(V.nodes.map(n => [n.id, n]));
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let look = {};
function readLook() { look = { fg: css('--fg'), mute: css('--mute'), stage: css('--stage'), accent: css('--accent'), card: css('--card'), line: css('--line'), dark: document.documentElement.dataset.theme === 'dark' }; }
function mix(colour, other, share) {
  const part = (text, at) => parseInt(text.slice(at, at + 2), 16);
  return '#' + [1, 3, 5].map(at => Math.round(part(colour, at) * (1 - share) + part(other, at) * share).toString(16).padStart(2, '0')).join('');
}
// The palette is made for a light ground; on a dark one every colour is lifted.
const shade = colour => (look.dark ? mix(colour, '#ffffff', 0.3) : colour);
// Faded things stay where they are, as a shadow of themselves.
const fade = (colour, share = 0.82) => mix(colour, look.stage, share);
const OPTICAL = { square: 0.86, star: 1.2, triangle: 1.1, triangleDown: 1.1, diamond: 1.12, hexagon: 1.02, dot: 1 };

const nodeSet = new vis.DataSet([]), edgeSet = new vis.DataSet([]);
const network = new vis.Network($('net'), { nodes: nodeSet, edges: edgeSet }, V.options);
const spread = new Map(); // link → bend, so that parallel facts lie beside each other
{
  const groups = new Map();
  D.links.forEach((link, i) => { const key = Math.min(link[2], link[3]) + ' ' + Math.max(link[2], link[3]); if (!groups.has(key)) groups.set(key, []); groups.get(key).push(i); });
  groups.forEach(group => group.forEach((i, k) => {
    const step = group.length > 7 ? 0.9 / group.length : 0.16, bend = (k - (group.length - 1) / 2) * step;
    spread.set(i, D.links[i][2] < D.links[i][3] ? bend : -bend);
  }));
}
let grow = 1; // a picture of many nodes is seen from afar: then nodes are drawn larger
const sizeOf = n => (n >= N ? 5 : D.nodes[n][SIZE]) * grow;
function nodeStyle(n, on, bright) {
  const hub = n >= N, kind = hub ? D.factClasses[D.facts[n - N].c] : D.classes[D.nodes[n][CLASS]];
  const base = shade(kind.colour), colour = bright ? base : fade(base);
  const shape = hub ? 'dot' : kind.shape;
  return { id: n, hidden: !on, shape, size: sizeOf(n) * (OPTICAL[shape] || 1), color: { background: colour, border: bright ? look.stage : colour, highlight: { background: colour, border: look.stage }, hover: { background: mix(colour, look.fg, 0.12), border: look.stage } } };
}
function edgeStyle(i, on, bright, chosen) {
  const [f, , from, to, directed] = D.links[i], fact = D.facts[f], bend = spread.get(i);
  const base = shade(D.factClasses[fact.c].colour), colour = bright ? (chosen ? base : mix(base, look.stage, 0.28)) : fade(base, 0.88);
  const planned = fact.s === 'planned', refused = fact.s === 'denied' || fact.s === 'ended';
  return {
    id: i, from, to, hidden: !on, width: chosen ? 2.4 : bright ? 1.4 : 0.8, color: { color: colour, highlight: colour, hover: base, inherit: false }, dashes: refused ? [2, 5] : planned ? [8, 5] : false,
    smooth: Math.abs(bend) < 0.01 ? false : { enabled: true, type: bend > 0 ? 'curvedCW' : 'curvedCCW', roundness: Math.abs(bend) }, arrows: { to: { enabled: directed === 1, scaleFactor: 0.45 } },
  };
}
const drawnNodes = new Map(), drawnEdges = new Map();
function put(set, cache, style, key) { const text = JSON.stringify(style); if (cache.get(key) !== text) { cache.set(key, text); set.push(style); } }
function draw() {
  const light = lit(), nodes = [], edges = [];
  const each = (n, on) => { if (!on && !drawnNodes.has(n)) return; const style = nodeStyle(n, on, !light || light.nodes.has(n)); if (!drawnNodes.has(n)) Object.assign(style, position(n)); put(nodes, drawnNodes, style, n); };
  for (let n = 0; n < N; n++) each(n, !!nodeOn[n]);
  for (let f = 0; f < F; f++) if (hubOn[f] || drawnNodes.has(N + f)) each(N + f, !!hubOn[f]);
  D.links.forEach((link, i) => { if (!linkOn[i] && !drawnEdges.has(i)) return; const chosen = light && light.edges.has(i); put(edges, drawnEdges, edgeStyle(i, !!linkOn[i], !light || chosen, chosen), i); });
  if (nodes.length) nodeSet.update(nodes);
  if (edges.length) edgeSet.update(edges);
  network.redraw();
}
// A cached style must not hold the place of a node: the reader may have moved it.
function position(n) {
  const body = network.body.nodes[n];
  if (body) return { x: body.x, y: body.y };
  const given = shownAt.get(n);
  if (given) return { x: given.x, y: given.y };
  const placed = members0(n).map(m => shownAt.get(m)).filter(Boolean);
  const x = placed.reduce((sum, p) => sum + p.x, 0) / (placed.length || 1), y = placed.reduce((sum, p) => sum + p.y, 0) / (placed.length || 1);
  const spot = free(x, y, n);
  shownAt.set(n, spot);
  return { x: spot.x, y: spot.y };
}
const members0 = n => (n >= N ? members[n - N] : neighbours[n].filter(m => nodeOn[m]));
/** A free spot near a point: rings of spots are tried until one has room for the node and its name. */
function free(x, y, n) {
  const wide = n >= N ? 14 : Math.min(D.nodes[n][NAME].length, 14) * 13 + 14, high = n >= N ? 14 : 42;
  const boxes = [...shownAt.entries()].map(([m, p]) => { const b = network.body.nodes[m] || p; return [b.x, b.y, m >= N ? 14 : Math.min(D.nodes[m][NAME].length, 14) * 13 + 14]; });
  for (let ring = 1; ring < 60; ring++) {
    const count = 8 + ring * 4;
    for (let k = 0; k < count; k++) {
      const angle = (k / count) * 2 * Math.PI + ring * 0.4, px = x + Math.cos(angle) * (50 + ring * 30) * 1.2, py = y + Math.sin(angle) * (50 + ring * 30);
      if (boxes.every(b => Math.abs(b[0] - px) > (b[2] + wide) / 2 || Math.abs(b[1] - py) > high)) return { x: Math.round(px), y: Math.round(py) };
    }
  }
  return { x, y };
}

// Names are drawn here and not by vis-network: readable at every zoom, never one on another, important ones first.
const widths = new Map();
function textWidth(g, text, font) { const key = font + text; let w = widths.get(key); if (w === undefined) { g.font = font; w = g.measureText(text).width; widths.set(key, w); } return w; }
const short = (text, most) => { const chars = Array.from(text); return chars.length > most ? chars.slice(0, most - 1).join('') + '…' : text; };
let drawnLabels = 0;
function labels(g) {
  const light = lit(), scale = network.getScale(), ratio = network.canvas.pixelRatio || 1, W = g.canvas.clientWidth, H = g.canvas.clientHeight;
  const zero = network.canvasToDOM({ x: 0, y: 0 }), bodies = network.body.nodes, texts = new Map(), discs = new Map();
  g.save();
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.textAlign = 'left'; g.textBaseline = 'middle'; g.lineJoin = 'round';
  const hit = (rows, x0, y0, x1, y1) => { for (let r = Math.floor(y0 / 20); r <= Math.floor(y1 / 20); r++) for (const b of rows.get(r) || []) if (b[0] < x1 && b[2] > x0 && b[1] < y1 && b[3] > y0) return true; return false; };
  const take = (rows, x0, y0, x1, y1) => { const b = [x0, y0, x1, y1]; for (let r = Math.floor(y0 / 20); r <= Math.floor(y1 / 20); r++) { if (!rows.has(r)) rows.set(r, []); rows.get(r).push(b); } };
  const spots = [];
  for (let n = 0; n < N; n++) {
    if (!nodeOn[n] || !bodies[n]) continue;
    const x = bodies[n].x * scale + zero.x, y = bodies[n].y * scale + zero.y, radius = Math.max(sizeOf(n) * scale, 2);
    if (x < -80 || x > W + 80 || y < -30 || y > H + 30) continue;
    const bright = !light || light.nodes.has(n);
    if (bright) take(discs, x - radius * 0.8, y - radius * 0.8, x + radius * 0.8, y + radius * 0.8);
    spots.push([n, x, y, radius, bright]);
  }
  const chosen = state.sel && state.sel.kind === 'node' ? state.sel.node : -1;
  // D.nodes are in order of importance; the selected and its neighbours come before all others.
  spots.sort((a, b) => (b[0] === chosen) - (a[0] === chosen) || b[4] - a[4] || a[0] - b[0]);
  drawnLabels = 0;
  const weighty = new Set(spots.slice(0, 24).map(spot => spot[0]));
  for (const [n, x, y, radius, bright] of spots) {
    const size = n === chosen ? 15 : Math.max(11.5, Math.min(15, 10.6 + D.nodes[n][SIZE] * 0.2)) - (scale < 0.8 ? 0.8 : 0), font = (D.nodes[n][SIZE] > 15 || n === chosen ? '600 ' : '') + size.toFixed(1) + 'px ' + FONT;
    const text = bright && light ? short(D.nodes[n][NAME], 22) : short(D.nodes[n][NAME], 14), w = textWidth(g, text, font), h = size + 2, gap = radius + 2;
    const places = [[x - w / 2, y + gap + h / 2], [x + gap + 2, y], [x - gap - 2 - w, y], [x - w / 2, y - gap - h / 2], [x + gap * 0.5, y + gap * 0.8 + h / 2], [x - gap * 0.5 - w, y + gap * 0.8 + h / 2]];
    const inside = ([px, py]) => px > 2 && px + w < W - 2 && py - h / 2 > 2 && py + h / 2 < H - 2, clear = ([px, py]) => !hit(texts, px - 1, py - h / 2, px + w + 1, py + h / 2), open = ([px, py]) => !hit(discs, px, py - h / 2 + 1, px + w, py + h / 2 - 1);
    // In a crowd a name of weight may cover lesser nodes; a lesser name is left out.
    const spot = places.find(at => inside(at) && clear(at) && open(at)) || (weighty.has(n) || (light && bright) ? places.find(at => inside(at) && clear(at)) : null) || (n === chosen ? places[0] : null);
    if (!spot) continue;
    take(texts, spot[0] - 1, spot[1] - h / 2, spot[0] + w + 1, spot[1] + h / 2);
    g.font = font; g.globalAlpha = bright ? 1 : 0.28; g.lineWidth = 3.5; g.strokeStyle = look.stage; g.strokeText(text, spot[0], spot[1]);
    g.fillStyle = look.fg; g.fillText(text, spot[0], spot[1]);
    drawnLabels++;
    if (n === chosen) { g.beginPath(); g.arc(x, y, radius + 5, 0, 2 * Math.PI); g.lineWidth = 2.5; g.strokeStyle = look.accent; g.stroke(); }
  }
  // What the links say, where there is room; in a large picture only for the selection.
  const active = light ? [...light.edges] : D.links.map((_, i) => i).filter(i => linkOn[i]);
  if (light || (active.length <= 220 && scale > 0.62)) {
    const said = new Set();
    for (const i of active) {
      const edge = network.body.edges[i], [f, relation, from, to] = D.links[i], fact = D.facts[f];
      if (!edge || !edge.connected || !linkOn[i] || (!light && D.factClasses[fact.c].name === 'PartOf')) continue;
      const text = short(fact.l || word(relation), 10) + (fact.s && T.states[fact.s] ? ` (${T.states[fact.s]})` : ''), key = [Math.min(from, to), Math.max(from, to), text].join(' ');
      if (said.has(key)) continue;
      const p = edge.edgeType.getPoint(0.5), x = p.x * scale + zero.x, y = p.y * scale + zero.y, font = '10.5px ' + FONT, w = textWidth(g, text, font);
      const a = bodies[from], b = bodies[to];
      if (x < 0 || x > W || y < 0 || y > H || Math.hypot(a.x - b.x, a.y - b.y) * scale < w * 0.9 || hit(texts, x - w / 2 - 2, y - 7, x + w / 2 + 2, y + 7) || hit(discs, x - w / 2, y - 6, x + w / 2, y + 6)) continue;
      said.add(key);
      take(texts, x - w / 2 - 2, y - 7, x + w / 2 + 2, y + 7);
      g.font = font; g.globalAlpha = 1; g.lineWidth = 4; g.strokeStyle = look.stage; g.strokeText(text, x - w / 2, y);
      g.fillStyle = mix(shade(D.factClasses[fact.c].colour), look.fg, 0.35); g.fillText(text, x - w / 2, y);
    }
  }
  // How many neighbours are not in the picture yet.
  for (const [n, x, y, radius, bright] of spots) {
    const count = bright ? outside(n).length : 0;
    if (count < 3 && (count === 0 || n !== chosen)) continue;
    g.globalAlpha = 1; g.font = '9.5px ' + FONT; g.fillStyle = look.mute;
    const text = '+' + count, w = textWidth(g, text, g.font), px = x + radius * 0.75, py = y - radius * 0.95;
    if (hit(texts, px, py - 5, px + w, py + 5)) continue;
    g.lineWidth = 3; g.strokeStyle = look.stage; g.strokeText(text, px, py); g.fillText(text, px, py);
  }
  g.restore();
}
network.on('afterDrawing', labels);
// Asked for every node in every frame, so it is counted once for each state of the filters.
const beyond = new Map();
function outside(n) {
  let list = beyond.get(n);
  if (!list) { list = hiddenNeighbours(n); beyond.set(n, list); }
  return list;
}
const hiddenNeighbours = n => neighbours[n].filter(m => !nodeOn[m] && !state.hidden.has(m) && !state.off.has(D.nodes[m][CLASS]) && factsOf[m].some(f => factOn[f] && members[f].includes(n)));

/** Fit some nodes, by default all in the picture, with room for their names. */
function fit(some, most = 1.35) {
  const list = (some || [...Array(N).keys()]).filter(n => nodeOn[n] && network.body.nodes[n]), box = $('net'), W = box.clientWidth, H = box.clientHeight;
  if (!list.length || !W || !H) return;
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  for (const n of list) { const b = network.body.nodes[n]; x0 = Math.min(x0, b.x); x1 = Math.max(x1, b.x); y0 = Math.min(y0, b.y); y1 = Math.max(y1, b.y); }
  const left = Math.min(66, W * 0.1), scale = Math.max(0.05, Math.min(most, (W - 2 * left) / Math.max(x1 - x0, 1), (H - 104) / Math.max(y1 - y0, 1)));
  network.moveTo({ position: { x: (x0 + x1) / 2, y: (y0 + y1) / 2 + 12 / scale }, scale, animation: false });
}
function reveal(list) { list.forEach(n => { state.shown.add(n); if (state.only) state.only.add(n); state.hidden.delete(n); state.off.delete(D.nodes[n][CLASS]); }); }
/** Put the next neighbours of a node into the picture: at most 24 at once, the best connected first. */
function expand(n) {
  const more = outside(n).slice(0, 24);
  if (!more.length) return;
  reveal(more);
  refresh();
  fit([n, ...neighbours[n]]);
}

// ---------------------------------------------------------------- selection

const tip = $('tip');
function select(sel, focus) {
  state.sel = sel;
  tip.hidden = true;
  if (sel && sel.kind === 'node' && !nodeOn[sel.node]) {
    const anew = !neighbours[sel.node].some(m => nodeOn[m]);
    if (state.only && !state.only.has(sel.node)) state.only = null;
    reveal([sel.node]);
    if (!narrowedOut(sel.node) && anew) reveal(neighbours[sel.node].slice(0, 24));
  }
  refresh();
  if (focus && sel) {
    if (sel.kind === 'node') fit([sel.node, ...neighbours[sel.node].filter(m => nodeOn[m])], 1.2);
    if (sel.kind === 'path') fit(sel.nodes, 1.2);
  }
}
const narrowedOut = n => !factsOf[n].some(f => factOn[f]);
function choose(n, focus) {
  if (state.route !== null && state.route !== n) { const from = state.route; state.route = null; route(from, n); return; }
  select({ kind: 'node', node: n }, focus);
}
function chooseLink(i) {
  const [f, , from, to] = D.links[i];
  const between = from >= N ? linksOf[from].slice() : linksOf[from].filter(j => linkOn[j] && (D.links[j][2] === to || D.links[j][3] === to));
  select({ kind: 'link', links: between, facts: [...new Set([f, ...between.map(j => D.links[j][0])])].filter(x => factOn[x]) });
}
function route(from, to) {
  // As in `kg path`: a step costs more for being a part of something, and passing through a hub costs.
  const cost = new Float64Array(N).fill(Infinity), via = new Int32Array(N).fill(-1), done = new Uint8Array(N), queue = [from];
  const toll = n => Math.log2(Math.max(neighbours[n].length, 2)) - 1;
  cost[from] = 0;
  while (queue.length) {
    let best = 0;
    for (let k = 1; k < queue.length; k++) if (cost[queue[k]] < cost[queue[best]]) best = k;
    const n = queue.splice(best, 1)[0];
    if (done[n]) continue;
    done[n] = 1;
    if (n === to) break;
    for (const f of factsOf[n]) {
      if (!factOn[f]) continue;
      const kind = D.factClasses[D.facts[f].c].name, step = kind === 'PartOf' ? 2.5 : 1;
      for (const m of members[f]) {
        const c = cost[n] + step + (toll(n) + toll(m)) / 4;
        if (!done[m] && c < cost[m] - 1e-9 && !state.hidden.has(m)) { cost[m] = c; via[m] = n; queue.push(m); }
      }
    }
  }
  if (via[to] < 0) { select({ kind: 'node', node: from }); say(T.noPath); return; }
  const nodes = [to];
  while (nodes[0] !== from) nodes.unshift(via[nodes[0]]);
  reveal(nodes);
  evaluate();
  const facts = [], links = [];
  for (let k = 1; k < nodes.length; k++) {
    const here = factsOf[nodes[k - 1]].filter(f => factOn[f] && members[f].includes(nodes[k])).sort(newer);
    facts.push(here);
    here.forEach(f => D.links.forEach((link, i) => { if (link[0] === f && [link[2], link[3]].every(e => e >= N || nodes.includes(e))) links.push(i); }));
  }
  select({ kind: 'path', nodes, steps: facts, links }, true);
}

// ---------------------------------------------------------------- facts in words

const newer = (a, b) => { const x = D.facts[a].p, y = D.facts[b].p; return (y ? y[1] : '').localeCompare(x ? x[1] : '') || (D.facts[b].d || '').localeCompare(D.facts[a].d || '') || D.facts[b].f - D.facts[a].f || a - b; };
const SIGNS = { about: '≈ ', over: '> ', nearly: '≲ ', at_least: '≥ ', at_most: '≤ ' };
function money(fact) {
  if (!fact.a) return null;
  const group = value => { const [whole, part] = value.split('.'); return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part && +part ? '.' + part : ''); };
  return (SIGNS[fact.b] || '') + group(fact.a) + (fact.u ? ' – ' + group(fact.u) : '') + ' ' + (fact.m || '');
}
const kindOf = fact => (fact.k ? word(fact.k) : label(D.factClasses[fact.c]));
const entityLink = n => button('link', D.nodes[n][NAME], () => choose(n, true));
function inRoles(fact) { const roles = new Map(); fact.r.forEach(([role, n]) => { if (!roles.has(role)) roles.set(role, []); roles.get(role).push(n); }); return [...roles]; }
const listed = nodes => nodes.flatMap((n, k) => (k ? [lang === 'zh' ? '、' : ', ', entityLink(n)] : [entityLink(n)]));
function quoteOf(telling) {
  // Offsets count code points, as everywhere in kg; JavaScript counts UTF-16 units.
  const chars = Array.from(telling[1]), box = el('blockquote');
  let at = 0;
  for (const [start, end] of telling[2]) { box.append(chars.slice(at, start).join(''), el('mark', '', chars.slice(start, end).join(''))); at = end; }
  box.append(chars.slice(at).join(''));
  return box;
}
function sourceOf(telling) {
  const [title, date, source, url, id] = D.documents[telling[0]], box = el('div', 'source', [title ? (lang === 'zh' ? `《${title}》` : title) : decodeURIComponentSafe(id), source, date].filter(Boolean).join(' · '));
  if (url && /^https?:\/\//i.test(url)) { const a = el('a', 'link', T.open); a.href = url; a.rel = 'noopener noreferrer'; a.target = '_blank'; box.append(' ', a); }
  return box;
}
function decodeURIComponentSafe(text) { const tail = text.split('/').pop(); try { return decodeURIComponent(tail); } catch (e) { return tail; } }
function card(f) {
  const fact = D.facts[f], kind = D.factClasses[fact.c], box = el('article', 'fact' + (fact.s ? ' ' + fact.s : ''));
  const chip = el('span', 'chip', dot(shade(kind.colour)), kindOf(fact)), top = el('div', 'top', chip);
  if (fact.s && T.states[fact.s]) top.append(el('span', 'state ' + fact.s, T.states[fact.s]));
  const when = el('span', 'when', fact.d || (fact.w ? fact.w : T.undatedFact));
  top.append(when);
  box.append(top);
  if (fact.l) box.append(el('div', 'name', fact.l));
  const list = el('dl');
  inRoles(fact).forEach(([role, nodes]) => list.append(el('dt', '', word(role)), el('dd', '', ...listed(nodes))));
  if (fact.x || fact.a) list.append(el('dt', '', T.amount), el('dd', '', fact.x || '', fact.a ? el('small', '', ' ' + money(fact)) : ''));
  if (fact.w && fact.d && fact.w !== fact.d) list.append(el('dt', '', T.date), el('dd', '', fact.d + ' ', el('small', '', T.written(fact.w))));
  (fact.q || []).forEach(([name, value]) => list.append(el('dt', '', word(name)), el('dd', '', value)));
  const meter = el('span', 'meter'), fill = el('i');
  fill.style.width = Math.round(fact.f * 100) + '%';
  meter.append(fill);
  list.append(el('dt', '', T.confidence), el('dd', '', meter, fact.f.toFixed(2)));
  box.append(list);
  const first = fact.t.slice(0, 1), rest = fact.t.slice(1);
  first.forEach(t => box.append(quoteOf(t), sourceOf(t)));
  if (rest.length) { const b = button('link', T.told(rest.length), () => { b.remove(); rest.forEach(t => box.append(quoteOf(t), sourceOf(t))); }); box.append(b); }
  return box;
}
function cards(root, list, most = 30) {
  list.slice(0, most).forEach(f => root.append(card(f)));
  if (list.length > most) { const b = button('pill', T.showAll(list.length - most), () => { b.remove(); cards(root, list.slice(most), 60); }); root.append(b); }
}

// ---------------------------------------------------------------- panel

function heading(kind, title, colourIcon) {
  const close = button('close', '×', () => select(null));
  close.setAttribute('aria-label', T.close);
  return [el('p', 'meta', colourIcon || '', colourIcon ? ' ' : '', kind), el('div', 'head', el('h3', '', title), close)];
}
const shapeIcon = n => { const c = D.classes[D.nodes[n][CLASS]]; return icon(SHAPES[c.shape] || SHAPES.dot, shade(c.colour)); };
function panel() {
  const root = $('panel'), sel = state.sel;
  root.replaceChildren();
  root.scrollTop = 0;
  if (state.route !== null) root.append(el('p', 'state planned', T.pick(D.nodes[state.route][NAME])));
  if (!sel) return overview(root);
  if (sel.kind === 'node') {
    const n = sel.node, node = D.nodes[n], all = factsOf[n].filter(f => factOn[f]).sort(newer), more = outside(n).length;
    root.append(...heading(word(node[KIND]), node[NAME], shapeIcon(n)));
    if (node[ALIASES].length) root.append(el('p', 'meta', T.alias + ' ' + node[ALIASES].join(lang === 'zh' ? '、' : ', ')));
    const facts = [node[WHERE] ? T.at + ' ' + node[WHERE] : '', node[CODE] ? T.code + ' ' + node[CODE] : ''].filter(Boolean).join(' · ');
    if (facts) root.append(el('p', 'meta', facts));
    const acts = el('div', 'acts');
    if (more) acts.append(button('pill main', T.expand(more), () => expand(n)));
    acts.append(button('pill', state.only ? T.back : T.only, () => { state.only = state.only ? null : new Set([n, ...neighbours[n]]); refresh(); fit(); }));
    acts.append(button('pill', T.route, () => { state.route = n; panel(); $('q').focus(); }), button('pill', T.hide, hide));
    root.append(acts, el('h2', '', T.facts(all.length)));
    cards(root, all);
    const gone = factsOf[n].length - all.length;
    if (gone) root.append(el('p', 'hint', T.filtered(gone)));
    return undefined;
  }
  if (sel.kind === 'link') {
    const names = [...new Set(sel.links.flatMap(i => [D.links[i][2], D.links[i][3]]).filter(n => n < N))].map(n => D.nodes[n][NAME]);
    root.append(...heading(T.facts(sel.facts.length), names.length > 3 ? (D.facts[sel.facts[0]].l || kindOf(D.facts[sel.facts[0]])) : names.join(' — ')));
    cards(root, sel.facts.slice().sort(newer));
    return undefined;
  }
  root.append(...heading(T.steps(sel.nodes.length - 1), T.path(D.nodes[sel.nodes[0]][NAME], D.nodes[sel.nodes[sel.nodes.length - 1]][NAME])));
  sel.steps.forEach((facts, k) => { root.append(el('h2', '', `${k + 1}. ${D.nodes[sel.nodes[k]][NAME]} — ${D.nodes[sel.nodes[k + 1]][NAME]}`)); cards(root, facts, 3); });
  return undefined;
}
function overview(root) {
  if (state.shown.size < N) root.append(el('p', 'hint', T.partly));
  const list = el('ul', 'top-list'), count = n => factsOf[n].filter(f => factOn[f]).length, visible = [...Array(N).keys()].filter(n => nodeOn[n]).slice(0, 40).sort((a, b) => count(b) - count(a) || a - b).slice(0, 7);
  visible.forEach(n => { const b = button('', '', () => choose(n, true)); b.append(shapeIcon(n), el('span', '', D.nodes[n][NAME]), el('b', '', T.facts(count(n)))); list.append(el('li', '', b)); });
  if (visible.length) root.append(el('h2', '', T.hubs), list);
  const newest = D.facts.map((_, f) => f).filter(f => factOn[f]).sort(newer);
  if (newest.length) { root.append(el('h2', '', T.newest)); cards(root, newest, 6); }
  const keys = ['', '', '/', 'F T H'];
  root.append(el('h2', '', T.help), ...T.hint.map((text, k) => el('p', 'hint', keys[k] ? el('kbd', 'k', keys[k]) : '', keys[k] ? ' ' : '', text)));
}
function hide() {
  if (!state.sel || state.sel.kind !== 'node') return;
  state.hidden.add(state.sel.node);
  state.only = null;
  select(null);
}

// ---------------------------------------------------------------- filters

function toggles(items, off, count, draw1) {
  return items.map((item, i) => {
    const box = el('input'), row = el('label', 'key', box, draw1(item), el('span', '', label(item)), el('b', '', count[i]));
    box.type = 'checkbox';
    box.checked = !off.has(i);
    row.classList.toggle('off', off.has(i));
    box.addEventListener('change', () => { if (box.checked) off.delete(i); else off.add(i); row.classList.toggle('off', !box.checked); refresh(); });
    return row;
  });
}
function filters() {
  const root = $('filters');
  root.replaceChildren();
  const section = (title, off, items) => { const all = button('', off.size ? T.all : T.none, () => { if (off.size) off.clear(); else items.forEach((_, i) => off.add(i)); filters(); refresh(); }); root.append(el('h2', '', title, items.length > 1 ? all : '')); };
  const perClass = D.classes.map(() => 0), perFact = D.factClasses.map(() => 0);
  D.nodes.forEach(n => perClass[n[CLASS]]++);
  D.facts.forEach(f => perFact[f.c]++);
  section(T.entities, state.off, D.classes);
  root.append(...toggles(D.classes, state.off, perClass, c => icon(SHAPES[c.shape] || SHAPES.dot, shade(c.colour))));
  section(T.kinds, state.offFacts, D.factClasses);
  root.append(...toggles(D.factClasses, state.offFacts, perFact, c => icon('M2 8h12', shade(c.colour), true)));
  if (known.length) {
    root.append(el('h2', '', T.time));
    if (Y1 > Y0) {
      const bars = el('div'), count = new Map(), range = el('div', 'range'), from = el('input'), to = el('input'), ends = el('div', 'ends', el('span', '', state.from), el('span', '', state.to));
      bars.id = 'bars';
      known.forEach(y => count.set(y[0], (count.get(y[0]) || 0) + 1));
      const most = Math.max(...count.values());
      const cells = [];
      for (let y = Y0; y <= Y1; y++) { const i = el('i'); i.style.height = Math.round((100 * (count.get(y) || 0)) / most) + '%'; i.title = `${y}: ${count.get(y) || 0}`; bars.append(i); cells.push([y, i]); }
      const paint = () => { cells.forEach(([y, i]) => i.classList.toggle('out', y < state.from || y > state.to)); ends.firstChild.textContent = state.from; ends.lastChild.textContent = state.to; };
      [[from, state.from, T.from], [to, state.to, T.to]].forEach(([input, value, name]) => {
        Object.assign(input, { type: 'range', min: Y0, max: Y1, step: 1, value });
        input.setAttribute('aria-label', name);
        input.addEventListener('input', () => { state.from = Math.min(+from.value, +to.value); state.to = Math.max(+from.value, +to.value); paint(); refresh(); });
      });
      range.append(from, to);
      root.append(bars, range, ends);
      paint();
    } else root.append(el('p', 'hint', String(Y0)));
    if (known.length < F) { const box = el('input'); box.type = 'checkbox'; box.checked = state.undated; box.addEventListener('change', () => { state.undated = box.checked; refresh(); }); root.append(el('label', 'check', box, T.undated)); }
  }
  if (least < 1) {
    const range = el('div', 'range'), input = el('input'), value = el('span', '', state.sure.toFixed(2)), low = Math.floor(least * 20) / 20;
    Object.assign(input, { type: 'range', min: low, max: 1, step: 0.05, value: Math.max(state.sure, low) });
    input.setAttribute('aria-label', T.sure);
    value.textContent = Math.max(state.sure, low).toFixed(2);
    input.addEventListener('input', () => { state.sure = +input.value > low ? +input.value : 0; value.textContent = (+input.value).toFixed(2); refresh(); });
    range.append(input);
    root.append(el('h2', '', T.sure, value), range);
  }
  const acts = el('div', 'acts');
  acts.id = 'filter-acts';
  root.append(acts);
  filterActs();
}
function filterActs() {
  const acts = $('filter-acts');
  if (!acts) return;
  acts.replaceChildren();
  if (narrowed() || state.off.size) acts.append(button('pill', T.reset, clearFilters));
  if (state.hidden.size) acts.append(button('pill', T.restore(state.hidden.size), () => { state.hidden.clear(); refresh(); }));
}
function clearFilters() { state.off.clear(); state.offFacts.clear(); Object.assign(state, { undated: true, sure: 0, from: Y0, to: Y1, only: null }); state.hidden.clear(); filters(); refresh(); fit(); }

// ---------------------------------------------------------------- search

const plain = text => text.toLowerCase().replace(/[\s·•()（）“”"'《》]/g, '');
const spelled = new Map(); // name → list of sounds a character; what has none sounds as itself
function soundsOf(name) { let list = spelled.get(name); if (!list) { list = Array.from(plain(name)).map(c => (D.sounds[c] ? D.sounds[c].split(' ') : [c])); spelled.set(name, list); } return list; }
/** True where a query can be read off characters from `at` on: of each its initial, its whole sound, or at the end a part of it. */
function reads(query, list, at) {
  if (!query) return true;
  if (at >= list.length) return false;
  return list[at].some(sound => (sound.startsWith(query) && query.length <= sound.length) || (query.startsWith(sound) && reads(query.slice(sound.length), list, at + 1)) || (query[0] === sound[0] && reads(query.slice(1), list, at + 1)));
}
function score(query, name) {
  const text = plain(name), at = text.indexOf(query);
  if (text === query) return 200;
  if (at >= 0) return at === 0 ? 120 - text.length * 0.2 : 90 - at;
  if (!/^[a-z0-9]+$/.test(query)) return 0;
  const list = soundsOf(name);
  for (let k = 0; k < list.length; k++) if (reads(query, list, k)) return (k === 0 ? 80 : 50 - k) - list.length * 0.2;
  return 0;
}
let hits = [], current = 0;
function search() {
  const query = plain($('q').value), list = $('hits');
  list.replaceChildren();
  hits = [];
  current = 0;
  const open = query !== '';
  list.hidden = !open;
  $('q').setAttribute('aria-expanded', String(open));
  if (!open) { $('q').removeAttribute('aria-activedescendant'); return; }
  for (let n = 0; n < N; n++) {
    let best = score(query, D.nodes[n][NAME]), by = null;
    for (const alias of D.nodes[n][ALIASES]) { const s = score(query, alias) - 5; if (s > best) { best = s; by = alias; } }
    if (D.nodes[n][CODE] === query) best = 150;
    if (best > 0) hits.push([best + Math.min(9, factsOf[n].length * 0.1), n, by]);
  }
  hits.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  hits = hits.slice(0, 30);
  if (!hits.length) { list.append(el('li', 'none', T.noHit($('q').value))); say(T.noHit($('q').value)); return; }
  hits.forEach(([, n, by], k) => {
    const item = el('li', '', shapeIcon(n), el('span', '', D.nodes[n][NAME] + (by ? ` (${by})` : '')), el('small', '', word(D.nodes[n][KIND]) + ' · ' + T.facts(factsOf[n].length)));
    item.id = 'hit' + k;
    item.setAttribute('role', 'option');
    item.addEventListener('mousedown', event => { event.preventDefault(); go(k); });
    list.append(item);
  });
  mark();
}
function mark() { [...$('hits').children].forEach((item, k) => { item.setAttribute('aria-selected', String(k === current)); if (k === current) item.scrollIntoView({ block: 'nearest' }); }); $('q').setAttribute('aria-activedescendant', 'hit' + current); }
function closeSearch() { $('q').value = ''; search(); }
function go(k) { if (!hits[k]) return; const n = hits[k][1]; closeSearch(); $('q').blur(); setView('map'); choose(n, true); }

// ---------------------------------------------------------------- table

function table() {
  const root = $('table'), light = state.sel, chosen = light ? (light.kind === 'node' ? new Set(factsOf[light.node]) : new Set(light.kind === 'path' ? light.steps.flat() : light.facts)) : null;
  const list = D.facts.map((_, f) => f).filter(f => (chosen ? chosen.has(f) && factOn[f] : factShown(f))).sort(newer);
  root.replaceChildren();
  const t = el('table', '', el('caption', '', T.caption(list.length))), head = el('tr'), body = el('tbody');
  T.cols.forEach(name => { const th = el('th', '', name); th.scope = 'col'; head.append(th); });
  t.append(el('thead', '', head), body);
  const rows = (start, end) => list.slice(start, end).forEach(f => {
    const fact = D.facts[f], first = fact.t[0], who = el('td');
    inRoles(fact).forEach(([role, nodes], k) => { if (k) who.append(el('br')); who.append(el('small', '', word(role) + ' '), ...listed(nodes)); });
    body.append(el('tr', '', el('td', 'nowrap', el('span', 'chip', dot(shade(D.factClasses[fact.c].colour)), kindOf(fact))), el('td', '', fact.l || ''), who, el('td', 'nowrap', fact.d || fact.w || ''), el('td', '', fact.x || money(fact) || ''), el('td', 'nowrap', T.states[fact.s] || ''), el('td', 'nowrap', fact.f.toFixed(2)), el('td', 'text', first ? first[1] : ''), el('td', '', first ? sourceOf(first) : '')));
  });
  let end = 200;
  rows(0, end);
  root.append(t);
  if (list.length > end) { const b = button('pill', T.showAll(list.length - end), () => { rows(end, end + 400); end += 400; b.textContent = T.showAll(list.length - end); if (end >= list.length) b.remove(); }); root.append(b); }
}
function setView(view) {
  state.view = view;
  $('table').hidden = view !== 'table';
  $('zoom').hidden = view === 'table';
  if (view === 'table') table();
  wide();
  tools();
  writeHash();
}

// ---------------------------------------------------------------- the whole

function say(text) { $('status').textContent = text; }
function refresh() {
  evaluate();
  draw();
  panel();
  filterActs();
  let nodes = 0, facts = 0;
  for (let n = 0; n < N; n++) nodes += nodeOn[n];
  for (let f = 0; f < F; f++) if (factShown(f)) facts++;
  say(T.status(nodes, N, facts, F));
  $('more').hidden = state.only !== null || state.shown.size >= N;
  const empty = $('empty');
  empty.hidden = nodes > 0;
  if (nodes === 0) { empty.replaceChildren(el('p', '', N ? T.empty : T.nothing)); if (N) empty.append(button('pill', T.reset, clearFilters)); }
  if (state.view === 'table') table();
  wide();
  writeHash();
}
// The table takes the place of the panel as long as nothing is selected.
const wide = () => $('app').classList.toggle('wide', state.view === 'table' && !state.sel);
function moreNodes() { const next = [...Array(N).keys()].filter(n => !state.shown.has(n) && neighbours[n].some(m => state.shown.has(m))); reveal((next.length ? next : [...Array(N).keys()].filter(n => !state.shown.has(n))).slice(0, 60)); refresh(); fit(); }
let ready = false;
function writeHash() {
  if (!ready) return;
  const p = new URLSearchParams(), names = (set, items) => [...set].sort((a, b) => a - b).map(i => items[i].name).join('.');
  if (state.sel && state.sel.kind === 'node') p.set('e', D.nodes[state.sel.node][ID]);
  if (state.sel && state.sel.kind === 'path') p.set('path', [state.sel.nodes[0], state.sel.nodes[state.sel.nodes.length - 1]].map(n => D.nodes[n][ID]).join('~'));
  if (state.off.size) p.set('hide', names(state.off, D.classes));
  if (state.offFacts.size) p.set('without', names(state.offFacts, D.factClasses));
  if (state.from > Y0) p.set('from', state.from);
  if (state.to < Y1) p.set('to', state.to);
  if (!state.undated) p.set('dated', 1);
  if (state.sure) p.set('sure', state.sure);
  if (state.view === 'table') p.set('view', 'table');
  if (lang !== D.language) p.set('lang', lang);
  if (state.theme) p.set('theme', state.theme);
  try { history.replaceState(null, '', '#' + p.toString()); } catch (e) { /* a page inside a frame may not have a history */ }
}
function readHash() {
  const p = params, number = id => { let n = D.nodes.findIndex(x => x[ID] === id); if (n < 0) n = D.nodes.findIndex(x => x[NAME] === id); return n; };
  const pick = (key, items, set) => (p.get(key) || '').split('.').forEach(name => { const i = items.findIndex(x => x.name === name); if (i >= 0) set.add(i); });
  pick('hide', D.classes, state.off);
  pick('without', D.factClasses, state.offFacts);
  if (+p.get('from')) state.from = Math.max(Y0, +p.get('from'));
  if (+p.get('to')) state.to = Math.min(Y1, +p.get('to'));
  if (p.get('dated')) state.undated = false;
  if (+p.get('sure')) state.sure = Math.min(1, +p.get('sure'));
  if (p.get('theme') === 'dark' || p.get('theme') === 'light') state.theme = p.get('theme');
  return { node: p.get('e') ? number(p.get('e')) : -1, path: p.get('path') ? p.get('path').split('~').map(number) : null, view: p.get('view'), query: p.get('q') };
}
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
function theme() { document.documentElement.dataset.theme = state.theme || (prefersDark.matches ? 'dark' : 'light'); readLook(); }
function restyle() { theme(); tools(); filters(); refresh(); }
prefersDark.addEventListener('change', restyle);
function save() {
  const from = network.canvas.frame.canvas, to = document.createElement('canvas'), g = to.getContext('2d');
  to.width = from.width; to.height = from.height;
  g.fillStyle = look.stage; g.fillRect(0, 0, to.width, to.height); g.drawImage(from, 0, 0);
  to.toBlob(blob => { const a = el('a'); a.href = URL.createObjectURL(blob); a.download = D.title.replace(/[\\/:*?"<>|]/g, '_') + '.png'; a.click(); setTimeout(() => URL.revokeObjectURL(a.href), 5000); });
}
function tools() {
  const dark = document.documentElement.dataset.theme === 'dark', root = $('tools');
  const tool = (text, action, pressed) => { const b = button('tool', text, action); if (pressed !== undefined) b.setAttribute('aria-pressed', String(pressed)); return b; };
  root.replaceChildren(
    tool(T.fit, () => { if (state.only) { state.only = null; refresh(); } setView('map'); fit(); }), tool(T.table, () => setView(state.view === 'table' ? 'map' : 'table'), state.view === 'table'), tool(T.png, save),
    tool(dark ? T.light : T.dark, () => { state.theme = dark ? 'light' : 'dark'; restyle(); }), tool(T.other, () => { lang = lang === 'zh' ? 'en' : 'zh'; language(); restyle(); }));
}
function language() {
  T = WORDS[lang];
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  $('q').placeholder = T.search; $('q').setAttribute('aria-label', T.search); $('hits').setAttribute('aria-label', T.search);
  $('summary').textContent = T.summary(N, F, D.documents.length);
  $('skip').textContent = T.skip; $('net').setAttribute('aria-label', T.net); $('table').setAttribute('aria-label', T.table); $('filters').setAttribute('aria-label', T.filters); $('panel').setAttribute('aria-label', T.panel); $('tools').setAttribute('aria-label', T.map); $('more').textContent = T.more;
  $('zoom').replaceChildren(...[['+', T.zoomIn, 1.35], ['−', T.zoomOut, 1 / 1.35]].map(([sign, name, by]) => { const b = button('', sign, () => zoom(by)); b.setAttribute('aria-label', name); b.title = name; return b; }));
}
const zoom = by => network.moveTo({ scale: Math.max(0.05, Math.min(5, network.getScale() * by)), animation: false });

let lastClick = [0, -1];
network.on('click', event => {
  const at = event.pointer.DOM, n = network.getNodeAt(at);
  const now = event.event.timeStamp || 0, again = n !== undefined && n === lastClick[1] && now - lastClick[0] < 350;
  lastClick = [now, n === undefined ? -1 : n];
  if (n !== undefined) {
    if (n >= N) return chooseLink(linksOf[n][0]);
    if (again) return expand(n);
    if (event.event.srcEvent && event.event.srcEvent.shiftKey && state.sel && state.sel.kind === 'node' && state.sel.node !== n) return route(state.sel.node, n);
    return choose(n);
  }
  const i = network.getEdgeAt(at);
  if (i !== undefined) return chooseLink(i);
  return select(null);
});
function showTip(event, ...content) { tip.replaceChildren(...content); tip.hidden = false; const p = event.pointer.DOM, box = $('stage'); tip.style.left = Math.min(p.x + 14, box.clientWidth - tip.offsetWidth - 8) + 'px'; tip.style.top = Math.min(p.y + 14, box.clientHeight - tip.offsetHeight - 8) + 'px'; }
network.on('hoverNode', event => { const n = event.node; if (n < N) showTip(event, D.nodes[n][NAME], el('small', '', word(D.nodes[n][KIND]) + ' · ' + T.facts(factsOf[n].length))); else { const fact = D.facts[n - N]; showTip(event, fact.l || kindOf(fact), el('small', '', fact.d || T.undatedFact)); } $('net').style.cursor = 'pointer'; });
network.on('hoverEdge', event => { const [f, relation] = D.links[event.edge], fact = D.facts[f]; showTip(event, fact.l || word(relation), el('small', '', [kindOf(fact), T.states[fact.s], fact.d || fact.w || T.undatedFact, fact.x].filter(Boolean).join(' · '))); $('net').style.cursor = 'pointer'; });
for (const name of ['blurNode', 'blurEdge', 'dragStart', 'zoom']) network.on(name, () => { tip.hidden = true; $('net').style.cursor = ''; });
network.on('dragEnd', event => { event.nodes.forEach(n => { const b = network.body.nodes[n]; if (b) shownAt.set(n, { x: b.x, y: b.y }); }); });

/** The next entity in a direction from the selected one, for the arrow keys. */
function step(dx, dy) {
  const bodies = network.body.nodes, sel = state.sel && state.sel.kind === 'node' ? state.sel.node : -1;
  if (sel < 0 || !bodies[sel]) { const first = [...Array(N).keys()].find(n => nodeOn[n]); if (first !== undefined) choose(first); return; }
  let best = -1, least1 = Infinity;
  for (let n = 0; n < N; n++) {
    if (!nodeOn[n] || n === sel || !bodies[n]) continue;
    const x = bodies[n].x - bodies[sel].x, y = bodies[n].y - bodies[sel].y, along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 4 && along + across * 2 < least1) { least1 = along + across * 2; best = n; }
  }
  if (best < 0) return;
  choose(best);
  const p = network.canvasToDOM(bodies[best]), box = $('net');
  if (p.x < 40 || p.y < 40 || p.x > box.clientWidth - 40 || p.y > box.clientHeight - 40) network.moveTo({ position: { x: bodies[best].x, y: bodies[best].y }, animation: false });
}
$('q').addEventListener('input', search);
$('q').addEventListener('blur', () => { $('hits').hidden = true; $('q').setAttribute('aria-expanded', 'false'); });
$('q').addEventListener('focus', () => { if ($('q').value) search(); });
$('q').addEventListener('keydown', event => {
  if (event.isComposing) return; // Enter belongs to the input method while pinyin is being typed
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); if (hits.length) { current = (current + (event.key === 'ArrowDown' ? 1 : hits.length - 1)) % hits.length; mark(); } }
  if (event.key === 'Enter') go(current);
});
$('more').addEventListener('click', moreNodes);
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape') {
    if ($('q').value) closeSearch(); else if (state.route !== null) { state.route = null; panel(); } else if (state.sel) select(null); else if (state.only) { state.only = null; refresh(); fit(); } else if (state.view === 'table') setView('map');
    if (document.activeElement === $('q')) $('q').blur();
    return;
  }
  if (/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) return;
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const onPicture = $('net').contains(document.activeElement) || document.activeElement === document.body;
  if (arrows[event.key]) { if (onPicture && state.view === 'map') { event.preventDefault(); step(...arrows[event.key]); } return; }
  if (event.key === 'Enter') { if ($('net').contains(document.activeElement) && state.sel) $('panel').focus(); return; }
  const keys = { '/': () => $('q').focus(), f: () => fit(), t: () => setView(state.view === 'table' ? 'map' : 'table'), h: hide, e: () => { if (state.sel && state.sel.kind === 'node') expand(state.sel.node); }, '+': () => zoom(1.35), '=': () => zoom(1.35), '-': () => zoom(1 / 1.35) };
  const action = keys[event.key.toLowerCase()];
  if (action) { event.preventDefault(); action(); }
});
let moved = false;
network.on('dragging', () => { moved = true; });
network.on('zoom', () => { moved = true; });
/** Stretch the computed picture a little to the shape of this window; once, before anything has been moved. */
function stretch() {
  const box = $('net'), all = V.nodes, span = axis => Math.max(...all.map(p => p[axis])) - Math.min(...all.map(p => p[axis]));
  if (all.length < 3 || !box.clientWidth) return;
  const wanted = (box.clientWidth - 132) / Math.max(box.clientHeight - 84, 1), by = Math.max(0.72, Math.min(1.4, wanted / (span('x') / Math.max(span('y'), 1))));
  all.forEach(p => { if (by > 1) p.x = Math.round(p.x * by); else p.y = Math.round(p.y / by); });
  const scale = Math.min((box.clientWidth - 132) / span('x'), (box.clientHeight - 84) / span('y'));
  grow = box.clientWidth < 600 ? 1 : Math.round(10 * Math.max(1, Math.min(1.6, Math.pow(1 / scale, 0.5)))) / 10;
}
let frame = 0;
// The picture fits the window until its reader moves it.
new ResizeObserver(() => { cancelAnimationFrame(frame); frame = requestAnimationFrame(() => { network.setSize('100%', '100%'); network.redraw(); if (!moved && !state.sel) fit(); }); }).observe($('stage'));

const asked = readHash();
theme();
language();
tools();
filters();
stretch();
refresh();
network.redraw();
fit();
if (asked.path && asked.path.every(n => n >= 0)) route(asked.path[0], asked.path[1]);
else if (asked.node >= 0) choose(asked.node, true);
else if (D.focus.length === 1) choose(D.focus[0], true);
if (asked.view === 'table') setView('table');
if (asked.query) { $('q').value = asked.query; search(); }
ready = true;
writeHash();
// A link pasted into the address of the open page; the page's own changes do not raise this event.
addEventListener('hashchange', () => location.reload());
document.documentElement.dataset.ready = 'yes';
// What a test can ask: where a node is on the screen and how many names are drawn.
window.kg = { screen: n => { const p = network.canvasToDOM(network.getPositions([n])[n]), r = $('net').getBoundingClientRect(); return [r.left + p.x, r.top + p.y]; }, labels: () => drawnLabels, state, find: query => { $('q').value = query; search(); return hits.map(h => D.nodes[h[1]][NAME]); } };
})();
