//! Chance that can be repeated: the same seed gives the same throws.

/// A generator of random numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// A generator from `LINJE_SEED`, or from the clock; prints the seed so that a failure can be
    /// run again.
    #[must_use]
    pub fn new(test: &str) -> Dice {
        let seed = std::env::var("LINJE_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(from_the_clock);
        say(&format!("{test}: LINJE_SEED={seed}"));
        Dice(seed)
    }

    /// Another generator, drawn from this one.
    #[must_use]
    pub fn from_other(other: &mut Dice) -> Dice {
        Dice(other.throw())
    }

    /// The next number, over all of its range.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n` - 1.
    pub fn below(&mut self, n: u64) -> u64 {
        self.throw() % n.max(1)
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let n = items.len() as u64;
        let idx = usize::try_from(self.below(n)).expect("an index");
        items.get(idx).expect("at least one item to pick from")
    }

    /// A word that nobody has used before, for keys.
    pub fn key(&mut self) -> String {
        format!("{:016x}{:016x}", self.throw(), self.throw())
    }
}

fn from_the_clock() -> u64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    now.as_secs() ^ u64::from(now.subsec_nanos()) << 20 ^ u64::from(std::process::id())
}

/// Prints a line of the test's own account.
#[expect(clippy::print_stdout, reason = "the account of a test is its output")]
pub fn say(line: &str) {
    println!("{line}");
}
