//! Ids as people see them: permuted by a keyed cipher, so that they tell neither number nor order.
//!
//! A four-round Feistel network over 64 bits with SHA-256 as the round function. It hides counts;
//! it is no access control.

use linje_types::{ContactId, OfferId, RequestId};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LETTERS: usize = 13;
const ROUNDS: u8 = 4;

/// What an id names; each kind has a permutation of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Contact = 1,
    Offer = 2,
    Session = 3,
    Call = 4,
    Request = 5,
}

/// The key of one centre's ids. Kept in the data folder: the same ids after a restart.
#[derive(Clone)]
pub struct Ids {
    key: [u8; 32],
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

impl Ids {
    /// Ids under `key`.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Ids {
        Ids { key }
    }

    /// A contact's id.
    #[must_use]
    pub fn contact(&self, id: ContactId) -> String {
        encode(self.permute(Kind::Contact, id.0))
    }

    /// The contact behind an id; None if it is not the form of an id.
    #[must_use]
    pub fn read_contact(&self, text: &str) -> Option<ContactId> {
        decode(text).map(|value| ContactId(self.restore(Kind::Contact, value)))
    }

    /// An offer's id.
    #[must_use]
    pub fn offer(&self, id: OfferId) -> String {
        encode(self.permute(Kind::Offer, id.0))
    }

    /// The offer behind an id.
    #[must_use]
    pub fn read_offer(&self, text: &str) -> Option<OfferId> {
        decode(text).map(|value| OfferId(self.restore(Kind::Offer, value)))
    }

    /// A desk session's id.
    #[must_use]
    pub fn session(&self, value: u64) -> String {
        encode(self.permute(Kind::Session, value))
    }

    /// The session behind an id.
    #[must_use]
    pub fn read_session(&self, text: &str) -> Option<u64> {
        decode(text).map(|value| self.restore(Kind::Session, value))
    }

    /// The id of a call that is steered in a page.
    #[must_use]
    pub fn call(&self, value: u64) -> String {
        encode(self.permute(Kind::Call, value))
    }

    /// The call behind an id.
    #[must_use]
    pub fn read_call(&self, text: &str) -> Option<u64> {
        decode(text).map(|value| self.restore(Kind::Call, value))
    }

    /// The id of a request of the traffic controller.
    #[must_use]
    pub fn request(&self, request: RequestId) -> String {
        encode(self.permute(Kind::Request, u64::from(request.0)))
    }

    /// The request behind an id.
    #[must_use]
    pub fn read_request(&self, text: &str) -> Option<RequestId> {
        let value = self.restore(Kind::Request, decode(text)?);
        u32::try_from(value).ok().map(RequestId)
    }

    fn permute(&self, kind: Kind, value: u64) -> u64 {
        let (mut left, mut right) = halves(value);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(kind, round, right));
        }
        joined(left, right)
    }

    fn restore(&self, kind: Kind, value: u64) -> u64 {
        let (mut left, mut right) = halves(value);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.round(kind, round, left), left);
        }
        joined(left, right)
    }

    fn round(&self, kind: Kind, round: u8, half: u32) -> u32 {
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update([kind as u8, round])
            .chain_update(half.to_le_bytes())
            .finalize();
        u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
    }
}

/// The command id of an `Idempotency-Key`: the same key on the same path is the same command.
#[must_use]
pub(crate) fn command_id(path: &str, key: &str) -> u128 {
    let digest = Sha256::new()
        .chain_update(path.as_bytes())
        .chain_update([0])
        .chain_update(key.as_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    u128::from_le_bytes(bytes)
}

#[expect(clippy::cast_possible_truncation, reason = "each half is 32 bits")]
const fn halves(value: u64) -> (u32, u32) {
    ((value >> 32) as u32, value as u32)
}

const fn joined(left: u32, right: u32) -> u64 {
    (left as u64) << 32 | right as u64
}

fn encode(value: u64) -> String {
    (0..LETTERS)
        .rev()
        .map(|place| char::from(ALPHABET[(value >> (place * 5) & 31) as usize]))
        .collect()
}

fn decode(text: &str) -> Option<u64> {
    if text.len() != LETTERS {
        return None;
    }
    let mut value: u128 = 0;
    for letter in text.bytes() {
        let letter = letter.to_ascii_lowercase();
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        value = value << 5 | digit as u128;
    }
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_only_as_its_own_kind() {
        let ids = Ids::new([7; 32]);
        for slot in 0..1000 {
            let contact = ContactId::new(slot, 3);
            let text = ids.contact(contact);
            assert_eq!(text.len(), 13);
            assert_eq!(ids.read_contact(&text), Some(contact));
            assert_eq!(ids.read_contact(&text.to_uppercase()), Some(contact));
            assert_ne!(ids.read_offer(&text).map(|offer| offer.0), Some(contact.0));
        }
    }

    #[test]
    fn neighbours_do_not_look_like_neighbours() {
        let ids = Ids::new([7; 32]);
        let (one, two) = (ids.contact(ContactId(1)), ids.contact(ContactId(2)));
        let same = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 6, "{one} {two}");
        assert_ne!(one, Ids::new([8; 32]).contact(ContactId(1)));
    }

    #[test]
    fn what_is_not_an_id_is_nobody() {
        let ids = Ids::new([7; 32]);
        for text in [
            "",
            "1",
            "zzzzzzzzzzzzz",
            "0123456789abcdef",
            "ååååååå",
            "0123456789ab/",
        ] {
            assert_eq!(ids.read_contact(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_a_command_of_its_path() {
        assert_eq!(command_id("/a", "k"), command_id("/a", "k"));
        assert_ne!(command_id("/a", "k"), command_id("/b", "k"));
    }
}
