//! Steps of stories about accounts: logging in, links from mails, and the second factor.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::people::user::second_factor::{code_at, step_at};

use super::*;

pub const SIGN_UP: &str =
    "mutation($input: SignUpInput!) { signUp(input: $input) { accepted userErrors { code field } } }";
const REFRESH: &str = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { \
     tokens { accessToken refreshToken } userErrors { code } } }";
const LOG_IN: &str = "mutation($input: LogInInput!) { logIn(input: $input) { \
     tokens { accessToken refreshToken } session { id clientAddress } userErrors { code message } } }";

pub async fn log_in(world: &World, email: &str, password: &str) -> Answer {
    log_in_from(world, None, json!({ "email": email, "password": password })).await
}

pub async fn log_in_from(world: &World, address: Option<&str>, input: Value) -> Answer {
    world.send_from(address, None, LOG_IN, json!({ "input": input })).await
}

/// The variables for Ada's sign-up.
pub fn newcomer(email: &str) -> Value {
    json!({ "input": { "email": email, "password": PASSWORD, "name": "Ada" } })
}

/// Signs somebody up and returns an access token.
pub async fn sign_up(world: &World, name: &str, email: &str) -> String {
    let input = json!({ "email": email, "password": PASSWORD, "name": name });
    world.as_(NOBODY).act("signUp", input, "accepted").await;
    begin_session(world, email).await.0
}

/// Logs in with the usual password and returns the access token and the refresh token.
pub async fn begin_session(world: &World, email: &str) -> (String, String) {
    let answer = log_in(world, email, PASSWORD).await;
    tokens(&answer).unwrap_or_else(|| panic!("{email} cannot log in: {}", answer.text))
}

/// Access token and refresh token in the payload of the only mutation.
pub fn tokens(answer: &Answer) -> Option<(String, String)> {
    let payload = answer.ok().as_object().unwrap().values().next().unwrap();
    let token = |name: &str| payload["tokens"][name].as_str().map(str::to_owned);
    Some((token("accessToken")?, token("refreshToken")?))
}

/// Exchanges a refresh token.
pub async fn refresh(world: &World, token: &str) -> Answer {
    world.send_as(None, REFRESH, json!({ "input": { "refreshToken": token } })).await
}

/// The access token of a successful login.
#[track_caller]
pub fn access(answer: &Answer) -> String {
    let token = answer.at("logIn/tokens/accessToken").as_str();
    token.unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

/// The code of the first user error of the only mutation.
pub fn error(answer: &Answer) -> &str {
    let payload = answer.ok().as_object().unwrap().values().next().unwrap();
    payload["userErrors"][0]["code"].as_str().unwrap_or("none")
}

/// Sends a mutation that only takes the token of a link. Returns the response.
pub async fn by_link(world: &World, mutation: &str, token: &str) -> Answer {
    let mut kind = mutation.to_owned();
    kind[..1].make_ascii_uppercase();
    let query =
        format!("mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}");
    world.send_as(None, &query, json!({ "input": { "token": token } })).await
}

pub async fn ask_to_move(world: &World, who: Caller, to: &str) -> Answer {
    let query = "mutation($to: String!) { changeAddress(input: {newEmail: $to}) { requested userErrors { code } } }";
    world.as_(who).run(query, json!({ "to": to })).await
}

pub async fn ask_for_reset(world: &World, email: &str) -> Answer {
    let query = "mutation($email: String!) { requestPasswordReset(input: {email: $email}) { \
         requested userErrors { code field } } }";
    world.send_as(None, query, json!({ "email": email })).await
}

pub async fn reset(world: &World, token: &str, password: &str) -> Answer {
    let query = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { \
         reset userErrors { code field } } }";
    world.send_as(None, query, json!({ "input": { "token": token, "newPassword": password } })).await
}

/// Creates a secret for an authenticator app.
pub async fn begin(world: &World, who: Caller) -> String {
    let answer = world.as_(who).run("mutation { beginSecondFactor { secret uri } }", json!({})).await;
    answer.ok()["beginSecondFactor"]["secret"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

pub async fn confirm(world: &World, who: Caller, code: &str) -> Answer {
    let query = "mutation($code: String!) { confirmSecondFactor(input: {code: $code}) { \
         recoveryCodes userErrors { code } } }";
    world.as_(who).run(query, json!({ "code": code })).await
}

/// Turns the second factor on and returns its secret and the recovery codes. The clock is moved on, so that the next
/// code is new.
pub async fn turn_on(world: &World, who: Caller) -> (String, Vec<String>) {
    let secret = begin(world, who).await;
    let answer = confirm(world, who, &code(world, &secret, 0)).await;
    let codes = answer.ok()["confirmSecondFactor"]["recoveryCodes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    world.app.clock.advance(TimeDelta::seconds(60));
    (secret, codes)
}

/// The code that the app shows now, or after this many time steps.
pub fn code(world: &World, secret: &str, later: i64) -> String {
    let bits: Vec<u8> =
        secret.bytes().map(|letter| if letter.is_ascii_digit() { letter - 24 } else { letter - 65 }).collect();
    let bytes: Vec<u8> = bits
        .chunks(8)
        .flat_map(|eight| eight.iter().fold(0_u64, |all, five| all << 5 | u64::from(*five)).to_be_bytes()[3..].to_vec())
        .collect();
    format!("{:06}", code_at(&bytes, step_at(world.app.clock.now()) + later))
}
