// @ts-check
// The drawn timeline: a lane a track on one canvas that only draws what can be seen.
import { clock, h, put } from "./ui.js";

const LANE_HEIGHTS = { picture: 22, source: 30, sound: 16, dub: 26, title: 18, subtitles: 15 };
const LANE_RULER = 22;
const LANE_CROWD = 3;
const LANE_MOST_SCALE = 240; // pixels a second
const LANE_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200];
const LANE_RANKS = { waiting: 0, "": 1, ok: 2, warn: 3, bad: 4 };

/**
 * @param {Record<string, string>} words
 * @param {{pick: (line: number, tag: string | null) => void, tell: (text: string) => void}} on
 */
export function lanes(words, on) {
  const labels = h("div", { class: "nd-timeline-labels" });
  const canvas = h("canvas", { role: "img", "aria-label": words.drawn });
  const wide = h("div", { class: "nd-timeline-wide" }, canvas);
  const scroller = h("div", { class: "nd-timeline-scroll", tabindex: 0, role: "group", "aria-label": words.drawnHelp }, wide);
  const node = h("div", { class: "nd-timeline-lanes" }, labels, scroller);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /** @type {any} */ let data = null;
  /** @type {any[]} */ let shown = []; // lanes with their place
  /** @type {Uint8Array | null} */ let peaks = null;
  let peaksLength = 1;
  let height = 0;
  let scale = 0; // pixels a millisecond; 0 is all of it
  let selected = -1;
  let measured = "";
  /** @type {number | null} */ let playhead = null;
  /** @type {Record<string, string>} */ let colors = {};
  let asked = 0;

  const width = () => scroller.clientWidth;
  const least = () => width() / Math.max(1, data?.length ?? 1);
  const most = () => Math.max(least(), Math.min(LANE_MOST_SCALE / 1000, 12e6 / Math.max(1, data?.length ?? 1)));
  const now = () => Math.max(scale, least());

  function set(/** @type {any} */ next) {
    data = next;
    let top = LANE_RULER;
    shown = data.lanes.map((/** @type {any} */ lane) => {
      const tall = LANE_HEIGHTS[/** @type {"dub"} */ (lane.kind)] ?? 18;
      const place = { ...lane, top, tall };
      top += tall;
      return place;
    });
    height = top + 4;
    put(labels, h("div", { style: `height:${LANE_RULER}px` }), shown.map((lane) => h("div", { style: `height:${lane.tall}px`, class: `nd-timeline-label${lane.tall < 20 ? " nd-timeline-thin" : ""}`, title: [lane.label, lane.note].filter(Boolean).join(", ") },
      h("span", { dir: "auto", lang: lane.tag || null }, lane.label))));
    canvas.style.height = `${height}px`;
    canvas.setAttribute("aria-label", `${words.drawn}: ${shown.map((lane) => [lane.label, lane.note].filter(Boolean).join(" ")).join(", ")}. ${words.twin}`);
    stretch();
  }

  /** Change the width of what is scrolled, then draw. */
  function stretch() {
    wide.style.width = data ? `${Math.max(width(), Math.round(now() * data.length))}px` : "100%";
    canvas.style.width = `${width()}px`;
    redraw();
  }

  function zoom(/** @type {number} */ factor, /** @type {number} */ at = width() / 2) {
    if (!data) return;
    const moment = (scroller.scrollLeft + at) / now();
    const next = Math.min(most(), Math.max(least(), now() * factor));
    scale = next <= least() * 1.001 ? 0 : next;
    stretch();
    scroller.scrollLeft = moment * now() - at;
  }

  function fit() {
    scale = 0;
    stretch();
  }

  function redraw() {
    if (!asked) asked = requestAnimationFrame(() => { asked = 0; draw(); });
  }

  function readColors() {
    const style = getComputedStyle(node);
    for (const name of ["ink", "ink-2", "paper", "well", "line", "line-2", "brand", "ok", "warn", "bad"]) colors[name] = style.getPropertyValue(`--${name}`).trim() || "#888";
    colors.font = style.fontFamily;
  }

  function draw() {
    const w = width();
    if (!data || !w) return;
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(height * ratio);
    }
    if (!colors.ink) readColors();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, w, height);
    const left = scroller.scrollLeft;
    const from = left / now();
    const to = (left + w) / now();
    ruler(from, to, w);
    for (const lane of shown) {
      if (lane.kind === "source") wave(lane, from, to, w);
      pieces(lane, from, to);
    }
    if (playhead !== null) {
      const x = playhead * now() - left;
      pen.fillStyle = colors.brand;
      pen.fillRect(x - 1, LANE_RULER - 6, 2, height);
      pen.beginPath();
      pen.moveTo(x - 5, LANE_RULER - 8);
      pen.lineTo(x + 5, LANE_RULER - 8);
      pen.lineTo(x, LANE_RULER - 2);
      pen.fill();
    }
  }

  function ruler(/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ w) {
    const second = now() * 1000;
    let step = LANE_STEPS.find((one) => one * second >= 76) ?? 14400;
    while (step * second < 76) step *= 2;
    pen.font = `11px ${colors.font}`;
    pen.textBaseline = "middle";
    for (let at = Math.floor(from / 1000 / step) * step; at * 1000 <= to; at += step) {
      const x = Math.round(at * second - from * now()) + 0.5;
      pen.globalAlpha = 1;
      pen.fillStyle = colors.line;
      pen.fillRect(x - 0.5, LANE_RULER, 1, height);
      pen.fillStyle = colors["ink-2"];
      const label = step < 1 ? at.toFixed(1) : data.length < 60000 ? `${Math.round(at)}` : clock(at);
      const text = data.length < 60000 || step < 1 ? `${label} s` : label;
      const wideness = pen.measureText(text).width;
      const begin = x < 4 ? 0 : Math.min(x - wideness / 2, x < w ? w - wideness : Infinity);
      if (x >= -1) pen.fillText(text, begin, 10);
    }
  }

  /** Draw how loud the clip is, mirrored about the middle of its lane. */
  function wave(/** @type {any} */ lane, /** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ w) {
    const middle = lane.top + lane.tall / 2;
    pen.fillStyle = colors["ink-2"];
    pen.globalAlpha = 0.55;
    for (const [start, end, begin] of lane.waves) {
      if (end < from || start > to) continue;
      const first = Math.max(0, Math.floor((Math.max(start, from) - from) * now() / 3) * 3);
      const last = Math.min(w, (end - from) * now());
      for (let x = first; x < last; x += 3) {
        const a = begin + from + x / now() - start;
        const b = a + 3 / now();
        let loud = 0;
        if (peaks) {
          const stop = Math.min(peaks.length, Math.max(Math.ceil((b / peaksLength) * peaks.length), Math.floor((a / peaksLength) * peaks.length) + 1));
          for (let i = Math.max(0, Math.floor((a / peaksLength) * peaks.length)); i < stop; i++) loud = Math.max(loud, peaks[i]);
        }
        const tall = Math.max(1, (loud / 255) * (lane.tall - 8));
        pen.fillRect(x, middle - tall / 2, 2, tall);
      }
    }
    pen.globalAlpha = 1;
  }

  /** Draw a lane's segments. Those that are too narrow to be seen alone are drawn together. */
  function pieces(/** @type {any} */ lane, /** @type {number} */ from, /** @type {number} */ to) {
    const dub = lane.kind === "dub" ? data.dubs[lane.tag] : null;
    const own = { picture: "brand", source: "brand", sound: "ink-2", title: "brand", subtitles: "ink-2" }[/** @type {"title"} */ (lane.kind)] ?? "brand";
    // What is narrower than LANE_CROWD pixels is counted by the column: each shows the shares of good and bad.
    let column = -1;
    let mark = -1; // where the chosen line is
    /** @type {Record<string, number>} */ let counts = {};
    let count = 0;
    const flush = () => {
      if (column >= 0 && count) {
        const tall = lane.tall - 6;
        let bottom = lane.top + 3 + tall;
        const ranked = Object.keys(LANE_RANKS).filter((tone) => counts[tone]).reverse();
        for (const tone of ranked) {
          const last = tone === ranked[ranked.length - 1];
          const part = last ? bottom - lane.top - 3 : Math.max(2, Math.round((counts[tone] / count) * tall));
          pen.globalAlpha = tone === "bad" ? 0.95 : tone === "warn" ? 0.75 : tone === "ok" ? 0.5 : 0.22;
          pen.fillStyle = tone && tone !== "waiting" ? colors[tone] : tone === "waiting" ? colors["ink-2"] : colors[own];
          pen.fillRect(column, bottom - part, LANE_CROWD - 1, part);
          bottom -= part;
        }
      }
      column = -1;
      counts = {};
      count = 0;
    };
    for (let i = first(lane, from); i < lane.s.length && lane.s[i] <= to; i++) {
      if (lane.e[i] < from) continue;
      const x = (lane.s[i] - from) * now();
      const w = (lane.e[i] - lane.s[i]) * now();
      const line = lane.line.length ? lane.line[i] : -1;
      const its = dub ? data.labels[dub.label[line]][1] : "";
      if (w < LANE_CROWD) {
        const at = Math.floor(x / LANE_CROWD) * LANE_CROWD;
        if (at !== column) flush();
        column = at;
        counts[its] = (counts[its] ?? 0) + 1;
        count++;
        if (line >= 0 && line === selected) mark = x;
        continue;
      }
      flush();
      box(lane, x, w, its, its && its !== "waiting" ? colors[its] : colors[own], line, dub, i);
    }
    flush();
    pen.globalAlpha = 1;
    pen.setLineDash([]);
    if (mark >= 0) {
      pen.fillStyle = colors.brand;
      pen.fillRect(mark - 1, lane.top + 1, 3, lane.tall - 2);
    }
  }

  function box(/** @type {any} */ lane, /** @type {number} */ x, /** @type {number} */ w, /** @type {string} */ tone, /** @type {string} */ color, /** @type {number} */ line, /** @type {any} */ dub, /** @type {number} */ i) {
    const y = lane.top + 2.5;
    const tall = lane.tall - 5;
    const end = Math.min(x + w, width() + 50); // what a draft says may be far beyond what a canvas can hold
    x = Math.max(x, -50);
    w = Math.max(1, end - x);
    const chosen = line >= 0 && line === selected;
    const here = chosen && (!dub || lane.tag === measured);
    const gap = Math.min(1.5, w * 0.1);
    pen.beginPath();
    pen.roundRect(x + gap / 2, y, Math.max(1, w - gap), tall, Math.min(4, w / 2, tall / 2));
    pen.setLineDash(tone === "waiting" ? [3, 3] : []);
    pen.lineWidth = 1;
    const lanesOwn = { picture: 0.26, source: 0.12, sound: 0.16, title: 0.3, subtitles: 0.2 }[/** @type {"title"} */ (lane.kind)];
    if (tone !== "waiting") {
      pen.globalAlpha = (lanesOwn ?? (tone === "bad" ? 0.45 : 0.3)) + (chosen ? 0.22 : 0);
      pen.fillStyle = color;
      pen.fill();
    }
    if (lane.kind === "dub" || here) {
      pen.globalAlpha = here ? 1 : 0.95;
      pen.strokeStyle = here ? colors.brand : tone === "waiting" ? colors["line-2"] : color;
      pen.lineWidth = here ? 2 : 1;
      pen.stroke();
    }
    if (tone === "warn" || tone === "bad") foot(x, y + tall, w - gap, tone);
    if (dub && dub.over[line] > 0) {
      const red = Math.min(w, Math.max(3, dub.over[line] * now()));
      pen.globalAlpha = 1;
      pen.fillStyle = colors.bad;
      pen.beginPath();
      pen.roundRect(x + w - red, y, red - gap / 2, tall, [0, 4, 4, 0]);
      pen.fill();
    }
    const words = lane.text.length ? lane.text[i] : dub ? dub.text[line] : "";
    if (words && tall >= 12 && w > (dub ? 150 : 70) && tone !== "waiting") {
      const visible = Math.max(x, 0);
      const room = Math.floor((Math.min(x + w, width()) - visible - 12) / 6.4);
      if (room < 6) return;
      pen.save();
      pen.beginPath();
      pen.rect(visible, y, Math.max(0, x + w - visible - 3), tall);
      pen.clip();
      pen.globalAlpha = 1;
      pen.fillStyle = colors.ink;
      pen.font = `11px ${colors.font}`;
      pen.textBaseline = "middle";
      pen.fillText(words.length > room ? `${words.slice(0, room)}…` : words, visible + 6, y + tall / 2 + 0.5);
      pen.restore();
    }
  }

  /** Mark a line that wants a look by dashes at its foot and a bad one by a bar: not everybody tells their colours apart. */
  function foot(/** @type {number} */ x, /** @type {number} */ bottom, /** @type {number} */ w, /** @type {"warn" | "bad"} */ tone) {
    const thick = tone === "bad" ? 4 : 3;
    pen.globalAlpha = 1;
    pen.strokeStyle = colors[tone];
    pen.lineWidth = thick;
    pen.setLineDash(tone === "warn" ? [3, 2] : []);
    pen.beginPath();
    pen.moveTo(x + 2, bottom - thick / 2);
    pen.lineTo(x + w - 1, bottom - thick / 2);
    pen.stroke();
  }

  /** The first segment that may reach into the view: segments are in order of their start. */
  function first(/** @type {any} */ lane, /** @type {number} */ from) {
    let low = 0;
    let high = lane.s.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (lane.s[mid] < from) low = mid + 1;
      else high = mid;
    }
    return Math.max(0, low - 2);
  }

  /** @returns {{lane: any, at: number} | null} what lies under the pointer */
  function under(/** @type {MouseEvent} */ event) {
    const box = canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    const lane = shown.find((one) => y >= one.top && y < one.top + one.tall);
    if (!lane) return null;
    const moment = (scroller.scrollLeft + event.clientX - box.left) / now();
    const slack = 3 / now();
    let found = null;
    for (let i = first(lane, moment); i < lane.s.length && lane.s[i] <= moment + slack; i++) if (lane.e[i] >= moment - slack) found = i;
    return found === null ? { lane, at: -1 } : { lane, at: found };
  }

  canvas.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    if (dragged) return;
    const hit = under(event);
    if (!hit || hit.at < 0) return;
    if (hit.lane.line.length) on.pick(hit.lane.line[hit.at], hit.lane.kind === "dub" ? hit.lane.tag : null);
    else on.tell(hit.lane.text[hit.at] ?? "");
  });
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    const hit = grip ? null : under(event);
    const line = hit && hit.at >= 0 ? hit.lane.line[hit.at] ?? -1 : -1;
    const text = !hit || hit.at < 0 ? "" : hit.lane.kind === "dub" ? data.dubs[hit.lane.tag].text[line] : line >= 0 ? data.text[line] : hit.lane.text[hit.at];
    canvas.style.cursor = text ? "pointer" : scale ? "grab" : "default";
    canvas.title = text ? text.slice(0, 300) : "";
  });

  // Dragging moves along, the wheel with Ctrl zooms where the pointer is.
  /** @type {{x: number, left: number} | null} */ let grip = null;
  let dragged = false;
  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    grip = { x: event.clientX, left: scroller.scrollLeft };
    dragged = false;
  });
  const drag = (/** @type {PointerEvent} */ event) => {
    if (!grip) return;
    if (!event.buttons) { grip = null; return; }
    if (Math.abs(event.clientX - grip.x) > 4) dragged = true;
    if (dragged) scroller.scrollLeft = grip.left - (event.clientX - grip.x);
  };
  const release = () => { grip = null; };
  addEventListener("pointermove", drag);
  addEventListener("pointerup", release);
  scroller.addEventListener("wheel", (/** @type {WheelEvent} */ event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - scroller.getBoundingClientRect().left);
  }, { passive: false });
  scroller.addEventListener("scroll", redraw, { passive: true });
  scroller.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -0.9, PageDown: 0.9 }[event.key];
    if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") fit();
    else if (event.key === "Home") scroller.scrollLeft = 0;
    else if (event.key === "End") scroller.scrollLeft = scroller.scrollWidth;
    else if (step) scroller.scrollLeft += step * width();
    else return;
    event.preventDefault();
  });

  const sized = new ResizeObserver(stretch);
  sized.observe(scroller);
  const themed = () => {
    // The host's new variables may come a moment after its new name.
    for (const wait of [0, 120, 600]) setTimeout(() => { colors = {}; redraw(); }, wait);
  };
  const watched = new MutationObserver(themed);
  for (const one of [document.documentElement, document.body]) watched.observe(one, { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name", "data-theme", "style"] });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", themed);

  return {
    node,
    set,
    zoom,
    fit,
    wave: (/** @type {Uint8Array} */ bytes, /** @type {number} */ duration) => { peaks = bytes; peaksLength = Math.max(1, duration); redraw(); },
    /** Show which line is chosen, and bring it into view. */
    select: (/** @type {number} */ line, /** @type {string} */ tag) => {
      const other = line !== selected;
      selected = line;
      measured = tag;
      if (data && line >= 0 && other) {
        const from = data.s[line] * now();
        if (from < scroller.scrollLeft || from > scroller.scrollLeft + width() - 20) scroller.scrollLeft = from - width() / 3;
      }
      redraw();
    },
    playhead: (/** @type {number | null} */ at) => { if (at !== playhead) { playhead = at; redraw(); } },
    end: () => {
      sized.disconnect();
      watched.disconnect();
      scheme.removeEventListener("change", themed);
      removeEventListener("pointermove", drag);
      removeEventListener("pointerup", release);
      cancelAnimationFrame(asked);
    },
  };
}
