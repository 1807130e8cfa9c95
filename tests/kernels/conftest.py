"""A real kernel of this environment, with a project on a real embedded backend whose engine is a stand-in."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from queue import Empty

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("jupyter_client")

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

LAB = Path(__file__).parents[1] / "project" / "conftest.py"
SETUP = """
import asyncio, importlib.util, sys, time
from pathlib import Path
import nemodub_nb as nd
spec = importlib.util.spec_from_file_location("lab", {lab!r})
lab = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lab)
lab = lab.Lab(Path({folder!r}))
"""
PATIENCE_S = 60.0


class ThisPython(KernelSpecManager):
    def get_kernel_spec(self, kernel_name):
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python", name=kernel_name)


class Cell:
    """A cell that was sent, and what the kernel says about it."""

    def __init__(self, kernel, message_id):
        self._kernel, self.id = kernel, message_id

    def wait(self, timeout_s=PATIENCE_S):
        """Return the cell once it has ended."""
        self.reply = self._kernel.reply(self.id, timeout_s)
        self._kernel.until(lambda: self._of("status", execution_state="idle"), timeout_s)
        return self

    def begun(self):
        self._kernel.until(lambda: self._of("execute_input"), PATIENCE_S)
        return self

    @property
    def ok(self):
        return self.reply["status"] == "ok"

    @property
    def printed(self):
        return "".join(message["content"]["text"] for message in self._of("stream"))

    @property
    def result(self):
        return "".join(message["content"]["data"]["text/plain"] for message in self._of("execute_result"))

    @property
    def error(self):
        """What the notebook shows of the error."""
        return "\n".join(line for message in self._of("error") for line in message["content"]["traceback"])

    def began_at(self):
        return self._of("execute_input")[0]["at"]

    def ended_at(self):
        return self._of("status", execution_state="idle")[0]["at"]

    def _of(self, kind, **content):
        return [
            message
            for message in self._kernel.heard(kind)
            if message["parent_header"].get("msg_id") == self.id
            and content.items() <= message["content"].items()
        ]


class Kernel:
    """A kernel and what it says, with the time of each message."""

    def __init__(self, folder, environment):
        self.manager = KernelManager(kernel_spec_manager=ThisPython(), kernel_name="python3")
        self.manager.start_kernel(env=environment, cwd=str(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self._messages, self._replies, self._over = [], {}, threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def send(self, code):
        return Cell(self, self.client.execute(code))

    def run(self, code):
        cell = self.send(code).wait()
        assert cell.ok, cell.error
        return cell

    def run_as(self, cell_id, code):
        """Run code as the cell of a notebook that has this id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
        }
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        self.client.shell_channel.send(message)
        cell = Cell(self, message["header"]["msg_id"]).wait()
        assert cell.ok, cell.error
        return cell

    def wait_for(self, expression):
        """Wait until an expression is true in the kernel, cell by cell, so that messages come through between."""
        self.until(lambda: self.run(f"bool({expression})").result == "True")

    def stop(self):
        """Press the Stop button; return when."""
        now = time.monotonic()
        self.manager.interrupt_kernel()
        return now

    def reply(self, message_id, timeout_s):
        end = time.monotonic() + timeout_s
        while message_id not in self._replies:
            message = self.client.get_shell_msg(timeout=max(0.01, end - time.monotonic()))
            self._replies[message["parent_header"]["msg_id"]] = message["content"]
        return self._replies[message_id]

    def heard(self, kind):
        return [message for message in list(self._messages) if message["msg_type"] == kind]

    def until(self, condition, timeout_s=PATIENCE_S):
        end = time.monotonic() + timeout_s
        while not (found := condition()):
            assert time.monotonic() < end, "the kernel did not get there"
            time.sleep(0.01)
        return found

    def close(self):
        self._over.set()
        self._listener.join()
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def _listen(self):
        while not self._over.is_set():
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
            self._messages.append({**message, "at": time.monotonic()})


class Bench:
    """The kernel and the stand-in engine's switch."""

    def __init__(self, kernel, folder):
        self.kernel, self._folder = kernel, folder
        self._hold = folder / "notes" / "hold"
        self._clip = None

    def open(self, clip):
        """Give the kernel a new project with a clip, in the variable `project`."""
        name = f"project-{time.monotonic_ns()}"
        self.kernel.run(f"project = lab.open({name!r})\nproject.upload({str(clip)!r}, show=False);")

    def hold(self):
        self._hold.touch()

    def release(self):
        self._hold.unlink(missing_ok=True)

    def jobs(self):
        return len(list(self._hold.parent.glob("*.job")))

    def working(self, before):
        """Wait until the engine has begun another job."""
        self.kernel.until(lambda: self.jobs() > before)


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    environment = {
        name: value for name, value in os.environ.items() if name not in {"NEMO_TOKEN", "NEMO_API_URL"}
    }
    environment |= {
        "NEMODUB_HOME": str(folder / "home"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    kernel = Kernel(folder, environment)
    try:
        kernel.run(SETUP.format(lab=str(LAB), folder=str(folder)))
        yield Bench(kernel, folder)
        kernel.send("lab.close()").wait()
    finally:
        kernel.close()


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory):
    av = pytest.importorskip("av")
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            for packet in stream.encode(av.VideoFrame(64, 48, "yuv420p")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


@pytest.fixture
def bench(shared_bench, clip_file):
    """A kernel whose variable `project` is a new project with a clip."""
    shared_bench.open(clip_file)
    yield shared_bench
    shared_bench.release()


@pytest.fixture
def kernel(bench):
    return bench.kernel
