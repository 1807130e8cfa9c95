// @ts-check
// Files from the kernel, and a player that stays at the same moment when another language is chosen.
import { h, put, segments, send, size, text } from "./ui.js";

const PLAYER_WORDS = {
  player: "Player", film: "Language of the film", captions: "CC: subtitles", loading: "Fetching", play: "Play here", moment: "same moment in every language",
  empty: "The videos will play here.", heavy: "is too large to be played in the page:", silent: "The kernel does not answer.", broken: "This browser cannot play it:", waiting: "Not here yet:", again: "Try again",
};
const IN_FLIGHT = 3;
const PIECE_S = 20;
const KEPT_BYTES = 400 * 1048576;
const AT_ONCE_BYTES = 32 * 1048576;
const MOST_BESIDE = 5;

/**
 * Fetches files from the kernel in acknowledged pieces and keeps them as Blobs.
 * @param {any} model
 */
export function fetcher(model) {
  const mine = Math.random().toString(36).slice(2);
  /** @type {Map<string, {url: string, blob: Blob, used: number}>} */ const kept = new Map();
  /** @type {Map<string, Promise<{url: string, blob: Blob}>>} */ const coming = new Map();
  /** @type {Map<string, {done: (message: any, buffers: DataView[]) => void}>} */ const asked = new Map();
  let count = 0;
  let ended = false;
  const heard = (/** @type {any} */ message, /** @type {DataView[]} */ buffers) => {
    const waiting = asked.get(message.id);
    if (!waiting) return;
    asked.delete(message.id);
    waiting.done(message, buffers ?? []);
  };
  model.on("msg:custom", heard);

  /** @param {string} what @param {Record<string, any>} more @returns {Promise<[any, DataView[]]>} */
  function ask(what, more) {
    const id = `${mine}-${count++}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { asked.delete(id); reject(new Error(PLAYER_WORDS.silent)); }, PIECE_S * 1000);
      asked.set(id, { done: (message, buffers) => {
        clearTimeout(timer);
        if (message.refused) reject(new Error(message.refused));
        else resolve([message, buffers]);
      } });
      send(model, what, { id, ...more });
    });
  }

  /** One piece, asked for once more if the answer is lost. @param {any} file @param {number} offset @param {number} piece */
  async function one(file, offset, piece) {
    const length = Math.min(piece, file.size - offset);
    const get = async () => {
      const [message, buffers] = await ask("video", { key: file.key, offset, length });
      const data = buffers[0];
      if (message.stamp !== file.stamp || !data || data.byteLength !== length) throw new Error(PLAYER_WORDS.silent);
      return data;
    };
    return get().catch((error) => (error.message === PLAYER_WORDS.silent && !ended ? get() : Promise.reject(error)));
  }

  /** @param {any} file @param {number} piece @param {(share: number) => void} [onprogress] */
  async function load(file, piece, onprogress) {
    const offsets = Array.from({ length: Math.ceil(file.size / piece) }, (_, at) => at * piece);
    /** @type {DataView[]} */ const parts = new Array(offsets.length);
    let next = 0;
    let done = 0;
    const work = async () => {
      while (next < offsets.length && !ended) {
        const at = next++;
        parts[at] = await one(file, offsets[at], piece);
        done += parts[at].byteLength;
        onprogress?.(done / file.size);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    if (ended) throw new Error(PLAYER_WORDS.silent);
    const blob = new Blob(/** @type {any} */ (parts), { type: file.type });
    return { url: URL.createObjectURL(blob), blob };
  }

  /** Let go of what was used longest ago. @param {string} spare */
  function tidy(spare) {
    let total = [...kept.values()].reduce((sum, item) => sum + item.blob.size, 0);
    for (const [name, item] of [...kept].sort((a, b) => a[1].used - b[1].used)) {
      if (total <= KEPT_BYTES) break;
      if (name === spare || inUse === item.url) continue;
      total -= item.blob.size;
      URL.revokeObjectURL(item.url);
      kept.delete(name);
    }
  }

  let inUse = "";
  const name = (/** @type {any} */ file) => `${file.key}|${file.stamp}`;
  return {
    /** @param {any} file @param {number} piece @param {(share: number) => void} [onprogress] @returns {Promise<{url: string, blob: Blob}>} */
    get(file, piece, onprogress) {
      const key = name(file);
      const here = kept.get(key);
      if (here) {
        here.used = Date.now();
        return Promise.resolve(here);
      }
      const now = coming.get(key) ?? load(file, piece, onprogress).then((item) => {
        kept.set(key, { ...item, used: Date.now() });
        tidy(key);
        return item;
      }).finally(() => coming.delete(key));
      coming.set(key, now);
      return now;
    },
    has: (/** @type {any} */ file) => kept.has(name(file)),
    use: (/** @type {string} */ url) => { inUse = url; },
    ask,
    end() {
      ended = true;
      model.off("msg:custom", heard);
      for (const item of kept.values()) URL.revokeObjectURL(item.url);
      kept.clear();
    },
  };
}

/**
 * Save a file of the kernel's machine to this one.
 * @param {ReturnType<typeof fetcher>} files
 * @param {any} file
 * @param {number} piece
 * @param {(share: number) => void} onprogress
 */
export async function save(files, file, piece, onprogress) {
  const { url } = await files.get(file, piece, onprogress);
  const link = h("a", { href: url, download: file.name });
  document.body.append(link);
  link.click();
  link.remove();
}

/**
 * The player. `update(films, limit, piece)` tells it what there is.
 * @param {ReturnType<typeof fetcher>} files
 */
export function player(files) {
  /** @type {any[]} */ let films = [];
  let limit = 0;
  let piece = 1048576;
  let known = "";
  let wanted = "";
  let shown = "";
  let turn = 0;
  let captionsOn = true;
  let captionsUrl = "";
  let fetching = "";
  let seen = false;
  const video = h("video", { controls: true, playsinline: true, preload: "auto", "aria-label": PLAYER_WORDS.player, hidden: true });
  const still = h("canvas", { class: "nd-player-still", "aria-hidden": "true", hidden: true });
  const note = h("div", { class: "nd-player-note", role: "status", tabindex: -1 });
  const percent = h("span", { "aria-hidden": "true" }); // the bar tells it
  const fill = h("i");
  const progress = h("div", { class: "nd-player-progress", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, hidden: true }, fill);
  const screen = h("div", { class: "nd-player-screen" }, video, still, note, progress);
  const choice = h("div", { class: "nd-grow" });
  const captions = h("button", { type: "button", class: "nd-player-cc", "aria-pressed": "true", "aria-label": PLAYER_WORDS.captions, title: PLAYER_WORDS.captions, "on:click": () => {
    if (captions.getAttribute("aria-disabled") === "true") return;
    captionsOn = !captionsOn;
    caption();
  } }, "CC");
  const hint = h("p", { class: "nd-muted nd-small" });
  const node = h("div", { class: "nd-player" }, screen, h("div", { class: "nd-player-bar" }, choice, captions), hint);
  /** @type {any} */ let picker = null;

  /** The switch between the films: side by side, or a list where they are many. @param {string} value */
  function switcher(value) {
    const names = films.map((one) => [one.key, one.label]);
    if (films.length > MOST_BESIDE) {
      const list = h("select", { class: "nd-input", "aria-label": PLAYER_WORDS.film, "on:change": () => void show(list.value) }, names.map(([key, label], at) => h("option", { value: key, lang: films[at].lang || null }, label)));
      list.set = (/** @type {string} */ key) => { list.value = key; };
      list.set(value);
      return list;
    }
    const made = segments(PLAYER_WORDS.film, /** @type {[string, string][]} */ (names), value, (key) => void show(key));
    made.querySelectorAll("button").forEach((/** @type {HTMLElement} */ one, /** @type {number} */ at) => {
      if (films[at].lang) one.setAttribute("lang", films[at].lang);
      one.title = films[at].name;
    });
    return made;
  }

  const film = (/** @type {string} */ key) => films.find((one) => one.key === key);
  const heavy = (/** @type {any} */ one) => one.size > limit;

  /** @param {...any} content */
  function say(...content) {
    if (note.contains(document.activeElement)) note.focus({ preventScroll: true }); // the button in it goes
    put(note, ...content);
    note.hidden = !content.length || content[0] === "";
  }

  /** @param {any} one @param {number | null} share */
  function loading(one, share) {
    progress.hidden = share === null;
    if (share === null) return;
    progress.setAttribute("aria-label", `${PLAYER_WORDS.loading} ${one.name}`);
    progress.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    fill.style.width = `${share * 100}%`;
    if (!video.hidden) return;
    if (fetching !== one.name || percent.parentNode !== note) {
      fetching = one.name;
      say(h("span", {}, `${PLAYER_WORDS.loading} ${one.name} · ${size(one.size)}`), percent);
    }
    text(percent, `${Math.round(share * 100)} %`);
  }

  /** Show a film, at the moment where the one before is when it is here. @param {string} key @param {boolean} [play] */
  async function show(key, play) {
    const one = film(key);
    if (!one) return;
    wanted = key;
    picker?.set(key);
    const mine = ++turn;
    if (heavy(one)) {
      video.pause();
      video.hidden = true;
      shown = "";
      const where = one.href ? h("a", { href: one.href, target: "_blank", rel: "noopener" }, one.path) : h("code", {}, one.path);
      say(`${one.name} (${size(one.size)}) ${PLAYER_WORDS.heavy} `, where);
      return;
    }
    try {
      if (!files.has(one)) loading(one, 0);
      const { url } = await files.get(one, piece, (share) => mine === turn && loading(one, share));
      if (mine !== turn) return;
      loading(one, null);
      if (video.src === url) {
        if (play) void video.play().catch(() => {});
        return;
      }
      await swap(one, url, play);
    } catch (error) {
      if (mine !== turn) return;
      loading(one, null);
      if (video.hidden) say(h("span", {}, `${PLAYER_WORDS.waiting} ${/** @type {Error} */ (error).message} `), h("button", { type: "button", class: "nd-btn", "on:click": () => void show(key, true) }, PLAYER_WORDS.again));
      else text(hint, `${PLAYER_WORDS.waiting} ${/** @type {Error} */ (error).message}`);
    }
  }

  /** @param {any} one @param {string} url @param {boolean} [play] */
  async function swap(one, url, play) {
    const at = shown ? video.currentTime : 0;
    const going = play || (shown !== "" && !video.paused && !video.ended);
    const rate = video.playbackRate;
    freeze();
    files.use(url);
    shown = one.key;
    video.setAttribute("aria-label", `${PLAYER_WORDS.player}: ${one.label}`);
    video.src = url;
    video.hidden = false;
    if (note.contains(document.activeElement)) video.focus({ preventScroll: true });
    say("");
    video.addEventListener("loadedmetadata", () => {
      if (video.src !== url) return;
      video.playbackRate = rate;
      video.currentTime = Math.min(at, Math.max(0, video.duration - 0.05));
      if (going) void video.play().catch(() => {});
    }, { once: true });
    await caption();
  }

  /** Keep the last picture while the next film begins. */
  function freeze() {
    if (!video.videoWidth || video.hidden) return;
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    try {
      still.getContext("2d")?.drawImage(video, 0, 0);
      still.hidden = false;
    } catch { /* a picture that cannot be read is not kept */ }
  }
  const thaw = () => { still.hidden = true; };
  video.addEventListener("seeked", thaw);
  video.addEventListener("playing", thaw);
  video.addEventListener("loadeddata", () => { if (!video.seeking) thaw(); });
  video.addEventListener("error", () => {
    if (!shown) return;
    const one = film(shown);
    thaw();
    video.hidden = true;
    say(`${PLAYER_WORDS.broken} ${one?.name ?? ""}`);
    shown = "";
  });
  video.addEventListener("playing", () => void ahead());

  /** Fetch the other languages while one plays, so that a switch is at once. */
  async function ahead() {
    for (const one of films) {
      if (heavy(one) || one.size > AT_ONCE_BYTES || files.has(one) || video.paused) continue;
      await files.get(one, piece).catch(() => {});
    }
  }

  /** Bring the subtitles in line with the film and the button. */
  async function caption() {
    const one = film(shown);
    const has = Boolean(one?.captions);
    captions.setAttribute("aria-pressed", String(captionsOn && has));
    captions.setAttribute("aria-disabled", String(!has));
    const mine = shown;
    let vtt = null;
    if (has && captionsOn) {
      try {
        vtt = one.captions === "heard" ? new Blob([(await files.ask("captions", {}))[0].text], { type: "text/vtt" }) : (await files.get(one.captions, piece)).blob;
      } catch { /* without subtitles it plays all the same */ }
    }
    if (mine !== shown) return;
    for (const old of video.querySelectorAll("track")) old.remove();
    if (captionsUrl) URL.revokeObjectURL(captionsUrl);
    captionsUrl = "";
    if (!vtt || !captionsOn) return;
    captionsUrl = URL.createObjectURL(vtt);
    const track = h("track", { kind: "subtitles", srclang: one.lang || "und", label: one.label, src: captionsUrl, default: true });
    video.append(track);
    track.track.mode = "showing";
  }

  /** The best film to begin with: the first dub that is small enough, else the source. */
  function first() {
    return films.find((one) => one.key !== "source" && !heavy(one)) ?? films[0];
  }

  function begin() {
    const one = first();
    if (!one || shown || wanted) return;
    if (seen && one.size <= AT_ONCE_BYTES) void show(one.key);
    else say(h("button", { type: "button", class: "nd-btn nd-main", "on:click": () => void show(one.key, true) }, `▷ ${PLAYER_WORDS.play}`), h("span", {}, `${one.name} · ${size(one.size)}`));
  }

  const eye = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen = true;
    eye.disconnect();
    begin();
  });
  eye.observe(screen);

  return {
    node,
    /** @param {any[]} now @param {number} most @param {number} each */
    update(now, most, each) {
      limit = most;
      piece = each;
      const mark = JSON.stringify(now);
      if (mark === known) return;
      const before = film(shown);
      const hadDub = films.some((one) => one.key !== "source");
      known = mark;
      films = now;
      const again = films.find((one) => one.key === wanted);
      if (wanted && !again) wanted = "";
      const focused = choice.contains(document.activeElement);
      picker = films.length > 1 ? switcher(wanted || first().key) : null;
      put(choice, picker ?? (films.length ? h("b", { lang: films[0].lang || null }, films[0].label) : ""));
      if (focused) (picker?.querySelector("[tabindex='0']") ?? picker)?.focus();
      text(hint, films.length > 1 ? PLAYER_WORDS.moment : "");
      captions.hidden = !films.some((one) => one.captions);
      if (!films.length) {
        video.hidden = true;
        video.removeAttribute("src");
        shown = wanted = "";
        say(PLAYER_WORDS.empty);
      } else if (!wanted) begin();
      else if (before && again && before.stamp !== again.stamp) void show(wanted);
      else if (!hadDub && films.some((one) => one.key !== "source") && video.paused && video.currentTime === 0) void show(first().key);
      else void caption();
    },
    end() {
      eye.disconnect();
      turn++;
      video.pause();
      video.removeAttribute("src");
      if (captionsUrl) URL.revokeObjectURL(captionsUrl);
    },
  };
}
