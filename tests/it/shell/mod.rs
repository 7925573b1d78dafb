//! The shell on a terminal: what is typed, what is answered, and that it stays sound.

mod cancel;
mod charts;
mod commands;
mod completion;
mod editing;
mod history;
mod odd_terminals;
mod paging;
