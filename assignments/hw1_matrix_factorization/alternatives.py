# ruff: noqa
"""Unusual right solutions: they keep full marks."""


# %% loop over rows of a lil matrix id="L1" task="shift_user_mean"
def shift_user_mean(matrix):
    shifted = matrix.astype(float).tolil()
    user_means = np.zeros((matrix.shape[0], 1))
    for user in range(matrix.shape[0]):
        ratings = shifted.data[user]
        if ratings:
            user_means[user] = sum(ratings) / len(ratings)
            shifted.data[user] = [rating - user_means[user, 0] for rating in ratings]
    return shifted.tocsr(), user_means


# %% a diagonal matrix of means, known zeros pruned, np.matrix id="L2" task="shift_user_mean"
def shift_user_mean(matrix):
    counts = np.maximum((matrix != 0).sum(1), 1)
    user_means = matrix.sum(1) / counts
    shifted = matrix - sp.diags(user_means.A1) @ (matrix != 0)
    return shifted, user_means


# %% bincount over a coo matrix, flat means, csc result id="L3" task="shift_user_mean"
def shift_user_mean(matrix):
    entries = sp.coo_matrix(matrix)
    n_users = matrix.shape[0]
    counts = np.bincount(entries.row, minlength=n_users)
    totals = np.bincount(entries.row, weights=entries.data, minlength=n_users)
    with np.errstate(invalid="ignore"):
        user_means = np.nan_to_num(totals / counts)
    values = entries.data - user_means[entries.row]
    return sp.csc_matrix((values, (entries.row, entries.col)), shape=matrix.shape), user_means


# %% dense result with zeros where nothing is known id="L4" task="shift_user_mean"
def shift_user_mean(matrix: sp.spmatrix, empty: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    ratings = np.ma.masked_equal(matrix.toarray(), 0)
    user_means = ratings.mean(axis=1, keepdims=True).filled(empty)
    return np.ma.filled(ratings - user_means, 0.0), user_means


# %% float32 and reduceat id="L5" task="shift_user_mean"
def shift_user_mean(matrix):
    shifted = matrix.astype(np.float32)
    rated = np.flatnonzero(np.diff(matrix.indptr))
    user_means = np.zeros((matrix.shape[0], 1), dtype=np.float32)
    user_means[rated, 0] = np.add.reduceat(shifted.data, matrix.indptr[rated]) / np.diff(matrix.indptr)[rated]
    shifted.data -= user_means[shifted.nonzero()[0], 0]
    return shifted, user_means


# %% sparse array and a list of two id="L6" task="shift_user_mean"
def shift_user_mean(matrix):
    matrix = sp.csr_array(matrix, dtype=np.float64, copy=True)
    user_means = np.array([[matrix.data[a:b].mean() if b > a else 0.0] for a, b in zip(matrix.indptr, matrix.indptr[1:])])
    for user, mean in enumerate(user_means[:, 0]):
        matrix.data[matrix.indptr[user] : matrix.indptr[user + 1]] -= mean
    return [matrix, user_means]


# %% all of s in P, global seed id="L7" task="initialize_Q_P"
def initialize_Q_P(matrix, k, init="random", seed=0):
    np.random.seed(seed)
    if init == "random":
        Q = np.random.random((matrix.shape[0], k)) / np.sqrt(k)
        P = np.random.random((k, matrix.shape[1])) / np.sqrt(k)
    elif init == "svd":
        Q, s, vt = svds(matrix, k)
        P = np.diag(s) @ vt
    else:
        raise ValueError(init)
    assert Q.shape == (matrix.shape[0], k)
    assert P.shape == (k, matrix.shape[1])
    return Q, P


# %% numpy's svd and uniform with bounds id="L8" task="initialize_Q_P"
def initialize_Q_P(matrix: sp.spmatrix, k: int, init: str = "random", seed: int = 0, dense_below: int = 10**6):
    n_users, n_items = matrix.shape
    if init == "svd":
        u, s, vt = np.linalg.svd(matrix.toarray(), full_matrices=False)
        return u[:, :k] @ np.diag(s[:k]), vt[:k, :]
    generator = np.random.RandomState(seed)
    return generator.uniform(0, 1 / k**0.5, (n_users, k)), generator.uniform(0, 1 / k**0.5, (n_items, k)).T


# %% Python's own generator, eigenvectors id="L9" task="initialize_Q_P"
import random


def initialize_Q_P(matrix, k, init="random", seed=0):
    if init == "svd":
        values, vectors = np.linalg.eigh((matrix.T @ matrix).toarray())
        P = vectors[:, -k:].T
        return matrix @ P.T, P
    dice = random.Random(seed)
    Q = np.array([[dice.random() for _ in range(k)] for _ in range(matrix.shape[0])])
    P = np.array([[dice.random() for _ in range(matrix.shape[1])] for _ in range(k)])
    return Q / np.sqrt(k), P / np.sqrt(k)


# %% float32 factors, scipy's dense svd id="L10" task="initialize_Q_P"
from scipy.linalg import svd


def initialize_Q_P(matrix, k, init="random", seed=0):
    if init == "random":
        rng = np.random.Generator(np.random.PCG64(seed))
        Q, P = (rng.random(shape, dtype=np.float32) / np.float32(np.sqrt(k)) for shape in ((matrix.shape[0], k), (k, matrix.shape[1])))
    else:
        u, s, vt = svd(matrix.todense(), full_matrices=False)
        root = np.sqrt(s[:k])
        Q, P = u[:, :k] * root, (vt[:k].T * root).T
    return Q, P


# %% Ridge for each row, SGD in the order of the list id="L11" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% restaurants first id="L12" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% shuffled SGD, q and p at once, P transposed inside id="L13" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            P_T = np.ascontiguousarray(P.T)
            for n in np.random.permutation(len(values)):
                u, i = users[n], items[n]
                q, p = Q[u], P_T[i]
                e = values[n] - np.dot(q, p)
                Q[u], P_T[i] = q - lr * (-2 * e * p + 2 * reg_lambda * q), p - lr * (-2 * e * q + 2 * reg_lambda * p)
            P = P_T.T.copy()
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% p moves with the new q id="L14" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                error = r - Q[u] @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * Q[u])
                P[:, i] += 2 * lr * (error * Q[u] - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% q moves with the new p, last rating first id="L15" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in list(zip(users, items, values))[::-1]:
                error = r - Q[u].dot(P[:, i])
                P[:, i] = (1 - 2 * lr * reg_lambda) * P[:, i] + 2 * lr * error * Q[u]
                Q[u] = (1 - 2 * lr * reg_lambda) * Q[u] + 2 * lr * error * P[:, i]
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% user by user in a random order, ratings from a dense table id="L16" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = R.toarray()[users, items]
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in sorted(zip(users, items, values), key=lambda rating: (rating[0], np.random.rand())):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% augmented least squares, own losses, for-else, snapshots of every evaluation id="L17" task="latent_factor_alternating_optimization"
def squared(values, cells, Q, P):
    users, items = cells
    return sum((value - Q[u] @ P[:, i]) ** 2 for value, u, i in zip(np.ravel(values), users, items))


def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
                                           log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2, verbose=True):
    Q, P = initialize_Q_P(R, k, init=init)
    known = [(u, i, R[u, i]) for u, i in non_zero_idx]
    cells = ([u for u, _, _ in known], [i for _, i, _ in known])
    values = [r for _, _, r in known]
    history = []
    since_best = 0

    def regress(X, y):
        X = np.vstack([X, np.sqrt(reg_lambda) * np.eye(k)])
        return np.linalg.lstsq(X, np.append(y, np.zeros(k)), rcond=None)[0]

    for step in range(max_steps):
        Q, P = Q.copy(), P.copy()
        if optimizer == "als":
            for u in set(cells[0]):
                rated = [(i, r) for v, i, r in known if v == u]
                Q[u] = regress(np.array([P[:, i] for i, _ in rated]), [r for _, r in rated])
            for i in set(cells[1]):
                raters = [(u, r) for u, j, r in known if j == i]
                P[:, i] = regress(np.array([Q[u] for u, _ in raters]), [r for _, r in raters])
        else:
            for u, i, r in known:
                e = r - Q[u] @ P[:, i]
                gradient_q, gradient_p = -2 * e * P[:, i] + 2 * reg_lambda * Q[u], -2 * e * Q[u] + 2 * reg_lambda * P[:, i]
                Q[u] -= lr * gradient_q
                P[:, i] -= lr * gradient_p
        if step % eval_every == 0:
            weights = reg_lambda * (np.linalg.norm(Q) ** 2 + np.linalg.norm(P) ** 2)
            entry = (squared(val_values, val_idx, Q, P) + weights, squared(values, cells, Q, P) + weights, step, Q, P)
            since_best = since_best + 1 if history and entry[0] >= min(old[0] for old in history) else 0
            history.append(entry)
            if verbose and step % log_every == 0:
                print("Iteration {}, training loss {}, validation loss: {}".format(step, entry[1], entry[0]))
            if since_best == patience and step != max_steps - 1:
                break
    else:
        since_best = None
    best = min(history, key=lambda entry: entry[0])
    converged_after = -1 if since_best is None else best[2]
    return best[3], best[4], [entry[0] for entry in history], [entry[1] for entry in history], converged_after


# %% batched normal equations with a mask, while loop, arrays as histories id="L18" task="latent_factor_alternating_optimization"
def solve_all(table, mask, fixed, reg_lambda):
    """One regression for each row of the table, all at once."""
    gram = np.einsum("nd,da,db->nab", mask, fixed, fixed) + reg_lambda * np.eye(fixed.shape[1])
    return np.linalg.solve(gram, ((table * mask) @ fixed)[..., None])[..., 0]


def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
                                           log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    Q, P = initialize_Q_P(matrix=R, k=k, init=init)
    table = np.asarray(R.todense())
    mask = np.zeros(R.shape)
    mask[non_zero_idx[:, 0], non_zero_idx[:, 1]] = 1.0
    values = table[mask > 0]
    cells = np.nonzero(mask)
    generator = np.random.default_rng()
    validation, train, best = np.array([]), np.array([]), (0, Q, P)
    step, stopped = 0, False
    while step < max_steps and not stopped:
        if optimizer == "sgd":
            Q, P = np.array(Q), np.array(P)
            for n in generator.permutation(values.size):
                u, i = cells[0][n], cells[1][n]
                error = values[n] - Q[u] @ P[:, i]
                change = error * P[:, i] - reg_lambda * Q[u]
                P[:, i] = P[:, i] + 2 * lr * (error * Q[u] - reg_lambda * P[:, i])
                Q[u] = Q[u] + 2 * lr * change
        else:
            P = solve_all(table.T, mask.T, Q, reg_lambda).T
            Q = solve_all(table, mask, P.T, reg_lambda)
        if step % eval_every == 0:
            train = np.append(train, loss(values, cells, Q, P, reg_lambda))
            validation = np.append(validation, loss(values=val_values, ixs=val_idx, Q=Q, P=P, reg_lambda=reg_lambda))
            if np.argmin(validation) == len(validation) - 1:
                best = (step, Q.copy(), P.copy())
            stopped = len(validation) - 1 - np.argmin(validation) >= patience
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train[-1]}, validation loss: {validation[-1]}")
        step += 1
    return best[1], best[2], validation, train, np.int64(best[0] if step < max_steps else -1)


# %% float32 factors id="L19" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = (factor.astype(np.float32) for factor in initialize_Q_P(R, k, init))
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% conjugate gradients on sparse inputs, histories of numpy numbers id="L20" task="latent_factor_alternating_optimization"
import scipy.sparse.linalg


def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = np.linalg.solve(P[:, items[mine]] @ P[:, items[mine]].T + reg_lambda * np.identity(k), P[:, items[mine]] @ values[mine])
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = sp.linalg.cg(Q[users[mine]].T @ Q[users[mine]] + reg_lambda * np.identity(k), Q[users[mine]].T @ values[mine], rtol=1e-8)[0]
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(np.float64(train_loss))
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% lists and dictionaries of plain numbers id="L21" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
                                           log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    Q, P = initialize_Q_P(R, k, init)
    by_user, by_item = {}, {}
    lookup = R.todok()
    for u, i in non_zero_idx.tolist():
        rating = float(lookup.get((u, i), 0.0))
        by_user.setdefault(u, []).append((i, rating))
        by_item.setdefault(i, []).append((u, rating))
    values = [rating for u in by_user for _, rating in by_user[u]]
    cells = np.array([(u, i) for u in by_user for i, _ in by_user[u]])
    bad, losses, best, state = 0, {"train": [], "val": []}, None, None
    for step in range(max_steps):
        if optimizer == "sgd":
            for u in by_user:
                for i, r in by_user[u]:
                    e = r - sum(Q[u, f] * P[f, i] for f in range(k))
                    for f in range(k):
                        q, p = Q[u, f], P[f, i]
                        Q[u, f] = q + lr * 2 * (e * p - reg_lambda * q)
                        P[f, i] = p + lr * 2 * (e * q - reg_lambda * p)
        else:
            for i, ratings in by_item.items():
                model = Ridge(reg_lambda, fit_intercept=False)
                model.fit([Q[u] for u, _ in ratings], [r for _, r in ratings])
                P[:, i] = model.coef_
            for u, ratings in by_user.items():
                model = Ridge(reg_lambda, fit_intercept=False)
                model.fit([P[:, i] for i, _ in ratings], [r for _, r in ratings])
                Q[u] = model.coef_
        if step % eval_every:
            continue
        losses["train"].append(loss(values, cells, Q, P, reg_lambda))
        losses["val"].append(loss(val_values, val_idx, Q, P, reg_lambda))
        if step % log_every == 0:
            print("Iteration %d, training loss %f, validation loss: %f" % (step, losses["train"][-1], losses["val"][-1]))
        if best is None or losses["val"][-1] < best:
            best, bad, state = losses["val"][-1], 0, (Q.copy(), P.copy(), step)
        else:
            bad += 1
            if bad >= patience:
                break
    full = step == max_steps - 1
    return [state[0], state[1], losses["val"], losses["train"], -1 if full else state[2]]


# %% p moves with the new q and its new error id="L22" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                Q[u] -= lr * (-2 * (r - Q[u] @ P[:, i]) * P[:, i] + 2 * reg_lambda * Q[u])
                P[:, i] -= lr * (-2 * (r - Q[u] @ P[:, i]) * Q[u] + 2 * reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% evaluates each step, records some id="L23" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        train_loss = loss(values, (users, items), Q, P, reg_lambda)
        val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
        if step % eval_every == 0:
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% scikit-learn on sparse inputs id="L24" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False, tol=1e-6).fit(sp.csr_matrix(P[:, items[mine]].T), values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False, tol=1e-6).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_loss}, validation loss: {val_loss}")
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% prints nothing, one array for both factors id="L25" task="latent_factor_alternating_optimization"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    both = np.concatenate([Q, P.T])
    Q, P = both[: len(Q)], both[len(Q) :].T
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            for u, i, r in zip(users, items, values):
                q = Q[u].copy()
                error = r - q @ P[:, i]
                Q[u] += 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += 2 * lr * (error * q - reg_lambda * P[:, i])
        else:
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
        if step % eval_every == 0:
            train_loss = loss(values, (users, items), Q, P, reg_lambda)
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
            train_losses.append(train_loss)
            validation_losses.append(val_loss)
            if val_loss < best_loss:
                best_loss, best_Q, best_P = val_loss, *(part.copy() for part in (Q, P))
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% pandas-like grouping by sorting, keeps known zeros id="L26" task="shift_user_mean"
def shift_user_mean(matrix):
    entries = matrix.tocoo(copy=True)
    order = np.lexsort((entries.col, entries.row))
    rows, columns, values = entries.row[order], entries.col[order], entries.data[order].astype(np.float64)
    users, first, counts = np.unique(rows, return_index=True, return_counts=True)
    means = np.zeros(matrix.shape[0])
    for user, start, count in zip(users, first, counts):
        means[user] = np.average(values[start : start + count])
        values[start : start + count] -= means[user]
    return sp.coo_matrix((values, (rows, columns)), shape=matrix.shape), np.asmatrix(means).T


# %% named tuple, csr_array, float32 id="L27" task="shift_user_mean"
from typing import NamedTuple


class Shifted(NamedTuple):
    matrix: sp.csr_array
    means: np.ndarray


def shift_user_mean(matrix: sp.csr_matrix) -> Shifted:
    work = sp.csr_array(matrix, dtype=np.float32, copy=True)
    n = np.diff(work.indptr)
    means = np.divide(work.sum(axis=1), n, out=np.zeros(len(n), dtype=np.float32), where=n > 0)
    work.data = work.data - np.repeat(means, n)
    return Shifted(work, means.reshape(-1, 1))


# %% rounds of ratings that share nobody, vectorized id="L28" task="latent_factor_alternating_optimization.sgd"
def latent_factor_alternating_optimization(
    R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
    log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2,
):
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    ratings = np.asarray(R[users, items]).ravel()
    train_losses, validation_losses = [], []
    best_loss, best_Q, best_P, best_step, waited = np.inf, Q.copy(), P.copy(), 0, 0
    for step in range(max_steps):
        if optimizer == "sgd":
            left = np.random.permutation(len(ratings))
            while len(left):
                taken_u, taken_i, now, later = set(), set(), [], []
                for n in left:
                    if users[n] in taken_u or items[n] in taken_i:
                        later.append(n)
                    else:
                        taken_u.add(users[n]); taken_i.add(items[n]); now.append(n)
                u, i = users[now], items[now]
                q, pt = Q[u], P[:, i].T
                e = (ratings[now] - (q * pt).sum(1))[:, None]
                Q[u], P[:, i] = q + 2 * lr * (e * pt - reg_lambda * q), (pt + 2 * lr * (e * q - reg_lambda * pt)).T
                left = np.array(later, dtype=int)
        else:
            for u in range(R.shape[0]):
                mine = users == u
                X, y = P[:, items[mine]].T, ratings[mine]
                Q[u] = np.linalg.solve(X.T @ X + reg_lambda * np.eye(k), X.T @ y)
            for i in range(R.shape[1]):
                mine = items == i
                X, y = Q[users[mine]], ratings[mine]
                P[:, i] = np.linalg.solve(X.T @ X + reg_lambda * np.eye(k), X.T @ y)
        if step % eval_every == 0:
            train_losses.append(loss(ratings, (users, items), Q, P, reg_lambda))
            validation_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_losses[-1]}, validation loss: {validation_losses[-1]}")
            if validation_losses[-1] < best_loss:
                best_loss, best_step, waited = validation_losses[-1], step, 0
                best_Q, best_P = Q.copy(), P.copy()
            else:
                waited += 1
                if waited == patience:
                    break
    converged_after = best_step if step < max_steps - 1 else -1
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% Ridge of scikit-learn, users without ratings keep what they have id="L29" task="latent_factor_alternating_optimization.als"
def latent_factor_alternating_optimization(
    R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
    log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2,
):
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    ratings = np.asarray(R[users, items]).ravel()
    train_losses, validation_losses = [], []
    best_loss, best_Q, best_P, best_step, waited = np.inf, Q.copy(), P.copy(), 0, 0
    for step in range(max_steps):
        if optimizer == "sgd":
            for n in np.random.permutation(len(ratings)):
                u, i = users[n], items[n]
                q, p = Q[u].copy(), P[:, i].copy()
                e = ratings[n] - q @ p
                Q[u] += 2 * lr * (e * p - reg_lambda * q)
                P[:, i] += 2 * lr * (e * q - reg_lambda * p)
        else:
            for u in range(R.shape[0]):
                mine = users == u
                X, y = P[:, items[mine]].T, ratings[mine]
                if mine.any():
                    Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(X, y).coef_
            for i in range(R.shape[1]):
                mine = items == i
                X, y = Q[users[mine]], ratings[mine]
                if mine.any():
                    P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(X, y).coef_
        if step % eval_every == 0:
            train_losses.append(loss(ratings, (users, items), Q, P, reg_lambda))
            validation_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
            if step % log_every == 0:
                print(f"Iteration {step}, training loss {train_losses[-1]}, validation loss: {validation_losses[-1]}")
            if validation_losses[-1] < best_loss:
                best_loss, best_step, waited = validation_losses[-1], step, 0
                best_Q, best_P = Q.copy(), P.copy()
            else:
                waited += 1
                if waited == patience:
                    break
    converged_after = best_step if step < max_steps - 1 else -1
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% a class behind the function id="L30" task="latent_factor_alternating_optimization.stopping"
from dataclasses import dataclass, field


@dataclass
class Record:
    best: float = float("inf")
    step: int = -1
    factors: tuple = ()
    waited: int = 0
    val: list = field(default_factory=list)
    train: list = field(default_factory=list)

    def add(self, step, train, val, factors):
        self.train.append(train)
        self.val.append(val)
        better = val < self.best
        if better:
            self.best, self.step, self.factors, self.waited = val, step, tuple(f.copy() for f in factors), 0
        self.waited += not better


class Factorization:
    def __init__(self, R, cells, k, init, lam, lr):
        self.u, self.i = np.asarray(cells).T
        self.r = np.asarray(R.tocsr()[self.u, self.i]).reshape(-1)
        self.Q, self.P = initialize_Q_P(R, k, init=init)
        self.lam, self.lr, self.eye = lam, lr, lam * np.eye(k)

    def sgd(self):
        Pt = self.P.T.copy()
        for u, i, r in zip(self.u.tolist(), self.i.tolist(), self.r.tolist()):
            q, p = self.Q[u], Pt[i]
            e = r - np.dot(q, p)
            dq, dp = e * p - self.lam * q, e * q - self.lam * p
            self.Q[u] = q + 2 * self.lr * dq
            Pt[i] = p + 2 * self.lr * dp
        self.P = Pt.T

    def als(self):
        for mine, other, fixed, target in ((self.u, self.i, lambda: self.P.T, self.Q), (self.i, self.u, lambda: self.Q, self.P.T)):
            F = fixed()
            for row in np.unique(mine):
                X, y = F[other[mine == row]], self.r[mine == row]
                target[row] = np.linalg.inv(X.T @ X + self.eye) @ X.T @ y


def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2, verbose=True):
    model, record = Factorization(R, non_zero_idx, k, init, reg_lambda, lr), Record()
    for step in range(max_steps):
        getattr(model, optimizer)()
        if step % eval_every:
            continue
        record.add(step, loss(model.r, non_zero_idx, model.Q, model.P, reg_lambda), loss(val_values, val_idx, model.Q, model.P, reg_lambda), (model.Q, model.P))
        if verbose and step % log_every == 0:
            print(f"Iteration {step}, training loss {record.train[-1]}, validation loss: {record.val[-1]}")
        if record.waited >= patience:
            break
    return (*record.factors, record.val, record.train, -1 if step == max_steps - 1 else record.step)


# %% masked array id="L31" task="shift_user_mean"
def shift_user_mean(matrix):
    known = np.zeros(matrix.shape, dtype=bool)
    coo = matrix.tocoo()
    known[coo.row, coo.col] = True
    masked = np.ma.masked_array(matrix.toarray().astype(float), ~known)
    user_means = masked.mean(axis=1, keepdims=True).filled(0)
    return sp.csr_matrix((masked - user_means).filled(0)), user_means


# %% scikit-learn's randomized svd id="L32" task="initialize_Q_P"
def initialize_Q_P(matrix, k, init="random", seed=0):
    from sklearn.utils.extmath import randomized_svd

    if init == "svd":
        u, s, vt = randomized_svd(matrix, n_components=k, random_state=seed)
        return u * s, vt
    rng = np.random.default_rng(seed)
    return rng.random((matrix.shape[0], k)) / np.sqrt(k), rng.random((k, matrix.shape[1])) / np.sqrt(k)


# %% scipy.stats, two child seeds id="L33" task="initialize_Q_P"
def initialize_Q_P(matrix, k, init="random", seed=0):
    from scipy.stats import uniform

    if init != "random":
        u, s, vt = svds(matrix, k, solver="lobpcg") if min(matrix.shape) > 5 * k + 5 else svds(matrix, k)
        return -u * s, -vt
    a, b = np.random.SeedSequence(seed).spawn(2)
    Q, P = (uniform(0, k**-0.5).rvs(size, random_state=np.random.default_rng(c)) for size, c in (((matrix.shape[0], k), a), ((k, matrix.shape[1]), b)))
    return Q, P
