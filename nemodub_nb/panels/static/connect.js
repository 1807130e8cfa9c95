// @ts-check
import { button, card, chip, field, h, put, segments, send, text } from "./ui.js";

const WORDS = {
  where: "Where the work is done", local: "This machine", cloud: "NemoVideo cloud", connect: "Connect", change: "Change", ready: "Ready",
  connecting: "Connecting…", failed: "Not connected", off: "Not connected", token: "Paste a token of your own (optional)",
  tokenHint: "It goes to the kernel once, is cleared here at once, and is saved nowhere.", resume: "Resume", fresh: "Begin anew",
  credits: "credits", held: "held", open: "Open in the NemoVideo editor", openLink: "Open the project", cancel: "Cancel",
  cloudHint: "The work is done by the NemoVideo service; nothing but the panels runs here.",
  localHint: "Recognition, translation and voices run on the machine of this notebook. Nothing leaves it, nothing is charged.",
};

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    let backend = model.get("view").backend;
    let changing = false;
    /** @type {(message: any) => void} */ let heard = () => {};
    const end = card(model, el, (body, _view, tools, unfold) => {
      const status = h("span", { role: "status" });
      const credits = h("span", { class: "nd-chip", hidden: true });
      const change = button(WORDS.change, { quiet: true, onclick: () => { changing = true; unfold(true); /** @type {HTMLElement | null} */ (el.querySelector("[role=radio][tabindex='0']"))?.focus(); } });
      put(tools, credits, status, change);

      const choice = segments(WORDS.where, [["local", WORDS.local], ["cloud", WORDS.cloud]], backend, (value) => { backend = value; show(model.get("view")); });
      const hint = h("p", { class: "nd-muted nd-small" });
      const token = h("input", { class: "nd-input", type: "password", autocomplete: "off", spellcheck: "false" });
      const tokenField = h("div", { class: "nd-connect-token" }, field(WORDS.token, token), h("p", { class: "nd-muted nd-small" }, WORDS.tokenHint));
      const go = button(WORDS.connect, { main: true, onclick: () => {
        const pasted = token.value;
        token.value = "";
        changing = false;
        unfold(null);
        send(model, "connect", pasted && backend === "cloud" ? { backend, token: pasted } : { backend });
      } });
      const cancel = button(WORDS.cancel, { quiet: true, onclick: () => { changing = false; backend = model.get("view").backend; choice.set(backend); unfold(null); change.focus(); } });
      const chooser = h("div", { class: "nd-connect-chooser" }, choice, hint, tokenField, h("div", { class: "nd-row" }, go, cancel));
      const about = h("p", { class: "nd-muted nd-small" });

      const leftText = h("p", { class: "nd-grow" });
      const left = h("div", { class: "nd-well nd-row", hidden: true }, leftText,
        button(WORDS.resume, { main: true, onclick: () => send(model, "resume") }),
        button(WORDS.fresh, { quiet: true, onclick: () => send(model, "fresh") }));
      const claimed = h("span", { role: "status" });
      const claim = h("div", { class: "nd-row", hidden: true }, button(WORDS.open, { onclick: () => send(model, "claim") }), claimed);
      put(body, h("div", { class: "nd-connect" }, left, chooser, about, claim));

      heard = (message) => {
        if (message.kind === "claim" && /^https:\/\//.test(message.url)) put(claimed, h("a", { class: "nd-btn", href: message.url, target: "_blank", rel: "noopener noreferrer" }, WORDS.openLink));
      };
      model.on("msg:custom", heard);

      /** @param {any} view */
      function show(view) {
        const ready = view.state === "ready";
        const tone = { ready: "ok", connecting: "run", failed: "bad", off: "" }[/** @type {"ready"} */ (view.state)];
        if (status.dataset.state !== view.state) {
          status.dataset.state = view.state;
          put(status, chip(WORDS[/** @type {"ready"} */ (view.state)], tone));
          if (ready) changing = false;
        }
        credits.hidden = !view.credits;
        if (view.credits) text(credits, `${view.credits.available} ${WORDS.credits}${view.credits.frozen ? ` · ${view.credits.frozen} ${WORDS.held}` : ""}`);
        change.hidden = !ready || !view.idle;
        chooser.hidden = (ready && !changing) || view.state === "connecting";
        cancel.hidden = !ready;
        left.hidden = !view.left;
        text(leftText, view.left);
        text(hint, backend === "local" ? WORDS.localHint : view.token);
        tokenField.hidden = backend !== "cloud";
        claim.hidden = !(ready && view.backend === "cloud" && view.session);
        if (claim.hidden) put(claimed); // the link of another project
        about.hidden = !chooser.hidden || !left.hidden;
        text(about, view.backend === "local" ? WORDS.localHint : WORDS.cloudHint);
      }
      return show;
    });
    return () => {
      model.off("msg:custom", heard);
      end();
    };
  },
};
