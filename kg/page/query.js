// The query page: canned questions into the box, the box to the endpoint beside it, the answer as a table.
// Nothing is asked of any other server; what comes from articles is only ever set as text.
(() => {
'use strict';
const $ = id => document.getElementById(id);
const D = JSON.parse($('kg-data').textContent), T = D.words;
const ROWS = 1000;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
const box = $('text'), fault = $('fault'), status = $('status'), out = $('out');

function el(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// ---------------------------------------------------------------- terms

const KINDS = ['entity/', 'document/', 'fact/'];
function short(iri) {
  const kind = KINDS.find(k => iri.startsWith(D.base + k));
  // The id alone: a place or a company is read faster than its address.
  if (kind) return decoded(iri.slice(D.base.length + (kind === 'entity/' ? kind.length : 0)));
  const known = Object.entries(D.prefixes).find(([, head]) => iri.startsWith(head) && /^[\w.-]*$/.test(iri.slice(head.length)));
  return known ? `${known[0]}:${iri.slice(known[1].length)}` : iri;
}
function decoded(text) { try { return decodeURIComponent(text); } catch { return text; } }
function address(iri) {
  const kind = KINDS.find(k => iri.startsWith(D.base + k));
  if (!kind) return null;
  const path = iri.slice(D.base.length).split(/[?#]/)[0];
  return D.root + path.split('/').map(part => encodeURIComponent(decoded(part))).join('/') + (D.lang ? '?lang=' + D.lang : '');
}
function cell(term) {
  if (!term) return el('td');
  if (term.type === 'uri') {
    const td = el('td'), where = address(term.value);
    const shown = where ? el('a', '', short(term.value)) : el('span', '', short(term.value));
    if (where) shown.href = where;
    shown.title = term.value;
    td.append(shown);
    return td;
  }
  const number = /#(integer|decimal|double|float)$/.test(term.datatype || '');
  const size = term.value.length > 40 ? 'long' : term.value.length < 24 ? 'short' : '';
  const td = el('td', number ? 'number' : size, number ? grouped(term.value) : term.value);
  if (number) td.title = term.value;
  return td;
}
function grouped(text) {
  const match = /^(-?\d+)(\.\d+)?$/.exec(text);
  return match ? match[1].replace(/\B(?=(\d{3})+$)/g, ',') + (match[2] || '') : text;
}

// ---------------------------------------------------------------- running

let turn = 0;
async function run() {
  const query = box.value.trim();
  if (!query) return;
  const mine = ++turn, began = performance.now();
  fault.hidden = true;
  out.replaceChildren();
  status.textContent = T.running;
  $('run').disabled = true;
  $('saves').hidden = true;
  try {
    const answer = await fetch(D.root + 'sparql', {
      method: 'POST', body: new URLSearchParams({ query }),
      headers: { Accept: 'application/sparql-results+json, text/turtle;q=0.9' },
    });
    const text = await answer.text();
    if (mine !== turn) return;
    const took = fill(T.time, { ms: Math.round(performance.now() - began) });
    if (!answer.ok) { wrong(text); return; }
    const isTable = answer.headers.get('content-type').includes('json');
    const said = isTable ? table(JSON.parse(text)) : triples(text);
    status.textContent = `${said} · ${took}`;
    saves(query, isTable);
    history.replaceState(null, '', location.pathname + '?' + new URLSearchParams({ ...(D.lang ? { lang: D.lang } : {}), query }));
  } catch (error) {
    if (mine === turn) wrong(fill(T.reach, { message: error.message }));
  } finally {
    if (mine === turn) $('run').disabled = false;
  }
}
function wrong(text) {
  status.textContent = '';
  fault.textContent = text.trim();
  fault.hidden = false;
  const at = /line (\d+), column (\d+)/.exec(text);
  if (!at) return;
  const lines = box.value.split('\n').slice(0, +at[1] - 1);
  const place = lines.reduce((sum, line) => sum + line.length + 1, 0) + +at[2] - 1;
  box.focus();
  box.setSelectionRange(place, Math.min(place + 1, box.value.length));
}
function table(answer) {
  if ('boolean' in answer) { const yes = answer.boolean ? T.yes : T.no; out.append(el('pre', '', yes)); return yes; }
  const names = answer.head.vars, rows = answer.results.bindings;
  if (rows.length === 0) { out.append(el('p', 'none', T.empty)); return fill(T.rows, { n: 0 }); }
  const grid = el('table'), head = el('tr'), body = el('tbody'), top = el('thead');
  for (const name of names) head.append(el('th', '', name));
  top.append(head);
  for (const row of rows.slice(0, ROWS)) { const tr = el('tr'); for (const name of names) tr.append(cell(row[name])); body.append(tr); }
  grid.append(top, body);
  const scroll = el('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.append(grid);
  out.append(scroll);
  if (rows.length > ROWS) out.append(el('p', 'hint', fill(T.first, { n: ROWS })));
  return fill(T.rows, { n: rows.length });
}
function triples(text) {
  const scroll = el('div', 'scroll');
  scroll.append(text.trim() ? el('pre', '', text) : el('p', 'none', T.empty));
  out.append(scroll);
  return T.triples;
}
function saves(query, isTable) {
  const list = isTable ? [['CSV', 'csv'], ['TSV', 'tsv'], ['JSON', 'json'], ['XML', 'xml']] : [['Turtle', 'turtle'], ['N-Triples', 'ntriples'], ['JSON-LD', 'jsonld'], ['RDF/XML', 'rdfxml']];
  $('saves').replaceChildren(T.save, ...list.map(([name, format]) => {
    const link = el('a', '', name);
    link.href = D.root + 'sparql?' + new URLSearchParams({ query, format });
    link.download = `result.${{ turtle: 'ttl', ntriples: 'nt', rdfxml: 'rdf' }[format] || format}`;
    return link;
  }));
  $('saves').hidden = false;
}

// ---------------------------------------------------------------- page

const items = D.questions.map(question => {
  const b = el('button', '', question.title);
  b.type = 'button';
  b.addEventListener('click', () => choose(question, b));
  const li = el('li');
  li.append(b);
  return li;
});
function choose(question, pressed) {
  $('questions').querySelectorAll('[aria-current]').forEach(b => b.removeAttribute('aria-current'));
  pressed.setAttribute('aria-current', 'true');
  box.value = question.text;
  run();
}
$('questions').append(...items);
$('run').addEventListener('click', run);
box.addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
const given = new URLSearchParams(location.search).get('query');
if (given) { box.value = given; run(); } else if (D.questions.length > 0) { box.value = D.questions[0].text; status.textContent = T.keys; }
})();
