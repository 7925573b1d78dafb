//! The shell on a terminal: what is typed, what is answered, and that it stays sound.

mod cancel;
mod commands;
mod editing;
mod history;
mod odd_terminals;
mod paging;
