from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

STATIC = Path(__file__).parents[2] / "nemodub_nb" / "panels" / "static"
SCRIPT = """
import { readFileSync } from "node:fs";
import { Sha256 } from "%s";
const digests = JSON.parse(readFileSync(0, "utf8")).map((pieces) => {
  const hash = new Sha256();
  for (const piece of pieces) hash.update(Uint8Array.from(Buffer.from(piece, "hex")));
  return hash.hex();
});
console.log(JSON.stringify(digests));
"""


def test_the_page_hashes_as_python_does_whatever_the_pieces(
    tmp_path: Path, lacking: Callable[[str], NoReturn]
) -> None:
    node = shutil.which("node")
    if node is None:
        lacking("node")
    module = tmp_path / "sha256.mjs"
    shutil.copy(STATIC / "sha256.js", module)
    draw = random.Random(7)
    cases = [[draw.randbytes(length)] for length in [*range(130), 1000, 65_536]]
    cases += [[draw.randbytes(draw.randrange(200)) for _ in range(draw.randrange(12))] for _ in range(100)]
    given = json.dumps([[piece.hex() for piece in pieces] for pieces in cases])
    ran = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT % module.as_uri()],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == [hashlib.sha256(b"".join(pieces)).hexdigest() for pieces in cases]
