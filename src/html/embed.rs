//! Sound, video and frames: what plays stays, what frames a known host's player becomes a
//! frame of ours or a link.

use scraper::ElementRef;
use scraper::node::Element as Foreign;
use url::Url;

use super::tree::{Element, Node};
use super::{address, read};

/// Hosts whose frames hold a video or sound; `www.` and subdomains of them count too.
pub const PLAYERS: &[&str] = &[
    "youtube.com",
    "youtube-nocookie.com",
    "youtu.be",
    "vimeo.com",
    "dailymotion.com",
    "twitch.tv",
    "bilibili.com",
    "v.qq.com",
    "youku.com",
    "ixigua.com",
    "soundcloud.com",
    "spotify.com",
    "bandcamp.com",
    "framatube.org",
    "vk.com",
    "ted.com",
    "music.163.com",
    "podcasts.apple.com",
];

/// `video` or `audio` with an address of its own or of a `source`; else nothing.
pub(super) fn media(
    mut kept: Element,
    found: ElementRef<'_>,
    base: Option<&Url>,
) -> Option<Element> {
    let late = found.value().attr("data-src").and_then(|raw| address::media(raw, base));
    if let (None, Some(src)) = (kept.attribute("src"), late) {
        kept.set("src", src);
    }
    let mut inside = Vec::new();
    read::children(found, base, &mut inside);
    kept.children = inside.into_iter().filter(|node| node.is("source")).collect();
    kept.set("controls", String::new());
    kept.set("preload", "none".to_owned());
    (kept.attribute("src").is_some() || !kept.children.is_empty()).then_some(kept)
}

/// What a frame of ours says beside its address: the player may run, in its own origin, without
/// leading the page elsewhere, and learns no more than on which site it is.
pub(super) const FRAME: [(&str, &str); 4] = [
    ("sandbox", "allow-scripts allow-same-origin allow-presentation allow-popups"),
    ("loading", "lazy"),
    ("referrerpolicy", "strict-origin"),
    ("allowfullscreen", ""),
];

/// A frame, if its host is known: its address and what it is called.
pub(super) fn frame(found: &Foreign, base: Option<&Url>) -> Option<Element> {
    let raw = ["data-src", "data-lazy-src", "src"].iter().find_map(|name| found.attr(name))?;
    let url = Url::parse(&address::media(raw, base)?).ok()?;
    let host = known(&url)?;
    let title = found.attr("title").map(str::trim).filter(|title| !title.is_empty());
    let mut frame = Element::new("iframe", Vec::new());
    frame.set("src", player(url.clone()).into());
    frame.set("title", title.unwrap_or(host.strip_prefix("www.").unwrap_or(&host)).to_owned());
    for (name, value) in FRAME {
        frame.set(name, value.to_owned());
    }
    Some(frame)
}

/// A link to what the frame would show.
pub(super) fn link(frame: &Element) -> Option<Element> {
    let url = Url::parse(frame.attribute("src")?).ok()?;
    let text = format!("▶ {}", frame.attribute("title").unwrap_or_default());
    let mut link = Element::new("a", vec![Node::Text(text)]);
    link.set("href", address::link(watch(&url).as_deref().unwrap_or(url.as_str()), None)?);
    Some(Element::new("div", vec![Node::Element(link)]))
}

/// Whether an address is one that [`frame`] gives.
pub(super) fn is_player(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.scheme() == "https" && known(&url).is_some())
}

fn known(url: &Url) -> Option<String> {
    // What answers at another port need not be the host's own, and nobody signs in to a player.
    let is_bare = url.port().is_none() && url.username().is_empty() && url.password().is_none();
    let host = url.host_str().filter(|_| is_bare)?;
    let is_one = |known: &&str| {
        host.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    PLAYERS.iter().any(is_one).then(|| host.to_owned())
}

/// The player's address: encrypted, without a word about playing by itself, and without cookies
/// where the host offers that.
fn player(mut url: Url) -> Url {
    let _ = url.set_scheme("https");
    if url.host_str().is_some_and(|host| matches!(host, "youtube.com" | "www.youtube.com"))
        && url.path().starts_with("/embed/")
    {
        let _ = url.set_host(Some("www.youtube-nocookie.com"));
    }
    let own = |part: &&str| !part.to_ascii_lowercase().starts_with("autoplay");
    let query = url.query().map(|query| query.split('&').filter(own).collect::<Vec<_>>().join("&"));
    url.set_query(query.as_deref().filter(|query| !query.is_empty()));
    url
}

/// The page where people watch what a player's address plays.
fn watch(url: &Url) -> Option<String> {
    let last = url.path_segments()?.rfind(|part| !part.is_empty())?;
    let query =
        |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    match url.host_str()?.trim_start_matches("www.") {
        "youtube.com" | "youtube-nocookie.com" if url.path().starts_with("/embed/") => {
            Some(format!("https://www.youtube.com/watch?v={last}"))
        }
        "player.vimeo.com" => Some(format!("https://vimeo.com/{last}")),
        "dailymotion.com" => Some(format!("https://www.dailymotion.com/video/{last}")),
        "player.bilibili.com" => {
            let id = query("bvid").or_else(|| query("aid").map(|aid| format!("av{aid}")))?;
            Some(format!("https://www.bilibili.com/video/{id}"))
        }
        "v.qq.com" => Some(format!("https://v.qq.com/x/page/{}.html", query("vid")?)),
        "player.youku.com" => Some(format!("https://v.youku.com/v_show/id_{last}.html")),
        _ => None,
    }
}
