// @ts-check
import { h, put } from "./ui.js";

let comboboxes = 0;
const MOST_SHOWN = 60;

/**
 * @typedef {{value: string, name: string, own: string, tag: string, more: string, state: string, ready: boolean}} Choice
 */

/** @param {string} words */
function folded(words) {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/**
 * How well a choice fits what was typed: 0 exactly, 1 as a beginning, 2 as a beginning of a word, 3 somewhere, Infinity not at all.
 * @param {Choice} choice
 * @param {string} wanted folded
 */
function rank(choice, wanted) {
  const names = [choice.tag, choice.name, choice.own, ...choice.more.split(" ")].map(folded);
  if (names.includes(wanted)) return 0;
  if (names.some((name) => name.startsWith(wanted))) return 1;
  if (names.some((name) => name.includes(` ${wanted}`))) return 2;
  return wanted.length > 1 && names.some((name) => name.includes(wanted)) ? 3 : Infinity;
}

/**
 * A text field with a list to choose from, as WAI-ARIA describes it: the focus stays in the field, arrows move through the
 * list, Enter takes, Escape closes. The list lies above everything else, so that no output area cuts it off.
 * What is not in the list can be asked for as typed.
 * @param {{label: string, placeholder: string, other: string, pick: (value: string) => void}} options
 */
export function combobox({ label, placeholder, other, pick }) {
  const id = `nd-combobox-${Date.now().toString(36)}-${comboboxes++}`;
  const input = h("input", {
    class: "nd-input", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder, maxlength: 200,
  });
  const list = h("ul", { class: "nd-combobox", role: "listbox", id, hidden: true, "aria-label": label, popover: "manual" });
  /** @type {Choice[]} */ let choices = [];
  /** @type {{value: string, node: HTMLElement}[]} */ let shown = [];
  let active = -1;

  const isOpen = () => !list.hidden;

  function fill() {
    const wanted = folded(input.value);
    const ranked = choices.map((choice) => ({ choice, fit: wanted ? rank(choice, wanted) : 1 })).filter((one) => one.fit < Infinity);
    ranked.sort((a, b) => a.fit - b.fit); // stable: those that are ready stay first
    const typed = input.value.trim();
    const found = ranked.slice(0, MOST_SHOWN).map(({ choice }) => ({ value: choice.value, node: option(choice) }));
    // Several at once, or a name that only the kernel knows.
    if (typed && !(ranked.length && ranked[0].fit < 2)) found.push({ value: typed, node: h("li", { role: "option" }, `${other} “${typed}”`) });
    shown = found;
    shown.forEach((one, at) => {
      one.node.id = `${id}-${at}`;
      one.node.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      one.node.addEventListener("click", () => take(at));
    });
    put(list, shown.map((one) => one.node));
    mark(typed && shown.length ? 0 : -1);
  }

  /** @param {Choice} choice */
  function option(choice) {
    return h("li", { role: "option" }, h("span", { class: "nd-combobox-name" }, choice.name), " ",
      choice.own === choice.name ? null : h("span", { class: "nd-combobox-own", dir: "auto", lang: choice.tag }, choice.own), " ",
      h("span", { class: `nd-combobox-state${choice.ready ? " nd-combobox-ready" : ""}` }, choice.state), " ", h("span", { class: "nd-combobox-tag" }, choice.tag));
  }

  /** @param {number} at */
  function mark(at) {
    active = at;
    for (const [number, one] of shown.entries()) one.node.setAttribute("aria-selected", String(number === at));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", shown[at].node.id);
      shown[at].node.scrollIntoView({ block: "nearest" });
    }
  }

  function place() {
    if (!list.matches?.(":popover-open")) return;
    const box = input.getBoundingClientRect();
    const below = innerHeight - box.bottom - 12;
    const above = box.top - 12;
    const up = below < 180 && above > below;
    Object.assign(list.style, {
      left: `${box.left}px`, width: `${Math.max(box.width, 220)}px`, maxHeight: `${Math.max(120, Math.min(280, up ? above : below))}px`,
      top: up ? "auto" : `${box.bottom + 4}px`, bottom: up ? `${innerHeight - box.top + 4}px` : "auto",
    });
  }

  function open() {
    if (isOpen()) return;
    fill();
    if (!shown.length) return;
    list.hidden = false;
    try {
      list.showPopover();
    } catch { /* an old browser shows it where it stands */ }
    place();
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    if (!isOpen()) return;
    try {
      list.hidePopover();
    } catch { /* as above */ }
    list.hidden = true;
    removeEventListener("scroll", place, true);
    removeEventListener("resize", place);
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  /** @param {number} at */
  function take(at) {
    const value = shown[at]?.value ?? input.value.trim();
    if (!value) return;
    input.value = "";
    close();
    pick(value);
  }

  input.addEventListener("input", () => {
    if (!isOpen()) open();
    else fill();
    if (!shown.length) close();
  });
  input.addEventListener("click", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const last = shown.length - 1;
    const moveTo = (/** @type {number} */ next, /** @type {() => number} */ begin) => {
      if (isOpen()) return mark(next);
      open();
      mark(begin());
    };
    const moves = {
      ArrowDown: () => moveTo(active >= last ? 0 : active + 1, () => 0),
      ArrowUp: () => moveTo(active <= 0 ? last : active - 1, () => shown.length - 1),
      Enter: () => (isOpen() && active >= 0 ? take(active) : input.value.trim() ? take(-1) : open()),
      Escape: () => {
        if (isOpen()) close();
        else input.value = "";
      },
    };
    const move = moves[/** @type {"Enter"} */ (event.key)];
    if (!move || (event.key === "Escape" && !isOpen() && !input.value)) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  });

  return {
    input,
    list,
    /** @param {Choice[]} next */
    set(next) {
      choices = next;
      if (!isOpen()) return;
      const kept = active >= 0 ? shown[active]?.value : null;
      fill();
      const at = shown.findIndex((one) => one.value === kept);
      if (at >= 0) mark(at);
    },
    end: close,
  };
}
