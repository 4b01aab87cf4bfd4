"""One direction of flow, every heavy library in its place, and a light `import tuner`."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import tuner

PACKAGE = Path(tuner.__file__).parent

# A module imports from lower layers only (lowest first), a package from itself as well.
LAYERS = (
    {"errors", "records", "files", "jsontext", "cards"},
    {
        "seeds",
        "stats",
        "objective",
        "options",
        "backend",
        "parts",
        "sizes",
        "reporter",
        "pipelines",
        "archives",
        "trees",
        "confusion",
        "checked",
        "searched",
        "frames",
        "changes",
        "csvfiles",
        "drafts",
        "interrupts",
        "locking",
        "metric_names",
        "stored",
    },
    {"answering", "naive", "plan"},
    {"splits", "outputs", "predictions", "diagnosis", "storage"},
    {"study"},
    {"examples", "keeping", "packing", "prepare", "taking"},
    {"space", "trials", "metrics", "models", "problems", "provenance", "drawing", "loading"},
    {"building", "ensembling", "naive_scores"},
    {"engines"},
    {"ledger", "shown", "naive_file", "ensemble_file", "sized", "skill"},
    {"measured", "references"},
    {"folder", "grouping", "result", "decomposition", "ranking", "importance"},
    {"checkpoints", "sources", "training", "search"},
    {"trying"},
    {"repeats"},
    {"racing", "sensitivity", "work"},
    {"ahead"},
    {"searching"},
    {"opening"},
    {"protocol", "evaluation", "variance", "comparing", "planning"},
    {"diagnosing"},
    {"figures"},
    {"report", "terminal"},
    {"deploy"},
    {"console", "answers", "trackers"},
    {"cli"},
    {"__main__"},
)
HEIGHT = {unit: height for height, layer in enumerate(LAYERS) for unit in layer}

# The same inside of `deploy`, whose parts are its modules and the packages in it.
DEPLOY = (
    {"folders", "moments", "names", "schema", "weights"},
    {"answers", "describing", "gaps", "networks", "observations", "records"},
    {"answer_table", "contents", "watching"},
    {"bundle", "tables"},
    {"choosing", "examples", "expected_table", "expecting", "layout", "refitting", "serving"},
    {"card", "predicting", "savedmodel", "storing"},
    {"making", "replacing"},
    {"monitoring"},
    {"updating"},
    {"finalizing"},
)

# Where less is allowed than the layers below: what each of these imports, and no more.
NARROW = {
    "cards": set(),
    "terminal": set(),
    "frames": {"records"},
    "stats": {"errors", "cards"},
    "checked": {"errors", "files"},
    "confusion": set(),
    "predictions": {"records", "trees"},
    "packing": {"archives", "predictions", "trees"},
    "prepare": {"errors", "files", "splits"},
    "ledger": {"answering", "checked", "errors", "outputs", "packing", "predictions", "records", "stored"},
    "answering": {"trees"},
    "archives": set(),
    "outputs": {"answering", "archives", "trees"},
    "parts": {"errors", "records"},
    "sizes": {"errors"},
    "sized": {"cards", "errors", "parts", "records", "stats"},
    "ensemble_file": {"checked", "errors", "records", "stored"},
    "shown": {"checked", "errors", "records"},
    "naive": {"errors", "trees"},
    "naive_file": {"checked", "errors", "naive", "records"},
    "skill": {"naive", "records", "stats"},
    "references": {"records", "skill", "stats"},
    "folder": {"changes", "checked", "errors", "files", "ledger", "records"},
    "changes": {"errors", "records"},
    "checkpoints": {"files", "folder", "ledger", "records"},
    "grouping": {"errors", "ledger", "records"},
    "csvfiles": {"errors"},
    "drafts": set(),
    "locking": {"cards", "errors", "files"},
    "storage": {"drafts", "errors", "records"},
    "stored": {"errors", "records"},
    "ranking": {"objective", "records", "stats"},
    "measured": {"cards", "records", "stats"},
    "result": {
        "measured",
        "skill",
        "cards",
        "errors",
        "frames",
        "records",
        "ledger",
        "naive_file",
        "ensemble_file",
        "predictions",
        "shown",
        "sized",
        "stats",
    },
    "decomposition": {"errors", "records", "stats"},
    "searched": set(),
    "importance": {"seeds"},
    "figures": {
        "diagnosing",
        "diagnosis",
        "errors",
        "importance",
        "naive",
        "predictions",
        "records",
        "result",
        "searched",
        "sized",
        "skill",
        "stats",
        "trees",
    },
    "report": {
        "cards",
        "errors",
        "files",
        "frames",
        "jsontext",
        "naive",
        "records",
        "result",
        "sized",
        "skill",
        "stats",
        "comparing",
        "decomposition",
        "diagnosing",
        "planning",
        "figures",
        "references",
    },
    "comparing": {"csvfiles", "errors", "records", "result", "cards", "stats"},
    "planning": {"stats"},
    "diagnosis": {"cards", "errors", "stats"},
    "diagnosing": {"comparing", "csvfiles", "diagnosis", "errors", "records", "result"},
    "trackers": {"errors", "files", "ledger", "records", "report", "reporter", "result", "skill"},
}

# Which parts of tuner import a library at all.
HOMES = {
    "keras": {
        "building",
        "drawing",
        "engines",
        "models",
        "metric_names",
        "metrics",
        "prepare",
        "space",
        "repeats",
        "trying",
        "backend",
        "deploy",
    },
    "jax": {"engines", "backend", "drawing"},
    "tensorflow": {"engines", "deploy"},
    "optuna": {"drafts", "importance", "search", "storage", "trials", "work"},
    "typer": {"cli", "__main__"},
    "rich": {"console", "answers", "terminal"},
    "matplotlib": {"figures", "report"},
    "mlflow": {"trackers"},
    "tensorboard": {"trackers"},
    "sklearn": {"prepare"},
}
HEAVY = ("keras", "jax", "tensorflow", "optuna", "matplotlib", "mlflow", "sklearn", "tensorboard")


def imported(text: str, home: str) -> set[str]:
    """Names of the modules that a module imports, anywhere in it; `home` is the module's package."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = home.split(".")[: len(home.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*package, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


@cache
def arrows() -> tuple[tuple[str, str, str], ...]:
    """(file, the part of tuner it belongs to, what it imports) for every import in tuner but its root's."""
    return tuple(_arrows())


def _arrows() -> Iterator[tuple[str, str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts == ("__init__",):
            continue
        for name in sorted(imported(path.read_text("utf-8"), ".".join(["tuner", *parts[:-1]]))):
            yield str(path.relative_to(PACKAGE)), parts[0], name


def test_every_part_of_tuner_has_a_layer() -> None:
    there = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/*.py")
    }
    assert there - {"__init__", PACKAGE.name} == set(HEIGHT)


def test_nothing_flows_back() -> None:
    back = [
        f"{file} imports {name}"
        for file, unit, name in arrows()
        if name.startswith("tuner.")
        and (target := name.split(".")[1]) != unit
        and HEIGHT.get(target, len(LAYERS)) >= HEIGHT[unit]
    ]
    assert back == []


def test_nothing_flows_back_inside_of_deploy() -> None:
    heights = {unit: height for height, layer in enumerate(DEPLOY) for unit in layer}
    there = {path.stem for path in (PACKAGE / "deploy").iterdir() if not path.name.startswith("_")}
    assert there == set(heights)
    back = [
        f"{file} imports {name}"
        for file, unit, name in arrows()
        if unit == "deploy"
        and name.startswith("tuner.deploy.")
        and (parts := Path(file).with_suffix("").parts)[1] != "__init__"  # the door to the functions
        and (target := name.split(".")[2]) != parts[1]
        and heights[target] >= heights[parts[1]]
    ]
    assert back == []


def test_only_the_command_line_knows_of_deploying() -> None:
    users = {unit for _, unit, name in arrows() if name.startswith("tuner.deploy")}
    assert users == {"cli", "deploy"}


def test_nobody_inside_goes_through_the_public_door() -> None:
    assert [file for file, _, name in arrows() if name == "tuner"] == []


@pytest.mark.parametrize("unit", NARROW)
def test_what_only_reads_numbers_knows_nothing_of_training(unit: str) -> None:
    found = {name.split(".")[1] for _, part, name in arrows() if part == unit and name.startswith("tuner.")}
    assert found - {unit} == NARROW[unit]


@pytest.mark.parametrize("library", HOMES)
def test_every_library_stays_in_its_place(library: str) -> None:
    users = {unit for _, unit, name in arrows() if name.split(".")[0] == library}
    assert users == HOMES[library]


def test_the_rule_sees_every_kind_of_import() -> None:
    text = "import a.b\nfrom c.d import e\nfrom . import f\nfrom ..g import h\ndef i():\n    import j\n"
    assert imported(text, "x.y") == {"a.b", "c.d.e", "x.y.f", "x.g.h", "j"}


def child(code: str) -> dict[str, object]:
    """Run code in a fresh interpreter; what it writes to standard error as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stderr.splitlines()[-1]))


MEASURE = """
import json, resource
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "modules": sorted(sys.modules)}), file=sys.stderr)
"""
HELP = """
import runpy, sys
sys.argv = ["tuner", "--help"]
try:
    runpy.run_module("tuner", run_name="__main__")
except SystemExit as end:
    assert end.code == 0
"""


@pytest.mark.parametrize("code", ["import sys, tuner\n", HELP], ids=["import", "help"])
def test_the_start_is_light(code: str) -> None:
    seen = child(code + MEASURE)
    assert "tuner" in seen["modules"]
    assert [name for name in HEAVY if name in seen["modules"]] == []
    # The least of a few: another process on the machine must not decide.
    assert min(seen["cpu"], *(child(code + MEASURE)["cpu"] for _ in range(2))) < 0.5


TRAIN = """
import sys, tempfile
from tuner.backend import prepare_backend
prepare_backend("jax")
import tuner.console, tuner.loading
from tests.tiny import Recorder, dense_study, run
from pathlib import Path
begun = Recorder(interrupt=lambda *_: True)
try:
    run(dense_study(), Path(tempfile.mkdtemp()), reporter=begun)
except KeyboardInterrupt:
    assert begun.trained == [("search", "baseline")]
"""


def test_what_only_search_and_report_need_is_not_loaded_before_training() -> None:
    modules = child(TRAIN + MEASURE)["modules"]
    assert "jax" in modules
    assert [name for name in ("jinja2", "scipy.stats", "sqlalchemy") if name in modules] == []
