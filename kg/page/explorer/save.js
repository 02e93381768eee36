// What one sees as a file: image, drawing, network, table, and the query that gives it.

/** Writes the picture as SVG: it answers to those calls of a canvas context that `paint` makes. */
class SvgPen {
  /** @param {number} w @param {number} h */
  constructor(w, h) {
    /** @type {string[]} */ this.out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${xml(FONT)}">`];
    this.path = ''; this.fillStyle = '#000'; this.strokeStyle = '#000'; this.lineWidth = 1; this.globalAlpha = 1; this.font = ''; this.lineCap = 'butt'; this.lineJoin = 'round'; this.textAlign = 'left'; this.textBaseline = 'middle';
    /** @type {number[]} */ this.dash = [];
    this.halo = '';
    this.gauge = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  }
  /** @param {number} v */ static n(v) { return String(Math.round(v * 10) / 10); }
  beginPath() { this.path = ''; }
  /** @param {number} x @param {number} y */ moveTo(x, y) { this.path += `M${SvgPen.n(x)} ${SvgPen.n(y)}`; }
  /** @param {number} x @param {number} y */ lineTo(x, y) { this.path += `L${SvgPen.n(x)} ${SvgPen.n(y)}`; }
  closePath() { this.path += 'Z'; }
  /** A whole circle: nothing else is drawn with arcs. @param {number} x @param {number} y @param {number} r */
  arc(x, y, r) { this.path += `M${SvgPen.n(x + r)} ${SvgPen.n(y)}A${SvgPen.n(r)} ${SvgPen.n(r)} 0 1 1 ${SvgPen.n(x - r)} ${SvgPen.n(y)}A${SvgPen.n(r)} ${SvgPen.n(r)} 0 1 1 ${SvgPen.n(x + r)} ${SvgPen.n(y)}Z`; }
  /** @param {number[]} dash */ setLineDash(dash) { this.dash = dash; }
  /** @param {string} text */ measureText(text) { this.gauge.font = this.font; return this.gauge.measureText(text); }
  alpha() { return this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : ''; }
  /** @param {number} x @param {number} y @param {number} w @param {number} h */ fillRect(x, y, w, h) { this.out.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${this.fillStyle}"/>`); }
  fill() { if (this.path) this.out.push(`<path d="${this.path}" fill="${this.fillStyle}"${this.alpha()}/>`); }
  stroke() { if (this.path) this.out.push(`<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${SvgPen.n(this.lineWidth)}"${this.dash.length ? ` stroke-dasharray="${this.dash.join(' ')}"` : ''}${this.alpha()}/>`); }
  strokeText() { this.halo = ` stroke="${this.strokeStyle}" stroke-width="${SvgPen.n(this.lineWidth)}" stroke-linejoin="round" paint-order="stroke"`; }
  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    const [, weight, size] = /** @type {RegExpMatchArray} */ (this.font.match(/^(?:(\d+) )?([\d.]+)px/));
    this.out.push(`<text x="${SvgPen.n(x)}" y="${SvgPen.n(y)}" font-size="${size}"${weight ? ` font-weight="${weight}"` : ''} dominant-baseline="central" fill="${this.fillStyle}"${this.halo}${this.alpha()}>${xml(text)}</text>`);
    this.halo = '';
  }
  text() { return this.out.join('\n') + '\n</svg>\n'; }
}
/** Text that can stand in XML, also as an attribute. @param {unknown} text */
const xml = text => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ud800-\udfff\ue000-\ufffd]/g, '\ufffd').replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?:[^\ud800-\udbff]|^)[\udc00-\udfff]/g, '\ufffd').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** @param {string} name @param {Blob} blob */
function download(name, blob) {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
  say(t('saved', name));
}
const fileName = (/** @type {string} */ ending) => Array.from(document.title.replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_')).slice(0, 60).join('') + '.' + ending;

function svgText() {
  const v = engine.view(), pen = new SvgPen(v.w, v.h);
  paint(pen, v);
  return pen.text();
}
/** @returns {Promise<Blob>} */
function pngBlob() {
  const v = engine.view(), canvas = document.createElement('canvas');
  canvas.width = v.w * 2; canvas.height = v.h * 2;
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  g.setTransform(2, 0, 0, 2, 0, 0);
  paint(g, v);
  return new Promise((resolve, reject) => canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('PNG'))), 'image/png'));
}

/** The facts that are before one's eyes: of the selection, else those whose participants are all in the picture. @returns {number[]} */
function factsInView() {
  const sel = state.sel;
  if (sel && sel.kind === 'node') return factsOf[sel.node].filter(f => factOn[f]).sort(newer);
  if (sel && sel.kind === 'facts') return sel.facts.filter(f => factOn[f]).sort(newer);
  if (sel) return [...new Set(sel.steps.reduce((/** @type {number[]} */ list, step) => list.concat(step), []))].filter(f => factOn[f]).sort(newer);
  return facts.map((_, f) => f).filter(factSeen).sort(newer);
}

function gexfText() {
  const keys = new Set(), list = factsInView(), rows = [];
  list.forEach(f => facts[f].members.forEach(n => keys.add(n)));
  eachKey(key => { if (key >= 0 && !state.sel) keys.add(key); });
  for (const n of keys) {
    const e = entities[n], [x, y] = spot(n), c = colourOf(n);
    rows.push(`<node id="${xml(e.id)}" label="${xml(e.name)}"><attvalues><attvalue for="class" value="${xml(e.klass)}"/><attvalue for="aliases" value="${xml(e.aliases.join('|'))}"/></attvalues><viz:position x="${x}" y="${-y}" z="0"/><viz:size value="${e.size}"/><viz:color r="${parseInt(c.slice(1, 3), 16)}" g="${parseInt(c.slice(3, 5), 16)}" b="${parseInt(c.slice(5, 7), 16)}"/></node>`);
  }
  /** @type {string[]} */ const edges = [];
  list.forEach(f => {
    const fact = facts[f], first = fact.told[0];
    const pairs = fact.links || fact.roles.slice(1).map(([role, n]) => ({ relation: role, from: fact.roles[0][1], to: n, directed: false }));
    pairs.forEach((k, i) => {
      const values = { fact: fact.id, class: factKinds[fact.c].name, relation: k.relation, date: fact.date, amount: fact.amount, currency: fact.currency, status: fact.status, confidence: fact.sure, quote: first && first.quote, document: first && articles[first.doc].id };
      edges.push(`<edge id="${xml(fact.id)}#${i}" source="${xml(entities[k.from].id)}" target="${xml(entities[k.to].id)}" type="${k.directed ? 'directed' : 'undirected'}" label="${xml(fact.label || word(k.relation))}"><attvalues>${Object.entries(values).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => `<attvalue for="${name}" value="${xml(value)}"/>`).join('')}</attvalues></edge>`);
    });
  });
  /** @param {string} kind @param {string[]} names */
  const columns = (kind, names) => `<attributes class="${kind}">${names.map(name => `<attribute id="${name}" title="${name}" type="${name === 'confidence' ? 'double' : 'string'}"/>`).join('')}</attributes>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3"><graph defaultedgetype="undirected">${columns('node', ['class', 'aliases'])}${columns('edge', ['fact', 'class', 'relation', 'date', 'amount', 'currency', 'status', 'confidence', 'quote', 'document'])}\n<nodes>\n${rows.join('\n')}\n</nodes>\n<edges>\n${edges.join('\n')}\n</edges></graph></gexf>\n`;
}

function csvText() {
  /** A spreadsheet would run what an article says as a formula. @param {unknown} value */
  const cell = value => { const text = value === null || value === undefined ? '' : String(value), safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text; return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe; };
  const rows = [['fact', 'class', 'label', 'participants', 'date', 'date_text', 'amount', 'currency', 'amount_text', 'status', 'confidence', 'quote', 'title', 'published', 'source', 'url'].join(',')];
  for (const f of factsInView()) {
    const fact = facts[f], first = fact.told[0], article = first ? articles[first.doc] : null;
    rows.push([fact.id, kindName(fact), fact.label, fact.roles.map(([role, n]) => word(role) + ': ' + entities[n].name).join('; '), fact.date, fact.words, fact.amount, fact.currency, fact.money, fact.status, fact.sure, first && first.quote, article && article.title, article && article.date, article && article.source, article && article.url].map(cell).join(','));
  }
  // With a byte order mark a spreadsheet reads UTF-8, without one the code page of the machine.
  return '\ufeff' + rows.join('\r\n') + '\r\n';
}

/** The query that gives the facts in view on the same store: filters as conditions, and where the picture holds a part, that part. */
function sparqlText() {
  const where = [], base = D.base, currency = commonCurrency();
  /** @param {string} kind @param {string} id */ const iri = (kind, id) => `<${base}${kind}/${id.replace(/[<>"{}|\\^`\u0000-\u0020]/g, c => encodeURIComponent(c))}>`;
  /** @param {string} text */ const literal = text => JSON.stringify(text).replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
  const on = [...new Set(facts.filter((fact, f) => factOn[f] || !state.offFacts.has(fact.c)).map(fact => fact.klass || factKinds[fact.c].name))].sort();
  where.push(`  VALUES ?class { ${on.map(name => 'kg:' + name).join(' ')} }`, '  ?fact a ?class .');
  const sel = state.sel, named = new Set();
  facts.forEach(fact => fact.roles.forEach(r => named.add(r[0])));
  const roles = [...named].sort().map(r => 'kg:' + r).join('|');
  if (sel && sel.kind === 'node') where.push(`  ?fact ${roles} ${iri('entity', entities[sel.node].id)} .`);
  else if (sel) where.push(`  VALUES ?fact { ${factsInView().map(f => iri('fact', facts[f].id)).join(' ')} }`);
  else if (!everything()) where.push(`  FILTER NOT EXISTS { ?fact ${roles} ?other . FILTER(?other NOT IN (${entities.map((e, n) => (nodeOn[n] ? iri('entity', e.id) : '')).filter(Boolean).join(', ')})) }`);
  const sure = Math.max(state.sure, D.least);
  if (sure > 0) where.push(`  FILTER EXISTS { ?fact kg:evidence/kg:confidence ?sure . FILTER(?sure >= ${sure}) }`);
  if (state.least > 0) where.push(`  ?fact kg:amount ?least ; kg:currency ${literal(currency)} . OPTIONAL { ?fact kg:amountUpper ?most }`, `  FILTER(COALESCE(?most, ?least) >= ${state.least})`);
  if (state.place >= 0) { const p = iri('entity', places[state.place].id); where.push(`  FILTER EXISTS { ?fact ${roles} ?there . FILTER(?there = ${p} || EXISTS { ?there (kg:within|schema:isPartOf)+ ${p} }) }`); }
  if (state.from || state.to || !state.undated) {
    /** Days are compared as far as both are known. @param {string} first @param {string} last */
    const tests = (first, last) => [
      ...(state.from ? [`SUBSTR(STR(${last}), 1, ${state.from.length}) >= SUBSTR(${literal(state.from)}, 1, STRLEN(STR(${last})))`] : []),
      ...(state.to ? [`SUBSTR(STR(${first}), 1, ${state.to.length}) <= SUBSTR(${literal(state.to)}, 1, STRLEN(STR(${first})))`] : []),
    ];
    if (state.by === 'event') {
      where.push('  OPTIONAL { ?fact kg:date ?day } OPTIONAL { ?fact kg:dateStart ?s } OPTIONAL { ?fact kg:dateEnd ?e }', '  BIND(COALESCE(?s, ?day) AS ?first) BIND(COALESCE(?e, ?day) AS ?last)');
      where.push(`  FILTER(${state.undated ? `!BOUND(?first) || (${tests('?first', '?last').join(' && ') || 'true'})` : ['BOUND(?first)', ...tests('?first', '?last')].join(' && ')})`);
    } else {
      const told = '?fact kg:evidence/kg:inDocument/schema:datePublished ?told', within = tests('?told', '?told').join(' && ') || 'true';
      where.push(`  FILTER(EXISTS { ${told} . FILTER(${within}) }${state.undated ? ` || NOT EXISTS { ${told} }` : ''})`);
    }
  }
  return `# ${document.title.replace(/[\r\n]/g, ' ')}\nPREFIX kg: <${base}ontology#>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\nPREFIX schema: <https://schema.org/>\nSELECT DISTINCT ?fact (SAMPLE(?name) AS ?label) (SAMPLE(?when) AS ?date) (SAMPLE(?sum) AS ?amount) WHERE {\n${where.join('\n')}\n  OPTIONAL { ?fact rdfs:label ?name } OPTIONAL { ?fact kg:date ?when } OPTIONAL { ?fact kg:amount ?sum }\n}\nGROUP BY ?fact\nORDER BY DESC(?date)\n`.replace('<' + base + 'ontology#>', '<' + (D.ontology || base + 'ontology#') + '>');
}
/** Does the picture hold all that is known? */
const everything = () => !lazy() && state.hidden.size === 0 && state.off.size === 0 && state.shown.size >= entities.length;

/** @type {Record<string, () => void | Promise<void>>} */
const SAVES = {
  png: async () => download(fileName('png'), await pngBlob()),
  svg: () => download(fileName('svg'), new Blob([svgText()], { type: 'image/svg+xml' })),
  gexf: () => download(fileName('gexf'), new Blob([gexfText()], { type: 'application/xml' })),
  csv: () => download(fileName('csv'), new Blob([csvText()], { type: 'text/csv;charset=utf-8' })),
  sparql: () => showText(t('sparql'), t('sparqlNote', factsInView().length), sparqlText(), 'rq'),
  link: async () => { try { await navigator.clipboard.writeText(location.href); say(t('copied')); } catch (error) { showText(t('link'), '', location.href, 'txt'); } },
};
