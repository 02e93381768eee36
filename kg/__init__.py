"""kg: knowledge graphs from Chinese regional-economy news, offline, with the sentence for every fact."""

__version__ = "0.1.0"
