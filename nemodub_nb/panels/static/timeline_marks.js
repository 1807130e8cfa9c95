// @ts-check
// What a person has decided about a line, as it is and as it will be when the changes are sent.
import { h } from "./ui.js";

const MARK_EDITED = 1;
const MARK_APPROVED = 2;
export const MARK_SCRIPT = 4;
const MARK_SOUNDS = ["dub", "mute", "original"];

/**
 * @typedef {{text?: string | null, voice?: string | null, start_s?: number | null, end_s?: number, sound?: string | null, approved?: boolean}} Change
 * @typedef {{text: string, source: string, from_s: number, to_s: number, voice: string, start_s: number, sound: string, approved: boolean, edited: boolean, script: boolean,
 *   there: boolean, change: Change, sourceChange: Change, changed: boolean}} Decided
 */

/**
 * Where in the clip a moment of the timeline is found.
 * @param {any} data the lines
 * @param {number} ms
 */
export function inClip(data, ms) {
  const piece = data.lanes.flatMap((/** @type {any} */ lane) => lane.waves).find((/** @type {number[]} */ [start, end]) => start <= ms && ms < end);
  return piece ? piece[2] + ms - piece[0] : ms;
}

/**
 * A line in one language: what is there, and the changes on top of it.
 * @param {any} data the lines
 * @param {any} pending changes that are not sent yet
 * @param {number} line its place among the lines
 * @param {string} tag the language; empty for the source alone
 * @returns {Decided}
 */
export function decided(data, pending, line, tag) {
  const no = data.no[line];
  const its = data.dubs[tag];
  const change = (no !== null && pending?.[tag]?.[no]) || {};
  const sourceChange = (no !== null && pending?.[""]?.[no]) || {};
  const from_s = inClip(data, data.s[line]) / 1000;
  const marks = its?.marks[line] ?? 0;
  const there = Boolean(its) && its.voice[line] >= 0;
  const voiced = there ? data.voiced[its.voice[line]] : "";
  const usual = voiced === data.voices[tag] ? "" : voiced;
  const others = Object.keys(change).some((name) => name !== "approved");
  return {
    text: change.text ?? its?.text[line] ?? "",
    source: sourceChange.text ?? data.text[line],
    from_s: sourceChange.start_s ?? from_s,
    to_s: sourceChange.end_s ?? from_s + (data.e[line] - data.s[line]) / 1000,
    voice: change.voice === undefined ? usual : change.voice ?? "",
    start_s: change.start_s ?? (its?.at[line] ?? 0) / 1000,
    sound: change.sound === undefined ? MARK_SOUNDS[its?.sound[line] ?? 0] : change.sound ?? "dub",
    approved: change.approved ?? (Boolean(marks & MARK_APPROVED) && !others),
    edited: Boolean(marks & MARK_EDITED),
    script: Boolean(marks & MARK_SCRIPT),
    there,
    change,
    sourceChange,
    changed: Object.keys(change).length > 0,
  };
}

/**
 * Small signs before the words of a line, each with its word for a screen reader.
 * @param {Record<string, string>} words
 * @param {Decided} one
 */
export function signs(words, one) {
  const sign = (/** @type {string} */ mark, /** @type {string} */ word, /** @type {string} */ tone) => h("span", { class: `nd-timeline-sign ${tone}`, title: word }, h("span", { "aria-hidden": "true" }, mark), h("span", { class: "nd-sr" }, `${word}. `));
  return [
    one.changed && sign("●", words.changed, "nd-timeline-new"),
    one.approved && sign("✓", words.approved, "nd-timeline-approved"),
    one.edited && !one.changed && sign("✎", words.edited, ""),
    one.sound !== "dub" && h("span", { class: "nd-timeline-tag" }, one.sound === "mute" ? words.muted : words.originalVoice),
  ].filter(Boolean);
}
