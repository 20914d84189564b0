//! Paging of the RealtimeKit door (SEMANTICS §3.3, §3.5).

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::fault::Fault;
use crate::limit::{PER_PAGE_DEFAULT, PER_PAGE_MAX};
use crate::query::Query;
use crate::value::{NotANumber, number};

/// Which page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageOf {
    /// Page, from 1; 0 is the first page too.
    #[param(value_type = Option<f64>, minimum = 0, default = 1)]
    page_no: u64,
    /// Items on a page, at most 100; 0 is the default.
    #[param(value_type = Option<f64>, minimum = 0, default = 25)]
    per_page: u32,
}

/// Position of a page in the whole result; both offsets are 0 when the page is empty.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Paging {
    /// Items in the whole result.
    total_count: u64,
    /// 1-based position of the first item on this page.
    start_offset: u64,
    /// 1-based position of the last item on this page.
    end_offset: u64,
}

impl PageOf {
    /// Reads `page_no`, then `per_page`.
    pub(crate) fn from_query(query: &Query) -> Result<Self, Fault> {
        let page_no = count(query, "page_no")?.unwrap_or(0).max(1);
        let per_page = count(query, "per_page")?.filter(|n| *n > 0).unwrap_or(u64::from(PER_PAGE_DEFAULT));
        let per_page = u32::try_from(per_page).unwrap_or(PER_PAGE_MAX).min(PER_PAGE_MAX);
        Ok(Self { page_no, per_page })
    }

    /// Items before the page.
    pub(crate) fn offset(self) -> u64 {
        (self.page_no - 1).saturating_mul(u64::from(self.per_page))
    }

    /// Items on the page.
    pub(crate) fn limit(self) -> u32 {
        self.per_page
    }

    /// Where a page with `shown` of `total` items is.
    pub(crate) fn paging(self, shown: usize, total: u64) -> Paging {
        match u64::try_from(shown).unwrap_or(u64::MAX) {
            0 => Paging { total_count: total, start_offset: 0, end_offset: 0 },
            n => {
                Paging { total_count: total, start_offset: self.offset() + 1, end_offset: self.offset() + n }
            }
        }
    }
}

fn count(query: &Query, name: &'static str) -> Result<Option<u64>, Fault> {
    const RULE: &str = "must be a number";
    let Some(text) = query.once(name, RULE)? else { return Ok(None) };
    match number(text) {
        // Fractions are cut off.
        Ok(n) => Ok(Some(n.whole)),
        Err(NotANumber::Form) => Err(Fault::new(name, RULE)),
        Err(NotANumber::Negative) => Err(Fault::new(name, "must be greater than or equal to 0")),
    }
}
