//! The five offices of the demonstration, their posts and the people on them.
//!
//! Names and codes of the offices are real (Local Government Directory, lgdirectory.gov.in, under
//! the Government Open Data License - India); the people are made up from first and last names
//! (joke2k/faker, MIT). This file starts nothing.

/// An office to be founded.
pub struct OfficePlan {
    /// How the demonstration names it: folder, log, `work.toml`.
    pub key: &'static str,
    /// The office above.
    pub parent: Option<&'static str>,
    /// Path in the administrative tree.
    pub path: &'static str,
    /// Code; it begins the numbers of the office's files.
    pub code: &'static str,
    /// Tier, as `mohar office create` takes it.
    pub tier: &'static str,
    /// Name.
    pub name_hi: &'static str,
    /// Name.
    pub name_en: &'static str,
    /// The first administrator.
    pub admin: Person,
    /// Posts besides the administrator's.
    pub posts: &'static [PostPlan],
}

/// A post and its holder.
pub struct PostPlan {
    /// Its identifier within the office.
    pub code: &'static str,
    /// Name.
    pub name_hi: &'static str,
    /// Name.
    pub name_en: &'static str,
    /// Order in lists; lower is higher.
    pub rank: u8,
    /// Who holds it.
    pub holder: Person,
    /// Whether the holder has it besides an own post, named before.
    pub additional: bool,
}

/// A made-up officer.
#[derive(Clone, Copy)]
pub struct Person {
    /// Sign-in name.
    pub login: &'static str,
    /// Name.
    pub name_hi: &'static str,
    /// Name.
    pub name_en: &'static str,
}

/// Offices above stand before those under them.
pub const OFFICES: [OfficePlan; 5] = [
    OfficePlan {
        key: "gad",
        parent: None,
        path: "mp/gad",
        code: "GAD",
        tier: "department",
        name_hi: "सामान्य प्रशासन विभाग",
        name_en: "General Administration Department",
        admin: person("nikhil.garg", "निखिल गर्ग", "Nikhil Garg"),
        posts: &[
            post("principal_secretary", "प्रमुख सचिव", "Principal Secretary", 30, AMITA),
            post("deputy_secretary", "उप सचिव", "Deputy Secretary", 60, PRABHAKAR),
            post("section_officer", "अनुभाग अधिकारी", "Section Officer", 80, SULABHA),
            post("assistant_grade_2", "सहायक ग्रेड-2", "Assistant Grade II", 100, ROHAN),
        ],
    },
    OfficePlan {
        key: "division",
        parent: Some("gad"),
        path: "mp/gad/indore",
        // The directory has no codes for divisions; this one is short and its own.
        code: "INDORE",
        tier: "division",
        name_hi: "संभागायुक्त कार्यालय, इन्दौर",
        name_en: "Office of the Divisional Commissioner, Indore",
        admin: person("ankur.dayal", "अंकुर दयाल", "Ankur Dayal"),
        posts: &[
            post("divisional_commissioner", "संभागायुक्त", "Divisional Commissioner", 30, PRABODH),
            post("superintendent", "अधीक्षक", "Office Superintendent", 100, MALATI),
            post("reader", "प्रवाचक (रीडर)", "Reader", 105, JAYDEV),
            post("dispatch_clerk", "आवक-जावक लिपिक", "Inward/Outward Clerk", 110, PURNIMA),
        ],
    },
    OfficePlan {
        key: "district",
        parent: Some("division"),
        path: "mp/gad/indore/indore",
        code: "410",
        tier: "district",
        name_hi: "कलेक्टर कार्यालय, जिला इन्दौर",
        name_en: "Office of the Collector, District Indore",
        admin: person("aishwarya.dave", "ऐश्वर्या दवे", "Aishwarya Dave"),
        posts: &[
            post("collector", "कलेक्टर एवं जिला दण्डाधिकारी", "Collector and District Magistrate", 40, JYOTSNA),
            post("additional_collector", "अपर कलेक्टर", "Additional Collector", 50, GAUTAM),
            post("sdm", "अनुविभागीय अधिकारी (राजस्व)", "Sub-Divisional Officer (Revenue)", 70, VIVEK),
            post("superintendent_lr", "अधीक्षक भू-अभिलेख", "Superintendent Land Records", 80, SHANTA),
            post("dispatch_clerk", "आवक-जावक लिपिक", "Inward/Outward Clerk", 110, RATAN),
        ],
    },
    OfficePlan {
        key: "depalpur",
        parent: Some("district"),
        path: "mp/gad/indore/indore/depalpur",
        code: "3540",
        tier: "tehsil",
        name_hi: "तहसील कार्यालय, देपालपुर",
        name_en: "Tehsil Office, Depalpur",
        admin: person("pranav.dutta", "प्रणव दत्ता", "Pranav Dutta"),
        posts: &[
            post("tehsildar", "तहसीलदार", "Tehsildar", 80, RACHANA),
            post("naib_tehsildar", "नायब तहसीलदार", "Naib Tehsildar", 90, JITENDRA),
            post("revenue_inspector", "राजस्व निरीक्षक", "Revenue Inspector", 100, KAILASH),
            post("dispatch_clerk", "आवक-जावक लिपिक", "Inward/Outward Clerk", 110, SARLA),
        ],
    },
    OfficePlan {
        key: "mhow",
        parent: Some("district"),
        path: "mp/gad/indore/indore/mhow",
        code: "3544",
        tier: "tehsil",
        name_hi: "तहसील कार्यालय, डॉ. अम्बेडकर नगर (महू)",
        name_en: "Tehsil Office, Dr. Ambedkar Nagar (Mhow)",
        admin: person("yash.mahajan", "यश महाजन", "Yash Mahajan"),
        posts: &[
            post("tehsildar", "तहसीलदार", "Tehsildar", 80, NARAYAN),
            post("naib_tehsildar", "नायब तहसीलदार", "Naib Tehsildar", 90, AVANI),
            also("reader", "प्रवाचक (रीडर)", "Reader", 105, AVANI),
            post("dispatch_clerk", "आवक-जावक लिपिक", "Inward/Outward Clerk", 110, LILA),
        ],
    },
];

const AMITA: Person = person("amita.dixit", "अमिता दीक्षित", "Amita Dixit");
const PRABHAKAR: Person = person("prabhakar.bhandari", "प्रभाकर भंडारी", "Prabhakar Bhandari");
const SULABHA: Person = person("sulabha.kale", "सुलभा काले", "Sulabha Kale");
const ROHAN: Person = person("rohan.chhabra", "रोहन छाबरा", "Rohan Chhabra");
const PRABODH: Person = person("prabodh.acharya", "प्रबोध आचार्य", "Prabodh Acharya");
const MALATI: Person = person("malati.dhingra", "मालती ढींगरा", "Malati Dhingra");
const JAYDEV: Person = person("jaydev.mane", "जयदेव माने", "Jaydev Mane");
const PURNIMA: Person = person("purnima.luthra", "पूर्णिमा लूथरा", "Purnima Luthra");
const JYOTSNA: Person = person("jyotsna.bapat", "ज्योत्सना बापट", "Jyotsna Bapat");
const GAUTAM: Person = person("gautam.kulkarni", "गौतम कुलकर्णी", "Gautam Kulkarni");
const VIVEK: Person = person("vivek.dua", "विवेक दुआ", "Vivek Dua");
const SHANTA: Person = person("shanta.mallik", "शान्ता मल्लिक", "Shanta Mallik");
const RATAN: Person = person("ratan.majumdar", "रतन मजूमदार", "Ratan Majumdar");
const RACHANA: Person = person("rachana.patil", "रचना पाटिल", "Rachana Patil");
const JITENDRA: Person = person("jitendra.dube", "जितेन्द्र दूबे", "Jitendra Dube");
const KAILASH: Person = person("kailash.arora", "कैलाश अरोड़ा", "Kailash Arora");
const SARLA: Person = person("sarla.mandal", "सरला मंडल", "Sarla Mandal");
const NARAYAN: Person = person("narayan.ahluwalia", "नारायण अहलुवालिया", "Narayan Ahluwalia");
const AVANI: Person = person("avani.basu", "अवनी बसु", "Avani Basu");
const LILA: Person = person("lila.agrawal", "लीला अग्रवाल", "Lila Agrawal");

/// An office by its key.
pub fn office(key: &str) -> Option<&'static OfficePlan> {
    OFFICES.iter().find(|office| office.key == key)
}

/// Office and post of `district.collector`.
pub fn place(text: &str) -> Option<(&'static OfficePlan, &'static PostPlan)> {
    let (key, code) = text.split_once('.')?;
    let office = office(key)?;
    Some((office, office.posts.iter().find(|post| post.code == code)?))
}

const fn person(login: &'static str, name_hi: &'static str, name_en: &'static str) -> Person {
    Person { login, name_hi, name_en }
}

const fn post(
    code: &'static str,
    name_hi: &'static str,
    name_en: &'static str,
    rank: u8,
    holder: Person,
) -> PostPlan {
    PostPlan { code, name_hi, name_en, rank, holder, additional: false }
}

const fn also(
    code: &'static str,
    name_hi: &'static str,
    name_en: &'static str,
    rank: u8,
    holder: Person,
) -> PostPlan {
    PostPlan { code, name_hi, name_en, rank, holder, additional: true }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{OFFICES, office, place};

    #[test]
    fn every_office_stands_under_one_named_before_it() {
        for (index, plan) in OFFICES.iter().enumerate() {
            let Some(parent) = plan.parent else {
                assert_eq!(index, 0, "{} has nobody above", plan.key);
                continue;
            };
            let above = OFFICES.iter().take(index).find(|office| office.key == parent).unwrap();
            assert_eq!(plan.path.rsplit_once('/').unwrap().0, above.path, "{}", plan.key);
        }
    }

    #[test]
    fn every_sign_in_name_is_one_person_in_one_office() {
        let mut logins = BTreeSet::new();
        for plan in &OFFICES {
            assert!((3..=5).contains(&plan.posts.len()), "{}", plan.key);
            let own = plan.posts.iter().filter(|post| !post.additional).map(|post| post.holder);
            for person in own.chain([plan.admin]) {
                assert!(logins.insert(person.login), "{} twice", person.login);
                assert!(!person.name_hi.is_ascii() && person.name_en.is_ascii(), "{}", person.login);
            }
        }
    }

    #[test]
    fn districts_and_tehsils_have_codes_of_the_local_government_directory() {
        let codes = ["district", "depalpur", "mhow"].map(|key| office(key).unwrap().code);
        assert_eq!(codes, ["410", "3540", "3544"]);
        assert!(place("district.collector").is_some());
        assert!(place("district.chief").is_none() && place("collector").is_none());
    }
}
