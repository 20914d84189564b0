//! Rules of fields that are a matter of HTTP. What else is wrong with a field is said by [`sederunt_app::Fault`].

pub(crate) use sederunt_app::{Fault, at_most, filled};

/// `text` is a http or https URL of reasonable length.
pub(crate) fn web_url(field: &'static str, text: &str) -> Result<(), Fault> {
    at_most(field, text, crate::limit::URL_MAX_CHARS)?;
    let uri = text.parse::<axum::http::Uri>().ok();
    let fits = uri.is_some_and(|u| matches!(u.scheme_str(), Some("http" | "https")) && u.host().is_some());
    if fits { Ok(()) } else { Err(Fault::new(field, "must be a valid http or https URL")) }
}

/// The same of a field that may be left out, or emptied.
pub(crate) fn web_url_or_nothing(field: &'static str, text: Option<&str>) -> Result<(), Fault> {
    match text {
        None | Some("") => Ok(()),
        Some(url) => web_url(field, url),
    }
}
