"""What a pipeline reads: tables whose columns and types never change."""

from __future__ import annotations

import json
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from real_reports import HOSTILE, a_report, write

from nemodub_nb import reporting
from nemodub_nb.project import BadInputError, Export, Exports

NAMES = ("segments", "languages", "clips", "exports", "checks", "ledger")


def assert_promised(report):
    for name in NAMES:
        assert {
            column: str(dtype) for column, dtype in getattr(report, name).dtypes.items()
        } == reporting.dtypes(name)


def batch_rows(*rows):
    return pd.DataFrame([{"clip": "explainer", "language": "es", "status": "done"} | row for row in rows])


def test_a_folder_of_exports_becomes_one_row_a_line_language_clip_and_video(good_folder):
    report = reporting.report(good_folder)
    assert_promised(report)
    assert (len(report.segments), len(report.languages), len(report.clips), len(report.exports)) == (
        12,
        2,
        1,
        2,
    )
    clip = report.clips.iloc[0]
    assert (clip["clip"], clip["languages"], clip["made"], clip["failed"]) == ("explainer.mp4", 2, 2, 0)
    assert (clip["lines"], clip["good"], clip["look"], clip["bad"]) == (12, 12, 0, 0)
    assert report.exports["video"].tolist() == [
        str(good_folder / f"explainer.{tag}.mp4") for tag in ("es", "fr")
    ]
    assert report.languages["name"].tolist() == ["Spanish", "French"]
    assert report.exports["loudness_lufs"].between(-17, -15).all()


def test_every_column_is_documented():
    for name in NAMES:
        described = reporting.describe(name)
        assert described["meaning"].str.len().min() > 3
        assert described["column"].is_unique


def test_what_each_line_lost_is_a_column(tmp_path):
    report = a_report("es")
    report["segments"][0].update(names_kept=False, glossary_kept=None, lost=["NemoVideo", "line of time"])
    report["segments"][1].update(names_kept=True, glossary_kept=False, lost=[])
    write(tmp_path, report)
    told = reporting.report(tmp_path).segments
    assert told["lost"].isna().tolist() == [False] + [True] * (len(told) - 1)
    assert told["lost"][0] == "NemoVideo, line of time"
    assert told["names_kept"].tolist()[:2] == [False, True]
    assert told["glossary_kept"].isna().tolist()[:2] == [True, False]


def test_two_formats_of_one_language_are_two_videos(tmp_path):
    for ending in ("mp4", "webm"):
        report = a_report("es")
        report["outputs"]["video"] = f"explainer.es.{ending}"
        write(tmp_path, report, "explainer.es" if ending == "mp4" else f"explainer.es.{ending}")
    (tmp_path / "explainer.fr.m4a.report.json").write_text("{")
    told = reporting.report(tmp_path)
    assert told.exports[["clip", "language"]].to_numpy().tolist() == [
        ["explainer.mp4", "es"],
        ["explainer.mp4 (webm)", "es"],
        ["explainer", "fr"],
    ]
    assert not told.checks.duplicated(["clip", "language", "metric"]).any()
    assert told.exports["video"].str.endswith(".webm").tolist() == [False, True, pd.NA]


def test_a_folder_without_reports_and_a_path_that_is_none_are_told(tmp_path):
    with pytest.raises(BadInputError, match=r"\.report\.json"):
        reporting.report(tmp_path)
    with pytest.raises(BadInputError, match="not a folder"):
        reporting.report(tmp_path / "nowhere")
    with pytest.raises(BadInputError, match="int cannot be reported on"):
        reporting.report(3)


def test_a_report_of_nothing_has_all_its_columns_and_passes_nowhere(tmp_path):
    report = reporting.report([])
    assert_promised(report)
    assert report.verdict is None
    with pytest.raises(reporting.BelowLevelError, match="Nothing was made"):
        report.require("look")
    report.to_html(tmp_path / "empty.html")
    report.to_excel(tmp_path / "empty.xlsx")
    report.to_parquet(tmp_path)
    assert "0 of 0" in (tmp_path / "empty.html").read_text("utf-8")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"segments": 3, "outputs": [], "measured": "x"}',
                b'{"segments": [1, null, {}, {"stretch": "fast", "flags": 3, "index": "x", "start_s": 1e999, "numbers_kept": "yes"}]}',
                b"[" * 100_000, b'{"duration_s": ' + b"9" * 400 + b', "segments": [{"stretch": ' + b"9" * 400 + b"}]}"]
)  # fmt: skip
def test_a_report_that_is_none_fails_alone_and_never_stops_the_others(good_folder, content):
    (good_folder / "broken.de.report.json").write_bytes(content)
    report = reporting.report(good_folder)
    assert_promised(report)
    assert len(report.exports) == 3
    assert (report.exports["verdict"] == "good").sum() == 2
    with pytest.raises(reporting.BelowLevelError):
        report.require("look")


def test_a_file_beside_a_report_is_never_looked_for_elsewhere(tmp_path):
    made = a_report()
    made["outputs"] = {"video": "../../etc/passwd", "subtitles": ["/etc/shadow", "..", 3, "C:\\x\\a.srt"]}
    report = reporting.report([write(tmp_path, made, "x.es")])
    assert report.exports["video"][0] == str(tmp_path / "passwd")
    assert report.exports["subtitles"][0].split("\n") == [str(tmp_path / "shadow"), str(tmp_path / "a.srt")]


def test_clips_of_one_name_in_two_folders_are_told_apart(tmp_path):
    for folder in ("monday", "tuesday"):
        write(tmp_path / folder, a_report())
    assert reporting.report(tmp_path).clips["clip"].tolist() == [
        "monday/explainer.mp4",
        "tuesday/explainer.mp4",
    ]


def test_what_an_export_returned_can_be_reported_on_with_what_failed(good_folder):
    path = good_folder / "explainer.es.report.json"
    one = Export("explainer.mp4", "es", good_folder / "explainer.es.mp4", (), path, 1)
    report = reporting.report(Exports((one,), {"de": "No voice speaks German here."}))
    assert report.exports["status"].tolist() == ["done", "failed"]
    assert report.clips["failed"].tolist() == [1]


def test_a_batch_is_reported_on_with_its_costs_its_failures_and_what_was_left(good_folder):
    rows = batch_rows(
        {"report": str(good_folder / "explainer.es.report.json"), "seconds": 33.0, "cost": 2.0, "backend": "cloud",
         "finished": pd.Timestamp("2026-01-05 09:00", tz="UTC")},
        {"language": "fr", "status": "failed", "error": "No voice.", "advice": "Get one.", "seconds": 1.0},
        {"language": "de", "status": "skipped", "error": "The budget is used up."},
        {"language": "it", "status": "queued"},
    )  # fmt: skip
    report = reporting.report(rows)
    assert_promised(report)
    assert report.languages.set_index("language")["seconds_per_minute"]["es"] == pytest.approx(
        33 / 33.033 * 60, rel=1e-3
    )
    assert report.languages.set_index("language")["cost_per_minute"]["es"] == pytest.approx(
        2 / 33.033 * 60, rel=1e-3
    )
    assert (report.clips["made"][0], report.clips["failed"][0]) == (1, 2)
    made = report.checks[report.checks["metric"] == "made"]
    assert set(made["language"]) == {"fr", "de", "it"}
    assert report.ledger["step"].tolist() == ["Dub explainer into es", "Dub explainer into fr (failed)"]


def test_the_folder_of_a_batch_tells_what_failed_and_may_have_been_moved(good_folder):
    rows = batch_rows(
        {"report": "/gone/explainer.es.report.json", "output": "/gone/explainer.es.mp4"},
        {"clip": "null", "language": "nan", "status": "failed", "error": "x"},
    )
    rows.to_csv(good_folder / "batch.csv", index=False)
    (good_folder / "explainer.es.mp4").touch()
    report = reporting.report(good_folder)
    assert report.exports["report"][0] == str(good_folder / "explainer.es.report.json")
    assert report.exports["video"][0] == str(good_folder / "explainer.es.mp4")
    assert (len(report.segments), report.verdict) == (6, "bad")
    assert report.exports[["clip", "language"]].to_numpy().tolist() == [["explainer", "es"], ["null", "nan"]]


def test_a_batch_whose_report_cannot_be_read_here_is_not_measured(tmp_path):
    report = reporting.report(batch_rows({"report": str(tmp_path / "gone.report.json")}))
    assert report.exports["status"].tolist() == ["done"]
    assert "cannot be read" in report.exports["error"][0]
    with pytest.raises(reporting.BelowLevelError, match="not measured"):
        report.require("look")


def test_a_table_that_is_no_batch_is_told(tmp_path):
    with pytest.raises(BadInputError, match="no column language"):
        reporting.report(pd.DataFrame({"clip": ["x"], "status": ["done"]}))
    (tmp_path / "x.csv").write_bytes(b"")
    with pytest.raises(BadInputError, match="no table"):
        reporting.report(tmp_path / "x.csv")


def test_parquet_comes_back_with_the_promised_types_in_pandas_and_duckdb(mixed_folder, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    report = reporting.report(mixed_folder)
    files = report.to_parquet(tmp_path / "tables")
    for name, path in files.items():
        back = pd.read_parquet(path)
        assert {column: str(dtype) for column, dtype in back.dtypes.items()} == reporting.dtypes(name)
        pd.testing.assert_frame_equal(back, getattr(report, name), check_dtype=False)
    asked = duckdb.read_parquet(str(files["segments"]))
    types = dict(zip(asked.columns, map(str, asked.types), strict=True))
    assert (types["text"], types["line"], types["stretch"], types["numbers_kept"]) == (
        "VARCHAR",
        "BIGINT",
        "DOUBLE",
        "BOOLEAN",
    )
    ledger = duckdb.read_parquet(str(files["ledger"]))
    assert str(ledger.types[ledger.columns.index("when")]).startswith("TIMESTAMP")
    found = duckdb.sql("SELECT clip, count(*) FROM asked WHERE verdict = 'bad' GROUP BY clip").fetchall()
    assert found == [("second.mp4", 2)]


def test_empty_parquet_keeps_its_types_too(tmp_path):
    for name, path in reporting.report([]).to_parquet(tmp_path).items():
        back = pd.read_parquet(path)
        assert {column: str(dtype) for column, dtype in back.dtypes.items()} == reporting.dtypes(name)


def test_csv_comes_back_as_it_was(mixed_folder, tmp_path):
    report = reporting.report(mixed_folder)
    files = report.to_csv(tmp_path / "tables")
    back = pd.read_csv(files["segments"])
    assert back["text"].tolist() == report.segments["text"].tolist()
    assert b"\r" not in files["segments"].read_bytes()


def test_excel_opens_with_a_sheet_a_table_and_nothing_in_it_is_a_formula_or_a_link(hostile_folder, tmp_path):
    report = reporting.report(hostile_folder)
    path = report.to_excel(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(report.tables)
    for name, table in report.tables.items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == list(table.columns)
        assert sheet.max_row == len(table) + 1
        assert not any(cell.data_type == "f" or cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_excel_is_read_by_a_third_library_with_the_same_values(mixed_folder, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    report = reporting.report(mixed_folder)
    path = report.to_excel(tmp_path / "report.xlsx")
    rows = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("checks").to_python()
    assert rows[0] == list(report.checks.columns)
    assert [row[3] for row in rows[1:]] == pytest.approx(report.checks["value"].tolist())


def test_a_text_longer_than_excel_holds_is_cut_and_not_lost(tmp_path):
    report = reporting.report([write(tmp_path, a_report(text="=" + "x" * 40_000))])
    book = openpyxl.load_workbook(report.to_excel(tmp_path / "r.xlsx"))
    column = list(report.segments.columns).index("text") + 1
    assert len(book["segments"].cell(2, column).value) == 32_767
    assert len(report.segments["text"][0]) == 40_001


def test_a_file_that_could_not_be_written_leaves_the_old_one_and_nothing_beside_it(
    good_folder, tmp_path, monkeypatch
):
    report = reporting.report(good_folder)
    target = tmp_path / "out" / "report.xlsx"
    target.parent.mkdir()
    target.write_bytes(b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BadInputError, match="No space left"):
        report.to_excel(target)
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == ["report.xlsx"]
    with pytest.raises(BadInputError, match="cannot be written"):
        report.to_csv(target)


def test_the_real_reports_are_kept_as_they_were_written(good_folder):
    for path in good_folder.glob("*.json"):
        assert HOSTILE not in json.loads(path.read_text("utf-8"))


def test_a_folder_may_be_a_url_that_fsspec_reads(good_folder):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for path in good_folder.glob("*.json"):
        memory.pipe(f"/reported/{path.name}", path.read_bytes())
    try:
        report = reporting.report("memory://reported")
        assert (len(report.segments), report.verdict) == (12, "good")
        assert report.exports["video"][0] == "memory:///reported/explainer.es.mp4"
    finally:
        memory.rm("/reported", recursive=True)
    with pytest.raises(BadInputError, match=r"nothing9:// cannot be read here"):
        reporting.report("nothing9://bucket/dubbed")


@pytest.mark.parametrize(
    ("package", "write"), [("pyarrow", "to_parquet"), ("xlsxwriter", "to_excel"), ("matplotlib", "to_html")]
)
def test_a_package_that_is_not_installed_is_named_with_the_command_that_adds_it(
    good_folder, tmp_path, monkeypatch, package, write
):
    monkeypatch.setattr(
        "nemodub_nb.reporting.errors.find_spec", lambda name: None if name == package else object()
    )
    with pytest.raises(reporting.MissingPackageError, match=rf"{package} is missing.*nemodub_nb\[report\]"):
        getattr(reporting.report(good_folder), write)(tmp_path / "out")


def test_importing_the_package_and_reading_reports_loads_none_of_what_writes_them(good_folder):
    code = (
        "import sys; from nemodub_nb import reporting; reporting.report(sys.argv[1]).require('good');"
        "print([name for name in ('matplotlib', 'xlsxwriter', 'duckdb', 'av') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(good_folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
