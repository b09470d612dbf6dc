"""Wrong solutions as students write them. One cell is one mistake, put into the reference; `caught_by` must all fail."""

# %% Tanh at the end, like the two-layer model id="P1" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_decoder_makes_the_output_of_codes"] says="Tanh at the end"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Sequential(nn.Linear(num_hidden, num_out), nn.Tanh())


# %% Tanh in forward id="P1b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_model_is_encoder_then_decoder"] says="not PCA"
def forward(self, x):
    return torch.tanh(self.decoder(self.encoder(x)))


# %% ReLU on the code id="P2" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_linear_encoder_gives_the_code"] says="nonlinearity"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden), nn.ReLU())
    self.decoder = nn.Linear(num_hidden, num_out)


# %% ReLU on the code in forward only id="P2b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_model_is_encoder_then_decoder"]
def forward(self, x):
    return self.decoder(F.relu(self.encoder(x)))


# %% Sigmoid at the end id="P3" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_decoder_makes_the_output_of_codes"] says="Sigmoid at the end"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Sequential(nn.Linear(num_hidden, num_out), nn.Sigmoid())


# %% no biases id="P4" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"] says="has no bias"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden, bias=False)
    self.decoder = nn.Linear(num_hidden, num_out, bias=False)


# %% no bias in the encoder id="P4b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each", "test_linear_encoder_gives_the_code"] says="has no bias"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden, bias=False)
    self.decoder = nn.Linear(num_hidden, num_out)


# %% two linear layers down and up id="P6" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"]
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(num_in, 2 * num_hidden), nn.Linear(2 * num_hidden, num_hidden))
    self.decoder = nn.Sequential(nn.Linear(num_hidden, 2 * num_hidden), nn.Linear(2 * num_hidden, num_out))


# %% code of 16 numbers, whatever is asked id="P7" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each", "test_linear_encoder_gives_the_code"] says="the plan says"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, 16)
    self.decoder = nn.Linear(16, num_out)


# %% output as wide as the input id="P7b" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each", "test_decoder_makes_the_output_of_codes"]
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Linear(num_hidden, num_in)


# %% decoder with encoder and code exchanged id="E16p" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"]
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Linear(num_out, num_hidden)


# %% layers in a plain list id="E21p" task="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"] says="plain list"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.layers = [nn.Linear(num_in, num_hidden), nn.Linear(num_hidden, num_out)]

    def encoder(self, x):
        return self.layers[0](x)

    def decoder(self, z):
        return self.layers[1](z)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% layers made in forward id="E22p" task="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each", "test_model_is_affine"]
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.sizes = num_in, num_hidden, num_out

    def encoder(self, x):
        return nn.Linear(self.sizes[0], self.sizes[1])(x)

    def decoder(self, z):
        return nn.Linear(self.sizes[1], self.sizes[2])(z)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% sklearn's PCA id="P10" task="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"]
class PCAAutoencoder:
    def __init__(self, num_in, num_hidden, num_out):
        from sklearn.decomposition import PCA
        self.pca = PCA(num_hidden)

    def forward(self, x):
        return torch.tensor(self.pca.inverse_transform(self.pca.fit_transform(x)))

    __call__ = forward


# %% returns the code as well id="E24p" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each", "test_model_is_affine"] says="several things"
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code), code


# %% other names than encoder and decoder id="N4p" task="PCAAutoencoder" caught_by=["test_linear_encoder_gives_the_code", "test_decoder_makes_the_output_of_codes"] says="encoder"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.fc1 = nn.Linear(num_in, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_out)

    def forward(self, x):
        return self.fc2(self.fc1(x))


# %% dropout on the code id="E29" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"] says="training mode"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden), nn.Dropout(0.3))
    self.decoder = nn.Linear(num_hidden, num_out)


# %% normalized code id="E8p" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"]
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden), nn.BatchNorm1d(num_hidden))
    self.decoder = nn.Linear(num_hidden, num_out)


# %% decoder is the transposed encoder id="P11" task="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"]
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.encoder = nn.Linear(num_in, num_hidden)
        self.bias = nn.Parameter(torch.zeros(num_in))

    def decoder(self, z):
        return F.linear(z, self.encoder.weight.T, self.bias)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% three numbers for two layers id="Z1" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="it holds 3"
MY_TWO_LAYER_SIZES = (128, 64, 16)


# %% the pixels are in it id="Z1b" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="without the 784 pixels"
MY_TWO_LAYER_SIZES = (784, 128, 16, 784)


# %% the sizes of the run above id="T30" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="choose others"
MY_TWO_LAYER_SIZES = (32, 16)


# %% one number id="Z2" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="tuple of 2"
MY_TWO_LAYER_SIZES = 128


# %% divided to a float id="Z3" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="whole numbers"
MY_TWO_LAYER_SIZES = (784 / 4, 784 / 49)


# %% no bottleneck id="Z4" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="nothing is compressed"
MY_TWO_LAYER_SIZES = (1000, 784)


# %% a hidden layer of one id="Z5" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_layers_of_these_sizes_learn"] says="too narrow"
MY_TWO_LAYER_SIZES = (1, 16)


# %% written as text id="Z6" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"]
MY_TWO_LAYER_SIZES = "128, 16"


# %% a code of nothing id="Z7" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="from 1 up"
MY_TWO_LAYER_SIZES = (128, 0)


# %% two numbers for three layers id="Z1c" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_sizes_of_my_own"] says="it holds 2"
MY_THREE_LAYER_SIZES = (128, 16)


# %% the sizes of the three-layer run id="T30b" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_sizes_of_my_own"] says="choose others"
MY_THREE_LAYER_SIZES = (64, 32, 16)


# %% one number between id="Z5b" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_layers_of_these_sizes_learn"] says="too narrow"
MY_THREE_LAYER_SIZES = (64, 1, 16)


# %% first layer of one id="Z5c" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_layers_of_these_sizes_learn"]
MY_THREE_LAYER_SIZES = (1, 32, 16)


# %% a dictionary id="Z8" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_sizes_of_my_own"] says="tuple of 3"
MY_THREE_LAYER_SIZES = {"h1": 128, "h2": 64, "h3": 16}


# %% ReLU on the code id="E12" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_encoder_gives_the_code"] says="ReLU after Linear number 3"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3), nn.ReLU(),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% Tanh on the code in forward id="E12b" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"] says="Tanh after Linear number 3"
def forward(self, x):
    return self.decoder(torch.tanh(self.encoder(x)))


# %% no Tanh at the end id="E13" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"] says="Tanh is missing"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_out),
    )


# %% Sigmoid for Tanh id="E14" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"] says="Sigmoid"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_out), nn.Sigmoid(),
    )


# %% ReLU in front of the Tanh id="E13b" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"]
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_out), nn.ReLU(), nn.Tanh(),
    )


# %% decoder not mirrored id="E16" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"] says="Linear number 4"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_out), nn.Tanh(),
    )


# %% decoder takes the sizes in the encoder's order id="E16b" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"]
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3), nn.ReLU(),
        nn.Linear(num_hidden_3, num_out), nn.Tanh(),
    )


# %% no ReLU anywhere id="E17" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_encoder_gives_the_code"] says="ReLU is missing"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.Linear(num_hidden_1, num_hidden_2), nn.Linear(num_hidden_2, num_hidden_3)
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.Linear(num_hidden_2, num_hidden_1), nn.Linear(num_hidden_1, num_out),
        nn.Tanh(),
    )


# %% one ReLU forgotten id="C13" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"] says="ReLU is missing after Linear number 5"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1),
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% leaky ReLU id="E11" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_encoder_gives_the_code"] says="LeakyReLU of slope 0.2"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.LeakyReLU(0.2),
        nn.Linear(num_hidden_1, num_hidden_2), nn.LeakyReLU(0.2),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.LeakyReLU(0.2),
        nn.Linear(num_hidden_2, num_hidden_1), nn.LeakyReLU(0.2),
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% Tanh between the layers id="E11b" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_encoder_gives_the_code"] says="there is Tanh"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.Tanh(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.Tanh(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.Tanh(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.Tanh(),
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% the sizes of the notebook, whatever is asked id="E3" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_encoder_gives_the_code"]
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16)
    )
    self.decoder = nn.Sequential(
        nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, num_out), nn.Tanh()
    )


# %% two layers only id="E2" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_encoder_gives_the_code"] says="layers with parameters more"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_3))
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh()
    )


# %% no biases id="E10" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan"] says="no bias"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    linear = lambda a, b: nn.Linear(a, b, bias=False)
    self.encoder = nn.Sequential(
        linear(num_in, num_hidden_1), nn.ReLU(), linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        linear(num_hidden_3, num_hidden_2), nn.ReLU(), linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% layers in a plain list id="E21" task="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"] says="plain list"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        sizes = [num_in, num_hidden_1, num_hidden_2, num_hidden_3]
        self.down = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
        sizes = [num_hidden_3, num_hidden_2, num_hidden_1, num_out]
        self.up = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]

    def encoder(self, x):
        return self.down[2](F.relu(self.down[1](F.relu(self.down[0](x)))))

    def decoder(self, z):
        return torch.tanh(self.up[2](F.relu(self.up[1](F.relu(self.up[0](z))))))

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% layers made in forward id="E22" task="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"]
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.h = num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out

    def encoder(self, x):
        h = self.h
        x = F.relu(nn.Linear(h[0], h[1])(x))
        x = F.relu(nn.Linear(h[1], h[2])(x))
        return nn.Linear(h[2], h[3])(x)

    def decoder(self, z):
        h = self.h
        z = F.relu(nn.Linear(h[3], h[2])(z))
        z = F.relu(nn.Linear(h[2], h[1])(z))
        return torch.tanh(nn.Linear(h[1], h[4])(z))

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% output as wide as the input id="E16c" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_decoder_makes_pictures_of_codes"]
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_in), nn.Tanh(),
    )


# %% returns picture and code id="E24" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"]
def forward(self, x):
    code = self.encoder(x)
    return self.decoder(code), code


# %% forward returns the code id="E25" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"]
def forward(self, x):
    return self.encoder(x)


# %% dropout between the layers id="E29b" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_same_weights_give_the_same_pictures"] says="training mode"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% the same hidden layer used down and up id="E28" task="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan"]
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.fc1 = nn.Linear(num_in, num_hidden_1)
        self.fc2 = nn.Linear(num_hidden_1, num_hidden_2)
        self.fc3 = nn.Linear(num_hidden_2, num_hidden_3)
        self.fc4 = nn.Linear(num_hidden_1, num_out)

    def encoder(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))

    def decoder(self, z):
        z = F.relu(z @ self.fc3.weight)
        z = F.relu(z @ self.fc2.weight)
        return torch.tanh(self.fc4(z))

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% forward forgets the return id="N13" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"]
def forward(self, x):
    self.decoder(self.encoder(x))


# %% weights exchanged id="I1" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"] says="exchanged"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return model.decoder((1 - lambda1) * latent_1 + lambda1 * latent_2)


# %% pixels mixed id="I6" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"] says="mix their codes"
def interpolation(lambda1, model, image1, image2):
    return (lambda1 * image1 + (1 - lambda1) * image2).reshape(1, -1)


# %% decoded pictures mixed id="I6b" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"] says="decode last"
def interpolation(lambda1, model, image1, image2):
    out1 = model.decoder(model.encoder(image1.reshape(1, -1)))
    out2 = model.decoder(model.encoder(image2.reshape(1, -1)))
    return lambda1 * out1 + (1 - lambda1) * out2


# %% encoded after mixing id="I7" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"] says="encode first"
def interpolation(lambda1, model, image1, image2):
    mixed = lambda1 * image1 + (1 - lambda1) * image2
    return model(mixed.reshape(1, -1))


# %% weights do not add up id="I8" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"] says="add up to 1"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return model.decoder(lambda1 * latent_1 + lambda1 * latent_2)


# %% wrong sign id="I8e" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"] says="1 − lambda"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return model.decoder(lambda1 * latent_1 + (lambda1 - 1) * latent_2)


# %% the first image twice id="I20" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"] says="taken twice"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image1.reshape(1, -1))
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% the code is not decoded id="I22" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image", "test_flat_images_work_and_arguments_stay"] says="decode it"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return lambda1 * latent_1 + (1 - lambda1) * latent_2


# %% a model of the notebook id="N1" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"]
def interpolation(lambda1, model, image1, image2):
    latent_1 = model1.encoder(image1.reshape(1, -1))
    latent_2 = model1.encoder(image2.reshape(1, -1))
    return model1.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% second image not flattened id="E27" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_flat_images_work_and_arguments_stay"]
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2)
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% back to a square picture id="I11" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_flat_images_work_and_arguments_stay"] says="flat picture"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2).view(1, 28, 28)


# %% flattened altogether id="I11b" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_flat_images_work_and_arguments_stay"] says="(784,)"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.flatten())
    latent_2 = model.encoder(image2.flatten())
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% lambda cut to a whole number id="I9" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"] says="whole number"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return model.decoder(int(lambda1) * latent_1 + (1 - int(lambda1)) * latent_2)


# %% on an arc id="I17" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"] says="arc"
def interpolation(lambda1, model, image1, image2):
    z1 = model.encoder(image1.reshape(1, -1))
    z2 = model.encoder(image2.reshape(1, -1))
    omega = torch.acos(F.cosine_similarity(z1, z2))
    z = (torch.sin(lambda1 * omega) * z1 + torch.sin((1 - lambda1) * omega) * z2) / torch.sin(omega)
    return model.decoder(z)


# %% in training mode id="I13" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_flat_images_work_and_arguments_stay"] says="training mode"
def interpolation(lambda1, model, image1, image2):
    model.train()
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% scales the images in place id="R20" task="interpolation" caught_by=["test_flat_images_work_and_arguments_stay"] says="changed one of its images"
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    image1.mul_(0.5).add_(0.5)
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% takes pictures (1, 28, 28) only id="I23" task="interpolation" caught_by=["test_flat_images_work_and_arguments_stay"]
def interpolation(lambda1, model, image1, image2):
    batch, height, width = image1.shape
    latent_1 = model.encoder(image1.view(batch, height * width))
    latent_2 = model.encoder(image2.view(batch, height * width))
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% runs backwards id="I1s" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"] says="backwards"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(value, model, image1, image2) for value in torch.linspace(1, 0, n)])


# %% images exchanged id="I1t" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"]
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(value, model, image2, image1) for value in torch.linspace(0, 1, n)])


# %% stops before the end id="I2" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"] says="stops before 1"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(i / n, model, image1, image2) for i in range(n)])


# %% arange id="I3" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"]
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(l, model, image1, image2) for l in torch.arange(0, 1 - 1e-6, 1 / n)])


# %% starts after the beginning id="I2b" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"] says="starts after 0"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation((i + 1) / n, model, image1, image2) for i in range(n)])


# %% eleven pictures id="I4" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_has_n_pictures"] says="are asked for"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(i / n, model, image1, image2) for i in range(n + 1)])


# %% always ten id="I4b" task="interpolation_strip" caught_by=["test_strip_has_n_pictures", "test_strip_holds_both_ends"] says="10 pictures"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(value, model, image1, image2) for value in torch.linspace(0, 1, 10)])


# %% ninths, whatever n is id="I4c" task="interpolation_strip" caught_by=["test_strip_holds_both_ends"] says="does not depend on n"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(i / 9, model, image1, image2) for i in range(n)])


# %% a list id="I10" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_has_n_pictures", "test_strip_holds_both_ends"] says="one tensor"
def interpolation_strip(model, image1, image2, n=10):
    return [interpolation(value, model, image1, image2) for value in torch.linspace(0, 1, n)]


# %% stacked, with a dimension too many id="I11s" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_has_n_pictures"] says="the shape is"
def interpolation_strip(model, image1, image2, n=10):
    return torch.stack([interpolation(value, model, image1, image2) for value in torch.linspace(0, 1, n)])


# %% whole numbers for lambda id="I9s" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"] says="whole number"
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(i, model, image1, image2) for i in range(n)])


# %% own way, pixels mixed id="I6s" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"] says="mix their codes"
def interpolation_strip(model, image1, image2, n=10):
    values = torch.linspace(0, 1, n).view(n, 1)
    return values * image1.reshape(1, -1) + (1 - values) * image2.reshape(1, -1)


# %% own way, decoded pictures mixed id="I6t" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"] says="ends are decoded"
def interpolation_strip(model, image1, image2, n=10):
    values = torch.linspace(0, 1, n).view(n, 1)
    first, second = model(image1.reshape(1, -1)), model(image2.reshape(1, -1))
    return values * first + (1 - values) * second


# %% a model of the notebook id="N1s" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"]
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(value, model3, image1, image2) for value in torch.linspace(0, 1, n)])


# %% only the last picture id="T17" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_has_n_pictures"] says="1 pictures"
def interpolation_strip(model, image1, image2, n=10):
    for value in torch.linspace(0, 1, n):
        strip = interpolation(value, model, image1, image2)
    return strip


# %% claims that codes are the principal components id="P9" task="PCAAutoencoder" invisible="a claim in prose, not code: only the span of the code agrees with PCA's, not its axes; see the rubric"
class PCAAutoencoder(nn.Module):
    """The i-th number of the code is the i-th principal component."""

    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.encoder = nn.Linear(num_in, num_hidden)
        self.decoder = nn.Linear(num_hidden, num_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% weights of zero at the start id="E30" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine"] says="does not depend"
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Linear(num_in, num_hidden)
    self.decoder = nn.Linear(num_hidden, num_out)
    nn.init.zeros_(self.encoder.weight)
    nn.init.zeros_(self.decoder.weight)


# %% centred by the mean of the batch id="P12" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"]
def forward(self, x):
    mean = x.mean(dim=0, keepdim=True)
    return self.decoder(self.encoder(x - mean))


# %% output cut to the range of the data id="P13" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_model_is_encoder_then_decoder"] says="not PCA"
def forward(self, x):
    return self.decoder(self.encoder(x)).clamp(-1, 1)


# %% softmax over the code id="P14" task="PCAAutoencoder" into="PCAAutoencoder" caught_by=["test_model_is_affine", "test_linear_encoder_gives_the_code"]
def __init__(self, num_in, num_hidden, num_out):
    super().__init__()
    self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden), nn.Softmax(dim=1))
    self.decoder = nn.Linear(num_hidden, num_out)


# %% negative size id="Z9" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="from 1 up"
MY_TWO_LAYER_SIZES = (128, -16)


# %% nothing chosen id="Z10" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"]
MY_TWO_LAYER_SIZES = None


# %% a tuple in a tuple id="Z11" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_sizes_of_my_own"]
MY_THREE_LAYER_SIZES = ((128, 64, 16),)


# %% an empty place id="Z12" task="MY_THREE_LAYER_SIZES" caught_by=["test_three_sizes_of_my_own"] says="it holds None"
MY_THREE_LAYER_SIZES = (128, 64, None)


# %% batch normalization between the layers id="E8" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_layers_are_those_of_the_plan", "test_encoder_gives_the_code"] says="BatchNorm"
def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
    super().__init__()
    self.encoder = nn.Sequential(
        nn.Linear(num_in, num_hidden_1), nn.BatchNorm1d(num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_hidden_2), nn.BatchNorm1d(num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_3),
    )
    self.decoder = nn.Sequential(
        nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(),
        nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(),
        nn.Linear(num_hidden_1, num_out), nn.Tanh(),
    )


# %% a shortcut around the code id="E31" task="ThreeLayerAutoencoder" caught_by=["test_same_weights_give_the_same_pictures", "test_activations_are_those_of_the_plan"]
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.e1, self.e2 = nn.Linear(num_in, num_hidden_1), nn.Linear(num_hidden_1, num_hidden_2)
        self.e3 = nn.Linear(num_hidden_2, num_hidden_3)
        self.d1, self.d2 = nn.Linear(num_hidden_3, num_hidden_2), nn.Linear(num_hidden_2, num_hidden_1)
        self.d3 = nn.Linear(num_hidden_1, num_out)

    def encoder(self, x):
        return self.e3(F.relu(self.e2(F.relu(self.e1(x)))))

    def decoder(self, z):
        return torch.tanh(self.d3(F.relu(self.d2(F.relu(self.d1(z))))))

    def forward(self, x):
        h1 = F.relu(self.e1(x))
        h2 = F.relu(self.e2(h1))
        z = self.e3(h2)
        y = F.relu(self.d1(z)) + h2
        return torch.tanh(self.d3(F.relu(self.d2(y)) + h1))


# %% Tanh in the decoder and once more in forward id="E18" task="ThreeLayerAutoencoder" into="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan", "test_same_weights_give_the_same_pictures"]
def forward(self, x):
    return torch.tanh(self.decoder(self.encoder(x)))


# %% arguments of the lerp in the wrong order id="I1l" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"] says="exchanged"
def interpolation(lambda1, model, image1, image2):
    z1, z2 = model.encoder(image1.reshape(1, -1)), model.encoder(image2.reshape(1, -1))
    return model.decoder(torch.lerp(z1, z2, lambda1))


# %% codes of length one id="I25" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded", "test_lambda_one_is_the_first_image"]
def interpolation(lambda1, model, image1, image2):
    z1 = F.normalize(model.encoder(image1.reshape(1, -1)))
    z2 = F.normalize(model.encoder(image2.reshape(1, -1)))
    return model.decoder(lambda1 * z1 + (1 - lambda1) * z2)


# %% the images themselves at the ends id="I24" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"] says="the images themselves"
def interpolation_strip(model, image1, image2, n=10):
    rows = [image2.reshape(1, -1)]
    rows += [interpolation(i / (n - 1), model, image1, image2) for i in range(1, n - 1)]
    return torch.cat([*rows, image1.reshape(1, -1)])


# %% ready to be shown, in [0, 1] id="I26" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps", "test_strip_holds_both_ends"]
def interpolation_strip(model, image1, image2, n=10):
    strip = torch.cat([interpolation(l, model, image1, image2) for l in torch.linspace(0, 1, n)])
    return to_img(strip).view(n, 784)


# %% the pictures of the notebook id="N1t" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"]
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(l, model, sevens, ones) for l in torch.linspace(0, 1, n)])


# %% steps that are not equal id="I9t" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"]
def interpolation_strip(model, image1, image2, n=10):
    return torch.cat([interpolation(l**2, model, image1, image2) for l in torch.linspace(0, 1, n)])


# %% frozen encoder id="T11f" task="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"] says="No gradient"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.encoder = nn.Linear(num_in, num_hidden)
        self.encoder.requires_grad_(False)
        self.decoder = nn.Linear(num_hidden, num_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% code without gradient id="T11n" task="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"] says="No gradient"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.enc = nn.Linear(num_in, num_hidden)
        self.decoder = nn.Linear(num_hidden, num_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))

    @torch.no_grad()
    def encoder(self, x):
        return self.enc(x)


# %% bias of the decoder is fixed at 0 id="P4c" task="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"] says="No gradient"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.encoder = nn.Linear(num_in, num_hidden)
        self.decoder = nn.Linear(num_hidden, num_out)
        nn.init.zeros_(self.decoder.bias)
        self.decoder.bias.requires_grad = False

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% layer of the class, shared by all objects id="E32" task="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"] says="share weights"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.encoder = PCAAutoencoder.layers.setdefault((num_in, num_hidden), nn.Linear(num_in, num_hidden))
        self.decoder = nn.Linear(num_hidden, num_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))

    layers = {}


# %% noise on the code while training id="E28p" task="PCAAutoencoder" caught_by=["test_model_is_encoder_then_decoder"] says="training mode"
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.enc = nn.Linear(num_in, num_hidden)
        self.decoder = nn.Linear(num_hidden, num_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def encoder(self, x):
        code = self.enc(x)
        return code + 0.1 * torch.randn_like(code) if self.training else code


# %% 16 numbers whatever is asked for id="P7c" task="PCAAutoencoder" caught_by=["test_encoder_and_decoder_are_one_linear_layer_each"]
class PCAAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden, num_out):
        super().__init__()
        self.encoder = nn.Linear(num_in, 16)
        self.decoder = nn.Linear(16, num_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% forward with layers of its own id="E33" task="ThreeLayerAutoencoder" caught_by=["test_three_layers_are_encoder_then_decoder"] says="other layers in forward"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_3), nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_3))
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())

    def forward(self, x):
        return self.net(x)


# %% a frozen bias id="T11z" task="ThreeLayerAutoencoder" caught_by=["test_three_layers_are_encoder_then_decoder"] says="No gradient"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_3))
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())
        self.encoder[2] = self.encoder[0] if num_in == num_hidden_2 else self.encoder[2]
        self.decoder[4].bias.requires_grad_(False)

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% no gradient through the encoder id="T11d" task="ThreeLayerAutoencoder" caught_by=["test_three_layers_are_encoder_then_decoder"] says="No gradient"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_3))
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())

    def forward(self, x):
        return self.decoder(self.encoder(x).detach())


# %% ReLU6 in place of ReLU id="E34" task="ThreeLayerAutoencoder" caught_by=["test_same_weights_give_the_same_pictures"] says="ReLU6"
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU6(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU6(), nn.Linear(num_hidden_2, num_hidden_3))
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU6(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU6(), nn.Linear(num_hidden_1, num_out), nn.Tanh())

    def forward(self, x):
        return self.decoder(self.encoder(x))


# %% clipped code id="E35" task="ThreeLayerAutoencoder" caught_by=["test_activations_are_those_of_the_plan"]
class ThreeLayerAutoencoder(nn.Module):
    def __init__(self, num_in, num_hidden_1, num_hidden_2, num_hidden_3, num_out):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(num_in, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_3))
        self.decoder = nn.Sequential(nn.Linear(num_hidden_3, num_hidden_2), nn.ReLU(), nn.Linear(num_hidden_2, num_hidden_1), nn.ReLU(), nn.Linear(num_hidden_1, num_out), nn.Tanh())

    def forward(self, x):
        return self.decoder(self.encoder(x).clamp(-3, 3))


# %% a billion units id="Z13" task="MY_TWO_LAYER_SIZES" caught_by=["test_two_sizes_of_my_own"] says="memory"
MY_TWO_LAYER_SIZES = (10**9, 16)


# %% codes kept from the first call id="I27" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"] says="keep their codes"
def interpolation(lambda1, model, image1, image2):
    if not hasattr(model, "codes"):
        model.codes = model.encoder(image1.reshape(1, -1)), model.encoder(image2.reshape(1, -1))
    latent_1, latent_2 = model.codes
    return model.decoder(lambda1 * latent_1 + (1 - lambda1) * latent_2)


# %% smooth step id="I28" task="interpolation" caught_by=["test_codes_are_mixed_and_then_decoded"]
def interpolation(lambda1, model, image1, image2):
    latent_1 = model.encoder(image1.reshape(1, -1))
    latent_2 = model.encoder(image2.reshape(1, -1))
    t = 3 * lambda1**2 - 2 * lambda1**3
    return model.decoder(t * latent_1 + (1 - t) * latent_2)


# %% lambda added up id="I29" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"]
def interpolation_strip(model, image1, image2, n=10):
    rows, value = [], 0.0
    while value <= 1:
        rows.append(interpolation(value, model, image1, image2))
        value += 1 / (n - 1)
    return torch.cat(rows)


# %% arange to just behind 1 id="I29b" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"] says="11 pictures"
def interpolation_strip(model, image1, image2, n=10):
    values = torch.arange(0, 1 + 1 / (n - 1), 1 / (n - 1))
    return torch.cat([interpolation(value, model, image1, image2) for value in values])


# %% decoded once, mixed later id="I6u" task="interpolation_strip" caught_by=["test_strip_goes_over_equal_steps"] says="only the ends are decoded"
def interpolation_strip(model, image1, image2, n=10):
    a, b = interpolation(1, model, image1, image2), interpolation(0, model, image1, image2)
    weights = torch.linspace(0, 1, n)[:, None]
    return weights * a + (1 - weights) * b
