"""The search: what is drawn, told and taken up again after an interruption."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import pytest

from tuner.errors import LedgerError, StudyError, TunerError
from tuner.search import Drawn, Search, check_sampler
from tuner.trials import PinnedTrial

FREE = ("tpe", "random", "grid", "qmc")
BEFORE, AFTER = 10, 3  # draws before and after an interruption; TPE learns from its 10th trial on
BASE = {"units": 2, "cell": "a"}


@dataclass(frozen=True)
class Begun:
    """A run folder that was left after `first`; uninterrupted, `rest` would have followed."""

    sampler: str
    folder: Path
    first: list[dict[str, Any]]
    rest: list[dict[str, Any]]


def use(trial: Any) -> None:
    """A space of 18 points."""
    trial.suggest_int("units", 1, 6)
    trial.suggest_categorical("cell", ["a", "b", "c"])


def objective(drawn: Drawn) -> float:
    params = drawn.configuration.params
    return (params["units"] - 3) ** 2 + "abc".index(params["cell"])


def opened(folder: Path, sampler: str, seed: int = 1, **changes: Any) -> Search:
    search = Search(folder, "study", changes.pop("direction", "minimize"), sampler, seed)
    baseline = PinnedTrial(BASE)
    use(baseline)
    search.tell_baseline(baseline, 1.0)
    return search


def go_on(search: Search, draws: int) -> list[dict[str, Any]]:
    """Draw and tell; the values drawn."""
    found = []
    for _ in range(draws):
        drawn = search.draw(use)
        assert drawn is not None
        found.append(dict(drawn.configuration.params))
        search.tell(drawn, objective(drawn))
    return found


@pytest.fixture(scope="module", params=FREE)
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """A search that was left after some draws, and what it draws where nothing interrupts it."""
    folder = tmp_path_factory.mktemp(request.param)
    search = opened(folder / "whole", request.param)
    first = go_on(search, BEFORE)
    shutil.copytree(folder / "whole", folder / "left")
    return Begun(request.param, folder / "left", first, go_on(search, AFTER))


def trials_of(folder: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(study_name="study", storage=f"sqlite:///{folder / 'study.db'}").trials


def test_every_sampler_draws_from_the_space(begun: Begun) -> None:
    found = [*begun.first, *begun.rest]
    assert all(1 <= params["units"] <= 6 and params["cell"] in "abc" for params in found)
    assert len({tuple(params.items()) for params in found}) > 3


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc"])
def test_another_study_seed_draws_otherwise(sampler: str, tmp_path: Path) -> None:
    assert go_on(opened(tmp_path / "1", sampler), 4) != go_on(opened(tmp_path / "2", sampler, seed=2), 4)


def test_draws_have_a_counter_of_their_own(tmp_path: Path) -> None:
    search = opened(tmp_path, "random")
    names = []
    for _ in range(3):
        drawn = search.draw(use)
        names.append(drawn.configuration.name)
        search.tell(drawn, 1.0)
    assert names == ["trial-0", "trial-1", "trial-2"]
    assert [drawn.configuration.name for drawn in search.drawn()] == names


def test_reopened_before_every_draw_goes_the_same_way(begun: Begun, tmp_path: Path) -> None:
    folder = shutil.copytree(begun.folder, tmp_path / "left")
    found = [go_on(opened(folder, begun.sampler), 1)[0] for _ in range(AFTER)]
    assert found == begun.rest


def test_interrupted_between_draw_and_tell_goes_the_same_way(begun: Begun, tmp_path: Path) -> None:
    folder = shutil.copytree(begun.folder, tmp_path / "left")
    for _ in range(AFTER):
        drawn = opened(folder, begun.sampler).draw(use)  # and no tell
        assert len(opened(folder, begun.sampler).drawn()) == drawn.number - 1  # besides the baseline
        assert go_on(opened(folder, begun.sampler), 1) == [drawn.configuration.params]
    found = [drawn.configuration.params for drawn in opened(folder, begun.sampler).drawn()]
    assert found == [*begun.first, *begun.rest]


@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_interrupted_within_a_draw_goes_the_same_way(place: str, begun: Begun, tmp_path: Path) -> None:
    def broken(trial: Any) -> None:
        if place == "after":
            use(trial)
        if place == "between":
            trial.suggest_int("units", 1, 6)
        raise KeyboardInterrupt

    folder = shutil.copytree(begun.folder, tmp_path / "left")
    with pytest.raises(KeyboardInterrupt):
        opened(folder, begun.sampler).draw(broken)
    assert go_on(opened(folder, begun.sampler), AFTER) == begun.rest


def test_the_drawn_know_what_they_were_told(tmp_path: Path) -> None:
    search = opened(tmp_path, "random")
    for value in (0.5, float("inf"), None):
        search.tell(search.draw(use), value)
    search.draw(use)
    found = [(drawn.value, drawn.ended, drawn.told) for drawn in search.drawn()]
    assert found == [
        (0.5, False, True),
        (float("inf"), False, True),
        (None, True, True),
        (None, False, False),
    ]
    assert [drawn.told for drawn in opened(tmp_path, "random").drawn()] == [True] * 3


@pytest.mark.parametrize("named", [True, False])
def test_what_an_earlier_version_left_running_is_gone_on_with(named: bool, tmp_path: Path) -> None:
    """It wrote a trial as soon as it was asked for, and its name when it was drawn."""
    opened(tmp_path, "random")
    study = optuna.load_study(study_name="study", storage=f"sqlite:///{tmp_path / 'study.db'}")
    trial = study.ask()
    if named:
        use(trial)
        trial.set_user_attr("configuration", "trial-0")
    search = opened(tmp_path, "random")
    drawn = search.drawn()[0] if named else search.draw(use)
    assert drawn is not None and not drawn.told
    assert (drawn.configuration.name, drawn.number) == ("trial-0", trial.number)
    search.tell(drawn, 1.0)
    assert [one.told for one in opened(tmp_path, "random").drawn()] == [True]


def test_the_baseline_is_told_once(tmp_path: Path) -> None:
    opened(tmp_path, "tpe")
    opened(tmp_path, "tpe")
    (trial,) = trials_of(tmp_path)
    assert (trial.state, trial.value, trial.params) == (optuna.trial.TrialState.COMPLETE, 1.0, BASE)
    assert opened(tmp_path, "tpe").drawn() == []


def test_a_baseline_outside_the_space_is_not_told_and_said(tmp_path: Path) -> None:
    search = Search(tmp_path, "study", "minimize", "tpe", 1)
    outside = PinnedTrial({"units": 99, "cell": "a"})
    use(outside)
    assert search.tell_baseline(outside, 1.0) is False
    assert trials_of(tmp_path) == []


def test_a_grid_draws_every_point_once_and_ends(tmp_path: Path) -> None:
    found = go_on(opened(tmp_path, "grid"), 17)  # 18 points without the baseline's
    assert len({tuple(sorted(params.items())) for params in [*found, BASE]}) == 18
    for _ in range(2):
        assert opened(tmp_path, "grid").draw(use) is None
    assert len(opened(tmp_path, "grid").drawn()) == 17


def test_a_grid_needs_finite_choices(tmp_path: Path) -> None:
    search = Search(tmp_path, "study", "minimize", "grid", 1)
    with pytest.raises(StudyError, match="a grid needs finite choices"):
        search.draw(lambda trial: trial.suggest_float("rate", 0.0, 1.0))
    assert search.draw(lambda trial: trial.suggest_float("rate", 0.0, 1.0, step=0.5)) is not None


def test_the_user_s_exceptions_are_left_to_training(tmp_path: Path) -> None:
    def failing(trial: Any) -> None:
        use(trial)
        raise RuntimeError("no memory")

    drawn = opened(tmp_path, "random").draw(failing)
    assert set(drawn.configuration.params) == {"units", "cell"}


def test_conditional_spaces_are_drawn(tmp_path: Path) -> None:
    def conditional(trial: Any) -> None:
        if trial.suggest_categorical("cell", ["a", "b"]) == "b":
            trial.suggest_int("units", 1, 4)

    search = Search(tmp_path, "study", "minimize", "tpe", 1)
    seen = set()
    for _ in range(12):
        drawn = search.draw(conditional)
        seen.add(tuple(sorted(drawn.configuration.params)))
        search.tell(drawn, float(len(drawn.configuration.params)))
    assert seen == {("cell",), ("cell", "units")}


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_tpe_learns(direction: Any, tmp_path: Path) -> None:
    search = Search(tmp_path, "study", direction, "tpe", 3)
    found = []
    for _ in range(20):
        drawn = search.draw(lambda trial: trial.suggest_float("x", 0.0, 1.0))
        found.append(drawn.configuration.params["x"])
        search.tell(drawn, found[-1])
    late = sum(found[12:]) / 8
    assert late < 0.25 if direction == "minimize" else late > 0.75


def test_tpe_has_the_documented_options_and_a_seed_for_every_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []
    real: Callable[..., Any] = optuna.samplers.TPESampler

    def watched(**options: Any) -> Any:
        if options:  # Optuna makes one without any for a study that is given none
            made.append(options)
        return real(**options)

    monkeypatch.setattr(optuna.samplers, "TPESampler", watched)
    go_on(opened(tmp_path, "tpe"), 4)
    assert all(options["multivariate"] and options["constant_liar"] for options in made)
    assert len({options["seed"] for options in made}) == 4


def test_gp_without_pytorch_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TunerError, match=r"pip install '\.\[gp\]', in the folder"):
        check_sampler("gp")


def test_an_unknown_sampler_names_those_there_are() -> None:
    with pytest.raises(TunerError, match="sampler 'cmaes' is unknown; use tpe, random, grid, qmc, gp"):
        check_sampler("cmaes")


def test_a_database_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_text("not a database" * 100)
    with pytest.raises(LedgerError, match=r"study\.db: cannot be opened") as caught:
        Search(tmp_path, "study", "minimize", "tpe", 1)
    assert "\n" not in str(caught.value)


def windowed(folder: Path, sampler: str, window: int, draws: int, stop: int | None = None) -> list[Any]:
    """Draw with so many under way, as workers have it; `stop` ends it after so many are told.

    The values drawn, in order, with those of earlier calls in the same folder.
    """
    search = opened(folder, sampler)
    found = search.drawn()
    under_way: list[Drawn] = []

    def tell(left: int) -> bool:
        while len(under_way) > left:
            if stop is not None and sum(one.told for one in search.drawn()) >= stop:
                return False
            one = under_way.pop(0)
            value = None if one.number % 5 == 1 else objective(one)  # some fail
            search.tell(one, value)
        return True

    while len(found) < draws:
        if not tell(window - 1 if search.draws_ahead else 0):
            break
        drawn = search.draw(use, window)
        if drawn is None:
            break
        under_way.append(drawn)
        found.append(drawn)
    tell(0)
    return [dict(one.configuration.params) for one in found]


@pytest.mark.parametrize("sampler", ["random", "grid", "qmc"])
def test_who_does_not_learn_draws_the_same_with_any_number_under_way(sampler: str, tmp_path: Path) -> None:
    draws = {window: windowed(tmp_path / str(window), sampler, window, 12) for window in (1, 2, 5)}
    assert draws[1] == draws[2] == draws[5]


@pytest.mark.parametrize("sampler", FREE)
@pytest.mark.parametrize("stop", [0, 1, 7, 9])
def test_interrupted_with_several_under_way_goes_the_same_way(
    sampler: str, stop: int, tmp_path: Path
) -> None:
    """After the interruption more has ended than was known when the next one was drawn."""
    whole = windowed(tmp_path / "whole", sampler, 3, 14)
    windowed(tmp_path / "left", sampler, 3, 14, stop)
    assert sum(one.told for one in opened(tmp_path / "left", sampler).drawn()) == stop
    assert windowed(tmp_path / "left", sampler, 3, 14) == whole


def test_what_tpe_draws_depends_on_the_number_under_way_alone(tmp_path: Path) -> None:
    draws = [windowed(tmp_path / str(place), "tpe", window, 14) for place, window in enumerate((1, 3, 3))]
    assert draws[1] == draws[2] != draws[0]
