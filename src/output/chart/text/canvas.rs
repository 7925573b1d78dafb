//! A grid of terminal cells that lines are drawn on: eight dots a cell in braille, or one mark.

use std::fmt::Write as _;

use super::Look;

/// The dots of a cell, as Unicode numbers them: columns from left to right, in each from top to bottom.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// How fine a canvas is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Two by four dots a cell, in the colour of the series that was drawn last.
    Braille,
    /// One mark a cell, which tells the series.
    Mark,
}

/// See the file.
pub(super) struct Canvas {
    grain: Grain,
    width: usize,
    height: usize,
    cells: Vec<(u8, usize)>,
}

impl Canvas {
    /// An empty canvas of so many cells.
    pub(super) fn new(grain: Grain, width: usize, height: usize) -> Self {
        Self { grain, width, height, cells: vec![(0, 0); width * height] }
    }

    /// A place in dots, given as shares of the width and, from the bottom, of the height.
    pub(super) fn place(&self, x: f64, y: f64) -> (i64, i64) {
        let (wide, high) = self.dots();
        let at = |share: f64, most: usize| (share.clamp(0.0, 1.0) * most.saturating_sub(1) as f64).round() as i64;
        (at(x, self.width * wide), (self.height * high) as i64 - 1 - at(y, self.height * high))
    }

    fn dots(&self) -> (usize, usize) {
        match self.grain {
            Grain::Braille => (2, 4),
            Grain::Mark => (1, 1),
        }
    }

    fn dot(&mut self, (x, y): (i64, i64), series: usize) {
        let (wide, high) = self.dots();
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let (column, row) = (x / wide, y / high);
        if column >= self.width || row >= self.height {
            return;
        }
        let cell = &mut self.cells[row * self.width + column];
        let bit = if self.grain == Grain::Braille { DOTS[x % 2][y % 4] } else { 1 };
        *cell = (cell.0 | bit, series);
    }

    /// A line from one place to another, both included: Bresenham's.
    pub(super) fn line(&mut self, from: (i64, i64), to: (i64, i64), series: usize) {
        let (across, down) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let (right, below) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let (mut x, mut y) = from;
        let mut error = across - down;
        loop {
            self.dot((x, y), series);
            if (x, y) == to {
                return;
            }
            let doubled = 2 * error;
            if doubled > -down {
                error -= down;
                x += right;
            }
            if doubled < across {
                error += across;
                y += below;
            }
        }
    }

    /// A row of cells, from the top.
    pub(super) fn row(&self, row: usize, look: Look) -> String {
        let mut out = String::new();
        for (dots, series) in &self.cells[row * self.width..(row + 1) * self.width] {
            let sign = match self.grain {
                _ if *dots == 0 => ' ',
                Grain::Braille => char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' '),
                Grain::Mark => look.mark(*series),
            };
            let style = if *dots == 0 { anstyle::Style::new() } else { look.style(*series) };
            let _ = write!(out, "{style}{sign}{style:#}");
        }
        out.truncate(out.trim_end().len());
        out
    }
}
