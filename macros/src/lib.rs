//! Objects, mutations and payloads of the schema: each field and each mutation has exactly one rule, written once.
//!
//! The check at the start of the resolver, the directive in the schema, and the sentence in the description all come
//! from that rule. Code without a rule does not compile.
//!
//! # Fields: `#[guarded]`
//!
//! `#[guarded]` makes an impl block a GraphQL object with a field for each method. The methods and their arguments take
//! the `#[graphql(…)]` attributes of the engine's `Object`. Each method has exactly one of these attributes:
//!
//! | attribute | the field is for |
//! |---|---|
//! | `#[requires(INVOICE_READ)]` | viewers who hold the permission at the object's organisation |
//! | `#[requires(PARTNERSHIP_READ at CLIENT, CLIENT_READ at RESELLER)]` | viewers who hold any one of these, each at its side of the object |
//! | `#[finds(INVOICE_READ)]` | signed-in actors. It is a root field that looks up an object; without the permission, the object is not found |
//! | `#[authenticated]` | any signed-in actor |
//! | `#[public]` | anybody who sees the object |
//!
//! `#[flattened]` is used alone on a method. The method returns a part of the object, and the fields of the part become
//! fields of the object. Each has its own rule.
//!
//! A refused field is `null`, with one error at its path. So a field that may be refused must return `Option<T>` or
//! `Result<Option<T>>`; any other type does not compile. The same holds for a field that may fail.
//!
//! `#[guarded(exists(INVOICE_READ))]` says who sees the object at all: viewers who hold one of the named permissions.
//! It implements `crate::access::Exists`.
//!
//! In `requires` and `exists`, `OWN` is one more alternative: the object is the viewer's own in person, for example
//! their membership or an offer to their address. `Guarded::is_own` decides that.
//!
//! A parameter `page: PageArguments` is replaced by the four arguments `first`, `after`, `last` and `before`.
//!
//! # Mutations: `#[mutation]`
//!
//! A mutation is an `async fn` in its own file. Its name in snake case determines the name of the root field, and of
//! the object that holds the field: `update_role` gives `updateRole` and `UpdateRole`. The `mod.rs` of the chapter
//! lists the object in a struct with `#[merged]`.
//!
//! The first parameter is the act. The other parameters are the arguments of the field. The function returns
//! `Result<Payload>` and has exactly one of these attributes:
//!
//! | attribute | the first parameter | may be called by |
//! |---|---|---|
//! | `#[acts(MEMBER_INVITE, on = input.organisation_id)]` | `act: ActOn<'_, Organisation>` | signed-in actors with the permission there |
//! | `#[authenticated]` | `act: Act<'_>` | any signed-in actor |
//! | `#[public]` | `act: Act<'_>` | anybody |
//!
//! In `#[acts(PERMISSION, …, on = expression, unmasked)]`:
//!
//! - **Permissions** come first. Any one of several is enough, each with `at SIDE` if the object has sides. The
//!   function learns from `act.rule()` which one it was.
//! - **`on`** names the object: an expression over the parameters that gives its key, usually its id. The type of the
//!   object is that of the `ActOn`. The macro finds the object and checks the permission before the first line runs.
//! - **`unmasked`** is for acts that must also work while the organisation is suspended or closed. The actor then needs
//!   the permission only as if the organisation were active. It takes exactly one permission.
//!
//! A `UserError` that the function returns goes into `userErrors` of the payload. Any other error makes the field null,
//! with the error at its path. `graphql::act` runs the mutation: read it next.
//!
//! # Payloads: `#[payload]`
//!
//! `#[payload]` is put on the struct that a mutation returns. It adds the field `userErrors`, and makes the struct
//! public in the schema. A refused mutation returns the payload's default with the errors, so each field needs a
//! default.
//!
//! # Other objects: `#[public_object]` and `#[merged]`
//!
//! `#[public_object]` is put on a struct with named fields. They become the fields of an object, for everybody who sees
//! the object that holds it. `#[merged]` is put on a tuple struct of objects. It has all their fields, such as the root
//! fields of a noun.

mod field;
mod mutation;
mod object;
mod rule;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Error, ImplItem, ItemImpl, Meta, parse_quote};

use object::About;

/// One rule for each field of a GraphQL object. See the crate's documentation.
#[proc_macro_attribute]
pub fn guarded(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as ItemImpl);
    expand(arguments.into(), item).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// One mutation: an `async fn` in its own file. See the crate's documentation.
#[proc_macro_attribute]
pub fn mutation(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemFn);
    mutation::mutation(item).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// A struct whose fields are the fields of a GraphQL object, for everybody who sees the object.
#[proc_macro_attribute]
pub fn public_object(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemStruct);
    object::public_object(item).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// An object that has all fields of others: root fields of a noun, or of the schema. It is a struct of those objects.
#[proc_macro_attribute]
pub fn merged(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemStruct);
    object::merged(&item).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// The payload of a mutation, with `user_errors`. See the crate's documentation.
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
    let mut about = About::default();
    let mut exists = Tokens::new();
    if !arguments.is_empty() {
        match syn::parse2(arguments)? {
            Meta::Path(path) if path.is_ident("name_type") => about.is_named_by_type = true,
            Meta::List(list) if list.path.is_ident("exists") => {
                let alternatives = rule::parse_with_own(list.tokens)?;
                about.directives = alternatives.directives();
                let sentence = alternatives.sentence_of_type();
                item.attrs.push(parse_quote!(#[doc = ""]));
                item.attrs.push(parse_quote!(#[doc = #sentence]));
                exists = exists_by(&item, &alternatives);
            }
            other => return Err(Error::new_spanned(other, "expected exists(PERMISSION, …) or name_type")),
        }
    }
    let object = object::object(item, &about)?;
    Ok(quote!(#object #exists))
}

fn exists_by(item: &ItemImpl, alternatives: &rule::Alternatives) -> Tokens {
    let (generics, _, bounds) = item.generics.split_for_impl();
    let own = &item.self_ty;
    let values = alternatives.rules.iter().map(rule::Rule::value);
    let is_for_own = alternatives.own;
    quote! {
        impl #generics crate::access::Exists for #own #bounds {
            const RULES: &'static [crate::access::Rule] = &[#(#values),*];
            const OWN: bool = #is_for_own;
        }
    }
}
