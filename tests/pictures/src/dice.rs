//! Chance by seed: what one run throws, every run with that seed throws.

/// Numbers that look random and follow from a seed (SplitMix64, by Steele, Lea and Flood).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that belong to `name` in the world of `seed`.
    pub fn of(seed: u64, name: &str) -> Dice {
        let mut dice = Dice(seed);
        for byte in name.bytes() {
            dice.0 = dice.next() ^ u64::from(byte);
        }
        dice
    }

    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "dice are thrown, not iterated over")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is above 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// One of `things`, of which there is at least one.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_throws_the_same_again_and_names_throw_apart() {
        let throw = |seed, name| -> Vec<u64> {
            let mut dice = Dice::of(seed, name);
            (0..8).map(|_| dice.below(1000)).collect()
        };
        assert_eq!(throw(7, "Teo"), throw(7, "Teo"));
        assert_ne!(throw(7, "Teo"), throw(7, "Rosa"));
        assert_ne!(throw(7, "Teo"), throw(8, "Teo"));
    }
}
