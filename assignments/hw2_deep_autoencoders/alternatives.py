"""Unusual right solutions: each must keep full marks. One cell is one solution, put into the reference."""

# %% methods and other names id="pca-methods" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in: int, num_hidden: int, num_out: int, bias: bool = True) -> None:
        super(PCAAutoencoder, self).__init__()
        self.down, self.up = nn.Linear(num_in, num_hidden, bias), nn.Linear(num_hidden, num_out, bias)

    def encoder(self, x: Tensor) -> Tensor:
        return self.down(x)

    def decoder(self, z: Tensor) -> Tensor:
        return self.up(z)

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x))


# %% one layer in a Sequential each id="pca-sequential" task="PCAAutoencoder" into="PCAAutoencoder"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.decoder = nn.Sequential(nn.Linear(num_hidden, num_out))
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(num_in, num_hidden))


# %% bare parameters id="pca-functional" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(num_hidden, num_in) / num_in**0.5)
        self.b1 = nn.Parameter(torch.randn(num_hidden) * 0.1)
        self.w2 = nn.Parameter(torch.randn(num_out, num_hidden) / num_hidden**0.5)
        self.b2 = nn.Parameter(torch.randn(num_out) * 0.1)

    def encoder(self, x):
        return F.linear(x, self.w1, self.b1)

    def decoder(self, z):
        return F.linear(z, self.w2, self.b2)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% matrix products id="pca-matmul" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.W = nn.Parameter(torch.randn(num_in, num_hidden) / num_in**0.5)
        self.mean = nn.Parameter(torch.zeros(num_hidden))
        self.V = nn.Parameter(torch.randn(num_hidden, num_out) / num_hidden**0.5)
        self.shift = nn.Parameter(torch.zeros(num_out))

    def encoder(self, x):
        return x @ self.W + self.mean

    def decoder(self, z):
        return torch.matmul(z, self.V) + self.shift

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% flattens its input first id="pca-view" task="PCAAutoencoder" into="PCAAutoencoder"
def forward(self, x):
    x = x.view(x.size(0), -1)
    x = self.encoder(x)
    x = self.decoder(x)
    return x


# %% large orthogonal start id="pca-init" task="PCAAutoencoder" into="PCAAutoencoder"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Linear(num_hidden, num_out)
    nn.init.orthogonal_(self.encoder.weight)
    nn.init.normal_(self.decoder.weight, std=2.0)
    nn.init.zeros_(self.encoder.bias)


# %% very small start id="pca-small" task="PCAAutoencoder" into="PCAAutoencoder"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Linear(num_hidden, num_out)
    for layer in (self.encoder, self.decoder):
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.zeros_(layer.bias)


# %% wide first layer id="two-wide" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = (512, 32)


# %% a list id="two-list" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = [64, 16]


# %% small and short code id="two-small" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = 16, 8


# %% wider than the picture, and a code that is wider than the given one id="two-over" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = (1000, 100)


# %% computed with a helper id="two-computed" task="MY_TWO_LAYER_SIZES"
smallest = 2**4
MY_TWO_LAYER_SIZES: tuple[int, int] = (784 // 4, smallest)


# %% only the code changed id="two-code" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = (32, 24)


# %% another order of sizes id="three-flat" task="MY_THREE_LAYER_SIZES"
MY_THREE_LAYER_SIZES = (128, 128, 32)


# %% narrow id="three-narrow" task="MY_THREE_LAYER_SIZES"
MY_THREE_LAYER_SIZES = (32, 16, 8)


# %% very wide id="three-wide" task="MY_THREE_LAYER_SIZES"
MY_THREE_LAYER_SIZES = [400, 200, 16]


# %% only the code changed id="three-code" task="MY_THREE_LAYER_SIZES"
MY_THREE_LAYER_SIZES = (64, 32, 8)


# %% functional, other names id="three-functional" task="ThreeLayerAutoencoder"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out, verbose=False):
        super().__init__()
        self.fc6 = nn.Linear(num_hidden_1, num_out)
        self.fc5 = nn.Linear(num_hidden_2, num_hidden_1)
        self.fc4 = nn.Linear(num_hidden_3, num_hidden_2)
        self.fc3 = nn.Linear(num_hidden_2, num_hidden_3)
        self.fc2 = nn.Linear(num_hidden_1, num_hidden_2)
        self.fc1 = nn.Linear(num_in, num_hidden_1)

    def encoder(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)

    def decoder(self, z):
        z = F.relu(self.fc4(z))
        z = F.relu(self.fc5(z))
        return torch.tanh(self.fc6(z))

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% in a loop, in a ModuleList id="three-loop" task="ThreeLayerAutoencoder"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        down = [num_in, num_hidden_1, num_hidden_2, num_hidden_3]
        up = [num_hidden_3, num_hidden_2, num_hidden_1, num_out]
        self.down = nn.ModuleList([nn.Linear(a, b) for a, b in zip(down, down[1:])])
        self.up = nn.ModuleList([nn.Linear(a, b) for a, b in zip(up, up[1:])])

    @staticmethod
    def _through(layers, x):
        for number, layer in enumerate(layers):
            x = layer(x)
            if number < len(layers) - 1:
                x = x.clamp(min=0)
        return x

    def encoder(self, x):
        return self._through(self.down, x)

    def decoder(self, z):
        return self._through(self.up, z).tanh()

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% one shared activation, in place id="three-inplace" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    relu = nn.ReLU(inplace=True)
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), relu, nn.Linear(num_hidden_1, num_hidden_2), relu,
        nn.Linear(num_hidden_2, num_hidden_3), nn.Identity(),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), relu, nn.Linear(num_hidden_2, num_hidden_1), relu,
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% modules of its own for both halves id="three-modules" task="ThreeLayerAutoencoder"
class Half(nn.Module):
    def __init__(self, *sizes, end=None):
        super().__init__()
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), nn.ReLU()]
        layers[-1] = end or nn.Identity()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)

class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = Half(num_in, num_hidden_1, num_hidden_2, num_hidden_3)
        self.decoder = Half(num_hidden_3, num_hidden_2, num_hidden_1, num_out, end=nn.Tanh())

    def forward(self, x):
        code = self.encoder(x)
        return self.decoder(code)


# %% bare parameters, activations by hand id="three-bare" task="ThreeLayerAutoencoder"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        sizes = [num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_hidden_2, num_hidden_1, num_out]
        pairs = list(zip(sizes, sizes[1:]))
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(b, a) / a**0.5) for a, b in pairs])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(b)) for _, b in pairs])

    def layer(self, i, x):
        return F.linear(x, self.weights[i], self.biases[i])

    def encoder(self, x):
        for i in (0, 1):
            x = torch.maximum(self.layer(i, x), torch.zeros(()).to(x))
        return self.layer(2, x)

    def decoder(self, z):
        for i in (3, 4):
            h = self.layer(i, z)
            z = h * (h > 0)
        h = self.layer(5, z)
        return 2 * torch.sigmoid(2 * h) - 1

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% inherits from the given model id="three-inherit" task="ThreeLayerAutoencoder"
class ThreeLayerAutoencoder(TwoLayerAutoencoder):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        nn.Module.__init__(self)
        inner = TwoLayerAutoencoder(num_hidden_1, num_hidden_2, num_hidden_3, num_hidden_1)
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), *inner.encoder)
        self.decoder = nn.Sequential(*inner.decoder[:-1], nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())


# %% lerp, without gradients id="inter-lerp" task="interpolation"
@torch.no_grad()
def interpolation(lambda1, model, image1, image2):
    codes = model.encoder(torch.stack([image1.flatten(), image2.flatten()]))
    return model.decoder(torch.lerp(codes[1:], codes[:1], float(lambda1)))


# %% start plus a part of the difference id="inter-difference" task="interpolation"
def interpolation(lambda1: float, model: nn.Module, image1: Tensor, image2: Tensor) -> Tensor:
    model.eval()
    z1, z2 = (model.encoder(image.view(-1, 28 * 28)) for image in (image1, image2))
    return model.decoder(z2 + lambda1 * (z1 - z2)).detach()


# %% as the sheet has it, with view and size(0) id="inter-view" task="interpolation"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.view(image1.size(0), -1))
    latent_2 = model.encoder(image2.view(image2.size(0), -1))
    inter_latent = lambda1 * latent_1 + (1 - lambda1) * latent_2
    inter_image = model.decoder(inter_latent)
    return inter_image


# %% codes without a batch, shape made at the end id="inter-flat" task="interpolation"
def interpolation(lambda1, model, image1, image2):
    z1, z2 = model.encoder(image1.flatten()), model.encoder(image2.flatten())
    weights = torch.tensor([lambda1, 1 - lambda1], dtype=z1.dtype, device=z1.device)
    return model.decoder(weights @ torch.stack([z1, z2])).reshape(1, 784)


# %% double precision for the mixture id="inter-double" task="interpolation"
def interpolation(lambda1, model, image1, image2):
    z1 = model.encoder(image1.reshape(1, -1)).double()
    z2 = model.encoder(image2.reshape(1, -1)).double()
    z = lambda1 * z1 + (1 - lambda1) * z2
    return model.decoder(z.float())


# %% one batch, interpolation not used id="strip-batch" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10):
    z1, z2 = model.encoder(image1.reshape(1, -1)), model.encoder(image2.reshape(1, -1))
    values = torch.linspace(0, 1, n, device=z1.device).unsqueeze(1)
    return model.decoder(values * z1 + (1 - values) * z2)


# %% one call with a column of lambdas id="strip-column" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10):
    return interpolation(torch.linspace(0, 1, n, device=image1.device).view(n, 1), model, image1, image2)


# %% row by row into a buffer id="strip-buffer" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10):
    strip = torch.zeros(n, 784, device=image1.device)
    with torch.no_grad():
        for i in range(n):
            strip[i] = interpolation(i / (n - 1), model=model, image1=image1, image2=image2)
    return strip


# %% numpy's linspace, stacked and squeezed id="strip-numpy" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10):
    import numpy as np
    pictures = [interpolation(value, model, image1, image2) for value in np.linspace(0.0, 1.0, n)]
    return torch.stack(pictures).squeeze(1)


# %% tensors for lambda, vstack, extra parameter id="strip-vstack" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10, start=0.0, end=1.0):
    return torch.vstack([interpolation(l, model, image1, image2) for l in torch.linspace(start, end, n)])


# %% a helper that encodes both once id="strip-helper" task="interpolation_strip"
def encode_both(model, *images):
    return [model.encoder(image.reshape(-1, 784)) for image in images]

def interpolation_strip(model, image1, image2, n=10):
    z1, z2 = encode_both(model, image1, image2)
    return torch.cat([model.decoder(torch.lerp(z2, z1, i / (n - 1))) for i in range(n)], dim=0)


# %% layers that find their sizes themselves id="three-lazy" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.LazyLinear(num_hidden_1), nn.ReLU(), nn.LazyLinear(num_hidden_2), nn.ReLU(), nn.LazyLinear(num_hidden_3)
    )
    self.decoder = nn.Sequential(
        nn.LazyLinear(num_hidden_2), nn.ReLU(), nn.LazyLinear(num_hidden_1), nn.ReLU(), nn.LazyLinear(num_out), nn.Tanh()
    )


# %% layers by name, in a ModuleDict id="pca-dict" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.parts = nn.ModuleDict({"in": nn.Linear(num_in, num_hidden), "out": nn.Linear(num_hidden, num_out)})
        self.history = []

    @property
    def encoder(self):
        return self.parts["in"]

    @property
    def decoder(self):
        return self.parts["out"]

    def forward(self, x):
        return self.parts["out"](self.parts["in"](x))


# %% numbers of another type id="two-tensor" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = torch.tensor([96, 16])


# %% weighted sum in a generator id="inter-sum" task="interpolation"
def interpolation(lambda1, model, image1, image2):
    pairs = ((lambda1, image1), (1 - lambda1, image2))
    return model.decoder(sum(weight * model.encoder(image.reshape(1, -1)) for weight, image in pairs))


# %% einsum over two codes id="strip-einsum" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10):
    codes = model.encoder(torch.cat([image1.view(1, -1), image2.view(1, -1)]))
    first = torch.linspace(0, 1, n, dtype=codes.dtype, device=codes.device)
    weights = torch.stack([first, 1 - first], dim=1)
    return model.decoder(torch.einsum("nk,kd->nd", weights, codes))


# %% bare parameters, methods, einsum id="pca-half-einsum" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.W = nn.Parameter(torch.randn(num_in, num_hidden) / num_in**0.5)
        self.b = nn.Parameter(torch.zeros(num_hidden))
        self.V = nn.Parameter(torch.randn(num_hidden, num_out) / num_hidden**0.5)
        self.c = nn.Parameter(torch.zeros(num_out))

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def encoder(self, x):
        return torch.einsum("bi,ih->bh", x, self.W) + self.b

    def decoder(self, z):
        return torch.addmm(self.c, z, self.V)


# %% encoder and decoder as lambdas id="pca-lambdas" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.layer_in = nn.Linear(num_in, num_hidden)
        self.layer_out = nn.Linear(num_hidden, num_out)
        self.encoder = lambda x: self.layer_in(x)
        self.decoder = lambda z: self.layer_out(z)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% Tanh out of a sigmoid id="three-squash" task="ThreeLayerAutoencoder"
class Squash(nn.Module):
    def forward(self, x):
        return 2 * torch.sigmoid(2 * x) - 1


class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_3))
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out))
        self.decoder.append(Squash())

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% 1x1 convolutions of a row for linear layers id="three-row-convolutions" task="ThreeLayerAutoencoder"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = nn.Sequential(nn.Unflatten(1, (-1, 1)), nn.Conv1d(num_in, num_hidden_1, 1), nn.ReLU(), nn.Conv1d(num_hidden_1, num_hidden_2, 1), nn.ReLU(), nn.Conv1d(num_hidden_2, num_hidden_3, 1), nn.Flatten())
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% vmap id="strip-vmap" task="interpolation_strip"
def interpolation_strip(model, image1, image2, n=10):
    z1, z2 = (model.encoder(image.reshape(1, -1))[0] for image in (image1, image2))
    return torch.vmap(lambda value: model.decoder((value * z1 + (1 - value) * z2)[None])[0])(torch.linspace(0, 1, n))


# %% both pictures in one batch id="inter-batch" task="interpolation"
def interpolation(lambda1, model, image1, image2):
    """Both codes at once."""
    codes = model.encoder(torch.stack([image1.flatten(), image2.flatten()]))
    weights = torch.tensor([[lambda1, 1 - lambda1]], dtype=codes.dtype, device=codes.device)
    return model.decoder(weights @ codes)


# %% torch.Size id="two-torch-size" task="MY_TWO_LAYER_SIZES"
MY_TWO_LAYER_SIZES = torch.Size([64, 16])


# %% grows to the code id="three-growing" task="MY_THREE_LAYER_SIZES"
MY_THREE_LAYER_SIZES = (64, 128, 256)
