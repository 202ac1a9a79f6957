//! The control socket: what office IT can ask, and what is refused.

use mohar_protocol::act::body::ChargeKind;
use mohar_protocol::ceremony::{from_file, to_file};
use mohar_protocol::control::{Credentials, Request, Response};
use mohar_protocol::machine::Package;

use crate::support::{ADMIN, PASSWORD, State, ask, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_a_post_an_officer_and_a_charge_and_ends_it() {
    let office = State::found(11).office("mp/gad", Vec::new());
    let running = office.start().await;
    done(office.ask(&add_post("tehsildar")).await);
    done(office.ask(&add_officer("vikram")).await);
    let charge = Request::GiveCharge {
        by: admin(),
        login: "vikram".into(),
        post: "tehsildar".into(),
        kind: ChargeKind::Full,
    };
    done(office.ask(&charge).await);
    let registry = running.ledger.registry();
    let register = registry.office(&office.id).unwrap();
    assert_eq!(register.charges().count(), 2);
    let names = mohar_node::ledger::names::own(&running.ledger, &office.id).unwrap();
    assert_eq!((names.posts.len(), names.officers.len()), (2, 2));
    assert_eq!(names.officers[1].charges.len(), 1);
    let published = register.directory().unwrap().1;
    let snapshot = running.ledger.snapshot();
    let bytes = mohar_protocol::records::Records::new(&snapshot).content_bytes(&published.root).unwrap();
    assert_eq!(bytes.unwrap(), mohar_protocol::codec::encode(&names), "what is published is what is kept");

    let end = Request::EndCharge { by: admin(), login: "vikram".into(), post: "tehsildar".into() };
    done(office.ask(&end).await);
    assert_eq!(refused(office.ask(&end).await), "authority.charge_unknown");
    assert_eq!(running.ledger.registry().office(&office.id).unwrap().charges().count(), 1);
    done(office.ask(&Request::Check).await);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_whose_publication_a_crash_prevented_are_published_at_the_next_start() {
    use mohar_protocol::codec::encode;
    let office = State::found(17).office("mp/gad", Vec::new());
    let running = office.start().await;
    done(office.ask(&add_officer("vikram")).await);
    let mut names = mohar_node::ledger::names::own(&running.ledger, &office.id).unwrap();
    names.officers[1].name_en = "Vikram after the crash".to_owned();
    let row = (mohar_node::store::tables::NAMES, office.id.0.to_vec(), Some(encode(&names)));
    running.ledger.write(vec![row]).await.unwrap();
    running.stop().await;

    let running = office.start().await;
    until("the names are published", &running.ledger, || {
        let registry = running.ledger.registry();
        let (_, published) = registry.office(&office.id).unwrap().directory().unwrap();
        // The addresses differ with every start of a test; they may be published before or after.
        let kept = mohar_node::ledger::names::own(&running.ledger, &office.id).unwrap();
        let wanted = mohar_protocol::sealing::content::clear_reference(&encode(&kept)).unwrap();
        kept.officers == names.officers && published == wanted
    })
    .await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_change_of_the_register_leaves_no_sign_in_and_no_name_behind() {
    let office = State::found(18).office("mp/gad", Vec::new());
    let running = office.start().await;
    let names = || mohar_node::ledger::names::own(&running.ledger, &office.id).unwrap();
    let before = names();
    let actor = mohar_protocol::machine::Actor { office: office.id, charge: None, key: office.admin.clone() };
    let change = mohar_protocol::act::body::AddPost { code: "x".into(), admin: false };
    let request = mohar_protocol::machine::Request::Register {
        actor,
        change: mohar_protocol::act::Body::AddPost(change),
    };
    let changed = mohar_node::ledger::names::change_with(&running.ledger, office.id, request, |_, names| {
        names.posts.clear();
        Vec::new()
    });
    assert!(changed.await.is_err(), "an administrator's key is not the operating key");
    assert_eq!(names(), before);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_for_one_more_office_leave_the_node_sealed_and_a_taken_sign_in_name_is_refused() {
    use base64::Engine as _;
    let office = State::found(19).office("mp/gad", Vec::new());
    let running = office.start().await;
    let taken = Request::HostKeys { login: ADMIN.into() };
    assert_eq!(refused(office.ask(&taken).await), "name.taken");
    let answer = office.ask(&Request::HostKeys { login: "asha.hatod".into() }).await;
    let Response::HostKeys { sealed, incarnate } = answer else { panic!("{answer:?}") };
    let [sealed, incarnate] =
        [sealed, incarnate].map(|text| base64::engine::general_purpose::STANDARD.decode(text).unwrap());
    let named: mohar_protocol::act::body::Incarnate =
        mohar_protocol::codec::decode(&incarnate, 16_384).unwrap();
    assert_eq!(named.transport, office.keys.transport.public());
    let keys = mohar_protocol::ceremony::HostedKeys::open(running.keyring.storage(), &sealed).unwrap();
    assert_eq!(keys.incarnate(named.transport), named);
    assert_eq!(office.status().await.transport, data_encoding::HEXLOWER.encode(&named.transport.to_bytes()));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_may_not_do_is_refused_with_its_code() {
    let office = State::found(12).office("mp/gad", Vec::new());
    let running = office.start().await;
    done(office.ask(&add_officer("vikram")).await);
    assert_eq!(refused(office.ask(&add_officer("vikram")).await), "name.taken");
    assert_eq!(refused(office.ask(&add_post("administrator")).await), "custody.already_done");
    assert_eq!(refused(office.ask(&add_post(" ")).await), "input.empty");
    assert_eq!(refused(office.ask(&add_post(&"p".repeat(200))).await), "input.too_long");
    assert_eq!(refused(office.ask(&add_post("a\u{7}b")).await), "input.invisible");
    let with = |login: &str, password: &str| {
        let by = Credentials { login: login.into(), password: password.into() };
        Request::EndCharge { by, login: ADMIN.into(), post: "administrator".into() }
    };
    assert_eq!(refused(office.ask(&with(ADMIN, "wrong password")).await), "sign_in.failed");
    assert_eq!(refused(office.ask(&with("nobody", PASSWORD)).await), "sign_in.failed");
    assert_eq!(refused(office.ask(&with("vikram", "twelve chairs")).await), "authority.not_admin");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_and_the_checkpoint_can_be_taken_away() {
    let mut state = State::found(13);
    state.office("mp/pwd", Vec::new());
    let office = state.office("mp/gad", Vec::new());
    let running = office.start().await;
    let Response::Bytes { base64 } = office.ask(&Request::Registry).await else { panic!() };
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(&base64).unwrap();
    let package: Package = from_file(&bytes).unwrap();
    assert_eq!(package.charter, state.package.charter);
    assert_eq!(package.dossiers.len(), 2);
    let known = Package { dossiers: vec![office.dossier.clone()], ..package };
    let known = base64::engine::general_purpose::STANDARD.encode(to_file(&known));
    assert_eq!(refused(office.ask(&Request::Import { registry: known }).await), "custody.already_done");
    let checkpoint = office.ask(&Request::Checkpoint { office: Some(office.id) }).await;
    assert!(matches!(checkpoint, Response::Checkpoint { note, .. } if note.starts_with("mohar/")));
    let status = office.status().await;
    assert_eq!((status.offices.len(), status.others.len()), (1, 1));
    assert_eq!(status.offices[0].path, "mp/gad");
    assert_eq!(status.web, format!("http://{}", running.web));
    assert!(!status.others[0].linked && status.others[0].since_ms.is_none());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_no_requests_are_answered_and_never_end_the_node() {
    let office = State::found(14).office("mp/gad", Vec::new());
    let running = office.start().await;
    let lines = [
        "",
        "{",
        "null",
        "[1,2]",
        "{\"ask\":\"checkpoint\",\"extra\":1}",
        "{\"ask\":\"burn\"}",
        "{\"ask\":\"leaves\",\"office\":\"zz\",\"from\":0,\"max\":1}",
        "{\"ask\":\"import\",\"registry\":\"%%%\"}",
        "{\"ask\":\"import\",\"registry\":\"bW9oYXI=\"}",
        "\u{0}\u{1}",
    ];
    for line in lines {
        assert!(matches!(ask(office.data.path(), line).await, Response::Failed { .. }), "{line:?}");
    }
    let unknown = format!("{{\"ask\":\"checkpoint\",\"office\":\"{}\"}}", "0f".repeat(32));
    assert_eq!(refused(ask(office.data.path(), &unknown).await), "authority.office_unknown");
    let nothing = Request::Leaves { office: None, from: u64::MAX, max: usize::MAX };
    assert!(matches!(office.ask(&nothing).await, Response::Leaves { leaves, .. } if leaves.is_empty()));
    assert_eq!(office.status().await.offices.len(), 1);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_is_for_its_user_only_and_a_second_node_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let office = State::found(15).office("mp/gad", Vec::new());
    let running = office.start().await;
    let socket = mohar_node::run::control_path(office.data.path());
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let second = mohar_node::run::start(office.config()).await.err().unwrap();
    assert!(format!("{second:#}").contains("another node"), "{second:#}");
    running.stop().await;
}

fn admin() -> Credentials {
    Credentials { login: ADMIN.into(), password: PASSWORD.into() }
}

fn add_post(code: &str) -> Request {
    Request::AddPost {
        by: admin(),
        code: code.into(),
        name_hi: "तहसीलदार".into(),
        name_en: "Tehsildar".into(),
        rank: 3,
        admin: false,
    }
}

fn add_officer(login: &str) -> Request {
    Request::AddOfficer {
        by: admin(),
        login: login.into(),
        password: "twelve chairs".into(),
        name_hi: "विक्रम".into(),
        name_en: "Vikram".into(),
    }
}

fn done(response: Response) {
    assert!(matches!(response, Response::Done { .. }), "{response:?}");
}

fn refused(response: Response) -> String {
    match response {
        Response::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}
