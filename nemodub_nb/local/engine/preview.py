"""Lets somebody hear a voice before a dub uses it: one fixed sentence in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from nemodub_nb.languages import base, own_name
from nemodub_nb.local.engine import pieces
from nemodub_nb.local.engine.errors import NoVoiceError
from nemodub_nb.local.engine.speak.voices import Voice, candidates, choose, pace_of, ready

_SENTENCES: Final = {
    "en": "Hello, this is how your video will sound.",
    "es": "Hola, así sonará tu vídeo.",
    "fr": "Bonjour, voici comment votre vidéo va sonner.",
    "de": "Hallo, so wird dein Video klingen.",
    "it": "Ciao, ecco come suonerà il tuo video.",
    "pt": "Olá, é assim que o seu vídeo vai soar.",
    "nl": "Hallo, zo gaat je video klinken.",
    "pl": "Cześć, tak będzie brzmiał twój film.",
    "ru": "Здравствуйте, вот так будет звучать ваше видео.",
    "uk": "Вітаю, ось так звучатиме ваше відео.",
    "cs": "Dobrý den, takhle bude znít vaše video.",
    "sk": "Dobrý deň, takto bude znieť vaše video.",
    "hu": "Üdvözlöm, így fog szólni a videója.",
    "ro": "Bună ziua, așa va suna videoclipul dumneavoastră.",
    "bg": "Здравейте, така ще звучи вашето видео.",
    "el": "Γεια σας, έτσι θα ακούγεται το βίντεό σας.",
    "tr": "Merhaba, videonuz böyle duyulacak.",
    "ar": "مرحبا، هكذا سيكون صوت الفيديو الخاص بك.",
    "he": "שלום, כך יישמע הסרטון שלך.",
    "fa": "سلام، ویدیوی شما این‌گونه شنیده خواهد شد.",
    "hi": "नमस्ते, आपका वीडियो ऐसा सुनाई देगा।",
    "bn": "নমস্কার, আপনার ভিডিও এমন শোনাবে।",
    "ta": "வணக்கம், உங்கள் காணொளி இப்படித்தான் ஒலிக்கும்.",
    "te": "నమస్కారం, మీ వీడియో ఇలా వినిపిస్తుంది.",
    "ur": "السلام علیکم، آپ کی ویڈیو ایسی سنائی دے گی۔",
    "id": "Halo, beginilah suara video Anda.",
    "ms": "Helo, beginilah bunyi video anda.",
    "vi": "Xin chào, video của bạn sẽ nghe như thế này.",
    "th": "สวัสดี วิดีโอของคุณจะมีเสียงแบบนี้",
    "ko": "안녕하세요, 영상은 이렇게 들립니다.",
    "ja": "こんにちは。あなたの動画はこのように聞こえます。",
    "zh": "你好，你的视频听起来会是这样。",
    "sv": "Hej, så här kommer din video att låta.",
    "da": "Hej, sådan kommer din video til at lyde.",
    "nb": "Hei, slik kommer videoen din til å høres ut.",
    "fi": "Hei, tältä videosi tulee kuulostamaan.",
    "et": "Tere, nii hakkab teie video kõlama.",
    "lv": "Sveiki, šādi skanēs jūsu video.",
    "lt": "Sveiki, taip skambės jūsų vaizdo įrašas.",
    "sl": "Pozdravljeni, tako bo zvenel vaš videoposnetek.",
    "hr": "Dobar dan, ovako će zvučati vaš video.",
    "sr": "Добар дан, овако ће звучати ваш видео.",
    "ca": "Hola, així sonarà el teu vídeo.",
    "gl": "Ola, así soará o teu vídeo.",
    "eu": "Kaixo, horrela entzungo da zure bideoa.",
    "sq": "Përshëndetje, kështu do të tingëllojë videoja juaj.",
    "mk": "Здраво, вака ќе звучи вашето видео.",
    "is": "Halló, svona mun myndbandið þitt hljóma.",
    "ga": "Dia duit, seo mar a bheidh d’fhíseán.",
    "cy": "Helo, dyma sut bydd eich fideo yn swnio.",
}
"""For every common language."""


def sentence(language: str) -> str:
    """Return what a voice says in a language; its own name where there is no sentence."""
    return _SENTENCES.get(base(language)) or own_name(language)


def voice_piece(language: str, wanted: str | None, home: Path) -> pieces.Piece:
    """Return the piece in which a voice says the sentence: the one that is wanted, else the best one that is ready.

    Nothing is fetched. Raises NoVoiceError, with the command that adds a voice, when none is ready.
    """
    models = home / "models"
    voice = choose(language, "best", models, wanted)
    text = sentence(language)
    what = {"language": language, "voice": voice.id, "text": text, "models": str(models)}
    return pieces.voice_piece([voice.id, voice.code, text], home / "cache", what)


def offered(language: str, models: Path) -> list[dict[str, Any]]:
    """Return the voices of a language, best first: id, label, grade, gender, characters_per_s, ready."""
    try:
        found = candidates(language)
    except NoVoiceError:
        return []
    return [
        {
            "id": voice.id,
            "label": _label(voice),
            "grade": voice.grade,
            "gender": voice.gender,
            "characters_per_s": pace_of(voice),
            "ready": ready(voice, models),
        }
        for voice in found
    ]


def _label(voice: Voice) -> str:
    """Return a voice's name as people say it, such as `Dora` for `kokoro:ef_dora`."""
    if voice.engine == "espeak":
        return f"eSpeak {voice.speaker.partition('+')[2]}".strip()
    if voice.engine == "kokoro":  # its names begin with language and gender
        return _words(voice.speaker.partition("_")[2])
    _, name, quality = voice.speaker.split("-")
    return _words(name) if quality == "medium" else f"{_words(name)} ({quality.replace('_', ' ')})"


def _words(name: str) -> str:
    return name.replace("_", " ").title()
