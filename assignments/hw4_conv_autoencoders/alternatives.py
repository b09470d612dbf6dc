"""Right solutions, written in unusual ways: each keeps full marks."""

# --- the convolutional autoencoder ------------------------------------------------------------------------------------

# %% functions, other names, defined in another order id="conv-functional" task="ConvAutoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.last = nn.ConvTranspose2d(16, 1, 3, 2, 1, 1)
        self.grow2 = nn.ConvTranspose2d(32, 16, 3, 2, 1, 1)
        self.grow1 = nn.ConvTranspose2d(64, 32, 3, 2)
        self.unsqueeze, self.squeeze = nn.Linear(latent_dim, 576), nn.Linear(576, latent_dim)
        self.a, self.b, self.c = nn.Conv2d(1, 16, 3, 1, 1), nn.Conv2d(16, 32, 3, 1, 1), nn.Conv2d(32, 64, 3, 1, 1)

    def forward(self, x):
        for conv in (self.a, self.b, self.c):
            x = F.max_pool2d(F.relu(conv(x)), 2)
        code = self.squeeze(x.reshape(x.shape[0], -1))
        y = self.unsqueeze(code).reshape(-1, 64, 3, 3)
        y = self.grow1(y).relu()
        y = self.grow2(y).relu_()
        return self.last(y), code

# %% bare parameters id="conv-parameters" task="ConvAutoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        shapes = [(16, 1, 3, 3), (32, 16, 3, 3), (64, 32, 3, 3), (latent_dim, 576), (576, latent_dim), (64, 32, 3, 3), (32, 16, 3, 3), (16, 1, 3, 3)]
        biases = [16, 32, 64, latent_dim, 576, 32, 16, 1]
        self.weights = nn.ParameterList(nn.Parameter(0.1 * torch.randn(shape)) for shape in shapes)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in biases)

    def forward(self, x):
        w, b = self.weights, self.biases
        for i in range(3):
            x = F.max_pool2d(F.relu(F.conv2d(x, w[i], b[i], padding=1)), 2)
        code = x.flatten(1) @ w[3].T + b[3]
        y = F.linear(code, w[4], b[4]).view(-1, 64, 3, 3)
        y = F.relu(F.conv_transpose2d(y, w[5], b[5], stride=2))
        y = F.relu(F.conv_transpose2d(y, w[6], b[6], stride=2, padding=1, output_padding=1))
        return F.conv_transpose2d(y, w[7], b[7], stride=2, padding=1, output_padding=1), code

# %% one long Sequential, a list comes back id="conv-sequential" task="ConvAutoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim, channels=(16, 32, 64)):
        super().__init__()
        layers, before = [], 1
        for after in channels:
            layers += [nn.Conv2d(before, after, 3, padding="same"), nn.MaxPool2d(2), nn.ReLU(inplace=True)]
            before = after
        layers += [nn.Flatten(), nn.Linear(576, latent_dim), nn.Linear(latent_dim, 576), nn.Unflatten(-1, (64, 3, 3))]
        layers += [nn.ConvTranspose2d(64, 32, 3, stride=2), nn.ReLU()]
        layers += [nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1), nn.ReLU()]
        layers += [nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        code = self.layers[:11](x)
        return [self.layers[11:](code), code]

# %% sizes asked for at each call, a named tuple comes back id="conv-output-size" task="ConvAutoencoder"
from typing import NamedTuple


class Answer(NamedTuple):
    reconstruction: Tensor
    code: Tensor


class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim: int = 2, *, slope: float = 0.0) -> None:
        super().__init__()
        self.slope = slope
        self.down = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in ((1, 16), (16, 32), (32, 64))])
        self.up = nn.ModuleList(
            [
                nn.ConvTranspose2d(64, 32, 3, stride=2),
                nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1),
                nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1),
            ]
        )
        self.mid = nn.ModuleDict({"in": nn.Linear(576, latent_dim), "out": nn.Linear(latent_dim, 576)})

    def encode(self, x: Tensor) -> Tensor:
        for conv in self.down:
            x = F.max_pool2d(F.leaky_relu(conv(x), self.slope), kernel_size=2, stride=2)
        return self.mid["in"](torch.flatten(x, start_dim=1))

    def decode(self, z: Tensor) -> Tensor:
        y = self.mid["out"](z).unflatten(1, (64, 3, 3))
        for up, size in zip(self.up, (7, 14, 28)):
            y = up(y, output_size=[size, size])
            y = y.clamp(min=0) if size < 28 else y
        return y

    def forward(self, x: Tensor) -> Answer:
        z = self.encode(x)
        return Answer(self.decode(z), z)

# %% a 3x3 convolution for the linear layer, own initialization id="conv-no-flatten" task="ConvAutoencoder" into="ConvAutoencoder"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2),
        nn.Conv2d(64, latent_dim, 3), nn.Flatten(),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 576), nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2), nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )
    for module in self.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
            nn.init.zeros_(module.bias)

# %% float64 inside id="conv-double" task="ConvAutoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        down = [(1, 16), (16, 32), (32, 64)]
        up = [(64, 32, {}), (32, 16, {"padding": 1, "output_padding": 1}), (16, 1, {"padding": 1, "output_padding": 1})]
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in down)
        self.to_code, self.from_code = nn.Linear(576, latent_dim), nn.Linear(latent_dim, 576)
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 3, stride=2, **more) for a, b, more in up)
        self.double()

    def forward(self, x):
        y = x.double()
        for conv in self.down:
            y = F.max_pool2d(torch.relu(conv(y)), 2)
        code = self.to_code(y.flatten(1))
        y = self.from_code(code).unflatten(1, (64, 3, 3))
        for i, conv in enumerate(self.up):
            y = conv(torch.relu(y) if i else y)
        return y.to(x.dtype), code.to(x.dtype)

# %% two modules of their own, lazy layers id="conv-modules" task="ConvAutoencoder"
class Encoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.stack = nn.Sequential(*[part for n in (16, 32, 64) for part in (nn.LazyConv2d(n, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))])
        self.line = nn.LazyLinear(latent_dim)

    def forward(self, x):
        return self.line(self.stack(x).flatten(1))


class Decoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.line = nn.Linear(latent_dim, 64 * 9)
        self.stack = nn.Sequential(
            nn.ConvTranspose2d(64, 32, (3, 3), (2, 2)),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 16, (3, 3), (2, 2), (1, 1), (1, 1)),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, (3, 3), (2, 2), (1, 1), (1, 1)),
        )

    def forward(self, z):
        return self.stack(self.line(z).view(z.size(0), 64, 3, 3))


class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.enc, self.dec = Encoder(latent_dim), Decoder(latent_dim)
        self(torch.zeros(1, 1, 28, 28))

    def forward(self, x):
        z = self.enc(x)
        return self.dec(z), z

# --- the linear autoencoder -------------------------------------------------------------------------------------------

# %% a convolution of 28x28 pixels id="pca-convolution" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.down = nn.Conv2d(1, latent_dim, 28)
        self.up = nn.ConvTranspose2d(latent_dim, 1, 28)

    def forward(self, x):
        code = self.down(x)
        return self.up(code), code.flatten(1)

# %% mean subtracted and added back id="pca-centred" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(input_dim))
        self.encode = nn.Linear(input_dim, latent_dim, bias=False)
        self.decode = nn.Linear(latent_dim, input_dim, bias=False)

    def forward(self, x):
        code = self.encode(x.flatten(1) - self.mean)
        return (self.decode(code) + self.mean).view_as(x), code

# %% tied weights id="pca-tied" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(latent_dim, input_dim) / input_dim**0.5)
        self.encoder_bias, self.decoder_bias = nn.Parameter(torch.zeros(latent_dim)), nn.Parameter(torch.zeros(input_dim))

    def forward(self, x):
        code = F.linear(x.reshape(len(x), -1), self.weight, self.encoder_bias)
        return F.linear(code, self.weight.T, self.decoder_bias).reshape(x.shape), code

# %% bare parameters and einsum, a list comes back id="pca-einsum" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim=784, latent_dim=10):
        super().__init__()
        self.w = nn.Parameter(torch.randn(latent_dim, input_dim) * 0.01)
        self.v = nn.Parameter(torch.randn(input_dim, latent_dim) * 0.01)
        self.b, self.c = nn.Parameter(torch.zeros(latent_dim)), nn.Parameter(torch.zeros(input_dim))

    def forward(self, x):
        code = torch.einsum("kp,bp->bk", self.w, x.flatten(1)) + self.b
        return [(code @ self.v.t() + self.c).unflatten(1, (1, 28, 28)), code]

# %% float64 inside, encode and decode as methods id="pca-double" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim: int, latent_dim: int, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.enc = nn.Linear(input_dim, latent_dim, dtype=dtype)
        self.dec = nn.Linear(latent_dim, input_dim, dtype=dtype)

    def encode(self, x: Tensor) -> Tensor:
        return self.enc(torch.flatten(x, 1).double())

    def decode(self, z: Tensor) -> Tensor:
        return self.dec(z).view(-1, 1, 28, 28)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        z = self.encode(x)
        return self.decode(z).float(), z.float()

# --- training ---------------------------------------------------------------------------------------------------------

# %% zero_grad at the end, a loss object, arrays come back id="train-arrays" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    criterion = nn.MSELoss()
    model = model.to(device)
    optimizer = torch.optim.Adam(params=model.parameters(), lr=lr, betas=(0.9, 0.999))
    history = np.zeros((2, n_epochs))
    for epoch in tqdm(range(n_epochs)):
        for phase, loader in enumerate((train_loader, test_loader)):
            model.train(phase == 0)
            count = 0
            for batch in loader:
                images = batch[0].to(device)
                if phase == 0:
                    loss = criterion(images, model(images)[0])
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad(set_to_none=False)
                else:
                    with torch.inference_mode():
                        loss = criterion(model(images)[0], images)
                history[phase, epoch] += loss.item() * images.size(0)
                count += images.size(0)
            history[phase, epoch] /= count
    return history[0], history[1]

# %% squares summed up, divided once id="train-squares" task="train_autoencoder"
@torch.no_grad()
def evaluate(model, loader, device):
    model.eval()
    squares = pixels = 0
    for images, _ in loader:
        images = images.to(device)
        squares += (model(images)[0] - images).square().sum().item()
        pixels += images.numel()
    return squares / pixels


def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device, verbose=False):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    train_loss, test_loss = [], []
    for epoch in range(1, n_epochs + 1):
        squares, pixels = 0.0, 0
        for images, _labels in train_loader:
            model.train()
            images = images.to(device)
            model.zero_grad()
            difference = model(images)[0].sub(images)
            (difference**2).mean().backward()
            optimizer.step()
            squares, pixels = squares + (difference.detach() ** 2).sum().item(), pixels + difference.numel()
        train_loss += [squares / pixels]
        test_loss += [evaluate(model, test_loader, device)]
        if verbose:
            print(epoch, train_loss[-1], test_loss[-1])
    return train_loss, test_loss

# %% all test pictures in one batch, tensors come back id="train-tensors" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam([{"params": [p for p in model.parameters() if p.requires_grad], "lr": lr}])
    test_images = torch.cat([images for images, _ in test_loader]).to(device)
    train_loss, test_loss = torch.zeros(n_epochs), torch.zeros(n_epochs)
    for epoch in range(n_epochs):
        model.train()
        errors = []
        iterator = iter(train_loader)
        while (batch := next(iterator, None)) is not None:
            images = batch[0].to(device)
            reconstruction, *_ = model(images)
            each = F.mse_loss(reconstruction, images, reduction="none").flatten(1).mean(dim=1)
            optimizer.zero_grad()
            each.mean().backward()
            optimizer.step()
            errors.append(each.detach().cpu())
        train_loss[epoch] = torch.cat(errors).mean()
        model.eval()
        with torch.no_grad():
            test_loss[epoch] = ((model(test_images)[0] - test_images) ** 2).mean()
    model.train()
    return train_loss, test_loss

# %% weighted by numpy, an AdamW without decay id="train-average" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    optimizer = torch.optim.AdamW(model.to(device).parameters(), lr=lr, weight_decay=0)
    results = []
    for _ in range(n_epochs):
        row = []
        for loader, training in zip((train_loader, test_loader), (True, False)):
            model.train(training)
            losses, weights = [], []
            with torch.set_grad_enabled(training):
                for x, y in loader:
                    x = x.to(device, non_blocking=True)
                    out, z = model(x)
                    loss = torch.mean(torch.pow(x - out, 2))
                    if training:
                        for p in model.parameters():
                            p.grad = None
                        loss.backward()
                        optimizer.step()
                    losses.append(float(loss))
                    weights.append(len(x))
            row.append(np.average(losses, weights=weights))
        results.append(row)
    return tuple(np.array(results).T)

# %% float64 losses, gradients on in the evaluation id="train-gradients-on" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        running = torch.zeros((), dtype=torch.float64, device=device)
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            loss = F.mse_loss(model(x)[0].double(), x.double())
            loss.backward()
            optimizer.step()
            running += loss.detach() * len(x)
        train_losses.append(running.cpu() / len(train_loader.dataset))
        model.eval()
        total = 0
        for x, _ in test_loader:
            total = total + F.mse_loss(model(x.to(device))[0], x.to(device)) * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% the step with a closure id="train-closure" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)

            def closure():
                optimizer.zero_grad()
                loss = F.mse_loss(model(x)[0], x)
                loss.backward()
                return loss

            total += optimizer.step(closure).item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        with torch.no_grad():
            total = sum(F.mse_loss(model(x.to(device))[0], x.to(device)).item() * len(x) for x, _ in test_loader)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# --- codes and labels -------------------------------------------------------------------------------------------------

# %% arrays, cut at the end id="encode-arrays" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    model.eval()
    model.to(device)
    codes, labels = [], []
    for x, y in loader:
        _, z = model(x.to(device))
        codes.extend(z.detach().cpu().numpy())
        labels.extend(y.numpy())
    return np.array(codes)[:n_samples], np.array(labels)[:n_samples]

# %% a random subset of one pass id="encode-random" task="encode_samples"
@torch.no_grad()
def encode_samples(model, loader, n_samples, device):
    was_training = model.training
    model.to(device).eval()
    pairs = [(model(x.to(device))[1].cpu(), y) for x, y in loader]
    model.train(was_training)
    codes, labels = map(torch.cat, zip(*pairs))
    chosen = torch.randperm(len(codes))[:n_samples]
    return codes[chosen], labels[chosen]

# %% a random subset of the data set id="encode-subset" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    dataset = loader.dataset
    chosen = np.random.default_rng().choice(len(dataset), n_samples, replace=False)
    images, labels = zip(*[dataset[int(i)] for i in chosen])
    model = model.to(device).eval()
    with torch.inference_mode():
        codes = model(torch.stack(images).to(device))[1]
    return codes.cpu(), torch.stack(labels)

# %% picture by picture, into arrays made beforehand id="encode-one-by-one" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels, i = None, np.zeros(n_samples, dtype=int), 0
    with torch.no_grad():
        for x, y in loader:
            for image, label in zip(x, y):
                if i == n_samples:
                    return codes, labels
                code = model(image[None].to(device))[1][0].cpu().double()
                if codes is None:
                    codes = np.zeros((n_samples, len(code)))
                codes[i], labels[i] = code.numpy(), label.item()
                i += 1
    return codes, labels

# %% lists of tensors, float labels id="encode-floats" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device).train(False)
    z_list, y_list, left = [], [], n_samples
    with torch.no_grad():
        for x, y in loader:
            take = min(left, len(x))
            z_list += list(model(x.to(device))[1][:take].detach().cpu())
            y_list += y[:take].tolist()
            left -= take
            if left == 0:
                break
    return torch.stack(z_list), torch.tensor(y_list, dtype=torch.float32)

# %% sorted by label, in pairs id="encode-sorted" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    with torch.no_grad():
        pairs = [(int(label), code) for x, y in loader for code, label in zip(model(x.to(device))[1].cpu(), y)]
    pairs = sorted(pairs[:n_samples], key=lambda pair: pair[0])
    return torch.stack([code for _, code in pairs]), torch.tensor([label for label, _ in pairs])


# %% the formula of the notebook, by hand id="train-formula" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, test_loss = [], []
    for epoch in range(n_epochs):
        model.train()
        total, seen = 0.0, 0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            out, code = model(x)
            loss = torch.sum((out - x) ** 2) / (784 * len(x))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            seen += len(x)
        train_loss.append(total / seen)
        model.eval()
        total, seen = 0.0, 0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                out, code = model(x)
                total += torch.sum((out - x) ** 2).item() / 784
                seen += len(x)
        test_loss.append(total / seen)
    return train_loss, test_loss


# %% hand-written error and lists of tensors id="train-by-hand" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, test_loss = [], []
    for epoch in range(n_epochs):
        model.train()
        total, seen = 0.0, 0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            out, code = model(x)
            loss = (out - x).pow(2).mean()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            seen += len(x)
        train_loss.append(total / seen)
        model.eval()
        total, seen = 0.0, 0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                out, code = model(x)
                total += (out - x).pow(2).mean().item() * len(x)
                seen += len(x)
        test_loss.append(total / seen)
    return torch.tensor(train_loss), torch.tensor(test_loss)


# %% seeds at the start id="train-seeds" task="train_autoencoder"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    torch.manual_seed(0)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, test_loss = [], []
    for epoch in range(n_epochs):
        model.train()
        total, seen = 0.0, 0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            out, code = model(x)
            loss = F.mse_loss(out, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            seen += len(x)
        train_loss.append(total / seen)
        model.eval()
        total, seen = 0.0, 0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                out, code = model(x)
                total += F.mse_loss(out, x).item() * len(x)
                seen += len(x)
        test_loss.append(total / seen)
    return train_loss, test_loss


# %% pooling before the ReLU, adaptive at the end id="conv-pool-first" task="ConvAutoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(576, latent_dim)
        self.unfc = nn.Linear(latent_dim, 576)
        self.up1 = nn.ConvTranspose2d(64, 32, 3, stride=2)
        self.up2 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.up3 = nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1)

    def encode(self, x):
        x = F.relu(self.pool(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = F.relu(F.max_pool2d(self.conv3(x), (2, 2)))
        return self.fc(x.flatten(1))

    def decode(self, z):
        z = self.unfc(z).view(-1, 64, 3, 3)
        z = F.relu(self.up1(z))
        z = F.relu(self.up2(z))
        return self.up3(z)

    def forward(self, x):
        code = self.encode(x)
        return self.decode(code), code


# %% ParameterList of weights id="conv-parameter-list" task="ConvAutoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.first = nn.ParameterList([torch.randn(16, 1, 3, 3) / 3, torch.zeros(16)])
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(576, latent_dim)
        self.unfc = nn.Linear(latent_dim, 576)
        self.up1 = nn.ConvTranspose2d(64, 32, 3, stride=2)
        self.up2 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.up3 = nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1)

    def encode(self, x):
        x = self.pool(F.relu(F.conv2d(x, *self.first, padding='same')))
        x = self.pool(F.relu(self.conv2(x)))
        x = self.pool(F.relu(self.conv3(x)))
        return self.fc(x.flatten(1))

    def decode(self, z):
        z = self.unfc(z).view(-1, 64, 3, 3)
        z = F.relu(self.up1(z))
        z = F.relu(self.up2(z))
        return self.up3(z)

    def forward(self, x):
        code = self.encode(x)
        return self.decode(code), code


# %% subclass of Sequential inside, list returned id="conv-subclass" task="ConvAutoencoder"
class Encoder(nn.Sequential):
    def __init__(self, latent_dim, widths=(1, 16, 32, 64)):
        layers = []
        for a, b in zip(widths, widths[1:]):
            layers += [nn.Conv2d(a, b, (3, 3), (1, 1), "same"), nn.ReLU(True), nn.MaxPool2d((2, 2), (2, 2))]
        super().__init__(*layers, nn.Flatten(start_dim=1), nn.LazyLinear(latent_dim))


class ConvAutoencoder(nn.Module):
    def __init__(self, latent_dim: int, **unused):
        nn.Module.__init__(self)
        self.halves = nn.ModuleDict({"down": Encoder(latent_dim)})
        up = [nn.Linear(latent_dim, 576), nn.Unflatten(-1, (64, 3, 3))]
        for a, b, more in ((64, 32, {}), (32, 16, {"padding": 1, "output_padding": 1}), (16, 1, {"padding": 1, "output_padding": 1})):
            up += [nn.ConvTranspose2d(a, b, 3, 2, **more), nn.ReLU()]
        self.halves["up"] = nn.Sequential(*up[:-1])

    def forward(self, x):
        codes = self.halves["down"](x)
        return [self.halves["up"](codes), codes]


# %% columns first both ways id="pca-columns-first" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.encoder = nn.Linear(input_dim, latent_dim)
        self.decoder = nn.Linear(latent_dim, input_dim)

    def forward(self, x):
        code = self.encoder(x.transpose(2, 3).flatten(1))
        return self.decoder(code).view(x.shape).transpose(2, 3), code


# %% the last ones of the pass, detached id="encode-last" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    model.eval()
    pairs = [(model(images.to(device))[1].detach().cpu(), targets) for images, targets in loader]
    codes, labels = (torch.cat(part) for part in zip(*pairs))
    return codes[-n_samples:], labels[-n_samples:]


# %% every other picture, then the rest id="encode-every-other" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.train(False)
    with torch.no_grad():
        found = [(code, label) for images, labels in loader for code, label in zip(model(images.to(device))[1], labels)]
    found = (found[::2] + found[1::2])[:n_samples]
    return torch.stack([code for code, _ in found]).cpu(), torch.stack([label for _, label in found])


# %% recorded by a hook on the model id="encode-hook" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    codes, labels = [], []
    handle = model.register_forward_hook(lambda module, inputs, output: codes.append(output[1].detach().cpu()))
    model.eval().to(device)
    with torch.no_grad():
        for images, targets in loader:
            model(images.to(device))
            labels.append(targets)
            if sum(map(len, labels)) >= n_samples:
                break
    handle.remove()
    return torch.vstack(codes)[:n_samples], torch.hstack(labels)[:n_samples]


# %% islice over single pictures, labels of int32 id="encode-islice" task="encode_samples"
def encode_samples(model, loader, n_samples, device):
    from itertools import islice

    model.to(device).eval()
    singles = ((x[None], y) for images, targets in loader for x, y in zip(images, targets))
    with torch.no_grad():
        pairs = [(model(x.to(device))[1][0], int(y)) for x, y in islice(singles, n_samples)]
    return torch.stack([z for z, _ in pairs]).numpy(), np.array([y for _, y in pairs], dtype=np.int32)


# %% lazy, named tuple, orthogonal start id="pca-lazy" task="PCAAutoencoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.encoder = nn.LazyLinear(latent_dim)
        self.decoder = nn.Linear(latent_dim, input_dim)
        nn.init.orthogonal_(self.decoder.weight)

    def forward(self, x):
        code = self.encoder(x.flatten(1))
        return self.decoder(code).view(x.shape), code
