//! The code that `#[mutation]` and `#[payload]` generate.

use proc_macro2::TokenStream as Tokens;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Error, Expr, FnArg, ItemFn, ItemStruct, Pat, PathArguments, ReturnType, Type, parse_quote};

use crate::field::{Kind, kind_of};
use crate::object::{About, public_object};

/// The object and root field for one `async fn`; see the crate's documentation.
pub fn mutation(mut steps: ItemFn) -> Result<Tokens, Error> {
    let name = steps.sig.ident.clone();
    let object = format_ident!("{}", camel(&name.to_string(), true), span = name.span());
    let action = camel(&name.to_string(), false);

    let (mut kind, mut documentation) = (None, Vec::<Attribute>::new());
    let mut kept = Vec::new();
    for attribute in steps.attrs.drain(..) {
        if let Some(found) = kind_of(&attribute) {
            if kind.replace(found?).is_some() {
                return Err(Error::new_spanned(&name, MISSING));
            }
        } else if attribute.path().is_ident("doc") {
            documentation.push(attribute);
        } else {
            kept.push(attribute);
        }
    }
    steps.attrs = kept;
    let Some(kind) = kind.filter(|kind| !matches!(kind, Kind::Requires(_) | Kind::Finds(_))) else {
        return Err(Error::new_spanned(&name, MISSING));
    };
    if let Some(sentence) = kind.sentence() {
        documentation.push(parse_quote!(#[doc = ""]));
        documentation.push(parse_quote!(#[doc = #sentence]));
    }

    let parameters = format!("Parameters of {action}.");
    let (mut arguments, mut names) = (Vec::new(), Vec::new());
    for input in steps.sig.inputs.iter_mut().skip(1) {
        let FnArg::Typed(argument) = input else { continue };
        let (plain, written) = match &*argument.pat {
            Pat::Ident(pattern) => (pattern.ident.clone(), &argument.ty),
            // The steps may ignore the input if they only need the object that it names.
            Pat::Wild(_) => (format_ident!("input"), &argument.ty),
            other => return Err(Error::new_spanned(other, "name the argument")),
        };
        names.push(plain.clone());
        let attributes = std::mem::take(&mut argument.attrs);
        let attributes =
            if attributes.is_empty() { vec![parse_quote!(#[graphql(desc = #parameters)])] } else { attributes };
        arguments.push(quote!(#(#attributes)* #plain: #written));
    }
    let payload = payload_of(&steps)?;
    let begin = begin(&kind, &steps)?;
    let directives = kind.directives();
    let about = format!("The root field `{action}`.");
    let block = crate::object::object(
        parse_quote! {
            impl #object {
                #(#documentation)*
                #[graphql(#directives)]
                async fn #name(&self, context: &async_graphql::Context<'_>, #(#arguments),*) -> Option<#payload> {
                    let outcome = async {
                        #begin
                        #name(act, #(#names),*).await
                    };
                    crate::graphql::act::answer(context, outcome.await)
                }
            }
        },
        &About::default(),
    )?;
    Ok(quote! {
        #steps

        #[doc = #about]
        #[derive(Default)]
        pub struct #object;

        #block
    })
}

const MISSING: &str = "a mutation needs exactly one of #[acts(…)], #[authenticated] and #[public]";

/// The code before the steps: it checks whether the actor may call the mutation.
fn begin(kind: &Kind, steps: &ItemFn) -> Result<Tokens, Error> {
    let action = camel(&steps.sig.ident.to_string(), false);
    let begin = quote!(let act = crate::graphql::act::Act::begin(context, #action)?;);
    Ok(match kind {
        Kind::Acts { rules, on, unmasked } => {
            let on: Expr = on.clone().ok_or_else(|| {
                Error::new_spanned(&steps.sig.ident, "say what it acts on: #[acts(PERMISSION, on = input.…_id)]")
            })?;
            let values = rules.iter().map(crate::rule::Rule::value);
            let check = if *unmasked { format_ident!("on_unmasked") } else { format_ident!("on") };
            quote! {
                crate::graphql::guard::authenticated(context)?;
                #begin
                let act = act.#check(&#on, const { &[#(#values),*] }).await?;
            }
        }
        Kind::Authenticated => quote! {
            crate::graphql::guard::authenticated(context)?;
            #begin
        },
        _ => begin,
    })
}

/// The `P` of `-> Result<P>`.
fn payload_of(steps: &ItemFn) -> Result<Type, Error> {
    if let ReturnType::Type(_, written) = &steps.sig.output
        && let Type::Path(path) = &**written
        && let Some(last) = path.path.segments.last()
        && last.ident == "Result"
        && let PathArguments::AngleBracketed(list) = &last.arguments
        && let Some(syn::GenericArgument::Type(payload)) = list.args.first()
    {
        return Ok(payload.clone());
    }
    Err(Error::new_spanned(steps.sig.output.to_token_stream(), "a mutation returns Result<Payload>"))
}

/// A payload with its `userErrors`; see the crate's documentation.
pub fn payload(mut item: ItemStruct) -> Result<Tokens, Error> {
    let name = item.ident.clone();
    let syn::Fields::Named(fields) = &mut item.fields else {
        return Err(Error::new_spanned(&name, "a payload has named fields"));
    };
    fields.named.push(parse_quote! {
        /// What is wrong with the request and how to fix it; empty if it succeeded.
        pub user_errors: Vec<crate::base::error::UserError>
    });
    let object = public_object(item)?;
    Ok(quote! {
        #[derive(Default)]
        #object

        impl crate::graphql::act::Payload for #name {
            fn refused(user_errors: Vec<crate::base::error::UserError>) -> Self {
                Self { user_errors, ..Default::default() }
            }

            fn user_errors(&self) -> &[crate::base::error::UserError] {
                &self.user_errors
            }
        }
    })
}

/// `update_role` → `UpdateRole` or `updateRole`.
pub fn camel(snake: &str, upper: bool) -> String {
    let mut next_is_upper = upper;
    let mut text = String::new();
    for letter in snake.chars() {
        if letter == '_' {
            next_is_upper = true;
        } else if std::mem::take(&mut next_is_upper) {
            text.extend(letter.to_uppercase());
        } else {
            text.push(letter);
        }
    }
    text
}
