// Names as people type them: Chinese, full pinyin, initials with every reading of a character, codes.

/** @param {string} text */
const plain = text => text.toLowerCase().replace(/[\s·•()（）“”"'《》\-_.]/g, '');
/** @type {Map<string, [string, string[][] | null]>} */ const spelled = new Map();
/** A name without blanks and marks, and the readings of its characters (made when first asked for). @param {string} name */
function spelling(name) {
  let found = spelled.get(name);
  if (!found) { found = [plain(name), null]; spelled.set(name, found); }
  return found;
}
/** True where a query can be read off characters from `at` on: of each its initial, its whole sound, or at the end a part of it.
 * @param {string} query @param {string[][]} list @param {number} at @returns {boolean} */
function reads(query, list, at) {
  if (!query) return true;
  if (at >= list.length) return false;
  return list[at].some(sound => (sound.startsWith(query) && query.length <= sound.length) || (query.startsWith(sound) && reads(query.slice(sound.length), list, at + 1)) || (query[0] === sound[0] && reads(query.slice(1), list, at + 1)));
}
/** How well a query fits a name, 0 for not at all. @param {string} query @param {string} name @param {boolean} latin */
function fitness(query, name, latin) {
  const entry = spelling(name), text = entry[0];
  if (text === query) return 200;
  const at = text.indexOf(query);
  if (at >= 0) return at === 0 ? 120 - text.length * 0.2 : 90 - at;
  if (!latin) return 0;
  if (!entry[1]) entry[1] = Array.from(text).map(c => (sounds[c] ? sounds[c].split(' ') : [c]));
  const list = entry[1];
  for (let k = 0; k < list.length; k++) if (reads(query, list, k)) return (k === 0 ? 80 : 50 - k) - list.length * 0.2;
  return 0;
}
/** The entities that a query fits, best first: number and the other name by which it was found. @param {string} text @param {number} most @returns {[number, string | null][]} */
function findEntities(text, most) {
  const query = plain(text), latin = /^[a-z0-9]+$/.test(query);
  if (!query) return [];
  /** @type {[number, number, string | null][]} */ const hits = [];
  for (let n = 0; n < entities.length; n++) {
    const entity = entities[n];
    let best = fitness(query, entity.name, latin), by = null;
    for (const alias of entity.aliases) { const s = fitness(query, alias, latin) - 5; if (s > best) { best = s; by = alias; } }
    if (entity.code === query || entity.id === text) best = 150;
    if (best > 0) hits.push([best + Math.min(9, factCount(n) * 0.1), n, by]);
  }
  hits.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  return hits.slice(0, most).map(([, n, by]) => [n, by]);
}
