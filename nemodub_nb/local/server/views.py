"""What the contract's answers show of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from nemodub_nb.local.agent.draft import ClipView, build
from nemodub_nb.local.agent.plan import ClipPlan, analysis_key, language_key, script_key

if TYPE_CHECKING:
    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.store import Clip, Render, Session


MEASURED: Final = (
    "loudness_lufs",
    "loudness_target_lufs",
    "true_peak_dbtp",
    "picture",
    "width",
    "height",
    "tracks",
)
"""What is told of a finished export."""


def file_url(base: str, key: str, name: str) -> str:
    """Return the address of a file: whoever knows it may read it, and nobody can guess it."""
    return f"{base.rstrip('/')}/files/{key}/{quote(name)}"


def shown_clip(clip: Clip, base: str) -> dict[str, Any]:
    """Return a clip as uploads and states show it."""
    return {
        "filename": clip.name,
        "file_type": clip.kind,
        "cdn_url": file_url(base, clip.key, clip.name),
        "duration": clip.duration_s,
        "width": clip.width,
        "height": clip.height,
        "fps": clip.fps,
        "hash": clip.file.sha256,
    }


def clip_view(backend: Backend, clip: Clip) -> ClipView:
    """Return a clip with its plan and its dubs."""
    plan = ClipPlan.from_dict(backend.clips.plan(clip.id))
    dubs = {
        tag: made for tag in plan.languages if (made := backend.dubs.get(clip.id, language_key(plan, tag)))
    }
    scripts = {
        tag: made for tag in plan.scripts if (made := backend.dubs.get(clip.id, script_key(plan, tag)))
    }
    return ClipView(clip, plan, backend.dubs.get(clip.id, analysis_key(plan)), dubs, scripts)


def shown_state(backend: Backend, session: Session, base: str) -> dict[str, Any]:
    """Return a session's state."""
    views = [clip_view(backend, clip) for clip in backend.clips.of(session.id)]
    current = next((view.clip.name for view in views if view.clip.id == session.clip_id), None)
    draft = build(session.task_name, views, current)
    return {
        "session_id": session.id,
        "task_id": session.task_id,
        "task_name": session.task_name,
        "nemodub_message": shown_message(backend, session),
        "state": {
            "draft": draft,
            "video_infos": [shown_clip(view.clip, base) for view in views],
            "canvas_config": {"width": draft["m"]["width"], "height": draft["m"]["height"]},
            "video_analyses": [_analysis(view) for view in views if view.analysis is not None],
            "generated_media": [
                shown_render(render, base) for render in backend.renders.completed(session.id)
            ],
        },
    }


def shown_message(backend: Backend, session: Session) -> dict[str, Any] | None:
    """Return the session's last message and what came of it: whoever lost its answer finds it here."""
    last = backend.messages.last(session.id)
    if last is None:
        return None
    message, outcome = last
    return {
        "id": message.id,
        "status": message.status,
        "text": message.parts[0],
        "answer": outcome.answer if outcome else None,
        "result": outcome.result if outcome else None,
    }


def _analysis(view: ClipView) -> dict[str, Any]:
    assert view.analysis is not None
    return {
        "filename": view.clip.name,
        "source_language": view.analysis["source_language"],
        "transcript_by": view.analysis["transcript_by"],
        "lines": len(view.analysis["transcript"]),
        "languages": {
            tag: {"voice": dub["voice"], "summary": dub["summary"]} for tag, dub in view.dubs.items()
        },
    }


def shown_render(render: Render, base: str) -> dict[str, Any]:
    """Return an export's status."""
    url = file_url(base, render.key, render.name) if render.file else None
    shown: dict[str, Any] = {
        "id": render.id,
        "status": render.status,
        "progress": render.progress,
        "outputUrl": url,
        "createdAt": _iso(render.created_at),
        "completedAt": _iso(render.completed_at) if render.completed_at else None,
        "error": render.error,
    }
    if render.file:
        shown["output"] = {"url": url, "duration": render.result.get("duration_s"), "size": render.file.size}
        shown["measured"] = {key: render.result[key] for key in MEASURED if key in render.result}
    return shown


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
