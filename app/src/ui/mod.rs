//! Parts of which the screens are made. They know nothing of the desk: words come in as properties, data as
//! plain values, and what the browser alone can do (focus, clipboard, local time) happens in here.
//! One file a part, with a style sheet of the same name.

mod avatar;
mod badge;
mod brand;
pub mod browser;
mod button;
mod clock;
mod copy;
mod dialog;
mod empty;
mod field;
mod icon;
pub mod letters;
mod menu;
pub mod order;
mod select;
mod skeleton;
mod switch;
mod tabs;
mod ticks;
mod time;
mod toast;

pub use avatar::{Avatar, AvatarSize};
pub use badge::{Badge, Count, Lamp, LampState, Tone};
pub use brand::{Brand, BrandMark};
pub use button::{Button, ButtonKind, ButtonLink, ButtonSize};
pub use clock::{Style as AgoStyle, iso, utc};
pub use copy::{CopyButton, CopyLine, copy_text};
pub use dialog::{Dialog, DialogSize};
pub use empty::Empty;
pub use field::{Field, FieldKind, Problem, TextArea};
pub use icon::{Icon, IconName, IconSize};
pub use menu::{Menu, MenuHeading, MenuItem, MenuRow, MenuSeparator};
pub use select::{Choice, Select};
pub use skeleton::{Shape, Skeleton};
pub use switch::Switch;
pub use tabs::{Tab, Tabs};
pub use ticks::Ticks;
pub use time::Ago;
pub use toast::{ToastKind, ToastRegion, Toasts, provide_toasts, use_toasts};
