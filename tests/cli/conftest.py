import av
import numpy as np
import pytest


def write_clip(path, *, sound):
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        heard = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if heard is not None:
            tone = np.sin(np.arange(48_000) / 20, dtype=np.float32)[None, :]
            block = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            block.sample_rate = 48_000
            container.mux(heard.encode(block))
            container.mux(heard.encode(None))
    return path


@pytest.fixture
def tiny_clip(tmp_path):
    return write_clip(tmp_path / "tiny.mp4", sound=True)


@pytest.fixture
def silent_clip(tmp_path):
    return write_clip(tmp_path / "silent.mp4", sound=False)
