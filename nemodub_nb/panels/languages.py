"""The panel that chooses what is dubbed, into which languages and how, and shows the sentence that will be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, get_args

import traitlets

from nemodub_nb import languages
from nemodub_nb.project import BadInputError
from nemodub_nb.project.attachments import memory_parts
from nemodub_nb.project.safe import markup, plain
from nemodub_nb.project.sentences import Original, Subtitles, for_clip, parse_languages

from . import (
    asked,
    calls,
    edit_words,
    front,
    language_card,
    language_words,
    line_work,
    offers,
    onscreen,
    words,
)
from .language_terms import Glossing
from .story import Story

if TYPE_CHECKING:
    from nemodub_nb.project import Estimate, Project

    from .workflow import Workflow

MOST: Final = 50
"""Languages of one dub."""
_LONGEST_NAME: Final = 200
_LONGEST_SENTENCE: Final = 4000
_MOVES: Final = frozenset({"connection", "clips", "choices", "timeline", "work"})
"""What may change an offer or the estimate."""


class Languages(Glossing):
    """Choose languages, voices and sound, read or edit the sentence, and dub."""

    _esm = front.esm("languages")
    _css = front.css("languages")
    title = words.LANGUAGES
    number = 3

    listing = traitlets.Dict().tag(sync=True)
    """What can be chosen: `known`, one row a language, some to `begin` with, and `voices` by tag. Too much for each view."""

    def __init__(self, project: Project | Workflow | None = None, *, alone: bool = True) -> None:
        self._offers: dict[str, offers.Offer] = {}
        self._asked: tuple[object, str | None] | None = None
        self._estimate: Estimate | None = None
        self._estimated: tuple[object, ...] | None = None
        self._question = ""
        self._hearing: set[str] = set()
        self._worked = False
        super().__init__(project, alone=alone)

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return the languages chosen, the choices, the sentence, what it will take, and what stands in the way."""
        chosen, clip = self.workflow.choices, self._several()
        made = self._made()
        return {
            "say": self._say(),
            "clip": plain(clip, _LONGEST_NAME) if clip else "",
            "lead": plain(for_clip("", clip), _LONGEST_NAME).strip() if clip else "",
            "source": chosen.source or "",
            "heard": self._name(self._heard()),
            "cards": [self._card(tag) for tag in chosen.to],
            "original": chosen.original,
            "background": None if chosen.background is None else round(chosen.background * 100),
            "subtitles": chosen.subtitles,
            "slow_video": chosen.slow_video,
            "memory": chosen.memory or "",
            "glossary": self.glossary(),
            "look": self._looks(),
            "look_why": self._no_look(),
            "hint": self._hint(),
            "made": made,
            "sentence": made if chosen.sentence is None else chosen.sentence,
            "edited": chosen.sentence is not None,
            **self._estimate_words(),
            "main": edit_words.write_scripts(chosen.to)
            if self._looks()
            else language_words.dub_into([words.english_name(tag) for tag in chosen.to]),
            "blocked": self._blocked(),
            "work": plain(self.workflow.work.title, _LONGEST_NAME) if self.workflow.work else "",
            "question": self._question,
        }

    def twin(self) -> str:
        """Return the call that dubs as chosen, with the options that are not the usual ones."""
        chosen = self.workflow.choices
        return calls.dub(replace(chosen, look=self._looks()), self._several())

    def story(self) -> Story:
        """Return the languages with their voices, and the sentence."""
        view = self.draw()
        if not view["sentence"]:
            return Story(self.title, view["say"])
        rows = [(f"{card['name']} ({card['own']})", card["line"]) for card in view["cards"]]
        items = "".join(
            f"<li><bdi>{markup(name)}</bdi> <small>{markup(line)}</small></li>" for name, line in rows
        )
        said = " ".join(filter(None, [view["lead"], view["sentence"]]))
        html = f"<ul style='margin:.2em 0'>{items}</ul><blockquote style='margin:.3em 1em'>{markup(said)}</blockquote>"
        text = "\n".join([*(f"  {name}: {line}" for name, line in rows), f"  “{plain(said)}”"])
        return Story(self.title, view["say"], html, text)

    def done(self) -> bool:
        """Tell whether something is dubbed."""
        return bool(self.workflow.languages)

    def why(self) -> str:
        """Return that a backend, or a clip, is wanted first."""
        if self.workflow.phase != "ready":
            return words.CONNECT_BEFORE
        return "" if self.workflow.clips else words.UPLOAD_BEFORE

    def heard(self, topic: str, detail: Any) -> None:
        """Keep what is offered and the estimate true to the choices; a question asked before they changed is void."""
        super().heard(topic, detail)
        if topic in {"connection", "clips", "choices"}:
            self._question = ""
        if topic == "work":
            if self._worked and self.workflow.work is None:
                self._asked = self._estimated = (
                    None  # it may have fetched models, and taught how long a dub takes
                )
            self._worked = self.workflow.work is not None
        if topic in _MOVES:
            self._keep_up()

    # What the page asks for

    async def do_hello(self, message: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        """See that a page that has drawn this panel has something to choose from."""
        await super().do_hello(message, buffers)
        self._keep_up()

    async def do_add(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Add one or more languages, by any of their names or by tag."""
        self.clear_error()
        text = message.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_NAME:
            raise BadInputError(language_words.NO_LANGUAGE_GIVEN, language_words.NAME_ONE)
        try:
            found = await asyncio.to_thread(parse_languages, plain(text))
        except languages.UnknownLanguageError as error:
            raise BadInputError(language_words.no_language(error.text), language_words.NAME_ONE) from None
        to = tuple(dict.fromkeys([*self.workflow.choices.to, *found]))
        if len(to) > MOST:
            raise BadInputError(language_words.too_many(MOST), language_words.ONE_BY_ONE)
        self.workflow.choose(to=to)

    async def do_remove(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take a language out; its voice is kept for the case that it comes back."""
        self.clear_error()
        self.workflow.choose(
            to=tuple(tag for tag in self.workflow.choices.to if tag != message.get("language"))
        )

    async def do_choose(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Change one choice of how it is dubbed."""
        self.clear_error()
        what, value = message.get("what"), message.get("value")
        if what == "original" and value in get_args(Original):
            self.workflow.choose(original=value)
        elif what == "subtitles" and value in get_args(Subtitles):
            self.workflow.choose(subtitles=value)
        elif what == "slow_video" and isinstance(value, bool):
            self.workflow.choose(slow_video=value)
        elif what == "background" and (value is None or _is_volume(value)):
            self.workflow.choose(background=None if value is None else round(float(value), 2))
        elif what == "look" and isinstance(value, bool):
            self.workflow.choose(look=value)
        elif what == "source" and isinstance(value, str) and len(value) <= _LONGEST_NAME:
            self.workflow.choose(source=languages.parse(value) if value else None)
        elif what == "memory" and isinstance(value, str):
            path = value.strip()
            await asyncio.to_thread(memory_parts, path or None)  # whether it is one
            self.workflow.choose(memory=path or None)
        else:
            raise BadInputError(words.NO_CHOICE, words.CHOOSE_OFFERED)

    async def do_voice(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Choose the voice of a language; empty leaves it to the backend."""
        self.clear_error()
        tag, voice, chosen = message.get("language"), message.get("voice"), self.workflow.choices
        offer = self._offer(tag) if tag in chosen.to and isinstance(tag, str) else None
        if not isinstance(voice, str) or offer is None or (voice and offer.named(voice) is None):
            raise BadInputError(words.NO_CHOICE, words.CHOOSE_OFFERED)
        others = {one: named for one, named in chosen.voices.items() if one != tag}
        self.workflow.choose(voices={**others, tag: voice} if voice else others)

    async def do_hear(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Let the voice of a language say a sentence."""
        self.clear_error()
        tag, project = message.get("language"), self.workflow.project
        if project is None or tag not in self.workflow.choices.to or tag in self._hearing:
            return
        self._hearing.add(tag)
        self.refresh()
        try:
            sound = await project.apreview_voice(tag, self.workflow.choices.voices.get(tag))
        finally:
            self._hearing.discard(tag)
        self.push({"kind": "voice", "language": tag}, [sound.wav])

    async def do_say(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take the sentence as edited by hand; empty, or as it was made, undoes the edit."""
        self.clear_error()
        self._edit(message.get("sentence"))

    async def do_look(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Look again at what is ready, after something was fetched elsewhere."""
        self.clear_error()
        self._asked = None
        self._keep_up()

    async def do_dub(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Dub, or ask first where it spends something."""
        self.clear_error()
        if self.workflow.work is not None:
            return
        if "sentence" in message:
            self._edit(message["sentence"])
        if blocked := self._blocked():
            raise BadInputError(blocked)
        if self.workflow.choices.sentence is None:
            self.must_be_usable()
        agreed = message.get("agreed") is True and self._question
        self._question = "" if agreed else await self._cost_question()
        if self._question:
            return
        if self._looks():
            await line_work.review(self.workflow)
        else:
            await self.workflow.dub()

    async def do_cancel(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Spend nothing."""
        self._question = ""

    # The inside

    def _edit(self, sentence: object) -> None:
        if not isinstance(sentence, str) or len(sentence) > _LONGEST_SENTENCE:
            raise BadInputError(language_words.SENTENCE_TOO_LONG, language_words.SHORTEN)
        said = plain(sentence).strip()
        by_hand = None if said in {"", self._made()} else said
        if by_hand != self.workflow.choices.sentence:
            self.workflow.choose(sentence=by_hand)

    def _keep_up(self) -> None:
        """Ask anew for what depends on something that has changed."""
        flow = self.workflow
        if flow.phase != "ready" or flow.project is None:
            return
        wanted = (flow.project, flow.choices.source or self._heard())
        if wanted != self._asked:
            self._asked = wanted
            self.spawn(self._look_up(flow.project, wanted[1]))
        clip = flow.clip.name if flow.clip else None
        task = (flow.project, clip, flow.choices.to, flow.choices.original)
        if clip and task != self._estimated:
            self._estimated = task
            self.spawn(self._reckon())

    async def _look_up(self, project: Project, source: str | None) -> None:
        await asyncio.to_thread(import_module, "pandas")  # half a second at its first import: not on the loop
        table = await project.alanguages(source)
        if self._asked != (project, source):
            return
        self._offers = offers.read(table)
        self.listing = {
            "known": offers.catalogue(self._offers),
            "begin": offers.suggested(self._offers, source or "en"),
            "voices": {
                tag: [[voice.id, voice.words] for voice in offer.voices]
                for tag, offer in self._offers.items()
            },
        }

    async def _reckon(self) -> Estimate | None:
        """Estimate what is chosen; None where there is no clip."""
        flow = self.workflow
        if flow.project is None or flow.clip is None:
            return None
        chosen = flow.choices
        self._estimate = await flow.project.aestimate(
            chosen.to, clip=flow.clip.name, original=chosen.original
        )
        return self._estimate

    async def _cost_question(self) -> str:
        found, flow = await self._reckon(), self.workflow
        spends = found.credits > 0 if found else flow.backend == "cloud"
        have = flow.credits.available if flow.credits else None
        return language_words.will_spend(found.credits if found else None, have) if spends else ""

    def _blocked(self) -> str:
        """Return why it cannot be dubbed now; empty when it can."""
        if why := self.why():
            return why
        if self.workflow.work is not None:
            return words.STEP_RUNS
        chosen = self.workflow.choices
        return "" if chosen.to or chosen.sentence is not None else language_words.ADD_FIRST

    def _made(self) -> str:
        """Return the sentence that the choices make; empty without a language."""
        chosen = self.workflow.choices
        return asked.sentence(replace(chosen, look=chosen.look and self.workflow.backend == "local"))

    def _looks(self) -> bool:
        """Tell whether it is written first, to be looked at."""
        return self.workflow.choices.look and not self._no_look()

    def _no_look(self) -> str:
        """Return why nothing can be written first; empty when it can."""
        if self.workflow.backend == "cloud":
            return edit_words.NO_REVIEW_ON_CLOUD
        return edit_words.REVIEW_BY_HAND if self.workflow.choices.sentence is not None else ""

    def _hint(self) -> str:
        chosen = self.workflow.choices
        if self._looks():
            return edit_words.REVIEW_HINT
        return (
            language_words.SAME_VOICE if chosen.original == "keep" and chosen.background is not None else ""
        )

    def _several(self) -> str | None:
        """Return the name of the clip where there are several to tell apart."""
        clip = self.workflow.clip
        return clip.name if clip and len(self.workflow.clips) > 1 else None

    def _offer(self, tag: str) -> offers.Offer | None:
        return offers.find(self._offers, tag)[1]

    def _heard(self) -> str | None:
        return onscreen.language(self.workflow.draft, self.workflow.clip)

    def _card(self, tag: str) -> dict[str, Any]:
        flow = self.workflow
        return {
            **language_card.card(tag, self._offers, flow.choices, self._heard()),
            "hearing": tag in self._hearing,
            "dubbed": tag in flow.languages,
        }

    def _estimate_words(self) -> dict[str, str]:
        found = self._estimate
        if found is None or not self.workflow.choices.to:
            return {"estimate": "", "how": ""}
        return {
            "estimate": language_words.estimated(found.credits, found.seconds, found.characters),
            "how": plain(found.how, 500),
        }

    def _say(self) -> str:
        chosen = self.workflow.choices
        source = chosen.source or self._heard()
        return language_words.languages_say(
            self._name(source), chosen.source is None, [self._name(tag) for tag in chosen.to]
        )

    @staticmethod
    def _name(tag: str | None) -> str:
        return words.english_name(tag) if tag else ""

    @traitlets.default("listing")  # type: ignore[untyped-decorator]  # traitlets' own
    def _nothing_offered(self) -> dict[str, Any]:
        return {"known": offers.catalogue({}), "begin": [], "voices": {}}


def _is_volume(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
