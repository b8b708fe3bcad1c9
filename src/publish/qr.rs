//! An address as a QR code (ISO/IEC 18004), drawn as one path of an inline SVG.

use std::fmt::Write;

use qrcode::bits::encode_auto;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::ec::construct_codewords;
use qrcode::types::{Color, EcLevel, QrResult};

/// Light modules that must surround a code.
const QUIET: usize = 4;

/// A drawn code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// Width and height in modules, the quiet zone included: the SVG's view box.
    pub size: usize,
    /// The dark modules as horizontal strokes of width 1: the path's `d`.
    pub path: String,
}

/// The code of an address; `None` where it is longer than a code can hold.
pub(super) fn code(address: &str) -> Option<Code> {
    let (modules, width) = modules(address).ok()?;
    let mut path = String::with_capacity(modules.len() * 2);
    for (y, row) in modules.chunks(width).enumerate() {
        strokes(&mut path, row, y);
    }
    Some(Code { size: width + 2 * QUIET, path })
}

/// The mask is always the same: choosing the best of eight costs ten times as much as all the
/// rest, and readers decode each of them.
fn modules(address: &str) -> QrResult<(Vec<Color>, usize)> {
    let level = EcLevel::M;
    let bits = encode_auto(address.as_bytes(), level)?;
    let version = bits.version();
    let (data, correction) = construct_codewords(&bits.into_bytes(), version, level)?;
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas.apply_mask(MaskPattern::DiagonalLines);
    Ok((canvas.into_colors(), usize::try_from(version.width()).unwrap_or_default()))
}

fn strokes(path: &mut String, row: &[Color], y: usize) {
    let mut x = 0;
    let mut pen = None;
    for run in row.chunk_by(|a, b| a == b) {
        if run.first() == Some(&Color::Dark) {
            let written = match pen {
                None => write!(path, "M{} {}.5h{}", x + QUIET, y + QUIET, run.len()),
                Some(end) => write!(path, "m{} 0h{}", x - end, run.len()),
            };
            // Writing to a string cannot fail.
            debug_assert!(written.is_ok());
            pen = Some(x + run.len());
        }
        x += run.len();
    }
}
