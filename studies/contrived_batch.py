"""Which batch size for an LSTM that learns one step of a straight line (row D9)?

Nothing is searched: named candidates are compared with the baseline, as the source's grid does. The defaults
are the published configuration. Source: J. Brownlee, Long Short-Term Memory Networks with Python, Listing
12.16: LSTM(10) and Dense(1), Adam, mean squared error, 500 epochs over five examples, no shuffling.
"""

from contrived_cells import build, splits

from tuner import Study

BATCH_SIZES = (1, 2, 3)


def study(epochs: int = 500, units: int = 10) -> Study:
    first, *others = ({"units": units, "batch_size": size} for size in BATCH_SIZES)
    return Study(
        data=splits(),
        build=build,
        metric="mse",
        epochs=epochs,
        baseline=first,
        candidates={f"batch size {values['batch_size']}": values for values in others},
        trials=0,
    )
