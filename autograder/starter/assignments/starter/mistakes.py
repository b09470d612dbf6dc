# ruff: noqa

# %% columns sum to 1 id="S1" task="softmax" caught_by=["test_rows_become_probabilities"] says="axis 1"
def softmax(scores):
    weights = np.exp(scores - scores.max(axis=0))
    return weights / weights.sum(axis=0)


# %% everything sums to 1 id="S2" task="softmax" caught_by=["test_rows_become_probabilities"] says="each row"
def softmax(scores):
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


# %% overflows id="S3" task="softmax" caught_by=["test_large_scores_do_no_harm"] says="largest score"
def softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)


# %% writes into its argument id="S4" task="softmax" caught_by=["test_the_scores_are_left_unchanged"] says="argument"
def softmax(scores):
    scores -= scores.max(axis=1, keepdims=True)
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)


# %% mean of all points id="N1" task="NearestMean.fit" into="NearestMean" caught_by=["test_means_are_those_of_the_classes"] says="one class"
def fit(self, points, labels):
    self.means = np.stack([points.mean(axis=0) for label in range(labels.max() + 1)])


# %% the last class is forgotten id="N1b" task="NearestMean.fit" into="NearestMean" caught_by=["test_means_are_those_of_the_classes"]
def fit(self, points, labels):
    self.means = np.stack([points[labels == label].mean(axis=0) for label in range(labels.max())])


# %% the farthest mean id="N2" task="NearestMean.predict" into="NearestMean" caught_by=["test_the_nearest_mean_gives_the_label"] says="smallest"
def predict(self, points):
    return np.linalg.norm(points[:, None] - self.means[None], axis=2).argmax(axis=1)


# %% city blocks id="N3" task="NearestMean.predict" into="NearestMean" caught_by=["test_the_nearest_mean_gives_the_label"] says="squares"
def predict(self, points):
    return np.abs(points[:, None] - self.means[None]).sum(axis=2).argmin(axis=1)


# %% a slow loop id="N4" task="NearestMean.predict" into="NearestMean" invisible="right labels, only slower than need be"
def predict(self, points):
    labels = []
    for point in points:
        distances = [np.sqrt(sum((a - b) ** 2 for a, b in zip(point, mean))) for mean in self.means]
        labels.append(int(np.argmin(distances)))
    return np.array(labels)
