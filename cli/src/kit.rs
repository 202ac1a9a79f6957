//! A key file on paper: lines of hexadecimal digits that a person can type in again.
//!
//! ```text
//! mohar/kit/1
//! what: recovery kit of Tehsil Depalpur
//!  1  83582053 1d70e09b 3f10c2a4 5be0f1d2  4c1f
//!  2  ...
//! end 16  9c4402d1
//! ```
//!
//! Every line ends with digits that follow from its number and its bytes, so a slip of the pen is
//! found in its line. What stands here is what stands in the key file: nothing opens without the
//! password. Never prints a secret in the clear.

use anyhow::{Context as _, bail, ensure};
use data_encoding::HEXLOWER;
use mohar_protocol::hash::sha256;

use crate::keyfile::KeyFile;

const FIRST_LINE: &str = "mohar/kit/1";

/// Bytes in a line: four groups of eight digits, as many as the eye keeps.
const LINE_BYTES: usize = 16;

/// Bytes of a kit on paper: a key file of 2 KiB as digits, with numbers, checks and remarks.
pub const PAPER_BYTES_MAX: usize = 16 * 1024;

/// Digits that follow from a line, in bytes.
const LINE_CHECK_BYTES: usize = 2;

/// Digits that follow from the whole, in bytes.
const END_CHECK_BYTES: usize = 4;

/// The paper form.
pub fn to_paper(file: &KeyFile) -> String {
    let bytes = file.to_bytes();
    let mut paper = format!("{FIRST_LINE}\nwhat: {}\n", file.what);
    let lines: Vec<&[u8]> = bytes.chunks(LINE_BYTES).collect();
    for (number, line) in (1..).zip(&lines) {
        let groups: Vec<String> = line.chunks(4).map(|group| HEXLOWER.encode(group)).collect();
        paper.push_str(&format!("{number:2}  {:35}  {}\n", groups.join(" "), check_of(number, line)));
    }
    paper.push_str(&format!(
        "end {}  {}\n",
        lines.len(),
        HEXLOWER.encode(&digest(0, &bytes)[..END_CHECK_BYTES])
    ));
    paper
}

/// Reads what was typed from paper: in capitals or small letters, with any spaces, in any sequence of
/// lines.
///
/// # Errors
/// Names the line that is wrong or missing.
pub fn from_paper(text: &str) -> anyhow::Result<KeyFile> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    ensure!(lines.next() == Some(FIRST_LINE), "the first line is not {FIRST_LINE}");
    let what = lines.next().and_then(|line| line.strip_prefix("what: ")).context("there is no `what:`")?;
    let (mut found, mut end) = (Vec::new(), None);
    for line in lines {
        match line.strip_prefix("end ") {
            Some(rest) => end = Some(last_line(rest)?),
            None => found.push(numbered_line(line)?),
        }
    }
    let (count, check) = end.context("the last line, `end`, is missing")?;
    found.sort();
    found.dedup();
    for expected in 1..=count {
        let times = found.iter().filter(|(number, _)| *number == expected).count();
        ensure!(times > 0, "line {expected} is missing");
        ensure!(times < 2, "line {expected} is there twice, with different digits");
    }
    ensure!(found.len() == count, "there are more lines than the last line says");
    let bytes: Vec<u8> = found.into_iter().flat_map(|(_, bytes)| bytes).collect();
    ensure!(digest(0, &bytes)[..END_CHECK_BYTES] == check, "the lines do not belong together");
    KeyFile::from_bytes(what, &bytes)
}

fn numbered_line(line: &str) -> anyhow::Result<(usize, Vec<u8>)> {
    let (number, rest) =
        line.split_once(char::is_whitespace).with_context(|| format!("`{line}` is no line"))?;
    let number: usize = number.parse().ok().with_context(|| format!("`{line}` has no number"))?;
    let digits = digits(rest).with_context(|| format!("line {number}"))?;
    let Some(at) = digits.len().checked_sub(LINE_CHECK_BYTES) else { bail!("line {number} is too short") };
    let (bytes, check) = digits.split_at(at);
    let right = HEXLOWER.encode(check) == check_of(number, bytes);
    ensure!(right && !bytes.is_empty(), "line {number} was not copied right");
    Ok((number, bytes.to_vec()))
}

fn last_line(rest: &str) -> anyhow::Result<(usize, Vec<u8>)> {
    let (count, check) = rest.trim().split_once(char::is_whitespace).context("the last line is too short")?;
    Ok((count.parse().context("the last line has no number")?, digits(check).context("the last line")?))
}

fn digits(text: &str) -> anyhow::Result<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    HEXLOWER.decode(plain.to_lowercase().as_bytes()).context("only 0-9 and a-f, two for each byte")
}

fn check_of(number: usize, bytes: &[u8]) -> String {
    HEXLOWER.encode(&digest(number, bytes)[..LINE_CHECK_BYTES])
}

fn digest(number: usize, bytes: &[u8]) -> [u8; 32] {
    sha256(&[FIRST_LINE.as_bytes(), &[0], &(number as u64).to_be_bytes(), bytes])
}

#[cfg(test)]
mod tests {
    use mohar_protocol::entropy::Entropy;
    use mohar_protocol::keys::SecretKey;
    use mohar_protocol::sealing::SealingSecret;
    use mohar_protocol::sealing::wrap::Algorithm;

    use super::{from_paper, to_paper};
    use crate::keyfile::KeyFile;

    fn kit() -> KeyFile {
        let mut entropy = Entropy::from_seed([3; 32]);
        let key = SecretKey::from_seed(&entropy.bytes32());
        let sealing = SealingSecret::from_seed(Algorithm::XWing, &entropy.bytes32());
        KeyFile::wrap("recovery kit of Depalpur", &key, Some(&sealing), "a long password", &mut entropy)
            .unwrap()
    }

    #[test]
    fn what_was_printed_is_read_again_in_capitals_without_spaces_and_in_any_sequence() {
        let kit = kit();
        let paper = to_paper(&kit);
        assert_eq!(from_paper(&paper).unwrap(), kit);
        let (head, body): (Vec<&str>, Vec<&str>) =
            (paper.lines().take(2).collect(), paper.lines().skip(2).collect());
        let loud = |line: &&str| match line.trim().split_once(' ') {
            Some((number, rest)) if !line.starts_with("end") => {
                format!("{number} {}", rest.replace(' ', "").to_uppercase())
            }
            _ => (*line).to_owned(),
        };
        let typed: Vec<String> =
            head.iter().map(|line| (*line).to_owned()).chain(body.iter().rev().map(loud)).collect();
        assert_eq!(from_paper(&typed.join("\n")).unwrap(), kit);
    }

    #[test]
    fn every_slip_of_one_digit_is_found_in_its_line() {
        let paper = to_paper(&kit());
        for (at, line) in paper.lines().enumerate().filter(|(_, line)| line.starts_with(' ')) {
            let place = line.rfind(|c: char| c.is_ascii_hexdigit()).unwrap() - 6;
            let digit = if line.as_bytes()[place] == b'0' { "1" } else { "0" };
            if line.as_bytes()[place] == b' ' {
                continue;
            }
            let mut wrong: Vec<String> = paper.lines().map(str::to_owned).collect();
            wrong[at].replace_range(place..=place, digit);
            let said = format!("{:#}", from_paper(&wrong.join("\n")).unwrap_err());
            assert!(said.contains(&format!("line {} was not copied right", at - 1)), "{said}");
        }
    }

    #[test]
    fn a_missing_line_a_line_too_much_and_lines_of_another_kit_are_refused() {
        let paper = to_paper(&kit());
        let without = |gone: usize| -> String {
            let kept = paper.lines().enumerate().filter(|(at, _)| *at != gone);
            kept.map(|(_, line)| format!("{line}\n")).collect()
        };
        let said = |text: &str| format!("{:#}", from_paper(text).unwrap_err());
        assert_eq!(said(&without(4)), "line 3 is missing");
        assert_eq!(said(&without(paper.lines().count() - 1)), "the last line, `end`, is missing");
        assert!(said("mohar/kit/1\n").contains("what"));
        let other = to_paper(&other_kit());
        let line = |text: &str| text.lines().nth(7).unwrap().to_owned();
        assert_ne!(line(&other), line(&paper));
        assert_eq!(said(&paper.replace(&line(&paper), &line(&other))), "the lines do not belong together");
    }

    fn other_kit() -> KeyFile {
        let mut entropy = Entropy::from_seed([4; 32]);
        let key = SecretKey::from_seed(&entropy.bytes32());
        let sealing = SealingSecret::from_seed(Algorithm::XWing, &entropy.bytes32());
        KeyFile::wrap("other", &key, Some(&sealing), "a long password", &mut entropy).unwrap()
    }
}
