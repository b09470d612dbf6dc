"""What students get wrong: each cell is one wrong solution, put into the reference, and names the checks that catch it."""

# --- the convolutional autoencoder -------------------------------------------------------------------------------------

# %% pooling with stride 1, as the sheet says id="E7" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="what lies before it"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=1),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=1),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=1),
        nn.Flatten(),
        nn.Linear(64 * 25 * 25, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% pooling forgotten once, stride 2 in the last convolution id="E7b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="64 × 3 × 3"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, stride=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% average pooling id="E9" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="MaxPool2d"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% output_padding missing id="E4" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="16 × 13 × 13"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=0, output_padding=1),
    )

# %% pictures of 27 by 27 id="E4b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_forward_returns_reconstruction_and_code", "test_network_computes_what_the_plan_computes"] says="27"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1),
    )

# %% kernel 4 in the decoder id="E5" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="kernel 3×3"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
    )

# %% no padding in the encoder id="E6" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="16 × 28 × 28"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% padding 1 in the first transposed convolution id="E6b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_forward_returns_reconstruction_and_code", "test_network_computes_what_the_plan_computes"] says="32 × 7 × 7"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2),
    )

# %% bilinear upsampling in the place of a transposed convolution id="E4c" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="ConvTranspose2d"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 1, 3, padding=1),
    )

# %% padding by mirroring id="E6c" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_network_computes_what_the_plan_computes"] says="Conv2d number 2"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1, padding_mode='reflect'),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% batch normalization that the plan does not have id="E8" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="that the plan does not have"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% no bias in a convolution id="E10" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="no bias"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1, bias=False),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% LeakyReLU for ReLU id="E11" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="ReLU"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.LeakyReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% LeakyReLU in the decoder id="E11b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="LeakyReLU of slope 0.2"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% ReLU on the code id="E12" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="where the plan has no activation"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
        nn.ReLU(),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% Tanh on the code id="E12b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="Tanh"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
        nn.Tanh(),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% ReLU after the decoder's linear layer id="E12c" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="where the plan has no activation"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.ReLU(),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% Tanh at the end id="E14" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="Tanh"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
        nn.Tanh(),
    )

# %% Sigmoid at the end, for pictures in [-1, 1] id="E14b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="Sigmoid"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
        nn.Sigmoid(),
    )

# %% ReLU missing once id="E17" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="ReLU"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% ReLU missing in the decoder id="E17b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="ReLU is missing"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% channels in the order of the encoder id="E16" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="the plan says ConvTranspose2d(64, 32"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 16, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 32, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% half of the channels id="E16b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="Conv2d(1, 16"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% a hidden linear layer id="E2" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="Linear"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, 128),
        nn.ReLU(),
        nn.Linear(128, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% one transposed convolution for two id="E2b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="ConvTranspose2d"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=4),
    )

# %% code of two numbers, whatever is asked id="E3" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_forward_returns_reconstruction_and_code", "test_network_computes_what_the_plan_computes"] says="the plan says Linear"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, 2),
    )
    self.decoder = nn.Sequential(
        nn.Linear(2, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# %% layers in a plain list id="E21" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="plain list"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder_layers = [
        nn.Conv2d(1, 16, 3, padding=1),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.Conv2d(32, 64, 3, padding=1),
    ]
    self.to_code = nn.Linear(576, latent_dim)
    self.from_code = nn.Linear(latent_dim, 576)
    self.decoder_layers = [
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    ]

def forward(self, x):
    for conv in self.encoder_layers:
        x = F.max_pool2d(F.relu(conv(x)), 2)
    code = self.to_code(x.flatten(1))
    y = self.from_code(code).view(-1, 64, 3, 3)
    y = F.relu(self.decoder_layers[0](y))
    y = F.relu(self.decoder_layers[1](y))
    return self.decoder_layers[2](y), code

# %% layers made in forward id="E22" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_layers_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="belong into __init__"
def forward(self, x):
    code = self.encoder(x)
    start = nn.Linear(code.shape[1], 576).to(x.device)
    return self.decoder[1:](start(code)), code

# %% flattened in the order height, width, channel id="E20" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="another order"
def forward(self, x):
    features = self.encoder[:9](x)
    code = self.encoder[10](features.permute(0, 2, 3, 1).flatten(1))
    return self.decoder(code), code

# %% unflattened in the order height, width, channel id="E20b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="another order"
def forward(self, x):
    code = self.encoder(x)
    start = self.decoder[0](code).view(-1, 3, 3, 64).permute(0, 3, 1, 2)
    return self.decoder[2:](start), code

# %% forward returns the picture alone id="E24" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code", "test_code_is_what_the_decoder_gets"] says="(reconstruction, code)"
def forward(self, x):
    return self.decoder(self.encoder(x))

# %% forward returns (code, picture) id="E25" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code"] says="first the reconstruction"
def forward(self, x):
    code = self.encoder(x)
    return code, self.decoder(code)

# %% forward returns the feature maps as the code id="E25b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code", "test_code_is_what_the_decoder_gets"] says="the code should have the shape"
def forward(self, x):
    features = self.encoder[:9](x)
    code = self.encoder[9:](features)
    return self.decoder(code), features

# %% forward returns three things id="E24b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code"] says="3 things"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code), code, x

# %% channel squeezed away id="E26" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code"] says="lost its channel"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code).squeeze(1), code

# %% everything squeezed: a single picture loses its batch id="E26b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code"] says="the code should have the shape"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code), code.squeeze()

# %% code normalized after the decoder has seen it id="E12d" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_code_is_what_the_decoder_gets"] says="is not what the encoder"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code), F.normalize(code, dim=1)

# %% code returned after a Tanh id="E12e" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_code_is_what_the_decoder_gets"] says="is not what the encoder"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code), torch.tanh(code)

# %% noise on the code id="E28" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"]
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code + 0.1 * torch.randn_like(code)), code

# %% dropout that is never off id="E28b" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"]
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(F.dropout(code, 0.2)), code

# %% skip connection from the picture to the reconstruction id="E29" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"]
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code) + x, code

# %% ReLU at the end id="E13" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="ReLU"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
    )

# %% code detached before it is decoded id="T11d" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_code_is_what_the_decoder_gets"] says="never learns"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code.detach()), code

# %% encoder under no_grad id="T11e" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_code_is_what_the_decoder_gets"] says="never learns"
def forward(self, x):
    with torch.no_grad():
        code = self.encoder(x)
    return self.decoder(code), code

# %% pooling of 3 by 3 id="E7c" task="ConvAutoencoder" into="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones", "test_network_computes_what_the_plan_computes"] says="MaxPool2d"
def __init__(self, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, latent_dim),
    )
    self.decoder = nn.Sequential(
        nn.Linear(latent_dim, 64 * 3 * 3),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )

# --- the linear autoencoder --------------------------------------------------------------------------------------------

# %% Tanh at the end id="P1" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="at the end of the decoder"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))

# %% Sigmoid at the end id="P3" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="at the end of the decoder"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))

# %% ReLU on the code id="P2" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="on the code (ReLU"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim), nn.ReLU())
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% Tanh on the code id="P2b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="on the code (Tanh"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim), nn.Tanh())
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% ReLU between the layers, the code itself returned id="P2c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="PCA is linear"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(F.relu(code)), code

# %% LeakyReLU on the code id="P2d" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="PCA is linear"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim), nn.LeakyReLU(0.1))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% no bias anywhere id="P4" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_both_layers_have_a_bias"] says="no bias"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim, bias=False))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim, bias=False), nn.Unflatten(1, (1, 28, 28)))

# %% no bias in the encoder id="P4b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_both_layers_have_a_bias"] says="the encoder has no bias"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim, bias=False))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% no bias in the decoder id="P4c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_both_layers_have_a_bias"] says="the decoder has no bias"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim, bias=False), nn.Unflatten(1, (1, 28, 28)))

# %% code of ten numbers, whatever is asked id="P7" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="the code should have the shape"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, 10))
    self.decoder = nn.Sequential(nn.Linear(10, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% four linear layers id="P6" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_two_linear_layers_learn"] says="Two linear layers are enough"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, 128), nn.Linear(128, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, 128), nn.Linear(128, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% hidden layer with ReLU id="P6b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_two_linear_layers_learn"] says="PCA is linear"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, 128), nn.ReLU(), nn.Linear(128, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% batch normalization of the code id="P11" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_two_linear_layers_learn"] says="more parameters"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim), nn.BatchNorm1d(latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% forward returns the picture alone id="E24c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="(reconstruction, code)"
def forward(self, x):
    return self.decoder(self.encoder(x))

# %% forward returns (code, picture) id="E25c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="first the reconstruction"
def forward(self, x):
    code = self.encoder(x)
    return code, self.decoder(code)

# %% does not flatten id="E27" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"]
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))

# %% does not unflatten id="E27b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="comes back flat"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim))

# %% unflattens without a channel id="E26c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="lost its channel"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (28, 28)))

# %% unflattens with a fixed batch size id="E19b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"]
def forward(self, x):
    code = self.encoder[1](x.reshape(256, 784))
    return self.decoder(code), code

# %% plain lists id="E21b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_two_linear_layers_learn"] says="no parameters"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.layers = [nn.Linear(input_dim, latent_dim), nn.Linear(latent_dim, input_dim)]

def forward(self, x):
    code = self.layers[0](x.flatten(1))
    return self.layers[1](code).view(-1, 1, 28, 28), code

# %% principal components by scikit-learn id="P10" task="PCAAutoencoder" caught_by=["test_two_linear_layers_learn"] says="nn.Module"
class PCAAutoencoder:
    def __init__(self, input_dim, latent_dim):
        from sklearn.decomposition import PCA

        self.pca = PCA(latent_dim)

    def to(self, device):
        return self

    def eval(self):
        return self

    def __call__(self, x):
        code = torch.as_tensor(self.pca.fit_transform(x.flatten(1).numpy()))
        return torch.as_tensor(self.pca.inverse_transform(code.numpy())).view_as(x), code

# %% code detached id="T11b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_two_linear_layers_learn"] says="No gradient reaches"
def forward(self, x):
    code = self.encoder(x).detach()
    return self.decoder(code), code

# %% frozen decoder id="T11c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_two_linear_layers_learn"] says="No gradient reaches"
def __init__(self, input_dim, latent_dim):
    super().__init__()
    self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
    self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))
    for parameter in self.decoder.parameters():
        parameter.requires_grad = False

# %% picture handed on beside the code id="P12" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_picture_is_made_from_the_code_alone"] says="not made from the code"
def forward(self, x):
    code = self.encoder(x)
    return 0.5 * (self.decoder(code) + x), code

# %% one number of the code is thrown away id="P7b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_picture_is_made_from_the_code_alone"] says="directions only"
def forward(self, x):
    code = self.encoder(x)
    code = torch.cat([code[:, :-1], code[:, :1]], dim=1)
    return self.decoder(code), code

# %% noise on the code id="E28c" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="something else each time"
def forward(self, x):
    code = self.encoder(x)
    code = code + 0.05 * torch.randn_like(code)
    return self.decoder(code), code

# --- training ----------------------------------------------------------------------------------------------------------

# %% gradients never cleared id="T1" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="zero_grad()"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% gradients cleared once an epoch id="T1b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="zero_grad()"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        optimizer.zero_grad()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% gradients cleared after backward id="T2" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="erased"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% step before backward id="T4" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="backward()"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            optimizer.step()
            loss.backward()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% no step id="T5" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_step_a_batch_in_training_mode", "test_one_adam_with_the_given_rate", "test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="optimizer.step() is missing"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% no backward id="T5b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="loss.backward() is missing"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% a new optimizer in every epoch id="T6" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="forgets"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% a new optimizer for every batch id="T6b" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="forgets"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% optimizer of another model id="T7" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="model.parameters()"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    import copy

    optimizer = torch.optim.Adam(copy.deepcopy(model).parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% only the encoder is trained id="T7b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="of the model's"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.encoder.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% picture compared with itself id="T10" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            x = x_hat
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% output detached id="T11" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat.detach(), x).requires_grad_()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% absolute error id="T12" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_training_loss_is_the_mean_over_all_pictures"] says="mean absolute error"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.l1_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% smooth L1 id="T12b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_training_loss_is_the_mean_over_all_pictures"] says="Huber"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.smooth_l1_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% root of the mean squared error id="T12c" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="square root"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x).sqrt()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).sqrt().item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% target in [0, 1] id="T12d" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_training_loss_is_the_mean_over_all_pictures"] says="[0, 1]"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, (x + 1) / 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% cross-entropy on rescaled pictures id="T12e" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_training_loss_is_the_mean_over_all_pictures"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.binary_cross_entropy_with_logits(x_hat, (x + 1) / 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% penalty on the code id="T35" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_training_loss_is_the_mean_over_all_pictures"] says="codes counts too"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x) + z.pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% weight decay id="T29b" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=0.05)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% summed loss id="T13" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x, reduction='sum')
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x, reduction='sum').item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% summed over pixels, averaged over pictures id="T13b" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="summed over the pixels"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = ((x_hat - x) ** 2).flatten(1).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += ((x_hat - x) ** 2).flatten(1).sum(1).mean().item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% evaluation mode is never left id="T14" task="train_autoencoder" caught_by=["test_one_step_a_batch_in_training_mode"] says="model.train() at the start of every epoch"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% trained in evaluation mode id="T14b" task="train_autoencoder" caught_by=["test_one_step_a_batch_in_training_mode"] says="from the start"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.eval()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% evaluated in training mode id="T15" task="train_autoencoder" caught_by=["test_test_pictures_are_only_looked_at"] says="model.eval()"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% test pictures trained on id="T26" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"] says="pictures of test_loader"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in test_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% trained on both loaders id="T26b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_step_a_batch_in_training_mode"] says="pictures of test_loader"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    import itertools

    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in itertools.chain(train_loader, test_loader):
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% training data evaluated id="T26c" task="train_autoencoder" caught_by=["test_test_loss_is_the_mean_over_all_pictures"] says="loss of the training data"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in train_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(train_loader.dataset))
    return train_losses, test_losses

# %% loss of the last batch id="T17" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="last batch only"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total = loss.item() * len(train_loader.dataset)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total = F.mse_loss(x_hat, x).item() * len(test_loader.dataset)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% mean of the means of batches id="C19" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="weight it by its number of pictures"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total / len(train_loader))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item()
        test_losses.append(total / len(test_loader))
    return train_losses, test_losses

# %% number of batches rounded down id="T19" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures"] says="rounded down"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total / (len(train_loader.dataset) // train_loader.batch_size))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% every batch counted as a full one id="T20" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="full one"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / (len(train_loader) * train_loader.batch_size))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / (len(test_loader) * test_loader.batch_size))
    return train_losses, test_losses

# %% means of batches over the number of pictures id="T20e" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="divided by the number of pictures"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item()
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% sum over the batches id="T20d" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures"] says="sum of means"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        train_losses.append(total)
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% total never set back id="T39" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    total = 0.0
    for epoch in range(n_epochs):
        model.train()
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% plain gradient descent id="T29" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="asks for Adam"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% learning rate of the notebook id="T37" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="argument lr"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% epochs of the notebook id="T36" task="train_autoencoder" caught_by=["test_one_step_a_batch_in_training_mode"] says="optimizer steps"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(2):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% last batch dropped id="T36b" task="train_autoencoder" caught_by=["test_one_step_a_batch_in_training_mode"] says="the last, smaller one too"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            if len(x) < train_loader.batch_size:
                continue
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% evaluated before the epoch id="T38" task="train_autoencoder" caught_by=["test_test_loss_is_the_mean_over_all_pictures"] says="evaluate after it"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def evaluate():
        model.eval()
        with torch.no_grad():
            errors = torch.cat([(model(x.to(device))[0] - x.to(device)).pow(2).flatten(1).mean(1) for x, _ in test_loader])
        return errors.mean().item()

    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        test_losses.append(evaluate())
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            loss = F.mse_loss(model(x)[0], x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
    return train_losses, test_losses

# %% one number too many id="T38c" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="one number for each of the"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [0.0], [0.0]
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% one number for each batch id="T38d" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures"] says="for each of the"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            train_losses.append(loss.item())
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% losses of training and test exchanged id="T38e" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return test_losses, train_losses

# %% only one list comes back id="T38f" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses

# %% nothing comes back id="T38g" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures", "test_test_loss_is_the_mean_over_all_pictures"] says="is there a return?"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    print(train_losses[-1], test_losses[-1])

# %% first picture of each batch id="T40" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_training_loss_is_the_mean_over_all_pictures"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat[0], x[0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% reconstruction and code confused id="E25d" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            z, x_hat = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% forgets to unpack id="E24d" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% gradients clipped hard id="T41" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(model.parameters(), 1e-4)
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% learning rate halved every epoch id="T28" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        for group in optimizer.param_groups:
            group['lr'] /= 2
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% optimizer goes on during the evaluation id="T26d" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error", "test_one_step_a_batch_in_training_mode"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        for x, _ in test_loader:
            x = x.to(device)
            optimizer.zero_grad()
            loss = F.mse_loss(model(x)[0], x)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% a global model is trained id="S1b" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"]
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model = ConvAutoencoder(3).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% test pictures evaluated with gradients on id="T16" task="train_autoencoder" invisible="wasteful, not wrong: a note without points tells it"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        if True:
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% loss tensors collected id="T22" task="train_autoencoder" invisible="wasteful, not wrong: a note without points tells it"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% model stays on the CPU id="T32" task="train_autoencoder" invisible="on the CPU there is nothing to see; with a graphics card it ends in an error"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% pictures flattened for the model id="E27c" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"] says="a convolution cannot do with"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device).view(len(x), -1)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% pictures rescaled to [0, 1] id="T42" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"] says="rescaled"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = (x.to(device) + 1) / 2
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% noise on the training pictures id="T9" task="train_autoencoder" caught_by=["test_every_step_follows_the_gradient_of_the_squared_error"] says="not in the training loader"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x + 0.1 * torch.randn_like(x))
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    return train_losses, test_losses

# %% weights of the start put back id="T27" task="train_autoencoder" caught_by=["test_test_pictures_are_only_looked_at"] says="trained to"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    import copy

    start = copy.deepcopy(model.state_dict())
    train_losses, test_losses = [], []
    for epoch in range(n_epochs):
        model.train()
        total = 0.0
        for x, _ in train_loader:
            x = x.to(device)
            x_hat, z = model(x)
            loss = F.mse_loss(x_hat, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train_losses.append(total / len(train_loader.dataset))
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _ in test_loader:
                x = x.to(device)
                x_hat, z = model(x)
                total += F.mse_loss(x_hat, x).item() * len(x)
        test_losses.append(total / len(test_loader.dataset))
    model.load_state_dict(start)
    return train_losses, test_losses

# --- codes and labels --------------------------------------------------------------------------------------------------

# %% labels of the data set in its own order id="V7" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"] says="in the order of the data set"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], loader.dataset.tensors[1][:n_samples]

# %% a second pass for the labels id="V8" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"] says="every pass shuffles anew"
def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    with torch.no_grad():
        codes = torch.cat([model(x.to(device))[1].cpu() for x, _ in loader])
    labels = torch.cat([y for _, y in loader])
    return codes[:n_samples], labels[:n_samples]

# %% first pictures of the data set id="V9" task="encode_samples" caught_by=["test_samples_come_from_the_shuffled_pass"] says="sorted by class"
def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    images, labels = loader.dataset[:n_samples]
    with torch.no_grad():
        codes = model(images.to(device))[1]
    return codes.cpu(), labels

# %% all pictures id="V10" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="exactly n_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes), torch.cat(labels)

# %% whole batches only id="V10b" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="exactly n_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
            if sum(map(len, labels)) >= n_samples:
                break
    return torch.cat(codes), torch.cat(labels)

# %% rounded down to whole batches id="V10c" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="exactly n_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for i, (x, y) in enumerate(loader):
            if i == n_samples // loader.batch_size:
                break
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% first batch again and again id="V10d" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"] says="more than once"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        x, y = next(iter(loader))
        while sum(map(len, labels)) < n_samples:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% only the codes are cut id="V10e" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="exactly n_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)

# %% training mode id="V14" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"] says="model.eval()"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.train()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% mode left as it was id="V14b" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"] says="model.eval()"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% reconstructions for codes id="E25e" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels", "test_codes_are_those_of_the_model"] says="reconstructions, not the codes"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[0].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% another model, that of the loop before id="V11" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels", "test_codes_are_those_of_the_model"] says="codes should have the shape"
def encode_samples(model, loader, n_samples, device):
    model = type(model)(63, 7, 150, with_code=True).to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% an untrained model of the same size id="S14" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"] says="not those that model(images) returns"
def encode_samples(model, loader, n_samples, device):
    code_size = model.eval()(next(iter(loader))[0].to(device))[1].shape[1]
    model = type(model)(63, 7, code_size, with_code=True).to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% with gradients id="T16b" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="torch.no_grad()"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    if True:
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% labels as a column id="C8" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="n_samples, 1"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples, None]

# %% lists come back id="I10" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="should be a tensor or array"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return [z for batch in codes for z in batch][:n_samples], [y for batch in labels for y in batch][:n_samples]

# %% labels forgotten id="V15" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="two things"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples]

# %% labels first id="V15b" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(labels)[:n_samples], torch.cat(codes)[:n_samples]

# %% number of the batch for a label id="S11" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(torch.full_like(y, len(labels)))
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% labels by the code, not by the class id="S11b" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(codes[-1].argmax(dim=1))
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% codes standardized id="V4" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return (torch.cat(codes) / torch.cat(codes).std(0))[:n_samples], torch.cat(labels)[:n_samples]

# %% only three dimensions of the code id="V11b" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="codes should have the shape"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1][:, :3].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% codes rounded id="V16" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu().round())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]

# %% sorted by label, codes not id="V7b" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples].sort().values

# %% n_samples taken for a number of batches id="V10f" task="encode_samples" caught_by=["test_there_are_n_samples_codes_and_labels"] says="exactly n_samples"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for i, (x, y) in enumerate(loader):
            if i == n_samples:
                break
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes), torch.cat(labels)

# %% codes of the second batch with labels of the first id="V8b" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"]
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels).roll(1)[:n_samples]

# %% labels drawn in a shuffled order of their own id="V2" task="encode_samples" caught_by=["test_labels_belong_to_the_codes"] says="every pass shuffles anew"
def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    images, labels = loader.dataset.tensors
    chosen = torch.randperm(len(images))[:n_samples]
    with torch.no_grad():
        codes = model(images[chosen].to(device))[1].cpu()
    return codes, labels[torch.randperm(len(images))[:n_samples]]

# %% codes stay on the graphics card id="I18" task="encode_samples" invisible="on the CPU there is nothing to see; where a graphics card grades, the first check of the task fails"
def encode_samples(model, loader, n_samples, device):
    model.to(device)
    model.eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1])
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]


# %% output clipped to the range of the data id="E35" task="ConvAutoencoder" caught_by=["test_activations_and_poolings_are_the_planned_ones"]
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
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = self.pool(F.relu(self.conv3(x)))
        return self.fc(x.flatten(1))

    def decode(self, z):
        z = self.unfc(z).view(-1, 64, 3, 3)
        z = F.relu(self.up1(z))
        z = F.relu(self.up2(z))
        return self.up3(z).clamp(-1, 1)

    def forward(self, x):
        code = self.encode(x)
        return self.decode(code), code


# %% ReLU6 id="E34" task="ConvAutoencoder" caught_by=["test_network_computes_what_the_plan_computes"]
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
        x = self.pool(F.relu6(self.conv1(x)))
        x = self.pool(F.relu6(self.conv2(x)))
        x = self.pool(F.relu6(self.conv3(x)))
        return self.fc(x.flatten(1))

    def decode(self, z):
        z = self.unfc(z).view(-1, 64, 3, 3)
        z = F.relu6(self.up1(z))
        z = F.relu6(self.up2(z))
        return self.up3(z)

    def forward(self, x):
        code = self.encode(x)
        return self.decode(code), code


# %% dropout while training id="E9t" task="ConvAutoencoder" caught_by=["test_network_computes_what_the_plan_computes"] says="training mode"
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
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = self.pool(F.relu(self.conv3(x)))
        return self.fc(F.dropout(x.flatten(1), 0.2, self.training))

    def decode(self, z):
        z = self.unfc(z).view(-1, 64, 3, 3)
        z = F.relu(self.up1(z))
        z = F.relu(self.up2(z))
        return self.up3(z)

    def forward(self, x):
        code = self.encode(x)
        return self.decode(code), code


# %% noise on the picture while training id="E28t" task="ConvAutoencoder" caught_by=["test_network_computes_what_the_plan_computes"] says="training mode"
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
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = self.pool(F.relu(self.conv3(x)))
        return self.fc(x.flatten(1))

    def decode(self, z):
        z = self.unfc(z).view(-1, 64, 3, 3)
        z = F.relu(self.up1(z))
        z = F.relu(self.up2(z))
        return self.up3(z)

    def forward(self, x):
        if self.training:
            x = x + 0.1 * torch.randn_like(x)
        code = self.encode(x)
        return self.decode(code), code


# %% code of one number squeezed id="E26d" task="ConvAutoencoder" caught_by=["test_forward_returns_reconstruction_and_code"]
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
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = self.pool(F.relu(self.conv3(x)))
        return self.fc(x.flatten(1)).squeeze(-1)

    def decode(self, z):
        z = self.unfc(z if z.dim() == 2 else z[:, None]).view(-1, 64, 3, 3)
        z = F.relu(self.up1(z))
        z = F.relu(self.up2(z))
        return self.up3(z)

    def forward(self, x):
        code = self.encode(x)
        return self.decode(code), code


# %% weights shared by all models id="E32" task="ConvAutoencoder" caught_by=["test_network_computes_what_the_plan_computes"] says="share weights"
_decoder_out = nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1)


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
        self.up3 = _decoder_out

    def encode(self, x):
        x = self.pool(F.relu(self.conv1(x)))
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


# %% dropout on the picture while training id="E9p" task="PCAAutoencoder" caught_by=["test_pictures_go_in_and_pictures_come_out"] says="training mode"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.encoder = nn.Linear(input_dim, latent_dim)
        self.decoder = nn.Linear(latent_dim, input_dim)

    def forward(self, x):
        code = self.encoder(F.dropout(x.flatten(1), 0.1, self.training))
        return self.decoder(code).view(x.shape), code


# %% each picture's own mean subtracted and added id="P13" task="PCAAutoencoder" caught_by=["test_picture_is_made_from_the_code_alone"] says="not made from the code"
class PCAAutoencoder(nn.Module):
    def __init__(self, input_dim, latent_dim):
        super().__init__()
        self.encoder = nn.Linear(input_dim, latent_dim)
        self.decoder = nn.Linear(latent_dim, input_dim)

    def forward(self, x):
        mean = x.mean((1, 2, 3), keepdim=True)
        code = self.encoder((x - mean).flatten(1))
        return self.decoder(code).view(x.shape) + mean, code


# %% best test weights restored id="T26f" task="train_autoencoder" caught_by=["test_test_pictures_are_only_looked_at"] says="earlier epoch"
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
        if test_loss[-1] == min(test_loss):
            state = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(state)
    return train_loss, test_loss


# %% stops when the test loss rises id="T26e" task="train_autoencoder" caught_by=["test_test_pictures_are_only_looked_at"] says="stopped early"
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
        if epoch and test_loss[-1] > test_loss[-2]:
            break
    return train_loss, test_loss


# %% histories as default arguments id="T38h" task="train_autoencoder" caught_by=["test_test_loss_is_the_mean_over_all_pictures"] says="earlier call"
def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device, train_loss=[], test_loss=[]):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
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


# %% second look after the step id="T18b" task="train_autoencoder" caught_by=["test_training_loss_is_the_mean_over_all_pictures"] says="looked at again"
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
            loss = F.mse_loss(out, x)
            loss.backward()
            optimizer.step()
            total += F.mse_loss(model(x)[0], x).item() * len(x)
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


# %% one optimizer for all models id="T7c" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"]
_optimizers = {}


def train_autoencoder(model, train_loader, test_loader, lr, n_epochs, device):
    model.to(device)
    optimizer = _optimizers.setdefault('adam', torch.optim.Adam(model.parameters(), lr=lr))
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


# %% kept from the first call id="V17" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"]
_encoded = {}


def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    codes, labels = [], []
    if n_samples in _encoded:
        return _encoded[n_samples]
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    _encoded[n_samples] = torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]
    return _encoded[n_samples]


# %% back to training before the second batch id="V14c" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"] says="eval()"
def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    codes, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
            model.train()
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]


# %% a new pass for every batch id="V10h" task="encode_samples" caught_by=["test_codes_are_those_of_the_model"] says="more than once"
def encode_samples(model, loader, n_samples, device):
    model.to(device).eval()
    codes, labels = [], []
    with torch.no_grad():
        while sum(map(len, codes)) < n_samples:
            x, y = next(iter(loader))
            codes.append(model(x.to(device))[1].cpu())
            labels.append(y)
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]
