// The canvas engine: draws everything itself, and while the view moves only moves the picture that it has drawn.

/** @param {HTMLElement} box @param {Host} host @returns {Engine} */
function makeEngine(box, host) {
  const canvas = document.createElement('canvas'), back = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  box.append(canvas);
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false })), b = /** @type {CanvasRenderingContext2D} */ (back.getContext('2d', { alpha: false }));
  /** @type {View} */ const v = { k: 1, x: 0, y: 0, w: 0, h: 0 };
  const drawn = { k: 1, x: 0, y: 0 };
  let ratio = 1, frame = 0, idle = 0, due = 0, cost = 0, frames = 0;
  /** @type {LabelBox[]} */ let boxes = [];

  function full() {
    clearTimeout(idle);
    if (due) { cancelAnimationFrame(due); due = 0; }
    idle = 0;
    if (!v.w || !v.h) return;
    const start = performance.now();
    b.setTransform(ratio, 0, 0, ratio, 0, 0);
    boxes = paint(b, v);
    Object.assign(drawn, { k: v.k, x: v.x, y: v.y });
    blit();
    cost = performance.now() - start;
  }
  function blit() {
    const z = v.k / drawn.k;
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.fillStyle = look.stage;
    g.fillRect(0, 0, canvas.width, canvas.height);
    g.drawImage(back, ratio * (v.x - drawn.x * z), ratio * (v.y - drawn.y * z), canvas.width * z, canvas.height * z);
    frames++;
  }
  /** Several changes of one moment are one picture. */
  const later = () => { if (!due) due = requestAnimationFrame(() => { due = 0; full(); }); };
  const flush = () => { if (due) { cancelAnimationFrame(due); due = 0; full(); } };
  // A small picture is drawn anew in every frame; a large one is moved as a whole and drawn when the hand rests.
  function soon() {
    host.moved();
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; if (cost < 10) full(); else { blit(); clearTimeout(idle); idle = window.setTimeout(full, 120); } });
  }
  function resize() {
    ratio = Math.min(2, devicePixelRatio || 1);
    const w = box.clientWidth, h = box.clientHeight;
    if (v.w) { v.x += (w - v.w) / 2; v.y += (h - v.h) / 2; }
    v.w = w; v.h = h;
    canvas.width = back.width = Math.max(1, Math.round(w * ratio));
    canvas.height = back.height = Math.max(1, Math.round(h * ratio));
    later();
  }
  /** @param {number} x @param {number} y @param {boolean} withLines @param {number} reach @returns {Hit} */
  function hit(x, y, withLines, reach) {
    let best = null, least = reach;
    eachKey(key => { const p = spot(key), d = Math.hypot(p[0] * v.k + v.x - x, p[1] * v.k + v.y - y) - radius(key, v); if (d < least) { least = d; best = key; } });
    if (best !== null) return { key: best };
    if (!withLines) return null;
    const all = allLines(), s = screenBox(v);
    let line = -1, nearest = reach + 2;
    for (let i = 0; i < all.length; i++) {
      if (!all[i].on) continue;
      s.at(all[i].a, 0); s.at(all[i].b, 1);
      if (x < Math.min(s.x[0], s.x[1]) - 8 || x > Math.max(s.x[0], s.x[1]) + 8 || y < Math.min(s.y[0], s.y[1]) - 8 || y > Math.max(s.y[0], s.y[1]) + 8) continue;
      const dx = s.x[1] - s.x[0], dy = s.y[1] - s.y[0], along = Math.max(0, Math.min(1, ((x - s.x[0]) * dx + (y - s.y[0]) * dy) / (dx * dx + dy * dy || 1))), d = Math.hypot(x - s.x[0] - along * dx, y - s.y[0] - along * dy);
      if (d < nearest) { nearest = d; line = i; }
    }
    return line >= 0 ? { line } : null;
  }

  /** @type {Map<number, {x: number, y: number}>} */ const fingers = new Map();
  /** @type {{x: number, y: number, vx: number, vy: number, key: number | null, moved: boolean, gap: number, k: number} | null} */ let drag = null;
  let lastClick = { time: 0, key: /** @type {number | null} */ (null) };
  /** @param {PointerEvent | WheelEvent} event */
  const local = event => { const r = canvas.getBoundingClientRect(); return [event.clientX - r.left, event.clientY - r.top]; };
  const begin = () => {
    const all = [...fingers.values()], x = all.reduce((s, p) => s + p.x, 0) / all.length, y = all.reduce((s, p) => s + p.y, 0) / all.length;
    return { x, y, gap: all.length > 1 ? Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y) : 0 };
  };
  canvas.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    const [x, y] = local(event);
    fingers.set(event.pointerId, { x, y });
    canvas.setPointerCapture(event.pointerId);
    const found = fingers.size === 1 ? hit(x, y, false, event.pointerType === 'touch' ? 14 : 4) : null, start = begin();
    drag = { ...start, vx: v.x, vy: v.y, key: found && found.key !== undefined ? found.key : null, moved: fingers.size > 1, k: v.k };
    host.hover(null, 0, 0);
  });
  canvas.addEventListener('pointermove', event => {
    const [x, y] = local(event);
    if (!drag) { const found = hit(x, y, allLines().length < 20000, 4); canvas.style.cursor = found ? 'pointer' : 'grab'; host.hover(found, x, y); return; }
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x, y });
    const now = begin();
    if (!drag.moved && Math.hypot(now.x - drag.x, now.y - drag.y) < 4) return;
    drag.moved = true;
    if (drag.key !== null && fingers.size === 1) {
      spots.set(drag.key, [(now.x - v.x) / v.k, (now.y - v.y) / v.k]);
      if (!frame) frame = requestAnimationFrame(() => { frame = 0; full(); });
      return;
    }
    const z = drag.gap && now.gap ? now.gap / drag.gap : 1;
    v.k = clampScale(drag.k * z);
    const ratioNow = v.k / drag.k;
    v.x = now.x - (drag.x - drag.vx) * ratioNow;
    v.y = now.y - (drag.y - drag.vy) * ratioNow;
    soon();
  });
  /** @param {PointerEvent} event */
  const end = event => {
    fingers.delete(event.pointerId);
    const was = drag;
    drag = null;
    if (!was || fingers.size) { if (fingers.size) drag = { ...begin(), vx: v.x, vy: v.y, key: null, moved: true, k: v.k }; return; }
    if (was.moved) { if (was.key !== null) host.dragged(was.key); return; }
    if (event.type === 'pointercancel') return;
    const [x, y] = local(event), found = hit(x, y, true, event.pointerType === 'touch' ? 14 : 4), key = found && found.key !== undefined ? found.key : null;
    const again = key !== null && key === lastClick.key && event.timeStamp - lastClick.time < 350;
    lastClick = { time: event.timeStamp, key };
    if (again) host.twice(/** @type {number} */ (key)); else host.click(found, event.shiftKey);
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('pointerleave', () => host.hover(null, 0, 0));
  canvas.addEventListener('wheel', event => {
    event.preventDefault();
    const [x, y] = local(event), k = clampScale(v.k * Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016))), z = k / v.k;
    v.x = x - (x - v.x) * z; v.y = y - (y - v.y) * z; v.k = k;
    soon();
  }, { passive: false });

  return {
    name: 'canvas', view: () => v, draw: later, resize, boxes: () => { flush(); return boxes; }, frames: () => frames,
    look(cx, cy, k) { v.k = clampScale(k); v.x = v.w / 2 - cx * v.k; v.y = v.h / 2 - cy * v.k; later(); },
  };
}
