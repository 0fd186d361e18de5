//! Opaque ids and secrets from the system's random numbers.

/// A new id: `prefix`, an underscore and 128 random bits in hexadecimal. Ids tell nothing about order or number.
pub fn new(prefix: &str) -> String {
    format!("{prefix}_{}", hex::encode(random::<16>()))
}

/// A new secret of 256 bits in hexadecimal.
pub fn secret() -> String {
    hex::encode(random::<32>())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // A system without random numbers must not hand out guessable secrets: stopping is the only right answer.
    getrandom::fill(&mut bytes).expect("the system gives random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_have_their_prefix_and_never_repeat() {
        let [a, b] = [super::new("sub"), super::new("sub")];
        assert!(a.starts_with("sub_") && a.len() == 4 + 32, "{a}");
        assert_ne!(a, b);
        assert_eq!(super::secret().len(), 64);
    }
}
