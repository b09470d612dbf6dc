"""What students get wrong: each cell is one wrong solution, put into the reference, and names the checks that catch it."""

# --- the noise transform -------------------------------------------------------------------------------------------------

# %% rand for noise id="D1" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="randn"
def __call__(self, tensor):
    return (tensor + self.mean + self.std * torch.rand_like(tensor)).clamp(0, 1)

# %% centred uniform noise id="D1b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="uniform"
def __call__(self, tensor):
    return (tensor + self.mean + self.std * (2 * torch.rand_like(tensor) - 1)).clamp(0, 1)

# %% uniform noise of the right variance id="D1c" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="uniform"
def __call__(self, tensor):
    noise = (torch.rand_like(tensor) - 0.5) * 12**0.5
    return (tensor + self.mean + self.std * noise).clamp(0, 1)

# %% absolute value of the noise id="D1d" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian", "test_sum_is_clipped"] says="never negative"
def __call__(self, tensor):
    return (tensor + self.mean + self.std * torch.randn_like(tensor).abs()).clamp(0, 1)

# %% variance in the place of the standard deviation id="D2" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="square"
def __call__(self, tensor):
    return (tensor + self.mean + self.std**2 * torch.randn_like(tensor)).clamp(0, 1)

# %% std read as a variance id="D3" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="square root"
def __call__(self, tensor):
    noise = torch.normal(self.mean, self.std**0.5, size=tensor.shape)
    return (tensor + noise).clamp(0, 1)

# %% mean ignored id="D4" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="mean is not used"
def __call__(self, tensor):
    return (tensor + self.std * torch.randn_like(tensor)).clamp(0, 1)

# %% noise standardized backwards id="D4b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="subtracted"
def __call__(self, tensor):
    return (tensor + self.std * torch.randn_like(tensor) - self.mean).clamp(0, 1)

# %% mean multiplied by std id="D4c" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="mean"
def __call__(self, tensor):
    return (tensor + self.std * (torch.randn_like(tensor) + self.mean)).clamp(0, 1)

# %% std ignored id="D5" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="std is not used"
def __call__(self, tensor):
    return (tensor + torch.randn_like(tensor) + self.mean).clamp(0, 1)

# %% no clipping id="D6" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="clip after adding"
def __call__(self, tensor):
    return tensor + torch.normal(self.mean, self.std, tensor.shape)

# %% clipped before adding id="D7" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="after adding"
def __call__(self, tensor):
    return tensor.clamp(0, 1) + self.mean + self.std * torch.randn_like(tensor)

# %% only clipped from above id="D8" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="below 0"
def __call__(self, tensor):
    return (tensor + self.mean + self.std * torch.randn_like(tensor)).clamp(max=1)

# %% only clipped from below id="D8b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="above 1"
def __call__(self, tensor):
    return F.relu(tensor + self.mean + self.std * torch.randn_like(tensor))

# %% clipped to [-1, 1] id="D8c" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="below 0"
def __call__(self, tensor):
    return (tensor + self.mean + self.std * torch.randn_like(tensor)).clamp(-1, 1)

# %% rescaled to [0, 1] id="D10" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_nothing_but_noise_changes", "test_sum_is_clipped"] says="rescale"
def __call__(self, tensor):
    noisy = tensor + self.mean + self.std * torch.randn_like(tensor)
    return (noisy - noisy.min()) / (noisy.max() - noisy.min())

# %% sigmoid in the place of clipping id="D10b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_nothing_but_noise_changes", "test_sum_is_clipped"] says="rescale"
def __call__(self, tensor):
    return torch.sigmoid(tensor + self.mean + self.std * torch.randn_like(tensor))

# %% reflected at the bounds id="D11" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="reflect"
def __call__(self, tensor):
    noisy = (tensor + self.mean + self.std * torch.randn_like(tensor)).abs()
    return (1 - (1 - noisy).abs()).clamp(0, 1)

# %% only the noise is clipped id="D11b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"]
def __call__(self, tensor):
    noise = (self.mean + self.std * torch.randn_like(tensor)).clamp(0, 1)
    return tensor + noise

# %% noise drawn in __init__ id="D12" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="calls"
def __init__(self, mean, std):
    self.noise = mean + std * torch.randn(64, 3, 64, 64)

def __call__(self, tensor):
    if tensor.dim() < 4:
        return (tensor + self.noise[0, 0, : tensor.shape[-2], : tensor.shape[-1]]).clamp(0, 1)
    b, c, h, w = tensor.shape
    return (tensor + self.noise[:b, :c, :h, :w]).clamp(0, 1)

# %% seeded inside the call id="D13" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="calls"
def __call__(self, tensor):
    torch.manual_seed(42)
    return (tensor + self.mean + self.std * torch.randn_like(tensor)).clamp(0, 1)

# %% noise cached by shape id="D21" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="calls"
def __call__(self, tensor):
    if getattr(self, "noise", None) is None or self.noise.shape != tensor.shape:
        self.noise = self.mean + self.std * torch.randn_like(tensor)
    return (tensor + self.noise).clamp(0, 1)

# %% one noise for the whole batch id="D14" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="different pictures"
def __call__(self, tensor):
    noise = self.mean + self.std * torch.randn(tensor.shape[1:])
    return (tensor + noise).clamp(0, 1)

# %% one number for each row id="D14b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="different columns"
def __call__(self, tensor):
    noise = self.mean + self.std * torch.randn(*tensor.shape[:-1], 1)
    return (tensor + noise).clamp(0, 1)

# %% one number for the whole picture id="D14c" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="the same for different"
def __call__(self, tensor):
    return (tensor + self.mean + self.std * torch.randn(1)).clamp(0, 1)

# %% multiplied, not added id="D17" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian", "test_sum_is_clipped"] says="added, not multiplied"
def __call__(self, tensor):
    return (tensor * (1 + self.mean + self.std * torch.randn_like(tensor))).clamp(0, 1)

# %% in place id="D18" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_picture_that_came_in_is_left_alone"] says="picture that came in"
def __call__(self, tensor):
    tensor += self.mean + self.std * torch.randn_like(tensor)
    return tensor.clamp_(0, 1)

# %% float64 out of numpy id="D22" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_picture_that_came_in_is_left_alone"] says="float32"
def __call__(self, tensor):
    noise = np.random.normal(self.mean, self.std, tensor.shape)
    return torch.from_numpy(np.clip(tensor.numpy() + noise, 0, 1))

# %% shape of the notebook's pictures id="D23b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian", "test_nothing_but_noise_changes"]
def __call__(self, tensor):
    return (tensor + self.mean + self.std * torch.randn(1, 28, 28)).clamp(0, 1)

# %% an array comes back id="D22b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="should be a tensor"
def __call__(self, tensor):
    return np.clip(tensor.numpy() + np.random.normal(self.mean, self.std, tensor.shape), 0, 1)

# %% noise added to the target as well id="D19" task="AddGaussianNoise" invisible="the pairs are made by given code (ConcatDataset), which has tests of its own"
def pairs(noisy, clean, noise):
    return ConcatDataset(noisy, DigitImages(clean.images, clean.labels, transform=noise))

# %% two shuffled loaders zipped id="D20" task="AddGaussianNoise" invisible="the pairs are made by given code (ConcatDataset), which has tests of its own"
def pairs(noisy, clean):
    return zip(make_loader(noisy, 64, shuffle=True), make_loader(clean, 64, shuffle=True))

# %% noise on the scale of bytes id="D3b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"]
def __call__(self, tensor):
    noise = (self.mean + self.std * torch.randn_like(tensor) * 255).round() / 255
    return (tensor + noise).clamp(0, 1)

# %% noise on light pixels only id="D17b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"]
def __call__(self, tensor):
    noise = self.mean + self.std * torch.randn_like(tensor)
    return (tensor + noise * (tensor > 0)).clamp(0, 1)

# %% Laplace noise id="D1e" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"]
def __call__(self, tensor):
    noise = torch.distributions.Laplace(self.mean, self.std / 2**0.5).sample(tensor.shape)
    return (tensor + noise).clamp(0, 1)

# %% every other call without noise id="D21b" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"]
def __call__(self, tensor):
    if torch.rand(1) < 0.5:
        return tensor.clone()
    return (tensor + self.mean + self.std * torch.randn_like(tensor)).clamp(0, 1)

# %% noise from a small stock id="D21c" task="AddGaussianNoise" into="AddGaussianNoise" invisible="a thousand Gaussian numbers drawn again and again look Gaussian in the draws of a check"
def __call__(self, tensor):
    if not hasattr(self, "bank"):
        self.bank = torch.randn(1000)
    noise = self.bank[torch.randint(0, 1000, tensor.shape)]
    return (tensor + self.mean + self.std * noise).clamp(0, 1)

# %% loss per pixel printed as per image id="D24" task="dae_loss" invisible="the loop that divides and prints is given code"
def print_loss(total, loader):
    print(total / (784 * len(loader.dataset)))

# --- the denoising autoencoder -------------------------------------------------------------------------------------------

# %% output_padding missing id="E4" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="shape"
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
    self.decoder = nn.Sequential(nn.ConvTranspose2d(32, 16, 3, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 3, 2, 1))

# %% output_padding too much id="E5" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="shape"
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU())
    self.decoder = nn.ConvTranspose2d(16, 1, 4, 2, 1, output_padding=1)

# %% channels that do not fit id="E6" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"]
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU())
    self.decoder = nn.Sequential(nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))

# %% view that changes the number of pictures id="E19" task="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"]
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(392, 64), nn.Linear(64, 784)

    def forward(self, x):
        return self.up(F.relu(self.down(x.view(-1, 392)))).view(-1, 1, 28, 28)

# %% batch size of the notebook id="E19b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"]
def forward(self, x):
    return self.decoder(self.encoder(x)).view(64, 1, 28, 28)

# %% pictures of the batch mixed up id="E20" task="DenoisingAutoencoder" caught_by=["test_each_picture_is_denoised_by_itself"]
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(784, 64), nn.Linear(64, 784)

    def forward(self, x):
        flat = x.permute(1, 2, 3, 0).reshape(len(x), 784)
        return self.up(F.relu(self.down(flat))).view(-1, 1, 28, 28)

# %% layers in a list id="E21" task="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model", "test_network_learns_to_denoise"] says="ModuleList"
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

# %% layers made in forward id="E22" task="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model", "test_network_learns_to_denoise"]
class DenoisingAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        h = F.relu(nn.Conv2d(1, 16, 4, 2, 1)(x))
        return nn.ConvTranspose2d(16, 1, 4, 2, 1)(h)

# %% some layers made in forward id="E22b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model"] says="made anew"
def forward(self, x):
    h = self.encoder(x)
    return nn.Sequential(nn.ConvTranspose2d(64, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1))(h)

# %% code returned as well id="E24" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="several things"
def forward(self, x):
    h = self.encoder(x)
    return self.decoder(h), h

# %% channel lost id="E26" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="channel"
def forward(self, x):
    return self.decoder(self.encoder(x)).squeeze(1)

# %% squeeze loses the batch of one id="E26b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"]
def forward(self, x):
    return self.decoder(self.encoder(x)).squeeze().unsqueeze(1)

# %% flat pictures id="E27" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="shape"
def forward(self, x):
    return self.decoder(self.encoder(x)).flatten(1)

# %% no return id="N5b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="None"
def forward(self, x):
    x = self.decoder(self.encoder(x))

# %% the noisy picture is handed on id="E28" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def forward(self, x):
    y = self.decoder(self.encoder(x))
    return x

# %% code detached id="T11" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def forward(self, x):
    with torch.no_grad():
        return self.decoder(self.encoder(x))

# %% output can only be white id="E13b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def forward(self, x):
    return self.decoder(self.encoder(x)).sigmoid().sigmoid()

# %% ends in a softmax over the pixels id="E14b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def forward(self, x):
    h = self.decoder(self.encoder(x))
    return h.flatten(1).softmax(1).view_as(h)

# %% all weights start at 0 id="E29" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU())
    self.decoder = nn.Sequential(nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))
    for parameter in self.parameters():
        nn.init.zeros_(parameter)

# %% input is not used id="E30" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_each_picture_is_denoised_by_itself", "test_network_learns_to_denoise"] says="does not depend on the input"
def forward(self, x):
    return self.decoder(self.encoder(torch.ones_like(x)))

# %% dropout always on id="E31" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model"]
def forward(self, x):
    return self.decoder(F.dropout(self.encoder(x), 0.3))

# %% batch statistics in evaluation, too id="V14b" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_each_picture_is_denoised_by_itself"]
def forward(self, x):
    h = self.encoder(x)
    return self.decoder((h - h.mean(dim=(0, 2, 3), keepdim=True)) / (h.std(dim=(0, 2, 3), keepdim=True) + 1e-5))

# %% scaled by the largest code of the batch id="V14e" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_each_picture_is_denoised_by_itself"]
def forward(self, x):
    h = self.encoder(x)
    h = h / h.flatten(1).norm(dim=1).max()
    return self.decoder(h)

# %% channels last id="E26d" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"]
def forward(self, x):
    x = self.decoder(self.encoder(x))
    return x.permute(0, 2, 3, 1)

# %% all weights frozen id="E21c" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def __init__(self):
    super().__init__()
    self.encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU())
    self.decoder = nn.Sequential(nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))
    self.requires_grad_(False)

# %% output never above 0 id="E13d" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_network_learns_to_denoise"]
def forward(self, x):
    return -F.relu(self.decoder(self.encoder(x)))

# --- its loss ------------------------------------------------------------------------------------------------------------

# %% mean over everything id="T13" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"] says="mean over everything"
def dae_loss(output, images):
    return F.mse_loss(output, images)

# %% mean over the batch id="T13b" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"] says="averaged over the batch"
def dae_loss(output, images):
    return F.mse_loss(output, images, reduction="sum") / len(images)

# %% divided by the notebook's batch size id="T20" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"]
def dae_loss(output, images):
    return F.mse_loss(output, images, reduction="sum") / 64

# %% mean over the pixels id="T13c" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"] says="averaged over the pixels"
def dae_loss(output, images):
    return ((output - images) ** 2).flatten(1).mean(1).sum()

# %% half of the sum id="T13d" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"] says="half"
def dae_loss(output, images):
    return 0.5 * torch.sum((output - images) ** 2)

# %% not summed id="K15c" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"] says="sum it up"
def dae_loss(output, images):
    return F.mse_loss(output, images, reduction="none")

# %% summed per picture id="K15d" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"] says="sum it up"
def dae_loss(output, images):
    return ((output - images) ** 2).sum(dim=(1, 2, 3))

# %% absolute errors id="T12" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"] says="absolute"
def dae_loss(output, images):
    return F.l1_loss(output, images, reduction="sum")

# %% root of the sum id="T12b" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"] says="root"
def dae_loss(output, images):
    return torch.norm(output - images)

# %% cross-entropy id="K26e" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"]
def dae_loss(output, images):
    return F.binary_cross_entropy(output, images, reduction="sum")

# %% squared sum, not sum of squares id="T12c" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"]
def dae_loss(output, images):
    return (output - images).sum() ** 2

# %% item before backward id="K29b" task="dae_loss" caught_by=["test_loss_has_the_right_gradient"] says="no gradient"
def dae_loss(output, images):
    return ((output - images) ** 2).sum().item()

# %% output detached id="T11b" task="dae_loss" caught_by=["test_loss_has_the_right_gradient"] says="no gradient"
def dae_loss(output, images):
    return F.mse_loss(output.detach(), images, reduction="sum")

# %% the picture compared with itself id="T10" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"]
def dae_loss(output, images):
    return F.mse_loss(images, images, reduction="sum")

# %% a loss object comes back id="K15e" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"] says="MSELoss"
def dae_loss(output, images):
    return nn.MSELoss(reduction="sum")

# %% output clipped before comparing id="T12d" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"]
def dae_loss(output, images):
    return F.mse_loss(output.clamp(0, 1), images, reduction="sum")

# %% first picture only id="T17" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"]
def dae_loss(output, images):
    return F.mse_loss(output[0], images[0], reduction="sum")

# %% added, not subtracted id="T12e" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"]
def dae_loss(output, images):
    return ((output + images) ** 2).sum()

# %% smooth absolute errors id="T12f" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"]
def dae_loss(output, images):
    return F.smooth_l1_loss(output, images, reduction="sum")

# %% difference of squares id="T12g" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"]
def dae_loss(output, images):
    return torch.sum(torch.abs(output**2 - images**2))

# --- its optimizer -------------------------------------------------------------------------------------------------------

# %% parameters of another model id="T7" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model", "test_training_with_it_lowers_the_loss"] says="none of the parameters"
def make_dae_optimizer(model):
    return torch.optim.Adam(DenoisingAutoencoder().parameters(), lr=1e-3)

# %% only the decoder id="T7b" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model"]
def make_dae_optimizer(model):
    return torch.optim.Adam(model.decoder.parameters(), lr=1e-3)

# %% only the weight matrices id="T7c" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model"] says="only some"
def make_dae_optimizer(model):
    return torch.optim.Adam([p for name, p in model.named_parameters() if "weight" in name], lr=1e-3)

# %% only layers of known types id="T7d" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model"] says="only some"
def make_dae_optimizer(model):
    layers = [module for module in model.modules() if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d))]
    return torch.optim.Adam([parameter for layer in layers for parameter in layer.parameters()], lr=1e-3)

# %% SGD with a rate for means id="T38" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"] says="gradients are large"
def make_dae_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.01)

# %% SGD with momentum and a rate for means id="T38b" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"]
def make_dae_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

# %% rate far too small id="T39" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"] says="far too small"
def make_dae_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-6)

# %% rate of 0 for a test id="T39b" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"] says="far too small"
def make_dae_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=1e-9)

# %% climbs id="T40" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"]
def make_dae_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=1e-5, maximize=True)

# %% rate far too large id="T38c" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"]
def make_dae_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=3.0)

# %% the class, not an optimizer id="T41" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model", "test_training_with_it_lowers_the_loss"] says="should return an optimizer"
def make_dae_optimizer(model):
    return torch.optim.Adam

# %% optimizer and loss come back id="T41b" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model"] says="should return an optimizer"
def make_dae_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3), nn.MSELoss(reduction="sum")

# %% parameters of a copy id="T7f" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model", "test_training_with_it_lowers_the_loss"]
def make_dae_optimizer(model):
    import copy
    return torch.optim.Adam(copy.deepcopy(model).parameters(), lr=1e-3)

# %% last parameters only id="T7g" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model"]
def make_dae_optimizer(model):
    return torch.optim.Adam(list(model.parameters())[-2:], lr=1e-3)

# --- the loss of the VAE -------------------------------------------------------------------------------------------------

# %% sign of the KL id="K1" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="sign is wrong"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, 0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% half missing id="K2" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="twice the right one"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% half twice id="K2b" task="vae_loss" caught_by=["test_kl_has_the_right_value"] says="half the right one"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction, kl / 2

# %% mu missing id="K3" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="mu² is missing"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - log_var.exp())

# %% mu not squared id="K4" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="not squared"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu - log_var.exp())

# %% one missing id="K5" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_prior_costs_nothing"] says="must be 0"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(log_var - mu**2 - log_var.exp())

# %% exp missing id="K6" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="exponentiated"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu**2 - log_var)

# %% exp on the wrong term id="K6b" task="vae_loss" caught_by=["test_kl_has_the_right_value"] says="wrong term"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var.exp() - mu**2 - log_var)

# %% square in the place of exp id="K6c" task="vae_loss" caught_by=["test_kl_has_the_right_value"] says="log_var²"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu**2 - log_var**2)

# %% mu exponentiated id="K6d" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"]
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu.exp() ** 2 - log_var.exp())

# %% logarithm of the logarithm id="K7" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_two_numbers_come_back"] says="not a finite number"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + torch.log(log_var) - mu**2 - log_var)

# %% taken for log sigma id="K8" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="log sigma"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + 2 * log_var - mu**2 - torch.exp(2 * log_var))

# %% sigma in the place of its square id="K8b" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="sigma stands"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu**2 - torch.exp(0.5 * log_var))

# %% prior and cloud exchanged id="K9" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="exchanged"
def vae_loss(output, mu, log_var, images):
    q = torch.distributions.Normal(mu, (0.5 * log_var).exp())
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    kl = torch.distributions.kl_divergence(p, q).sum()
    return F.binary_cross_entropy(output, images, reduction="sum"), kl

# %% prior with log-variance 1 id="K10" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_prior_costs_nothing"] says="logarithm of 1 is 0"
def vae_loss(output, mu, log_var, images):
    q = torch.distributions.Normal(mu, (0.5 * log_var).exp())
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu).exp())
    return F.binary_cross_entropy(output, images, reduction="sum"), torch.distributions.kl_divergence(q, p).sum()

# %% Normal with the variance id="K8c" task="vae_loss" caught_by=["test_kl_has_the_right_value"] says="log sigma"
def vae_loss(output, mu, log_var, images):
    q = torch.distributions.Normal(mu, log_var.exp())
    p = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return F.binary_cross_entropy(output, images, reduction="sum"), torch.distributions.kl_divergence(q, p).sum()

# %% nan hidden id="K11" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"]
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    log_sigma = torch.nan_to_num(torch.log(log_var), nan=0.0)
    return reconstruction, -0.5 * torch.sum(1 + 2 * log_sigma - mu**2 - log_var.exp())

# %% mean over everything id="K12" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="mean over everything"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.mean(1 + log_var - mu**2 - log_var.exp())

# %% mean over the batch id="K13" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"] says="averaged over the batch"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, torch.mean(-0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp(), dim=1))

# %% mean over the dimensions id="K12b" task="vae_loss" caught_by=["test_kl_has_the_right_value"] says="averaged over the latent dimensions"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp()) / mu.shape[1]

# %% both averaged over the batch id="K13b" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="averaged over the batch"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction / len(images), kl / len(images)

# %% KL not summed id="K15" task="vae_loss" caught_by=["test_two_numbers_come_back", "test_kl_has_the_right_value"] says="sum it up"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp(), dim=1)

# %% balanced by hand id="K16" task="vae_loss" caught_by=["test_kl_has_the_right_value"] says="hidden beta"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction, kl / len(images) * 784

# %% free bits id="K17" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_prior_costs_nothing"] says="cut off"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * (1 + log_var - mu**2 - log_var.exp())
    return reconstruction, kl.clamp(min=0.5).sum()

# %% absolute value of each term id="K17b" task="vae_loss" invisible="each term of a KL between Gaussians is positive, so that abs() and clamp(min=0) change nothing but rounding"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, (-0.5 * (1 + log_var - mu**2 - log_var.exp())).abs().sum()

# %% BCE averaged over everything id="K19" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="mean over everything"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, images), kl

# %% BCE averaged over the pixels id="K19b" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="averaged over the pixels"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, images) * len(images), kl

# %% BCE not summed id="K15b" task="vae_loss" caught_by=["test_two_numbers_come_back", "test_reconstruction_has_the_right_value"] says="sum it up"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, images, reduction="none"), kl

# %% target first id="K20" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="arguments are exchanged"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(images, output, reduction="sum"), kl

# %% logits version on probabilities id="K21" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="with logits"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy_with_logits(output, images, reduction="sum"), kl

# %% pictures scaled to [-1, 1] id="K23" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, 2 * images - 1, reduction="sum"), kl

# %% pictures rounded id="K24" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="grey"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, (images > 0.5).float(), reduction="sum"), kl

# %% half of the cross-entropy id="K25" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="dark pixels"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return -(images * torch.log(output)).sum(), kl

# %% sign of the cross-entropy id="K1b" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="sign"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return (images * torch.log(output) + (1 - images) * torch.log(1 - output)).sum(), kl

# %% squared error id="K26" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value", "test_reconstruction_has_the_right_gradient"] says="squared error"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.mse_loss(output, images, reduction="sum"), kl

# %% both parts added id="K27" task="vae_loss" caught_by=["test_two_numbers_come_back"] says="should return two"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction - 0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% total returned as well id="K27b" task="vae_loss" caught_by=["test_two_numbers_come_back"] says="3 things"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction + kl, reconstruction, kl

# %% total and KL id="K27c" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction + kl, kl

# %% KL first id="E25b" task="vae_loss" caught_by=["test_two_numbers_come_back", "test_kl_has_the_right_value"] says="wrong order"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp()), reconstruction

# %% numbers without gradients id="K29" task="vae_loss" caught_by=["test_kl_has_the_right_gradients", "test_reconstruction_has_the_right_gradient"] says="no gradient"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction.item(), (-0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())).item()

# %% mu detached id="R15c" task="vae_loss" caught_by=["test_kl_has_the_right_gradients"] says="mu"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu.detach() ** 2 - log_var.exp())

# %% in place on log_var id="R20b" task="vae_loss" caught_by=["test_two_numbers_come_back"] says="changed one of its arguments"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    first = torch.sum(1 + log_var - mu**2)
    return reconstruction, -0.5 * (first - torch.sum(log_var.exp_()))

# %% number of latent dimensions of the notebook id="R24" task="vae_loss" caught_by=["test_kl_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * (16 * len(mu) + torch.sum(log_var - mu**2 - log_var.exp()))

# %% arguments in another order id="N4" task="vae_loss" caught_by=["test_two_numbers_come_back", "test_kl_has_the_right_value"]
def vae_loss(images, output, mu, log_var):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction, -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% KL of the first picture id="K13c" task="vae_loss" caught_by=["test_kl_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    return F.binary_cross_entropy(output, images, reduction="sum"), -0.5 * torch.sum(1 + log_var[0] - mu[0]**2 - log_var[0].exp())

# %% KL of one sample id="K18" task="vae_loss" caught_by=["test_kl_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    std = (0.5 * log_var).exp()
    z = mu + std * torch.randn_like(std)
    q = torch.distributions.Normal(mu, std); p = torch.distributions.Normal(0.0, 1.0)
    return F.binary_cross_entropy(output, images, reduction="sum"), (q.log_prob(z) - p.log_prob(z)).sum()

# %% hidden beta id="K32" task="vae_loss" caught_by=["test_kl_has_the_right_value"]
def vae_loss(output, mu, log_var, images, beta=4):
    return F.binary_cross_entropy(output, images, reduction="sum"), beta * -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% a Sigmoid too many id="K21b" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    return F.binary_cross_entropy(torch.sigmoid(output), images, reduction="sum"), -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% guard that is too large id="K22b" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value"]
def vae_loss(output, mu, log_var, images):
    e = 1e-2
    bce = -(images * torch.log(output + e) + (1 - images) * torch.log(1 - output + e)).sum()
    return bce, -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())

# %% log_var clamped inside id="K17c" task="vae_loss" caught_by=["test_kl_has_the_right_gradients"]
def vae_loss(output, mu, log_var, images):
    v = log_var.clamp(min=-1)
    return F.binary_cross_entropy(output, images, reduction="sum"), -0.5 * torch.sum(1 + v - mu**2 - v.exp())

# --- reparameterize ------------------------------------------------------------------------------------------------------

# %% uniform noise id="R1" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"] says="randn"
def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return mu + std * torch.rand_like(std)

# %% uniform noise of variance 1 id="R2" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"] says="uniform, not Gaussian"
def reparameterize(self, mu, log_var):
    eps = (torch.rand_like(mu) - 0.5) * 12**0.5
    return mu + torch.exp(0.5 * log_var) * eps

# %% half missing in the exponent id="R3" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="exp(log_var / 2)"
def reparameterize(self, mu, log_var):
    return mu + torch.exp(log_var) * torch.randn_like(mu)

# %% no exp at all id="R4" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="exponentiated"
def reparameterize(self, mu, log_var):
    return mu + log_var * torch.randn_like(mu)

# %% root of a negative number id="R5" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="not finite"
def reparameterize(self, mu, log_var):
    return mu + torch.sqrt(log_var) * torch.randn_like(mu)

# %% root of the absolute value id="R5b" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    return mu + torch.sqrt(log_var.abs()) * torch.randn_like(mu)

# %% logarithm of the logarithm id="R26" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="not finite"
def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * torch.log(log_var)) * torch.randn_like(mu)

# %% sign in the exponent id="R7" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="sign in the exponent"
def reparameterize(self, mu, log_var):
    return mu + torch.exp(-0.5 * log_var) * torch.randn_like(mu)

# %% two in the place of one half id="R7c" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="four times"
def reparameterize(self, mu, log_var):
    return mu + torch.exp(2 * log_var) * torch.randn_like(mu)

# %% half taken twice id="R7d" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="half of what it should be"
def reparameterize(self, mu, log_var):
    return mu + torch.sqrt(torch.exp(0.5 * log_var)) * torch.randn_like(mu)

# %% one noise for the batch id="R8" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal"] says="different images"
def reparameterize(self, mu, log_var):
    eps = torch.randn(1, mu.shape[1])
    return mu + torch.exp(0.5 * log_var) * eps

# %% one number for each picture id="R10" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal"] says="different latent dimensions"
def reparameterize(self, mu, log_var):
    eps = torch.randn(mu.shape[0], 1)
    return mu + torch.exp(0.5 * log_var) * eps

# %% one number for all id="R10b" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal"] says="the same for different"
def reparameterize(self, mu, log_var):
    eps = np.random.randn()
    return mu + torch.exp(0.5 * log_var) * eps

# %% seeded at each call id="R11" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal", "test_samples_in_training_and_in_evaluation_mode"] says="calls"
def reparameterize(self, mu, log_var):
    torch.manual_seed(0)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% noise drawn once id="R11b" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_samples_in_training_and_in_evaluation_mode"] says="calls"
def reparameterize(self, mu, log_var):
    if not hasattr(self, "eps") or self.eps.shape != mu.shape:
        self.eps = torch.randn_like(mu)
    return mu + torch.exp(0.5 * log_var) * self.eps

# %% torch.normal id="R12" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="torch.normal"
def reparameterize(self, mu, log_var):
    return torch.normal(mu, torch.exp(0.5 * log_var))

# %% sample without gradient id="R13" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="rsample"
def reparameterize(self, mu, log_var):
    return torch.distributions.Normal(mu, torch.exp(0.5 * log_var)).sample()

# %% Normal with the variance id="R14" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"] says="exp(log_var / 2)"
def reparameterize(self, mu, log_var):
    return torch.distributions.Normal(mu, log_var.exp()).rsample()

# %% sigma detached id="R15" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="log_var"
def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var).detach()
    return mu + std * torch.randn_like(std)

# %% mu detached id="R15b" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="mu detached"
def reparameterize(self, mu, log_var):
    return mu.detach() + torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% no gradients at all id="R15d" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="no gradient"
@torch.no_grad()
def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% through numpy id="R15e" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"] says="no gradient"
def reparameterize(self, mu, log_var):
    mu, std = mu.detach().numpy(), np.exp(0.5 * log_var.detach().numpy())
    return torch.tensor(np.random.normal(mu, std), dtype=torch.float32)

# %% the mean, always id="R16" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal", "test_samples_in_training_and_in_evaluation_mode"] says="no noise"
def reparameterize(self, mu, log_var):
    return mu

# %% the mean in evaluation mode id="R16b" task="VAE.reparameterize" into="VAE" caught_by=["test_samples_in_training_and_in_evaluation_mode"] says="evaluation mode"
def reparameterize(self, mu, log_var):
    if not self.training:
        return mu
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% the mean in training id="R16c" task="VAE.reparameterize" into="VAE" caught_by=["test_samples_in_training_and_in_evaluation_mode"] says="training mode"
def reparameterize(self, mu, log_var):
    if self.training:
        return mu
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% clipped noise id="R18" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"] says="clipped"
def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu).clamp(-2, 2)

# %% truncated noise id="R18b" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"] says="tails are cut off"
def reparameterize(self, mu, log_var):
    eps = nn.init.trunc_normal_(torch.empty_like(mu), a=-2.5, b=2.5)
    return mu + torch.exp(0.5 * log_var) * eps

# %% positive noise id="R18c" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"] says="never negative"
def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu).abs()

# %% two noises id="R19" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"] says="twice"
def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return mu + std * torch.randn_like(std) + std * torch.randn_like(std)

# %% in place on mu id="R20" task="VAE.reparameterize" into="VAE" caught_by=["test_sample_has_the_shape_of_mu"] says="overwrote"
def reparameterize(self, mu, log_var):
    mu += torch.exp(0.5 * log_var) * torch.randn_like(mu)
    return mu

# %% in place on log_var id="R20c" task="VAE.reparameterize" into="VAE" caught_by=["test_sample_has_the_shape_of_mu"] says="overwrote"
def reparameterize(self, mu, log_var):
    std = log_var.mul_(0.5).exp_()
    return mu + std * torch.randn_like(std)

# %% arguments exchanged id="R21" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"]
def reparameterize(self, log_var, mu):
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% sixteen dimensions written down id="R24b" task="VAE.reparameterize" into="VAE" caught_by=["test_sample_has_the_shape_of_mu"]
def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var) * torch.randn(mu.shape[0], 16)

# %% mu forgotten id="R27" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    return torch.exp(0.5 * log_var) * torch.randn_like(mu)

# %% softplus for exp id="R28" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    return mu + F.softplus(log_var) * torch.randn_like(mu)

# %% the whole sample scaled id="R29" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact", "test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    return (mu + torch.randn_like(mu)) * torch.exp(0.5 * log_var)

# %% several results id="N4b" task="VAE.reparameterize" into="VAE" caught_by=["test_sample_has_the_shape_of_mu"] says="tuple"
def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    return mu + torch.exp(0.5 * log_var) * eps, eps

# %% three seeds in turn id="R11c" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    torch.manual_seed(int(torch.randint(0, 3, (1,))))
    return mu + (0.5 * log_var).exp() * torch.randn_like(mu)

# %% plus or minus one id="R2b" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    return mu + (0.5 * log_var).exp() * (2 * torch.randint(0, 2, mu.shape) - 1)

# %% mirrored noise in the batch id="R8b" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise"]
def reparameterize(self, mu, log_var):
    half = torch.randn((len(mu) + 1) // 2, mu.shape[1])
    return mu + (0.5 * log_var).exp() * torch.cat([half, -half])[: len(mu)]

# %% sum of three uniform numbers id="R2c" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal"]
def reparameterize(self, mu, log_var):
    eps = torch.rand(3, *mu.shape).sum(0) * 2 - 3
    return mu + (0.5 * log_var).exp() * eps

# %% noise normalized over the batch id="R8c" task="VAE.reparameterize" into="VAE" caught_by=["test_every_number_has_its_own_noise"]
def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    eps = (eps - eps.mean(0)) / eps.std(0) if len(mu) > 1 else eps
    return mu + (0.5 * log_var).exp() * eps

# %% noise depends on mu id="R15h" task="VAE.reparameterize" into="VAE" caught_by=["test_gradients_are_exact"]
def reparameterize(self, mu, log_var):
    std = (0.5 * log_var).exp()
    return mu + std * torch.randn_like(std) * torch.sigmoid(10 + 10 * mu)

# --- encoder -------------------------------------------------------------------------------------------------------------

# %% z is mu id="R16d" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"] says="mu itself"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, mu

# %% only two results id="E24b" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"] says="three tensors"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var

# %% only z id="E24c" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"] says="three tensors"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return self.reparameterize(mu, log_var)

# %% z first id="E25" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"] says="not z first"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return self.reparameterize(mu, log_var), mu, log_var

# %% log_var first id="R21b" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"] says="exchanged"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return log_var, mu, self.reparameterize(mu, log_var)

# %% arguments of reparameterize exchanged id="R21c" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"] says="exchanged"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(log_var, mu)

# %% one head for both id="R21d" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"] says="the same"
def encoder(self, x):
    mu, _ = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    log_var, _ = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% ReLU on the code id="E12" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"] says="never negative"
def encoder(self, x):
    mu, log_var = F.relu(self.to_mu_and_log_var(self.features(x))).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% softplus on log_var id="E12b" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"] says="log_var is never negative"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    log_var = F.softplus(log_var)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% the variance comes back id="E12c" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"] says="log_var is never negative"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var.exp(), self.reparameterize(mu, log_var)

# %% tanh on mu id="E12d" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"] says="mu never leaves"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    mu = torch.tanh(mu)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% sigmoid on log_var id="E12e" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"] says="log_var is never negative"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    log_var = torch.sigmoid(log_var)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% log_var a constant id="E32" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number", "test_each_picture_has_its_own_code"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    log_var = torch.zeros_like(log_var)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% sixteen dimensions id="R24c" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"]
def encoder(self, x):
    out = self.to_mu_and_log_var(self.features(x))
    mu, log_var = out[:, :16], out[:, 16:]
    return mu, log_var, self.reparameterize(mu, log_var)

# %% batch size of the notebook id="E19c" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"]
def encoder(self, x):
    out = self.to_mu_and_log_var(self.features(x).view(64, -1))
    mu, log_var = out.chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% split along the batch id="E33" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% batch of one squeezed id="C20" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"] says="shape"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    z = self.reparameterize(mu, log_var)
    return mu.squeeze(), log_var.squeeze(), z.squeeze()

# %% codes normalized over the batch id="V14c" task="VAE.encoder" into="VAE" caught_by=["test_each_picture_has_its_own_code"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    mu = (mu - mu.mean(0)) * 2
    return mu, log_var, self.reparameterize(mu, log_var)

# %% reparameterize misses the name of the class id="N4c" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape"] says="NameError"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, reparameterize(mu, log_var)

# %% noise of its own, uniform id="R1b" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"] says="uniform"
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    z = mu + torch.exp(0.5 * log_var) * torch.rand_like(mu)
    return mu, log_var, z

# %% noise of its own, wrong spread id="R3b" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, mu + torch.exp(log_var) * torch.randn_like(mu)

# %% log_var never positive id="E12f" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    log_var = log_var.clamp(max=0)
    return mu, log_var, self.reparameterize(mu, log_var)

# %% log_var made negative id="E12g" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, -log_var.abs(), self.reparameterize(mu, -log_var.abs())

# %% mu added twice id="R27b" task="VAE.encoder" into="VAE" caught_by=["test_z_is_drawn_around_mu"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu, log_var) + mu

# %% softmax on mu id="E12h" task="VAE.encoder" into="VAE" caught_by=["test_mu_and_log_var_may_be_any_number"]
def encoder(self, x):
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    mu = mu.softmax(1)
    return mu, log_var, self.reparameterize(mu, log_var)

# --- decoder -------------------------------------------------------------------------------------------------------------

# %% no sigmoid id="E13" task="VAE.decoder" into="VAE" caught_by=["test_pictures_stay_in_range"] says="leave [0, 1]"
def decoder(self, z):
    return self.images[:-1](z)

# %% tanh id="E15" task="VAE.decoder" into="VAE" caught_by=["test_pictures_stay_in_range"] says="Tanh"
def decoder(self, z):
    return torch.tanh(self.images[:-1](z))

# %% ReLU at the end id="E13c" task="VAE.decoder" into="VAE" caught_by=["test_pictures_stay_in_range"] says="leave [0, 1]"
def decoder(self, z):
    return F.relu(self.images[:-1](z))

# %% sigmoid twice id="E18" task="VAE.decoder" into="VAE" caught_by=["test_pictures_stay_in_range", "test_whole_model_learns"] says="twice"
def decoder(self, z):
    return torch.sigmoid(self.images(z))

# %% softmax over the pixels id="E14" task="VAE" into="VAE" caught_by=["test_whole_model_learns"]
def decoder(self, z):
    logits = self.images[:-1](z)
    return logits.flatten(1).softmax(dim=1).view_as(logits)

# %% channel lost id="E26c" task="VAE.decoder" into="VAE" caught_by=["test_pictures_have_the_right_shape"] says="channel"
def decoder(self, z):
    return self.images(z).squeeze(1)

# %% flat pictures id="E27b" task="VAE.decoder" into="VAE" caught_by=["test_pictures_have_the_right_shape"] says="shape"
def decoder(self, z):
    return self.images(z).flatten(1)

# %% batch size of the notebook id="E19d" task="VAE.decoder" into="VAE" caught_by=["test_pictures_have_the_right_shape"]
def decoder(self, z):
    return self.images(z).view(64, 1, 28, 28)

# %% sixteen dimensions id="E3" task="VAE.decoder" into="VAE" caught_by=["test_pictures_have_the_right_shape"]
def decoder(self, z):
    return self.images(z.view(-1, 16))

# %% noise in the decoder id="E34" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture"] 
def decoder(self, z):
    return self.images(z + 0.1 * torch.randn_like(z))

# %% code ignored id="E30b" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture", "test_whole_model_learns"] says="does not depend on z"
def decoder(self, z):
    return self.images(torch.zeros_like(z))

# %% codes normalized over the batch id="V14d" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture"]
def decoder(self, z):
    return self.images(z - z.mean(0))

# %% pictures stretched to the full range id="D10c" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture"]
def decoder(self, z):
    x = self.images[:-1](z)
    return (x - x.min()) / (x.max() - x.min())

# %% samples anew, given a code id="R25" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture"]
def decoder(self, z):
    return self.images(self.reparameterize(z, torch.zeros_like(z)))

# %% one code for the whole batch id="E30c" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture"]
def decoder(self, z):
    return self.images(z.mean(1, keepdim=True).mean(0, keepdim=True).expand_as(z))

# %% pictures from 0 to 255 id="E13e" task="VAE.decoder" into="VAE" caught_by=["test_pictures_stay_in_range"]
def decoder(self, z):
    return self.images(z) * 255

# %% pictures rounded id="T11d" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture", "test_whole_model_learns"] says="gradient"
def decoder(self, z):
    return self.images(z).round()

# %% pictures never above one half id="E18b" task="VAE.decoder" into="VAE" caught_by=["test_pictures_stay_in_range"]
def decoder(self, z):
    return self.images(z) * 0.5

# %% gradients off in the decoder id="T11c" task="VAE" into="VAE" caught_by=["test_gradient_reaches_the_encoder", "test_whole_model_learns"]
@torch.no_grad()
def decoder(self, z):
    return self.images(z)

# --- forward -------------------------------------------------------------------------------------------------------------

# %% only the picture id="E24d" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"] says="three tensors"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z)

# %% four results id="E24e" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"] says="4 things"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z), mu, log_var, z

# %% mu and log_var exchanged id="E25c" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order", "test_decodes_the_sample"] says="wrong order"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z), log_var, mu

# %% picture last id="E25d" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"] says="reconstruction, mu, log_var"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return mu, log_var, self.decoder(z)

# %% z in the place of mu id="E25e" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"] says="sample z"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z), z, log_var

# %% decodes the mean id="R16e" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"] says="decodes the mean"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(mu), mu, log_var

# %% decodes the mean in evaluation mode id="R16f" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"] says="decodes the mean"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z if self.training else mu), mu, log_var

# %% decodes log_var id="R21e" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"] says="decodes log_var"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(log_var), mu, log_var

# %% results of the encoder in another order id="E25f" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"]
def forward(self, x):
    z, mu, log_var = self.encoder(x)
    return self.decoder(z), mu, log_var

# %% samples again around z id="R19b" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"]
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(self.reparameterize(z, log_var)), mu, log_var

# %% sample of the prior decoded id="S4" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample", "test_gradient_reaches_the_encoder"]
def forward(self, x):
    mu, log_var, _ = self.encoder(x)
    return self.decoder(torch.randn_like(mu)), mu, log_var

# %% z detached id="R15f" task="VAE.forward" into="VAE" caught_by=["test_gradient_reaches_the_encoder"] says="detached"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z.detach()), mu, log_var

# %% encoder under no_grad id="R15g" task="VAE.forward" into="VAE" caught_by=["test_gradient_reaches_the_encoder"] says="detached"
def forward(self, x):
    with torch.no_grad():
        mu, log_var, z = self.encoder(x)
    return self.decoder(z), mu, log_var

# %% encoded twice, so that z belongs to other numbers id="E35" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"]
def forward(self, x):
    mu, log_var, _ = self.encoder(x)
    z = self.reparameterize(mu, log_var)
    return self.decoder(0.5 * z), mu, log_var

# %% the picture itself comes back id="T10b" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample", "test_gradient_reaches_the_encoder"]
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    reconstruction = self.decoder(z)
    return x.detach(), mu, log_var

# %% a dictionary comes back id="E24f" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"] says="dict"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return {"x": self.decoder(z), "mu": mu, "log_var": log_var}

# %% layers in lists id="E21b" task="VAE" caught_by=["test_whole_model_learns"]
class VAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        self.down = [nn.Linear(784, 100), nn.Linear(100, 2 * latent_feature)]
        self.up = [nn.Linear(latent_feature, 100), nn.Linear(100, 784)]

    def reparameterize(self, mu, log_var):
        return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)

    def encoder(self, x):
        mu, log_var = self.down[1](F.relu(self.down[0](x.flatten(1)))).chunk(2, dim=1)
        return mu, log_var, self.reparameterize(mu, log_var)

    def decoder(self, z):
        return torch.sigmoid(self.up[1](F.relu(self.up[0](z)))).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var

# %% zero weights at the start id="E29b" task="VAE.forward" into="VAE" caught_by=["test_whole_model_learns"]
def __init__(self, latent_feature=16):
    super().__init__()
    self.features = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU())
    self.to_mu_and_log_var = nn.Linear(128, 2 * latent_feature)
    self.images = nn.Sequential(
        nn.Linear(latent_feature, 128), nn.ReLU(), nn.Linear(128, 784), nn.Unflatten(1, (1, 28, 28)), nn.Sigmoid()
    )
    for parameter in self.parameters():
        nn.init.zeros_(parameter)

# %% sigma in the place of log_var id="E25g" task="VAE.forward" into="VAE" caught_by=["test_three_results_in_order"]
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z), mu, (0.5 * log_var).exp()

# %% more noise on z id="R19c" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"]
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z + torch.randn_like(z)), mu, log_var

# %% reconstruction detached id="T11e" task="VAE.forward" into="VAE" caught_by=["test_gradient_reaches_the_encoder", "test_whole_model_learns"]
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z).detach(), mu, log_var

# %% codes of other pictures decoded id="R8d" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"]
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z.flip(0)), mu, log_var

# --- snapshots of the latent space ---------------------------------------------------------------------------------------

# %% samples in the place of means id="S8" task="latent_snapshots" caught_by=["test_codes_are_the_means_at_that_epoch"] says="samples z"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    device = device_of(vae)
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch > 0:
            vae.train()
            for images, _ in train_loader:
                images = images.to(device)
                optimizer.zero_grad()
                sum(vae_loss(*vae(images), images)).backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images.to(device))[2].cpu(), labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
    return snapshots

# %% training pictures id="S9" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded", "test_codes_are_the_means_at_that_epoch"] says="*training*"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    device = device_of(vae)
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch > 0:
            vae.train()
            for images, _ in train_loader:
                images = images.to(device)
                optimizer.zero_grad()
                sum(vae_loss(*vae(images), images)).backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images.to(device))[0].cpu(), labels) for images, labels in train_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
    return snapshots

# %% one batch only id="S10" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="Every batch counts"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            images, labels = next(iter(test_loader))
            with torch.no_grad():
                snapshots[epoch] = (vae.encoder(images)[0], labels)
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% last batch left out id="S10b" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="Every batch counts"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in list(test_loader)[:-1]]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% labels from a second pass id="V7" task="latent_snapshots" caught_by=["test_labels_belong_to_the_codes"] says="one loop"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                mu = torch.cat([vae.encoder(images)[0] for images, _ in test_loader])
            labels = torch.cat([labels for _, labels in test_loader])
            snapshots[epoch] = (mu, labels)
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% labels collected once id="V8" task="latent_snapshots" caught_by=["test_labels_belong_to_the_codes"] says="one loop"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    labels = torch.cat([labels for _, labels in test_loader])
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                snapshots[epoch] = (torch.cat([vae.encoder(images)[0] for images, _ in test_loader]), labels)
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% recorded in training mode id="V14" task="latent_snapshots" caught_by=["test_codes_are_the_means_at_that_epoch"] says="training mode"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% evaluation mode never left id="T14" task="latent_snapshots" caught_by=["test_one_adam_with_the_given_rate"] says="vae.train()"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    vae.train()
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% recorded after the epoch has begun id="S15" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs):
        vae.train()
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
    return snapshots

# %% every epoch one too late id="S15b" task="latent_snapshots" caught_by=["test_codes_are_the_means_at_that_epoch"] says="0 is before training"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch < n_epochs:
            vae.train()
            for images, _ in train_loader:
                optimizer.zero_grad()
                sum(vae_loss(*vae(images), images)).backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
    return snapshots

# %% every epoch recorded id="S16" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="keys should be"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
        snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% a list comes back id="S16b" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="dictionary"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = []
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots.append(tuple(torch.cat(part) for part in zip(*pairs)))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% epochs of the notebook id="A31" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded", "test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(11):
        if epoch in (0, 5, 10):
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch < 10:
            for images, _ in train_loader:
                optimizer.zero_grad()
                sum(vae_loss(*vae(images), images)).backward()
                optimizer.step()
    return snapshots

# %% gradients kept in the codes id="T16" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="no_grad"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% lists of codes id="I10c" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="should be a tensor"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = ([mu for mu, _ in pairs], [labels for _, labels in pairs])
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% never trained id="T5" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl", "test_one_adam_with_the_given_rate"] says="never took a step"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
    return snapshots

# %% zero_grad forgotten id="T1" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="zero_grad"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            reconstruction, kl = vae_loss(*vae(images), images)
            (reconstruction + kl).backward()
            optimizer.step()
    return snapshots

# %% zero_grad once an epoch id="T1b" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="zero_grad"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        optimizer.zero_grad()
        for images, _ in train_loader:
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% zero_grad between backward and step id="T2" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.zero_grad()
            optimizer.step()
    return snapshots

# %% step before backward id="T4" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            loss = sum(vae_loss(*vae(images), images))
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
    return snapshots

# %% optimizer in the loop id="T6" task="latent_snapshots" caught_by=["test_one_adam_with_the_given_rate"] says="before the loop"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% rate written down id="T37" task="latent_snapshots" caught_by=["test_one_adam_with_the_given_rate"] says="argument lr"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=1e-4)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% SGD id="T29" task="latent_snapshots" caught_by=["test_one_adam_with_the_given_rate"] says="SGD"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.SGD(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% reconstruction alone id="T35" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="minimize reconstruction + kl"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            vae_loss(*vae(images), images)[0].backward()
            optimizer.step()
    return snapshots

# %% KL subtracted id="K30" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="reconstruction − kl"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            reconstruction, kl = vae_loss(*vae(images), images)
            optimizer.zero_grad()
            (reconstruction - kl).backward()
            optimizer.step()
    return snapshots

# %% a model of its own is trained id="T7e" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    model = VAE(2)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        if epoch == n_epochs:
            break
        for images, _ in train_loader:
            optimizer.zero_grad()
            sum(vae_loss(*model(images), images)).backward()
            optimizer.step()
    return snapshots

# %% trained on the test data id="T26" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        if epoch == n_epochs:
            break
        for images, _ in test_loader:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% one pass in all id="T36" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="passes"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    batches = iter(train_loader)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(images)[0], labels) for images, labels in test_loader]
            snapshots[epoch] = tuple(torch.cat(part) for part in zip(*pairs))
        vae.train()
        for images, _ in batches:
            optimizer.zero_grad()
            sum(vae_loss(*vae(images), images)).backward()
            optimizer.step()
    return snapshots

# %% labels sorted, codes not id="V8b" task="latent_snapshots" caught_by=["test_labels_belong_to_the_codes"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    opt = torch.optim.Adam(vae.parameters(), lr=lr)
    out = {}
    def rec():
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
        vae.train()
        mu, y = torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
        order = y.argsort()
        return mu, y[order]
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        for x, _ in train_loader:
            loss = sum(vae_loss(*vae(x), x)); opt.zero_grad(); loss.backward(); opt.step()
        if e in record_at: out[e] = rec()
    return out

# %% all epochs in one buffer id="S15c" task="latent_snapshots" caught_by=["test_codes_are_the_means_at_that_epoch"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    opt = torch.optim.Adam(vae.parameters(), lr=lr)
    out = {}
    n = sum(len(y) for _, y in test_loader)
    buf, lab = torch.zeros(n, 2), torch.zeros(n, dtype=torch.long)
    def rec():
        vae.eval(); i = 0
        with torch.no_grad():
            for x, y in test_loader:
                buf[i:i+len(x)] = vae.encoder(x)[0]; lab[i:i+len(x)] = y; i += len(x)
        vae.train()
        return buf, lab
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        for x, _ in train_loader:
            loss = sum(vae_loss(*vae(x), x)); opt.zero_grad(); loss.backward(); opt.step()
        if e in record_at: out[e] = rec()
    return out

# %% reconstruction weighed per pixel id="K19c" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    opt = torch.optim.Adam(vae.parameters(), lr=lr)
    out = {}
    def rec():
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
        vae.train()
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        for x, _ in train_loader:
            r, k = vae_loss(*vae(x), x); loss = r / 784 + k; opt.zero_grad(); loss.backward(); opt.step()
        if e in record_at: out[e] = rec()
    return out

# %% first batch again and again id="T36b" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    opt = torch.optim.Adam(vae.parameters(), lr=lr)
    out = {}
    def rec():
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
        vae.train()
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        x, _ = next(iter(train_loader))
        for _ in range(len(train_loader)):
            loss = sum(vae_loss(*vae(x), x)); opt.zero_grad(); loss.backward(); opt.step()
        if e in record_at: out[e] = rec()
    return out

# %% only the first parameters id="T7h" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    opt = torch.optim.Adam(list(vae.parameters())[:1], lr=lr)
    out = {}
    def rec():
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
        vae.train()
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        for x, _ in train_loader:
            loss = sum(vae_loss(*vae(x), x)); opt.zero_grad(); loss.backward(); opt.step()
        if e in record_at: out[e] = rec()
    return out

# %% rate halved each epoch id="T37b" task="latent_snapshots" caught_by=["test_one_adam_with_the_given_rate"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    opt = torch.optim.Adam(vae.parameters(), lr=lr)
    out = {}
    def rec():
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
        vae.train()
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        for x, _ in train_loader:
            loss = sum(vae_loss(*vae(x), x)); opt.zero_grad(); loss.backward(); opt.step()
        opt.param_groups[0]["lr"] *= 0.5
        if e in record_at: out[e] = rec()
    return out

# %% a copy is trained id="T7i" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"]
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    import copy
    vae = copy.deepcopy(vae)
    opt = torch.optim.Adam(vae.parameters(), lr=lr)
    out = {}
    def rec():
        vae.eval()
        with torch.no_grad():
            pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
        vae.train()
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
    if 0 in record_at: out[0] = rec()
    for e in range(1, n_epochs + 1):
        for x, _ in train_loader:
            loss = sum(vae_loss(*vae(x), x)); opt.zero_grad(); loss.backward(); opt.step()
        if e in record_at: out[e] = rec()
    return out

# --- interpolation -------------------------------------------------------------------------------------------------------

# %% backwards id="I1" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line", "test_codes_change_along_a_straight_line"] says="backwards"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return alpha * x0 + (1 - alpha) * x1

# %% never arrives id="I2" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="never reaches"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    return torch.stack([(i / 11) * x1 + (1 - i / 11) * x0 for i in range(11)])

# %% ten steps id="I3" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="arange"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.arange(0, 1, 0.1).view(-1, *[1] * x0.dim())
    return alpha * x1 + (1 - alpha) * x0

# %% twelve steps id="I4" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="12 steps"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 12).view(-1, *[1] * x0.dim())
    return alpha * x1 + (1 - alpha) * x0

# %% weights that do not add up id="I8" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="add up to 1"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return x0 + alpha * x1

# %% whole numbers for alpha id="I9" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="whole number"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    return torch.stack([x0 + i * (x1 - x0) for i in range(11)])

# %% alpha truncated id="I9b" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = (torch.arange(11) // 10).view(-1, *[1] * x0.dim())
    return alpha * x1 + (1 - alpha) * x0

# %% a list id="I10" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="one tensor"
def linear_interpolation(x0, x1):
    return [(i / 10) * torch.as_tensor(x1) + (1 - i / 10) * torch.as_tensor(x0) for i in range(11)]

# %% channel lost id="I11" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="channel"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return (alpha * x1 + (1 - alpha) * x0).squeeze(1)

# %% pictures only id="I15" task="linear_interpolation" caught_by=["test_codes_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11).view(11, 1, 1, 1)
    return alpha * x1 + (1 - alpha) * x0

# %% alpha along the last axis id="I15b" task="linear_interpolation" caught_by=["test_codes_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11)
    if x0.dim() == 3:
        alpha = alpha.view(11, 1, 1, 1)
    return alpha * x1 + (1 - alpha) * x0

# %% tensors only id="I16" task="linear_interpolation" caught_by=["test_numpy_arrays_work_too"]
def linear_interpolation(x0, x1):
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return alpha * x1 + (1 - alpha) * x0

# %% an array comes back id="I16b" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line", "test_numpy_arrays_work_too"] says="numpy array"
def linear_interpolation(x0, x1):
    return np.linspace(np.asarray(x0), np.asarray(x1), 11)

# %% on an arc id="I17" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="straight line"
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    angle = torch.acos((x0 * x1).sum() / (x0.norm() * x1.norm()))
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return (torch.sin((1 - alpha) * angle) * x0 + torch.sin(alpha * angle) * x1) / torch.sin(angle)

# %% smooth steps id="I17b" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    alpha = alpha**2 * (3 - 2 * alpha)
    return alpha * x1 + (1 - alpha) * x0

# %% end points are variables of the notebook id="A31b" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    alpha = torch.linspace(0, 1, 11).view(11, 1, 1, 1)
    return alpha * eight + (1 - alpha) * one

# %% in place on the first picture id="R20d" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"] says="changed one of its arguments"
def linear_interpolation(x0, x1):
    first, step, steps = torch.as_tensor(x0), (torch.as_tensor(x1) - torch.as_tensor(x0)) / 10, []
    for _ in range(11):
        steps.append(first.clone())
        first += step
    return torch.stack(steps)

# %% middle twice id="I9c" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    a = torch.cat([torch.linspace(0, .5, 6), torch.linspace(.5, 1, 5)]).view(-1, *[1] * x0.dim())
    return a * x1 + (1 - a) * x0

# %% codes cut to [0, 1] id="I9d" task="linear_interpolation" caught_by=["test_codes_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    a = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return (a * x1 + (1 - a) * x0).clamp(0, 1)

# %% resampled with half steps at the ends id="I2d" task="linear_interpolation" caught_by=["test_pictures_change_along_a_straight_line"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    s = torch.stack([x0.flatten(), x1.flatten()], 1)[None]
    out = F.interpolate(s, size=11, mode="linear")[0].T
    return out.view(11, *x0.shape)

# %% pixels mixed id="I6" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded", "test_numpy_codes_work_too"] says="mix the codes first"
def latent_linear_interpolation(z0, z1, vae):
    z = torch.stack([torch.as_tensor(z0, dtype=torch.float32), torch.as_tensor(z1, dtype=torch.float32)])
    with torch.no_grad():
        first, last = vae.decoder(z)
    alpha = torch.linspace(0, 1, 11).view(-1, 1, 1, 1)
    return alpha * last + (1 - alpha) * first

# %% pixels mixed by the other function id="I6b" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="mix the codes first"
def latent_linear_interpolation(z0, z1, vae):
    z0 = torch.as_tensor(z0, dtype=torch.float32).unsqueeze(0)
    z1 = torch.as_tensor(z1, dtype=torch.float32).unsqueeze(0)
    with torch.no_grad():
        return linear_interpolation(vae.decoder(z0)[0], vae.decoder(z1)[0])

# %% backwards id="I1b" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="backwards"
def latent_linear_interpolation(z0, z1, vae):
    codes = linear_interpolation(z1, z0).float()
    with torch.no_grad():
        return vae.decoder(codes)

# %% backwards, written out id="I1c" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="backwards"
def latent_linear_interpolation(z0, z1, vae):
    z0, z1 = torch.as_tensor(z0).float(), torch.as_tensor(z1).float()
    alpha = torch.linspace(0, 1, 11).unsqueeze(1)
    with torch.no_grad():
        return vae.decoder(alpha * z0 + (1 - alpha) * z1)

# %% stops early id="I2c" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="never reaches"
def latent_linear_interpolation(z0, z1, vae):
    z0, z1 = torch.as_tensor(z0).float(), torch.as_tensor(z1).float()
    codes = torch.stack([z0 + i / 11 * (z1 - z0) for i in range(11)])
    with torch.no_grad():
        return vae.decoder(codes)

# %% arange id="I3b" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="10 steps"
def latent_linear_interpolation(z0, z1, vae):
    z0, z1 = torch.as_tensor(z0).float(), torch.as_tensor(z1).float()
    alpha = torch.arange(0, 1, 0.1).unsqueeze(1)
    with torch.no_grad():
        return vae.decoder(alpha * z1 + (1 - alpha) * z0)

# %% list of pictures id="I10b" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="one tensor"
def latent_linear_interpolation(z0, z1, vae):
    with torch.no_grad():
        return [vae.decoder(code.float().unsqueeze(0)) for code in linear_interpolation(z0, z1)]

# %% a dimension too many id="I11b" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="shape"
def latent_linear_interpolation(z0, z1, vae):
    with torch.no_grad():
        return torch.stack([vae.decoder(code.float().unsqueeze(0)) for code in linear_interpolation(z0, z1)])

# %% channel lost id="I11c" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="channel"
def latent_linear_interpolation(z0, z1, vae):
    with torch.no_grad():
        return vae.decoder(linear_interpolation(z0, z1).float()).squeeze()

# %% codes sampled around the line id="I12" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    codes = linear_interpolation(z0, z1).float()
    with torch.no_grad():
        return vae.decoder(codes + torch.randn_like(codes))

# %% training mode id="I13" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded", "test_strip_is_ready_to_be_shown"] says="training mode"
def latent_linear_interpolation(z0, z1, vae):
    vae.train()
    with torch.no_grad():
        return vae.decoder(linear_interpolation(z0, z1).float())

# %% table of numbers in the place of codes id="I15c" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    z0, z1 = torch.as_tensor(z0).float(), torch.as_tensor(z1).float()
    alpha = torch.linspace(0, 1, 11)
    with torch.no_grad():
        return vae.decoder(alpha * z1 + (1 - alpha) * z0)

# %% tensors only id="I16c" task="latent_linear_interpolation" caught_by=["test_numpy_codes_work_too"]
def latent_linear_interpolation(z0, z1, vae):
    alpha = torch.linspace(0, 1, 11).view(-1, 1)
    with torch.no_grad():
        return vae.decoder(alpha * z1.float() + (1 - alpha) * z0.float())

# %% float64 into the network id="I16d" task="latent_linear_interpolation" caught_by=["test_numpy_codes_work_too"]
def latent_linear_interpolation(z0, z1, vae):
    with torch.no_grad():
        return vae.decoder(linear_interpolation(z0, z1))

# %% gradients kept id="T16b" task="latent_linear_interpolation" caught_by=["test_strip_is_ready_to_be_shown"] says="no_grad"
def latent_linear_interpolation(z0, z1, vae):
    return vae.decoder(linear_interpolation(z0, z1).float())

# %% the notebook's own model id="S1" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, model):
    with torch.no_grad():
        return vae.decoder(linear_interpolation(z0, z1).float())

# %% a new model id="S1b" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    model = VAE(len(z0)).eval()
    with torch.no_grad():
        return model.decoder(linear_interpolation(z0, z1).float())

# %% on an arc id="I17c" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"] says="straight line"
def latent_linear_interpolation(z0, z1, vae):
    z0, z1 = torch.as_tensor(z0).float(), torch.as_tensor(z1).float()
    angle = torch.acos(F.cosine_similarity(z0, z1, dim=0))
    alpha = torch.linspace(0, 1, 11).unsqueeze(1)
    codes = (torch.sin((1 - alpha) * angle) * z0 + torch.sin(alpha * angle) * z1) / torch.sin(angle)
    with torch.no_grad():
        return vae.decoder(codes)

# %% codes encoded from mixed pictures id="I7" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    z = torch.stack([torch.as_tensor(z0).float(), torch.as_tensor(z1).float()])
    with torch.no_grad():
        first, last = vae.decoder(z)
        mu, _, _ = vae.encoder(linear_interpolation(first, last))
        return vae.decoder(mu)

# %% codes rounded id="I9e" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    codes = linear_interpolation(z0, z1).float().round()
    with torch.no_grad():
        return vae.decoder(codes)

# %% first code only id="I22" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    codes = torch.as_tensor(z0).float().expand(11, -1)
    with torch.no_grad():
        return vae.decoder(codes)

# %% a Sigmoid after the decoder id="E18c" task="latent_linear_interpolation" caught_by=["test_codes_are_mixed_then_decoded"]
def latent_linear_interpolation(z0, z1, vae):
    codes = linear_interpolation(z0, z1).float()
    with torch.no_grad():
        return torch.sigmoid(vae.decoder(codes))


# %% class-wide attributes: a second transform changes the first id="N7" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_nothing_but_noise_changes"] says="A second transform"
def __init__(self, mean, std):
    AddGaussianNoise.mean = mean
    AddGaussianNoise.std = std


# %% clips to the range of the picture itself id="D10r" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian", "test_sum_is_clipped"]
def __call__(self, tensor):
    noisy = tensor + torch.randn_like(tensor) * self.std + self.mean
    return torch.clip(noisy, tensor.min(), tensor.max())


# %% wraps around instead of clipping id="D11w" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"] says="Clip to [0, 1]"
def __call__(self, tensor):
    return (tensor + torch.randn_like(tensor) * self.std + self.mean) % 1.0


# %% seeded with the picture's content id="D13c" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_noise_is_gaussian"] says="the same for different calls"
def __call__(self, tensor):
    generator = torch.Generator().manual_seed(int(tensor.sum().item() * 1000))
    noise = torch.randn(tensor.shape, generator=generator)
    return (tensor + noise * self.std + self.mean).clamp(0, 1)


# %% applied to every second picture at random id="D12p" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"]
def __call__(self, tensor):
    if torch.rand(1) < 0.5:
        return tensor.clone()
    return (tensor + torch.randn_like(tensor) * self.std + self.mean).clamp(0, 1)


# %% only where there is ink id="D17i" task="AddGaussianNoise" into="AddGaussianNoise" caught_by=["test_sum_is_clipped"]
def __call__(self, tensor):
    noise = self.mean + self.std * torch.randn_like(tensor)
    return torch.where(tensor > 0, tensor + noise, tensor).clamp(0, 1)


# %% functional dropout that never stops id="E22d" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model", "test_each_picture_is_denoised_by_itself"] says="F.dropout"
def forward(self, x):
    return self.decoder(F.dropout(self.encoder(x), 0.2))


# %% the encoder under no_grad id="T11n" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model"] says="no gradient leads there"
def forward(self, x):
    with torch.no_grad():
        code = self.encoder(x)
    return self.decoder(code)


# %% leaves the net in training mode id="T14d" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_each_picture_is_denoised_by_itself"]
def __init__(self):
    super().__init__()
    self.net = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1),
    )


def forward(self, x):
    self.train()
    return self.net(x)


# %% changes its input id="R20p" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_denoised_pictures_have_the_shape_of_the_noisy_ones"] says="in place"
def forward(self, x):
    x -= 0.5
    return self.decoder(self.encoder(x))


# %% frozen by hand id="T11f" task="DenoisingAutoencoder" into="DenoisingAutoencoder" caught_by=["test_layers_belong_to_the_model"] says="requires_grad"
def forward(self, x):
    self.requires_grad_(False)
    return self.decoder(self.encoder(x))


# %% clips the output first id="D6c" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"]
def dae_loss(output, images):
    return ((output.clamp(0, 1) - images) ** 2).sum()


# %% in place in the clean pictures id="R20l" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error"] says="in place"
def dae_loss(output, images):
    images -= output
    return images.pow(2).sum()


# %% one loss for each call so far id="N7l" task="dae_loss" caught_by=["test_loss_is_the_summed_squared_error", "test_loss_has_the_right_gradient"]
seen = []


def dae_loss(output, images):
    seen.append(F.mse_loss(output, images, reduction="sum"))
    return sum(seen) / len(seen)


# %% the same optimizer for every model id="N7o" task="make_dae_optimizer" caught_by=["test_optimizer_holds_every_parameter_of_the_model"] says="use the argument"
OPTIMIZER = None


def make_dae_optimizer(model):
    global OPTIMIZER
    if OPTIMIZER is None:
        OPTIMIZER = torch.optim.Adam(model.parameters(), lr=1e-3)
    return OPTIMIZER


# %% LBFGS, which the loop cannot step id="T29l" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"] says="closure"
def make_dae_optimizer(model):
    return torch.optim.LBFGS(model.parameters(), lr=0.1)


# %% maximizes id="T10m" task="make_dae_optimizer" caught_by=["test_training_with_it_lowers_the_loss"]
def make_dae_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3, maximize=True)


# %% 16 latent dimensions written into the formula id="N6k" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_prior_costs_nothing"]
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * (16 * len(mu) + (log_var - mu**2 - log_var.exp()).sum())
    return reconstruction, kl


# %% KL of a random sample id="K28" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"]
def vae_loss(output, mu, log_var, images):
    q = torch.distributions.Normal(mu, (0.5 * log_var).exp())
    z = q.rsample()
    kl = (q.log_prob(z) - torch.distributions.Normal(0.0, 1.0).log_prob(z)).sum()
    return F.binary_cross_entropy(output, images, reduction="sum"), kl


# %% warms the KL up from call to call id="N7k" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"]
calls = 0


def vae_loss(output, mu, log_var, images):
    global calls
    calls += 1
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, images, reduction="sum"), kl * min(1.0, calls / 100)


# %% F.kl_div id="K28b" task="vae_loss" caught_by=["test_kl_has_the_right_value", "test_kl_has_the_right_gradients"]
def vae_loss(output, mu, log_var, images):
    kl = F.kl_div(mu, log_var.exp(), reduction="sum")
    return F.binary_cross_entropy(output, images, reduction="sum"), kl


# %% sum of both and the KL id="K27s" task="vae_loss" caught_by=["test_reconstruction_has_the_right_value"] says="sum of both parts"
def vae_loss(output, mu, log_var, images):
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction + kl, kl


# %% free bits id="K17f" task="vae_loss" caught_by=["test_prior_costs_nothing"] says="must be 0"
def vae_loss(output, mu, log_var, images):
    kl = -0.5 * (1 + log_var - mu**2 - log_var.exp())
    return F.binary_cross_entropy(output, images, reduction="sum"), kl.clamp(min=0.05).sum()


# %% the mean of ten samples is decoded id="R19f" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"] says="a mixture of several samples"
def forward(self, x):
    mu, log_var, _ = self.encoder(x)
    z = torch.stack([self.reparameterize(mu, log_var) for _ in range(10)]).mean(0)
    return self.decoder(z), mu, log_var


# %% the mean of five decoded samples id="R19g" task="VAE.forward" into="VAE" caught_by=["test_decodes_the_sample"] says="one sample"
def forward(self, x):
    mu, log_var, _ = self.encoder(x)
    pictures = torch.stack([self.decoder(self.reparameterize(mu, log_var)) for _ in range(5)])
    return pictures.mean(0), mu, log_var


# %% detached means for the loss id="R15i" task="VAE.forward" into="VAE" caught_by=["test_gradient_reaches_the_encoder"] says="not learn from the KL"
def forward(self, x):
    mu, log_var, z = self.encoder(x)
    return self.decoder(z), mu.detach(), log_var.detach()


# %% mirrored noise in the second half of the batch id="R8m" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_standard_normal", "test_every_number_has_its_own_noise"] says="the same for different images"
def reparameterize(self, mu, log_var):
    half = torch.randn(len(mu) // 2 + 1, mu.shape[1])
    eps = torch.cat([half, -half])[: len(mu)]
    return mu + (0.5 * log_var).exp() * eps


# %% new noise in training only id="R16s" task="VAE.reparameterize" into="VAE" caught_by=["test_samples_in_training_and_in_evaluation_mode"] says="In evaluation mode"
def reparameterize(self, mu, log_var):
    if not self.training:
        torch.manual_seed(0)
    return mu + (0.5 * log_var).exp() * torch.randn_like(mu)


# %% double noise makes double codes id="D22z" task="VAE.reparameterize" into="VAE" caught_by=["test_whole_model_learns"] says="dtype"
def reparameterize(self, mu, log_var):
    return mu + (0.5 * log_var).exp() * torch.from_numpy(np.random.randn(*mu.shape))


# %% recursion: a submodule called like the method id="N8" task="VAE.encoder" into="VAE" caught_by=["test_codes_have_the_right_shape", "test_z_is_drawn_around_mu"] says="calls itself without end"
def __init__(self, latent_feature=16):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 2 * latent_feature))
    self.images = nn.Sequential(nn.Linear(latent_feature, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))


def encoder(self, x):
    mu, log_var = self.encoder(x).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu, log_var)


# %% remembers the pictures: a skip connection id="E23s" task="VAE.decoder" into="VAE" caught_by=["test_each_code_has_its_own_picture"] says="no memory of a picture"
def encoder(self, x):
    self.skip = x
    mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
    return mu, log_var, self.reparameterize(mu, log_var)


def decoder(self, z):
    pictures = self.images(z)
    skip = getattr(self, "skip", None)
    return pictures if skip is None or len(skip) != len(z) else (pictures + skip) / 2


# %% one buffer for all epochs id="T23s" task="latent_snapshots" caught_by=["test_codes_are_the_means_at_that_epoch"] says="filled again and again"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    labels = torch.cat([y for _, y in test_loader])
    codes = torch.zeros(len(labels), 2)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch:
            vae.train()
            for x, _ in train_loader:
                loss = sum(vae_loss(*vae(x), x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                start = 0
                for x, _ in test_loader:
                    codes[start : start + len(x)] = vae.encoder(x)[0]
                    start += len(x)
            snapshots[epoch] = codes, labels
    return snapshots


# %% trains until the last recorded epoch id="T36l" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="whatever is recorded"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(max(record_at) + 1):
        if epoch:
            vae.train()
            for x, _ in train_loader:
                loss = sum(vae_loss(*vae(x), x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
            snapshots[epoch] = torch.cat([m for m, _ in pairs]), torch.cat([y for _, y in pairs])
    return snapshots


# %% takes epochs off the caller's list id="R20s" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="leave arguments unchanged"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    if not isinstance(record_at, list):
        record_at = list(record_at)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch:
            vae.train()
            for x, _ in train_loader:
                loss = sum(vae_loss(*vae(x), x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if epoch in record_at:
            record_at.remove(epoch)
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
            snapshots[epoch] = torch.cat([m for m, _ in pairs]), torch.cat([y for _, y in pairs])
    return snapshots


# %% one dictionary for all calls id="N7s" task="latent_snapshots" caught_by=["test_every_epoch_asked_for_is_recorded"] says="anew, inside the function"
snapshots = {}


def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    for epoch in range(n_epochs + 1):
        if epoch:
            vae.train()
            for x, _ in train_loader:
                loss = sum(vae_loss(*vae(x), x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
            snapshots[epoch] = torch.cat([m for m, _ in pairs]), torch.cat([y for _, y in pairs])
    return snapshots


# %% always the first batch of a new pass id="T36n" task="latent_snapshots" caught_by=["test_trains_on_reconstruction_plus_kl"] says="go through all batches once"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch:
            vae.train()
            for _ in range(len(train_loader)):
                x, _ = next(iter(train_loader))
                loss = sum(vae_loss(*vae(x), x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
            snapshots[epoch] = torch.cat([m for m, _ in pairs]), torch.cat([y for _, y in pairs])
    return snapshots


# %% weight decay id="T29d" task="latent_snapshots" caught_by=["test_one_adam_with_the_given_rate"] says="plain Adam"
def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    optimizer = torch.optim.AdamW(vae.parameters(), lr=lr)
    snapshots = {}
    for epoch in range(n_epochs + 1):
        if epoch:
            vae.train()
            for x, _ in train_loader:
                loss = sum(vae_loss(*vae(x), x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        if epoch in record_at:
            vae.eval()
            with torch.no_grad():
                pairs = [(vae.encoder(x)[0], y) for x, y in test_loader]
            snapshots[epoch] = torch.cat([m for m, _ in pairs]), torch.cat([y for _, y in pairs])
    return snapshots


# %% keeps steps clipped to [0, 1] id="I25" task="linear_interpolation" caught_by=["test_codes_change_along_a_straight_line", "test_numpy_arrays_work_too"]
def linear_interpolation(x0, x1):
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11).view(-1, *[1] * x0.dim())
    return (alpha * x1 + (1 - alpha) * x0).clamp(0, 1)


# %% makes the network double id="I24" task="latent_linear_interpolation" caught_by=["test_strip_is_ready_to_be_shown"] says="convert the codes"
def latent_linear_interpolation(z0, z1, vae):
    codes = linear_interpolation(torch.as_tensor(z0).double(), torch.as_tensor(z1).double())
    with torch.no_grad():
        return vae.double().decoder(codes).float()


# %% switches gradients off for good id="I24b" task="latent_linear_interpolation" caught_by=["test_strip_is_ready_to_be_shown"] says="set_grad_enabled"
def latent_linear_interpolation(z0, z1, vae):
    torch.set_grad_enabled(False)
    return vae.decoder(linear_interpolation(z0, z1).float())


# %% freezes the network for good id="I24c" task="latent_linear_interpolation" caught_by=["test_strip_is_ready_to_be_shown"] says="requires_grad"
def latent_linear_interpolation(z0, z1, vae):
    vae.requires_grad_(False)
    return vae.decoder(linear_interpolation(z0, z1).float())
