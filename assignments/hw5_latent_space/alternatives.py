"""Unusual right solutions: each must keep full marks. One cell is one solution, put into the reference."""

# %% encode and decode are Sequentials, no methods id="auto-sequential" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 8, 4, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 4, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(16, 5, 3, padding=1),
        )
        self.decode = nn.Sequential(
            nn.ConvTranspose2d(5, 16, 4, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1), nn.Sigmoid(),
        )

    def forward(self, x):
        x_approx = self.decode(self.encode(x))
        assert x.shape == x_approx.shape
        return x_approx


# %% the network of the sheet, with kaiming initialization id="auto-sheet" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.LeakyReLU(0.01), nn.Conv2d(4, 16, 3), nn.MaxPool2d(2), nn.LeakyReLU(0.01),
            nn.BatchNorm2d(16), nn.LeakyReLU(0.01), nn.Conv2d(16, 32, 3), nn.MaxPool2d(2), nn.LeakyReLU(0.01),
            nn.Conv2d(32, 32, 3), nn.LeakyReLU(0.01),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 32, 3), nn.LeakyReLU(0.01), nn.ConvTranspose2d(32, 16, 3, stride=2, output_padding=1),
            nn.LeakyReLU(0.01), nn.BatchNorm2d(16), nn.ConvTranspose2d(16, 16, 3, stride=2, output_padding=1),
            nn.LeakyReLU(0.01), nn.ConvTranspose2d(16, 16, 3, padding=1), nn.ConvTranspose2d(16, 4, 3, padding=1),
            nn.ConvTranspose2d(4, 1, 3), nn.Sigmoid(),
        )
        for layer in self.modules():
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.kaiming_normal_(layer.weight)

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% fully connected, flat codes, default sizes id="auto-linear" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self, hidden: int = 128, latent: int = 10):
        super().__init__()
        self.down = nn.ModuleList([nn.Linear(28 * 28, hidden), nn.Linear(hidden, latent)])
        self.up = nn.ModuleList([nn.Linear(latent, hidden), nn.Linear(hidden, 28 * 28)])

    def encode(self, x: Tensor) -> Tensor:
        return self.down[1](F.elu(self.down[0](x.flatten(1))))

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.up[1](F.elu(self.up[0](z)))).reshape(-1, 1, 28, 28)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


# %% linear, but for the Sigmoid id="auto-pca" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(784, 32)
        self.b = nn.Linear(32, 784)

    def encode(self, x):
        return self.a(x.view(x.size(0), -1))

    def decode(self, z):
        return self.b(z).sigmoid().view(z.size(0), 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% bare parameters id="auto-functional" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(12, 1, 4, 4) * 0.3)
        self.w2 = nn.Parameter(torch.randn(5, 12, 4, 4) * 0.1)
        self.w3 = nn.Parameter(torch.randn(5, 12, 4, 4) * 0.1)
        self.w4 = nn.Parameter(torch.randn(12, 1, 4, 4) * 0.1)
        self.b4 = nn.Parameter(torch.zeros(1))

    def encode(self, x):
        return F.conv2d(F.relu(F.conv2d(x, self.w1, stride=2, padding=1)), self.w2, stride=2, padding=1)

    def decode(self, z):
        h = F.relu(F.conv_transpose2d(z, self.w3, stride=2, padding=1))
        return F.sigmoid(F.conv_transpose2d(h, self.w4, self.b4, stride=2, padding=1))

    def forward(self, x):
        return self.decode(self.encode(x))


# %% ten numbers on a 1x1 grid, dropout, upsampling id="auto-dropout" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding="same"), nn.GELU(), nn.AvgPool2d(4), nn.Dropout2d(0.05),
            nn.Conv2d(16, 16, 3, padding="same"), nn.GELU(), nn.Conv2d(16, 10, 7),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(10, 16, 7), nn.GELU(), nn.Upsample(scale_factor=4, mode="bilinear"),
            nn.Conv2d(16, 8, 3, padding=1), nn.GELU(), nn.Conv2d(8, 1, 3, padding=1), nn.Hardsigmoid(),
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% Tanh brought to [0, 1] id="auto-tanh" task="Autoencoder" into="Autoencoder"
def decode(self, z):
    return (torch.tanh(self.decoder[:-1](z)) + 1) / 2


# %% float64 inside id="auto-float64" task="Autoencoder" into="Autoencoder"
def __init__(self):
    super().__init__()
    self.a, self.b = nn.Linear(784, 40, dtype=torch.float64), nn.Linear(40, 784, dtype=torch.float64)
def encode(self, x):
    return self.a(x.double().flatten(1))
def decode(self, z):
    return torch.sigmoid(self.b(F.leaky_relu(z))).float().view(-1, 1, 28, 28)


# %% a code of ReLUs, batch normalization at many places id="auto-relu-code" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()

        def block(a, b):
            return nn.Sequential(nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True))

        def up(a, b):
            return nn.Sequential(nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True))

        self.net = nn.ModuleDict({
            "encoder": nn.Sequential(block(1, 16), block(16, 5)),
            "decoder": nn.Sequential(up(5, 16), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()),
        })

    def encode(self, x):
        return self.net["encoder"](x)

    def decode(self, z):
        return self.net["decoder"](z)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% clamped to [0, 1] id="auto-clamp" task="Autoencoder" into="Autoencoder"
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.Tanh(), nn.Linear(64, 20))
    self.decoder = nn.Sequential(nn.Linear(20, 64), nn.Tanh(), nn.Linear(64, 784), nn.Unflatten(1, (1, 28, 28)))
    nn.init.constant_(self.decoder[2].bias, 0.5)
def decode(self, z):
    return self.decoder(z).clamp(min=0, max=1)


# %% the network used in parts, cleared at the end, summed loss id="train-parts" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device, verbose=False):
    model = model.to(device)
    history = {"train": [], "val": []}
    best = {"loss": np.inf, "epoch": -1, "state": None}
    for epoch in range(1, n_epochs + 1):
        model.train()
        squares, count = 0.0, 0
        for batch in train_loader:
            images = batch[0].to(device)
            reconstruction = model.decode(model.encode(images))
            loss = ((reconstruction - images) ** 2).sum()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            squares, count = squares + float(loss), count + images.numel()
        history["train"].append(squares / count)
        model.eval()
        squares, count = 0.0, 0
        with torch.inference_mode():
            for batch in val_loader:
                images = batch[0].to(device)
                squares += float(((model.decode(model.encode(images)) - images) ** 2).sum())
                count += images.numel()
        history["val"].append(squares / count)
        if history["val"][-1] < best["loss"]:
            state = {name: value.detach().clone() for name, value in model.state_dict().items()}
            best = {"loss": history["val"][-1], "epoch": epoch, "state": state}
        if verbose:
            print(epoch, history["val"][-1])
        if epoch - best["epoch"] >= patience:
            break
        scheduler.step()
    model.load_state_dict(best["state"])
    return history["train"], history["val"]


# %% best weights in a file in memory, numpy arrays, model.zero_grad id="train-saved" task="train_autoencoder"
import io
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    criterion = nn.MSELoss()
    train_losses, val_losses, saved = np.zeros(n_epochs), np.full(n_epochs, np.inf), io.BytesIO()
    remaining = patience
    for epoch in range(n_epochs):
        model.train()
        losses, sizes = [], []
        for images, _ in train_loader:
            images = images.to(device)
            model.zero_grad()
            loss = criterion(model(images), images)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(images))
        train_losses[epoch] = np.average(losses, weights=sizes)
        scheduler.step()
        model.eval()
        with torch.no_grad():
            pairs = [(criterion(model(x.to(device)), x.to(device)).item(), len(x)) for x, _ in val_loader]
        val_losses[epoch] = np.average([loss for loss, _ in pairs], weights=[size for _, size in pairs])
        if val_losses[epoch] == val_losses.min():
            remaining = patience
            saved.seek(0)
            torch.save(model.state_dict(), saved)
        else:
            remaining -= 1
        if remaining <= 0:
            break
    saved.seek(0)
    model.load_state_dict(torch.load(saved))
    return train_losses[: epoch + 1], val_losses[: epoch + 1]


# %% epochs counted from the list, a copy of the whole model id="train-copy" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    while len(val_losses) < n_epochs:
        model.train()
        total = torch.zeros((), device=device)
        for images, _ in tqdm(train_loader, leave=False):
            images = images.to(device)
            optimizer.zero_grad(set_to_none=True)
            loss = F.mse_loss(input=images, target=model(images))
            loss.backward()
            optimizer.step()
            total += loss.detach() * images.size(0)
        train_losses.append(total.item() / len(train_loader.dataset))
        val_losses.append(validation_loss(model, val_loader, device))
        if min(val_losses) == val_losses[-1]:
            best_model = copy.deepcopy(model)
        scheduler.step()
        best_epoch = int(np.argmin(val_losses))
        if len(val_losses) - 1 - best_epoch >= patience:
            break
    model.load_state_dict(best_model.state_dict())
    return train_losses, val_losses
def validation_loss(model, loader, device):
    model.eval()
    with torch.no_grad():
        return sum(F.mse_loss(model(x.to(device)), x.to(device)).item() * len(x) for x, _ in loader) / len(loader.dataset)


# %% means of batches id="train-batch-means" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best, bad = [], [], 1e10, 0
    for _ in range(n_epochs):
        model.train()
        running = 0.0
        for x, y in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), x)
            loss.backward()
            optimizer.step()
            running += loss.item()
        train_losses.append(running / len(train_loader))
        model.eval()
        running = 0.0
        for x, y in val_loader:
            x = x.to(device)
            running += F.mse_loss(model(x), x).item()
        val_losses.append(running / len(val_loader))
        scheduler.step()
        bad += 1
        if val_losses[-1] < best:
            bad, best = 0, val_losses[-1]
            weights = copy.deepcopy(model.state_dict())
        if bad == patience:
            break
    model.load_state_dict(weights)
    return [train_losses, val_losses]


# %% losses of training measured after the epoch, tensors in the lists id="train-after" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)

    def mean_error(loader):
        model.eval()
        with torch.no_grad():
            errors = [((model(x.to(device)) - x.to(device)) ** 2).flatten(1).mean(1) for x, _ in loader]
        return torch.cat(errors).mean()

    train_losses, val_losses, since = [], [], 0
    best, best_state = torch.tensor(torch.inf), None
    for epoch in range(n_epochs):
        if since >= patience:
            break
        model.train()
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            error = F.mse_loss(model(x), x)
            error.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1e6)
            optimizer.step()
        train_losses.append(mean_error(train_loader))
        val_losses.append(mean_error(val_loader))
        since = 0 if val_losses[-1] < best else since + 1
        if since == 0:
            best, best_state = val_losses[-1], copy.deepcopy(model.state_dict())
        scheduler.step()
    model.load_state_dict(best_state)
    return torch.stack(train_losses), torch.stack(val_losses)


# %% a class that stops, weights in a file id="train-file" task="train_autoencoder"
class EarlyStopping:
    def __init__(self, patience, path="best.pt"):
        self.patience, self.path = patience, path
        self.best, self.counter, self.stop = None, 0, False

    def __call__(self, val_loss, model):
        if self.best is None or val_loss < self.best:
            self.best, self.counter = val_loss, 0
            torch.save(model.state_dict(), self.path)
        else:
            self.counter += 1
            self.stop = self.counter >= self.patience
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    stopping = EarlyStopping(patience)
    train_losses, val_losses = [], []
    for epoch in range(n_epochs):
        losses = {}
        for phase, loader in (("train", train_loader), ("val", val_loader)):
            model.train(phase == "train")
            total = 0.0
            for x, _ in loader:
                x = x.to(device)
                with torch.set_grad_enabled(phase == "train"):
                    loss = F.mse_loss(model(x), x)
                    if phase == "train":
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                total += loss.item() * x.size(0)
            losses[phase] = total / len(loader.dataset)
        train_losses.append(losses["train"])
        val_losses.append(losses["val"])
        print(f"epoch {epoch}: {losses}")
        scheduler.step()
        stopping(losses["val"], model)
        if stopping.stop:
            print("early stopping")
            break
    model.load_state_dict(torch.load(stopping.path, map_location=device))
    return train_losses, val_losses


# %% step by step, in eval mode again id="inter-loop" task="interpolate_between"
def interpolate_between(model, image_i, image_j, n=12):
    model.eval()
    pictures = []
    with torch.no_grad():
        z_i, z_j = model.encode(image_i.unsqueeze(0)), model.encode(image_j.unsqueeze(0))
        for k in range(n):
            pictures.append(model.decode((1 - k / (n - 1)) * z_i + k / (n - 1) * z_j).squeeze(0))
    return torch.stack(pictures, dim=0)


# %% numpy weights, gradients kept id="inter-numpy" task="interpolate_between"
def interpolate_between(model: nn.Module, image_i: Tensor, image_j: Tensor, n: int = 12, detach: bool = False) -> Tensor:
    z_i = model.encode(image_i.reshape(1, 1, 28, 28))
    z_j = model.encode(image_j.reshape(1, 1, 28, 28))
    codes = torch.cat([z_i + float(alpha) * (z_j - z_i) for alpha in np.linspace(0, 1, n)])
    pictures = model.decode(codes)
    return pictures.detach() if detach else pictures


# %% flat codes, lerp, and their shape back id="inter-lerp" task="interpolate_between"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        codes = model.encode(torch.stack((image_i, image_j)))
        flat = codes.flatten(1)
        weights = torch.arange(n, device=codes.device)[:, None] / (n - 1)
        mixed = torch.lerp(flat[0], flat[1], weights.expand(n, flat.shape[1]).to(flat.dtype))
        return model.decode(mixed.view(n, *codes.shape[1:]))


# %% as a product of matrices id="inter-matrix" task="interpolate_between"
@torch.inference_mode()
def interpolate_between(model, image_i, image_j, n=12):
    codes = model.encode(torch.stack([image_i, image_j]))
    alpha = torch.linspace(0, 1, n, dtype=codes.dtype, device=codes.device)
    weights = torch.stack([1 - alpha, alpha], dim=1)
    return model.decode(torch.einsum("nk,k...->n...", weights, codes))


# %% codes of single pictures, decoded one by one id="inter-single" task="interpolate_between"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        ends = [model.encode(image[None])[0] for image in (image_i, image_j)]
        steps = np.linspace(1, 0, n)
        return torch.cat([model.decode((step * ends[0] + (1 - step) * ends[1])[None].float()) for step in steps])


# %% tied weights id="auto-tied" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.code = nn.Linear(784, 256), nn.Linear(256, 32)
        self.bias1, self.bias2 = nn.Parameter(torch.zeros(256)), nn.Parameter(torch.zeros(784))

    def encode(self, x):
        return self.code(F.elu(self.hidden(x.flatten(1))))

    def decode(self, z):
        h = F.elu(F.linear(z, self.code.weight.t(), self.bias1))
        return torch.sigmoid(F.linear(h, self.hidden.weight.t(), self.bias2)).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% BatchNorm on the code, dropout in the encoder id="auto-code-norm" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleDict(
            {
                "down": nn.Sequential(
                    nn.Flatten(), nn.Dropout(0.05), nn.Linear(784, 200), nn.Tanh(), nn.Linear(200, 24), nn.BatchNorm1d(24)
                ),
                "up": nn.Sequential(nn.Linear(24, 200), nn.Tanh(), nn.Linear(200, 784), nn.Unflatten(1, (1, 28, 28))),
            }
        )

    def encode(self, x):
        return self.parts["down"](x)

    def decode(self, z):
        return (torch.tanh(self.parts["up"](z)) + 1) / 2

    def forward(self, x):
        return self.decode(self.encode(x))


# %% shuffled pixels and hard limits id="auto-pixel-shuffle" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(
            nn.PixelUnshuffle(4), nn.Conv2d(16, 32, 3, padding=1), nn.GroupNorm(4, 32), nn.GELU(), nn.Conv2d(32, 5, 1)
        )
        self.up = nn.Sequential(
            nn.Conv2d(5, 32, 3, padding=1), nn.GELU(), nn.Conv2d(32, 16, 3, padding=1), nn.PixelShuffle(4), nn.Hardsigmoid()
        )

    def encode(self, x):
        return self.down(x)

    def decode(self, z):
        return self.up(z)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% a code of two numbers, lazy layers id="auto-lazy" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(
            nn.Flatten(), nn.LazyLinear(256), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(64), nn.ReLU(), nn.LazyLinear(2)
        )
        self.up = nn.Sequential(
            nn.LazyLinear(64), nn.ReLU(), nn.LazyLinear(256), nn.ReLU(), nn.LazyLinear(784), nn.Sigmoid()
        )

    def encode(self, x):
        return self.down(x)

    def decode(self, z):
        return self.up(z).unflatten(1, (1, 28, 28))

    def forward(self, x):
        return self.decode(self.encode(x))


# %% codes of length one, noise while training id="auto-sphere" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.SiLU(), nn.Linear(256, 64))
        self.up = nn.Sequential(nn.Linear(64, 256), nn.SiLU(), nn.Linear(256, 784), nn.Sigmoid())

    def encode(self, x):
        if self.training:
            x = x + 0.05 * torch.randn_like(x)
        return F.normalize(self.down(x), dim=1)

    def decode(self, z):
        return self.up(z).reshape(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% rows as words: a recurrent network id="auto-recurrent" task="Autoencoder"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader = nn.GRU(28, 128, batch_first=True)
        self.code = nn.Linear(128, 64)
        self.start = nn.Linear(64, 28 * 64)
        self.painter = nn.Sequential(nn.ReLU(), nn.Linear(64, 28), nn.Sigmoid())

    def encode(self, x):
        return self.code(self.reader(x[:, 0])[1][0])

    def decode(self, z):
        return self.painter(self.start(z).view(-1, 28, 64)).unsqueeze(1)

    def forward(self, x):
        return self.decode(self.encode(x))


# %% the best epoch by argmin, weights in a file, gradients cleared by hand id="train-argmin" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    criterion = nn.MSELoss(reduction="sum")
    train_losses, val_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        squares = numbers = 0
        for images, _ in train_loader:
            images = images.to(device)
            for parameter in model.parameters():
                parameter.grad = None
            error = criterion(model(images), images)
            (error / images.numel()).backward()
            optimizer.step()
            squares += error.item()
            numbers += images.numel()
        train_losses.append(squares / numbers)
        model.eval()
        squares = numbers = 0
        with torch.inference_mode():
            for images, _ in val_loader:
                images = images.to(device)
                squares += criterion(model(images), images).item()
                numbers += images.numel()
        val_losses.append(squares / numbers)
        scheduler.step()
        best = int(np.argmin(val_losses))
        if best == epoch:
            torch.save(model.state_dict(), "best_model.pt")
        if epoch - best >= patience:
            print(f"stopped after epoch {epoch + 1}")
            break
    model.load_state_dict(torch.load("best_model.pt"))
    return train_losses, val_losses


# %% a class that counts down, weights copied to the CPU id="train-early-stopping-class" task="train_autoencoder"
class EarlyStopping:
    def __init__(self, model, patience):
        self.model, self.patience, self.left = model, patience, patience
        self.best, self.state = 1e9, None

    def __call__(self, loss):
        if loss < self.best:
            self.best, self.left = loss, self.patience
            self.state = {name: value.detach().cpu().clone() for name, value in self.model.state_dict().items()}
        else:
            self.left -= 1
        return self.left == 0


def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model = model.to(device)
    stopping = EarlyStopping(model, patience)
    losses = {"train": [], "val": []}
    for _ in range(n_epochs):
        model.train()
        sums = []
        for images, *_ in train_loader:
            images = images.to(device)
            optimizer.zero_grad(set_to_none=False)
            loss = torch.mean((images - model(images)) ** 2)
            loss.backward()
            optimizer.step()
            sums.append((loss.detach() * images.size(0), images.size(0)))
        losses["train"].append(float(sum(s for s, _ in sums)) / sum(n for _, n in sums))
        model.eval()
        with torch.no_grad():
            pairs = [(model(x.to(device)), x.to(device)) for x, _ in val_loader]
        guesses, targets = (torch.cat(part) for part in zip(*pairs))
        losses["val"].append(F.mse_loss(guesses, targets).item())
        if stopping(losses["val"][-1]):
            break
        scheduler.step()
    model.load_state_dict(stopping.state)
    return losses["train"], losses["val"]


# %% a while loop and a generator of batches id="train-while" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    def passes(loader):
        for images, _ in loader:
            images = images.to(device)
            yield images, F.mse_loss(model(images), images)

    model.to(device)
    train_losses, val_losses, best = [], [], None
    epoch = 0
    while epoch < n_epochs and (epoch < patience or min(val_losses[-patience:]) <= min(val_losses)
                                and val_losses.index(min(val_losses)) >= epoch - patience):
        model.train()
        weighted = []
        for images, loss in passes(train_loader):
            loss.backward()
            optimizer.step()
            model.zero_grad()
            weighted.append((len(images), loss.item()))
        train_losses.append(float(np.average([l for _, l in weighted], weights=[n for n, _ in weighted])))
        with torch.no_grad():
            model.eval()
            weighted = [(len(images), loss.item()) for images, loss in passes(val_loader)]
        val_losses.append(float(np.average([l for _, l in weighted], weights=[n for n, _ in weighted])))
        if val_losses[-1] <= min(val_losses) and val_losses.count(val_losses[-1]) == 1:
            best = copy.deepcopy(model)
        scheduler.step()
        epoch += 1
        if epoch - 1 - val_losses.index(min(val_losses)) >= patience:
            break
    model.load_state_dict(best.state_dict())
    return train_losses, val_losses


# %% starts with the best at 1, as no mean squared error of pictures is larger id="train-best-below-one" task="train_autoencoder"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, waited = [], [], 1.0, 0
    best = copy.deepcopy(model.state_dict())
    for _ in tqdm(range(n_epochs)):
        model.train()
        total = seen = 0
        for images, _ in train_loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, seen = total + loss.item() * len(images), seen + len(images)
        train_losses.append(total / seen)
        model.eval()
        total = seen = 0
        with torch.no_grad():
            for images, _ in val_loader:
                images = images.to(device)
                total, seen = total + F.mse_loss(model(images), images).item() * len(images), seen + len(images)
        val_losses.append(total / seen)
        scheduler.step()
        if val_losses[-1] < best_loss:
            best_loss, best, waited = val_losses[-1], copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(best)
    return train_losses, val_losses


# %% a generator and numpy steps id="inter-tensordot" task="interpolate_between"
@torch.inference_mode()
def interpolate_between(model, image_i, image_j, n=12, **options):
    model.eval()
    codes = model.encode(torch.stack((image_i, image_j)))
    share = torch.from_numpy(np.linspace(0.0, 1.0, num=n)).to(codes)
    return model.decode(torch.tensordot(torch.stack((1 - share, share), dim=1), codes, dims=1))
