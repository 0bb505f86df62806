"""Snapshots: the state of every account, service and region in one file, so that an applied estate is loaded in a second.

Loading a pickle runs code. A snapshot is therefore read from one folder only, which belongs to this user, like the file,
and which nobody else may read or write. It must come from the same moto, Python, patches and sources.
"""

import hashlib
import importlib
import importlib.metadata
import io
import os
import pickle
import platform
import re
import stat
import sys
import threading
import traceback
from pathlib import Path

import organization_accounts
from patches import TURN

NAME = re.compile(r"[a-z0-9-]{1,100}")
MAKES = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}


class Refused(Exception):
    """What a snapshot must be and what it is, in one line."""


class Snapshots:
    def __init__(self, folder: str | None, patches: list[str]) -> None:
        self.folder = Path(folder) if folder else None
        self.key = key_of(patches)

    def answer(self, method: str, name: str) -> str | None:
        """PUT saves, POST loads. Returns what is wrong, or None."""
        try:
            if not NAME.fullmatch(name):
                raise Refused(f'the name of a snapshot must be lower-case letters, digits and hyphens, got "{name}"')
            if method not in ("PUT", "POST"):
                raise Refused(f"the method must be PUT to save or POST to load, got {method}")
            (self.save if method == "PUT" else self.load)(self.file(name))
        except Refused as refused:
            return str(refused)
        except Exception as failure:
            traceback.print_exception(failure, file=sys.stderr)
            return f"{type(failure).__name__}: {failure}"
        return None

    def file(self, name: str) -> Path:
        if self.folder is None:
            raise Refused("snapshots need a folder. Start the launcher with --snapshots <folder>.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_private(self.folder, os.lstat(self.folder), stat.S_ISDIR)
        return self.folder / name

    def save(self, file: Path) -> None:
        with TURN:
            content = pickled(state())
        draft = file.with_name(f"{file.name}.{os.getpid()}.draft")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as stream:
            stream.write(f"{self.key}\n".encode())
            stream.write(content)
        draft.replace(file)

    def load(self, file: Path) -> None:
        try:
            stream = open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb")
        except OSError as error:
            raise Refused(f"the snapshot must be a file, got {error}") from error
        with stream:
            check_private(file, os.fstat(stream.fileno()), stat.S_ISREG)
            if stream.readline().decode(errors="replace").strip() != self.key:
                raise Refused(f"{file} must be of this emulator's version, got another version's. Delete it.")
            content = stream.read()
        with TURN:
            restore(Unpickler(io.BytesIO(content)).load())


def check_private(path: Path, status: os.stat_result, is_kind) -> None:
    if not is_kind(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Refused(f"{path} must belong to this user alone, got mode {stat.filemode(status.st_mode)} of user {status.st_uid}. Delete it.")


def key_of(patches: list[str]) -> str:
    """Names everything that decides what a snapshot means."""
    digest = hashlib.sha256()
    for text in (importlib.metadata.version("moto"), platform.python_version(), *patches):
        digest.update(f"{text}\n".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def state() -> dict:
    """The backends by service, account and region, and what moto and the patches keep outside of them."""
    services = []
    for backends in used_backends():
        regions = {account: dict(by_region) for account, by_region in backends.items()}
        services.append((backends, outside(backends), regions))
    return {"services": services, "expected_ids": organization_accounts.expected_ids}


def restore(saved: dict) -> None:
    from moto.core.base_backend import BackendDict

    for backends in used_backends():
        backends.clear()
        for register in outside(backends).values():
            register.clear()
    BackendDict._instances.clear()
    for backends, registers, regions in saved["services"]:
        vars(backends).update(registers)
        for account, by_region in regions.items():
            backends[account].update(by_region)
    organization_accounts.expected_ids.clear()
    organization_accounts.expected_ids.update(saved["expected_ids"])


def used_backends() -> list:
    from moto.core.base_backend import BackendDict

    # moto lists the backends of a service once for each account.
    return list({id(backends): backends for backends in BackendDict._instances}.values())


def outside(backends) -> dict:
    """Registers over all accounts, such as the owner of each bucket: dictionaries that only some services have."""
    return {name: value for name, value in vars(backends).items() if isinstance(value, dict)}


def pickled(content: dict) -> bytes:
    stream = io.BytesIO()
    Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(content)
    return stream.getvalue()


class Pickler(pickle.Pickler):
    """Writes keys as DER, locks as new locks, and all versions of an object. The backends of a service are named, not copied: moto's modules hold them."""

    def persistent_id(self, value):
        kind = type(value).__name__
        if kind.endswith("BackendDict"):
            return (*variable_of(value), None)
        if kind == "AccountSpecificBackend":
            return next((*variable_of(each), value.account_id) for each in used_backends() if each.get(value.account_id) is value)
        return None

    def reducer_override(self, value):
        kind = type(value)
        if kind in MAKES:
            return MAKES[kind], ()
        if kind.__name__ == "_VersionedKeyStore":  # its items() gives the last version of each object only
            versions = ((key, version) for key, versions in value.lists() for version in versions)
            return kind, (), None, None, versions
        if kind.__name__.endswith("PrivateKey") and hasattr(value, "private_bytes"):
            from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

            return private_key, (value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        return NotImplemented


def private_key(der: bytes):
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(der, None)


class Unpickler(pickle.Unpickler):
    def persistent_load(self, pid):
        module, variable, account = pid
        backends = getattr(importlib.import_module(module), variable)
        return backends if account is None else backends[account]


def variable_of(backends) -> tuple[str, str]:
    for module in list(sys.modules.values()):
        for variable, value in list(vars(module).items()):
            if value is backends:
                return module.__name__, variable
    raise Refused(f"the backends of {backends.service_name} must be a variable of a module, got none")
