"""The panel of a batch: what would be done, then a row for each clip and language while it is done."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project import BadInputError
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.safe import markup, plain

from . import batch_words, front, words
from .batch_call import Asked
from .batch_rows import STATUSES, VERDICTS, Rows
from .panel import Panel
from .story import Story

if TYPE_CHECKING:
    from nemodub_nb.batches.background import Background
    from nemodub_nb.batches.board import Board
    from nemodub_nb.batches.plan import Planned

_EVERY_S: Final = 0.25
"""What has changed goes to the page at most this often."""
_STORY_EVERY_S: Final = 2.0
_PIECE: Final = 512 * 1024
_AT_ONCE: Final = 4
_PAUSE_S: Final = 0.6
"""Jupyter's server drops what comes faster than 1 MB/s over three seconds; further pieces wait this long."""
_MOST_CHANGES: Final = 4_000
"""Rows in one message; when more have changed, the page asks for all of them."""
_MOST_NOTES: Final = 3
_MOST_MISSING: Final = 12
_LONGEST: Final = 500
_LONGEST_FILTER: Final = 200


class Batch(Panel):
    """Dub many clips into many languages: look first, begin, watch every row, stop, go on, and retry what failed.

    Takes what `nd.batch` takes, and does the same; what is left out can be typed in. Running the cell again shows the batch
    that is at work, and after a restart of the kernel only what is missing is done.
    """

    _esm = front.esm("batch")
    _css = front.css("batch")
    title = batch_words.BATCH
    number = 1

    def __init__(
        self,
        manifest: Any = None,
        to: str | Iterable[str] = (),
        out: str | os.PathLike[str] = "dubbed",
        **options: Any,
    ) -> None:
        self._asked = Asked.of(manifest, to, out, options)
        self._checking = False
        self._planned: Planned | None = None
        self._begun: Background | None = None
        self._unwatch: Callable[[], None] = lambda: None
        self._rows = Rows()
        self._looking = False
        self._looked_at = 0.0
        self._told_failure: BaseException | None = None
        self._filter: dict[str, str] = {"status": "", "language": "", "text": ""}
        self._cached: tuple[float, Story] | None = None
        super().__init__()

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return how far it is, and what can be done now; the rows themselves go as bytes when asked for."""
        board = self._board
        counts = {name: board.counts.get(name, 0) for name in STATUSES} if board else {}
        return {
            "say": self._say(),
            "state": self._state,
            "form": self._asked.form(),
            "plan": self._plan(),
            "counts": counts,
            "statuses": list(STATUSES),
            "verdicts": list(VERDICTS),
            "total": len(board.rows) if board else 0,
            "share": board.ended / max(1, len(board.rows)) if board else 0.0,
            "failed": counts.get("failed", 0) + counts.get("refused", 0),
            "left": sum(counts.get(name, 0) for name in ("queued", "running", "skipped")),
            "dashboard": plain(board.dashboard, _LONGEST) if board else "",
            "notes": [plain(note, _LONGEST) for note in board.notes[-_MOST_NOTES:]] if board else [],
            "paid": board is not None and board.backend == "cloud",
            "version": self._rows.version,
            "seq": self._rows.seq,
            "filter": self._filter,
        }

    def twin(self) -> str:
        """Return the calls that do the same, and show the same rows."""
        return "\n".join([self._asked.call(), *self._rows_as_code()])

    def story(self) -> Story:
        """Return how far it is, and the rows that matter most; while it works, not anew each time."""
        now = time.monotonic()
        if self._cached and self._state in {"working", "stopping"} and now - self._cached[0] < _STORY_EVERY_S:
            return self._cached[1]
        self._cached = now, self._tell_story()
        return self._cached[1]

    def done(self) -> bool:
        """Tell whether every row is done."""
        board = self._board
        return board is not None and board.counts["done"] == len(board.rows)

    # What the page asks for

    async def do_rows(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send all rows to the page."""
        head = {"kind": "rows", "version": self._rows.version, "seq": self._rows.seq}
        data = await asyncio.to_thread(self._rows.packed)
        count = max(1, -(-len(data) // _PIECE))
        for piece in range(count):
            if piece >= _AT_ONCE:
                await asyncio.sleep(_PAUSE_S)
            part = data[piece * _PIECE : (piece + 1) * _PIECE]
            self.push({**head, "piece": piece, "pieces": count}, [part])

    async def do_row(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send what is told of one row."""
        at = message.get("row")
        if type(at) is int and 0 <= at < len(self._rows) and message.get("version") == self._rows.version:
            self.push({"kind": "row", "version": self._rows.version, "row": at, **self._rows.detail(at)})

    async def do_show(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Keep which rows are shown, for the code that shows the same."""
        given = {name: message.get(name) for name in self._filter}
        self._filter = {
            name: plain(value, _LONGEST_FILTER) if isinstance(value, str) else self._filter[name]
            for name, value in given.items()
        }

    async def do_check(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take over what was typed, and look what would be done."""
        self.clear_error()
        if self._at_work:
            raise BadInputError(words.BUSY, words.WAIT_OR_STOP)
        self._asked = self._asked.typed(message)
        await self._check(anew=True)

    async def do_start(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Do all that is left, or only what has failed."""
        from nemodub_nb.batches import background

        self.clear_error()
        if self._at_work or self._checking:
            return  # a second click: the button was not yet drawn as busy
        source = self._planned or self._begun
        board = self._board
        if source is None or board is None:
            raise BadInputError(batch_words.BATCH_NOT_CHECKED, batch_words.BATCH_CHECK_FIRST)
        only = None
        if message.get("what") == "failed":
            only = frozenset(
                name for name, one in board.rows.items() if one["status"] in {"failed", "refused"}
            )
            if not only:
                raise BadInputError(batch_words.BATCH_NONE_FAILED, batch_words.BATCH_GO_ON)
        self._attach(background.begin(source.wanted, only))

    async def do_stop(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Stop, and leave everything tidy: what is finished is kept, the rest is queued."""
        if self._begun is not None:
            self._begun.stop()

    # The inside

    @property
    def _at_work(self) -> bool:
        return self._begun is not None and not self._begun.ended.done()

    @property
    def _state(self) -> str:
        if self._begun is not None and not self._begun.ended.done():
            return "stopping" if self._begun.stopping else "working"
        if self._checking:
            return "checking"
        if self._begun is not None and self._board is not None:
            return "ended"
        return "planned" if self._planned else "ask"

    @property
    def _board(self) -> Board | None:
        if self._begun is not None:
            return self._begun.board
        return self._planned.board if self._planned else None

    async def _begin(self) -> None:
        """Look at once where it is known what is wanted. No project is opened: a batch has none."""
        if self._asked.whole:
            self.spawn(self._check(anew=False))
        self.refresh()

    async def _end(self) -> None:
        self._unwatch()
        if self._later:
            self._later.cancel()

    async def _check(self, *, anew: bool) -> None:
        """Find the same batch at work or ended, else look what would be done."""
        self._checking = True
        self.refresh()
        try:
            wanted = await asyncio.to_thread(self._asked.order)
            from nemodub_nb.batches import background
            from nemodub_nb.batches.plan import plan

            found = background.find(wanted)
            if found is not None and (not anew or not found.ended.done()):
                self._attach(found)
                return
            planned = await asyncio.to_thread(plan, wanted)
            self._unwatch()
            self._begun, self._planned = None, planned
            self._take(planned.board)
        except ModuleNotFoundError as error:
            raise BadInputError(
                batch_words.package_missing(str(error.name)), batch_words.BATCH_INSTALL
            ) from None
        finally:
            self._checking = False
            self.refresh()

    def _attach(self, begun: Background) -> None:
        self._unwatch()
        self._begun, self._planned, self._told_failure = begun, None, None
        self._unwatch = begun.watch(self._looked)
        self._looked(begun.board)
        self.refresh()

    def _looked(self, _board: Board | None) -> None:
        """Hear that something may have changed; called in the batch's thread, many times a second."""
        if not self._looking:
            self._looking = True
            LOOP.spawn(self._guarded(self._look()))

    async def _look(self) -> None:
        await asyncio.sleep(max(0.0, self._looked_at + _EVERY_S - time.monotonic()))
        self._looking, self._looked_at = False, time.monotonic()
        begun = self._begun
        if begun is None:
            return
        if begun.board is not None:
            self._take(begun.board)
        if begun.ended.done() and (failure := begun.ended.exception()) is not self._told_failure:
            self._told_failure = failure
            if failure is not None:
                self.fail(failure)
        self.refresh()

    def _take(self, board: Board) -> None:
        changed = self._rows.take(board)
        if changed:
            self._rows.seq += 1
        if 0 < len(changed) <= _MOST_CHANGES:
            head = {"kind": "changed", "version": self._rows.version, "seq": self._rows.seq}
            self.push({**head, "rows": changed})

    def _say(self) -> str:
        state, board, begun = self._state, self._board, self._begun
        if state in {"checking", "stopping"}:
            return batch_words.BATCH_LOOKING if state == "checking" else batch_words.BATCH_STOPPING
        if state == "planned" and self._planned:
            counts, sums = self._planned.board.counts, self._planned.table.attrs
            return batch_words.batch_plan(sums["rows"], counts["done"], counts["refused"], sums["seconds"])
        if board is None or begun is None:
            return batch_words.BATCH_LOOKING if state == "working" else batch_words.BATCH_ASK
        failed = board.counts["failed"] + board.counts["refused"]
        if state == "ended":
            left = board.counts["queued"] + board.counts["skipped"]
            took = begun.ended.result().seconds if begun.ended.exception() is None else board.seconds
            return batch_words.batch_ended(board.counts["done"], failed, left, took)
        return batch_words.batch_going(board.ended, len(board.rows), failed, _left_s(board, begun))

    def _plan(self) -> dict[str, Any] | None:
        """Return what the dry run found."""
        if self._planned is None:
            return None
        table = self._planned.table
        sums = table.attrs
        lacking = table[table["missing"].notna()].groupby("missing", sort=False)["language"].unique()
        todo = table[table["plan"] == "do"]
        return {
            "rows": sums["rows"],
            "clips": int(todo["source"].nunique()),
            "minutes": float(todo.drop_duplicates("source")["minutes"].sum()),
            "about": batch_words.about(sums["seconds"]) if sums["rows"] else "",
            "workers": sums["workers"],
            "cost": sums["cost"] if self._planned.wanted.backend == "cloud" else None,
            "missing": [
                [plain(str(command), _LONGEST), [words.english_name(str(tag)) for tag in tags]]
                for command, tags in list(lacking.items())[:_MOST_MISSING]
            ],
        }

    def _rows_as_code(self) -> list[str]:
        chosen = self._filter
        code = ["rows = batch.frame"]
        if chosen["status"]:
            code.append(f"rows = rows[rows['status'] == {chosen['status']!r}]")
        if chosen["language"]:
            code.append(f"rows = rows[rows['language'] == {chosen['language']!r}]")
        if chosen["text"]:
            where = f"str.contains({chosen['text']!r}, case=False, regex=False, na=False)"
            code.append(f"rows = rows[rows['clip'].{where} | rows['error'].{where}]")
        return [*code, "rows"]

    def _tell_story(self) -> Story:
        board = self._board
        if board is None:
            return Story(self.title, self._say() if self._asked.whole else "")
        from nemodub_nb.batches.show import page, summary

        rows = list(board.rows.values())
        notes = [plain(note, _LONGEST) for note in board.notes]
        missing = (self._plan() or {}).get("missing", [])
        first = "".join(f"<p><code>{markup(command)}</code></p>" for command, _ in missing)
        failed = [one for one in rows if one["status"] in {"failed", "refused"}][:_MOST_MISSING]
        lines = [
            f"✗ {plain(str(one['clip']), 80)} {one['language']}: {plain(str(one.get('error') or ''), 200)}"
            for one in failed
        ]
        return Story(
            self.title,
            self._say(),
            first + page(rows, board.counts, board.seconds, board.dashboard, notes),
            "\n".join([summary(board.counts, board.seconds), *lines]),
        )


def _left_s(board: Board, begun: Background) -> float | None:
    """Return about how long it still takes; None while nothing is known of that."""
    here = board.counts["done"] - board.reused + board.counts["failed"]
    left = board.counts["queued"] + board.counts["running"]
    if begun.only is not None or here < 1 or not left:
        return None
    return board.seconds / here * left
