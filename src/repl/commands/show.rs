//! Commands about how results are shown.

use std::path::PathBuf;

use super::{Argument, Done, GO_ON, Meta, missing};
use crate::output::Format;
use crate::output::chart::Wanted;
use crate::repl::settings;
use crate::repl::shell::Shell;
use crate::session::Error;
use crate::terminal::View;

pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".chart"],
        usage: ".chart [bar|time]",
        summary: "draw the answer before: bars, or lines over time",
        argument: Argument::Word(&["bar", "time"]),
        run: draw,
    },
    Meta {
        names: &[".expanded", "\\x"],
        usage: ".expanded",
        summary: "one value a line, or as before; \\G after a query does so once",
        argument: Argument::Nothing,
        run: expanded,
    },
    Meta {
        names: &[".once", "\\g"],
        usage: ".once FILE",
        summary: "write the next result to a file, in the form that its name tells",
        argument: Argument::File,
        run: once,
    },
    Meta {
        names: &[".show"],
        usage: ".show",
        summary: "every setting and its value",
        argument: Argument::Nothing,
        run: show,
    },
];

fn draw(shell: &mut Shell<'_>, kind: &str) -> Done {
    let wanted = match kind {
        "" => Wanted::default(),
        kind => kind.parse().map_err(|message| Error::Usage { message, help: "write `.chart bar`".to_owned() })?,
    };
    let Some(rows) = shell.rows().filter(|rows| rows.is_whole()) else {
        return Err(Error::Usage {
            message: "there is no answer to draw".to_owned(),
            help: "ask a query with at most 200,000 rows first".to_owned(),
        });
    };
    let mut sink = shell.screen();
    let view = View { chart: Some(wanted), ..shell.settings().view(Format::Table) };
    shell.terminal().draw(rows.schema(), rows.batches(), &view, &sink)?;
    sink.settle()?;
    GO_ON
}

fn expanded(shell: &mut Shell<'_>, _: &str) -> Done {
    let settings = shell.settings_mut();
    settings.format = if settings.format == Format::Line { Format::default() } else { Format::Line };
    GO_ON
}

fn once(shell: &mut Shell<'_>, path: &str) -> Done {
    if path.is_empty() {
        return Err(missing(".once FILE"));
    }
    shell.set_once(PathBuf::from(path.trim_matches(['\'', '"'])));
    GO_ON
}

fn show(shell: &mut Shell<'_>, _: &str) -> Done {
    let width = settings::ALL.iter().map(|setting| setting.names[0].len()).max().unwrap_or_default();
    let lines =
        settings::ALL.iter().map(|setting| format!("{:width$}  {}", setting.names[0], (setting.get)(shell.settings())));
    shell.answer(&crate::output::escape::terminal_lines(&lines.collect::<Vec<_>>().join("\n")))?;
    GO_ON
}
