"""The sample's scenes: each draws itself from the seconds since it began."""

from __future__ import annotations

import math

from drawing import (
    AMBER,
    BLUE,
    CORAL,
    FAINT,
    GREEN,
    MUTED,
    RULE,
    TEAL,
    VIOLET,
    WHITE,
    Pen,
    between,
    ease,
    passed,
    spring,
    swing,
)


def headline(pen: Pen, time_s: float, kicker: str, color: str, *lines: str) -> None:
    """Write a slide's few words at its left, line after line."""
    pen.text(140, 360, kicker, size=34, weight="Bold", color=color, alpha=passed(time_s, 0.15, 0.4))
    for number, line in enumerate(lines):
        done = passed(time_s, 0.22 + 0.1 * number, 0.6)
        pen.text(
            136, 480 + 118 * number + 40 * (1 - ease(done)), line, size=104, weight="ExtraBold", alpha=done
        )


def opening(pen: Pen, time_s: float) -> None:
    """Panorama's mark grows, then its name and what it is."""
    pen.logo(960, 400, 190, passed(time_s, -0.3, 1.3))
    done = passed(time_s, 0.45, 0.7)
    pen.text(
        960,
        672 + 50 * (1 - ease(done)),
        "Panorama",
        size=168,
        weight="ExtraBold",
        color=WHITE,
        align="center",
        alpha=done,
    )
    done = passed(time_s, 1.5, 0.7)
    pen.text(
        960,
        764 + 30 * (1 - ease(done)),
        "The planner for busy teams",
        size=50,
        weight="Medium",
        color="#D5DAFF",
        align="center",
        alpha=done,
    )


def hours(pen: Pen, time_s: float) -> None:
    """A ring fills to twenty hours, week by week."""
    headline(pen, time_s, "Every month", CORAL, "20 hours", "lost looking", "for things")
    part = swing(passed(time_s, 0.5, 1.9))
    x, y = 1390, 470
    pen.card(1020, 150, 740, 740)
    pen.arc(x, y, 214, 1.0, "#FDECEA", width=46)
    pen.arc(x, y, 214, 0.8 * part, CORAL, width=46)
    pen.text(x, y + 48, f"{round(20 * part)} h", size=136, weight="ExtraBold", align="center")
    for number in range(4):
        lost = ease(passed(part, number / 4, 0.25))
        left = x - 1.5 * 148 + number * 148
        pen.box(left - 58, 774, 116, 14, RULE, radius=7)
        pen.box(left - 58, 774, 116 * lost, 14, CORAL, radius=7)
        pen.text(left, 836, f"Week {number + 1}", size=28, weight="Bold", color=MUTED, align="center")


CHIPS = (
    ("file", "Budget", 1130, 190), ("chat", "Design", 1545, 150), ("task", "Launch", 1350, 330),
    ("chat", "Sales", 1085, 490), ("task", "Hiring", 1600, 470), ("file", "Brief", 1360, 640),
    ("task", "Website", 1120, 790), ("file", "Photos", 1590, 770), ("chat", "Support", 860, 800),
)  # fmt: skip
CHIP_COLORS = {"file": BLUE, "chat": AMBER, "task": VIOLET}
COLUMNS = (("Files", "file"), ("Chats", "chat"), ("Tasks", "task"))


def gathering(pen: Pen, time_s: float, gather_s: float) -> None:
    """Files, chats and tasks drift about, until they fly together into one page."""
    joined = swing(passed(time_s, gather_s, 1.1))
    pen_alpha = pen.alpha
    pen.alpha = pen_alpha * (1 - passed(joined, 0, 0.4))
    headline(pen, time_s, "Files, chats, tasks", CORAL, "All over", "the place")
    pen.alpha = pen_alpha * passed(joined, 0.6, 0.4)
    headline(pen, time_s - gather_s - 0.3, "With Panorama", TEAL, "One page,", "all clear")
    pen.alpha = pen_alpha * passed(joined, 0.15, 0.5)
    page(pen, 930, 190, 850, 640, "This week")
    for number, (title, kind) in enumerate(COLUMNS):
        pen.text(974 + 262 * number, 350, title, size=32, weight="Bold", color=MUTED)
        pen.box(974 + 262 * number, 372, 238, 4, CHIP_COLORS[kind], radius=2)
    pen.alpha = pen_alpha
    filled = dict.fromkeys(CHIP_COLORS, 0)
    for number, (kind, name, x, y) in enumerate(CHIPS):
        column = [known for _, known in COLUMNS].index(kind)
        row, filled[kind] = filled[kind], filled[kind] + 1
        arrived = swing(passed(time_s, gather_s + 0.04 * number, 1.0))
        drift = 1 - arrived
        shown = passed(time_s, 0.25 + 0.09 * number, 0.4)
        left = between(x + 16 * math.sin(time_s * 0.9 + number * 2), 974 + 262 * column, arrived)
        top = between(y + 14 * math.cos(time_s * 1.1 + number), 408 + 132 * row, arrived)
        chip(
            pen,
            left,
            top,
            kind,
            name,
            alpha=shown,
            turn=drift * (7 * math.sin(number * 2.4)),
            grow=spring(shown),
        )


def chip(
    pen: Pen, left: float, top: float, kind: str, name: str, *, alpha: float, turn: float, grow: float
) -> None:
    """Draw one small card with its icon and name, turned by some degrees."""
    before = pen.alpha
    pen.alpha = before * alpha
    pen.canvas.save()
    pen.canvas.rotate(turn, left + 119, top + 52)
    pen.canvas.translate(left + 119, top + 52)
    pen.canvas.scale(between(0.8, 1, grow), between(0.8, 1, grow))
    pen.card(-119, -52, 238, 104, radius=22, lift=0.5)
    pen.icon(kind, -72, 0, 46, CHIP_COLORS[kind])
    pen.text(-32, 11, name, size=31, weight="Bold")
    pen.canvas.restore()
    pen.alpha = before


def page(pen: Pen, left: float, top: float, width: float, height: float, title: str) -> None:
    """Draw Panorama's window."""
    pen.card(left, top, width, height)
    pen.logo(left + 58, top + 56, 34)
    pen.text(left + 94, top + 69, title, size=36, weight="ExtraBold")
    for dot, color in enumerate((RULE, RULE, RULE)):
        pen.disc(left + width - 48 - 30 * dot, top + 56, 9, color)


NOTES = (300, 360, 330, 240, 345, 280)
PLAN = (("Draft the brief", TEAL), ("Book the photos", BLUE), ("Write the page", VIOLET), ("Launch", CORAL))


def notes(pen: Pen, time_s: float) -> None:
    """Notes are written at the left; a plan grows from them at the right."""
    headline(pen, time_s, "From notes", TEAL, "The plan", "writes itself")
    pen.card(1000, 130, 440, 470)
    pen.text(1044, 206, "Notes", size=36, weight="ExtraBold")
    written = passed(time_s, 0.4, 1.1) * len(NOTES)
    for number, width in enumerate(NOTES):
        pen.box(
            1044,
            250 + 52 * number,
            width * min(1.0, max(0.0, written - number)),
            18,
            FAINT,
            radius=9,
            alpha=0.75,
        )
    grown = ease(passed(time_s, 1.3, 0.7))
    before = pen.alpha
    pen.alpha = before * passed(grown, 0, 0.6)
    top = 350 + 60 * (1 - grown)
    pen.card(1230, top, 550, 530, lift=1.3)
    pen.logo(1284, top + 68, 34)
    pen.text(1320, top + 82, "Plan", size=36, weight="ExtraBold")
    for number, (name, color) in enumerate(PLAN):
        y = top + 158 + 92 * number
        shown = passed(time_s, 1.6 + 0.22 * number, 0.4)
        checked = ease(passed(time_s, 1.85 + 0.22 * number, 0.4))
        pen.alpha = before * shown
        pen.box(1270, y - 24, 48, 48, color, radius=15)
        pen.tick(1294, y, 44, checked)
        pen.text(1344 + 24 * (1 - ease(shown)), y + 12, name, size=35, weight="Bold")
    pen.alpha = before


LANES = (
    ("M", "Mara", "Photos", BLUE, 0.9),
    ("L", "Leo", "Web page", VIOLET, 0.62),
    ("I", "Ines", "Launch", CORAL, 0.35),
)


def lanes(pen: Pen, time_s: float) -> None:
    """Who does what, and how far it is."""
    headline(pen, time_s, "For everyone", VIOLET, "Who is on it,", "what is next")
    page(pen, 1000, 190, 780, 660, "Next up")
    for number, (initial, name, work, color, goal) in enumerate(LANES):
        shown = passed(time_s, 0.4 + 0.2 * number, 0.45)
        y = 380 + 168 * number
        before = pen.alpha
        pen.alpha = before * shown
        x = 1086 + 50 * (1 - ease(shown))
        pen.disc(x, y, 46 * spring(shown), color)
        pen.text(x, y + 16, initial, size=44, weight="ExtraBold", color=WHITE, align="center")
        pen.text(1164, y - 14, work, size=38, weight="Bold")
        pen.text(1732, y - 14, name, size=32, weight="SemiBold", color=MUTED, align="right")
        pen.box(1164, y + 14, 568, 20, RULE, radius=10)
        pen.box(
            1164, y + 14, 568 * goal * swing(passed(time_s, 0.6 + 0.2 * number, 1.5)), 20, color, radius=10
        )
        pen.alpha = before


def chart(pen: Pen, time_s: float) -> None:
    """Two bars: the time a project took, and the time it takes now."""
    count = round(40 * swing(passed(time_s, 0.6, 1.5)))
    pen.text(140, 360, "Projects finish", size=34, weight="Bold", color=TEAL, alpha=passed(time_s, 0.15, 0.4))
    done = passed(time_s, 0.22, 0.6)
    pen.text(128, 580 + 40 * (1 - ease(done)), f"{count}%", size=250, weight="ExtraBold", alpha=done)
    pen.text(140, 690, "faster", size=104, weight="ExtraBold", alpha=passed(time_s, 0.4, 0.5))
    pen.card(1000, 150, 780, 740)
    full, now = ease(passed(time_s, 0.45, 0.9)), swing(passed(time_s, 0.8, 1.3))
    pen.box(1056, 776, 668, 4, RULE, radius=2)
    pen.box(1132, 776 - 500 * full, 190, 500 * full, "#DADBE8", radius=24)
    height = between(0, 500 / 1.4, now)
    pen.box(1458, 776 - height, 190, height, (TEAL, BLUE, VIOLET), radius=24)
    pen.text(1227, 838, "Before", size=36, weight="Bold", color=MUTED, align="center")
    pen.text(1553, 838, "With Panorama", size=36, weight="Bold", align="center")
    drop = ease(passed(time_s, 1.9, 0.5))
    if drop > 0:
        pen.stroke([(1553, 300), (1553, 300 + 84 * drop)], GREEN, width=10)
        pen.stroke(
            [(1525, 272 + 84 * drop), (1553, 302 + 84 * drop), (1581, 272 + 84 * drop)], GREEN, width=10
        )


MEETINGS = (
    (0, 0.05, 0.30),
    (0, 0.55, 0.25),
    (1, 0.20, 0.45),
    (2, 0.05, 0.25),
    (2, 0.45, 0.40),
    (3, 0.30, 0.40),
    (4, 0.10, 0.30),
    (4, 0.55, 0.30),
)


def week(pen: Pen, time_s: float) -> None:
    """A week's meetings shrink, and Friday empties."""
    headline(pen, time_s, "Shorter meetings", BLUE, "Fridays", "stay free")
    page(pen, 930, 150, 850, 740, "Your week")
    shrink, leave = swing(passed(time_s, 0.55, 0.9)), swing(passed(time_s, 1.45, 0.6))
    for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri")):
        left = 974 + 156 * day
        free = leave if name == "Fri" else 0.0
        pen.text(left + 69, 300, name, size=30, weight="Bold", color=GREEN if free else MUTED, align="center")
        pen.box(left, 324, 138, 520, "#F1F2F8", radius=20)
        pen.box(left, 324, 138, 520, "#DDF6E8", radius=20, alpha=free)
    for number, (day, start, length) in enumerate(MEETINGS):
        friday = day == 4  # noqa: PLR2004  the last of five
        gone = leave if friday else 0.0
        height = 520 * length * between(1, 0.55, shrink) * (1 - gone)
        pen.box(
            974 + 156 * day + 12,
            324 + 520 * start + 12,
            114,
            height,
            (BLUE, VIOLET, TEAL, AMBER)[number % 4],
            radius=14,
            alpha=1 - gone,
        )
    done = passed(time_s, 1.8, 0.5)
    pen.disc(974 + 156 * 4 + 69, 584, 44 * spring(done) if done else 0, GREEN)
    pen.tick(974 + 156 * 4 + 69, 584, 62, ease(passed(time_s, 2.0, 0.4)))


def closing(pen: Pen, time_s: float, last_s: float) -> None:
    """The offer, then the name again."""
    pen.logo(960, 330, 150, passed(time_s, 0.1, 1.0))
    done = passed(time_s, 0.3, 0.7)
    pen.text(
        960,
        560 + 40 * (1 - ease(done)),
        "Start free today",
        size=128,
        weight="ExtraBold",
        color=WHITE,
        align="center",
        alpha=done,
    )
    grown = spring(passed(time_s, 0.9, 0.6))
    before = pen.alpha
    pen.alpha = before * passed(time_s, 0.9, 0.3)
    wide = 520 * grown
    pen.box(960 - wide / 2, 640, wide, 110, (TEAL, BLUE, VIOLET), radius=55)
    pen.text(960, 710, "Free for 10 people", size=42, weight="Bold", color=WHITE, align="center")
    pen.alpha = before
    done = passed(time_s, last_s, 0.7)
    pen.text(
        960,
        850 + 30 * (1 - ease(done)),
        "More room for your best work",
        size=46,
        weight="Medium",
        color="#D5DAFF",
        align="center",
        alpha=done,
    )
