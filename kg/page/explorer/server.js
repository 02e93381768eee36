// A page that is served asks its own server for more: neighbours, names, ways, texts.

/** @param {any} given @returns {Server} */
function makeServer(given) {
  /** @param {string} path @param {Record<string, string>} values @returns {Promise<any>} */
  async function ask(path, values) {
    const reply = await fetch(path + '?' + new URLSearchParams(values).toString(), { headers: { accept: 'application/json' } });
    if (!reply.ok) throw new Error((await reply.text()).trim().slice(0, 300) || String(reply.status));
    return reply.json();
  }
  /** @param {any} part */
  const take = part => { const got = absorb(part); evaluate(); return got; };
  return {
    lazy: given.lazy, home: given.home + given.tail, sparql: given.sparql + given.tail, entity: given.entity, fact: given.fact, document: given.document, tail: given.tail, counts: given.counts, total: given.total,
    async near(n, only) { const got = take(await ask(given.graph, { around: decoded(entities[n].id), ...only })); filters(); return got.nodes.length; },
    partial: false,
    async find(text) { const got = await ask(given.graph, { find: text }); this.partial = got.partial === true; return take(got).nodes; },
    async path(a, b) { return take(await ask(given.graph, { from: decoded(entities[a].id), to: decoded(entities[b].id) })).facts.length; },
    async read(doc) { take(await ask(given.graph, { document: decoded(articles[doc].id) })); },
    async fetchDocument(id) { return take(await ask(given.graph, { document: decoded(id) })).facts.length; },
    async fetchEntity(id) { return take(await ask(given.graph, { around: decoded(id) })).nodes.length; },
  };
}
