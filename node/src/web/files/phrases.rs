//! The stock phrases of the note sheet, as offices have written them for a century.

use crate::web::texts::Lang;

/// The phrases of a language.
pub fn phrases(lang: Lang) -> Vec<String> {
    let phrases = match lang {
        Lang::Hi => [
            "आदेशार्थ प्रस्तुत।",
            "अवलोकनार्थ प्रस्तुत।",
            "अनुमोदित।",
            "प्रस्तावानुसार अनुमोदित।",
            "चर्चा करें।",
            "नियमानुसार कार्यवाही करें।",
        ],
        Lang::En => [
            "Submitted for orders.",
            "Submitted for perusal.",
            "Approved.",
            "Approved as proposed.",
            "Please discuss.",
            "Action may be taken as per rules.",
        ],
    };
    phrases.map(str::to_owned).to_vec()
}
