"""The master simulation engine: from a configuration, a catalogue and a seed to supplies, oldest first. Pure."""
