"""What students get wrong: each cell is one wrong solution, put into the reference, and names the checks that catch it."""

# --- the autoencoder ---------------------------------------------------------------------------------------------------

# %% code larger than allowed id="E7" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"] says="at most 288"
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1))
    self.decoder = nn.Sequential(
        nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()
    )

# %% pooling with stride 1 id="E7b" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"] says="at most 288"
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2, stride=1), nn.Conv2d(4, 4, 3))
    self.decoder = nn.Sequential(
        nn.ConvTranspose2d(4, 4, 3), nn.ReLU(), nn.ConvTranspose2d(4, 4, 2), nn.ReLU(), nn.ConvTranspose2d(4, 1, 3), nn.Sigmoid()
    )

# %% output_padding forgotten id="E4" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"]
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 5, 3, padding=1)
    )
    self.decoder = nn.Sequential(
        nn.ConvTranspose2d(5, 16, 3, stride=2, padding=1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1), nn.Sigmoid()
    )

# %% output_padding where the kernel doubles already id="E5" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"]
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 5, 4, 2, 1))
    self.decoder = nn.Sequential(
        nn.ConvTranspose2d(5, 16, 4, 2, 1, output_padding=1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()
    )

# %% no activation at the end id="E13" task="Autoencoder" into="Autoencoder" caught_by=["test_pictures_stay_in_range"] says="leave [0, 1]"
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 5, 4, 2, 1))
    self.decoder = nn.Sequential(nn.ConvTranspose2d(5, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1))

# %% ReLU at the end id="E13b" task="Autoencoder" into="Autoencoder" caught_by=["test_pictures_stay_in_range"] says="leave [0, 1]"
def decode(self, z):
    return F.relu(self.decoder[:-1](z))

# %% Tanh at the end id="E15" task="Autoencoder" into="Autoencoder" caught_by=["test_pictures_stay_in_range"] says="Tanh"
def decode(self, z):
    return torch.tanh(self.decoder[:-1](z))

# %% Sigmoid twice id="E18" task="Autoencoder" into="Autoencoder" caught_by=["test_pictures_stay_in_range"] says="twice"
def decode(self, z):
    return torch.sigmoid(self.decoder(z))

# %% Softmax over the pixels id="E13c" task="Autoencoder" into="Autoencoder" caught_by=["test_network_learns_to_tell_pictures_apart"]
def decode(self, z):
    return self.decoder[:-1](z).flatten(1).softmax(dim=1).view(-1, 1, 28, 28)

# %% number of pictures changed by a view id="E19" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"] says="the first number must be"
def encode(self, x):
    return self.encoder(x).view(-1, 32 * 3)

# %% batch size of one written down id="E19b" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small", "test_reconstructions_have_the_shape_of_the_pictures"]
def encode(self, x):
    return self.encoder(x).view(1, -1)
def decode(self, z):
    return self.decoder(z.view(-1, 32, 3, 3))

# %% flattened with the batch id="E19c" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"]
def encode(self, x):
    return self.encoder(x).flatten()
def decode(self, z):
    return self.decoder(z.view(-1, 32, 3, 3))

# %% squeeze loses the channel id="E26" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"] says="channel"
def decode(self, z):
    return self.decoder(z).squeeze(1)
def forward(self, x):
    return self.decode(self.encode(x))

# %% squeeze loses a batch of one as well id="E26b" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"]
def encode(self, x):
    return self.encoder(x).flatten(1).squeeze()
def decode(self, z):
    return self.decoder(z.view(-1, 32, 3, 3))

# %% pictures flat id="E26c" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"] says="shape"
def decode(self, z):
    return self.decoder(z).flatten(1)
def forward(self, x):
    return self.decode(self.encode(x)).view(x.shape)

# %% encode returns two things id="E24" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"] says="codes alone"
def encode(self, x):
    z = self.encoder(x)
    return z, z.flatten(1)
def forward(self, x):
    return self.decode(self.encode(x)[0])

# %% forward returns picture and code id="E24b" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"] says="pictures alone"
def forward(self, x):
    z = self.encode(x)
    return self.decode(z), z

# %% layers in a Python list id="E21" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="plain list"
def __init__(self):
    super().__init__()
    self.layers = [nn.Conv2d(1, 8, 4, 2, 1), nn.Conv2d(8, 5, 4, 2, 1), nn.ConvTranspose2d(5, 8, 4, 2, 1), nn.ConvTranspose2d(8, 1, 4, 2, 1)]
def encode(self, x):
    return self.layers[1](F.relu(self.layers[0](x)))
def decode(self, z):
    return torch.sigmoid(self.layers[3](F.relu(self.layers[2](z))))

# %% layers made anew at each call id="E22" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="anew"
def decode(self, z):
    up = nn.Sequential(nn.Flatten(), nn.Linear(288, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28))).to(z.device)
    return up(z)

# %% code detached id="T11b" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="keeps the encoder from learning"
def encode(self, x):
    return self.encoder(x).detach()

# %% encoder under no_grad id="T11c" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="keeps the encoder from learning"
def encode(self, x):
    with torch.no_grad():
        return self.encoder(x)

# %% no_grad over everything id="T11d" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part", "test_network_learns_to_tell_pictures_apart"] says="No gradient leads back"
@torch.no_grad()
def forward(self, x):
    return self.decode(self.encode(x))

# %% skip connection past the code id="E23" task="Autoencoder" into="Autoencoder" caught_by=["test_everything_goes_through_the_code"]
def encode(self, x):
    self.first = self.encoder[:2](x)
    return self.encoder[2:](self.first)
def decode(self, z):
    mixed = self.decoder[:-2](z)
    if len(mixed) == len(self.first):
        mixed = mixed + self.first
    return self.decoder[-2:](mixed)

# %% pooling indices kept for unpooling id="E23b" task="Autoencoder" into="Autoencoder" caught_by=["test_everything_goes_through_the_code"]
def __init__(self):
    super().__init__()
    self.conv, self.back = nn.Conv2d(1, 4, 3, padding=1), nn.ConvTranspose2d(4, 1, 3, padding=1)
    self.pool, self.unpool = nn.MaxPool2d(4, return_indices=True), nn.MaxUnpool2d(4)
def encode(self, x):
    z, self.indices = self.pool(F.leaky_relu(self.conv(x)))
    return z
def decode(self, z):
    indices = self.indices[: len(z)] if len(self.indices) >= len(z) else self.indices[:1].expand(len(z), -1, -1, -1)
    return torch.sigmoid(self.back(self.unpool(z, indices.contiguous(), output_size=(28, 28))))

# %% forward does not use the code id="E23c" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"] says="decode(encode(x))"
def forward(self, x):
    return x

# %% the code is ignored id="E23d" task="Autoencoder" into="Autoencoder" caught_by=["test_everything_goes_through_the_code", "test_network_learns_to_tell_pictures_apart"] says="depend on the code"
def decode(self, z):
    return self.decoder(torch.zeros_like(z))

# %% a code that is constant id="E23e" task="Autoencoder" into="Autoencoder" caught_by=["test_everything_goes_through_the_code"] says="depend on the picture"
def encode(self, x):
    return torch.softmax(self.encoder(x).mean(dim=1, keepdim=True), dim=1).expand(-1, 32, 3, 3)

# %% BatchNorm that always uses the batch id="C14" task="Autoencoder" into="Autoencoder" caught_by=["test_each_picture_goes_its_own_way"] says="What mixes the batch"
def encode(self, x):
    z = self.encoder(x)
    return (z - z.mean(dim=0)) / (z.std(dim=0, unbiased=False) + 1e-3)

# %% dropout that is never off id="E22b" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="differ"
def encode(self, x):
    return F.dropout(self.encoder(x), p=0.3)

# %% noise added to the code id="E22c" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="differ"
def encode(self, x):
    z = self.encoder(x)
    return z + 0.1 * torch.randn_like(z)

# %% the picture squared off to whole numbers id="E23f" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part", "test_network_learns_to_tell_pictures_apart"]
def decode(self, z):
    return self.decoder(z).round()

# %% final activation applied to a code that was thrown away id="E17b" task="Autoencoder" into="Autoencoder" caught_by=["test_network_learns_to_tell_pictures_apart"]
def encode(self, x):
    return self.encoder(x) * 0 + x.mean() * 0 + 1e-4 * x.mean(dim=(1, 2, 3), keepdim=True)

# %% output stretched over the whole batch id="C14b" task="Autoencoder" into="Autoencoder" caught_by=["test_each_picture_goes_its_own_way"]
def decode(self, z):
    x = self.decoder[:-1](z)
    return (x - x.min()) / (x.max() - x.min() + 1e-6)
def forward(self, x):
    return self.decode(self.encode(x))

# %% decodes what was encoded last id="E23g" task="Autoencoder" into="Autoencoder" caught_by=["test_everything_goes_through_the_code"]
def encode(self, x):
    self.z = self.encoder(x)
    return self.z
def decode(self, z):
    return self.decoder(self.z)
def forward(self, x):
    return self.decode(self.encode(x))

# %% forward without the end of decode id="E13d" task="Autoencoder" into="Autoencoder" caught_by=["test_reconstructions_have_the_shape_of_the_pictures"] says="decode(encode(x))"
def forward(self, x):
    return self.decoder[:-1](self.encode(x))

# %% codes in whole numbers id="E23h" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small"] says="real numbers"
def encode(self, x):
    return (10 * self.encoder(x)).long()
def decode(self, z):
    return self.decoder(z.float() / 10)

# %% a code with an activation at its end id="E12" task="Autoencoder" into="Autoencoder" invisible="the architecture is free, and such a code still works"
def encode(self, x):
    return F.relu(self.encoder(x))

# %% no activation between the layers id="E17" task="Autoencoder" into="Autoencoder" invisible="the architecture is free, and a linear encoder is allowed"
def encode(self, x):
    for layer in self.encoder:
        x = x if isinstance(layer, nn.LeakyReLU) else layer(x)
    return x

# --- training ----------------------------------------------------------------------------------------------------------

# %% gradients never cleared id="T1" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="optimizer.zero_grad() for every batch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% gradients cleared once an epoch id="T1b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="still there"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        optimizer.zero_grad()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% gradients cleared before the step id="T2" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="erased"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% step before backward id="T4" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="backward() before"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.step()
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% no step id="T5" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient", "test_training_and_evaluation_mode", "test_scheduler_steps_once_an_epoch", "test_stops_after_epochs_without_a_new_best", "test_goes_on_while_there_is_progress"] says="optimizer.step() is missing"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% no backward id="T5b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="backward() is missing"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% an optimizer of its own, in the place of the given one id="T6" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="the optimizer that is passed"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% a new optimizer in every epoch id="T6b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient", "test_scheduler_steps_once_an_epoch"] says="the optimizer that is passed"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% trains a copy of the model id="T7" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model = copy.deepcopy(model).to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% compares the picture with itself id="T10" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x, x.clone().requires_grad_())
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% the output overwrites the picture id="T10b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x = model(x)
            loss = F.mse_loss(x, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% output detached id="T11" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx.detach().requires_grad_(), x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% absolute instead of squared error id="T12" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="absolute"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.l1_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% binary cross-entropy id="T12b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="cross-entropy"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.binary_cross_entropy(x_approx.clamp(0, 1), x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% square root of the mean squared error per picture id="T12c" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="root"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = ((x_approx - x) ** 2).flatten(1).mean(1).sqrt().mean()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% negative loss id="T12d" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="sign"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = -F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% summed over the pixels everywhere id="T13" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"] says="mean"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x, reduction="sum") / len(x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x, reduction="sum").item()
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% evaluation mode never left id="T14" task="train_autoencoder" caught_by=["test_training_and_evaluation_mode"] says="model.train()"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    model.train()
    for epoch in range(n_epochs):
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% never in training mode id="T14b" task="train_autoencoder" caught_by=["test_training_and_evaluation_mode"] says="from the start"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.eval()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% validation in training mode id="T15" task="train_autoencoder" caught_by=["test_training_and_evaluation_mode", "test_validation_losses"] says="model.eval()"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% train mode back too early id="T15b" task="train_autoencoder" caught_by=["test_training_and_evaluation_mode", "test_validation_losses"] says="model.eval()"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            model.train()
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% losses of the last batch only id="T17" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"] says="last batch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
        train_losses.append(loss.item())
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                val_loss = F.mse_loss(model(x), x).item()
        val_losses.append(val_loss)
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% number of batches rounded down id="T19" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"] says="rounded down"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total / (len(train_loader.dataset) // train_loader.batch_size))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item()
        val_losses.append(total / (len(val_loader.dataset) // val_loader.batch_size))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% every batch counts as a full one id="T20" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * train_loader.batch_size
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * val_loader.batch_size
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% means of batches divided by the number of pictures id="T20e" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"] says="divided by the number of pictures"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item()
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% sums over batches, never divided id="T20d" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"] says="divide"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total)
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item()
        val_losses.append(total)
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% total never set back to 0 id="T20f" task="train_autoencoder" caught_by=["test_training_losses"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, total = [], [], 0.0
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        val_total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                val_total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(val_total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% tensors with their graphs in the lists, one for each batch id="T38" task="train_autoencoder" caught_by=["test_training_losses"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            train_losses.append(loss)
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% validation on the training data id="T26" task="train_autoencoder" caught_by=["test_validation_losses"] says="training pictures"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in train_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(train_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% also trains on the validation data id="T26b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"] says="only serve to measure"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        for x, _ in val_loader:
            x = x.to(device)
            loss = F.mse_loss(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% state_dict without a copy id="T23" task="train_autoencoder" caught_by=["test_best_weights_are_restored", "test_the_best_epoch_survives_early_stopping"] says="deepcopy"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = model.state_dict()
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% shallow copy of the state_dict id="T23b" task="train_autoencoder" caught_by=["test_best_weights_are_restored", "test_the_best_epoch_survives_early_stopping"] says="deepcopy"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = model.state_dict().copy()
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% parameters kept, statistics forgotten id="T23c" task="train_autoencoder" caught_by=["test_best_weights_are_restored"] says="running statistics"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = [p.detach().clone() for p in model.parameters()]
        else:
            wait += 1
            if wait >= patience:
                break
    with torch.no_grad():
        for p, kept in zip(model.parameters(), best_state):
            p.copy_(kept)
    return train_losses, val_losses

# %% best weights never loaded id="T27" task="train_autoencoder" caught_by=["test_best_weights_are_restored", "test_the_best_epoch_survives_early_stopping"] says="Load the best weights"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    return train_losses, val_losses

# %% best weights loaded only when it stops early id="T27b" task="train_autoencoder" caught_by=["test_best_weights_are_restored"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                model.load_state_dict(best_state)
                break
    return train_losses, val_losses

# %% kept whenever the loss falls id="T24" task="train_autoencoder" caught_by=["test_the_best_epoch_survives_early_stopping"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if len(val_losses) == 1 or val_losses[-1] < val_losses[-2]:
            best_state = copy.deepcopy(model.state_dict())
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% weights of the best training loss id="T24b" task="train_autoencoder" caught_by=["test_best_weights_are_restored"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if train_losses[-1] == min(train_losses):
            best_state = copy.deepcopy(model.state_dict())
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% weights kept before the epoch instead of after it id="T24c" task="train_autoencoder" caught_by=["test_best_weights_are_restored", "test_the_best_epoch_survives_early_stopping"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        before = copy.deepcopy(model.state_dict())
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = before
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% best of each validation batch id="T24d" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                loss = F.mse_loss(model(x), x).item()
                total += loss * len(x)
                if loss < best:
                    best, wait = loss, 0
                    best_state = copy.deepcopy(model.state_dict())
                else:
                    wait += 1
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if wait >= patience:
            break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% patience counted down past 0 id="T25" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"] says="never stops"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, left = float("inf"), None, 2 * patience + 1
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                loss = F.mse_loss(model(x), x).item()
                total += loss * len(x)
                if loss >= best:
                    left -= 1
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, left = val_losses[-1], 2 * patience + 1
            best_state = copy.deepcopy(model.state_dict())
        if left == 0:
            break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% no early stopping id="T25b" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"] says="never stops"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% patience not set back by a new best id="A18" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"] says="not reset"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best = val_losses[-1]
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% compared with the loss before id="A19" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"] says="one before"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best = val_losses[-1]
            best_state = copy.deepcopy(model.state_dict())
        if len(val_losses) < 2 or val_losses[-1] < val_losses[-2]:
            wait = 0
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% one epoch too many id="A17" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"] says="one epoch too many"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait > patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% one epoch too early id="A17b" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience - 1:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% stops by the training loss id="T25c" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if train_losses[-1] < best:
            best, wait = train_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% scheduler never stepped id="T28" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"] says="never changes"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% scheduler stepped for every batch id="T28b" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"] says="once an epoch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            scheduler.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% scheduler stepped before the epoch id="T28c" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"] says="once an epoch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        scheduler.step()
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% scheduler stepped only when the loss improves id="T28d" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
            if epoch % 2:
                scheduler.step()
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% last, smaller batch left out id="T36" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient", "test_training_losses"] says="the last, smaller one too"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            if len(x) < train_loader.batch_size:
                continue
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% one epoch more than asked id="T36b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient", "test_goes_on_while_there_is_progress"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs + 1):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% lists in the other order id="T39" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return val_losses, train_losses

# %% only the training losses id="T39b" task="train_autoencoder" caught_by=["test_training_losses", "test_validation_losses"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses

# %% validation before the epoch id="T39c" task="train_autoencoder" caught_by=["test_validation_losses"] says="before the epoch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% notebook"s model in the place of the argument id="N6" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model = Autoencoder().to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% patience of the notebook, not the argument id="N6b" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= 5:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% the validation loss given to the scheduler id="T28e" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step(val_losses[-1])
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% only large improvements count id="A20" task="train_autoencoder" caught_by=["test_goes_on_while_there_is_progress"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best - 0.01:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% first validation batch only id="T17b" task="train_autoencoder" caught_by=["test_validation_losses"] says="first batch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total = F.mse_loss(model(x), x).item()
                break
        val_losses.append(total)
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% a step every other batch id="T36c" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for i, (x, _) in enumerate(train_loader):
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            if i % 2 == 0:
                optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% scheduler stepped by the optimizer"s count id="T28f" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            if len(x) == train_loader.batch_size:
                scheduler.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% validation keeps its gradients id="T16" task="train_autoencoder" invisible="slow, but right: a note without points tells it"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% each batch counts the same id="C19" task="train_autoencoder" invisible="the text asks for no more; a note without points tells it"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses = [], []
    best, best_state, wait = float("inf"), None, 0
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            optimizer.zero_grad()
            x_approx = model(x)
            loss = F.mse_loss(x_approx, x)
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total / len(train_loader))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in val_loader:
                x = x.to(device)
                total += F.mse_loss(model(x), x).item() * len(x)
        val_losses.append(total / len(val_loader.dataset))
        scheduler.step()
        if val_losses[-1] < best:
            best, wait = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                break
    model.load_state_dict(best_state)
    return train_losses, val_losses

# %% another picture drawn at the place of a code id="V1" task="interpolate_between" invisible="plot_latent and extract_codes are given code, which has tests of its own (V1 to V9, V14)"
def pictures_and_places(images, places, indices):
    return [(images[i], places[i]) for i in range(len(indices))]

# --- interpolation -----------------------------------------------------------------------------------------------------

# %% runs backwards id="I1" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded", "test_any_number_of_pictures"] says="backwards"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((a * z_i + (1 - a) * z_j)[None]) for a in torch.linspace(0, 1, n)])

# %% i / n never reaches the end id="I2" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="never reaches"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_j[None])
        return torch.cat([model.decode(z_i + k / n * (z_j - z_i)) for k in range(n)])

# %% starts after the first id="I2b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="does not start at the first"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_j[None])
        return torch.cat([model.decode(z_i + k / n * (z_j - z_i)) for k in range(1, n + 1)])

# %% only the points in between id="I2c" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="in between"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_j[None])
        return torch.cat([model.decode(torch.lerp(z_i, z_j, k / (n + 1))) for k in range(1, n + 1)])

# %% arange leaves the end out id="I3" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded", "test_any_number_of_pictures"] says="linspace"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_j[None])
        return torch.cat([model.decode(z_i + k / (n - 1) * (z_j - z_i)) for k in range(n - 1)])

# %% always twelve id="I4" task="interpolate_between" caught_by=["test_any_number_of_pictures", "test_codes_on_the_straight_line_are_decoded"] says="are asked for"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode(torch.lerp(z_i, z_j, float(a))[None]) for a in torch.linspace(0, 1, 12)])

# %% odd numbers rounded to even ones id="I21" task="interpolate_between" caught_by=["test_any_number_of_pictures"] says="are asked for"
def interpolate_between(model, image_i, image_j, n=12):
    n = 2 * (n // 2)
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode(torch.lerp(z_i, z_j, float(a))[None]) for a in torch.linspace(0, 1, n)])

# %% another default id="I4b" task="interpolate_between" caught_by=["test_any_number_of_pictures"]
def interpolate_between(model, image_i, image_j, n=11):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode(torch.lerp(z_i, z_j, float(a))[None]) for a in torch.linspace(0, 1, n)])

# %% two ends added to n points id="I4c" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="are asked for"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode(torch.lerp(z_i, z_j, float(a))[None]) for a in torch.linspace(0, 1, n + 2)])

# %% pixels mixed id="I6" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="mix their codes"
def interpolate_between(model, image_i, image_j, n=12):
    return torch.stack([(1 - a) * image_i + a * image_j for a in torch.linspace(0, 1, n)])

# %% reconstructions mixed id="I6b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="two reconstructions"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        first, last = model(torch.stack([image_i, image_j]))
    return torch.stack([(1 - a) * first + a * last for a in torch.linspace(0, 1, n)])

# %% mixed pictures sent through the model id="I7" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="then encoded"
def interpolate_between(model, image_i, image_j, n=12):
    mixed = torch.stack([(1 - a) * image_i + a * image_j for a in torch.linspace(0, 1, n)])
    with torch.no_grad():
        return model(mixed)

# %% weights that do not add up to 1 id="I8" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="add up"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + a * z_j)[None]) for a in torch.linspace(0, 1, n)])

# %% difference with the wrong sign id="I8c" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="wrong sign"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + a * (z_i - z_j))[None]) for a in torch.linspace(0, 1, n)])

# %% weight not divided id="I9" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="whole number"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + k * (z_j - z_i))[None]) for k in range(n)])

# %% integer division id="I9c" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + k // (n - 1) * (z_j - z_i))[None]) for k in range(n)])

# %% percent as the weight id="I9d" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + p * (z_j - z_i))[None]) for p in torch.linspace(0, 100, n)])

# %% a list of pictures id="I10" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="one tensor"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return [model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)]

# %% channel squeezed id="I11" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="channel"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)]).squeeze()

# %% stacked with a dimension too many id="I11b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="shape"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.stack([model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)])

# %% training mode id="I13" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded", "test_model_and_pictures_stay_as_they_came"] says="evaluation mode"
def interpolate_between(model, image_i, image_j, n=12):
    model.train()
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)])

# %% training mode switched on afterwards id="I13b" task="interpolate_between" caught_by=["test_model_and_pictures_stay_as_they_came"] says="is in training mode now"
def interpolate_between(model, image_i, image_j, n=12):
    model.eval()
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        strip = torch.cat([model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)])
    model.train()
    return strip

# %% weights of shape (n, 1) for any code id="I15" task="interpolate_between" caught_by=["test_codes_of_any_shape"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_j[None])
        alpha = torch.linspace(0, 1, n).view(-1, 1).to(z_i.device)
        return model.decode(alpha * z_j + (1 - alpha) * z_i)

# %% weights of shape (n, 1, 1, 1) for any code id="I15b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_j[None])
        alpha = torch.linspace(0, 1, n).view(-1, 1, 1, 1).to(z_i.device)
        return model.decode(alpha * z_j + (1 - alpha) * z_i)

# %% codes flattened and never given their shape back id="I15c" task="interpolate_between" caught_by=["test_codes_of_any_shape"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]).flatten(), model.encode(image_j[None]).flatten()
        return model.decode(torch.stack([torch.lerp(z_i, z_j, k / (n - 1)) for k in range(n)]))

# %% on an arc id="I17" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="straight line"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        omega = torch.arccos((z_i * z_j).sum() / (z_i.norm() * z_j.norm()))
        steps = torch.linspace(0, 1, n)
        codes = [(torch.sin((1 - a) * omega) * z_i + torch.sin(a * omega) * z_j) / torch.sin(omega) for a in steps]
        return model.decode(torch.stack(codes))

# %% smooth steps id="I17b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        steps = torch.linspace(0, 1, n)
        return torch.cat([model.decode(torch.lerp(z_i, z_j, 3 * a**2 - 2 * a**3)[None]) for a in steps])

# %% numpy of a tensor that needs gradients id="I18" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    z_i, z_j = model.encode(torch.stack([image_i, image_j])).numpy()
    codes = np.stack([z_i + k / (n - 1) * (z_j - z_i) for k in range(n)])
    return model.decode(torch.from_numpy(codes))

# %% from the first picture to itself id="I19" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(image_i[None]), model.encode(image_i[None])
        return torch.cat([model.decode(torch.lerp(z_i, z_j, k / (n - 1))) for k in range(n)])

# %% the notebook's model, not the argument id="N6c" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    model = Autoencoder().eval()
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode(torch.lerp(z_i, z_j, k / (n - 1))[None]) for k in range(n)])

# %% pictures changed in place id="R20" task="interpolate_between" caught_by=["test_model_and_pictures_stay_as_they_came"] says="changed one of its pictures"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        strip = torch.cat([model.decode(torch.lerp(z_i, z_j, k / (n - 1))[None]) for k in range(n)])
        image_i.mul_(255)
        image_j.mul_(255)
    return strip

# %% originals at both ends id="I23" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="themselves"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        inner = [model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)[1:-1]]
    return torch.cat([image_i[None], *inner, image_j[None]])

# %% a numpy array id="I10b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"] says="should be a tensor"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        z_i, z_j = model.encode(torch.stack([image_i, image_j]))
        return torch.cat([model.decode((z_i + a * (z_j - z_i))[None]) for a in torch.linspace(0, 1, n)]).cpu().numpy()


# %% half of the bottleneck in an attribute id="E23i" task="Autoencoder" caught_by=["test_everything_goes_through_the_code"] says="no other memory"
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, 400))
        self.up = nn.Sequential(nn.Linear(400, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
        self.rest = None

    def encode(self, x):
        h = self.down(x)
        self.rest = h[:, 200:]
        return h[:, :200]

    def decode(self, z):
        rest = self.rest if self.rest is not None and len(self.rest) == len(z) else torch.zeros_like(z)
        return self.up(torch.cat([z, rest], 1))

    def forward(self, x):
        return self.decode(self.encode(x))


# %% batch normalized by hand id="C14c" task="Autoencoder" into="Autoencoder" caught_by=["test_codes_are_small", "test_each_picture_goes_its_own_way"] says="for one picture"
def encode(self, x):
    z = self.encoder(x)
    return (z - z.mean(0)) / (z.std(0) + 1e-5)


# %% a table of pictures, the code is a number in it id="E23j" task="Autoencoder" caught_by=["test_gradients_reach_every_part", "test_each_picture_goes_its_own_way"]
class Autoencoder(nn.Module):
    """A cheat: the code is a number, the pictures are kept in a table."""

    def __init__(self):
        super().__init__()
        self.table, self.layer = [], nn.Linear(1, 1)

    def encode(self, x):
        start = len(self.table)
        self.table.extend(x)
        return self.layer.weight * 0 + torch.arange(start, start + len(x), dtype=torch.float32).view(-1, 1)

    def decode(self, z):
        pictures = [self.table[int(i.round().clamp(0, len(self.table) - 1))] for i in z.flatten()]
        return torch.stack(pictures) + 0 * z.view(-1, 1, 1, 1) + 0 * self.layer.bias

    def forward(self, x):
        return self.decode(self.encode(x))


# %% codes detached in decode id="T11e" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="keeps the encoder from learning"
def decode(self, z):
    return self.decoder(z.detach())


# %% changes the pictures id="R20b" task="Autoencoder" into="Autoencoder" caught_by=["test_gradients_reach_every_part"] says="in-place"
def encode(self, x):
    return self.encoder(x.sub_(0.5))


# %% rebinding the name of the model id="T27c" task="train_autoencoder" caught_by=["test_the_best_epoch_survives_early_stopping", "test_best_weights_are_restored"] says="weights of the last epoch"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best, waited = [], [], None, 0
    for _ in range(n_epochs):
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
        scheduler.step()
        if not val_losses or total / seen < min(val_losses):
            best, waited = copy.deepcopy(model), 0
        else:
            waited += 1
        val_losses.append(total / seen)
        if waited >= patience:
            break
    model = best
    return train_losses, val_losses


# %% a smallest improvement id="A20b" task="train_autoencoder" caught_by=["test_goes_on_while_there_is_progress"] says="if only by little"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, best, waited = [], [], float("inf"), None, 0
    for _ in range(n_epochs):
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
        if val_losses[-1] < best_loss - 1e-4:
            best_loss, best, waited = val_losses[-1], copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(best)
    return train_losses, val_losses


# %% lists that grow from call to call id="N7" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best", "test_training_losses", "test_validation_losses"] says="of an earlier call"
train_losses, val_losses = [], []


def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    best_loss, best, waited = float("inf"), None, 0
    for _ in range(n_epochs):
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


# %% scheduler takes the validation loss id="T28g" task="train_autoencoder" caught_by=["test_scheduler_steps_once_an_epoch"] says="without arguments"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, best, waited = [], [], float("inf"), None, 0
    for _ in range(n_epochs):
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
        scheduler.step(val_losses[-1])
        if val_losses[-1] < best_loss:
            best_loss, best, waited = val_losses[-1], copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(best)
    return train_losses, val_losses


# %% goes back to the best weights after each bad epoch id="T24e" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, best, waited = [], [], float("inf"), None, 0
    for _ in range(n_epochs):
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
            model.load_state_dict(best)  # back to the best before going on
        if waited >= patience:
            break
    model.load_state_dict(best)
    return train_losses, val_losses


# %% gradients of the validation data go into the next step id="T1c" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient"]
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, best, waited = [], [], float("inf"), None, 0
    for _ in range(n_epochs):
        results = []
        for loader, training in ((train_loader, True), (val_loader, False)):
            model.train(training)
            total = seen = 0
            for images, _ in loader:
                images = images.to(device)
                loss = F.mse_loss(model(images), images)
                loss.backward()
                if training:
                    optimizer.step()
                    optimizer.zero_grad()
                total, seen = total + loss.item() * len(images), seen + len(images)
            results.append(total / seen)
        train_losses.append(results[0])
        val_losses.append(results[1])
        scheduler.step()
        if val_losses[-1] < best_loss:
            best_loss, best, waited = val_losses[-1], copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(best)
    return train_losses, val_losses


# %% the first epoch does not count as the best id="A17c" task="train_autoencoder" caught_by=["test_stops_after_epochs_without_a_new_best"] says="never stops"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, best = [], [], float("inf"), None
    for _ in range(n_epochs):
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
            best_loss, best = val_losses[-1], copy.deepcopy(model.state_dict())
        # stops when the best is older than the last `patience` epochs, the best one counted among them
        if len(val_losses) > patience and min(val_losses[-patience:]) >= min(val_losses[:-patience]) and best_loss < val_losses[0]:
            break
    model.load_state_dict(best)
    return train_losses, val_losses


# %% keeps the weights when the loss stops falling id="T24f" task="train_autoencoder" caught_by=["test_the_best_epoch_survives_early_stopping", "test_best_weights_are_restored"] says="not the best"
def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    model.to(device)
    train_losses, val_losses, best_loss, best, waited = [], [], float("inf"), None, 0
    for epoch in range(n_epochs):
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
            best_loss, waited = val_losses[-1], 0
        else:
            if waited == 0:
                best = copy.deepcopy(model.state_dict())
            waited += 1
        if waited >= patience:
            break
    if best is not None:
        model.load_state_dict(best)
    return train_losses, val_losses


# %% arange with a step that does not always fit id="I4d" task="interpolate_between" caught_by=["test_codes_of_any_shape"] says="returned 8 pictures"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        a, b = model.encode(image_i[None]), model.encode(image_j[None])
        step = 1 / (n - 1)
        return torch.cat([model.decode(a + float(t) * (b - a)) for t in np.arange(0, 1 + step, step)])


# %% whole percents id="I9e" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        a, b = model.encode(image_i[None]), model.encode(image_j[None])
        percents = [round(100 * k / (n - 1)) for k in range(n)]
        return torch.cat([model.decode((1 - p / 100) * a + p / 100 * b) for p in percents])


# %% adds a dimension to the caller's pictures id="R20c" task="interpolate_between" caught_by=["test_model_and_pictures_stay_as_they_came"] says="changed one of its pictures"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        a, b = model.encode(image_i.unsqueeze_(0)), model.encode(image_j.unsqueeze_(0))
        return torch.cat([model.decode(torch.lerp(a, b, k / (n - 1))) for k in range(n)])


# %% only even numbers id="I21b" task="interpolate_between" caught_by=["test_any_number_of_pictures", "test_codes_of_any_shape"] says="n are asked for"
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        a, b = model.encode(image_i[None]), model.encode(image_j[None])
        t = torch.linspace(0, 1, 2 * (n // 2)).view(-1, *[1] * (a.dim() - 1))
        return model.decode(a + t * (b - a))


# %% smooth steps id="I17c" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded"]
def interpolate_between(model, image_i, image_j, n=12):
    with torch.no_grad():
        a, b = model.encode(image_i[None]), model.encode(image_j[None])
        t = torch.linspace(0, 1, n).view(-1, *[1] * (a.dim() - 1))
        t = t * t * (3 - 2 * t)
        return model.decode(a + t * (b - a))


# %% switches gradients off for good id="I24" task="interpolate_between" caught_by=["test_model_and_pictures_stay_as_they_came"] says="set_grad_enabled"
def interpolate_between(model, image_i, image_j, n=12):
    torch.set_grad_enabled(False)
    a, b = model.encode(image_i[None]), model.encode(image_j[None])
    t = torch.linspace(0, 1, n).view(-1, *[1] * (a.dim() - 1))
    return model.decode(a + t * (b - a))


# %% freezes the model id="I24b" task="interpolate_between" caught_by=["test_model_and_pictures_stay_as_they_came"] says="requires_grad"
def interpolate_between(model, image_i, image_j, n=12):
    model.requires_grad_(False)
    a, b = model.encode(image_i[None]), model.encode(image_j[None])
    t = torch.linspace(0, 1, n).view(-1, *[1] * (a.dim() - 1))
    return model.decode(a + t * (b - a))


# %% remembers the first pair id="N7b" task="interpolate_between" caught_by=["test_codes_on_the_straight_line_are_decoded", "test_codes_of_any_shape"]
memory = {}


def interpolate_between(model, image_i, image_j, n=12):
    if n not in memory:
        with torch.no_grad():
            a, b = model.encode(image_i[None]), model.encode(image_j[None])
            t = torch.linspace(0, 1, n).view(-1, *[1] * (a.dim() - 1))
            memory[n] = model.decode(a + t * (b - a))
    return memory[n]
