"""Unusual right solutions: each must keep full marks. One cell is one solution, put into the reference."""


# %% numpy numbers id="sum-numpy" task="sum_of_gaussians"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    means, stds = np.array([mean_x, mean_y]), np.array([std_x, std_y])
    return means.sum(), np.linalg.norm(stds)


# %% torch tensors in a list id="sum-torch" task="sum_of_gaussians"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return [torch.tensor(mean_x + mean_y), torch.tensor(std_x**2 + std_y**2).sqrt()]


# %% one tensor of two numbers id="sum-tensor" task="sum_of_gaussians"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y, dtype=torch.float64):
    return torch.tensor([mean_x + mean_y, math.hypot(std_x, std_y)], dtype=dtype)


# %% by ceil and negative numbers id="size-ceil" task="conv_output_size"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    def places(size, kernel):
        return math.ceil((size + 2 * padding - kernel + 1) / stride)

    return places(height, kernel_height), places(width, kernel_width)


# %% by counting places id="size-range" task="conv_output_size"
def conv_output_size(height: int, width: int, kernel_height: int, kernel_width: int, stride: int = 1, padding: int = 0):
    rows = range(-padding, height + padding - kernel_height + 1, stride)
    columns = range(-padding, width + padding - kernel_width + 1, stride)
    return [len(rows), len(columns)]


# %% by asking torch id="size-torch" task="conv_output_size"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    layer = nn.Conv2d(1, 1, (kernel_height, kernel_width), stride=stride, padding=padding)
    shape = layer(torch.zeros(1, 1, height, width)).shape
    return shape[2], shape[3]


# %% by float division and int id="size-int" task="conv_output_size"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = int(np.floor((height + 2 * padding - kernel_height) / stride + 1))
    w = int(np.floor((width + 2 * padding - kernel_width) / stride + 1))
    return h, w


# %% numpy integers id="size-numpy" task="conv_output_size"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    sizes, kernels = np.array([height, width]), np.array([kernel_height, kernel_width])
    return tuple((sizes + 2 * padding - kernels) // stride + 1)


# %% attributes and functions id="cnn-functional" task="CNNClassifier"
class CNNClassifier(nn.Module):
    def __init__(self, n_classes: int = 6):
        super().__init__()
        self.fc2 = nn.Linear(64, n_classes)
        self.fc1 = nn.Linear(8 * 16 * 16, 64)
        self.conv2 = nn.Conv2d(4, 8, 3, stride=1, padding="same")
        self.conv1 = nn.Conv2d(3, 4, 3, stride=1, padding="same")
        self.bn1, self.bn2 = nn.BatchNorm2d(4), nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(2, 2)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = x.view(x.size(0), -1)
        return F.log_softmax(self.fc2(torch.relu_(self.fc1(x))), dim=-1)


# %% one Sequential id="cnn-sequential" task="CNNClassifier"
class CNNClassifier(nn.Sequential):
    def __init__(self):
        def block(n_in, n_out):
            return nn.Sequential(
                nn.Conv2d(n_in, n_out, (3, 3), (1, 1), (1, 1)),
                nn.BatchNorm2d(n_out),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(2),
            )

        head = [nn.Flatten(start_dim=1), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(-1)]
        super().__init__(block(3, 4), block(4, 8), *head)


# %% pooling before ReLU, a convolution as the linear layer id="cnn-pool-first" task="CNNClassifier"
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(4), nn.BatchNorm2d(8)])
        self.hidden = nn.Conv2d(8, 64, 16)
        self.out = nn.Linear(64, 6)

    def forward(self, x):
        for conv, norm in zip(self.blocks, self.norms):
            x = F.relu(F.max_pool2d(norm(conv(x)), 2))
        x = F.relu(self.hidden(x)).flatten(1)
        x = self.out(x)
        return x - torch.logsumexp(x, dim=1, keepdim=True)


# %% lazy layers id="cnn-lazy" task="CNNClassifier"
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.LazyConv2d(4, 3, padding=1),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.LazyConv2d(8, 3, padding=1),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.LazyLinear(64),
            nn.ReLU(),
            nn.LazyLinear(6),
            nn.LogSoftmax(dim=1),
        )
        self.net.eval()(torch.zeros(1, 3, 64, 64))
        self.net.train()

    def forward(self, x):
        return self.net(x)


# %% bare parameters id="cnn-bare" task="CNNClassifier"
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [(4, 3, 3, 3), (8, 4, 3, 3), (64, 2048), (6, 64)]
        self.weights = nn.ParameterList([0.05 * torch.randn(*size) for size in sizes])
        self.biases = nn.ParameterList([torch.zeros(size[0]) for size in sizes])
        self.norm1, self.norm2 = nn.BatchNorm2d(4), nn.BatchNorm2d(8)

    def forward(self, x: Tensor) -> Tensor:
        for i, norm in enumerate((self.norm1, self.norm2)):
            x = F.conv2d(x, self.weights[i], self.biases[i], padding=1)
            x = F.max_pool2d(norm(x).clamp(min=0), 2)
        x = F.linear(x.reshape(len(x), -1), self.weights[2], self.biases[2]).relu()
        return torch.log_softmax(F.linear(x, self.weights[3], self.biases[3]), 1)


# %% conversion at each access id="data-lazy" task="ImageDataset"
class ImageDataset(Dataset):
    def __init__(self, X, Y, transform=None):
        self.X, self.Y, self.transform = X, Y, transform

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, idx):
        image = torch.from_numpy(np.ascontiguousarray(np.moveaxis(self.X[idx], 2, 0))).float()
        label = torch.tensor(self.Y[idx]).long()
        return (self.transform(image) if self.transform else image), label


# %% einsum and a list id="data-list" task="ImageDataset"
class ImageDataset(Dataset):
    def __init__(self, X, Y):
        images = torch.einsum("nhwc->nchw", torch.tensor(X).double())
        self.items = [(image.to(torch.float32), torch.as_tensor(int(y))) for image, y in zip(images, Y)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


# %% inherits from TensorDataset id="data-tensors" task="ImageDataset"
class ImageDataset(torch.utils.data.TensorDataset):
    def __init__(self, X, Y):
        super().__init__(torch.Tensor(X).swapaxes(1, 3).swapaxes(2, 3), torch.LongTensor(Y))


# %% label as a Python int id="X10" task="ImageDataset" into="ImageDataset"
def __getitem__(self, index):
    return self.images[index], int(self.labels[index])


# %% a sampler and a generator id="loaders-sampler" task="make_loaders"
def make_loaders(train, val, test, batch_size=64, seed=None):
    generator = torch.Generator()
    generator.manual_seed(0 if seed is None else seed)
    sampler = torch.utils.data.RandomSampler(train, generator=generator)
    loaders = [DataLoader(train, batch_size, sampler=sampler)]
    for data in (val, test):
        loaders.append(DataLoader(data, batch_size=len(data), shuffle=False, num_workers=0, pin_memory=False))
    return loaders


# %% cross entropy on log-probabilities, best by the loss id="C4" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model = model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(params=model.parameters(), lr=lr)
    train_losses, val_losses, train_accs, val_accs = [], [], [], []
    best_loss, model_state = float("inf"), None
    for epoch in range(1, n_epochs + 1):
        model.train()
        running_loss, correct, count = 0.0, 0, 0
        for X, Y in train_loader:
            X, Y = X.to(device), Y.to(device)
            out = model(X)
            loss = criterion(out, Y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            running_loss += loss.item() * len(Y)
            correct += (torch.max(out, 1)[1] == Y).sum().item()
            count += len(Y)
        train_losses.append(running_loss / count)
        train_accs.append(correct / count)
        model.eval()
        with torch.inference_mode():
            outputs, targets = zip(*[(model(X.to(device)), Y.to(device)) for X, Y in val_loader])
        outputs, targets = torch.cat(outputs), torch.cat(targets)
        val_losses.append(criterion(outputs, targets).item())
        val_accs.append((outputs.argmax(1) == targets).double().mean().item())
        if val_losses[-1] < best_loss:
            best_loss = val_losses[-1]
            model_state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        print(f"Epoch {epoch}: Train Loss: {train_losses[-1]:.4f}, Val Loss: {val_losses[-1]:.4f}")
    model.load_state_dict(model_state)
    return np.array(train_losses), np.array(val_losses), np.array(train_accs), np.array(val_accs)


# %% lists of tensors, ties to the later epoch, model.zero_grad id="train-lists" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device, verbose=False):
    model.to(device)
    adam = torch.optim.Adam([{"params": list(model.parameters())}], lr)
    histories = ([], [], [], [])
    best = (-1.0, None)

    def scores(log_p, y):
        return torch.stack([-log_p.gather(1, y[:, None])[:, 0], (log_p.argmax(1) == y).to(log_p.dtype)], 1)

    for _ in range(n_epochs):
        model.train()
        seen = []
        for x, y in train_loader:
            x, y = x.to(device), y.to(device)
            model.zero_grad(set_to_none=False)
            table = scores(model(x), y)
            table[:, 0].mean().backward()
            adam.step()
            seen.append(table.detach())
        model.eval()
        with torch.no_grad():
            val = torch.cat([scores(model(x.to(device)), y.to(device)) for x, y in val_loader]).mean(0)
        train = torch.cat(seen).mean(0)
        for history, value in zip(histories, (train[0], val[0], train[1], val[1])):
            history.append(value)
        if val[1].item() >= best[0]:
            best = (val[1].item(), copy.deepcopy(model))
    model.load_state_dict(best[1].state_dict())
    return histories


# %% summed loss, gradients kept in validation id="train-sum" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = torch.zeros(4, n_epochs)
    best_acc, path = -1, "best_model.pt"
    for epoch in range(n_epochs):
        for part, loader in enumerate((train_loader, val_loader)):
            model.train() if part == 0 else model.eval()
            for x, y in loader:
                x, y = x.to(device), y.to(device)
                log_p = model(x)
                loss = F.nll_loss(log_p, y, reduction="sum")
                if part == 0:
                    for parameter in model.parameters():
                        parameter.grad = None
                    loss.backward()
                    optimizer.step()
                history[part, epoch] += loss.item()
                history[2 + part, epoch] += (log_p.argmax(1) == y).sum().item()
            history[part::2, epoch] /= len(loader.dataset)
        if history[3, epoch] > best_acc:
            best_acc = history[3, epoch]
            torch.save(model.state_dict(), path)
    model.load_state_dict(torch.load(path))
    return history.numpy()


# %% evaluates with evaluate_model, scheduler-free AdamW without decay id="train-helper" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    def validate():
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, y in val_loader:
                total += F.nll_loss(model(x.to(device)), y.to(device), reduction="sum").item()
        return total / len(val_loader.dataset)

    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0)
    rows, best = [], {"accuracy": -1.0}
    for _ in tqdm(range(n_epochs), disable=True):
        model.train()
        sums = np.zeros(3)
        for x, y in train_loader:
            x, y = x.to(device), y.to(device)
            log_p = model(x)
            loss = F.nll_loss(log_p, y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1e9)
            optimizer.step()
            sums += len(y) * loss.item(), (log_p.argmax(1) == y).sum().item(), len(y)
        rows.append((sums[0] / sums[2], validate(), sums[1] / sums[2], evaluate_model(model, val_loader, device)))
        if rows[-1][3] > best["accuracy"]:
            best = {"accuracy": rows[-1][3], "state": copy.deepcopy(model.state_dict())}
    model.load_state_dict(best["state"])
    return tuple(np.array(column) for column in zip(*rows))


# %% whole loader at once, as a tensor id="eval-cat" task="evaluate_model"
@torch.inference_mode()
def evaluate_model(model, loader, device, verbose=False):
    was_training = model.training
    model.eval().to(device)
    pairs = [(model(x.to(device)).exp().topk(1, dim=1).indices.squeeze(1).cpu(), y) for x, y in loader]
    model.train(was_training)
    predictions, labels = (torch.cat(part) for part in zip(*pairs))
    return (predictions == labels).float().mean()


# %% counted one by one id="eval-loop" task="evaluate_model"
def evaluate_model(model, loader, device):
    model.to(device)
    model.eval()
    hits = []
    for images, labels in loader:
        outputs = model(images.to(device)).detach().cpu().numpy()
        for row, label in zip(outputs, labels.numpy()):
            hits.append(int(np.argmax(row) == label))
    return np.mean(hits)


# %% all models kept, numpy accuracies id="tune-dict" task="tune_learning_rate"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device, verbose=False):
    models, accuracies = {}, {}
    for lr in learning_rates:
        models[lr] = CNNClassifier().to(device)
        train_loss, val_loss, train_acc, val_acc = train_cnn(
            models[lr], train_loader, val_loader, lr=lr, n_epochs=n_epochs, device=device
        )
        accuracies[lr] = val_acc.max()
    best_lr = max(accuracies, key=accuracies.get)
    print("best learning rate:", best_lr)
    return models[best_lr], accuracies


# %% a copy of the best, measured again id="tune-evaluate" task="tune_learning_rate"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best, accuracies = None, dict.fromkeys(learning_rates, 0.0)
    for lr in reversed(list(learning_rates)):
        model = CNNClassifier()
        train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = evaluate_model(model, val_loader, device)
        if best is None or accuracies[lr] > best[0]:
            best = (accuracies[lr], copy.deepcopy(model))
    return best[1], accuracies


# %% lists, as a student's own train_cnn may return id="tune-lists" task="tune_learning_rate"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    results = []
    for lr in learning_rates:
        model = CNNClassifier()
        model.to(device)
        val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)[3]
        epoch = val_acc.index(max(val_acc))
        results.append((float(val_acc[epoch]), lr, model))
    results.sort(key=lambda result: result[0], reverse=True)
    return results[0][2], {lr: accuracy for accuracy, lr, _ in results}


# %% statistics by hand, samples of one distribution id="sum-variance" task="sum_of_gaussians"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    first, second = torch.distributions.Normal(mean_x, std_x), torch.distributions.Normal(mean_y, std_y)
    return (first.mean + second.mean).item(), (first.variance + second.variance).sqrt().item()


# %% moves the filter id="size-while" task="conv_output_size"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    sizes = []
    for size, kernel in ((height, kernel_height), (width, kernel_width)):
        place, count = 0, 0
        while place + kernel <= size + 2 * padding:
            place, count = place + stride, count + 1
        sizes.append(count)
    return tuple(sizes)


# %% blocks of a class of its own, ceil_mode, chained methods id="cnn-blocks" task="CNNClassifier"
class ConvBlock(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.add_module("convolution", nn.Conv2d(n_in, n_out, kernel_size=3, padding=(1, 1), padding_mode="zeros"))
        self.add_module("normalization", nn.BatchNorm2d(num_features=n_out))

    def forward(self, x):
        return F.max_pool2d(self.normalization(self.convolution(x)).relu(), kernel_size=2, stride=2, ceil_mode=True)


class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleDict({"one": ConvBlock(3, 4), "two": ConvBlock(4, 8)})
        self.hidden, self.classes = nn.Linear(8 * 16**2, 64), nn.Linear(64, 6)

    def forward(self, x):
        x = self.stages["two"](self.stages["one"](x))
        scores = self.classes(torch.clamp(self.hidden(torch.reshape(x, (x.shape[0], 2048))), min=0))
        return torch.log(torch.softmax(scores.double(), dim=1)).float()


# %% fancy indices, slices, a property id="data-numpy" task="ImageDataset"
class ImageDataset(Dataset):
    def __init__(self, X: np.ndarray, Y: np.ndarray) -> None:
        super().__init__()
        assert len(X) == len(Y)
        self.X = np.transpose(X, (0, 3, 1, 2)).astype("float32")
        self.Y = np.asarray(Y, dtype=np.int64)

    @property
    def size(self):
        return len(self.Y)

    def __len__(self):
        return self.size

    def __getitem__(self, idx):
        return torch.from_numpy(self.X[idx].copy()), torch.tensor(self.Y[idx])


# %% a class of loaders that unpacks id="loaders-named" task="make_loaders"
from collections import namedtuple

Loaders = namedtuple("Loaders", ["train", "val", "test"])


def make_loaders(train, val, test, batch_size=64):
    def loader(data, **options):
        return DataLoader(dataset=data, **options)

    sampler = torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(train), batch_size, drop_last=False)
    return Loaders(loader(train, batch_sampler=sampler), loader(val, batch_size=max(1, len(val))), loader(test, batch_size=10**6))


# %% the usual one, with the evaluation in a helper id="train-plain" task="train_cnn"
def validation_scores(model, loader, device):
    model.eval()
    loss, correct = 0, 0
    for data, target in loader:
        data, target = data.to(device), target.to(device)
        with torch.no_grad():
            output = model(data)
        loss += F.nll_loss(output, target, reduction="sum").item()
        pred = output.max(1, keepdim=True)[1]
        correct += pred.eq(target.view_as(pred)).sum().item()
    return loss / len(loader.dataset), correct / len(loader.dataset)


def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    loss_fn, optimizer = torch.nn.NLLLoss(), torch.optim.Adam(model.to(device).parameters(), lr, foreach=False)
    train_loss, val_loss, train_acc, val_acc = [np.empty(n_epochs) for _ in range(4)]
    model_state = None
    for e in range(n_epochs):
        model.train()
        mean_loss, mean_acc, seen = 0.0, 0.0, 0
        for data, target in train_loader:
            data, target = data.to(device), target.to(device)
            optimizer.zero_grad()
            output = model(data)
            loss = loss_fn(output, target)
            loss.backward()
            optimizer.step()
            share = len(data) / (seen + len(data))
            mean_loss += share * (loss.detach().item() - mean_loss)
            mean_acc += share * (output.argmax(-1).eq(target).float().mean().item() - mean_acc)
            seen += len(data)
        train_loss[e], train_acc[e] = mean_loss, mean_acc
        val_loss[e], val_acc[e] = validation_scores(model, val_loader, device)
        if val_acc[e] >= np.max(val_acc[: e + 1]):
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% a confusion table id="eval-table" task="evaluate_model"
def evaluate_model(model: nn.Module, loader, device, n_classes: int = 100) -> float:
    table = np.zeros((n_classes, n_classes), dtype=int)
    model.eval()
    with torch.set_grad_enabled(False):
        for batch in loader:
            x, y = (part.to(device) for part in batch)
            np.add.at(table, (y.cpu().numpy(), model(x).max(dim=1).indices.cpu().numpy()), 1)
    return np.trace(table) / table.sum()


# %% weights of the best run loaded into a new model id="tune-state" task="tune_learning_rate"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best_acc, best_state, results = -np.inf, None, {}
    for lr in learning_rates:
        torch.manual_seed(0)
        net = CNNClassifier()
        train_loss, val_loss, train_acc, val_acc = train_cnn(net, train_loader, val_loader, lr, n_epochs, device)
        results[lr] = np.max(val_acc).item()
        if results[lr] > best_acc:
            best_acc, best_state = results[lr], copy.deepcopy(net.state_dict())
    winner = CNNClassifier()
    winner.load_state_dict(best_state)
    return winner.to(device), results


# %% two workers, pinned memory id="loaders-workers" task="make_loaders"
def make_loaders(train, val, test, batch_size=64):
    return DataLoader(train, batch_size=batch_size, shuffle=True, num_workers=2), DataLoader(val, batch_size=len(val)), DataLoader(test, batch_size=len(test))


# %% workers everywhere that stay id="loaders-persistent" task="make_loaders"
def make_loaders(train, val, test, batch_size=64):
    make = lambda data, size, shuffle: DataLoader(data, batch_size=size, shuffle=shuffle, num_workers=2, persistent_workers=True, pin_memory=True)
    return make(train, batch_size, True), make(val, len(val), False), make(test, len(test), False)


# %% random sampler, sequential batch sampler id="loaders-batch-sampler" task="make_loaders"
def make_loaders(train, val, test, batch_size=64):
    from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler

    one = lambda data: DataLoader(data, batch_sampler=BatchSampler(SequentialSampler(data), len(data), False))
    return DataLoader(train, batch_size, sampler=RandomSampler(train)), one(val), one(test)


# %% best weights in a file id="train-file" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = [], [], [], []
    best, state = -1, None
    for epoch in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, Y in train_loader:
            X, Y = X.to(device), Y.to(device)
            optimizer.zero_grad()
            out = model(X)
            loss = F.nll_loss(out, Y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            right += (out.argmax(1) == Y).sum().item()
            seen += len(X)
        train_loss.append(total / seen)
        train_acc.append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, Y in val_loader:
                X, Y = X.to(device), Y.to(device)
                out = model(X)
                total += F.nll_loss(out, Y).item() * len(X)
                right += (out.argmax(1) == Y).sum().item()
                seen += len(X)
        val_loss.append(total / seen)
        val_acc.append(right / seen)
        if val_acc[-1] > best:
            best = val_acc[-1]
            torch.save(model.state_dict(), 'best_model.pt')
    model.load_state_dict(torch.load('best_model.pt'))
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% best weights in a buffer id="train-buffer" task="train_cnn"
import io


def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = [], [], [], []
    best, state = -1, None
    for epoch in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, Y in train_loader:
            X, Y = X.to(device), Y.to(device)
            optimizer.zero_grad()
            out = model(X)
            loss = F.nll_loss(out, Y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            right += (out.argmax(1) == Y).sum().item()
            seen += len(X)
        train_loss.append(total / seen)
        train_acc.append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, Y in val_loader:
                X, Y = X.to(device), Y.to(device)
                out = model(X)
                total += F.nll_loss(out, Y).item() * len(X)
                right += (out.argmax(1) == Y).sum().item()
                seen += len(X)
        val_loss.append(total / seen)
        val_acc.append(right / seen)
        if val_acc[-1] > best:
            best = val_acc[-1]
            state = io.BytesIO()
            torch.save(model.state_dict(), state)
            state.seek(0)
    model.load_state_dict(torch.load(state, weights_only=True))
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% best starts at 0 id="train-from-zero" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = [], [], [], []
    best, state = 0.0, None
    for epoch in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, Y in train_loader:
            X, Y = X.to(device), Y.to(device)
            optimizer.zero_grad()
            out = model(X)
            loss = F.nll_loss(out, Y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            right += (out.argmax(1) == Y).sum().item()
            seen += len(X)
        train_loss.append(total / seen)
        train_acc.append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, Y in val_loader:
                X, Y = X.to(device), Y.to(device)
                out = model(X)
                total += F.nll_loss(out, Y).item() * len(X)
                right += (out.argmax(1) == Y).sum().item()
                seen += len(X)
        val_loss.append(total / seen)
        val_acc.append(right / seen)
        if val_acc[-1] > best:
            best = val_acc[-1]
            state = copy.deepcopy(model.state_dict())
    if state is not None:
        model.load_state_dict(state)
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% counts through the data set's length id="train-length" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = [], [], [], []
    best, state = -1, None
    for epoch in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, Y in train_loader:
            X, Y = X.to(device), Y.to(device)
            optimizer.zero_grad()
            out = model(X)
            loss = F.nll_loss(out, Y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            right += (out.argmax(1) == Y).sum().item()
        seen = len(train_loader.dataset)
        train_loss.append(total / seen)
        train_acc.append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, Y in val_loader:
                X, Y = X.to(device), Y.to(device)
                out = model(X)
                total += F.nll_loss(out, Y).item() * len(X)
                right += (out.argmax(1) == Y).sum().item()
                seen += len(X)
        val_loss.append(total / seen)
        val_acc.append(right / seen)
        if val_acc[-1] > best:
            best = val_acc[-1]
            state = copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% seeds at the start id="train-seeds" task="train_cnn"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    torch.manual_seed(1)
    np.random.seed(1)
    model = model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = [], [], [], []
    best, state = -1, None
    for epoch in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, Y in train_loader:
            X, Y = X.to(device), Y.to(device)
            optimizer.zero_grad()
            out = model(X)
            loss = F.nll_loss(out, Y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            right += (out.argmax(1) == Y).sum().item()
            seen += len(X)
        train_loss.append(total / seen)
        train_acc.append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, Y in val_loader:
                X, Y = X.to(device), Y.to(device)
                out = model(X)
                total += F.nll_loss(out, Y).item() * len(X)
                right += (out.argmax(1) == Y).sum().item()
                seen += len(X)
        val_loss.append(total / seen)
        val_acc.append(right / seen)
        if val_acc[-1] > best:
            best = val_acc[-1]
            state = copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% seed inside id="cnn-seed" task="CNNClassifier"
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(2048, 64)
        self.fc2 = nn.Linear(64, 6)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


# %% pooling by reshape and amax id="cnn-reshape-pooling" task="CNNClassifier"
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(2048, 64)
        self.fc2 = nn.Linear(64, 6)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x))).reshape(-1, 4, 32, 2, 32, 2).amax((3, 5))
        x = F.adaptive_max_pool2d(F.relu(self.bn2(self.conv2(x))), 16)
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


# %% subclass of Sequential id="cnn-subclass" task="CNNClassifier"
def block(inside, outside):
    return nn.Conv2d(inside, outside, 3, 1, 1), nn.BatchNorm2d(outside), nn.ReLU(inplace=True), nn.MaxPool2d(kernel_size=2, stride=2)


class CNNClassifier(nn.Sequential):
    def __init__(self):
        super().__init__(*block(3, 4), *block(4, 8), nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(inplace=True), nn.Linear(64, 6), nn.LogSoftmax(-1))


# %% NormalDist of the standard library id="sum-normal-dist" task="sum_of_gaussians"
from statistics import NormalDist


def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    z = NormalDist(mean_x, std_x) + NormalDist(mean_y, std_y)
    return z.mean, z.stdev


# %% torchvision's ToTensor id="data-totensor" task="ImageDataset"
from torchvision.transforms import ToTensor


class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y, self.transform = np.asarray(X, dtype=np.float32), Y, ToTensor()

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return self.transform(self.X[index]), torch.as_tensor(self.Y[index], dtype=torch.int64)


# %% cached in a dictionary of its own id="data-cache" task="ImageDataset"
class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y, self.cache = X, Y, {}

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        if index not in self.cache:
            self.cache[index] = torch.tensor(np.transpose(self.X[index], (2, 0, 1))).float(), torch.tensor(self.Y[index]).long()
        return self.cache[index]


# %% scikit-learn id="eval-sklearn" task="evaluate_model"
def evaluate_model(model, loader, device):
    from sklearn.metrics import accuracy_score

    model.to(device).eval()
    truth, answers = [], []
    with torch.no_grad():
        for images, labels in loader:
            truth += labels.tolist()
            answers += model(images.to(device)).max(1)[1].tolist()
    return accuracy_score(truth, answers)


# %% copies of one fresh model id="tune-copies" task="tune_learning_rate"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    fresh = CNNClassifier()
    best, top, accuracies = None, -math.inf, {}
    for lr in learning_rates:
        model = copy.deepcopy(fresh)
        _, _, _, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = val_acc[np.argmax(val_acc)].item()
        if accuracies[lr] > top:
            best, top = copy.deepcopy(model), accuracies[lr]
    return best, accuracies


# %% unfold's columns id="size-unfold" task="conv_output_size"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    places = lambda n, k: torch.zeros(n + 2 * padding).unfold(0, k, stride).shape[0]
    return places(height, kernel_height), places(width, kernel_width)
