//! Ids as people compare them: eight groups of eight hexadecimal digits, read aloud on the
//! telephone or from paper.

use mohar_protocol::id::StateId;

/// An id of 64 digits in its eight groups.
pub fn groups(id: &impl std::fmt::Display) -> String {
    let digits: Vec<char> = id.to_string().chars().collect();
    digits.chunks(8).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// A state id as it was typed: in one piece or in groups.
///
/// # Errors
/// Anything but 64 hexadecimal digits.
pub fn parse_state(text: &str) -> Result<StateId, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    digits.parse().map_err(|_| "a state id is 64 hexadecimal digits, in one piece or in groups".to_owned())
}

#[cfg(test)]
mod tests {
    use mohar_protocol::id::StateId;

    #[test]
    fn what_is_read_aloud_can_be_typed_again() {
        let state = StateId([0xa5; 32]);
        assert_eq!(super::groups(&state).split(' ').count(), 8);
        assert_eq!(super::parse_state(&super::groups(&state)), Ok(state));
        assert_eq!(super::parse_state(&state.to_string()), Ok(state));
    }

    #[test]
    fn a_missing_digit_is_refused() {
        assert!(super::parse_state(&"a".repeat(63)).is_err());
    }
}
