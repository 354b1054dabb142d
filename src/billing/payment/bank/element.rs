//! XML within limits: pieces of a stream, and the elements of one entry as a small tree.
//!
//! Only elements that `entry` asks for are kept. Entities cannot be defined, so a short file cannot become a long one.

use std::io::{self, BufRead, Read};

use quick_xml::NsReader;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::{Fault, Limits};

/// The names that count, in order. All other elements are skipped with what is in them.
const KNOWN: [&str; 46] = [
    "Acct",
    "AcctSvcrRef",
    "AddtlNtryInf",
    "AddtlRmtInf",
    "AddtlTxInf",
    "Amt",
    "AmtDtls",
    "BkToCstmrDbtCdtNtfctn",
    "BkToCstmrStmt",
    "BookgDt",
    "Cd",
    "CdtDbtInd",
    "Cdtr",
    "CdtrAcct",
    "CdtrRefInf",
    "Dbtr",
    "DbtrAcct",
    "Document",
    "Dt",
    "DtTm",
    "EndToEndId",
    "IBAN",
    "Id",
    "Nm",
    "Ntfctn",
    "Ntry",
    "NtryDtls",
    "Othr",
    "Prtry",
    "Pty",
    "Ref",
    "Refs",
    "RltdPties",
    "RmtInf",
    "Rsn",
    "RtrInf",
    "RvslInd",
    "Stmt",
    "Strd",
    "Sts",
    "TxAmt",
    "TxDtls",
    "UltmtCdtr",
    "UltmtDbtr",
    "Ustrd",
    "ValDt",
];

/// A text without the control characters that XML forbids and databases refuse.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// A piece of the stream.
#[derive(Debug)]
pub enum Piece {
    /// An element begins. The name is empty if it does not count.
    Start {
        /// Its name without prefix.
        name: &'static str,
        /// Its attribute Ccy.
        currency: Option<String>,
    },
    /// Text inside an element.
    Text(String),
    /// An element ends.
    End,
    /// The file ends.
    Eof,
}

/// An element of an entry.
#[derive(Debug, Default)]
pub struct Element {
    name: &'static str,
    text: String,
    currency: Option<String>,
    children: Vec<Element>,
}

impl Element {
    /// The children with a name.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at the path of names.
    pub fn find(&self, path: &[&'static str]) -> Option<&Self> {
        match path {
            [] => Some(self),
            [first, rest @ ..] => self.all(first).find_map(|child| child.find(rest)),
        }
    }

    /// The text without white space around it. None if it is empty.
    pub fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// The text of the first element at the path that has one.
    pub fn text_at(&self, path: &[&'static str]) -> Option<&str> {
        self.find(path).and_then(Self::text)
    }

    /// The attribute Ccy.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref().map(str::trim).filter(|code| !code.is_empty())
    }
}

/// A source that counts lines, and ends with an error after its limit.
struct Counted<R> {
    source: R,
    lines: u64,
    left: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.source.fill_buf()?;
        if available.len() as u64 > self.left {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "limit"));
        }
        Ok(available)
    }

    fn consume(&mut self, count: usize) {
        if let Ok(available) = self.source.fill_buf() {
            let lines = available.iter().take(count).filter(|byte| **byte == b'\n').count();
            self.lines += lines as u64;
        }
        self.left = self.left.saturating_sub(count as u64);
        self.source.consume(count);
    }
}

/// A file of the bank as a stream of pieces.
pub struct Xml<R> {
    reader: NsReader<Counted<R>>,
    buffer: Vec<u8>,
    limits: Limits,
    namespace: String,
    depth: usize,
    has_root: bool,
    elements: usize,
}

impl<R: BufRead> Xml<R> {
    pub fn new(source: R, limits: Limits) -> Self {
        let mut reader = NsReader::from_reader(Counted { source, lines: 0, left: limits.bytes });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), limits, namespace: String::new(), depth: 0, has_root: false, elements: 0 }
    }

    /// The line that was reached, from 1.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().lines + 1
    }

    /// How many elements are open. For an element that begins, it counts itself.
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// The namespace of the root.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Reads to the begin of the root.
    pub fn root(&mut self) -> Result<(), Fault> {
        loop {
            match self.next()? {
                Piece::Start { name: "Document", .. } => return Ok(()),
                Piece::Text(_) => {}
                Piece::Start { .. } | Piece::End | Piece::Eof => {
                    return Err(Fault::NotAStatement(self.namespace.clone()));
                }
            }
        }
    }

    /// The next piece.
    pub fn next(&mut self) -> Result<Piece, Fault> {
        loop {
            self.buffer.clear();
            let (namespace, event) =
                self.reader.read_resolved_event_into(&mut self.buffer).map_err(|error| fault(&error, self.limits))?;
            let piece = match event {
                Event::Start(start) => {
                    if self.depth == 0 {
                        if self.has_root {
                            return Err(Fault::NotXml("there is more than one root".to_owned()));
                        }
                        self.has_root = true;
                        if let ResolveResult::Bound(Namespace(bound)) = namespace {
                            bound.clone_into(&mut self.namespace);
                        }
                    }
                    self.depth += 1;
                    if self.depth > self.limits.depth {
                        return Err(Fault::TooDeep(self.limits.depth));
                    }
                    let is_ours =
                        matches!(namespace, ResolveResult::Bound(Namespace(bound)) if bound == self.namespace);
                    begin(&start, is_ours)?
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Piece::End
                }
                Event::Text(text) => Piece::Text(printable(&text.xml10_content())),
                Event::CData(text) => Piece::Text(printable(&text.xml10_content())),
                Event::GeneralRef(reference) => Piece::Text(character(&reference, reference.resolve_char_ref())?),
                Event::DocType(_) => return Err(Fault::DocumentType),
                Event::Eof if self.depth > 0 => return Err(Fault::NotXml("the file ends too early".to_owned())),
                Event::Eof => Piece::Eof,
                Event::Decl(declaration) => {
                    let is_utf8 = declaration.encoding().is_none_or(|encoding| {
                        encoding.is_ok_and(|name| {
                            ["UTF-8", "US-ASCII"].iter().any(|known| name.eq_ignore_ascii_case(known))
                        })
                    });
                    if !is_utf8 {
                        return Err(Fault::NotXml("the encoding is not UTF-8".to_owned()));
                    }
                    continue;
                }
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => continue,
            };
            if self.depth == 0 && matches!(&piece, Piece::Text(text) if !text.trim().is_empty()) {
                return Err(Fault::NotXml("text stands outside the root".to_owned()));
            }
            return Ok(piece);
        }
    }

    /// Reads to the end of the element that has begun.
    pub fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// The rest of the element that has begun, as a tree.
    pub fn element(&mut self, name: &'static str, currency: Option<String>) -> Result<Element, Fault> {
        self.elements = 0;
        self.rest(name, currency)
    }

    fn rest(&mut self, name: &'static str, currency: Option<String>) -> Result<Element, Fault> {
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(Fault::TooManyElements(self.limits.elements));
        }
        let mut element = Element { name, currency, ..Element::default() };
        loop {
            match self.next()? {
                Piece::Start { name: "", .. } => self.skip()?,
                // The limit of depth ends the recursion.
                Piece::Start { name, currency } => {
                    let child = self.rest(name, currency)?;
                    element.children.push(child);
                }
                Piece::Text(text) if element.text.is_empty() => element.text = text,
                Piece::Text(text) => element.text.push_str(&text),
                Piece::End | Piece::Eof => {
                    if !element.children.is_empty() {
                        element.text = String::new();
                    }
                    return Ok(element);
                }
            }
        }
    }
}

fn begin(start: &BytesStart<'_>, is_ours: bool) -> Result<Piece, Fault> {
    let local = start.local_name();
    let place = KNOWN.binary_search(&local.as_ref()).ok().filter(|_| is_ours);
    let attribute = start.try_get_attribute("Ccy").map_err(|error| Fault::NotXml(error.to_string()))?;
    Ok(Piece::Start {
        name: place.map_or("", |place| KNOWN[place]),
        currency: attribute.map(|found| found.value.into_owned()),
    })
}

/// The text of a reference: a character by its number, or one of the five entities that XML defines.
fn character(name: &str, by_number: Result<Option<char>, XmlError>) -> Result<String, Fault> {
    let unknown = || Fault::UnknownEntity(name.to_owned());
    if let Some(letter) = by_number.map_err(|_| unknown())? {
        return Ok(letter.to_string());
    }
    let text = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return Err(unknown()),
    };
    Ok(text.to_owned())
}

fn fault(error: &XmlError, limits: Limits) -> Fault {
    match error {
        XmlError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Fault::TooLong(limits.bytes),
        XmlError::Io(error) => Fault::Unreadable(error.to_string()),
        other => Fault::NotXml(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::KNOWN;

    #[test]
    fn names_are_in_order_so_that_they_are_found() {
        assert!(KNOWN.is_sorted());
    }
}
