//! How long the documents of real invoices take: what the server lays out after an issue.

use std::time::Instant;

use ::documents::{Document, Rendered, render};
use entity::invoice;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tenantry::billing::document::content;
use tenantry::billing::invoice::store as invoices;
use uuid::Uuid;

use super::bench::Bench;
use super::billing::Billable;

/// How many invoices are laid out.
const MOST: usize = 500;

/// Issues invoices, and prints how long their documents take. A document that lacks what an e-invoice needs is a plain
/// PDF; the difference is what the checks, both kinds of XML and the XML inside the PDF take.
pub async fn measure(bench: &Bench<'_>) {
    let billable = Billable::fill(bench, MOST).await;
    billable.run("invoices").await;
    let db = billable.db();
    let issued = invoice::Entity::find().filter(invoice::Column::RunId.is_not_null()).select_only();
    let issued = issued.column(invoice::Column::Id).order_by_asc(invoice::Column::Id);
    let ids: Vec<Uuid> = issued.into_tuple().all(db.reader()).await.expect("invoices");
    let found = invoices::load_in(db.reader(), &ids).await.expect("invoices");
    let (mut whole, mut plain, mut sizes, mut lines) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for one in found.values() {
        let mut document = content::invoice(one).expect("a document");
        let (millis, rendered) = timed(&document);
        assert!(rendered.broken.is_empty(), "{:?}", rendered.broken);
        // Invoices to a contact have no address for UBL.
        if rendered.ubl.is_none() || rendered.cii.is_none() {
            continue;
        }
        lines += document.lines.len();
        whole.push(millis);
        sizes.push(rendered.pdf.len() as f64 / 1024.0);
        document.seller.vat_id = None;
        let (millis, rendered) = timed(&document);
        assert!(rendered.cii.is_none());
        plain.push(millis);
    }
    println!(
        "{} invoices with e-invoices, {lines} lines, PDF of {:.0} KiB (medians follow)",
        whole.len(),
        median(&mut sizes)
    );
    let mut added: Vec<f64> = whole.iter().zip(&plain).map(|(whole, plain)| whole - plain).collect();
    println!("all documents: {:.2} ms", median(&mut whole));
    println!("a plain PDF: {:.2} ms", median(&mut plain));
    println!("UBL, CII and the CII inside the PDF: {:.2} ms", median(&mut added));
    billable.close().await;
}

/// Lays a document out, and says in how many milliseconds.
fn timed(document: &Document) -> (f64, Rendered) {
    let started = Instant::now();
    let rendered = render(document).expect("a document");
    (started.elapsed().as_secs_f64() * 1_000.0, rendered)
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
