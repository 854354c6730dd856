//! The texts, as typed keys made from `locales` before compiling.

#![expect(missing_docs, clippy::module_inception, reason = "the code is generated from the texts")]

include!(concat!(env!("OUT_DIR"), "/i18n.rs"));

pub use i18n::*;
