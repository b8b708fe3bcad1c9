//! Addresses in markup: made absolute, held to a few schemes, freed of what follows readers.

use url::Url;

/// Longest address that is kept, in bytes.
const MAX: usize = 4096;

/// Parameters that only say where a reader came from. After the lists of Miniflux
/// (`internal/reader/urlcleaner`), AdGuard (`TrackParamFilter`) and Brave (`query_filter`).
const TRACKING: &[&str] = &[
    // Facebook, Instagram
    "fbclid",
    "fb_action_ids",
    "fb_action_types",
    "fb_comment_id",
    "fb_ref",
    "fb_source",
    "igshid",
    "mibextid",
    "_openstat",
    // Google
    "_ga",
    "_gl",
    "dclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "srsltid",
    "wbraid",
    "campaign_content",
    "campaign_id",
    "campaign_medium",
    "campaign_name",
    "campaign_source",
    "campaign_term",
    // Humble Bundle and other `…_campaign` families
    "hmb_campaign",
    "hmb_medium",
    "hmb_source",
    "itm_campaign",
    "itm_medium",
    "itm_source",
    // Yandex, X, Microsoft, TikTok, LinkedIn
    "yclid",
    "ysclid",
    "twclid",
    "msclkid",
    "ttclid",
    "li_fat_id",
    // Mail: Mailchimp, HubSpot, Olytics, Vero, Marketo, Adobe, Beehiiv
    "mc_cid",
    "mc_eid",
    "mc_tc",
    "__hsfp",
    "__hssc",
    "__hstc",
    "_hsenc",
    "_hsmi",
    "hsa_cam",
    "hsctatracking",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "vero_conv",
    "vero_id",
    "mkt_tok",
    "sc_cid",
    "wickedid",
    "_bhlid",
    // Branch, Readwise
    "_branch_match_id",
    "_branch_referrer",
    "__readwiselocation",
];

const TRACKING_PREFIXES: &[&str] = &["utm_", "mtm_", "pk_campaign", "pk_kwd"];

/// An absolute address a reader may follow: `http`, `https`, `mailto`, `tel`.
pub(super) fn link(raw: &str, base: Option<&Url>) -> Option<String> {
    let url = absolute(raw, base)?;
    matches!(url.scheme(), "http" | "https" | "mailto" | "tel").then(|| finish(url, base))?
}

/// An absolute address a page may load from: `http` or `https`.
pub(super) fn media(raw: &str, base: Option<&Url>) -> Option<String> {
    let url = absolute(raw, base)?;
    matches!(url.scheme(), "http" | "https").then(|| finish(url, base))?
}

/// The address of a `<base href>`; a relative one says nothing.
pub(super) fn base(raw: &str) -> Option<Url> {
    let url = absolute(raw, None)?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn absolute(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = raw.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if raw.is_empty() || raw.len() > MAX {
        return None;
    }
    Url::options().base_url(base).parse(raw).ok()
}

fn finish(mut url: Url, base: Option<&Url>) -> Option<String> {
    strip_tracking(&mut url, base);
    let text = String::from(url);
    (text.len() <= MAX).then_some(text)
}

fn strip_tracking(url: &mut Url, base: Option<&Url>) {
    let Some(query) = url.query() else { return };
    let home = base.and_then(Url::host_str);
    let kept: Vec<&str> = query.split('&').filter(|part| !is_tracking(part, home)).collect();
    if kept.len() == query.split('&').count() {
        return;
    }
    let kept = kept.join("&");
    url.set_query((!kept.is_empty()).then_some(&kept));
}

/// `home` is the page's own host: `ref` naming it is what Ghost adds to links that lead away.
fn is_tracking(part: &str, home: Option<&str>) -> bool {
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    let name = name.to_ascii_lowercase();
    TRACKING.contains(&name.as_str())
        || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name == "ref" && Some(value) == home)
}
