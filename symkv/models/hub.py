"""The config.json of a model on a hub, by its id: fetched once, then taken from the cache of huggingface_hub.

Nothing but the config is fetched. HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE mean what they mean to every tool
that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from symkv.errors import BadInput

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_ID = re.compile(rf"{_PART}/{_PART}", re.ASCII)
FILE = "config.json"
_NETWORK = ("httpx", "httpx2", "httpcore", "httpcore2", "requests")  # whichever of them huggingface_hub is built on
INSTALL = "pip install 'symkv[hub]' fetches it, or give the path of its config.json"


@dataclass(frozen=True)
class Fetched:
    """A config file in the cache, and the place and commit that it is from."""

    path: Path
    source: str


def is_hub_id(what: str) -> bool:
    """Whether the text is written as a hub id: `org/name`, one slash, no file name.

    >>> is_hub_id("Qwen/Qwen3-8B"), is_hub_id("./Qwen3-8B"), is_hub_id("folder/config.json")
    (True, False, False)
    """
    return _ID.fullmatch(what) is not None and not what.endswith(".json") and not re.search(r"--|\.\.", what)


def fetch(model: str) -> Fetched:
    """The config.json of a hub id, from the hub or from the cache.

    Raises `BadInput` where huggingface_hub is not installed, where the hub refuses the model or has none of that name,
    and where the hub can't be reached and the cache has no copy.
    """
    try:
        from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
        from huggingface_hub.constants import ENDPOINT
        from huggingface_hub.errors import LocalEntryNotFoundError
    except ImportError:
        raise BadInput(
            f"{model} is no file or folder here, and as a hub id it needs huggingface_hub, which is not installed; "
            f"{INSTALL}"
        ) from None
    try:
        with _quiet():
            get_hf_file_metadata(hf_hub_url(model, FILE))  # a hub that is away is noticed at once, without retries
            path = Path(hf_hub_download(model, FILE))
    except Exception as problem:
        if not isinstance(problem, OSError) and type(problem).__module__.partition(".")[0] not in _NETWORK:
            raise
        try:
            path = Path(hf_hub_download(model, FILE, local_files_only=True))
        except LocalEntryNotFoundError:
            raise BadInput(_refusal(model, problem, ENDPOINT)) from None
    commit = path.parent.name if path.parent.parent.name == "snapshots" else ""
    place = ENDPOINT.removeprefix("https://")
    return Fetched(path, f"{model}, {FILE} on {place}" + (f", commit {commit[:12]}" if commit else ""))


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar for a file of a few kB; what the caller had is put back."""
    from huggingface_hub import utils

    if utils.are_progress_bars_disabled():
        yield
        return
    utils.disable_progress_bars()
    try:
        yield
    finally:
        utils.enable_progress_bars()


def _refusal(model: str, problem: Exception, endpoint: str) -> str:
    """One line on what came from the hub, and the way out."""
    from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError

    status = getattr(getattr(problem, "response", None), "status_code", None)
    path = "or give the path of its config.json"
    if isinstance(problem, OfflineModeIsEnabled):
        return f"{model} must be in the cache while HF_HUB_OFFLINE is set, it is not; unset it, {path}"
    if isinstance(problem, GatedRepoError) or status == 403:
        said = f"{model} is gated on {endpoint}, which refused access ({status})"
        return f"{said}; accept its terms there and set HF_TOKEN, {path}"
    if status == 401:  # what the hub answers without a token for gated, private and missing models alike
        said = f"{model} must be a public model, {endpoint} refused access (401): it is gated, private or missing"
        return f"{said}; check the name and set HF_TOKEN, {path}"
    if isinstance(problem, RepositoryNotFoundError):
        return f"{endpoint} has no model {model} ({status}); check the name, set HF_TOKEN if it is private, {path}"
    if isinstance(problem, EntryNotFoundError):
        return f"{model} on {endpoint} has no config.json ({status}); give a folder or file that has one"
    if status is not None:
        return f"{endpoint} must give the config of {model}, it answered {status}; try again later, {path}"
    reason = " ".join(str(problem).split())[:100] or type(problem).__name__
    return f"{endpoint} must be reachable to read {model}, got: {reason}; check the network and HF_ENDPOINT, {path}"
