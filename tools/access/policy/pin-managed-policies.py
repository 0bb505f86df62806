"""Pins the texts of AWS managed policies in managed-policies.json, so that a diff shows every change of them.

The source is moto's copy of AWS's texts, with versions and dates. Without an ARN it refreshes all pinned policies.
If an ARN is unknown, nothing is written.
"""

import argparse
import json
import sys
from pathlib import Path

# Python writes no cache files next to the sources.
sys.dont_write_bytecode = True

PINNED = Path(__file__).with_name("managed-policies.json")
PREFIX = "arn:aws:iam::aws:policy"


def main() -> None:
    options = parse_arguments()
    known = copies_of_moto()
    pinned = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    arns = options.arns or sorted(pinned)
    unknown = [arn for arn in arns if arn not in known]
    if unknown:
        sys.exit(f"arn must be an AWS managed policy that moto knows, such as {PREFIX}/ReadOnlyAccess; got {', '.join(unknown)}")
    if options.check:
        check(arns, pinned, known)
    else:
        pin(arns, pinned, known)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pins the texts of AWS managed policies, from moto's copy.")
    parser.add_argument("arns", nargs="*", metavar="arn", help="a policy to add or refresh (default: all pinned policies)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a text differs from the copy or is not pinned")
    return parser.parse_args()


def copies_of_moto() -> dict[str, dict]:
    try:
        from moto.iam.aws_managed_policies import aws_managed_policies_data
    except ImportError as error:
        sys.exit(f"moto is missing ({error}): run this with a Python that has it, or run python3 -m pip install moto")
    return {
        f"{PREFIX}{policy['Path']}{name}": {
            "version": policy["DefaultVersionId"],
            "updated": policy["UpdateDate"],
            "document": policy["Document"],
        }
        for name, policy in json.loads(aws_managed_policies_data).items()
    }


def check(arns: list[str], pinned: dict[str, dict], known: dict[str, dict]) -> None:
    for arn in arns:
        print(f"{arn}: {'as pinned' if pinned.get(arn) == known[arn] else change(pinned.get(arn), known[arn])}")
    if any(pinned.get(arn) != known[arn] for arn in arns):
        sys.exit(1)


def pin(arns: list[str], pinned: dict[str, dict], known: dict[str, dict]) -> None:
    written = {**pinned, **{arn: known[arn] for arn in arns}}
    # One action a line, so that a diff shows which actions AWS added or removed.
    PINNED.write_text(json.dumps(dict(sorted(written.items())), indent=1) + "\n")
    for arn in arns:
        print(f"{arn}: {change(pinned.get(arn), known[arn])}")


def change(before: dict | None, after: dict) -> str:
    dated = f"{after['version']} of {after['updated'][:10]}"
    if before is None:
        return f"new, {dated}"
    if before == after:
        return f"unchanged, {dated}"
    return f"{before['version']} of {before['updated'][:10]} updated to {dated}"


if __name__ == "__main__":
    main()
