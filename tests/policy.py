"""Licence and dependency policy: what is built must be allowed by tests/policy.toml.

Asks `cargo tree` and not `cargo metadata`, because only the former leaves out optional crates
whose feature is off. Source of every crate: Cargo.lock.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POLICY = tomllib.loads((ROOT / "tests/policy.toml").read_text(encoding="utf-8"))


def main() -> int:
    crates = built_crates()
    faults = [*licences(crates), *banned(crates), *versions(crates), *sources()]
    for fault in faults:
        print(f"policy: {fault}", file=sys.stderr)
    print(f"{len(crates)} third-party crates checked, {len(faults)} faults")
    return 1 if faults else 0


def built_crates() -> set[tuple[str, str, str]]:
    """Name, version and licence of what is built here, tests and build scripts included."""
    command = [os.environ.get("CARGO", "cargo"), "tree", "--locked", "--workspace", "--prefix=none"]
    command += ["--edges=normal,build,dev", "--format={p}|{l}"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = {line.removesuffix(" (*)") for line in out.splitlines() if "|" in line}
    crates = set()
    for line in lines:
        package, licence = line.split("|")
        name, version, *rest = package.split(" ")
        if not any(part.startswith("(/") for part in rest):  # a crate with a path is our own
            crates.add((name, version, licence.strip()))
    return crates


def licences(crates):
    allowed = set(POLICY["licences"])
    for name, version, licence in sorted(crates):
        licence = POLICY["clarified"].get(name, licence)
        if not licence:
            yield f"{name} {version} names no licence"
        elif not is_allowed(licence, allowed):
            yield f"{name} {version} is under {licence}"


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Judges an SPDX expression; the old slash means OR."""
    expression = re.sub(r"\s+WITH\s+", "_WITH_", expression.replace("/", " OR "))
    tokens = re.findall(r"[()]|[^\s()]+", expression)

    def either() -> bool:
        good = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            good = both() or good
        return good

    def both() -> bool:
        good = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            good = one() and good
        return good

    def one() -> bool:
        token = tokens.pop(0)
        if token != "(":
            return token.replace("_WITH_", " WITH ") in allowed
        good = either()
        return tokens.pop(0) == ")" and good

    return either() and not tokens


def banned(crates):
    for name, version, _ in sorted(crates):
        if name in POLICY["banned"] and name not in POLICY["borne"]:
            yield f"{name} {version} is banned: {POLICY['banned'][name]}"
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]
    for name in sorted(workspace["dependencies"].keys() & POLICY["not_direct"].keys()):
        yield f"{name} is not to be used: {POLICY['not_direct'][name]}"


def versions(crates):
    by_name = defaultdict(set)
    for name, version, _ in crates:
        by_name[name].add(version)
    for name, found in sorted(by_name.items()):
        if len(found) > POLICY["versions"]["at_most"]:
            yield f"{name} is built in {len(found)} versions: {', '.join(sorted(found))}"


def sources():
    """Every crate comes from the one public index or from this repository, with a checksum."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    kinds = {package["source"] for package in lock["package"] if "source" in package}
    if len(kinds) > 1:
        yield f"crates come from several places: {', '.join(sorted(kinds))}"
    for package in lock["package"]:
        source = package.get("source", "")
        if source and not source.startswith("registry+"):
            yield f"{package['name']} comes from {source}, not from the index"
        if source and "checksum" not in package:
            yield f"{package['name']} has no checksum"


def self_test() -> None:
    allowed = {"MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"}
    assert is_allowed("MIT/Apache-2.0", allowed)
    assert is_allowed("GPL-3.0 OR (MIT AND Apache-2.0)", allowed)
    assert is_allowed("Apache-2.0 WITH LLVM-exception", allowed)
    assert not is_allowed("MIT AND GPL-3.0", allowed)
    assert not is_allowed("(MIT OR GPL-3.0) AND MPL-2.0", allowed)
    assert not is_allowed("Apache-2.0 WITH Other-exception", allowed)


if __name__ == "__main__":
    self_test()
    sys.exit(main())
