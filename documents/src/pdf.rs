//! Writes pages as PDF/A-3B (ISO 19005-3). The same pages always give the same bytes.

use chrono::{Datelike, NaiveDate};
use krilla::Document;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::{SerializeSettings, error::KrillaError};

use super::DocumentError;
use super::layout::{Ink, Mark, PAPER_HEIGHT, PAPER_WIDTH};
use super::model::Language;
use super::typeface::Typeface;

/// What the file says about itself.
pub struct About {
    /// Its title, which readers show as the name of the window.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// The day that counts as the day of its making, so that it does not depend on a clock.
    pub day: NaiveDate,
    /// Its language.
    pub language: Language,
}

/// The pages as a file.
pub fn write(pages: Vec<Vec<Mark>>, typeface: &Typeface, about: &About) -> Result<Vec<u8>, DocumentError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .finish()
        .map_err(|error| DocumentError::Pdf(format!("{error:?}")))?;
    let mut file = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    file.set_metadata(metadata(about));
    for marks in pages {
        let settings = PageSettings::from_wh(PAPER_WIDTH, PAPER_HEIGHT);
        let mut page = file.start_page_with(settings.ok_or_else(|| DocumentError::Pdf("paper size".into()))?);
        let mut surface = page.surface();
        for mark in &marks {
            draw(&mut surface, mark, typeface);
        }
        surface.finish();
        page.finish();
    }
    file.finish().map_err(|error: KrillaError| DocumentError::Pdf(format!("{error:?}")))
}

fn draw(surface: &mut Surface, mark: &Mark, typeface: &Typeface) {
    match mark {
        Mark::Text { x, y, size, ink, run } => {
            surface.set_fill(Some(fill(*ink)));
            let font = typeface.font(run.weight);
            surface.draw_glyphs(Point::from_xy(*x, *y), &run.glyphs, font, &run.text, *size, false);
        }
        Mark::Block { x, y, width, height, ink } => {
            let Some(area) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut outline = PathBuilder::new();
            outline.push_rect(area);
            if let Some(outline) = outline.finish() {
                surface.set_fill(Some(fill(*ink)));
                surface.draw_path(&outline);
            }
        }
    }
}

fn fill(ink: Ink) -> Fill {
    let color = match ink {
        Ink::Black => rgb::Color::new(28, 32, 38),
        Ink::Grey => rgb::Color::new(98, 106, 117),
        Ink::Accent => rgb::Color::new(23, 70, 110),
        Ink::Rule => rgb::Color::new(205, 211, 219),
        Ink::Tint => rgb::Color::new(239, 243, 247),
    };
    Fill { paint: color.into(), ..Fill::default() }
}

fn metadata(about: &About) -> Metadata {
    let code = match about.language {
        Language::En => "en",
        Language::Sv => "sv",
        Language::De => "de",
    };
    let mut made = DateTime::new(u16::try_from(about.day.year()).unwrap_or(u16::MAX)).hour(0).minute(0).second(0);
    made = made.utc_offset_hour(0).utc_offset_minute(0);
    if let (Ok(month), Ok(day)) = (u8::try_from(about.day.month()), u8::try_from(about.day.day())) {
        made = made.month(month).day(day);
    }
    Metadata::new()
        .title(about.title.clone())
        .authors(vec![about.author.clone()])
        .language(code.to_owned())
        .creation_date(made)
}
