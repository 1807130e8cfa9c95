// @ts-check
import { button, codeBox, gone, h, hideStory, keepKeys, put, send, text } from "./ui.js";

const WORDS = { asCode: "</> as code", hide: "hide code", credits: "credits", held: "held", free: "free on this machine", code: "The same in Python" };

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render({ model, el }) {
    el.classList.add("nd");
    const free = keepKeys(el);
    const title = h("h1", { class: "nd-studio-title" });
    const say = h("span", { class: "nd-muted nd-grow nd-studio-say", dir: "auto" });
    const credits = h("span", { class: "nd-chip", hidden: true });
    const box = codeBox(WORDS.code);
    box.classList.add("nd-studio-code");
    const code = button(WORDS.asCode, { quiet: true, onclick: () => {
      box.hidden = !box.hidden;
      code.setAttribute("aria-expanded", String(!box.hidden));
      text(code, box.hidden ? WORDS.asCode : WORDS.hide);
    } });
    code.setAttribute("aria-expanded", "false");
    put(el, h("header", { class: "nd-studio-top" }, title, say, credits, code), gone(), box);

    const draw = () => {
      const view = model.get("view");
      text(title, view.title);
      text(say, view.say);
      box.set(view.code);
      credits.hidden = !view.credits;
      if (view.credits) text(credits, view.free && !view.credits.frozen ? WORDS.free : `${view.credits.available} ${WORDS.credits} · ${view.credits.frozen} ${WORDS.held}`);
    };
    model.on("change:view", draw);
    draw();
    send(model, "hello");
    const showStory = hideStory(model.get("view").story_id);
    return () => {
      model.off("change:view", draw);
      free();
      showStory();
    };
  },
};
