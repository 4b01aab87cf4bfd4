"""`python -m tuner`, and the `tuner` command."""

import sys

import typer

from tuner.errors import TunerError


def main() -> None:
    """Run the command line; wrong input ends with one line on standard error and exit status 2."""
    from tuner.cli import app

    try:
        status = app(prog_name="tuner", standalone_mode=False)
    except (TunerError, typer.TyperException) as error:
        text = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        if text:  # empty where no command was given and the help has been shown
            shown = "".join(character if character.isprintable() else " " for character in text)
            print(f"tuner: {' '.join(shown.split())}", file=sys.stderr)
        status = 2
    except BrokenPipeError:  # the reader of our output has gone, as in `tuner show ... | head`
        sys.stderr.close()
        status = 0
    except OSError as error:
        print(f"tuner: {error.filename}: {error.strerror}", file=sys.stderr)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
