"""How a project's values look: small HTML for notebooks, plain text for everywhere else."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from nemodub_nb import languages
from nemodub_nb.presets import FORMATS

from .safe import markup, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .values import Clip, Credits, Export, Reply, Resumed, Sound, Unfinished

_MIB: Final = 1024 * 1024
_PLAYED: Final = ("video", "audio")
"""Types of clips that a page can play; its elements have the same names."""


def language_name(tag: str) -> str:
    """Return a language's English name; what is no tag of a language, such as the name of a clip, as it is."""
    try:
        return languages.english_name(tag) if languages.parse(tag) == tag else tag
    except languages.UnknownLanguageError:
        return tag


def named(source: str | os.PathLike[str]) -> str:
    """Return a file or a URL by its last part, without what an address may hide in its query."""
    text = os.fspath(source)
    if "://" not in text:
        return plain(Path(text).name, 80)
    return plain(text.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2], 80)


def clip_text(clip: Clip) -> str:
    """Return a clip with its facts on one line."""
    return plain(f"{clip.name}: {_facts(clip)}" if _facts(clip) else clip.name)


def clip_html(clip: Clip) -> str:
    """Return a clip with its facts on one line, and a player where the page can reach the file."""
    hint = f"<br><small>{markup(clip.hint)}</small>" if clip.hint else ""
    source = relative(clip.path) if clip.path and clip.file_type in _PLAYED else None
    player = _player(clip.file_type, source, 480) if source else ""
    return f"<p><b>{markup(clip.name)}</b> {markup(_facts(clip))}{hint}</p>{player}"


def credits_html(credits_: Credits) -> str:
    """Return the balance on one line."""
    return (
        f"<p><b>{credits_.available:g}</b> credits available, {credits_.frozen:g} held for work in progress, "
        f"{credits_.total:g} in all</p>"
    )


def reply_text(reply: Reply) -> str:
    """Return a reply as lines."""
    lines = [plain(reply.text)]
    changes = str(reply.changes) if reply.changes else ""
    if changes and changes not in reply.text:
        lines.append(plain(changes))
    lines += [f"{plain(language)}: {plain(error)}" for language, error in reply.failed.items()]
    if reply.exports is not None:
        lines.append(repr(reply.exports))
    return "\n".join(line for line in lines if line)


def reply_html(reply: Reply) -> str:
    """Return a reply with its changes and failures."""
    parts = [f"<p>{markup(reply.text).replace(chr(10), '<br>')}</p>"] if reply.text else []
    if reply.changes and str(reply.changes) not in reply.text:
        words = "".join(f"<li>{markup(word)}</li>" for word in reply.changes.words)
        parts.append(f"<details><summary>What changed</summary><ul>{words}</ul></details>")
    parts += [_failure(language, error) for language, error in reply.failed.items()]
    if reply.credits is not None:
        parts.append(credits_html(reply.credits))
    if reply.exports is not None:
        parts.append(exports_html(reply.exports.done, reply.exports.failed))
    return "".join(parts)


def exports_text(done: Sequence[Export], failed: Mapping[str, str]) -> str:
    """Return one line a video, then one line a failure."""
    lines = [f"{plain(_title(one))}: {shown_path(one.video)} ({size(one.size_bytes)})" for one in done]
    lines += [f"{plain(language)}: failed. {plain(error)}" for language, error in failed.items()]
    return "\n".join(lines) or "Nothing was exported."


def exports_html(done: Sequence[Export], failed: Mapping[str, str]) -> str:
    """Return players and links. They hold relative paths, so the notebook stays small."""
    figures = "".join(_figure(one) for one in done)
    failures = "".join(_failure(language, error) for language, error in failed.items())
    nothing = "" if figures or failures else "<p>Nothing was exported.</p>"
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:1em;margin:.3em 0">{figures}</div>{failures}{nothing}'
    )


def resumed_text(resumed: Resumed) -> str:
    """Return what was found and what became of it."""
    if not resumed:
        return "Nothing was under way."
    lines = [reply_text(reply) for reply in resumed.replies]
    if resumed.exports or resumed.exports.failed:
        lines.append(repr(resumed.exports))
    return "\n".join(lines)


def resumed_html(resumed: Resumed) -> str:
    """Return what was found and what became of it, with players for finished renders."""
    if not resumed:
        return "<p>Nothing was under way.</p>"
    parts = [reply_html(reply) for reply in resumed.replies]
    if resumed.exports or resumed.exports.failed:
        parts.append(exports_html(resumed.exports.done, resumed.exports.failed))
    return "".join(parts)


def unfinished_text(left: Unfinished) -> str:
    """Return in one sentence what an earlier process left."""
    if left.session is None:
        return f"There is no earlier session of {plain(left.name, 80)}."
    counts = ((len(left.messages), "message"), (len(left.renders), "render"))
    parts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count]
    when = f"{left.when:%Y-%m-%d %H:%M} UTC" if left.when else "earlier"
    clips = ", ".join(plain(clip, 80) for clip in left.clips) or "no clip"
    return f"Session of {when} with {clips}: {' and '.join(parts) or 'nothing'} under way."


def sound_html(sound: Sound) -> str:
    """Return a player that holds the sound itself."""
    data = base64.b64encode(sound.wav).decode("ascii")
    name = f"<figcaption>{markup(sound.name)}</figcaption>" if sound.name else ""
    return (
        f'<figure style="margin:0">{name}<audio controls src="data:audio/wav;base64,{data}"></audio></figure>'
    )


def size(size_bytes: int) -> str:
    """Return a size as people read it."""
    return f"{size_bytes / _MIB:.1f} MB" if size_bytes >= _MIB / 10 else f"{size_bytes / 1024:.0f} kB"


def length(duration_s: float | None) -> str:
    """Return a length as `0:31`; empty when it is not known."""
    if duration_s is None:
        return ""
    whole = round(duration_s)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def relative(path: Path) -> str | None:
    """Return the URL of a file as seen from the notebook, None when it does not lie beside or below it."""
    try:
        return quote(path.resolve().relative_to(Path.cwd().resolve()).as_posix())
    except (ValueError, OSError):
        return None


def shown_path(path: Path) -> str:
    """Return a path as short as it can be said."""
    with_dots = os.path.relpath(path)
    return plain(str(path) if with_dots.startswith("..") else with_dots)


def _facts(clip: Clip) -> str:
    facts = [clip.file_type, length(clip.duration_s)]
    if clip.width and clip.height:
        facts.append(f"{clip.width} × {clip.height}")
    return ", ".join(filter(None, facts))


def _player(kind: str, source: str, width: int) -> str:
    style = f"width:100%;max-width:{width}px"
    return f'<{kind} controls preload="metadata" width="{width}" style="{style}" src="{source}"></{kind}>'


def _title(export: Export) -> str:
    if len(export.languages) > 1:
        return ", ".join(language_name(tag) for tag in export.languages)
    return language_name(export.language) if export.language else export.clip or export.video.name


def _has_picture(path: Path) -> bool:
    known = FORMATS.get(path.suffix.lstrip("."))
    return known is None or known.picture


def _named_files(export: Export) -> Iterator[tuple[str, Path]]:
    """Yield the files of an export with short names: their endings, after the language where there are several."""
    several = export.language is None and bool(export.languages)
    for path in (export.video, *export.subtitles, *(export.reports or (export.report,))):
        ending = "report" if path.name.endswith(".report.json") else path.suffix.lstrip(".")
        language = path.name.removeprefix(f"{export.video.stem}.").partition(".")[0]
        yield f"{language} {ending}" if several and path != export.video else ending, path


def _figure(export: Export) -> str:
    source = relative(export.video)
    kind = "video" if _has_picture(export.video) else "audio"
    player = _player(kind, source, 320) if source else ""
    facts = " · ".join(filter(None, [length(export.duration_s), size(export.size_bytes)]))
    links = " · ".join(_link(name, path) for name, path in _named_files(export))
    return (
        f'<figure style="margin:0;width:320px;max-width:100%"><figcaption><b>{markup(_title(export))}</b> {facts}</figcaption>'
        f"{player}<div><small>{links}</small></div></figure>"
    )


def _link(name: str, path: Path) -> str:
    target = relative(path)
    if target is None:
        return f"<code>{markup(path)}</code>"
    return f'<a href="{target}" title="{markup(path.name)}">{markup(name)}</a>'


def _failure(language: str, error: str) -> str:
    return f"<p><b>{markup(language_name(language))} failed.</b> {markup(error)}</p>"
