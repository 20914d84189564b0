//! What a document says beside the operations' own: the answers that HTTP and the gate give for all of them, when a body
//! may be left out, and forms that several operations share. The numbers are those of [`crate::limit`]; a test holds
//! each bound against the doors.

use axum::http::Method;
use utoipa::Number;
use utoipa::openapi::path::{Operation as Described, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, AllOf, AnyOf, Object, SchemaType, Type};
use utoipa::openapi::{
    Content, ContentBuilder, HeaderBuilder, KnownFormat, ObjectBuilder, OpenApi, Ref, RefOr, Required,
    Response, ResponseBuilder, Schema, SchemaFormat, Server,
};

use crate::limit::{URL_MAX_CHARS, WEBHOOK_HEADERS_MAX};
use crate::value::EXACT_MAX;

/// An operation of a door: method, and path template below the door's prefix.
pub(crate) type Operation = (Method, &'static str);

/// Completes the document of a door. `error`: name of the schema of its errors. `all`: the vendor's operations.
pub(crate) fn complete(api: &mut OpenApi, error: &str, all: &[Operation]) {
    let unbuilt: Vec<String> = all
        .iter()
        .filter(|(method, path)| !describes(api, method, path))
        .map(|(_, path)| (*path).to_owned())
        .collect();
    let optional = bodies_without_need(api);
    for (path, item) in &mut api.paths.paths {
        let answers_501 = unbuilt.contains(path);
        for operation in operations(item) {
            answers(operation, error, answers_501);
            body(operation, &optional);
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    number(parameter);
                }
            }
        }
    }
}

/// Whether a document has an operation.
pub(crate) fn describes(document: &OpenApi, method: &Method, path: &str) -> bool {
    let Some(item) = document.paths.paths.get(path) else { return false };
    let operation = match *method {
        Method::GET => &item.get,
        Method::POST => &item.post,
        Method::PUT => &item.put,
        Method::PATCH => &item.patch,
        Method::DELETE => &item.delete,
        _ => &None,
    };
    operation.is_some()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Described> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// Says of all operations that they are at the root, wherever the others of their document are.
pub(crate) fn serve_at_root(api: &mut OpenApi) {
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        operation.servers = Some(vec![Server::new("/")]);
    }
}

/// Adds the answers that no handler gives, or any of them.
fn answers(operation: &mut Described, error: &str, answers_501: bool) {
    let has_body = operation.request_body.is_some();
    let all = [
        (true, "405", "The path has no such method.", Some(("Allow", "Its methods."))),
        (has_body, "413", "The body has more than 1 MiB.", None),
        (true, "414", "Path and query have more than 16 KiB.", None),
        (
            has_body,
            "415",
            "The body is compressed, in another character set, or something else than JSON.",
            None,
        ),
        (
            answers_501,
            "501",
            "The vendor has this method of the path, this server not yet.",
            Some(("x-should-retry", "`false`: trying again is in vain.")),
        ),
        (
            true,
            "503",
            "The disk is behind, or the server is full or stops.",
            Some(("Retry-After", "Seconds after which to come back.")),
        ),
    ];
    for (applies, status, words, header) in all {
        if applies {
            operation.responses.responses.insert(status.to_owned(), RefOr::T(answer(error, words, header)));
        }
    }
}

fn answer(error: &str, words: &str, header: Option<(&str, &str)>) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(error))).build();
    let mut response = ResponseBuilder::new().description(words).content("application/json", content);
    if let Some((name, meaning)) = header {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        response =
            response.header(name, HeaderBuilder::new().schema(Some(text)).description(Some(meaning)).build());
    }
    response.build()
}

/// References to schemas of objects that have no field that is required.
fn bodies_without_need(api: &OpenApi) -> Vec<String> {
    let schemas = api.components.iter().flat_map(|components| &components.schemas);
    let free = schemas.filter(
        |(_, schema)| matches!(schema, RefOr::T(Schema::Object(object)) if object.required.is_empty()),
    );
    free.map(|(name, _)| format!("#/components/schemas/{name}")).collect()
}

/// An empty body counts as `{}`, so where nothing is required it may be left out. It is never `null`.
fn body(operation: &mut Described, optional: &[String]) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        let Some(RefOr::Ref(schema)) = &content.schema else { continue };
        let needed = !optional.contains(&schema.ref_location);
        body.required = Some(if needed { Required::True } else { Required::False });
    }
}

/// Numbers of a query are at most 2^53.
fn number(parameter: &mut Parameter) {
    let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else { return };
    let numeric = [SchemaType::Type(Type::Integer), SchemaType::Type(Type::Number)];
    if parameter.parameter_in == ParameterIn::Query && numeric.contains(&schema.schema_type) {
        schema.maximum = schema.maximum.take().or(Some(Number::UInt(EXACT_MAX as usize)));
    }
}

/// Makes at least one of the optional `fields` of a schema required, not null, and the bodies that are of this schema.
pub(crate) fn at_least_one(api: &mut OpenApi, schema: &str, fields: &[&str]) {
    let Some(components) = &mut api.components else { return };
    let Some(whole) = components.schemas.remove(schema) else { return };
    let given = fields.iter().map(|field| {
        let list = ObjectBuilder::new().schema_type(Type::Array);
        ObjectBuilder::new().schema_type(Type::Object).property(*field, list).required(*field).into()
    });
    let any = AnyOf { items: given.collect(), ..AnyOf::new() };
    let both = AllOf { items: vec![whole, Schema::AnyOf(any).into()], ..AllOf::new() };
    components.schemas.insert(schema.to_owned(), Schema::AllOf(both).into());
    let reference = format!("#/components/schemas/{schema}");
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        let Some(RefOr::T(body)) = &mut operation.request_body else { continue };
        let is_of_schema = |content: &RefOr<Content>| matches!(content, RefOr::T(Content { schema: Some(RefOr::Ref(of)), .. }) if of.ref_location == reference);
        if body.content.values().any(is_of_schema) {
            body.required = Some(Required::True);
        }
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// `null` and nothing else.
fn null() -> Object {
    ObjectBuilder::new().schema_type(Type::Null).build()
}

/// Nothing between the quotes, or behind the `=`: not given.
fn empty() -> Object {
    text().max_length(Some(0)).build()
}

fn any(items: Vec<Object>) -> Schema {
    let items = items.into_iter().map(|item| Schema::Object(item).into()).collect();
    Schema::AnyOf(AnyOf { items, ..AnyOf::new() })
}

fn url() -> Object {
    let uri = SchemaFormat::Custom("uri".to_owned());
    text().format(Some(uri)).max_length(Some(URL_MAX_CHARS)).build()
}

/// `true`, `false`, or nothing.
pub(crate) fn boolean_or_nothing() -> Schema {
    any(vec![ObjectBuilder::new().schema_type(Type::Boolean).build(), empty()])
}

/// A boolean of which only one value is built.
pub(crate) fn only_true() -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true])).build())
}

/// A http or https URL.
pub(crate) fn web_url() -> Schema {
    Schema::Object(url())
}

/// A http or https URL, `null`, or nothing.
pub(crate) fn web_url_or_nothing() -> Schema {
    any(vec![url(), empty(), null()])
}

/// A http or https URL, or `null`.
pub(crate) fn web_url_or_null() -> Schema {
    any(vec![url(), null()])
}

/// An instant, a day, or nothing.
pub(crate) fn time() -> Schema {
    let of = |format| text().format(Some(SchemaFormat::KnownFormat(format))).build();
    any(vec![of(KnownFormat::DateTime), of(KnownFormat::Date), empty()])
}

/// A day, or nothing.
pub(crate) fn day() -> Schema {
    any(vec![text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).build(), empty()])
}

/// A day, or `null`.
pub(crate) fn day_or_null() -> Schema {
    any(vec![text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).build(), null()])
}

/// One of the names of a table.
pub(crate) fn one_of(names: impl IntoIterator<Item = &'static str>) -> Schema {
    Schema::Object(text().enum_values(Some(names)).build())
}

/// One of the names of a table, or `null`.
pub(crate) fn one_of_or_null(names: impl IntoIterator<Item = &'static str>) -> Schema {
    any(vec![text().enum_values(Some(names)).build(), null()])
}

/// Headers of a room webhook, or `null`.
pub(crate) fn webhook_headers() -> Schema {
    let value = text().pattern(Some(r"^[^\x00-\x08\x0a-\x1f\x7f]*$")).build();
    let headers = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property_names(Some(text().pattern(Some("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")).build()))
        .additional_properties(Some(AdditionalProperties::from(RefOr::T(Schema::Object(value)))))
        .max_properties(Some(WEBHOOK_HEADERS_MAX));
    any(vec![headers.build(), null()])
}
