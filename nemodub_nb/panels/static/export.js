// @ts-check
import { bar, button, card, chip, field, h, put, segments, send, size, text } from "./ui.js";
import { fetcher, player, save } from "./player.js";

const WORDS = {
  language: "language", video: "video", size: "size", state: "state", choose: "Export", all: "All languages",
  export: "Export", videos: "videos", file: "file", files: "files", nothing: "Export", noLanguage: "Tick at least one language.", runs: "An export is under way.", asks: "Something is under way: wait until it is done.",
  platform: "Platform", together: "One file for all languages", original: "with the original sound", joined: "Each language is a sound and a subtitle track; players start with the first.",
  quality: "Quality", shape: "Shape", folder: "Folder", format: "Format", beside: "beside the notebook",
  saved: "saved", older: "out of date", olderHint: "The timeline changed after this export: export it again.", failed: "failed", waiting: "waiting", rendering: "rendering", written: "saved", ready: "not exported", resume: "Resume",
  table: "Videos to export", download: "Save to this computer", report: "report", first: "First the agent is told", shapeHint: "This changes the timeline of the clip, for every language.",
  phones: { "9:16": "TikTok, Reels, Shorts", "1:1": "square feeds", "16:9": "YouTube, television" },
  notSaved: "Not saved:", cost: "Cost:",
};
const TONES = { saved: "ok", written: "ok", older: "warn", failed: "bad", waiting: "", rendering: "run", ready: "" };

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    const files = fetcher(model);
    const cinema = player(files);
    const end = card(model, el, (body, view, tools) => {
      const go = button(WORDS.export, { main: true, onclick: () => send(model, "export") });
      put(tools, go);

      const leftText = h("p", { class: "nd-grow" });
      const left = h("div", { class: "nd-well nd-row nd-export-left", hidden: true }, leftText, button(WORDS.resume, { main: true, onclick: () => send(model, "resume") }));

      const choose = (/** @type {Record<string, any>} */ more) => send(model, "choose", more);
      const quality = segments(WORDS.quality, view.qualities, view.quality, (value) => choose({ quality: value }));
      const shape = segments(WORDS.shape, view.shapes, view.shape, (value) => choose({ shape: value }));
      const folder = h("input", { class: "nd-input", value: view.folder, spellcheck: "false", autocomplete: "off", "on:change": () => choose({ folder: folder.value }) });
      const folderHint = h("span", { class: "nd-export-hint" }, WORDS.beside);
      const platform = list((value) => choose({ preset: value }));
      const platformField = field(WORDS.platform, platform.node);
      const platformHint = h("span", { class: "nd-export-hint" });
      platformField.append(platformHint);
      const format = list((value) => choose({ format: value }));
      const formatField = field(WORDS.format, format.node);
      const qualityField = field(WORDS.quality, quality);
      const shapeField = field(WORDS.shape, shape);
      const folderField = field(WORDS.folder, folder);
      folderField.append(folderHint);
      const options = h("div", { class: "nd-export-options" }, platformField, formatField, qualityField, shapeField, folderField);

      const together = check(WORDS.together, (on) => choose({ together: on }));
      const original = check(WORDS.original, (on) => choose({ original: on }));
      const joined = h("span", { class: "nd-muted nd-small" }, WORDS.joined);
      const join = h("div", { class: "nd-export-join" }, together.node, original.node, joined);

      const quote = h("q", {});
      const phones = h("span", { class: "nd-muted nd-small" });
      const first = h("div", { class: "nd-export-first", role: "status", hidden: true }, h("p", {}, `${WORDS.first} `, quote, " ", phones), h("p", { class: "nd-muted nd-small" }, WORDS.shapeHint));

      const all = h("input", { type: "checkbox", "aria-label": WORDS.all, "on:change": () => choose({ languages: all.checked ? now.rows.map((/** @type {any} */ row) => row.name) : [] }) });
      const rows = h("tbody");
      const table = h("table", { class: "nd-table nd-export-table", "aria-label": WORDS.table }, h("thead", {}, h("tr", {},
        h("th", { scope: "col", class: "nd-export-tick" }, all), h("th", { scope: "col" }, WORDS.language), h("th", { scope: "col" }, WORDS.video),
        h("th", { scope: "col", class: "nd-n" }, WORDS.size), h("th", { scope: "col" }, h("span", { class: "nd-sr" }, WORDS.state)))), rows);
      const trouble = h("p", { class: "nd-small nd-export-trouble", role: "alert", hidden: true });
      const cost = h("p", { class: "nd-muted nd-small" });
      const grid = h("div", { class: "nd-export" }, h("div", { class: "nd-export-list" }, h("div", { class: "nd-export-scroll" }, table), trouble, cost), cinema.node);
      const told = h("span", { class: "nd-sr", role: "status" });
      put(body, left, options, join, first, grid, told);

      /** @type {Map<string, ReturnType<typeof line>>} */ const lines = new Map();
      /** @type {any} */ let now = view;
      const show = (/** @type {any} */ next) => {
        if (now.busy !== next.busy) text(told, next.say);
        now = next;
        const languages = now.rows.filter((/** @type {any} */ row) => row.tick);
        const chosen = languages.filter((/** @type {any} */ row) => row.chosen).length;
        const made = now.together ? now.rows.filter((/** @type {any} */ row) => !row.tick) : languages.filter((/** @type {any} */ row) => row.chosen);
        text(go, chosen === 0 ? WORDS.nothing : `${WORDS.export} ${made.length} ${now.pictured ? (made.length === 1 ? WORDS.video : WORDS.videos) : made.length === 1 ? WORDS.file : WORDS.files}`);
        go.classList.toggle("nd-main", made.some((/** @type {any} */ row) => row.state !== "saved") || now.shape !== "");
        go.setWhy(now.busy ? WORDS.runs : !chosen ? WORDS.noLanguage : now.asking && now.shape ? WORDS.asks : "");
        left.hidden = !now.left;
        text(leftText, now.left);
        const empty = now.rows.length === 0;
        options.hidden = grid.hidden = empty;
        platform.set(now.presets, now.preset);
        platformField.hidden = now.presets.length < 2;
        text(platformHint, now.preset_facts);
        platformHint.hidden = !now.preset_facts;
        format.set(now.formats, now.format);
        qualityField.hidden = !now.pictured;
        shapeField.hidden = !now.pictured || !now.own_shape;
        quality.set(now.quality);
        shape.set(now.shape);
        join.hidden = empty || !now.can_join;
        together.set(now.together);
        original.set(now.original);
        original.node.hidden = joined.hidden = !now.together;
        if (document.activeElement !== folder) folder.value = now.folder;
        folderHint.hidden = now.folder !== ".";
        first.hidden = !now.sentence;
        text(quote, now.sentence);
        text(phones, /** @type {any} */ (WORDS.phones)[now.shape] ?? "");
        all.checked = chosen === languages.length && !empty;
        all.indeterminate = chosen > 0 && chosen < languages.length;
        const names = now.rows.map((/** @type {any} */ row) => row.name);
        for (const [name, one] of lines) if (!names.includes(name)) { one.node.remove(); lines.delete(name); }
        now.rows.forEach((/** @type {any} */ row, /** @type {number} */ at) => {
          const one = lines.get(row.name) ?? line(row);
          lines.set(row.name, one);
          if (rows.children[at] !== one.node) rows.insertBefore(one.node, rows.children[at] ?? null);
          one.update(row);
        });
        text(cost, now.cost ? `${WORDS.cost} ${now.cost}.` : "");
        cost.hidden = !now.cost;
        cinema.update(now.films, now.limit, now.piece);
      };

      /** @param {any} row */
      function line(row) {
        const tick = h("input", { type: "checkbox", "aria-label": `${WORDS.choose} ${row.language}`, "on:change": () => choose({ languages: now.rows.filter((/** @type {any} */ one) => (one.name === row.name ? tick.checked : one.chosen)).map((/** @type {any} */ one) => one.name) }) });
        const name = h("b", { lang: row.name || null });
        const english = h("span", { class: "nd-muted nd-small" });
        const links = h("div", { class: "nd-export-files" });
        const facts = h("div", { class: "nd-muted nd-small" });
        const rendering = bar(`${WORDS.rendering} ${row.language}`, 0);
        const failed = h("div", { class: "nd-small nd-export-failed" });
        const amount = h("td", { class: "nd-n" });
        const state = h("td", { class: "nd-export-state" });
        const node = h("tr", {}, h("td", { class: "nd-export-tick" }, tick), h("th", { scope: "row" }, name, " ", english), h("td", {}, links, facts, rendering, failed), amount, state);
        let listed = "";
        let said = "";
        return {
          node,
          /** @param {any} one */
          update(one) {
            tick.checked = one.chosen;
            tick.hidden = !one.tick;
            text(name, one.own || one.language);
            text(english, one.own && one.own.toLowerCase() !== one.language.toLowerCase() ? one.language : "");
            const busy = one.state === "rendering" || one.state === "waiting";
            rendering.hidden = !busy;
            rendering.set(one.state === "waiting" ? 0 : one.share);
            facts.hidden = busy || !one.facts || one.state === "failed";
            text(facts, one.facts);
            failed.hidden = !one.failed;
            text(failed, one.failed);
            links.hidden = busy || (one.state === "failed" && !one.files.length);
            text(amount, one.state === "rendering" && one.share !== null ? `${Math.round(one.share * 100)} %` : one.size !== null && !busy ? size(one.size) : "");
            const mark = JSON.stringify([one.files, one.will]);
            if (mark !== listed) {
              listed = mark;
              put(links, one.files.length ? one.files.map((/** @type {any} */ file, /** @type {number} */ at) => (at === 0 ? h("span", { class: "nd-export-own" }, link(file, true)) : link(file, false))) : h("span", { class: "nd-export-will" }, one.will));
            }
            if (one.state !== said) {
              said = one.state;
              const label = chip(/** @type {any} */ (WORDS)[one.state] ?? one.state, /** @type {any} */ (TONES)[one.state] ?? "");
              if (one.state === "older") label.title = WORDS.olderHint;
              put(state, one.state === "ready" ? h("span", { class: "nd-muted nd-small" }, WORDS.ready) : one.state === "waiting" || one.state === "rendering" ? h("span", { class: "nd-muted nd-small" }, /** @type {any} */ (WORDS)[one.state]) : label);
            }
          },
        };
      }

      /** A link to a file; a click saves it to this computer, wherever the kernel runs. @param {any} file @param {boolean} main */
      function link(file, main) {
        // The files of one language among several are keyed `all.es.srt`.
        const keys = file.key.split(".");
        const of = keys[0] === "all" && keys.length > 2 ? `${keys[1]} ` : "";
        const ending = of + (file.name.endsWith(".report.json") ? WORDS.report : file.name.split(".").pop());
        const node = h("a", { class: main ? "nd-export-main" : "nd-export-more", href: file.href ?? "#", download: file.name, title: `${WORDS.download}: ${file.path}`, "aria-label": main ? null : `${ending} (${file.name})` }, main ? file.name : ending);
        node.addEventListener("click", async (/** @type {MouseEvent} */ event) => {
          if (file.size > now.limit && file.href) return;
          event.preventDefault();
          trouble.hidden = true;
          try {
            await save(files, file, now.piece, (share) => node.style.setProperty("--share", `${share * 100}%`));
          } catch (error) {
            trouble.hidden = false;
            text(trouble, `${WORDS.notSaved} ${file.name}. ${/** @type {Error} */ (error).message}`);
          }
          node.style.removeProperty("--share");
        });
        return node;
      }
      return show;
    });
    return () => {
      end();
      cinema.end();
      files.end();
    };
  },
};

/** A choice from a list. @param {(value: string) => void} onchange */
function list(onchange) {
  const node = h("select", { class: "nd-input", "on:change": () => onchange(node.value) });
  let known = "";
  return {
    node,
    /** @param {[string, string][]} choices @param {string} value */
    set(choices, value) {
      const mark = JSON.stringify(choices);
      if (mark !== known) {
        known = mark;
        put(node, choices.map(([key, words]) => h("option", { value: key }, words)));
      }
      node.value = value;
    },
  };
}

/** Something to tick, with its words. @param {string} words @param {(on: boolean) => void} onchange */
function check(words, onchange) {
  const box = h("input", { type: "checkbox", "on:change": () => onchange(box.checked) });
  return { node: h("label", { class: "nd-export-check" }, box, words), set: (/** @type {boolean} */ on) => { box.checked = on; } };
}
