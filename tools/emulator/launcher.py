"""The local AWS emulator: moto's server with the patches of patches.py, and one account for each 12-digit access key id.

Prints one line of JSON on stdout once it listens, logs to stderr, and ends when its stdin closes. The parent holds
the other end of that pipe, so no emulator outlives its parent. `--keep-running` is for an emulator started by hand.
"""

import argparse
import gc
import inspect
import json
import os
import re
import sys
import threading
from datetime import datetime
from functools import cache
from importlib.metadata import version
from urllib.parse import parse_qs

# Write no __pycache__ into the source folder.
sys.dont_write_bytecode = True

from answers import Answer, Answers  # noqa: E402
from controls import Controls  # noqa: E402
from patches import PATCHES, REFUSALS  # noqa: E402
from snapshots import Snapshots  # noqa: E402

HOST = "127.0.0.1"
ACCOUNT_ID = re.compile(r"[0-9]{12}")
CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/(?:[^/,\s]+/){2}([^/,\s]+)/")


def main() -> None:
    options = parse_arguments()
    if options.list_patches:
        print("\n".join(PATCHES))
        return
    if options.list_refusals:
        for name, patch in REFUSALS.items():
            demand, _, source = inspect.getdoc(patch).splitlines()[:3]
            print(name, demand, source.removeprefix("Source: "), sep="\t")
        return
    if not options.keep_running:
        threading.Thread(target=exit_when_stdin_closes, daemon=True).start()
    announcement = take_over_stdout()
    # moto's modules are never garbage. Looking for it took Python a fifth of the start, and again a fifth of each request.
    gc.disable()
    patches = [name for name in PATCHES if name not in options.without]
    server = listen(options.port, patches, options.snapshots)
    gc.freeze()
    gc.enable()
    # Some of moto's services call moto itself, at this port.
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(json.dumps({"port": server.server_port, "patches": patches}), file=announcement, flush=True)
    announcement.close()
    server.serve_forever()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A local AWS emulator on 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 (the default) chooses a free one")
    without = parser.add_argument("--without", action="append", default=[], choices=list(PATCHES), metavar="PATCH")
    without.help = "leave this patch out; repeatable"
    parser.add_argument("--list-patches", "--list-mends", action="store_true", help="print the names of the patches and exit")
    parser.add_argument("--list-refusals", action="store_true", help="print what the emulator refuses as AWS does, with sources, and exit")
    parser.add_argument("--snapshots", metavar="FOLDER", help="save snapshots of the state here, and load them from here")
    parser.add_argument("--keep-running", action="store_true", help="do not end when stdin closes")
    return parser.parse_args()


def exit_when_stdin_closes() -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    # sys.exit would end only this thread.
    os._exit(0)


def take_over_stdout():
    """Reserves stdout for the announcement. What moto prints goes to stderr, which is the log."""
    announcement = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return announcement


def listen(port: int, patches: list[str], snapshots: str | None):
    # Without it, no role can have a policy that AWS manages. moto reads the variable when it is imported.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    from botocore.loaders import JSONFileLoader

    # moto opens three sessions when it is imported, and each reads 7 MB of botocore's files: a fifth of the start.
    load_file = cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _loader, path: load_file(path)
    from moto import backends
    from moto.core import responses
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class RequestHandler(WSGIRequestHandler):
        def log_request(self, *_arguments) -> None:
            """Logs nothing: Application logs requests, with account and action."""

    def create_app(service: str | None):
        if service is None:
            raise NotImplementedError("moto does not have this service")
        return create_backend_app(service)

    for name in patches:
        PATCHES[name]()
    # For every request, moto lists its folder and the methods of a class, in two fifths of its time.
    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)
    application = Application(DomainDispatcherApplication(create_app), patches, snapshots)
    return make_server(HOST, port, application, threaded=True, request_handler=RequestHandler)


class Application:
    """Routes each request to the account of its access key id, throttles, repeats answers, and logs."""

    def __init__(self, moto, patches: list[str], snapshots: str | None) -> None:
        self.moto = moto
        self.answers = Answers()
        saved = Snapshots(snapshots, patches)
        self.controls = Controls({"pid": os.getpid(), "moto": version("moto"), "patches": patches, "key": saved.key}, saved)

    def __call__(self, environ, start_response):
        controlled = self.controls.answer(environ)
        if controlled:
            return answer(start_response, *controlled)
        key, service = credential(environ)
        account = account_of(key)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        action = self.action(environ)

        def logged(status: str) -> None:
            time = datetime.now().isoformat(timespec="milliseconds")[11:]
            # One write per line: threads would otherwise mix their lines.
            sys.stderr.write(f"{time} {account} {service or '-'} {action} {status[:3]}\n")

        def logged_start_response(status, headers, *_rest):
            logged(status)
            answered.append((status, headers))

        given = self.controls.throttling.answer(service, environ)
        if given is not None:
            logged(given.status)
        given = given or self.answers.repeated(environ)
        if given is None:
            answered: list[tuple[str, list]] = []
            chunks = self.moto(environ, logged_start_response)
            body = b"".join(chunks)
            getattr(chunks, "close", lambda: None)()
            given = Answer(*answered[-1], body)
            self.answers.remember(environ, given)
        start_response(given.status, given.headers)
        return [given.body]

    def action(self, environ) -> str:
        target = environ.get("HTTP_X_AMZ_TARGET")
        if target:
            return target
        # moto's own reader puts the body back.
        form = parse_qs(self.moto._get_body(environ) or "")
        if "Action" in form:
            return form["Action"][0]
        query = environ.get("QUERY_STRING", "")
        return f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}{'?' if query else ''}{query}"


def answer(start_response, status: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def account_of(key: str) -> str:
    """The account of an access key id: the id itself if it has 12 digits, else the account that issued the key.

    moto's own look-up creates eight IAM partitions in every account, with a thousand policies each, which takes seconds.
    This one reads only the partitions in use."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.iam.models import iam_backends

    if ACCOUNT_ID.fullmatch(key):
        return key
    for account, partitions in list(iam_backends.items()):
        if any(key in partition.access_keys for partition in list(partitions.values())):
            return account
    return DEFAULT_ACCOUNT_ID


def credential(environ) -> tuple[str, str]:
    """Access key id and service, from the Authorization header or from a presigned URL."""
    presigned = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential", [""])[0]
    match = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION") or f"Credential={presigned}")
    return (match[1], match[2]) if match else ("", "")


if __name__ == "__main__":
    main()
