# ruff: noqa
"""Wrong solutions, as students write them; ids are those of the catalogue of mistakes."""


# %% mean over all columns id="M1" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="number of restaurants"
def shift_user_mean(matrix):
    user_means = np.asarray(matrix.mean(axis=1))
    shifted = matrix.astype(float)
    rows, _ = shifted.nonzero()
    shifted.data = shifted.data - user_means[rows, 0]
    return shifted, user_means


# %% mean over all columns subtracted everywhere id="M1b" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings", "test_unknown_cells_stay_unknown"] says="nobody rated"
def shift_user_mean(matrix):
    user_means = np.mean(matrix, axis=1)
    return sp.csr_matrix(matrix - user_means), user_means


# %% divided twice id="M2" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="divides twice"
def shift_user_mean(matrix):
    n_users, n_items = matrix.shape
    user_means = np.zeros((n_users, 1))
    shifted = matrix.astype(float).tolil()
    for user in range(n_users):
        ratings = matrix[user].data
        user_means[user] = ratings.mean() / n_items if len(ratings) else 0
        for item in matrix[user].indices:
            shifted[user, item] -= user_means[user, 0]
    return shifted.tocsr(), user_means


# %% zero-mean trick over all columns id="M2b" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="number of restaurants"
def shift_user_mean(matrix):
    shifted = matrix.astype(float).toarray()
    known = shifted != 0
    user_means = shifted.sum(1, keepdims=True) / shifted.shape[1]
    shifted = np.where(known, shifted - user_means, 0)
    return sp.csr_matrix(shifted), user_means


# %% dense subtraction id="M3" task="shift_user_mean" caught_by=["test_unknown_cells_stay_unknown"] says="nobody rated"
def shift_user_mean(matrix):
    counts = np.maximum(matrix.getnnz(axis=1), 1)
    user_means = np.asarray(matrix.sum(axis=1)) / counts[:, None]
    return sp.csr_matrix(matrix.toarray() - user_means), user_means


# %% mean per restaurant id="M5" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings", "test_ratings_lose_their_users_mean"] says="restaurant"
def shift_user_mean(matrix):
    counts = np.maximum(matrix.getnnz(axis=0), 1)
    means = np.asarray(matrix.sum(axis=0)).ravel() / counts
    shifted = matrix.astype(float)
    shifted.data -= means[shifted.indices]
    return shifted, means.reshape(-1, 1)


# %% one mean for everybody id="M5b" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings", "test_ratings_lose_their_users_mean"] says="all the same"
def shift_user_mean(matrix):
    shifted = matrix.astype(float)
    mean = shifted.data.mean()
    shifted.data -= mean
    return shifted, np.full((matrix.shape[0], 1), mean)


# %% integer matrix truncates id="M6" task="shift_user_mean" caught_by=["test_ratings_lose_their_users_mean"] says="integer"
def shift_user_mean(matrix):
    shifted = matrix.copy()
    user_means = np.zeros((matrix.shape[0], 1))
    for user in range(matrix.shape[0]):
        start, end = matrix.indptr[user], matrix.indptr[user + 1]
        if end > start:
            user_means[user] = matrix.data[start:end].mean()
            shifted.data[start:end] = matrix.data[start:end] - user_means[user]
    return shifted, user_means


# %% integer matrix raises id="M6b" task="shift_user_mean" caught_by=["test_ratings_lose_their_users_mean"] says="Cannot cast"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.asarray(matrix.sum(axis=1)).ravel() / np.maximum(counts, 1)
    shifted = matrix.copy()
    shifted.data -= np.repeat(user_means, counts)
    return shifted, user_means[:, None]


# %% whole-number division id="M6c" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="rounded down"
def shift_user_mean(matrix):
    counts = np.maximum(np.diff(matrix.indptr), 1)
    user_means = np.asarray(matrix.sum(axis=1)).ravel() // counts
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means, np.diff(matrix.indptr))
    return shifted, user_means[:, None]


# %% works on the argument id="M7" task="shift_user_mean" caught_by=["test_argument_is_left_unchanged"] says="copy"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.asarray(matrix.sum(axis=1), dtype=float).ravel() / np.maximum(counts, 1)
    matrix.data = matrix.data - np.repeat(user_means, counts)
    return matrix, user_means[:, None]


# %% means of the shifted ratings id="M7b" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="before you subtract"
def shift_user_mean(matrix):
    shifted = matrix.astype(float)
    for user in range(matrix.shape[0]):
        row = slice(shifted.indptr[user], shifted.indptr[user + 1])
        if shifted.data[row].size:
            shifted.data[row] -= shifted.data[row].mean()
    counts = np.maximum(np.diff(shifted.indptr), 1)
    user_means = np.asarray(shifted.sum(axis=1)) / counts[:, None]
    return shifted, user_means


# %% only the matrix comes back id="M8" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings", "test_unknown_cells_stay_unknown"] says="pair"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.asarray(matrix.sum(axis=1)).ravel() / np.maximum(counts, 1)
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means, counts)
    return shifted


# %% a mean for each rating id="M8b" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="one number for each user"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.repeat(np.asarray(matrix.sum(axis=1)).ravel() / np.maximum(counts, 1), counts)
    shifted = matrix.astype(float)
    shifted.data -= user_means
    return shifted, user_means


# %% the mean is added id="M8c" task="shift_user_mean" caught_by=["test_ratings_lose_their_users_mean"] says="subtracted"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.asarray(matrix.sum(axis=1)).ravel() / np.maximum(counts, 1)
    shifted = matrix.astype(float)
    shifted.data += np.repeat(user_means, counts)
    return shifted, user_means[:, None]


# %% nan for users without ratings id="M11" task="shift_user_mean" caught_by=["test_user_without_ratings_has_mean_zero"] says="NaN"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.asarray(matrix.sum(axis=1)).ravel() / counts
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means, counts)
    return shifted, user_means[:, None]


# %% reduceat on empty rows id="M11b" task="shift_user_mean" caught_by=["test_user_without_ratings_has_mean_zero"]
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    sums = np.add.reduceat(matrix.data, np.minimum(matrix.indptr[:-1], matrix.nnz - 1))
    user_means = (sums / np.maximum(counts, 1)).reshape(-1, 1)
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means.ravel(), counts)
    return shifted, user_means


# %% validation ratings shifted by their own means id="M12" task="shift_user_mean" invisible="the shift of the validation ratings is given code; a test of ours looks at it"
def shift_user_mean(matrix):
    counts = np.diff(matrix.indptr)
    user_means = np.asarray(matrix.sum(axis=1)).ravel() / np.maximum(counts, 1)
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means, counts)
    return shifted, user_means[:, None]


# %% matrix-vector product id="A1" task="initialize_Q_P" caught_by=["test_shapes_for_both_kinds", "test_svd_is_the_best_approximation"] says="multiplies and sums"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u @ s
        P = vt
    return Q, P


# %% singular values thrown away id="A2" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"] says="threw the singular values away"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        Q, _, P = svds(matrix, k=k)
    return Q, P


# %% singular values in both factors id="A3" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"] says="twice"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = np.diag(s) @ vt
    return Q, P


# %% root in one factor only id="A3b" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"] says="root"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * np.sqrt(s)
        P = vt
    return Q, P


# %% singular values in reversed order id="A3c" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"] says="order"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s[::-1]
        P = vt
    return Q, P


# %% smallest singular values id="A3d" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"] says="largest"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = np.linalg.svd(matrix.toarray(), full_matrices=False)
        Q = u[:, -k:] * s[-k:]
        P = vt[-k:]
    return Q, P


# %% transposed P id="A4" task="initialize_Q_P" caught_by=["test_shapes_for_both_kinds", "test_svd_is_the_best_approximation"] says="(k, D)"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt.T
    return Q, P


# %% factors exchanged id="A4b" task="initialize_Q_P" caught_by=["test_shapes_for_both_kinds", "test_random_factors_are_uniform", "test_svd_is_the_best_approximation"] says="exchanged"
def initialize_Q_P(matrix, k, init="random", seed=0):
    rng = np.random.default_rng(seed)
    if init == "random":
        Q = rng.uniform(size=(k, matrix.shape[1])) / k**0.5
        P = rng.uniform(size=(matrix.shape[0], k)) / k**0.5
    else:
        P, s, Q = svds(matrix, k=k)
        P = P * s
    return Q, P


# %% one row for all users id="A5" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform"]
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = np.tile(rng.rand(1, k), (n_users, 1)) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% constant factors id="A5b" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform", "test_seed_decides"] says="the same"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        Q = np.full((n_users, k), 0.5) / np.sqrt(k)
        P = np.full((k, n_items), 0.5) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% Gaussian factors id="A6" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform"] says="negative"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.randn(n_users, k) / np.sqrt(k)
        P = rng.randn(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% uniform on both sides id="A6b" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform"] says="both sides"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.uniform(-1, 1, (n_users, k)) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% divided by k id="A6c" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform"] says="not by its root"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / k
        P = rng.rand(k, n_items) / k
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% not divided by the root of k id="A30" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform"] says="k/4"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k)
        P = rng.rand(k, n_items)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% no seed id="A7" task="initialize_Q_P" caught_by=["test_seed_decides"] says="seed"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        Q = np.random.rand(n_users, k) / np.sqrt(k)
        P = np.random.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% the seed is always 0 id="A7b" task="initialize_Q_P" caught_by=["test_seed_decides"] says="not used"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(0)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% seed in the wrong branch id="A7c" task="initialize_Q_P" caught_by=["test_seed_decides"] says="same seed"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        Q = np.random.rand(n_users, k) / np.sqrt(k)
        P = np.random.rand(k, n_items) / np.sqrt(k)
    else:
        np.random.seed(seed)
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% random whatever init says id="A24b" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"]
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    return Q, P


# %% changes the matrix id="A0" task="initialize_Q_P" caught_by=["test_matrix_is_left_unchanged"] says="changed the matrix"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        matrix.data -= matrix.data.mean()
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% number of factors of the notebook id="N6" task="initialize_Q_P" caught_by=["test_shapes_for_both_kinds", "test_svd_is_the_best_approximation"]
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=min(100, min(matrix.shape) - 1))
        Q = u * s
        P = vt
    return Q, P


# %% arguments in another order id="N4" task="initialize_Q_P" caught_by=["test_shapes_for_both_kinds"]
def initialize_Q_P(k, matrix, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% unknown cells count as zeros id="A8" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="as if they were zeros"
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
            ridge = Ridge(alpha=reg_lambda, fit_intercept=False)
            P = ridge.fit(Q, R.toarray()).coef_.T
            Q = ridge.fit(P.T, R.T.toarray()).coef_
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


# %% intercept learned and dropped id="A9" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="intercept"
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
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=True).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=True).fit(Q[users[mine]], values[mine]).coef_
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


# %% twice lambda id="A10" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="2 lambda"
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
                Q[u] = Ridge(alpha=2 * reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=2 * reg_lambda, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
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


# %% half of lambda id="A10b" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="lambda / 2"
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
                Q[u] = Ridge(alpha=reg_lambda / 2, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda / 2, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
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


# %% lambda squared id="A10c" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
                Q[u] = Ridge(alpha=reg_lambda**2, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda**2, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
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


# %% lambda times the number of ratings id="A11" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="number of ratings"
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
                Q[u] = Ridge(alpha=reg_lambda * mine.sum(), fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda * mine.sum(), fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
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


# %% no regularization id="A12" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
                Q[u] = np.linalg.lstsq(P[:, items[mine]].T, values[mine], rcond=None)[0]
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = np.linalg.lstsq(Q[users[mine]], values[mine], rcond=None)[0]
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


# %% singular matrices id="A12b" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
                X = P[:, items[mine]].T
                Q[u] = np.linalg.inv(X.T @ X) @ X.T @ values[mine]
            for i in range(R.shape[1]):
                mine = items == i
                X = Q[users[mine]]
                P[:, i] = np.linalg.inv(X.T @ X) @ X.T @ values[mine]
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


# %% restaurants never change id="A13" task="latent_factor_alternating_optimization.als" caught_by=["test_als_step_updates_both_factors"] says="restaurants never change"
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


# %% users never change id="A13b" task="latent_factor_alternating_optimization.als" caught_by=["test_als_step_updates_both_factors"] says="users never change"
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


# %% both from the old factors id="A14" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="old values"
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
            old_Q = Q.copy()
            for u in range(R.shape[0]):
                mine = users == u
                Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(old_Q[users[mine]], values[mine]).coef_
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


# %% one factor a step in turn id="A14b" task="latent_factor_alternating_optimization.als" caught_by=["test_als_step_updates_both_factors"] says="never change"
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
            if step % 2 == 0:
                for u in range(R.shape[0]):
                    mine = users == u
                    Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            else:
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


# %% known zeros left out id="M10" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"] says="non_zero_idx"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = R.nonzero()
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


# %% init is ignored id="A24" task="latent_factor_alternating_optimization.als" caught_by=["test_start_is_asked_for_and_used"] says="pass init on"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k)
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


# %% a start of its own id="A31b" task="latent_factor_alternating_optimization.als" caught_by=["test_start_is_asked_for_and_used"] says="initialize_Q_P"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = np.random.rand(R.shape[0], k) / k, np.random.rand(k, R.shape[1]) / k
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


# %% matrix of the notebook id="A31" task="latent_factor_alternating_optimization.als" caught_by=["test_start_is_asked_for_and_used", "test_als_solves_ridge_regressions"]
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R_shifted, k, init)
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


# %% k of the notebook id="A31c" task="latent_factor_alternating_optimization.als" caught_by=["test_start_is_asked_for_and_used"] says="another k"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, 100, init)
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


# %% plain SGD whatever the optimizer id="A13c" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
        if optimizer in ("sgd", "als"):
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


# %% factor 2 missing id="A25" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="half"
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
                Q[u] += lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] += lr * (error * q - reg_lambda * P[:, i])
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


# %% wrong sign of the error id="A25b" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="wrong direction"
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
                error = q @ P[:, i] - r
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


# %% wrong sign of lambda id="A25c" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="sign"
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
                Q[u] += 2 * lr * (error * P[:, i] + reg_lambda * q)
                P[:, i] += 2 * lr * (error * q + reg_lambda * P[:, i])
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


# %% factor 2 in lambda only id="A25d" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="part of the error"
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
                Q[u] += lr * (error * P[:, i] - 2 * reg_lambda * q)
                P[:, i] += lr * (error * q - 2 * reg_lambda * P[:, i])
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


# %% factor 2 in the error only id="A25e" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="part of lambda"
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
                Q[u] += lr * (2 * error * P[:, i] - reg_lambda * q)
                P[:, i] += lr * (2 * error * q - reg_lambda * P[:, i])
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


# %% climbs the gradient id="A25f" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="climb"
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
                Q[u] -= 2 * lr * (error * P[:, i] - reg_lambda * q)
                P[:, i] -= 2 * lr * (error * q - reg_lambda * P[:, i])
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


# %% restaurants never move id="A26" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_restaurants_down_the_gradient"] says="never move"
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


# %% lambda once per pass id="A28" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="once per pass"
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
                Q[u] += 2 * lr * (error * P[:, i])
                P[:, i] += 2 * lr * (error * q)
            Q -= 2 * lr * reg_lambda * Q
            P -= 2 * lr * reg_lambda * P
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


# %% no lambda id="A12c" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="missing"
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
                Q[u] += 2 * lr * (error * P[:, i])
                P[:, i] += 2 * lr * (error * q)
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


# %% gradient descent on the whole batch id="A32" task="latent_factor_alternating_optimization.sgd" caught_by=["test_each_rating_moves_the_factors_at_once"] says="whole batch"
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
            dQ, dP = np.zeros_like(Q), np.zeros_like(P)
            for u, i, r in zip(users, items, values):
                error = r - Q[u] @ P[:, i]
                dQ[u] += -2 * error * P[:, i] + 2 * reg_lambda * Q[u]
                dP[:, i] += -2 * error * Q[u] + 2 * reg_lambda * P[:, i]
            Q -= lr * dQ
            P -= lr * dP
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


# %% mean gradient of the batch id="A33" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="number of ratings"
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
            errors = values - np.sum(Q[users] * P[:, items].T, axis=1)
            dQ, dP = np.zeros_like(Q), np.zeros_like(P)
            np.add.at(dQ, users, -2 * errors[:, None] * P[:, items].T + 2 * reg_lambda * Q[users])
            np.add.at(dP.T, items, -2 * errors[:, None] * Q[users] + 2 * reg_lambda * P[:, items].T)
            Q -= lr * dQ / len(values)
            P -= lr * dP / len(values)
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


# %% ratings drawn with replacement id="A34" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient", "test_each_rating_moves_the_factors_at_once"]
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
            for n in np.random.randint(0, len(values), len(values)):
                u, i, r = users[n], items[n], values[n]
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


# %% one rating a step id="A34b" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient", "test_each_rating_moves_the_factors_at_once"]
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
            for n in [np.random.randint(len(values))]:
                u, i, r = users[n], items[n], values[n]
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


# %% unknown cells in the pass id="A8b" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="unknown cells"
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
            for (u, i), r in np.ndenumerate(R.toarray()):
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


# %% known zeros left out of the pass id="M10b" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="0 after the shift"
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
            for u, i, r in zip(*R.nonzero(), R.tocsr().data):
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


# %% list of cells shuffled in place id="M7d" task="latent_factor_alternating_optimization.sgd" caught_by=["test_arguments_are_left_unchanged"] says="non_zero_idx"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0].copy(), non_zero_idx[:, 1].copy()
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    for step in range(max_steps):
        if optimizer == "sgd":
            np.random.shuffle(non_zero_idx)
            for u, i in non_zero_idx:
                r = R[u, i]
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


# %% one loop over users, all their ratings at once id="A34c" task="latent_factor_alternating_optimization.sgd" caught_by=["test_each_rating_moves_the_factors_at_once"]
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
            for u in range(R.shape[0]):
                rated = items[users == u]
                error = values[users == u] - Q[u] @ P[:, rated]
                q = Q[u].copy()
                Q[u] += 2 * lr * (P[:, rated] @ error - len(rated) * reg_lambda * q)
                P[:, rated] += 2 * lr * (np.outer(q, error) - reg_lambda * P[:, rated])
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


# %% never shuffles id="A29" task="latent_factor_alternating_optimization.sgd" invisible="any order of the ratings is right"
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


# %% best factors are aliases id="A15" task="latent_factor_alternating_optimization.stopping" caught_by=["test_best_factors_are_returned"] says="another name"
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
                best_loss, best_Q, best_P = val_loss, Q, P
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% last factors come back id="A16" task="latent_factor_alternating_optimization.stopping" caught_by=["test_best_factors_are_returned"] says="last step"
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
    return Q, P, validation_losses, train_losses, converged_after


# %% only Q is copied id="A15b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_best_factors_are_returned"]
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
                best_loss, best_Q, best_P = val_loss, Q.copy(), P
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% one evaluation too late id="A17" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="too many"
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
            if current_patience < 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% one evaluation too early id="A17b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="too early"
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
            if current_patience <= 1:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% patience never reset id="A18" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="reset"
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
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% compared with the previous loss id="A19" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="one before"
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
                best_Q, best_P = Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            best_loss = val_loss
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% a tie counts as improvement id="A20" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="tie"
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
            if val_loss <= best_loss:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% never stops id="T25" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up", "test_converged_after_is_the_best_step"] says="never stops"
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
                pass
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% stops on the training loss id="A41" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up", "test_best_factors_are_returned"]
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
            if train_loss < best_loss:
                best_loss, best_Q, best_P = train_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% step at which training stopped id="A21" task="latent_factor_alternating_optimization.stopping" caught_by=["test_converged_after_is_the_best_step"] says="at which training stopped"
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
                    converged_after = step
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% number of the evaluation id="A22" task="latent_factor_alternating_optimization.stopping" caught_by=["test_converged_after_is_the_best_step"] says="counts evaluations"
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
                    converged_after = int(np.argmin(validation_losses))
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% forgets eval_every id="A22b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_converged_after_is_the_best_step"] says="eval_every"
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
                    converged_after = step - patience
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% steps counted from 1 id="A21b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_converged_after_is_the_best_step"] says="too large"
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
                    converged_after = step + 1 - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% never converges id="A21c" task="latent_factor_alternating_optimization.stopping" caught_by=["test_converged_after_is_the_best_step"] says="although training stopped"
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
                    pass
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% best step of a full run id="A21e" task="latent_factor_alternating_optimization.stopping" caught_by=["test_a_full_run_says_minus_one"] says="-1"
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
    converged_after = int(np.argmin(validation_losses)) * eval_every
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% patience in the last step id="A40" task="latent_factor_alternating_optimization.stopping" caught_by=["test_patience_used_up_in_the_last_step"] says="last"
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
                converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% training loss at every step id="A23" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"] says="same steps"
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
        train_losses.append(train_loss)
        if step % eval_every == 0:
            val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
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


# %% evaluates at the end of each period id="A43" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses", "test_converged_after_is_the_best_step"]
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
        if (step + 1) % eval_every == 0:
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


# %% evaluates at log steps id="A43b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"]
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
        if step % log_every == 0:
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


# %% evaluated before the step id="A37" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"] says="before the step"
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
        train_loss = loss(values, (users, items), Q, P, reg_lambda)
        val_loss = loss(val_values, val_idx, Q, P, reg_lambda)
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


# %% validation loss without lambda id="A36" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"] says="lambda"
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
            val_loss = loss(val_values, val_idx, Q, P, 0)
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


# %% mean squared errors id="A38" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"] says="mean"
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
            train_loss = np.mean((values - (Q @ P)[users, items]) ** 2)
            val_loss = np.mean((val_values - (Q @ P)[val_idx]) ** 2)
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


# %% histories exchanged id="A35" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"] says="exchanged"
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
    return best_Q, best_P, train_losses, validation_losses, converged_after


# %% losses of the first step kept id="A45" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"]
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
            if val_loss < best_loss:
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


# %% nothing comes back id="N5" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses", "test_best_factors_are_returned", "test_training_stops_when_patience_is_used_up"] says="return"
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


# %% losses as a dictionary id="N4b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses", "test_best_factors_are_returned", "test_training_stops_when_patience_is_used_up"]
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
    return best_Q, best_P, {"val": validation_losses, "train": train_losses}, converged_after


# %% values of the notebook id="A31d" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses", "test_best_factors_are_returned"]
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
            val_loss = loss(val_shifted, val_idx, Q, P, reg_lambda)
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


# %% mean of the different ratings id="M14" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"]
def shift_user_mean(matrix):
    user_means = np.array([[np.unique(row.data).mean() if row.nnz else 0.0] for row in matrix])
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means.ravel(), np.diff(matrix.indptr))
    return shifted, user_means


# %% median id="M15" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"]
def shift_user_mean(matrix):
    shifted = matrix.astype(float)
    medians = np.zeros((matrix.shape[0], 1))
    for user in range(matrix.shape[0]):
        row = slice(matrix.indptr[user], matrix.indptr[user + 1])
        if matrix.data[row].size:
            medians[user] = np.median(matrix.data[row])
            shifted.data[row] -= medians[user]
    return shifted, medians


# %% one stream for both factors id="A5c" task="initialize_Q_P" caught_by=["test_random_factors_are_uniform"] says="one generator"
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        Q = np.random.default_rng(seed).random((n_users, k)) / np.sqrt(k)
        P = np.random.default_rng(seed).random((k, n_items)) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        Q = u * s
        P = vt
    return Q, P


# %% unknown cells filled with means before the svd id="A3e" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"]
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        filled = matrix.toarray()
        filled[filled == 0] = filled[filled != 0].mean()
        u, s, vt = svds(filled, k=k)
        Q, P = u * s, vt
    return Q, P


# %% one factor too few id="A3f" task="initialize_Q_P" caught_by=["test_svd_is_the_best_approximation"]
def initialize_Q_P(matrix, k, init="random", seed=0):
    n_users, n_items = matrix.shape
    if init == "random":
        rng = np.random.RandomState(seed)
        Q = rng.rand(n_users, k) / np.sqrt(k)
        P = rng.rand(k, n_items) / np.sqrt(k)
    else:
        u, s, vt = svds(matrix, k=k)
        s[0] = 0
        Q, P = u * s, vt
    return Q, P


# %% lambda for users only id="A12d" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
                P[:, i] = Ridge(alpha=1e-10, fit_intercept=False).fit(Q[users[mine]], values[mine]).coef_
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


# %% users with few ratings are skipped id="A47" task="latent_factor_alternating_optimization.als" caught_by=["test_als_step_updates_both_factors"]
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
                if mine.sum() >= k:
                    Q[u] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(P[:, items[mine]].T, values[mine]).coef_
            for i in range(R.shape[1]):
                mine = items == i
                if mine.sum() >= k:
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


# %% trains on validation ratings too id="A48" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    users, items = np.append(users, val_idx[0]), np.append(items, val_idx[1])
    values = np.append(values, val_values)
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


# %% two rounds in a step id="A49" task="latent_factor_alternating_optimization.als" caught_by=["test_als_step_updates_both_factors"]
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
        for _ in range(2 if optimizer == 'als' else 0):
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


# %% cell indices of the wrong factor id="A50" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
                P[:, i] = Ridge(alpha=reg_lambda, fit_intercept=False).fit(Q[users[items == i]], values[:mine.sum()]).coef_
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


# %% gradient of the distance, not of its square id="A51" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"]
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
                error = np.sign(r - q @ P[:, i])
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


# %% two passes a step id="A52" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient", "test_each_rating_moves_the_factors_at_once"]
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
            for u, i, r in 2 * list(zip(users, items, values)):
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


# %% batches of 32 id="A53" task="latent_factor_alternating_optimization.sgd" caught_by=["test_each_rating_moves_the_factors_at_once"]
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
            for start in range(0, len(values), 32):
                u, i, r = (part[start : start + 32] for part in (users, items, values))
                errors = r - np.sum(Q[u] * P[:, i].T, axis=1)
                dq = errors[:, None] * P[:, i].T - reg_lambda * Q[u]
                dp = errors[:, None] * Q[u] - reg_lambda * P[:, i].T
                np.add.at(Q, u, 2 * lr * dq)
                np.add.at(P.T, i, 2 * lr * dp)
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


# %% lost updates of repeated users id="A54" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient", "test_each_rating_moves_the_factors_at_once"]
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
            errors = values - np.sum(Q[users] * P[:, items].T, axis=1)
            dq = errors[:, None] * P[:, items].T - reg_lambda * Q[users]
            dp = errors[:, None] * Q[users] - reg_lambda * P[:, items].T
            Q[users] += 2 * lr * dq
            P[:, items] += 2 * lr * dp.T
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


# %% patience counted in steps id="A55" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"]
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
        current_patience -= 1
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
            if current_patience <= 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% best factors only after a full run id="A56" task="latent_factor_alternating_optimization.stopping" caught_by=["test_best_factors_are_returned"]
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
                return Q, P, validation_losses, train_losses, converged_after
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% best factors only after an early stop id="A57" task="latent_factor_alternating_optimization.stopping" caught_by=["test_best_factors_are_returned"]
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
    if converged_after == -1:
        best_Q, best_P = Q, P
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% a best loss that is a large number id="A58" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"]
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = Q, P, 1e6
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


# %% start counted as an evaluation id="A59" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"]
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100,
                                           init="random", log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    train_losses, validation_losses = [], []
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    values = np.asarray(R[users, items]).ravel()
    best_Q, best_P, best_loss = None, None, np.inf
    current_patience = patience
    converged_after = -1
    train_losses.append(loss(values, (users, items), Q, P, reg_lambda))
    validation_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
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


# %% histories cut at the best value id="A60" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"]
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
    n = int(np.argmin(validation_losses)) + 1
    validation_losses, train_losses = validation_losses[:n], train_losses[:n]
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% small improvements do not count id="A61" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"]
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
            if val_loss < best_loss - 0.5:
                best_loss, best_Q, best_P = val_loss, Q.copy(), P.copy()
                current_patience = patience
            else:
                current_patience -= 1
            if current_patience == 0:
                if step < max_steps - 1:
                    converged_after = step - patience * eval_every
                break
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% nothing is trained id="N6b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses", "test_best_factors_are_returned", "test_training_stops_when_patience_is_used_up", "test_converged_after_is_the_best_step", "test_a_full_run_says_minus_one", "test_als_solves_ridge_regressions", "test_als_step_updates_both_factors", "test_als_never_raises_the_training_loss", "test_start_is_asked_for_and_used", "test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient", "test_each_rating_moves_the_factors_at_once", "test_arguments_are_left_unchanged"]
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
                                           log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    Q, P = initialize_Q_P(R, k, init)
    value = loss(val_values, val_idx, Q, P, reg_lambda)
    count = len(range(0, max_steps, eval_every))
    return Q, P, [value] * count, [value] * count, -1


# %% zeros id="N6c" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses", "test_best_factors_are_returned", "test_training_stops_when_patience_is_used_up", "test_converged_after_is_the_best_step", "test_a_full_run_says_minus_one", "test_patience_used_up_in_the_last_step", "test_als_solves_ridge_regressions", "test_als_step_updates_both_factors", "test_als_never_raises_the_training_loss", "test_start_is_asked_for_and_used", "test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient", "test_each_rating_moves_the_factors_at_once", "test_arguments_are_left_unchanged"] says="zeros"
def latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
                                           log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2):
    losses = [1.0] * len(range(0, max_steps, eval_every))
    return np.zeros((R.shape[0], k)), np.zeros((k, R.shape[1])), losses, losses, -1


# %% results kept from the first call id="M16" task="shift_user_mean" caught_by=["test_means_are_those_of_the_ratings"] says="earlier call"
_shifted_before = {}


def shift_user_mean(matrix):
    if matrix.shape not in _shifted_before:
        counts = np.maximum(np.diff(matrix.indptr), 1)
        user_means = np.asarray(matrix.sum(axis=1)).ravel() / counts
        shifted = matrix.astype(float)
        shifted.data -= np.repeat(user_means, np.diff(matrix.indptr))
        _shifted_before[matrix.shape] = shifted, user_means[:, None]
    return _shifted_before[matrix.shape]


# %% the learning rate of the notebook id="A62" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"] says="lr is not used"
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
                Q[u] += 2 * 1e-2 * (e * p - reg_lambda * q)
                P[:, i] += 2 * 1e-2 * (e * q - reg_lambda * p)
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


# %% learning rate decays over the steps id="A63" task="latent_factor_alternating_optimization.sgd" caught_by=["test_each_rating_moves_the_factors_at_once"] says="same in all steps"
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
                Q[u] += 2 * lr / (1 + step) * (e * p - reg_lambda * q)
                P[:, i] += 2 * lr / (1 + step) * (e * q - reg_lambda * p)
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


# %% learning rate falls by one percent a step id="A63b" task="latent_factor_alternating_optimization.sgd" caught_by=["test_each_rating_moves_the_factors_at_once"] says="same in all steps"
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
            lr *= 0.99
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


# %% momentum id="A63c" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"]
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
            if step == 0:
                vq, vp = np.zeros_like(Q), np.zeros_like(P)
            for n in np.random.permutation(len(ratings)):
                u, i = users[n], items[n]
                q, p = Q[u].copy(), P[:, i].copy()
                e = ratings[n] - q @ p
                vq[u] = 0.9 * vq[u] + 2 * lr * (e * p - reg_lambda * q)
                vp[:, i] = 0.9 * vp[:, i] + 2 * lr * (e * q - reg_lambda * p)
                Q[u] += vq[u]
                P[:, i] += vp[:, i]
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


# %% factors kept positive id="A64" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient"]
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
            Q, P = np.maximum(Q, 0), np.maximum(P, 0)
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


# %% errors are clipped id="A64b" task="latent_factor_alternating_optimization.sgd" caught_by=["test_sgd_moves_users_down_the_gradient", "test_sgd_moves_restaurants_down_the_gradient"]
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
                e = np.clip(ratings[n] - q @ p, -1, 1)
                Q[u] += 2 * lr * (e * p - reg_lambda * q)
                P[:, i] += 2 * lr * (e * q - reg_lambda * p)
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


# %% an improvement counts from 0.1 percent on id="A61b" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="without a margin"
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
            if validation_losses[-1] < best_loss * 0.999:
                best_loss, best_step, waited = validation_losses[-1], step, 0
                best_Q, best_P = Q.copy(), P.copy()
            else:
                waited += 1
                if waited == patience:
                    break
    converged_after = best_step if step < max_steps - 1 else -1
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% nothing but sgd ever stops id="A65" task="latent_factor_alternating_optimization.stopping" caught_by=["test_training_stops_when_patience_is_used_up"] says="the same for both"
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
                if waited == patience and optimizer == 'sgd':
                    break
    converged_after = best_step if step < max_steps - 1 else -1
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% best factors with sgd only id="A66" task="latent_factor_alternating_optimization.stopping" caught_by=["test_best_factors_are_returned"] says="als"
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
    if optimizer == 'als':
        best_Q, best_P = Q, P
    return best_Q, best_P, validation_losses, train_losses, converged_after


# %% histories as default arguments id="A67" task="latent_factor_alternating_optimization.stopping" caught_by=["test_histories_hold_both_losses"]
def latent_factor_alternating_optimization(
    R, non_zero_idx, k, val_idx, val_values, reg_lambda, max_steps=100, init="random",
    log_every=1, patience=5, eval_every=1, optimizer="sgd", lr=1e-2, train_losses=[], validation_losses=[],
):
    Q, P = initialize_Q_P(R, k, init)
    users, items = non_zero_idx[:, 0], non_zero_idx[:, 1]
    ratings = np.asarray(R[users, items]).ravel()
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


# %% half way to the solution id="A68" task="latent_factor_alternating_optimization.als" caught_by=["test_als_solves_ridge_regressions", "test_als_step_updates_both_factors"]
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
                Q[u] = 0.5 * Q[u] + 0.5 * np.linalg.solve(X.T @ X + reg_lambda * np.eye(k), X.T @ y)
            for i in range(R.shape[1]):
                mine = items == i
                X, y = Q[users[mine]], ratings[mine]
                P[:, i] = 0.5 * P[:, i] + 0.5 * np.linalg.solve(X.T @ X + reg_lambda * np.eye(k), X.T @ y)
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
