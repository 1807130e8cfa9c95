// @ts-check
// Plays the sounds of a line one after the other, as they come.

/** @param {{began: (what: string) => void, at: (ms: number | null) => void, ended: () => void, failed: () => void}} on */
export function player(on) {
  const audio = new Audio();
  /** @type {{what: string, url: string, at: number | null}[]} */ let queue = [];
  let token = Math.floor(Math.random() * 2 ** 30); // two pages of one panel tell their wishes apart
  let due = 0; // parts that are still to be played
  let url = "";
  let asked = 0;
  /** Where it stands on the timeline; a voice that is tried stands nowhere. @type {number | null} */ let start = 0;

  function stop() {
    token++;
    due = 0;
    for (const one of queue) URL.revokeObjectURL(one.url);
    queue = [];
    silence();
    on.at(null);
    on.ended();
  }

  function silence() {
    cancelAnimationFrame(asked);
    audio.pause();
    audio.removeAttribute("src");
    if (url) URL.revokeObjectURL(url);
    url = "";
  }

  function next() {
    const one = queue.shift();
    if (!one) return;
    url = one.url;
    start = one.at;
    audio.src = url;
    on.began(one.what);
    const begun = token;
    audio.play().then(follow).catch(() => { if (begun === token) { stop(); on.failed(); } });
  }

  function follow() {
    on.at(start === null ? null : start + audio.currentTime * 1000);
    if (!audio.paused) asked = requestAnimationFrame(follow);
  }

  audio.addEventListener("ended", () => {
    silence();
    due--;
    if (due <= 0) stop();
    else next();
  });

  return {
    /** Begin to wait for new sounds; returns what they must carry. */
    expect: () => {
      stop();
      due = 1;
      return token;
    },
    /** @param {any} head @param {any[]} pieces */
    take: (head, pieces) => {
      if (head.token !== token) return;
      if (head.part === 0) due = head.parts;
      queue.push({ what: head.what, url: URL.createObjectURL(new Blob(pieces, { type: "audio/wav" })), at: head.at });
      if (!url) next();
    },
    stop,
    busy: () => due > 0,
  };
}
