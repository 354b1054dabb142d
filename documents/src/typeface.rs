//! The letters: turns a text into glyphs of known width, so that lines can be broken and numbers aligned.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, Feature, Script, ShapePlan, UnicodeBuffer, ttf_parser::Tag};
use unicode_bidi::BidiInfo;

use super::DocumentError;

/// Stands for a letter that the fonts do not have. PDF/A allows no missing glyphs.
const UNKNOWN: char = '\u{25a1}';

/// How heavy the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// For most of the text.
    Regular,
    /// For headings and sums.
    Bold,
}

/// A piece of text on one line, as glyphs. Widths are in units of the font size.
#[derive(Debug)]
pub struct Run {
    /// What it says.
    pub text: String,
    /// Its glyphs from left to right.
    pub glyphs: Vec<KrillaGlyph>,
    /// The sum of the advances.
    pub width: f32,
    /// The font that the glyphs belong to.
    pub weight: Weight,
}

/// One font, and what was found out about shaping with it.
struct Cut {
    font: Font,
    face: Face<'static>,
    units_per_em: f32,
    plans: RefCell<Vec<(Direction, Script, Rc<ShapePlan>)>>,
    /// What was shaped before. Rates, units and prices come again and again.
    known: RefCell<HashMap<String, Rc<Run>>>,
}

/// The fonts of a document.
pub struct Typeface {
    regular: Cut,
    bold: Cut,
}

impl Typeface {
    /// Reads the fonts, which are part of the program.
    pub fn load() -> Result<Self, DocumentError> {
        Ok(Self {
            regular: Cut::read(dejavu::sans_condensed::regular())?,
            bold: Cut::read(dejavu::sans_condensed::bold())?,
        })
    }

    /// The font of a weight.
    pub fn font(&self, weight: Weight) -> Font {
        self.cut(weight).font.clone()
    }

    /// The glyphs of a text, which stays on one line.
    pub fn shape(&self, text: &str, weight: Weight) -> Rc<Run> {
        let cut = self.cut(weight);
        if let Some(run) = cut.known.borrow().get(text) {
            return Rc::clone(run);
        }
        let run = Rc::new(cut.shape(text, weight));
        cut.known.borrow_mut().insert(text.to_owned(), Rc::clone(&run));
        run
    }

    fn cut(&self, weight: Weight) -> &Cut {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

impl Cut {
    fn read(bytes: &'static [u8]) -> Result<Self, DocumentError> {
        let face = Face::from_slice(bytes, 0).ok_or(DocumentError::Font)?;
        let font = Font::new(bytes.into(), 0).ok_or(DocumentError::Font)?;
        Ok(Self { units_per_em: font.units_per_em(), font, face, plans: RefCell::default(), known: RefCell::default() })
    }

    fn shape(&self, text: &str, weight: Weight) -> Run {
        let text: String = text.chars().filter_map(|letter| self.printable(letter)).collect();
        let mut run = Run { text: String::new(), glyphs: Vec::with_capacity(text.len()), width: 0.0, weight };
        for (range, direction) in segments(&text) {
            self.append(&mut run, &text, range, direction);
        }
        run.text = text;
        run
    }

    /// Appends the glyphs of a part of the text that runs in one direction.
    fn append(&self, run: &mut Run, text: &str, range: Range<usize>, direction: Direction) {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text[range.clone()]);
        buffer.guess_segment_properties();
        buffer.set_direction(direction);
        let plan = self.plan(&buffer);
        let shaped = rustybuzz::shape_with_plan(&self.face, &plan, buffer);

        // A cluster reaches to the start of the next one in the text. Glyphs of right-to-left text come last to first.
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        if direction == Direction::RightToLeft {
            starts.reverse();
        }
        starts.dedup();
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let start = info.cluster as usize;
            let end = starts.get(starts.partition_point(|other| *other <= start)).copied().unwrap_or(range.len());
            let covered = range.start + start..range.start + end;
            let [advance, right, up] = [position.x_advance, position.x_offset, position.y_offset].map(|n| self.em(n));
            run.glyphs.push(KrillaGlyph::new(GlyphId::new(info.glyph_id), advance, right, up, 0.0, covered, None));
            run.width += advance;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a font has a few thousand units")]
    fn em(&self, units: i32) -> f32 {
        units as f32 / self.units_per_em
    }

    /// The letter as it is printed. None if it has no form, as control characters have none.
    fn printable(&self, letter: char) -> Option<char> {
        match letter {
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
            // Controls, marks of direction, and the byte order mark.
            letter if letter.is_control() => None,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
            letter if self.face.glyph_index(letter).is_some_and(|glyph| glyph.0 != 0) => Some(letter),
            _ => Some(UNKNOWN),
        }
    }

    /// A plan takes longer to make than a line takes to shape, and most lines share one.
    fn plan(&self, buffer: &UnicodeBuffer) -> Rc<ShapePlan> {
        let (direction, script) = (buffer.direction(), buffer.script());
        let mut plans = self.plans.borrow_mut();
        if let Some((.., plan)) = plans.iter().find(|known| known.0 == direction && known.1 == script) {
            return Rc::clone(plan);
        }
        // Without ligatures, so that every letter can be found and copied.
        let features = [Feature::new(Tag::from_bytes(b"liga"), 0, ..)];
        let plan = Rc::new(ShapePlan::new(&self.face, direction, Some(script), None, &features));
        plans.push((direction, script, Rc::clone(&plan)));
        plan
    }
}

/// The parts of a line that run in one direction, from left to right as they are printed (Unicode Annex 9).
fn segments(text: &str) -> Vec<(Range<usize>, Direction)> {
    if !text.chars().any(is_right_to_left) {
        return vec![(0..text.len(), Direction::LeftToRight)];
    }
    let order = BidiInfo::new(text, None);
    let Some(paragraph) = order.paragraphs.first() else { return Vec::new() };
    let (levels, runs) = order.visual_runs(paragraph, paragraph.range.clone());
    let direction = |run: &Range<usize>| match levels.get(run.start) {
        Some(level) if level.is_rtl() => Direction::RightToLeft,
        _ => Direction::LeftToRight,
    };
    runs.into_iter().map(|run| (run.clone(), direction(&run))).collect()
}

/// Whether a letter is in one of the blocks of scripts that run from right to left.
const fn is_right_to_left(letter: char) -> bool {
    matches!(
        letter,
        '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}
