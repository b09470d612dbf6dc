"""What the checks of this assignment run on the student's side. Probes record values; they judge nothing.

Sparse matrices cannot travel: they come as triplets, are built here, and what is sparse in a result goes back dense.
"""

from __future__ import annotations

import contextlib
import io

import numpy as np
import scipy.sparse as sp

PRINTED_CHARS = 2000  # of what a function printed


def sparse_matrix(cells, values, shape):
    """The csr matrix with `values` in `cells` (n, 2), with the dtype of the values."""
    rows, columns = cells.T
    return sp.csr_matrix((values.copy(), (rows, columns)), shape=tuple(shape))


def plain(value):
    """A result with arrays in the place of sparse matrices and np.matrix, at any depth."""
    if sp.issparse(value):
        return np.asarray(value.toarray())
    if isinstance(value, np.matrix):
        return np.asarray(value)
    if isinstance(value, (list, tuple)):  # a named tuple is one, too
        return [plain(item) for item in value]
    return value


# --- user means ------------------------------------------------------------------------------------------------------


def shift(namespace, cells, values, shape):
    """The result of `shift_user_mean`, and its argument as it is afterwards."""
    matrix = sparse_matrix(cells, values, shape)
    with np.errstate(all="ignore"):
        result = namespace["shift_user_mean"](matrix)
    return {"result": plain(result), "argument": plain(matrix), "stored": int(matrix.nnz)}


# --- factors to start from -------------------------------------------------------------------------------------------


def initialize(namespace, cells, values, shape, calls):
    """Results of `initialize_Q_P` for several lists of arguments, on one matrix; the matrix afterwards; and whether the
    global generator of numpy came out at one and the same place although it had been at two."""
    matrix = sparse_matrix(cells, values, shape)
    results, states = [], []
    for args, kwargs in calls:
        np.random.rand()
        results.append(plain(namespace["initialize_Q_P"](matrix, *args, **kwargs)))
        states.append(np.random.get_state()[1].tobytes() + bytes([np.random.get_state()[2] % 256]))
    return {"results": results, "argument": plain(matrix), "reseeds": len(states) > 1 and states[0] == states[1]}


# --- the optimization ------------------------------------------------------------------------------------------------

start_calls = []


def make_start(namespace, starts):
    """In the place of `initialize_Q_P`: fixed factors for each kind of start, and a record of what was asked for."""
    start_calls.clear()

    def initialize_Q_P(matrix, k, init="random", seed=0, *others, **more):
        start_calls.append([str(init), int(k), [int(size) for size in matrix.shape]])
        Q, P = starts[init if init in starts else "random"]
        return Q.copy(), P.copy()

    return initialize_Q_P


scripted = []  # (value, Q, P): one for each new pair of factors whose validation loss was asked for


def make_scripted_loss(namespace, n_validation, script):
    """In the place of `loss`: validation losses follow a script, one entry for each new pair of factors."""
    scripted.clear()
    seen = {}

    def loss(values, ixs, Q, P, reg_lambda):
        key = np.asarray(Q).tobytes() + np.asarray(P).tobytes()
        if np.size(values) != n_validation:
            return 1000.0 / (1 + len(seen))
        if key not in seen:
            seen[key] = float(script[min(len(seen), len(script) - 1)])
            scripted.append((seen[key], np.array(Q), np.array(P)))
        return seen[key]

    return loss


def factorize(namespace, problem, options):
    """Runs `latent_factor_alternating_optimization`. Returns its result, its array arguments afterwards, what it
    printed, and what the stand-ins for its neighbours recorded."""
    R = sparse_matrix(problem["cells"], problem["values"], problem["shape"])
    if problem.get("prune"):
        R.eliminate_zeros()
    cells = problem["cells"].copy()
    val_idx = tuple(np.ascontiguousarray(column) for column in problem["val_cells"].T)
    val_values = problem["val_values"].copy()
    start_calls.clear()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
        result = namespace["latent_factor_alternating_optimization"](
            R, cells, val_idx=val_idx, val_values=val_values, **options
        )
    return {
        "result": plain(result),
        "arguments": {
            "R": plain(R),
            "non_zero_idx": cells,
            "val_idx": np.column_stack(val_idx),
            "val_values": val_values,
        },
        "printed": printed.getvalue()[:PRINTED_CHARS],
        "starts": list(start_calls),
        "scripted": list(scripted),
    }
