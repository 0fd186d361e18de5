//! The OpenAPI document: what is common to all routes. Each route describes itself beside its handler.

use crate::errors::Problem;
use utoipa::{
    IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        Content, Ref, RefOr, Response, Schema,
        schema::ArrayBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The document without its routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Paddock league",
        description = "The reinforcement-learning racing league. Durations are in seconds, lengths in metres, times \
            RFC 3339 in UTC, ids opaque. Errors are problem+json (RFC 9457) with a stable code. Lists are paged: the \
            `next` of one answer is the `cursor` of the following request."
    ),
    components(schemas(Bytes, Problem)),
    modifiers(&Common)
)]
pub struct Document;

struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A personal token: `league-server admin add-token`, or POST /api/v1/me/tokens."))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        let cookie = ApiKeyValue::with_description(crate::auth::session::COOKIE, "The session of a browser.");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Finishes a document that has its routes.
pub fn finished(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    // Every route may answer an error that is not listed with it.
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            let mut problem = Response::new("Any other problem: wrong input (4xx), or a fault of the league (5xx).");
            problem.content.insert("application/problem+json".to_owned(), problem_content());
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
        }
    }
    // The items of a list are written out by the derive; they have a name to refer to.
    for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
        let Some(item) = name.strip_prefix("List_") else { continue };
        if let RefOr::T(Schema::Object(list)) = schema {
            let items = ArrayBuilder::new().items(Ref::from_schema_name(item)).into();
            list.properties.insert("items".to_owned(), items);
        }
    }
    document
}

fn problem_content() -> RefOr<Content> {
    RefOr::T(Content::new(Some(Ref::from_schema_name("Problem"))))
}

/// A file's bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Bytes(#[allow(dead_code)] Vec<u8>);

/// Nobody is signed in, or the token or session is no longer valid.
#[derive(IntoResponses)]
#[response(status = 401, content_type = "application/problem+json")]
pub struct NotSignedIn(#[allow(dead_code)] Problem);

/// Only an administrator may do this.
#[derive(IntoResponses)]
#[response(status = 403, content_type = "application/problem+json")]
pub struct NotAllowed(#[allow(dead_code)] Problem);

/// It does not exist, or not for the caller.
#[derive(IntoResponses)]
#[response(status = 404, content_type = "application/problem+json")]
pub struct NotFound(#[allow(dead_code)] Problem);

/// It cannot be done in the present state of things; the code says why.
#[derive(IntoResponses)]
#[response(status = 409, content_type = "application/problem+json")]
pub struct Conflict(#[allow(dead_code)] Problem);

/// The body is not acceptable; the code and the sentence say why.
#[derive(IntoResponses)]
#[response(status = 422, content_type = "application/problem+json")]
pub struct NotAcceptable(#[allow(dead_code)] Problem);
