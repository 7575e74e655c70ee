"""Read one file in a limited child process: `python -m studio.vault.core.child FILE`.

A file from a stranger may be built to eat memory or time, so no parser ever runs in a web or worker process. The child
limits itself before it loads a parser (address space, CPU, output, open files), sees none of our environment, and dies
with its parent; the parent adds a wall limit and ends the whole process group.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.vault.core.document import Extracted
from studio.vault.core.errors import BY_CODE, DamagedFile, ExtractionError, OverLimit, ReaderStopped

__all__ = ["Limits", "extract"]

_ROOT: Final = Path(__file__).resolve().parents[3]
_NO_ROOM: Final = 74  # exit code: the answer could not be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost. memory_bytes limits the address space; output_bytes the result as JSON."""

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_s: int = 30
    wall_s: float = 120.0
    output_bytes: int = 50 * 1024 * 1024


def extract(path: Path, limits: Limits = Limits()) -> Extracted:
    """Extract the text of a file.

    Raises ExtractionError with a sentence for people. A PDF on which the fast reader breaks its limits or fails is read
    a second time by the careful one.
    """
    try:
        return _run(path, limits, careful=False)
    except (OverLimit, DamagedFile) as error:
        if error.cause.startswith("signal") or isinstance(error, DamagedFile):
            with path.open("rb") as file:
                is_pdf = b"%PDF-" in file.read(1024)
            if is_pdf:
                return _run(path, limits, careful=True)
        raise


def _run(path: Path, limits: Limits, *, careful: bool) -> Extracted:
    command = [sys.executable, "-s", "-B", "-m", __name__, os.fspath(path.resolve())]
    command += [str(limits.memory_bytes), str(limits.cpu_s), str(limits.output_bytes), str(int(careful))]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": os.fspath(_ROOT), "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=_ROOT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=limits.wall_s)
        except subprocess.TimeoutExpired as error:
            raise OverLimit("Reading this file took too long.", cause="wall limit") from error
        finally:
            _end_group(process)
        if code:
            raise _from_exit(code)
        output.seek(0)
        return _parse(output.read())


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the child's process group, and the child."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()  # does nothing when it has ended
    process.wait()


def _from_exit(code: int) -> ExtractionError:
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return OverLimit("Reading this file took too long.", cause="signal CPU limit")
    if code in (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, -signal.SIGKILL):
        return ReaderStopped(cause=f"signal {-code}")
    if code == _NO_ROOM:
        return ReaderStopped("There is no room on the disk to read this file. Make room and try again.", cause="write")
    if code < 0:  # pdfium aborts when it gets no more memory
        return OverLimit(cause=f"signal {-code}")
    return ExtractionError(cause=f"exit {code}")


def _parse(output: bytes) -> Extracted:
    try:
        data = json.loads(output)
        if "error" in data:
            kind = BY_CODE.get(data["error"], ExtractionError)
            raise kind(str(data["sentence"]), cause=str(data["cause"]))
        return Extracted.from_json(data)
    except (ValueError, KeyError, TypeError) as error:
        raise ExtractionError(cause=f"reader's answer: {type(error).__name__}") from error


def _limit_self(memory_bytes: int, cpu_s: int, output_bytes: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: not outlive the worker that waits for us
    os.nice(5)
    # One second more as hard limit: the soft one ends us by a signal that says why.
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_FSIZE, output_bytes, output_bytes),
        (resource.RLIMIT_NOFILE, 64, 64),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write over the limit is an error we can name


def _read(path: Path, *, careful: bool) -> str:
    try:
        from studio.vault.core.extract import read
        from studio.vault.core.sniff import sniff

        data = path.read_bytes()
        extracted = read(sniff(data), data, careful=careful)
        return json.dumps(extracted.to_json(), ensure_ascii=True)
    except MemoryError:
        error: ExtractionError = OverLimit(cause="memory")
    except RecursionError:
        error = OverLimit("This file is nested too deeply.", cause="nesting")
    except ExtractionError as known:
        error = known
    return json.dumps({"error": error.code, "sentence": error.sentence, "cause": error.cause})


def main(arguments: list[str]) -> int:
    path, memory_bytes, cpu_s, output_bytes, careful = arguments
    _limit_self(int(memory_bytes), int(cpu_s), int(output_bytes))
    answer = _read(Path(path), careful=careful == "1").encode("ascii")
    if len(answer) > int(output_bytes):
        sentence = "This file holds more text than is allowed."
        answer = json.dumps({"error": OverLimit.code, "sentence": sentence, "cause": "output limit"}).encode("ascii")
    try:
        sys.stdout.buffer.write(answer)
        sys.stdout.flush()
    except OSError:
        os._exit(_NO_ROOM)  # the interpreter would try to write the rest once more
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
