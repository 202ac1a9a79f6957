"""Verifies a log directory without any code of Mohar: acts with pycose, the tree with pymerkle,
the checkpoint with cryptography. Ends with 0 when all is good, with 1 and a reason when not.

Keys come from registry.mohar, and are used only where their hash is named: the kid of an act is
the SHA-256 of the public key, and so is the key id of a checkpoint line, over name and type too.
Who was entitled to sign is not judged here; `mohar verify` does that.
"""

import base64
import hashlib
import sys
from pathlib import Path

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pycose.keys import OKPKey
from pycose.messages import CoseMessage
from pymerkle import InmemoryTree

EXTERNAL_AAD = b"mohar/act/1"
REGISTRY_LINE = b"mohar/registry/1\n"
TILE_WIDTH = 256
LOG_KEY, COSIGNER_KEY = b"\x01", b"\x04"

# Positions in the header of an act.
PLACE, NUMBER, PREVIOUS = 6, 8, 9


class Refused(Exception):
    """What did not hold."""


def verify(log: Path) -> None:
    keys = {sha256(key): key for key in candidates(read_registry(log))}
    text, lines = read_checkpoint(log)
    origin, size, root = text.split("\n")[:3]
    leaves = read_leaves(log, int(size))

    ids = [verify_act(index, leaf, keys) for index, leaf in enumerate(leaves)]
    print(f"acts: {len(ids)} COSE_Sign1 signatures good")
    verify_links(leaves, ids)
    print("act ids: every previous act is named by its id")
    verify_root(leaves, base64.b64decode(root))
    print(f"root: over {size} leaves as in the checkpoint")
    cosignatures = verify_checkpoint(origin, text, lines, keys.values())
    print(f"checkpoint: log and {cosignatures} cosignatures good")


def verify_act(index: int, leaf: bytes, keys: dict[bytes, bytes]) -> bytes:
    """Verifies the signature of an act and returns its id."""
    try:
        message = CoseMessage.decode(leaf)
    except Exception as error:
        raise Refused(f"act {index} is not a COSE message: {error}") from error
    protected, unprotected, payload, _ = cbor2.loads(leaf).value
    kid = cbor2.loads(protected)[4]
    if unprotected != {} or kid not in keys:
        raise Refused(f"act {index} names a key that is not in the registry")
    message.external_aad = EXTERNAL_AAD
    message.key = OKPKey(crv="ED25519", x=keys[kid])
    if not message.verify_signature():
        raise Refused(f"signature of act {index}")
    # The id covers what is signed and not the signature.
    return sha256(cbor2.dumps(["Signature1", protected, EXTERNAL_AAD, payload]))


def verify_links(leaves: list[bytes], ids: list[bytes]) -> None:
    """A chain act whose previous act is in the same log must name it by its id."""
    headers = [cbor2.loads(cbor2.loads(leaf).value[2]) for leaf in leaves]
    known = {act: header[NUMBER] for act, header in zip(ids, headers)}
    followed = 0
    for index, header in enumerate(headers):
        number = known.get(header[PREVIOUS])
        if number is not None and header[PLACE] == 0:
            if number + 1 != header[NUMBER]:
                raise Refused(f"act {index} does not follow the act that it names")
            followed += 1
    if followed < len(leaves) // 4:
        raise Refused(f"only {followed} of {len(leaves)} acts name an act of the log")


def verify_root(leaves: list[bytes], expected: bytes) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    if tree.get_root() != expected:
        raise Refused("root of the leaves is not that of the checkpoint")


def verify_checkpoint(origin: str, text: str, lines: list[str], keys) -> int:
    """Verifies every line of the note; returns how many of them are cosignatures."""
    names = []
    for line in lines:
        _, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        key_id, signature = raw[:4], raw[4:]
        kind = LOG_KEY if name == origin else COSIGNER_KEY
        key = next((k for k in keys if sha256(name.encode() + b"\n" + kind + k)[:4] == key_id), None)
        if key is None:
            raise Refused(f"the key of {name} is not in the registry")
        message = text
        if kind == COSIGNER_KEY:
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {time}\n{text}"
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message.encode())
        except InvalidSignature:
            word = "signature" if kind == LOG_KEY else "cosignature"
            raise Refused(f"{word} of {name}") from None
        names.append(name)
    if names.count(origin) != 1:
        raise Refused("the log has not signed its checkpoint")
    return len(names) - 1


def read_checkpoint(log: Path) -> tuple[str, list[str]]:
    note = (log / "checkpoint").read_text(encoding="utf-8")
    text, _, lines = note.rpartition("\n\n")
    return text + "\n", lines.splitlines()


def read_leaves(log: Path, size: int) -> list[bytes]:
    leaves: list[bytes] = []
    while len(leaves) < size:
        width = min(size - len(leaves), TILE_WIDTH)
        path = entries_path(len(leaves) // TILE_WIDTH)
        bundle = (log / (path if width == TILE_WIDTH else f"{path}.p/{width}")).read_bytes()
        while bundle:
            end = 2 + int.from_bytes(bundle[:2], "big")
            leaves.append(bundle[2:end])
            bundle = bundle[end:]
    if len(leaves) != size:
        raise Refused("entries are left over")
    return leaves


def entries_path(number: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return "tile/entries/" + "/".join(groups)


def read_registry(log: Path):
    registry = (log / "registry.mohar").read_bytes()
    if not registry.startswith(REGISTRY_LINE):
        raise Refused("not a registry")
    return cbor2.loads(registry.removeprefix(REGISTRY_LINE))


def candidates(item) -> set[bytes]:
    """Every byte string of 32 in the registry, also inside acts: the public keys are among them."""
    if isinstance(item, bytes):
        if len(item) == 32:
            return {item}
        try:
            return candidates(cbor2.loads(item))
        except (cbor2.CBORDecodeError, ValueError):
            return set()
    if isinstance(item, cbor2.CBORTag):
        return candidates(item.value)
    if isinstance(item, (list, tuple)):
        return set().union(*map(candidates, item))
    return set()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py <log directory>")
    try:
        verify(Path(sys.argv[1]))
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:  # a crash is no answer
        print(f"failed: {error!r}", file=sys.stderr)
        sys.exit(2)
