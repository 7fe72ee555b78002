//! `elfo-dump`: a whole file as one document, for people ([`Document::to_text`]) and as JSON.
//!
//! | part | what it holds |
//! |---|---|
//! | [`layout`] | file header, segments, sections, interpreter |
//! | [`dynamic`] | the dynamic section, strings resolved |
//! | [`symbols`] | both symbol tables, version definitions and needs |
//! | [`relocations`] | every relocation with its symbol |
//! | [`notes`] | build ID, ABI tag, properties, libraries that may be opened at run time |
//! | [`hash`] | facts about the symbol hash tables |
//!
//! A damaged part is left out or cut, and a sentence about it is in [`Document::problems`].

pub mod dynamic;
pub mod hash;
pub mod layout;
pub mod notes;
pub mod relocations;
pub mod symbols;

use serde::Serialize;

use crate::image::Image;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    pub header: bool,
    pub interpreter: bool,
    pub segments: bool,
    pub sections: bool,
    pub dynamic: bool,
    pub versions: bool,
    pub symbols: bool,
    pub relocations: bool,
    pub notes: bool,
    pub hash: bool,
}

impl Parts {
    pub fn all() -> Self {
        let on = true;
        Parts {
            header: on,
            interpreter: on,
            segments: on,
            sections: on,
            dynamic: on,
            versions: on,
            symbols: on,
            relocations: on,
            notes: on,
            hash: on,
        }
    }

    pub fn is_empty(self) -> bool {
        let Parts { header, interpreter, segments, sections, dynamic, versions, symbols, relocations, notes, hash } = self;
        ![header, interpreter, segments, sections, dynamic, versions, symbols, relocations, notes, hash].contains(&true)
    }
}

/// A file; a part that was not asked for, or that the file does not have, is `None`.
#[derive(Serialize)]
pub struct Document {
    pub file: String,
    pub header: Option<layout::FileHeader>,
    pub interpreter: Option<String>,
    pub segments: Option<Vec<layout::Segment>>,
    pub sections: Option<Vec<layout::Section>>,
    pub dynamic: Option<Vec<dynamic::Entry>>,
    pub versions: Option<symbols::Versions>,
    pub symbols: Option<symbols::Tables>,
    pub relocations: Option<Vec<relocations::Relocation>>,
    pub notes: Option<Vec<notes::Note>>,
    pub hash: Option<Vec<hash::Facts>>,
    /// Each a sentence about what is damaged.
    pub problems: Vec<String>,
}

/// Reads the parts of a file. An error: it is no ELF file that can be read at all.
pub fn document(file: &str, bytes: &[u8], parts: Parts) -> Result<Document, &'static str> {
    let mut image = Image::parse(bytes)?;
    let linked = dynamic::Linked::read(&mut image);
    let symbols = symbols::read(&mut image, &linked);
    let relocations = parts.relocations.then(|| relocations::read(&mut image, &linked, &symbols));
    let notes = parts.notes.then(|| notes::read(&mut image));
    let hash = parts.hash.then(|| hash::read(&mut image, &linked));
    let versions = parts.versions.then(|| symbols::versions(&mut image, &linked));
    let interpreter = if parts.interpreter { layout::interpreter(&mut image) } else { None };
    let dynamic = if parts.dynamic { dynamic::entries(&mut image, &linked) } else { None };
    Ok(Document {
        file: file.to_string(),
        header: parts.header.then(|| layout::header(&image)),
        interpreter,
        segments: parts.segments.then(|| layout::segments(&mut image)),
        sections: parts.sections.then(|| layout::sections(&mut image)),
        dynamic,
        versions,
        symbols: parts.symbols.then_some(symbols),
        relocations,
        notes,
        hash,
        problems: image.problems,
    })
}

impl Document {
    /// For people.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n\n", self.file);
        if let Some(header) = &self.header {
            header.write(&mut out);
        }
        if let Some(interpreter) = &self.interpreter {
            out += &format!("Interpreter\n  {interpreter}\n\n");
        }
        layout::write_segments(self.segments.as_deref().unwrap_or_default(), &mut out);
        layout::write_sections(self.sections.as_deref().unwrap_or_default(), &mut out);
        dynamic::write(self.dynamic.as_deref().unwrap_or_default(), &mut out);
        if let Some(versions) = &self.versions {
            versions.write(&mut out);
        }
        if let Some(symbols) = &self.symbols {
            symbols.write(&mut out);
        }
        relocations::write(self.relocations.as_deref().unwrap_or_default(), &mut out);
        notes::write(self.notes.as_deref().unwrap_or_default(), &mut out);
        hash::write(self.hash.as_deref().unwrap_or_default(), &mut out);
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }
}
