"""A process that has the espeak-ng library speak one text: `LIBRARY DATA CODE WORDS_A_MINUTE`, the text on stdin, 16-bit samples out.

The library goes on where its last text ended, in the middle of a wave: the same text sounds a little different, and takes a
few samples more or less, after another one. A process of its own makes it always the same. It is run as a file, by the
standard library alone, so that it starts in a few milliseconds.
"""

from __future__ import annotations

import ctypes
import sys

_SYNCHRONOUS = 2
"""Speech is made in the calling thread; the asynchronous mode of 1.52 crashes now and then."""
_CHARS_UTF8 = 1
_RATE = 1
_POSITION_CHARACTER = 1
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    """Write the rate of the samples as a line, then the samples."""
    path, data, code, words_a_minute = sys.argv[1:]
    library = ctypes.CDLL(path)
    rate = int(library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), 0))
    if rate <= 0:
        sys.exit(f"espeak-ng did not accept its data folder {data}")
    out = sys.stdout.buffer

    def heard(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
        if samples and count > 0:
            out.write(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _Callback(heard)
    library.espeak_SetSynthCallback(callback)
    # A region that is the language's default, such as fr-fr, has no voice of its own.
    plain, plus, variant = code.partition("+")
    names = (code, f"{plain.partition('-')[0]}{plus}{variant}")
    if all(library.espeak_SetVoiceByName(name.encode()) for name in names):
        sys.exit(f"espeak-ng has no voice {code}")
    library.espeak_SetParameter(_RATE, int(words_a_minute), 0)
    out.write(f"{rate}\n".encode())
    text = sys.stdin.buffer.read()
    size = ctypes.c_size_t(len(text) + 1)
    library.espeak_Synth(text, size, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None)
    library.espeak_Synchronize()


if __name__ == "__main__":
    main()
