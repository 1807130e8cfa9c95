// @ts-check
import { batchTable } from "./batch_table.js";
import { bar, button, card, field, h, put, send, text } from "./ui.js";

const WORDS = {
  clips: "Clips", clipsHint: "a folder, a pattern such as clips/*.mp4, or a table", languages: "Languages", languagesHint: "es, fr, German", out: "Save into",
  check: "Check", checkAgain: "Check again", dub: "Dub", rowsOne: "row", rowsMany: "rows", goOn: "Go on with", retry: "Retry", retryFailed: "that failed", stop: "Stop",
  todo: "To do", of: "of", clipsMany: "clips", clipOne: "clip", minutes: "min of video", takes: "Takes", with: "with", workerMany: "workers", workerOne: "worker", costs: "Costs", credits: "credits", free: "nothing",
  already: "Done already", refused: "refused", refusedTitle: "Refused", missing: "First, on this machine:", for: "for", nothing: "Nothing is left to do.",
  all: "all", queued: "queued", running: "running", done: "done", failed: "failed", skipped: "skipped", allLanguages: "All languages", find: "Find a clip or an error",
  language: "Language", clip: "Clip", status: "Status", seconds: "Seconds", cost: "Credits", verdict: "Verdict", note: "Why not", good: "good", look: "look", bad: "bad",
  table: "Rows of the batch", filterStatus: "Which rows are shown", filterLanguage: "Which language is shown", progress: "Rows that have ended", noMatch: "No row is like that.", loading: "The rows are on their way…",
  dashboard: "Dask dashboard", tries: "tried in", runs: "runs", lines: "lines", row: "The chosen row", shown: "shown",
};
const BUSY = ["working", "stopping"];
const BATCH_TYPING_MS = 150;
const BATCH_AGAIN_MS = 15000;

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    /** @type {any} */ let data = null;
    let version = 0; // of the rows that are here
    let seq = 0;
    let wanted = 0; // the version that was asked for
    /** @type {any[]} */ let pieces = [];
    /** @type {any} */ let again = 0;
    /** @type {any} */ let typing = 0;
    let selected = -1;
    let filtered = { status: "", language: "", text: "" };
    let typed = false; // the fields differ from what was looked at
    /** @type {(view: any) => void} */ let show = () => {};
    /** @type {(row: any) => void} */ let tellRow = () => {};

    const counted = h("span", { class: "nd-muted nd-small", role: "status" });
    const table = batchTable(WORDS, {
      pick: (row) => { pick(row, true); },
      count: (shown) => text(counted, data && shown < data.rows.length ? `${shown.toLocaleString()} ${WORDS.of} ${data.rows.length.toLocaleString()} ${WORDS.shown}` : ""),
    });

    function pick(/** @type {number} */ row, focus = false) {
      selected = row;
      table.select(row, focus);
      send(model, "row", { row, version });
    }

    function ask() {
      clearTimeout(again);
      pieces = [];
      send(model, "rows");
      again = setTimeout(ask, BATCH_AGAIN_MS);
    }

    function heard(/** @type {any} */ message, /** @type {any[]} */ buffers) {
      if (message.kind === "row" && message.version === version && message.row === selected) tellRow(message);
      else if (message.kind === "changed") {
        if (message.version !== version) return;
        if (message.seq === seq) return;
        if (message.seq !== seq + 1) { ask(); return; }
        seq = message.seq;
        table.change(message.rows);
        if (message.rows.some((/** @type {number[]} */ one) => one[0] === selected)) send(model, "row", { row: selected, version });
      } else if (message.kind === "rows") {
        if (message.piece === 0) pieces = [];
        pieces[message.piece] = buffers[0];
        if (pieces.filter(Boolean).length < message.pieces) return;
        clearTimeout(again);
        const bytes = pieces.map((one) => (one instanceof DataView ? new Uint8Array(one.buffer, one.byteOffset, one.byteLength) : new Uint8Array(one)));
        const whole = new Uint8Array(bytes.reduce((sum, one) => sum + one.length, 0));
        let at = 0;
        for (const one of bytes) { whole.set(one, at); at += one.length; }
        pieces = [];
        const first = message.version !== version;
        data = JSON.parse(new TextDecoder().decode(whole));
        [version, seq] = [message.version, message.seq];
        const view = model.get("view");
        table.set(data, { statuses: view.statuses, verdicts: view.verdicts, paid: view.paid });
        if (first) { selected = -1; tellRow(null); } else if (selected >= 0) table.select(selected);
        show(view);
      }
    }

    const end = card(model, el, (body, first, tools) => {
      // What is asked for
      const clips = h("input", { class: "nd-input", placeholder: WORDS.clipsHint, spellcheck: "false", maxlength: 2000 });
      const given = h("p", { class: "nd-batch-given" });
      const to = h("input", { class: "nd-input", placeholder: WORDS.languagesHint, spellcheck: "false", maxlength: 2000 });
      const out = h("input", { class: "nd-input", spellcheck: "false", maxlength: 2000 });
      const fields = [clips, to, out];
      const check = button(WORDS.check, { main: true, onclick: look });
      const clipsField = field(WORDS.clips, clips);
      const givenField = field(WORDS.clips, given);
      const form = h("div", { class: "nd-batch-form" }, clipsField, givenField, field(WORDS.languages, to), field(WORDS.out, out));
      for (const one of fields) {
        one.addEventListener("input", () => { typed = true; show(model.get("view")); });
        one.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") look(); });
      }
      function look() {
        typed = false;
        send(model, "check", { manifest: clips.value, to: to.value, out: out.value });
      }

      // What would be done, and doing it
      const plan = h("dl", { class: "nd-batch-plan" });
      const missing = h("div", { class: "nd-well nd-batch-missing" });
      const progress = bar(WORDS.progress, 0);
      const start = button("", { main: true, onclick: () => send(model, "start", { what: "all" }) });
      const retry = button("", { onclick: () => send(model, "start", { what: "failed" }) });
      const stop = button(WORDS.stop, { onclick: () => send(model, "stop") });
      const actions = h("div", { class: "nd-row" }, start, retry, stop, check);
      const link = h("a", { class: "nd-btn nd-quiet", target: "_blank", rel: "noopener noreferrer", hidden: true }, `${WORDS.dashboard} ↗`);
      put(tools, link);
      const notes = h("div", { class: "nd-batch-notes nd-small nd-muted", role: "log" });

      // Which rows are shown
      const statuses = h("div", { class: "nd-batch-statuses", role: "group", "aria-label": WORDS.filterStatus });
      const language = h("select", { class: "nd-input", "aria-label": WORDS.filterLanguage, "on:change": () => narrow({ language: language.value }) });
      const find = h("input", { class: "nd-input", type: "search", placeholder: WORDS.find, "aria-label": WORDS.find, maxlength: 200, spellcheck: "false", "on:input": () => {
        clearTimeout(typing);
        typing = setTimeout(() => narrow({ text: find.value }), BATCH_TYPING_MS);
      } });
      const controls = h("div", { class: "nd-batch-controls" }, statuses, language, find, counted);
      const loading = h("p", { class: "nd-muted nd-small", role: "status" }, h("span", { class: "nd-spin", "aria-hidden": "true" }), " ", WORDS.loading);
      const detail = h("div", { class: "nd-well nd-batch-detail", role: "region", "aria-label": WORDS.row, "aria-live": "polite", hidden: true });
      put(body, h("div", { class: "nd-batch" }, form, plan, missing, actions, progress, notes, controls, loading, table.node, detail));

      function narrow(/** @type {Partial<typeof filtered>} */ more) {
        filtered = { ...filtered, ...more };
        table.filter(filtered);
        send(model, "show", filtered);
        chips(model.get("view"));
      }

      function chips(/** @type {any} */ view) {
        const offered = [["", view.total], ...view.statuses.map((/** @type {string} */ one) => [one, view.counts[one] ?? 0])].filter(([key, count]) => count || key === "" || key === filtered.status);
        const key = offered.map(([one]) => one).join();
        if (statuses.dataset.key !== key) {
          const held = /** @type {HTMLElement | null} */ (statuses.contains(document.activeElement) ? document.activeElement : null)?.dataset.status;
          statuses.dataset.key = key;
          put(statuses, offered.map(([one]) => h("button", { type: "button", class: "nd-chip", "data-status": one, "on:click": () => narrow({ status: one }) })));
          if (held !== undefined) statuses.querySelector(`[data-status="${held}"]`)?.focus();
        }
        offered.forEach(([one, count], at) => {
          const node = statuses.children[at];
          text(node, `${Number(count).toLocaleString()} ${WORDS[/** @type {"all"} */ (one || "all")]}`);
          node.setAttribute("aria-pressed", String(filtered.status === one));
          node.classList.toggle("nd-bad", ["failed", "refused"].includes(one));
        });
      }

      tellRow = (row) => {
        detail.hidden = !row;
        if (!row) return;
        const [lines, good, lookAt, bad] = row.lines;
        put(detail, h("b", { dir: "auto" }, table.nameOf(row.row)),
          row.error && h("p", { class: "nd-batch-why" }, row.error), row.advice && h("p", { class: "nd-muted" }, row.advice),
          lines > 0 && h("p", { class: "nd-muted nd-small" }, [`${lines} ${WORDS.lines}`, good && `${good} ${WORDS.good}`, lookAt && `${lookAt} ${WORDS.look}`, bad && `${bad} ${WORDS.bad}`].filter(Boolean).join(" · ")),
          row.attempts > 1 && h("p", { class: "nd-muted nd-small" }, `${WORDS.tries} ${row.attempts} ${WORDS.runs}`),
          row.files.length > 0 && h("p", { class: "nd-small nd-batch-files" }, row.files.map((/** @type {any} */ file) => (file.href ? h("a", { href: file.href, target: "_blank", rel: "noopener noreferrer" }, file.path) : h("code", {}, file.path)))));
      };

      function tiles(/** @type {any} */ view) {
        const found = view.state === "planned" ? view.plan : null;
        plan.hidden = missing.hidden = true;
        if (!found) return;
        plan.hidden = false;
        const rows = many(found.rows, WORDS.rowsOne, WORDS.rowsMany);
        const tile = (/** @type {string} */ label, /** @type {string} */ figure, more = "", tone = "") => h("div", { class: tone ? `nd-batch-${tone}` : "" }, h("dt", {}, label), h("dd", {}, figure, more && h("span", { class: "nd-muted nd-small" }, ` ${more}`)));
        put(plan,
          tile(WORDS.todo, rows, found.rows ? `${many(found.clips, WORDS.clipOne, WORDS.clipsMany)}, ${found.minutes.toFixed(found.minutes < 10 ? 1 : 0)} ${WORDS.minutes}` : ""),
          found.rows > 0 && tile(WORDS.takes, found.about, `${WORDS.with} ${many(found.workers, WORDS.workerOne, WORDS.workerMany)}`),
          found.rows > 0 && tile(WORDS.costs, found.cost === null ? WORDS.free : `${found.cost.toLocaleString()} ${WORDS.credits}`),
          view.counts.done > 0 && tile(WORDS.already, many(view.counts.done, WORDS.rowsOne, WORDS.rowsMany)),
          view.counts.refused > 0 && tile(WORDS.refusedTitle, many(view.counts.refused, WORDS.rowsOne, WORDS.rowsMany), "", "bad"));
        missing.hidden = !found.missing.length;
        put(missing, h("b", {}, WORDS.missing), h("ul", {}, found.missing.map((/** @type {any} */ [command, tags]) => h("li", {}, h("code", {}, command), h("span", { class: "nd-muted" }, ` ${WORDS.for} ${tags.join(", ")}`)))));
      }

      show = (view) => {
        const busy = BUSY.includes(view.state);
        const form_ = view.form;
        const mark = JSON.stringify(form_);
        if (form.dataset.key !== mark) {
          form.dataset.key = mark;
          [clips.value, to.value, out.value] = [form_.manifest, form_.to, form_.out];
          typed = false;
        }
        form.hidden = busy;
        clipsField.hidden = Boolean(form_.given);
        givenField.hidden = !form_.given;
        text(given, form_.given);
        tiles(view);
        missing.hidden ||= busy;

        // One main button: what is most likely wanted next.
        const ready = !typed && ["planned", "ended"].includes(view.state);
        const open = view.state === "planned" ? view.plan.rows : view.left;
        stop.hidden = !busy;
        if (busy && [start, retry].includes(/** @type {any} */ (document.activeElement))) stop.focus({ preventScroll: true });
        start.hidden = !ready || !open;
        text(start, view.state === "ended" || view.counts.done ? `${WORDS.goOn} ${many(open, WORDS.rowsOne, WORDS.rowsMany)}` : `${WORDS.dub} ${many(open, WORDS.rowsOne, WORDS.rowsMany)}`);
        retry.hidden = !ready || view.state !== "ended" || !view.failed;
        text(retry, `${WORDS.retry} ${many(view.failed, WORDS.rowsOne, WORDS.rowsMany)} ${WORDS.retryFailed}`);
        retry.classList.toggle("nd-main", start.hidden);
        stop.setWhy(view.state === "stopping" ? view.say : "");
        check.hidden = busy;
        check.setWhy(view.state === "checking" ? view.say : "");
        text(check, ready ? WORDS.checkAgain : WORDS.check);
        check.classList.toggle("nd-main", !ready);
        check.classList.toggle("nd-quiet", ready);

        progress.hidden = !busy && view.state !== "ended";
        progress.set(view.state === "working" && !view.total ? null : view.share, view.state === "ended" && !view.left && !view.failed ? "ok" : "");
        link.hidden = !/^https?:\/\//.test(view.dashboard) || !busy;
        if (!link.hidden) link.href = view.dashboard;
        const said = JSON.stringify(view.notes);
        if (notes.dataset.key !== said) {
          notes.dataset.key = said;
          put(notes, view.notes.map((/** @type {string} */ note) => h("p", {}, note)));
        }
        notes.hidden = !view.notes.length;

        const some = view.total > 0;
        controls.hidden = table.node.hidden = !some || !data;
        loading.hidden = !some || Boolean(data);
        if (!some) detail.hidden = true;
        const mark2 = JSON.stringify(data?.languages ?? []);
        if (language.dataset.key !== mark2) {
          language.dataset.key = mark2;
          put(language, h("option", { value: "" }, WORDS.allLanguages), (data?.languages ?? []).map((/** @type {string[]} */ [tag, own]) => h("option", { value: tag }, own)));
          language.value = filtered.language;
          language.hidden = (data?.languages.length ?? 0) < 2;
        }
        chips(view);
        if (view.version && wanted !== view.version) {
          wanted = view.version;
          ask();
        } else if (data && version === view.version && seq < view.seq && !busy) ask(); // the last change was lost
      };
      filtered = { ...first.filter };
      find.value = filtered.text;
      table.filter(filtered);
      return show;
    });

    model.on("msg:custom", heard);
    return () => {
      model.off("msg:custom", heard);
      clearTimeout(again);
      clearTimeout(typing);
      table.end();
      end();
    };
  },
};

/** `1 row`, `1,234 rows`. @param {number} count @param {string} one @param {string} more */
function many(count, one, more) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}
