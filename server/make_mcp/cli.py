"""The command line. It reads flags and hands on; what a command needs is imported when it runs."""

import argparse
import difflib
import itertools
import os
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args, get_origin

from make_mcp import __version__
from make_mcp.logs import Net
from make_mcp.settings import KEYS, Settings, SettingsError, load, variable
from make_mcp.start import out

USAGE_ERROR = 2
_APART = {
    "sandbox": frozenset({"host", "port", "db", "world", "seed", "reset", "latency", "fail", "log", "limits"}),
    "demo": frozenset[str](),
}
"""Commands that read no settings, and what they take."""
_OWN = ("tool", "values", "json", "cost", "idempotency_key", "client", "file", "refused", "last")
"""What a command takes beside the settings."""
CLIENTS = ("claude-desktop", "claude-code", "cursor", "vscode", "codex", "gemini", "zed")
"""What `config` can write for; here, so that `--help` need not import it."""


class UsageError(Exception):
    """A command line that does not fit; the text says what does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. 0 means done, 1 that the call or the demo failed, 2 that the command line or a setting does not fit.

    Without `arguments` it takes those of the process, which is ours then.
    """
    net = Net()
    if arguments is None:
        net.spread()
    try:
        status = _run(list(sys.argv[1:] if arguments is None else arguments), net)
        out().flush()
    except (UsageError, SettingsError) as error:
        sys.stderr.write(f"make-mcp: {net.without_keys(one_line(str(error)))}\n")
        return USAGE_ERROR
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # Whoever read our output has gone, as `head` does, or there is nowhere to write it to.
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"make-mcp: {one_line(str(error.strerror or error))}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), out().fileno())
        return 1
    return status


def one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _run(arguments: list[str], net: Net) -> int:
    options = _parse(arguments)
    command = options.pop("command") or "serve"
    if command in _APART and (strangers := options.keys() - _APART[command]):
        taken = ", ".join(f"--{name}" for name in sorted(_APART[command])) or "no settings"
        stranger = min(strangers).replace("_", "-")
        raise UsageError(f"`make-mcp {command}` takes {taken}, and not --{stranger}: it has an account of its own")
    if command == "sandbox":
        from make_mcp.commands.sandbox import sandbox

        return sandbox(argparse.Namespace(**options))
    if command == "demo":
        from make_mcp.commands.demo import demo

        return demo()
    own = {name: options.pop(name) for name in _OWN if name in options}
    # Flags that were not given are absent, so that the environment counts.
    settings = load(options)
    net.know(settings)
    net.set_up(settings.log_level, settings.log_format)
    if command == "serve":
        from make_mcp.commands.serve import serve

        return serve(settings)
    if command == "tools":
        from make_mcp.commands.tools import tools

        return tools(settings, as_json=own["json"], cost=own["cost"])
    if command == "call":
        from make_mcp.commands.call import call

        return call(settings, own["tool"], own["values"], as_json=own["json"], key=own["idempotency_key"])
    if command == "doctor":
        from make_mcp.commands.doctor import doctor

        return doctor(settings)
    if command == "audit":
        from make_mcp.commands.audit import Wanted, audit

        wanted = Wanted(tool=own["tool"], only_refused=own["refused"], last=own["last"])
        return audit(settings, own["file"], wanted, as_json=own["json"])
    from make_mcp.commands.config import config

    return config(settings, own["client"])


def _is_order(message: str) -> bool:
    """Whether arguments of a tool were not taken since a flag stands between them."""
    return message.startswith("unrecognized arguments: ") and "=" in message


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(message, out() if file is sys.stdout else file)

    def error(self, message: str) -> NoReturn:
        order = "; flags stand before the tool's name, or after all its arguments" if _is_order(message) else ""
        raise UsageError(f"{message}{order}. `{self.prog} --help` shows what there is")


def _parse(arguments: list[str]) -> dict[str, Any]:
    shared = _Parser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    _add_settings(shared.add_argument_group("settings, each of them an environment variable too"))
    parser = _Parser(
        prog="make-mcp",
        parents=[shared],
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The MCP server for Make.com. Without a command it serves an MCP client over stdio.",
        epilog="Keys come from the environment: MATON_API_KEY (or MATON_API_KEY_FILE) for the Maton gateway,\n"
        "MAKE_API_KEY (or MAKE_API_KEY_FILE) and MAKE_ZONE for Make's own API. `make-mcp demo` needs none.",
    )
    parser.add_argument("--version", action="version", version=f"make-mcp {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_Parser)

    def add(name: str, about: str, *, settings: bool = True) -> argparse.ArgumentParser:
        parents = [shared] if settings else []
        return commands.add_parser(name, help=about, description=about, parents=parents, allow_abbrev=False)

    add("serve", "serve MCP clients: --transport stdio (default), http or sse")
    tools = add("tools", "list the tools of this server")
    tools.add_argument("--json", action="store_true", help="as JSON")
    tools.add_argument("--cost", action="store_true", help="what they cost in every conversation, and each toolset")
    call = add("call", "call one tool")
    call.add_argument("tool", metavar="TOOL", help="its name, as `make-mcp tools` lists it")
    call.add_argument(
        "values", metavar="KEY=VALUE", nargs="*", default=[], help="its arguments; objects and lists as JSON, or @FILE"
    )
    call.add_argument("--json", action="store_true", help="print the answer as compact JSON")
    call.add_argument(
        "--idempotency-key",
        metavar="KEY",
        help="a call that writes is carried out once under its key: for 24 hours the same call gets the first answer again",
    )
    add("doctor", "check the settings and each key, and say what to mend")
    audit = add("audit", "show what was decided about writes, from the audit log")
    audit.add_argument(
        "file", metavar="FILE", nargs="?", help="the log, or - for stdin; without it what --audit-log names, else stdin"
    )
    audit.add_argument("--json", action="store_true", help="as JSON, a line for each decision")
    audit.add_argument("--tool", metavar="NAME", help="only what was decided about this tool")
    audit.add_argument("--refused", action="store_true", help="only refusals")
    audit.add_argument("--last", metavar="NUMBER", type=_number(2**31), help="only so many of them, the latest")
    config = add("config", "print what a client's configuration needs to start this server")
    config.add_argument("client", metavar="CLIENT", choices=CLIENTS, help=", ".join(CLIENTS))
    _add_practice(add("sandbox", "serve the practice Make account over HTTP, for any client", settings=False))
    add("demo", "see an MCP client drive the practice account, in a minute", settings=False)

    # Asked before argparse is: it would take the value of a flag that does not exist for a command.
    flags = {option for each in (parser, *commands.choices.values()) for option in each._option_string_actions}  # noqa: SLF001  # argparse has no other way to ask
    for argument in itertools.takewhile(lambda argument: argument != "--", arguments):
        name = argument.split("=", 1)[0]
        if name.startswith("--") and name not in flags:
            raise UsageError(_no_such_flag(name, flags, in_call="call" in arguments))
    return vars(parser.parse_args(arguments))


def _add_practice(practice: argparse.ArgumentParser) -> None:
    practice.add_argument("--host", default="127.0.0.1", help="a loopback address (%(default)s)")
    practice.add_argument(
        "--port", type=_number(65535, "0 takes any free one"), default=4401, help="port (%(default)s)"
    )
    practice.add_argument("--db", metavar="FILE", default=None, help="keep the account in this file")
    practice.add_argument("--reset", action="store_true", help="start over: forget what the file holds")
    practice.add_argument("--world", choices=("demo", "empty"), default=None, help="what a new account holds (demo)")
    practice.add_argument(
        "--seed", metavar="NUMBER", type=_number(2**31), default=None, help="another world of the same kind (0)"
    )
    practice.add_argument(
        "--latency", metavar="MS", type=_number(60000), default=0, help="milliseconds that an answer takes (0)"
    )
    practice.add_argument(
        "--fail", metavar="WHAT:SHARE,...", default=None, help="what goes wrong, as 429:0.05,503:0.02,drop:0.01"
    )
    practice.add_argument("--log", action="store_true", help="show each request and its answer in one line")
    practice.add_argument(
        "--limits", choices=("on", "off"), default="on", help="Make's and Maton's rate limits (%(default)s)"
    )


def _add_settings(group: Any) -> None:
    for name, field in Settings.model_fields.items():
        if name in KEYS:
            continue
        flag = f"--{name.replace('_', '-')}"
        about = f"{field.description} [{variable(name)}]".replace("%", "%%")
        if field.annotation is bool:
            group.add_argument(flag, dest=name, action="store_const", const=True, help=about)
        elif get_origin(field.annotation) is Literal:
            group.add_argument(flag, dest=name, metavar="|".join(get_args(field.annotation)), help=about)
        else:
            metavar = "FILE" if Path in get_args(field.annotation) else name.rsplit("_", 1)[-1].upper()
            group.add_argument(flag, dest=name, metavar=metavar, help=about)


def _no_such_flag(name: str, flags: Collection[str], *, in_call: bool) -> str:
    setting = name.removeprefix("--").replace("-", "_")
    if setting in KEYS:
        return (
            f"there is no flag for a key, since other processes can read a command line: set {variable(setting)}, "
            f"or give {name}-file"
        )
    near = difflib.get_close_matches(name, flags, n=1, cutoff=0.7)
    if in_call and not near:
        return f"there is no flag {name}: an argument of a tool is written {name.removeprefix('--')}=VALUE"
    return f"there is no flag {name}" + (
        f": did you mean {near[0]}?" if near else "; `make-mcp --help` shows what there is"
    )


def _number(largest: int, more: str = "") -> Callable[[str], int]:
    """Reads a whole number up to the largest."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) > largest:
            raise argparse.ArgumentTypeError(f"takes a number up to {largest}{more and '; '}{more}")
        return int(text)

    return read
