"""`python -m tuner`, and the `tuner` command."""

import sys

from tuner.interrupts import hear_no_more, leave_unprinted

INTERRUPTED = 130


def main() -> None:
    """Run the command line; wrong input ends with one line on standard error and exit status 2."""
    leave_unprinted()
    try:
        status = _main()
    except KeyboardInterrupt:  # while a command starts or writes what it found
        print("tuner: interrupted", file=sys.stderr)
        status = INTERRUPTED
    hear_no_more()
    sys.exit(status)


def _main() -> int:
    import typer

    from tuner.errors import TunerError, without_secrets

    try:
        from tuner.cli import app

        status = app(prog_name="tuner", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except (TunerError, typer.TyperException) as error:
        text = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        if text:  # empty where no command was given and the help has been shown
            shown = "".join(character if character.isprintable() else " " for character in text)
            print(f"tuner: {without_secrets(' '.join(shown.split()))}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has gone, as in `tuner show ... | head`
        sys.stderr.close()
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"tuner: {without_secrets(f'{where}{error.strerror or error}')}", file=sys.stderr)
        return 2
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    main()
