"""Event files as TensorBoard reads them, as bytes; TensorFlow takes no part in it.

The package's writer and its HParams summaries are not used: where TensorFlow is installed they load it,
which takes seconds. Its messages and its records are.
"""

import io
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import api_pb2, metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
from tensorboard.summary.writer.record_writer import RecordWriter

from tuner.records import Configuration, Run
from tuner.trackers.conclusion import escaped

_VERSION = "brain.Event:2"  # which TensorBoard expects of the first event


def run_events(configuration: Configuration, run: Run, ended: float) -> bytes:
    """The event file of a run that ended at that time (seconds since 1970).

    Its curves by epoch, counted from 1; its scores after the last one; for the HParams plugin its values,
    in one group with the other seeds of the configuration, and whether it ended well.
    """
    epochs = run.epochs
    began = ended - run.seconds
    events = [Event(wall_time=began, summary=_start(configuration, run, began))]
    events += [
        Event(wall_time=began + run.seconds * epoch / epochs, step=epoch, summary=_scalars(values))
        for epoch, values in _by_epoch(run)
    ]
    scores = {f"score/{split}": value for split, value in run.scores.items()}
    events.append(Event(wall_time=ended, step=epochs, summary=_scalars(scores)))
    if run.status != "complete":
        events.append(
            Event(wall_time=ended, summary=_words("status", escaped(f"{run.status}: {run.reason}")))
        )
    events.append(Event(wall_time=ended, summary=_end(run, ended)))
    return _file(began, events)


def text_events(tag: str, markdown: str, when: float) -> bytes:
    """An event file that holds a text."""
    return _file(when, [Event(wall_time=when, summary=_words(tag, markdown))])


def _start(configuration: Configuration, run: Run, began: float) -> Summary:
    """For the HParams plugin: the values that the run was trained with, and the group that it belongs to."""
    group = _text(f"{run.phase}/{configuration.name}")
    info = SessionStartInfo(group_name=group, start_time_secs=began)
    for name, value in configuration.params.items():
        _set(info.hparams[_text(name)], value)
    info.hparams["tuner.phase"].string_value = run.phase
    info.hparams["tuner.configuration"].string_value = _text(configuration.name)
    return _plugin(metadata.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=info))


def _end(run: Run, ended: float) -> Summary:
    status = api_pb2.STATUS_SUCCESS if run.status == "complete" else api_pb2.STATUS_FAILURE
    info = SessionEndInfo(status=status, end_time_secs=ended)
    return _plugin(metadata.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=info))


def _plugin(tag: str, data: HParamsPluginData) -> Summary:
    told = metadata.create_summary_metadata(data)
    return Summary(value=[Summary.Value(tag=tag, metadata=told, tensor=metadata.NULL_TENSOR)])


def _by_epoch(run: Run) -> Iterator[tuple[int, dict[str, float]]]:
    curves = {name: run.curve(name) for name in run.history}
    for epoch in range(1, run.epochs + 1):
        yield epoch, {name: curve[epoch] for name, curve in curves.items() if epoch in curve}


def _scalars(values: Mapping[str, float]) -> Summary:
    """One point of several curves; NaN stays, so that a divergence is seen."""
    return Summary(
        value=[Summary.Value(tag=_text(name), simple_value=value) for name, value in values.items()]
    )


def _words(tag: str, markdown: str) -> Summary:
    told = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    tensor = TensorProto(dtype=DT_STRING, string_val=[_text(markdown).encode()])
    return Summary(value=[Summary.Value(tag=tag, metadata=told, tensor=tensor)])


def _set(told: Any, value: Any) -> None:
    """A hyperparameter as the plugin takes it; numbers that are none are told as text."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        told.bool_value = value
    elif isinstance(value, int | float) and math.isfinite(value):
        told.number_value = value
    else:
        told.string_value = _text(str(value))


def _text(text: str) -> str:
    """Text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _file(when: float, events: Iterable[Event]) -> bytes:
    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    for event in (Event(wall_time=when, file_version=_VERSION), *events):
        writer.write(event.SerializeToString())
    return buffer.getvalue()
