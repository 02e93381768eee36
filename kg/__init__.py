"""kg: knowledge graphs from Chinese regional-economy and business news, offline and with the sentence for every fact."""

__version__ = "0.1.0"
