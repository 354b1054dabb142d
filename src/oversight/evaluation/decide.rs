//! The decisions about all questions of a request. They are made together: the graph above all resources is loaded once,
//! and each subject walks it once.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::rules::{At, Entity, Place, Question};
use crate::access::{Grants, Permission, PermissionSet, SubjectId};
use crate::base::error::Result;
use crate::graphql::request::Request;

/// The subjects and resources that were found.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// Each subject. Whether it exists and may act shows in what it holds.
    pub subjects: HashMap<Entity<'a>, SubjectId>,
    /// Where it is decided about each resource.
    pub places: HashMap<Entity<'a>, Place>,
}

/// What a question is about.
#[derive(Clone, Copy)]
pub struct Meant<'a> {
    /// Who.
    pub subject: SubjectId,
    /// May do what.
    pub permission: Permission,
    /// Where that is decided.
    pub place: &'a Place,
}

impl Found<'_> {
    /// What the question is about; `None` if the subject, the action or the resource is unknown.
    pub fn meant<'a>(&'a self, question: &Question<'a>) -> Option<Meant<'a>> {
        let subject = *self.subjects.get(&question.subject)?;
        let permission = Permission::named(question.action)?;
        Some(Meant { subject, permission, place: self.places.get(&question.resource)? })
    }

    /// The decisions in the order of the questions. What is unknown is denied. The number of statements does not depend on
    /// how many questions there are.
    pub async fn decide(&self, request: &Request, questions: &[&Question<'_>]) -> Result<Vec<bool>> {
        let (mut pairs, mut tests) = (Vec::with_capacity(questions.len()), Vec::with_capacity(questions.len()));
        for (number, question) in questions.iter().enumerate() {
            let Some(meant) = self.meant(question) else { continue };
            for at in meant.place.sides_for(meant.permission) {
                pairs.push((meant.subject, at.organisation));
                tests.push((number, meant, at));
            }
        }
        let subjects: HashSet<SubjectId> = pairs.iter().map(|(subject, _)| *subject).collect();
        let organisations: HashSet<Uuid> = pairs.iter().map(|(_, organisation)| *organisation).collect();
        let (subjects, organisations) = (Vec::from_iter(subjects), Vec::from_iter(organisations));
        let gathered = request.access.gather(&subjects, &organisations).await?;
        let mut decisions = vec![false; questions.len()];
        for ((number, meant, at), grants) in tests.into_iter().zip(gathered.decide(&pairs, request.now())) {
            decisions[number] |= meant.place.allows(meant.permission, at, grants);
        }
        Ok(decisions)
    }
}

/// All that the subject may do with the resource.
pub async fn permissions(request: &Request, subject: SubjectId, place: &Place) -> Result<PermissionSet> {
    let organisations: Vec<Uuid> = place.sides.iter().map(|at| at.organisation).collect();
    let pairs: Vec<_> = organisations.iter().map(|organisation| (subject, *organisation)).collect();
    let decided = request.access.gather(&[subject], &organisations).await?.decide(&pairs, request.now());
    let grants: HashMap<Uuid, Grants> = organisations.into_iter().zip(decided).collect();
    let is_held = |permission: Permission| {
        let held = |at: &At| grants.get(&at.organisation).is_some_and(|held| place.allows(permission, at, *held));
        place.sides_for(permission).any(held)
    };
    Ok(Permission::ALL.iter().copied().filter(|permission| is_held(*permission)).collect())
}
