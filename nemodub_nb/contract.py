"""The facts of the NemoVideo API that the client and the embedded backend both live by."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

API_URL: Final = "https://mega-api-prod.nemovideo.ai"
WEB_URL: Final = "https://nemovideo.com"

SKILL_SOURCE: Final = "multilingual-video-dubbing"
SKILL_VERSION: Final = "1.0.0"
SKILL_HEADERS: Final = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")
"""All three must be on every request; a missing one is answered with 402 at export."""

VIDEO_TYPES: Final = ("mp4", "mov", "avi", "webm", "mkv")
IMAGE_TYPES: Final = ("jpg", "png", "gif", "webp")
AUDIO_TYPES: Final = ("mp3", "wav", "m4a", "aac")
ACCEPTED_TYPES: Final = VIDEO_TYPES + IMAGE_TYPES + AUDIO_TYPES

MAX_UPLOAD_BYTES: Final = 500 * 1024 * 1024
"""500 MB, read as MiB: the reading that refuses nobody's file too early."""

RUN_LIMIT_S: Final = 15 * 60.0
"""The most that one message may take."""

TOKEN_PREFIX: Final = "nmv_usr_"  # noqa: S105 - how tokens begin, not a token
ANONYMOUS_TOKEN_DAYS: Final = 7
ANONYMOUS_CREDITS: Final = 100
CLAIM_PREFIX: Final = "clm_"
CLAIM_SECONDS: Final = 604_800


class Code(IntEnum):
    """The `code` of an envelope. A 200 whose code is not OK is an error."""

    OK = 0
    TOKEN_INVALID = 1001
    SESSION_NOT_FOUND = 1002
    TOKEN_EXPIRED = 1010
    TOKEN_REVOKED = 1011
    OUT_OF_CREDITS = 2001
    UNSUPPORTED_TYPE = 4001
    FILE_TOO_LARGE = 4002


TOKEN_CODES: Final = frozenset({Code.TOKEN_INVALID, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED})


class TrackType(IntEnum):
    """The `tt` of a track in a draft."""

    VIDEO = 0
    AUDIO = 1
    TEXT = 7
