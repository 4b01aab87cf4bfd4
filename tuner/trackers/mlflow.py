"""MLflow tracking: an experiment a study, a parent run a run folder, a child run a (configuration, seed) run.

Runs are known again by their tags: `tuner.id` of the parent, `tuner.run` and `tuner.digest` of a child.
"""

import logging
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.errors import TunerError, address_told, first_line, option_told
from tuner.ledger import slug
from tuner.records import Configuration, Run, Setup, Status
from tuner.trackers import accepted
from tuner.trackers.base import JUST_NOW, Ending, digest, run_path, study_id
from tuner.trackers.conclusion import Conclusion

# What MLflow asks its environment, unless the user has answered. A server that does not answer is waited
# for some seconds, not minutes, because training waits as well; and nothing is sent to anybody else.
_DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
}
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_STATUS: dict[Status, str] = {
    "complete": "FINISHED",
    "pruned": "KILLED",
    "diverged": "FAILED",
    "failed": "FAILED",
}
_ENDED: dict[Ending, str] = {"finished": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}
_PARENT = "mlflow.parentRunId"
_SETTINGS = (  # of a setup: those that never change
    "metric",
    "direction",
    "epochs",
    "seed",
    "objective",
    "sampler",
    "pruner",
    "paired",
    "margin",
    "level",
    "engine",
    "backend",
)


@dataclass(frozen=True, slots=True)
class _Child:
    """A run that MLflow has; `digest` is empty where it was not logged whole."""

    id: str
    digest: str


class MLflow:
    """The runs of a run folder in MLflow, at a tracking URI.

    Raises: TunerError where nothing answers there, or it is no store of MLflow's. ImportError.
    """

    title = "MLflow"
    option = "--mlflow"

    def __init__(self, uri: str, study: str, folder: Path) -> None:
        for variable, value in _DEFAULTS.items():
            os.environ.setdefault(variable, value)
        from mlflow import MlflowClient

        logging.getLogger("mlflow").setLevel(logging.WARNING)  # it tells how it makes a database
        self._study = accepted.text(study, accepted.LONGEST_PARAM)
        self._folder = folder
        self._parent = ""
        self._children: dict[str, _Child] = {}
        with _reachable(uri):
            _check_place(uri)
            self._client = MlflowClient(tracking_uri=uri)
            self._experiment = self._find_experiment()

    def begin(self, setup: Setup, began: float | None = None) -> None:
        self._experiment = self._experiment or str(self._client.create_experiment(self._study))
        identity = study_id(setup, self._folder)
        parent = next(self._search("tuner.id", identity), None)
        if parent is None:
            tags = {"tuner.id": identity, "tuner.study": setup.study, "tuner.folder": self._folder.resolve()}
            parent = self._create(setup.study, tags, time.time() if began is None else began)
            settings = {name: getattr(setup, name) for name in _SETTINGS}
            options = {
                f"option.{name}": str(option_told(name, value)) for name, value in setup.options.items()
            }
            self._send(parent.info.run_id, params={**settings, **options})
        else:
            self._client.update_run(parent.info.run_id, status="RUNNING")
        self._parent = parent.info.run_id
        for child in self._search(_PARENT, self._parent):
            tags, whole = child.data.tags, child.info.status != "RUNNING"
            known = _Child(child.info.run_id, tags.get("tuner.digest", "") if whole else "")
            self._children[tags.get("tuner.run", "")] = known

    def log(
        self, configuration: Configuration, runs: Sequence[Run], ended: Mapping[int, float] = JUST_NOW
    ) -> None:
        """A run whose numbers are others than those that are there takes the place of the old one."""
        for run in runs:
            path, mark = run_path(run), digest(configuration, run)
            known = self._children.get(path)
            if known is not None and known.digest == mark:
                continue
            if known is not None:
                self._client.delete_run(known.id)
            self._children[path] = self._add(configuration, run, mark, ended.get(run.seed_index, time.time()))

    def conclude(self, conclusion: Conclusion) -> None:
        from mlflow.entities import Metric

        tags = {
            "tuner.verdict": conclusion.word,
            "tuner.claim": conclusion.claim,
            "tuner.evidence": conclusion.evidence,
            "tuner.best": conclusion.best,
            "tuner.report": conclusion.report,
            "mlflow.note.content": conclusion.markdown,
        }
        tags |= {f"tuner.verdict.{slug(name)}": word for name, word in conclusion.verdicts.items()}
        before = self._client.get_run(self._parent).data.metrics
        metrics = [
            Metric(accepted.name(name), value, _milliseconds(time.time()), conclusion.seeds)
            for name, value in conclusion.numbers.items()
            if before.get(accepted.name(name)) != value
        ]
        self._send(self._parent, metrics, tags=tags)

    def end(self, ending: Ending, ended: float | None = None) -> None:
        if self._parent:
            when = None if ended is None else _milliseconds(ended)
            self._client.set_terminated(self._parent, _ENDED[ending], when)

    def _find_experiment(self) -> str:
        """The id of the experiment with the name of the study; empty where there is none."""
        found = self._client.get_experiment_by_name(self._study)
        if found is not None and found.lifecycle_stage != "active":
            raise TunerError(f"MLflow's experiment {self._study!r} is deleted there; restore or rename it")
        return str(found.experiment_id) if found else ""

    def _search(self, tag: str, value: str) -> Iterator[Any]:
        """The runs of the experiment with that tag; `value` has letters and digits only."""
        token = None
        while True:
            page = self._client.search_runs(
                [self._experiment], f"tags.`{tag}` = '{value}'", max_results=1000, page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return

    def _create(self, name: str, tags: Mapping[str, object], began: float) -> Any:
        return self._client.create_run(
            self._experiment,
            start_time=_milliseconds(began),
            tags={key: accepted.text(value, accepted.LONGEST_TAG) for key, value in tags.items()},
            run_name=accepted.text(name, accepted.LONGEST_NAME),
        )

    def _add(self, configuration: Configuration, run: Run, mark: str, ended: float) -> _Child:
        tags = {
            _PARENT: self._parent,
            "tuner.run": run_path(run),
            "tuner.digest": mark,
            "tuner.phase": run.phase,
            "tuner.configuration": configuration.name,
            "tuner.seed_index": run.seed_index,
            "tuner.status": run.status,
            "tuner.reason": run.reason,
        }
        told = {key: value for key, value in tags.items() if value != ""}
        name = f"{run.phase}/{configuration.name}/seed-{run.seed_index}"
        made = self._create(name, told, ended - run.seconds)
        self._send(made.info.run_id, _metrics(run, ended), configuration.params)
        self._client.set_terminated(made.info.run_id, _STATUS[run.status], _milliseconds(ended))
        return _Child(made.info.run_id, mark)

    def _send(
        self,
        run_id: str,
        metrics: Sequence[Any] = (),
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> None:
        for request in accepted.requests(metrics, params or {}, tags or {}):
            self._client.log_batch(run_id, **request)


def _metrics(run: Run, ended: float) -> list[Any]:
    """Its curves by epoch, counted from 1, its scores and its seconds; numbers that are none are left out."""
    from mlflow.entities import Metric

    told = [(name, value, epoch) for name in run.history for epoch, value in run.curve(name).items()]
    told += [(f"score/{split}", value, run.epochs) for split, value in run.scores.items()]
    told.append(("run/seconds", run.seconds, run.epochs))
    return [
        Metric(accepted.name(name), value, _milliseconds(ended), step)
        for name, value, step in told
        if math.isfinite(value)
    ]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _check_place(uri: str) -> None:
    """A database that cannot be opened is found out at once; MLflow would try again for an hour.

    Without any place it would take one of its own choice.
    """
    if not uri:
        raise ValueError("it is empty")
    if uri.split(":")[0].split("+")[0] in _DATABASES:
        import sqlalchemy

        sqlalchemy.inspect(sqlalchemy.create_engine(uri)).get_table_names()


@contextmanager
def _reachable(uri: str) -> Iterator[None]:
    """What MLflow says of a place that cannot be used, in one line."""
    try:
        yield
    except TunerError:
        raise
    except Exception as error:
        told = address_told(uri)
        reason = first_line(error).replace(uri, told)
        raise TunerError(
            f"--mlflow {told}: cannot be used ({reason}); give the address of a server, such as"
            " http://127.0.0.1:5000, or a database, such as sqlite:///mlflow.db"
        ) from None
