//! The traits by which an impl block, or a struct of such objects, becomes a GraphQL object.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{
    Attribute, Error, Expr, ExprLit, Generics, ImplItem, ImplItemFn, ItemImpl, ItemStruct, Lit, LitStr, Meta,
    ReturnType, Token, Type, parse_quote,
};

/// What is said of the type besides its fields.
#[derive(Default)]
pub struct About {
    /// The directives of the type.
    pub directives: Vec<Tokens>,
    /// Whether the name of the type comes from its `TypeName`.
    pub is_named_by_type: bool,
}

/// The impl block as a GraphQL object. Its documentation becomes the description.
pub fn object(mut item: ItemImpl, about: &About) -> Result<Tokens, Error> {
    let mut names = Vec::new();
    let mut at_hand = Vec::new();
    let mut parts = Vec::new();
    for member in &item.items {
        let ImplItem::Fn(function) = member else { continue };
        match field_of(function) {
            Field::Named(name) => {
                if function.sig.asyncness.is_none() {
                    at_hand.push(name.clone());
                }
                names.push(name);
            }
            Field::Part(part) => parts.push(part),
        }
    }
    let now = if at_hand.is_empty() {
        quote!(None)
    } else {
        quote! {
            match context.item.node.name.node.as_str() {
                #(#at_hand)|* => futures_util::FutureExt::now_or_never(
                    async_graphql::ComplexObject::resolve_field(self, context)
                ),
                _ => None,
            }
        }
    };
    let has = quote!(matches!(name, #(#names)|*) #(|| <#parts as crate::graphql::object::Fields>::has(name))*);
    let traits = traits(&item.attrs, &item.generics, &item.self_ty, about, &Code { has, now })?;
    item.attrs.push(parse_quote!(#[async_graphql::ComplexObject]));
    Ok(quote! { #item #traits })
}

/// The struct as a GraphQL object that has all fields of its parts.
pub fn merged(item: &ItemStruct) -> Result<Tokens, Error> {
    let own = &item.ident;
    let parts: Vec<&Type> = item.fields.iter().map(|field| &field.ty).collect();
    let places = (0..parts.len()).map(syn::Index::from);
    let has = quote!(false #(|| <#parts as crate::graphql::object::Fields>::has(name))*);
    let written = parse_quote!(#own);
    let code = Code { has, now: quote!(None) };
    let traits = traits(&item.attrs, &item.generics, &written, &About::default(), &code)?;
    Ok(quote! {
        #[derive(Default)]
        #item

        impl async_graphql::ComplexObject for #own {
            fn fields(
                registry: &mut async_graphql::registry::Registry,
            ) -> Vec<(String, async_graphql::registry::MetaField)> {
                let mut fields = Vec::new();
                #(fields.extend(<#parts as async_graphql::ComplexObject>::fields(registry));)*
                fields
            }

            async fn resolve_field(
                &self,
                context: &async_graphql::Context<'_>,
            ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                let name = context.item.node.name.node.as_str();
                #(if <#parts as crate::graphql::object::Fields>::has(name) {
                    return crate::graphql::object::Fields::field(&self.#places, context).await;
                })*
                Ok(None)
            }
        }

        #traits
    })
}

/// The struct as a GraphQL object with a field for each of its own, for everybody who sees the object.
pub fn public_object(mut item: ItemStruct) -> Result<Tokens, Error> {
    let own = item.ident.clone();
    let syn::Fields::Named(fields) = &mut item.fields else {
        return Err(Error::new_spanned(&own, "a public object has named fields"));
    };
    let methods = fields.named.iter_mut().map(|field| {
        let (name, written, attributes) = (field.ident.clone(), field.ty.clone(), field.attrs.clone());
        field.attrs.retain(|attribute| !attribute.path().is_ident("graphql"));
        quote! {
            #(#attributes)*
            fn #name(&self) -> &#written {
                &self.#name
            }
        }
    });
    let methods: Vec<Tokens> = methods.collect();
    let documentation = item.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let block = parse_quote! {
        #(#documentation)*
        #[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)]
        impl #own {
            #(#methods)*
        }
    };
    let directives = vec![quote!(crate::graphql::directive::public::apply())];
    let object = object(block, &About { directives, ..About::default() })?;
    Ok(quote! { #item #object })
}

/// The two methods of `Fields` that differ.
struct Code {
    has: Tokens,
    now: Tokens,
}

fn traits(
    attributes: &[Attribute],
    generics: &Generics,
    own: &Type,
    about: &About,
    Code { has, now }: &Code,
) -> Result<Tokens, Error> {
    let (generics, _, bounds) = generics.split_for_impl();
    let name = if about.is_named_by_type {
        quote!(<Self as async_graphql::TypeName>::type_name())
    } else {
        let Some(name) = plain_name(own) else {
            return Err(Error::new_spanned(own, "an object is a type with a plain name"));
        };
        quote!(std::borrow::Cow::Borrowed(#name))
    };
    let description = description(attributes);
    let directives = &about.directives;
    Ok(quote! {
        impl #generics crate::graphql::object::Fields for #own #bounds {
            fn type_name(&self) -> std::borrow::Cow<'static, str> {
                #name
            }

            fn has(name: &str) -> bool {
                #has
            }

            fn now(
                &self,
                context: &async_graphql::Context<'_>,
            ) -> Option<async_graphql::ServerResult<Option<async_graphql::Value>>> {
                #now
            }

            fn field<'a>(&'a self, context: &'a async_graphql::Context<'a>) -> crate::graphql::object::Resolved<'a> {
                Box::pin(async_graphql::ComplexObject::resolve_field(self, context))
            }

            fn later<'a>(
                &'a self,
                context: &'a async_graphql::ContextSelectionSet<'a>,
                field: &'a async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> crate::graphql::object::Resolved<'a> {
                Box::pin(async move {
                    async_graphql::ComplexObject::resolve_field(self, &context.with_field(field)).await
                })
            }
        }

        impl #generics async_graphql::ContainerType for #own #bounds {
            async fn resolve_field(
                &self,
                context: &async_graphql::Context<'_>,
            ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                crate::graphql::object::Fields::field(self, context).await
            }
        }

        impl #generics async_graphql::OutputType for #own #bounds {
            fn type_name() -> std::borrow::Cow<'static, str> {
                #name
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                // The engine compiles its code anew for each type of this argument, so it is a plain pointer.
                let describe: fn(&mut async_graphql::registry::Registry) -> async_graphql::registry::MetaType = |registry| {
                    crate::graphql::object::describe(
                        &<Self as async_graphql::OutputType>::type_name(),
                        std::any::type_name::<Self>(),
                        #description,
                        vec![#(#directives),*],
                        <Self as async_graphql::ComplexObject>::fields(registry),
                    )
                };
                registry.create_output_type::<Self, _>(async_graphql::registry::MetaTypeId::Object, describe)
            }

            async fn resolve(
                &self,
                context: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                crate::graphql::object::resolve(context, self).await
            }
        }

        impl #generics async_graphql::ObjectType for #own #bounds {}
    })
}

fn plain_name(written: &Type) -> Option<String> {
    let Type::Path(path) = written else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}

/// The documentation as one text.
fn description(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What a method gives.
enum Field {
    Named(String),
    /// An object of this type, whose fields become fields of this one.
    Part(Type),
}

fn field_of(function: &ImplItemFn) -> Field {
    let mut name = crate::mutation::camel(function.sig.ident.to_string().trim_start_matches("r#"), false);
    let mut is_part = false;
    for attribute in function.attrs.iter().filter(|attribute| attribute.path().is_ident("graphql")) {
        // The engine reads the attribute too, and reports what is wrong with it.
        let _ = attribute.parse_nested_meta(|nested| {
            if nested.path.is_ident("flatten") {
                is_part = true;
            } else if nested.path.is_ident("name") {
                name = nested.value()?.parse::<LitStr>()?.value();
            } else if nested.input.peek(Token![=]) {
                nested.value()?.parse::<Expr>()?;
            }
            Ok(())
        });
    }
    match &function.sig.output {
        ReturnType::Type(_, part) if is_part => Field::Part((**part).clone()),
        _ => Field::Named(name),
    }
}
