"""The binary decoders under a fuzzer that sees which branches a payload takes (tests/fuzz_binary.py)."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from ingest.decoding import Decoded, Decoder
from tests.binary_families import examine

ROOT: Final = Path(__file__).parents[2]
RUNS: Final = 4000
BRANCHES: Final = 500
"""Fewer seen would say that the decoders are not watched."""
SOAK_S: Final = 300


def fuzz(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    corpus = folder / "corpus"
    corpus.mkdir()
    where = [f"-artifact_prefix={folder}/", "-max_len=2048", "-timeout=10", str(corpus)]
    command = [sys.executable, "-m", "tests.fuzz_binary", *options, *where]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_payload_of_a_short_fuzzing_is_a_fault(tmp_path: Path) -> None:
    done = fuzz(tmp_path, f"-runs={RUNS}", "-seed=1")
    assert done.returncode == 0, done.stderr[-4000:]
    # What it ran to minimise its dictionary may count on top.
    assert max(int(runs) for runs in re.findall(r"Done (\d+) runs", done.stderr)) >= RUNS
    assert max(int(seen) for seen in re.findall(r"cov: (\d+)", done.stderr)) > BRANCHES


@pytest.mark.soak
@pytest.mark.timeout(SOAK_S + 300)
def test_no_payload_of_a_long_fuzzing_is_a_fault(tmp_path: Path) -> None:
    done = fuzz(tmp_path, f"-max_total_time={SOAK_S}")
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Done " in done.stderr


def test_what_a_decoder_does_not_expect_is_a_fault_to_the_fuzzer() -> None:
    def surprised(message: object) -> Decoded:
        raise KeyError(message)

    with pytest.raises(KeyError):
        examine(Decoder("surprised", surprised), b"")
    with pytest.raises(AssertionError, match="lost: Decoded"):
        examine(Decoder("lost", lambda _message: Decoded(1)), b"")
