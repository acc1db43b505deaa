//! Reading JSON that somebody else wrote: any type can stand anywhere, and one bad value must not
//! cost the good ones around it. So documents stay `serde_json::Value`s, every reader takes what
//! has the right type, and says what had not.

use serde_json::Value;

/// The byte order mark that some tools put in front.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Most items of an array that are read; no image has as many layers or platforms. A blob can be
/// said to stand at each of them, and is looked for in all that lie above.
const MOST_ITEMS: usize = 10_000;

/// Parses a document; nesting is capped by the parser, at 128. The error says where, and never
/// quotes: the text can be a secret.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "ends in the middle",
            _ => "is not JSON, or nested too deeply",
        };
        format!("{what}, line {} column {}", error.line(), error.column())
    })
}

/// Whether a blob looks like a JSON document, as far as its first bytes tell.
pub(super) fn looks_like(head: &[u8]) -> bool {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    matches!(head.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// The text at `key`, if it is one.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The items of the array at `key`. Absent and `null` are empty; another type is a fault.
pub(super) fn items<'a>(value: &'a Value, key: &str, faults: &mut Vec<String>) -> &'a [Value] {
    match value.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) if items.len() > MOST_ITEMS => {
            faults.push(format!("`{key}` has more than {MOST_ITEMS} items"));
            &items[..MOST_ITEMS]
        }
        Some(Value::Array(items)) => items,
        Some(_) => {
            faults.push(format!("`{key}` is not an array"));
            &[]
        }
    }
}

/// The texts of the array at `key`; an item of another type is a fault, and its place stays taken
/// so that positions keep their meaning.
pub(super) fn texts(value: &Value, key: &str, faults: &mut Vec<String>) -> Vec<String> {
    let items = items(value, key, faults);
    if items.iter().any(|item| !item.is_string()) {
        faults.push(format!("`{key}` holds something that is not a text"));
    }
    items
        .iter()
        .map(|item| item.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_error() {
        assert_eq!(parse(b"\xEF\xBB\xBF{}").unwrap(), serde_json::json!({}));
        assert!(looks_like(b"\xEF\xBB\xBF \n["));
        assert!(!looks_like(b"\x1f\x8b"));
    }

    #[test]
    fn an_error_says_where_and_quotes_nothing() {
        let error = parse(b"{\"a\": hunter2}").unwrap_err();
        assert!(
            error.contains("line 1") && !error.contains("hunter"),
            "{error}"
        );
        assert!(parse(b"{\"a\": ").unwrap_err().contains("ends"));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn arrays_without_end_are_cut() {
        let value = serde_json::json!({ "a": vec![0; MOST_ITEMS + 1] });
        let mut faults = Vec::new();
        assert_eq!(items(&value, "a", &mut faults).len(), MOST_ITEMS);
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn wrong_types_are_faults_and_cost_only_themselves() {
        let value = serde_json::json!({"a": {}, "b": ["x", 1, "y"], "c": null});
        let mut faults = Vec::new();
        assert!(items(&value, "a", &mut faults).is_empty());
        assert_eq!(texts(&value, "b", &mut faults), ["x", "", "y"]);
        assert_eq!(faults.len(), 2);
        assert!(items(&value, "c", &mut faults).is_empty());
        assert!(items(&value, "d", &mut faults).is_empty());
        assert_eq!(faults.len(), 2);
    }
}
