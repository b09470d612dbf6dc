"""Hidden checks of the histories, the early stopping and the best factors of latent_factor_alternating_optimization.

Where it matters the validation losses follow a script (a stand-in for `loss`); who does not call `loss` gets no script,
and is judged by the losses that he returned. Either way the rules are applied to the student's own curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import named
from autograder.checking.stopping import WRONG_STOPS, best_epoch, draw_curve, epochs_run

TASK = "latent_factor_alternating_optimization.stopping"
TOLERANCE = 1e-5  # of a loss


# --- histories


@check(task=TASK, points=2.5)
def test_histories_hold_both_losses(student: Student, secret: Secret, bench, note):
    """Both lists hold the loss of the notebook, lambda included, after each step with step % eval_every == 0."""
    problem = bench.make_problem(secret)
    first = bench.run_either(student, problem, max_steps=1, lr=1e-3)
    if first.evaluations != 1 or len(first.train) != 1:
        fail(
            f"With max_steps=1 there is one evaluation; validation_losses has {first.evaluations} entries and "
            f"train_losses {len(first.train)}.",
            "A23b",
        )
    _judge_losses(problem, first, bench.start_of(student, problem, first))
    every = secret.integer(2, 3)
    steps = every * secret.integer(3, 5) + 1
    later = bench.run_either(student, problem, max_steps=steps, eval_every=every, patience=100, lr=1e-3)
    wanted = len(range(0, steps, every))
    if later.evaluations != wanted or len(later.train) != wanted:
        what = (
            "Both losses are recorded at the same steps, those"
            if later.evaluations == wanted
            else "Losses are recorded"
        )
        fail(
            f"{what} with step % eval_every == 0: {wanted} of {steps} steps with eval_every={every}. "
            f"validation_losses has {later.evaluations} entries and train_losses {len(later.train)}.",
            "A23",
        )
    if f"Iteration 0, training loss {first.train[0]}"[:30] not in first.record["printed"]:
        note(
            "The notebook asks for a line “Iteration {step}, training loss {..}, validation loss: {..}” "
            "at each evaluation."
        )


def _judge_losses(problem: Any, got: Any, start: tuple[np.ndarray, np.ndarray]) -> None:
    """Both losses after the first step, from the factors that came back."""
    Q, P, count = got.Q, got.P, len(problem.values)
    right = problem.loss(Q, P), problem.validation_loss(Q, P)
    if _close(got.train[0], right[1]) and _close(got.validation[0], right[0]):
        fail("The two histories are exchanged: validation_losses come first.", "A35")
    for name, value, wanted, loss in (
        ("train_losses", got.train[0], right[0], problem.loss),
        ("validation_losses", got.validation[0], right[1], problem.validation_loss),
    ):
        if _close(value, wanted):
            continue
        known = {
            "A36: it leaves lambda out, which belongs to both losses": loss(Q, P, 0.0),
            "A37: it was evaluated before the step": loss(*start),
            "A38: it is a mean where the loss is a sum": loss(Q, P, 0.0)
            / (count if "train" in name else len(problem.val_values)),
            "A38b: it is the mean of the loss, which is a sum": wanted
            / (count if "train" in name else len(problem.val_values)),
        }
        for key, wrong in known.items():
            if _close(value, wrong):
                mistake, _, sentence = key.partition(": ")
                fail(f"The first entry of {name} is not the loss of the notebook: {sentence}.", mistake)
        fail(f"The first entry of {name} is not the loss of the factors after step 0.")


def _close(got: float, want: float) -> bool:
    return abs(got - want) <= TOLERANCE * abs(want)


# --- the best factors


@check(task=TASK, points=2)
def test_best_factors_are_returned(student: Student, secret: Secret, bench):
    """best_Q and best_P are the factors that had the lowest validation loss, not those of the last step."""
    lr = 0.03
    problem = bench.with_turn(bench.make_problem(secret), lr, passes=4)
    _judge_best(problem, bench.run_either(student, problem, max_steps=10, patience=100, lr=lr))
    _judge_best(problem, bench.run_either(student, problem, max_steps=40, patience=3, lr=lr))
    early = bench.with_turn(problem, lr, passes=0)
    _judge_best(early, bench.run_either(student, early, max_steps=6, patience=100, lr=lr))
    _judge_best_of_als(student, secret, bench)


def _judge_best_of_als(student: Student, secret: Secret, bench: Any) -> None:
    script = draw_curve(secret, 14, 2)
    script = script[: epochs_run(script, 2)]
    got = bench.run_scripted_als(student, secret, script, max_steps=len(script), patience=100)
    if got and got.evaluations == len(script):
        _, Q, P = min(got.record["scripted"], key=lambda entry: entry[0])
        if not (bench.same(got.Q, np.asarray(Q), 1e-9) and bench.same(got.P, np.asarray(P), 1e-9)):
            fail(
                'With optimizer="als" the factors that come back are not those with the lowest validation loss.', "A66"
            )


def _judge_best(problem: Any, got: Any) -> None:
    value, history = problem.validation_loss(got.Q, got.P), got.validation
    if _close(min(history), max(history)):
        fail("The validation loss is the same at all evaluations: nothing is learned, so that nothing is best.", "A13")
    if _close(value, min(history)):
        return
    if _close(value, history[-1]):
        fail(
            "The factors that come back have the validation loss of the last step, not the lowest one. (Is best_Q "
            "another name for the array Q that goes on changing? Take a copy.)",
            "A15",
        )
    at = [number for number, loss in enumerate(history) if _close(value, loss)]
    when = f"that of evaluation {at[0]}" if at else "none of those in validation_losses (is only one of them a copy?)"
    fail(f"The validation loss of the factors that come back is not the lowest one, but {when}.", "A16")


# --- patience


@check(task=TASK, points=2.5)
def test_training_stops_when_patience_is_used_up(student: Student, secret: Secret, bench):
    """Training stops when `patience` evaluations in a row brought no new best validation loss; a new best starts the
    count anew, and a tie is no new best."""
    runs = []
    for patience, every, scale in ((3, 1, 1.0), (2, 3, 1e9), (4, 2, 1.0)):
        script = [scale * loss for loss in draw_curve(secret, 7 * patience, patience)]
        options = {"max_steps": every * len(script), "patience": patience, "eval_every": every}
        runs.append((bench.run_scripted(student, secret, script, **options), script, patience))
    _name_wrong_stop(runs)
    for got, script, patience in runs:
        _judge_stop(got, script, patience)
    _judge_little_steps(student, secret, bench)
    _judge_ties(student, secret, bench)
    _judge_stop_of_als(student, secret, bench)


def _judge_little_steps(student: Student, secret: Secret, bench: Any) -> None:
    """A new best is a new best, even if it is better by less than a thousandth."""
    script = [5.0 + 1e-3 * loss for loss in draw_curve(secret, 21, 3)]
    got = bench.run_scripted(student, secret, script, max_steps=len(script), patience=3)
    if got.follows_the_script and got.evaluations < epochs_run(script, 3):
        fail("A validation loss that is lower by a little only is a new best, too: compare without a margin.", "A61")
    _judge_stop(got, script, 3)


def _judge_stop_of_als(student: Student, secret: Secret, bench: Any) -> None:
    script = draw_curve(secret, 21, 3)
    got = bench.run_scripted_als(student, secret, script, max_steps=len(script), patience=3)
    if got and got.evaluations != epochs_run(script, 3):
        fail(
            'With optimizer="als" training does not stop where it should, with "sgd" it does: stopping is the same for '
            "both.",
            "A65",
        )


def _judge_ties(student: Student, secret: Secret, bench: Any) -> None:
    ties = [2.0, *[1.0 + secret.number(0, 0.5)] * 15]
    got = bench.run_scripted(student, secret, ties, max_steps=len(ties), patience=3)
    if got.follows_the_script and got.evaluations == len(ties):
        fail("Training goes on while the validation loss stays exactly the same: a tie is no improvement.", "A20")
    _judge_stop(got, ties, 3)


def _name_wrong_stop(runs: Sequence[tuple[Any, Sequence[float], int]]) -> None:
    """Fails with the name of the mistake that explains all runs, where they followed their scripts."""
    if any(got.validation != script[: got.evaluations] for got, script, _ in runs):
        return
    if all(got.evaluations == epochs_run(script, patience) for got, script, patience in runs):
        return
    for key, wrong in WRONG_STOPS.items():
        if all(got.evaluations == wrong(script, patience) for got, script, patience in runs):
            found = named(key.replace("epoch", "evaluation"))
            fail(f"Training stops at the wrong step: {found.sentence}.", found.mistake)


def _judge_stop(got: Any, script: Sequence[float], patience: int) -> None:
    """By the losses that came back, whether they followed the script or not."""
    wanted = epochs_run(got.validation, patience)
    if wanted < got.evaluations:
        fail(
            f"{got.evaluations - wanted} evaluations too many: when training should have stopped, patience={patience} "
            "evaluations in a row had brought no new best.",
            "A17",
        )
    waited = got.evaluations - 1 - best_epoch(got.validation)
    if got.evaluations < len(script) and waited < patience:
        fail(f"Training stopped although no {patience} evaluations in a row had gone by without a new best.", "A18")


# --- converged_after


@check(task=TASK, points=1)
def test_converged_after_is_the_best_step(student: Student, secret: Secret, bench):
    """After an early stop converged_after is the step of the lowest validation loss."""
    for every in (3, 2):
        patience = secret.integer(3, 4)
        script = draw_curve(secret, 7 * patience, patience)
        options = {"max_steps": every * len(script), "patience": patience, "eval_every": every}
        got = bench.run_scripted(student, secret, script, **options)
        if got.evaluations >= len(script):
            fail("Training did not stop early, so that no step of convergence could be told.", "A17")
        _judge_converged(got, every)
    script = draw_curve(secret, 21, 3)
    got = bench.run_scripted_als(student, secret, script, max_steps=2 * len(script), patience=3, eval_every=2)
    if got and got.evaluations < len(script):
        _judge_converged(got, 2)


def _judge_converged(got: Any, every: int) -> None:
    best = int(np.argmin(got.validation))
    last = got.evaluations - 1
    wanted, value = best * every, got.converged_after
    if value == wanted:
        return
    known = {
        "A21: converged_after is the step at which training stopped; it should be that of the best value.": last
        * every,
        "A22: converged_after counts evaluations, not steps: one evaluation is eval_every steps.": best,
        "A22b: You subtract patience from the last step, but one evaluation is eval_every steps.": last * every
        - (last - best),
        "A21b: converged_after is one too large: the first step is step 0.": wanted + 1,
        "A21c: converged_after is -1 although training stopped before max_steps.": -1,
        "A21d: You counted from the number of evaluations: the first step is step 0.": wanted + every,
    }
    for key, wrong in known.items():
        if value == wrong:
            mistake, _, sentence = key.partition(": ")
            fail(sentence, mistake)
    fail("converged_after is not the step of the lowest validation loss.", "A21")


@check(task=TASK, points=0.5)
def test_a_full_run_says_minus_one(student: Student, secret: Secret, bench):
    """converged_after is -1 when all max_steps steps were made."""
    steps, every = secret.integer(6, 9), secret.integer(1, 2)
    problem = bench.make_problem(secret, 7, 13, 0.5)
    got = bench.run_either(student, problem, lr=1e-3, max_steps=steps, patience=100, eval_every=every)
    if not got.moved_from(problem):
        fail("The factors are still those of initialize_Q_P.", "A13")
    if got.evaluations != len(range(0, steps, every)):
        fail("With patience=100 there is no reason to stop before max_steps, or to go on after it.", "A17")
    if got.converged_after != -1:
        fail("All max_steps steps were made, so that converged_after should be -1.", "A21e")


@check(task=TASK, points=0.5)
def test_patience_used_up_in_the_last_step(student: Student, secret: Secret, bench):
    """converged_after is -1, too, when patience is used up in the very last of the max_steps steps."""
    patience = secret.integer(2, 4)
    script = [30.0, 20.0, *(25.0 + step for step in range(4 * patience))]
    got = bench.run_scripted(student, secret, script, max_steps=2 + patience, patience=patience)
    if got.evaluations != 2 + patience:
        fail("Training should go on until patience is used up, here in the last of the max_steps steps.", "A17")
    if got.converged_after != -1:
        fail(
            "The last of the max_steps steps was reached: converged_after is -1 then, even if patience is used up "
            "there."
        )
