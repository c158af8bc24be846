"""Every attack works somewhere, and none where the child is sealed."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.grading.attacks.arena import SETTINGS, Arena
from tests.grading.attacks.bank import BANK
from tests.grading.attacks.open import OPEN

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="what the attacks are stopped by is Linux's; elsewhere is self-check",
)
root_only = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="root alone changes users: an ordinary one is tested",
)

SEALED = [
    pytest.param("sealed, root", marks=root_only),
    pytest.param("sealed, root, unreadable interpreter", marks=root_only),
    "sealed, user",
]
PARTS = 4
"""Parts that a whole bank is cut into, so that each is done within minutes on a busy machine."""


@pytest.fixture(scope="module")
def arena():
    arena = Arena()
    yield arena
    arena.close()


def had_effects(arena, setting, bank):
    """Return the names of the attacks that did something, with what they did."""
    results = {attack.name: arena.effects(attack, setting) for attack in bank}
    levels = {report["level"] for _, report in results.values() if report}
    assert setting not in ("sealed, user", "guarded", "self-check") or levels <= {setting.partition(",")[0]}
    return {name: sorted(found) for name, (found, _) in results.items() if found}


def test_names_tell_the_attacks_apart():
    names = [attack.name for attack in BANK]
    assert len(set(names)) == len(names) >= 100


def test_every_attack_has_a_control_in_a_weaker_place():
    for attack in BANK:
        assert attack.control.startswith("naive: ") or attack.control in SETTINGS
        assert not attack.control.startswith("sealed")


def test_what_is_open_is_in_the_bank():
    assert {name for names in OPEN.values() for name in names} <= {attack.name for attack in BANK}


def test_the_page_names_what_is_open():
    page = Path(__file__).parents[3].joinpath("docs/sandbox.md").read_text(encoding="utf-8")
    for level, names in OPEN.items():
        line = re.search(rf"^\*\*{level}\*\* .*$", page, re.MULTILINE | re.IGNORECASE)[0]
        assert set(re.findall(r"`(\w+)`", line)) == names
    assert f"{len(BANK)} attacks are" in page


def test_a_representative_part_has_no_effect(arena):
    """Attacks of each sort, as whoever runs this; what waits for a deadline is left to the slow tests."""
    waiting = {"deadlines", "bounded output", "limits"}
    part = [attack for attack in BANK if attack.stopped_by not in waiting][::5]
    setting = "sealed, root, unreadable interpreter" if os.geteuid() == 0 else "sealed, user"
    assert had_effects(arena, setting, part) == {}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("setting", SEALED)
def test_no_attack_has_an_effect_on_a_sealed_child(arena, setting, part):
    assert had_effects(arena, setting, BANK[part::PARTS]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("setting", [pytest.param("guarded", marks=root_only), "self-check"])
def test_what_weaker_levels_leave_open_is_exactly_what_is_said(arena, setting, part):
    bank = BANK[part::PARTS]
    assert set(had_effects(arena, setting, bank)) == OPEN[setting] & {attack.name for attack in bank}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_attack_works_where_its_layer_is_off(arena, part):
    without = []
    for attack in BANK[part::PARTS]:
        if attack.control == "root" and os.geteuid() != 0:
            continue  # works for the superuser alone
        flaw = attack.control.partition("naive: ")[2]
        found, _ = arena.naive_effects(attack, flaw) if flaw else arena.effects(attack, attack.control)
        if not found:
            without.append(attack.name)
    assert without == []
