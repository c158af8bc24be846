"""The sheet of the layers: convolution, pooling, upsampling, normalisation."""
