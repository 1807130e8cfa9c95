// @ts-check
// What all panels share on the page: elements, controls, and the card that a step is drawn on.

const UI_WORDS = {
  asCode: "as code", hideCode: "hide code", copy: "Copy", copied: "Copied", dismiss: "Dismiss",
  done: "done", now: "now", later: "not yet",
  waits: "Waiting for the kernel. While a cell runs, your click is kept; if the kernel was restarted, run this cell again.", gone: "The kernel is gone: run this cell again.",
};
const WAITS_MS = 2000;
let lastClick = 0;
const BY_ITSELF = new Set(["hello", "resync"]);
/** What is told of a panel's clicks. @type {WeakMap<object, (click: number) => void>} */
const clicks = new WeakMap();

/**
 * Make an element. Children are text or nodes, and text never becomes HTML.
 * @param {string} tag
 * @param {Record<string, any>} [attrs] `class`, `on:click`, properties that end in `=`-less names are attributes; null and false are left out
 * @param {...any} children
 * @returns {any}
 */
export function h(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on:")) node.addEventListener(name.slice(3), value);
    else if (name === "value" || name === "checked") /** @type {any} */ (node)[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  put(node, ...children);
  return node;
}

/**
 * Replace what an element holds.
 * @param {Element} node
 * @param {...any} children
 */
export function put(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false && one !== "").map((one) => (one instanceof Node ? one : String(one))));
}

/**
 * Change an element's text only when it differs, so that nothing is read out twice.
 * @param {Element} node
 * @param {string} text
 */
export function text(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Ask the panel's Python for something; false when there is no way to it any more.
 * @param {any} model
 * @param {string} what
 * @param {Record<string, any>} [more]
 * @param {ArrayBuffer[]} [buffers]
 */
export function send(model, what, more = {}, buffers = []) {
  const counts = !BY_ITSELF.has(what) && !buffers.length;
  if (counts) lastClick = Math.max(Date.now(), lastClick + 1);
  const click = counts ? lastClick : 0;
  try {
    model.send({ do: what, ...(click ? { click } : {}), ...more }, undefined, buffers);
  } catch { // the host has closed the way to the kernel
    clicks.get(model)?.(-1);
    return false;
  }
  if (click) clicks.get(model)?.(click);
  return true;
}

/** What is shown where the host marks a widget whose kernel has ended. */
export function gone() {
  return h("p", { class: "nd-gone", role: "status" }, UI_WORDS.gone);
}

/**
 * A line that says when the kernel does not answer a click: an old kernel hears of it only after the cell that runs.
 * @param {any} model
 */
function answers(model) {
  const node = h("p", { class: "nd-waits", role: "status", hidden: true });
  let last = 0;
  let timer = 0;
  const look = () => {
    if (last > 0 && model.get("answered") >= last) {
      clearTimeout(timer);
      last = 0;
      node.hidden = true;
    }
  };
  clicks.set(model, (click) => {
    clearTimeout(timer);
    last = click;
    if (click > 0) timer = setTimeout(() => say(UI_WORDS.waits), node.hidden ? WAITS_MS : 0);
    else say(UI_WORDS.gone);
  });
  const say = (/** @type {string} */ words) => { text(node, words); node.hidden = false; };
  model.on("change:answered", look);
  return { node, end: () => { clearTimeout(timer); clicks.delete(model); model.off("change:answered", look); } };
}

/**
 * A button. One that cannot be used stays reachable by the keyboard and says why.
 * @param {string} label
 * @param {{main?: boolean, quiet?: boolean, why?: string, label?: string, onclick?: (event: Event) => void}} [options]
 * @returns {HTMLButtonElement & {setWhy: (why: string) => void}}
 */
export function button(label, { main, quiet, why = "", label: spoken, onclick } = {}) {
  const node = h("button", { type: "button", class: `nd-btn${main ? " nd-main" : ""}${quiet ? " nd-quiet" : ""}`, "aria-label": spoken }, label);
  node.addEventListener("click", (/** @type {Event} */ event) => {
    if (node.getAttribute("aria-disabled") !== "true") onclick?.(event);
    else if (!node.hasAttribute("aria-describedby")) node.dispatchEvent(new CustomEvent("nd-why", { bubbles: true, detail: node.title }));
  });
  node.setWhy = (/** @type {string} */ reason) => {
    node.setAttribute("aria-disabled", reason ? "true" : "false");
    if (reason) node.title = reason;
    else node.removeAttribute("title");
  };
  node.setWhy(why);
  return node;
}

/**
 * A small label; tone is "ok", "warn", "bad", "run" or "".
 * @param {any} label
 * @param {string} [tone]
 */
export function chip(label, tone = "") {
  return h("span", { class: `nd-chip${tone ? ` nd-${tone}` : ""}` }, label);
}

/**
 * A progress bar; `set(share, tone)` moves it. A share that is not known makes it indeterminate.
 * @param {string} label
 * @param {number | null} share 0 to 1
 * @param {string} [tone]
 */
export function bar(label, share, tone = "") {
  const fill = h("i");
  const node = h("div", { role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  node.set = (/** @type {number | null} */ now, /** @type {string} */ color = tone) => {
    const percent = now === null ? null : Math.max(0, Math.min(100, Math.round(now * 100)));
    node.className = `nd-bar${color ? ` nd-${color}` : ""}`;
    fill.style.width = `${percent ?? 100}%`;
    fill.style.opacity = percent === null ? "0.35" : "1";
    if (percent === null) node.removeAttribute("aria-valuenow");
    else node.setAttribute("aria-valuenow", String(percent));
  };
  node.set(share, tone);
  return node;
}

/**
 * A choice of one among a few, side by side; arrows move it. `set(value)` shows another.
 * @param {string} label
 * @param {[string, string][]} options value and words
 * @param {string} value
 * @param {(value: string) => void} onchange
 */
export function segments(label, options, value, onchange) {
  const buttons = options.map(([key, words]) => h("button", { type: "button", role: "radio", "on:click": () => pick(key, true) }, words));
  const node = h("div", { class: "nd-seg", role: "radiogroup", "aria-label": label }, buttons);
  const show = (/** @type {string} */ now) => buttons.forEach((one, at) => {
    const on = options[at][0] === now;
    one.setAttribute("aria-checked", String(on));
    one.tabIndex = on || (at === 0 && !options.some(([key]) => key === now)) ? 0 : -1;
  });
  const pick = (/** @type {string} */ key, /** @type {boolean} */ tell) => {
    show(key);
    if (tell) onchange(key);
  };
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (buttons.indexOf(/** @type {any} */ (event.target)) + step + buttons.length) % buttons.length;
    buttons[at].focus();
    pick(options[at][0], true);
  });
  node.set = show;
  show(value);
  return node;
}

let uiCount = 0;

/**
 * An input with its label above it.
 * @param {string} label
 * @param {HTMLElement} input
 */
export function field(label, input) {
  if (!("labels" in input)) return h("div", { class: "nd-field" }, h("span", { class: "nd-label", "aria-hidden": "true" }, label), input);
  input.id ||= `nd-${Date.now().toString(36)}-${uiCount++}`;
  return h("div", { class: "nd-field" }, h("label", { class: "nd-label", for: input.id }, label), input);
}

/**
 * Keep the keys typed into our controls from the notebook's own shortcuts. Escape, and a click beside the panels, go back
 * to the cell, where those shortcuts work.
 * @param {HTMLElement} root
 * @returns {() => void} what ends it
 */
export function keepKeys(root) {
  const toCell = (/** @type {Element | null} */ cell) => {
    if (cell?.hasAttribute("tabindex")) /** @type {HTMLElement} */ (cell).focus({ preventScroll: true });
  };
  const ours = (/** @type {KeyboardEvent} */ event) => event.key !== "Escape"
    && (!(event.ctrlKey || event.metaKey) || (event.key === "Enter" && /** @type {Element} */ (event.target).matches("input, textarea, select")));
  root.addEventListener("keydown", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (ours(event)) event.stopPropagation();
    else if (event.key === "Escape" && !event.defaultPrevented && !(field.type === "search" && field.value)) toCell(root.closest(".jp-Cell"));
  });
  // Some hosts take the keys on their way down: to those, the element itself says that it wants them.
  const down = (/** @type {KeyboardEvent} */ event) => {
    const field = /** @type {Element} */ (event.target);
    if (root.contains(field)) field.toggleAttribute("data-lm-suppress-shortcuts", ours(event));
  };
  addEventListener("keydown", down, true);
  // The host leaves the focus where it was when the space beside a cell is clicked.
  const beside = (/** @type {MouseEvent} */ event) => {
    const cell = /** @type {Element} */ (event.target).closest?.(".jp-Cell");
    if (!cell || !root.contains(document.activeElement) || /** @type {Element} */ (event.target).closest(".nd")) return;
    setTimeout(() => { if (root.contains(document.activeElement)) toCell(cell); });
  };
  document.addEventListener("mousedown", beside, true);
  return () => {
    removeEventListener("keydown", down, true);
    document.removeEventListener("mousedown", beside, true);
  };
}

/**
 * Some code with a button that copies it; `set(code)` shows another.
 * @param {string} label
 */
export function codeBox(label) {
  const pre = h("pre", { tabindex: 0, role: "group", "aria-label": label });
  const told = h("span", { class: "nd-sr", role: "status" });
  const copy = button(UI_WORDS.copy, { quiet: true, onclick: async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      getSelection()?.selectAllChildren(pre);
      document.execCommand("copy");
    }
    text(copy, UI_WORDS.copied);
    text(told, UI_WORDS.copied);
    setTimeout(() => { text(copy, UI_WORDS.copy); text(told, ""); }, 1500);
  } });
  const node = h("div", { class: "nd-code", hidden: true }, pre, copy, told);
  node.set = (/** @type {string} */ code) => text(pre, code);
  return node;
}

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${String(Math.floor((whole % 3600) / 60)).padStart(hours ? 2 : 1, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** @param {number} bytes */
export function size(bytes) {
  return bytes >= 104857 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} kB`;
}

/**
 * Hide the printed story of a panel while the live one is on the page.
 * @param {string} id
 * @returns {() => void}
 */
export function hideStory(id) {
  const here = `[data-nd-story="${CSS.escape(id)}"]`;
  const style = h("style", {}, `${here} { display: none } .jp-OutputArea-child:has(> .jp-OutputArea-output ${here}) { display: none !important }`);
  document.head.append(style);
  return () => style.remove();
}

/**
 * Draw a step: rail, heading, what it says, its error, its code twin, and the body that the panel makes.
 * @param {any} model
 * @param {HTMLElement} el
 * @param {(body: HTMLElement, view: any, tools: HTMLElement, unfold: (open: boolean | null) => void) => ((view: any) => void) | void} make makes the body once; what it returns brings it up to date
 * @returns {() => void} what puts everything away
 */
export function card(model, el, make) {
  let view = model.get("view");
  /** @type {boolean | null} */ let opened = null;
  let coded = false;
  el.classList.add("nd");
  const free = keepKeys(el);
  const dot = h("div", { class: "nd-dot", "aria-hidden": "true" });
  const state = h("span", { class: "nd-sr" });
  const title = h("button", { type: "button", class: "nd-title", "on:click": () => {
    if (view.why) return;
    opened = title.getAttribute("aria-expanded") !== "true";
    draw();
  } });
  const say = h("span", { class: "nd-say", id: `nd-say-${Date.now().toString(36)}-${uiCount++}` });
  const tools = h("div", { class: "nd-tools" });
  const code = button("</>", { quiet: true, label: UI_WORDS.asCode, onclick: () => { coded = !coded; draw(); } });
  const error = h("div", { class: "nd-error", role: "alert", hidden: true });
  const body = h("div", { class: "nd-body" });
  const twin = codeBox(`${view.title} ${UI_WORDS.asCode}`);
  const heading = h("h2", {}, title, state);
  const answer = answers(model);
  const reason = h("p", { class: "nd-reason nd-muted nd-small", role: "status", hidden: true });
  const why = (/** @type {string} */ words) => { text(reason, words); reason.hidden = !words; };
  const region = h("section", { class: "nd-card", "aria-label": view.title }, h("div", { class: "nd-head" }, heading, say, tools, code), gone(), answer.node, reason, error, body, twin);
  const step = h("div", { class: "nd-step" }, h("div", { class: "nd-rail" }, dot), region);
  put(el, step);
  const update = make(body, view, tools, (open) => { opened = open; draw(); });

  region.addEventListener("nd-why", (/** @type {any} */ event) => why(event.detail));
  region.addEventListener("focusout", () => why(""));

  /** What had the focus and is gone or hidden now hands it to the heading, so that it is never lost. @param {HTMLElement | null} held */
  function keepFocus(held) {
    const now = document.activeElement;
    if (held && (now === held || now === document.body) && !held.getClientRects().length) title.focus({ preventScroll: true });
  }

  function draw() {
    view = model.get("view");
    if (!view?.title) return;
    const held = /** @type {HTMLElement | null} */ (el.contains(document.activeElement) ? document.activeElement : null);
    step.className = `nd-step nd-${view.phase}${view.last ? " nd-last" : ""}`;
    text(dot, view.phase === "done" ? "✓" : String(view.number));
    text(title, view.title);
    text(state, ` ${UI_WORDS[/** @type {"done"} */ (view.phase)] ?? ""}`);
    text(say, view.why || view.say);
    say.title = view.say;
    const open = view.why ? false : opened ?? !view.folded;
    title.setAttribute("aria-expanded", String(open));
    title.setAttribute("aria-disabled", String(Boolean(view.why)));
    if (view.why) title.setAttribute("aria-describedby", say.id);
    else title.removeAttribute("aria-describedby");
    body.hidden = !open;
    tools.hidden = Boolean(view.why);
    code.hidden = !view.code || Boolean(view.why);
    code.setAttribute("aria-expanded", String(coded));
    code.title = coded ? UI_WORDS.hideCode : UI_WORDS.asCode;
    twin.hidden = !coded || code.hidden;
    twin.set(view.code ?? "");
    const told = view.error ? `${view.error.cause} ${view.error.advice}` : "";
    if (told !== (error.dataset.told ?? "")) {
      error.dataset.told = told;
      error.hidden = !told;
      put(error, told && h("p", {}, h("b", {}, view.error.cause), " ", view.error.advice), told && button("✕", { quiet: true, label: UI_WORDS.dismiss, onclick: () => send(model, "dismiss") }));
    }
    update?.(view);
    keepFocus(held);
  }

  const showStory = view.story_id ? hideStory(view.story_id) : () => {};
  model.on("change:view", draw);
  draw();
  send(model, "hello");
  return () => {
    model.off("change:view", draw);
    answer.end();
    free();
    showStory();
  };
}
