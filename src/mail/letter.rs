//! The content of a mail, written once and shown as plain text and as HTML.

use uuid::Uuid;

use crate::base::locale::Locale;

/// What a mail carries the PDF of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached {
    /// An invoice.
    Invoice(Uuid),
    /// A credit note.
    CreditNote(Uuid),
}

/// The subject and the parts of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// What it carries the PDF of, if anything.
    pub attached: Option<Attached>,
}

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A link.
    Link {
        /// The text of the link.
        label: String,
        /// The address of the link.
        url: String,
    },
}

impl Letter {
    /// A letter with a subject and no parts.
    pub fn about(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), parts: Vec::new(), attached: None }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Adds a link on its own line.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        self.parts.push(Part::Link { label: label.into(), url: url.into() });
        self
    }

    /// Attaches the PDF of a document.
    #[must_use]
    pub const fn carrying(mut self, attached: Option<Attached>) -> Self {
        self.attached = attached;
        self
    }

    /// As plain text.
    pub fn text(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Link { label, url } => format!("{label}:\n{url}"),
        });
        parts.collect::<Vec<_>>().join("\n\n") + "\n"
    }

    /// As an HTML page that loads nothing from other servers.
    pub fn html(&self, locale: Locale) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => format!("<p>{}</p>\n", escaped(text)),
            Part::Link { label, url } => format!("<p><a href=\"{}\">{}</a></p>\n", escaped(url), escaped(label)),
        });
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font-family: sans-serif; line-height: 1.5; max-width: 36em\">\n{}</body>\n</html>\n",
            locale.tag(),
            escaped(&self.subject),
            parts.collect::<String>()
        )
    }
}

/// The text as it stands in HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_text_and_html_and_no_text_becomes_markup() {
        let letter = Letter::about("A & B").say("<b>One</b>").link("Go \"on\"", "https://x.example/?a=1&b=2");
        assert_eq!(letter.text(), "<b>One</b>\n\nGo \"on\":\nhttps://x.example/?a=1&b=2\n");
        let html = letter.html(Locale::Sv);
        assert!(html.contains("<html lang=\"sv\">") && html.contains("<title>A &amp; B</title>"), "{html}");
        assert!(html.contains("<p>&lt;b&gt;One&lt;/b&gt;</p>"), "{html}");
        let link = "<a href=\"https://x.example/?a=1&amp;b=2\">Go &quot;on&quot;</a>";
        assert!(html.contains(link), "{html}");
    }
}
