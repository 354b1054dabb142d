//! `POST /evaluation` and `POST /evaluations`: decisions.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::{Call, Shared, answer};
use crate::base::error::Result;
use crate::graphql::limits::within;
use crate::http::refusal::Refusal;
use crate::oversight::evaluation::{Found, MOST_REASONS, Question, Questions, reason, record_reasons};

/// One decision.
pub async fn one(shared: Shared, body: Body) -> Response {
    answer(shared, body, async |call, body| {
        let questions = Questions::one(body).map_err(|wrong| Refusal::invalid(&wrong))?;
        Ok(decisions(call, &questions).await?)
    })
    .await
}

/// Many decisions, in the order of the questions.
pub async fn many(shared: Shared, body: Body) -> Response {
    answer(shared, body, async |call, body| {
        let questions = Questions::many(body).map_err(|wrong| Refusal::invalid(&wrong))?;
        Ok(decisions(call, &questions).await?)
    })
    .await
}

/// An object with the decision, or with a list of such objects.
async fn decisions(call: &Call, questions: &Questions<'_>) -> Result<Json> {
    let what = "evaluations with reasons";
    within(questions.reasons() as u64, MOST_REASONS as u64, what, "Ask for the reasons in several requests.")?;
    let asked: Vec<&Question<'_>> = questions.all.iter().flatten().collect();
    let subjects = asked.iter().map(|question| question.subject);
    let resources = asked.iter().map(|question| question.resource);
    let found = Found::of(&call.request, call.operator, subjects, resources).await?;
    let mut decided = found.decide(&call.request, &asked).await?.into_iter();
    let decisions: Vec<bool> =
        questions.all.iter().map(|question| question.is_ok() && decided.next().unwrap_or_default()).collect();
    record_reasons(&call.request, call.operator, &found, &asked).await?;
    let answered = questions.semantic.answered(&decisions);
    let mut answers = Vec::with_capacity(answered);
    for (question, is_permitted) in questions.all.iter().zip(&decisions).take(answered) {
        let context = match question {
            Ok(question) if question.with_reason => Some(reason(&call.request, &found, question, *is_permitted).await?),
            Ok(_) => None,
            Err(wrong) => Some(json!({ "error": { "status": 400, "message": wrong } })),
        };
        let mut answer = Map::from_iter([("decision".to_owned(), Json::Bool(*is_permitted))]);
        answer.extend(context.map(|context| ("context".to_owned(), context)));
        answers.push(Json::Object(answer));
    }
    Ok(if questions.is_single { answers.pop().unwrap_or_default() } else { json!({ "evaluations": answers }) })
}
