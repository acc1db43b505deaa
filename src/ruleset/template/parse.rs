//! Template text to a tree: plain text, generators, and transforms that hold templates themselves.

use super::{MAX_DEPTH, TemplateError};

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Text that stands for itself.
    Text(Vec<u8>),
    /// `{name}` or `{name:argument}`.
    Generator {
        /// What to generate.
        name: String,
        /// How much or which; empty if there is none.
        argument: String,
    },
    /// `{name:template}`: the inner template is expanded, then rewritten.
    Transform {
        /// How to rewrite.
        how: Transform,
        /// What to rewrite.
        inner: Vec<Node>,
    },
}

/// How a transform rewrites what its inner template expands to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transform {
    /// Standard base64 with padding.
    Base64,
    /// URL-safe base64 without padding.
    Base64Url,
    /// The bytes that hex digits stand for; what is none is left out.
    Unhex,
    /// Base58 with a checksum behind it, as Bitcoin spells keys.
    Base58Check,
    /// Line ends as the two characters `\n`, as in JSON or an environment variable.
    Escape,
    /// A JSON web token with these claims.
    Jwt,
}

impl Transform {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "b64enc" => Self::Base64,
            "b64uenc" => Self::Base64Url,
            "b58check" => Self::Base58Check,
            "unhex" => Self::Unhex,
            "escape" => Self::Escape,
            "jwt" => Self::Jwt,
            _ => return None,
        })
    }
}

/// Parses a whole template.
pub(super) fn parse(template: &str) -> Result<Vec<Node>, TemplateError> {
    let mut parser = Parser {
        template,
        at: 0,
        depth: 0,
    };
    let nodes = parser.sequence()?;
    if parser.at < template.len() {
        return Err(TemplateError::Stray(parser.at));
    }
    Ok(nodes)
}

struct Parser<'a> {
    template: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.template.get(self.at..).unwrap_or_default()
    }

    /// Everything up to the end or to a single `}`, which is left standing. Inside a transform
    /// `}}` is literal only if it closes a literal `{{`: `{b64enc:{hex:3}}` ends with two ends.
    fn sequence(&mut self) -> Result<Vec<Node>, TemplateError> {
        let mut nodes = Vec::new();
        let mut text = Vec::new();
        let mut literals_open = 0_usize;
        while let Some(next) = self.rest().chars().next() {
            if self.rest().starts_with("{{") {
                text.push(b'{');
                self.at += 2;
                literals_open += 1;
            } else if self.rest().starts_with("}}") && (self.depth == 0 || literals_open > 0) {
                text.push(b'}');
                self.at += 2;
                literals_open = literals_open.saturating_sub(1);
            } else if next == '{' {
                nodes.extend(Node::text(&mut text));
                nodes.push(self.braced()?);
            } else if next == '}' {
                break;
            } else {
                text.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
                self.at += next.len_utf8();
            }
        }
        nodes.extend(Node::text(&mut text));
        Ok(nodes)
    }

    fn braced(&mut self) -> Result<Node, TemplateError> {
        let open = self.at;
        self.at += 1;
        let rest = self.rest();
        let end = rest.find([':', '}']).ok_or(TemplateError::Unclosed(open))?;
        let (name, tail) = rest.split_at(end);
        self.at += end + 1;
        if tail.starts_with(':') {
            if let Some(how) = Transform::named(name) {
                return self.transform(how, open);
            }
            let argument = self.argument(open)?;
            return Ok(Node::generator(name, argument));
        }
        Ok(Node::generator(name, ""))
    }

    fn argument(&mut self, open: usize) -> Result<&'a str, TemplateError> {
        let rest = self.rest();
        let end = rest.find('}').ok_or(TemplateError::Unclosed(open))?;
        self.at += end + 1;
        Ok(rest.split_at(end).0)
    }

    fn transform(&mut self, how: Transform, open: usize) -> Result<Node, TemplateError> {
        if self.depth == MAX_DEPTH {
            return Err(TemplateError::TooDeep);
        }
        self.depth += 1;
        let inner = self.sequence()?;
        self.depth -= 1;
        if !self.rest().starts_with('}') {
            return Err(TemplateError::Unclosed(open));
        }
        self.at += 1;
        Ok(Node::Transform { how, inner })
    }
}

impl Node {
    /// Takes the text gathered so far, if there is any.
    fn text(gathered: &mut Vec<u8>) -> Option<Self> {
        let text = std::mem::take(gathered);
        (!text.is_empty()).then_some(Self::Text(text))
    }

    fn generator(name: &str, argument: &str) -> Self {
        Self::Generator {
            name: name.to_owned(),
            argument: argument.to_owned(),
        }
    }
}
