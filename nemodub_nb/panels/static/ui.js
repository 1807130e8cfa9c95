// @ts-check
// What all panels share on the page: elements, controls, and the card that a step is drawn on.

const UI_WORDS = {
  asCode: "as code", hideCode: "hide code", copy: "Copy", copied: "Copied", dismiss: "Dismiss", step: "Step",
  done: "done", now: "now", later: "not yet", unfold: "Show", fold: "Hide",
};

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
 * Ask the panel's Python for something.
 * @param {any} model
 * @param {string} what
 * @param {Record<string, any>} [more]
 * @param {ArrayBuffer[]} [buffers]
 */
export function send(model, what, more = {}, buffers = []) {
  model.send({ do: what, ...more }, undefined, buffers);
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
 * Keep the keys typed into our inputs from the notebook's own shortcuts.
 * @param {HTMLElement} root
 */
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) && event.key !== "Escape") event.stopPropagation();
  });
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
 * @param {(body: HTMLElement, view: any, tools: HTMLElement) => ((view: any) => void) | void} make makes the body once; what it returns brings it up to date
 * @returns {() => void} what puts everything away
 */
export function card(model, el, make) {
  let view = model.get("view");
  /** @type {boolean | null} */ let opened = null;
  let coded = false;
  el.classList.add("nd");
  keepKeys(el);
  const dot = h("div", { class: "nd-dot", "aria-hidden": "true" });
  const state = h("span", { class: "nd-sr" });
  const title = h("button", { type: "button", class: "nd-title", "on:click": () => { opened = body.hidden; draw(); } });
  const say = h("span", { class: "nd-say" });
  const tools = h("div", { class: "nd-tools" });
  const code = button("</>", { quiet: true, label: UI_WORDS.asCode, onclick: () => { coded = !coded; draw(); } });
  const error = h("div", { class: "nd-error", role: "alert", hidden: true });
  const body = h("div", { class: "nd-body" });
  const pre = h("pre", { tabindex: 0 });
  const copy = button(UI_WORDS.copy, { quiet: true, onclick: () => void copyCode() });
  const codeBox = h("div", { class: "nd-code", hidden: true }, pre, copy);
  const heading = h("h2", {}, title, state);
  const region = h("section", { class: "nd-card", "aria-label": view.title }, h("div", { class: "nd-head" }, heading, say, tools, code), error, body, codeBox);
  const step = h("div", { class: "nd-step" }, h("div", { class: "nd-rail" }, dot), region);
  put(el, step);
  const update = make(body, view, tools);

  async function copyCode() {
    try {
      await navigator.clipboard.writeText(view.code);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(pre);
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
      document.execCommand("copy");
    }
    text(copy, UI_WORDS.copied);
    setTimeout(() => text(copy, UI_WORDS.copy), 1500);
  }

  function draw() {
    view = model.get("view");
    if (!view?.title) return;
    step.className = `nd-step nd-${view.phase}${view.last ? " nd-last" : ""}`;
    text(dot, view.phase === "done" ? "✓" : String(view.number));
    text(title, view.title);
    text(state, ` ${UI_WORDS[/** @type {"done"} */ (view.phase)] ?? ""}`);
    text(say, view.why || view.say);
    say.title = view.say;
    const open = view.why ? false : opened ?? !view.folded;
    title.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
    tools.hidden = Boolean(view.why);
    code.hidden = !view.code || Boolean(view.why);
    code.setAttribute("aria-expanded", String(coded));
    codeBox.hidden = !coded || code.hidden;
    text(pre, view.code ?? "");
    const told = view.error ? `${view.error.cause} ${view.error.advice}` : "";
    if (told !== (error.dataset.told ?? "")) {
      error.dataset.told = told;
      error.hidden = !told;
      put(error, told && h("p", {}, h("b", {}, view.error.cause), " ", view.error.advice), told && button("✕", { quiet: true, label: UI_WORDS.dismiss, onclick: () => send(model, "dismiss") }));
    }
    update?.(view);
  }

  const showStory = view.story_id ? hideStory(view.story_id) : () => {};
  model.on("change:view", draw);
  draw();
  send(model, "hello");
  return () => {
    model.off("change:view", draw);
    showStory();
  };
}
