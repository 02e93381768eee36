// The panel beside the picture: what is selected, its facts with their sentences, and the reader of an article.

let lang = 'zh';
let T = WORDS.zh;
/** A phrase with its gaps filled in order. @param {string} key @param {...unknown} values @returns {string} */
const t = (key, ...values) => { let i = 0; return String(T[key]).replace(/\{\}/g, () => number(values[i++])); };
/** A large number in groups of three, so that it can be read. @param {unknown} value */
const number = value => (typeof value === 'number' && value >= 1e4 ? value.toLocaleString('en-US') : String(value));
/** @param {string} name */
const word = name => { const pair = labels[name]; return pair ? pair[lang === 'en' ? 1 : 0] : name; };
/** @param {Kind} kind */
const label = kind => (lang === 'en' ? kind.en : kind.zh);

/** An element with content; text is only ever set as text. @param {string} tag @param {string} [className] @param {...(Node | string | number | null | undefined)} content @returns {any} */
function el(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const c of content) if (c !== null && c !== undefined && c !== '') element.append(typeof c === 'number' ? String(c) : c);
  return element;
}
/** @param {string} className @param {string | Node} content @param {(event: MouseEvent) => void} action @returns {HTMLButtonElement} */
function button(className, content, action) {
  const b = el('button', className, content);
  b.type = 'button';
  b.addEventListener('click', action);
  return b;
}
const SPACE = 'http://www.w3.org/2000/svg';
/** @param {string} tag @param {Record<string, string | number>} attributes @param {...Node} content @returns {any} */
function svg(tag, attributes, ...content) {
  const element = document.createElementNS(SPACE, tag);
  for (const name of Object.keys(attributes)) element.setAttribute(name, String(attributes[name]));
  element.append(...content);
  return element;
}
/** The shape of a class as a small picture. @param {string} shape @param {string} colour */
function shapeIcon(shape, colour) {
  const pen = new SvgPen(16, 16);
  trace(pen, shape, 8, 8, 5.4);
  return svg('svg', { viewBox: '0 0 16 16', width: 15, height: 15, 'aria-hidden': 'true' }, svg('path', { d: pen.path, fill: colour }));
}
/** How lines of a class of facts look: colour and mark. @param {Kind} kind */
function lineIcon(kind) {
  const pen = new SvgPen(24, 14), colour = shade(kind.colour), how = traceMark(pen, kind.shape, 12, 7, 1, 0, 3.6);
  const picture = svg('svg', { viewBox: '0 0 24 14', width: 24, height: 14, 'aria-hidden': 'true', class: 'line-icon' }, svg('path', { d: 'M1 7h22', stroke: colour, 'stroke-width': 2.2, 'stroke-linecap': 'round' }));
  if (how) picture.append(svg('path', { d: pen.path, fill: how === 'filled' ? colour : how === 'hollow' ? look.card : 'none', stroke: how === 'filled' ? 'none' : colour, 'stroke-width': how === 'strokes' ? 2.2 : 1.6 }));
  return picture;
}
/** @param {number} n */ const iconOf = n => shapeIcon(shapeOf(n), colourOf(n));
/** @param {Fact} fact */ const kindName = fact => (fact.klass ? word(fact.klass) : label(factKinds[fact.c]));

// ---------------------------------------------------------------- facts

/** @param {Fact} fact */
function sum(fact) {
  if (!fact.amount) return null;
  /** @param {string} value */
  const group = value => { const [whole, rest] = value.split('.'); return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest && Number(rest) ? '.' + rest : ''); };
  return (T.bound[fact.bound || ''] || '') + group(fact.amount) + (fact.upper ? ' – ' + group(fact.upper) : '') + ' ' + (fact.currency || '');
}
/** A name that leads to its entity: a link, so that it breaks like text and can be opened beside. @param {number} n @param {string} text @param {string} className @param {() => void} [before] */
function entityLink(n, text = called(n), className = 'link', before) {
  const a = el('a', className, text);
  a.href = '#' + new URLSearchParams({ e: entities[n].id }).toString();
  a.addEventListener('click', (/** @type {MouseEvent} */ event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); if (before) before(); void choose(n, true); });
  return a;
}
/** @param {number[]} list */ const listed = list => list.reduce((/** @type {(Node | string)[]} */ out, n, k) => out.concat(k ? [T.joined, entityLink(n)] : [entityLink(n)]), []);
/** @param {Fact} fact @returns {[string, number[]][]} */
function inRoles(fact) { /** @type {Map<string, number[]>} */ const roles = new Map(); fact.roles.forEach(([role, n]) => { const list = roles.get(role); if (list) list.push(n); else roles.set(role, [n]); }); return [...roles]; }
/** A text with some stretches marked; offsets count code points, as everywhere in kg, and JavaScript counts UTF-16 units.
 * @param {Element} box @param {string} text @param {[number, number][]} marks */
function marked(box, text, marks) {
  const chars = Array.from(text);
  let at = 0;
  for (const [start, end] of marks) { if (start < at) continue; box.append(chars.slice(at, start).join(''), el('mark', '', chars.slice(start, end).join(''))); at = end; }
  box.append(chars.slice(at).join(''));
  return box;
}
/** @param {Article} article */
const titleOf = article => (article.title ? (lang === 'zh' ? `《${article.title}》` : article.title) : decoded(article.id));
/** @param {string} text */
function decoded(text) { try { return decodeURIComponent(text); } catch (error) { return text; } }
/** Only an address of the web becomes a link: a record may hold any scheme. @param {string | null} url */
function webLink(url) {
  if (!url || !/^https?:\/\//i.test(url)) return null;
  const a = el('a', 'link', t('open'));
  a.href = url; a.rel = 'noopener noreferrer'; a.target = '_blank';
  return a;
}
/** The sentence of a telling; a click opens the article at that place. @param {Telling} telling */
function quoteOf(telling) {
  /** @type {HTMLButtonElement} */ const box = el('button', 'quote');
  marked(box, telling.quote, telling.marks);
  box.type = 'button';
  box.title = t('read');
  box.addEventListener('click', () => read(telling.doc, telling.start));
  return box;
}
/** @param {Telling} telling */
function sourceOf(telling) {
  const article = articles[telling.doc];
  return el('div', 'source', [titleOf(article), article.source, article.date].filter(Boolean).join(' · '), ' ', button('link', t('read'), () => read(telling.doc, telling.start)), ' ', webLink(article.url));
}
/** @param {number} f */
function card(f) {
  const fact = facts[f], kind = factKinds[fact.c], box = el('article', 'fact ' + fact.status);
  const top = el('div', 'top', el('span', 'chip', lineIcon(kind), kindName(fact)));
  if (T.states[fact.status]) top.append(el('span', 'state ' + fact.status, T.states[fact.status]));
  top.append(el('span', 'when', fact.date || fact.words || t('undatedFact')));
  box.append(top);
  if (fact.label) box.append(el('div', 'name', fact.label));
  const list = el('dl');
  inRoles(fact).forEach(([role, nodes]) => list.append(el('dt', '', word(role)), el('dd', '', ...listed(nodes))));
  if (fact.money || fact.amount) list.append(el('dt', '', t('amountName')), el('dd', '', fact.money || '', fact.amount ? el('small', '', ' ' + sum(fact)) : ''));
  if (fact.words && fact.date && fact.words !== fact.date) list.append(el('dt', '', t('date')), el('dd', '', fact.date + ' ', el('small', '', t('written', fact.words))));
  fact.extra.forEach(([name, value]) => list.append(el('dt', '', word(name)), el('dd', '', value)));
  const meter = el('span', 'meter'), fill = el('i');
  fill.style.width = Math.round(fact.sure * 100) + '%';
  meter.append(fill);
  list.append(el('dt', '', t('confidence')), el('dd', '', meter, fact.sure.toFixed(2)));
  box.append(list);
  const other = differing(f);
  if (other.length) box.append(button('differs', `${t('differs')} (${other.length})`, () => select({ kind: 'facts', facts: [f, ...other], lines: linesOfFacts([f, ...other]), title: t('differsNote') }, false)));
  // Each document once: two sources that tell the same are seen as two.
  /** @type {Map<number, Telling[]>} */ const byDoc = new Map();
  fact.told.forEach(x => { const had = byDoc.get(x.doc); if (had) had.push(x); else byDoc.set(x.doc, [x]); });
  if (byDoc.size > 1) box.append(el('div', 'sources', t('twoSources', byDoc.size)));
  /** @param {Telling[]} tellings */
  const show = tellings => { const group = el('div', 'telling'); tellings.forEach(x => group.append(quoteOf(x))); group.append(sourceOf(tellings[0])); return group; };
  const groups = [...byDoc.values()];
  groups.slice(0, 2).forEach(g => box.append(show(g.slice(0, 1))));
  const rest = groups.slice(0, 2).map(g => g.slice(1)).concat(groups.slice(2)).filter(g => g.length), count = rest.reduce((s, g) => s + g.length, 0);
  if (count) { const b = button('link', t('told', count), () => { b.remove(); rest.forEach(g => box.append(show(g))); }); box.append(b); }
  if (server) { const a = el('a', 'link page', t('page')); a.href = server.fact + encodePath(fact.id); box.append(a); }
  return box;
}
/** @param {string} id */ const encodePath = id => id.split('/').map(x => encodeURIComponent(decoded(x))).join('/') + (server && server.tail ? server.tail : '');
/** @param {HTMLElement} root @param {number[]} list @param {number} [most] */
function cards(root, list, most = 25) {
  list.slice(0, most).forEach(f => root.append(card(f)));
  if (list.length > most) { const b = button('pill', t('showAll', list.length - most), () => { b.remove(); cards(root, list.slice(most), 60); }); root.append(b); }
}
/** @param {number[]} list @returns {number[]} */
function linesOfFacts(list) { const set = new Set(list), found = []; const all = allLines(); for (let i = 0; i < all.length; i++) if (all[i].on && all[i].parts.some(p => set.has(p.f))) found.push(i); return found; }

// ---------------------------------------------------------------- the panel

/** @param {string} kind @param {string} title @param {Node | null} icon */
function heading(kind, title, icon) {
  const close = button('close', '×', () => select(null, false));
  close.setAttribute('aria-label', t('close'));
  return [el('p', 'meta', icon, icon ? ' ' : '', kind), el('div', 'head', el('h3', '', title), close)];
}
/** @param {string} key @param {string} hint @param {() => void} action @param {boolean} [main] */
function act(key, hint, action, main) { const b = button(main ? 'pill main' : 'pill', t(key), action); if (hint) { b.title = hint; b.setAttribute('aria-keyshortcuts', hint); } return b; }

/** Tell a screen reader what is selected now; the picture itself tells it nothing. */
function speak() {
  const sel = state.sel, text = !sel ? '' : sel.kind === 'node' ? `${entities[sel.node].name}，${word(entities[sel.node].klass)}，${t('facts', factsOf[sel.node].filter(f => factOn[f]).length)}` : sel.kind === 'facts' ? `${sel.title}，${t('facts', sel.facts.length)}` : t('path', entities[sel.nodes[0]].name, entities[sel.nodes[sel.nodes.length - 1]].name) + ' ' + sel.nodes.map(n => entities[n].name).join(' — ');
  if ($('spoken').textContent !== text) $('spoken').textContent = text;
}
function panel() {
  const root = $('panel'), sel = state.sel;
  speak();
  root.replaceChildren();
  root.scrollTop = 0;
  if (state.route !== null) root.append(el('p', 'state planned', t('pick', entities[state.route].name)));
  if (!sel) return overview(root);
  if (sel.kind === 'facts') {
    root.append(...heading(t('facts', sel.facts.filter(f => factOn[f]).length), sel.title, null));
    cards(root, sel.facts.filter(f => factOn[f]).sort(newer));
    return undefined;
  }
  if (sel.kind === 'path') return pathPanel(root, sel);
  const n = sel.node, entity = entities[n], all = factsOf[n].filter(f => factOn[f]).sort(newer), where = whereOf(n);
  root.append(...heading(word(entity.klass), entity.name, iconOf(n)));
  if (entity.aliases.length) root.append(el('p', 'meta', t('alias') + ' ' + entity.aliases.slice(0, 8).join(T.joined)));
  const about = [where.length ? t('at') + ' ' + where.join(' › ') : '', entity.code ? t('code') + ' ' + entity.code : ''].filter(Boolean).join(' · ');
  if (about) root.append(el('p', 'meta', about));
  if (server) { const a = el('a', 'link page', t('page')); a.href = server.entity + encodePath(entity.id); root.append(a); }
  const acts = el('div', 'acts');
  acts.append(act('ego', 'G', () => centre([n]), true), act('route', 'R', () => startRoute(n)), act('fold', 'C', () => fold(n)), act(state.pinned.has(n) ? 'unpin' : 'pin', 'P', () => pin(n)), act('hide', 'H', () => hide(n)));
  root.append(acts);
  const groups = outsideByKind(n), more = outside(n).length;
  if (more) {
    const chips = el('div', 'unfold', el('span', '', t('unfold')));
    for (const [c, list] of groups) { const b = button('chip more', '', () => unfold(n, list)); b.append(lineIcon(factKinds[c]), label(factKinds[c]), el('b', '', list.length)); chips.append(b); }
    if (groups.length > 1) { const b = button('chip more', t('unfoldAll', more), () => unfold(n, outside(n))); b.setAttribute('aria-keyshortcuts', 'E'); chips.append(b); }
    root.append(chips);
  }
  /** @type {Map<number, number>} */ const byKind = new Map();
  all.forEach(f => byKind.set(facts[f].c, (byKind.get(facts[f].c) || 0) + 1));
  root.append(el('h2', '', t('facts', all.length)));
  if (lazy() && factsOf[n].length < entity.total) root.append(el('p', 'hint', t('newestOf', factsOf[n].length, entity.total)));
  if (byKind.size > 1) {
    const chips = el('div', 'kinds');
    [...byKind].sort((a, b) => b[1] - a[1]).forEach(([c, count]) => { const b = button('chip more', '', () => { const chosen = b.getAttribute('aria-pressed') !== 'true'; chips.querySelectorAll('button').forEach((/** @type {Element} */ x) => x.setAttribute('aria-pressed', 'false')); b.setAttribute('aria-pressed', String(chosen)); list.replaceChildren(); cards(list, chosen ? all.filter(f => facts[f].c === c) : all); }); b.append(lineIcon(factKinds[c]), label(factKinds[c]), el('b', '', count)); b.setAttribute('aria-pressed', 'false'); chips.append(b); });
    root.append(chips);
  }
  const list = el('div');
  root.append(list);
  cards(list, all);
  const gone = factsOf[n].length - all.length;
  if (gone) root.append(el('p', 'hint', t('filtered', gone)));
  return undefined;
}
/** @param {HTMLElement} root @param {Extract<Chosen, {kind: 'path'}>} sel */
function pathPanel(root, sel) {
  const from = sel.nodes[0], to = sel.nodes[sel.nodes.length - 1];
  root.append(...heading(t('steps', sel.way + 1, sel.nodes.length - 1), t('path', called(from), called(to)), null));
  if (found.length > 1) {
    const acts = el('div', 'acts', el('span', 'hint', t('otherPaths')));
    found.forEach((way, k) => { const b = button('pill', `${k + 1} · ${way.nodes.slice(1, -1).map(n => short(entities[n].name, 8)).join(' · ') || '—'}`, () => showWay(k)); b.setAttribute('aria-pressed', String(k === sel.way)); acts.append(b); });
    root.append(acts, el('p', 'hint', t('pathNote')));
  }
  sel.steps.forEach((step, k) => { root.append(el('h2', '', `${k + 1}. ${entities[sel.nodes[k]].name} — ${entities[sel.nodes[k + 1]].name}`)); cards(root, step, 3); });
}
/** The newest of some facts; sorting fifty thousand of them for five takes too long. @param {number[]} list @param {number} most */
function newestOf(list, most) {
  /** @type {number[]} */ const best = [];
  for (const f of list) {
    if (!facts[f].last || (best.length === most && newer(f, best[most - 1]) >= 0)) continue;
    const at = best.findIndex(g => newer(f, g) < 0);
    best.splice(at < 0 ? best.length : at, 0, f);
    if (best.length > most) best.pop();
  }
  return best;
}
/** @param {HTMLElement} root */
function overview(root) {
  if (state.shown.size < entities.length || lazy()) root.append(el('p', 'hint', t('partly')));
  /** @param {number} n */ const count = n => (lazy() ? factCount(n) : factsOf[n].filter(f => factOn[f]).length);
  const hubs = entities.map((_, n) => n).slice(0, 400).filter(n => !state.off.has(entities[n].kind)).map(n => /** @type {[number, number]} */ ([n, count(n)])).filter(x => x[1]).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 8), list = el('ul', 'top-list');
  hubs.forEach(([n, c]) => { const b = button('', '', () => choose(n, true)); b.append(iconOf(n), el('span', '', called(n)), el('b', '', t('facts', c))); list.append(el('li', '', b)); });
  if (hubs.length) root.append(el('h2', '', t('hubs')), list);
  const on = facts.map((_, f) => f).filter(f => factOn[f]), newest = newestOf(on, 5);
  if (on.length) {
    const per = factKinds.map(() => 0);
    on.forEach(f => per[facts[f].c]++);
    /** @type {Record<string, number>} */ const counted = server && server.lazy ? server.counts : {};
    factKinds.forEach((k, c) => { if (counted[k.name] !== undefined) per[c] = counted[k.name]; });
    const most = Math.max(...per), kindsList = el('ul', 'top-list bars');
    per.map((c, k) => [k, c]).filter(x => x[1]).sort((a, b) => b[1] - a[1]).forEach(([k, c]) => {
      const b = button('', '', () => { state.offFacts = new Set(factKinds.map((_, i) => i).filter(i => i !== k)); filters(); refresh(); setView('table'); }), line = el('i');
      line.style.width = Math.max(2, Math.round((100 * c) / most)) + '%'; line.style.background = lineColour(k);
      b.append(el('span', '', label(factKinds[k])), el('em', '', line), el('b', '', number(c)));
      kindsList.append(el('li', '', b));
    });
    root.append(el('h2', '', t('byKind')), kindsList);
  }
  if (newest.length) { root.append(el('h2', '', t('newest'))); cards(root, newest, 5); }
}

// ---------------------------------------------------------------- the reader

/** Open an article at a place: mentions are marked and lead to their entity, sentences that tell facts are underlined.
 * @param {number} doc @param {number} at */
async function read(doc, at) {
  const box = $('reader'), article = articles[doc];
  box.replaceChildren();
  const close = button('close', '×', () => closeReader());
  close.setAttribute('aria-label', t('close'));
  box.append(el('div', 'head', el('h3', '', titleOf(article)), close), el('p', 'meta', [article.source, article.date].filter(Boolean).join(' · '), ' ', webLink(article.url)));
  box.setAttribute('aria-label', t('reader'));
  openReader();
  if (server && !article.paragraphs) {
    const busy = el('p', 'hint', t('loading'));
    box.append(busy);
    try { await server.read(doc); } catch (error) { busy.textContent = t('offline', /** @type {Error} */ (error).message); return; }
    busy.remove();
  }
  const told = facts.map((fact, f) => ({ f, told: fact.told.filter(x => x.doc === doc) })).filter(x => x.told.length);
  const paragraphs = article.paragraphs;
  const count = paragraphs ? paragraphs.reduce((s, p) => s + p[2].length, 0) : 0;
  box.append(el('p', 'hint', [t('factsHere', told.length), count ? t('mentions', count) : ''].filter(Boolean).join(' · ') + ' · ', button('link', t('listFacts'), () => { closeReader(); select({ kind: 'facts', facts: told.map(x => x.f), lines: linesOfFacts(told.map(x => x.f)), title: titleOf(article), doc }, false); })));
  /** @type {Element | null} */ let target = null;
  if (!paragraphs) {
    box.append(el('p', 'hint', t('noText')));
    told.forEach(x => x.told.forEach(telling => { const p = marked(el('p', 'para evidence'), telling.quote, telling.marks); if (telling.start === at) target = p; box.append(p); }));
  } else {
    paragraphs.forEach(([start, text, mentions], k) => {
      const chars = Array.from(text), p = el('p', 'para');
      const spans = told.reduce((/** @type {[number, number, number][]} */ list, x) => list.concat(x.told.map(y => [y.start - start, y.end - start, x.f])), []).filter(s => s[1] > 0 && s[0] < chars.length);
      const cuts = [...new Set([0, chars.length, ...mentions.reduce((/** @type {number[]} */ l, m) => l.concat([m[0], m[1]]), []), ...spans.reduce((/** @type {number[]} */ l, s) => l.concat([Math.max(0, s[0]), Math.min(chars.length, s[1])]), [])])].sort((a, b) => a - b);
      for (let i = 1; i < cuts.length; i++) {
        const piece = chars.slice(cuts[i - 1], cuts[i]).join(''), mention = mentions.find(m => m[0] <= cuts[i - 1] && m[1] >= cuts[i]), here = spans.filter(s => s[0] <= cuts[i - 1] && s[1] >= cuts[i]);
        const part = mention ? entityLink(mention[2], piece, 'mention', closeReader) : el('span', '', piece);
        if (mention) part.title = `${entities[mention[2]].name} · ${word(entities[mention[2]].klass)}`;
        if (here.length) part.classList.add('evidence');
        if (here.some(s => s[0] + start === at)) { part.classList.add('here'); target = target || part; }
        p.append(part);
      }
      if (k && start > paragraphs[k - 1][0] + Array.from(paragraphs[k - 1][1]).length + 1) box.append(el('p', 'gap', '……'));
      box.append(p);
      const these = [...new Set(spans.map(s => s[2]))];
      if (these.length) { const chips = el('div', 'kinds'); these.forEach(f => { const b = button('chip more', '', () => { closeReader(); select({ kind: 'facts', facts: [f], lines: linesOfFacts([f]), title: facts[f].label || kindName(facts[f]) }, false); }); b.append(lineIcon(factKinds[facts[f].c]), (facts[f].label || kindName(facts[f])) + (facts[f].date ? ' ' + facts[f].date : '')); chips.append(b); }); box.append(chips); }
    });
    if (!server) box.append(el('p', 'hint', t('readerPart')));
  }
  box.focus();
  if (target) /** @type {HTMLElement} */ (target).scrollIntoView({ block: 'center' }); else box.scrollTop = 0;
}
/** Who opened the reader gets the focus back. @type {HTMLElement | null} */ let cameFrom = null;
function openReader() { const at = /** @type {HTMLElement | null} */ (document.activeElement); if ($('reader').hidden) cameFrom = at; $('reader').hidden = false; }
function closeReader() { $('reader').hidden = true; (cameFrom && cameFrom.isConnected && cameFrom !== document.body ? cameFrom : $('panel')).focus({ preventScroll: true }); }

/** A text to look at, copy and save. @param {string} title @param {string} note @param {string} text @param {string} ending */
function showText(title, note, text, ending) {
  const box = $('reader'), close = button('close', '×', () => closeReader()), area = el('textarea');
  close.setAttribute('aria-label', t('close'));
  area.readOnly = true; area.value = text; area.spellcheck = false; area.id = 'text'; area.setAttribute('aria-label', title);
  const acts = el('div', 'acts', button('pill main', t('copy'), async () => { area.select(); try { await navigator.clipboard.writeText(text); } catch (error) { document.execCommand('copy'); } say(t('copied')); }), button('pill', t('save'), () => download(fileName(ending), new Blob([text], { type: 'text/plain' }))));
  box.replaceChildren(el('div', 'head', el('h3', '', title), close), note ? el('p', 'hint', note) : '', area, acts);
  box.setAttribute('aria-label', title);
  openReader();
  area.focus();
  // The cursor is at the end, and the beginning is to be seen.
  area.setSelectionRange(0, 0);
  area.scrollTop = 0;
}
function showKeys() {
  const box = $('reader'), close = button('close', '×', () => closeReader()), list = el('dl', 'keys');
  close.setAttribute('aria-label', t('close'));
  T.keys.forEach((/** @type {[string, string]} */ k) => list.append(el('dt', '', el('kbd', 'k', k[0])), el('dd', '', k[1])));
  const looks = el('ul', 'looks');
  T.looks.forEach((/** @type {[string, number, string]} */ [dash, width, text]) => looks.append(el('li', '', svg('svg', { viewBox: '0 0 44 10', width: 44, height: 10, 'aria-hidden': 'true' }, svg('path', { d: 'M2 5h40', stroke: look.mute, 'stroke-width': width, 'stroke-dasharray': dash || 'none', 'stroke-linecap': 'round' })), text)));
  box.replaceChildren(el('div', 'head', el('h3', '', t('help')), close), list, looks);
  box.setAttribute('aria-label', t('help'));
  openReader();
  box.focus();
}
