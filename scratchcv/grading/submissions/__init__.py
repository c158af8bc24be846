"""What students hand in: files, notebooks, archives, a class's folders; read, never run."""
