//! What `#[guarded]` does to one method.

use proc_macro2::TokenStream as Tokens;
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Error, Expr, FnArg, GenericArgument, Ident, ImplItemFn, Pat, PathArguments, PathSegment, ReturnType,
    Type, parse_quote,
};

use crate::rule::{self, Alternatives, Rule};

/// The attribute on the field.
pub enum Kind {
    Requires(Alternatives),
    Finds(Vec<Rule>),
    Acts {
        rules: Vec<Rule>,
        /// The expression that names the object.
        on: Option<Expr>,
        /// Whether the actor needs the permission only as if the organisation were active.
        unmasked: bool,
    },
    Authenticated,
    Public,
}

pub fn kind_of(attribute: &Attribute) -> Option<Result<Kind, Error>> {
    let rules = |attribute: &Attribute| attribute.meta.require_list().and_then(|list| rule::parse(list.tokens.clone()));
    match attribute.path().get_ident()?.to_string().as_str() {
        "requires" => Some(
            attribute
                .meta
                .require_list()
                .and_then(|list| rule::parse_with_own(list.tokens.clone()))
                .map(Kind::Requires),
        ),
        "finds" => Some(rules(attribute).map(Kind::Finds)),
        "acts" => Some(attribute.meta.require_list().and_then(|list| {
            let rule::Acting { rules, on, unmasked } = rule::parse_acting(list.tokens.clone())?;
            Ok(Kind::Acts { rules, on, unmasked })
        })),
        "authenticated" => Some(Ok(Kind::Authenticated)),
        "public" => Some(Ok(Kind::Public)),
        _ => None,
    }
}

impl Kind {
    pub fn directives(&self) -> Tokens {
        match self {
            Self::Requires(alternatives) => {
                let directives = alternatives.directives();
                quote!(#(directive = #directives,)*)
            }
            Self::Finds(rules) | Self::Acts { rules, .. } => {
                let directives = rules.iter().map(Rule::directive);
                quote!(#(directive = #directives,)*)
            }
            Self::Authenticated => quote!(directive = crate::graphql::directive::authenticated::apply(),),
            Self::Public => quote!(directive = crate::graphql::directive::public::apply(),),
        }
    }

    pub fn sentence(&self) -> Option<String> {
        match self {
            Self::Requires(alternatives) => Some(alternatives.sentence_of_field()),
            Self::Finds(rules) => Some(rule::sentence("Requires a signed-in actor. Not found without", rules)),
            Self::Acts { rules, .. } => Some(rule::sentence("Requires a signed-in actor with", rules)),
            Self::Authenticated => Some("Requires a signed-in actor.".to_owned()),
            Self::Public => None,
        }
    }

    fn check(&self, context: &Ident) -> Option<Tokens> {
        match self {
            Self::Requires(Alternatives { rules, own }) => {
                let values = rules.iter().map(Rule::value);
                let check = if *own { quote!(check_unless_own) } else { quote!(check) };
                Some(quote!(crate::access::#check(self, const { &[#(#values),*] })))
            }
            Self::Authenticated | Self::Finds(_) => Some(quote!(crate::graphql::guard::authenticated(#context))),
            // A mutation has its own check.
            Self::Acts { .. } | Self::Public => None,
        }
    }
}

/// Rewrites the method; see the crate's documentation.
pub fn rewrite(function: &mut ImplItemFn) -> Result<(), Error> {
    if let [attribute] = function.attrs.as_slice()
        && attribute.path().is_ident("flattened")
    {
        // The fields of the part have their own rules.
        function.attrs = vec![parse_quote!(#[graphql(flatten)])];
        return Ok(());
    }
    let mut kinds = Vec::new();
    let mut graphql = Tokens::new();
    let mut others = Vec::new();
    for attribute in function.attrs.drain(..) {
        if let Some(kind) = kind_of(&attribute) {
            kinds.push(kind?);
        } else if attribute.path().is_ident("graphql") {
            // The engine reads only the first `graphql` attribute, so all of them are merged into one.
            let present = &attribute.meta.require_list()?.tokens;
            graphql.extend(quote!(#present,));
        } else {
            others.push(attribute);
        }
    }
    let [kind @ (Kind::Requires(_) | Kind::Finds(_) | Kind::Authenticated | Kind::Public)] = kinds.as_slice() else {
        return Err(Error::new_spanned(
            &function.sig.ident,
            "a field needs exactly one of #[requires(…)], #[finds(…)], #[authenticated] and #[public]",
        ));
    };
    graphql.extend(kind.directives());
    if let Some(sentence) = kind.sentence() {
        others.push(parse_quote!(#[doc = ""]));
        others.push(parse_quote!(#[doc = #sentence]));
    }
    others.push(parse_quote!(#[graphql(#graphql)]));
    function.attrs = others;

    spread_page(function);
    let outcome = Outcome::of(&function.sig.output);
    let optional = matches!(outcome, Outcome::Option | Outcome::ResultOption { .. });
    let may_fail = matches!(outcome, Outcome::Result) || kind.check(&format_ident!("unused")).is_some();
    if !optional && may_fail {
        return Err(Error::new_spanned(
            &function.sig.output,
            "a field that may be refused or fail is nullable: return Option<T> or Result<Option<T>>",
        ));
    }
    if optional {
        let context = context_of(function);
        let body = &function.block;
        let check = kind.check(&context).map(
            |check| quote!(if let Err(refusal) = #check { crate::graphql::guard::report(#context, refusal); return None; }),
        );
        if let Outcome::ResultOption { written, inner } = &outcome {
            let run = if function.sig.asyncness.is_some() {
                quote!((async move #body).await)
            } else {
                quote!((move || #body)())
            };
            let block = quote!({
                #check
                let outcome: #written = #run;
                match outcome {
                    Ok(value) => value,
                    Err(error) => { crate::graphql::guard::report(#context, error); None }
                }
            });
            function.sig.output = parse_quote!(-> Option<#inner>);
            function.block = parse_quote!(#block);
        } else {
            let statements = &body.stmts;
            let block = quote!({ #check #(#statements)* });
            function.block = parse_quote!(#block);
        }
    }
    Ok(())
}

/// Replaces a parameter `page: PageArguments` by the four arguments of a connection. The page also reads the other
/// arguments of its field, because cursors belong to them.
fn spread_page(function: &mut ImplItemFn) {
    let (mut inputs, mut pages) = (Vec::new(), Vec::new());
    for input in std::mem::take(&mut function.sig.inputs) {
        let page = match &input {
            FnArg::Typed(argument) if last_segment(&argument.ty).is_some_and(|last| last.ident == "PageArguments") => {
                Some((argument.pat.clone(), argument.ty.clone()))
            }
            _ => None,
        };
        let Some((name, written)) = page else {
            inputs.push(input);
            continue;
        };
        inputs.extend([
            parse_quote!(#[graphql(desc = "How many items from the start: 1 to 100, 20 if nothing is given.")] first: Option<i32>),
            parse_quote!(#[graphql(desc = "With `first`: the items after this cursor.")] after: Option<String>),
            parse_quote!(#[graphql(desc = "How many items from the end: 1 to 100.")] last: Option<i32>),
            parse_quote!(#[graphql(desc = "With `last`: the items before this cursor.")] before: Option<String>),
        ] as [FnArg; 4]);
        pages.push((name, written));
    }
    function.sig.inputs = inputs.into_iter().collect();
    for (name, written) in pages {
        let context = context_of(function);
        let read = parse_quote!(let #name = #written::new(first, after, last, before)?.of_field(#context)?;);
        function.block.stmts.insert(0, read);
    }
}

/// The name of the context argument, which is added if it is missing.
fn context_of(function: &mut ImplItemFn) -> Ident {
    for input in &function.sig.inputs {
        if let FnArg::Typed(argument) = input
            && argument.ty.to_token_stream().to_string().contains("Context")
            && let Pat::Ident(name) = &*argument.pat
        {
            return name.ident.clone();
        }
    }
    let name = format_ident!("guard_context");
    function.sig.inputs.insert(1, parse_quote!(#name: &async_graphql::Context<'_>));
    name
}

/// The result types that are treated differently.
enum Outcome {
    Option,
    /// `Result<Option<T>>` as written, and its `T`.
    ResultOption {
        written: Box<Type>,
        inner: Box<Type>,
    },
    Result,
    Other,
}

impl Outcome {
    fn of(output: &ReturnType) -> Self {
        let ReturnType::Type(_, written) = output else { return Self::Other };
        match last_segment(written) {
            Some(segment) if segment.ident == "Option" => Self::Option,
            Some(segment) if segment.ident == "Result" => match argument(segment).and_then(last_segment) {
                Some(inner) if inner.ident == "Option" => argument(inner).map_or(Self::Result, |value| {
                    Self::ResultOption { written: written.clone(), inner: value.clone().into() }
                }),
                _ => Self::Result,
            },
            _ => Self::Other,
        }
    }
}

fn last_segment(written: &Type) -> Option<&PathSegment> {
    if let Type::Path(path) = written { path.path.segments.last() } else { None }
}

fn argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|one| if let GenericArgument::Type(value) = one { Some(value) } else { None })
}
