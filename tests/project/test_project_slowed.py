"""A picture slowed where a line does not fit: the exported video seen and heard."""

from __future__ import annotations

import json
import subprocess

import av
import numpy as np
import pytest

from nemodub_nb.project import open_project

pytestmark = pytest.mark.engine

LINES = [
    (1.0, 2.5, "Good morning to all of you.", "Buenos días a todos."),
    (4.0, 5.2, "We begin.", "Empezamos ahora mismo con la primera parte de nuestra larga lección de hoy."),
    (5.4, 6.6, "This is short.", "Esto también es bastante más largo de lo que cabe en este tiempo."),
    (9.0, 10.5, "Thank you.", "Muchas gracias."),
]
CUT_S = 4.6
"""In the middle of the line that is slowed."""
FRAME_S = 1 / 25
RATE = 48_000


@pytest.fixture
def clip(tmp_path):
    """Twelve seconds that grow brighter, without a sound; what is said stands beside them."""
    path = tmp_path / "ramp.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=black:s=160x90:r=25:d=12,geq=lum='16+T*18':cb=128:cr=128",
         "-f", "lavfi", "-i", "anullsrc=r=48000:d=12", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", path],
        check=True,
    )  # fmt: skip
    srt = [f"{n}\n00:00:0{a:.3f} --> 00:00:{b:06.3f}\n{said}\n" for n, (a, b, said, _) in enumerate(LINES, 1)]
    path.with_suffix(".srt").write_text("\n".join(srt).replace(".000 -->", ",000 -->"))
    rows = [f'"{said}","{target}",en,es' for _, _, said, target in LINES]
    head = "source,target,source_language,target_language"
    (tmp_path / "memory.csv").write_text("\n".join([head, *rows]))
    return path


def brightness(path):
    with av.open(str(path)) as container:
        return np.array([(f.time, f.to_ndarray(format="gray").mean()) for f in container.decode(video=0)])


def voice_after(path, at_s):
    """Return when something is heard after a moment."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        pieces = [out.to_ndarray()[0] for f in container.decode(audio=0) for out in resampler.resample(f)]
    sound = np.abs(np.concatenate(pieces))
    return at_s + float(np.argmax(sound[round(at_s * RATE) :] > 0.02)) / RATE


def test_the_picture_waits_for_the_line_and_everything_after_it_comes_later(clip, home, tmp_path):
    with open_project("slowed", backend="local", home=home) as project:
        project.upload(clip, show=False)
        options = {"source": "en", "memory": tmp_path / "memory.csv", "fast": True, "original": "keep"}
        reply = project.dub("es", slow_video=True, show=False, **options)
        assert "the picture is slowed" in reply.text
        table = project.timeline()
        dub = table[table.role == "dub"].reset_index(drop=True)
        assert list(dub.slow > 1) == [False, True, False, False]
        assert not (dub.overflow_s > 0.02).any()
        longer_s = (dub.end_s[1] - dub.start_s[1]) * (dub.slow[1] - 1)
        exports = project.export(to=tmp_path / "out", show=False)
        refused = project.export(to=tmp_path / "out", together=True, show=False).failed
        assert "Export one file a language" in str(refused)
        (made,) = project.check(exports, show=False)
        project.ask(f"Cut the first {CUT_S} seconds.", show=False)
        (cut,) = project.check(project.export(to=tmp_path / "cut", show=False), show=False)
    seen = brightness(made.video)
    assert seen[-1, 0] + FRAME_S == pytest.approx(12 + longer_s, abs=2 * FRAME_S)
    own = brightness(clip)
    middle_s = dub.start_s[1] + 0.5
    for at_s, source_s in (
        (2.0, 2.0),
        (dub.start_s[1] + 0.5 * dub.slow[1], middle_s),
        (9.0 + longer_s, 9.0),
        (11.0 + longer_s, 11.0),
    ):
        expected = np.interp(source_s, own[:, 0], own[:, 1])
        assert np.interp(at_s, seen[:, 0], seen[:, 1]) == pytest.approx(expected, abs=18 * 2 * FRAME_S)
    thanks_s = dub.start_s[3] + longer_s
    assert voice_after(made.video, thanks_s - 0.2) == pytest.approx(thanks_s, abs=0.1)
    srt = next(path for path in made.subtitles if path.suffix == ".srt").read_text()
    shown = f"00:00:{thanks_s:06.3f}".replace(".", ",")
    assert shown[:-1] in srt
    rows = json.loads(made.report.read_text())["segments"]
    assert [row["slow"] > 1 for row in rows] == list(dub.slow > 1)
    assert rows[3]["onset_heard_s"] == pytest.approx(0, abs=0.2)
    assert made.measured["length_error_frames"] == pytest.approx(0, abs=1)
    assert not any(row["words_cut"] for row in rows)
    left_s = 12 - CUT_S + (dub.end_s[1] - CUT_S) * (dub.slow[1] - 1)
    assert cut.measured["video_s"] == pytest.approx(left_s, abs=2 * FRAME_S)
    assert cut.measured["length_error_frames"] == pytest.approx(0, abs=1), (
        "what is left of a line is slowed too"
    )
    assert json.loads(cut.report.read_text())["segments"][-1]["onset_heard_s"] == pytest.approx(0, abs=0.2)
