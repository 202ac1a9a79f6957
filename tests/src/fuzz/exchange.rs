//! What nodes and commands say to each other.

use mohar_protocol::control::{Request, Response};
use mohar_protocol::limits::FRAME_BYTES_MAX;
use mohar_protocol::message::{HEIGHTS_MAX, Message};

/// A message has one frame, and its lists are bounded.
pub fn a_message_is_its_only_frame(bytes: &[u8]) {
    let Ok(message) = Message::from_frame(bytes) else { return };
    assert!(bytes.len() <= FRAME_BYTES_MAX);
    assert_eq!(message.to_frame(), bytes);
    match message {
        Message::Hello { offices, .. } => assert!(offices.len() <= HEIGHTS_MAX),
        Message::DossierHeights { heights } => assert!(heights.len() <= HEIGHTS_MAX),
        Message::Track { heights } => assert!(heights.len() <= HEIGHTS_MAX),
        _ => {}
    }
}

/// A request is read or refused; what is read says the same after another trip.
pub fn a_control_request_is_read_or_refused(bytes: &[u8]) {
    let Ok(request) = serde_json::from_slice::<Request>(bytes) else { return };
    let line = serde_json::to_vec(&request).expect("a request is text");
    assert!(!line.contains(&b'\n'), "a request is one line");
    let again: Request = serde_json::from_slice(&line).expect("a request that was written");
    assert_eq!(serde_json::to_vec(&again).expect("a request is text"), line);
    let shown = format!("{request:?}");
    if let Request::EndCharge { by, .. } = &request
        && by.password.len() > 24
    {
        assert!(!shown.contains(&by.password), "a password was printed");
    }
}

/// An answer is read or refused; what is read says the same after another trip.
pub fn a_control_answer_is_read_or_refused(bytes: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Response>(bytes) else { return };
    let line = serde_json::to_vec(&answer).expect("an answer is text");
    let again: Response = serde_json::from_slice(&line).expect("an answer that was written");
    assert_eq!(serde_json::to_vec(&again).expect("an answer is text"), line);
}
