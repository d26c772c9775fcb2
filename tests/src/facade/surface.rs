//! mobile-bindings/surface.txt: what Kotlin and Swift see, in one text, so that a change of it shows in review.
//!
//! Invariant: it is read from the source that the library is built from: what is exported there, and every type that it names.

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use syn::{Attribute, Fields, FnArg, ImplItem, Item, Pat, ReturnType, Signature, TraitItem, Type};

use super::{Source, arguments, ident, named, parts, public};

const HEAD: &str = "\
# What Kotlin and Swift see of the client: written by `cargo xtask bless` from the source; do not edit. Names are camelCase there;
# ids, hashes and paths are text. `call`: a method of core's client. `= default`: may be left out.
";

/// What lies in mobile-bindings/src, in the order of this list.
const FILES: [&str; 4] = ["client", "calls", "shell", "log"];

/// The file.
pub fn surface(source: &Source) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mobile-bindings/src");
    let (mut text, mut types) = (HEAD.to_owned(), BTreeSet::new());
    for file in FILES {
        let parsed = fs::read_to_string(folder.join(file).with_extension("rs")).unwrap();
        for item in syn::parse_file(&parsed).expect("the source compiles").items {
            own(&mut text, &mut types, &item, if file == "calls" { "call " } else { "" });
        }
    }
    let named: Vec<Type> = types.iter().filter_map(|name| syn::parse_str(name).ok()).collect();
    for name in source.reach(&named) {
        match source.item(&name) {
            Item::Struct(item) => {
                line(&mut text, &format!("\nrecord {name}"));
                fields(&mut text, "  ", &item.fields);
            }
            Item::Enum(item) => enumeration(&mut text, if name == "Fault" { "error" } else { "enum" }, item),
            _ => unreachable!("only structs and enums are kept"),
        }
    }
    text
}

/// An item of the bindings themselves, where it is exported.
fn own(text: &mut String, types: &mut BTreeSet<String>, item: &Item, mark: &str) {
    match item {
        Item::Impl(block) if exported(&block.attrs) => {
            line(text, &format!("\nobject {}", ident(&block.self_ty)));
            for item in &block.items {
                if let ImplItem::Fn(method) = item
                    && public(&method.vis)
                {
                    let mark = if method.sig.receiver().is_some() { mark } else { "constructor " };
                    signature(text, types, mark, &method.sig, &ident(&block.self_ty));
                }
            }
        }
        Item::Trait(block) if exported(&block.attrs) => {
            line(text, &format!("\ntrait {}", block.ident));
            for item in &block.items {
                if let TraitItem::Fn(method) = item {
                    signature(text, types, "", &method.sig, "");
                }
            }
        }
        Item::Fn(function) if exported(&function.attrs) => {
            line(text, "\nfunction");
            signature(text, types, "", &function.sig, "");
        }
        Item::Enum(item) if item.attrs.iter().any(|a| tokens(a).contains("uniffi :: Error")) => {
            enumeration(text, "error", item);
        }
        _ => {}
    }
}

fn signature(text: &mut String, types: &mut BTreeSet<String>, mark: &str, sig: &Signature, own: &str) {
    let mut asked = Vec::new();
    for input in &sig.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(name) = &*argument.pat
        {
            collect(&argument.ty, types);
            asked.push(format!("{}: {}", name.ident, spelled(&argument.ty, own)));
        }
    }
    let answer = match &sig.output {
        ReturnType::Type(_, ty) => {
            collect(ty, types);
            format!(" -> {}", spelled(ty, own))
        }
        ReturnType::Default => String::new(),
    };
    let waits = if sig.asyncness.is_some() { " async" } else { "" };
    line(text, &format!("  {mark}{}({}){answer}{waits}", sig.ident, asked.join(", ")));
}

fn enumeration(text: &mut String, kind: &str, item: &syn::ItemEnum) {
    line(text, &format!("\n{kind} {}", item.ident));
    for variant in &item.variants {
        line(text, &format!("  {}{}", variant.ident, renamed(&variant.attrs)));
        fields(text, "    ", &variant.fields);
    }
}

fn fields(text: &mut String, indent: &str, fields: &Fields) {
    for field in fields {
        let name = field.ident.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let default = field.attrs.iter().any(|a| tokens(a).contains("uniffi (default)"));
        let default = if default { " = default" } else { "" };
        line(text, &format!("{indent}{}{}{default}", name.trim_start_matches("r#"), spelled(&field.ty, "")));
    }
}

/// The types of the core that `ty` names.
fn collect(ty: &Type, types: &mut BTreeSet<String>) {
    const OWN: [&str; 10] =
        ["Self", "Arc", "Client", "Cancel", "Keystore", "EventListener", "Log", "ShellFault", "Result", "Option"];
    if let Type::TraitObject(_) | Type::Tuple(_) = ty {
        return;
    }
    let name = ident(ty);
    if OWN.contains(&name.as_str()) {
        arguments(ty).into_iter().for_each(|ty| collect(ty, types));
    } else {
        named(ty, types);
    }
}

/// A type as it is written, without what is Rust's alone.
fn spelled(ty: &Type, own: &str) -> String {
    match ty {
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => bound.path.segments.last().map(|s| s.ident.to_string()),
            _ => None,
        }),
        Type::Tuple(_) => {
            let parts: Vec<_> = parts(ty).map(|ty| spelled(ty, own)).collect();
            Some(format!("({})", parts.join(", ")))
        }
        _ => match (ident(ty).as_str(), &*arguments(ty)) {
            ("Arc", [inner]) => Some(spelled(inner, own)),
            ("Self", _) => Some(own.to_owned()),
            (name, []) => Some(name.to_owned()),
            (name, inner) => {
                let inner: Vec<_> = inner.iter().map(|ty| spelled(ty, own)).collect();
                Some(format!("{name}<{}>", inner.join(", ")))
            }
        },
    }
    .expect("a type has a name")
}

/// The name that a variant has in the other languages, where it is another.
fn renamed(attributes: &[Attribute]) -> String {
    let named = attributes.iter().map(tokens).find_map(|tokens| Some(tokens.split_once("name = \"")?.1.to_owned()));
    named.and_then(|rest| Some(format!(" = {}", rest.split_once('"')?.0))).unwrap_or_default()
}

fn exported(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().segments.iter().map(|s| s.ident.to_string()).eq(["uniffi", "export"]))
}

/// What stands in an attribute's brackets.
fn tokens(attribute: &Attribute) -> String {
    attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default()
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes all");
}
