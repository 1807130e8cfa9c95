// @ts-check
import { button, card, chip, h, put, send, text } from "./ui.js";
import { editBar, lineEditor } from "./timeline_edit.js";
import { lanes } from "./timeline_lanes.js";
import { decided } from "./timeline_marks.js";
import { player } from "./timeline_sound.js";
import { grid } from "./timeline_table.js";

const WORDS = {
  drawn: "Timeline", drawnHelp: "The drawn timeline: plus and minus zoom, arrows move along", twin: "The table below holds every line.",
  zoomIn: "Zoom in", zoomOut: "Zoom out", fit: "Whole length", all: "all", filter: "Filter lines", find: "Find in the lines…", verdicts: "Show lines by verdict",
  columns: "Languages shown side by side", measured: "Fit of", copy: "Copy table", copied: "Copied", notCopied: "Could not copy",
  table: "Lines of the timeline", start: "start", stretch: "stretch", fill: "fill", verdict: "verdict", noMatch: "No line matches. Change the filter above.",
  sourceShort: "source", dubShort: "dub", playSource: "Play the source of line", playDub: "Play the dub of line", play: "Play line", stop: "Stop",
  editLine: "Edit line", changed: "changed, not sent yet", approved: "approved", edited: "edited", muted: "muted", originalVoice: "original voice",
  line: "Line", discardLine: "Discard its changes", lineBefore: "Line before", lineAfter: "Next line", sourceText: "What is said in the clip", lineText: "What is said instead", language: "Language to change",
  asTranslated: "↺ as translated", hear: "hear", hearVoice: "Hear this voice", earlier: "Begin 0.1 s earlier", later: "Begin 0.1 s later", sound: "Sound", newVoice: "new voice", mute: "mute", keepOriginal: "original",
  approvedBox: "Approved", notThere: "Not written in this language yet.", voice: "Voice", starts: "Start, in seconds", startsAt: "Start in seconds; arrows move it by 0.1",
  said: "said from", until: "to", sourceFrom: "Said from, in seconds; arrows move it by 0.1", sourceTo: "Said until, in seconds; arrows move it by 0.1", fromEarlier: "Said from 0.1 s earlier", fromLater: "Said from 0.1 s later", toEarlier: "Said until 0.1 s earlier", toLater: "Said until 0.1 s later",
  usualVoice: "usual", voiceOfLanguage: "voice of the language",
  noSpeech: "Emptied: this is no speech, and the line goes.", translatedAgain: "It is translated and spoken again in every language, but where a person wrote the words.", translatedAfresh: "Emptied: it is translated afresh.",
  staysThere: "The original voice stays where it is.", shouldFit: "should fit", tight: "tight", long: "long", takes: "takes", timedAgain: "Every language follows it.", characters: "characters", ofRoom: "of room",
  undo: "↶ Undo", undoHelp: "Go back to how the clip was before the last change", approveAll: "✓ Approve all", discard: "Discard", speak: "Speak the changes", keep: "Keep the changes",
  chooseOne: "Choose a line to change its words, voice, start or sound.", finishFirst: "Speak or discard the changes first.", write: "Write down what is said", writeHelp: "Then names and words can be corrected before anything is translated.", unspoken: "not spoken yet",
  keys: "Arrows choose a line, Enter plays it, F2 or E changes it, A approves it. In the editor, Control and Enter sends the changes, Escape goes back.",
  pick: "Choose a line first.", playing: "Playing", lines: "lines", of: "of", loading: "Reading the lines…", noSound: "The browser could not play this sound.",
};
const TIMELINE_AGAIN_MS = 4000;

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    /** @type {any} */ let data = null;
    let version = -1;
    let asked = -1; // the version for which the voices were asked for
    let wanted = -1;
    let selected = -1;
    let tries = 0;
    /** @type {any} */ let again = 0;
    /** @type {any} */ let typing = 0;
    let of = "";
    /** @type {string[]} */ let shown = [];
    let told = "";
    let failed = false;
    /** @type {(view: any) => void} */ let show = () => {};
    /** @type {Map<string, any[]>} */ const arriving = new Map();

    const status = h("span", { class: "nd-sr", role: "status" });
    const sound = player({
      began: (what) => { text(play, `■ ${WORDS.stop}`); play.setAttribute("aria-label", WORDS.stop); text(status, `${WORDS.playing}: ${what === "dub" ? nameOf(of) : what === "voice" ? WORDS.voice : model.get("view").source}`); },
      at: (ms) => picture.playhead(ms),
      ended: () => { label(); text(status, ""); },
      failed: () => text(status, WORDS.noSound),
    });
    const picture = lanes(WORDS, {
      pick: (line, tag) => {
        if (tag && tag !== of) measure(tag);
        select(line, false);
        start(line, "both");
      },
      tell: (words) => { told = words; show(model.get("view")); },
    });
    const table = grid(WORDS, {
      pick: (line, tag) => {
        if (tag && tag !== of) measure(tag);
        select(line, true);
      },
      edit: (line) => { select(line, false); editor.focus(); },
      approve: (line) => {
        const view = model.get("view");
        if (!view.edit.can || view.edit.why || !of || data.no[line] === null) return;
        select(line, true);
        const one = decided(data, model.get("pending"), line, of);
        if (one.there) send(model, "decide", { line: data.no[line], said: { [of]: { approved: !one.approved } } });
      },
      play: (line, what) => { select(line, false); start(line, what); },
      count: (now, all) => text(counted, now === all ? `${all.toLocaleString("en")} ${WORDS.lines}` : `${now.toLocaleString("en")} ${WORDS.of} ${all.toLocaleString("en")} ${WORDS.lines}`),
    });
    const apply = (/** @type {Record<string, any>} */ message) => {
      const { edit } = model.get("view");
      if (!edit.why) send(model, "apply", message);
    };
    const editor = lineEditor(WORDS, {
      decide: (line, said, tag) => send(model, "decide", { line, said, of: tag }),
      apply,
      discard: (line) => send(model, "discard", { line }),
      hear: (tag, voice) => send(model, "try", { of: tag, voice, token: sound.expect() }),
      measure: (tag) => measure(tag),
      move: (step) => {
        const next = table.next(step);
        if (next >= 0) { select(next, false); editor.hand(); }
      },
      leave: () => table.select(selected, true),
      typed: () => show(model.get("view")),
    });
    const bar = editBar(WORDS, {
      apply: () => apply(editor.message()),
      discard: () => send(model, "discard"),
      approve: () => send(model, "approve", { of }),
      undo: () => send(model, "undo"),
    });
    const counted = h("span", { class: "nd-muted nd-small", role: "status" });
    const play = button(`▷ ${WORDS.play}`, { onclick: () => (sound.busy() ? sound.stop() : start(selected, "both")) });

    const nameOf = (/** @type {string} */ tag) => model.get("view").languages.find((/** @type {string[]} */ one) => one[0] === tag)?.[1] ?? tag;
    const tell = (/** @type {Record<string, any>} */ what) => send(model, "show", what);

    /** A narrow page begins with one language beside the source. */
    const columns = (/** @type {any} */ view) => (view.chosen || !el.clientWidth || el.clientWidth > 700 ? view.show : [view.of].filter(Boolean));

    function label() {
      const name = `▷ ${WORDS.play}${selected >= 0 ? ` ${data?.no[selected] ?? selected}` : ""}`;
      text(play, name);
      play.removeAttribute("aria-label");
    }

    function select(/** @type {number} */ line, /** @type {boolean} */ focus) {
      if (line !== selected) { told = ""; selected = line; if (!sound.busy()) label(); }
      const was = editor.node.hidden;
      table.select(line, focus);
      picture.select(line, of);
      show(model.get("view"));
      if (was !== editor.node.hidden) table.select(line, focus); // the table has become lower: the line stays in view
    }

    function start(/** @type {number} */ line, /** @type {string} */ what) {
      const view = model.get("view");
      if (view.mute || line < 0) return;
      send(model, "play", { line, what, of, token: sound.expect() });
      text(play, `■ ${WORDS.stop}`);
    }

    function measure(/** @type {string} */ tag) {
      if (!shown.includes(tag)) shown = model.get("view").languages.map((/** @type {string[]} */ one) => one[0]).filter((/** @type {string} */ one) => one === tag || shown.includes(one));
      of = tag;
      tell({ show: shown, of });
      refill();
    }

    /** Show the same lines with other columns. */
    function refill() {
      if (!data) return;
      const view = model.get("view");
      table.set(data, { ...view, show: shown.filter((tag) => data.dubs[tag]), of: data.dubs[of] ? of : "" });
      picture.select(selected, of);
      edit(view);
    }

    /** Show what is changed and not sent yet. */
    function changed() {
      table.pending(model.get("pending") ?? {});
      show(model.get("view"));
    }

    /** Bring the editor and what stands below it up to date. */
    function edit(/** @type {any} */ view) {
      editor.show({ data, view, pending: model.get("pending") ?? {}, voices: model.get("voices") ?? {}, forecast: model.get("forecast") ?? {}, line: selected, of: data?.dubs[of] ? of : "" });
      if (view.edit.can && data && selected >= 0 && asked !== version) {
        asked = version;
        send(model, "voices");
      }
      bar.node.hidden = !view.edit.can || !data;
      bar.show(view, of, { unsent: editor.unsent(), there: Boolean(data?.dubs[of]?.voice.some((/** @type {number} */ one) => one >= 0)), chosen: selected >= 0 });
    }

    function ask() {
      clearTimeout(again);
      send(model, "rows");
      if (tries++ < 5) again = setTimeout(() => { if (version !== wanted) ask(); }, TIMELINE_AGAIN_MS * tries);
    }

    async function heard(/** @type {any} */ message, /** @type {any[]} */ buffers) {
      if (message.kind === "peaks") {
        picture.wave(bytes(buffers[0]), message.duration);
        return;
      }
      if (message.kind !== "rows" && message.kind !== "sound") return;
      const key = message.kind === "rows" ? `rows ${message.version}` : `sound ${message.token} ${message.part}`;
      if (message.piece === 0) arriving.set(key, []);
      const pieces = arriving.get(key);
      if (!pieces || pieces.length !== message.piece) return;
      pieces.push(buffers[0]);
      if (pieces.length < message.pieces) return;
      arriving.delete(key);
      if (message.kind === "sound") sound.take(message, pieces);
      else if (message.version === wanted && version !== wanted) {
        const found = await new Response(new Blob(pieces).stream().pipeThrough(new DecompressionStream("gzip"))).json();
        if (message.version !== wanted) return;
        clearTimeout(again);
        data = found;
        version = message.version;
        if (selected >= data.text.length) selected = -1;
        picture.set(data);
        refill();
        show(model.get("view"));
      }
    }
    const bytes = (/** @type {any} */ buffer) => (buffer instanceof DataView ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer));

    const end = card(model, el, (body, first, tools) => {
      of = first.of;
      shown = columns(first);
      // The diff since the last look
      const changes = h("button", { type: "button", class: "nd-chip", "aria-expanded": "false", hidden: true, "on:click": () => {
        changes_.hidden = !changes_.hidden;
        changes.setAttribute("aria-expanded", String(!changes_.hidden));
      } });
      const changes_ = h("ul", { class: "nd-well nd-timeline-changes", hidden: true });
      put(tools, changes);

      // Zoom and play
      const zooms = h("div", { class: "nd-timeline-zoom" },
        button("−", { quiet: true, label: WORDS.zoomOut, onclick: () => picture.zoom(1 / 1.6) }),
        button("↔", { quiet: true, label: WORDS.fit, onclick: () => picture.fit() }),
        button("+", { quiet: true, label: WORDS.zoomIn, onclick: () => picture.zoom(1.6) }));
      const said = h("span", { class: "nd-grow nd-small nd-timeline-said", dir: "auto" });
      const legend = h("span", { class: "nd-timeline-legend nd-small nd-muted", "aria-hidden": "true" });
      const under = h("div", { class: "nd-timeline-under" }, play, said, legend, zooms, status);

      // What the table shows
      const find = h("input", { class: "nd-input", type: "search", placeholder: WORDS.find, "aria-label": WORDS.filter, maxlength: 200, spellcheck: "false", "on:input": () => {
        clearTimeout(typing);
        typing = setTimeout(filter, 120);
      } });
      const verdict = h("select", { class: "nd-input", "aria-label": WORDS.verdicts, "on:change": filter });
      const languages = h("div", { class: "nd-timeline-tags", role: "group", "aria-label": WORDS.columns });
      const measured = h("select", { class: "nd-input", "aria-label": WORDS.measured, "on:change": () => measure(measured.value) });
      const copy = button(WORDS.copy, { quiet: true, onclick: () => void copyAll() });
      const controls = h("div", { class: "nd-timeline-controls" }, find, verdict, languages, h("span", { class: "nd-timeline-of" }, h("span", { class: "nd-label", "aria-hidden": "true" }, WORDS.measured), measured), h("span", { class: "nd-timeline-end" }, counted, copy));
      const note = h("p", { class: "nd-muted nd-small" });
      const empty = h("div", { class: "nd-timeline-empty" });
      const loading = h("p", { class: "nd-muted nd-small", role: "status" }, h("span", { class: "nd-spin", "aria-hidden": "true" }), " ", WORDS.loading);
      const cloud = h("p", { class: "nd-muted nd-small" });
      const unspoken = h("span", { class: "nd-grow" });
      const speak = button(WORDS.speak, { onclick: () => send(model, "speak", editor.message()) });
      const script = h("div", { class: "nd-timeline-script", role: "group", hidden: true }, chip(WORDS.unspoken, "run"), unspoken, speak);
      const write = button(WORDS.write, { onclick: () => send(model, "write") });
      table.node.setAttribute("aria-description", WORDS.keys);
      put(body, h("div", { class: "nd-timeline" }, changes_, picture.node, under, script, controls, loading, table.node, editor.node, bar.node, cloud, note, empty));

      function filter() {
        const next = { text: find.value, verdict: verdict.value };
        table.filter(next);
        tell(next);
      }

      async function copyAll() {
        const all = table.asText();
        try {
          await navigator.clipboard.writeText(all);
          text(copy, WORDS.copied);
        } catch {
          const area = h("textarea", { class: "nd-sr", value: all });
          body.append(area);
          area.select();
          text(copy, document.execCommand("copy") ? WORDS.copied : WORDS.notCopied);
          area.remove();
          copy.focus();
        }
        setTimeout(() => text(copy, WORDS.copy), 1500);
      }

      function pills(/** @type {any} */ view) {
        const key = JSON.stringify(view.languages);
        if (languages.dataset.key !== key) {
          languages.dataset.key = key;
          put(languages, view.languages.map((/** @type {string[]} */ [tag, own, english]) => h("button", { type: "button", class: "nd-chip", "data-tag": tag, lang: tag, dir: "auto", title: english, "on:click": () => {
            const next = view.languages.map((/** @type {string[]} */ one) => one[0]).filter((/** @type {string} */ one) => (one === tag) !== shown.includes(one));
            if (!next.length) return;
            shown = next;
            if (!shown.includes(of)) of = shown[0];
            tell({ show: shown, of });
            refill();
            pills(model.get("view"));
          } }, own)));
        }
        for (const one of languages.children) one.setAttribute("aria-pressed", String(shown.includes(one.dataset.tag)));
        const options = JSON.stringify(shown);
        if (measured.dataset.key !== options) {
          measured.dataset.key = options;
          put(measured, shown.map((tag) => h("option", { value: tag }, nameOf(tag))));
        }
        measured.value = of;
        measured.parentElement.hidden = shown.length < 2;
        languages.hidden = view.languages.length < 2;
      }

      show = (/** @type {any} */ view) => {
        const known = view.languages.map((/** @type {string[]} */ one) => one[0]);
        if (JSON.stringify([view.languages, view.show, view.of]) !== body.dataset.chosen) {
          body.dataset.chosen = JSON.stringify([view.languages, view.show, view.of]);
          if (columns(view).join() !== shown.join() || view.of !== of) {
            shown = columns(view);
            of = view.of;
            refill();
          }
        }
        if (!known.includes(of)) of = view.of;
        pills(view);
        if (!verdict.options.length) put(verdict, h("option", { value: "" }, `${WORDS.verdict}: ${WORDS.all}`), view.verdicts.map((/** @type {string[]} */ [key, word]) => h("option", { value: key }, word)));
        if (document.activeElement !== find && document.activeElement !== verdict && (find.value !== view.text || verdict.value !== view.verdict) && find.dataset.given !== `${view.text}\n${view.verdict}`) {
          find.value = view.text;
          verdict.value = view.verdict;
          table.filter({ text: view.text, verdict: view.verdict });
        }
        find.dataset.given = `${view.text}\n${view.verdict}`;
        if (view.error && !failed) sound.stop();
        failed = Boolean(view.error);
        changes.hidden = !view.changes;
        if (!view.changes) changes_.hidden = true;
        else {
          text(changes, view.changes.label);
          if (changes_.dataset.key !== JSON.stringify(view.changes.words)) {
            changes_.dataset.key = JSON.stringify(view.changes.words);
            put(changes_, view.changes.words.map((/** @type {string} */ word) => h("li", { dir: "auto" }, word)));
          }
        }
        const fresh = Boolean(data) && version === view.version;
        const some = view.lines > 0;
        const drawn = Boolean(data?.lanes.length);
        loading.hidden = !(some && !data);
        for (const one of [controls, table.node]) one.hidden = !some || !data;
        picture.node.hidden = !drawn;
        under.hidden = !drawn;
        play.hidden = !some;
        legend.hidden = !view.languages.length;
        if (!legend.childNodes.length) put(legend, view.verdicts.map((/** @type {string[]} */ [key, word]) => h("span", {}, h("i", { class: `nd-timeline-key nd-timeline-${key}` }), word)));
        play.setWhy(view.mute || (selected < 0 ? WORDS.pick : ""));
        table.mute(view.mute);
        text(said, told || (view.mute && some ? view.mute : ""));
        text(note, view.note);
        note.hidden = !view.note;
        text(cloud, view.edit.note);
        cloud.hidden = !view.edit.note;
        script.hidden = !view.edit.scripts.length || !some;
        text(unspoken, view.edit.unspoken);
        text(speak, view.edit.dub);
        speak.setWhy(view.edit.why);
        speak.classList.toggle("nd-main", !view.edit.count && !editor.unsent());
        write.setWhy(view.edit.why);
        edit(view);
        empty.hidden = !view.empty || (some && !fresh);
        if (view.empty && empty.dataset.key !== `${view.empty}${drawn}${view.edit.write}`) {
          empty.dataset.key = `${view.empty}${drawn}${view.edit.write}`;
          put(empty, !drawn && ghost(), h("p", {}, h("b", {}, view.empty[0])), h("p", { class: "nd-muted nd-small" }, view.empty[1]),
            view.edit.write && h("div", { class: "nd-timeline-write" }, write, h("p", { class: "nd-muted nd-small" }, WORDS.writeHelp)));
        }
        if (view.version && wanted !== view.version) {
          wanted = view.version;
          tries = 0;
          ask();
        }
      };
      return (/** @type {any} */ view) => show(view);
    });

    model.on("msg:custom", heard);
    model.on("change:pending", changed);
    model.on("change:voices", changed);
    model.on("change:forecast", changed);
    table.pending(model.get("pending") ?? {});
    return () => {
      model.off("msg:custom", heard);
      model.off("change:pending", changed);
      model.off("change:voices", changed);
      model.off("change:forecast", changed);
      editor.end();
      clearTimeout(again);
      clearTimeout(typing);
      sound.stop();
      picture.end();
      table.end();
      end();
    };
  },
};

/** A timeline that is not there yet. */
function ghost() {
  const row = (/** @type {number[]} */ widths) => h("div", {}, widths.map((wide) => h("i", { style: `flex:${wide}` })));
  return h("div", { class: "nd-timeline-ghost", "aria-hidden": "true" }, row([30]), row([5, 4, 6, 5, 7, 4]), row([5, 4, 6, 5, 7, 4]));
}
