// @ts-check
import { button, card, chip, clock, field, h, put, segments, send, text } from "./ui.js";

const FIT_WORDS = {
  reset: "Usual limits", limits: "Limits", language: "Language", map: "Lines in their order", trouble: "Lines that need a look",
  line: "line", at: "at", outcome: "outcome", tempo: "pace", takes: "what it would take", words: "text", tempoHelp: "how much faster than natural it would have to be to fit its own time",
  whatIf: "What each limit would change", scenario: "if", unnoticed: "unnoticed", flagged: "flagged", overflow: "overflow", onset: "worst onset",
  fine: "Every line that can be spoken fits without anybody noticing.", more: "more: fit.troubled()",
};
/** A sign beside each colour. @type {Record<string, string>} */
const FIT_SIGNS = { ok: "✓", warn: "!", bad: "✗", "": "–" };
const FIT_SAID_MS = 150;

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    /** @type {any} */ let timer = 0;
    const end = card(model, el, (body, _first, tools) => {
      const reset = button(FIT_WORDS.reset, { quiet: true, onclick: () => send(model, "reset") });
      put(tools, reset);
      const known = h("p", { class: "nd-muted nd-small" });
      const spoken = h("div", { hidden: true });
      const sliders = h("div", { class: "nd-fit-sliders", role: "group", "aria-label": FIT_WORDS.limits });
      const strip = h("div", { class: "nd-fit-strip", role: "img" });
      const legend = h("div", { class: "nd-row nd-fit-legend" });
      const rows = h("tbody");
      const table = h("table", { class: "nd-table nd-fit-table" }, h("caption", { class: "nd-sr" }, FIT_WORDS.trouble), h("thead", {}, h("tr", {},
        h("th", { scope: "col", class: "nd-n" }, FIT_WORDS.line), h("th", { scope: "col", class: "nd-n" }, FIT_WORDS.at), h("th", { scope: "col" }, FIT_WORDS.outcome),
        h("th", { scope: "col", class: "nd-n", title: FIT_WORDS.tempoHelp }, FIT_WORDS.tempo), h("th", { scope: "col" }, FIT_WORDS.takes), h("th", { scope: "col", class: "nd-fit-wide" }, FIT_WORDS.words))), rows);
      const scroll = h("div", { class: "nd-fit-scroll", tabindex: 0, role: "region", "aria-label": FIT_WORDS.trouble }, table);
      const fine = h("p", { hidden: true }, chip("✓", "ok"), " ", FIT_WORDS.fine);
      const more = h("p", { class: "nd-muted nd-small", hidden: true });
      const cases = h("tbody");
      const whatIf = h("details", {}, h("summary", {}, FIT_WORDS.whatIf), h("table", { class: "nd-table" }, h("caption", { class: "nd-sr" }, FIT_WORDS.whatIf), h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, FIT_WORDS.scenario), [FIT_WORDS.unnoticed, FIT_WORDS.flagged, FIT_WORDS.overflow, FIT_WORDS.onset].map((name) => h("th", { scope: "col", class: "nd-n" }, name)))), cases));
      const all = h("div", { class: "nd-fit" }, known, spoken, sliders, strip, legend, fine, scroll, more, whatIf);
      put(body, all);
      /** @type {Map<string, any>} */ const inputs = new Map();
      let listed = "";
      let offered = "";

      /** A slider that tells where it is while it moves, and the kernel when it rests. @param {any} one */
      function slider(one) {
        const shown = h("span", { class: "nd-fit-value", "aria-hidden": "true" });
        const input = h("input", { type: "range", min: one.min, max: one.max, step: one.step, value: one.value, class: "nd-fit-range" });
        const say = () => text(shown, measured(Number(input.value), one));
        input.addEventListener("input", () => {
          say();
          input.dataset.moved = "1";
          clearTimeout(timer);
          timer = setTimeout(() => send(model, "limit", { name: one.name, value: Number(input.value) }), FIT_SAID_MS);
        });
        input.addEventListener("change", () => delete input.dataset.moved);
        const node = field(one.label, input);
        node.classList.add("nd-fit-field");
        node.append(shown);
        inputs.set(one.name, { set: (/** @type {any} */ now) => { if (!input.dataset.moved) input.value = String(now.value); input.setAttribute("aria-valuetext", measured(now.value, now)); say(); } });
        return node;
      }

      return (/** @type {any} */ view) => {
        all.hidden = !view.ready;
        reset.hidden = !view.changed;
        if (!view.ready) return;
        text(known, view.known);
        const choice = JSON.stringify([view.languages, view.language]);
        if (choice !== offered) {
          offered = choice;
          spoken.hidden = view.languages.length < 2;
          put(spoken, view.languages.length > 1 && segments(FIT_WORDS.language, view.languages, view.language, (language) => send(model, "language", { language })));
        }
        if (!inputs.size) put(sliders, view.sliders.map(slider));
        for (const one of view.sliders) inputs.get(one.name).set(one);
        const mark = JSON.stringify([view.lines, view.rows, view.what_if]);
        if (mark === listed) return;
        listed = mark;
        strip.setAttribute("aria-label", `${FIT_WORDS.map}: ${view.say}`);
        put(strip, view.lines.map((/** @type {[string, string]} */ [outcome, tone], /** @type {number} */ at) => h("i", { class: tone ? `nd-${tone}` : "", title: `${at}: ${outcome}` })));
        put(legend, view.legend.map((/** @type {any[]} */ [name, tone, help, count]) => h("span", { title: help }, chip(`${FIT_SIGNS[tone]} ${count} ${name}`, tone))));
        put(rows, view.rows.map((/** @type {any} */ row) => h("tr", {}, h("td", { class: "nd-n" }, row.line), h("td", { class: "nd-n" }, clock(row.at)),
          h("td", {}, h("span", { class: `nd-fit-${row.tone}` }, `${FIT_SIGNS[row.tone]} ${row.outcome}`)), h("td", { class: "nd-n" }, `${row.tempo.toFixed(2)} ×`),
          h("td", {}, row.takes, h("div", { class: "nd-fit-narrow nd-muted" }, h("bdi", {}, row.text))), h("td", { class: "nd-fit-wide", title: row.source }, h("bdi", {}, row.text)))));
        scroll.hidden = !view.rows.length;
        fine.hidden = view.rows.length > 0;
        more.hidden = !view.more;
        text(more, `${view.more} ${FIT_WORDS.more}`);
        put(cases, view.what_if.map((/** @type {any[]} */ [name, ...figures]) => h("tr", {}, h("td", {}, name), figures.map((figure, at) => h("td", { class: "nd-n" }, at === 3 ? `${figure.toFixed(2)} s` : figure)))));
      };
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  },
};

/** @param {number} value @param {{step: number, unit: string}} one */
function measured(value, one) {
  return `${one.step < 0.1 ? value.toFixed(2) : one.step < 1 ? value.toFixed(1) : value} ${one.unit}`.trim();
}
