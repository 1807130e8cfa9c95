"""What espeak-ng promises: the same text always sounds the same."""

from __future__ import annotations

import numpy as np
import pytest

from nemodub_nb.local.engine.speak import espeak

pytest.importorskip("espeakng_loader")


def test_a_text_sounds_the_same_whatever_was_spoken_before():
    first, rate = espeak.speak("El tren rojo abre a las 3.", "es", 1.0)
    espeak.speak("Le vieux pont a 40 ans.", "fr-fr", 1.3)
    again, _ = espeak.speak("El tren rojo abre a las 3.", "es", 1.0)
    assert rate > 16_000
    assert 1.0 < len(first) / rate < 3.0
    assert np.array_equal(first, again)
    faster, _ = espeak.speak("El tren rojo abre a las 3.", "es", 1.3)
    assert len(faster) < 0.85 * len(first)


def test_a_language_without_a_voice_is_said():
    with pytest.raises(ValueError, match="espeak-ng has no voice xx"):
        espeak.speak("Hello", "xx", 1.0)
