//! A caller that is no client of ours: it says what it likes and reads what comes back.

use crate::{
    link::trust,
    world::{Person, World},
};
use data_encoding::HEXLOWER;
use plumbline_protocol::{
    Fault, OrganisationId, action,
    page::{self, MEDIA, Receipt},
    session::{CHALLENGE, Challenge, ChallengeRequest, SessionRequest, Tokens, message},
};
use reqwest::{Client, Method, RequestBuilder, Response};
/// A signed-in caller.
pub struct Raw {
    http: Client,
    url: String,
    /// Its access token.
    pub token: String,
}

impl Raw {
    /// With the key of a person's device, past their link.
    pub async fn of(world: &World, person: &Person) -> Raw {
        let tls = trust(&world.server_folder());
        let http = Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
        let mut raw = Raw { http, url: world.server().url.clone(), token: String::new() };
        let organisation = person.client.status().await.unwrap().organisation.unwrap();
        raw.token = raw.sign_in(organisation, person).await.unwrap().access_token;
        raw
    }

    async fn sign_in(&self, organisation: OrganisationId, person: &Person) -> Result<Tokens, Fault> {
        let (key, device) = (person.key(), person.device());
        let asked = self.ask(Method::POST, "/v1/session/challenge").json(&ChallengeRequest { organisation, device });
        let Challenge { challenge, .. } = answer(asked.send().await.unwrap()).await?.json().await.unwrap();
        let said = message(&organisation, &device, &challenge);
        let signature = HEXLOWER.encode(&action::sign(&key, CHALLENGE, &said));
        let request = SessionRequest { organisation, device, challenge, signature };
        let opened = self.ask(Method::POST, "/v1/session").json(&request).send().await.unwrap();
        Ok(answer(opened).await?.json().await.unwrap())
    }

    /// A request without a token.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A request with the token.
    pub fn signed_in(&self, method: Method, path: &str) -> RequestBuilder {
        self.ask(method, path).bearer_auth(&self.token)
    }

    /// Sends; a refusal as the fault in its body.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Fault> {
        answer(request.send().await.unwrap()).await
    }

    /// Pushes these bytes as they are.
    pub async fn push(&self, packed: Vec<u8>) -> Result<Receipt, Fault> {
        let request = self.signed_in(Method::POST, "/v1/push").header("content-type", MEDIA).body(packed);
        let reply = self.send(request).await?.bytes().await.unwrap();
        Ok(Receipt::decode(&page::unpack(&reply).unwrap()).unwrap())
    }

    /// Whether the server still answers.
    pub async fn alive(&self) -> bool {
        self.ask(Method::GET, "/health").send().await.is_ok_and(|answer| answer.status().is_success())
    }
}

async fn answer(response: Response) -> Result<Response, Fault> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.unwrap();
    Err(serde_json::from_slice(&body).unwrap_or_else(|e| panic!("{status} without a fault: {e}")))
}
