"""What a pipeline stands on: verdicts, and an error that lists what is not good enough."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_reports import REAL, a_bad_line, a_report, write

from nemodub_nb import conformance, reporting
from nemodub_nb.project import BadInputError

figures = st.one_of(
    st.floats(),
    st.integers(),
    st.none(),
    st.booleans(),
    st.sampled_from(["", "1", "fast"]),
    st.lists(st.integers(), max_size=2),
)
lines = st.lists(
    st.dictionaries(
        st.sampled_from(["onset_error_s", "stretch", "overflow_s", "overlap_s", "numbers_kept", "start_s", "end_s",
                         "source_start_s", "source_end_s", "slot_s", "wer", "words_cut"]),
        figures,
    ),
    max_size=6,
)  # fmt: skip


def test_the_sample_is_good(good_folder):
    report = reporting.report(good_folder)
    assert report.verdict == "good"
    report.require("good")
    assert report.below("good").empty
    assert set(report.checks["metric"]) >= {
        "onset_error",
        "stretch",
        "fill",
        "overflow",
        "overlap",
        "numbers",
        "loudness",
        "true_peak",
    }


def test_one_bad_line_makes_its_clip_bad_and_the_error_says_which(mixed_folder):
    report = reporting.report(mixed_folder)
    assert report.verdict == "bad"
    assert report.clips.set_index("clip")["verdict"].to_dict() == {
        "explainer.mp4": "good",
        "second.mp4": "bad",
    }
    with pytest.raises(reporting.BelowLevelError, match=r"second\.mp4 es: .*overflow") as caught:
        report.require("look")
    assert set(caught.value.checks["clip"]) == {"second.mp4"}
    assert isinstance(caught.value, AssertionError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_what_is_worth_a_look_passes_for_those_who_accept_it(tmp_path):
    made = a_report()
    made["measured"]["loudness_lufs"] = -14.5
    report = reporting.report([write(tmp_path, made)])
    assert report.verdict == "look"
    report.require("look")
    with pytest.raises(reporting.BelowLevelError, match=r"loudness 1\.5 \(should be within 1 LU\)"):
        report.require("good")
    with pytest.raises(BadInputError):
        report.require("perfect")


def test_another_loudness_target_is_judged_by_itself():
    measured = {"loudness_lufs": -23.4, "loudness_target_lufs": -23.0}
    assert conformance.judge([], measured) == [conformance.Judged("loudness", -0.4, "good")]


def test_a_dub_of_which_nothing_was_measured_is_never_called_good(tmp_path):
    made = a_report()
    made["measured"], made["segments"] = {}, [{"start_s": 0, "end_s": 1, "text": "Hola"}]
    report = reporting.report([write(tmp_path, made)])
    assert report.verdict is None
    with pytest.raises(reporting.BelowLevelError, match="was not measured"):
        report.require("look")


def test_an_error_that_adds_up_over_a_clip_is_found_though_each_line_is_within_its_limit():
    drifting = [{"onset_error_s": 0.19 * number / 99} for number in range(100)]
    verdicts = {one.metric: one.verdict for one in conformance.judge(drifting, {})}
    assert verdicts == {"onset_error": "good", "drift": "look"}


@pytest.mark.parametrize(
    ("change", "metric", "verdict"),
    [
        ({"onset_error_s": 0.2}, "onset_error", "good"),
        ({"onset_error_s": -0.3}, "onset_error", "look"),
        ({"onset_error_s": 0.6}, "onset_error", "bad"),
        ({"stretch": 1.15}, "stretch", "good"),
        ({"stretch": 1.16}, "stretch", "bad"),
        ({"stretch": 1.3}, "stretch_most", "good"),
        ({"stretch": 1.31}, "stretch_most", "look"),
        ({"overlap_s": 0.05}, "overlap", "bad"),
        ({"numbers_kept": False}, "numbers", "bad"),
        ({"words_cut": 1}, "words_cut", "bad"),
        ({"wer": 0.2}, "wer", "good"),
        ({"wer": 0.3}, "wer", "look"),
    ],
)
def test_each_metric_is_judged_by_its_target(change, metric, verdict):
    judged = conformance.judge([line | change for line in REAL["es"]["segments"]], {})
    assert {one.metric: one.verdict for one in judged}[metric] == verdict


@given(
    lines,
    st.dictionaries(
        st.sampled_from(["loudness_lufs", "true_peak_dbtp", "wer", "speech_overlap"]), figures, max_size=3
    ),
)
def test_whatever_a_report_holds_it_is_judged_or_left_out(rows, measured):
    for one in conformance.judge(rows, measured):
        assert one.value == one.value
        assert one.verdict in conformance.VERDICTS


@given(st.sampled_from(conformance.METRICS), st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_good_is_never_outside_of_what_is_worth_a_look(metric, value):
    if metric.verdict(value) == "good":
        assert metric.look[0] - 1e-9 <= value <= metric.look[1] + 1e-9


def test_a_dub_is_judged_by_the_limits_that_it_was_fitted_to():
    thresholds = pytest.importorskip("nemodub_nb.local.engine.thresholds")
    for name in (
        "CLEAN_STRETCH",
        "FILL_LOW",
        "FLAGGED_STRETCH",
        "LOUDNESS_LUFS",
        "ONSET_ERROR_S",
        "TRUE_PEAK_DBTP",
    ):
        assert getattr(conformance, name) == getattr(thresholds, name)
    assert conformance.ROUNDING_S == thresholds.OVERFLOW_S


def test_the_worst_of_several_clips_stands_for_a_language(tmp_path):
    paths = [
        write(tmp_path, a_report("es", f"{number}.mp4", stretch=stretch))
        for number, stretch in enumerate((1.0, 1.29, 1.1))
    ]
    targets = reporting.report(paths).targets().set_index("metric")
    assert targets.index.is_unique
    assert (targets.loc["stretch_most", "value"], targets.loc["stretch_most", "clip"]) == (1.29, "1.mp4")
    assert targets.loc["stretch", "value"] == 0
    assert list(targets.index) == [
        metric.name for metric in conformance.METRICS if metric.name in targets.index
    ]


def test_two_runs_are_compared_line_by_line(tmp_path):
    before = reporting.report(
        [write(tmp_path / "a", a_bad_line(a_report())), write(tmp_path / "a", a_report("fr"))]
    )
    after = reporting.report(
        [write(tmp_path / "b", a_report()), write(tmp_path / "b", a_bad_line(a_report("fr"), 4))]
    )
    found = reporting.compare(before, after, names=("cloud", "local"))
    changed = found.lines[found.lines["outcome"] != "same"].set_index("language")
    assert changed["outcome"].to_dict() == {"es": "better", "fr": "worse"}
    assert changed.loc["fr", "line"] == 4
    assert changed.loc["fr", "stretch_delta"] == pytest.approx(
        changed.loc["fr", "stretch_b"] - changed.loc["fr", "stretch_a"]
    )
    assert found.verdict == "mixed"
    assert found.summary.set_index("language").loc["es", ["lines", "better", "worse", "same"]].tolist() == [
        6,
        1,
        0,
        5,
    ]
    page = found.to_html(tmp_path / "c.html").read_text("utf-8")
    assert "local against cloud" in page
    assert {"better", "worse"} <= set(found.checks["outcome"])


def test_a_run_against_itself_is_the_same(mixed_folder):
    found = reporting.compare(mixed_folder, mixed_folder)
    assert found.verdict == "same"
    assert set(found.lines["outcome"]) == {"same"}


def test_what_is_only_in_one_of_two_runs_is_said_and_nothing_is_doubled(tmp_path):
    a = reporting.report([write(tmp_path / "a", a_report()), write(tmp_path / "a", a_report("de"))])
    b = reporting.report([write(tmp_path / "b", a_report()), write(tmp_path / "b", a_report("it"))])
    found = reporting.compare(a, b)
    assert found.lines["outcome"].value_counts().to_dict() == {"same": 6, "only a": 6, "only b": 6}
    assert len(found.exports) == 3
    assert reporting.compare(a, reporting.report([])).lines["outcome"].unique().tolist() == ["only a"]
