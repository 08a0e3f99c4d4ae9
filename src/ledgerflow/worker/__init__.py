"""The worker: takes ordered batches up, and has each heavy deed done at a bench, a process of its own."""
