// Ways between two entities. As in `kg path`: a step costs more for being a part of something, and a hub costs.

/** What a step costs by the class of its fact. @type {Record<string, number>} */
const STEP = { PartOf: 2.5 };
/** @typedef {{nodes: number[], steps: number[][], cost: number}} Way */

/** The cheapest way that uses none of the barred steps; null where there is none.
 * @param {number} from @param {number} to @param {Set<string>} barred @returns {Way | null} */
function way(from, to, barred) {
  const N = entities.length, cost = new Float64Array(N).fill(Infinity), via = new Int32Array(N).fill(-1), done = new Uint8Array(N);
  /** @type {[number, number][]} */ const heap = [[0, from]];
  /** @param {number} n */
  const toll = n => Math.log2(Math.max(near(n).length, factCount(n), 2)) - 1;
  cost[from] = 0;
  while (heap.length) {
    const n = pop(heap)[1];
    if (done[n]) continue;
    done[n] = 1;
    if (n === to) break;
    for (const f of factsOf[n]) {
      if (!factOn[f]) continue;
      const step = STEP[factKinds[facts[f].c].name] || 1;
      for (const m of facts[f].members) {
        if (done[m] || state.hidden.has(m) || barred.has(pairKey(n, m))) continue;
        const c = cost[n] + step + (toll(n) + toll(m)) / 4;
        if (c < cost[m] - 1e-9) { cost[m] = c; via[m] = n; push(heap, [c, m]); }
      }
    }
  }
  if (via[to] < 0) return null;
  const nodes = [to];
  while (nodes[0] !== from) nodes.unshift(via[nodes[0]]);
  const steps = nodes.slice(1).map((n, k) => factsOf[n].filter(f => factOn[f] && facts[f].members.includes(nodes[k])).sort(newer));
  return { nodes, steps, cost: cost[to] };
}
/** @param {number} a @param {number} b */
const pairKey = (a, b) => (a < b ? a + ' ' + b : b + ' ' + a);

/** Up to three ways, best first: the best, and the best of those that leave out one of its steps.
 * @param {number} from @param {number} to @returns {Way[]} */
function ways(from, to) {
  const best = way(from, to, new Set());
  if (!best) return [];
  const found = [best];
  for (let k = 1; k < best.nodes.length; k++) {
    const other = way(from, to, new Set([pairKey(best.nodes[k - 1], best.nodes[k])]));
    // Two steps by one fact are a detour: its participants are joined without the one between them.
    const detour = other && other.steps.some((step, i) => i > 0 && step.some(f => other.steps[i - 1].includes(f)));
    if (other && !detour && !found.some(x => x.nodes.join() === other.nodes.join())) found.push(other);
  }
  return found.sort((a, b) => a.cost - b.cost).slice(0, 3);
}

/** @param {[number, number][]} heap @param {[number, number]} item */
function push(heap, item) {
  let i = heap.push(item) - 1;
  while (i > 0) { const up = (i - 1) >> 1; if (heap[up][0] <= heap[i][0]) break; [heap[up], heap[i]] = [heap[i], heap[up]]; i = up; }
}
/** @param {[number, number][]} heap @returns {[number, number]} */
function pop(heap) {
  const top = heap[0], last = /** @type {[number, number]} */ (heap.pop());
  if (heap.length) {
    heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && heap[child][0] < heap[least][0]) least = child;
      if (least === i) break;
      [heap[least], heap[i]] = [heap[i], heap[least]];
      i = least;
    }
  }
  return top;
}
