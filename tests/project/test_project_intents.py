from __future__ import annotations

import pytest

from nemodub_nb.project.intents import route

TABLE = [
    ("export", "export"),
    ("Export.", "export"),
    ("EXPORT!!", "export"),
    ("导出", "export"),
    ("download", "export"),
    ("send me the video", "export"),
    ("Please export the video", "export"),
    ("Can you export it in Spanish and French?", "export"),
    ("could you please download the files", "export"),
    ("Can I have the video?", "export"),
    ("export all languages as mp4", "export"),
    ("Looks good, export", "export"),
    ("OK, now export it please", "export"),
    ("I'd like to download the final video", "export"),
    ("Let's export", "export"),
    ("Give me the mp4", "export"),
    ("export the Spanish version", "export"),
    ("请导出视频", "export"),
    ("帮我导出", "export"),
    ("把视频发给我", "export"),
    ("把西班牙语版本导出来", "export"),
    ("下载视频吧", "export"),
    ("credits", "credits"),
    ("How many credits do I have left?", "credits"),
    ("what's my balance", "credits"),
    ("check my credits", "credits"),
    ("积分", "credits"),
    ("我还有多少积分?", "credits"),
    ("余额", "credits"),
    ("查询余额", "credits"),
    ("status", "state"),
    ("What's the status?", "state"),
    ("show tracks", "state"),
    ("Show me the timeline", "state"),
    ("状态", "state"),
    ("查看状态", "state"),
    ("upload", "upload"),
    ("upload clip.mp4", "upload"),
    ('Upload "my holiday clip.mov"', "upload"),
    ("上传", "upload"),
    ("请上传 demo.mp4", "upload"),
    ("./videos/demo.webm", "upload"),
    ("https://example.com/a/clip.mp4", "upload"),
    ("How do I export subtitles in Spanish?", "agent"),
    ("add a title that says Download now", "agent"),
    ('Add a title "Export"', "agent"),
    ("Add the text “send me the video” at the end", "agent"),
    ("Dub this video into Spanish, French, and German with synced audio.", "agent"),
    ("Balance the voices against the music", "agent"),
    ("Roll the credits at the end", "agent"),
    ("Add end credits", "agent"),
    ("show the credits at the end of the video", "agent"),
    ("Don't export yet", "agent"),
    ("Where can I download the video?", "agent"),
    ("Make the export button red", "agent"),
    ("Add a status bar at the top", "agent"),
    ("What does the status light in the video mean?", "agent"),
    ("Upload the result to YouTube", "agent"),
    ("How do I upload a file?", "agent"),
    ("怎么导出西班牙语字幕?", "agent"),
    ("如何导出", "agent"),
    ("添加一个标题,写着立即下载", "agent"),
    ("给视频配上西班牙语", "agent"),
    ("在片尾加上“积分”二字", "agent"),
    ("不要导出", "agent"),
    ("Use logo.png as an overlay", "agent"),
    ("Export regulations are the topic: make the title bigger", "agent"),
    ("", "agent"),
]


@pytest.mark.parametrize(("sentence", "action"), TABLE)
def test_a_sentence_means_what_the_table_says(sentence, action):
    assert route(sentence).action == action


def test_the_agent_never_hears_the_word_of_a_command_that_ends_an_edit():
    intent = route("Dub this into Spanish and French, then export it")
    assert (intent.action, intent.sentence, intent.then_export) == (
        "agent",
        "Dub this into Spanish and French",
        True,
    )
    intent = route("配音成法语,然后导出")
    assert (intent.sentence, intent.then_export) == ("配音成法语", True)


def test_an_edit_that_only_quotes_a_command_goes_whole_to_the_agent():
    sentence = 'Add the title "Watch it and download" at 3 s'
    intent = route(sentence)
    assert (intent.sentence, intent.then_export) == (sentence, False)


def test_an_export_knows_the_languages_it_names():
    assert route("Export Spanish and German only").languages == ("es", "de")
    assert route("导出法语版").languages == ("fr",)
    assert route("export").languages == ()


def test_an_upload_knows_the_files_it_names():
    assert route('upload "my clip.mp4" and b.mov').files == ("my clip.mp4", "b.mov")
    assert route("https://example.com/x.mp4").files == ("https://example.com/x.mp4",)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece",
    ["it ", "es, ", " ", "please ", "now, ", "export ", "好的", '"', "a.mp4 ", "the video ", "把导出"],
)
def test_no_sentence_takes_long_to_understand(piece):
    for sentence in (piece * 80, "export " + piece * 80 + "x", "x " + piece * 80 + "y"):
        route(sentence)
