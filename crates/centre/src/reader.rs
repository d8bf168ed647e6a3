//! Walks a TOML document and remembers where each value stands.
//!
//! Reading never stops at the first fault: a bad value becomes a harmless one and a fault, so that
//! one run shows everything. Keys that nobody asked for are faults. It knows TOML, not centres.

use core::cell::RefCell;
use core::fmt::Display;
use core::ops::Range;
use core::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::{Code, Fault, Place, suggestion};
use crate::model::Text;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: Place,
}

/// A text inside the document, every letter of which has a known place.
pub(crate) struct Source {
    pub(crate) value: String,
    span: Range<usize>,
    /// Where the value begins in the file; `None` when it is written with escapes.
    start: Option<usize>,
}

impl Source {
    /// The place of byte number `offset` of the value.
    pub(crate) fn place(&self, reader: &Reader<'_>, offset: usize) -> Place {
        let at = self.start.map_or(self.span.start, |start| start + offset);
        reader.place(&(at..at))
    }

    /// The place after the last letter.
    pub(crate) fn end(&self, reader: &Reader<'_>) -> Place {
        self.place(reader, self.value.len())
    }
}

/// The text, its lines and the faults found so far.
pub(crate) struct Reader<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    faults: RefCell<Vec<Fault>>,
}

/// The length of a date such as 2015-12-24.
const DATE_LEN: usize = 10;

/// Where in a line the first date stands that no calendar has, and how to mend it.
fn impossible_date(line: &str) -> Option<(usize, String)> {
    let bytes = line.as_bytes();
    let columns = 0..bytes.len().saturating_sub(DATE_LEN - 1);
    columns.into_iter().find_map(|column| {
        let part = bytes.get(column..column + DATE_LEN)?;
        let is_date = part.iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let before = column.checked_sub(1).and_then(|before| bytes.get(before));
        if !is_date || before.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'"') {
            return None;
        }
        let part = line.get(column..column + DATE_LEN)?;
        let year: i16 = part.get(..4)?.parse().ok()?;
        let month: i8 = part.get(5..7)?.parse().ok()?;
        let day: i8 = part.get(8..)?.parse().ok()?;
        let Ok(first) = jiff::civil::Date::new(year, month, 1) else {
            return Some((column, String::from("write a month from 01 to 12")));
        };
        let days = first.days_in_month();
        let exists = (1..=days).contains(&day);
        (!exists).then(|| (column, format!("write a day from 01 to {days}")))
    })
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Reader<'t> {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Reader {
            text,
            line_starts: core::iter::once(0).chain(after_breaks).collect(),
            faults: RefCell::default(),
        }
    }

    /// Parses the text; syntax faults are noted.
    pub(crate) fn document(&self) -> Option<Spanned<DeTable<'t>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                if self.no_such_date(span.start) {
                    return None;
                }
                let at = self.place(&span);
                let message = error.message().replace('\n', ", ");
                let help = "put texts in quotes and lists in brackets, one key = value to a line";
                self.fault(Code::Syntax, at, format!("not TOML: {message}"), help);
                None
            }
        }
    }

    /// Notes a date that no calendar has, on the line where the text could not be read; gives whether there was one.
    fn no_such_date(&self, near: usize) -> bool {
        let number = self.line_starts.partition_point(|start| *start <= near);
        let Some(&begins) = self.line_starts.get(number.saturating_sub(1)) else {
            return false;
        };
        let line = self.text.get(begins..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let Some((column, mend)) = impossible_date(line) else {
            return false;
        };
        let date = line.get(column..column + DATE_LEN).unwrap_or_default();
        let at = self.place(&(begins + column..begins + column + DATE_LEN));
        let message = format!("the date {date} does not exist");
        self.fault(Code::BadValue, at, message, mend);
        true
    }

    pub(crate) fn fault(
        &self,
        code: Code,
        at: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults
            .borrow_mut()
            .push(Fault::new(code, at, message, help));
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| (fault.line, fault.column, fault.code));
        faults
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let start = span.start.min(self.text.len());
        let line = self
            .line_starts
            .partition_point(|line_start| *line_start <= start);
        let line_start = self
            .line_starts
            .get(line.wrapping_sub(1))
            .copied()
            .unwrap_or(0);
        let before = self.text.get(line_start..start).unwrap_or_default();
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        }
    }
}

/// What the whole document is called.
const ROOT: &str = "the file";

/// A table being read.
pub(crate) struct Table<'r, 't> {
    pub(crate) reader: &'r Reader<'t>,
    table: &'r DeTable<'t>,
    pub(crate) at: Place,
    what: String,
    asked: RefCell<Vec<&'static str>>,
}

type Value<'t> = Spanned<DeValue<'t>>;

impl<'r, 't> Table<'r, 't> {
    /// The whole document; `read` must ask for each section there is.
    pub(crate) fn root<T>(
        reader: &'r Reader<'t>,
        document: &'r Spanned<DeTable<'t>>,
        read: impl FnOnce(&Table<'r, 't>) -> T,
    ) -> T {
        let root = Table::new(
            reader,
            document.get_ref(),
            Place { line: 1, column: 1 },
            ROOT,
        );
        let result = read(&root);
        root.refuse_unknown();
        result
    }

    fn new(
        reader: &'r Reader<'t>,
        table: &'r DeTable<'t>,
        at: Place,
        what: impl Into<String>,
    ) -> Table<'r, 't> {
        Table {
            reader,
            table,
            at,
            what: what.into(),
            asked: RefCell::default(),
        }
    }

    fn get(&self, key: &'static str) -> Option<&'r Value<'t>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    fn is_root(&self) -> bool {
        self.what == ROOT
    }

    fn refuse_unknown(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self
            .table
            .iter()
            .filter(|(key, _)| !asked.contains(&key.get_ref().as_ref()))
        {
            let message = format!("\"{}\" is not a key of {}", key.get_ref(), self.what);
            let mut known: Vec<&str> = Vec::new();
            for key in asked.iter().filter(|key| !key.is_empty()) {
                if !known.contains(key) {
                    known.push(key);
                }
            }
            let help = suggestion(key.get_ref(), known.into_iter());
            self.reader.fault(
                Code::UnknownKey,
                self.reader.place(&key.span()),
                message,
                help,
            );
        }
    }

    fn missing(&self, key: &str) {
        let message = format!("{} has no \"{key}\"", self.what);
        self.reader.fault(
            Code::MissingKey,
            self.at,
            message,
            format!("add {key} = .."),
        );
    }

    fn wrong_type(&self, key: &str, value: &Value<'t>, expected: &str) {
        let at = self.reader.place(&value.span());
        let found = value.get_ref().type_str();
        let message = format!(
            "\"{key}\" of {} is of type {found}, not {expected}",
            self.what
        );
        let help = format!("write {expected}");
        self.reader.fault(Code::WrongType, at, message, help);
    }

    /// Notes that the value of a key cannot be.
    pub(crate) fn bad(&self, at: Place, message: impl Display, help: impl Into<String>) {
        self.reader.fault(
            Code::BadValue,
            at,
            format!("{message} in {}", self.what),
            help,
        );
    }

    /// Names the table after its own id, so that messages can tell which one it is.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Where the value of a key stands, or the table when the key is missing.
    pub(crate) fn place_of(&self, key: &'static str) -> Place {
        self.get(key)
            .map_or(self.at, |value| self.reader.place(&value.span()))
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        self.text_of(key, value)
    }

    fn text_of(&self, key: &str, value: &Value<'t>) -> Option<Placed<String>> {
        let at = self.reader.place(&value.span());
        match value.get_ref().as_str() {
            Some(text) => Some(Placed {
                value: String::from(text),
                at,
            }),
            None => {
                self.wrong_type(key, value, "text");
                None
            }
        }
    }

    /// A text whose letters have places of their own.
    pub(crate) fn source(&self, key: &'static str) -> Option<Source> {
        let value = self.get(key)?;
        let text = self.text_of(key, value)?.value;
        let span = value.span();
        let written = self.reader.text.get(span.clone()).unwrap_or_default();
        // The first letter is a quote.
        let inside = written.get(1..).unwrap_or_default();
        let start = inside.find(&text).map(|offset| span.start + 1 + offset);
        Some(Source {
            value: text,
            span,
            start,
        })
    }

    /// A text that must be there; empty (with a fault) when it is not.
    pub(crate) fn need_text(&self, key: &'static str) -> Placed<String> {
        if !self.table.contains_key(key) {
            self.missing(key);
        }
        self.text(key).unwrap_or_else(|| Placed {
            value: String::new(),
            at: self.at,
        })
    }

    pub(crate) fn texts(&self, key: &'static str) -> Vec<Placed<String>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of texts");
            return Vec::new();
        };
        array
            .iter()
            .filter_map(|item| self.text_of(key, item))
            .collect()
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, value, "true or false");
        }
        flag
    }

    pub(crate) fn integer<N: FromStr + PartialOrd + Display + Copy>(
        &self,
        key: &'static str,
        range: core::ops::RangeInclusive<N>,
    ) -> Option<N> {
        let value = self.get(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(key, value, "a whole number");
            return None;
        };
        let number = integer
            .as_str()
            .parse::<N>()
            .ok()
            .filter(|number| integer.radix() == 10 && range.contains(number));
        if number.is_none() {
            let (low, high) = (range.start(), range.end());
            self.bad(
                self.reader.place(&value.span()),
                format!(
                    "\"{key}\" is {}, outside {low} to {high},",
                    integer.as_str()
                ),
                format!("write a number from {low} to {high}"),
            );
        }
        number
    }

    /// A number from 0 up, whole or with decimals.
    pub(crate) fn decimal(&self, key: &'static str, high: f64) -> Option<Placed<f64>> {
        let value = self.get(key)?;
        self.decimal_of(key, value, high)
    }

    fn decimal_of(&self, key: &str, value: &Value<'t>, high: f64) -> Option<Placed<f64>> {
        let at = self.reader.place(&value.span());
        let of = value.get_ref();
        let whole = of.as_integer().filter(|integer| integer.radix() == 10);
        let text = of
            .as_float()
            .map(|float| float.as_str())
            .or_else(|| whole.map(|integer| integer.as_str()));
        let Some(text) = text else {
            self.wrong_type(key, value, "a number");
            return None;
        };
        let number = text
            .parse::<f64>()
            .ok()
            .filter(|number| (0.0..=high).contains(number));
        if number.is_none() {
            let help = format!("write a number from 0 to {high}");
            self.bad(
                at,
                format!("\"{key}\" is {text}, outside 0 to {high},"),
                help,
            );
        }
        Some(Placed { value: number?, at })
    }

    pub(crate) fn decimals(&self, key: &'static str, high: f64) -> Vec<Placed<f64>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of numbers");
            return Vec::new();
        };
        array
            .iter()
            .filter_map(|item| self.decimal_of(key, item, high))
            .collect()
    }

    /// A table of names and numbers, such as shares by skill.
    pub(crate) fn weights(&self, key: &'static str, high: f64) -> Vec<(Placed<String>, f64)> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a table of numbers");
            return Vec::new();
        };
        let mut weights: Vec<(Placed<String>, f64)> = table
            .iter()
            .filter_map(|(name, weight)| {
                let at = self.reader.place(&name.span());
                let name = Placed {
                    value: name.get_ref().to_string(),
                    at,
                };
                Some((name, self.decimal_of(key, weight, high)?.value))
            })
            .collect();
        weights.sort_by_key(|(name, _)| name.at);
        weights
    }

    /// As `weights`, where a weight can also be a table `{ share, level }`.
    pub(crate) fn levelled_weights(
        &self,
        key: &'static str,
        high: f64,
        most: u8,
    ) -> Vec<(Placed<String>, f64, Option<u8>)> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a table of numbers");
            return Vec::new();
        };
        let mut weights: Vec<(Placed<String>, f64, Option<u8>)> = table
            .iter()
            .filter_map(|(name, weight)| {
                let at = self.reader.place(&name.span());
                let value = name.get_ref().to_string();
                let (share, level) = if weight.get_ref().is_table() {
                    let what = format!("\"{value}\" of {}", self.what);
                    self.table_of(key, weight, what, |table| {
                        let share = table.decimal("share", high);
                        let level = table.integer("level", 1..=most);
                        (share.map_or(1.0, |share| share.value), level)
                    })?
                } else {
                    (self.decimal_of(key, weight, high)?.value, None)
                };
                Some((Placed { value, at }, share, level))
            })
            .collect();
        weights.sort_by_key(|(name, _, _)| name.at);
        weights
    }

    /// A span of time such as "45s", "2m", "1h30m" or "2d", in seconds.
    pub(crate) fn seconds(&self, key: &'static str) -> Option<u32> {
        let text = self.text(key)?;
        let seconds = parse_seconds(&text.value);
        if seconds.is_none() {
            self.bad(
                text.at,
                format!("\"{key}\" is \"{}\", which is no span of time,", text.value),
                "write a number and a unit, such as \"45s\", \"2m\" or \"1h30m\"",
            );
        }
        seconds
    }

    /// A time of day such as "09:00", in minutes after midnight; "24:00" is the end of the day.
    pub(crate) fn minute_of_day(&self, key: &'static str) -> Option<Placed<u16>> {
        let text = self.text(key)?;
        let minute = parse_minute_of_day(&text.value);
        if minute.is_none() {
            self.bad(
                text.at,
                format!("\"{key}\" is \"{}\", which is no time of day,", text.value),
                "write it as \"09:00\"",
            );
        }
        Some(Placed {
            value: minute?,
            at: text.at,
        })
    }

    /// A TOML date, such as 2015-12-24.
    pub(crate) fn date(&self, key: &'static str) -> Option<(i16, i8, i8)> {
        let Some(value) = self.get(key) else {
            self.missing(key);
            return None;
        };
        let date = value.get_ref().as_datetime().and_then(|of| match of {
            toml::value::Datetime {
                date: Some(date),
                time: None,
                offset: None,
            } => Some(date),
            toml::value::Datetime { .. } => None,
        });
        let Some(date) = date else {
            self.wrong_type(key, value, "a date such as 2015-12-24");
            return None;
        };
        let year = i16::try_from(date.year).ok()?;
        let month = i8::try_from(date.month).ok()?;
        Some((year, month, i8::try_from(date.day).ok()?))
    }

    /// Reads the one table under `key`; refuses keys that `read` does not ask for.
    pub(crate) fn table<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Table<'r, 't>) -> T,
    ) -> Option<T> {
        let value = self.get(key)?;
        let what = if self.is_root() {
            format!("[{key}]")
        } else {
            format!("\"{key}\" of {}", self.what)
        };
        self.table_of(key, value, what, read)
    }

    /// As `table`, but the table must be there.
    pub(crate) fn need_table<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Table<'r, 't>) -> T,
    ) -> Option<T> {
        if !self.table.contains_key(key) && self.is_root() {
            let message = format!("there is no [{key}]");
            let help = format!("add a section [{key}]");
            self.reader.fault(Code::MissingKey, self.at, message, help);
        } else if !self.table.contains_key(key) {
            self.missing(key);
        }
        self.table(key, read)
    }

    /// Reads each table of the list under `key`, in the order of the file.
    pub(crate) fn tables<T>(
        &self,
        key: &'static str,
        mut read: impl FnMut(&Table<'r, 't>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of tables");
            return Vec::new();
        };
        array
            .iter()
            .enumerate()
            .filter_map(|(number, item)| {
                let mut what = describe(key, number, item);
                if !self.is_root() {
                    what = format!("{what} of {}", self.what);
                }
                self.table_of(key, item, what, &mut read)
            })
            .collect()
    }

    fn table_of<T>(
        &self,
        key: &str,
        value: &'r Value<'t>,
        what: String,
        read: impl FnOnce(&Table<'r, 't>) -> T,
    ) -> Option<T> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a table");
            return None;
        };
        let table = Table::new(self.reader, table, self.reader.place(&value.span()), what);
        let result = read(&table);
        table.refuse_unknown();
        Some(result)
    }

    /// The tables of the list under `key` with their places, without asking for it.
    fn peek(&self, key: &str) -> impl Iterator<Item = (&'r DeTable<'t>, Place)> + use<'r, 't> {
        tables_of(self.reader, self.table.get(key))
    }

    fn id_of(&self, table: &DeTable<'t>, at: Place, id_key: &str) -> Placed<String> {
        match table.get(id_key) {
            Some(id) => Placed {
                value: String::from(id.get_ref().as_str().unwrap_or_default()),
                at: self.reader.place(&id.span()),
            },
            None => Placed {
                value: String::new(),
                at,
            },
        }
    }

    /// The ids under `id_key` of the list of tables `key`, with their places; asks for nothing.
    pub(crate) fn ids(&self, key: &str, id_key: &str) -> Vec<Placed<String>> {
        self.peek(key)
            .map(|(table, at)| self.id_of(table, at, id_key))
            .collect()
    }

    /// How many items the list `key` of the section `section` has, when that is within `range`.
    pub(crate) fn count_of(
        &self,
        section: &str,
        key: &str,
        range: core::ops::RangeInclusive<u8>,
    ) -> Option<u8> {
        let section = self.table.get(section)?.get_ref().as_table()?;
        let count = section.get(key)?.get_ref().as_array()?.len();
        u8::try_from(count)
            .ok()
            .filter(|count| range.contains(count))
    }

    /// The whole number `key` of the section `section`, if it is one.
    pub(crate) fn count_in(&self, section: &str, key: &str) -> Option<u32> {
        let section = self.table.get(section)?.get_ref().as_table()?;
        let count = section.get(key)?.get_ref().as_integer()?;
        count.as_str().parse().ok()
    }

    /// Warns of a span of time that is longer than `most` seconds, in words `text`.
    pub(crate) fn hardly_meant(&self, key: &'static str, seconds: u32, most: u32, text: &str) {
        if seconds > most {
            let message = format!(
                "\"{key}\" of {} is longer than {text}, which is hardly meant",
                self.what
            );
            let help = format!("write at most \"{text}\"");
            let at = self.place_of(key);
            self.reader.fault(Code::Unlikely, at, message, help);
        }
    }

    /// The ids of the steps of each flow.
    pub(crate) fn steps(&self) -> Vec<Vec<Placed<String>>> {
        let steps_of = |(flow, _): (&'r DeTable<'t>, Place)| {
            tables_of(self.reader, flow.get("step"))
                .map(|(step, at)| self.id_of(step, at, "id"))
                .collect()
        };
        self.peek("flow").map(steps_of).collect()
    }

    /// The ids of the prompts, rows of numbers spread out.
    pub(crate) fn prompt_ids(&self) -> Vec<Placed<String>> {
        self.peek("prompt")
            .flat_map(|(table, at)| {
                let numbers = table.get("numbers").map(|value| {
                    let integer = value.get_ref().as_integer();
                    integer
                        .and_then(|last| last.as_str().parse().ok())
                        .unwrap_or(0)
                });
                crate::read::prompt_ids(self.id_of(table, at, "id"), numbers)
            })
            .collect()
    }

    /// The names of the entries of a section, without asking for them.
    pub(crate) fn peek_names(&self, key: &str) -> Vec<Text> {
        self.peek(key)
            .map(|(table, _)| {
                let name = table.get("name").and_then(|name| name.get_ref().as_table());
                let text = |key: &str| {
                    let text = name.and_then(|name| name.get(key)?.get_ref().as_str());
                    String::from(text.unwrap_or_default())
                };
                Text {
                    nb: text("nb"),
                    en: text("en"),
                }
            })
            .collect()
    }
}

/// The tables of a list with their places; other items are passed over.
fn tables_of<'r, 't>(
    reader: &Reader<'t>,
    list: Option<&'r Value<'t>>,
) -> impl Iterator<Item = (&'r DeTable<'t>, Place)> + use<'r, 't> {
    let items = list.and_then(|value| value.get_ref().as_array());
    let placed: Vec<(&DeTable<'t>, Place)> = items
        .into_iter()
        .flatten()
        .filter_map(|item| Some((item.get_ref().as_table()?, reader.place(&item.span()))))
        .collect();
    placed.into_iter()
}

/// `queue "familie"`, or `the 3rd queue` when it has no id.
fn describe(key: &str, number: usize, item: &Value<'_>) -> String {
    let named = item.get_ref().as_table().and_then(|table| {
        ["id", "code", "key"]
            .iter()
            .find_map(|name| table.get(*name))
            .and_then(|name| name.get_ref().as_str())
    });
    match named {
        Some(name) => format!("{key} \"{name}\""),
        // The first ring is the queue's own.
        None if key == "then" => format!("ring {}", number + 2),
        None => format!("{key} number {}", number + 1),
    }
}

pub(crate) fn parse_seconds(text: &str) -> Option<u32> {
    let mut seconds = 0_u32;
    let mut digits = String::new();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        let amount: u32 = digits.parse().ok()?;
        seconds = seconds.checked_add(amount.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(seconds)
}

fn parse_minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let figures = |text: &str| text.len() == 2 && text.chars().all(|c| c.is_ascii_digit());
    if !figures(hour) || !figures(minute) {
        return None;
    }
    let minute_of_day = hour.parse::<u16>().ok()? * 60
        + minute.parse::<u16>().ok().filter(|minute| *minute < 60)?;
    (minute_of_day <= 24 * 60).then_some(minute_of_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_have_units() {
        assert_eq!(parse_seconds("45s"), Some(45));
        assert_eq!(parse_seconds("1h30m"), Some(5_400));
        assert_eq!(parse_seconds("45"), None);
        assert_eq!(parse_seconds(""), None);
        assert_eq!(parse_seconds("99999999999d"), None);
    }

    #[test]
    fn a_time_of_day_has_four_figures() {
        assert_eq!(parse_minute_of_day("09:00"), Some(540));
        assert_eq!(parse_minute_of_day("24:00"), Some(1_440));
        assert_eq!(parse_minute_of_day("24:01"), None);
        assert_eq!(parse_minute_of_day("9:00"), None);
    }

    #[test]
    fn columns_count_letters_and_not_bytes() {
        let reader = Reader::new("a = 1\næ = \"øå\" x");
        let place = reader.place(&(6 + 5..6 + 6));
        assert_eq!(place, Place { line: 2, column: 5 });
    }
}
