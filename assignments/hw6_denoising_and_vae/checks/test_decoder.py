"""Hidden checks of VAE.decoder. The architecture is free."""

from __future__ import annotations

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.values import close, expect_tensor

TASK = "VAE.decoder"
SLACK = 1e-6


@check(task=TASK, points=3)
def test_pictures_have_the_right_shape(student: Student, secret: Secret, device: str):
    """decoder(z) returns pictures (B, 1, 28, 28), for any number of latent dimensions and codes."""
    for latent in secret.sizes(2, 2, 11):
        vae = student.probe("make", device, "VAE", latent)
        for batch in (1, secret.sizes(1, 3, 13, avoid=(latent,))[0]):
            _decode(student, device, vae, secret.normal(batch, latent))


@check(task=TASK, points=3)
def test_pictures_stay_in_range(student: Student, secret: Secret, device: str):
    """Whatever the code and the weights, the pictures stay in [0, 1], and they use the range."""
    latent = secret.integer(3, 11)
    vae = student.probe("make", device, "VAE", latent)
    student.probe("scatter_weights", vae, 5.0)
    pictures = _decode(student, device, vae, 3 * secret.normal(24, latent))
    low, high = pictures.min().item(), pictures.max().item()
    if not (low >= -SLACK and high <= 1 + SLACK):
        if low >= -1 - SLACK and high <= 1 + SLACK:
            fail("The pictures go below 0: Tanh ends in [−1, 1], this task wants [0, 1] (Sigmoid).", "E15")
        fail("The pictures leave [0, 1]: the last layer needs an activation that keeps them in.", "E13")
    if not (low < 0.2 and high > 0.8):
        text = f"Whatever the weights, the pictures stay between {low:.2f} and {high:.2f}, but pixels are 0 to 1."
        fail(f"{text} Is the last activation applied twice, or is it a Softmax?", "E18")


@check(task=TASK, points=2)
def test_each_code_has_its_own_picture(student: Student, secret: Secret, device: str):
    """In evaluation mode, a picture depends on its own code and on no other one, and has a gradient by it."""
    latent = secret.integer(3, 11)
    vae = student.probe("make", device, "VAE", latent)
    student.probe("scatter_weights", vae, 1.5)
    for stream in secret.streams(3):
        codes, other = stream.normal(2, 4, latent)
        changed = codes.clone()
        changed[1] = 3 * other[1]
        before, after = (_decode(student, device, vae, z) for z in (codes, changed))
        rest = torch.tensor([0, 2, 3])
        close(after[rest], before[rest], "What is decoded from the codes that did not change", device=device)
        if equals(after[1], before[1]):
            fail("Another code, and the same picture: the decoder does not depend on z.")
    answer = student.probe("gradients", device, (vae, "decoder"), [codes], None, secret.normal(4, 1, 28, 28))
    if answer["gradients"][0] is None or not answer["gradients"][0].any():
        fail("No gradient leads from the pictures to the codes, so the encoder cannot learn from them.", "T11")
    pictures = secret.uniform(0, 1, len(codes), 1, 28, 28)
    first, again = student.probe("decode_after_encoding", device, vae, codes, pictures)
    if not torch.allclose(expect_tensor(first), expect_tensor(again), rtol=1e-4, atol=1e-5):
        text = "Once other pictures were encoded, the decoder makes something else of the same codes"
        fail(f"{text}: it must see the codes alone, no memory of a picture.", "E23")
    twice = _decode(student, device, vae, codes)
    close(
        twice, before, "A second decoding of the same codes", "Nothing random belongs into the decoder.", device=device
    )


def _decode(student: Student, device: str, vae, codes: torch.Tensor) -> torch.Tensor:
    pictures = student.probe("call", device, vae, codes, attribute="decoder")["value"]
    if isinstance(pictures, torch.Tensor) and tuple(pictures.shape) == (len(codes), 28, 28):
        fail("The pictures have lost their channel: keep the shape (B, 1, 28, 28).", "E26")
    return expect_tensor(pictures, (len(codes), 1, 28, 28), "decoder(z)", torch.float32)
