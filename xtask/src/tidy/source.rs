//! Reads Rust text just closely enough to say which paths and which string literals the shipped part of a file names.
//!
//! Not a parser: comments and strings are told from code, and the braces of a `use` are unfolded. What a macro makes up
//! out of pieces goes unseen.

/// What a Rust file names, each with its line.
#[derive(Debug, Default, PartialEq)]
pub struct Names {
    /// Paths such as `std::fs::File`, those in a grouped `use` written out.
    pub paths: Vec<(usize, String)>,
    /// The contents of string literals.
    pub strings: Vec<(usize, String)>,
}

/// The names in `text` up to its unit tests, which stand last in a file and are not shipped.
pub fn names(text: &str) -> Names {
    let (code, strings) = split(shipped(text));
    Names { paths: paths(&code), strings }
}

fn shipped(text: &str) -> &str {
    let tests = text.match_indices("#[cfg(test)]\n").find(|(at, mark)| {
        let next = text.get(at + mark.len()..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        next.contains("mod tests")
    });
    tests.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Parts code from string literals; comments vanish. Line breaks stay in the code, so that lines can be counted.
fn split(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut strings, mut line) = (String::new(), Vec::new(), 1);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, code.chars().last());
        let (found, after) = rest.split_at(length);
        match first {
            '/' if length > 1 => code.push(' '),
            _ if length > first.len_utf8() => {
                if !found.starts_with('\'') {
                    strings.push((line, found.to_owned()));
                }
                code.push(' ');
            }
            _ => code.push_str(found),
        }
        if length > first.len_utf8() {
            code.extend(found.chars().filter(|c| *c == '\n'));
        }
        line += found.matches('\n').count();
        rest = after;
    }
    (code, strings)
}

/// The length of the comment, string or character literal at the start of `text`; of one character where there is none.
fn token(text: &str, before: Option<char>) -> usize {
    let one = text.chars().next().map_or(0, char::len_utf8);
    let until = |from: usize, end: &str| {
        text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return until(2, "*/");
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    if let Some(raw) = text.strip_prefix('r').filter(|_| !before.is_some_and(is_word)) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw.trim_start_matches('#').starts_with('"') {
            return until(hashes + 2, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    let mut after_quote = text.strip_prefix('\'').unwrap_or_default().chars();
    match (after_quote.next(), after_quote.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => one,
    }
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn paths(code: &str) -> Vec<(usize, String)> {
    let (mut found, mut groups, mut path, mut line) = (Vec::new(), Vec::<String>::new(), String::new(), 1);
    for c in code.chars().chain(['\n']) {
        if is_word(c) || c == ':' {
            path.push(c);
            continue;
        }
        let whole = groups.last().cloned().unwrap_or_default() + &path;
        if c == '{' && path.ends_with("::") {
            groups.push(whole);
        } else {
            let name = whole.trim_matches(':');
            if !path.is_empty() && !name.is_empty() {
                found.push((line, name.to_owned()));
            }
            if c == '}' {
                groups.pop();
            }
        }
        path.clear();
        line += usize::from(c == '\n');
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
