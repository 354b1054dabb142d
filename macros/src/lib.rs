//! `#[guarded]`: one rule per field of a GraphQL object, written once.
//!
//! Above `#[Object]`, each method carries exactly one of
//!
//! - `#[requires(INVOICE_READ)]`, `#[requires(PARTNERSHIP_READ at CLIENT, CLIENT_READ at RESELLER)]`: any one of the
//!   named permissions, tested on the object itself;
//! - `#[finds(INVOICE_READ)]`: a root field that looks up an object for a signed-in actor; without the permission,
//!   it does not exist;
//! - `#[acts(MEMBER_INVITE, on = input.organisation_id)]`: a mutation that looks up the object that it acts on, and
//!   requires the permission there;
//! - `#[authenticated]`: any signed-in actor;
//! - `#[public]`: nothing beyond seeing the object it belongs to;
//! - `#[flattened]`, alone: not a field, but a part of the object whose fields appear among those of the object.
//!
//! From that attribute come the check at the start of the resolver, the directive in the schema and a sentence in the
//! description. A refused field is `null` with one error at its path, so a field with `#[requires]` or
//! `#[authenticated]` must be nullable; anything else does not compile. A parameter `page: PageArguments` stands for
//! `first`, `after`, `last` and `before`. `#[guarded(exists(…))]` says who sees the
//! object at all.

mod field;
mod mutation;
mod rule;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Error, ImplItem, ItemImpl, Meta, parse_quote};

/// See the crate's documentation.
#[proc_macro_attribute]
pub fn guarded(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as ItemImpl);
    expand(arguments.into(), item).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// One mutation: an `async fn` in a file of its own. See the crate's documentation.
#[proc_macro_attribute]
pub fn mutation(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemFn);
    mutation::mutation(item).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// What a mutation answers, with `user_errors`. See the crate's documentation.
#[proc_macro_attribute]
pub fn payload(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemStruct);
    mutation::payload(item).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(arguments: Tokens, mut item: ItemImpl) -> Result<Tokens, Error> {
    let mut failures: Option<Error> = None;
    for member in &mut item.items {
        if let ImplItem::Fn(function) = member
            && let Err(error) = field::rewrite(function)
        {
            match &mut failures {
                Some(all) => all.combine(error),
                None => failures = Some(error),
            }
        }
    }
    if let Some(error) = failures {
        return Err(error);
    }
    if arguments.is_empty() {
        return Ok(quote!(#item));
    }
    let list: syn::MetaList = syn::parse2(arguments)?;
    if !list.path.is_ident("exists") {
        return Err(Error::new_spanned(list, "expected exists(PERMISSION, …)"));
    }
    let rules = rule::parse(list.tokens.clone())?;
    let directives = rules.iter().map(rule::Rule::directive);
    add_to_object(&mut item.attrs, quote!(#(directive = #directives),*))?;
    let sentence = rule::sentence("Visible only with", &rules);
    item.attrs.push(parse_quote!(#[doc = ""]));
    item.attrs.push(parse_quote!(#[doc = #sentence]));
    let (generics, _, bounds) = item.generics.split_for_impl();
    let own = &item.self_ty;
    let values = rules.iter().map(rule::Rule::value);
    Ok(quote! {
        #item
        impl #generics crate::access::Exists for #own #bounds {
            const RULES: &'static [crate::access::Rule] = &[#(#values),*];
        }
    })
}

/// Appends arguments to the `#[Object]` attribute below us.
fn add_to_object(attributes: &mut [Attribute], extra: Tokens) -> Result<(), Error> {
    for attribute in attributes {
        if attribute.path().segments.last().is_some_and(|segment| segment.ident == "Object") {
            let path = attribute.path().clone();
            let present = match &attribute.meta {
                Meta::List(list) => list.tokens.clone(),
                _ => Tokens::new(),
            };
            *attribute = if present.is_empty() {
                parse_quote!(#[#path(#extra)])
            } else {
                parse_quote!(#[#path(#present, #extra)])
            };
            return Ok(());
        }
    }
    Err(Error::new(proc_macro2::Span::call_site(), "put #[guarded] above #[Object]"))
}
