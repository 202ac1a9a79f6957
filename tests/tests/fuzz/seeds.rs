//! The first inputs of every target: from `protocol/vectors`, which are real acts, notes, bundles
//! and ciphertexts, from offices simulated for two minutes, and a few written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use data_encoding::HEXLOWER;
use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::ceremony::{self, OfficeRequest};
use mohar_protocol::codec;
use mohar_protocol::control::Request;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::export::ExportedProof;
use mohar_protocol::log::proof::inclusion_of_leaves;
use mohar_protocol::log::tile::{encode_entries, encode_hashes};
use mohar_protocol::log::tree::{Frontier, leaf_hash};
use mohar_protocol::machine::Package;
use mohar_protocol::matter_text::{Cover, Letter, Note};
use mohar_protocol::records::Records;
use mohar_protocol::sealing::{Kind, SealingPublic, wrap::Algorithm};
use mohar_tests::world::{World, WorldFaults};
use serde_json::Value;

use super::KEPT_BYTES_MAX;

/// Inputs by target.
#[derive(Default)]
struct Seeds(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Seeds {
    fn add(&mut self, target: &'static str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        let kept = self.0.entry(target).or_default();
        if bytes.len() <= KEPT_BYTES_MAX && !kept.contains(&bytes) {
            kept.push(bytes);
        }
    }
}

/// Writes the inputs as `seed-<number>.bin`; findings beside them stay.
pub fn write(corpora: &Path) -> io::Result<()> {
    let mut seeds = Seeds::default();
    of_acts(&mut seeds);
    of_logs(&mut seeds);
    of_sealing(&mut seeds);
    of_files(&mut seeds);
    of_exchange(&mut seeds);
    of_texts(&mut seeds);
    of_office(&mut seeds);
    for (target, inputs) in seeds.0 {
        let folder = corpora.join(target);
        fs::create_dir_all(&folder)?;
        for (number, bytes) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:02}.bin")), bytes)?;
        }
    }
    Ok(())
}

fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/vectors").join(name);
    serde_json::from_slice(&fs::read(path).expect("vectors")).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().expect("text").as_bytes()).expect("hexadecimal")
}

fn base64(value: &Value) -> Vec<u8> {
    BASE64.decode(value.as_str().expect("text")).expect("base64")
}

fn of_acts(seeds: &mut Seeds) {
    let vectors = vectors("act.json");
    for case in list(&vectors["good"]).iter().chain(list(&vectors["altered"])) {
        seeds.add("an_act_reads_back_and_names_one_key", hex(&case["bytes"]));
    }
    for case in list(&vectors["good"]) {
        let act = UnverifiedAct::parse(&hex(&case["bytes"])).expect("a good act");
        let header = act.header();
        let code = header.verb.to_be_bytes();
        seeds.add("a_body_of_any_verb_is_kept_as_it_was_signed", [&code[..], &header.body].concat());
        seeds.add("a_value_has_one_spelling", codec::encode(header));
        seeds.add("an_id_is_64_digits", act.id().to_string());
    }
    let custody = vectors_of_custody();
    for bytes in &custody {
        seeds.add("an_act_reads_back_and_names_one_key", bytes.clone());
    }
    let frontier = Frontier::of_leaves(&[leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")]);
    seeds.add("a_frontier_goes_on_as_it_was", codec::encode(&frontier));
    seeds.add("a_frontier_goes_on_as_it_was", codec::encode(&Frontier::empty()));
}

fn vectors_of_custody() -> Vec<Vec<u8>> {
    list(&vectors("custody.json")["chain"]).iter().map(|case| hex(&case["act"])).collect()
}

fn of_logs(seeds: &mut Seeds) {
    let vectors = vectors("checkpoint.json");
    let notes = list(&vectors["altered"]).iter().map(|case| &case["note"]).chain([&vectors["note"]]);
    for note in notes.map(|note| note.as_str().expect("text")) {
        seeds.add("a_note_is_written_back_as_it_was_read", note);
        seeds.add("a_checkpoint_is_written_back_as_it_was_read", note);
        let text = note.split("\n\n").next().expect("a first part");
        seeds.add("a_cosigned_checkpoint_keeps_its_text", format!("{text}\n"));
        for line in note.lines().filter(|line| line.starts_with('\u{2014}')) {
            seeds.add("a_verifier_key_has_one_spelling", line);
        }
    }
    for key in list(&vectors["cosigners"]).iter().chain([&vectors["log"]]) {
        seeds.add("a_verifier_key_has_one_spelling", key.as_str().expect("text"));
    }
    for path in
        ["tile/0/000", "tile/0/x001/234.p/5", "tile/7/x001/x234/067", "tile/entries/273.p/112", "tile/8/000"]
    {
        seeds.add("a_tile_path_has_one_spelling", path);
    }
    let leaves: Vec<Hash> = (0..5_u8).map(|number| leaf_hash(&[number])).collect();
    let tile = encode_hashes(&leaves).expect("five hashes");
    seeds.add("a_tile_is_written_back_as_it_was_read", [&[4][..], &tile].concat());
    let entries = encode_entries(&[&b"one"[..], b"", b"three"]).expect("three entries");
    seeds.add("a_tile_is_written_back_as_it_was_read", [&[2][..], &entries].concat());
    for (size, index, old) in [(5_u64, 2_u64, 3_u64), (1, 0, 0), (u64::MAX, u64::MAX - 1, 1), (8, 8, 4)] {
        let hashes: Vec<u8> = leaves.iter().flat_map(|hash| hash.0).collect();
        let numbers = [size, index, old].into_iter().flat_map(u64::to_be_bytes).collect::<Vec<u8>>();
        seeds.add("a_proof_holds_for_one_leaf_of_one_tree", [numbers, hashes].concat());
    }
    let note = vectors["note"].as_str().expect("text").as_bytes();
    let checkpoint = SignedCheckpoint::parse(note).expect("the good note");
    let proof = inclusion_of_leaves(&leaves, 2).expect("a leaf");
    for extra in [&b""[..], b"extra"] {
        let exported = ExportedProof {
            extra: extra.to_vec(),
            index: 2,
            proof: proof.clone(),
            checkpoint: checkpoint.clone(),
        };
        seeds.add("an_exported_proof_is_written_back_as_it_was_read", exported.to_string());
    }
}

fn of_sealing(seeds: &mut Seeds) {
    let (vectors, acts) = (vectors("sealing.json"), vectors("act.json"));
    seeds.add("a_wrap_set_is_written_back_and_opens_for_nobody_else", hex(&vectors["wraps"]["set"]));
    seeds.add("a_sealed_content_opens_only_as_it_was_sealed", hex(&vectors["content"]["ciphertext"]));
    seeds.add("a_sealed_content_opens_only_as_it_was_sealed", "टीप");
    seeds.add("a_disclosed_content_is_in_its_one_form", hex(&vectors["content"]["plaintext"]));
    for (length, index) in [(5_u64, 0_u64), (u64::MAX, u64::MAX), (256 * 1024 + 1, 1), (0, 0)] {
        let numbers = [length.to_be_bytes(), index.to_be_bytes()].concat();
        seeds.add("a_chunk_is_taken_only_where_it_belongs", [&numbers[..], b"chunk"].concat());
    }
    seeds.add("a_value_at_rest_opens_only_as_it_was_sealed", hex(&vectors["at_rest"]["sealed"]));
    seeds.add("a_password_envelope_is_bounded", hex(&vectors["password"]["envelope"]));
    seeds.add(
        "a_password_is_one_however_it_was_typed",
        vectors["password"]["password"].as_str().expect("text"),
    );
    for case in list(&acts["good"]) {
        let (key, act) = (hex(&case["public_key"]), hex(&case["bytes"]));
        let signature = &act[act.len() - 64..];
        seeds
            .add("a_signing_key_is_canonical_and_verifies_nothing_by_chance", [&key[..], signature].concat());
    }
    for algorithm in [Algorithm::X25519, Algorithm::XWing] {
        let secret = mohar_protocol::sealing::SealingSecret::from_seed(algorithm, &[5; 32]);
        let public: &SealingPublic = secret.public();
        seeds.add("a_sealing_key_takes_a_wrap_or_is_refused", public.as_bytes());
        seeds.add("a_sealing_key_takes_a_wrap_or_is_refused", codec::encode(public));
    }
    let office =
        ceremony::OfficeSecrets { office: [1; 32], signing: [2; 32], sealing: [3; 32], earlier: Vec::new() };
    let secrets = ceremony::NodeSecrets { transport: [4; 32], storage: [5; 32], offices: vec![office] };
    seeds.add("node_secrets_open_only_as_they_were_sealed", codec::encode(&secrets));
}

fn of_files(seeds: &mut Seeds) {
    let registry = base64(&vectors("registry.json")["package"]);
    let package: Package = ceremony::from_file(&registry).expect("a registry");
    let state = UnverifiedAct::parse(&package.charter[0]).expect("a charter").id().into();
    let office: OfficeId = UnverifiedAct::parse(&package.dossiers[0][0]).expect("an inception").id().into();
    let mut acts = package.dossiers[0].clone();
    acts.remove(1);
    let request = OfficeRequest { state, acts, addresses: vec!["/ip4/10.0.0.1/tcp/4001".to_owned()] };
    seeds.add("an_office_request_is_written_back_as_it_was_read", ceremony::to_file(&request));
    let small = Package { charter: package.charter.clone(), dossiers: vec![package.dossiers[0].clone()] };
    seeds.add("a_registry_is_written_back_and_folds", ceremony::to_file(&small));
    let two = Package { charter: package.charter.clone(), dossiers: package.dossiers[..2].to_vec() };
    seeds.add("a_registry_is_written_back_and_folds", ceremony::to_file(&two));
    let transport = mohar_protocol::keys::SecretKey::from_seed(&[6; 32]).public();
    let peers = vec![ceremony::PeerAddress { transport, addresses: request.addresses.clone() }];
    let invitation = ceremony::Invitation { state, office, package: small.clone(), peers };
    seeds.add("an_invitation_is_written_back_as_it_was_read", ceremony::to_file(&invitation));
    let login = ceremony::Login {
        name: "tehsildar".to_owned(),
        office,
        officer: ActId([7; 32]).into(),
        wrapped: hex(&vectors("sealing.json")["password"]["envelope"]),
    };
    let founding = ceremony::Founding { invitation, login, names: snapshot() };
    seeds.add("a_founding_is_written_back_as_it_was_read", ceremony::to_file(&founding));
    seeds.add("a_directory_snapshot_has_one_spelling", codec::encode(&snapshot()));
    let bundle: mohar_protocol::audit::bundle::Bundle =
        ceremony::from_file(&base64(&vectors("bundle.json")["bundle"])).expect("a bundle");
    let mut shorter = bundle.clone();
    shorter.registry = small.clone();
    seeds.add("a_bundle_is_written_back_and_judged", ceremony::to_file(&shorter));
    shorter.evidence.truncate(1);
    shorter.chain.truncate(5);
    seeds.add("a_bundle_is_written_back_and_judged", ceremony::to_file(&shorter));
    seeds.add("a_log_directory_is_read_and_judged", log_directory(&small));
}

/// A short log under its checkpoint, as the target wants it. The root is wrong on purpose: what
/// adds up is tried by other tests.
fn log_directory(package: &Package) -> Vec<u8> {
    let acts: Vec<&[u8]> = package.dossiers[0].iter().map(|act| &act[..]).collect();
    let entries = encode_entries(&acts).expect("acts are short");
    let note = vectors("checkpoint.json")["note"].as_str().expect("text").to_owned();
    let size = package.dossiers[0].len().to_string();
    let mut lines: Vec<&str> = note.split('\n').collect();
    lines[1] = &size;
    let parts = [lines.join("\n").into_bytes(), ceremony::to_file(package), entries];
    parts.iter().flat_map(|part| [&(part.len() as u32).to_be_bytes()[1..], part].concat()).collect()
}

fn snapshot() -> mohar_protocol::directory::Snapshot {
    use mohar_protocol::directory::{OfficerName, PostName, Snapshot};
    let post = PostName {
        post: ActId([1; 32]).into(),
        rank: 2,
        name_hi: "तहसीलदार".to_owned(),
        name_en: "Tehsildar".to_owned(),
    };
    let officer = OfficerName {
        officer: ActId([2; 32]).into(),
        charges: vec![ActId([3; 32]).into()],
        name_hi: "श्री अ".to_owned(),
        name_en: "Shri A".to_owned(),
    };
    Snapshot {
        addresses: vec!["/ip4/10.0.0.1/tcp/4001".to_owned()],
        posts: vec![post],
        officers: vec![officer],
    }
}

/// What real nodes said to each other.
fn of_exchange(seeds: &mut Seeds) {
    let mut world = World::found(7, 4, WorldFaults::NONE, None);
    world.run(120_000);
    let mut kinds: BTreeMap<u8, usize> = BTreeMap::new();
    let mut frames: Vec<&[u8]> = world.heard().map(|(_, _, frame)| frame).collect();
    frames.sort_by_key(|frame| frame.len());
    for frame in frames {
        let seen = kinds.entry(frame[1]).or_default();
        *seen += 1;
        if *seen <= 3 {
            seeds.add("a_message_is_its_only_frame", frame);
        }
    }
    let records = Records::new(&world.nodes[0].store);
    let office = world.state.offices[0].id;
    let log = records.log(&office).expect("memory").expect("an own log");
    seeds.add("a_value_has_one_spelling", codec::encode(&log));
    let by = || mohar_protocol::control::Credentials {
        login: "admin".to_owned(),
        password: "लंबा पासवर्ड".to_owned(),
    };
    let matter = MatterId([1; 32]);
    for request in [
        Request::Status,
        Request::Registry,
        Request::Check,
        Request::Leaves { office: Some(office), from: 0, max: 10 },
        Request::Checkpoint { office: None },
        Request::Bundle { matter },
        Request::Import { registry: "bW9oYXI=".to_owned() },
        Request::EndCharge { by: by(), login: "a".to_owned(), post: "b".to_owned() },
    ] {
        seeds.add("a_control_request_is_read_or_refused", serde_json::to_vec(&request).expect("text"));
    }
    for answer in [
        r#"{"answer":"done","id":null}"#,
        r#"{"answer":"bytes","base64":"bW9oYXI="}"#,
        r#"{"answer":"refused","code":"act.signature","hindi":"x","english":"y"}"#,
        r#"{"answer":"status","version":"0.1.0","state":"0000000000000000000000000000000000000000000000000000000000000000","up_s":1,"web":"","listen":[],"offices":[],"others":[],"refused_peers":0,"refused_messages":{}}"#,
    ] {
        seeds.add("a_control_answer_is_read_or_refused", answer);
    }
}

fn of_texts(seeds: &mut Seeds) {
    let texts = [
        "सामुदायिक भवन की मरम्मत",
        " एक\r\nदो\tतीन \n\n",
        "क्\u{200d}ष श्रीमान्\u{200c} जी",
        "e\u{301} \u{0958} \u{1e9b}\u{323}",
        "DEP/1/2026\nविषय\nकलेक्टर\n12/क\n01/11/2026",
        "\u{202e}abc",
    ];
    for text in texts {
        seeds.add("a_line_is_in_its_one_form", text);
        seeds.add("several_lines_are_in_their_one_form", text);
        seeds.add("a_typed_note_can_be_read_again", text);
        seeds.add("a_password_is_one_however_it_was_typed", text);
    }
    let cover = Cover {
        number: "DEP/1/2026".to_owned(),
        subject: "सामुदायिक भवन".to_owned(),
        language: "hi".to_owned(),
        ..Cover::default()
    };
    let cover = cover.checked().expect("a cover").to_content().body;
    seeds.add("a_cover_is_read_only_in_its_one_form", cover);
    let letter =
        Letter {
            from: "थाना प्रभारी".to_owned(), received: "2026-11-22".to_owned(), ..Letter::default()
        };
    let dak = Cover {
        number: "आवक 1/2026".to_owned(),
        subject: "धरना".to_owned(),
        language: "hi".to_owned(),
        letter: Some(letter),
        ..Cover::default()
    };
    let dak = dak.checked().expect("a dak").to_content().body;
    seeds.add("a_cover_is_read_only_in_its_one_form", dak);
    let note = Note::of_text("hi", "एक\nदो").expect("a note").to_content(Kind::Note).body;
    seeds.add("a_note_is_read_only_in_its_one_form", note);
    for label in [
        "application/pdf; pages=12; date=2026-11-20",
        "Image/PNG; pages=-3; date=x; q",
        ";;=;pages=99999999999",
    ] {
        seeds.add("a_label_says_the_same_twice", label);
    }
}

fn of_office(seeds: &mut Seeds) {
    seeds.add("settings_are_read_or_refused_with_a_line", mohar_node::config::EXAMPLE);
    let shown = mohar_node::config::EXAMPLE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line));
    seeds.add("settings_are_read_or_refused_with_a_line", shown.collect::<Vec<_>>().join("\n"));
    let papers: [&[u8]; 7] = [
        b"%PDF-1.7\n<< /Type /Pages /Kids [] /Count 12 >>\n<</Type/Page >>\n%%EOF\n",
        &[0xff, 0xd8, 0xff, 0xe0, 1, 0xff, 0xd9],
        b"\x89PNG\r\n\x1a\n....IEND",
        "प्रति,\n\tतहसीलदार".as_bytes(),
        b"<html><script>",
        b"MZ\x90\0",
        b"%PDF-/Count /Count    99999999 %%EOF",
    ];
    for paper in papers {
        seeds.add("an_upload_is_told_by_its_bytes", paper);
    }
    let part =
        |head: &str, body: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let form = [part("name=\"title\"", "पत्र"), part("name=\"paper\"; filename=\"a.pdf\"", "%PDF-1.7 %%EOF")]
        .concat();
    seeds.add("a_form_with_a_paper_is_read_or_refused", format!("{form}--b--\r\n"));
    seeds.add("a_form_with_a_paper_is_read_or_refused", part("name=\"title\"; filename=\"\"", ""));
    let id = "5976b3776e3de50fd2f86f9018ae650f19daccc718f1b348db2e823ec4556bbd";
    for field in [
        id,
        &id[..32],
        &format!("{id}.{id}"),
        "2026-11-22",
        "/desk?tab=sent&page=2",
        "//evil.example",
        "-271821-04-20",
    ] {
        seeds.add("a_field_of_a_form_is_read_or_refused", field);
    }
    for note in ["पृ.34/प और पृ.3/टी देखें, कंडिका 4", "p.34/c, p.3/n and para 4; p.९९/c", "पृष्ठ 1234567/प"]
    {
        seeds.add("a_note_is_shown_as_it_was_written", note);
    }
}
