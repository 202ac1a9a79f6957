//! Two nodes of one state: the younger is taken in by file, then both know each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::ceremony::to_file;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::machine::Package;

use crate::support::{State, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_office_taken_in_by_file_is_linked_mirrored_and_known_with_its_directory() {
    let mut state = State::found(21);
    let elder = state.office("mp/gad", Vec::new());
    let elder_runs = elder.start().await;
    let younger = state.office("mp/pwd", vec![elder.peer(&elder_runs)]);
    let younger_runs = younger.start().await;
    // Nobody has told the elder yet: the younger knocks in vain.
    assert!(elder_runs.ledger.links().linked.is_empty());

    let package = Package { charter: Vec::new(), dossiers: vec![younger.dossier.clone()] };
    let import = Request::Import { registry: BASE64.encode(to_file(&package)) };
    assert!(matches!(elder.ask(&import).await, Response::Done { .. }));
    for (runs, other) in [(&elder_runs, &younger), (&younger_runs, &elder)] {
        until("the other is linked", &runs.ledger, || runs.ledger.links().linked.contains_key(&other.id))
            .await;
        until("the other's directory is here", &runs.ledger, || {
            runs.ledger.registry().office(&other.id).is_ok_and(|register| register.directory().is_some())
        })
        .await;
    }
    for (own, runs) in [(&elder, &elder_runs), (&younger, &younger_runs)] {
        let all_held = || {
            let snapshot = runs.ledger.snapshot();
            let records = mohar_protocol::records::Records::new(&snapshot);
            let size = records.log(&own.id).unwrap().unwrap().signed.size();
            let held = records.held(&own.id).unwrap();
            held.by.len() == 2 && held.by.iter().all(|(_, _, held, _)| *held == size)
        };
        until("mirror and witness hold the whole log", &runs.ledger, all_held).await;
        let status = own.status().await;
        assert!(status.others[0].linked, "{status:?}");
        assert_eq!(status.offices[0].cosigners.len(), 2);
        assert!(status.offices[0].cosigners.iter().all(|c| c.size == status.offices[0].log_size));
        // The other's log is mirrored here, so its checkpoint is served here with its cosignatures.
        let other = status.others[0].office;
        let Response::Checkpoint { note, .. } = own.ask(&Request::Checkpoint { office: Some(other) }).await
        else {
            panic!("no checkpoint of the mirrored log")
        };
        assert!(note.contains(&other.to_string()));
        assert!(matches!(own.ask(&Request::Check).await, Response::Done { .. }));
    }

    // The elder comes back on another port and calls the younger where its directory says.
    elder_runs.stop().await;
    until("the loss is seen", &younger_runs.ledger, || {
        younger_runs.ledger.links().lost.contains_key(&elder.id)
    })
    .await;
    let elder_runs = elder.start().await;
    until("both are linked again", &elder_runs.ledger, || {
        elder_runs.ledger.links().linked.contains_key(&younger.id)
    })
    .await;
    elder_runs.stop().await;
    younger_runs.stop().await;
}
