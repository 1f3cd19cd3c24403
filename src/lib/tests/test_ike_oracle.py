# SPDX-License-Identifier: GPL-2.0-or-later
"""IKE's cryptography against Python's hmac and the cryptography package, and against the RFCs' formulas.

IKE_ORACLE names the program (build/klips/asan/lib/tests/test_ike_oracle if it is not set).
"""

import hmac
import os
import random
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
    from cryptography.hazmat.primitives.cmac import CMAC
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).parents[3]
PROGRAM = os.environ.get('IKE_ORACLE', str(ROOT / 'build/klips/asan/lib/tests/test_ike_oracle'))

# name: bytes of the key that IKE makes, of the ICV
INTEGS = {
    'md5': (16, 12),
    'sha1': (20, 12),
    'sha2_256': (32, 16),
    'sha2_384': (48, 24),
    'sha2_512': (64, 32),
    'aes_xcbc': (16, 12),
    'aes_cmac': (16, 12),
}
HASHES = {'md5': 'md5', 'sha1': 'sha1', 'sha2_256': 'sha256', 'sha2_384': 'sha384', 'sha2_512': 'sha512'}
# name: bytes of the tag and of the salt
AEADS = {
    'aes_gcm_16': (16, 4),
    'aes_gcm_12': (12, 4),
    'aes_gcm_8': (8, 4),
    'aes_ccm_16': (16, 3),
    'aes_ccm_12': (12, 3),
    'aes_ccm_8': (8, 3),
    'chacha20_poly1305': (16, 4),
}
CURVES = {'ecp256': (ec.SECP256R1, 32), 'ecp384': (ec.SECP384R1, 48), 'ecp521': (ec.SECP521R1, 66)}
XS = {'x25519': (x25519.X25519PrivateKey, x25519.X25519PublicKey), 'x448': (x448.X448PrivateKey, x448.X448PublicKey)}
# bits: the number in RFC 3526's formula of the prime
MODPS = {1536: 741804, 2048: 124476, 3072: 1690314, 4096: 240904, 6144: 929484, 8192: 4743158}


class Oracle:
    """Our side."""

    def __init__(self, process):
        self.process = process

    @staticmethod
    def _request(words):
        return ' '.join((word.hex() or '-') if isinstance(word, bytes) else str(word) for word in words)

    def line(self, *words):
        """Its answer as it is."""
        return self.process.line(self._request(words))

    def ask(self, *words):
        """Its answer, as bytes of each word."""
        return [bytes.fromhex(word) for word in self.process.ask(self._request(words)).split()]


@pytest.fixture(scope='module')
def oracle(oracle_process):
    return Oracle(oracle_process)


def aes(key, block):
    """AES of one block."""
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def xcbc(key, data):
    """RFC 3566, 4."""
    k1, k2, k3 = (aes(key, bytes([i]) * 16) for i in (1, 2, 3))
    blocks = [data[i: i + 16] for i in range(0, len(data), 16)] or [b'']
    last = blocks.pop()
    last = xor(last, k2) if len(last) == 16 else xor((last + b'\x80').ljust(16, b'\0'), k3)
    state = bytes(16)
    for block in [*blocks, last]:
        state = aes(k1, xor(state, block))
    return state


def cmac(key, data):
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def prf(name, key, data):
    """RFC 7296, 2.13; RFC 4434, 2; RFC 4615, 3."""
    if name == 'aes_xcbc':
        return xcbc(xcbc(bytes(16), key) if len(key) > 16 else key.ljust(16, b'\0'), data)
    if name == 'aes_cmac':
        return cmac(key if len(key) == 16 else cmac(bytes(16), key), data)
    return hmac.digest(key, data, HASHES[name])


def prf_plus(name, key, seed, length):
    """RFC 7296, 2.13."""
    out = last = b''
    number = 1
    while len(out) < length:
        last = prf(name, key, last + seed + bytes([number]))
        out += last
        number += 1
    return out[:length]


def salt_of(encr):
    return AEADS[encr][1] if encr in AEADS else 4 if encr == 'aes_ctr' else 0


def combinations():
    """Ciphers with a key's length in bits and, where they need one, an authenticator."""
    for encr in AEADS:
        for bits in (256,) if encr.startswith('chacha') else (128, 192, 256):
            yield encr, bits, None
    for integ in INTEGS:
        for encr in ('aes_cbc', 'aes_ctr', 'camellia_cbc', '3des'):
            for bits in (192,) if encr == '3des' else (128, 192, 256):
                yield encr, bits, integ


@pytest.mark.parametrize('name', INTEGS)
def test_prf_plus(oracle, name):
    rng = random.Random(name)
    for _ in range(40):
        key, seed = (rng.randbytes(rng.randrange(100)) for _ in range(2))
        length = rng.randrange(1, 500)
        assert oracle.ask('prf+', name, key, seed, length) == [prf_plus(name, key, seed, length)]


def text_of(encr, bits):
    return encr if encr in ('3des', 'chacha20_poly1305') else f'{encr}_{bits}'


@pytest.mark.parametrize('prf_name', INTEGS)
def test_keys(oracle, prf_name):
    """RFC 7296, 2.14; the PRF is named apart from the authenticator."""
    rng = random.Random(prf_name)
    for encr, bits, integ in combinations():
        shared, ni, nr = (rng.randbytes(rng.randrange(16, 257)) for _ in range(3))
        spi_i, spi_r = rng.randbytes(8), rng.randbytes(8)
        prf_text = 'prf' + prf_name
        proposal = '-'.join(filter(None, [text_of(encr, bits), integ, prf_text, 'x25519']))
        nonces = ni[:8] + nr[:8] if prf_name.startswith('aes') else ni + nr
        skeyseed = prf(prf_name, nonces, shared)
        size = INTEGS[prf_name][0]
        length = 3 * size + 2 * (bits // 8 + salt_of(encr)) + 2 * (INTEGS[integ][0] if integ else 0)
        expected = prf_plus(prf_name, skeyseed, ni + nr + spi_i + spi_r, length)
        assert oracle.ask('keys', proposal, shared, ni, nr, spi_i, spi_r) == [expected]


@pytest.mark.parametrize('prf_name', INTEGS)
def test_child_keys(oracle, prf_name):
    """RFC 7296, 2.17, with a key exchange and without."""
    rng = random.Random(prf_name)
    for encr, bits, integ in combinations():
        shared = rng.choice([b'', rng.randbytes(32)])
        ni, nr, d = (rng.randbytes(INTEGS[prf_name][0]) for _ in range(3))
        proposal = '-'.join(filter(None, [text_of(encr, bits), integ]))
        length = 2 * (bits // 8 + salt_of(encr)) + 2 * (INTEGS[integ][0] if integ else 0)
        expected = prf_plus(prf_name, d, shared + ni + nr, length)
        assert oracle.ask('child', proposal, prf_name, d, shared, ni, nr) == [expected]


def cipher_of(encr, key, iv):
    """A cipher that is no AEAD."""
    if encr == 'aes_ctr':
        return Cipher(algorithms.AES(key[:-4]), modes.CTR(key[-4:] + iv + b'\0\0\0\1'))
    blocks = {'3des': algorithms.TripleDES, 'aes_cbc': algorithms.AES, 'camellia_cbc': algorithms.Camellia}
    return Cipher(blocks[encr](key), modes.CBC(iv))


def seal_aead(encr, key, aad, iv, text):
    """RFC 5282, RFC 7634. The package has only whole tags of GCM: a part of one is its beginning."""
    size, salt = AEADS[encr]
    nonce, key = key[-salt:] + iv, key[:-salt]
    if 'ccm' in encr:
        return AESCCM(key, size).encrypt(nonce, text, aad)
    sealed = (ChaCha20Poly1305 if 'chacha' in encr else AESGCM)(key).encrypt(nonce, text, aad)
    return sealed[: len(text) + size]


def seal(encr, integ, keys, aad, iv, text):
    """RFC 7296, 3.14, with padding already in @text."""
    if encr in AEADS:
        return iv + seal_aead(encr, keys[0], aad, iv, text)
    encryptor = cipher_of(encr, keys[0], iv).encryptor()
    body = iv + encryptor.update(text) + encryptor.finalize()
    return body + prf(integ, keys[1], aad + body)[: INTEGS[integ][1]]


def block_of(encr):
    return 16 if encr in ('aes_cbc', 'camellia_cbc') else 8 if encr == '3des' else 1


@pytest.mark.parametrize('encr,bits,integ', combinations())
def test_seals(oracle, encr, bits, integ):
    """Ours is what theirs would be, and what they seal, with more padding than it needs, ours opens."""
    rng = random.Random(f'{encr}{bits}{integ}')
    block = block_of(encr)
    for length in (0, 1, 7, 8, 15, 16, 17, rng.randrange(18, 1400)):
        keys = rng.randbytes(bits // 8 + salt_of(encr)), rng.randbytes(INTEGS[integ][0] if integ else 0)
        aad, text, number = rng.randbytes(32), rng.randbytes(length), rng.randrange(1 << 64)
        words = (encr, bits, integ or '-', *keys, aad, number)
        [ours] = oracle.ask('seal', *words, text)
        iv = ours[:block] if block > 1 else number.to_bytes(8, 'big')
        padding = -(length + 1) % block
        assert ours == seal(encr, integ, keys, aad, iv, text + bytes(padding) + bytes([padding]))
        padding += block * rng.randrange((256 - padding) // block)
        iv = rng.randbytes(len(iv))
        theirs = seal(encr, integ, keys, aad, iv, text + rng.randbytes(padding) + bytes([padding]))
        assert b''.join(oracle.ask('open', *words, theirs)) == text
        at = rng.randrange(len(theirs))
        bad = theirs[:at] + bytes([theirs[at] ^ 1 << rng.randrange(8)]) + theirs[at + 1:]
        assert oracle.line('open', *words, bad) == 'error -74'


@pytest.mark.parametrize('name', CURVES)
def test_ecp(oracle, name):
    """RFC 5903, 7."""
    curve, size = CURVES[name]
    for _ in range(8):
        key = ec.generate_private_key(curve())
        numbers = key.public_key().public_numbers()
        public, secret = oracle.ask('ke', name, numbers.x.to_bytes(size, 'big') + numbers.y.to_bytes(size, 'big'))
        peer = ec.EllipticCurvePublicKey.from_encoded_point(curve(), b'\4' + public)
        assert secret == key.exchange(ec.ECDH(), peer)


@pytest.mark.parametrize('name', XS)
def test_x(oracle, name):
    """RFC 8031."""
    private, public_type = XS[name]
    for _ in range(8):
        key = private.generate()
        public, secret = oracle.ask('ke', name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        assert secret == key.exchange(public_type.from_public_bytes(public))


def pi_bits(bits):
    """pi times 2 to the power of @bits, rounded down: Machin's formula, with 64 bits more on the way."""
    one = 1 << bits + 64

    def arctan(n):
        total = term = one // n
        k = 1
        while term:
            term //= -n * n
            k += 2
            total += term // k
        return total

    return 4 * (4 * arctan(5) - arctan(239)) >> 64


def prime(bits):
    """RFC 3526, 2 to 7."""
    return 2**bits - 2 ** (bits - 64) - 1 + 2**64 * (pi_bits(bits - 130) + MODPS[bits])


@pytest.mark.parametrize('bits', MODPS)
def test_modp(oracle, bits):
    rng = random.Random(bits)
    p, size = prime(bits), bits // 8
    for _ in range(2):
        x = rng.getrandbits(256)
        public, secret = oracle.ask('ke', f'modp{bits}', pow(2, x, p).to_bytes(size, 'big'))
        assert secret == pow(int.from_bytes(public, 'big'), x, p).to_bytes(size, 'big')
