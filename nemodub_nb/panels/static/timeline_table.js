// @ts-check
// The table of lines: sorted, filtered, copied, and only the rows that can be seen are on the page.
import { button, chip, h, put } from "./ui.js";
import { MARK_SCRIPT, decided, signs } from "./timeline_marks.js";

const TABLE_SPARE = 8; // rows drawn above and below what is seen
const TABLE_WORST_FIRST = { bad: 0, look: 1, waiting: 2, "": 3, good: 4 };

/**
 * @param {Record<string, string>} words
 * @param {{pick: (line: number, tag: string) => void, play: (line: number, what: string) => void, edit: (line: number) => void, approve: (line: number) => void,
 *   count: (shown: number, all: number) => void}} on
 */
export function grid(words, on) {
  const cols = h("colgroup");
  const head = h("tr", { "aria-rowindex": 1 });
  const above = h("tr", { class: "nd-timeline-gap", "aria-hidden": "true" });
  const below = h("tr", { class: "nd-timeline-gap", "aria-hidden": "true" });
  const body = h("tbody", {}, above, below);
  const table = h("table", { class: "nd-table nd-timeline-table", role: "grid", "aria-label": words.table }, cols, h("thead", {}, head), body);
  const none = h("p", { class: "nd-muted nd-timeline-none", hidden: true }, words.noMatch);
  const node = h("div", { class: "nd-timeline-rows", tabindex: -1 }, table, none);

  /** @type {any} */ let data = null;
  /** @type {any} */ let view = null;
  /** @type {number[]} */ let order = []; // the lines that are shown, as sorted
  /** @type {Map<number, any>} */ let rows = new Map();
  let sort = { key: "start", down: false };
  let filter = { text: "", verdict: "" };
  let selected = -1;
  let at = -1; // where the chosen line stands in the order
  let tall = 34;
  let extra = 0; // how much taller the chosen row is
  let asked = 0;
  let why = "";
  /** @type {any} */ let pending = {};
  /** @type {Map<string, string[]>} */ let lowered = new Map();
  const collator = new Intl.Collator(undefined, { numeric: true });

  const dub = () => data.dubs[view.of];
  const textsOf = (/** @type {string} */ key) => (key === "source" ? data.text : data.dubs[key]?.text ?? []);
  const verdictOf = (/** @type {number} */ line) => (dub() ? data.labels[dub().label[line]][3] : "");

  /** @param {any} next the lines @param {any} chosen what the panel shows */
  function set(next, chosen) {
    const fresh = next !== data;
    data = next;
    view = chosen;
    if (fresh) lowered = new Map();
    if (!["start", "source", "stretch", "fill", "verdict", ...view.show].includes(sort.key)) sort = { key: "start", down: false };
    heads();
    arrange();
  }

  function columns() {
    const measured = view.of ? [["stretch", words.stretch, "nd-n"], ["fill", words.fill, "nd-n"], ["verdict", words.verdict, ""]] : [];
    return [["no", "#", "nd-n"], ["start", words.start, "nd-n"], ["source", view.source, ""], ...view.show.map((/** @type {string} */ tag) => [tag, nameOf(tag), ""]), ...measured];
  }

  const nameOf = (/** @type {string} */ tag) => view.languages.find((/** @type {string[]} */ one) => one[0] === tag)?.[1] ?? tag;

  function heads() {
    const narrow = node.clientWidth > 0 && node.clientWidth < 700;
    const widths = narrow ? { no: "44px", start: "66px", stretch: "70px", fill: "48px", verdict: "84px" } : { no: "52px", start: "68px", stretch: "74px", fill: "52px", verdict: "146px" };
    table.style.minWidth = `${(narrow ? 310 : 390) + 112 * (1 + view.show.length)}px`;
    node.classList.toggle("nd-timeline-narrow", narrow);
    put(cols, columns().map(([key]) => h("col", { style: `width:${widths[/** @type {"no"} */ (key)] ?? "auto"}` })));
    const made = columns().map(([key, label, className]) => {
      if (key === "no") return h("th", { scope: "col", class: className }, label);
      const on = sort.key === key;
      const tag = key === "source" ? view.source_tag : view.show.includes(key) ? key : "";
      const of = ["stretch", "fill", "verdict"].includes(key) && view.show.length > 1 ? h("span", { class: "nd-sr" }, ` ${nameOf(view.of)}`) : null;
      return h("th", { scope: "col", class: className, "data-key": key, "aria-sort": on ? (sort.down ? "descending" : "ascending") : "none" },
        h("button", { type: "button", class: "nd-timeline-sort", "on:click": () => sortBy(key) }, h("span", { dir: "auto", lang: tag || null }, label), of, h("span", { class: "nd-timeline-arrow", "aria-hidden": "true" }, on ? (sort.down ? "↓" : "↑") : "")));
    });
    const held = /** @type {HTMLElement | null} */ (head.contains(document.activeElement) ? document.activeElement?.closest("th") : null)?.dataset.key;
    put(head, made);
    if (held) head.querySelector(`[data-key="${CSS.escape(held)}"] button`)?.focus();
    table.setAttribute("aria-colcount", String(made.length));
    measure();
  }

  function sortBy(/** @type {string} */ key) {
    sort = { key, down: sort.key === key && !sort.down };
    heads();
    arrange();
  }

  /** Two lines of text a row, where many lines would not fit into one. */
  function measure() {
    if (!data) return;
    const room = Math.max(90, (node.clientWidth - 400) / (1 + view.show.length)) / 6.2;
    const step = Math.max(1, Math.floor(data.text.length / 200));
    let long = 0;
    let seen = 0;
    for (let i = 0; i < data.text.length; i += step) {
      seen++;
      if ([data.text, ...view.show.map(textsOf)].some((texts) => (texts[i]?.length ?? 0) > room)) long++;
    }
    const next = long > seen * 0.1 ? 46 : 34;
    if (next !== tall) {
      tall = next;
      node.style.setProperty("--row", `${tall}px`);
      node.classList.toggle("nd-timeline-two", tall > 40);
    }
  }

  function lower(/** @type {string} */ key) {
    if (!lowered.has(key)) lowered.set(key, textsOf(key).map((/** @type {string} */ one) => one.toLowerCase()));
    return /** @type {string[]} */ (lowered.get(key));
  }

  /** Filter and sort anew. */
  function arrange() {
    if (!data) return;
    const wanted = filter.text.toLowerCase();
    const texts = wanted ? ["source", ...view.show].map(lower) : [];
    order = [];
    for (let line = 0; line < data.text.length; line++) {
      if (filter.verdict && verdictOf(line) !== filter.verdict) continue;
      if (wanted && !texts.some((one) => one[line]?.includes(wanted))) continue;
      order.push(line);
    }
    const { key, down } = sort;
    if (key !== "start" || down) {
      const values = key === "start" ? data.s : key === "stretch" || key === "fill" ? dub()?.[key] : key === "verdict" ? order && data.s.map((/** @type {number} */ _, /** @type {number} */ line) => TABLE_WORST_FIRST[/** @type {"good"} */ (verdictOf(line))] ?? 3) : textsOf(key);
      const sign = down ? -1 : 1;
      if (values) order.sort((a, b) => {
        const one = values[a];
        const other = values[b];
        if (one === null || other === null) return one === other ? a - b : one === null ? 1 : -1; // unknown ones last
        return (typeof one === "string" ? collator.compare(one, other) : one - other) * sign || a - b;
      });
    }
    for (const row of rows.values()) row.remove();
    rows = new Map();
    at = order.indexOf(selected);
    table.setAttribute("aria-rowcount", String(order.length + 1));
    none.hidden = order.length > 0;
    on.count(order.length, data.text.length);
    draw();
  }

  const heightTo = (/** @type {number} */ index) => index * tall + (at >= 0 && index > at ? extra : 0);

  /** Put the rows on the page that can be seen; those that stay are left alone. */
  function draw() {
    asked = 0;
    if (!data || !view) return;
    const top = node.scrollTop;
    const seen = Math.ceil((node.clientHeight || 340) / tall);
    const before = at >= 0 && top > heightTo(at) + extra ? extra : 0;
    let first = Math.max(0, Math.floor((top - before) / tall) - TABLE_SPARE);
    first -= first % 2; // in pairs, so that fewer rows change
    const last = Math.min(order.length, first + seen + 2 * TABLE_SPARE);
    const wanted = new Set(order.slice(first, last));
    for (const [line, row] of rows) {
      if (wanted.has(line)) continue;
      if (row.contains(document.activeElement)) node.focus({ preventScroll: true });
      row.remove();
      rows.delete(line);
    }
    let next = above.nextSibling;
    for (let index = first; index < last; index++) {
      const line = order[index];
      let row = rows.get(line);
      if (!row) {
        row = make(line, index);
        rows.set(line, row);
      }
      if (row === next) next = row.nextSibling;
      else body.insertBefore(row, next);
    }
    above.style.height = `${heightTo(first)}px`;
    above.hidden = first === 0;
    below.style.height = `${heightTo(order.length) - heightTo(last)}px`;
    below.hidden = last >= order.length;
    const entry = rows.has(selected) ? selected : order[Math.min(order.length - 1, Math.max(0, Math.ceil((top - before) / tall)))];
    for (const [line, row] of rows) row.tabIndex = line === entry ? 0 : -1;
  }

  function make(/** @type {number} */ line, /** @type {number} */ index) {
    const its = dub();
    const figure = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? "–" : value.toFixed(2));
    const said = (/** @type {string} */ shown, /** @type {string} */ lang, /** @type {any[]} */ marks, /** @type {string} */ tag, faint = false) => h("td", { "data-tag": tag || null }, h("div", { class: `nd-timeline-text${faint ? " nd-timeline-faint" : ""}`, dir: "auto", lang: lang || null }, marks, shown));
    const source = decided(data, pending, line, "");
    const dubs = view.show.map((/** @type {string} */ tag) => ({ tag, one: decided(data, pending, line, tag) }));
    const changed = source.changed || dubs.some((/** @type {any} */ its_) => its_.one.changed);
    const [word, tone, hint] = its ? data.labels[its.label[line]] : ["", "", ""];
    const row = h("tr", { "aria-rowindex": index + 2, "aria-selected": String(line === selected), tabindex: -1, class: changed ? "nd-timeline-changed" : null },
      h("td", { class: "nd-n nd-muted" }, String(numberOf(line))),
      h("td", { class: "nd-n" }, moment(data.s[line])),
      said(source.source, view.source_tag, source.changed ? signs(words, source) : [], ""),
      dubs.map((/** @type {any} */ { tag, one }) => said(one.text, tag, one.there ? signs(words, one) : [], tag, one.sound !== "dub")),
      its && [h("td", { class: "nd-n" }, figure(its.stretch[line])), h("td", { class: "nd-n" }, figure(its.fill[line])),
        h("td", {}, h("div", { class: "nd-timeline-fit" }, word && h("span", { title: hint || null }, chip(word, tone === "waiting" ? "" : tone))))]);
    row.line = line;
    if (line === selected) dress(row);
    return row;
  }

  /** Give the chosen row its buttons. */
  function dress(/** @type {any} */ row) {
    const line = row.line;
    const its = dub();
    const hint = its ? data.labels[its.label[line]][2] : "";
    row.setAttribute("aria-selected", "true");
    const play = (/** @type {string} */ what, /** @type {string} */ label, /** @type {string} */ spoken) => button(label, { quiet: true, label: `${spoken} ${numberOf(line)}`, why, onclick: () => on.play(line, what) });
    const heard = its && data.labels[its.label[line]][3] !== "waiting" && !(its.marks[line] & MARK_SCRIPT);
    const buttons = [play("source", `▷ ${words.sourceShort}`, words.playSource), heard ? play("dub", `▷ ${words.dubShort}`, words.playDub) : null, view.edit?.can && data.no[line] !== null ? button("✎", { quiet: true, label: `${words.editLine} ${numberOf(line)}`, onclick: () => on.edit(line) }) : null];
    const cell = its ? row.lastChild.firstChild : row.children[2];
    cell.append(...[h("span", { class: "nd-timeline-play" }, buttons)]);
    if (hint) row.children[its ? row.children.length - 1 : 2].append(h("div", { class: "nd-timeline-hint nd-muted nd-small" }, hint));
  }

  /** The number of a line in tables and sentences; its place where the server gives it none. */
  const numberOf = (/** @type {number} */ line) => data.no[line] ?? line;

  /** Draw the rows anew that are on the page, and keep the focus in the one that has it. */
  function repaint() {
    const held = /** @type {any} */ (body.contains(document.activeElement) ? document.activeElement?.closest("tr") : null)?.line;
    for (const row of rows.values()) row.remove();
    rows = new Map();
    draw();
    if (held !== undefined) rows.get(held)?.focus({ preventScroll: true });
  }

  function moment(/** @type {number} */ ms) {
    const seconds = ms / 1000;
    if (data.length < 60000) return seconds.toFixed(2);
    const minutes = Math.floor(seconds / 60);
    const rest = (seconds - minutes * 60).toFixed(1).padStart(4, "0");
    return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest.slice(0, 2)}`;
  }

  /** Choose a line and bring it into view. */
  function select(/** @type {number} */ line, focus = false) {
    const was = rows.get(selected);
    const other = line !== selected;
    if (other && was) {
      rows.delete(selected);
      const old = selected;
      selected = -1;
      const fresh = make(old, order.indexOf(old));
      was.replaceWith(fresh);
      rows.set(old, fresh);
    }
    selected = line;
    at = order.indexOf(line);
    if (other) {
      extra = 0;
      const now = rows.get(line);
      if (now) dress(now);
    }
    if (at >= 0) {
      const begin = at * tall;
      const header = table.tHead?.clientHeight ?? 0;
      const room = node.clientHeight - header;
      if (begin < node.scrollTop) node.scrollTop = begin;
      else if (begin + tall > node.scrollTop + room) node.scrollTop = begin + tall - room;
    }
    draw();
    const row = rows.get(line);
    if (row) {
      const more = row.offsetHeight - tall;
      if (more !== extra) { extra = Math.max(0, more); draw(); }
      const over = heightTo(at) + tall + extra - node.scrollTop - node.clientHeight + (table.tHead?.clientHeight ?? 0);
      if (over > 0) node.scrollTop += over;
      if (focus) row.focus({ preventScroll: true });
    }
  }

  function asText(/** @type {number[]} */ lines) {
    const clean = (/** @type {any} */ value) => {
      const flat = String(value ?? "").replace(/\s+/g, " ");
      return /^[=+@-]/.test(flat) ? `'${flat}` : flat; // a spreadsheet would run it
    };
    const names = columns();
    const its = dub();
    return [names.map(([, label]) => clean(label)), ...lines.map((line) => names.map(([key]) => {
      if (key === "no") return numberOf(line);
      if (key === "start") return (data.s[line] / 1000).toFixed(3);
      if (key === "stretch" || key === "fill") return its[key][line] ?? "";
      if (key === "verdict") return data.labels[its.label[line]][0];
      return clean(textsOf(key)[line]);
    }))].map((cells) => cells.join("\t")).join("\n");
  }

  node.addEventListener("scroll", () => { if (!asked) asked = requestAnimationFrame(draw); }, { passive: true });
  body.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = /** @type {any} */ (/** @type {Element} */ (event.target).closest("tr"));
    if (row?.line === undefined || /** @type {Element} */ (event.target).closest("button") || getSelection()?.toString()) return;
    on.pick(row.line, /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("td"))?.dataset.tag ?? "");
  });
  body.addEventListener("dblclick", (/** @type {MouseEvent} */ event) => {
    const row = /** @type {any} */ (/** @type {Element} */ (event.target).closest("tr"));
    if (row?.line !== undefined && !/** @type {Element} */ (event.target).closest("button")) on.play(row.line, "both");
  });
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("thead")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "c" && at >= 0 && !getSelection()?.toString()) {
      void navigator.clipboard?.writeText(asText([selected]));
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !order.length) return;
    const page = Math.max(1, Math.floor(node.clientHeight / tall) - 2);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -order.length, End: order.length };
    const move = moves[/** @type {"Home"} */ (event.key)];
    if (move !== undefined) {
      const focused = /** @type {any} */ (target.closest("tr"))?.line;
      const from = at >= 0 ? at : focused === undefined ? -1 : order.indexOf(focused);
      on.pick(order[Math.max(0, Math.min(order.length - 1, from + move))], "");
    } else if ((event.key === "F2" || event.key === "e" || event.key === "a") && !target.closest("button")) {
      const line = /** @type {any} */ (target.closest("tr"))?.line ?? selected;
      if (line >= 0) (event.key === "a" ? on.approve : on.edit)(line);
    } else if (event.key === "Enter" && !target.closest("button")) {
      const line = /** @type {any} */ (target.closest("tr"))?.line ?? selected;
      if (line >= 0) on.play(line, "both");
    } else return;
    event.preventDefault();
  });
  let wideness = 0;
  const sized = new ResizeObserver(() => {
    if (!view || node.clientWidth === wideness) return draw();
    wideness = node.clientWidth;
    const was = tall;
    heads();
    if (was !== tall) arrange();
    else draw();
  });
  sized.observe(node);

  return {
    node,
    set,
    select,
    filter: (/** @type {{text: string, verdict: string}} */ next) => { filter = next; node.scrollTop = 0; arrange(); },
    mute: (/** @type {string} */ reason) => { if (reason !== why) { why = reason; arrange(); } },
    pending: (/** @type {any} */ next) => { pending = next; if (data && view) repaint(); },
    /** The line that stands so many places further down. */
    next: (/** @type {number} */ step) => order[Math.max(0, Math.min(order.length - 1, at + step))] ?? -1,
    asText: () => asText(order),
    lines: () => order.length,
    end: () => { sized.disconnect(); cancelAnimationFrame(asked); },
  };
}
