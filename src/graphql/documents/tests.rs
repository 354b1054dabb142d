use async_graphql::value;

use super::*;

fn documents_of(sdl: &str, limits: Limits) -> Documents {
    Documents::new(Arc::new(Rules::read(sdl)), limits, None)
}

fn limits() -> Limits {
    crate::base::config::Config::defaults().unwrap().limits
}

fn documents() -> Documents {
    let sdl = "scalar Any type Query { a(x: Any, n: Int = 5): Query organisations(first: Int): Query }";
    documents_of(sdl, limits())
}

#[test]
fn documents_are_read_where_none_are_kept() {
    let documents = documents_of("type Query { a: Int }", Limits { cached_documents: 0, ..limits() });
    assert!(documents.load("{ a }").is_ok() && documents.load("{ a }").is_ok());
}

fn refusal(text: &str) -> String {
    documents().load(text).err().unwrap().remove(0).message
}

#[test]
fn a_document_is_parsed_once() {
    let documents = documents();
    let first = documents.load("{ a { __typename } }").unwrap();
    assert!(Arc::ptr_eq(&first, &documents.load("{ a { __typename } }").unwrap()));
}

#[test]
fn text_that_is_too_long_or_too_deep_is_refused_before_it_is_parsed() {
    assert!(refusal(&format!("{{ a # {}\n }}", "x".repeat(70_000))).contains("bytes"));
    for (open, close) in [("[", "]"), ("{b:", "}")] {
        let deep = format!("{{ a(x: {}1{}) }}", open.repeat(15_000), close.repeat(15_000));
        assert!(refusal(&deep).contains("brackets"), "{open}");
    }
    assert!(refusal(&"{a".repeat(20_000)).contains("brackets"));
}

#[test]
fn what_is_just_not_too_deep_fits_on_the_stack() {
    for (open, close) in [("[", "]"), ("{b:", "}")] {
        let deep = format!("{{ a(x: {}1{}) {{ __typename }} }}", open.repeat(62), close.repeat(62));
        assert!(documents().load(&deep).is_ok());
    }
    let _ = documents().load(&format!("{}{}", "{a".repeat(64), "}".repeat(64))).is_ok();
}

#[test]
fn a_syntax_error_says_where_and_does_not_repeat_the_document() {
    let error = documents().load("{ a(secret: ) }").err().unwrap().remove(0);
    assert!(error.message.starts_with("The document does not parse at line 1, column 13: expected"), "{error:?}");
    assert!(!error.message.contains("secret"));
    assert_eq!(error.locations.len(), 1);
}

#[test]
fn the_operation_is_chosen_by_its_name() {
    let documents = documents();
    let two = documents.load("query A { a { __typename } } query B { a { __typename } }").unwrap();
    assert_eq!(two.operation(Some("B")).unwrap().name().unwrap(), "B");
    assert!(two.operation(None).is_err() && two.operation(Some("C")).is_err());
    let anonymous = documents.load("{ a { __typename } }").unwrap();
    assert!(anonymous.operation(None).is_ok() && anonymous.operation(Some("A")).is_err());
}

#[test]
fn defaults_are_filled_in_and_missing_variables_refused() {
    let text = "query A($n: Int = 3, $must: Any!) { organisations(first: $n) { a(x: $must) { __typename } } }";
    let document = documents().load(text).unwrap();
    let operation = document.operation(None).unwrap();
    let mut variables = Variables::from_value(value!({"must": "x"}));
    operation.complete(&mut variables).unwrap();
    assert_eq!(operation.nodes(&variables), 3);
    for variables in [value!({}), value!({"must": null})] {
        let refused = operation.complete(&mut Variables::from_value(variables)).err().unwrap().to_string();
        assert!(refused.starts_with("The variable $must (Any!)"), "{refused}");
    }
}

#[test]
fn an_argument_is_left_out_with_its_variable_if_it_has_a_default() {
    let text =
        "query($n: Int, $x: Any) { ...F } fragment F on Query { a(n: $n, x: $x) { ... { a(n: $n) { __typename } } } }";
    let document = documents().load(text).unwrap();
    let written = |variables| format!("{:?}", document.parsed(&Variables::from_value(variables)).fragments);
    let names = |text: String| text.matches("Variable(Name(\"n\"))").count();
    assert_eq!(names(written(value!({ "n": 1 }))), 2);
    assert_eq!(names(written(value!({ "n": null }))), 2);
    let left_out = written(value!({}));
    assert!(left_out.contains("Variable(Name(\"x\"))"));
    assert_eq!(names(left_out), 0);
}

#[test]
fn a_document_that_is_not_valid_says_all_that_is_wrong() {
    let errors = documents().load("{ a(y: 1) { b } }").err().unwrap();
    assert_eq!(errors.len(), 3, "{errors:?}");
    for error in errors {
        assert_eq!(error.extensions.unwrap().get("code"), Some(&"INVALID_INPUT".into()));
        assert_eq!(error.locations.len(), 1);
    }
}

#[test]
fn an_operation_that_may_return_too_much_names_the_fields() {
    let text = "query($n: Int) { most: organisations(first: $n) { organisations(first: 30) { a { __typename } } } }";
    let document = documents().load(text).unwrap();
    let operation = document.operation(None).unwrap();
    let variables = Variables::from_value(value!({ "n": 10 }));
    assert!(operation.within(&variables, 310).is_ok());
    let error = operation.within(&variables, 309).unwrap_err();
    assert!(error.message.contains("Most are in most.organisations (300), most (10)."), "{error:?}");
    let extensions = error.extensions.unwrap();
    let fields = value!([{ "field": "most.organisations", "objects": 300 }, { "field": "most", "objects": 10 }]);
    assert_eq!(extensions.get("fields"), Some(&fields));
    assert_eq!(extensions.get("value"), Some(&value!(310)));
}

#[test]
fn a_text_is_kept_only_under_its_own_hash() {
    let documents = documents();
    let hash = random::hash("{ a }");
    assert!(documents.persist(&hash, "{ b }").is_err());
    documents.persist(&hash, "{ a }").unwrap();
    assert_eq!(documents.persisted(&hash).unwrap().as_ref(), "{ a }");
}
