//! Reading a call's JSON, with what is missing or wrong in it.

use serde_json::Value;

/// What is wrong with a call's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Something must be there and is not; its path (`content.buttons[0].id`).
    Missing(String),
    /// Something is not what it must be: its path, and the rest of a sentence (`must be a string`).
    Value(String, String),
}

impl Wrong {
    /// Something is not what it must be.
    pub(super) fn value(path: &str, must: &str) -> Wrong {
        Wrong::Value(path.to_owned(), must.to_owned())
    }
}

type Result<T> = std::result::Result<T, Wrong>;

/// A JSON object and the path that leads to it.
#[derive(Clone)]
pub(super) struct Field<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Field<'a> {
    /// The whole body.
    pub(super) fn root(value: &'a Value) -> Field<'a> {
        Field { value, path: String::new() }
    }

    /// The path of a key in here.
    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn raw(&self, key: &str) -> Option<&'a Value> {
        self.value.get(key).filter(|value| !value.is_null())
    }

    /// The keys in here.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.as_object().into_iter().flatten().map(|(key, _)| key.as_str())
    }

    /// Whether there is anything under a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    /// The object under a key.
    pub(super) fn object(&self, key: &str) -> Result<Field<'a>> {
        self.object_if_any(key)?.ok_or_else(|| Wrong::Missing(self.path(key)))
    }

    /// The object under a key, if there is one.
    pub(super) fn object_if_any(&self, key: &str) -> Result<Option<Field<'a>>> {
        let Some(value) = self.raw(key) else { return Ok(None) };
        if !value.is_object() {
            return Err(Wrong::value(&self.path(key), "must be a JSON object"));
        }
        Ok(Some(Field { value, path: self.path(key) }))
    }

    /// The objects under a key; none if it is not there.
    pub(super) fn list(&self, key: &str) -> Result<Vec<Field<'a>>> {
        let Some(value) = self.raw(key) else { return Ok(Vec::new()) };
        let Some(items) = value.as_array() else {
            return Err(Wrong::value(&self.path(key), "must be a JSON array"));
        };
        let item = |(at, value)| Field { value, path: format!("{}[{at}]", self.path(key)) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The texts in the list under a key; none if it is not there.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>> {
        let Some(value) = self.raw(key) else { return Ok(Vec::new()) };
        let text = |item: &Value| item.as_str().map(|text| text.replace('\0', ""));
        let texts = value.as_array().and_then(|items| items.iter().map(text).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| Wrong::value(&self.path(key), "must be a list of strings"))
    }

    /// Text under a key. A number counts as text. NUL is taken out.
    pub(super) fn text(&self, key: &str) -> Result<String> {
        self.text_if_any(key)?.ok_or_else(|| Wrong::Missing(self.path(key)))
    }

    /// Text under a key, if there is any.
    pub(super) fn text_if_any(&self, key: &str) -> Result<Option<String>> {
        match self.raw(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.replace('\0', ""))),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Wrong::value(&self.path(key), "must be a string")),
        }
    }

    /// Text of 1 to so many characters.
    pub(super) fn short(&self, key: &str, most: usize) -> Result<String> {
        let text = self.text(key)?;
        self.check(key, &text, most)?;
        Ok(text)
    }

    /// Text of 1 to so many characters, if it is there.
    pub(super) fn short_if_any(&self, key: &str, most: usize) -> Result<Option<String>> {
        let text = self.text_if_any(key)?;
        if let Some(text) = &text {
            self.check(key, text, most)?;
        }
        Ok(text)
    }

    fn check(&self, key: &str, text: &str, most: usize) -> Result<()> {
        if text.trim().is_empty() {
            return Err(Wrong::value(&self.path(key), "must not be empty"));
        }
        if text.chars().count() > most {
            return Err(Wrong::value(&self.path(key), &format!("must be at most {most} characters long")));
        }
        Ok(())
    }

    /// A number under a key, also one that is written as text.
    pub(super) fn number(&self, key: &str) -> Result<f64> {
        let path = self.path(key);
        let number = match self.raw(key) {
            None => return Err(Wrong::Missing(path)),
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.filter(|number| number.is_finite()).ok_or_else(|| Wrong::value(&path, "must be a number"))
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.raw(key).and_then(Value::as_bool).unwrap_or(false)
    }
}
