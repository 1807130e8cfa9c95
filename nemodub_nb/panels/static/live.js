// @ts-check
import { bar, button, card, clock, h, put, send, text } from "./ui.js";

const WORDS = {
  stop: "Stop", stopping: "Stopping…", steps: "Steps", talk: "Conversation", box: "Say what to change", send: "Send",
  placeholder: "Say what to change …", first: "Say what is to be done …", busy: "Wait until it is done, or press Stop.", empty: "Write a sentence first.",
  earlier: "… earlier text is not shown", elapsed: "Elapsed time", examples: "Examples", noSteps: "The steps of a dub are ticked off here.",
  noTalk: "What the agent says appears here, word by word.", newer: "↓ newer",
  wait: "not yet", now: "under way", done: "done", failed: "failed", stopped: "stopped", you: "You", note: "Note", change: "On the timeline", error: "Error",
};
const MARKS = { wait: "○", now: "●", done: "✓", failed: "✗", stopped: "–" };
const MOST_ENTRIES = 400;
const MOST_CHARACTERS = 200_000;
const MOST_OF_ONE = 50_000;
const MOST_SPOKEN = 300;
const KEPT_SPOKEN = 4;
const AGAIN_MS = 2000;
const NEAR_PX = 24;

/**
 * The conversation: entries whose text grows in place, bounded, scrolled only for who reads its end.
 * @param {(have: number) => void} missed asks for all of it
 * @param {(words: string) => void} speak says something to a screen reader
 */
function conversation(missed, speak) {
  const empty = h("p", { class: "nd-muted nd-live-empty" }, WORDS.noTalk);
  const earlier = h("p", { class: "nd-muted nd-small nd-live-earlier", hidden: true }, WORDS.earlier);
  const list = h("div", { class: "nd-live-entries" });
  const log = h("div", { class: "nd-live-log", role: "log", "aria-live": "off", "aria-label": WORDS.talk, tabindex: 0 }, empty, earlier, list);
  const newer = button(WORDS.newer, { onclick: () => { toEnd(); log.focus(); } });
  newer.classList.add("nd-live-newer");
  newer.hidden = true;
  const node = h("div", { class: "nd-live-talk" }, log, newer);

  /** @type {Map<number, {who: string, box: HTMLElement, words: Text, cut: boolean}>} */
  const entries = new Map();
  let size = 0;
  let seq = -1;
  let asked = 0;
  let follows = true;
  let painting = 0;

  log.addEventListener("scroll", () => {
    follows = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    if (follows) newer.hidden = true;
  });

  function toEnd() {
    follows = true;
    log.scrollTop = log.scrollHeight;
  }

  /** Once a frame, however many messages came. */
  function settle() {
    if (painting) return;
      painting = requestAnimationFrame(() => {
      painting = 0;
      empty.hidden = entries.size > 0;
      if (follows) log.scrollTop = log.scrollHeight;
      newer.hidden = follows || log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    });
  }

  /** @param {number} id @param {string} who */
  function entry(id, who) {
    const known = entries.get(id);
    if (known) return known;
    const words = document.createTextNode("");
    const spoken = WORDS[/** @type {"you"} */ (who)];
    const box = h("div", { class: `nd-live-entry nd-live-${who}`, dir: "auto" }, spoken && h("span", { class: "nd-sr" }, `${spoken}: `), words);
    const made = { who, box, words, cut: false };
    entries.set(id, made);
    list.append(box);
    return made;
  }

  /** @param {number} id */
  function drop(id) {
    const gone = entries.get(id);
    if (!gone) return;
    size -= gone.words.length;
    gone.box.remove();
    entries.delete(id);
  }

  function bound() {
    while (entries.size > 1 && (entries.size > MOST_ENTRIES || size > MOST_CHARACTERS)) {
      drop(/** @type {number} */ (entries.keys().next().value));
      earlier.hidden = false;
    }
  }

  /** @param {{who: string, box: HTMLElement, words: Text, cut: boolean}} one */
  function markCut(one) {
    if (one.cut) return;
    one.cut = true;
    one.box.prepend(h("span", { class: "nd-muted nd-small nd-live-cut" }, WORDS.earlier));
  }

  /** @param {any} said */
  function write(said) {
    const one = entry(said.id, said.who);
    const before = one.words.length;
    one.words.data = String(said.text).slice(-MOST_OF_ONE);
    if (said.cut) markCut(one);
    size += one.words.length - before;
  }

  /** @param {any} said */
  function append(said) {
    for (const id of said.gone ?? []) drop(id);
    const one = entry(said.id, said.who);
    const before = one.words.length;
    if (said.keep !== undefined) one.words.deleteData(said.keep, before - said.keep);
    if (said.append) one.words.appendData(said.append);
    if (one.words.length > MOST_OF_ONE) {
      one.words.deleteData(0, one.words.length - MOST_OF_ONE);
      markCut(one);
    }
    size += one.words.length - before;
    if (said.end) speak(one.words.data);
  }

  /** @param {any} all */
  function replace(all) {
    asked = 0;
    if (all.seq === seq) return;
    seq = all.seq;
    entries.clear();
    size = 0;
    put(list);
    earlier.hidden = !all.cut;
    for (const said of all.entries) write(said);
    bound();
    settle();
  }

  /** @param {any} message */
  function hear(message) {
    if (message.kind === "all") return replace(message);
    if (seq < 0 || message.seq <= seq) return;
    if (message.seq !== seq + 1) return miss();
    seq = message.seq;
    if (message.kind === "text") append(message);
    else if (message.kind === "entry") {
      write(message);
      speak(message.text);
    }
    bound();
    settle();
  }

  function miss() {
    const now = performance.now();
    if (asked && now - asked < AGAIN_MS) return;
    asked = now;
    missed(seq);
  }

  return {
    node, hear,
    /** @param {number} last the number of the last message, told while all is quiet */
    expect(last) {
      if (seq >= 0 && last > seq) miss();
    },
  };
}

/**
 * The checklist: a row is made once and brought up to date, so that nothing jumps.
 * @param {(words: string) => void} speak tells a screen reader of each step that ends
 */
function checklist(speak) {
  const list = h("ul", { class: "nd-live-rows", "aria-label": WORDS.steps });
  const empty = h("p", { class: "nd-muted nd-live-empty" }, WORDS.noSteps);
  const node = h("div", { class: "nd-live-steps" }, list, empty);
  /** @type {Map<string, any>} */
  const rows = new Map();

  /** @param {any} row */
  function make(row) {
    const mark = h("span", { class: "nd-live-mark", "aria-hidden": "true" });
    const state = h("span", { class: "nd-sr" });
    const label = h("span", { class: "nd-live-label", dir: "auto" });
    const note = h("span", { class: "nd-live-count", dir: "auto" });
    const progress = bar(row.label, 0);
    const item = h("li", {}, mark, h("span", {}, label, state), note, progress);
    return { mark, state, label, note, progress, item, was: "" };
  }

  /** @param {any[]} now */
  function set(now) {
    const keys = new Set(now.map((row) => row.key));
    for (const [key, one] of rows) {
      if (keys.has(key)) continue;
      one.item.remove();
      rows.delete(key);
    }
    now.forEach((row, at) => {
      if (!rows.has(row.key)) rows.set(row.key, make(row));
      const one = rows.get(row.key);
      if (list.children[at] !== one.item) list.insertBefore(one.item, list.children[at] ?? null);
      if (one.was !== row.state) {
        if (one.was && (row.state === "done" || row.state === "failed")) speak(`${row.label}: ${WORDS[/** @type {"done"} */ (row.state)]}.`);
        one.was = row.state;
        one.item.className = `nd-live-row nd-live-is-${row.state}`;
        text(one.mark, MARKS[/** @type {"now"} */ (row.state)]);
        text(one.state, ` (${WORDS[/** @type {"now"} */ (row.state)]})`);
      }
      text(one.label, row.label);
      text(one.note, row.note ?? "");
      if (row.state === "failed") one.note.title = row.note ?? "";
      one.progress.hidden = row.state !== "now" || row.share === undefined;
      if (!one.progress.hidden) one.progress.set(row.share);
    });
    empty.hidden = now.length > 0;
    list.hidden = !now.length;
  }
  return { node, set };
}

/**
 * The box to say the next thing, which remembers what was said.
 * @param {(sentence: string) => void} say
 */
function asking(say) {
  const input = h("input", { class: "nd-input", type: "text", "aria-label": WORDS.box, autocomplete: "off", maxlength: 4000, enterkeyhint: "send" });
  const hint = h("span", { class: "nd-muted nd-small", role: "status" });
  const go = button(WORDS.send, { onclick: () => submit() });
  const chips = h("div", { class: "nd-row", role: "group", "aria-label": WORDS.examples });
  const node = h("div", { class: "nd-live-ask" }, h("div", { class: "nd-live-line" }, input, go), hint, chips);
  /** @type {string[]} */
  const history = [];
  let at = 0;
  let draft = "";
  let busy = false;
  let shown = "";

  function submit() {
    const sentence = input.value.trim();
    if (busy || !sentence) {
      text(hint, busy ? WORDS.busy : WORDS.empty);
      input.focus();
      return;
    }
    if (history.at(-1) !== sentence) history.push(sentence);
    history.splice(0, history.length - 100);
    at = history.length;
    input.value = draft = "";
    text(hint, "");
    say(sentence);
  }

  /** @param {number} step */
  function recall(step) {
    const to = at + step;
    if (to < 0 || to > history.length) return;
    if (at === history.length) draft = input.value;
    at = to;
    fill(at === history.length ? draft : history[at]);
  }

  /** @param {string} sentence */
  function fill(sentence) {
    input.value = sentence;
    input.focus();
    input.setSelectionRange(sentence.length, sentence.length);
    text(hint, "");
  }

  input.addEventListener("input", () => text(hint, ""));
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter") submit();
    else if (step) recall(step);
    else return;
    event.preventDefault();
  });

  return {
    node,
    focus: () => input.focus({ preventScroll: true }),
    /** @param {any} view */
    set(view) {
      busy = view.running;
      go.setWhy(busy ? WORDS.busy : "");
      if (!busy && hint.textContent === WORDS.busy) text(hint, "");
      input.placeholder = view.work ? WORDS.placeholder : WORDS.first;
      const now = view.examples.join("\n");
      if (now === shown) return;
      shown = now;
      put(chips, view.examples.map((/** @type {string} */ one) => h("button", { type: "button", class: "nd-chip nd-live-example", "on:click": () => fill(one) }, one)));
    },
  };
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    /** @type {(message: any) => void} */
    let heard = () => {};
    let timer = 0;
    const end = card(model, el, (body, _view, tools) => {
      let began = 0;
      let work = -1;
      const time = h("span", { class: "nd-muted nd-small", role: "timer", "aria-label": WORDS.elapsed, "aria-live": "off" });
      const stop = button(WORDS.stop, { onclick: () => {
        stop.setWhy(WORDS.stopping);
        text(stop, WORDS.stopping);
        send(model, "stop");
      } });
      put(tools, time, stop);

      const spoken = h("div", { class: "nd-sr", "aria-live": "polite" });
      // One after the other: of two at once, a screen reader would read the last alone.
      const speak = (/** @type {string} */ words) => {
        spoken.append(h("p", {}, words.length > MOST_SPOKEN ? `${words.slice(0, MOST_SPOKEN)}…` : words));
        while (spoken.childElementCount > KEPT_SPOKEN) spoken.firstElementChild?.remove();
      };
      const talk = conversation(
        (have) => send(model, "resync", { have }),
        (words) => speak(words),
      );
      const steps = checklist((words) => speak(words));
      const ask = asking((sentence) => send(model, "say", { text: sentence }));
      put(body, h("div", { class: "nd-live" }, steps.node, talk.node), ask.node, spoken);

      const tick = () => {
        const view = model.get("view");
        time.hidden = !view.running;
        text(time, clock((performance.now() - began) / 1000));
      };
      timer = window.setInterval(tick, 1000);
      heard = (message) => {
        if (message.kind === "all" && typeof message.elapsed === "number") {
          began = performance.now() - message.elapsed * 1000;
          tick();
        }
        talk.hear(message);
      };
      model.on("msg:custom", heard);

      return (view) => {
        if (view.work !== work) {
          work = view.work;
          began = performance.now();
        }
        if (!view.running || view.error) {
          stop.setWhy("");
          text(stop, WORDS.stop);
        }
        if (!view.running && document.activeElement === stop) ask.focus();
        stop.hidden = !view.running;
        steps.set(view.rows);
        ask.set(view);
        talk.expect(view.seq);
        tick();
      };
    });
    return () => {
      clearInterval(timer);
      model.off("msg:custom", heard);
      end();
    };
  },
};
