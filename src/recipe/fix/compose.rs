//! Compose files: a variable becomes `NAME_FILE` with the path of a mounted secret, a build argument a
//! secret of the build; both are listed and defined in the file's `secrets`, whose value compose takes from
//! a variable of whoever runs it (compose specification, `secrets`).

use super::edits::Edits;
use super::{Spelled, comment, line_end, lines, newline};
use crate::recipe::secret_id;
use crate::recipe::yaml::{Id, Value, Yaml};
use std::collections::{BTreeMap, BTreeSet};

/// The changes that take secrets out. A file of several documents is left as it is.
pub(super) fn edits(yaml: &Yaml, text: &str, secrets: &[Spelled]) -> Edits {
    let [root] = *yaml.roots() else {
        return Edits::default();
    };
    let mut fix = Fix {
        yaml,
        text,
        root,
        done: BTreeSet::new(),
        defined: Vec::new(),
        listed: BTreeMap::new(),
        arguments: BTreeMap::new(),
        edits: Edits::default(),
    };
    secrets.iter().for_each(|secret| fix.secret(secret));
    fix.finish()
}

/// A secret that the file defines.
struct Defined {
    /// What it says.
    value: String,
    id: String,
    /// The variable that compose takes it from.
    variable: String,
}

struct Fix<'a> {
    yaml: &'a Yaml,
    text: &'a str,
    root: Id,
    /// The entries that are changed already; a value can hold several secrets.
    done: BTreeSet<Id>,
    defined: Vec<Defined>,
    /// The ids that services and builds list, by the mapping that lists them, with a part of it that the
    /// list can stand behind.
    listed: BTreeMap<Id, (Id, BTreeSet<String>)>,
    /// Entries of `args` that are gone, by the list or mapping that they were in.
    arguments: BTreeMap<Id, Vec<Id>>,
    edits: Edits,
}

impl Fix<'_> {
    fn secret(&mut self, secret: &Spelled) {
        let Some(entry) = self.yaml.at(secret.at.start) else {
            if let Some(lines) = comment(self.text, secret) {
                self.edits.remove(lines);
            }
            return;
        };
        let way = self.yaml.way(entry);
        let keys: Vec<_> = way.iter().map(|&id| self.yaml.key(id)).collect();
        let is_build = match *keys {
            [None, Some("services"), Some(_), Some("environment"), _] => false,
            [
                None,
                Some("services"),
                Some(_),
                Some("build"),
                Some("args"),
                _,
            ] => true,
            _ => return,
        };
        let (service, owner) = (way[2], if is_build { way[3] } else { way[2] });
        let Some((name, value)) = self.assigned(entry) else {
            return;
        };
        if !self.can_list(owner) || !self.is_plain(entry) || !self.can_define() {
            return;
        }
        if !self.done.insert(entry) {
            return;
        }
        let service = self.yaml.key(service).unwrap_or_default().to_owned();
        let id = self.define(&service, &name, &value);
        let list = self.yaml.node(entry).parent.unwrap_or(owner);
        let of_owner = self.listed.entry(owner);
        of_owner
            .or_insert((list, BTreeSet::new()))
            .1
            .insert(id.clone());
        match is_build {
            true => self.arguments.entry(list).or_default().push(entry),
            false => self.point_to_file(entry, &name, &id),
        }
    }

    /// Name and value of an entry: `NAME: value`, or an item `NAME=value`.
    fn assigned(&self, entry: Id) -> Option<(String, String)> {
        let text = &self.yaml.node(entry).value.scalar()?.text;
        let (name, value) = match self.yaml.key(entry) {
            Some(key) => (key, &**text),
            None => text.split_once('=')?,
        };
        Some((name.to_owned(), value.to_owned()))
    }

    /// Whether a mapping can be given a list of secrets, or more of them.
    fn can_list(&self, owner: Id) -> bool {
        let is_list = |id| matches!(&self.yaml.node(id).value, Value::Sequence { children, .. } if !children.is_empty());
        let is_block = matches!(
            self.yaml.node(owner).value,
            Value::Mapping { is_block: true, .. }
        );
        is_block && self.yaml.get(owner, "secrets").is_none_or(is_list)
    }

    /// Whether a secret can be defined in the file.
    fn can_define(&self) -> bool {
        let is_block = |id: Id| {
            let value = &self.yaml.node(id).value;
            matches!(value, Value::Mapping { is_block: true, .. })
        };
        is_block(self.root) && self.yaml.get(self.root, "secrets").is_none_or(is_block)
    }

    /// Whether nothing else refers to an entry's value: it has no anchor.
    fn is_plain(&self, entry: Id) -> bool {
        let node = self.yaml.node(entry);
        let start = lines(self.text, &node.span).start;
        let start = node.key.as_ref().map_or(start, |key| key.span.end);
        let before = self.text.get(start..node.span.start).unwrap_or_default();
        !before.contains(['&', '!'])
    }

    /// The id of a secret with this value; the same value is defined once.
    fn define(&mut self, service: &str, name: &str, value: &str) -> String {
        if let Some(known) = self.defined.iter().find(|known| known.value == value) {
            return known.id.clone();
        }
        let top = self.yaml.get(self.root, "secrets");
        let is_taken = |id: &str| {
            let is_there = top.is_some_and(|top| self.yaml.get(top, id).is_some());
            is_there || self.defined.iter().any(|known| known.id == id)
        };
        let long = format!("{service}_{name}");
        let numbered = (2..).map(|number| format!("{long}_{number}"));
        let mut names = [name.to_owned(), long.clone()].into_iter().chain(numbered);
        let name = names
            .find(|name| !is_taken(&secret_id(name)))
            .unwrap_or(long);
        let id = secret_id(&name);
        self.defined.push(Defined {
            value: value.to_owned(),
            id: id.clone(),
            variable: id.to_ascii_uppercase(),
        });
        id
    }

    /// Makes of a variable one that names the file.
    fn point_to_file(&mut self, entry: Id, name: &str, id: &str) {
        let node = self.yaml.node(entry);
        let path = format!("/run/secrets/{id}");
        let value = node.span.clone();
        match &node.key {
            Some(key) => {
                self.edits.replace(key.span.clone(), format!("{name}_FILE"));
                // A block begins behind its sign, which stands on the line of the key.
                let start = self.text[key.span.end..]
                    .find(':')
                    .map_or(0, |at| key.span.end + at + 1);
                self.edits.replace(start..value.end, format!(" {path}"));
            }
            None => self.edits.replace(value, format!("{name}_FILE={path}")),
        }
    }

    fn finish(mut self) -> Edits {
        for (list, gone) in std::mem::take(&mut self.arguments) {
            self.drop_arguments(list, &gone);
        }
        for (owner, (beside, ids)) in std::mem::take(&mut self.listed) {
            self.list(owner, beside, &ids);
        }
        self.define_all();
        self.edits
    }

    /// Takes entries out of a list or mapping, and with its last entry all of it.
    fn drop_arguments(&mut self, list: Id, gone: &[Id]) {
        let node = self.yaml.node(list);
        let all = node.value.children().len() == gone.len();
        let key = node.key.as_ref().filter(|_| all);
        if let Some(key) = key {
            let end = self.end(list);
            let whole = lines(self.text, &(key.span.start..end));
            return self.edits.remove(whole);
        }
        for &entry in gone {
            let node = self.yaml.node(entry);
            let start = node
                .key
                .as_ref()
                .map_or(node.span.start, |key| key.span.start);
            self.edits.remove(lines(self.text, &(start..node.span.end)));
        }
    }

    /// Where a value ends: of a block, with the last of its parts.
    fn end(&self, id: Id) -> usize {
        let node = self.yaml.node(id);
        match &node.value {
            Value::Mapping {
                children,
                is_block: true,
            }
            | Value::Sequence {
                children,
                is_block: true,
            } => {
                let ends = children.iter().map(|&child| self.end(child));
                ends.max().unwrap_or(node.span.end)
            }
            _ => node.span.end,
        }
    }

    /// Lists secrets in a service or a build, behind the part `beside`.
    fn list(&mut self, owner: Id, beside: Id, ids: &BTreeSet<String>) {
        if let Some(list) = self.yaml.get(owner, "secrets") {
            return self.extend(list, ids);
        }
        let column = self
            .yaml
            .node(beside)
            .key
            .as_ref()
            .map_or(0, |key| key.column);
        let indent = " ".repeat(column);
        let step = " ".repeat(self.step());
        let items = ids.iter().map(|id| format!("{indent}{step}- {id}"));
        let block: Vec<String> = std::iter::once(format!("{indent}secrets:"))
            .chain(items)
            .collect();
        self.insert_lines(line_end(self.text, self.end(beside)), &block);
    }

    /// Adds to a list that is there.
    fn extend(&mut self, list: Id, ids: &BTreeSet<String>) {
        let node = self.yaml.node(list);
        let children = node.value.children();
        let text = |&child: &Id| {
            self.yaml
                .node(child)
                .value
                .scalar()
                .map(|scalar| &*scalar.text)
        };
        let known: Vec<&str> = children.iter().filter_map(text).collect();
        let new: Vec<&String> = ids
            .iter()
            .filter(|id| !known.contains(&id.as_str()))
            .collect();
        let Some(&last) = children.last() else {
            return;
        };
        if let Value::Sequence {
            is_block: false, ..
        } = node.value
        {
            let items = new.iter().map(|id| format!(", {id}"));
            return self.edits.insert(self.end(last), items.collect());
        }
        let first = self.yaml.node(children[0]).span.start;
        let line = lines(self.text, &(first..first)).start;
        let indent = &self.text[line..first];
        let indent: String = indent.chars().take_while(|sign| *sign == ' ').collect();
        let block: Vec<String> = new.iter().map(|id| format!("{indent}- {id}")).collect();
        self.insert_lines(line_end(self.text, self.end(last)), &block);
    }

    /// How far the file indents: as its services.
    fn step(&self) -> usize {
        let services = self.yaml.get(self.root, "services");
        let first = services.and_then(|id| self.yaml.node(id).value.children().first());
        let key = first.and_then(|&id| self.yaml.node(id).key.as_ref());
        key.map_or(2, |key| key.column).max(1)
    }

    /// Defines the secrets at the top.
    fn define_all(&mut self) {
        if self.defined.is_empty() {
            return;
        }
        let top = self.yaml.get(self.root, "secrets");
        let first = top.and_then(|top| self.yaml.node(top).value.children().first());
        let column = first.and_then(|&id| self.yaml.node(id).key.as_ref());
        let step = self.step();
        let outer = " ".repeat(column.map_or(step, |key| key.column));
        let inner = " ".repeat(step);
        let of_one = |one: &Defined| {
            let value = format!("{outer}{inner}environment: {}", one.variable);
            [format!("{outer}{}:", one.id), value]
        };
        let mut block: Vec<String> = self.defined.iter().flat_map(of_one).collect();
        match top {
            Some(top) => {
                let end = self.end(top);
                self.insert_lines(line_end(self.text, end), &block);
            }
            None => {
                block.insert(0, "secrets:".to_owned());
                let end = self.text.trim_end_matches(['\n', '\r', ' ']).len();
                self.insert_lines(line_end(self.text, end), &block);
            }
        }
    }

    /// Puts lines in where a line begins, or where the text ends without a line end.
    fn insert_lines(&mut self, at: usize, block: &[String]) {
        let end = newline(self.text);
        let is_open = at == self.text.len() && !self.text.ends_with('\n');
        let new = match is_open {
            true => format!("{end}{}", block.join(end)),
            false => format!("{}{end}", block.join(end)),
        };
        self.edits.insert(at, new);
    }
}
