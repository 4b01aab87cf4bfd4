"""The search around a published configuration: what is confirmed on fresh seeds is kept with the results."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.published import ledger
from benchmarks.published.row import Row, Search
from benchmarks.published.training import file_of, values
from tuner.backend import prepare_backend
from tuner.files import write_whole

if TYPE_CHECKING:
    from tuner.result import Result

RUNS = Path("reports/published")  # the run folders, with a report each


def tune_row(
    row: Row,
    folder: Path,
    *,
    runs: Path = RUNS,
    quick: bool = False,
    fresh: bool = False,
    data: Path | None = None,
    command: str = "",
) -> Path:
    """Search from the published configuration as the baseline, and keep `folder`/<row>-tuned.csv and .json.

    An interrupted search goes on where it was left, from its run folder in `runs`.

    Raises: TunerError where that folder holds another study.
    """
    prepare_backend()
    from tuner.console import reporter
    from tuner.loading import load_study
    from tuner.plan import Plan
    from tuner.protocol import run
    from tuner.report.write import write_report

    search = row.search or Search()
    if quick:
        search = replace(search, trials=1, search_repeats=1, repeats=2)
    options = {**(search.options or row.options), **(row.quick if quick else {}), **file_of(row, data)}
    study = load_study(row.path, options)
    study = replace(study, baseline=values(study, {**row.params, **search.params}), name=row.id)
    plan = Plan(
        trials=search.trials,
        search_repeats=search.search_repeats,
        repeats=search.repeats,
        finalists=search.finalists,
    )
    with reporter() as progress:
        result = run(
            study,
            plan,
            output=runs / row.id,
            engine=row.engine,
            fresh=fresh,
            command=command,
            reporter=progress,
        )
    write_report(result, runs / row.id)
    return _keep(row, search, result, folder, command)


def _keep(row: Row, search: Search, result: "Result", folder: Path, command: str) -> Path:
    """The confirmation scores as CSV, and what they say as JSON."""
    from tuner.report.summary import summary

    setup, found = result.setup, summary(result)
    made = {
        "row": row.id,
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "versions": dict(setup.versions),
        "engine": setup.engine,
        "backend": setup.backend,
        "seconds": round(setup.seconds, 1),
        "options": {key: value for key, value in setup.options.items() if key != "path"},
        "plan": {
            key: value for key, value in asdict(search).items() if key not in ("options", "params", "goal")
        },
        "goal": search.goal,
        **{key: found[key] for key in ("metric", "direction", "baseline", "finalists", "best", "naive")},
    }
    runs = [
        {
            "configuration": run.configuration,
            "seed_index": run.seed_index,
            "status": run.status,
            "score": run.scores.get("test", float("nan")),
        }
        for run in sorted(result.runs, key=lambda run: (run.configuration, run.seed_index))
        if run.phase == "confirmation"
    ]
    head: dict[str, Any] = {
        key: value for key, value in made.items() if not isinstance(value, dict | list | None)
    }
    path = folder / f"{row.id}-tuned.csv"
    ledger.write(path, {**head, **{name: made["versions"].get(name, "") for name in ("keras", "jax")}}, runs)
    write_whole(path.with_suffix(".json"), json.dumps(made, indent=2, allow_nan=False) + "\n")
    return path


def tuned(row: Row, folder: Path) -> dict[str, Any] | None:
    """What `tune_row` kept of a row; None where it has not been tuned.

    Raises: ResultError where the file is damaged.
    """
    path = folder / f"{row.id}-tuned.json"
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
        finalists = found["finalists"]
        return found if finalists else None
    except (ValueError, KeyError, TypeError):
        raise ledger.ResultError(f"{path}: is no file that `tune` writes; delete it and tune again") from None
