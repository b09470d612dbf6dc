"""Unusual right solutions: each must keep full marks. One cell is one solution, put into the reference."""


# %% other names, defined in another order, functions for activations id="encoder-functional" task="Encoder"
class Encoder(nn.Module):
    def __init__(self, nz: int, slope: float = 0.01):
        super().__init__()
        self.slope = slope
        self.to_code = nn.Linear(256, nz)
        self.bn4, self.bn3, self.bn2 = nn.BatchNorm2d(256), nn.BatchNorm2d(128), nn.BatchNorm2d(64)
        self.conv4 = nn.Conv2d(128, 256, kernel_size=3, stride=2, padding=0)
        self.conv3 = nn.Conv2d(64, 128, kernel_size=3, stride=2, padding=0)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1)
        self.conv1 = nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)

    def forward(self, x):
        h = F.leaky_relu(self.conv1(x), self.slope)
        h = F.leaky_relu(self.bn2(self.conv2(h)), self.slope)
        h = F.leaky_relu(self.bn3(self.conv3(h)), self.slope)
        h = F.leaky_relu(self.bn4(self.conv4(h)), self.slope)
        return self.to_code(h.view(h.size(0), -1))


# %% bare parameters, no layers at all id="encoder-bare" task="Encoder"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        shapes = [(32, 1, 4, 4), (64, 32, 4, 4), (128, 64, 3, 3), (256, 128, 3, 3)]
        self.kernels = nn.ParameterList(nn.Parameter(0.05 * torch.randn(shape)) for shape in shapes)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(shape[0])) for shape in shapes)
        self.gains = nn.ParameterList(nn.Parameter(torch.ones(n)) for n in (64, 128, 256))
        self.shifts = nn.ParameterList(nn.Parameter(torch.zeros(n)) for n in (64, 128, 256))
        for n in (64, 128, 256):
            self.register_buffer(f"mean{n}", torch.zeros(n))
            self.register_buffer(f"var{n}", torch.ones(n))
        self.matrix = nn.Parameter(torch.randn(256, nz) / 16)
        self.offset = nn.Parameter(torch.zeros(nz))

    def forward(self, x):
        strides = [(2, 1), (2, 1), (2, 0), (1, 0)]
        for i, (stride, padding) in enumerate(strides):
            x = F.conv2d(x, self.kernels[i], self.biases[i], stride=stride, padding=padding)
            if i > 0:
                n = x.shape[1]
                mean, var = getattr(self, f"mean{n}"), getattr(self, f"var{n}")
                x = F.batch_norm(x, mean, var, self.gains[i - 1], self.shifts[i - 1], training=self.training)
            x = F.leaky_relu(x)
        return x.flatten(1) @ self.matrix + self.offset


# %% blocks, in place, a 1x1 convolution for the Linear id="encoder-blocks" task="Encoder"
def block(n_in, n_out, kernel, stride, padding):
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel, stride, padding), nn.BatchNorm2d(n_out), nn.LeakyReLU(inplace=True)
    )


class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.01, inplace=True))
        self.blocks = nn.ModuleList([block(32, 64, 4, 2, 1), block(64, 128, 3, 2, 0), block(128, 256, 3, 1, 0)])
        self.last = nn.Conv2d(256, nz, 1)

    def forward(self, x):
        x = self.first(x)
        for part in self.blocks:
            x = part(x)
        return self.last(x).squeeze(-1).squeeze(-1)


# %% an nn.Sequential itself id="encoder-is-sequential" task="Encoder"
class Encoder(nn.Sequential):
    def __init__(self, nz):
        super().__init__(
            nn.Conv2d(1, 32, 4, 2, 1, bias=True), nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, 2, 1), nn.BatchNorm2d(64, momentum=0.2), nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, 2), nn.BatchNorm2d(128), nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3), nn.BatchNorm2d(256), nn.LeakyReLU(),
            nn.Flatten(start_dim=1), nn.Linear(in_features=256, out_features=nz),
        )  # fmt: skip


# %% float64 inside id="encoder-double" task="Encoder"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, 2), nn.BatchNorm2d(128), nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3), nn.BatchNorm2d(256), nn.LeakyReLU(),
        ).double()  # fmt: skip
        self.line = nn.Linear(256, nz).double()

    def forward(self, x):
        return self.line(self.layers(x.double()).reshape(len(x), 256)).float()


# %% without BatchNorm before the last layer, Unflatten id="decoder-no-last-norm" task="Decoder"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(nz, 256), nn.Unflatten(1, (256, 1, 1)), nn.BatchNorm2d(256), nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3, 1, 0), nn.BatchNorm2d(128), nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, 2, 0), nn.BatchNorm2d(64), nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, z):
        return self.layers(z)


# %% BatchNorm1d on the flat code, sigmoid by hand, names reversed id="decoder-functional" task="Decoder"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.up4, self.up3 = nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.ConvTranspose2d(64, 32, 4, 2, 1)
        self.up2, self.up1 = nn.ConvTranspose2d(128, 64, 3, 2), nn.ConvTranspose2d(256, 128, 3)
        self.n0, self.n1 = nn.BatchNorm1d(256), nn.BatchNorm2d(128)
        self.n2, self.n3 = nn.BatchNorm2d(64), nn.BatchNorm2d(32)
        self.map = nn.Linear(nz, 256)

    def forward(self, z):
        h = F.leaky_relu(self.n0(self.map(z)))[:, :, None, None]
        h = F.leaky_relu(self.n1(self.up1(h)))
        h = F.leaky_relu(self.n2(self.up2(h)))
        h = F.leaky_relu(self.n3(self.up3(h)))
        return 1 / (1 + torch.exp(-self.up4(h)))


# %% a dictionary of modules id="decoder-moduledict" task="Decoder"
class Decoder(nn.Module):
    def __init__(self, nz: int, channels=(256, 128, 64, 32)):
        super().__init__()
        self.parts = nn.ModuleDict({"map": nn.Linear(nz, channels[0])})
        plan = [(256, 128, 3, 1, 0), (128, 64, 3, 2, 0), (64, 32, 4, 2, 1), (32, 1, 4, 2, 1)]
        for i, (n_in, n_out, kernel, stride, padding) in enumerate(plan):
            self.parts[f"norm{i}"] = nn.BatchNorm2d(n_in)
            self.parts[f"up{i}"] = nn.ConvTranspose2d(n_in, n_out, kernel, stride, padding)

    def forward(self, z):
        h = self.parts["map"](z).unsqueeze(-1).unsqueeze(-1)
        for i in range(4):
            h = self.parts[f"up{i}"](F.leaky_relu(self.parts[f"norm{i}"](h), negative_slope=0.01))
        return h.sigmoid()


# %% four workers, as in print id="loader-workers" task="make_loader"
def make_loader(dataset, batch_size):
    return torch.utils.data.DataLoader(dataset, batch_size, shuffle=True, num_workers=4)


# %% a sampler of its own id="loader-sampler" task="make_loader"
from torch.utils.data import RandomSampler


def make_loader(dataset: Dataset, batch_size: int = 64, workers: int = 0) -> DataLoader:
    return DataLoader(dataset, batch_size=batch_size, sampler=RandomSampler(dataset), num_workers=workers)


# %% a generator of its own, drop_last said id="loader-generator" task="make_loader"
def make_loader(dataset, batch_size):
    generator = torch.Generator()
    generator.seed()
    return DataLoader(dataset, batch_size, shuffle=True, drop_last=False, generator=generator, pin_memory=False)


# %% MSELoss object, zero_grad at the end, train in each epoch id="ae-end" task="train_autoencoder"
def train_autoencoder(model, loader, epochs, lr, device):
    model = model.to(device)
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(params=model.parameters(), lr=lr)
    history = []
    for epoch in range(epochs):
        model.train()
        for x, label in loader:
            x = x.to(device)
            rec = model.forward(x)
            loss = criterion(rec, x)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            history.append(loss.detach().cpu().item())
    return history


# %% by hand, batches indexed, a numpy array comes back id="ae-by-hand" task="train_autoencoder"
import numpy as np


def train_autoencoder(model, loader, epochs, lr, device, verbose=False):
    model.to(device)
    model.train()
    optimizer = torch.optim.Adam(list(model.parameters()), lr=lr, betas=(0.9, 0.999))
    losses = np.zeros(epochs * len(loader))
    step = 0
    for _ in range(epochs):
        for batch in iter(loader):
            images = batch[0].to(device)
            model.zero_grad()
            error = torch.mean(torch.square(images - model(images)))
            error.backward()
            optimizer.step()
            losses[step] = float(error)
            step += 1
            if verbose and step % 100 == 0:
                print(f"It {step}: {losses[step - 1]}")
    return losses


# %% losses as detached tensors, set_to_none off id="ae-tensors" task="train_autoencoder"
def train_autoencoder(model, loader, epochs, lr, device):
    optimizer = torch.optim.Adam(model.to(device).train().parameters(), lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device, non_blocking=True)
            optimizer.zero_grad(set_to_none=False)
            loss = ((model(images) - images) ** 2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
    return losses


# %% one at a time, detach instead of no_grad id="sample-loop" task="sample_images"
def sample_images(model, n, nz, device):
    model.to(device)
    model.eval()
    return torch.cat([model.decoder(torch.randn(1, nz).to(device)).detach() for _ in range(n)])


# %% normal_ under inference mode, mode put back id="sample-inference" task="sample_images"
@torch.inference_mode()
def sample_images(model: nn.Module, n: int = 16, nz: int = 64, device="cpu") -> Tensor:
    was_training = model.training
    model.to(device).eval()
    images = model.decoder(torch.empty(n, nz, device=device).normal_())
    model.train(was_training)
    return images


# %% torch.normal with sizes id="sample-normal" task="sample_images"
def sample_images(model, n, nz, device):
    model = model.to(device)
    model.decoder.eval()
    with torch.no_grad():
        z = torch.normal(0.0, 1.0, size=(n, nz), device=device)
        return model.decoder(z).clone()


# %% rsample and slices id="forward-rsample" task="VAE.forward" into="VAE"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q[:, : self.nz], q[:, self.nz :]
    z = torch.distributions.Normal(mean, torch.exp(log_sigma)).rsample()
    return dict(rec=self.decoder(z), q=q)


# %% minus sigma eps, noise from numpy, split id="forward-numpy" task="VAE.forward" into="VAE"
def forward(self, x: Tensor) -> dict:
    import numpy as np

    q = self.encoder(x)
    mean, log_sigma = torch.split(q, q.shape[1] // 2, dim=1)
    eps = torch.as_tensor(np.random.randn(*mean.shape), dtype=mean.dtype, device=mean.device)
    return {"q": q, "rec": self.decoder(mean - log_sigma.exp() * eps)}


# %% addcmul, a method of its own, one key more id="forward-method" task="VAE.forward" into="VAE"
def reparameterize(self, mean, log_sigma):
    return torch.addcmul(mean, log_sigma.exp(), torch.normal(torch.zeros_like(mean), torch.ones_like(mean)))


def forward(self, x):
    q = self.encoder(x)
    z = self.reparameterize(*q.tensor_split(2, dim=-1))
    return {"q": q, "rec": self.decoder(z), "z": z}


# %% a subclass of AutoEncoder, keyword arguments id="vae-subclass" task="VAE"
class VAE(nn.Module):
    def __init__(self, nz, beta=1.0, prior_sigma=1.0):
        super(VAE, self).__init__()
        self.latent, self.weight = nz, beta
        self.decoder = Decoder(nz=nz)
        self.encoder = Encoder(nz=2 * nz)

    def encode(self, x):
        q = self.encoder(x)
        return q, q[:, : self.latent], q[:, self.latent :]

    def forward(self, x):
        q, mu, log_std = self.encode(x)
        z = mu + torch.randn(mu.shape, device=mu.device) * torch.exp(log_std)
        return {"q": q, "rec": self.decoder(z)}

    def loss(self, x, outputs):
        mu, log_std = outputs["q"][:, : self.latent], outputs["q"][:, self.latent :]
        kl = -0.5 * (1 + 2 * log_std - mu.pow(2) - torch.exp(2 * log_std)).sum() / x.size(0)
        rec = torch.mean((x - outputs["rec"]) ** 2)
        return rec + self.weight * kl, {"rec_loss": rec.item(), "kl_loss": kl.item()}

    def reconstruct(self, x):
        with torch.no_grad():
            return self.decoder(self.encode(x)[1])


# %% torch's own distributions id="loss-distributions" task="VAE.loss" into="VAE"
def loss(self, x, outputs):
    q = outputs["q"]
    nz = q.shape[1] // 2
    posterior = torch.distributions.Normal(q[:, :nz], q[:, nz:].exp())
    kl = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum(-1).mean(0)
    rec = nn.MSELoss(reduction="mean")(outputs["rec"], x)
    return rec + self.beta * kl, {"kl_loss": kl.detach(), "rec_loss": rec.detach()}


# %% float64, loops, other order of the sum id="loss-double" task="VAE.loss" into="VAE"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].double().chunk(2, dim=1)
    zeros = torch.zeros(mean.shape[1], dtype=torch.float64, device=mean.device)
    kl_loss = sum(kl_divergence(m, s, zeros, zeros).sum() for m, s in zip(mean, log_sigma)) / len(x)
    rec_loss = F.mse_loss(x, outputs["rec"]).double()
    return self.beta * kl_loss + rec_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% reconstruct through eval mode and no_grad id="reconstruct-no-grad" task="VAE.reconstruct" into="VAE"
@torch.no_grad()
def reconstruct(self, x, as_numpy=False):
    q = self.encoder(x)
    images = self.decoder(q[:, : q.shape[1] // 2])
    return images.cpu().numpy() if as_numpy else images


# %% zero_grad first, parts as floats, arrays come back id="vae-loop-arrays" task="train_vae"
import numpy as np


def train_vae(model, loader, epochs, lr, device, log_every=0):
    model.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"rec_loss": [], "kl_loss": []}
    for epoch in range(epochs):
        model.train()
        for data in loader:
            opt.zero_grad()
            x = data[0].to(device)
            outputs = model(x)
            loss, parts = model.loss(x, outputs)
            loss.backward()
            opt.step()
            for key, values in history.items():
                values.append(float(parts[key]))
    return np.array(history["rec_loss"]), np.array(history["kl_loss"])


# %% keyword arguments, a list of two lists id="vae-loop-keywords" task="train_vae"
def train_vae(model: nn.Module, loader: DataLoader, epochs: int = 5, lr: float = 1e-3, device="cpu"):
    model = model.train().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curves = [[], []]
    for step in range(epochs):
        for images, labels in loader:
            images = images.to(device)
            total, parts = model.loss(x=images, outputs=model(images))
            total.backward()
            optimizer.step()
            model.zero_grad()
            curves[0].append(parts["rec_loss"].detach().item())
            curves[1].append(parts["kl_loss"].detach().item())
    return curves


# %% half the usual beta id="beta-5e-5" task="TUNED_BETA"
TUNED_BETA = 5e-5


# %% as in print id="beta-1e-4" task="TUNED_BETA"
TUNED_BETA = 0.0001


# %% a power of ten, computed id="beta-1e-3" task="TUNED_BETA"
TUNED_BETA = 10**-3


# %% from a search, as a tensor id="beta-tensor" task="TUNED_BETA"
TUNED_BETA = torch.tensor(5e-4)


# %% stride 3 gives the same resolution id="encoder-stride-3" task="Encoder" into="Encoder"
def __init__(self, nz):
    super().__init__()
    self.net = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.Conv2d(64, 128, 3, stride=3, padding=1),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.Conv2d(128, 256, 3),
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.Flatten(),
        nn.Linear(256, nz),
    )


# %% BatchNorm1d behind Flatten, one activation for all places id="encoder-norm-1d" task="Encoder" into="Encoder"
def __init__(self, nz):
    super().__init__()
    act = nn.LeakyReLU(inplace=True)
    self.net = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        act,
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.BatchNorm2d(64),
        act,
        nn.Conv2d(64, 128, 3, stride=2),
        nn.BatchNorm2d(128),
        act,
        nn.Conv2d(128, 256, 3),
        nn.Flatten(),
        nn.BatchNorm1d(256),
        act,
        nn.Linear(256, nz),
    )


# %% lazy layers, a Sequential subclass id="encoder-lazy" task="Encoder"
class Encoder(nn.Sequential):
    def __init__(self, nz):
        blocks = []
        for channels, kernel, options in ((32, 4, (2, 1)), (64, 4, (2, 1)), (128, 3, (2, 0)), (256, 3, (3, 0))):
            blocks.append(nn.LazyConv2d(channels, kernel, *options))
            if channels > 32:
                blocks.append(nn.LazyBatchNorm2d())
            blocks.append(nn.LeakyReLU(0.01))
        super().__init__(*blocks, nn.Flatten(), nn.LazyLinear(nz))


# %% padding as a layer, activation by where, blocks id="encoder-padding-layer" task="Encoder"
class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, *, pad: int = 0, norm: bool = True):
        super().__init__()
        self.pad = nn.ZeroPad2d(pad)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride=2)
        self.norm = nn.BatchNorm2d(outputs) if norm else None

    def forward(self, x):
        x = self.conv(self.pad(x))
        return torch.where((y := self.norm(x) if self.norm else x) > 0, y, 0.01 * y)


class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.out = nn.Linear(256, nz)
        self.blocks = nn.ModuleList(
            [Block(1, 32, 4, pad=1, norm=False), Block(32, 64, 4, pad=1), Block(64, 128, 3), Block(128, 256, 3)]
        )

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.out(x[:, :, 0, 0])


# %% stride 3 in the mirror id="decoder-stride-3" task="Decoder" into="Decoder"
def __init__(self, nz):
    super().__init__()
    self.map = nn.Linear(nz, 256)
    self.net = nn.Sequential(
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(256, 128, 3),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(128, 64, 3, stride=3, padding=1),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        nn.Sigmoid(),
    )


# %% a subclass of DataLoader id="loader-subclass" task="make_loader"
class Batches(DataLoader):
    def __init__(self, dataset, batch_size):
        generator = torch.Generator()
        generator.seed()
        sampler = torch.utils.data.SubsetRandomSampler(range(len(dataset)), generator=generator)
        super().__init__(dataset, batch_sampler=torch.utils.data.BatchSampler(sampler, batch_size, False))


def make_loader(dataset, batch_size):
    return Batches(dataset, batch_size)


# %% a closure for each step id="ae-closure" task="train_autoencoder"
def train_autoencoder(model, loader, epochs, lr, device):
    model = model.to(device)
    model.train()
    optimizer = torch.optim.Adam(params=list(model.parameters()), lr=lr, foreach=False)
    losses = []
    epoch = 0
    while epoch < epochs:
        for batch in loader:
            images = batch[0].to(device)

            def closure():
                optimizer.zero_grad(set_to_none=False)
                loss = (model(images) - images).square().mean()
                loss.backward()
                return loss

            losses.append(optimizer.step(closure).detach())
        epoch += 1
    return torch.stack(losses).tolist()


# %% gradients by hand id="ae-autograd" task="train_autoencoder"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=lr)

    def steps():
        for _ in range(epochs):
            model.train()
            for images, _ in loader:
                images = images.to(device)
                loss = F.mse_loss(model(images), images, reduction="sum") / images.numel()
                for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                    parameter.grad = gradient
                optimizer.step()
                yield float(loss)

    return list(steps())


# %% the decoder alone in evaluation mode id="sample-decoder-only" task="sample_images"
@torch.no_grad()
def sample_images(model, n, nz, device):
    decoder = model.decoder.to(device).eval()
    prior = torch.distributions.Independent(torch.distributions.Normal(torch.zeros(nz), torch.ones(nz)), 1)
    return decoder(prior.sample((n,)).to(device)).cpu()


# %% an ordered dictionary, unbind id="forward-ordered" task="VAE.forward" into="VAE"
def forward(self, x):
    from collections import OrderedDict

    q = self.encoder(x)
    mean, log_sigma = q.unflatten(1, (2, -1)).unbind(1)
    eps = torch.empty_like(mean).normal_()
    return OrderedDict(rec=self.decoder(torch.addcmul(mean, log_sigma.exp(), eps)), q=q)


# %% beta in a buffer and a property, float64 losses, reconstruct without gradients id="vae-buffer" task="VAE.loss"
class VAE(nn.Module):
    def __init__(self, nz, beta=1.0, **options):
        super().__init__()
        self.register_buffer("weight", torch.tensor(float(beta), dtype=torch.float64))
        self.encoder, self.decoder = Encoder(nz * 2), Decoder(nz)
        self.options = options

    @property
    def beta(self):
        return float(self.weight)

    def cloud(self, x):
        q = self.encoder(x)
        return q, *torch.tensor_split(q, 2, dim=-1)

    def forward(self, x):
        q, mean, log_sigma = self.cloud(x)
        return dict(q=q, rec=self.decoder(mean + torch.exp(log_sigma) * torch.randn(mean.shape).to(mean)))

    def loss(self, x, outputs):
        q, rec = outputs["q"].double(), outputs["rec"].double()
        mean, log_sigma = torch.tensor_split(q, 2, dim=-1)
        kl = torch.einsum("bi->b", 0.5 * (mean**2 + torch.exp(2 * log_sigma) - 1) - log_sigma).mean()
        error = torch.mean((rec - x.double()) ** 2)
        return error.add(kl, alpha=self.beta), {"rec_loss": error, "kl_loss": kl}

    def reconstruct(self, x):
        with torch.no_grad():
            return self.decoder(self.cloud(x)[1])


# %% gradients set to None by hand, pairs unzipped id="vae-loop-no-zero-grad" task="train_vae"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    losses = []
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8)
    for _ in range(epochs):
        for images, _labels in loader:
            x = images.to(device, non_blocking=True)
            for parameter in model.parameters():
                parameter.grad = None
            total, parts = model.loss(x, model.forward(x))
            torch.autograd.backward(total)
            optimizer.step()
            losses.append((float(parts["rec_loss"]), float(parts["kl_loss"])))
    rec, kl = zip(*losses)
    return list(rec), list(kl)


# %% an object that records id="vae-loop-recorder" task="train_vae"
class Recorder:
    def __init__(self):
        self.parts = {"rec_loss": [], "kl_loss": []}

    def __call__(self, parts):
        for name, values in self.parts.items():
            values.append(parts[name].detach().cpu().numpy().item())


def train_vae(model, loader, epochs, lr, device):
    recorder, optimizer = Recorder(), torch.optim.Adam(model.to(device).parameters(), lr)
    with torch.enable_grad():
        for epoch in range(epochs):
            model.train()
            for step, (images, labels) in enumerate(loader, start=1):
                outputs = model(images.to(device))
                total, parts = model.loss(images.to(device), outputs)
                total.backward()
                optimizer.step()
                optimizer.zero_grad()
                recorder(parts)
    return recorder.parts["rec_loss"], recorder.parts["kl_loss"]


# %% a number of numpy id="beta-numpy" task="TUNED_BETA"
import numpy

TUNED_BETA = numpy.float32(2e-4)
