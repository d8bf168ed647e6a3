//! The issuer's key: RSA of 2048 bits, new at each start.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::JsonWebKeyId;
use openidconnect::core::CoreRsaPrivateSigningKey;

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key of the development issuer cannot be made: {0}")]
pub struct KeyFault(String);

/// What stands before the key itself in PKCS #8 after its length: version 0, algorithm rsaEncryption.
const HEAD: [u8; 18] = [
    0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    0x05, 0x00,
];

/// A new key.
pub(super) fn new() -> Result<CoreRsaPrivateSigningKey, KeyFault> {
    let fault = |text: &str| KeyFault(text.to_owned());
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| fault("no key"))?;
    let wrapped: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| fault("no form"))?;
    let inner = unwrapped(wrapped.as_ref()).ok_or_else(|| fault("another form than PKCS #8"))?;
    let body = STANDARD.encode(inner);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    let pem = format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n",
        lines.join("\n")
    );
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|_| fault("no random numbers"))?;
    let id = JsonWebKeyId::new(URL_SAFE_NO_PAD.encode(id));
    CoreRsaPrivateSigningKey::from_pem(&pem, Some(id)).map_err(KeyFault)
}

/// The PKCS #1 key within PKCS #8; both lengths of a 2048-bit key take two bytes.
fn unwrapped(der: &[u8]) -> Option<&[u8]> {
    let rest = der.strip_prefix(&[0x30, 0x82])?.get(2..)?;
    let rest = rest.strip_prefix(&HEAD)?;
    let rest = rest.strip_prefix(&[0x04, 0x82])?;
    let (length, key) = rest.split_first_chunk::<2>()?;
    (key.len() == usize::from(u16::from_be_bytes(*length))).then_some(key)
}
