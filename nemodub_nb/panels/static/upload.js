// @ts-check
// The upload panel: a place to drop files, a line for a path or an address, what is on its way, and the clips.

import { bar, button, card, clock, field, h, put, send, size, text } from "./ui.js";
import { preview } from "./preview.js";
import { Uploader } from "./uploader.js";

const WORDS = {
  drop: "Drop a video here", or: " or ", choose: "choose a file", choosing: "Choose files to upload",
  typed: "Or a path on the kernel's computer, or a web address", add: "Add", hint: "clips/explainer.mp4 or https://…",
  upTo: (/** @type {number} */ mb) => `mp4, mov, avi, webm, mkv … up to ${mb} MB`,
  empty: "No clip yet. Clips under 5 minutes work best.",
  pause: "Pause", resume: "Go on", cancel: "Cancel", again: "Try again", remove: "Remove",
  checking: "checking", queued: "waits for its turn", silent: "waiting for the kernel …", paused: "paused", failed: "failed",
  interrupted: "interrupted: drop the same file again to go on from there", checked: "checked ✓",
  toNotebook: "to the notebook", to: (/** @type {string} */ place) => `to ${place}`,
  long: "Longer than 5 minutes: shorter clips are faster and fit better.",
  clips: "Clip to work on", here: (/** @type {string} */ name) => `${name} is here.`, work: (/** @type {string} */ name) => `Work on ${name}`, completions: "Paths that begin so",
  same: (/** @type {string} */ digest) => `SHA-256 read in the browser and written by the kernel: ${digest}`,
  wrongType: (/** @type {string} */ name, /** @type {string} */ kind) => `${name} is of a type that is not accepted (${kind || "no extension"}).`,
  types: (/** @type {string[]} */ types) => `Convert it to one of: ${types.join(", ")}.`,
  isEmpty: (/** @type {string} */ name) => `${name} is empty.`, exportAgain: "Export or copy the clip again.",
  tooLarge: (/** @type {string} */ name, /** @type {string} */ has, /** @type {number} */ mb) => `${name} has ${has}, and ${mb} MB is the most.`,
  compress: "Compress or trim the clip; under 5 minutes works best.",
};
const MIB = 1024 * 1024;

/** What outlives a view of the panel: the files on their way and the pictures. @type {WeakMap<any, {uploader: Uploader, pictures: Map<string, string>}>} */
const KEPT = new WeakMap();

/** @param {any} model */
function kept(model) {
  let found = KEPT.get(model);
  if (found) return found;
  const uploader = new Uploader(model);
  /** @type {Map<string, string>} */
  const pictures = new Map();
  found = { uploader, pictures };
  KEPT.set(model, found);
  // Once for all views: each new one makes the kernel send the pictures again.
  model.on("msg:custom", (/** @type {any} */ message, /** @type {DataView[]} */ buffers) => {
    if (message.kind !== "poster" || !buffers?.[0]) return;
    const old = pictures.get(message.clip);
    pictures.set(message.clip, URL.createObjectURL(new Blob([/** @type {any} */ (buffers[0])], { type: "image/jpeg" })));
    uploader.changed();
    if (old) URL.revokeObjectURL(old);
  });
  return found;
}

/** @param {string} name */
const extension = (name) => (name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "");

/**
 * What is wrong with a file, before anything of it is sent.
 * @param {File} file @param {any} view
 * @returns {{cause: string, advice: string} | null}
 */
function check(file, view) {
  const mb = Math.round(view.max_bytes / MIB);
  const kind = extension(file.name);
  if (!view.types.includes(kind)) return { cause: WORDS.wrongType(file.name, kind), advice: WORDS.types(view.types) };
  if (file.size === 0) return { cause: WORDS.isEmpty(file.name), advice: WORDS.exportAgain };
  if (file.size > view.max_bytes) return { cause: WORDS.tooLarge(file.name, size(file.size), mb), advice: WORDS.compress };
  return null;
}

/** @param {any} model @param {Iterable<File>} files */
function take(model, files) {
  const view = model.get("view");
  const { uploader } = kept(model);
  for (const file of files) {
    const trouble = check(file, view);
    const sending = uploader.add(file, trouble);
    if (trouble || sending.preview) continue;
    void preview(file, view.sounds.includes(extension(file.name))).then((seen) => {
      sending.preview = seen;
      uploader.changed();
    });
  }
}

/** A row of the list, made once and then brought up to date, so that focus stays where it is. */
class Row {
  /** @param {any} model @param {string} group */
  constructor(model, group) {
    this.model = model;
    this.radio = h("input", { type: "radio", name: group, class: "nd-upload-radio", "on:change": () => send(model, "choose", { clip: this.clip }) });
    this.picture = h("img", { alt: "", hidden: true });
    this.icon = h("span", { class: "nd-upload-icon", "aria-hidden": "true" });
    this.length = h("i", { hidden: true });
    this.name = h("b", { dir: "auto" });
    this.facts = h("span", {});
    this.hint = h("div", { class: "nd-upload-hint nd-small", hidden: true });
    this.trouble = h("div", { class: "nd-upload-trouble nd-small", role: "alert", hidden: true });
    this.bar = bar("", 0);
    this.side = h("div", { class: "nd-muted nd-small nd-upload-state" });
    this.buttons = h("div", { class: "nd-row nd-upload-buttons" });
    const about = h("div", { class: "nd-upload-about" }, h("div", {}, this.name), h("div", { class: "nd-muted nd-small" }, this.facts), this.bar, this.hint, this.trouble);
    this.node = h("li", { class: "nd-upload-row" },
      h("label", { class: "nd-upload-label" }, this.radio, h("div", { class: "nd-upload-poster" }, this.icon, this.picture, this.length), about),
      h("div", { class: "nd-upload-side" }, this.side, this.buttons));
    this.clip = "";
    this.shownButtons = "";
  }

  /**
   * @param {{name: string, facts: string, sound: boolean, length: number | null, picture: string | null, share: number | null | undefined, tone: string, state: string,
   *   why?: string, hint?: string, trouble?: {cause: string, advice: string} | null, clip?: string, chosen?: boolean, several?: boolean, buttons: [string, () => void][]}} now
   */
  show(now) {
    text(this.name, now.name);
    text(this.facts, now.facts);
    text(this.icon, now.sound ? "♪" : "▶");
    this.picture.hidden = !now.picture;
    if (now.picture && this.picture.src !== now.picture) this.picture.src = now.picture;
    this.length.hidden = !now.length;
    text(this.length, clock(now.length ?? 0));
    this.bar.hidden = now.share === undefined;
    if (now.share !== undefined) this.bar.set(now.share, now.tone);
    this.bar.setAttribute("aria-label", now.name);
    text(this.side, now.state);
    if (now.why) this.side.title = now.why;
    else this.side.removeAttribute("title");
    this.hint.hidden = !now.hint;
    text(this.hint, now.hint ?? "");
    this.trouble.hidden = !now.trouble;
    const told = now.trouble ? `${now.trouble.cause} ${now.trouble.advice}` : "";
    if (this.trouble.textContent !== told) put(this.trouble, now.trouble && [h("b", {}, now.trouble.cause), " ", now.trouble.advice]);
    this.clip = now.clip ?? "";
    this.radio.hidden = !now.several;
    this.radio.style.visibility = now.clip ? "" : "hidden";
    this.radio.disabled = !now.clip;
    this.radio.checked = Boolean(now.chosen);
    this.radio.setAttribute("aria-label", WORDS.work(now.name));
    this.node.classList.toggle("nd-upload-chosen", Boolean(now.several && now.chosen));
    /** @type {Record<string, () => void>} */
    this.acts = Object.fromEntries(now.buttons);
    const labels = now.buttons.map(([label]) => label).join("|");
    if (labels !== this.shownButtons) {
      this.shownButtons = labels;
      const held = this.buttons.contains(this.buttons.getRootNode().activeElement);
      put(this.buttons, now.buttons.map(([label]) => button(label, { quiet: true, label: `${label} ${now.name}`, onclick: () => this.acts?.[label]?.() })));
      if (held) this.buttons.querySelector("button")?.focus();
    }
  }
}

/** What a file on its way from this page shows. @param {any} sending @param {any} view @param {Uploader} uploader */
function fromHere(sending, view, uploader) {
  const { file, state, preview: seen } = sending;
  const running = state === "sending" || state === "checking" || state === "queued";
  const share = state === "failed" ? undefined : sending.mark / file.size / 2;
  const speed = sending.speed ? `${(sending.speed / 1e6).toFixed(0)} MB/s` : "";
  const state_words = sending.silent ? WORDS.silent : state === "sending" ? [speed, WORDS.toNotebook].filter(Boolean).join(" ") : WORDS[/** @type {"paused"} */ (state)] ?? "";
  /** @type {[string, () => void][]} */
  const buttons = [];
  if (running) buttons.push([WORDS.pause, () => uploader.pause(sending)]);
  if (state === "paused") buttons.push([WORDS.resume, () => uploader.resume(sending)]);
  if (state === "failed" && check(file, view) === null) buttons.push([WORDS.again, () => uploader.resume(sending)]);
  buttons.push([state === "failed" ? WORDS.remove : WORDS.cancel, () => uploader.cancel(sending)]);
  const dimensions = seen?.width ? `${seen.width} × ${seen.height}` : "";
  return {
    name: file.name, facts: [dimensions, size(file.size)].filter(Boolean).join(" · "), sound: view.sounds.includes(extension(file.name)),
    length: seen?.duration_s ?? null, picture: seen?.picture ?? null, share, tone: state === "failed" ? "bad" : "",
    state: state === "sending" && !sending.silent ? `${Math.floor((100 * sending.mark) / file.size)} % · ${state_words}` : state_words,
    hint: (seen?.duration_s ?? 0) > view.long_s ? WORDS.long : "", trouble: sending.trouble, several: view.clips.length > 1, buttons,
  };
}

/** What the kernel says is on its way. @param {any} model @param {any} item @param {any} seen @param {any} view */
function fromKernel(model, item, seen, view) {
  const leg = item.dropped ? 0.5 : 0;
  const share = item.state === "failed" ? undefined : item.arrived !== null ? item.arrived / 2 : item.sent === null ? null : leg + item.sent * (1 - leg);
  const state = item.state === "sending" ? [item.sent === null ? "" : `${Math.floor(item.sent * 100)} % ·`, WORDS.to(view.backend)].filter(Boolean).join(" ")
    : item.state === "paused" ? WORDS.interrupted : item.state === "failed" ? WORDS.failed : WORDS.queued;
  /** @type {[string, () => void][]} */
  const buttons = [];
  if (item.state === "failed" && item.again) buttons.push([WORDS.again, () => send(model, "again", { id: item.id })]);
  if (item.state !== "sending") buttons.push([item.state === "failed" ? WORDS.remove : WORDS.cancel, () => send(model, "cancel", { id: item.id })]);
  return {
    name: item.name, facts: item.size ? size(item.size) : "", sound: view.sounds.includes(extension(item.name)),
    length: seen?.duration_s ?? null, picture: seen?.picture ?? null, share, tone: item.state === "failed" ? "bad" : "",
    state, trouble: item.trouble, several: view.clips.length > 1, buttons,
  };
}

/** The line for a path or an address, with what could follow. @param {any} model */
function typing(model) {
  const list = h("ul", { role: "listbox", class: "nd-upload-paths", "aria-label": WORDS.completions, id: `nd-paths-${Math.random().toString(36).slice(2)}`, hidden: true });
  const input = h("input", {
    class: "nd-input", type: "text", role: "combobox", placeholder: WORDS.hint, autocomplete: "off", spellcheck: "false", dir: "auto",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  });
  /** @type {string[]} */ let paths = [];
  let at = -1;
  /** @type {any} */ let later;

  const close = () => {
    paths = [];
    mark(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const mark = (/** @type {number} */ now) => {
    at = now;
    for (const [n, one] of [...list.children].entries()) one.setAttribute("aria-selected", String(n === at));
    if (at >= 0) input.setAttribute("aria-activedescendant", list.children[at].id);
    else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const pick = (/** @type {string} */ path) => {
    input.value = path;
    close();
    input.focus();
    if (path.endsWith("/")) send(model, "complete", { text: path });
  };
  const add = () => {
    if (!input.value.trim()) return input.focus();
    send(model, "add", { text: input.value });
    input.value = "";
    close();
  };
  const hear = (/** @type {any} */ message) => {
    if (message.kind !== "paths" || message.text !== input.value || input.getRootNode().activeElement !== input) return;
    paths = message.paths;
    put(list, paths.map((path, n) => h("li", { role: "option", id: `${list.id}-${n}`, "aria-selected": "false", "on:mousedown": (/** @type {Event} */ event) => { event.preventDefault(); pick(path); } }, path)));
    mark(-1);
    list.hidden = paths.length === 0;
    input.setAttribute("aria-expanded", String(paths.length > 0));
  };
  input.addEventListener("input", () => {
    clearTimeout(later);
    if (input.value.includes("://") || !input.value) close();
    else later = setTimeout(() => send(model, "complete", { text: input.value }), 120);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && paths.length) {
      event.preventDefault();
      mark((at + step + paths.length) % paths.length);
    } else if (event.key === "ArrowDown") {
      send(model, "complete", { text: input.value });
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (at >= 0) pick(paths[at]);
      else add();
    }
  });
  model.on("msg:custom", hear);
  const node = h("div", { class: "nd-upload-typed" }, field(WORDS.typed, input), button(WORDS.add, { onclick: add }), list);
  return { node, end: () => { clearTimeout(later); model.off("msg:custom", hear); } };
}

/** The place to drop files on, with the button that chooses them. @param {any} model @param {any} view */
function dropping(model, view) {
  const input = h("input", { type: "file", multiple: true, class: "nd-sr", tabindex: -1, "aria-hidden": "true", "aria-label": WORDS.choosing, accept: view.types.map((/** @type {string} */ one) => `.${one}`).join(",") });
  input.addEventListener("change", () => {
    take(model, [...input.files]);
    input.value = "";
  });
  const choose = h("button", { type: "button", class: "nd-upload-choose", "on:click": () => input.click() }, WORDS.choose);
  const node = h("div", { class: "nd-upload-drop" },
    h("span", { class: "nd-upload-words" }, h("b", {}, WORDS.drop), WORDS.or, choose), h("span", { class: "nd-small" }, WORDS.upTo(Math.round(view.max_bytes / MIB))), input);
  let inside = 0;
  const hold = (/** @type {DragEvent} */ event) => {
    // JupyterLab would take the drop for its file browser.
    event.preventDefault();
    event.stopPropagation();
  };
  const over = (/** @type {number} */ now) => {
    inside = Math.max(0, now);
    node.classList.toggle("nd-upload-over", inside > 0);
  };
  node.addEventListener("dragenter", (/** @type {DragEvent} */ event) => { hold(event); over(inside + 1); });
  node.addEventListener("dragleave", (/** @type {DragEvent} */ event) => { hold(event); over(inside - 1); });
  node.addEventListener("dragover", hold);
  node.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    hold(event);
    over(0);
    take(model, event.dataTransfer?.files ?? []);
  });
  return node;
}

export default {
  render(/** @type {{model: any, el: HTMLElement}} */ { model, el }) {
    const { uploader, pictures } = kept(model);
    const typed = typing(model);
    const list = h("ul", { class: "nd-upload-list", "aria-label": WORDS.clips });
    const told = h("span", { class: "nd-sr", role: "status" });
    const nothing = h("p", { class: "nd-muted nd-small nd-upload-empty" }, WORDS.empty);
    const group = `nd-clip-${Math.random().toString(36).slice(2)}`;
    /** @type {Map<string, Row>} */
    const rows = new Map();

    let drawn = false;
    const draw = () => {
      const view = model.get("view");
      let lost = false;
      /** @type {[string, any][]} */
      const now = [];
      const made = new Map(uploader.files.filter(({ id }) => id).map((one) => [one.id, one]));
      const sent = new Set(view.items.filter((/** @type {any} */ item) => item.again).map((/** @type {any} */ item) => item.id));
      const clips = new Set(view.clips.map((/** @type {any} */ clip) => clip.item));
      for (const clip of view.clips) {
        const seen = made.get(clip.item)?.preview;
        const speed = made.get(clip.item)?.speed;
        now.push([`clip ${clip.name}`, {
          name: clip.shown, facts: clip.facts, sound: clip.sound, length: clip.duration_s ?? seen?.duration_s ?? null,
          picture: pictures.get(clip.name) ?? seen?.picture ?? null, share: 1, tone: "ok", hint: clip.hint,
          state: [speed ? `${(speed / 1e6).toFixed(0)} MB/s` : "", clip.digest ? WORDS.checked : "✓"].filter(Boolean).join("\n"),
          why: clip.digest ? WORDS.same(clip.digest) : "", clip: clip.name, chosen: clip.chosen, several: view.clips.length > 1, buttons: [],
        }]);
      }
      for (const item of view.items) {
        const here = made.get(item.id);
        if (!here || here.state === "sent" || sent.has(item.id)) now.push([`item ${item.id}`, fromKernel(model, item, here?.preview, view)]);
      }
      for (const sending of uploader.files) {
        if (sending.id && (clips.has(sending.id) || sent.has(sending.id) || sending.state === "sent")) continue;
        now.push([`file ${sending.number}`, fromHere(sending, view, uploader)]);
      }
      for (const [key, what] of now) {
        if (!rows.has(key)) {
          rows.set(key, new Row(model, group));
          if (drawn && what.clip) text(told, WORDS.here(what.name));
        }
        rows.get(key)?.show(what);
      }
      const keys = now.map(([key]) => key);
      for (const key of [...rows.keys()]) {
        if (keys.includes(key)) continue;
        const gone = rows.get(key)?.node;
        if (gone?.contains(document.activeElement)) lost = true;
        gone?.remove();
        rows.delete(key);
      }
      keys.forEach((key, n) => {
        const node = /** @type {Row} */ (rows.get(key)).node;
        if (list.children[n] !== node) list.insertBefore(node, list.children[n] ?? null);
      });
      nothing.hidden = now.length > 0;
      list.hidden = now.length === 0;
      drawn = true;
      if (lost) (list.querySelector("button") ?? /** @type {HTMLElement} */ (el.querySelector(".nd-upload-choose")))?.focus();
    };
    uploader.listeners.add(draw);
    const away = card(model, el, (body, view) => {
      put(body, dropping(model, view), typed.node, list, nothing, told);
      return draw;
    });
    return () => {
      away();
      typed.end();
      uploader.listeners.delete(draw);
    };
  },
};
