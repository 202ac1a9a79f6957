"""What no compiler looks at: names that must not leak into the repository, links that lead
nowhere, and code that grows too long.

`tidy.py` checks; `tidy.py --lower` writes the present lengths into tests/ratchet.txt, and only
ever lowers what stands there: a function or a path that is too long may shrink, never grow, and
none may join them.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RATCHET = ROOT / "tests/ratchet.txt"
SKIPPED = {".git", "target", "node_modules", "demo-data", "out", "__pycache__"}
BINARY = {".woff2", ".png", ".jpg", ".pdf", ".ico", ".gz", ".bin"}

FUNCTION_LINES_MAX = 120
PATH_LINES_MAX = 700

# Spelled so that this page does not find itself.
LEAKS = {
    "a path of one machine": re.compile(r"(?<![\w.$}<>-])/(?:wor[k]|roo[t]|hom[e]/\w+|User[s]/\w+)(?:/|\b(?![-\w]))"),
    "a temporary path of one machine": re.compile(r"/tm[p]/(?:bin|brief|bash)"),
    "a package host": re.compile(r"crates\.i[o]|npmj[s]\.|pypi\.or[g]|pythonhoste[d]|proxy\.golan[g]|artifactor[y]", re.I),
    "a tool of the authors": re.compile(r"\b(?:claud[e]|anthropi[c]|chatgp[t]|opena[i]|copilo[t]|/bin/c[g]\b)", re.I),
}
# Cargo writes the name of its index into its lock file; it is an identity, not an address.
LEAKS_BORNE = {"Cargo.lock": {"a package host"}}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)", re.M)
FUNCTION = re.compile(r"^(\s*)(?:pub(?:\([a-z ]+\))? )?(?:const )?(?:async )?fn (\w+)", re.M)


def main() -> int:
    paths = sorted(project_paths())
    texts = {path: path.read_text(encoding="utf-8") for path in paths if path.suffix not in BINARY}
    faults = [*leaks(texts), *links(texts)]
    long = dict(too_long(texts))
    if "--lower" in sys.argv:
        lower(long)
    faults += ratchet(long)
    for fault in faults:
        print(f"tidy: {fault}", file=sys.stderr)
    report(texts)
    print(f"{len(texts)} paths read, {len(faults)} faults")
    return 1 if faults else 0


def project_paths():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED]
        yield from (Path(folder) / name for name in names)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def leaks(texts):
    for path, text in texts.items():
        for what, pattern in LEAKS.items():
            if what in LEAKS_BORNE.get(path.name, ()):
                continue
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{name(path)}:{line} names {what}: {found.group()}"


def links(texts):
    """Every relative link of a page leads to something; so does its anchor, if it has one."""
    for path, text in texts.items():
        if path.suffix != ".md":
            continue
        text = re.sub(r"```.*?```", "", text, flags=re.S)
        for found in LINK.finditer(text):
            target, _, anchor = (found.group(1) or found.group(2)).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            page = (path.parent / target).resolve() if target else path
            if not page.exists():
                yield f"{name(path)} links to {target}, which does not exist"
            elif anchor and page.suffix == ".md" and anchor not in anchors(page):
                yield f"{name(path)} links to {target}#{anchor}, which does not exist"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def functions(text: str):
    """Name and lines of every Rust function: from `fn` to the brace in the same column."""
    for found in FUNCTION.finditer(text):
        indent = found.group(1).replace("\n", "")
        end = re.compile(rf"^{indent}\}}", re.M).search(text, found.end())
        semicolon = text.find(";", found.end())
        brace = text.find("{", found.end())
        if end and brace != -1 and (semicolon == -1 or brace < semicolon):
            yield found.group(2), text.count("\n", found.start(2), end.start()) + 1


def too_long(texts):
    for path, text in texts.items():
        lines = text.count("\n")
        if path.suffix in {".rs", ".ts", ".py", ".go", ".css"} and lines > PATH_LINES_MAX:
            yield name(path), lines
        if path.suffix == ".rs":
            for function, lines in functions(text):
                if lines > FUNCTION_LINES_MAX:
                    yield f"{name(path)}::{function}", lines


def known() -> dict[str, int]:
    if not RATCHET.exists():
        return {}
    lines = RATCHET.read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {where: int(lines) for lines, where in pairs}


def ratchet(long: dict[str, int]):
    allowed = known()
    for where, lines in sorted(long.items()):
        if where not in allowed:
            yield f"{where} has {lines} lines: too long"
        elif lines > allowed[where]:
            yield f"{where} grew from {allowed[where]} to {lines} lines"
    for where in sorted(allowed.keys() - long.keys()):
        yield f"{where} is short enough now: run tests/tidy.py --lower"


def lower(long: dict[str, int]) -> None:
    allowed = known()
    kept = {where: min(lines, allowed[where]) for where, lines in long.items() if where in allowed}
    head = "# What is too long, with its lines. May shrink, never grow: tests/tidy.py --lower.\n"
    rows = (f"{lines} {where}\n" for where, lines in sorted(kept.items()))
    RATCHET.write_text(head + "".join(rows), encoding="utf-8")


def report(texts) -> None:
    """The tail, for those who want to know where to begin."""
    rust = {path: text for path, text in texts.items() if path.suffix == ".rs"}
    paths = sorted(((text.count("\n"), name(path)) for path, text in rust.items()), reverse=True)
    found = ((lines, f"{name(path)}::{what}") for path, text in rust.items() for what, lines in functions(text))
    print("longest paths:     " + ", ".join(f"{where} {lines}" for lines, where in paths[:5]))
    print("longest functions: " + ", ".join(f"{where} {lines}" for lines, where in sorted(found, reverse=True)[:5]))


def self_test() -> None:
    def leaking(text: str) -> int:
        return len(list(leaks({ROOT / "page.txt": text})))

    for leak in ["see /wor" + "k/main", "/roo" + "t/.profile", "from crates.i" + "o", "/tm" + "p/bin/x"]:
        assert leaking(leak) == 1, leak
    for fine in ["docs/wor" + "k/page", "</roo" + "t>", "a network/works", "/tm" + "p", "the root/leaf", "workspace"]:
        assert leaking(fine) == 0, fine
    text = "impl A {\n    pub(super) fn one(\n        &self,\n    ) -> u8 {\n        1\n    }\n\n    fn two();\n}\n"
    assert list(functions(text)) == [("one", 5)]
    here = ROOT / "tests/page.md"
    bad = list(links({here: "[a](all) [b](https://a.example) [c](../LICENSE#x) [d](nowhere.md)\n"}))
    assert len(bad) == 1 and "nowhere.md" in bad[0], bad


if __name__ == "__main__":
    self_test()
    sys.exit(main())
