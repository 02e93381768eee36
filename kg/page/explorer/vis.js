// The pyvis engine: vis-network from the wheel of pyvis draws nodes and lines; names are drawn over them as everywhere.

/** @param {HTMLElement} box @param {Host} host @returns {Engine} */
function makeEngine(box, host) {
  const vis = /** @type {any} */ (window).vis, nodeSet = new vis.DataSet([]), edgeSet = new vis.DataSet([]);
  const network = new vis.Network(box, { nodes: nodeSet, edges: edgeSet }, FIRST.options);
  /** @type {Map<string | number, string>} */ const drawn = new Map();
  /** @type {LabelBox[]} */ let boxes = [];
  let quiet = false, frames = 0;
  /** @param {number} key */ const idOf = key => (key < 0 ? 'f' + ~key : key);
  /** @param {string | number} id */ const keyOf = id => (typeof id === 'number' ? id : ~Number(id.slice(1)));

  /** How each node is drawn now; the shapes are our own, as vis-network has fewer than there are classes.
   * @type {Map<number, {size: number, fill: string, border: string}>} */
  const styles = new Map();
  /** @param {number} key */
  const renderer = key => (/** @type {{ctx: CanvasRenderingContext2D, x: number, y: number, state: {hover: boolean}}} */ { ctx, x, y, state: { hover } }) => {
    const style = styles.get(key) || { size: 5, fill: look.mute, border: look.stage };
    const drawNode = () => { ctx.beginPath(); trace(ctx, shapeOf(key), x, y, style.size * 0.94); ctx.fillStyle = hover ? mix(style.fill, look.fg, 0.15) : style.fill; ctx.fill(); ctx.lineWidth = 1.2; ctx.strokeStyle = style.border; ctx.stroke(); };
    return { drawNode, nodeDimensions: { width: 2 * style.size, height: 2 * style.size } };
  };
  /** @param {number} key @param {boolean} on @param {boolean} bright */
  function nodeStyle(key, on, bright) {
    const base = colourOf(key), colour = bright ? base : fade(base), p = spot(key), size = Math.round(Math.max(sizeOf(key), 1.6 / network.getScale()) * 10) / 10;
    styles.set(key, { size, fill: colour, border: bright ? look.stage : colour });
    return { id: idOf(key), x: p[0], y: p[1], hidden: !on, shape: 'custom', size, colour };
  }
  /** @param {number} i @param {boolean} bright @param {boolean} chosen */
  function edgeStyle(i, bright, chosen) {
    const line = allLines()[i], base = lineColour(Math.floor(Math.max(line.sig, 0) / 3)), colour = bright ? base : fade(base, 0.88), dash = DASHES[Math.max(line.sig, 0) % 3], ends = line.on ? arrowEnds(line) : new Set();
    return {
      id: i, from: idOf(line.a), to: idOf(line.b), hidden: !line.on, width: (chosen ? 2.4 : bright ? 1.4 : 0.9) + Math.min(3, Math.floor(Math.log2(Math.max(line.on, 1)))) * 0.8, smooth: false,
      color: { color: colour, highlight: colour, hover: base, inherit: false }, dashes: dash.length ? dash : false, arrows: { to: { enabled: ends.has(line.b), scaleFactor: 0.45 }, from: { enabled: ends.has(line.a), scaleFactor: 0.45 } },
    };
  }
  let made = allLines();
  function draw() {
    const light = lit(), all = allLines();
    if (made !== all) { edgeSet.clear(); for (const key of [...drawn.keys()]) if (String(key).startsWith('e')) drawn.delete(key); made = all; }
    /** @type {any[]} */ const nodes = [];
    /** @type {any[]} */ const edges = [];
    /** @param {string | number} key @param {any} style @param {any[]} list */
    const put = (key, style, list) => { const text = JSON.stringify(style); if (drawn.get(key) !== text) { drawn.set(key, text); list.push(style); } };
    /** @param {number} key @param {boolean} on */
    const each = (key, on) => { if (on || drawn.has(idOf(key))) put(idOf(key), nodeStyle(key, on, !light || light.keys.has(key)), nodes); };
    /** @param {any} node */
    const withShape = node => ({ id: node.id, x: node.x, y: node.y, hidden: node.hidden, shape: node.shape, size: node.size, ctxRenderer: renderer(keyOf(node.id)) });
    for (let n = 0; n < entities.length; n++) each(n, nodeOn[n] === 1);
    for (let f = 0; f < facts.length; f++) each(~f, hubOn[f] === 1);
    all.forEach((line, i) => { if (line.on || drawn.has('e' + i)) { const chosen = !!light && light.lines.has(i); put('e' + i, edgeStyle(i, !light || chosen, chosen), edges); } });
    quiet = true;
    if (nodes.length) nodeSet.update(nodes.map(withShape));
    if (edges.length) edgeSet.update(edges);
    quiet = false;
    network.redraw();
  }
  /** @returns {View} */
  function view() {
    const zero = network.canvasToDOM({ x: 0, y: 0 });
    return { k: network.getScale(), x: zero.x, y: zero.y, w: box.clientWidth, h: box.clientHeight };
  }
  network.on('afterDrawing', (/** @type {CanvasRenderingContext2D} */ g) => {
    if (quiet) return;
    frames++;
    const ratio = network.canvas.pixelRatio || 1;
    g.save();
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.setLineDash([]);
    const v = view(), light = lit();
    if (light || made.length < 3000) lineMarks(g, v, light);
    boxes = names(g, v, light);
    g.restore();
  });

  /** @param {{x: number, y: number}} at @returns {Hit} */
  function hit(at) {
    const id = network.getNodeAt(at);
    if (id !== undefined) return { key: keyOf(id) };
    const line = network.getEdgeAt(at);
    return line === undefined ? null : { line };
  }
  let lastClick = { time: 0, key: /** @type {number | null} */ (null) };
  network.on('click', (/** @type {any} */ event) => {
    const found = hit(event.pointer.DOM), key = found && found.key !== undefined ? found.key : null, now = event.event.timeStamp || 0;
    const again = key !== null && key === lastClick.key && now - lastClick.time < 350;
    lastClick = { time: now, key };
    if (again) host.twice(/** @type {number} */ (key)); else host.click(found, !!(event.event.srcEvent && event.event.srcEvent.shiftKey));
  });
  network.on('hoverNode', (/** @type {any} */ event) => { box.style.cursor = 'pointer'; host.hover({ key: keyOf(event.node) }, event.pointer.DOM.x, event.pointer.DOM.y); });
  network.on('hoverEdge', (/** @type {any} */ event) => { box.style.cursor = 'pointer'; host.hover({ line: event.edge }, event.pointer.DOM.x, event.pointer.DOM.y); });
  for (const name of ['blurNode', 'blurEdge', 'dragStart']) network.on(name, () => { box.style.cursor = ''; host.hover(null, 0, 0); });
  network.on('dragging', () => host.moved());
  network.on('zoom', () => { host.hover(null, 0, 0); host.moved(); });
  network.on('dragEnd', (/** @type {any} */ event) => event.nodes.forEach((/** @type {string | number} */ id) => { const body = network.body.nodes[id]; if (body) { spots.set(keyOf(id), [body.x, body.y]); host.dragged(keyOf(id)); } }));
  return {
    name: 'pyvis', view, draw, boxes: () => boxes, frames: () => frames,
    resize() { network.setSize('100%', '100%'); network.redraw(); },
    look(cx, cy, k) { network.moveTo({ position: { x: cx, y: cy }, scale: clampScale(k), animation: false }); },
  };
}
