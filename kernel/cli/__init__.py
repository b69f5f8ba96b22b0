"""The command line, `kernel`. Nothing in here is needed to use kernel from Python."""

__all__ = ["main"]


def main() -> None:
    """Run the command line with the arguments of this process."""
    # Imported here, so that a plugin that declares a command does not bring click in.
    from kernel.cli.app import run

    run()
