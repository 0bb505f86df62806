"""Pins the texts of AWS managed policies in managed-policies.json: what they allow here changes only where a diff shows it.

The source is the copy that moto carries, of AWS's own texts with their versions and dates. Without an ARN it refreshes
those that are pinned. Nothing is written unless every ARN is known.
"""

import argparse
import json
import sys
from pathlib import Path

# The folder of the sources stays clean.
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
        sys.exit(f"moto knows no AWS managed policy {', '.join(unknown)}: expected an ARN such as {PREFIX}/ReadOnlyAccess")
    if options.check:
        check(arns, pinned, known)
    else:
        pin(arns, pinned, known)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pins the texts of AWS managed policies, from the copy that moto carries.")
    parser.add_argument("arns", nargs="*", metavar="arn", help="a policy to add or refresh; none refreshes those that are pinned")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where a text differs from the copy, or is not pinned")
    return parser.parse_args()


def copies_of_moto() -> dict[str, dict]:
    try:
        from moto.iam.aws_managed_policies import aws_managed_policies_data
    except ImportError as error:
        sys.exit(f"moto is missing ({error}): run this with a Python that has it, or first: python3 -m pip install moto")
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
    # One action a line, so that a diff shows which ones AWS gave or took.
    PINNED.write_text(json.dumps(dict(sorted(written.items())), indent=1) + "\n")
    for arn in arns:
        print(f"{arn}: {change(pinned.get(arn), known[arn])}")


def change(before: dict | None, after: dict) -> str:
    dated = f"{after['version']} of {after['updated'][:10]}"
    if before is None:
        return f"new, {dated}"
    if before == after:
        return f"unchanged, {dated}"
    return f"{before['version']} of {before['updated'][:10]} becomes {dated}"


if __name__ == "__main__":
    main()
