// @ts-check
// Sends files to the kernel in slices: a few in flight, each acknowledged, and again from the first missing byte when one is lost.
// A server drops a message above its limit without a word, so nothing counts as sent before the kernel says so.

import { Sha256 } from "./sha256.js";
import { send } from "./ui.js";

const UPLOADER_WORDS = {
  gone: { cause: "The kernel no longer answers this panel.", advice: "Run the cell again, then drop the file again: it goes on from there." },
  unreadable: (/** @type {string} */ name) => ({ cause: `The browser can no longer read ${name}.`, advice: "It was moved or changed: drop it again." }),
};

const LARGEST = 4 * 1024 * 1024;
const SMALLEST = 64 * 1024;
const IN_FLIGHT = 4;
/** Silence after which the kernel is asked what it has, and asked again. */
const PATIENCE_MS = 3000;
/** Slices that must arrive before larger ones are tried again. */
const CALM = 16;
const SPEED_OVER_MS = 3000;

/**
 * @typedef {{cause: string, advice: string}} Trouble
 * @typedef {"queued" | "checking" | "sending" | "paused" | "sent" | "failed"} State
 */

let sendings = 0;

/** One file on its way. */
export class Sending {
  /** @param {File} file */
  constructor(file) {
    this.file = file;
    this.number = ++sendings;
    /** The kernel's name for it, once it is known there. @type {string} */
    this.id = "";
    /** @type {State} */
    this.state = "queued";
    /** Bytes that arrived without a gap. */
    this.mark = 0;
    /** The kernel has been silent for a while. */
    this.silent = false;
    /** @type {Trouble | null} */
    this.trouble = null;
    /** What was read, in hex, once all of it was. */
    this.digest = "";
    /** What the page itself can tell of the file. @type {any} */
    this.preview = null;
    this.hash = new Sha256();
    this.slice = LARGEST;
    this.ceiling = LARGEST;
    this.calm = 0;
    this.lostAt = 0;
    /** How often something had to be sent again. */
    this.repeats = 0;
    /** @type {[number, number][]} */
    this.samples = [];
  }

  /** Bytes a second over the last moments; 0 when not known. */
  get speed() {
    const [[t0, b0] = [0, 0]] = this.samples;
    const [t1, b1] = this.samples[this.samples.length - 1] ?? [0, 0];
    return t1 - t0 > 200 ? ((b1 - b0) * 1000) / (t1 - t0) : 0;
  }

  /** @param {number} mark */
  arrived(mark) {
    this.mark = Math.max(this.mark, mark);
    const now = performance.now();
    this.samples.push([now, this.mark]);
    while (now - this.samples[0][0] > SPEED_OVER_MS) this.samples.shift();
    if (++this.calm >= CALM && this.slice < this.ceiling) {
      this.slice *= 2;
      this.calm = 0;
    }
  }

  /** A slice was lost: smaller ones from now on, for good when it was the second of its size. */
  lost() {
    if (this.lostAt === this.slice) this.ceiling = Math.max(SMALLEST, this.slice / 2);
    this.lostAt = this.slice;
    this.slice = Math.max(SMALLEST, this.slice / 2);
    this.calm = 0;
    this.repeats++;
  }

  /** Read some bytes, and hash what has not been hashed before. @param {number} from @param {number} to */
  async read(from, to) {
    const bytes = await this.file.slice(from, to).arrayBuffer();
    const seen = this.hash.length;
    if (from <= seen && seen < to) this.hash.update(new Uint8Array(bytes, seen - from));
    return bytes;
  }
}

/** The files that one panel sends, one after the other. It outlives the views of the panel. */
export class Uploader {
  /** @param {any} model */
  constructor(model) {
    this.model = model;
    /** @type {Sending[]} */
    this.files = [];
    /** Called whenever something is different. @type {Set<() => void>} */
    this.listeners = new Set();
    /** @type {Map<string, (answer: any) => void>} */
    this.questions = new Map();
    /** @type {(() => void) | null} */
    this.wake = null;
    /** Slices that wait for the kernel's word, by where they begin. @type {Map<number, number>} */
    this.flying = new Map();
    /** @type {Sending | null} */
    this.current = null;
    model.on("msg:custom", (/** @type {any} */ message) => this.hear(message));
  }

  /** @param {File} file @param {Trouble | null} trouble what is wrong with it before anything is sent */
  add(file, trouble) {
    // The kernel tells what of it is there already.
    const known = this.files.find(({ file: one }) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
    if (known) {
      if (known.state === "paused" || known.state === "failed" || known.state === "sent") this.resume(known);
      return known;
    }
    const sending = new Sending(file);
    this.files.push(sending);
    if (trouble) this.fail(sending, trouble);
    else void this.next();
    return sending;
  }

  /** @param {Sending} sending */
  pause(sending) {
    if (sending.state !== "sending" && sending.state !== "queued" && sending.state !== "checking") return;
    sending.state = "paused";
    if (sending.id) this.tell("pause", { id: sending.id });
    this.stir();
  }

  /** @param {Sending} sending */
  resume(sending) {
    sending.trouble = null;
    sending.state = "queued";
    this.changed();
    void this.next();
  }

  /** @param {Sending} sending */
  cancel(sending) {
    this.files = this.files.filter((one) => one !== sending);
    sending.state = "paused";
    if (sending.id) this.tell("cancel", { id: sending.id });
    this.stir();
  }

  /** @param {Sending} sending @param {Trouble} trouble */
  fail(sending, trouble) {
    sending.state = "failed";
    sending.trouble = trouble;
    this.changed();
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  stir() {
    this.wake?.();
    this.changed();
  }

  /** Take up the next file, if none is on its way. */
  async next() {
    if (this.current) return;
    const sending = this.files.find(({ state }) => state === "queued");
    if (!sending) return;
    this.current = sending;
    this.flying.clear();
    try {
      await this.deliver(sending);
    } catch (error) {
      const unreadable = error instanceof DOMException;
      this.fail(sending, unreadable ? UPLOADER_WORDS.unreadable(sending.file.name) : UPLOADER_WORDS.gone);
      if (unreadable) this.tell("pause", { id: sending.id });
    }
    this.current = null;
    void this.next();
  }

  /** @param {Sending} sending */
  async deliver(sending) {
    const { file } = sending;
    sending.state = "checking";
    sending.samples = [];
    this.changed();
    const begun = await this.ask("begin", { name: file.name, size: file.size, modified: file.lastModified }, sending);
    if (begun?.id) sending.id = begun.id;
    if (sending.state !== "checking") {
      // Paused or cancelled while the kernel was asked.
      if (begun?.id) this.tell(this.files.includes(sending) ? "pause" : "cancel", { id: begun.id });
      return;
    }
    if (!begun || begun.error) return this.fail(sending, begun?.error);
    if (begun.known) {
      sending.state = "sent";
      return this.changed();
    }
    sending.mark = begun.mark;
    while (sending.hash.length < sending.mark && sending.state === "checking") {
      const from = sending.hash.length;
      await sending.read(from, Math.min(from + LARGEST, sending.mark));
    }
    if (sending.state !== "checking") return;
    sending.state = "sending";
    this.changed();
    await this.pump(sending);
    if (sending.state !== "sending") return;
    sending.digest ||= sending.hash.hex();
    const ended = await this.ask("end", { id: sending.id, digest: sending.digest }, sending);
    if (sending.state !== "sending") return;
    if (!ended || ended.error) {
      sending.hash = new Sha256();
      sending.digest = "";
      return this.fail(sending, ended?.error);
    }
    sending.state = "sent";
    this.changed();
  }

  /** @param {Sending} sending */
  async pump(sending) {
    const { size } = sending.file;
    let next = sending.mark;
    while (sending.mark < size && sending.state === "sending") {
      while (this.flying.size < IN_FLIGHT && next < size && next < sending.mark + IN_FLIGHT * LARGEST && sending.state === "sending") {
        const end = Math.min(size, next + sending.slice);
        const bytes = await sending.read(next, end);
        this.flying.set(next, end);
        if (!send(this.model, "slice", { id: sending.id, at: next }, [bytes])) throw new Error("no way to the kernel");
        next = end;
      }
      if (sending.mark >= size || (await this.news(PATIENCE_MS)) || sending.state !== "sending") continue;
      // Silence. What the kernel says now comes after all that reached it.
      const said = await this.ask("mark", { id: sending.id }, sending);
      if (!said || sending.state !== "sending") continue;
      if (said.error) return this.fail(sending, said.error);
      if (said.mark < next) sending.lost();
      sending.arrived(said.mark);
      next = sending.mark;
      this.flying.clear();
    }
  }

  /** Wait for an acknowledgement; false when none came in time. @param {number} ms @returns {Promise<boolean>} */
  news(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /**
   * Ask the kernel, again and again until it answers: a question or its answer may be lost. Undefined when the file was
   * paused or cancelled meanwhile.
   * @param {string} what @param {Record<string, any>} more @param {Sending} sending
   * @returns {Promise<any>}
   */
  async ask(what, more, sending) {
    const n = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
    const { state } = sending;
    /** @type {any} */
    let answer;
    this.questions.set(n, (found) => {
      answer = found;
      this.wake?.();
    });
    for (let tries = 0; !answer && sending.state === state; tries++) {
      if (tries > 0) {
        sending.silent = true;
        this.changed();
      }
      if (!send(this.model, what, { n, ...more })) throw new Error("no way to the kernel");
      const until = performance.now() + PATIENCE_MS;
      while (!answer && sending.state === state && performance.now() < until) await this.news(until - performance.now());
    }
    this.questions.delete(n);
    sending.silent = false;
    return answer;
  }

  /** Say something that needs no answer; a kernel that is gone need not hear it. @param {string} what @param {Record<string, any>} more */
  tell(what, more) {
    send(this.model, what, more);
  }

  /** @param {any} message */
  hear(message) {
    if (message.kind === "answer") {
      this.questions.get(message.n)?.(message);
    } else if (message.kind === "ack" && this.current?.id === message.id) {
      this.flying.delete(message.at);
      this.current?.arrived(message.mark);
      this.stir();
    }
  }
}
