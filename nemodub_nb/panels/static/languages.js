// @ts-check
import { button, card, chip, field, h, put, segments, send, text } from "./ui.js";
import { combobox } from "./combobox.js";
import { glossary } from "./languages_terms.js";

const WORDS = {
  source: "The clip is in", asHeard: "As heard", chosen: "Languages to dub into", none: "Nothing is chosen yet. Add a language above, or begin with one of these:",
  add: "Add a language", addHint: "Japanese, 日本語, ja …", noMatch: "Add", voice: "Voice", hear: "hear the voice", hearShort: "hear", hearing: "speaking…", stop: "stop", play: "play it",
  remove: "Remove", added: "added", removed: "removed", getOne: "Get it", better: "Better voice", why: "Why?", how: "How?", hide: "Hide", copy: "Copy", copied: "Copied", again: "Look again",
  ready: "ready", fetch: "to fetch", memory: "needs a translation", mute: "no voice", dubbed: "dubbed",
  original: "Original voice", replace: "replace", duck: "keep low", keep: "keep", background: "Music and effects", asTheyAre: "as they are", level: "set to", percent: "Volume of music and effects, percent",
  memoryOf: "Translation memory", memoryHint: "none · a path, such as memory.csv",
  glossary: "Glossary", noGlossary: "none", typedTerms: "a few terms", csvFile: "CSV file", glossaryHint: "a path, such as terms.csv", glossaryFile: "Path of a glossary", termsHint: "How your terms are translated. A term without a translation is a name: it stays as it is in every language.",
  term: "Term", termIn: "in", termSaid: "Said in the clip", termExample: "such as dashboard", freely: "freely", unchanged: "unchanged",
  subtitles: "Subtitles", off: "none", track: "track", burned: "burned in", tooLong: "Lines that do not fit", marked: "only marked", slowed: "slow the picture", sentence: "The sentence that will be sent; change it as you like", edited: "edited", undo: "Undo",
  editedHint: "Sent as it stands: the choices above no longer change it.", sendIt: "Send this sentence", dub: "Dub", cancel: "Cancel", look: "Look before it is spoken", voiceOf: "Voice for", forClip: "for",
};

const LANGUAGES_READ_MS = 600;
const NOTHING = { known: [], begin: [], voices: {} };

/**
 * @typedef {{tag: string, name: string, own: string, line: string, chip: string, tone: string, note: string, command: string, ready: boolean,
 *   voice: string, voices: string, best: string, hear: string | null, hearing: boolean, dubbed: boolean}} Card
 */

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    /** @type {(() => void)[]} */ const ends = [];
    const end = card(model, el, (body) => {
      const told = h("span", { class: "nd-sr", role: "status" });
      const sound = voicePlayer(() => show(model.get("view")));
      /** @type {Map<string, ReturnType<typeof languageCard>>} */ const cards = new Map();

      // From which language, and which to add.
      const source = h("select", { class: "nd-input", "on:change": () => send(model, "choose", { what: "source", value: source.value }) });
      const add = combobox({
        label: WORDS.add, placeholder: WORDS.addHint, other: WORDS.noMatch,
        pick: (/** @type {string} */ value) => send(model, "add", { text: value }),
      });
      ends.push(add.end);
      const about = h("p", { class: "nd-languages-for", hidden: true });
      const top = h("div", { class: "nd-languages-top" }, field(WORDS.source, source), field(WORDS.add, add.input), add.list);

      // The languages chosen.
      const list = h("ul", { class: "nd-languages-cards", "aria-label": WORDS.chosen });
      const begin = h("div", { class: "nd-row" });
      const empty = h("div", { class: "nd-languages-empty" }, h("p", { class: "nd-muted" }, WORDS.none), begin);

      // How.
      const choose = (/** @type {string} */ what) => (/** @type {any} */ value) => send(model, "choose", { what, value });
      const original = segments(WORDS.original, [["replace", WORDS.replace], ["duck", WORDS.duck], ["keep", WORDS.keep]], "replace", choose("original"));
      const level = h("input", { class: "nd-input nd-languages-level", type: "number", min: 0, max: 100, step: 5, value: 35, "aria-label": WORDS.percent });
      const sendLevel = () => {
        const percent = Math.max(0, Math.min(100, Math.round(Number(level.value) || 0)));
        level.value = String(percent);
        send(model, "choose", { what: "background", value: percent / 100 });
      };
      level.addEventListener("change", sendLevel);
      const background = segments(WORDS.background, [["as", WORDS.asTheyAre], ["level", WORDS.level]], "as", (value) => {
        levelBox.hidden = value === "as";
        if (value === "as") send(model, "choose", { what: "background", value: null });
        else sendLevel();
      });
      const levelBox = h("span", { class: "nd-languages-percent", hidden: true }, level, h("span", { "aria-hidden": "true" }, "%"));
      const subtitles = segments(WORDS.subtitles, [["off", WORDS.off], ["track", WORDS.track], ["burned", WORDS.burned]], "track", choose("subtitles"));
      const tooLong = segments(WORDS.tooLong, [["mark", WORDS.marked], ["slow", WORDS.slowed]], "mark", (value) => send(model, "choose", { what: "slow_video", value: value === "slow" }));
      const hint = h("p", { class: "nd-muted nd-small", hidden: true });
      const memory = h("input", { class: "nd-input", type: "text", placeholder: WORDS.memoryHint, spellcheck: "false", autocomplete: "off", "on:change": () => send(model, "choose", { what: "memory", value: memory.value }) });
      const terms = glossary(WORDS, (what) => send(model, "glossary", what));
      const how = h("div", { class: "nd-languages-how" },
        field(WORDS.original, original), field(WORDS.background, h("div", { class: "nd-languages-sound" }, background, levelBox)), field(WORDS.subtitles, subtitles), field(WORDS.memoryOf, memory), field(WORDS.tooLong, tooLong),
        field(WORDS.glossary, h("div", { class: "nd-languages-sound" }, terms.use, terms.file)), terms.well);

      // What will be said.
      const area = h("textarea", { rows: 1, spellcheck: "false", maxlength: 4000 });
      const lead = h("span", { class: "nd-muted nd-small", hidden: true });
      const undo = button(WORDS.undo, { quiet: true, onclick: () => { drop(); send(model, "say", { sentence: "" }); area.focus(); } });
      const mark = h("div", { class: "nd-row nd-languages-edited", hidden: true }, chip(WORDS.edited, "run"), h("span", { class: "nd-muted nd-small" }, WORDS.editedHint), undo);
      const quote = h("div", { class: "nd-languages-quote", "on:click": (/** @type {Event} */ event) => { if (event.target === quote) area.focus(); } }, lead, area, mark);
      let typed = false;
      let shown = "";
      /** @type {any} */ let wait = 0;
      const drop = () => { clearTimeout(wait); typed = false; };
      const flush = () => {
        clearTimeout(wait);
        if (!typed) return;
        typed = false;
        shown = area.value;
        if (!area.value.trim()) area.value = shown = model.get("view").made;
        send(model, "say", { sentence: area.value });
      };
      area.addEventListener("input", () => { typed = true; grow(); clearTimeout(wait); wait = setTimeout(() => { if (area.value.trim()) { send(model, "say", { sentence: area.value }); shown = area.value; } }, 500); });
      area.addEventListener("blur", flush);
      area.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); dub(); }
      });
      const grow = () => { area.style.height = "auto"; area.style.height = `${area.scrollHeight}px`; };
      const watch = new ResizeObserver(() => grow());
      watch.observe(quote);
      ends.push(() => watch.disconnect(), drop);

      // And done.
      const dub = () => { const sentence = area.value; drop(); send(model, "dub", { sentence }); };
      const main = button(WORDS.dub, { main: true, onclick: dub });
      const estimate = h("span", { class: "nd-muted nd-small" });
      const reason = h("span", { class: "nd-muted nd-small", id: `nd-languages-${Math.random().toString(36).slice(2)}` });
      main.setAttribute("aria-describedby", reason.id);
      const spin = h("span", { class: "nd-spin", hidden: true, "aria-hidden": "true" });
      const look = h("input", { type: "checkbox", "on:change": () => {
        const { look_why: why } = model.get("view");
        if (!why) return send(model, "choose", { what: "look", value: look.checked });
        look.checked = false;
        look.dispatchEvent(new CustomEvent("nd-why", { bubbles: true, detail: why }));
      } });
      const lookBox = h("label", { class: "nd-languages-look" }, look, h("span", {}, WORDS.look));
      const go = h("div", { class: "nd-languages-go" }, h("span", { class: "nd-row nd-languages-facts" }, spin, estimate, reason), lookBox, main);
      const question = h("p", { class: "nd-grow" });
      let askedAt = 0;
      const agree = button(WORDS.dub, { main: true, onclick: () => {
        // The second click of a double click on the button that asked is no answer.
        if (performance.now() - askedAt > LANGUAGES_READ_MS) send(model, "dub", { agreed: true, sentence: area.value });
      } });
      const ask = h("div", { class: "nd-well nd-row nd-languages-ask", role: "alertdialog", hidden: true }, question, agree,
        button(WORDS.cancel, { onclick: () => { send(model, "cancel"); main.focus(); } }));
      question.id = `${reason.id}-q`;
      ask.setAttribute("aria-labelledby", question.id);
      ask.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape") { event.stopPropagation(); send(model, "cancel"); main.focus(); }
      });
      area.id = `${reason.id}-say`;
      const spoken = h("div", { class: "nd-field" }, h("label", { class: "nd-label", for: area.id }, WORDS.sentence), quote);
      const say = h("div", { class: "nd-languages-say" }, spoken, go);
      put(body, h("div", { class: "nd-languages" }, about, top, list, empty, how, hint, say, ask, told));

      /** @type {string[]} */ let known = [];
      function offered() {
        const listing = model.get("listing") ?? NOTHING;
        const names = listing.known.map((/** @type {string[]} */ row) => row[0]);
        if (names.join() !== known.join()) {
          known = names;
          const rows = [...listing.known].sort((/** @type {string[]} */ a, /** @type {string[]} */ b) => a[1].localeCompare(b[1]));
          put(source, h("option", { value: "" }, WORDS.asHeard), rows.map((/** @type {string[]} */ [tag, name, own]) => h("option", { value: tag }, name === own ? name : `${name} · ${own}`)));
        }
        show(model.get("view"));
      }

      /** @param {any} view */
      function show(view) {
        const listing = model.get("listing") ?? NOTHING;
        const taken = new Set(view.cards.map((/** @type {Card} */ one) => one.tag));
        about.hidden = !view.clip;
        if (view.clip) put(about, `${WORDS.forClip} `, h("b", { dir: "auto" }, view.clip));
        text(source.options[0] ?? source, view.heard && !view.source ? `${WORDS.asHeard} (${view.heard})` : WORDS.asHeard);
        if (view.source && ![...source.options].some((one) => one.value === view.source)) source.append(h("option", { value: view.source }, view.source));
        if (document.activeElement !== source || source.value !== view.source) source.value = view.source;
        add.set(listing.known.filter((/** @type {string[]} */ row) => !taken.has(row[0])).map((/** @type {string[]} */ [tag, name, own, more, state]) => ({ value: tag, name, own, tag, more, state: WORDS[/** @type {"ready"} */ (state)] ?? "", ready: state === "ready" })));
        showCards(view, listing);
        original.set(view.original);
        background.set(view.background === null ? "as" : "level");
        levelBox.hidden = view.background === null;
        if (view.background !== null && document.activeElement !== level) level.value = String(view.background);
        subtitles.set(view.subtitles);
        tooLong.set(view.slow_video ? "slow" : "mark");
        if (document.activeElement !== memory && !view.error) memory.value = view.memory;
        terms.show(view.glossary, view.cards, Boolean(view.error));
        hint.hidden = !view.hint;
        text(hint, view.hint);
        how.hidden = say.hidden = !view.cards.length && !view.edited && !view.work;
        lead.hidden = !view.lead;
        text(lead, view.lead);
        if (view.sentence !== shown && !(typed && document.activeElement === area)) {
          shown = area.value = view.sentence;
          typed = false;
        }
        mark.hidden = !view.edited;
        grow();
        spin.hidden = !view.work;
        text(estimate, view.work ? `${view.work}…` : view.estimate);
        estimate.title = view.work ? "" : view.how;
        text(reason, view.work ? "" : view.blocked);
        if (document.activeElement !== look || look.checked !== view.look) look.checked = view.look;
        look.setAttribute("aria-disabled", String(Boolean(view.look_why)));
        lookBox.title = view.look_why;
        text(main, view.edited ? WORDS.sendIt : view.main);
        main.setWhy(view.blocked);
        text(question, view.question);
        const asked = !ask.hidden;
        const answered = ask.contains(document.activeElement) && !view.question;
        ask.hidden = !view.question;
        go.hidden = !ask.hidden;
        if (answered) main.focus();
        if (!asked && view.question) {
          askedAt = performance.now();
          agree.focus();
        }
      }

      /** @param {any} view @param {any} listing */
      function showCards(view, listing) {
        const tags = view.cards.map((/** @type {Card} */ one) => one.tag);
        for (const [tag, one] of cards) {
          if (tags.includes(tag)) continue;
          const next = one.node.nextElementSibling ?? one.node.previousElementSibling;
          const focused = one.node.contains(document.activeElement);
          one.node.remove();
          cards.delete(tag);
          text(told, `${one.name} ${WORDS.removed}.`);
          if (focused) (next?.querySelector(".nd-languages-remove") ?? add.input).focus();
        }
        view.cards.forEach((/** @type {Card} */ one, /** @type {number} */ at) => {
          let made = cards.get(one.tag);
          if (!made) {
            made = languageCard(model, one, sound);
            if (el.isConnected && known.length) text(told, `${one.name} ${WORDS.added}.`);
            cards.set(one.tag, made);
          }
          if (list.children[at] !== made.node) list.insertBefore(made.node, list.children[at] ?? null);
          made.show(one, listing.voices[one.voices] ?? []);
        });
        list.hidden = !tags.length;
        empty.hidden = Boolean(tags.length);
        if (!tags.length) {
          const first = listing.begin.map((/** @type {string} */ tag) => listing.known.find((/** @type {string[]} */ row) => row[0] === tag)).filter(Boolean);
          const now = first.map((/** @type {string[]} */ row) => row[0]).join();
          if (begin.dataset.now !== now) {
            begin.dataset.now = now;
            put(begin, first.map((/** @type {string[]} */ [tag, name]) => h("button", { type: "button", class: "nd-chip", "on:click": () => { send(model, "add", { text: tag }); add.input.focus(); } }, "+ ", name)));
          }
        }
      }

      const heard = (/** @type {any} */ message, /** @type {any[]} */ buffers) => {
        if (message.kind === "voice" && buffers?.length) sound.play(message.language, buffers[0]);
      };
      model.on("msg:custom", heard);
      model.on("change:listing", offered);
      ends.push(() => { model.off("msg:custom", heard); model.off("change:listing", offered); sound.end(); });
      offered();
      return show;
    });
    return () => { for (const one of ends) one(); end(); };
  },
};

/**
 * Plays one voice at a time. A page that may not begin to play by itself keeps the sound until it is asked again.
 * @param {() => void} changed
 */
function voicePlayer(changed) {
  const audio = new Audio();
  const player = {
    /** @type {string} */ playing: "",
    /** @type {string} */ waiting: "",
    /** @param {string} language @param {DataView | ArrayBuffer} wav */
    play(language, wav) {
      player.stop();
      if (audio.src) URL.revokeObjectURL(audio.src);
      audio.src = URL.createObjectURL(new Blob([/** @type {any} */ (wav)], { type: "audio/wav" }));
      player.start(language);
    },
    /** @param {string} language */
    start(language) {
      player.playing = language;
      player.waiting = "";
      audio.play().catch(() => { player.playing = ""; player.waiting = language; changed(); });
      changed();
    },
    stop() {
      audio.pause();
      player.playing = player.waiting = "";
      changed();
    },
    end() {
      audio.pause();
      if (audio.src) URL.revokeObjectURL(audio.src);
    },
  };
  audio.addEventListener("ended", () => player.stop());
  return player;
}

/**
 * One language that was chosen.
 * @param {any} model
 * @param {Card} first
 * @param {ReturnType<typeof voicePlayer>} sound
 */
function languageCard(model, first, sound) {
  const language = first.tag;
  let open = false;
  let now = first;
  const state = h("span", { class: "nd-row" });
  const line = h("p", { class: "nd-muted nd-small" });
  const voice = h("select", { class: "nd-input nd-languages-voice", "aria-label": `${WORDS.voiceOf} ${first.name}`, "on:change": () => send(model, "voice", { language, voice: voice.value }) });
  const hear = button(WORDS.hear, { quiet: true, onclick: () => {
    if (sound.playing === language) sound.stop();
    else if (sound.waiting === language) sound.start(language);
    else send(model, "hear", { language });
  } });
  const get = button(WORDS.getOne, { quiet: true, onclick: () => { open = !open; draw(); } });
  const note = h("p", { class: "nd-small" });
  const code = h("code", { tabindex: 0 });
  const copy = button(WORDS.copy, { quiet: true, onclick: async () => {
    try {
      await navigator.clipboard.writeText(now.command);
    } catch {
      getSelection()?.selectAllChildren(code);
      document.execCommand("copy");
    }
    text(copy, WORDS.copied);
    setTimeout(() => text(copy, WORDS.copy), 1500);
  } });
  const command = h("div", { class: "nd-languages-command" }, code);
  const again = button(WORDS.again, { quiet: true, onclick: () => send(model, "look") });
  const tools = h("div", { class: "nd-languages-tools" }, copy, again);
  const more = h("div", { class: "nd-languages-more", hidden: true }, note, command, tools);
  const remove = button("✕", { quiet: true, label: `${WORDS.remove} ${first.name}`, onclick: () => send(model, "remove", { language }) });
  remove.classList.add("nd-languages-remove");
  const own = h("span", { class: "nd-languages-own", dir: "auto", lang: language }, first.own);
  const node = h("li", { class: "nd-languages-card" },
    h("div", { class: "nd-languages-name" }, h("div", { class: "nd-languages-names" }, h("h3", {}, first.name), first.own === first.name ? null : own), remove),
    line, h("div", { class: "nd-row nd-languages-state" }, state, get), h("div", { class: "nd-languages-speaks" }, voice, hear), more);
  const at = { chips: "", voices: "" };

  function draw() {
    text(line, now.line);
    line.hidden = !now.line;
    const chips = `${now.chip}|${now.tone}|${now.dubbed}`;
    if (at.chips !== chips) {
      at.chips = chips;
      put(state, now.chip && chip(now.chip, now.tone), now.dubbed && chip(`✓ ${WORDS.dubbed}`));
    }
    hear.hidden = now.hear === null;
    hear.setWhy(now.hearing ? WORDS.hearing : now.hear ?? "");
    const words = now.hearing ? WORDS.hearing : sound.playing === language ? WORDS.stop : sound.waiting === language ? WORDS.play : WORDS.hear;
    text(hear, `${sound.playing === language ? "■" : "▷"} ${words === WORDS.hear && !voice.hidden ? WORDS.hearShort : words}`);
    hear.setAttribute("aria-label", `${words}: ${now.name}`);
    get.hidden = !now.note;
    text(get, open ? WORDS.hide : !now.command ? WORDS.why : now.ready ? WORDS.better : now.command.startsWith("project.") ? WORDS.how : WORDS.getOne);
    get.setAttribute("aria-expanded", String(open));
    get.setAttribute("aria-label", `${get.textContent}: ${now.name}`);
    more.hidden = !open || !now.note;
    text(note, now.note);
    command.hidden = tools.hidden = !now.command;
    text(code, now.command);
  }

  return {
    node,
    name: first.name,
    /** @param {Card} one @param {[string, string][]} voices */
    show(one, voices) {
      now = one;
      const key = JSON.stringify([one.best, voices]);
      if (at.voices !== key) {
        at.voices = key;
        put(voice, h("option", { value: "" }, one.best), voices.map(([id, words]) => h("option", { value: id }, words)));
      }
      voice.hidden = voices.length < 2;
      if (voice.value !== one.voice) voice.value = one.voice;
      voice.title = voice.selectedOptions[0]?.textContent ?? "";
      draw();
    },
  };
}
