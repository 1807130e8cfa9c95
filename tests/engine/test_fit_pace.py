"""The pace of a voice: foreseen by engine and language, learnt from what it was heard to take, never changing what was spoken."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.fitting import Pace, calibrated, characters, usual_pace
from nemodub_nb.local.engine.fit import Paces, pace_for
from nemodub_nb.local.engine.fit.speaking import Speaking
from nemodub_nb.local.engine.speak import Voice, VoicePool
from nemodub_nb.local.engine.speak.voices import candidates
from nemodub_nb.local.engine.steps import Steps

USUAL = usual_pace("kokoro", "es")
ROBOT = Voice("espeak:es", "es", "espeak", "robotic", None, "es")
LINES = (
    "Hola.",
    "Muchas gracias a todos.",
    "Primero, abre el archivo.",
    "Es rápido, es sencillo y funciona en cualquier navegador.",
    "En 2024 vendimos 1350 unidades en 12 países, un 25 % más que en 2023.",
    "El último dueño de aquella finca fue un hombre soltero que vivió hasta una edad muy avanzada.",
    "Durante muchas generaciones habían vivido de una manera tan respetable que se ganaron la buena opinión general.",
)


def heard_at(pace: Pace, seed: int, count: int, noise: float = 0.08) -> list[tuple[float, float]]:
    rng = random.Random(seed)
    sizes = [rng.uniform(8, 110) for _ in range(count)]
    return [(n, (pace.overhead_s + n / pace.characters_per_s) * rng.lognormvariate(0, noise)) for n in sizes]


def test_what_is_written_short_and_read_long_counts_for_what_is_read() -> None:
    assert characters("20 %") > 2 * len("20 %")
    assert characters("Sí, claro") > characters("Sí claro")
    assert characters("  a  b ") == characters("a b")


@pytest.mark.parametrize("seed", range(5))
def test_a_voice_that_was_heard_often_is_known(seed) -> None:
    true = Pace(14.0, 0.4)
    found = calibrated(USUAL, heard_at(true, seed, 120))
    for text in LINES:
        assert found.seconds(text) == pytest.approx(true.seconds(text), rel=0.10, abs=0.1)
    assert found.heard == 120


@pytest.mark.parametrize("seed", range(5))
def test_a_few_odd_lines_do_not_matter(seed) -> None:
    lines = heard_at(USUAL, seed, 60)
    odd = [
        (count, 5 * seconds) if i % 8 == 0 else (count, seconds) for i, (count, seconds) in enumerate(lines)
    ]
    assert calibrated(USUAL, odd).seconds(LINES[3]) == pytest.approx(USUAL.seconds(LINES[3]), rel=0.1)


def test_little_was_heard_and_little_is_concluded() -> None:
    assert calibrated(USUAL, [(10, 9.0)] * 3) == USUAL
    assert calibrated(USUAL, [(50, 50 / 12)] * 4).characters_per_s > (USUAL.characters_per_s + 12) / 2


@given(st.lists(st.tuples(st.floats(0.5, 300), st.floats(0.05, 60)), max_size=30))
def test_whatever_was_heard_a_pace_stays_one_of_a_voice(heard) -> None:
    found = calibrated(USUAL, heard)
    assert USUAL.characters_per_s / 2 - 0.01 <= found.characters_per_s <= USUAL.characters_per_s * 2 + 0.01
    assert 0 <= found.overhead_s <= 0.8


@given(st.text(max_size=200), st.floats(0.5, 2), st.floats(0, 30))
def test_a_budget_is_what_fits(text, rate, seconds) -> None:
    if USUAL.budget(seconds, rate) >= characters(text) > 0:
        assert USUAL.seconds(text, rate) <= seconds + 1e-6


def test_a_voice_that_does_less_than_it_is_asked_is_asked_for_more() -> None:
    assert USUAL.speed(1.2) > 1.2
    assert USUAL.speed(1.0) == 1.0
    assert usual_pace("espeak", "es").speed(1.2) == pytest.approx(1.2)
    assert USUAL.speed(2.0) == 2.0


def test_what_was_heard_is_remembered_and_only_the_newest(tmp_path) -> None:
    paces = Paces(tmp_path)
    before = paces.of(ROBOT)
    for number in range(300):
        paces.hear(ROBOT, "x" * (20 + number % 60), 1.0, (20 + number % 60) / 12)
    assert paces.of(ROBOT) == before, "nothing counts before it is kept"
    paces.keep()
    after = Paces(tmp_path).of(ROBOT)
    assert after.heard == 200
    assert after.characters_per_s == pytest.approx(12, rel=0.05)
    other = next(voice for voice in candidates("fr") if voice.engine == "espeak")
    assert Paces(tmp_path).of(other).heard == 0


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"heard": [[1]]}', '{"heard": [["a", 1]]}', '{"heard": 3}']
)
def test_a_damaged_file_remembers_nothing(tmp_path, damage) -> None:
    paces = Paces(tmp_path)
    paces.hear(ROBOT, "hola", 1.0, 1.0)
    paces.keep()
    (file,) = (tmp_path / "paces").glob("*.json")
    file.write_text(damage)
    assert Paces(tmp_path).of(ROBOT).heard == 0


def test_a_folder_that_cannot_be_written_costs_the_memory_and_not_the_dub(tmp_path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    paces = Paces(home)
    paces.hear(ROBOT, "hola", 1.0, 1.0)
    paces.keep()


def test_a_clip_is_budgeted_alike_for_ever_and_the_next_clip_by_what_was_learnt(tmp_path) -> None:
    paces, steps = Paces(tmp_path), Steps(tmp_path / "cache")
    first = pace_for(ROBOT, "clip one", paces, steps)
    for _ in range(40):
        paces.hear(ROBOT, LINES[3], 1.0, 2 * first.seconds(LINES[3]))
    paces.keep()
    assert pace_for(ROBOT, "clip one", Paces(tmp_path), steps) == first
    assert pace_for(ROBOT, "clip two", Paces(tmp_path), steps).characters_per_s < first.characters_per_s


@pytest.mark.engine
def test_the_same_lines_again_are_not_spoken_again_whatever_was_learnt(tmp_path) -> None:
    """And after one dub, the voice is known better than by what is usual."""
    needed = [(text, 0.055 * len(text) + 0.1) for text in LINES]
    with VoicePool(tmp_path / "models") as voices:

        def speak(clip: str) -> tuple[list[float], int]:
            steps, paces = Steps(tmp_path / "cache"), Paces(tmp_path)
            speaking = Speaking(clip, 1.0, voices, steps, paces)
            rates = [speaking.line(text, slot_s, slot_s, ROBOT).rate for text, slot_s in needed]
            paces.keep()
            return rates, steps.computed

        rates, computed = speak("clip")
        assert computed > len(LINES)  # the pace is a step too
        for _ in range(2):
            assert speak("clip") == (rates, 0)
        lengths = {}
        for text in LINES:
            again = Speaking("c", 1.0, voices, Steps(tmp_path / "cache"), Paces(tmp_path))
            lengths[text] = (recording := again.line(text, 99, 0.1, ROBOT)).duration_s * recording.rate
    pace = Paces(tmp_path).of(ROBOT)
    errors = [abs(pace.seconds(text) / length - 1) for text, length in lengths.items()]
    assert statistics.median(errors) < 0.10
