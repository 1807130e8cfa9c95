import io

from nemodub_nb.cli.lines import Bar, Live, Spinner
from nemodub_nb.cli.steps import Steps
from nemodub_nb.client import AgentEvent


class Terminal(io.StringIO):
    def isatty(self):
        return True


def progress(**said):
    return AgentEvent("progress", name="dub_video", payload=said)


def test_without_a_terminal_progress_is_plain_lines():
    stream = io.StringIO()
    with Steps(Live(stream)) as steps:
        for done in range(11):
            steps.take(progress(step="speak", language="es", done=done, total=10))
    assert stream.getvalue().splitlines() == ["es: speak …", "✓ es: speak"]


def test_a_finished_step_is_told_once():
    stream = io.StringIO()
    with Steps(Live(stream)) as steps:
        for _ in range(3):
            steps.take(progress(step="translate", language="fr", done=4, total=4))
    assert stream.getvalue() == "✓ fr: translate\n"


def test_steps_that_nobody_knows_and_odd_values_do_no_harm():
    stream = io.StringIO()
    with Steps(Live(stream)) as steps:
        steps.take(progress(step="\x1b[2Jpolish", language=None, done="many", total=None))
        steps.take(AgentEvent("heartbeat"))
    assert "\x1b" not in stream.getvalue()


def test_a_terminal_sees_one_line_that_is_rewritten():
    stream = Terminal()
    with Bar("kokoro", stream) as bar:
        bar.bytes(50_000_000, 100_000_000)
        bar.bytes(100_000_000, 100_000_000)
    text = stream.getvalue()
    assert "50/100 MB" in text
    assert "\n" not in text
    assert text.endswith("\r\x1b[2K")


def test_a_stream_that_is_closed_does_not_end_the_work():
    stream = io.StringIO()
    live = Live(stream)
    stream.close()
    with Spinner("work", live):
        live.line("one")
