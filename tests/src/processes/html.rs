//! Just enough HTML to do what a browser does with our own pages: find forms, their hidden fields,
//! and links. Not a parser: the pages are ours, and a page that changes its shape fails loudly.

/// A form of a page, ready to be filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it is sent to.
    pub action: String,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

/// A link.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// What it says, without tags.
    pub text: String,
}

impl Form {
    /// The form of a page that is sent to `action`, with its hidden fields.
    ///
    /// # Errors
    /// When the page has none, in words.
    pub fn find(page: &str, action: &str) -> Result<Self, String> {
        let opening = format!("action=\"{action}\"");
        let form = page
            .split("<form")
            .skip(1)
            .map(|rest| rest.split("</form>").next().unwrap_or(rest))
            .find(|form| form.split('>').next().is_some_and(|tag| tag.contains(&opening)))
            .ok_or_else(|| format!("no form for {action} on the page: {}", text_of(page)))?;
        let hidden = form.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or(rest));
        let fields = hidden
            .filter(|tag| tag.contains("type=\"hidden\""))
            .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())));
        Ok(Self { action: action.to_owned(), fields: fields.collect() })
    }

    /// With a field filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// As `application/x-www-form-urlencoded`.
    pub fn urlencoded(&self) -> String {
        let pairs = self.fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// The links of a page.
pub fn links(page: &str) -> Vec<Link> {
    let anchors = page.split("<a ").skip(1).filter_map(|rest| rest.split_once('>'));
    let links = anchors.filter_map(|(tag, rest)| {
        let text = text_of(rest.split("</a>").next().unwrap_or(rest));
        Some(Link { href: attribute(tag, "href")?, text })
    });
    links.collect()
}

/// What lies between the first `before` and the next `after`.
pub fn between<'a>(page: &'a str, before: &str, after: &str) -> Option<&'a str> {
    page.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

/// The words of a piece of a page, without tags, blanks made one.
pub fn text_of(html: &str) -> String {
    let mut text = String::new();
    for (at, piece) in html.split('<').enumerate() {
        let words = if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, words)| words) };
        text.push_str(words);
        text.push(' ');
    }
    plain(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Percent-encodes everything but letters and digits.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = between(tag, &format!("{name}=\""), "\"")?;
    Some(plain(value))
}

/// The characters that the pages escape.
fn plain(text: &str) -> String {
    let pairs = [("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")];
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    let all = pairs.into_iter().chain(named);
    all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::{Form, links, text_of};

    #[test]
    fn a_form_is_found_by_its_address_with_its_hidden_fields() {
        let page = r#"<form action="/a"><input type="hidden" name="op" value="1"></form>
            <form method="post" action="/b"><input type="hidden" name="op" value="a&#38;b"><input name="q" value="x"></form>"#;
        let form = Form::find(page, "/b").unwrap().with("text", "क ख");
        assert_eq!(form.get("op"), "a&b");
        assert_eq!(form.get("q"), "");
        assert!(form.urlencoded().ends_with("text=%E0%A4%95%20%E0%A4%96"));
        assert!(Form::find(page, "/c").is_err());
    }

    #[test]
    fn links_say_what_they_say_without_tags() {
        let found = links(r#"<li><a class="x" href="/y?a=1&amp;b=2"><b><bdi>One</bdi></b>, two</a></li>"#);
        assert_eq!((found[0].href.as_str(), found[0].text.as_str()), ("/y?a=1&b=2", "One , two"));
        assert_eq!(text_of("a<br>b &lt;"), "a b <");
    }
}
