//! The client's calls as others see them, written from the source of the client itself: docs/client.md for people and
//! scripts, frontend/src/generated/client.ts for the desktop's page.
//!
//! What a call does and what its fields mean is said once, in the docs of `Client`'s methods and of their types; here it
//! is read from there. Invariants: the calls are the public methods of `Client`; a type that nobody can look up is a panic.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use plumbline_core::call::CALLS;
use syn::{
    Attribute, Expr, Fields, FnArg, GenericArgument, ImplItem, Item, Lit, Meta, Pat, PathArguments, ReturnType, Type,
    Visibility,
};

pub mod document;
pub mod mobile;
pub mod permissions;
pub mod surface;
pub mod typescript;

/// Types that are plain JSON: how they are written, in words and in TypeScript.
const PLAIN: &[(&str, &str, &str)] = &[
    ("String", "text", "string"),
    ("PathBuf", "text, a path", "string"),
    ("bool", "true or false", "boolean"),
    ("i64", "whole number", "number"),
    ("u64", "whole number", "number"),
    ("u32", "whole number", "number"),
    ("Uuid", "text, a UUID", "string"),
    ("RecordId", "text, an id", "string"),
    ("Hash", "text, 64 hex digits", "string"),
    ("OrganisationId", "text, 64 hex digits", "string"),
    ("DeviceId", "text, 64 hex digits", "string"),
];

/// What the source says.
pub struct Source {
    /// Public methods of `Client`.
    methods: BTreeMap<String, Method>,
    /// Public types by name, of those that are written as JSON or read from it.
    types: BTreeMap<String, Item>,
    /// The module of each.
    homes: BTreeMap<String, String>,
}

/// A public method of `Client`.
struct Method {
    /// Whether it is awaited.
    awaited: bool,
    /// What it calls that which it asks for.
    argument: String,
    /// What it says of itself.
    said: String,
    /// What it asks for.
    request: Option<Type>,
    /// What it answers.
    answer: Option<Type>,
}

impl Source {
    /// Reads the source of this workspace.
    ///
    /// # Panics
    /// Where the calls are not the methods of `Client`.
    pub fn read() -> Source {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut source = Source { methods: BTreeMap::new(), types: BTreeMap::new(), homes: BTreeMap::new() };
        source.take_folder(&root.join("core/src"), "plumbline_core");
        source.take_file(&root.join("protocol/src/fault.rs"), "plumbline_protocol");
        let called: BTreeSet<&str> = CALLS.iter().copied().collect();
        let methods: BTreeSet<&str> = source.methods.keys().map(String::as_str).collect();
        assert_eq!(called, methods, "core/src/call.rs lists the methods of Client");
        source
    }

    fn take_folder(&mut self, folder: &Path, module: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let module = format!("{module}::{}", path.file_stem().unwrap().to_string_lossy());
            if path.is_dir() {
                self.take_folder(&path, &module);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.take_file(&path, &module);
            }
        }
    }

    fn take_file(&mut self, file: &Path, module: &str) {
        let parsed = syn::parse_file(&fs::read_to_string(file).unwrap()).expect("the source compiles");
        parsed.items.into_iter().for_each(|item| self.take(item, module));
    }

    fn take(&mut self, item: Item, module: &str) {
        let name = match &item {
            Item::Struct(s) if public(&s.vis) && crosses(&s.attrs) => s.ident.to_string(),
            Item::Enum(e) if public(&e.vis) && crosses(&e.attrs) => e.ident.to_string(),
            Item::Impl(block) if block.trait_.is_none() && ident(&block.self_ty) == "Client" => {
                for item in &block.items {
                    if let ImplItem::Fn(method) = item
                        && public(&method.vis)
                        && method.sig.receiver().is_some()
                    {
                        self.methods.insert(method.sig.ident.to_string(), Method::of(method));
                    }
                }
                return;
            }
            _ => return,
        };
        self.homes.insert(name.clone(), module.to_owned());
        assert!(self.types.insert(name.clone(), item).is_none(), "two public types {name} in core/src");
    }

    fn item(&self, name: &str) -> &Item {
        self.types.get(name).unwrap_or_else(|| panic!("no public type {name} in core/src that is read or written"))
    }

    /// The calls in their order.
    fn calls(&self) -> impl Iterator<Item = (&'static str, &Method)> {
        CALLS.iter().map(|name| (*name, &self.methods[*name]))
    }

    /// The types that `first` names, and those that they name.
    fn reach<'a>(&self, first: impl IntoIterator<Item = &'a Type>) -> BTreeSet<String> {
        let (mut reached, mut next) = (BTreeSet::new(), BTreeSet::new());
        first.into_iter().for_each(|ty| named(ty, &mut next));
        while let Some(name) = next.pop_first() {
            match self.item(&name) {
                Item::Struct(s) => s.fields.iter().for_each(|f| named(&f.ty, &mut next)),
                Item::Enum(e) => e.variants.iter().flat_map(|v| &v.fields).for_each(|f| named(&f.ty, &mut next)),
                _ => unreachable!("only structs and enums are kept"),
            }
            reached.insert(name);
            next.retain(|name| !reached.contains(name));
        }
        reached
    }
}

impl Method {
    fn of(method: &syn::ImplItemFn) -> Method {
        let mut requests = method.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        });
        let request = requests.next();
        let argument = request.map_or_else(String::new, |argument| match &*argument.pat {
            Pat::Ident(name) => name.ident.to_string(),
            _ => panic!("{}: an argument has a name", method.sig.ident),
        });
        let answer = match &method.sig.output {
            ReturnType::Type(_, ty) if ident(ty) == "Result" => arguments(ty).into_iter().next().cloned(),
            _ => None,
        };
        let answer = answer.filter(|ty| !matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty()));
        let request = request.map(|argument| (*argument.ty).clone());
        Method { awaited: method.sig.asyncness.is_some(), argument, said: said(&method.attrs), request, answer }
    }
}

/// How the variants of an enum are told apart.
enum Told {
    /// Each is a text.
    Text,
    /// By the field of this name.
    Tag(String),
    /// Each is an object with one field, named after it.
    Field,
    /// By their form.
    Form,
}

impl Told {
    fn of(item: &syn::ItemEnum) -> Told {
        let serde = serde(&item.attrs);
        match serde.split("tag = \"").nth(1).and_then(|rest| rest.split('"').next()) {
            Some(tag) => Told::Tag(tag.to_owned()),
            None if serde.contains("untagged") => Told::Form,
            None => {
                assert!(serde.contains("snake_case"), "{}: variants are written in snake_case", item.ident);
                if item.variants.iter().all(|v| v.fields.is_empty()) { Told::Text } else { Told::Field }
            }
        }
    }
}

/// Collects the types in `ty` that are described by themselves.
fn named(ty: &Type, names: &mut BTreeSet<String>) {
    match (ident(ty).as_str(), arguments(ty)) {
        ("", _) => parts(ty).for_each(|ty| named(ty, names)),
        (name, _) if plain(name).is_some() || bytes(ty) => {}
        (name, arguments) if arguments.is_empty() => _ = names.insert(name.to_owned()),
        (_, arguments) => arguments.into_iter().for_each(|ty| named(ty, names)),
    }
}

/// How a plain type is written, in words and in TypeScript.
fn plain(name: &str) -> Option<(&'static str, &'static str)> {
    PLAIN.iter().find(|(known, ..)| *known == name).map(|(_, words, script)| (*words, *script))
}

/// The parts of a tuple.
fn parts(ty: &Type) -> impl Iterator<Item = &Type> {
    let tuple = match ty {
        Type::Tuple(tuple) => Some(tuple),
        _ => None,
    };
    tuple.into_iter().flat_map(|tuple| &tuple.elems)
}

/// Whether it is bytes, which are written as lower-case hex.
fn bytes(ty: &Type) -> bool {
    ident(ty) == "Vec" && inner(ty).is_some_and(|ty| ident(ty) == "u8")
}

/// The last name of a type's path.
fn ident(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The type arguments.
fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(list)) = path.path.segments.last().map(|s| &s.arguments) else {
        return Vec::new();
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// The last type argument.
fn inner(ty: &Type) -> Option<&Type> {
    arguments(ty).last().copied()
}

/// What an `Option` holds.
fn optional(ty: &Type) -> Option<&Type> {
    inner(ty).filter(|_| ident(ty) == "Option")
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether a type is read from JSON or written as JSON.
fn crosses(attributes: &[Attribute]) -> bool {
    let derives = attributes.iter().filter(|a| a.path().is_ident("derive")).filter_map(|a| a.meta.require_list().ok());
    let derived: String = derives.map(|list| list.tokens.to_string()).collect();
    derived.contains("Serialize") || derived.contains("Deserialize")
}

/// The documentation without its list of errors, as one line; links are their words.
fn said(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        if let Meta::NameValue(doc) = &attribute.meta
            && let Expr::Lit(literal) = &doc.value
            && let Lit::Str(text) = &literal.lit
        {
            lines.push(text.value().trim().to_owned());
        }
    }
    let text = lines.join(" ");
    text.split(" # Errors").next().unwrap_or_default().replace("[`", "`").replace("`]", "`").trim().to_owned()
}

/// What stands in `#[serde(..)]`.
fn serde(attributes: &[Attribute]) -> String {
    let lists = attributes.iter().filter(|a| a.path().is_ident("serde")).filter_map(|a| a.meta.require_list().ok());
    lists.map(|list| list.tokens.to_string()).collect()
}

/// Fields with their names.
///
/// # Panics
/// Where bytes are not written as hex.
fn fields(fields: &Fields) -> impl Iterator<Item = (String, &syn::Field)> {
    fields.iter().filter_map(|f| {
        let name = f.ident.as_ref()?.to_string();
        assert!(!bytes(&f.ty) || serde(&f.attrs).contains("with ="), "{name}: bytes are written as hex");
        Some((name.trim_start_matches("r#").to_owned(), f))
    })
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
