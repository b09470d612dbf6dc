"""The figures that the sheets print, and which of ours stands beside each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Headline:
    """One printed figure."""

    row: str  # of the sheet
    what: str
    printed: float | None  # None: the sheet asks for it and prints nothing
    figure: str  # "run/figure" of ours
    note: str = ""
    reachable: str | None = None  # what a right solution reaches, where the printed figure is the mark of a bug
    higher_is_better: bool = False
    judged: bool = True  # not: a value by chance, such as that of untrained weights, or for other data


YELP = "the sheet has Yelp's ratings, we have MovieLens'"
FIRST = "of untrained weights: by chance"
ONE_BATCH = "of one batch"
STRIDE = "printed: for pooling with stride 1, 4 million weights more in front of the code; see hw4-stride-1"
UNIFORM = "likely the mark of a bug: so few nats for so small an error need `torch.rand`, see hw7-vae-uniform"
SLIP = "the slip that the printed figures look like, not a right solution"

HEADLINES = (
    # hw1
    Headline("S000-13", "SGD, k=100: training loss, step 0", 1913079.2, "hw1-sgd/train_first", YELP, judged=False),
    Headline("S000-13", "validation loss, step 0", 1926.4579, "hw1-sgd/val_first", YELP, judged=False),
    Headline(
        "S000-13",
        "best validation loss",
        458.5507,
        "hw1-sgd/val_best",
        f"{YELP}; right is less than the user mean alone",
        "hw1-sgd/user_mean_val",
    ),
    Headline(
        "S000-14",
        "ALS, k=100: training loss, last step",
        1245472.4,
        "hw1-als/train_last",
        "mark of a bug: unknown cells were fitted as zeros; right is far less than the user mean alone",
        "hw1-als/user_mean_train",
    ),
    Headline(
        "S000-14",
        "best validation loss",
        2459.3640,
        "hw1-als/val_best",
        "mark of the same bug; 100 factors and next to no λ overfit: no right ALS does well here",
        judged=False,
    ),
    Headline(
        "S000-13",
        "SGD, k=3, λ=0.01 (a sound setting): squared error, validation",
        458.5507,
        "hw1-sgd-k3/val_error",
        YELP,
        "hw1-sgd-k3/user_mean_val",
    ),
    Headline(
        "S000-14",
        "ALS, k=3, λ=0.01: squared error, validation",
        2459.3640,
        "hw1-als-k3/val_error",
        YELP,
        "hw1-als-k3/user_mean_val",
    ),
    # hw2
    Headline(
        "S001-09",
        "PCA, 16 numbers: training loss, epoch 99",
        0.0840,
        "hw2-pca/train",
        "mark of a bug: below PCA's bound, so not linear (a Tanh at the end)",
        "hw2-pca/pca_train",
    ),
    Headline("S001-09", "test loss", 0.0828, "hw2-pca/test", "mark of the same bug", "hw2-pca/pca_test"),
    Headline("S001-10", "two layers [32, 16]: training loss, epoch 99", 0.0690, "hw2-two/train"),
    Headline("S001-10", "test loss", 0.0680, "hw2-two/test", "printed 1.28 % too high: divided by 78 of 79 batches"),
    Headline("S001-11", "two layers [128, 16]: training loss, epoch 99", 0.0434, "hw2-two-own/train"),
    Headline("S001-11", "test loss", 0.0435, "hw2-two-own/test"),
    Headline("S001-12", "three layers [64, 32, 16]: training loss, epoch 149", 0.0535, "hw2-three/train"),
    Headline("S001-12", "test loss", 0.0529, "hw2-three/test"),
    Headline("S001-13", "three layers [128, 64, 16]: training loss, epoch 149", None, "hw2-three-own/train"),
    Headline("S001-13", "test loss", None, "hw2-three-own/test"),
    # hw3
    Headline(
        "S003-12",
        "CNN, learning rate 0.001: training loss, epoch 1",
        1.5400,
        "hw3-cnn/train_loss_first",
        "printed: that of the last batch",
        judged=False,
    ),
    Headline("S003-12", "validation loss, epoch 1", 1.8987, "hw3-cnn/val_loss_first", judged=False),
    Headline("S003-12", "best validation accuracy of 50 epochs", 0.9417, "hw3-cnn/val_acc_best", higher_is_better=True),
    Headline("S003-12", "training loss, epoch 50", 0.0017, "hw3-cnn/train_loss_last", ONE_BATCH, judged=False),
    Headline("S003-12", "validation loss, epoch 50", 0.1830, "hw3-cnn/val_loss_last", judged=False),
    Headline("S003-12", "validation accuracy, epoch 50", 0.9333, "hw3-cnn/val_acc_last", higher_is_better=True),
    Headline(
        "S003-14",
        "test accuracy of the best of three rates",
        0.9583,
        "hw3-cnn/test_acc",
        "120 pictures: one is 0.8 %, chance alone ± 2 %",
        higher_is_better=True,
    ),
    # hw4
    *(
        Headline(row, f"{what}: {part} loss, {when}", printed, f"{run}/{name}", note, judged=judged)
        for row, what, run, note, losses in (
            ("S003-20", "convolutional, 3 numbers", "hw4-conv-3", "", (0.3054, 0.1680, 0.0947, 0.0958)),
            ("S003-20", "100 numbers", "hw4-conv-100", STRIDE, (0.2071, 0.0907, 0.0167, 0.0206)),
            ("S003-20", "100 numbers again", "hw4-conv-100", STRIDE, (0.1672, 0.0790, 0.0164, 0.0205)),
            ("S003-20", "150 numbers", "hw4-conv-150", STRIDE, (0.2082, 0.0891, 0.0130, 0.0172)),
            ("S003-20", "100 numbers, stride 1", "hw4-stride-1", "", (0.2071, 0.0907, 0.0167, 0.0206)),
            ("S003-24", "linear, 10 numbers", "hw4-pca", "", (0.4558, 0.2459, 0.0980, 0.0946)),
        )
        for (part, when, name, judged), printed in zip(
            (
                ("training", "epoch 1", "train_first", False),
                ("test", "epoch 1", "test_first", False),
                ("training", "epoch 60", "train", True),
                ("test", "epoch 60", "test", True),
            ),
            losses,
            strict=True,
        )
    ),
    # hw5
    Headline("S000-18", "training loss, epoch 0", 0.1803, "hw5/train_first", "running mean", judged=False),
    Headline("S000-18", "validation loss, epoch 0", 0.1514, "hw5/val_first", "printed: test", judged=False),
    Headline(
        "S000-18",
        "best validation loss",
        0.0942,
        "hw5/val_best",
        "mark of a bug: above the mean image (gradients were never cleared)",
        "hw5/mean_image",
    ),
    Headline("S000-18", "test loss, best weights", 0.0942, "hw5/test", "mark of the same bug", "hw5/mean_image"),
    Headline("S000-18", "training loss, last epoch", 0.1332, "hw5/train_last", "mark of the bug", "hw5/mean_image"),
    # hw6
    Headline("S002-06", "denoiser: first batch", 213.7286, "hw6-dae/first_batch", FIRST, judged=False),
    *(
        Headline("S002-06", f"test loss, epoch {epoch}", printed, f"hw6-dae/test_{epoch}", judged=epoch == 5)
        for epoch, printed in enumerate((9.0336, 5.8547, 5.0883, 4.7984, 4.6742), start=1)
    ),
    Headline("S002-14", "VAE: first batch", 537.6291, "hw6-vae/first_batch", FIRST, judged=False),
    *(
        Headline("S002-14", f"test loss, epoch {epoch}", printed, f"hw6-vae/test_{epoch}", judged=epoch == 3)
        for epoch, printed in enumerate((151.0011, 128.8374, 121.0245), start=1)
    ),
    # hw7
    Headline("S004-06", "autoencoder: iteration 0", 0.26972, "hw7-ae/rec_0", FIRST, judged=False),
    Headline("S004-06", "iteration 100", 0.03894, "hw7-ae/rec_100", ONE_BATCH, judged=False),
    Headline("S004-06", "iteration 1000", 0.00937, "hw7-ae/rec_1000", ONE_BATCH, judged=False),
    Headline("S004-06", "at the end (printed: iteration 9300)", 0.00561, "hw7-ae/rec", "ours: mean of 50 batches"),
    Headline("S004-13", "VAE, β = 0.0001: total, iteration 0", 0.23373, "hw7-vae/total_0", FIRST, judged=False),
    Headline("S004-13", "reconstruction, iteration 0", 0.23163, "hw7-vae/rec_0", FIRST, judged=False),
    Headline("S004-13", "KL, iteration 0", 21.018, "hw7-vae/kl_0", FIRST, judged=False),
    Headline("S004-13", "KL, iteration 100", 13.570, "hw7-vae/kl_100", ONE_BATCH, judged=False),
    Headline(
        "S004-13",
        "total at the end (iteration 18700)",
        0.009245,
        "hw7-vae/total",
        f"{UNIFORM}; right is far less than the mean image's error",
        "hw7-vae/mean_image",
    ),
    Headline("S004-13", "reconstruction at the end", 0.007344, "hw7-vae/rec", "ours: mean of 50 batches"),
    Headline("S004-13", "KL at the end", 19.015, "hw7-vae/kl", UNIFORM, judged=False),
    Headline("S004-13", "with uniform noise: KL, iteration 100", 13.570, "hw7-vae-uniform/kl_100", SLIP, judged=False),
    Headline("S004-13", "total at the end", 0.009245, "hw7-vae-uniform/total", SLIP, judged=False),
    Headline("S004-13", "reconstruction at the end", 0.007344, "hw7-vae-uniform/rec", SLIP, judged=False),
    Headline("S004-13", "KL at the end", 19.015, "hw7-vae-uniform/kl", SLIP, judged=False),
)
