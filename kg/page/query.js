// The query page: canned questions as forms, an editor with the words of the ontology, the answer as a table.
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
function button(text, onclick, className) {
  const b = el('button', className, text);
  b.type = 'button';
  b.addEventListener('click', onclick);
  return b;
}

// ---------------------------------------------------------------- the editor

// Where its script did not come the plain box stays, and everything else works.
let editor = null;
function text() { return editor ? editor.getValue() : box.value; }
// The server knows our prefixes; declared, a query says the same at any other endpoint.
function declared(value) {
  const bare = value.replace(/"""[^]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|#[^\n]*/g, ' ');
  const missing = Object.keys(D.prefixes).filter(name => new RegExp(`(^|[^\\w:-])${name}:`).test(bare) && !new RegExp(`prefix\\s+${name}:`, 'i').test(bare));
  if (missing.length === 0) return value;
  const head = /^(?:#[^\n]*\n)*/.exec(value)[0];
  return head + missing.map(name => `PREFIX ${name}: <${D.prefixes[name]}>\n`).join('') + value.slice(head.length);
}
function setText(value) { value = declared(value); if (editor) { editor.setValue(value); } else { box.value = value; } }
if (window.Yasqe) {
  const place = el('div', 'editor');
  box.hidden = true;
  box.after(place);
  editor = new window.Yasqe(place, {
    value: '', showQueryButton: false, resizeable: false, persistenceId: null, consumeShareLink: null,
    createShareableLink: undefined, prefixCcApi: null, autocompleters: [], collapsePrefixesOnLoad: false,
    lineWrapping: true, editorHeight: '300px', screenReaderLabel: T.sparql,
  });
  editor.setOption('extraKeys', {
    ...editor.getOption('extraKeys'),
    'Ctrl-Enter': run, 'Cmd-Enter': run, 'Ctrl-Space': () => complete(false), 'Alt-/': () => complete(false),
    // Who works by keyboard leaves the editor as any other field.
    Tab: false, 'Shift-Tab': false,
  });
  editor.on('inputRead', (_, change) => { if (/[\p{L}:]$/u.test(change.text.join('')) && !editor.state.completionActive) complete(true); });
}

// Names of the ontology by what is typed: kg:Agr, Agr, 协议, signed; and prefixes behind PREFIX.
function complete(typing) {
  const cursor = editor.getCursor(), before = editor.getLine(cursor.line).slice(0, cursor.ch);
  const kind = editor.getTokenTypeAt(cursor) || '';
  if (typing && /string|comment/.test(kind)) return;
  const declared = /^\s*PREFIX\s+(\S*)$/i.exec(before);
  const word = declared ? declared[1] : /(?:[\p{L}\p{N}_-]*:)?[\p{L}\p{N}_-]*$/u.exec(before)[0];
  if (before[before.length - word.length - 1] === '?' || before[before.length - word.length - 1] === '$' || before[before.length - word.length - 1] === '<') return;
  const own = word.startsWith('kg:'), typed = (own ? word.slice(3) : word).toLowerCase();
  if (typing && !own && !(/[\u4e00-\u9fff]/.test(word) || declared) ) return;
  let found;
  if (declared) {
    found = Object.entries(D.prefixes).filter(([name]) => name.startsWith(typed.replace(/:.*/, '')))
      .map(([name, iri]) => ({ text: `${name}: <${iri}>`, displayText: `${name}: <${iri}>` }));
  } else {
    const rank = t => [t.name.toLowerCase(), t.zh, t.en.toLowerCase()].some(n => n.startsWith(typed)) ? 0 : 1;
    found = D.terms.filter(t => typed === '' || t.name.toLowerCase().includes(typed) || t.zh.includes(typed) || t.en.toLowerCase().includes(typed) || `${t.prefix}:`.startsWith(word))
      .filter(t => !own || t.prefix === 'kg')
      .sort((a, b) => rank(a) - rank(b))
      .map(t => ({
        hint: (cm, data) => { cm.replaceRange(`${t.prefix}:${t.name}`, data.from, data.to); if (!(t.prefix in cm.getPrefixesFromQuery())) cm.addPrefixes({ [t.prefix]: D.prefixes[t.prefix] }); },
        text: `${t.prefix}:${t.name}`,
        render: line => line.append(el('b', '', `${t.prefix}:${t.name}`), el('span', '', D.language === 'en' ? t.en : t.zh), el('i', '', T.kinds[t.kind])),
      }));
  }
  if (found.length === 0) return;
  const from = { line: cursor.line, ch: cursor.ch - word.length };
  editor.showHint({ hint: () => ({ list: found.slice(0, 60), from, to: cursor }), completeSingle: false, closeCharacters: /[\s;.,{}()]/ });
}

// ---------------------------------------------------------------- terms

const KINDS = ['entity/', 'document/', 'fact/'];
const TERMS = new Map(D.terms.map(t => [D.prefixes[t.prefix] + t.name, t]));
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
    const name = TERMS.get(term.value);
    if (name) td.append(el('small', '', D.language === 'en' ? name.en : name.zh));
    else if (where && /\/(entity|fact|document)\/[^?#]*$/.test(term.value)) { td.dataset.iri = term.value; }
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
// Labels beside IRIs come after the table: a second query for those that are shown.
async function label(mine) {
  const cells = [...out.querySelectorAll('td[data-iri]')], iris = [...new Set(cells.map(td => td.dataset.iri))].slice(0, 400);
  if (iris.length === 0) return;
  const values = iris.map(iri => `<${iri}>`).join(' ');
  const query = `SELECT ?x (MIN(STR(?l)) AS ?label) { VALUES ?x { ${values} } ?x rdfs:label ?l } GROUP BY ?x`;
  try {
    const answer = await fetch(D.root + 'sparql', { method: 'POST', body: new URLSearchParams({ query }), headers: { Accept: 'application/sparql-results+json' } });
    if (!answer.ok || mine !== turn) return;
    const names = new Map((await answer.json()).results.bindings.filter(b => b.x).map(b => [b.x.value, b.label.value]));
    for (const td of cells) {
      const name = names.get(td.dataset.iri);
      if (name && name !== td.textContent) td.append(el('small', '', name));
    }
  } catch { /* the table says all that was asked for */ }
}

// ---------------------------------------------------------------- running

let turn = 0, stop = null;
async function run(more) {
  const query = text().trim();
  if (!query) return;
  const next = more && more.offset !== undefined ? more : {};
  const mine = ++turn, began = performance.now();
  fault.hidden = true;
  out.replaceChildren();
  status.textContent = T.running;
  if (stop) stop.abort();
  stop = new AbortController();
  $('run').textContent = T.stop;
  $('saves').hidden = true;
  try {
    const answer = await fetch(D.root + 'sparql', {
      method: 'POST', body: new URLSearchParams({ query, ...next }), signal: stop.signal,
      headers: { Accept: 'application/sparql-results+json, text/turtle;q=0.9' },
    });
    const body = await answer.text();
    if (mine !== turn) return;
    const took = fill(T.time, { ms: Math.round(performance.now() - began) });
    if (!answer.ok) { wrong(body); return; }
    const isTable = answer.headers.get('content-type').includes('json');
    const first = +(next.offset || 0);
    const said = isTable ? table(JSON.parse(body), body, first) : triples(body);
    status.textContent = `${said} · ${took}`;
    cut(answer, first);
    saves(query, isTable, next);
    label(mine);
    history.replaceState(null, '', location.pathname + '?' + new URLSearchParams({ ...(D.lang ? { lang: D.lang } : {}), query }));
  } catch (error) {
    if (mine === turn) { if (error.name === 'AbortError') status.textContent = T.stopped; else wrong(fill(T.reach, { message: error.message })); }
  } finally {
    if (mine === turn) { $('run').textContent = T.run; stop = null; }
  }
}
function runOrStop() { if (stop) { stop.abort(); } else { run(); } }
// The server gives so many rows at once and says where the next ones are.
function cut(answer, first) {
  const rows = /rows=(\d+)/.exec(answer.headers.get('x-kg-truncated') || '');
  if (!rows) return;
  const link = /[?&]offset=(\d+)&state=(\w+)/.exec(answer.headers.get('link') || '');
  const line = el('p', 'cut', fill(T.cut, { first: first + 1, last: first + +rows[1] }) + ' ');
  if (link) line.append(button(T.next, () => run({ offset: link[1], state: link[2] })));
  out.prepend(line);
}
function wrong(message) {
  status.textContent = '';
  fault.textContent = message.trim();
  fault.hidden = false;
  const at = /line (\d+), column (\d+)/.exec(message);
  if (!at) return;
  const line = +at[1] - 1, column = +at[2] - 1;
  if (editor) {
    editor.focus();
    editor.setSelection({ line, ch: column }, { line, ch: column + 1 });
    return;
  }
  const lines = box.value.split('\n').slice(0, line);
  const place = lines.reduce((sum, one) => sum + one.length + 1, 0) + column;
  box.focus();
  box.setSelectionRange(place, Math.min(place + 1, box.value.length));
}
function table(answer, raw, first) {
  if ('boolean' in answer) { const yes = answer.boolean ? T.yes : T.no; out.append(el('pre', '', yes)); return yes; }
  const names = answer.head.vars, rows = answer.results.bindings;
  if (rows.length === 0) { out.append(el('p', 'none', T.empty)); return fill(T.rows, { n: 0 }); }
  const grid = el('table'), head = el('tr'), body = el('tbody'), top = el('thead');
  for (const name of names) head.append(el('th', '', name));
  top.append(head);
  for (const row of rows.slice(0, ROWS)) { const tr = el('tr'); for (const name of names) tr.append(cell(row[name])); body.append(tr); }
  grid.append(top, body);
  const asTable = scrolled(grid), asText = scrolled(el('pre', '', raw.length > 400000 ? raw.slice(0, 400000) + '…' : raw));
  asText.hidden = true;
  const tabs = el('div', 'tabs');
  for (const [name, shown, other] of [[T.table, asTable, asText], [T.raw, asText, asTable]]) {
    const tab = button(name, () => { shown.hidden = false; other.hidden = true; tabs.querySelectorAll('button').forEach(b => b.setAttribute('aria-pressed', b === tab)); });
    tab.setAttribute('aria-pressed', shown === asTable);
    tabs.append(tab);
  }
  out.append(tabs, asTable, asText);
  if (rows.length > ROWS) out.append(el('p', 'hint', fill(T.first, { n: ROWS })));
  return fill(T.rows, { n: first > 0 ? `${first + 1}–${first + rows.length}` : rows.length });
}
function scrolled(inside) {
  const scroll = el('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.append(inside);
  return scroll;
}
function triples(body) {
  out.append(scrolled(body.trim() ? el('pre', '', body) : el('p', 'none', T.empty)));
  return T.triples;
}
function saves(query, isTable, next) {
  const list = isTable ? [['CSV', 'csv'], ['TSV', 'tsv'], ['JSON', 'json'], ['XML', 'xml']] : [['Turtle', 'turtle'], ['N-Triples', 'ntriples'], ['JSON-LD', 'jsonld'], ['RDF/XML', 'rdfxml']];
  $('saves').replaceChildren(T.save, ...list.map(([name, format]) => {
    const link = el('a', '', name);
    link.href = D.root + 'sparql?' + new URLSearchParams({ query, format, ...next });
    link.download = `result.${{ turtle: 'ttl', ntriples: 'nt', rdfxml: 'rdf' }[format] || format}`;
    return link;
  }));
  $('saves').hidden = false;
}

// ---------------------------------------------------------------- questions

const form = $('form');
function choose(question, pressed) {
  $('questions').querySelectorAll('[aria-current]').forEach(b => b.removeAttribute('aria-current'));
  pressed.setAttribute('aria-current', 'true');
  form.replaceChildren();
  form.hidden = question.parameters.length === 0;
  for (const parameter of question.parameters) {
    const field = el('label', '', ''), input = el('input');
    field.append(el('span', '', D.language === 'en' ? parameter.labels.en : parameter.labels.zh), input);
    input.name = parameter.name;
    input.autocomplete = 'off';
    input.value = question.example[parameter.name] ?? parameter.default ?? '';
    if (parameter.default === null) input.required = true;
    if (parameter.kind === 'entity') suggest(input);
    if (parameter.kind === 'class') {
      const list = options(input);
      list.replaceChildren(...D.terms.filter(t => t.kind === 'fact').map(t => { const o = el('option'); o.value = D.language === 'en' ? t.name : t.zh; return o; }));
    }
    form.append(field);
  }
  const go = el('button', 'go', T.ask);
  form.append(go);
  form.onsubmit = event => { event.preventDefault(); ask(question); };
  setText(question.text);
  run();
}
function options(input) {
  const list = el('datalist');
  list.id = 'list-' + input.name;
  input.setAttribute('list', list.id);
  input.after(list);
  return list;
}
function suggest(input) {
  let waiting = 0, list = null;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    const typed = input.value.trim();
    if (typed.length < 2) return;
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(D.root + 'api/search?' + new URLSearchParams({ q: typed, limit: 12 }));
        if (!answer.ok) return;
        list = list || options(input);
        list.replaceChildren(...(await answer.json()).entities.map(e => { const o = el('option', '', `${e.type_label} ${e.path.join(' ')}`); o.value = e.label; return o; }));
      } catch { /* one can type without */ }
    }, 180);
  });
}
async function ask(question) {
  const given = [...form.querySelectorAll('input')].filter(i => i.value.trim() !== '').map(i => ['p', `${i.name}=${i.value.trim()}`]);
  fault.hidden = true;
  try {
    const answer = await fetch(`${D.root}api/question/${question.name}?${new URLSearchParams(given)}`);
    const found = await answer.json();
    if (!answer.ok) { out.replaceChildren(); wrong(found.error); return; }
    setText(`# ${question.title}  ${given.map(pair => pair[1]).join('  ')}\n${found.query}`);
    run();
  } catch (error) { wrong(fill(T.reach, { message: error.message })); }
}

$('questions').append(...D.questions.map(question => {
  const li = el('li'), b = button(question.title, () => choose(question, b));
  li.append(b);
  return li;
}));
$('run').addEventListener('click', runOrStop);
box.addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
const given = new URLSearchParams(location.search).get('query');
if (given) { setText(given); run(); } else if (D.questions.length > 0) { setText(D.questions[0].text); status.textContent = T.keys; }
})();
