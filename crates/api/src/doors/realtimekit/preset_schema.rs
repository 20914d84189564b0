//! How presets look in the document: written from the tree that checks them, so that neither can say what the other does not.

use std::borrow::Cow;

use sederunt_app::NAME_MAX_CHARS;
use sederunt_app::presets::tree::{Field, Form, PARTS};
use utoipa::openapi::schema::{AdditionalProperties, AnyOf, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::presets::{PresetsCreateRequest, PresetsUpdateRequest};
use super::view::Preset;

/// For whom a tree is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Who sends a whole one; `null` is not given.
    Whole,
    /// Who sends changes.
    Changes,
    /// Who reads one.
    Reader,
}

impl PartialSchema for PresetsCreateRequest {
    fn schema() -> RefOr<Schema> {
        let about = "A whole preset. Fields that are not listed are kept inside of its parts.";
        let object = parts(ObjectBuilder::new(), For::Whole).property("name", name()).required("name");
        Schema::Object(object.description(Some(about)).build()).into()
    }
}

impl ToSchema for PresetsCreateRequest {
    fn name() -> Cow<'static, str> {
        "PresetsCreateRequest".into()
    }
}

impl PartialSchema for PresetsUpdateRequest {
    fn schema() -> RefOr<Schema> {
        let about = "What of a preset is to be changed: objects are merged, everything else is replaced.";
        let object = parts(ObjectBuilder::new(), For::Changes)
            .property("name", or_null(Schema::Object(name().build())));
        Schema::Object(object.description(Some(about)).build()).into()
    }
}

impl ToSchema for PresetsUpdateRequest {
    fn name() -> Cow<'static, str> {
        "PresetsUpdateRequest".into()
    }
}

impl PartialSchema for Preset {
    fn schema() -> RefOr<Schema> {
        let time = || {
            let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
            text().format(Some(format))
        };
        let object = parts(ObjectBuilder::new(), For::Reader)
            .property("id", text())
            .property("name", text())
            .property("created_at", time())
            .property("updated_at", time());
        let object =
            ["id", "name", "created_at", "updated_at"].into_iter().fold(object, ObjectBuilder::required);
        Schema::Object(object.description(Some("A preset.")).build()).into()
    }
}

impl ToSchema for Preset {
    fn name() -> Cow<'static, str> {
        "Preset".into()
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn name() -> ObjectBuilder {
    text().min_length(Some(1)).max_length(Some(NAME_MAX_CHARS))
}

fn parts(object: ObjectBuilder, reader: For) -> ObjectBuilder {
    fields(object.schema_type(Type::Object), PARTS, reader)
}

fn fields(object: ObjectBuilder, known: &[Field], reader: For) -> ObjectBuilder {
    known.iter().fold(object, |object, field| {
        let schema = form(field.form, reader);
        match reader {
            For::Whole if field.required => object.property(field.name, schema).required(field.name),
            For::Whole | For::Changes => object.property(field.name, or_null(schema)),
            // Presets of old apps may lack some.
            For::Reader => object.property(field.name, schema),
        }
    })
}

fn form(form: Form, reader: For) -> Schema {
    let of = |kind| ObjectBuilder::new().schema_type(SchemaType::Type(kind));
    let object = match form {
        Form::Bool => of(Type::Boolean),
        Form::Text => text(),
        Form::Url if reader == For::Reader => text(),
        Form::Url => return crate::document::web_url_or_nothing(),
        Form::Name(names) => text().enum_values(Some(names.iter().copied())),
        Form::Whole(min, max) => of(Type::Integer).minimum(Some(bound(min))).maximum(Some(bound(max))),
        Form::Number(min) => of(Type::Number).minimum(Some(bound(min.into()))),
        Form::Numbers => {
            return Schema::Array(ArrayBuilder::new().items(of(Type::Number)).build());
        }
        Form::Map => of(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true))),
        Form::Tree(known) => fields(of(Type::Object), known, reader),
    };
    Schema::Object(object.build())
}

fn bound(n: i64) -> isize {
    isize::try_from(n).unwrap_or(isize::MAX)
}

fn or_null(schema: Schema) -> Schema {
    let null = ObjectBuilder::new().schema_type(Type::Null).build();
    let items = vec![RefOr::T(schema), RefOr::T(Schema::Object(null))];
    Schema::AnyOf(AnyOf { items, ..AnyOf::new() })
}
