"""Rows T: Tonin's encoder-decoder for sums of sine waves.

Costs: a step of a batch of 512 takes 25 to 33 ms a seed, so 3,000 of them 75 to 100 s, and T1 and T4 with ten
seeds about 15 minutes each. The variants of T5 train on a fifth of the sequences, 15 to 20 s a seed.
"""

import pandas as pd

from benchmarks.published.extras import (
    by_frequency,
    free_running,
    past_the_training_length,
    step_by_step,
    three_signals,
)
from benchmarks.published.row import CONFIGURATIONS, Bar, Check, Row, Runs, Search, Variant, each_seed, main

_SIZE = {"n_train": 102_400, "epochs": 15, "batch_size": 512}
_FIFTH = {**_SIZE, "n_train": 20_480}
_QUICK = {"n_train": 64, "epochs": 1, "batch_size": 32}
_TEACHER = {"teacher_forcing": True}
_ZERO = 0.37 / 2  # the MSE of predicting zero is this for every sine in the sum: a ~ U(0.1, 1), E[a^2] / 2


def _told_is_worse(runs: Runs, row: Row) -> Check:
    """T4: how many seeds of T1 beat the same seed of teacher forcing, when that is fed its own outputs."""
    told, zero = main(runs(row.source)), main(runs("T1"))
    both = told.index.intersection(zero.index)
    count = int((zero.loc[both, "score"] < told.loc[both, "mse_free_running"]).sum())
    return count, len(both), len(both) > 0 and count >= 0.8 * len(both)


def _slow_is_hard(runs: pd.DataFrame) -> "pd.Series[bool]":
    return runs["mse_frequency_quartile_1"] > runs["score"]


def _all_learn(runs: Runs, row: Row) -> Check:
    """T5: how many configurations, the published one and all variants, beat zero in every seed."""
    found = runs(row.source)
    learn = [
        bool((own < _ZERO * one.options.get("signals", 2)).all())
        for one in row.configurations
        if len(own := found.loc[found["configuration"] == one.name, "score"])
    ]
    return sum(learn), len(row.configurations), sum(learn) == len(row.configurations)


ROWS = (
    Row(
        id="T1",
        study="encdec_sine",
        minutes=15,
        system="GRU encoder-decoder, sums of two sines, 15 to 15 steps",
        published="training MSE .0238 at epoch 15; no test figure",
        bar=each_seed(
            "training MSE <= .030 and test MSE <= .035, in 4 of 5 seeds",
            lambda runs: (runs["train_loss"] <= 0.030) & (runs["score"] <= 0.035),
            share=0.8,
        ),
        options=_SIZE,
        differs="23,136 weights instead of 22,716 (Keras' GRU has a second bias by default now); the"
        " sequences come in another order in every epoch",
        extras=(step_by_step, past_the_training_length, by_frequency, three_signals),
        quick=_QUICK,
        search=Search(
            options=_FIFTH,
            trials=6,
            search_repeats=2,
            goal=0.020,
            remark="a fifth of the training sequences, 6 trials of 2 seeds",
        ),
    ),
    Row(
        id="T2",
        study="encdec_sine",
        system="the same, forecast step by step from the encoder's states",
        published="plots",
        bar=each_seed(
            "at most 1e-5 away from the training graph's output, in every seed",
            lambda runs: runs["largest_difference"] <= 1e-5,
            share=1.0,
        ),
        of="T1",
        column="largest_difference",
    ),
    Row(
        id="T3",
        study="encdec_sine",
        system="the same, steps 16 to 20 of a model trained on 15",
        published='"appears to be able"',
        bar=each_seed(
            "MSE of steps 16 to 20 below that of predicting zero, in the median",
            lambda runs: runs["mse_steps_16_to_20"] < runs["zero_steps_16_to_20"],
        ),
        of="T1",
        column="mse_steps_16_to_20",
    ),
    Row(
        id="T4",
        study="encdec_sine",
        minutes=15,
        system="the same trained by teacher forcing, fed by its own outputs",
        published='teacher forcing: "results were bad"; no figure',
        bar=Bar("test MSE of T1 below that of teacher forcing, in 4 of 5 seeds", _told_is_worse),
        options={**_SIZE, **_TEACHER},
        differs="as T1",
        extras=(free_running,),
        column="mse_free_running",
        quick=_QUICK,
    ),
    Row(
        id="T5",
        study="encdec_sine",
        system="the same, quarter of the test sequences with the lowest frequencies",
        published="low frequencies are hard; no figure",
        bar=each_seed("MSE above that of all test sequences, in 4 of 5 seeds", _slow_is_hard, share=0.8),
        of="T1",
        column="mse_frequency_quartile_1",
    ),
    Row(
        id="T5-variants",
        study="encdec_sine",
        minutes=17,
        system="the same with what the source varies",
        published="no figures",
        bar=Bar(
            "every variant trains: test MSE below that of predicting zero, in every seed",
            _all_learn,
            CONFIGURATIONS,
        ),
        options={**_FIFTH, "wide": True},
        differs="as T1; the penalty is on the recurrent layers alone, in the source on the output as well",
        variants=(
            Variant("L2 of 1e-6", params={"l2": 1e-6}),
            Variant("LSTM", params={"cell": "lstm"}),
            Variant("SGD", params={"optimizer": "sgd"}),
            Variant("20 units in the decoder", params={"decoder_units": 20}),
            Variant("three sines", options={"signals": 3}),
        ),
        quick=_QUICK,
        reduced="20,480 training sequences instead of 102,400",
        reason="SGD with the learning rate of Adam makes too small steps: it scores as predicting zero"
        " does, in every seed; the other variants train",
    ),
)
