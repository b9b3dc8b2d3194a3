"""What is wrong with settings."""


class SettingsError(Exception):
    """Settings that do not fit. The text names each variable, what it takes and, where it is no secret, what it got."""
