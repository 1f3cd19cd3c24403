# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys, certificates and CRLs made with the cryptography package: an independent opinion of what these are."""

import datetime
import ipaddress
import warnings

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.datetime(2030, 1, 1)  # when certificates are checked
DAY = datetime.timedelta(days=1)
SIGN = {'digital_signature': True, 'key_cert_sign': False, 'crl_sign': False}
CERT_SIGN = {'digital_signature': False, 'key_cert_sign': True, 'crl_sign': True}
TLS = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
IPSEC_IKE = x509.ObjectIdentifier('1.3.6.1.5.5.7.3.17')

_keys = {}


def key(kind='ecdsa256', number=0):
    """A private key; the same one each time, as some are slow to make."""
    makers = {
        'rsa1024': lambda: rsa.generate_private_key(65537, 1024),
        'rsa2048': lambda: rsa.generate_private_key(65537, 2048),
        'rsa3072': lambda: rsa.generate_private_key(65537, 3072),
        'ecdsa256': lambda: ec.generate_private_key(ec.SECP256R1()),
        'ecdsa384': lambda: ec.generate_private_key(ec.SECP384R1()),
        'ecdsa521': lambda: ec.generate_private_key(ec.SECP521R1()),
        'ecdsa192': lambda: ec.generate_private_key(ec.SECP192R1()),
        'secp256k1': lambda: ec.generate_private_key(ec.SECP256K1()),
        'ed25519': ed25519.Ed25519PrivateKey.generate,
        'ed448': ed448.Ed448PrivateKey.generate,
    }
    if (kind, number) not in _keys:
        _keys[kind, number] = makers[kind]()
    return _keys[kind, number]


def name(common, organization='Cygnet test'):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def alternatives(*texts):
    """A subjectAltName of "DNS:a", "email:b@c", "IP:192.0.2.1"."""
    makers = {'DNS': x509.DNSName, 'email': x509.RFC822Name,
              'IP': lambda text: x509.IPAddress(ipaddress.ip_address(text)),
              'dirName': lambda text: x509.DirectoryName(name(text))}
    return x509.SubjectAlternativeName([makers[kind](value) for kind, value in
                                        (text.split(':', 1) for text in texts)])


def usage(**bits):
    none = dict.fromkeys(('digital_signature', 'content_commitment', 'key_encipherment', 'data_encipherment',
                          'key_agreement', 'key_cert_sign', 'crl_sign', 'encipher_only', 'decipher_only'), False)
    return x509.KeyUsage(**{**none, **bits})


class Certified:
    """A key and its certificate, and what it issues."""

    def __init__(self, common, issuer=None, **options):
        """`options`: kind of key; number; days (first, last) from NOW; ca; pathlen; usage; purposes; names; hash;
        more: further extensions, each with whether it is critical; subject: a name."""
        self.key = key(options.get('kind', 'ecdsa256'), options.get('number', common))
        self.subject = options.get('subject') or name(common)
        self.issuer = issuer or self
        self.serial = x509.random_serial_number()
        self.certificate = self._sign(options)

    def _sign(self, options):
        first, last = options.get('days', (-1, 1))
        is_ca = options.get('ca', False)
        builder = (x509.CertificateBuilder().subject_name(self.subject).issuer_name(self.issuer.subject)
                   .public_key(self.key.public_key()).serial_number(self.serial)
                   .not_valid_before(NOW + first * DAY).not_valid_after(NOW + last * DAY)
                   .add_extension(x509.BasicConstraints(is_ca, options.get('pathlen')), critical=True))
        bits = options.get('usage', CERT_SIGN if is_ca else SIGN)
        if bits:
            builder = builder.add_extension(usage(**bits), critical=True)
        if options.get('purposes'):
            builder = builder.add_extension(x509.ExtendedKeyUsage(options['purposes']), critical=False)
        if options.get('names'):
            builder = builder.add_extension(alternatives(*options['names']), critical=False)
        for extension, critical in options.get('more', ()):
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.issuer.key, digest_for(self.issuer.key, options.get('hash', hashes.SHA256)))

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def private(self, passphrase=None, form=serialization.Encoding.PEM):
        return private_bytes(self.key, passphrase, form)

    def crl(self, *revoked, days=(-1, 1), signer=None, form=serialization.Encoding.PEM):
        """Its CRL, of these certificates; `signer`: whose key signs it, if not its own."""
        first, last = days
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self.subject)
                   .last_update(NOW + first * DAY).next_update(NOW + last * DAY))
        for one in revoked:
            entry = (x509.RevokedCertificateBuilder().serial_number(one.serial)
                     .revocation_date(NOW + first * DAY).build())
            builder = builder.add_revoked_certificate(entry)
        signing = (signer or self).key
        return builder.sign(signing, digest_for(signing)).public_bytes(form)


def digest_for(signing, digest=hashes.SHA256):
    return None if isinstance(signing, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)) else digest()


def private_bytes(private, passphrase=None, form=serialization.Encoding.PEM,
                  kind=serialization.PrivateFormat.PKCS8):
    encryption = (serialization.BestAvailableEncryption(passphrase.encode()) if passphrase
                  else serialization.NoEncryption())
    return private.private_bytes(form, kind, encryption)


def public_bytes(private, form=serialization.Encoding.DER):
    return private.public_key().public_bytes(form, serialization.PublicFormat.SubjectPublicKeyInfo)
