"""How fast this library is beside PyTorch, torchvision and pycocotools: `python -m tests.benchmarks`."""
