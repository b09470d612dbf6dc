"""Unusual right solutions: each must keep full marks. One cell is one solution, put into the reference."""

# %% torch.normal with tensors id="noise-torch-normal" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean: float = 0.0, std: float = 1.0, clip: bool = True):
        self.m, self.s, self.clip = mean, std, clip

    def __call__(self, tensor: Tensor) -> Tensor:
        noisy = tensor + torch.normal(self.m, self.s, size=tensor.size())
        return torch.clip(noisy, 0.0, 1.0) if self.clip else noisy


# %% numpy generator and float64 inside id="noise-numpy" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean, std):
        self.mean = mean
        self.std = std
        self.generator = np.random.default_rng()

    def __call__(self, tensor):
        noise = self.generator.normal(self.mean, self.std, size=tuple(tensor.shape))
        return torch.from_numpy(np.clip(tensor.numpy() + noise, 0, 1).astype(np.float32))


# %% global numpy generator id="noise-numpy-global" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, tensor):
        noise = torch.tensor(np.random.normal(self.mean, self.std, tensor.shape), dtype=tensor.dtype)
        return torch.minimum(torch.maximum(tensor + noise, torch.tensor(0.0)), torch.tensor(1.0))


# %% a module with normal_ and hardtanh id="noise-module" task="AddGaussianNoise"
class AddGaussianNoise(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, tensor):
        noise = torch.empty_like(tensor).normal_(self.mean, self.std)
        return F.hardtanh(tensor + noise, 0.0, 1.0)


# %% a distribution object id="noise-distribution" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean, std):
        self.noise = torch.distributions.Normal(mean, std)

    def __call__(self, tensor):
        return torch.clamp(tensor + self.noise.sample(tensor.shape), min=0, max=1)


# %% noise shuffled over the first axis, which changes nothing id="D16" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, tensor):
        noise = torch.randn(tensor.size()) * self.std + self.mean
        noise = noise[torch.randperm(tensor.shape[0])]
        return (tensor + noise).clip(0, 1)


# %% in place on a copy id="noise-copy" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, tensor):
        noisy = tensor.clone()
        noisy += self.std * torch.randn_like(noisy)
        noisy += self.mean
        noisy[noisy > 1] = 1
        noisy[noisy < 0] = 0
        return noisy


# %% picture by picture id="noise-loop" task="AddGaussianNoise"
class AddGaussianNoise:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, tensor):
        if tensor.dim() > 3:
            return torch.stack([self(picture) for picture in tensor])
        return (tensor + torch.randn(*tensor.shape) * self.std + self.mean).clamp(0, 1)


# %% fully connected id="dae-linear" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self, hidden=128):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 32), nn.ReLU(),
            nn.Linear(32, hidden), nn.ReLU(), nn.Linear(hidden, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)),
        )

    def forward(self, x):
        return self.net(x)


# %% batch normalization and a Sigmoid id="dae-batchnorm" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.up1 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.bn3 = nn.BatchNorm2d(16)
        self.up2 = nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1)

    def forward(self, x):
        x = F.leaky_relu(self.bn1(self.conv1(x)), 0.2)
        x = F.leaky_relu(self.bn2(self.conv2(x)), 0.2)
        x = F.leaky_relu(self.bn3(self.up1(x)), 0.2)
        return torch.sigmoid(self.up2(x))


# %% dropout and pooling, upsampling instead of transposed convolutions id="dae-dropout" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding="same"), nn.ELU(), nn.MaxPool2d(2), nn.Dropout2d(0.1),
            nn.Conv2d(16, 32, 3, padding="same"), nn.ELU(), nn.MaxPool2d(2), nn.Dropout2d(0.1),
        )
        self.decode = nn.Sequential(
            nn.Upsample(scale_factor=2), nn.Conv2d(32, 16, 3, padding=1), nn.ELU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(16, 1, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


# %% bare parameters, no layers id="dae-functional" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(16, 1, 4, 4) * 0.2)
        self.b1 = nn.Parameter(torch.zeros(16))
        self.w2 = nn.Parameter(torch.randn(16, 1, 4, 4) * 0.2)
        self.b2 = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h = F.relu(F.conv2d(x, self.w1, self.b1, stride=2, padding=1))
        return F.conv_transpose2d(h, self.w2, self.b2, stride=2, padding=1)


# %% learns the noise and subtracts it id="dae-residual" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Conv2d(1, 24, 3, padding=1), nn.Conv2d(24, 24, 3, padding=1), nn.Conv2d(24, 1, 3, padding=1)]
        )

    def forward(self, x):
        h = x
        for layer in self.layers[:-1]:
            h = torch.tanh(layer(h))
        return x - self.layers[-1](h)


# %% skip connection across the middle id="dae-unet" task="DenoisingAutoencoder"
class Down(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 4, 2, 1)
        self.norm = nn.GroupNorm(4, after)

    def forward(self, x):
        return F.gelu(self.norm(self.conv(x)))


class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = Down(1, 16), Down(16, 32)
        self.up1 = nn.ConvTranspose2d(32, 16, 4, 2, 1)
        self.up2 = nn.ConvTranspose2d(32, 1, 4, 2, 1)

    def forward(self, x):
        first = self.down1(x)
        h = F.gelu(self.up1(self.down2(first)))
        return self.up2(torch.cat([h, first], dim=1)).clamp(-0.5, 1.5)


# %% lazy layers with a dry run id="dae-lazy" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.LazyConv2d(16, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.LazyLinear(64), nn.ReLU(), nn.LazyLinear(784),
        )
        self.net(torch.zeros(1, 1, 28, 28))

    def forward(self, x):
        return self.net(x).view_as(x)


# %% an unused layer is left over id="dae-unused" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.forgotten = nn.Linear(10, 10)
        self.net = nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.Conv2d(32, 1, 5, padding=2))

    def forward(self, x):
        return self.net(x)


# %% by hand id="dae-loss-by-hand" task="dae_loss"
def dae_loss(output, images, weight=1.0):
    return weight * ((output - images) ** 2).sum()


# %% the loss object id="dae-loss-object" task="dae_loss"
def dae_loss(output, images):
    criterion = nn.MSELoss(reduction="sum")
    return criterion(images, output)


# %% mean times number of entries id="dae-loss-mean" task="dae_loss"
def dae_loss(output, images):
    return F.mse_loss(output, images) * images.numel()


# %% picture by picture, float64 inside id="dae-loss-loop" task="dae_loss"
def dae_loss(output, images):
    total = 0.0
    for o, i in zip(output.double(), images.double()):
        total = total + torch.sum(torch.square(i - o))
    return total


# %% einsum id="dae-loss-einsum" task="dae_loss"
def dae_loss(output, images):
    d = (output - images).flatten()
    return torch.einsum("i,i->", d, d)


# %% a norm, squared id="dae-loss-norm" task="dae_loss"
def dae_loss(output, images):
    return torch.linalg.vector_norm(output - images).pow(2).reshape(1)


# %% AdamW with a smaller rate id="optimizer-adamw" task="make_dae_optimizer"
def make_dae_optimizer(model, lr=3e-4):
    return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-4)


# %% slow Adam id="optimizer-slow-adam" task="make_dae_optimizer"
def make_dae_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-4)


# %% fast Adam id="optimizer-fast-adam" task="make_dae_optimizer"
def make_dae_optimizer(model):
    return torch.optim.Adam(model.parameters(), 1e-2)


# %% SGD with tiny steps and momentum id="optimizer-sgd" task="make_dae_optimizer"
def make_dae_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9)


# %% RMSprop, parameters in groups id="optimizer-groups" task="make_dae_optimizer"
def make_dae_optimizer(model):
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    return torch.optim.RMSprop([{"params": weights}, {"params": others, "lr": 5e-4}], lr=1e-3)


# %% Adagrad over a list id="optimizer-adagrad" task="make_dae_optimizer"
def make_dae_optimizer(model):
    return torch.optim.Adagrad([parameter for _, parameter in model.named_parameters()], lr=1e-2)


# %% distributions id="loss-distributions" task="vae_loss"
def vae_loss(output, mu, log_var, images):
    q = torch.distributions.Normal(mu, torch.exp(0.5 * log_var))
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    kl = torch.distributions.kl_divergence(q, p).sum()
    likelihood = torch.distributions.Bernoulli(probs=output, validate_args=False)
    return -likelihood.log_prob(images).sum(), kl


# %% logarithms by hand, with a guard id="loss-by-hand" task="vae_loss"
def vae_loss(output: Tensor, mu: Tensor, log_var: Tensor, images: Tensor, eps: float = 1e-8):
    bce = -(images * torch.log(output + eps) + (1 - images) * torch.log(1 - output + eps)).sum()
    kld = 0.5 * (log_var.exp() + mu.pow(2) - 1.0 - log_var).sum()
    return bce, kld


# %% picture by picture id="loss-loop" task="vae_loss"
def vae_loss(output, mu, log_var, images):
    rec, kl = 0.0, 0.0
    for b in range(len(images)):
        rec = rec + F.binary_cross_entropy(output[b], images[b], reduction="sum")
        for m, v in zip(mu[b], log_var[b]):
            kl = kl - 0.5 * (1 + v - m * m - torch.exp(v))
    return rec, kl


# %% float64 inside, via sigma id="loss-sigma" task="vae_loss"
def vae_loss(output, mu, log_var, images):
    sigma = (log_var.double() / 2).exp()
    kl = (-torch.log(sigma) + (sigma**2 + mu.double() ** 2) / 2 - 0.5).sum()
    rec = nn.BCELoss(reduction="none")(output.double(), images.double()).flatten(1).sum(1).sum()
    return rec.float(), kl.float()


# %% means times their counts, flattened id="loss-mean-times-count" task="vae_loss"
def vae_loss(output, mu, log_var, images):
    batch = images.size(0)
    reconstruction = F.binary_cross_entropy(output.view(batch, -1), images.view(batch, -1)) * 784 * batch
    kl_of_each = -0.5 * torch.mean(1 + log_var - mu**2 - torch.exp(log_var), dim=1) * mu.shape[1]
    return reconstruction, kl_of_each.mean() * batch


# %% through the logits, einsum for the squares, a list returned id="loss-logits" task="vae_loss"
def vae_loss(output, mu, log_var, images):
    logits = torch.log(output) - torch.log1p(-output)
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    kl = 0.5 * (torch.einsum("bd,bd->", mu, mu) + torch.expm1(log_var).sum() - log_var.sum())
    return [bce, kl]


# %% rsample id="sample-rsample" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu, log_var):
    return torch.distributions.Normal(mu, (0.5 * log_var).exp()).rsample()


# %% numpy noise, subtracted id="sample-numpy" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu, log_var):
    eps = torch.from_numpy(np.random.standard_normal(mu.shape)).to(mu)
    return mu - torch.sqrt(log_var.exp()) * eps


# %% torch.normal for eps, addcmul id="sample-normal-eps" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu, log_var):
    eps = torch.normal(0, 1, size=mu.size(), device=mu.device)
    return torch.addcmul(mu, eps, torch.exp(log_var / 2))


# %% float64 inside, a generator of its own id="sample-generator" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu, log_var, generator=None):
    if generator is None:
        generator = torch.Generator().manual_seed(int(torch.randint(2**62, (1,))))
    eps = torch.randn(mu.shape, generator=generator, dtype=torch.float64)
    return (mu.double() + eps * torch.exp(log_var.double() * 0.5)).float()


# %% normal_ in place on fresh memory id="sample-normal-in-place" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu, log_var):
    std = log_var.mul(0.5).exp()
    eps = torch.empty_like(std).normal_()
    return eps.mul(std).add(mu)


# %% a static method that loops over pictures id="sample-static" task="VAE.reparameterize" into="VAE"
@staticmethod
def reparameterize(mu, log_var):
    return torch.stack([m + (v / 2).exp() * torch.randn(len(m)) for m, v in zip(mu, log_var)])


# %% Box and Muller id="sample-box-muller" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu, log_var):
    u, v = torch.rand_like(mu), torch.rand_like(mu)
    eps = torch.sqrt(-2 * torch.log(1 - u)) * torch.cos(2 * np.pi * v)
    return mu + eps * torch.exp(0.5 * log_var)


# %% fully connected, two heads id="vae-linear" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature=16, hidden=128):
        super().__init__()
        self.fc1 = nn.Linear(784, hidden)
        self.fc_mu = nn.Linear(hidden, latent_feature)
        self.fc_log_var = nn.Linear(hidden, latent_feature)
        self.fc2 = nn.Linear(latent_feature, hidden)
        self.fc3 = nn.Linear(hidden, 784)

    def reparameterize(self, mu, log_var):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * log_var)

    def encoder(self, x):
        h = F.relu(self.fc1(x.view(-1, 784)))
        mu, log_var = self.fc_mu(h), self.fc_log_var(h)
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        h = F.relu(self.fc2(z))
        return torch.sigmoid(self.fc3(h)).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% the course sheet's own network id="vae-sheet" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature: int = 16):
        super().__init__()
        self.enc1 = nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)
        self.enc2 = nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1)
        self.mu_head = nn.Linear(3136, latent_feature)
        self.log_var_head = nn.Linear(3136, latent_feature)
        self.fc = nn.Linear(latent_feature, 3136)
        self.dec1 = nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1)
        self.dec2 = nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1)

    def reparameterize(self, mu, log_var):
        std = torch.exp(0.5 * log_var)
        sample = mu + torch.randn_like(std) * std
        return sample

    def encoder(self, x):
        x = F.relu(self.enc1(x))
        x = F.relu(self.enc2(x))
        x = x.view(x.size(0), -1)
        mu, log_var = self.mu_head(x), self.log_var_head(x)
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        x = F.relu(self.fc(z)).view(-1, 64, 7, 7)
        x = F.relu(self.dec1(x))
        return torch.sigmoid(self.dec2(x))

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% parts as modules, batch normalization id="vae-modules" task="VAE"
class Encoder(nn.Module):
    def __init__(self, latent_feature, sample):
        super().__init__()
        self.sample = sample
        self.net = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.LeakyReLU(),
            nn.Conv2d(16, 32, 3, 2, 1), nn.BatchNorm2d(32), nn.LeakyReLU(),
            nn.Flatten(), nn.Linear(32 * 49, 2 * latent_feature),
        )
        self.d = latent_feature

    def forward(self, x):
        out = self.net(x)
        mu, log_var = out[:, : self.d], out[:, self.d :]
        return mu, log_var, self.sample(mu, log_var)


class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        self.encoder = Encoder(latent_feature, lambda mu, log_var: self.reparameterize(mu, log_var))
        self.decoder = nn.Sequential(
            nn.Linear(latent_feature, 32 * 49), nn.ReLU(), nn.Unflatten(1, (32, 7, 7)),
            nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.LeakyReLU(),
            nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid(),
        )

    def reparameterize(self, mu, log_var):
        return mu + torch.randn_like(log_var) * log_var.mul(0.5).exp()

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% forward draws its own sample, nothing is called twice id="vae-own-sampling" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        self.latent_feature = latent_feature
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.Tanh(), nn.Linear(100, 2 * latent_feature))
        self.up = nn.Sequential(nn.Linear(latent_feature, 100), nn.Tanh(), nn.Linear(100, 784), nn.Sigmoid())

    def encode(self, x):
        out = self.down(x).reshape(-1, 2, self.latent_feature)
        return out[:, 0], out[:, 1]

    def reparameterize(self, mu, log_var):
        return mu + (0.5 * log_var).exp() * torch.randn_like(mu)

    def encoder(self, x):
        mu, log_var = self.encode(x)
        return mu, log_var, mu + (0.5 * log_var).exp() * torch.randn_like(mu)

    def decoder(self, z):
        return self.up(z).reshape(len(z), 1, 28, 28)

    def forward(self, x):
        mu, log_var = self.encode(x)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        return self.up(z).reshape(x.shape), mu, log_var


# %% forward samples again id="forward-samples-again" task="VAE.forward" into="VAE"
def forward(self, x):
    mu, log_var, _ = self.encoder(x)
    return self.decoder(self.reparameterize(mu, log_var)), mu, log_var


# %% dropout, pooling and upsampling id="vae-dropout" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ELU(), nn.AvgPool2d(2), nn.Dropout(0.1),
            nn.Conv2d(16, 32, 3, padding=1), nn.ELU(), nn.MaxPool2d(2), nn.Flatten(),
        )
        self.head = nn.Linear(1568, 2 * latent_feature)
        self.tail = nn.Sequential(nn.Linear(latent_feature, 128), nn.ELU(), nn.Dropout(0.1), nn.Linear(128, 784))

    def reparameterize(self, mu, log_var):
        return mu + torch.exp(log_var / 2) * torch.randn(mu.shape, device=mu.device)

    def encoder(self, x):
        mu, log_var = torch.split(self.head(self.convolutions(x)), self.head.out_features // 2, dim=-1)
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        return torch.sigmoid(self.tail(z)).unflatten(1, (1, 28, 28))

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        x = self.decoder(z)
        return x, mu, log_var


# %% bare parameters, Xavier start, zero start for log_var id="vae-functional" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        d, h = latent_feature, 96
        self.shapes = {"a": (h, 784), "m": (d, h), "v": (d, h), "b": (h, d), "c": (784, h)}
        self.w = nn.ParameterDict({name: nn.Parameter(torch.empty(shape)) for name, shape in self.shapes.items()})
        for name, weights in self.w.items():
            nn.init.xavier_uniform_(weights) if name != "v" else nn.init.zeros_(weights)
        self.shift = nn.Parameter(torch.full((d,), -2.0))

    def reparameterize(self, mu, log_var):
        return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

    def encoder(self, x):
        h = F.relu(F.linear(x.flatten(1), self.w["a"]))
        mu, log_var = h @ self.w["m"].T, h @ self.w["v"].T + self.shift
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        h = F.relu(z @ self.w["b"].T)
        return (1 + torch.tanh(h @ self.w["c"].T)).mul(0.5).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% log_var kept from overflowing, encoder returns a list id="vae-clamped" task="VAE.encoder" into="VAE"
def encoder(self, x):
    out = self.to_mu_and_log_var(self.features(x))
    half = out.shape[1] // 2
    mu, log_var = out.narrow(1, 0, half), out.narrow(1, half, half).clamp(-10, 10)
    return [mu, log_var, self.reparameterize(mu, log_var)]


# %% means in the second half of the outputs id="vae-halves-exchanged" task="VAE.encoder" into="VAE"
def encoder(self, x):
    log_var, mu = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu=mu, log_var=log_var)


# %% interleaved outputs id="vae-interleaved" task="VAE.encoder" into="VAE"
def encoder(self, x):
    out = self.to_mu_and_log_var(self.features(x))
    mu, log_var = out[:, ::2], out[:, 1::2]
    return mu, log_var, VAE.reparameterize(self, mu, log_var)


# %% means by forward, arrays returned, gradients cleared at the end id="snapshots-forward" task="latent_snapshots"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    def record():
        vae.eval()
        codes, labels = [], []
        with torch.inference_mode():
            for x, y in test_loader:
                codes.append(vae(x)[1].cpu().numpy())
                labels += y.tolist()
        vae.train()
        return np.concatenate(codes), np.array(labels)

    found = {0: record()} if 0 in record_at else {}
    optimizer = torch.optim.Adam(vae.parameters(), lr)
    for epoch in range(1, n_epochs + 1):
        for x, _ in train_loader:
            x_hat, mu, log_var = vae(x)
            bce, kl = vae_loss(x_hat, mu, log_var, x)
            loss = bce + kl
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        if epoch in set(record_at):
            found[epoch] = record()
    return found


# %% the loss written out, as a mean per picture id="snapshots-own-loss" task="latent_snapshots"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    device = next(vae.parameters()).device
    optimizer = torch.optim.Adam(list(vae.parameters()), lr=lr, betas=(0.9, 0.999))
    history = {}

    def snapshot(epoch):
        if epoch not in record_at:
            return
        vae.train(False)
        mus, ys = [], []
        for x, y in test_loader:
            mu, _, _ = vae.encoder(x.to(device))
            mus.append(mu.detach().cpu())
            ys.append(y)
        history[epoch] = (torch.vstack(mus), torch.hstack(ys))

    snapshot(0)
    epoch = 0
    while epoch < n_epochs:
        epoch += 1
        vae.train(True)
        for batch in train_loader:
            x = batch[0].to(device)
            vae.zero_grad(set_to_none=False)
            x_hat, mu, log_var = vae(x)
            loss = F.binary_cross_entropy(x_hat, x, reduction="sum") - 0.5 * (1 + log_var - mu**2 - log_var.exp()).sum()
            (loss / len(x)).backward()
            optimizer.step()
        snapshot(epoch)
    return history


# %% the parts called one by one, memory allocated before, another Adam id="snapshots-parts" task="latent_snapshots"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4, verbose=False):
    optimizer = torch.optim.Adam([{"params": vae.parameters()}], lr=lr, foreach=False)
    total = sum(len(y) for _, y in test_loader)
    result = {}
    for epoch in range(n_epochs + 1):
        if epoch in list(record_at):
            vae.eval()
            mu, labels, start = torch.zeros(total, 2), torch.zeros(total, dtype=torch.long), 0
            with torch.no_grad():
                for x, y in test_loader:
                    mu[start : start + len(x)] = vae.encoder(x)[0]
                    labels[start : start + len(x)] = y
                    start += len(x)
            result[epoch] = [mu, labels]
        if epoch == n_epochs:
            break
        vae.train()
        for x, _ in train_loader:
            mean, log_var, z = vae.encoder(x)
            losses = vae_loss(vae.decoder(z), mean, log_var, x)
            optimizer.zero_grad()
            sum(losses).backward()
            optimizer.step()
        if verbose:
            print(epoch)
    return result


# %% lerp id="line-lerp" task="linear_interpolation"
def linear_interpolation(x0, x1, steps=11):
    a, b = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, steps).reshape(steps, *(1 for _ in a.shape))
    return torch.lerp(a.expand(steps, *a.shape), b.expand(steps, *b.shape), alpha)


# %% a loop and stack id="line-loop" task="linear_interpolation"
def linear_interpolation(x0, x1):
    if isinstance(x0, np.ndarray):
        x0, x1 = torch.from_numpy(x0), torch.from_numpy(x1)
    return torch.stack([(i / 10) * x1 + (1 - i / 10) * x0 for i in range(11)])


# %% numpy inside id="line-numpy" task="linear_interpolation"
def linear_interpolation(x0, x1):
    first, second = np.asarray(x0), np.asarray(x1)
    return torch.from_numpy(np.linspace(first, second, 11))


# %% einsum, start plus share of the difference id="line-einsum" task="linear_interpolation"
def linear_interpolation(x0, x1):
    x0, x1 = torch.tensor(np.array(x0)), torch.tensor(np.array(x1))
    alpha = torch.arange(11) / 10
    return x0 + torch.einsum("a,...->a...", alpha, x1 - x0)


# %% code by code id="codes-loop" task="latent_linear_interpolation"
def latent_linear_interpolation(z0, z1, vae):
    z0 = torch.as_tensor(z0, dtype=torch.float32)
    z1 = torch.as_tensor(z1, dtype=torch.float32)
    pictures = []
    with torch.no_grad():
        for alpha in torch.linspace(0, 1, 11):
            pictures.append(vae.decoder((alpha * z1 + (1 - alpha) * z0).unsqueeze(0)))
    return torch.cat(pictures)


# %% codes with singleton dimensions id="codes-singletons" task="latent_linear_interpolation"
def latent_linear_interpolation(z0, z1, vae):
    alphas = torch.linspace(0, 1, 11).view(11, 1, 1, 1)
    if not torch.is_tensor(z0):
        z0, z1 = torch.from_numpy(z0), torch.from_numpy(z1)
    codes = alphas * z1.float() + (1 - alphas) * z0.float()
    return vae.decoder(codes.flatten(1)).detach().view(11, 1, 28, 28)


# %% as one strip through the given function id="codes-with-helper" task="latent_linear_interpolation"
def latent_linear_interpolation(z0, z1, vae):
    with torch.inference_mode():
        vae.eval()
        return vae.decoder(linear_interpolation(z0, z1).float()).cpu()


# %% numpy line id="codes-numpy" task="latent_linear_interpolation"
def latent_linear_interpolation(z0, z1, vae):
    line = np.linspace(np.asarray(z0), np.asarray(z1), num=11)
    return vae.decoder(torch.tensor(line, dtype=torch.float32)).detach()


# %% tensors for mean and std, where for clipping id="noise-where" task="AddGaussianNoise"
class AddGaussianNoise(object):
    def __init__(self, mean: float, std: float):
        self.mean = torch.tensor(mean)
        self.std = torch.tensor(std)

    def __call__(self, tensor: Tensor) -> Tensor:
        z = torch.zeros(tensor.shape, dtype=tensor.dtype, device=tensor.device)
        z.normal_(mean=0.0, std=1.0)
        out = tensor + z.mul(self.std.item()).add(self.mean)
        out = torch.where(out < 0, torch.zeros_like(out), out)
        return torch.where(out > 1, torch.ones_like(out), out)

    def __repr__(self):
        return f"AddGaussianNoise(mean={self.mean}, std={self.std})"


# %% convolutions down to one number per channel, a Sigmoid id="dae-deep" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super(DenoisingAutoencoder, self).__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 64, 7))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 7), nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid())

    def forward(self, x):
        x = self.encoder(x)
        x = self.decoder(x)
        return x


# %% pooling and unpooling id="dae-unpool" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 32, 3, padding=1)
        self.c2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)
        self.d2 = nn.Conv2d(64, 32, 3, padding=1)
        self.d1 = nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x):
        x, i1 = self.pool(F.relu(self.c1(x)))
        x, i2 = self.pool(F.relu(self.c2(x)))
        x = F.relu(self.d2(self.unpool(x, i2)))
        return torch.sigmoid(self.d1(self.unpool(x, i1)))


# %% a bottleneck of 32 numbers id="dae-bottleneck" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(True), nn.Conv2d(8, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU(True),
            nn.Conv2d(16, 32, 3, 2, 0), nn.ReLU(True), nn.Flatten(1), nn.Linear(3 * 3 * 32, 128), nn.ReLU(True), nn.Linear(128, 32))
        self.dec = nn.Sequential(
            nn.Linear(32, 128), nn.ReLU(True), nn.Linear(128, 288), nn.ReLU(True), nn.Unflatten(1, (32, 3, 3)),
            nn.ConvTranspose2d(32, 16, 3, 2, output_padding=0), nn.BatchNorm2d(16), nn.ReLU(True),
            nn.ConvTranspose2d(16, 8, 3, 2, 1, 1), nn.BatchNorm2d(8), nn.ReLU(True), nn.ConvTranspose2d(8, 1, 3, 2, 1, 1))

    def forward(self, x):
        return torch.sigmoid(self.dec(self.enc(x)))


# %% per picture, then mean times batch id="dae-loss-per-image" task="dae_loss"
def dae_loss(output: Tensor, images: Tensor) -> Tensor:
    diff = torch.flatten(output - images, start_dim=1)
    per_image = torch.einsum("bi,bi->b", diff, diff)
    return per_image.mean() * per_image.shape[0]


# %% NAdam over what can be trained id="optimizer-nadam" task="make_dae_optimizer"
def make_dae_optimizer(model):
    trainable = filter(lambda p: p.requires_grad, model.parameters())
    return torch.optim.NAdam(trainable, lr=2e-3)


# %% SGD with Nesterov momentum id="optimizer-nesterov" task="make_dae_optimizer"
def make_dae_optimizer(model):
    return torch.optim.SGD([{"params": [p]} for p in model.parameters()], lr=5e-6, momentum=0.95, nesterov=True)


# %% multivariate Gaussians, old argument names id="loss-multivariate" task="vae_loss"
def vae_loss(output, mu, log_var, images):
    q = torch.distributions.MultivariateNormal(mu, torch.diag_embed(log_var.exp()))
    p = torch.distributions.MultivariateNormal(torch.zeros(mu.shape[1]), torch.eye(mu.shape[1]))
    kl = torch.distributions.kl_divergence(q, p).sum()
    out = output.clamp(1e-7, 1 - 1e-7)
    bce = torch.nn.functional.binary_cross_entropy(input=out, target=images, size_average=False)
    return bce, kl


# %% noise of a multivariate Gaussian id="sample-multivariate" task="VAE.reparameterize" into="VAE"
def reparameterize(self, mu: Tensor, log_var: Tensor) -> Tensor:
    standard = torch.distributions.MultivariateNormal(torch.zeros(mu.shape[-1]), torch.eye(mu.shape[-1]))
    eps = standard.sample((mu.shape[0],))
    sigma = torch.exp(log_var) ** 0.5
    return torch.einsum("bd,bd->bd", sigma, eps) + mu


# %% sampling in a base class, residual blocks id="vae-base-class" task="VAE"
class Sampler(nn.Module):
    def reparameterize(self, mu, log_var):
        noise = torch.randn(mu.size(0), mu.size(1), dtype=mu.dtype, device=mu.device)
        return noise * torch.exp(torch.div(log_var, 2)) + mu

class VAE(Sampler):
    def __init__(self, latent_feature: int = 16):
        super().__init__()
        self.d = latent_feature
        self.c1, self.c2 = nn.Conv2d(1, 16, 3, 2, 1), nn.Conv2d(16, 16, 3, 2, 1)
        self.res = nn.Conv2d(16, 16, 3, 1, 1)
        self.lin = nn.Linear(16 * 49, 2 * self.d)
        self.back = nn.Linear(self.d, 16 * 49)
        self.t1, self.t2 = nn.ConvTranspose2d(16, 16, 2, 2), nn.ConvTranspose2d(16, 1, 2, 2)

    def encoder(self, x):
        h = F.silu(self.c2(F.silu(self.c1(x))))
        h = h + F.silu(self.res(h))
        params = self.lin(torch.flatten(h, 1))
        mu, log_var = params[:, :self.d], params[:, self.d:]
        z = self.reparameterize(mu, log_var)
        return mu, log_var, z

    def decoder(self, z):
        h = F.silu(self.back(z)).reshape(z.shape[0], 16, 7, 7)
        h = F.silu(self.t1(h))
        return self.t2(h).sigmoid()

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% Sigmoid units id="vae-sigmoids" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 200), nn.Sigmoid())
        self.mean, self.logvar = nn.Linear(200, latent_feature), nn.Linear(200, latent_feature)
        self.dec = nn.Sequential(nn.Linear(latent_feature, 200), nn.Sigmoid(), nn.Linear(200, 784), nn.Sigmoid())

    def reparameterize(self, mu, log_var):
        return mu + torch.randn_like(mu) * (log_var / 2).exp()

    def encoder(self, x):
        h = self.enc(x)
        return self.mean(h), self.logvar(h), self.reparameterize(self.mean(h), self.logvar(h))

    def decoder(self, z):
        return self.dec(z).view(z.size(0), 1, 28, 28)

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% decoder in a class of its own id="vae-decoder-class" task="VAE"
class Dec(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.a = nn.Linear(d, 7 * 7 * 32)
        self.ups = nn.ModuleList([nn.ConvTranspose2d(32, 32, 3, 2, 1, 1), nn.ConvTranspose2d(32, 16, 3, 2, 1, 1)])
        self.out = nn.Conv2d(16, 1, 3, padding=1)
    def forward(self, z):
        x = F.relu(self.a(z)).view(-1, 32, 7, 7)
        for up in self.ups:
            x = F.relu(up(x))
        return torch.sigmoid(self.out(x))

class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 32, 3, 2, 1), nn.ReLU(), nn.Flatten())
        self.heads = nn.ModuleDict({"mu": nn.Linear(32 * 49, latent_feature), "log_var": nn.Linear(32 * 49, latent_feature)})
        self.dec = Dec(latent_feature)
    def reparameterize(self, mu, log_var):
        eps = torch.normal(torch.zeros_like(mu), torch.ones_like(mu))
        return mu + eps * torch.exp(0.5 * log_var)
    def encoder(self, x):
        h = self.body(x)
        mu = self.heads["mu"](h); log_var = self.heads["log_var"](h)
        return mu, log_var, self.reparameterize(mu, log_var)
    def decoder(self, z):
        return self.dec(z)
    def forward(self, x):
        out = self.encoder(x)
        return (self.decoder(out[-1]), *out[:2])


# %% trains from record to record id="snapshots-loops" task="latent_snapshots"
@torch.no_grad()
def collect(model, loader, where):
    was_training = model.training
    model.eval()
    xs, ys = [], []
    for batch in loader:
        x, y = batch
        _, mu, _ = model(x.to(where))
        xs.append(mu.to("cpu"))
        ys.append(y.to("cpu"))
    model.train(was_training)
    return torch.cat(xs, dim=0), torch.cat(ys, dim=0)

def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    where = device_of(vae)
    opt = torch.optim.Adam(params=vae.parameters(), lr=lr)
    wanted = sorted(set(record_at))
    out, done = {}, 0
    for goal in wanted + ([n_epochs] if n_epochs not in wanted else []):
        while done < goal:
            vae.train()
            for x, *_ in train_loader:
                x = x.to(where)
                opt.zero_grad(set_to_none=True)
                rec, mu, lv = vae(x)
                r, k = vae_loss(rec, mu, lv, x)
                torch.autograd.backward([r, k])
                opt.step()
            done += 1
        if goal in wanted:
            out[goal] = collect(vae, test_loader, where)
    return out


# %% one matrix product id="line-matrix" task="linear_interpolation"
def linear_interpolation(x0, x1):
    x0 = torch.from_numpy(x0) if isinstance(x0, np.ndarray) else x0
    x1 = torch.from_numpy(x1) if isinstance(x1, np.ndarray) else x1
    weights = torch.tensor([[1 - a / 10, a / 10] for a in range(11)])
    ends = torch.stack((x0.reshape(-1), x1.reshape(-1)))
    return (weights @ ends).reshape(11, *x0.shape)


# %% mode saved and put back id="codes-asarray" task="latent_linear_interpolation"
def latent_linear_interpolation(z0, z1, vae):
    where = next(vae.parameters())
    a, b = (torch.asarray(z, dtype=where.dtype, device=where.device) for z in (z0, z1))
    steps = torch.linspace(0.0, 1.0, steps=11).tolist()
    codes = torch.stack([b * s + a * (1.0 - s) for s in steps])
    was = vae.training
    vae.eval()
    strip = vae.decoder(codes).data
    vae.train(was)
    return strip


# %% a generator of its own id="noise-own-generator" task="AddGaussianNoise" into="AddGaussianNoise"
def __init__(self, mean, std):
    self.parameters = {"mean": mean, "std": std}
    self.generator = torch.Generator()
    self.generator.seed()


def __call__(self, tensor):
    noise = torch.empty(tensor.shape, dtype=tensor.dtype).normal_(generator=self.generator, **self.parameters)
    return torch.maximum(torch.minimum(tensor + noise, torch.ones(())), torch.zeros(()))


# %% a frozen dataclass id="noise-dataclass" task="AddGaussianNoise"
from dataclasses import dataclass


@dataclass(frozen=True)
class AddGaussianNoise:
    mean: float
    std: float

    def __call__(self, tensor: Tensor) -> Tensor:
        noise = np.random.default_rng().normal(self.mean, self.std, size=tuple(tensor.shape))
        return torch.from_numpy(np.clip(tensor.numpy() + noise, 0, 1)).to(tensor.dtype)


# %% a plain network of linear layers id="dae-no-convolution" task="DenoisingAutoencoder"
class DenoisingAutoencoder(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Flatten(),
            nn.Linear(784, 256),
            nn.BatchNorm1d(256),
            nn.GELU(),
            nn.Linear(256, 784),
            nn.Unflatten(1, (1, 28, 28)),
        )


# %% Adam with weight decay for weights only, group added later id="optimizer-added-group" task="make_dae_optimizer"
def make_dae_optimizer(model):
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.dim() > 1], lr=2e-3, weight_decay=1e-4)
    rest = [p for p in model.parameters() if p.dim() <= 1]
    if rest:
        optimizer.add_param_group({"params": rest, "weight_decay": 0.0})
    return optimizer


# %% a class of one's own id="optimizer-warm" task="make_dae_optimizer"
class WarmAdam(torch.optim.NAdam):
    """NAdam with a step that grows in the first ten steps."""

    def step(self, closure=None):
        self.count = getattr(self, "count", 0) + 1
        for group in self.param_groups:
            group["lr"] = 2e-3 * min(1.0, self.count / 10)
        return super().step(closure)


def make_dae_optimizer(model):
    return WarmAdam(model.parameters(), lr=2e-3)


# %% Adamax id="optimizer-adamax" task="make_dae_optimizer"
def make_dae_optimizer(model):
    return torch.optim.Adamax(params=model.parameters(), lr=0.002)


# %% by hand with a guard, a named tuple id="loss-named-tuple" task="vae_loss"
from collections import namedtuple

Parts = namedtuple("Parts", "reconstruction kl")


def vae_loss(output, mu, log_var, images):
    tiny = 1e-8
    cross = torch.xlogy(images, output + tiny) + torch.xlogy(1 - images, 1 - output + tiny)
    kl = sum(0.5 * (m.dot(m) + v.exp().sum() - v.sum() - len(v)) for m, v in zip(mu, log_var))
    return Parts(reconstruction=-cross.sum(), kl=kl)


# %% sizes from the model, dropout, a second draw in forward id="vae-own-draw" task="VAE.reparameterize"
class VAE(nn.Module):
    def __init__(self, latent_feature: int = 16):
        super().__init__()
        self.latent_feature = latent_feature
        self.body = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 300), nn.BatchNorm1d(300), nn.ReLU(), nn.Dropout(0.1)
        )
        self.mean = nn.Linear(300, latent_feature)
        self.log_variance = nn.Linear(300, latent_feature)
        self.painter = nn.Sequential(nn.Linear(latent_feature, 300), nn.ReLU(), nn.Linear(300, 784))

    def reparameterize(self, mu, log_var):
        eps = torch.normal(torch.zeros(len(mu), self.latent_feature), 1.0)
        return mu + torch.sqrt(log_var.exp()) * eps

    def encoder(self, x):
        h = self.body(x)
        mu, log_var = self.mean(h), self.log_variance(h)
        z = self.reparameterize(mu, log_var)
        return mu, log_var, z

    def decoder(self, z):
        return torch.sigmoid(self.painter(z)).reshape(-1, 1, 28, 28)

    def forward(self, x):
        mu, log_var, _ = self.encoder(x)
        z = self.reparameterize(mu, log_var)
        return self.decoder(z), mu, log_var


# %% bare parameters id="vae-bare" task="VAE"
class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()

        def matrix(a, b):
            return nn.Parameter(torch.randn(a, b) / a**0.5)

        self.w1, self.b1 = matrix(784, 256), nn.Parameter(torch.zeros(256))
        self.w2, self.b2 = matrix(256, 2 * latent_feature), nn.Parameter(torch.zeros(2 * latent_feature))
        self.w3, self.b3 = matrix(latent_feature, 256), nn.Parameter(torch.zeros(256))
        self.w4, self.b4 = matrix(256, 784), nn.Parameter(torch.zeros(784))

    def reparameterize(self, mu, log_var):
        return mu + torch.exp(log_var / 2) * torch.randn(mu.size(), device=mu.device, dtype=mu.dtype)

    def encoder(self, x):
        h = torch.relu(torch.einsum("bchw,chwk->bk", x, self.w1.view(1, 28, 28, -1)) + self.b1)
        mu, log_var = (h @ self.w2 + self.b2).unflatten(1, (2, -1)).unbind(1)
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        h = torch.relu(z @ self.w3 + self.b3)
        return torch.sigmoid(h @ self.w4 + self.b4).unflatten(1, (1, 28, 28))

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var


# %% inference mode, two backward calls id="snapshots-two-backwards" task="latent_snapshots"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    wanted, where = set(record_at), device_of(vae)
    adam = torch.optim.Adam(list(vae.parameters()), lr=lr)

    @torch.inference_mode()
    def look():
        vae.train(False)
        codes, colours = [], []
        for pictures, classes in test_loader:
            codes.extend(vae(pictures.to(where))[1].cpu())
            colours.extend(classes)
        return torch.stack(codes), torch.stack(colours)

    answer = {0: look()} if 0 in wanted else {}
    for epoch in range(1, 1 + n_epochs):
        vae.train()
        for pictures, _ in train_loader:
            adam.zero_grad(set_to_none=False)
            picture, mu, log_var = vae(pictures.to(where))
            reconstruction, kl = vae_loss(picture, mu, log_var, pictures.to(where))
            reconstruction.backward(retain_graph=True)
            kl.backward()
            adam.step()
        if epoch in wanted:
            answer[epoch] = look()
    return answer


# %% a generator of epochs, a closure for each step id="snapshots-closure" task="latent_snapshots"
def epochs_of(vae, loader, n_epochs, lr):
    yield 0
    optimizer = torch.optim.Adam(vae.parameters(), lr, foreach=False)
    for epoch in range(n_epochs):
        vae.train()
        for images, *_ in loader:
            def closure():
                optimizer.zero_grad()
                loss = sum(vae_loss(*vae(images), images))
                loss.backward()
                return loss

            optimizer.step(closure)
        yield epoch + 1


def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    found = {}
    for epoch in epochs_of(vae, train_loader, n_epochs, lr):
        if epoch not in record_at:
            continue
        vae.eval()
        mu, labels = torch.empty(0, 2), torch.empty(0, dtype=torch.long)
        for images, batch_labels in test_loader:
            mu = torch.cat([mu, vae.encoder(images)[0].detach()])
            labels = torch.cat([labels, batch_labels])
        found[epoch] = [mu, labels]
    return found


# %% models copied on the way, looked at in the end id="snapshots-later" task="latent_snapshots"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    import copy

    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    states = [copy.deepcopy(vae)]
    for _ in range(n_epochs):
        vae.train()
        for images, _ in train_loader:
            vae.zero_grad()
            reconstruction, kl = vae_loss(*vae.forward(images), images)
            torch.add(reconstruction, kl).backward()
            optimizer.step()
        states.append(copy.deepcopy(vae))
    result = {}
    with torch.no_grad():
        for epoch in sorted(record_at, reverse=True):
            model = states[epoch].eval()
            pairs = [(model.encoder(images)[0], labels) for images, labels in test_loader]
            result[epoch] = (torch.vstack([p[0] for p in pairs]), torch.hstack([p[1] for p in pairs]))
    return result


# %% code by code, without linear_interpolation id="codes-inference-mode" task="latent_linear_interpolation"
def latent_linear_interpolation(z0, z1, vae):
    weights = next(vae.parameters(), torch.zeros(())) if isinstance(vae, nn.Module) else torch.zeros(())
    ends = [torch.tensor(np.asarray(z, dtype=np.float32)).to(weights.device) for z in (z0, z1)]
    pictures = []
    for alpha in np.linspace(0, 1, 11):
        with torch.inference_mode():
            pictures.append(vae.decoder((float(alpha) * ends[1] + (1 - float(alpha)) * ends[0]).unsqueeze(0)))
    return torch.cat(pictures).clone()
