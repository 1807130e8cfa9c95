// @ts-check
// The glossary: none, a few terms typed as a table with a column a language, or a CSV file.
import { button, h, put, segments } from "./ui.js";

/**
 * @typedef {[string, Record<string, string>]} Term a term and its wordings by language
 * @typedef {{use: string, terms: Term[], file: string, most: number}} Given
 * @typedef {{tag: string, name: string}} Into
 */

/**
 * @param {Record<string, string>} words
 * @param {(what: {use?: string, terms?: Term[], file?: string}) => void} tell
 */
export function glossary(words, tell) {
  /** @type {Into[]} */ let into = [];
  /** The rows as they are on the page; the last one is empty, to be typed into. @type {Term[]} */ let rows = [];
  let most = 0;
  let shape = "";
  let told = "";

  const use = segments(words.glossary, [["none", words.noGlossary], ["terms", words.typedTerms], ["file", words.csvFile]], "none", (value) => {
    told = value;
    arrange(value);
    tell({ use: value });
  });
  const file = h("input", { class: "nd-input nd-languages-file", type: "text", placeholder: words.glossaryHint, spellcheck: "false", autocomplete: "off", "aria-label": words.glossaryFile, "on:change": () => tell({ file: file.value }) });
  const head = h("tr");
  const body = h("tbody");
  const table = h("table", { class: "nd-table nd-languages-table" }, h("caption", { class: "nd-sr" }, words.glossary), h("thead", {}, head), body);
  const scroll = h("div", { class: "nd-languages-scroll" }, table);
  const well = h("div", { class: "nd-well nd-languages-terms", role: "group", "aria-label": words.glossary, hidden: true }, h("p", { class: "nd-muted nd-small" }, words.termsHint), scroll);

  function arrange(/** @type {string} */ now) {
    file.hidden = now !== "file";
    well.hidden = now !== "terms";
  }

  const filled = (/** @type {Term} */ [source, targets]) => Boolean(source.trim() || Object.values(targets).some((one) => one.trim()));

  /** What is typed, row by row; the page's own rows are brought up to it. */
  function collect() {
    rows = [...body.children].map((/** @type {any} */ row) => row.term());
    return rows.filter(filled);
  }

  function typed() {
    const found = collect();
    if (rows.every(filled) && rows.length < most) body.append(line(["", {}], rows.length));
    hint();
    tell({ terms: found });
  }

  /** Show in empty fields what becomes of the term there. */
  function hint() {
    for (const row of /** @type {any} */ (body.children)) row.hint();
  }

  /** @param {Term} term @param {number} at */
  function line(term, at) {
    const called = `${words.term} ${at + 1}`;
    const cell = (/** @type {string} */ label, /** @type {string} */ value, /** @type {string} */ lang) => h("input", { class: "nd-input", type: "text", maxlength: 200, spellcheck: "false", autocomplete: "off", dir: "auto", lang: lang || null, "aria-label": label, value, "on:change": typed });
    const source = cell(called, term[0], "");
    const targets = into.map(({ tag, name }) => cell(`${called} ${words.termIn} ${name}`, term[1][tag] ?? "", tag));
    const remove = button("✕", { quiet: true, label: `${words.remove} ${called.toLowerCase()}`, onclick: () => {
      row.remove();
      renumber();
      typed();
      body.children[Math.min(at, body.children.length - 1)].querySelector("input")?.focus();
    } });
    remove.classList.add("nd-languages-remove");
    const row = h("tr", {}, h("td", {}, source), targets.map((one) => h("td", {}, one)), h("td", {}, remove));
    // Wordings for languages that are not chosen now stay with the term.
    row.term = () => [source.value, { ...term[1], ...Object.fromEntries(into.map(({ tag }, index) => [tag, targets[index].value])) }];
    row.hint = () => {
      const [, wordings] = row.term();
      const some = Object.values(wordings).some((one) => one.trim());
      source.placeholder = at === 0 && !source.value ? words.termExample : "";
      for (const one of targets) one.placeholder = !source.value.trim() ? "" : some ? words.freely : words.unchanged;
      remove.hidden = !filled(row.term());
    };
    row.addEventListener("input", row.hint);
    row.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      event.target.dispatchEvent(new Event("change"));
      /** @type {HTMLElement | null} */ (row.nextElementSibling)?.querySelector("input")?.focus();
    });
    return row;
  }

  function renumber() {
    collect();
    put(body, rows.map(line));
  }

  return {
    use,
    file,
    well,
    /** @param {Given} given @param {Into[]} languages @param {boolean} wrong whether the panel tells of something that was typed */
    show(given, languages, wrong) {
      most = given.most;
      if (told === given.use) told = "";
      if (!told) { use.set(given.use); arrange(given.use); }
      if (document.activeElement !== file && !wrong) file.value = given.file;
      const next = JSON.stringify(languages.map(({ tag }) => tag));
      const same = JSON.stringify(given.terms);
      if (next === shape && (well.contains(document.activeElement) || same === JSON.stringify(collect().map(tidy)))) return hint();
      into = languages;
      shape = next;
      table.style.minWidth = `${90 * (1 + into.length) + 30}px`;
      put(head, h("th", { scope: "col" }, words.termSaid), into.map(({ tag, name }) => h("th", { scope: "col", "data-tag": tag }, name)), h("th", {}, h("span", { class: "nd-sr" }, words.remove)));
      put(body, [...given.terms, ...(given.terms.length < most ? [["", {}]] : [])].map((term, at) => line(/** @type {Term} */ (term), at)));
      hint();
    },
  };
}

/** A row as the panel's Python keeps it. @param {Term} term @returns {Term} */
function tidy([source, targets]) {
  const said = (/** @type {string} */ one) => one.split(/\s+/).filter(Boolean).join(" ");
  return [said(source), Object.fromEntries(Object.entries(targets).map(([tag, one]) => [tag, said(one)]).filter(([, one]) => one))];
}
