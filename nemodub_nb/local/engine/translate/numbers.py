"""Numbers in a text, to see that a translation keeps them."""

from __future__ import annotations

import re
from collections import Counter

_NUMBER = re.compile(r"\d+(?:[.,’'\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")


def numbers_in(text: str) -> Counter[str]:
    """Return the numbers written in digits, whatever marks the thousands or the decimals.

    Separators are left out, so that 1,000.5 and 1.000,5 are the same number.
    """
    return Counter(re.sub(r"\D", "", number) for number in _NUMBER.findall(text))


def numbers_kept(source: str, target: str) -> bool:
    """Tell whether every number of the source that is written in digits stands in the target.

    A translation may write a small number (up to twelve) as a word, which is not counted as lost.
    """
    lost = numbers_in(source) - numbers_in(target)
    return all(len(number) <= 2 and int(number) <= 12 for number in lost)  # noqa: PLR2004 - "twelve" is the last one word
