"""Which sentences the agent understands, and as what."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb import languages
from nemodub_nb.local.agent.actions import (
    AddTitle,
    Approve,
    Aspect,
    Drop,
    Dub,
    EditLine,
    ExportTalk,
    Help,
    Keep,
    Level,
    Loudness,
    NoGlossary,
    OriginalVoice,
    Quality,
    RemoveLanguages,
    RemoveTitles,
    ResetLine,
    Restore,
    Review,
    Speed,
    SpokenLanguage,
    Subtitles,
    Transcribe,
    Undo,
    UnknownLanguages,
    UseVoice,
    WhichLanguages,
)
from nemodub_nb.local.agent.grammar import understand

EN, ES, FR = SpokenLanguage("en"), Dub(("es",)), Dub(("fr",))
DUCK, KEEP, OUT = OriginalVoice("duck"), OriginalVoice("keep"), OriginalVoice("remove")
OFF, ON, BURNED = Subtitles("off"), Subtitles("track"), Subtitles("burned")
TALL, WIDE, SQUARE = Aspect("9:16"), Aspect("16:9"), Aspect("1:1")
STREAMING, BROADCAST, PODCAST = Loudness(-14.0), Loudness(-23.0), Loudness(-16.0)
QUIETER, LOUDER = Level("background", 0.7, relative=True), Level("background", 1.4, relative=True)

UNDERSTOOD = [
    # lines, and looking before anything is spoken
    ("Change line 3 in Spanish to “Hola a todos”.", [EditLine(3, (("text", "Hola a todos"),), "es")]),
    ('line 4: "Bonjour"', [EditLine(4, (("text", "Bonjour"),))]),
    ('Line 4 in French should say "Bonjour"', [EditLine(4, (("text", "Bonjour"),), "fr")]),
    ('Change line 3 of the transcript to "Good morning"', [EditLine(3, (("text", "Good morning"),), transcript=True)]),
    ("Mute lines 2 and 4-5 in German", [EditLine(n, (("sound", "mute"),), "de") for n in (2, 4, 5)]),
    ("keep the original voice in line 2", [EditLine(2, (("sound", "original"),))]),
    ("unmute line 3 in Spanish", [EditLine(3, (("sound", None),), "es")]),
    ("use the voice kokoro:em_alex for line 5 in Spanish", [EditLine(5, (("voice", "kokoro:em_alex"),), "es")]),
    ("start line 3 at 0:12.5", [EditLine(3, (("start_s", 12.5),))]),
    ("line 7 is not speech", [EditLine(7, (("text", ""),), transcript=True)]),
    ("reset line 3 in Spanish", [ResetLine(3, "es")]),
    ("approve all lines in Spanish", [Approve((), "es")]),
    ("Approve lines 1-3 in es", [Approve((1, 2, 3), "es")]),
    ("Transcribe this video.", [Transcribe()]),
    ("Translate it into Spanish and French for review", [Review(("es", "fr"))]),
    ("Dub this video into Spanish, but do not speak it yet", [Review(("es",))]),
    ("write the script in French", [Review(("fr",))]),
    ('add a title "line 3" at 0:05', [AddTitle("line 3", 5.0, 3.0)]),
    # words
    ("Dub it into Spanish with synced audio. Use no glossary.", [ES, NoGlossary()]),
    ("Don't use the glossary any more", [NoGlossary()]),
    ("remove the glossary and dub it into French", [NoGlossary(), FR]),
    ("translate it into Spanish without my glossary", [ES, NoGlossary()]),
    ("Forget all the glossaries", [NoGlossary()]),
    ("不要用术语表，翻译成法语", [NoGlossary(), FR]),
    # languages
    ("Dub this video into Spanish, French, and German with synced audio.", [Dub(("es", "fr", "de"))]),
    ("dub this video into Spanish, French and German", [Dub(("es", "fr", "de"))]),
    ("Dub this video into Portuguese (Brazil), fr-CA and Chinese (Simplified) with synced audio. The video is in English.", [Dub(("pt-BR", "fr-CA", "zh-Hans")), EN]),
    ("Dub it into español & français", [Dub(("es", "fr"))]),
    ("Please translate this clip to Brazilian Portuguese", [Dub(("pt-BR",))]),
    ("translate it from English to Spanish", [EN, ES]),
    ("Translate from German into English and French.", [SpokenLanguage("de"), Dub(("en", "fr"))]),
    ("dub this English video into Hindi", [EN, Dub(("hi",))]),
    ("dub this video in English into Spanish", [EN, ES]),
    ("Can you dub this into Japanese?", [Dub(("ja",))]),
    ("I would like it in Spanish", [ES]),
    ("es, fr, de", [Dub(("es", "fr", "de"))]),
    ("Spanish and French please", [Dub(("es", "fr"))]),
    ("dub spanish", [ES]),
    ("add an Italian version", [Dub(("it",))]),
    ("now in Italian", [Dub(("it",))]),
    ("把这个视频翻译成西班牙语和法语", [Dub(("es", "fr"))]),
    ("请配音成西班牙语、法语和德语", [Dub(("es", "fr", "de"))]),
    ("用西班牙语配音", [ES]),
    ("从英语翻译成西班牙语，去掉字幕", [EN, ES, OFF]),
    ("The video is in English.", [EN]),
    ("It's spoken in French", [SpokenLanguage("fr")]),
    ("Source language: German", [SpokenLanguage("de")]),
    ("remove German", [RemoveLanguages(("de",))]),
    ("remove the German dub and add Italian", [RemoveLanguages(("de",)), Dub(("it",))]),
    ("don't dub into German", [RemoveLanguages(("de",))]),
    ("dub it to Klingon", [Dub(("tlh",))]),
    ("dub into Spanish and Blorbish", [ES, UnknownLanguages(("Blorbish",))]),
    ("Dub into Blorbish", [UnknownLanguages(("Blorbish",))]),
    ("Dub this.", [WhichLanguages()]),
    ("dub the video into all languages", [WhichLanguages()]),
    ("translating and dubbing videos into multiple languages for global audiences for marketers", [WhichLanguages()]),
    # the original voice
    ("Keep the original voice low under the dub.", [DUCK]),
    ("keep the original audio quietly in the background", [DUCK]),
    ("duck the original voice", [DUCK]),
    ("Keep the original voice.", [KEEP]),
    ("mute the original voice", [OUT]),
    ("remove the voice", [OUT]),
    ("remove all the dubs", [RemoveLanguages(())]),
    ("remove the original voice but keep the music", [OUT, Level("background", 1.0, relative=True)]),
    ("保留原声", [KEEP]),
    # levels
    ("Set the background volume to 35%.", [Level("background", 0.35)]),
    ("music at 20 percent", [Level("background", 0.2)]),
    ("lower the background music to 20%", [Level("background", 0.2)]),
    ("make the music quieter", [QUIETER]),
    ("turn the music down", [QUIETER]),
    ("louder music please", [LOUDER]),
    ("make the music 20 % quieter", [Level("background", 0.8, relative=True)]),
    ("music 50% louder", [Level("background", 1.5, relative=True)]),
    ("turn the music down by 20%", [Level("background", 0.8, relative=True)]),
    ("no music", [Level("background", 0.0)]),
    ("make the voice louder", [Level("dub", 1.4, relative=True)]),
    ("Set the dub volume to 80%", [Level("dub", 0.8)]),
    ("背景音乐音量35%", [Level("background", 0.35)]),
    # subtitles
    ("No subtitles.", [OFF]),
    ("subtitles off", [OFF]),
    ("don't add subtitles", [OFF]),
    ("turn on subtitles", [ON]),
    ("add captions", [ON]),
    ("Burn the subtitles into the picture.", [BURNED]),
    ("hardcoded subtitles", [BURNED]),
    # titles
    ('add a title "Hello"', [AddTitle("Hello")]),
    ("add a title “Urban Dreams” for 5 seconds", [AddTitle("Urban Dreams", 0.0, 5.0)]),
    ('add the text "Buy now" at 0:10 for 2 seconds', [AddTitle("Buy now", 10.0, 2.0)]),
    ('put "Big Sale" on the screen from 5 to 8', [AddTitle("Big Sale", 5.0, 3.0)]),
    ('show the title "The End" at the end', [AddTitle("The End", -3.0, 3.0)]),
    ('add a title "Dub into German and cut the first 3 seconds"', [AddTitle("Dub into German and cut the first 3 seconds")]),
    ("add a title that says Download now", [AddTitle("Download now")]),
    ("添加标题“你好”", [AddTitle("你好")]),
    ("remove the title", [RemoveTitles()]),
    # length
    ("trim to the first 10 seconds", [Keep(0.0, 10.0)]),
    ("keep only the first ten seconds", [Keep(0.0, 10.0)]),
    ("keep the last 5 seconds", [Keep(-5.0, None)]),
    ("trim the video from 0:05 to 0:20", [Keep(5.0, 20.0)]),
    ("trim from 9:16 to 10:00", [Keep(556.0, 600.0)]),
    ("keep 2 minutes to 3 minutes", [Keep(120.0, 180.0)]),
    ("make it 15 seconds long", [Keep(0.0, 15.0)]),
    ("start at 5 seconds", [Keep(5.0, None)]),
    ("cut the first 2 seconds", [Drop(0.0, 2.0)]),
    ("cut the last 3s", [Drop(-3.0, None)]),
    ("remove 2 seconds from the end", [Drop(-2.0, None)]),
    ("cut out 5 to 7.5 seconds", [Drop(5.0, 7.5)]),
    ("cut everything after 0:30", [Drop(30.0, None)]),
    ("restore the full length", [Restore()]),
    # shape
    ("make it 9:16", [TALL]),
    ("9:16 for phones", [TALL]),
    ("make it vertical for TikTok", [TALL, STREAMING]),
    ("for YouTube Shorts", [TALL, STREAMING]),
    ("for YouTube", [WIDE, STREAMING]),
    ("16:9 please", [WIDE]),
    ("widescreen", [WIDE]),
    ("square please", [SQUARE]),
    ("back to the original aspect ratio", [Aspect(None)]),
    # loudness
    ("−14 LUFS", [STREAMING]),
    ("set the loudness to -14 LUFS", [STREAMING]),
    ("bring it to -19.5 lufs please", [Loudness(-19.5)]),
    ("broadcast loudness", [BROADCAST]),
    ("make it for TV", [BROADCAST]),
    ("use the EBU R128 standard", [BROADCAST]),
    ("EBU R128", [BROADCAST]),
    ("for my podcast", [PODCAST]),
    ("streaming loudness", [STREAMING]),
    ("for an Instagram Reel", [TALL, STREAMING]),
    ("for the Instagram feed", [SQUARE, STREAMING]),
    ("for LinkedIn", [STREAMING]),
    ("make it square with broadcast loudness", [SQUARE, BROADCAST]),
    ("Dub into Spanish for YouTube", [ES, WIDE, STREAMING]),
    ("back to the usual loudness", [Loudness(None)]),
    # voices
    ("Use the voice kokoro:ef_dora for Spanish.", [UseVoice("kokoro:ef_dora", "es")]),
    ("use kokoro:ff_siwis", [UseVoice("kokoro:ff_siwis", None)]),
    ("Use the fast voices.", [Quality("fast")]),
    ("use the best voices", [Quality("best")]),
    ("speak a bit faster", [Speed(1.1, relative=True)]),
    ("make the voice slower", [Speed(0.9, relative=True)]),
    ("voice speed 1.2x", [Speed(1.2, relative=False)]),
    # the rest
    ("undo", [Undo()]),
    ("undo that and make it vertical", [Undo(), TALL]),
    ("撤销", [Undo()]),
    ("help", [Help()]),
    ("what can you do?", [Help()]),
    ("How do I export subtitles in Spanish?", [Help()]),
    # several at once
    ("dub into Spanish and set the music to 20% and burn the subtitles", [ES, Level("background", 0.2), BURNED]),
    ('Dub into Spanish; then trim to the first ten seconds, add the title "Hi", and export it as an MP4', [ES, Keep(0.0, 10.0), AddTitle("Hi"), ExportTalk()]),
    ("Use kokoro:ff_siwis for French and translate it into French", [UseVoice("kokoro:ff_siwis", "fr"), FR]),
    (
        "Dub this video into Spanish with synced audio. The video is in English. Keep the original voice low under the dub. Set the background volume to 35%. Burn the subtitles into the picture. Use the fast voices.",
        [ES, EN, DUCK, Level("background", 0.35), BURNED, Quality("fast")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "actions"), UNDERSTOOD)
def test_the_sentence_is_understood_in_full(sentence, actions):
    understanding = understand(sentence)
    assert list(understanding.actions) == actions
    assert understanding.left_out == ()


@pytest.mark.parametrize(
    ("sentence", "actions", "left_out"),
    [
        ("make it look better", [], ("make it look better",)),
        ("add sparkles and dub into French", [FR], ("add sparkles",)),
        ("Make the Spanish voice female", [], ("Make the Spanish voice female",)),
        ("don't make it vertical", [], ("don't make it vertical",)),
        ("Sing me a song. Subtitles off.", [OFF], ("Sing me a song",)),
        ('say "dub into French"', [], ("say “dub into French”",)),
        ("convert a 3-minute product explainer video in English into a 1080p MP4", [EN, ExportTalk()], ("convert a 3-minute product explainer video",)),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_returned(sentence, actions, left_out):
    understanding = understand(sentence)
    assert (list(understanding.actions), understanding.left_out) == (actions, left_out)


@pytest.mark.parametrize("sentence", ["Hello", "Thank you!", "", "   ", "..."])
def test_small_talk_is_neither_an_instruction_nor_a_riddle(sentence):
    assert understand(sentence).actions == ()
    assert understand(sentence).left_out == ()


def test_a_clip_is_named_by_a_prefix():
    understanding = understand(
        'For the clip "my: clip (2).mp4": Dub this video into Spanish with synced audio.'
    )
    assert (understanding.clip, understanding.actions) == ("my: clip (2).mp4", (ES,))
    assert understand("对于片段“a.mp4”：字幕关闭").clip == "a.mp4"


@given(
    st.lists(st.sampled_from(sorted(languages.COMMON)), min_size=1, max_size=6, unique=True), st.booleans()
)
def test_every_list_of_languages_is_read_back_whether_by_name_or_by_tag(tags, by_name):
    items = [languages.english_name(tag) if by_name else tag for tag in tags]
    listed = items[0] if len(items) == 1 else " and ".join([", ".join(items[:-1]), items[-1]])
    understanding = understand(f"Dub this video into {listed} with synced audio.")
    assert understanding.actions == (Dub(tuple(tags)),)
    assert understanding.left_out == ()


@given(st.sampled_from(sorted(languages.COMMON)))
def test_every_language_is_known_by_its_own_and_its_chinese_name(tag):
    for name in languages.names(tag):
        (action,) = understand(f"翻译成{name}").actions
        assert isinstance(action, Dub)
        assert languages.base(action.languages[0]) == tag


@given(st.text(max_size=200))
@settings(max_examples=300)
def test_any_text_is_answered(text):
    understand(text)


@given(st.lists(st.sampled_from([sentence for sentence, _ in UNDERSTOOD]), max_size=5), st.text(max_size=20))
@settings(max_examples=200)
def test_any_mixture_of_instructions_is_answered(sentences, noise):
    understand(f" {noise} ".join(sentences))


@given(st.text(alphabet=st.characters(blacklist_characters='"“”'), min_size=1, max_size=100))
def test_a_quoted_text_is_a_title_and_nothing_else(text):
    actions = understand(f'Add a title "{text}" for 4 seconds').actions
    assert all(isinstance(action, AddTitle) and action.duration_s == 4.0 for action in actions)


def test_a_long_hostile_sentence_takes_no_time():
    for text in (
        "dub " * 1000,
        "into " * 800,
        "a" * 4000,
        '"' * 4000,
        "1:" * 2000,
        " " * 4000,
        "\n " * 2000,
        "the original " * 300,
        "Spanish, " * 400,
        "set the " * 500,
    ):
        understand(text)
