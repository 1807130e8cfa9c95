"""The Piper voices that are known by name, with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class PiperVoice:
    """One voice of rhasspy/piper-voices."""

    name: str
    """As its host calls it: locale, speaker, sample quality."""
    gender: Literal["female", "male"] | None
    """None where it is not known."""
    size_mb: int
    """Size of the model."""
    licence: str = ""
    """Licence of the recordings, where its card says; most voices of medium quality were trained on from another one."""

    @property
    def quality(self) -> str:
        """Sample quality: `x_low` and `low` are 16 kHz, `medium` and `high` 22 kHz."""
        return self.name.rsplit("-", 1)[1]

    @property
    def locale(self) -> str:
        """Language and region as a BCP 47 tag: `nb-NO` for `no_NO-talesyntese-medium`."""
        code, _, region = self.name.partition("-")[0].partition("_")
        return f"{_LANGUAGES.get(code, code)}-{region}"


_LANGUAGES: Final = {"no": "nb"}

VOICES: Final = (
    PiperVoice("ar_JO-kareem-medium", "male", 63),
    PiperVoice("bg_BG-dimitar-medium", "male", 63),
    PiperVoice("ca_ES-upc_ona-medium", "female", 63),
    PiperVoice("ca_ES-upc_pau-x_low", "male", 28, "CC-BY-SA-3.0"),
    PiperVoice("cs_CZ-jirka-medium", "male", 63),
    PiperVoice("cs_CZ-kasandra-medium", "female", 64, "CC-BY-4.0"),
    PiperVoice("cy_GB-gwryw_gogleddol-medium", "male", 64),
    PiperVoice("da_DK-talesyntese-medium", None, 63),
    PiperVoice("de_DE-thorsten-medium", "male", 63),
    PiperVoice("de_DE-kerstin-low", "female", 63, "CC0-1.0"),
    PiperVoice("de_DE-thorsten-high", "male", 114),
    PiperVoice("el_GR-rapunzelina-medium", "female", 63, "CC0-1.0"),
    PiperVoice("en_US-joe-medium", "male", 63, "CC0-1.0"),
    PiperVoice("en_US-kristin-medium", "female", 64, "public domain"),
    PiperVoice("en_US-bryce-medium", "male", 64, "public domain"),
    PiperVoice("en_US-ljspeech-medium", "female", 64, "public domain"),
    PiperVoice("en_GB-cori-medium", "female", 64, "public domain"),
    PiperVoice("en_GB-alan-medium", "male", 63),
    PiperVoice("es_ES-davefx-medium", "male", 63),
    PiperVoice("es_ES-carlfm-x_low", "male", 28, "public domain"),
    PiperVoice("es_MX-ald-medium", "male", 63),
    PiperVoice("es_MX-claude-high", None, 63, "Apache-2.0"),
    PiperVoice("es_AR-daniela-high", "female", 114),
    PiperVoice("eu_ES-maider-medium", "female", 64, "CC-BY-4.0"),
    PiperVoice("eu_ES-antton-medium", "male", 64, "CC-BY-4.0"),
    PiperVoice("fa_IR-amir-medium", "male", 64),
    PiperVoice("fi_FI-harri-medium", "male", 63),
    PiperVoice("fr_FR-siwis-medium", "female", 63),
    PiperVoice("fr_FR-gilles-low", "male", 63, "CC0-1.0"),
    PiperVoice("fr_FR-tom-medium", "male", 64, "AGPL-3.0"),
    PiperVoice("hi_IN-pratham-medium", "male", 63),
    PiperVoice("hi_IN-priyamvada-medium", "female", 63),
    PiperVoice("hu_HU-anna-medium", "female", 63),
    PiperVoice("hu_HU-imre-medium", "male", 63),
    PiperVoice("hu_HU-berta-medium", "female", 63),
    PiperVoice("id_ID-news_tts-medium", None, 63),
    PiperVoice("is_IS-steinn-medium", "male", 76),
    PiperVoice("is_IS-salka-medium", "female", 76),
    PiperVoice("it_IT-paola-medium", "female", 64),
    PiperVoice("it_IT-riccardo-x_low", "male", 28),
    PiperVoice("it_IT-serena-medium", "female", 64, "CC-BY-4.0"),
    PiperVoice("ka_GE-natia-medium", "female", 63),
    PiperVoice("lv_LV-aivars-medium", "male", 64, "CC0-1.0"),
    PiperVoice("ml_IN-arjun-medium", "male", 63),
    PiperVoice("ml_IN-meera-medium", "female", 63),
    PiperVoice("nl_NL-alex-medium", "male", 64, "CC0-1.0"),
    PiperVoice("nl_NL-pim-medium", "male", 64),
    PiperVoice("nl_BE-nathalie-medium", "female", 63),
    PiperVoice("no_NO-talesyntese-medium", None, 63),
    PiperVoice("pl_PL-darkman-medium", "male", 63),
    PiperVoice("pl_PL-gosia-medium", "female", 63),
    PiperVoice("pt_BR-faber-medium", "male", 63),
    PiperVoice("pt_BR-edresson-low", "male", 63, "CC-BY-4.0"),
    PiperVoice("pt_PT-tugão-medium", "male", 63),
    PiperVoice("ro_RO-mihai-medium", "male", 63),
    PiperVoice("ru_RU-irina-medium", "female", 63),
    PiperVoice("ru_RU-denis-medium", "male", 63),
    PiperVoice("ru_RU-dmitri-medium", "male", 63),
    PiperVoice("sk_SK-lili-medium", "female", 63),
    PiperVoice("sl_SI-artur-medium", "male", 63, "CC-BY-4.0"),
    PiperVoice("sv_SE-nst-medium", "male", 63, "CC0-1.0"),
    PiperVoice("sv_SE-alma-medium", "female", 63),
    PiperVoice("te_IN-padmavathi-medium", "female", 64, "CC-BY-4.0"),
    PiperVoice("te_IN-venkatesh-medium", "male", 64, "CC-BY-4.0"),
    PiperVoice("tr_TR-dfki-medium", "male", 63),
    PiperVoice("tr_TR-fahrettin-medium", "male", 63),
    PiperVoice("uk_UA-tetiana-high", "female", 114, "Apache-2.0"),
    PiperVoice("uk_UA-mykyta-high", "male", 114, "Apache-2.0"),
    PiperVoice("ur_PK-aegis_female-medium", "female", 64),
    PiperVoice("vi_VN-vais1000-medium", "female", 63),
    PiperVoice("zh_CN-huayan-medium", "female", 63),
)
"""At least one for each main language that has any, the preferred one of a language first, both genders where there are."""

BY_NAME: Final = {voice.name: voice for voice in VOICES}
