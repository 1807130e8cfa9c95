"""Every word of a conversation goes to the one who says it, also where nobody pauses between two people."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.speakers.turns import LOOK_STEP_S, Look, by_turns, looks, voices, whose
from nemodub_nb.local.engine.translate.sentences import sentences
from nemodub_nb.spoken_lines import Word

WORD_S = 0.3
PEOPLE = np.sqrt(0.25) * np.eye(256, dtype=np.float32)[:3]
PEOPLE[:, 3] = np.sqrt(0.75)
"""As alike as two women on the telephone: a cosine of 0.75."""
APART = np.eye(256, dtype=np.float32)[:2]
SPREAD = 0.8
"""So alike are two moments of one person."""


def _conversation(turns: list[tuple[int, int]]) -> tuple[list[Word], list[int]]:
    """Words without a full stop or a pause, and who says each; a turn is (person, words)."""
    said = [person for person, count in turns for _ in range(count)]
    return [Word(n * WORD_S, (n + 1) * WORD_S, f" word{n}") for n in range(len(said))], said


def _heard(
    words: list[Word], said: list[int], speech: list[tuple[float, float]]
) -> tuple[list[Look], np.ndarray]:
    """Where it is asked and what is heard there: a mixture of those who speak in each stretch, with some noise."""
    asked = looks(speech)
    random = np.random.default_rng(0)
    vectors = []
    for look in asked:
        shares = np.zeros(3)
        for word, person in zip(words, said, strict=True):
            shares[person] += max(0.0, min(word.end_s, look.end_s) - max(word.start_s, look.start_s))
        vectors.append(shares @ PEOPLE / shares.sum() + random.normal(0, 0.01, 256))
    found = np.array(vectors, np.float32)
    return asked, found / np.linalg.norm(found, axis=1, keepdims=True)


turns_of_two_seconds = st.lists(st.tuples(st.integers(0, 2), st.integers(7, 20)), min_size=1, max_size=8)


@given(turns_of_two_seconds)
@settings(max_examples=40, deadline=None)
def test_words_go_to_the_one_who_says_them(turns):
    words, said = _conversation(turns)
    asked, vectors = _heard(words, said, [(0.0, words[-1].end_s)])
    order = list(dict.fromkeys(said))
    found = whose(words, asked, vectors, PEOPLE[order])
    wrong = sum(order[one] != other for one, other in zip(found, said, strict=True))
    changes = sum(one != other for one, other in pairwise(said))
    # What is listened to is longer than a word: a change may be a word off, no more.
    assert wrong <= changes
    assert sum(one != other for one, other in pairwise(found)) == changes


@given(turns_of_two_seconds)
@settings(max_examples=40, deadline=None)
def test_no_line_is_two_peoples_and_no_word_is_lost(turns):
    words, said = _conversation(turns)
    lines = by_turns(words, said, [(words[0].start_s, words[-1].end_s)])
    assert " ".join(line.text for line in lines).split() == [word.text.strip() for word in words]
    told = [name for line in lines for name in [line.speaker] * len(line.text.split())]
    assert told == [f"Speaker {person + 1}" for person in said]


def test_a_turn_begins_where_the_sentence_does_rather_than_a_word_away():
    words, said = _conversation([(0, 8), (1, 8)])
    asked, vectors = _heard(words, said, [(0.0, words[-1].end_s)])
    for stop in (6, 7, 8):
        told = [Word(w.start_s, w.end_s, w.text + "." * (n == stop)) for n, w in enumerate(words)]
        assert whose(told, asked, vectors, PEOPLE[:2]).index(1) == stop + 1


def _moments(*people: tuple[int, int], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    own = np.repeat([person for person, _ in people], [count for _, count in people])
    away = random.normal(0, 1, (len(own), 256)).astype(np.float32)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    found = np.sqrt(SPREAD) * APART[own] + np.sqrt(1 - SPREAD) * away
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(
    ("people", "count"),
    [
        (((0, 20),), 1),
        (((0, 20), (1, 8)), 2),
        (((0, 20), (1, 3)), 1),
        (((0, 400), (1, 6)), 1),
        (((0, 2),), 1),
    ],
)
def test_a_voice_is_one_that_says_enough(people, count):
    assert len(voices(_moments(*people))) == count


def test_nobody_is_heard_where_nothing_was_listened_to():
    assert len(voices(np.zeros((0, 256), np.float32))) == 0


def test_all_speech_is_asked_about():
    asked = looks([(3.0, 3.1), (5.0, 7.0)])
    assert [look.at_s for look in asked] == pytest.approx([3.0, *(5.0 + n * LOOK_STEP_S for n in range(5))])


def test_a_word_between_pauses_is_told_by_its_own_sound():
    """What is listened to is longer than an interjection; its neighbours must not drown it."""
    before = [Word(n * WORD_S, (n + 1) * WORD_S, " word") for n in range(10)]
    after = [Word(w.start_s + 3.8, w.end_s + 3.8, w.text) for w in before]
    words = [*before, Word(3.2, 3.6, " Yes."), *after]
    said = [0] * 10 + [1] + [0] * 10
    asked, vectors = _heard(words, said, [(0.0, 3.0), (3.2, 3.6), (3.8, 6.8)])
    assert whose(words, asked, vectors, PEOPLE[:2]) == said


def test_a_word_that_is_heard_to_begin_in_a_pause_belongs_to_what_follows():
    words, said = _conversation([(0, 8), (1, 8)])
    pause_s = 1.5
    late = [*words[:8], *(Word(w.start_s + pause_s, w.end_s + pause_s, w.text) for w in words[8:])]
    speech = [(0.0, words[7].end_s), (late[8].start_s, late[-1].end_s)]
    asked, vectors = _heard(late, said, speech)
    late[8] = Word(words[8].start_s, late[8].end_s, late[8].text)
    assert whose(late, asked, vectors, PEOPLE[:2]) == said


def test_what_two_people_say_is_never_translated_as_one_sentence():
    lines = [Line(0, 0.0, 1.0, "And you are", "Anna"), Line(1, 1.0, 2.0, "from Chicago.", "Bob")]
    assert [one.text for one in sentences(lines)] == ["And you are", "from Chicago."]
    same = [Line(line.index, line.start_s, line.end_s, line.text, "Anna") for line in lines]
    assert [one.text for one in sentences(same)] == ["And you are from Chicago."]
