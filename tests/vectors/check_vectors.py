#!/usr/bin/python3
"""Computes docs/protocol/vectors.json a second time, in another language and with other libraries (TP2, TP8).

Usage: check_vectors.py VECTORS.json

Canonical JSON (RFC 8785), digests, signed bytes, key ids, Ed25519 signatures and a wrapped key are worked out here from
the values alone and compared with what the file says. Ends with 0 where all agree, 1 where something differs, and 3
where this machine lacks a library.

Needs Python 3.9 or later with `cryptography` and `argon2` (Debian: python3-cryptography, python3-argon2).
"""
import base64
import hashlib
import json
import math
import sys
import unicodedata

try:
    from argon2.low_level import Type, hash_secret_raw
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
except ImportError as missing:
    print(f'{missing.name}: missing. Debian: apt-get install python3-cryptography python3-argon2', file=sys.stderr)
    sys.exit(3)


class Differs(Exception):
    """What was worked out here is not what the file says."""


def same(what, here, there):
    if here != there:
        raise Differs(f'{what}: {here!r} here, {there!r} in the file')


# ---------------------------------------------------------------- RFC 8785

ESCAPES = {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r'}


def canonical_text(text):
    return '"' + ''.join(ESCAPES.get(c) or (f'\\u{ord(c):04x}' if c < ' ' else c) for c in text) + '"'


def canonical_number(number):
    """As ECMAScript writes it (RFC 8785, 3.2.2.3): the shortest digits that read back, exponents from 1e21 and below 1e-6."""
    if isinstance(number, int):
        if abs(number) > 2**53:
            raise Differs(f'{number} is no number of JSON that every program reads alike')
        return str(number)
    if not math.isfinite(number):
        raise Differs('no number of JSON')
    if number == 0:
        return '0'
    mantissa, _, exponent = f'{number!r}'.partition('e')
    sign = '-' if mantissa.startswith('-') else ''
    whole, _, fraction = mantissa.lstrip('-').partition('.')
    fraction = '' if fraction == '0' else fraction
    digits = (whole + fraction).lstrip('0')
    # The value is 0.DIGITS times ten to the power of `point`.
    point = int(exponent or 0) + len(whole) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip('0')
    if len(digits) <= point <= 21:
        return sign + digits + '0' * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + '.' + digits[point:]
    if -6 < point <= 0:
        return sign + '0.' + '0' * -point + digits
    power = f'{"+" if point > 0 else "-"}{abs(point - 1)}'
    return sign + digits[0] + ('.' + digits[1:] if len(digits) > 1 else '') + 'e' + power


def canonical(value):
    if value is None or value is True or value is False:
        return {None: 'null', True: 'true', False: 'false'}[value]
    if isinstance(value, str):
        return canonical_text(value)
    if isinstance(value, (int, float)):
        return canonical_number(value)
    if isinstance(value, list):
        return '[' + ','.join(map(canonical, value)) + ']'
    # By UTF-16 code units, which is not the order of code points.
    names = sorted(value, key=lambda name: name.encode('utf-16-be', 'surrogatepass'))
    return '{' + ','.join(canonical_text(name) + ':' + canonical(value[name]) for name in names) + '}'


def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def check_number_samples():
    """Samples of RFC 8785, appendix B, so that what checks is itself checked."""
    samples = [(0.0, '0'), (-0.0, '0'), (5e-324, '5e-324'), (-1.7976931348623157e308, '-1.7976931348623157e+308'), (9007199254740992.0, '9007199254740992'),
               (295147905179352830000.0, '295147905179352830000'), (9.999999999999997e22, '9.999999999999997e+22'), (1e23, '1e+23'), (999999999999999900000.0, '999999999999999900000'),
               (1e21, '1e+21'), (0.000001, '0.000001'), (9.999999999999997e-7, '9.999999999999997e-7'), (333333333.3333332, '333333333.3333332'), (-0.0000033333333333333333, '-0.0000033333333333333333')]
    for number, text in samples:
        same(f'number {number!r}', canonical_number(number), text)


# ---------------------------------------------------------------- Ed25519

def is_signed(public_key, data, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
        return True
    except InvalidSignature:
        return False


def raw_public_key(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def signed_bytes(purpose, digest):
    return f'aidline/1/{purpose}\n'.encode() + bytes.fromhex(digest)


def check_signature(what, key, data, signature, others):
    """It is this key's over these bytes, and over nothing else."""
    if not is_signed(key, data, signature):
        raise Differs(f'{what}: not a signature of this key over these bytes')
    for other in others:
        if is_signed(key, other, signature):
            raise Differs(f'{what}: passes for other bytes')
    for at in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[at] ^= 1
        if is_signed(key, data, bytes(changed)):
            raise Differs(f'{what}: passes with byte {at} changed')


# ---------------------------------------------------------------- the file

def check_canonical_json(vectors):
    for case in vectors['canonicalJson']:
        same('canonical JSON', canonical(case['value']), case['canonical'])
        same('its SHA-256', sha256(canonical(case['value'])), case['sha256'])
    for case in vectors['operationDigest']:
        same(f'payload, {case["name"]}', canonical(case['payload']), case['canonical'])
        same(f'digest, {case["name"]}', sha256(canonical(case['payload'])), case['digest'])
    for case in vectors['changeDigest']:
        of = {name: case[name] for name in ('changeId', 'proposer', 'change')}
        same('change', canonical(of), case['canonical'])
        same('digest of a change', sha256(canonical(of)), case['digest'])


def check_hashes(vectors):
    for case in vectors['innerHash']:
        same('hash of inner bytes', sha256(case['inner']), case['hash'])
    for case in vectors['eventIds']:
        number = int(case['command'].replace('-', ''), 16) ^ (case['index'] + 1)
        digits = f'{number:032x}'
        same('event id', '-'.join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])), case['event'])


def check_signatures(vectors):
    keys = {}
    for case in vectors['keys']:
        public_key = raw_public_key(bytes.fromhex(case['seed']))
        same(f'public key of the {case["holder"]}', base64.b64encode(public_key).decode(), case['publicKey'])
        same(f'id of the key of the {case["holder"]}', sha256(public_key), case['keyId'])
        keys[case['keyId']] = public_key
    for case in vectors['signatures']:
        signed = case['signed']
        purpose, digest = signed['purpose'], signed['digest']
        data = signed_bytes(purpose, digest)
        same(f'signed bytes of a {purpose}', data.hex(), case['bytes'])
        others = [signed_bytes(other, digest) for other in ('tick', 'approval', 'order', 'hand-over', 'end-session') if other != purpose]
        others += [signed_bytes(purpose, sha256(digest)), bytes.fromhex(digest)]
        for holder in ('person', 'workstation'):
            check_signature(f'{purpose} by the {holder}', keys[signed[f'{holder}Key']], data, base64.b64decode(signed[f'{holder}Signature'], validate=True), others)
    for case in vectors['hello']:
        data = b'aidline/1/hello\n' + bytes.fromhex(sha256(case['token']))
        same('bytes of a hello', data.hex(), case['bytes'])
        check_signature('hello', keys[case['workstationKey']], data, base64.b64decode(case['proof'], validate=True), [b'aidline/1/hello\n' + bytes.fromhex(sha256(case['token'] + 'x'))])


def open_wrapped(wrapped, passphrase, belongs_to):
    cost = wrapped['cost']
    key = hash_secret_raw(unicodedata.normalize('NFC', passphrase).encode(), base64.b64decode(wrapped['salt']), time_cost=cost['passes'],
                          memory_cost=cost['memoryKib'], parallelism=cost['lanes'], hash_len=32, type=Type.ID)
    try:
        return key, AESGCM(key).decrypt(base64.b64decode(wrapped['iv']), base64.b64decode(wrapped['sealed']) + base64.b64decode(wrapped['tag']), belongs_to.encode())
    except InvalidTag:
        return key, None


def check_wrapped_keys(vectors):
    for case in vectors['wrappedKeys']:
        kept = case['kept']
        key, seed = open_wrapped(kept['wrapped'], case['passphrase'], case['belongsTo'])
        same('key from the passphrase', key.hex(), case['derivedKey'])
        same('wrapped seed', None if seed is None else seed.hex(), case['seed'])
        same('its public key', base64.b64encode(raw_public_key(seed)).decode(), kept['publicKey'])
        same('its id', sha256(raw_public_key(seed)), kept['keyId'])
        for passphrase, belongs_to in ((case['passphrase'] + ' ', case['belongsTo']), (case['passphrase'], case['belongsTo'] + '0')):
            same('wrapped key under another passphrase, or of another person', open_wrapped(kept['wrapped'], passphrase, belongs_to)[1], None)


def main(path):
    parts = (lambda _: check_number_samples(), check_canonical_json, check_hashes, check_signatures, check_wrapped_keys)
    try:
        with open(path, encoding='utf-8') as file:
            vectors = json.load(file)
        for part in parts:
            part(vectors)
    except Differs as differs:
        print(differs, file=sys.stderr)
        return 1
    except (KeyError, ValueError, TypeError) as malformed:
        print(f'the file is not what it should be: {malformed!r}', file=sys.stderr)
        return 1
    counts = {name: len(cases) for name, cases in vectors.items() if isinstance(cases, list)}
    print(json.dumps({'agreed': counts}))
    return 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
