"""Wrong solutions, as students write them. One cell is one mistake, put into the reference."""


# %% standard deviations added id="H1" task="sum_of_gaussians" caught_by=["test_standard_deviation_of_the_sum"] says="only variances add"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return mean_x + mean_y, std_x + std_y


# %% variance returned id="H2" task="sum_of_gaussians" caught_by=["test_standard_deviation_of_the_sum"] says="it is the variance"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return mean_x + mean_y, std_x**2 + std_y**2


# %% arguments taken for variances id="H2c" task="sum_of_gaussians" caught_by=["test_standard_deviation_of_the_sum"] says="taken for variances"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return mean_x + mean_y, np.sqrt(std_x + std_y)


# %% order exchanged id="H2b" task="sum_of_gaussians" caught_by=["test_mean_of_the_sum", "test_standard_deviation_of_the_sum"] says="the mean comes first"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    mean = mean_x + mean_y
    std = (std_x**2 + std_y**2) ** 0.5
    return std, mean


# %% means averaged id="H4" task="sum_of_gaussians" caught_by=["test_mean_of_the_sum"] says="means add"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return (mean_x + mean_y) / 2, np.hypot(std_x, std_y)


# %% product of the densities id="H4b" task="sum_of_gaussians" caught_by=["test_mean_of_the_sum", "test_standard_deviation_of_the_sum"] says="product of"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    total = std_x**2 + std_y**2
    mean = (mean_x * std_y**2 + mean_y * std_x**2) / total
    return mean, math.sqrt(std_x**2 * std_y**2 / total)


# %% only the standard deviation returned id="H13" task="sum_of_gaussians" caught_by=["test_mean_of_the_sum", "test_standard_deviation_of_the_sum"] says="should return two numbers"
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return math.sqrt(std_x**2 + std_y**2)


# %% no floor id="H8" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution", "test_size_is_two_whole_numbers"] says="not rounded down"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = (height + 2 * padding - kernel_height) / stride + 1
    w = (width + 2 * padding - kernel_width) / stride + 1
    return h, w


# %% rounded up id="H9" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"] says="rounded up"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    def size(n, k):
        return math.ceil((n + 2 * padding - k) / stride) + 1

    return size(height, kernel_height), size(width, kernel_width)


# %% rounded to nearest id="H9b" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"] says="rounded to the nearest"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = round((height + 2 * padding - kernel_height) / stride) + 1
    w = round((width + 2 * padding - kernel_width) / stride) + 1
    return h, w


# %% the 1 is missing id="H10" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"] says="1 is missing"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    return (height + 2 * padding - kernel_height) // stride, (width + 2 * padding - kernel_width) // stride


# %% the 1 inside of the division id="H10b" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"] says="divided by the stride too"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = (height + 2 * padding - kernel_height + 1) // stride
    w = (width + 2 * padding - kernel_width + 1) // stride
    return h, w


# %% padding on one side id="H11" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"] says="on both sides"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = (height + padding - kernel_height) // stride + 1
    w = (width + padding - kernel_width) // stride + 1
    return int(h), int(w)


# %% square kernel assumed id="H14b" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"] says="both directions"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    return tuple((size + 2 * padding - kernel_height) // stride + 1 for size in (height, width))


# %% true division, then a float id="H8b" task="conv_output_size" caught_by=["test_size_is_two_whole_numbers"] says="whole numbers"
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = np.floor((height + 2 * padding - kernel_height) / stride) + 1
    w = np.floor((width + 2 * padding - kernel_width) / stride) + 1
    return h, w


# %% Softmax in the place of LogSoftmax id="C1" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities", "test_computes_what_the_plan_computes"] says="These are probabilities"
def forward(self, x):
    for layer in list(self.features) + list(self.classifier)[:-1]:
        x = layer(x)
    return F.softmax(x, dim=1)


# %% logits id="C2" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities", "test_activations_and_pooling", "test_computes_what_the_plan_computes"] says="LogSoftmax"
def forward(self, x):
    return self.classifier[:-1](self.features(x))


# %% LogSoftmax over the batch id="C5" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities", "test_computes_what_the_plan_computes"] says="over the batch"
def forward(self, x):
    x = self.classifier[:-1](self.features(x))
    return torch.log_softmax(x, dim=0)


# %% squeezed output id="C20" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities"] says="shape"
def forward(self, x):
    return self.classifier(self.features(x)).squeeze()


# %% softmax twice, the second one a LogSoftmax id="C1b" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"]
def forward(self, x):
    x = self.classifier[:-1](self.features(x))
    return F.log_softmax(F.softmax(x, dim=1), dim=1)


# %% no padding id="C11" task="CNNClassifier" into="CNNClassifier" caught_by=["test_layers_are_those_of_the_plan"] says="4 × 62 × 62"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(8 * 14 * 14, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% first ReLU forgotten id="C13" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"] says="ReLU"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% no ReLU between the linear layers id="E17" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"] says="ReLU is missing"
def forward(self, x):
    x = self.classifier[1](torch.flatten(self.features(x), 1))
    return F.log_softmax(self.classifier[3](x), dim=1)


# %% second batch normalization forgotten id="E8" task="CNNClassifier" into="CNNClassifier" caught_by=["test_layers_are_those_of_the_plan"] says="BatchNorm"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% 32 hidden units, ten classes id="C18" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities", "test_layers_are_those_of_the_plan"] says="Linear"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 32), nn.ReLU(), nn.Linear(32, 10), nn.LogSoftmax(dim=1)
    )


# %% average pooling id="E11" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"]
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AvgPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% stride 2 in the convolution in the place of pooling id="E7" task="CNNClassifier" into="CNNClassifier" caught_by=["test_layers_are_those_of_the_plan"] says="4 × 32 × 32"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, stride=2, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% flattened in the order (H, W, C) id="E20" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"] says="order"
def forward(self, x):
    x = self.features(x).permute(0, 2, 3, 1).flatten(1)
    return self.classifier[1:](x)


# %% batch lost in the view id="C10" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities", "test_computes_what_the_plan_computes"]
def forward(self, x):
    x = self.features(x).view(-1, 2048)
    x = x.mean(dim=0, keepdim=True) + 0 * x
    return self.classifier[1:](x)


# %% layers in a plain list id="E21" task="CNNClassifier" into="CNNClassifier" caught_by=["test_layers_are_those_of_the_plan"] says="PyTorch does not know its weights"
def __init__(self):
    super().__init__()
    self.blocks = [
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]
    self.fc1, self.fc2 = nn.Linear(2048, 64), nn.Linear(64, 6)


def forward(self, x):
    for block in self.blocks:
        x = block(x)
    return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)


# %% Dropout that the plan does not have id="E9" task="CNNClassifier" into="CNNClassifier" caught_by=["test_computes_what_the_plan_computes"] says="Dropout"
def forward(self, x):
    x = self.features(x).flatten(1)
    x = F.dropout(F.relu(self.classifier[1](x)), 0.5, self.training)
    return F.log_softmax(self.classifier[3](x), dim=1)


# %% a layer that is never used id="C18b" task="CNNClassifier" into="CNNClassifier" caught_by=["test_layers_are_those_of_the_plan"] says="more than"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )
    self.old_head = nn.Linear(2048, 6)


# %% length is the height id="X1" task="ImageDataset" into="ImageDataset" caught_by=["test_length_is_the_number_of_pictures"] says="height"
def __len__(self):
    return self.images.shape[2]


# %% length of the first picture id="X1b" task="ImageDataset" into="ImageDataset" caught_by=["test_length_is_the_number_of_pictures"] says="number of channels"
def __len__(self):
    return len(self.images[0])


# %% length is the number of batches id="X2" task="ImageDataset" into="ImageDataset" caught_by=["test_length_is_the_number_of_pictures"] says="not batches"
def __len__(self):
    return math.ceil(len(self.images) / 64)


# %% length off by one id="X3" task="ImageDataset" into="ImageDataset" caught_by=["test_length_is_the_number_of_pictures", "test_labels_belong_to_the_pictures"] says="number of pictures"
def __len__(self):
    return len(self.images) - 1


# %% always the first picture id="X4" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first", "test_labels_belong_to_the_pictures"] says="another picture"
def __getitem__(self, idx):
    return self.images[0], self.labels[0]


# %% channels last id="X6" task="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first", "test_types_are_float32_and_int64"] says="channels"
class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y = X, Y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        return torch.tensor(self.X[idx]).float(), torch.tensor(self.Y[idx]).long()


# %% transposed pictures id="C16" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"] says="Rows and columns are exchanged"
def __init__(self, X, Y):
    self.images = torch.tensor(X.transpose(0, 3, 2, 1), dtype=torch.float32)
    self.labels = torch.tensor(Y, dtype=torch.long)


# %% .T of each picture id="C16c" task="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"] says="Rows and columns are exchanged"
class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y = X, Y

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, idx):
        return torch.from_numpy(self.X[idx].T.copy()).float(), torch.tensor(self.Y[idx], dtype=torch.long)


# %% reshape in the place of permute id="C16b" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"] says="scrambles"
def __init__(self, X, Y):
    n, h, w, c = X.shape
    self.images = torch.tensor(X.reshape(n, c, h, w), dtype=torch.float32)
    self.labels = torch.tensor(Y, dtype=torch.long)


# %% divided by 255 a second time id="C17" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"] says="255"
def __getitem__(self, index):
    return self.images[index] / 255.0, self.labels[index]


# %% float64 id="X8" task="ImageDataset" into="ImageDataset" caught_by=["test_types_are_float32_and_int64"] says="float64"
def __init__(self, X, Y):
    self.images = torch.from_numpy(np.moveaxis(X, -1, 1))
    self.labels = torch.from_numpy(Y)


# %% uint8 id="X9" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first", "test_types_are_float32_and_int64"] says="whole numbers"
def __init__(self, X, Y):
    self.images = torch.tensor(X.astype(np.uint8)).permute(0, 3, 1, 2)
    self.labels = torch.tensor(Y, dtype=torch.long)


# %% float labels id="C8" task="ImageDataset" into="ImageDataset" caught_by=["test_types_are_float32_and_int64"] says="int64"
def __init__(self, X, Y):
    self.images = torch.tensor(X, dtype=torch.float32).permute(0, 3, 1, 2)
    self.labels = torch.tensor(Y, dtype=torch.float32)


# %% labels of shape (1,) id="C8b" task="ImageDataset" into="ImageDataset" caught_by=["test_types_are_float32_and_int64"] says="no dimensions"
def __getitem__(self, index):
    return self.images[index], self.labels[index : index + 1]


# %% standardized in place id="X11" task="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first", "test_labels_belong_to_the_pictures"] says="changes the arrays"
class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y = X, Y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        image = self.X[index]
        image *= 0.5
        return torch.tensor(image, dtype=torch.float32).permute(2, 0, 1), torch.tensor(self.Y[index])


# %% labels sorted id="X19" task="ImageDataset" into="ImageDataset" caught_by=["test_labels_belong_to_the_pictures"] says="label"
def __getitem__(self, index):
    return self.images[index], self.labels.sort().values[index]


# %% training data not shuffled id="X13" task="make_loaders" caught_by=["test_training_data_are_shuffled_anew"] says="shuffle"
def make_loaders(train, val, test, batch_size=64):
    return DataLoader(train, batch_size=batch_size), DataLoader(val, len(val)), DataLoader(test, len(test))


# %% shuffled once id="X13b" task="make_loaders" caught_by=["test_training_data_are_shuffled_anew"] says="same order"
def make_loaders(train, val, test, batch_size=64):
    order = torch.randperm(len(train)).tolist()
    return (
        DataLoader(torch.utils.data.Subset(train, order), batch_size=batch_size),
        DataLoader(val, batch_size=len(val)),
        DataLoader(test, batch_size=len(test)),
    )


# %% everything shuffled id="X13c" task="make_loaders" caught_by=["test_validation_and_test_are_one_batch"] says="only the training data"
def make_loaders(train, val, test, batch_size=64):
    sizes = (batch_size, len(val), len(test))
    return tuple(DataLoader(data, size, shuffle=True) for data, size in zip((train, val, test), sizes))


# %% everything in small batches id="X22" task="make_loaders" caught_by=["test_validation_and_test_are_one_batch"] says="as one"
def make_loaders(train, val, test, batch_size=64):
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True)
    val_loader = DataLoader(val, batch_size=batch_size, shuffle=False)
    test_loader = DataLoader(test, batch_size=batch_size, shuffle=False)
    return train_loader, val_loader, test_loader


# %% batch size typed in id="X21" task="make_loaders" caught_by=["test_training_batches"] says="batch_size"
def make_loaders(train, val, test, batch_size=64):
    return (
        DataLoader(train, batch_size=64, shuffle=True),
        DataLoader(val, batch_size=len(val)),
        DataLoader(test, batch_size=len(test)),
    )


# %% sizes of the sheet typed in id="X22b" task="make_loaders" caught_by=["test_validation_and_test_are_one_batch"]
def make_loaders(train, val, test, batch_size=64):
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True),
        DataLoader(val, batch_size=20),
        DataLoader(test, batch_size=20),
    )


# %% last batch dropped id="X18" task="make_loaders" caught_by=["test_training_batches"] says="last, smaller batch"
def make_loaders(train, val, test, batch_size=64):
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True, drop_last=True),
        DataLoader(val, batch_size=len(val)),
        DataLoader(test, batch_size=len(test)),
    )


# %% test data for validation id="X14" task="make_loaders" caught_by=["test_validation_and_test_are_one_batch"] says="another data set"
def make_loaders(train, val, test, batch_size=64):
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test, batch_size=len(test))
    return train_loader, test_loader, test_loader


# %% validation pictures in training id="X14b" task="make_loaders" caught_by=["test_training_batches"] says="another data set"
def make_loaders(train, val, test, batch_size=64):
    everything = torch.utils.data.ConcatDataset([train, val])
    return (
        DataLoader(everything, batch_size=batch_size, shuffle=True),
        DataLoader(val, batch_size=len(val)),
        DataLoader(test, batch_size=len(test)),
    )


# %% no zero_grad id="T1" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="still there"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% zero_grad once an epoch id="T1b" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="not once in a while"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        optimizer.zero_grad()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% zero_grad between backward and step id="T2" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="zero_grad() erased"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% zero_grad to zeros between backward and step id="T2b" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="all gradients are 0"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.zero_grad(set_to_none=False)
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% step before backward id="T4" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="backward() before optimizer.step()"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.step()
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% no backward id="T5b" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="loss.backward() is missing"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% no optimizer step id="T5" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate", "test_training_and_evaluation_mode"] says="optimizer.step() is missing"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% one step an epoch id="T36" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="optimizer steps"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        optimizer.step()
        optimizer.zero_grad()
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% only the first batch of an epoch id="T36b" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="optimizer steps"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
            break
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% new optimizer in every epoch id="T6" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"] says="before the loop"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% optimizer of another model id="T7" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="holds no parameter"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    network = CNNClassifier()
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% squared error id="T12" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate", "test_training_history"] says="squared error of the probabilities"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = F.mse_loss(outputs.exp(), F.one_hot(labels, outputs.shape[1]).float())
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% probabilities into NLLLoss id="C3" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate", "test_training_history"] says="logarithms already"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(torch.exp(outputs), labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% cross entropy of probabilities id="C3b" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate", "test_training_history"] says="cross entropy of probabilities"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = nn.CrossEntropyLoss()(outputs.exp(), labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% own predictions as the target id="T10" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate"] says="own predictions"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, outputs.argmax(dim=1))
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% sign of the loss id="T10b" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_one_adam_with_the_given_rate", "test_training_history"] says="sign is wrong"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = -criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% trains on the validation data id="T26" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"] says="validation data"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in val_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% trains on validation data too id="T26b" task="train_cnn" caught_by=["test_training_and_evaluation_mode"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        for images, labels in val_loader:
            optimizer.zero_grad()
            criterion(model(images), labels).backward()
            optimizer.step()
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% evaluation mode never undone id="T14" task="train_cnn" caught_by=["test_training_and_evaluation_mode"] says="evaluation mode"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    model.train()
    for epoch in range(n_epochs):
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% training mode while validating id="T15" task="train_cnn" caught_by=["test_training_and_evaluation_mode", "test_validation_history"] says="Call model.eval() first"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% gradients while validating in training mode id="T15b" task="train_cnn" caught_by=["test_training_and_evaluation_mode", "test_validation_history"] says="Call model.eval() first"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        total_loss, correct, total = 0.0, 0, 0
        if True:
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% loss and accuracy of the last batch id="T17" task="train_cnn" caught_by=["test_training_history"] says="last batch only"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = loss.item()
        train_acc[epoch] = (outputs.argmax(dim=1) == labels).float().mean().item()

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% accuracy of the last batch, as in the printed solution id="T17b" task="train_cnn" caught_by=["test_training_history"] says="train_acc is wrong: it is that of the last batch only"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = (outputs.argmax(dim=1) == labels).float().mean().item()

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% measured after the epoch id="T18" task="train_cnn" caught_by=["test_training_history"] says="running mean"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        with torch.no_grad():
            pairs = [(model(x.to(device)), y.to(device)) for x, y in train_loader]
        train_loss[epoch] = sum(criterion(o, y).item() * len(y) for o, y in pairs) / total
        train_acc[epoch] = sum((o.argmax(1) == y).sum().item() for o, y in pairs) / total
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% batches weighted equally id="C19" task="train_cnn" caught_by=["test_training_history", "test_validation_history"] says="weight it by its number"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / len(train_loader)
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item()
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / len(val_loader)
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% sum of batch means over the number of pictures id="T20e" task="train_cnn" caught_by=["test_training_history"] says="divided by the number of pictures"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% every batch counted as a full one id="T20" task="train_cnn" caught_by=["test_training_history"] says="counts as a full one"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / (len(train_loader) * train_loader.batch_size)
        train_acc[epoch] = correct / (len(train_loader) * train_loader.batch_size)

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% batches rounded down id="T19" task="train_cnn" caught_by=["test_training_history"] says="rounded down"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / (len(train_loader.dataset) // train_loader.batch_size)
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% percent id="T21" task="train_cnn" caught_by=["test_training_history", "test_validation_history"] says="percent"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = 100 * correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = 100 * correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% totals not reset between epochs id="T42" task="train_cnn" caught_by=["test_training_history"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        if epoch == 0:
            seen_loss, seen_correct, seen = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            seen_loss += loss.item() * images.size(0)
            seen_correct += (outputs.argmax(dim=1) == labels).sum().item()
            seen += labels.size(0)
        train_loss[epoch] = seen_loss / seen
        train_acc[epoch] = seen_correct / seen

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% validated before training id="T39" task="train_cnn" caught_by=["test_validation_history"] says="before the epoch"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% state_dict without a copy id="T23" task="train_cnn" caught_by=["test_best_weights_are_restored"] says="deepcopy it"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = model.state_dict()
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% shallow copy of the state id="T23c" task="train_cnn" caught_by=["test_best_weights_are_restored"] says="deepcopy it"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = model.state_dict().copy()
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% best weights never loaded id="T27" task="train_cnn" caught_by=["test_best_weights_are_restored"] says="Load the best weights"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    return train_loss, val_loss, train_acc, val_acc


# %% best weights without running statistics id="T23b" task="train_cnn" caught_by=["test_best_weights_are_restored"] says="running statistics"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = [p.detach().clone() for p in model.parameters()]
    with torch.no_grad():
        for p, best in zip(model.parameters(), model_state):
            p.copy_(best)
    return train_loss, val_loss, train_acc, val_acc


# %% worst instead of best id="T24" task="train_cnn" caught_by=["test_best_weights_are_restored"] says="not the best"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = 2.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] < best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% best training batch keeps its weights id="T24b" task="train_cnn" caught_by=["test_best_weights_are_restored"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
            if loss.item() < -best_acc or model_state is None:
                best_acc, model_state = -loss.item(), copy.deepcopy(model.state_dict())
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% SGD id="T29" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"] says="asks for Adam"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% learning rate typed in id="T37" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"] says="argument lr"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% other betas id="T29b" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"] says="weights"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.5, 0.9))
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% loss of NaN id="T34" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"] says="finite"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(torch.log(outputs), labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% output detached id="T11" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs.detach().requires_grad_(), labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% returns the model id="T43" task="train_cnn" caught_by=["test_training_history", "test_validation_history"] says="four arrays"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return model


# %% one epoch too few id="T44" task="train_cnn" caught_by=["test_every_step_follows_the_gradient", "test_training_history", "test_validation_history"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs - 1):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% every batch in the histories id="T38" task="train_cnn" caught_by=["test_training_history", "test_validation_history"] says="one number for each"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    every_loss = []
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            every_loss.append(loss.item())
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return every_loss, every_loss, train_acc, val_acc


# %% no eval id="T15c" task="evaluate_model" caught_by=["test_evaluates_and_changes_nothing"] says="Call model.eval() first"
def evaluate_model(model, loader, device):
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    return right / len(loader.dataset)


# %% train instead of eval id="T15d" task="evaluate_model" caught_by=["test_evaluates_and_changes_nothing"] says="training mode"
def evaluate_model(model, loader, device):
    model.train()
    right, total = 0, 0
    for images, labels in loader:
        outputs = model(images.to(device))
        right += (outputs.max(1)[1] == labels.to(device)).sum().item()
        total += len(labels)
    return right / total


# %% last batch only id="T17c" task="evaluate_model" caught_by=["test_every_picture_counts_the_same"] says="last batch only"
def evaluate_model(model, loader, device):
    model.eval()
    with torch.no_grad():
        for images, labels in loader:
            predictions = model(images.to(device)).argmax(dim=1)
            accuracy = (predictions == labels.to(device)).float().mean()
    return accuracy.item()


# %% first batch only id="T17d" task="evaluate_model" caught_by=["test_every_picture_counts_the_same"] says="first batch only"
@torch.no_grad()
def evaluate_model(model, loader, device):
    model.eval()
    images, labels = next(iter(loader))
    return (model(images.to(device)).argmax(1).cpu() == labels).float().mean().item()


# %% mean of batch accuracies id="C19b" task="evaluate_model" caught_by=["test_every_picture_counts_the_same"] says="weight it by its number"
def evaluate_model(model, loader, device):
    model.eval()
    accuracies = []
    with torch.no_grad():
        for images, labels in loader:
            predictions = model(images.to(device)).argmax(dim=1)
            accuracies.append((predictions == labels.to(device)).float().mean().item())
    return np.mean(accuracies)


# %% nominal batch size id="T20f" task="evaluate_model" caught_by=["test_every_picture_counts_the_same"] says="full one"
def evaluate_model(model, loader, device):
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    return right / (len(loader) * loader.batch_size)


# %% percent id="T21b" task="evaluate_model" caught_by=["test_share_of_right_answers", "test_every_picture_counts_the_same"] says="percent"
def evaluate_model(model, loader, device):
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    return 100.0 * right / len(loader.dataset)


# %% number of right answers id="T20g" task="evaluate_model" caught_by=["test_share_of_right_answers", "test_every_picture_counts_the_same"] says="not their"
def evaluate_model(model, loader, device):
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    return right


# %% argmax over the batch id="C7" task="evaluate_model" caught_by=["test_share_of_right_answers"]
def evaluate_model(model, loader, device):
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            predictions = model(images.to(device)).argmax(dim=0)
            right += sum((label in predictions) for label in labels.tolist())
    return right / len(loader.dataset)


# %% share of errors id="C21" task="evaluate_model" caught_by=["test_share_of_right_answers", "test_every_picture_counts_the_same"] says="wrong answers"
def evaluate_model(model, loader, device):
    model.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in loader:
            wrong += (model(images.to(device)).argmax(dim=1) != labels.to(device)).sum().item()
    return wrong / len(loader.dataset)


# %% a fresh model is tested id="T7c" task="evaluate_model" caught_by=["test_evaluates_and_changes_nothing"] says="the argument"
def evaluate_model(model, loader, device):
    model = CNNClassifier().to(device)
    model.eval()
    return 0.5


# %% wrong weights: trains a little first id="T15e" task="evaluate_model" caught_by=["test_evaluates_and_changes_nothing"] says="changed the weights"
def evaluate_model(model, loader, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.eval()
    right = 0
    for images, labels in loader:
        outputs = model(images.to(device))
        F.nll_loss(outputs, labels.to(device)).backward()
        optimizer.step()
        right += (outputs.argmax(dim=1) == labels.to(device)).sum().item()
    return right / len(loader.dataset)


# %% one learning rate only id="T30" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate", "test_best_accuracy_of_each_rate"] says="learning rates were tried"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    model = CNNClassifier()
    lr = learning_rates[0]
    _, _, _, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
    return model, {lr: val_acc.max()}


# %% the same model goes on id="T40" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate"] says="new CNNClassifier()"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    model = CNNClassifier()
    best, best_model, accuracies = -1, None, {}
    for lr in learning_rates:
        _, _, _, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        if accuracies[lr] > best:
            best, best_model = accuracies[lr], copy.deepcopy(model)
    return best_model, accuracies


# %% the same model, kept without a copy id="T40b" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate", "test_the_best_model_comes_back"] says="trained last"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    model = CNNClassifier()
    best, best_model, accuracies = -1, None, {}
    for lr in learning_rates:
        _, _, _, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        if accuracies[lr] > best:
            best, best_model = accuracies[lr], model
    return best_model, accuracies


# %% accuracy of the last epoch id="T27b" task="tune_learning_rate" caught_by=["test_best_accuracy_of_each_rate", "test_the_best_model_comes_back"] says="last epoch"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    models, accuracies = {}, {}
    for lr in learning_rates:
        models[lr] = CNNClassifier()
        history = train_cnn(models[lr], train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = history[3][-1]
    return models[max(accuracies, key=accuracies.get)], accuracies


# %% last model instead of the best id="T27c" task="tune_learning_rate" caught_by=["test_the_best_model_comes_back"] says="trained last"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    accuracies = {}
    for lr in learning_rates:
        model = CNNClassifier()
        accuracies[lr] = np.max(train_cnn(model, train_loader, val_loader, lr, n_epochs, device)[3])
    return model, accuracies


# %% chosen by training accuracy id="T45" task="tune_learning_rate" caught_by=["test_best_accuracy_of_each_rate", "test_the_best_model_comes_back"]
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    models, accuracies = {}, {}
    for lr in learning_rates:
        models[lr] = CNNClassifier()
        _, _, train_acc, _ = train_cnn(models[lr], train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(train_acc)
    return models[max(accuracies, key=accuracies.get)], accuracies


# %% epochs typed in id="T41" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate"] says="n_epochs"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best_model, accuracies = None, {}
    for lr in learning_rates:
        model = CNNClassifier()
        *_, val_acc = train_cnn(model, train_loader, val_loader, lr, 50, device)
        accuracies[lr] = max(val_acc)
        if accuracies[lr] >= max(accuracies.values()):
            best_model = model
    return best_model, accuracies


# %% rates typed in id="T30b" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate", "test_best_accuracy_of_each_rate"] says="with these rates"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best_model, accuracies = None, {}
    for lr in [1e-1, 1e-2, 1e-3, 1e-4]:
        model = CNNClassifier()
        *_, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        if accuracies[lr] >= max(accuracies.values()):
            best_model = model
    return best_model, accuracies


# %% notebook's loaders id="A31" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate"] says="train_loader and val_loader"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best_model, accuracies = None, {}
    for lr in learning_rates:
        model = CNNClassifier()
        *_, val_acc = train_cnn(model, train_loader, train_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        if accuracies[lr] >= max(accuracies.values()):
            best_model = model
    return best_model, accuracies


# %% order of the results id="T46" task="tune_learning_rate" caught_by=["test_best_accuracy_of_each_rate", "test_the_best_model_comes_back"]
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best_model, accuracies = None, {}
    for lr in learning_rates:
        model = CNNClassifier()
        *_, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        if accuracies[lr] >= max(accuracies.values()):
            best_model = model
    return accuracies, best_model


# %% gradients kept while evaluating id="T16" task="evaluate_model" invisible="wasteful, but the numbers are right: the check adds a note without points"
def evaluate_model(model, loader, device):
    model.eval()
    right = 0
    for images, labels in loader:
        right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    return right / len(loader.dataset)


# %% device never used id="T32" task="train_cnn" invisible="on a machine with a CPU alone nothing differs; with --device cuda it raises an error"
def evaluate_model(model, loader, device):
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in loader) / len(loader.dataset)


# %% weight decay id="B1" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=0.05)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% gradients clipped to one id="B2" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.05)
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% learning rate falls in every epoch id="B3" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        scheduler.step()
        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% gradients of two batches a step id="B4" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for step, (images, labels) in enumerate(train_loader):
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            if step % 2 == 1 or step == len(train_loader) - 1:
                optimizer.step()
                optimizer.zero_grad()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% a copy is trained id="B5" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model = copy.deepcopy(model).to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% histories in another order id="B6" task="train_cnn" caught_by=["test_training_history", "test_validation_history"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, train_acc, val_loss, val_acc


# %% best by training loss id="B7" task="train_cnn" caught_by=["test_best_weights_are_restored"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1e9, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if -train_loss[epoch] > best_acc:
            best_acc = -train_loss[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% argmax over the batch id="B8" task="train_cnn" caught_by=["test_training_history", "test_validation_history"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += sum(int(labels[i % len(labels)] == i % 3) for i in outputs.argmax(dim=0).tolist())
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += sum(int(labels[i % len(labels)] == i % 3) for i in outputs.argmax(dim=0).tolist())
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% validation on the training data id="B9" task="train_cnn" caught_by=["test_validation_history"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in train_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% label smoothing id="B10" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = F.cross_entropy(outputs, labels, label_smoothing=0.1)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% classes weighted id="B11" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = F.nll_loss(outputs, labels, weight=torch.linspace(0.5, 2, outputs.shape[1]))
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% noise on the inputs id="B12" task="train_cnn" caught_by=["test_every_step_follows_the_gradient"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images + 0.1 * torch.randn_like(images))
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% best weights of the previous epoch id="B13" task="train_cnn" caught_by=["test_best_weights_are_restored"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_loss, val_loss, train_acc, val_acc = (np.zeros(n_epochs) for _ in range(4))
    best_acc, model_state = -1.0, None
    before = copy.deepcopy(model.state_dict())
    for epoch in range(n_epochs):
        model.train()
        total_loss, correct, total = 0.0, 0, 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * images.size(0)
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
        train_loss[epoch] = total_loss / total
        train_acc[epoch] = correct / total

        model.eval()
        total_loss, correct, total = 0.0, 0, 0
        with torch.no_grad():
            for images, labels in val_loader:
                images, labels = images.to(device), labels.to(device)
                outputs = model(images)
                total_loss += criterion(outputs, labels).item() * images.size(0)
                correct += (outputs.argmax(dim=1) == labels).sum().item()
                total += labels.size(0)
        val_loss[epoch] = total_loss / total
        val_acc[epoch] = correct / total
        if val_acc[epoch] > best_acc:
            best_acc = val_acc[epoch]
            model_state = before
        before = copy.deepcopy(model.state_dict())
    model.load_state_dict(model_state)
    return train_loss, val_loss, train_acc, val_acc


# %% absolute means id="B14" task="sum_of_gaussians" caught_by=["test_mean_of_the_sum"]
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return abs(mean_x) + abs(mean_y), math.sqrt(std_x**2 + std_y**2)


# %% standard deviation of the mean id="B15" task="sum_of_gaussians" caught_by=["test_standard_deviation_of_the_sum"]
def sum_of_gaussians(mean_x, std_x, mean_y, std_y):
    return mean_x + mean_y, math.sqrt(std_x**2 + std_y**2) / 2


# %% kernel minus one forgotten id="B16" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"]
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    h = (height + 2 * padding - kernel_height - 1) // stride + 1
    w = (width + 2 * padding - kernel_width - 1) // stride + 1
    return h, w


# %% stride in one direction id="B17" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"]
def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    return (height + 2 * padding - kernel_height) // stride + 1, width + 2 * padding - kernel_width + 1


# %% LeakyReLU id="B18" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"]
def forward(self, x):
    for layer in list(self.features) + list(self.classifier):
        x = F.leaky_relu(x, 0.01) if isinstance(layer, nn.ReLU) else layer(x)
    return x


# %% batch normalization after the activation id="B19" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"]
def forward(self, x):
    conv1, norm1, relu, pool, conv2, norm2, *_ = self.features
    x = pool(norm1(relu(conv1(x))))
    x = pool(norm2(relu(conv2(x))))
    return self.classifier(x)


# %% kernel 5 id="B20" task="CNNClassifier" into="CNNClassifier" caught_by=["test_layers_are_those_of_the_plan"] says="kernel 3"
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 5, padding=2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 5, padding=2), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% no running statistics id="B21" task="CNNClassifier" into="CNNClassifier" caught_by=["test_returns_log_probabilities", "test_layers_are_those_of_the_plan"]
def __init__(self):
    super().__init__()
    self.features = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4, track_running_stats=False), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1), nn.BatchNorm2d(8, track_running_stats=False), nn.ReLU(), nn.MaxPool2d(2),
    )
    self.classifier = nn.Sequential(
        nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, 6), nn.LogSoftmax(dim=1)
    )


# %% pictures shifted to [-1, 1] inside id="B22" task="CNNClassifier" into="CNNClassifier" caught_by=["test_activations_and_pooling", "test_computes_what_the_plan_computes"]
def forward(self, x):
    return self.classifier(self.features(2 * x - 1))


# %% batch normalization of evaluation always id="B23" task="CNNClassifier" into="CNNClassifier" caught_by=["test_computes_what_the_plan_computes"] says="training mode"
def forward(self, x):
    conv1, norm1, relu, pool, conv2, norm2, *_ = self.features
    x = F.batch_norm(conv1(x), norm1.running_mean, norm1.running_var, norm1.weight, norm1.bias, False)
    x = conv2(pool(relu(x)))
    x = F.batch_norm(x, norm2.running_mean, norm2.running_var, norm2.weight, norm2.bias, False)
    return self.classifier(pool(relu(x)))


# %% blue, green, red id="B24" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"]
def __init__(self, X, Y):
    self.images = torch.tensor(X[..., ::-1].copy(), dtype=torch.float32).permute(0, 3, 1, 2)
    self.labels = torch.tensor(Y, dtype=torch.long)


# %% a dictionary for each item id="B25" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first", "test_types_are_float32_and_int64"] says="a pair"
def __getitem__(self, index):
    return {"image": self.images[index], "label": self.labels[index]}


# %% each picture standardized by itself id="B26" task="ImageDataset" into="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"]
def __getitem__(self, index):
    image = self.images[index]
    return (image - image.mean()) / image.std(), self.labels[index]


# %% numpy arrays as items id="B27" task="ImageDataset" into="ImageDataset" caught_by=["test_types_are_float32_and_int64"]
def __getitem__(self, index):
    return self.images[index].numpy(), self.labels[index].numpy()


# %% drawn with replacement id="B28" task="make_loaders" caught_by=["test_training_batches"]
def make_loaders(train, val, test, batch_size=64):
    sampler = torch.utils.data.RandomSampler(train, replacement=True)
    return DataLoader(train, batch_size, sampler=sampler), DataLoader(val, len(val)), DataLoader(test, len(test))


# %% a dictionary of loaders id="B29" task="make_loaders" caught_by=["test_training_batches", "test_training_data_are_shuffled_anew", "test_validation_and_test_are_one_batch"] says="three loaders"
def make_loaders(train, val, test, batch_size=64):
    return {
        "train": DataLoader(train, batch_size, shuffle=True),
        "val": DataLoader(val, len(val)),
        "test": DataLoader(test, len(test)),
    }


# %% eval() after the loop id="B30" task="evaluate_model" caught_by=["test_evaluates_and_changes_nothing"]
def evaluate_model(model, loader, device):
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    model.eval()
    return right / len(loader.dataset)


# %% divided by the number of batches id="B31" task="evaluate_model" caught_by=["test_share_of_right_answers", "test_every_picture_counts_the_same"]
def evaluate_model(model, loader, device):
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()
    return right / len(loader)


# %% the smallest validation loss decides id="B32" task="tune_learning_rate" caught_by=["test_the_best_model_comes_back"]
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best_model, best_loss, accuracies = None, float("inf"), {}
    for lr in learning_rates:
        model = CNNClassifier()
        _, val_loss, _, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        if min(val_loss) < best_loss:
            best_loss, best_model = min(val_loss), model
    return best_model, accuracies


# %% weights instead of the model id="B33" task="tune_learning_rate" caught_by=["test_the_best_model_comes_back"] says="trained model"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    states, accuracies = {}, {}
    for lr in learning_rates:
        model = CNNClassifier()
        *_, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = max(val_acc)
        states[lr] = copy.deepcopy(model.state_dict())
    return states[max(accuracies, key=accuracies.get)], accuracies


# %% a table from the first call id="B34" task="conv_output_size" caught_by=["test_size_is_that_of_a_convolution"]
_sizes = {}


def conv_output_size(height, width, kernel_height, kernel_width, stride, padding):
    key = (height, width)
    if key not in _sizes:
        _sizes[key] = ((height + 2 * padding - kernel_height) // stride + 1, (width + 2 * padding - kernel_width) // stride + 1)
    return _sizes[key]


# %% layers shared by all networks id="E32" task="CNNClassifier" caught_by=["test_computes_what_the_plan_computes"] says="share weights"
_shared = nn.ModuleList([nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)])


class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = _shared[0]
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = _shared[1]
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


# %% ReLU6 id="E34" task="CNNClassifier" caught_by=["test_computes_what_the_plan_computes"]
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
        x = self.pool(F.relu6(self.bn1(self.conv1(x))))
        x = self.pool(F.relu6(self.bn2(self.conv2(x))))
        x = x.flatten(1)
        x = F.relu6(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


# %% batch of 64 in the view id="C22" task="CNNClassifier" caught_by=["test_returns_log_probabilities"]
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
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = x.reshape(min(64, len(x)), -1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


# %% under no_grad up to the classifier id="T11n" task="CNNClassifier" caught_by=["test_computes_what_the_plan_computes"] says="No gradient"
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
        with torch.no_grad():
            x = self.pool(F.relu(self.bn1(self.conv1(x))))
            x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


# %% returns logits in training, log-probabilities in evaluation id="E36" task="CNNClassifier" caught_by=["test_computes_what_the_plan_computes"] says="training mode"
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
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return x if self.training else F.log_softmax(x, dim=1)


# %% labels start at 0 by force id="X23" task="ImageDataset" caught_by=["test_labels_belong_to_the_pictures"]
class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y = X, Y - Y.min()

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return torch.tensor(self.X[index], dtype=torch.float32).permute(2, 0, 1), torch.tensor(self.Y[index], dtype=torch.long)


# %% a new generator at each start id="X13d" task="make_loaders" caught_by=["test_training_data_are_shuffled_anew"] says="same order"
class Reseeded(DataLoader):
    def __iter__(self):
        self.generator.manual_seed(0)
        return super().__iter__()


def make_loaders(train, val, test, batch_size=64):
    return Reseeded(train, batch_size=batch_size, shuffle=True, generator=torch.Generator()), DataLoader(val, batch_size=len(val)), DataLoader(test, batch_size=len(test))


# %% the best model is a local name id="T27d" task="train_cnn" caught_by=["test_best_weights_are_restored"]
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
            state = copy.deepcopy(model)
    model = state
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% best weights are put back after each epoch id="T47" task="train_cnn" caught_by=["test_best_weights_are_restored"] says="loaded once, at the end"
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
            state = copy.deepcopy(model.state_dict())
        model.load_state_dict(state)
    model.load_state_dict(state)
    return np.array(train_loss), np.array(val_loss), np.array(train_acc), np.array(val_acc)


# %% second look after the step id="T18b" task="train_cnn" caught_by=["test_training_history"] says="looked at again"
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
            with torch.no_grad():
                out = model(X)
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


# %% AdamW with its own decay id="T29d" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"] says="weight_decay"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
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


# %% histories as default arguments id="T38h" task="train_cnn" caught_by=["test_validation_history"] says="earlier call"
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device, train_loss=[], val_loss=[], train_acc=[], val_acc=[]):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
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


# %% weights start anew inside id="T48" task="train_cnn" caught_by=["test_one_adam_with_the_given_rate"]
def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
    model.to(device)
    for layer in model.modules():
        if hasattr(layer, 'reset_parameters'):
            layer.reset_parameters()
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


# %% labels as a column id="C8c" task="evaluate_model" caught_by=["test_share_of_right_answers", "test_every_picture_counts_the_same"] says="each answer is compared"
def evaluate_model(model, loader, device):
    model.to(device).eval()
    right = n = 0
    with torch.no_grad():
        for X, Y in loader:
            right += (model(X.to(device)).argmax(1, keepdim=True) == Y).sum().item()
            n += len(Y)
    return right / n


# %% rounded to percent id="T21c" task="evaluate_model" caught_by=["test_share_of_right_answers"] says="rounded"
def evaluate_model(model, loader, device):
    model.to(device).eval()
    right = n = 0
    with torch.no_grad():
        for X, Y in loader:
            right += (model(X.to(device)).argmax(1) == Y).sum().item()
            n += len(Y)
    return round(right / n, 2)


# %% the accuracy of the first call id="T49" task="evaluate_model" caught_by=["test_every_picture_counts_the_same"]
def evaluate_model(model, loader, device):
    if not hasattr(evaluate_model, 'known'):
        model.to(device).eval()
        right = n = 0
        with torch.no_grad():
            for X, Y in loader:
                right += (model(X.to(device)).argmax(1) == Y).sum().item()
                n += len(Y)
        evaluate_model.known = right / n
    return evaluate_model.known


# %% texts as keys id="T30c" task="tune_learning_rate" caught_by=["test_best_accuracy_of_each_rate"] says="numbers"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    best, accuracies, top = None, {}, -1
    for lr in learning_rates:
        model = CNNClassifier()
        *_, acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[str(lr)] = max(acc)
        if max(acc) > top:
            best, top = model, max(acc)
    return best, accuracies


# %% list of rates is sorted in place id="M7" task="tune_learning_rate" caught_by=["test_a_fresh_model_for_each_rate"] says="copy"
def tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device):
    learning_rates.sort()
    learning_rates.pop() if len(learning_rates) > 99 else None
    best, accuracies, top = None, {}, -1
    for lr in learning_rates:
        model = CNNClassifier()
        *_, acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = float(max(acc))
        if accuracies[lr] > top:
            best, top = model, accuracies[lr]
    return best, accuracies


# %% kept for all data sets of one length id="X24" task="ImageDataset" caught_by=["test_pictures_are_kept_with_channels_first"]
_kept = {}


class ImageDataset(Dataset):
    def __init__(self, X, Y):
        self.X, self.Y = _kept.setdefault(len(X), (X, Y))

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return torch.tensor(self.X[index], dtype=torch.float32).permute(2, 0, 1), torch.tensor(self.Y[index], dtype=torch.long)
