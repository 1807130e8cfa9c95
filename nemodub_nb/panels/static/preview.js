// @ts-check
// What the page itself can tell of a file before a byte of it is sent: a picture and a length.

const WIDTH = 224;
const SECONDS = 8;

/**
 * Look into a file. A browser that cannot play it tells nothing, which is no fault of the file.
 * @param {File} file
 * @param {boolean} sound
 * @returns {Promise<{picture: string | null, duration_s: number | null, width: number, height: number} | null>} picture: an address to show
 */
export async function preview(file, sound) {
  const url = URL.createObjectURL(file);
  try {
    return file.type.startsWith("image/") ? await still(url) : await moving(url, sound);
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {string} url */
async function still(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return { picture: drawn(image, image.naturalWidth, image.naturalHeight), duration_s: null, width: image.naturalWidth, height: image.naturalHeight };
}

/** @param {string} url @param {boolean} sound */
async function moving(url, sound) {
  const media = document.createElement(sound ? "audio" : "video");
  media.muted = true;
  media.preload = "auto";
  media.src = url;
  try {
    await happened(media, sound ? "loadedmetadata" : "loadeddata");
    const duration = Number.isFinite(media.duration) ? media.duration : null;
    if (!(media instanceof HTMLVideoElement)) return { picture: null, duration_s: duration, width: 0, height: 0 };
    // The first frame of many clips is black.
    const seen = happened(media, "seeked");
    media.currentTime = Math.min(1, (duration ?? 0) / 3);
    await seen;
    return { picture: drawn(media, media.videoWidth, media.videoHeight), duration_s: duration, width: media.videoWidth, height: media.videoHeight };
  } finally {
    media.removeAttribute("src");
    media.load();
  }
}

/** @param {HTMLMediaElement} media @param {string} what @returns {Promise<void>} */
function happened(media, what) {
  return new Promise((resolve, reject) => {
    media.addEventListener(what, () => resolve(), { once: true });
    media.addEventListener("error", reject, { once: true });
    setTimeout(reject, SECONDS * 1000);
  });
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height */
function drawn(source, width, height) {
  if (!width || !height) return null;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * height) / width);
  canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.8);
}
