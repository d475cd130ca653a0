"""A small convolutional network for images of wavelet coefficients, for comparison."""

import torch
from torch import nn

from gwrnn import checks


class WaveletCNN(nn.Module):
    """Two convolutions with a max-pool between them, and one logit: the report's network.

    3 x 3 kernels, 16 maps each, zero padding, ReLU; the pool halves both axes.

    Parameters
    ----------
    scales : int, at least 2
        Height of the images.
    columns : int, at least 2
        Width of the images; two for real and imaginary part.
    maps : int
        Channels of each convolution.
    """

    def __init__(self, scales, columns=2, maps=16):
        super().__init__()
        checks.positive(scales=scales, columns=columns, maps=maps)
        if scales < 2 or columns < 2:
            raise ValueError(f"an image must be at least 2 by 2, got {scales} by {columns}")
        self.layers = nn.Sequential(
            nn.Conv2d(1, maps, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(maps, maps, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(maps * (scales // 2) * (columns // 2), 1),
        )

    def init(self, rng):
        """Draw the parameters, Glorot's uniform weights and zero biases, and return the network.

        Source: Glorot and Bengio (2010), `glorot2010understanding`.

        Parameters
        ----------
        rng : numpy.random.Generator
        """
        with torch.no_grad():
            for parameter in self.parameters():
                if parameter.ndim == 1:
                    parameter.zero_()
                    continue
                field = parameter[0, 0].numel() if parameter.ndim > 2 else 1
                bound = (6 / (field * (parameter.shape[0] + parameter.shape[1]))) ** 0.5
                values = rng.uniform(-bound, bound, tuple(parameter.shape))
                parameter.copy_(torch.from_numpy(values))
        return self

    def forward(self, images):
        """Return a logit for each image.

        Parameters
        ----------
        images : torch.Tensor, shape (n, 1, scales, columns)

        Returns
        -------
        torch.Tensor, shape (n,)
        """
        return self.layers(images)[:, 0]
