"""Wrong solutions as students write them. One cell is one mistake, put into the reference; see docs/authoring.md."""


# %% stride 5, as printed id="E1" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="128 × 2 × 2, the plan says 128 × 3 × 3"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=5, padding=1),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3, stride=5, padding=1),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% padding 1 where the plan needs 0 id="E6" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes", "test_codes_have_the_right_shape"] says="does not run"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2, padding=1),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% nz hard-coded id="E3" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes", "test_codes_have_the_right_shape"]
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, 64),
        )

    def forward(self, x):
        return self.net(x)


# %% BatchNorm forgotten once id="E8" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="BatchNorm(128) is missing"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% BatchNorm after the first layer too id="E8b" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="that the plan does not have"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% convolution without bias id="E10" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="has no bias"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% ReLU for LeakyReLU id="E11" task="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="there is ReLU"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% slope 0.2 everywhere id="E11b" task="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="LeakyReLU of slope 0.2"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.2),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% ReLU on the code id="E12" task="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="where the plan has no activation"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.net(x)


# %% Tanh on the code id="E12b" task="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="there is Tanh"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
            nn.Tanh(),
        )

    def forward(self, x):
        return self.net(x)


# %% activation forgotten once id="C13" task="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="is missing after"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% activation before BatchNorm id="C13b" task="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"]
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.BatchNorm2d(64),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% half the channels id="E16" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="the plan says Conv2d(64, 128"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 96, 3, stride=2),
            nn.BatchNorm2d(96),
            nn.LeakyReLU(),
            nn.Conv2d(96, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% dilated first layer of the right size id="E6b" task="Encoder" caught_by=["test_encoder_computes_what_the_plan_computes"]
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1, padding_mode="circular"),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x)


# %% layers in a plain list id="E21" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="plain list"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.layers = [
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        ]

    def forward(self, x):
        for layer in self.layers:
            x = layer.eval()(x)
        return x


# %% layers made in forward id="E22" task="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="into __init__"
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.nz = nz
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
        )

    def forward(self, x):
        return nn.Linear(256, self.nz).to(x.device)(self.net(x))


# %% a view that eats the batch id="E19" task="Encoder" caught_by=["test_codes_have_the_right_shape"]
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.line = nn.Linear(256 * 4, nz)
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
        )

    def forward(self, x):
        return self.line(self.net(x).view(-1, 256 * 4))


# %% a tuple comes back id="E24" task="Encoder" caught_by=["test_codes_have_the_right_shape"]
class Encoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )

    def forward(self, x):
        return self.net(x), x


# %% the 14x14 layer forgotten, as printed id="E2" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="the plan has one layer with parameters more"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 1, 4, stride=4),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% nz hard-coded, as printed id="E3b" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes", "test_pictures_have_the_right_shape"] says="the plan says Linear("
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(64, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% stride without enough size id="E4" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes", "test_pictures_have_the_right_shape"] says="output_padding"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% output_padding on k4 s2 p1 id="E5" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes", "test_pictures_have_the_right_shape"] says="15"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1, output_padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% BatchNorm forgotten once id="E8c" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="BatchNorm(64) is missing"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% BatchNorm forgotten behind the Linear id="E8d" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="BatchNorm(256) is missing"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% no bias in front of BatchNorm id="E10b" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="has no bias"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3, bias=False),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% ReLU in the decoder id="E11c" task="Decoder" caught_by=["test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="there is ReLU"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.ReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% Sigmoid forgotten id="E13" task="Decoder" caught_by=["test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="Sigmoid is missing"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% Tanh for Sigmoid id="E15" task="Decoder" caught_by=["test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="there is Tanh"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% Sigmoid twice id="E18" task="Decoder" caught_by=["test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="Sigmoid applied twice"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% not mirrored: widths in the encoder's order id="E16b" task="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="the plan says ConvTranspose2d(256, 128"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 64, 3),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 128, 3, stride=2),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1))


# %% channel squeezed away id="E26" task="Decoder" caught_by=["test_pictures_have_the_right_shape"] says="lost their channel"
class Decoder(nn.Module):
    def __init__(self, nz):
        super().__init__()
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, z):
        return self.net(self.map(z).view(-1, 256, 1, 1)).squeeze(1)


# %% not shuffled id="X13" task="make_loader" caught_by=["test_order_is_random_and_new_at_every_pass"] says="shuffle"
def make_loader(dataset, batch_size):
    return DataLoader(dataset, batch_size=batch_size)


# %% shuffled once for all id="X13b" task="make_loader" caught_by=["test_order_is_random_and_new_at_every_pass"] says="same order"
def make_loader(dataset, batch_size):
    order = torch.randperm(len(dataset)).tolist()
    return DataLoader(torch.utils.data.Subset(dataset, order), batch_size=batch_size)


# %% last batch dropped id="X18" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label"] says="dropped"
def make_loader(dataset, batch_size):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


# %% batch size hard-coded id="N6" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label"] says="batch_size is"
def make_loader(dataset, batch_size):
    return DataLoader(dataset, batch_size=64, shuffle=True)


# %% the notebook's data set id="N1" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label", "test_order_is_random_and_new_at_every_pass"]
def make_loader(dataset, batch_size):
    return DataLoader(train_data, batch_size=batch_size, shuffle=True)


# %% drawn with replacement id="X21" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label"] says="not every picture"
def make_loader(dataset, batch_size):
    sampler = torch.utils.data.RandomSampler(dataset, replacement=True)
    return DataLoader(dataset, batch_size=batch_size, sampler=sampler)


# %% no zero_grad id="T1" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="zero_grad"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% zero_grad between backward and step id="T2" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="erased"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% step before backward id="T4" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"] says="backward()"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            optimizer.step()
            loss.backward()
            losses.append(loss.item())
    return losses


# %% no step id="T5" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate", "test_model_is_in_training_mode"] says="optimizer.step() is missing"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            losses.append(loss.item())
    return losses


# %% optimizer made in every epoch id="T6" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="optimizers took steps"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% only the decoder is trained id="T7" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="holds"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.decoder.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% compares the picture with itself id="T10" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"]
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            rec = model(images)
            loss = F.mse_loss(rec, rec.detach())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% output detached id="T11" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"]
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images).detach().requires_grad_(), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% absolute error id="T12" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_every_iteration_is_reported"] says="absolute error"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.l1_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% binary cross-entropy id="T12b" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_every_iteration_is_reported"] says="cross-entropy"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.binary_cross_entropy(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% sum instead of mean id="T13" task="train_autoencoder" caught_by=["test_every_iteration_is_reported"] says="is a sum"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images, reduction="sum")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% trained in evaluation mode id="T14" task="train_autoencoder" caught_by=["test_model_is_in_training_mode"] says="evaluation mode"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% one loss an epoch id="T38" task="train_autoencoder" caught_by=["test_every_iteration_is_reported"] says="one number for each"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses


# %% SGD id="T29" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="this optimizer is SGD"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% learning rate hard-coded id="T37" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="learning rate"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% one step an epoch id="T36" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"]
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% nothing comes back id="T39" task="train_autoencoder" caught_by=["test_every_iteration_is_reported"] says="None"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())


# %% one epoch only id="T36b" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_every_iteration_is_reported"]
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(1):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% losses kept as tensors with their graphs id="T22" task="train_autoencoder" invisible="The numbers are right; the check adds a remark, no points are lost."
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss)
    return losses


# %% the notebook's autoencoder, as printed id="S1" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed", "test_codes_are_drawn_from_the_prior"]
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return ae_model.decoder(torch.randn(n, nz, device=device))


# %% rand id="S2" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"] says="randn"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(torch.rand(n, nz, device=device))


# %% 64 x 64 hard-coded, as printed id="S3" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed", "test_codes_are_drawn_from_the_prior"] says="it should be"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(torch.randn(64, 64, device=device))


# %% codes transposed id="S3b" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed", "test_codes_are_drawn_from_the_prior"] says="(nz, n)"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(torch.randn(nz, n, device=device))


# %% training mode id="S6" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed"] says="training mode"
def sample_images(model, n, nz, device):
    model.to(device).train()
    with torch.no_grad():
        return model.decoder(torch.randn(n, nz, device=device))


# %% graph kept id="T16" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed"] says="no_grad"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    return model.decoder(torch.randn(n, nz, device=device))


# %% the same codes each time id="R11" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"]
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        torch.manual_seed(0)
        return model.decoder(torch.randn(n, nz, device=device))


# %% one code for all id="R8" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"]
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(torch.randn(1, nz, device=device).expand(n, nz))


# %% half the spread id="S4" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"]
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(0.5 * torch.randn(n, nz, device=device))


# %% rand, as printed id="R1" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal"] says="randn"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.rand_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% uniform of variance 1 id="R2" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal"] says="uniform"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * (torch.rand_like(mean) - 0.5) * 12**0.5
    return {"q": q, "rec": self.decoder(z)}


# %% log sigma as the spread id="R4" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"] says="exponentiate"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% root of log sigma id="R5" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.abs().sqrt() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% log-variance convention id="R6" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"] says="log sigma, not the log-variance"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + (0.5 * log_sigma).exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% variance for sigma id="R7" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"] says="its square"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + (2 * log_sigma).exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% sign in the exponent id="R7b" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"] says="sign"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + (-log_sigma).exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% one eps for the whole batch id="R8v" task="VAE.forward" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn(1, mean.shape[1], device=mean.device)
    return {"q": q, "rec": self.decoder(z)}


# %% one eps per picture id="R10" task="VAE.forward" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn(len(mean), 1, device=mean.device)
    return {"q": q, "rec": self.decoder(z)}


# %% eps seeded id="R11v" task="VAE.forward" into="VAE" caught_by=["test_every_number_has_its_own_noise"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    torch.manual_seed(0)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% torch.normal(mean, std) id="R12" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact"] says="exactly 0"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = torch.normal(mean, log_sigma.exp())
    return {"q": q, "rec": self.decoder(z)}


# %% sample() in place of rsample() id="R13" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = torch.distributions.Normal(mean, log_sigma.exp()).sample()
    return {"q": q, "rec": self.decoder(z)}


# %% sigma detached id="R15" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp().detach() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% mean detached id="R15b" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean.detach() + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% mean in evaluation mode id="R16" task="VAE.forward" into="VAE" caught_by=["test_every_number_has_its_own_noise"] says="evaluation mode"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    if not self.training:
        z = mean
    return {"q": q, "rec": self.decoder(z)}


# %% no noise at all id="R16b" task="VAE.forward" into="VAE" caught_by=["test_every_number_has_its_own_noise", "test_noise_is_standard_normal", "test_gradients_through_the_sample_are_exact"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean
    return {"q": q, "rec": self.decoder(z)}


# %% noise clipped id="R18" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean).clamp(-2, 2)
    return {"q": q, "rec": self.decoder(z)}


# %% two noises id="R19" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * (torch.randn_like(mean) + torch.randn_like(mean))
    return {"q": q, "rec": self.decoder(z)}


# %% mean and log sigma exchanged id="R21" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"] says="exchanged"
def forward(self, x):
    q = self.encoder(x)
    log_sigma, mean = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% even and odd columns id="R22" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal"] says="even and odd"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q[:, ::2], q[:, 1::2]
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% the notebook's nz id="R24" task="VAE.forward" into="VAE" caught_by=["test_outputs_have_the_right_shape", "test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal", "test_every_number_has_its_own_noise"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q[:, :nz], q[:, nz:]
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% log of log sigma, as printed id="R26" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal", "test_every_number_has_its_own_noise"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + torch.log(log_sigma).exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(z)}


# %% a tuple comes back id="E24v" task="VAE.forward" into="VAE" caught_by=["test_outputs_have_the_right_shape"] says="dictionary"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return q, self.decoder(z)


# %% other keys id="N4" task="VAE.forward" into="VAE" caught_by=["test_outputs_have_the_right_shape"] says="no"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "reconstruction": self.decoder(z)}


# %% q detached id="R15c" task="VAE.forward" into="VAE" caught_by=["test_gradients_through_the_sample_are_exact"] says="no gradient"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q.detach(), "rec": self.decoder(z)}


# %% q holds sigma id="R28" task="VAE.forward" into="VAE" caught_by=["test_outputs_have_the_right_shape"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": torch.cat([mean, log_sigma.exp()], dim=1), "rec": self.decoder(z)}


# %% decodes the whole q id="S7" task="VAE.forward" into="VAE" caught_by=["test_outputs_have_the_right_shape", "test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal", "test_every_number_has_its_own_noise"] says="2 nz columns"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(torch.cat([z, log_sigma], dim=1))}


# %% encoder with nz outputs id="R27" task="VAE" into="VAE" caught_by=["test_outputs_have_the_right_shape", "test_gradients_through_the_sample_are_exact", "test_noise_is_standard_normal", "test_every_number_has_its_own_noise"] says="2 nz"
def __init__(self, nz, beta=1.0):
    super().__init__()
    self.nz, self.beta = nz, beta
    self.encoder = Encoder(nz)
    self.decoder = Decoder(nz)


# %% reconstruct samples id="R25" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"] says="decode the mean"
def reconstruct(self, x):
    return self.forward(x)["rec"]


# %% reconstruct decodes log sigma id="R21r" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"] says="log sigma"
def reconstruct(self, x):
    return self.decoder(self.encoder(x)[:, self.nz :])


# %% reconstruct decodes the whole q id="S7r" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"] says="2 nz"
def reconstruct(self, x):
    return self.decoder(self.encoder(x))


# %% reconstruct with the notebook's nz id="R24r" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"]
def reconstruct(self, x):
    return self.decoder(self.encoder(x)[:, :nz])


# %% arguments of the KL exchanged, as printed id="K9" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="arguments are exchanged"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(zero, zero, mean, log_sigma).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% prior with log sigma 1 id="K10" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="log 1 = 0"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero + 1).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% prior with mean 1 and log sigma 1 id="K10c" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero + 1, zero + 1).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% nan_to_num and a log, as printed id="K11" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = torch.nan_to_num(kl_divergence(mean, torch.log(log_sigma), zero, zero)).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% KL is a mean over everything id="K12" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="mean over everything"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% KL is a sum over everything id="K13" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="summed over the batch"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% KL not reduced id="K15" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"] says="reduce it"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1)
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% sign of the KL id="K1" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="never negative"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = -kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% KL twice id="K2" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="twice"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = 2 * kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% log-variance formula id="K8" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="log-variance"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = -0.5 * (1 + log_sigma - mean**2 - log_sigma.exp()).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% log sigma exponentiated first id="K6" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma.exp(), zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% KL clamped id="K17" task="VAE.loss" into="VAE" caught_by=["test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).clamp(min=0.3).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% squared error summed id="K13r" task="VAE.loss" into="VAE" caught_by=["test_reconstruction_loss_is_the_mean_squared_error", "test_total_has_the_right_gradients"] says="summed over everything"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x, reduction="sum")
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% squared error summed over pixels id="K19" task="VAE.loss" into="VAE" caught_by=["test_reconstruction_loss_is_the_mean_squared_error", "test_total_has_the_right_gradients"] says="summed over the pixels"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = ((outputs["rec"] - x) ** 2).sum(dim=(1, 2, 3)).mean()
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% cross-entropy id="K26b" task="VAE.loss" into="VAE" caught_by=["test_reconstruction_loss_is_the_mean_squared_error", "test_total_has_the_right_gradients"] says="cross-entropy"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.binary_cross_entropy(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% absolute error id="K26" task="VAE.loss" into="VAE" caught_by=["test_reconstruction_loss_is_the_mean_squared_error", "test_total_has_the_right_gradients"] says="absolute error"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.l1_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% minus beta KL, as printed id="K30" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"] says="is to become small"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss - self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% beta on the reconstruction id="K31" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"] says="belongs to the KL"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return self.beta * rec_loss + kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% beta ignored id="K32" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"] says="no effect"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% 1 - beta id="K33" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"] says="1 − beta"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return (1 - self.beta) * rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% logged KL multiplied by beta id="K34" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value"] says="log the raw KL"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": self.beta * kl_loss}


# %% item before backward id="K29" task="VAE.loss" into="VAE" caught_by=["test_total_has_the_right_gradients"] says="no gradient"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return (rec_loss + self.beta * kl_loss).item(), {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% one sum comes back id="K27" task="VAE.loss" into="VAE" caught_by=["test_reconstruction_loss_is_the_mean_squared_error", "test_kl_loss_has_the_right_value", "test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"] says="it returned"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss


# %% halves of q exchanged in the loss id="R21l" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="exchanged"
def loss(self, x, outputs):
    log_sigma, mean = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% even and odd columns in the loss id="R22l" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"] says="even and odd"
def loss(self, x, outputs):
    mean, log_sigma = (outputs["q"][:, ::2], outputs["q"][:, 1::2])
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% the notebook's nz in the loss id="R24l" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value", "test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    mean, log_sigma = (outputs["q"][:, :nz], outputs["q"][:, nz:])
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% KL detached id="K29b" task="VAE.loss" into="VAE" caught_by=["test_total_has_the_right_gradients"] says="gradient"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean.detach(), log_sigma.detach(), zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% beta is 0 by default id="K32d" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl"] says="it should be 1"
def __init__(self, nz, beta=0.0):
    super().__init__()
    self.nz, self.beta = nz, beta
    self.encoder = Encoder(2 * nz)
    self.decoder = Decoder(nz)


# %% no zero_grad id="T1v" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total", "test_vae_has_one_adam_with_the_given_rate"] says="zero_grad"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% backward on the reconstruction alone id="T35" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total"] says="reconstruction alone"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            parts["rec_loss"].backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% beta left out id="K32v" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total"] says="beta is left out"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            (parts["rec_loss"] + parts["kl_loss"]).backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% optimizer in every epoch id="T6v" task="train_vae" caught_by=["test_vae_has_one_adam_with_the_given_rate"] says="optimizers took steps"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% learning rate hard-coded id="T37v" task="train_vae" caught_by=["test_vae_has_one_adam_with_the_given_rate"] says="learning rate"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% logged KL multiplied by beta id="K34v" task="train_vae" caught_by=["test_both_losses_of_every_iteration_are_reported"] says="raw KL"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(model.beta * parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% logs the total id="K34t" task="train_vae" caught_by=["test_both_losses_of_every_iteration_are_reported"] says="totals"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(total.item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% lists exchanged id="E25" task="train_vae" caught_by=["test_both_losses_of_every_iteration_are_reported"] says="exchanged"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return kl_losses, rec_losses


# %% one value an epoch id="T38v" task="train_vae" caught_by=["test_both_losses_of_every_iteration_are_reported"] says="one number for each"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
        rec_losses.append(parts["rec_loss"].item())
        kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% evaluation mode id="T14v" task="train_vae" caught_by=["test_vae_is_in_training_mode"] says="evaluation mode"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% no step id="T5v" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total", "test_vae_has_one_adam_with_the_given_rate", "test_vae_is_in_training_mode"] says="optimizer.step() is missing"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% first batch only id="T36v" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total", "test_both_losses_of_every_iteration_are_reported"]
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
            break
    return rec_losses, kl_losses


# %% beta of 10.0 id="K35" task="TUNED_BETA" caught_by=["test_reconstructions_stay_good"] says="the KL wins"
TUNED_BETA = 10.0


# %% beta of 1.0 id="K35-1" task="TUNED_BETA" caught_by=["test_reconstructions_stay_good"] says="the KL wins"
TUNED_BETA = 1.0


# %% beta of 0.01 id="K35-2" task="TUNED_BETA" caught_by=["test_reconstructions_stay_good"] says="look further down"
TUNED_BETA = 0.01


# %% beta of 0.0 id="K32b" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number", "test_codes_stay_near_the_prior"] says="TUNED_BETA is 0"
TUNED_BETA = 0.0


# %% beta of 1e-6 id="K35c" task="TUNED_BETA" caught_by=["test_codes_stay_near_the_prior"] says="look further up"
TUNED_BETA = 1e-6


# %% beta of 1e-8 id="K35d" task="TUNED_BETA" caught_by=["test_codes_stay_near_the_prior"] says="look further up"
TUNED_BETA = 1e-8


# %% beta of -1e-4 id="K30b" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number", "test_reconstructions_stay_good", "test_codes_stay_near_the_prior"] says="negative"
TUNED_BETA = -1e-4


# %% beta of '1e-4' id="N4b" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number", "test_reconstructions_stay_good", "test_codes_stay_near_the_prior"] says="should be a number"
TUNED_BETA = "1e-4"


# %% beta of (1e-4, 1e-3) id="N4c" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number", "test_reconstructions_stay_good", "test_codes_stay_near_the_prior"] says="should be a number"
TUNED_BETA = [1e-4, 1e-3]


# %% squeezes before the Linear id="E26e" task="Encoder" into="Encoder" caught_by=["test_codes_have_the_right_shape"] says="for a batch of 1"
def forward(self, x):
    for layer in self.net[:-2]:
        x = layer(x)
    return self.net[-1](x.squeeze())


# %% standardizes by MNIST's mean and deviation id="E29" task="Encoder" into="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="at the beginning"
def forward(self, x):
    return self.net((x - 0.1307) / 0.3081)


# %% reflects at the border id="E6r" task="Encoder" into="Encoder" caught_by=["test_encoder_computes_what_the_plan_computes"] says="padding"
def __init__(self, nz):
    super().__init__()
    self.net = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1, padding_mode="reflect"),
        nn.LeakyReLU(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1, padding_mode="reflect"),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.Conv2d(64, 128, 3, stride=2),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.Conv2d(128, 256, 3),
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.Flatten(),
        nn.Linear(256, nz),
    )


# %% average pooling to the end id="E7" task="Encoder" into="Encoder" caught_by=["test_encoder_layers_follow_the_plan", "test_encoder_computes_what_the_plan_computes"] says="256 × 3 × 3"
def __init__(self, nz):
    super().__init__()
    self.net = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.Conv2d(64, 128, 3, stride=2),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.Conv2d(128, 256, 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.Flatten(),
        nn.Linear(256, nz),
    )


# %% BatchNorm without scale and shift id="E8a" task="Encoder" into="Encoder" caught_by=["test_encoder_layers_follow_the_plan"] says="without weights"
def __init__(self, nz):
    super().__init__()
    self.net = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.BatchNorm2d(64, affine=False),
        nn.LeakyReLU(),
        nn.Conv2d(64, 128, 3, stride=2),
        nn.BatchNorm2d(128, affine=False),
        nn.LeakyReLU(),
        nn.Conv2d(128, 256, 3),
        nn.BatchNorm2d(256, affine=False),
        nn.LeakyReLU(),
        nn.Flatten(),
        nn.Linear(256, nz),
    )


# %% dropout id="E22d" task="Encoder" into="Encoder" caught_by=["test_encoder_activations_follow_the_plan", "test_encoder_computes_what_the_plan_computes"]
def forward(self, x):
    return self.net(F.dropout(x, 0.1))


# %% detached id="T11e" task="Encoder" into="Encoder" caught_by=["test_encoder_computes_what_the_plan_computes"] says="No gradient of the output reaches"
def forward(self, x):
    return self.net(x.data).detach()


# %% codes of unit length id="E29d" task="Decoder" into="Decoder" caught_by=["test_decoder_activations_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="at the beginning"
def forward(self, z):
    return self.net(self.map(F.normalize(z, dim=1)).view(-1, 256, 1, 1))


# %% upsampling and convolutions id="E14u" task="Decoder" into="Decoder" caught_by=["test_decoder_layers_follow_the_plan", "test_decoder_computes_what_the_plan_computes"] says="ConvTranspose2d"
def __init__(self, nz):
    super().__init__()
    self.map = nn.Linear(nz, 256)
    self.net = nn.Sequential(
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.Upsample(size=3),
        nn.Conv2d(256, 128, 3, padding=1),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.Upsample(size=7),
        nn.Conv2d(128, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.Upsample(size=14),
        nn.Conv2d(64, 32, 3, padding=1),
        nn.LeakyReLU(),
        nn.Upsample(size=28),
        nn.Conv2d(32, 1, 3, padding=1),
        nn.Sigmoid(),
    )


# %% clipped instead of Sigmoid id="E13c" task="Decoder" into="Decoder" caught_by=["test_decoder_activations_follow_the_plan"] says="Sigmoid"
def forward(self, z):
    h = self.map(z).view(-1, 256, 1, 1)
    for layer in self.net[:-1]:
        h = layer(h)
    return h.clamp(0, 1)


# %% drawn with replacement id="X19r" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label"] says="exactly once"
def make_loader(dataset, batch_size):
    sampler = torch.utils.data.RandomSampler(dataset, replacement=True)
    return DataLoader(dataset, batch_size=batch_size, sampler=sampler)


# %% a generator, empty after one pass id="X19" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label", "test_order_is_random_and_new_at_every_pass"] says="empty after one pass"
def make_loader(dataset, batch_size):
    def batches():
        order = torch.randperm(len(dataset)).split(batch_size)
        for part in order:
            yield torch.stack([dataset[i][0] for i in part]), torch.tensor([dataset[i][1] for i in part])

    return batches()


# %% shuffles whole batches only id="X13c" task="make_loader" caught_by=["test_every_picture_comes_once_with_its_label"] says="only the last one may be smaller"
def make_loader(dataset, batch_size):
    batches = [list(range(i, min(i + batch_size, len(dataset)))) for i in range(0, len(dataset), batch_size)]
    return DataLoader(dataset, batch_sampler=torch.utils.data.SubsetRandomSampler(batches))


# %% same seed at every pass id="X13d" task="make_loader" caught_by=["test_order_is_random_and_new_at_every_pass"] says="Two passes give the same order"
def make_loader(dataset, batch_size):
    class Sampler(torch.utils.data.Sampler):
        def __iter__(self):
            return iter(torch.randperm(len(dataset), generator=torch.Generator().manual_seed(42)).tolist())

        def __len__(self):
            return len(dataset)

    return DataLoader(dataset, batch_size=batch_size, sampler=Sampler())


# %% a list that grows from call to call id="N7" task="train_autoencoder" caught_by=["test_every_iteration_is_reported"] says="of an earlier call"
def train_autoencoder(model, loader, epochs, lr, device, losses=[]):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% losses after the step id="T39c" task="train_autoencoder" caught_by=["test_every_iteration_is_reported"] says="after the step"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            optimizer.zero_grad()
            F.mse_loss(model(images), images).backward()
            optimizer.step()
            losses.append(F.mse_loss(model(images), images).item())
    return losses


# %% betas of another paper id="T29b" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="defaults"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.5, 0.999))
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% always the first batch id="T36d" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"] says="go through all batches"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs * len(loader)):
        images, _ = next(iter(loader))
        images = images.to(device)
        loss = F.mse_loss(model(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% running mean of the losses id="T17c" task="train_autoencoder" caught_by=["test_every_iteration_is_reported"] says="mean of all losses so far"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, total = [], 0.0
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            losses.append(total / (len(losses) + 1))
    return losses


# %% a learning rate that shrinks id="T37b" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="without a schedule"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.9)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    return losses


# %% leaves out small batches id="T36f" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"] says="smaller one too"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, size = [], None
    for _ in range(epochs):
        for images, _ in loader:
            size = size or len(images)
            if len(images) != size:
                continue
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% weight decay id="T29d" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="plain Adam"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% trains a copy id="T7c" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error", "test_one_adam_with_the_given_rate"] says="holds no parameter"
def train_autoencoder(model, loader, epochs, lr, device):
    import copy

    model = copy.deepcopy(model).to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% brings back the best batch's weights id="T27d" task="train_autoencoder" caught_by=["test_one_adam_with_the_given_rate"] says="other weights were loaded"
def train_autoencoder(model, loader, epochs, lr, device):
    import copy

    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, best = [], None
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            if not losses or loss.item() < min(losses):
                best = copy.deepcopy(model.state_dict())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    model.load_state_dict(best)
    return losses


# %% steps every second batch id="T36e" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"] says="of its own"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for number, (images, _) in enumerate(loader):
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            loss.backward()
            if number % 2 == 1:
                optimizer.step()
                optimizer.zero_grad()
            losses.append(loss.item())
    return losses


# %% shifts the pictures in place id="R20" task="train_autoencoder" caught_by=["test_steps_follow_the_gradient_of_the_squared_error"] says="changed on the way"
def train_autoencoder(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            images.clamp_(0.01, 0.99)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% codes not too far out id="R18s" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"] says="tails are clipped"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(torch.randn(n, nz, device=device).clamp(-2, 2))


# %% on the shell of radius sqrt(nz) id="S16" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"] says="the same length"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(F.normalize(torch.randn(n, nz, device=device), dim=1) * nz**0.5)


# %% freezes the model for good id="I24" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed"] says="requires_grad"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    for parameter in model.parameters():
        parameter.requires_grad = False
    return model.decoder(torch.randn(n, nz, device=device))


# %% switches gradients off for good id="I24b" task="sample_images" caught_by=["test_samples_are_decoded_by_the_model_that_is_passed"] says="set_grad_enabled"
def sample_images(model, n, nz, device):
    model.to(device).eval()
    torch.set_grad_enabled(False)
    return model.decoder(torch.randn(n, nz, device=device))


# %% 64 drawn, n shown id="R11s" task="sample_images" caught_by=["test_codes_are_drawn_from_the_prior"] says="new ones at every call"
FIXED = torch.randn(64, 64)


def sample_images(model, n, nz, device):
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(FIXED[:n, :nz])


# %% the mean of ten samples is decoded id="R19f" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal"] says="0.3"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn(10, *mean.shape).mean(0)
    return {"q": q, "rec": self.decoder(z)}


# %% average of five pictures id="R19g" task="VAE.forward" into="VAE" caught_by=["test_outputs_have_the_right_shape"]
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    pictures = [self.decoder(mean + log_sigma.exp() * torch.randn_like(mean)) for _ in range(5)]
    return {"q": q, "rec": torch.stack(pictures).mean(0)}


# %% truncated noise id="R18v" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal"] says="tails are clipped"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    z = mean + log_sigma.exp() * torch.randn_like(mean).clamp(-3, 3)
    return {"q": q, "rec": self.decoder(z)}


# %% mirrored noise id="R8m" task="VAE.forward" into="VAE" caught_by=["test_noise_is_standard_normal", "test_every_number_has_its_own_noise"] says="the same for different pictures"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    half = torch.randn(len(x) // 2 + 1, self.nz)
    eps = torch.cat([half, -half])[: len(x)]
    return {"q": q, "rec": self.decoder(mean + log_sigma.exp() * eps)}


# %% keeps noise for batches of one size id="R11k" task="VAE.forward" into="VAE" caught_by=["test_every_number_has_its_own_noise"] says="at every call"
def forward(self, x):
    q = self.encoder(x)
    mean, log_sigma = q.chunk(2, dim=1)
    if getattr(self, "eps", None) is None or len(self.eps) != len(x):
        self.eps = torch.randn_like(mean)
    return {"q": q, "rec": self.decoder(mean + log_sigma.exp() * self.eps)}


# %% runs forward once more id="N9" task="VAE.loss" into="VAE" caught_by=["test_reconstruction_loss_is_the_mean_squared_error", "test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    outputs = self.forward(x)
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% takes q out of the dictionary id="R20k" task="VAE.loss" into="VAE" caught_by=["test_total_has_the_right_gradients"] says="leave arguments unchanged"
def loss(self, x, outputs):
    mean, log_sigma = outputs.pop("q").chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs.pop("rec"), x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% warms beta up id="N7k" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl", "test_total_has_the_right_gradients"]
def loss(self, x, outputs):
    self.calls = getattr(self, "calls", 0) + 1
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * min(1.0, self.calls / 50) * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% free bits id="K17f" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value"] says="nothing is cut off"
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).clamp(min=0.1).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% keeps log sigma in bounds id="K18" task="VAE.loss" into="VAE" caught_by=["test_kl_loss_has_the_right_value"]
def loss(self, x, outputs):
    mean, log_sigma = outputs["q"].chunk(2, dim=1)
    log_sigma = log_sigma.clamp(-1, 1)
    zero = torch.zeros_like(mean)
    rec_loss = F.mse_loss(outputs["rec"], x)
    kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
    return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# %% beta in a global, the last model's counts id="N7b" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl"] says="another VAE"
def __init__(self, nz, beta=1.0):
    super().__init__()
    VAE.beta = beta
    self.nz = nz
    self.encoder = Encoder(2 * nz)
    self.decoder = Decoder(nz)


# %% beta must be positive id="K32z" task="VAE.loss" into="VAE" caught_by=["test_total_is_reconstruction_plus_beta_kl"] says="beta has no effect"
def __init__(self, nz, beta=1.0):
    super().__init__()
    self.nz, self.beta = nz, beta or 1.0
    self.encoder = Encoder(2 * nz)
    self.decoder = Decoder(nz)


# %% the last batch's means id="E23" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"] says="of the batch before"
def forward(self, x):
    q = self.encoder(x)
    self.mean, log_sigma = q.chunk(2, dim=1)
    return {"q": q, "rec": self.decoder(self.mean + log_sigma.exp() * torch.randn_like(self.mean))}


def reconstruct(self, x):
    if not hasattr(self, "mean"):
        self.forward(x)
    return self.decoder(self.mean)


# %% average of a hundred samples id="R25a" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"] says="decode the mean"
def reconstruct(self, x):
    return torch.stack([self.forward(x)["rec"] for _ in range(100)]).mean(0)


# %% reconstruct samples in training mode id="R25t" task="VAE.reconstruct" into="VAE" caught_by=["test_reconstruct_decodes_the_mean"] says="decode the mean"
def reconstruct(self, x):
    mean, log_sigma = self.encoder(x).chunk(2, dim=1)
    if self.training:
        mean = mean + log_sigma.exp() * torch.randn_like(mean)
    return self.decoder(mean)


# %% parts of another forward pass id="T39v" task="train_vae" caught_by=["test_both_losses_of_every_iteration_are_reported"] says="in a second pass"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            optimizer.zero_grad()
            model.loss(images, model(images))[0].backward()
            optimizer.step()
            parts = model.loss(images, model(images))[1]
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% a learning rate that shrinks id="T37w" task="train_vae" caught_by=["test_vae_has_one_adam_with_the_given_rate"] says="without a schedule"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
        scheduler.step()
    return rec_losses, kl_losses


# %% only the decoder is trained id="T7v" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total", "test_vae_has_one_adam_with_the_given_rate"] says="all of model.parameters()"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    optimizer = torch.optim.Adam(list(model.decoder.parameters()), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% sets beta to one id="K32w" task="train_vae" caught_by=["test_steps_follow_the_gradient_of_the_total"] says="beta is left out"
def train_vae(model, loader, epochs, lr, device):
    model.to(device).train()
    model.beta = 1.0
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


# %% taken from an experiment's result id="N6b" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number"] says="Grading runs the cells that define things"
TUNED_BETA = min(found, key=lambda beta: found[beta][0])


# %% not a number id="T34" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number"] says="nan"
TUNED_BETA = float("nan")


# %% True id="N4d" task="TUNED_BETA" caught_by=["test_tuned_beta_is_a_positive_number"] says="bool"
TUNED_BETA = True
