"""What the checks of this assignment run on the student's side. Probes record values; they judge nothing.

Every probe takes the notebook's namespace first; `device` is where tensors and models are moved to.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, TensorDataset

from autograder.sandbox.loop_probes import with_closure_run
from autograder.sandbox.network_probes import reached_by_gradients, switched_off  # noqa: F401 - asked for by the checks

# --- calling ----------------------------------------------------------------------------------------------------------


def call(namespace, device, name, *args, attribute=None):
    """`name(*args)`, or a method of an object. Returns the result and the arguments as they are afterwards."""
    target = namespace[name] if isinstance(name, str) else name
    if isinstance(target, nn.Module):
        target.to(device)
    function = getattr(target, attribute) if attribute else target
    inputs = [_on(device, arg) for arg in args]
    return {"value": function(*inputs), "args": inputs}


def gradients(namespace, device, function, args, output, weights=None):
    """Gradients of one output, weighted and summed, by every argument; None where there is no path.

    function: a name of the notebook, or a method of an object as (object, name)
    """
    function = _method(namespace, function)
    leaves = [_on(device, arg).clone().requires_grad_() for arg in args]
    result = function(*leaves)
    value = result if output is None else result[output]
    if not isinstance(value, torch.Tensor) or not value.requires_grad:
        return {"value": value, "connected": False, "gradients": [None] * len(leaves)}
    total = value.sum() if weights is None else (value * _on(device, weights)).sum()
    found = torch.autograd.grad(total, leaves, allow_unused=True)
    return {"value": value, "connected": True, "gradients": list(found)}


def _method(namespace, function):
    if isinstance(function, str):
        return namespace[function]
    thing, name = function
    return getattr(thing, name)


def _on(device, value):
    return value.to(device) if isinstance(value, torch.Tensor) else value


# --- noise ------------------------------------------------------------------------------------------------------------


def draw_noise(namespace, device, mean, std, pictures, calls, other=None):
    """The results of several calls of one transform on the same pictures, and the pictures afterwards.

    other: (mean, std) of a second transform, made once the first is there
    """
    pictures = pictures.to(device)
    transform = namespace["AddGaussianNoise"](mean, std)
    if other is not None:
        namespace["AddGaussianNoise"](*other)
    noisy = [transform(pictures) for _ in range(calls)]
    return {"noisy": noisy, "pictures": pictures}


# --- models -----------------------------------------------------------------------------------------------------------


def make(namespace, device, name, *args, training=False):
    """A new model of the notebook."""
    return namespace[name](*args).to(device).train(training)


def make_sampler_only(namespace, latent_feature):
    """A VAE for its `reparameterize` alone: also when its `__init__` is not written yet."""
    try:
        return namespace["VAE"](latent_feature)
    except NotImplementedError:
        vae = namespace["VAE"].__new__(namespace["VAE"])
        nn.Module.__init__(vae)
        vae.latent_feature = latent_feature
        return vae


def draw_codes(namespace, device, vae, mu, log_var, calls):
    """Several draws of `reparameterize` for the same mu and log_var."""
    vae.to(device)
    return [vae.reparameterize(mu.to(device), log_var.to(device)) for _ in range(calls)]


def count_parameters_of(namespace, model):
    """Trainable numbers that the model has registered."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def scatter_weights(namespace, model, gain):
    """Replaces every weight matrix and kernel by large random numbers: what an output can be, it will be."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, gain / parameter[0].numel() ** 0.5)


class Trainer:
    """A model and Adam; gradients by its outputs come from outside."""

    def __init__(self, model, optimizer, device):
        self.model, self.optimizer, self.device, self.outputs = model, optimizer, device, ()

    def step(self, gradients, inputs):
        """Takes a step along these gradients of the last outputs, then returns the outputs for the next inputs."""
        if gradients is not None:
            self._follow(gradients)
        outputs = self.model(inputs.to(self.device))
        self.outputs = (outputs,) if isinstance(outputs, torch.Tensor) else tuple(outputs)
        return list(self.outputs)

    def _follow(self, gradients):
        pairs = [(out, _on(self.device, grad)) for out, grad in zip(self.outputs, gradients, strict=True)]
        pairs = [(out, grad) for out, grad in pairs if out.requires_grad]
        if pairs:
            self.optimizer.zero_grad()
            torch.autograd.backward(*zip(*pairs, strict=True))
            self.optimizer.step()


def make_trainer(namespace, device, name, args, lr):
    """A new model of the notebook in training mode, with Adam."""
    model = make(namespace, device, name, *args, training=True)
    return Trainer(model, torch.optim.Adam([*model.parameters()] or [torch.zeros(1)], lr=lr), device)


# --- the optimizer ----------------------------------------------------------------------------------------------------


class TwoLayers(nn.Module):
    """A small denoiser with parameters of several kinds, one of them outside of any layer."""

    def __init__(self, hidden):
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.Tanh())
        self.up = nn.Linear(hidden, 784, bias=False)
        self.shift = nn.Parameter(torch.zeros(784))

    def forward(self, x):
        return (self.up(self.down(x)) + self.shift).reshape(-1, 1, 28, 28)


def optimizer_of_small_model(namespace, device, hidden):
    """What `make_dae_optimizer` holds for the second of two models of ours: how many of its parameters are missing,
    and how many strangers are there."""
    namespace["make_dae_optimizer"](TwoLayers(hidden + 1).to(device))
    model = TwoLayers(hidden).to(device)
    optimizer = namespace["make_dae_optimizer"](model)
    if not isinstance(optimizer, torch.optim.Optimizer):
        return {"optimizer": False, "value": optimizer}
    held = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    own = [id(parameter) for parameter in model.parameters()]
    return {
        "optimizer": True,
        "missing": sum(number not in held for number in own),
        "strangers": sum(number not in own for number in held),
        "parameters": len(own),
    }


def make_trainer_of_small_model(namespace, device, hidden):
    """A small model of ours with the student's optimizer."""
    model = TwoLayers(hidden).to(device)
    return Trainer(model, namespace["make_dae_optimizer"](model), device)


# --- stand-ins for the parts of a VAE --------------------------------------------------------------------------------


def make_sampler(namespace, a, b, shift, step=None):
    """In the place of `reparameterize`: a mixture that tells its arguments apart; step: what each call adds to it."""
    shifts = [shift]

    def sampler(*args, **kwargs):
        mu, log_var = (*args, *kwargs.values())[-2:]
        z = a * mu + b * log_var + shifts[-1].to(mu.device)
        if step is not None:
            shifts.append(shifts[-1] + step)
        return z

    return sampler


def make_encoder(namespace, weights):
    """In the place of `encoder`: linear maps of the pixels, and the VAE's own way to draw a sample."""

    def encoder(self, x):
        mu, log_var = (x.flatten(1) @ weights.to(x.device)).chunk(2, dim=1)
        return mu, log_var, self.reparameterize(mu, log_var)

    return encoder


def make_decoder(namespace, weights):
    """In the place of `decoder`: a nonlinear map from codes to pictures."""

    def decoder(self, z):
        return torch.sigmoid(z @ weights.to(z.device)).unflatten(-1, (1, 28, 28))

    return decoder


def forward_with_decoder_inputs(namespace, device, vae, x, calls):
    """Results of `vae(x)`, and for each call what went into the decoder."""
    recorded = []
    _record_calls(vae, "decoder", recorded)
    results, inputs = [], []
    for _ in range(calls):
        recorded.clear()
        results.append(vae(x.to(device)))
        inputs.append(list(recorded))
    return {"results": results, "decoder_inputs": inputs}


def _record_calls(thing, name, recorded):
    """Appends the first argument of every later call of a method or submodule."""
    original = getattr(thing, name)

    def keep(first):
        recorded.append(first)

    if isinstance(original, nn.Module):
        original.register_forward_pre_hook(lambda module, args: keep(args[0]))
        return

    def recorder(*args, **kwargs):
        keep((*args, *kwargs.values())[0])
        return original(*args, **kwargs)

    thing.__dict__[name] = recorder


def picture_gradients(namespace, device, vae, x, weights):
    """The gradients of a mixture of each result of `vae(x)` by the pictures that went in; None where no path leads."""
    x = x.to(device).requires_grad_()
    found = []
    for result, weight in zip(vae(x), weights, strict=True):
        total = (result * weight.to(device)).sum()
        connected = total.requires_grad
        found.append(torch.autograd.grad(total, x, retain_graph=True, allow_unused=True)[0] if connected else None)
    return found


def decode_after_encoding(namespace, device, vae, codes, pictures):
    """What the decoder makes of the same codes before and after pictures were encoded, if there is an encoder yet."""
    before = vae.decoder(codes.to(device))
    try:
        vae.encoder(pictures.to(device))
    except Exception:  # another task's affair
        return [before, before]
    return [before, vae.decoder(codes.to(device))]


# --- the latent space -------------------------------------------------------------------------------------------------


class SmallVAE(nn.Module):
    """A VAE of ours: linear maps, a fixed mixture in the place of the sampler, and another mean in training mode."""

    def __init__(self, encode, decode, draw, offset):
        super().__init__()
        self.encode, self.decode = nn.Parameter(encode.clone()), nn.Parameter(decode.clone())
        self.register_buffer("draw", draw.clone())
        self.offset = offset
        self.seen = []  # (pictures, training mode, gradients on), one for each use of the encoder

    def reparameterize(self, mu, log_var):
        return mu + log_var * self.draw

    def encoder(self, x):
        self.seen.append((x.detach().clone(), self.training, torch.is_grad_enabled()))
        mu, log_var = (x.flatten(1) @ self.encode).chunk(2, dim=1)
        mu = mu + self.offset if self.training else mu
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        return torch.sigmoid(z @ self.decode).unflatten(-1, (1, 28, 28))

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


_asked = []  # one entry for each call of the stand-in since the last optimizer step


def stand_in_loss(output, mu, log_var, images):
    """In the place of `vae_loss`: two parts with a minimum, but not the right ones.

    The weight of the second makes the gradients of both count: of 400 random models none had one within 2.5 degrees of
    that of the sum."""
    _asked.append(True)
    return ((output - images) ** 2).sum(), 4 * (mu**2 + log_var**2).sum()


def train_and_record(namespace, device, weights, train, test, batch_sizes, n_epochs, record_at, lr):
    """Runs `latent_snapshots` on a VAE of ours. Returns its result, and for each optimizer step the weights before it,
    the gradients, the batch, the mode, and whether the stand-in for vae_loss was asked, as the optimizer saw them."""
    vae = SmallVAE(**weights).to(device).train()
    train_loader = DataLoader(TensorDataset(*train), batch_size=batch_sizes[0], shuffle=True)
    test_loader = DataLoader(TensorDataset(*test), batch_size=batch_sizes[1], shuffle=True)
    steps, optimizers = [], []
    _asked.clear()

    def before_step(optimizer, args, kwargs):
        replaced = with_closure_run(args, kwargs)
        if id(optimizer) not in [id(known) for known in optimizers]:
            optimizers.append(optimizer)
        batch, training, _ = vae.seen[-1] if vae.seen else (None, None, None)
        parts = (vae.encode, vae.decode)
        steps.append(
            {
                "weights": [part.detach().clone() for part in parts],
                "gradients": [None if part.grad is None else part.grad.clone() for part in parts],
                "batch": batch,
                "asked": bool(_asked),
                "training": training,
                "lr": [float(group["lr"]) for group in optimizer.param_groups],
                "decay": max(float(group.get("weight_decay", 0)) for group in optimizer.param_groups),
            }
        )
        _asked.clear()
        return replaced

    hook = register_optimizer_step_pre_hook(before_step)
    try:
        result = namespace["latent_snapshots"](vae, train_loader, test_loader, n_epochs, record_at, lr)
    finally:
        hook.remove()
    return {
        "result": _plain(result),
        "needs_gradient": _any_needs_gradient(result),
        "steps": steps,
        "start": [weights["encode"], weights["decode"]],
        "final": [vae.encode, vae.decode],
        "optimizers": [type(optimizer).__name__ for optimizer in optimizers],
        "loaded": sum(len(batch) for batch, _, _ in vae.seen),
        "record_at": list(record_at),
    }


def _plain(result):
    """A dictionary whose keys can travel."""
    return {int(key): value for key, value in result.items()} if isinstance(result, dict) else result


def _any_needs_gradient(result):
    if isinstance(result, dict):
        return any(_any_needs_gradient(value) for value in result.values())
    if isinstance(result, (list, tuple)):
        return any(_any_needs_gradient(value) for value in result)
    return isinstance(result, torch.Tensor) and result.requires_grad


class DecoderOnly(nn.Module):
    """A VAE of ours in evaluation mode that decodes with a secret nonlinear map, another one in training mode."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(weights.clone())
        self.inputs = []

    def decoder(self, z):
        self.inputs.append(z.detach().clone())
        z = 0.5 * z if self.training else z
        return torch.sigmoid(z @ self.weights).reshape(-1, 1, 28, 28)  # codes may have any leading dimensions

    def forward(self, x):
        raise RuntimeError("interpolation starts from codes: only vae.decoder is needed")

    encoder = forward


def make_path(namespace, first, second):
    """In the place of `linear_interpolation`: eleven steps on a path of ours, with what it was called with."""

    def path(x0, x1):
        x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
        path_calls.append([x0.detach().clone(), x1.detach().clone()])
        shape = (-1, *[1] * x0.dim())
        return first.to(x0).reshape(shape) * x0 + second.to(x0).reshape(shape) * x1

    return path


path_calls = []


def interpolate_codes(namespace, device, z0, z1, weights):
    """Runs `latent_linear_interpolation` with a VAE of ours; also what its decoder and our path were called with."""
    vae = DecoderOnly(weights).to(device).eval()
    path_calls.clear()
    strip = namespace["latent_linear_interpolation"](_on(device, z0), _on(device, z1), vae)
    return {
        "strip": strip,
        "needs_gradient": isinstance(strip, torch.Tensor) and strip.requires_grad,
        "decoder_inputs": vae.inputs,
        "path_calls": list(path_calls),
        "training": vae.training,
        **switched_off([vae.weights]),
        "retyped": vae.weights.dtype != torch.float32,
        "codes_after": [z0, z1],
    }
