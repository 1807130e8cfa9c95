"""Lines are spoken side by side by processes that may die without harm."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import wave

import psutil
import pytest

from nemodub_nb.local.engine.errors import NoVoiceError
from nemodub_nb.local.engine.speak import SpeakRequest, SpeechError, Voice, VoicePool, choose
from nemodub_nb.local.engine.speak.kokoro import KokoroVoices
from nemodub_nb.local.engine.weights import find


@pytest.fixture
def pool(tmp_path):
    with VoicePool(tmp_path / "models", workers=2) as made:
        yield made


def _request(tmp_path, text="Buenos días a todos.", name="line.wav", speed=1.0, language="es"):
    return SpeakRequest(text, choose(language, "fast", tmp_path / "models"), tmp_path / name, speed)


def _seconds(path):
    with wave.open(str(path)) as file:
        return file.getnframes() / file.getframerate()


def test_a_line_is_spoken_into_a_wav_of_its_own_length(pool, tmp_path):
    spoken = pool.speak(_request(tmp_path)).result(60)
    assert spoken.path == tmp_path / "line.wav"
    assert spoken.duration_s == pytest.approx(_seconds(spoken.path))
    assert 0.5 < spoken.duration_s < 4


def test_the_same_line_takes_the_same_time(pool, tmp_path):
    lines = [pool.speak(_request(tmp_path, name=name)).result(60).duration_s for name in ("a.wav", "b.wav")]
    assert lines[0] == pytest.approx(lines[1], abs=0.02)


def test_speed_is_the_voices_own_rate(pool, tmp_path):
    text = "Esta frase es bastante larga para medir la velocidad de la voz con cuidado."
    slow, plain, quick = (
        pool.speak(_request(tmp_path, text, f"{speed}.wav", speed)).result(60).duration_s
        for speed in (0.7, 1.0, 1.5)
    )
    assert slow > 1.2 * plain > 1.2 * 1.2 * quick


def test_many_languages_share_the_pool_from_many_threads(pool, tmp_path):
    done = []

    def dub(language):
        lines = [_request(tmp_path, "1 2 3", f"{language}{n}.wav", language=language) for n in range(5)]
        done.extend(future.result(60) for future in [pool.speak(line) for line in lines])

    threads = [threading.Thread(target=dub, args=(tag,)) for tag in ("es", "fr", "de", "it")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({spoken.path for spoken in done}) == 20


def test_a_worker_that_is_killed_is_replaced_and_the_line_spoken(pool, tmp_path):
    pool.speak(_request(tmp_path)).result(60)
    for child in psutil.Process().children():
        if any("speak.worker" in part for part in child.cmdline()):
            child.send_signal(signal.SIGKILL)
    assert pool.speak(_request(tmp_path, name="after.wav")).result(60).duration_s > 0.5


def test_a_line_that_cannot_be_spoken_fails_alone_with_a_sentence(pool, tmp_path):
    bad = pool.speak(_request(tmp_path, text="♪"))
    good = pool.speak(_request(tmp_path, name="good.wav"))
    with pytest.raises(SpeechError, match="could not speak"):
        bad.result(60)
    assert good.result(60).duration_s > 0.5
    missing = Voice("kokoro:ef_dora", "es", "kokoro", "native", "female", "es")
    with pytest.raises(NoVoiceError, match="nemodub models get kokoro"):
        pool.speak(SpeakRequest("Hola.", missing, tmp_path / "x.wav")).result(60)


def test_closing_ends_the_workers_and_cancels_what_waits(tmp_path):
    pool = VoicePool(tmp_path / "models", workers=1)
    futures = [pool.speak(_request(tmp_path, name=f"{n}.wav")) for n in range(30)]
    futures[0].result(60)
    pool.close()
    pool.close()
    assert all(future.done() for future in futures)
    assert futures[-1].cancelled()
    assert not [c for c in psutil.Process().children() if "speak.worker" in " ".join(c.cmdline())]


def test_a_worker_ends_when_its_parent_is_gone():
    process = subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.local.engine.speak.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdin.close()
    began = time.monotonic()
    assert process.wait(20) == 0
    assert time.monotonic() - began < 20
    process.stdout.close()


@pytest.mark.engine
@pytest.mark.usefixtures("home")
def test_kokoro_speaks_german_without_reading_language_marks(tmp_path):
    with VoicePool(tmp_path) as pool:
        voice = choose("de", "best", tmp_path)
        spoken = pool.speak(SpeakRequest("Das Team spart Zeit.", voice, tmp_path / "de.wav")).result(120)
        again = pool.speak(SpeakRequest("Das Team spart Zeit.", voice, tmp_path / "again.wav")).result(120)
    assert 0.8 < spoken.duration_s < 2.5
    assert abs(spoken.duration_s - again.duration_s) < 0.05


@pytest.mark.engine
def test_kokoro_leaves_out_no_short_vowel_of_german(models):
    spoken = KokoroVoices(models / "kokoro")._phonemes("Fünf Mütter müssen Hütten schützen.", "de")
    assert spoken.count("y") == 5


@pytest.mark.engine
def test_kokoro_says_the_long_vowels_of_german_as_a_german_would(models):
    spoken = KokoroVoices(models / "kokoro")._phonemes("Vor dem Tal stellt sie das Restaurant vor.", "de")
    assert spoken.count("oːɾ") == 2
    assert "tˈaːl" in spoken


@pytest.mark.engine
@pytest.mark.usefixtures("home")
def test_a_single_line_has_idle_cores_after_a_rest_and_sounds_as_it_did_beside_others(tmp_path):
    voice = choose("es", "best", tmp_path)

    def speak(pool, name, texts):
        asked = [SpeakRequest(text, voice, tmp_path / f"{name}{n}.wav") for n, text in enumerate(texts)]
        said = [future.result(120) for future in [pool.speak(request) for request in asked]]
        return [spoken.path.read_bytes() for spoken in said]

    both = ["El equipo ahorra tiempo cada semana.", "Hoy vamos a ver cómo funciona."]
    with VoicePool(tmp_path, workers=2) as pool:
        beside = speak(pool, "beside", both)
        (process,) = (
            child for child in psutil.Process().children() if "speak.worker" in str(child.cmdline())
        )
        spoke = {thread.id for thread in process.threads()}
        pool.rest()

        def helped():
            """Speak one line; return the threads that were at work and are none of those that spoke before the rest."""
            before = {thread.id: thread.user_time for thread in process.threads()}
            assert speak(pool, "alone", both[:1]) == beside[:1]
            now = {thread.id: thread.user_time for thread in process.threads() if thread.id not in spoke}
            return {number for number, used_s in now.items() if used_s - before.get(number, 0.0) > 0.1}

        end = time.monotonic() + 60
        while not helped() & helped():  # once alone, it may be what makes the help ready
            assert time.monotonic() < end, "nobody helps"
        assert speak(pool, "again", both) == beside


@pytest.mark.engine
@pytest.mark.usefixtures("home")
def test_a_voice_that_is_warmed_is_loaded_before_its_first_line(tmp_path):
    model_bytes = (find("kokoro", tmp_path) / "kokoro.onnx").stat().st_size
    with VoicePool(tmp_path) as pool:
        pool.warm(choose("es", "best", tmp_path))
        end = time.monotonic() + 60
        while pool.resident_bytes() < model_bytes:
            assert time.monotonic() < end, "the model is not loaded"
            time.sleep(0.02)
