//! One token bucket per source address, in one word each (the time when the bucket is full again).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Addresses that are remembered; beyond this, new ones are refused until old ones are full again.
const MAX_SOURCES: usize = 100_000;

pub(super) struct Buckets {
    /// Nanoseconds that one message costs, and how far ahead a source may be.
    cost: u64,
    ahead: u64,
    full_at: HashMap<IpAddr, u64>,
}

impl Buckets {
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let cost = 1_000_000_000 / u64::from(per_second.max(1));
        Self {
            cost,
            ahead: cost * u64::from(burst.max(1)),
            full_at: HashMap::new(),
        }
    }

    /// Takes one token; false when there is none. `now` is in nanoseconds and never falls.
    pub(super) fn take(&mut self, ip: IpAddr, now: u64) -> bool {
        let source = block_of(ip);
        if !self.full_at.contains_key(&source) && self.full_at.len() >= MAX_SOURCES {
            self.full_at.retain(|_, full_at| *full_at > now);
            if self.full_at.len() >= MAX_SOURCES {
                return false;
            }
        }
        let full_at = self.full_at.entry(source).or_insert(now);
        let next = (*full_at).max(now) + self.cost;
        let within = next <= now + self.ahead;
        if within {
            *full_at = next;
        }
        within
    }
}

/// An IPv6 customer has a /64, so that is one source.
fn block_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let mut buckets = Buckets::new(10, 5);
        let ip = "192.0.2.1".parse().unwrap();
        assert_eq!((0..20).filter(|_| buckets.take(ip, 0)).count(), 5);
        assert!(buckets.take("192.0.2.2".parse().unwrap(), 0));
        assert!(!buckets.take(ip, 99_999_999));
        assert!(buckets.take(ip, 100_000_000));
        assert!(!buckets.take(ip, 100_000_000));
    }

    #[test]
    fn an_ipv6_block_is_one_source() {
        let mut buckets = Buckets::new(1, 1);
        assert!(buckets.take("2001:db8::1".parse().unwrap(), 0));
        assert!(!buckets.take("2001:db8::2".parse().unwrap(), 0));
    }

    #[test]
    fn the_table_is_bounded_and_frees_itself() {
        let mut buckets = Buckets::new(1, 1);
        let address = |n: u32| IpAddr::from(n.to_be_bytes());
        let many = u32::try_from(MAX_SOURCES).unwrap();
        assert!((0..many).all(|n| buckets.take(address(n), 0)));
        assert!(!buckets.take(address(many), 0));
        assert!(buckets.take(address(many), 1_000_000_000));
    }
}
