"""The `ringback` command: finds its commands by file name and turns errors into one line and an exit status.

Exit status: 0 done, 1 it failed, 2 wrong use (arguments or settings), 130 interrupted.
"""

import ast
import importlib
import os
import sys
import traceback
from pathlib import Path

import click

from core.config import SettingsError
from ringback.embedded_account import EmbeddedError

COMMANDS = Path(__file__).parent / "commands"


class CommandsByFile(click.Group):
    """A group whose commands are modules in `ringback/commands`, imported only when one is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_name(path) for path in COMMANDS.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"ringback.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(_name(path), _summary(path)) for path in sorted(COMMANDS.glob("[a-z]*.py"))])


@click.group(cls=CommandsByFile, context_settings={"help_option_names": ["-h", "--help"]})
def ringback() -> None:
    """Ringback, the phone line that never loses a call. `bin/run` starts all of it."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    try:
        status = ringback.main(args=arguments, prog_name="ringback", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "ringback"
        return _failed(f"{error.format_message()} (see {where} --help)", status=2)
    except SettingsError as error:
        return _failed(str(error), status=2)
    except click.ClickException as error:
        return _failed(error.format_message(), status=error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # so that nothing is flushed into the pipe at exit
        return 1
    except EmbeddedError as error:
        return _failed(str(error))
    except Exception as error:
        if os.environ.get("LOG_LEVEL", "").lower() == "debug":
            traceback.print_exc()
        said = getattr(error, "orig", None) or error  # SQLAlchemy wraps the driver's words in many of its own
        return _failed(f"{type(error).__name__}: {said} (LOG_LEVEL=debug shows where)")
    return status if isinstance(status, int) else 0


def _failed(message: str, *, status: int = 1) -> int:
    click.echo(f"ringback: {' '.join(message.split())}", err=True)
    return status


def _name(path: Path) -> str:
    return path.stem.replace("_", "-")


def _summary(path: Path) -> str:
    """The first line of a module's docstring, read without importing it."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return text.split("\n", 1)[0].rstrip(".")


if __name__ == "__main__":
    sys.exit(main())
