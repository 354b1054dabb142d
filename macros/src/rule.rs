//! A rule as written in an attribute: `INVOICE_READ` or `INVOICE_READ at PAYER`.

use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, Token};

/// One permission at one side of the object.
pub struct Rule {
    permission: Ident,
    side: Option<Ident>,
}

impl Parse for Rule {
    fn parse(input: ParseStream<'_>) -> Result<Self, Error> {
        let permission: Ident = input.parse()?;
        let mut side = None;
        if !input.is_empty() && !input.peek(Token![,]) {
            let word: Ident = input.parse()?;
            if word != "at" {
                return Err(Error::new_spanned(word, "expected `at SIDE`"));
            }
            side = Some(input.parse()?);
        }
        Ok(Self { permission, side })
    }
}

/// Reads a list of alternatives; an empty one is an error.
pub fn parse(tokens: Tokens) -> Result<Vec<Rule>, Error> {
    let rules: Vec<Rule> = Punctuated::<Rule, Token![,]>::parse_terminated.parse2(tokens)?.into_iter().collect();
    if rules.is_empty() { Err(empty()) } else { Ok(rules) }
}

fn empty() -> Error {
    Error::new(proc_macro2::Span::call_site(), "name at least one permission")
}

/// Alternatives of which one may be `OWN`.
pub struct Alternatives {
    pub rules: Vec<Rule>,
    /// Whether the person whose own the object is needs none of the permissions.
    pub own: bool,
}

/// Reads alternatives of which one may be `OWN`.
pub fn parse_with_own(tokens: Tokens) -> Result<Alternatives, Error> {
    let all = Punctuated::<Rule, Token![,]>::parse_terminated.parse2(tokens)?;
    let (own, rules): (Vec<Rule>, Vec<Rule>) = all.into_iter().partition(|rule| rule.permission == "OWN");
    if own.is_empty() && rules.is_empty() { Err(empty()) } else { Ok(Alternatives { rules, own: !own.is_empty() }) }
}

impl Alternatives {
    /// The directives in the schema.
    pub fn directives(&self) -> Vec<Tokens> {
        let own = self.own.then(|| quote!(crate::graphql::directive::own::apply()));
        self.rules.iter().map(Rule::directive).chain(own).collect()
    }

    /// "Requires `MEMBER_READ`, unless it is the viewer's own."
    pub fn sentence_of_field(&self) -> String {
        match (self.own, self.rules.is_empty()) {
            (true, true) => "Only for the person whose own it is.".to_owned(),
            (true, false) => format!("{}, unless it is the viewer's own.", phrase("Requires", &self.rules)),
            (false, _) => sentence("Requires", &self.rules),
        }
    }

    /// "Visible only with `MEMBER_READ`, or if it is the viewer's own."
    pub fn sentence_of_type(&self) -> String {
        match (self.own, self.rules.is_empty()) {
            (true, true) => "Visible only to the person whose own it is.".to_owned(),
            (true, false) => {
                format!("{}, or if it is the viewer's own.", phrase("Visible only with", &self.rules))
            }
            (false, _) => sentence("Visible only with", &self.rules),
        }
    }
}

/// The arguments of `#[acts(…)]`.
pub struct Acting {
    pub rules: Vec<Rule>,
    pub on: Option<Expr>,
    pub unmasked: bool,
}

enum Item {
    Rule(Rule),
    On(Box<Expr>),
    Unmasked,
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self, Error> {
        let word: Ident = input.fork().parse()?;
        if word == "on" {
            input.parse::<Ident>()?;
            input.parse::<Token![=]>()?;
            return Ok(Self::On(Box::new(input.parse()?)));
        }
        if word == "unmasked" {
            input.parse::<Ident>()?;
            return Ok(Self::Unmasked);
        }
        input.parse().map(Self::Rule)
    }
}

/// Reads the rules, the expression that names the object, and whether the mutation is unmasked.
pub fn parse_acting(tokens: Tokens) -> Result<Acting, Error> {
    let mut acting = Acting { rules: Vec::new(), on: None, unmasked: false };
    for item in Punctuated::<Item, Token![,]>::parse_terminated.parse2(tokens)? {
        match item {
            Item::Rule(rule) => acting.rules.push(rule),
            Item::On(on) => acting.on = Some(*on),
            Item::Unmasked => acting.unmasked = true,
        }
    }
    if acting.rules.is_empty() {
        return Err(Error::new(proc_macro2::Span::call_site(), "name at least one permission"));
    }
    Ok(acting)
}

/// `INVOICE_READ` → `InvoiceRead`.
fn variant(screaming: &Ident) -> Ident {
    let camel: String = screaming
        .to_string()
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase())
        })
        .collect();
    format_ident!("{camel}", span = screaming.span())
}

impl Rule {
    fn permission(&self) -> Tokens {
        let name = variant(&self.permission);
        quote!(crate::access::Permission::#name)
    }

    /// The value that is passed to the check.
    pub fn value(&self) -> Tokens {
        let permission = self.permission();
        let side = self.side.as_ref().map_or_else(|| format_ident!("Organisation"), variant);
        quote!(crate::access::Rule { permission: #permission, side: crate::access::Side::#side })
    }

    /// The directive in the schema.
    pub fn directive(&self) -> Tokens {
        let permission = self.permission();
        let side = self.side.as_ref().map_or_else(
            || quote!(None),
            |side| {
                let name = variant(side);
                quote!(Some(crate::access::Side::#name))
            },
        );
        quote!(crate::graphql::directive::requires::apply(#permission, #side))
    }

    fn text(&self) -> String {
        let name = &self.permission;
        match &self.side {
            Some(side) => format!("`{name}` at the {}", side.to_string().to_lowercase()),
            None => format!("`{name}`"),
        }
    }
}

/// "Requires `INVOICE_READ` or `INVOICE_READ` at the payer."
pub fn sentence(opening: &str, rules: &[Rule]) -> String {
    format!("{}.", phrase(opening, rules))
}

fn phrase(opening: &str, rules: &[Rule]) -> String {
    let names: Vec<String> = rules.iter().map(Rule::text).collect();
    format!("{opening} {}", names.join(" or "))
}
