"""Whoever watches a project hears of what it has done."""

from __future__ import annotations


def test_a_watcher_hears_of_every_action_until_it_leaves(lab, clip):
    heard, project = [], lab.open()
    leave = project.watch(heard.append)
    uploaded = project.upload(clip, show=False)
    reply = project.ask("status", show=False)
    assert heard == [[uploaded], reply]
    leave()
    project.ask("status", show=False)
    assert len(heard) == 2
