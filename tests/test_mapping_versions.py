"""Versions of a mapping are told with what each one changed."""

from __future__ import annotations

from pipeline.mapping_versions import MappingDifference, mapping_versions
from pipeline.mappings import confirm_matches
from pipeline.recognition import recognize
from tests.karamad import HEADERS, SOUND, SOURCE, Desk, Layout


def test_each_version_names_what_it_changed(desk: Desk) -> None:
    (shipped,) = mapping_versions(desk.url, desk.settings, SOURCE)
    assert (shipped.author, shipped.at, shipped.is_in_force) == ("shipped", None, True)
    assert shipped.differences == ()
    layout = Layout(renamed={HEADERS["city"]: "نام آبادی"}, added=("رنگ",))
    found = recognize(desk.file([SOUND], layout), desk.settings, SOURCE)
    confirm_matches(desk.url, desk.settings, found, {"نام آبادی": "city", "رنگ": None}, "sara")
    first, second = mapping_versions(desk.url, desk.settings, SOURCE)
    assert (first.version, first.is_in_force) == (shipped.version, False)
    assert (second.version, second.author, second.is_in_force) == (
        shipped.version + 1,
        "sara",
        True,
    )
    assert second.at is not None
    aliases = "، ".join(("نام آبادی", *dict(shipped.mapping.fields())["city"].aliases))
    before = "، ".join(dict(shipped.mapping.fields())["city"].aliases)
    assert set(second.differences) == {
        MappingDifference("city", "aliases", before, aliases),
        MappingDifference("ignored_1", "added", None, "رنگ"),
    }
