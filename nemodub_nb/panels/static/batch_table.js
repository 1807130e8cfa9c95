// @ts-check
// The table of a batch: sorted and filtered, and only the rows that can be seen are on the page, however many there are.
import { chip, h, put, text } from "./ui.js";

const ROW_TALL = 32;
const ROW_SPARE = 8; // rows drawn above and below what is seen
const STATUS_TONES = { running: "run", done: "ok", failed: "bad", refused: "bad", skipped: "warn" };
const STATUS_ORDER = ["failed", "refused", "running", "skipped", "queued", "done"];
const VERDICT_TONES = { good: "ok", look: "warn", bad: "bad" };
const VERDICT_ORDER = ["bad", "look", "good", ""];

/**
 * @param {Record<string, string>} words
 * @param {{pick: (row: number) => void, count: (shown: number) => void}} on
 */
export function batchTable(words, on) {
  const head = h("tr", { "aria-rowindex": 1 });
  const above = h("tr", { class: "nd-batch-gap", "aria-hidden": "true" });
  const below = h("tr", { class: "nd-batch-gap", "aria-hidden": "true" });
  const body = h("tbody", {}, above, below);
  const table = h("table", { class: "nd-table nd-batch-table", role: "grid", "aria-label": words.table }, h("thead", {}, head), body);
  const none = h("p", { class: "nd-muted nd-batch-none", hidden: true }, words.noMatch);
  const node = h("div", { class: "nd-batch-rows", tabindex: -1 }, table, none);

  /** @type {any} */ let data = null;
  /** @type {any} */ let names = null; // statuses and verdicts, by their numbers
  /** @type {number[]} */ let order = [];
  /** @type {Map<number, any>} */ const drawn = new Map();
  let sort = { key: "", down: false };
  let filter = { status: "", language: "", text: "" };
  let selected = -1;
  let asked = 0;
  const collator = new Intl.Collator(undefined, { numeric: true });

  const clipOf = (/** @type {any} */ row) => data.clips[row[0]][0];
  const statusOf = (/** @type {any} */ row) => names.statuses[row[2]];
  const verdictOf = (/** @type {any} */ row) => names.verdicts[row[5]];
  const columns = () => [["clip", words.clip, ""], ["language", words.language, ""], ["status", words.status, ""], ["seconds", words.seconds, "nd-n nd-batch-wide"],
    ...(names.paid ? [["cost", words.cost, "nd-n nd-batch-wide"]] : []), ["verdict", words.verdict, ""], ["note", words.note, ""]];
  const values = {
    clip: clipOf, language: (/** @type {any} */ row) => data.languages[row[1]][2], status: (/** @type {any} */ row) => STATUS_ORDER.indexOf(statusOf(row)),
    seconds: (/** @type {any} */ row) => row[3], cost: (/** @type {any} */ row) => row[4], verdict: (/** @type {any} */ row) => VERDICT_ORDER.indexOf(verdictOf(row)), note: (/** @type {any} */ row) => row[6] || null,
  };

  /** @param {any} next all rows @param {any} known statuses, verdicts, whether it costs something */
  function set(next, known) {
    data = next;
    names = known;
    selected = -1;
    for (const row of drawn.values()) row.remove();
    drawn.clear();
    heads();
    arrange();
  }

  /** Take over what has changed. @param {number[][]} changed number of a row and its cells */
  function change(changed) {
    if (!data) return;
    for (const [at, ...cells] of changed) if (data.rows[at]) data.rows[at].splice(2, cells.length, ...cells);
    if (filter.status || filter.text || ["status", "seconds", "cost", "verdict", "note"].includes(sort.key)) arrange();
    else for (const [at] of changed) if (drawn.has(at)) fill(drawn.get(at), at);
  }

  function heads() {
    const held = /** @type {HTMLElement | null} */ (head.contains(document.activeElement) ? document.activeElement?.closest("th") : null)?.dataset.key;
    put(head, columns().map(([key, label, className]) => {
      const on = sort.key === key;
      return h("th", { scope: "col", class: `nd-batch-${key} ${className}`, "data-key": key, "aria-sort": on ? (sort.down ? "descending" : "ascending") : "none" },
        h("button", { type: "button", class: "nd-batch-sort", "on:click": () => sortBy(key) }, label, h("span", { class: "nd-batch-arrow", "aria-hidden": "true" }, on ? (sort.down ? " ↓" : " ↑") : "")));
    }));
    table.setAttribute("aria-colcount", String(columns().length));
    if (held) head.querySelector(`[data-key="${held}"] button`)?.focus();
  }

  /** Up, down, and back to the order of the manifest. */
  function sortBy(/** @type {string} */ key) {
    sort = sort.key !== key ? { key, down: false } : sort.down ? { key: "", down: false } : { key, down: true };
    heads();
    arrange();
  }

  /** Filter and sort anew. */
  function arrange() {
    if (!data) return;
    const wanted = filter.text.toLowerCase();
    order = [];
    data.rows.forEach((/** @type {any} */ row, /** @type {number} */ at) => {
      if (filter.status && statusOf(row) !== filter.status) return;
      if (filter.language && data.languages[row[1]][0] !== filter.language) return;
      if (wanted && !clipOf(row).toLowerCase().includes(wanted) && !row[6].toLowerCase().includes(wanted)) return;
      order.push(at);
    });
    if (sort.key) {
      const value = values[/** @type {"clip"} */ (sort.key)];
      const sign = sort.down ? -1 : 1;
      order.sort((a, b) => {
        const one = value(data.rows[a]);
        const other = value(data.rows[b]);
        if (one === null || other === null) return one === other ? a - b : one === null ? 1 : -1; // unknown ones last
        return (typeof one === "string" ? collator.compare(one, other) : one - other) * sign || a - b;
      });
    }
    table.setAttribute("aria-rowcount", String(order.length + 1));
    none.hidden = order.length > 0;
    on.count(order.length);
    draw();
  }

  /** Put the rows on the page that can be seen; those that stay are left alone. */
  function draw() {
    asked = 0;
    if (!data) return;
    const seen = Math.ceil((node.clientHeight || 320) / ROW_TALL);
    const first = Math.max(0, Math.min(order.length - 1, Math.floor(node.scrollTop / ROW_TALL)) - ROW_SPARE);
    const last = Math.min(order.length, first + seen + 2 * ROW_SPARE);
    const wanted = new Set(order.slice(first, last));
    for (const [at, row] of drawn) {
      if (wanted.has(at)) continue;
      if (row.contains(document.activeElement)) node.focus({ preventScroll: true });
      row.remove();
      drawn.delete(at);
    }
    let next = above.nextSibling;
    for (let index = first; index < last; index++) {
      const at = order[index];
      let row = drawn.get(at);
      if (!row) {
        row = h("tr", { tabindex: -1 });
        row.at = at;
        fill(row, at);
        drawn.set(at, row);
      }
      row.setAttribute("aria-rowindex", String(index + 2));
      if (row === next) next = row.nextSibling;
      else body.insertBefore(row, next);
    }
    above.style.height = `${first * ROW_TALL}px`;
    above.hidden = first === 0;
    below.style.height = `${(order.length - last) * ROW_TALL}px`;
    below.hidden = last >= order.length;
    const entry = drawn.has(selected) ? selected : order[Math.min(order.length - 1, Math.ceil(node.scrollTop / ROW_TALL))];
    for (const [at, row] of drawn) row.tabIndex = at === entry ? 0 : -1;
  }

  function fill(/** @type {any} */ row, /** @type {number} */ at) {
    const its = data.rows[at];
    const [tag, own, english] = data.languages[its[1]];
    const [status, verdict] = [statusOf(its), verdictOf(its)];
    const key = JSON.stringify(its);
    if (row.dataset.key === key) return;
    row.dataset.key = key;
    row.setAttribute("aria-selected", String(at === selected));
    put(row,
      h("th", { scope: "row", class: "nd-batch-clip" }, h("div", { class: "nd-batch-cut", dir: "auto", title: data.clips[its[0]][1] }, clipOf(its))),
      h("td", { class: "nd-batch-language" }, h("div", { class: "nd-batch-cut", lang: tag, dir: "auto", title: english }, own)),
      h("td", { class: "nd-batch-status" }, chip(words[status] ?? status, STATUS_TONES[/** @type {"done"} */ (status)] ?? "")),
      h("td", { class: "nd-n nd-batch-seconds nd-batch-wide" }, its[3] === null ? "" : its[3].toFixed(1)),
      names.paid && h("td", { class: "nd-n nd-batch-cost nd-batch-wide" }, its[4] === null ? "" : String(its[4])),
      h("td", { class: "nd-batch-verdict" }, verdict && chip(words[verdict], VERDICT_TONES[/** @type {"good"} */ (verdict)])),
      h("td", { class: "nd-batch-note" }, h("div", { class: "nd-batch-cut", dir: "auto", title: its[6] || null }, its[6])));
  }

  /** Choose a row and bring it into view. */
  function select(/** @type {number} */ at, focus = false) {
    drawn.get(selected)?.setAttribute("aria-selected", "false");
    selected = at;
    drawn.get(at)?.setAttribute("aria-selected", "true");
    const index = order.indexOf(at);
    if (index < 0) return;
    const room = node.clientHeight - (table.tHead?.clientHeight ?? 0);
    if (index * ROW_TALL < node.scrollTop) node.scrollTop = index * ROW_TALL;
    else if ((index + 1) * ROW_TALL > node.scrollTop + room) node.scrollTop = (index + 1) * ROW_TALL - room;
    draw();
    if (focus) drawn.get(at)?.focus({ preventScroll: true });
  }

  node.addEventListener("scroll", () => { if (!asked) asked = requestAnimationFrame(draw); }, { passive: true });
  body.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = /** @type {any} */ (/** @type {Element} */ (event.target).closest("tr"));
    if (row?.at !== undefined && !getSelection()?.toString()) on.pick(row.at);
  });
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("thead") || event.ctrlKey || event.metaKey || event.altKey || !order.length) return;
    const page = Math.max(1, Math.floor(node.clientHeight / ROW_TALL) - 2);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -order.length, End: order.length };
    const focused = /** @type {any} */ (target.closest("tr"))?.at;
    const from = order.indexOf(focused ?? selected);
    const move = moves[/** @type {"Home"} */ (event.key)];
    if (move !== undefined) on.pick(order[Math.max(0, Math.min(order.length - 1, from + move))]);
    else if ((event.key === "Enter" || event.key === " ") && focused !== undefined) on.pick(focused);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const resized = new ResizeObserver(() => { if (!asked) asked = requestAnimationFrame(draw); });
  resized.observe(node);

  return {
    node, set, change, select,
    filter: (/** @type {any} */ next) => { filter = next; node.scrollTop = 0; arrange(); },
    nameOf: (/** @type {number} */ at) => (data?.rows[at] ? `${clipOf(data.rows[at])} · ${data.languages[data.rows[at][1]][1]}` : ""),
    say: (/** @type {string} */ words) => text(none, words),
    end: () => { resized.disconnect(); cancelAnimationFrame(asked); },
  };
}
