// @ts-check
import { button, card, chip, clock, h, put, send, text } from "./ui.js";

const WORDS = {
  refresh: "Refresh", available: "available", held: "held for work in progress", all: "in all", free: "free", freeText: "This machine is free: nothing is charged.", freeHint: "Every step is written down all the same, with the time it took.",
  when: "when", step: "step", backend: "backend", cost: "cost", left: "left", time: "time", together: "together", ledger: "What each step cost and took",
  none: "Nothing was done yet. Each upload, dub, edit and export will be listed here.", earlier: "earlier steps: project.ledger()",
  register: "Register", topUp: "Top up", plan: "See the plans", wait: "Go on in", ready: "You can go on now.",
};

const CREDITS_SAID_MS = 800;

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    /** @type {any} */ let timer = 0;
    /** @type {any} */ let after = 0;
    /** @type {() => void} */ let heard = () => {};
    let asked = false;
    const end = card(model, el, (body, _view, tools) => {
      put(tools, button(WORDS.refresh, { quiet: true, onclick: () => { text(told, ""); asked = send(model, "refresh"); } }));
      heard = () => {
        if (asked) after = setTimeout(() => text(told, model.get("view").say), CREDITS_SAID_MS);
        asked = false;
      };
      model.on("change:answered", heard);
      const trouble = h("div", { class: "nd-credits-trouble", role: "alert", hidden: true });
      const countdown = h("span", { class: "nd-chip nd-warn", hidden: true });
      const told = h("span", { class: "nd-sr", role: "status" });
      const figures = h("dl", { class: "nd-credits-figures", hidden: true });
      const free = h("div", { class: "nd-credits-free", hidden: true }, chip(WORDS.free, "ok"), h("p", {}, h("b", {}, WORDS.freeText), " ", h("span", { class: "nd-muted" }, WORDS.freeHint)));
      const hint = h("p", { class: "nd-small nd-credits-hint", hidden: true });
      const rows = h("tbody");
      const foot = h("tfoot");
      const table = h("table", { class: "nd-table nd-credits-table" }, h("caption", { class: "nd-sr" }, WORDS.ledger), h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, WORDS.when), h("th", { scope: "col" }, WORDS.step), h("th", { scope: "col", class: "nd-credits-wide" }, WORDS.backend),
        h("th", { scope: "col", class: "nd-n" }, WORDS.cost), h("th", { scope: "col", class: "nd-n" }, WORDS.left), h("th", { scope: "col", class: "nd-n" }, WORDS.time))), rows, foot);
      const scroll = h("div", { class: "nd-credits-scroll", tabindex: 0, role: "region", "aria-label": WORDS.ledger }, table);
      const more = h("p", { class: "nd-muted nd-small", hidden: true });
      const none = h("p", { class: "nd-muted", hidden: true }, WORDS.none);
      put(body, h("div", { class: "nd-credits" }, trouble, told, free, figures, hint, scroll, more, none));
      let troubled = "";
      let listed = "";

      /** @param {any} now what stands in the way */
      function tell(now) {
        const mark = JSON.stringify(now ?? "");
        if (mark === troubled) return;
        troubled = mark;
        clearInterval(timer);
        trouble.hidden = !now;
        text(told, "");
        if (!now) {
          put(trouble);
          return;
        }
        const label = now.register ? WORDS.register : now.kind === "plan" ? WORDS.plan : WORDS.topUp;
        const link = /^https:\/\//.test(now.link ?? "") ? h("a", { class: "nd-btn nd-main", href: now.link, target: "_blank", rel: "noopener noreferrer" }, label) : "";
        countdown.hidden = now.kind !== "rate";
        trouble.className = `nd-credits-trouble${now.kind === "rate" ? " nd-credits-waits" : ""}`;
        put(trouble, h("p", { class: "nd-grow" }, h("b", {}, now.cause), " ", now.advice), link, countdown);
        if (now.kind !== "rate") return;
        // The kernel's clock may differ from this one: never more than the wait itself.
        const ends = Date.now() + 1000 * Math.max(0, Math.min(now.wait_s, now.until - Date.now() / 1000));
        const tick = () => {
          const rest = Math.ceil((ends - Date.now()) / 1000);
          text(countdown, rest > 0 ? `${WORDS.wait} ${clock(rest)}` : WORDS.ready);
          countdown.className = `nd-chip ${rest > 0 ? "nd-warn" : "nd-ok"}`;
          if (rest > 0) return;
          clearInterval(timer);
          text(told, WORDS.ready);
        };
        tick();
        timer = setInterval(tick, 500);
      }

      return (/** @type {any} */ view) => {
        tell(view.trouble);
        free.hidden = !view.free;
        figures.hidden = view.free || !view.figures;
        if (view.figures) put(figures, [["available", WORDS.available], ["frozen", WORDS.held], ["total", WORDS.all]].map(([name, label]) => h("div", {}, h("dt", {}, label), h("dd", {}, plain(view.figures[name])))));
        hint.hidden = !view.hint;
        text(hint, view.hint);
        const mark = JSON.stringify([view.rows, view.sums]);
        if (mark !== listed) {
          listed = mark;
          put(rows, view.rows.map((/** @type {any} */ row) => h("tr", {}, h("td", { class: "nd-muted nd-credits-when" }, h("time", { datetime: row.when, title: new Date(row.when).toLocaleString() }, moment(row.when))), h("td", {}, row.step), h("td", { class: "nd-credits-wide nd-muted" }, row.backend),
            h("td", { class: "nd-n" }, plain(row.cost)), h("td", { class: "nd-n" }, plain(row.left)), h("td", { class: "nd-n" }, took(row.seconds)))));
          put(foot, view.rows.length > 1 && h("tr", {}, h("td"), h("th", { scope: "row" }, WORDS.together), h("td", { class: "nd-credits-wide" }), h("td", { class: "nd-n" }, plain(view.sums.cost)), h("td"), h("td", { class: "nd-n" }, took(view.sums.seconds))));
        }
        scroll.hidden = !view.rows.length;
        none.hidden = view.rows.length > 0;
        more.hidden = !view.earlier;
        text(more, `${view.earlier} ${WORDS.earlier}`);
      };
    });
    return () => {
      clearInterval(timer);
      clearTimeout(after);
      model.off("change:answered", heard);
      end();
    };
  },
};

/** @param {number | null} value */
function plain(value) {
  return value === null || value === undefined ? "–" : String(Math.round(value * 100) / 100).replace("-", "−");
}

/** @param {number | null} seconds */
function took(seconds) {
  return seconds === null ? "–" : seconds < 10 ? `${seconds.toFixed(1)} s` : clock(seconds);
}

/** The time today, the day too before that. @param {string} when */
function moment(when) {
  const at = new Date(when);
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString([], { day: "numeric", month: "short" })} ${time}`;
}
