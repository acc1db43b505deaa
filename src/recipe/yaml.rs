//! A YAML text as a tree whose every key and value knows where it stands. It is for reading structure,
//! not data: scalars are texts, and aliases are leaves that say nothing.
//!
//! Memory is some hundred bytes for each node, and there is a limit to their number.

use granit_parser::{Event, Parser, StructureStyle};
use std::ops::Range;

/// Most nodes of a text. A text with more is left unread.
const MOST: usize = 1 << 17;

/// All documents of a text.
#[derive(Debug, Clone, Default)]
pub struct Yaml {
    nodes: Vec<Node>,
    roots: Vec<Id>,
}

/// Number of a node.
pub type Id = usize;

/// A value, with the key or the dash that it belongs to.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is a part of.
    pub parent: Option<Id>,
    /// Its key in a mapping; `None` in a sequence and of a whole document.
    pub key: Option<Scalar>,
    /// What it is.
    pub value: Value,
    /// The value's bytes; of a mapping in a block, from its first key.
    pub span: Range<usize>,
}

/// A text in a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// What it says.
    pub text: String,
    /// Where it is written, quotes included.
    pub span: Range<usize>,
    /// In which column it begins, from 0.
    pub column: usize,
}

/// The value of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, a number, anything that is written in one piece.
    Scalar(Scalar),
    /// Keys with values.
    Mapping {
        /// What belongs to it, in its order.
        children: Vec<Id>,
        /// Whether it is one key below the other, and not in braces.
        is_block: bool,
    },
    /// A list.
    Sequence {
        /// What belongs to it, in its order.
        children: Vec<Id>,
        /// Whether it is one dash below the other, and not in brackets.
        is_block: bool,
    },
    /// An alias.
    Alias,
}

impl Value {
    /// What belongs to it; nothing of scalars.
    pub fn children(&self) -> &[Id] {
        match self {
            Self::Mapping { children, .. } | Self::Sequence { children, .. } => children,
            Self::Scalar(_) | Self::Alias => &[],
        }
    }

    /// The text of a scalar.
    pub const fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}

impl Yaml {
    /// Reads a text. `None` if it is no YAML, or too large to be looked at.
    pub fn parse(text: &str) -> Option<Self> {
        let mut building = Building {
            text,
            yaml: Self::default(),
            open: Vec::new(),
        };
        for event in Parser::new_from_str(text) {
            let (event, span) = event.ok()?;
            building.take(event, &span)?;
        }
        Some(building.yaml)
    }

    /// The documents.
    pub fn roots(&self) -> &[Id] {
        &self.roots
    }

    /// The node of this number.
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// What a mapping has under a key.
    pub fn get(&self, id: Id, key: &str) -> Option<Id> {
        let mut children = self.nodes[id].value.children().iter().copied();
        children.find(|&child| self.key(child) == Some(key))
    }

    /// The key of a node.
    pub fn key(&self, id: Id) -> Option<&str> {
        self.nodes[id].key.as_ref().map(|key| &*key.text)
    }

    /// The way to a node, from the outside in, itself included.
    pub fn way(&self, id: Id) -> Vec<Id> {
        let mut way: Vec<Id> =
            std::iter::successors(Some(id), |&id| self.nodes[id].parent).collect();
        way.reverse();
        way
    }

    /// The scalar value that covers a byte of the text.
    pub fn at(&self, offset: usize) -> Option<Id> {
        // Nodes are in the order of the text.
        let behind = self.nodes.partition_point(|node| node.span.start <= offset);
        let id = behind.checked_sub(1)?;
        let node = &self.nodes[id];
        (node.value.scalar().is_some() && node.span.contains(&offset)).then_some(id)
    }
}

/// A tree in the making.
struct Building<'t> {
    text: &'t str,
    yaml: Yaml,
    /// The mappings and sequences that are open, each with the key that waits for its value.
    open: Vec<(Id, Option<Scalar>)>,
}

impl Building<'_> {
    fn take(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Option<()> {
        let span = at.byte_range()?;
        match event {
            Event::Scalar(text, ..) => {
                let text = text.into_owned();
                let column = at.start.col();
                // The parser takes the blanks behind a block to it.
                let end = self.text.get(span.clone())?.trim_end().len();
                let span = span.start..span.start + end;
                self.scalar(Scalar { text, span, column })
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.add(Value::Alias, span).map(drop),
            Event::MappingStart(style, ..) => {
                let is_block = style == StructureStyle::Block;
                let children = Vec::new();
                self.open(Value::Mapping { children, is_block }, span)
            }
            Event::SequenceStart(style, ..) => {
                let is_block = style == StructureStyle::Block;
                let children = Vec::new();
                self.open(Value::Sequence { children, is_block }, span)
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let (id, _) = self.open.pop()?;
                let end = span.end.max(self.yaml.nodes[id].span.start);
                self.yaml.nodes[id].span.end = end;
                Some(())
            }
            _ => Some(()),
        }
    }

    fn scalar(&mut self, scalar: Scalar) -> Option<()> {
        if let Some((id, key @ None)) = self.open.last_mut()
            && matches!(self.yaml.nodes[*id].value, Value::Mapping { .. })
        {
            *key = Some(scalar);
            return Some(());
        }
        let span = scalar.span.clone();
        self.add(Value::Scalar(scalar), span).map(drop)
    }

    fn open(&mut self, value: Value, span: Range<usize>) -> Option<()> {
        let id = self.add(value, span)?;
        self.open.push((id, None));
        Some(())
    }

    /// Adds a value where it belongs. A mapping's key that is no scalar is none that we ask for: the
    /// text is left unread.
    fn add(&mut self, value: Value, span: Range<usize>) -> Option<Id> {
        let id = self.yaml.nodes.len();
        let (parent, key) = match self.open.last_mut() {
            None => (None, None),
            Some((parent, key)) => (Some(*parent), key.take()),
        };
        match parent.map(|parent| &mut self.yaml.nodes[parent].value) {
            Some(Value::Mapping { children, .. }) if key.is_some() => children.push(id),
            Some(Value::Sequence { children, .. }) => children.push(id),
            Some(_) => return None,
            None => self.yaml.roots.push(id),
        }
        self.yaml.nodes.push(Node {
            parent,
            key,
            value,
            span,
        });
        (id < MOST).then_some(id)
    }
}
