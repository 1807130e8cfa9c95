// @ts-check
// The editor of one line: words, voice, start, sound, approval. What is changed is told at once, and sent by one button.
import { button, chip, field, h, put, segments, text } from "./ui.js";
import { decided, signs } from "./timeline_marks.js";

const EDIT_TYPED_MS = 350;
const EDIT_NUDGE_S = 0.1;
const EDIT_LONGEST = 2000;

/**
 * @param {Record<string, string>} words
 * @param {{decide: (line: number, said: Record<string, any>, of: string) => void, apply: (message: Record<string, any>) => void, discard: (line: number) => void,
 *   hear: (tag: string, voice: string) => void, measure: (tag: string) => void, move: (step: number) => void, leave: () => void, typed: () => void}} on
 */
export function lineEditor(words, on) {
  /** @type {any} */ let data = null;
  /** @type {any} */ let view = null;
  /** @type {any} */ let pending = {};
  /** @type {any} */ let voices = {};
  /** How the line changed last will fit. @type {any} */ let forecast = {};
  let line = -1;
  let tag = "";
  let why = "";
  /** What was touched since the line was chosen, by language. @type {Record<string, Record<string, any>>} */ let touched = {};
  /** @type {any} */ let wait = 0;
  /** The field whose words are not told yet. @type {HTMLElement | null} */ let typing = null;

  // The parts
  const title = h("h3", {});
  const said = h("span", { class: "nd-row nd-timeline-marks" });
  const back = button(words.discardLine, { quiet: true, onclick: () => { touched = {}; typing = null; on.discard(data.no[line]); words_.focus(); } });
  const before = button("‹", { quiet: true, label: words.lineBefore, onclick: () => on.move(-1) });
  const after = button("›", { quiet: true, label: words.lineAfter, onclick: () => on.move(1) });
  const area = (/** @type {string} */ label) => h("textarea", { class: "nd-input nd-timeline-area", rows: 2, maxlength: EDIT_LONGEST, spellcheck: "false", dir: "auto", "aria-label": label });
  const source = area(words.sourceText);
  const words_ = area(words.lineText);
  const language = h("select", { class: "nd-input nd-timeline-language", "aria-label": words.language, "on:change": () => { flush(); on.measure(language.value); } });
  const sourceName = h("span", { class: "nd-label", dir: "auto", "aria-hidden": "true" });
  const name = h("span", { class: "nd-label", dir: "auto", "aria-hidden": "true" });
  const again = button(words.asTranslated, { quiet: true, onclick: () => take(tag, { text: null }) });
  const sourceHint = h("p", { class: "nd-muted nd-small" });
  const budget = h("p", { class: "nd-small nd-row nd-timeline-budget" });
  const voice = h("select", { class: "nd-input nd-timeline-voice", "on:change": () => take(tag, { voice: voice.value || null }) });
  const hear = button(`▷ ${words.hear}`, { quiet: true, label: words.hearVoice, onclick: () => on.hear(tag, voice.value) });
  const moment = (/** @type {string} */ label, /** @type {string} */ earlier_, /** @type {string} */ later_) => {
    const box = h("input", { class: "nd-input nd-timeline-start", type: "number", min: 0, step: "any", inputmode: "decimal", "aria-label": label });
    const earlier = button("−", { label: earlier_, onclick: () => nudge(box, -EDIT_NUDGE_S) });
    const later = button("+", { label: later_, onclick: () => nudge(box, EDIT_NUDGE_S) });
    return { box, nudges: [earlier, later], node: h("div", { class: "nd-timeline-with" }, earlier, box, later) };
  };
  const own = moment(words.startsAt, words.earlier, words.later);
  const from = moment(words.sourceFrom, words.fromEarlier, words.fromLater);
  const to = moment(words.sourceTo, words.toEarlier, words.toLater);
  const start = own.box;
  const moments = [own, from, to];
  const sound = segments(words.sound, [["dub", words.newVoice], ["mute", words.mute], ["original", words.keepOriginal]], "dub", (value) => take(tag, { sound: value === "dub" ? null : value }));
  const approved = h("input", { type: "checkbox", "on:change": () => take(tag, { approved: approved.checked }) });
  const approve = h("label", { class: "nd-timeline-approve" }, approved, h("span", {}, words.approvedBox));
  const nothing = h("p", { class: "nd-muted nd-small" }, words.notThere);
  const its = [
    field(words.voice, h("div", { class: "nd-timeline-with" }, voice, hear)),
    field(words.starts, own.node),
    field(words.sound, sound),
    approve,
  ];
  voice.setAttribute("aria-label", words.voice);
  const mine = h("div", { class: "nd-timeline-side" }, h("div", { class: "nd-timeline-side-head" }, name, language, again), words_, budget, nothing);
  const theirs = h("div", { class: "nd-timeline-side" }, h("div", { class: "nd-timeline-side-head" }, sourceName), source,
    h("div", { class: "nd-timeline-times nd-small" }, [[words.said, from], [words.until, to]].map(([word, one]) => h("span", {}, h("span", { class: "nd-muted", "aria-hidden": "true" }, word), /** @type {any} */ (one).node))), sourceHint);
  const more = h("div", { class: "nd-timeline-fields" }, its);
  const node = h("div", { class: "nd-timeline-editor nd-well", role: "group", hidden: true },
    h("div", { class: "nd-timeline-editor-head" }, title, said, h("span", { class: "nd-grow" }), back, before, after),
    h("div", { class: "nd-timeline-sides" }, theirs, mine), more);

  // What it tells

  /** Take a decision, unless nothing can be changed now. @param {string} of @param {Record<string, any>} what */
  function take(of, what) {
    if (why) {
      fill();
      node.dispatchEvent(new CustomEvent("nd-why", { bubbles: true, detail: why }));
      return;
    }
    flush();
    note(of, what);
    on.decide(data.no[line], { [of]: what }, tag);
  }

  function note(/** @type {string} */ of, /** @type {Record<string, any>} */ what) {
    touched = { ...touched, [of]: { ...touched[of], ...what } };
  }

  /** What a field decides, and of which language. @param {any} which @returns {[string, Record<string, any>]} */
  function decision(which) {
    const seconds = which.value.trim() ? Number(which.value) : null;
    if (which === source) return ["", { text: source.value }];
    if (which === words_) return [tag, { text: words_.value }];
    return which === start ? [tag, { start_s: seconds }] : ["", { [which === from.box ? "start_s" : "end_s"]: seconds }];
  }

  /** Tell what was typed and not told yet. */
  function flush() {
    clearTimeout(wait);
    const which = typing;
    typing = null;
    if (!which || line < 0) return;
    const [of, what] = decision(which);
    note(of, what);
    on.decide(data.no[line], { [of]: what }, tag);
  }

  for (const one of [source, words_, start, from.box, to.box]) {
    one.addEventListener("input", () => {
      if (why) return;
      typing = one;
      hint();
      on.typed();
      clearTimeout(wait);
      wait = setTimeout(flush, EDIT_TYPED_MS);
    });
    one.addEventListener("blur", () => { flush(); fill(); });
  }

  function nudge(/** @type {any} */ box, /** @type {number} */ by) {
    if (box.readOnly || why) return take(tag, {});
    if (typing !== box) flush();
    const one = decided(data, pending, line, tag);
    const now = box.value.trim() ? Number(box.value) : box === from.box ? one.from_s : box === to.box ? one.to_s : one.start_s;
    const next = Math.max(0, Math.round((now + by) * 1000) / 1000);
    box.value = String(next);
    typing = box;
    clearTimeout(wait);
    wait = setTimeout(flush, EDIT_TYPED_MS);
    on.typed();
  }

  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const timed = moments.find(({ box }) => box === event.target)?.box;
    const step = timed ? { ArrowUp: EDIT_NUDGE_S, ArrowDown: -EDIT_NUDGE_S }[event.key] : 0;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) on.apply(message());
    else if (event.key === "Escape") { flush(); on.leave(); }
    else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) { flush(); on.move(event.key === "ArrowDown" ? 1 : -1); }
    else if (step && !event.altKey) nudge(timed, step);
    else if (event.key === "Enter" && timed) flush();
    else if (event.key === "Enter" && (event.target === source || event.target === words_)) flush(); // a line of speech has no second line
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  /** What is decided about this line, to be sent along: nothing that was typed is lost on the way. */
  function message() {
    clearTimeout(wait);
    if (typing && line >= 0) note(...decision(typing));
    typing = null;
    const found = { line: line < 0 ? null : data.no[line], said: touched };
    touched = {};
    return found;
  }

  // What it shows

  /** Show a line. @param {{data: any, view: any, pending: any, voices: any, forecast: any, line: number, of: string}} now */
  function show(now) {
    if (now.line !== line || now.of !== tag) {
      if (data && line >= 0) flush();
      touched = {};
      typing = null;
    }
    ({ data, view, pending, voices, forecast, line } = now);
    tag = now.of;
    why = view.edit.why;
    fill();
  }

  function fill() {
    const shown = Boolean(data) && view?.edit.can && line >= 0 && data.no[line] !== null && data.no[line] !== undefined;
    node.hidden = !shown;
    if (!shown) return;
    const one = decided(data, pending, line, tag);
    const number = data.no[line];
    node.setAttribute("aria-label", `${words.line} ${number}`);
    text(title, `${words.line} ${number}`);
    put(said, signs(words, one));
    back.hidden = !one.changed && !Object.keys(one.sourceChange).length;
    text(sourceName, view.source);
    source.lang = view.source_tag;
    words_.lang = tag;
    source.setAttribute("aria-label", `${words.sourceText} (${view.source})`);
    words_.setAttribute("aria-label", `${words.lineText} (${nameOf(tag)})`);
    text(name, nameOf(tag));
    const several = view.languages.length > 1;
    const key = JSON.stringify(view.languages);
    if (language.dataset.key !== key) {
      language.dataset.key = key;
      put(language, view.languages.map((/** @type {string[]} */ [its_, own_]) => h("option", { value: its_ }, own_)));
    }
    language.value = tag;
    language.hidden = !several;
    name.hidden = several;
    put_(source, one.source);
    put_(words_, one.text);
    for (const [{ box }, seconds] of /** @type {const} */ ([[own, one.start_s], [from, one.from_s], [to, one.to_s]])) {
      if (typing !== box) box.value = String(Math.round(seconds * 1000) / 1000);
    }
    mine.hidden = !tag;
    more.hidden = !tag || !one.there;
    nothing.hidden = one.there;
    words_.hidden = budget.hidden = !one.there;
    again.hidden = !one.there || !one.edited || one.change.text === null;
    const dubbed = Object.keys(data.dubs).length > 0;
    text(sourceHint, one.sourceChange.text === "" ? words.noSpeech : !dubbed ? "" : "text" in one.sourceChange ? words.translatedAgain : Object.keys(one.sourceChange).length ? words.timedAgain : "");
    sourceHint.hidden = !sourceHint.textContent;
    sound.set(one.sound);
    approved.checked = one.approved;
    fillVoices(one);
    hint();
    // What cannot be used now stays where it is, and says why.
    node.classList.toggle("nd-timeline-off", Boolean(why));
    for (const box of [source, words_, start, from.box, to.box]) { box.readOnly = Boolean(why); box.title = why; }
    for (const box of [voice, approved, sound]) { box.setAttribute("aria-disabled", String(Boolean(why))); box.title = why; }
    for (const box of [again, back, hear, ...moments.flatMap((one_) => one_.nudges)]) box.setWhy(why);
    if (!why && one.sound === "original") for (const box of own.nudges) box.setWhy(words.staysThere);
    if (one.sound === "original") { start.readOnly = true; start.title = words.staysThere; }
  }

  /** Change the words of a field, unless somebody is typing there. */
  function put_(/** @type {any} */ box, /** @type {string} */ value) {
    if (typing !== box && box.value !== value) box.value = value;
  }

  function fillVoices(/** @type {any} */ one) {
    const usual = data.voices[tag] ?? "";
    const listed = voices[tag] ?? [];
    const known = new Map(listed);
    const label = known.get(usual)?.split(" · ")[0] ?? usual.replace(/^.*:/, "");
    const options = [["", label ? `${label} (${words.usualVoice})` : words.voiceOfLanguage], ...listed.filter((/** @type {string[]} */ [id]) => id !== usual)];
    if (one.voice && !options.some(([id]) => id === one.voice)) options.push([one.voice, one.voice]);
    const key = JSON.stringify(options);
    if (voice.dataset.key !== key) {
      voice.dataset.key = key;
      put(voice, options.map(([id, label_]) => h("option", { value: id }, label_)));
    }
    if (voice.value !== one.voice) voice.value = one.voice;
  }

  /** How the words will fit: as it is foreseen; while that is on its way, by their length. */
  function hint() {
    const dub = data.dubs[tag];
    if (!dub || line < 0) return;
    const said_ = words_.value.trim();
    const one = decided(data, pending, line, tag);
    const length = [...said_].length;
    const slot = dub.slot[line] / 1000;
    const { word, tone, takes } = fits(one, said_, dub, length / Math.max(1, [...source.value].length), slot);
    const facts = takes ? [`${words.takes} ${takes}`] : [`${length} ${words.characters}`, slot > 0 ? `${slot.toFixed(1)} s ${words.ofRoom}` : ""];
    put(budget, word && one.sound === "dub" && chip(word, tone), h("span", { class: "nd-muted" }, !said_ ? words.translatedAfresh : facts.filter(Boolean).join(" · ")));
  }

  /**
   * What is known of how a line will fit; nothing where it is spoken as it stands.
   * @param {import("./timeline_marks.js").Decided} one @param {string} said_ @param {any} dub @param {number} ratio characters against the source @param {number} slot
   */
  function fits(one, said_, dub, ratio, slot) {
    const touched_ = one.changed || Object.keys(one.sourceChange).length > 0 || said_ !== dub.text[line];
    if (!touched_ && !one.script) return { word: "", tone: "", takes: "" };
    if (touched_ && forecast.of === tag && forecast.line === data.no[line]) return forecast;
    if (!touched_) return { word: data.labels[dub.label[line]][0], tone: data.labels[dub.label[line]][1], takes: "" };
    const pace = slot > 0 ? (ratio * (data.e[line] - data.s[line])) / 1000 / slot : null;
    const [clean, flagged] = view.edit.limits;
    const [word, tone] = pace === null ? ["", ""] : pace <= clean ? [words.shouldFit, "ok"] : pace <= flagged ? [words.tight, "warn"] : [words.long, "bad"];
    return { word, tone, takes: "" };
  }

  const nameOf = (/** @type {string} */ its_) => view.languages.find((/** @type {string[]} */ one) => one[0] === its_)?.[1] ?? its_;

  return {
    node,
    show,
    message,
    flush,
    unsent: () => typing !== null,
    focus: () => (words_.hidden || mine.hidden ? source : words_).focus(),
    hand: () => { if (node.contains(document.activeElement)) /** @type {HTMLElement} */ (document.activeElement).focus(); },
    end: () => clearTimeout(wait),
  };
}

/**
 * What stands below the table: undo, approve all, what is changed and not sent, and the button that sends it.
 * @param {Record<string, string>} words
 * @param {{apply: () => void, discard: () => void, approve: () => void, undo: () => void}} on
 */
export function editBar(words, on) {
  const undo = button(words.undo, { quiet: true, onclick: on.undo });
  const approve = button(words.approveAll, { quiet: true, onclick: on.approve });
  const waiting = h("span", { class: "nd-small nd-timeline-waiting", role: "status" });
  const discard = button(words.discard, { quiet: true, onclick: on.discard });
  const apply = button(words.speak, { main: true, onclick: on.apply });
  const said = h("p", { class: "nd-small nd-muted nd-timeline-answer", role: "status", dir: "auto" });
  const node = h("div", { class: "nd-timeline-bar" }, h("div", { class: "nd-timeline-bar-row" }, undo, approve, h("span", { class: "nd-grow" }), waiting, discard, apply), said);
  undo.title = words.undoHelp;

  return {
    node,
    /** @param {any} view @param {string} of @param {{unsent: boolean, there: boolean, chosen: boolean}} now there: the language has lines */
    show(view, of, { unsent, there, chosen }) {
      const edit = view.edit;
      const some = edit.count > 0 || unsent;
      undo.setWhy(edit.why);
      if (!edit.why) undo.title = words.undoHelp;
      const own = view.languages.find((/** @type {string[]} */ one) => one[0] === of)?.[1] ?? of;
      text(approve, view.languages.length > 1 ? `${words.approveAll} (${own})` : words.approveAll);
      approve.hidden = !there;
      approve.setWhy(edit.why || (some ? words.finishFirst : ""));
      text(waiting, edit.waiting);
      discard.hidden = !edit.count;
      discard.setWhy(edit.why);
      apply.hidden = !some;
      apply.setWhy(edit.why);
      text(apply, edit.effect === "approve" ? edit.approve : edit.effect === "speak" || (unsent && !edit.count) ? words.speak : words.keep);
      text(said, edit.why || edit.said || (chosen ? "" : words.chooseOne));
      said.hidden = !said.textContent;
    },
  };
}
