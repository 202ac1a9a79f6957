//! What the demonstration prints when it is ready: where to sign in, as whom, and what to try.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::federation::{OFFICES, Person};
use super::folder::{Folder, Marker};
use super::nodes::Nodes;

/// Everything a person or a browser test needs.
#[derive(Serialize)]
pub struct Table {
    /// The state's id.
    pub state: String,
    /// The password of every sign-in.
    pub password: String,
    /// The command.
    pub mohar: String,
    /// The daemon.
    pub daemon: String,
    /// The folder of the demonstration.
    pub folder: String,
    /// The offices.
    pub offices: Vec<Row>,
}

/// An office.
#[derive(Serialize)]
pub struct Row {
    key: &'static str,
    path: &'static str,
    name_hi: &'static str,
    name_en: &'static str,
    url: String,
    p2p: String,
    pid: Option<u32>,
    data: String,
    log: String,
    officers: Vec<Officer>,
}

/// A sign-in and a post.
#[derive(Serialize)]
struct Officer {
    login: &'static str,
    name_hi: &'static str,
    name_en: &'static str,
    /// Identifier of the post; `office-administrator` is the first one of every office.
    post: &'static str,
    post_hi: &'static str,
    post_en: &'static str,
    additional: bool,
}

impl Table {
    /// Gathers it.
    pub fn of(folder: &Folder, marker: &Marker, nodes: &Nodes, mohar: &Path) -> Self {
        let rows = OFFICES.iter().map(|plan| {
            let ports = marker.ports(plan.key);
            let admin =
                officer(&plan.admin, "office-administrator", "कार्यालय प्रशासक", "Office administrator");
            let posts = plan.posts.iter().map(|post| Officer {
                additional: post.additional,
                ..officer(&post.holder, post.code, post.name_hi, post.name_en)
            });
            Row {
                key: plan.key,
                path: plan.path,
                name_hi: plan.name_hi,
                name_en: plan.name_en,
                url: format!("http://127.0.0.1:{}/", ports.web),
                p2p: format!("/ip4/127.0.0.1/tcp/{}", ports.p2p),
                pid: nodes.pid(plan.key),
                data: folder.office(plan.key).display().to_string(),
                log: folder.log(plan.key).display().to_string(),
                officers: posts.chain([admin]).collect(),
            }
        });
        Self {
            state: marker.state.clone(),
            password: marker.password.clone(),
            mohar: mohar.display().to_string(),
            daemon: nodes.daemon().display().to_string(),
            folder: folder.root().display().to_string(),
            offices: rows.collect(),
        }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        for row in &self.offices {
            let pid = row.pid.map(|pid| pid.to_string()).unwrap_or_default();
            writeln!(out, "\n{} | {}\n  {}   process {pid}", row.name_hi, row.name_en, row.url)?;
            for one in &row.officers {
                let also = if one.additional { " (अतिरिक्त / additional)" } else { "" };
                writeln!(out, "    {:<20} {} | {}{also}", one.login, one.post_hi, one.post_en)?;
            }
        }
        writeln!(out, "\nपासवर्ड, सबके लिए / password, for everyone: {}\n", self.password)?;
        self.write_hints(out)
    }

    fn write_hints(&self, out: &mut String) -> std::fmt::Result {
        let row = |key: &str| self.offices.iter().find(|row| row.key == key);
        let (Some(tehsil), Some(district)) = (row("depalpur"), row("district")) else { return Ok(()) };
        let (mohar, data, copy) =
            (quoted(&self.mohar), quoted(&district.data), format!("{}/district-log", self.folder));
        let (pid, url, at) = (district.pid.unwrap_or_default(), &tehsil.url, &district.url);
        writeln!(out, "करके देखें / What to try")?;
        writeln!(out, "1. {url} पर rachana.patil (तहसीलदार) से लॉग इन करें, नस्ती खोलें, टीप लिखें, कलेक्टर को भेजें;")?;
        writeln!(out, "   {at} पर jyotsna.bapat (कलेक्टर) की मेज पर उसे आते देखें।")?;
        writeln!(
            out,
            "   Sign in as the tehsildar, open a file, write a note, send it to the Collector; watch it arrive."
        )?;
        writeln!(out, "2. जिले को अचानक बंद करें: तहसील काम करती रहती है, भेजी गई नस्ती रुकी रहती है; फिर चालू करें।")?;
        writeln!(
            out,
            "   Kill the district: the tehsil works on and what it sends waits. Start it again: it arrives."
        )?;
        writeln!(out, "     kill -9 {pid}")?;
        writeln!(out, "     {} --data {data} 2>> {}", quoted(&self.daemon), quoted(&district.log))?;
        writeln!(out, "3. प्रशासक एवं जाँचकर्ता के लिए / For administrators and auditors")?;
        writeln!(out, "     {mohar} status --data {data}")?;
        writeln!(out, "     {mohar} log --data {data}")?;
        writeln!(out, "     {mohar} log export --data {data} --out {}", quoted(&copy))?;
        writeln!(out, "     {mohar} verify {} --state {}", quoted(&copy), self.state)?;
        writeln!(out, "\nबंद करने के लिए Ctrl-C; काम सुरक्षित रहता है। Ctrl-C stops all offices; the work stays.")
    }
}

/// How to start an office by hand.
pub fn start_by_hand(folder: &Folder, nodes: &Nodes, key: &str) -> String {
    let data = folder.office(key).display().to_string();
    let (daemon, log) = (nodes.daemon().display().to_string(), folder.log(key).display().to_string());
    format!("{} --data {} 2>> {}", quoted(&daemon), quoted(&data), quoted(&log))
}

fn officer(person: &Person, post: &'static str, post_hi: &'static str, post_en: &'static str) -> Officer {
    let Person { login, name_hi, name_en } = *person;
    Officer { login, name_hi, name_en, post, post_hi, post_en, additional: false }
}

/// A path that a shell takes as one word.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_with_a_blank_can_be_pasted() {
        assert_eq!(super::quoted("/a/b-1.x"), "/a/b-1.x");
        assert_eq!(super::quoted("/a b/it's"), r"'/a b/it'\''s'");
    }
}
